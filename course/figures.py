"""The figures of the lessons, in matplotlib. Each function returns a Figure and shows nothing.

| function            | shows                                                                  |
|---------------------|------------------------------------------------------------------------|
| `secant_and_tangent`| a function, its tangent at x, and the secant that a step eps takes     |
| `step_size_error`   | the error of forward and central differences against the step eps      |
| `computational_graph`| a graph of nodes: each value above, each derivative below             |
| `training_curves`   | loss, accuracy or another quantity against steps, one curve per run    |
| `decision_boundary` | what a model of two inputs says everywhere, with the examples on top   |
| `step_and_sigmoid`  | the outputs of a perceptron and of a sigmoid unit, and the slope       |
| `saturation_curves` | what reaches a sigmoid unit from the quadratic loss and cross-entropy  |
| `weight_image`      | the weights of a unit that looks at an image, as an image              |
| `hidden_representation` | examples as the output layer gets them from two hidden units       |
| `activation_panels` | activation functions side by side, each with its derivative            |
| `loss_surfaces`     | quadratic loss and cross-entropy over two weights                      |
| `gradient_by_layer` | the size of the gradient in every layer of a deep network              |
| `effects_by_seed`   | what each factor of an experiment does, once for each seed             |

Every function takes an optional `ax`, to draw into a figure of your own.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, pairwise
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyArrowPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from course.activations import ACTIVATIONS, sigmoid, sigmoid_grad, softplus

# Colours that stay apart for colour-blind readers and in grey (Wong, Nature Methods 8, 441, 2011);
# line styles differ too, so that no figure depends on colour alone.
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#777777"


ScalarFunction = Callable[[np.ndarray], np.ndarray]


def secant_and_tangent(
    f: ScalarFunction, x: float, eps: float, df: float, ax: Axes | None = None
) -> Figure:
    """Draw f around x with its tangent and the secant through x - eps and x + eps.

    Math: the secant's slope is (f(x + eps) - f(x - eps)) / (2·eps), the tangent's is df.

    Parameters
    ----------
    f : callable
        Takes and returns an array of shape (n,).
    x : float
        Where the tangent touches.
    eps : float
        Half the width that the secant spans, in the unit of x.
    df : float
        The derivative f'(x), in units of f per unit of x.
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> figure = secant_and_tangent(np.sin, x=1.0, eps=0.8, df=np.cos(1.0))
    >>> figure.axes[0].get_legend_handles_labels()[1][-1]
    'tangent, slope 0.54030'
    """
    figure, ax = _figure_and_axes(ax)
    span = max(2.2 * eps, 1e-6)
    grid = np.linspace(x - span, x + span, 400)
    left, right = x - eps, x + eps
    f_left, f_here, f_right = f(np.array([left, x, right]))
    secant_slope = (f_right - f_left) / (right - left)
    ax.plot(grid, f(grid), color=BLUE, lw=2.2, label="f")
    ax.plot(
        grid,
        f_left + secant_slope * (grid - left),
        color=ORANGE,
        ls="--",
        label=f"secant, slope {secant_slope:.5f}",
    )
    ax.plot(grid, f_here + df * (grid - x), color=GREEN, ls="-.", label=f"tangent, slope {df:.5f}")
    ax.plot([left, right], [f_left, f_right], "o", color=ORANGE, ms=6)
    ax.plot([x], [f_here], "s", color=GREEN, ms=6)
    ax.set_xticks([left, x, right], ["x - eps", "x", "x + eps"])
    ax.set(ylabel="f(x)", title=f"Secant and tangent, eps = {eps:g}")
    ax.legend(loc="best", frameon=False)
    return figure


def step_size_error(
    f: ScalarFunction, df: ScalarFunction, x: float, ax: Axes | None = None
) -> Figure:
    """Draw the error of forward and central differences of f at x against the step eps.

    Math: forward (f(x + eps) - f(x)) / eps, central (f(x + eps) - f(x - eps)) / (2·eps)

    Parameters
    ----------
    f, df : callable
        The function and its derivative; each takes and returns an array of shape (n,).
    x : float
        Where the derivative is taken.
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> figure = step_size_error(np.sin, np.cos, x=1.0)
    >>> figure.axes[0].get_xscale()
    'log'
    """
    figure, ax = _figure_and_axes(ax)
    eps = np.logspace(-15, 0, 121)
    exact = df(np.array([x]))[0]
    forward = (f(x + eps) - f(np.full_like(eps, x))) / eps
    central = (f(x + eps) - f(x - eps)) / (2 * eps)
    for estimate, name, colour, style in (
        (forward, "forward", ORANGE, "--"),
        (central, "central", BLUE, "-"),
    ):
        # An error of exactly 0 has no place on a log axis: show it at the rounding unit.
        error = np.maximum(np.abs(estimate - exact), 1e-16)
        ax.loglog(eps, error, color=colour, ls=style, label=f"{name} difference")
    best = float(np.cbrt(np.finfo(float).eps))
    ax.axvline(best, color=GREY, ls=":", label="eps = cbrt(rounding unit)")
    ax.text(2e-15, 3e-15, "rounding wins", color=GREY)
    ax.text(0.9, 3e-15, "truncation wins", color=GREY, ha="right")
    ax.set(xlabel="step eps", ylabel="absolute error", title="How far off is the numeric slope?")
    ax.set_ylim(1e-16, 10)
    ax.legend(loc="upper center", framealpha=1, edgecolor="none")
    return figure


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
        figure, ax = _figure_and_axes(None, figsize=size)
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


def _figure_and_axes(
    ax: Axes | None, figsize: tuple[float, float] = (6.4, 3.8)
) -> tuple[Figure, Axes]:
    """Return the axes to draw on and their figure, a new one if none is given."""
    if ax is None:
        figure, ax = plt.subplots(figsize=figsize, layout="constrained")
        plt.close(figure)  # a notebook then shows the figure once, as what the cell returns
        return figure, ax
    return ax.figure, ax


COLOURS, STYLES, MARKERS = (BLUE, ORANGE, GREEN, GREY), ("-", "--", "-.", ":"), ("o", "s", "^", "D")


def training_curves(
    curves: Mapping[str, Sequence[float]],
    xlabel: str = "step",
    ylabel: str = "loss J",
    title: str = "Training",
    log: bool = False,
    ax: Axes | None = None,
) -> Figure:
    """Draw a quantity that training changes, one curve for each run.

    Parameters
    ----------
    curves : mapping of str to sequence of float
        For each name in the legend its values, entry t after t steps or epochs.
    xlabel, ylabel, title : str
        What stands at the axes and above.
    log : bool
        Whether the values stand on a logarithmic axis.
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> figure = training_curves({"lr = 0.1": [0.69, 0.5, 0.4], "lr = 1": [0.69, 0.3]}, log=True)
    >>> figure.axes[0].get_legend_handles_labels()[1]
    ['lr = 0.1', 'lr = 1']
    """
    figure, ax = _figure_and_axes(ax)
    for number, (name, values) in enumerate(curves.items()):
        colour, style = COLOURS[number % len(COLOURS)], STYLES[number % len(STYLES)]
        mark = "o" if len(values) == 1 else None  # a line needs two points
        ax.plot(np.arange(len(values)), values, color=colour, ls=style, marker=mark, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, yscale="log" if log else "linear")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(loc="best", frameon=False)
    return figure


def decision_boundary(
    predict: Callable[[np.ndarray], np.ndarray],
    X: np.ndarray,
    y: np.ndarray,
    title: str = "Decision boundary",
    ax: Axes | None = None,
) -> Figure:
    """Draw what a model says everywhere in the plane, and the examples on top.

    A model with one output is shaded by it, and the line is where it says 1/2. A model with an
    output for each class is shaded by the largest of them.

    Parameters
    ----------
    predict : callable
        The model: takes points, shape (n, 2); returns ŷ from 0 to 1, shape (n,) or (n, 1), or
        scores of C > 1 classes, shape (n, C).
    X : ndarray, shape (N, 2)
        Examples. Not modified.
    y : ndarray of int, shape (N,)
        Their classes, from 0 up. Not modified.
    title : str
        What stands above.
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [1.0, 1.0]])
    >>> figure = decision_boundary(lambda points: points[:, 0], X, np.array([0, 1]))
    >>> figure.axes[0].get_legend_handles_labels()[1]
    ['class 0', 'class 1']
    """
    figure, ax = _figure_and_axes(ax)
    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.12 * np.maximum(high - low, 1e-6)
    x1, x2 = (np.linspace(*ends, 200) for ends in zip(low - margin, high + margin, strict=True))
    grid = np.stack([axis.ravel() for axis in np.meshgrid(x1, x2)], axis=1)
    scores = np.asarray(predict(grid)).reshape(len(grid), -1)
    if scores.shape[1] == 1:
        y_hat = scores.reshape(len(x2), len(x1))
        shades = LinearSegmentedColormap.from_list("classes", [BLUE, "white", ORANGE])
        shown = ax.pcolormesh(x1, x2, y_hat, cmap=shades, vmin=0, vmax=1, alpha=0.45,
                              rasterized=True)  # fmt: skip
        figure.colorbar(shown, ax=ax, label="ŷ", ticks=[0, 0.5, 1])
        if y_hat.min() < 0.5 < y_hat.max():
            ax.contour(x1, x2, y_hat, levels=[0.5], colors="black", linewidths=1.5)
    else:
        largest = scores.argmax(axis=1).reshape(len(x2), len(x1))
        shades = ListedColormap([COLOURS[c % len(COLOURS)] for c in range(scores.shape[1])])
        ax.pcolormesh(x1, x2, largest, cmap=shades, vmin=-0.5, vmax=scores.shape[1] - 0.5,
                      alpha=0.25, rasterized=True)  # fmt: skip
        for c in range(scores.shape[1] - 1):  # the edges between the classes
            if largest.min() <= c < largest.max():
                ax.contour(x1, x2, largest, levels=[c + 0.5], colors="black", linewidths=1.0)
    for c in np.unique(y).astype(int):
        colour, mark = COLOURS[c % len(COLOURS)], MARKERS[c % len(MARKERS)]
        ax.plot(*X[y == c].T, mark, color=colour, mec="white", mew=0.6, ms=6, label=f"class {c}")
    ax.set(xlabel="$x_1$", ylabel="$x_2$", title=title)
    ax.legend(loc="best", framealpha=0.85, edgecolor="none")
    return figure


def step_and_sigmoid(ax: Axes | None = None) -> Figure:
    """Draw the outputs of a perceptron and of a sigmoid unit, and the slope of the second.

    Math: step(a) = 1 for a > 0, else 0; sigmoid(a) = 1 / (1 + exp(-a))

    Parameters
    ----------
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> figure = step_and_sigmoid()
    >>> figure.axes[0].get_legend_handles_labels()[1][0]
    'step: slope 0 on both sides'
    """
    figure, ax = _figure_and_axes(ax)
    a = np.linspace(-6, 6, 400)
    for side, name in ((a[a < 0], "step: slope 0 on both sides"), (a[a > 0], None)):
        ax.plot(side, side > 0, color=GREY, ls="--", label=name)
    ax.plot([0, 0], [0, 1], "o", color=GREY, mfc="white", ms=6)
    ax.plot([0], [0], "o", color=GREY, ms=6)
    ax.plot(a, sigmoid(a), color=BLUE, lw=2.2, label="sigmoid $\\sigma(a)$")
    ax.plot(a, sigmoid_grad(a), color=ORANGE, ls="-.", label="its slope $\\sigma'(a)$")
    ax.set(xlabel="pre-activation a", ylabel="output h", title="Two output functions of a unit")
    ax.legend(loc="upper left", frameon=False)
    return figure


def saturation_curves(
    unit_gradients: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    ax: Axes | None = None,
) -> Figure:
    """Draw dJ/da of one sigmoid unit with target 1, for the quadratic loss and cross-entropy.

    Parameters
    ----------
    unit_gradients : callable
        Takes pre-activations a and targets y, both of shape (n,); returns dJ/da of the quadratic
        loss and of cross-entropy, both of shape (n,).
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> def by_hand(a, y):
    ...     return (sigmoid(a) - y) * sigmoid_grad(a), sigmoid(a) - y
    >>> figure = saturation_curves(by_hand)
    >>> figure.axes[0].get_legend_handles_labels()[1]
    ['quadratic loss', 'cross-entropy']
    """
    figure, ax = _figure_and_axes(ax)
    a = np.linspace(-10, 10, 401)
    quadratic, cross_entropy = unit_gradients(a, np.ones_like(a))
    ax.axvspan(-10, 0, color=GREY, alpha=0.12, lw=0)
    ax.axhline(0, color=GREY, lw=0.8)
    ax.plot(a, quadratic, color=ORANGE, ls="--", label="quadratic loss")
    ax.plot(a, cross_entropy, color=BLUE, label="cross-entropy")
    ax.text(-9.6, -0.55, "wrong side:\n$\\hat y$ below 1/2", color="black", va="center")
    ax.set_xticks(range(-10, 11, 5))
    ax.set(xlabel="pre-activation a", ylabel="dJ/da", title="What reaches a unit with target 1")
    ax.legend(loc="lower right", frameon=False)
    return figure


def weight_image(
    w: np.ndarray,
    shape: tuple[int, int] = (8, 8),
    title: str = "Weights",
    ax: Axes | None = None,
) -> Figure:
    """Draw the weights of a unit that looks at an image, each at the place of its pixel.

    Parameters
    ----------
    w : ndarray, shape (D,)
        Weights, row by row. Not modified.
    shape : (int, int)
        Height and width of the image, D pixels.
    title : str
        What stands above.
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> weight_image(np.arange(6.0) - 2, shape=(2, 3)).axes[0].images[0].get_clim()
    (-3.0, 3.0)
    """
    figure, ax = _figure_and_axes(ax)
    largest = float(np.abs(w).max()) or 1.0
    shades = LinearSegmentedColormap.from_list("signs", [BLUE, "white", ORANGE])
    shown = ax.imshow(np.reshape(w, shape), cmap=shades, vmin=-largest, vmax=largest)
    figure.colorbar(shown, ax=ax, label="weight")
    ax.set(xticks=[], yticks=[], title=title)
    return figure


def hidden_representation(
    H: np.ndarray,
    y: np.ndarray,
    w: np.ndarray,
    b: float,
    title: str = "What the output layer gets",
    ax: Axes | None = None,
) -> Figure:
    """Draw examples where two hidden units put them, and the line that the output layer draws.

    Math: the line is w·h + b = 0; for two classes, w and b are the differences of the weights and
    biases of their logits.

    Parameters
    ----------
    H : ndarray, shape (N, 2)
        Activations of the two hidden units. Not modified.
    y : ndarray of int, shape (N,)
        Classes, from 0 up. Not modified.
    w : ndarray, shape (2,)
        Weights. Not modified.
    b : float
        Bias.
    title : str
        What stands above.
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> H = np.array([[-1.0, -1.0], [1.0, 1.0]])
    >>> figure = hidden_representation(H, np.array([0, 1]), w=np.array([1.0, 1.0]), b=0.0)
    >>> figure.axes[0].get_xlabel()
    '$h_1$'
    """
    figure, ax = _figure_and_axes(ax)
    for c in np.unique(y).astype(int):
        colour, mark = COLOURS[c % len(COLOURS)], MARKERS[c % len(MARKERS)]
        ax.plot(*H[y == c].T, mark, color=colour, mec="white", mew=0.6, ms=6, label=f"class {c}")
    ax.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), aspect="equal")  # tanh units stay within 1
    square = float(w @ w)
    if square:
        foot, along = -b * w / square, np.array([-w[1], w[0]]) / np.sqrt(square)
        ends = np.stack([foot - 4 * along, foot + 4 * along])
        ax.plot(*ends.T, color="black", lw=1.5, label="line of the output layer")
    ax.set(xlabel="$h_1$", ylabel="$h_2$", title=title)
    ax.legend(loc="best", framealpha=0.85, edgecolor="none")
    return figure


def activation_panels(
    names: Sequence[str] = ("sigmoid", "tanh", "relu", "softplus"),
    ax: Sequence[Axes] | None = None,
) -> Figure:
    """Draw activation functions beside each other, each with its derivative.

    Parameters
    ----------
    names : sequence of str
        Names in `course.activations.ACTIVATIONS`.
    ax : sequence of Axes, optional
        Where to draw, one for each name. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> [axes.get_title() for axes in activation_panels(["tanh", "relu"]).axes]
    ['tanh', 'relu']
    """
    if ax is None:
        figure = plt.figure(figsize=(2.3 * len(names), 2.7), layout="constrained")
        plt.close(figure)
        ax = np.atleast_1d(figure.subplots(1, len(names), sharey=True))
    a = np.linspace(-4, 4, 401)
    for panel, name in zip(ax, names, strict=True):
        phi, slope = ACTIVATIONS[name].phi(a), ACTIVATIONS[name].phi_grad(a)
        if name == "relu":
            slope[a == 0] = np.nan  # the derivative jumps: no line across
        panel.axhline(0, color=GREY, lw=0.6)
        panel.axvline(0, color=GREY, lw=0.6)
        panel.plot(a, phi, color=BLUE, lw=2.2, label="phi(a)")
        panel.plot(a, slope, color=ORANGE, ls="--", lw=1.8, label="phi'(a)")
        panel.set(title=name, xlabel="a", ylim=(-1.2, 3.2), xticks=(-4, -2, 0, 2, 4))
    ax[0].legend(loc="upper left", frameon=False)
    return ax[0].figure


def loss_surfaces(
    x: np.ndarray, y: np.ndarray, limit: float = 5.0, ax: Sequence[Axes] | None = None
) -> Figure:
    """Draw the quadratic loss and the cross-entropy of a small network over two weights.

    Math: y_hat = sigmoid(w2·tanh(w1·x)); the losses are the means over the examples of
    ½(y_hat - y)² and -(y·log y_hat + (1-y)·log(1-y_hat))

    Parameters
    ----------
    x : ndarray, shape (N,)
        Inputs. Not modified.
    y : ndarray, shape (N,)
        Targets, 0 or 1. Not modified.
    limit : float
        Both weights run from -limit to limit.
    ax : sequence of three Axes, optional
        Two with projection="3d" for the surfaces, one for the cut at w1 = 2. A new figure
        without it.

    Returns
    -------
    Figure

    References
    ----------
    X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural
    networks, AISTATS 2010, figure 5: the same two surfaces for a two-layer tanh network.

    Examples
    --------
    >>> x = np.array([-1.0, 0.5, 2.0])
    >>> [axes.get_title() for axes in loss_surfaces(x, (x > 0) * 1.0).axes]
    ['quadratic', 'cross-entropy', 'the cut at w1 = 2']
    """
    if ax is None:
        figure = plt.figure(figsize=(10.5, 3.6), layout="constrained")
        plt.close(figure)
        ax = [figure.add_subplot(1, 3, panel, projection="3d") for panel in (1, 2)]
        ax.append(figure.add_subplot(1, 3, 3))
    w = np.linspace(-limit, limit, 61)

    def losses(w1: np.ndarray, w2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        A = np.asarray(w2)[..., None] * np.tanh(np.asarray(w1)[..., None] * x)
        quadratic = 0.5 * (sigmoid(A) - y) ** 2
        return quadratic.mean(axis=-1), (softplus(A) - y * A).mean(axis=-1)

    W1, W2 = np.meshgrid(w, w, indexing="ij")
    names, styles = ("quadratic", "cross-entropy"), ((ORANGE, "-"), (BLUE, "--"))
    for panel, name, surface in zip(ax, names, losses(W1, W2), strict=False):
        panel.plot_surface(W1, W2, surface, cmap="viridis", rstride=2, cstride=2)
        panel.view_init(elev=32, azim=-60)
        panel.set(title=name, xlabel="w1 (hidden)", ylabel="w2 (output)")
        panel.tick_params(labelsize=8)
    for name, (colour, style), cut in zip(names, styles, losses(2.0 + 0 * w, w), strict=True):
        ax[2].plot(w, cut / cut[0], color=colour, ls=style, lw=2, label=name)
    ax[2].set(title="the cut at w1 = 2", xlabel="w2 (output)", ylim=(0, 1.05))
    ax[2].set_ylabel(f"loss / loss at w2 = {-limit:g}")
    ax[2].legend(frameon=False)
    return ax[2].figure


def gradient_by_layer(norms: Mapping[str, np.ndarray], ax: Axes | None = None) -> Figure:
    """Draw the size of the gradient in every layer, one line for each activation.

    Parameters
    ----------
    norms : mapping of str to ndarray, shape (K,)
        For each activation the norms of dA_1 to dA_K. Not modified.
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    References
    ----------
    X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural
    networks, AISTATS 2010, section 4.2.

    Examples
    --------
    >>> gradient_by_layer({"sigmoid": np.array([0.01, 0.1, 1.0])}).axes[0].get_yscale()
    'log'
    """
    figure, ax = _figure_and_axes(ax)
    looks = zip((ORANGE, BLUE, GREEN, GREY), ("-", "--", "-.", ":"), "os^D", strict=True)
    for (name, sizes), (colour, style, marker) in zip(norms.items(), cycle(looks), strict=False):
        layers = np.arange(1, len(sizes) + 1)
        ax.semilogy(layers, sizes, color=colour, ls=style, marker=marker, ms=5, label=name)
        ax.set_xticks(layers)
    ax.set(xlabel="layer (1 is next to the input)", ylabel="norm of dA")
    ax.set_title("The gradient on its way back")
    ax.legend(loc="lower right", frameon=False)
    return figure


def effects_by_seed(
    effects: np.ndarray, names: Sequence[str], ylabel: str = "effect", ax: Axes | None = None
) -> Figure:
    """Draw the effect of every factor of an experiment, once for each seed.

    Parameters
    ----------
    effects : ndarray, shape (S, F)
        One row for each seed, one column for each factor. Not modified.
    names : sequence of str
        The factors.
    ylabel : str
        What is measured, with its unit.
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> figure = effects_by_seed(np.array([[0.1, -0.2], [0.2, -0.1]]), ["depth", "width"])
    >>> [text.get_text() for text in figure.axes[0].get_xticklabels()]
    ['depth', 'width']
    """
    figure, ax = _figure_and_axes(ax)
    places = np.arange(len(names))
    ax.axhline(0, color=GREY, lw=0.8)
    ax.bar(places, effects.mean(axis=0), width=0.5, color=BLUE, alpha=0.35, label="mean")
    spread = np.linspace(-0.12, 0.12, len(effects))[:, None]
    ax.plot(places + spread, effects, "o", color=ORANGE, ms=5)
    ax.plot([], [], "o", color=ORANGE, ms=5, label="one seed")
    ax.set_xticks(places, names)
    ax.set(ylabel=ylabel, title="Mean at the high level minus mean at the low level")
    ax.legend(frameon=False)
    return figure
