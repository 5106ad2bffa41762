"""Computational graphs, with a value above and a derivative below every node."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyArrowPatch
from matplotlib.path import Path

from course.figures.style import BLUE, GREY, ORANGE, figure_and_axes


def computational_graph(
    output: Any,
    names: Mapping[str, Any] | None = None,
    grads: bool = True,
    ax: Axes | None = None,
) -> Figure:
    """Draw the graph that ends in `output`, from left to right.

    Math: above a node stands its value, below it dJ/d(value), J being the output. Of an array only
    the shape is shown.

    Parameters
    ----------
    output : node
        Anything with `value`, `grad`, `parents` and `op`, such as `course.graph.Node`.
    names : mapping from str to node, optional
        Where a node has a name, its labels read "q = 3" and "dq = -4", not "3" and "-4".
    grads : bool
        Whether the derivatives are shown. A question mark stands for each if not.
    ax : Axes, optional
        Where to draw. A new figure, as large as the graph needs, without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> from course.graph import Node
    >>> x, y, z = Node(-2.0), Node(5.0), Node(-4.0)
    >>> f = (x + y) * z
    >>> f.backward()
    >>> figure = computational_graph(f, {"x": x})
    >>> [text.get_text() for text in figure.axes[0].texts][:3]
    ['x = -2', 'dx = -4', '5']
    """
    nodes, edges = _nodes_and_edges(output)
    at, routes = _layout(nodes, edges)
    points = np.array([point for route in [*routes, list(at.values())] for point in route])
    (left, low), (across, down) = points.min(axis=0), np.ptp(points, axis=0)
    if ax is None:
        size = 1.2 + 1.25 * across, 1.3 + 0.95 * down
        figure, ax = figure_and_axes(None, figsize=size)
    figure, called = ax.figure, {id(node): name for name, node in (names or {}).items()}
    is_input = {id(node): not node.parents for node in nodes}
    for (parent, _), route in zip(edges, routes, strict=True):
        _draw_edge(ax, route, start=0.07 if is_input[parent] else 0.26)
    for node in nodes:
        _draw_node(ax, node, at[id(node)], called.get(id(node), ""), grads)
    ax.set(xlim=(left - 0.5, left + across + 0.5), ylim=(low - 0.55, low + down + 0.55))
    ax.set_axis_off()
    return figure


def _nodes_and_edges(output: Any) -> tuple[list[Any], list[tuple[int, int]]]:
    """Return the nodes, each after its parents, and (parent, node) by id for every edge."""
    nodes, seen, todo = [], set(), [(output, False)]
    while todo:
        node, parents_done = todo.pop()
        if parents_done:
            nodes.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            todo += [(node, True), *((parent, False) for parent in reversed(node.parents))]
    return nodes, [(id(parent), id(node)) for node in nodes for parent in node.parents]


def _layout(
    nodes: list[Any], edges: list[tuple[int, int]]
) -> tuple[dict[int, tuple[float, float]], list[list[tuple[float, float]]]]:
    """Return where each node stands, by id, and the points that each edge passes.

    A layered layout: an edge that spans several columns takes a place of its own in each column
    between (K. Sugiyama et al., Methods for visual understanding of hierarchical systems, 1981).
    """
    column: dict[Any, int] = _columns(nodes)
    chains = []
    for number, (parent, user) in enumerate(edges):
        between = [(number, k) for k in range(column[parent] + 1, column[user])]
        column |= {place: place[1] for place in between}
        chains.append([parent, *between, user])
    height = _heights(column, [pair for chain in chains for pair in pairwise(chain)])
    at = {place: (float(column[place]), height[place]) for place in column}
    routes = [
        _spread_copies([at[place] for place in chain], chains[:i].count(chain), chains.count(chain))
        for i, chain in enumerate(chains)
    ]
    return {id(node): at[id(node)] for node in nodes}, routes


def _columns(nodes: list[Any]) -> dict[int, int]:
    """Return the column of each node, by id: behind all its parents, an input before its users."""
    column: dict[int, int] = {}
    first_use: dict[int, int] = {}
    for node in nodes:
        here = max((column[id(parent)] + 1 for parent in node.parents), default=0)
        column[id(node)] = here
        for parent in node.parents:
            first_use[id(parent)] = min(here, first_use.get(id(parent), here))
    inputs = {id(node): first_use[id(node)] - 1 for node in nodes[:-1] if not node.parents}
    return column | inputs


def _heights(column: dict[Any, int], pairs: list[tuple[Any, Any]]) -> dict[Any, float]:
    """Return a height for each place: near what it is joined to, 1 apart within a column."""
    height = dict.fromkeys(column, 0.0)
    columns = [[p for p in column if column[p] == k] for k in range(max(column.values()) + 1)]
    right = {p: [j for i, j in pairs if i == p] for p in column}
    left = {p: [i for i, j in pairs if j == p] for p in column}
    for sweep in range(12):  # from the output, from the inputs, and so on
        leftwards = sweep % 2 == 0
        joined = right if leftwards else left
        for places in columns[::-1] if leftwards else columns:
            wanted = {p: np.mean([height[q] for q in joined[p] or [p]]) for p in places}
            places.sort(key=lambda p: -wanted[p])
            placed = dict(wanted)
            for above, here in pairwise(places):
                placed[here] = min(placed[here], placed[above] - 1)
            shift = np.mean([wanted[p] - placed[p] for p in places])
            height |= {p: float(placed[p] + shift) for p in places}
    return height


def _spread_copies(
    points: list[tuple[float, float]], copy: int, copies: int
) -> list[tuple[float, float]]:
    """Return an edge's points, bent aside if the same two nodes have more edges between them."""
    if copies == 1:
        return points
    (x, y), (end_x, end_y) = points
    aside = 0.5 * (copy / (copies - 1) - 0.5)
    return [(x, y), ((x + end_x) / 2, (y + end_y) / 2 + aside), (end_x, end_y)]


