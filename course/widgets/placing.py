"""Where everything in the picture of a graph stands, in px: nodes, labels, edges.

A column has three bands: the shares that come back along its nodes' incoming edges, the nodes, and
the labels of the wires that leave them. Edges are level in a column and bend between columns, so no
edge runs through a label.
"""

from itertools import pairwise
from math import sqrt

import numpy as np

from course.graph_layout import label, sign
from course.widgets.sweeps import VALUE, Swept

# CHARACTER is the width of a digit in the widest usual sans-serif font, so labels never overlap.
FONT, SMALL, CHARACTER = 12, 10.5, 7.7
ROW, RADIUS, PORT, CURVE, MARGIN = 64, 14, 9, 30, 12


class Placing:
    """The places of one graph; the same at every step.

    Parameters
    ----------
    swept : Swept
        The graph and its steps.

    Attributes
    ----------
    width, height : float
        Of the whole picture, px.
    at : list of (x, y)
        The middle of each node, px.
    half : list of float
        Half the width of each node, px.
    paths : list of str
        Of each edge: what an SVG path's `d` holds.
    extents : list of (x, y, x, y)
        Of each edge: the left upper and the right lower corner of the box it fills.
    tips : list of (x, y)
        Where each edge ends.
    ports : list of float
        How far below its user's middle each edge ends, px.
    shares : dict from int to str
        For an edge from a node that is used more than once: the label of what comes back.
    labels : list of (str, str)
        Each node's value and derivative.
    """

    def __init__(self, swept: Swept) -> None:
        self.labels, self.shares = _labels(swept), _shares(swept)
        self.half = [_half_width(swept, i) for i in range(len(swept.nodes))]
        self.ports = _ports(swept)
        heights = [y for route in [*swept.layout.routes, swept.layout.at] for _, y in route]
        self._top = max(heights)
        self.height = (self._top - min(heights) + 1) * ROW + 2 * MARGIN
        self._place_columns(swept)
        self.width = self._right[-1] + MARGIN
        self.at = [
            (self._middle[int(column)], self._y(height)) for column, height in swept.layout.at
        ]
        self.tips = [
            (self.at[user][0] - self.half[user] + RADIUS - sqrt(RADIUS**2 - port**2),
             self.at[user][1] + port)
            for (_, user), port in zip(swept.edges, self.ports, strict=True)
        ]  # fmt: skip
        self.paths = [self._path(swept, i) for i in range(len(swept.edges))]
        self.extents = [self._extent(swept, i) for i in range(len(swept.edges))]

    def _place_columns(self, swept: Swept) -> None:
        """Find the left end, the middle of the nodes and the right end of every column."""
        columns = [int(column) for column, _ in swept.layout.at]
        count = max(columns) + 1
        shares, nodes, wires = np.full(count, 10.0), np.zeros(count), np.full(count, 8.0)
        for edge, text in self.shares.items():
            column = columns[swept.edges[edge][1]]
            shares[column] = max(shares[column], _width(text) + 16)
        for column, half, texts in zip(columns, self.half, self.labels, strict=True):
            nodes[column] = max(nodes[column], 2 * half)
            wires[column] = max(wires[column], *(_width(text) + 8 for text in texts))
        ends = MARGIN + np.cumsum(shares + nodes + wires + CURVE) - CURVE
        self._left = (ends - wires - nodes - shares).tolist()
        self._middle = (ends - wires - nodes / 2).tolist()
        self._right = ends.tolist()

    def _y(self, height: float) -> float:
        return MARGIN + ROW / 2 + (self._top - height) * ROW

    def _path(self, swept: Swept, edge: int) -> str:
        (parent, _), route = swept.edges[edge], swept.layout.routes[edge]
        x, y = self.at[parent]
        path = [f"M{x + self.half[parent]:.1f} {y:.1f}"]
        for (column, _), (after, height) in pairwise(route):
            x, end, end_y = self._right[int(column)], self._left[int(after)], self._y(height)
            end_y += self.ports[edge] if after == route[-1][0] else 0
            middle = (x + end) / 2
            if end_y != y:
                path.append(
                    f"H{x:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {end_y:.1f} {end:.1f} {end_y:.1f}"
                )
            y = end_y
        return "".join([*path, f"H{self.tips[edge][0] - 4:.1f}"])

    def _extent(self, swept: Swept, edge: int) -> tuple[float, float, float, float]:
        heights = [self._y(height) for _, height in swept.layout.routes[edge]]
        left, right = self.at[swept.edges[edge][0]][0], self.tips[edge][0]
        return left, min(heights) - PORT, right, max(heights) + PORT


def _labels(swept: Swept) -> list[tuple[str, str]]:
    grads = {step.node: label(step.result) for step in swept.steps if step.kind != VALUE}
    return [(label(node.value), grads.get(i, "")) for i, node in enumerate(swept.nodes)]


def _shares(swept: Swept) -> dict[int, str]:
    """Return what comes back along every edge from a node that has more than one, by its number."""
    brought = {
        (step.node, use.user, use.place): label(use.contribution)
        for step in swept.steps
        if len(step.uses) > 1
        for use in step.uses
    }
    place, shares = {}, {}
    for edge, (parent, user) in enumerate(swept.edges):
        place[user] = place.get(user, -1) + 1
        if (parent, user, place[user]) in brought:
            shares[edge] = brought[parent, user, place[user]]
    return shares


def _ports(swept: Swept) -> list[float]:
    """Return how far below its user's middle each edge comes in: as the edges lie, from above."""
    arriving: dict[int, list[int]] = {}
    for edge, (_, user) in enumerate(swept.edges):
        arriving.setdefault(user, []).append(edge)
    ports = [0.0] * len(swept.edges)
    for edges in arriving.values():
        edges.sort(key=lambda edge: -swept.layout.routes[edge][-2][1])
        if len(edges) > 1:
            for rank, edge in enumerate(edges):
                ports[edge] = PORT * (2 * rank / (len(edges) - 1) - 1)
    return ports


def _half_width(swept: Swept, i: int) -> float:
    node, name = swept.nodes[i], _width(swept.names[i]) * SMALL / FONT
    if not node.parents:
        return name / 2 + 3
    return max(RADIUS, _width(sign(node.op)) / 2 + 6, name / 2)


def _width(text: str) -> float:
    return CHARACTER * len(text)
