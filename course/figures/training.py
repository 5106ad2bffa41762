"""What training does, and what comes out of it."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course.figures.style import BLUE, COLOURS, GREY, MARKERS, ORANGE, STYLES, figure_and_axes


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
    figure, ax = figure_and_axes(ax)
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
    figure, ax = figure_and_axes(ax)
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
    figure, ax = figure_and_axes(ax)
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
    figure, ax = figure_and_axes(ax)
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
    figure, ax = figure_and_axes(ax)
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