def _draw_edge(ax: Axes, points: list[tuple[float, float]], start: float) -> None:
    (x, y), (end_x, end_y) = points[0], points[-1]
    points = [(x + 0.32, y), *points[1:-1], (end_x - 0.28, end_y)]  # level until past the labels
    vertices, codes = [(x + start, y), points[0]], [Path.MOVETO, Path.LINETO]
    for (x, y), (next_x, next_y) in pairwise(points):
        middle = (x + next_x) / 2
        vertices += [(middle, y), (middle, next_y), (next_x, next_y)]
        codes += [Path.CURVE4] * 3
    ax.add_patch(FancyArrowPatch(path=Path(vertices, codes), arrowstyle="-|>", color=GREY,
                                 mutation_scale=10, lw=1.1, zorder=1))  # fmt: skip


def _draw_node(ax: Axes, node: Any, at: tuple[float, float], name: str, grads: bool) -> None:
    x, y = at
    constant = node.op == "constant"
    size = (0.52, 0.36) if node.parents else (0.1, 0.1)
    ax.add_patch(Ellipse(at, *size, facecolor="white" if node.parents else GREY,
                         edgecolor=GREY, lw=1.2, zorder=2))  # fmt: skip
    if node.parents:
        sign = {"*": "×", "-": "−"}.get(node.op, node.op)
        ax.text(x, y, sign, ha="center", va="center_baseline", zorder=3,
                fontsize=9 if sign.isalpha() else 12)  # fmt: skip
    label = {"ha": "center", "va": "center", "fontsize": 9, "zorder": 3}
    label["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
    aside = 0.3 if node.parents else 0.2
    equals = " =" if np.ndim(node.value) == 0 else ":"  # an array shows its shape
    above, below = (f"{name}{equals} ", f"d{name}{equals} ") if name else ("", "")
    ax.text(x, y + aside, above + _short(node.value), color=BLUE, **label)
    if not constant:
        shown = _short(node.grad) if grads else "?"
        ax.text(x, y - aside, below + shown, color=ORANGE, **label)


def _short(value: Any) -> str:
    """Return a number with four digits, or an array's shape."""
    return f"{float(value):.4g}" if np.ndim(value) == 0 else str(np.shape(value))
