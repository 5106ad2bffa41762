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
from course.graph_layout import label, layout, nodes_and_edges, sign


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
    nodes, edges = nodes_and_edges(output)
    placed = layout(edges)
    points = np.array([point for route in [*placed.routes, placed.at] for point in route])
    (left, low), (across, down) = points.min(axis=0), np.ptp(points, axis=0)
    if ax is None:
        size = 1.2 + 1.25 * across, 1.3 + 0.95 * down
        figure, ax = figure_and_axes(None, figsize=size)
    figure, called = ax.figure, {id(node): name for name, node in (names or {}).items()}
    for i, (edge, route) in enumerate(zip(edges, placed.routes, strict=True)):
        route = _spread_copies(route, edges[:i].count(edge), edges.count(edge))
        _draw_edge(ax, route, start=0.26 if nodes[edge[0]].parents else 0.07)
    for node, at in zip(nodes, placed.at, strict=True):
        _draw_node(ax, node, at, called.get(id(node), ""), grads)
    ax.set(xlim=(left - 0.5, left + across + 0.5), ylim=(low - 0.55, low + down + 0.55))
    ax.set_axis_off()
    return figure


def _spread_copies(
    points: list[tuple[float, float]], copy: int, copies: int
) -> list[tuple[float, float]]:
    """Return an edge's points, bent aside if the same two nodes have more edges between them."""
    if copies == 1:
        return points
    (x, y), (end_x, end_y) = points[0], points[-1]
    between = points[1:-1] or [((x + end_x) / 2, (y + end_y) / 2)]
    aside = 0.5 * (copy / (copies - 1) - 0.5)
    return [points[0], *((x, y + aside) for x, y in between), points[-1]]


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
        shown = sign(node.op)
        ax.text(x, y, shown, ha="center", va="center_baseline", zorder=3,
                fontsize=9 if shown.isalpha() else 12)  # fmt: skip
    style = {"ha": "center", "va": "center", "fontsize": 9, "zorder": 3}
    style["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
    aside = 0.3 if node.parents else 0.2
    equals = " =" if np.ndim(node.value) == 0 else ":"  # an array shows its shape
    above, below = (f"{name}{equals} ", f"d{name}{equals} ") if name else ("", "")
    ax.text(x, y + aside, above + label(node.value), color=BLUE, **style)
    if not constant:
        shown = label(node.grad) if grads else "?"
        ax.text(x, y - aside, below + shown, color=ORANGE, **style)
