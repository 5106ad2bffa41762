"""The figures of the lessons, in matplotlib. Each function returns a Figure and shows nothing.

| function            | shows                                                                  |
|---------------------|------------------------------------------------------------------------|
| `secant_and_tangent`| a function, its tangent at x, and the secant that a step eps takes     |
| `step_size_error`   | the error of forward and central differences against the step eps      |
| `training_curves`   | loss, accuracy or another quantity against steps, one curve per run    |
| `decision_boundary` | what a model of two inputs says everywhere, with the examples on top   |
| `step_and_sigmoid`  | the outputs of a perceptron and of a sigmoid unit, and the slope       |
| `saturation_curves` | what reaches a sigmoid unit from the quadratic loss and cross-entropy  |
| `weight_image`      | the weights of a unit that looks at an image, as an image              |

Every function takes an optional `ax`, to draw into a figure of your own.
"""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course.activations import sigmoid, sigmoid_grad

# Colours that stay apart for colour-blind readers and in grey (Wong, Nature Methods 8, 441, 2011);
# line styles differ too, so that no figure depends on colour alone.
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#777777"
COLOURS, STYLES, MARKERS = (BLUE, ORANGE, GREEN, GREY), ("-", "--", "-.", ":"), ("o", "s", "^", "D")

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


def _figure_and_axes(ax: Axes | None) -> tuple[Figure, Axes]:
    """Return the axes to draw on and their figure, a new one if none is given."""
    if ax is None:
        figure, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
        plt.close(figure)  # a notebook then shows the figure once, as what the cell returns
        return figure, ax
    return ax.figure, ax
