"""What training does, and what comes out of it."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course.figures.style import (
    BLUE,
    COLOURS,
    GREY,
    MARKERS,
    ORANGE,
    STYLES,
    figure_and_axes,
    figure_and_panels,
)

_ROUND = [m * 10**k for k in range(9) for m in (1, 2, 5)]


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
    >>> t = np.arange(60)
    >>> curves = {"lr = 0.01": 0.69 * 0.98**t, "lr = 0.1": 0.69 * 0.9**t}
    >>> figure = training_curves(curves, log=True)
    >>> figure.axes[0].get_legend_handles_labels()[1]
    ['lr = 0.01', 'lr = 0.1']
    """
    figure, ax = figure_and_axes(ax)
    for number, (name, values) in enumerate(curves.items()):
        colour, style = COLOURS[number % len(COLOURS)], STYLES[number % len(STYLES)]
        mark = "o" if len(values) == 1 else None  # a line needs two points
        ax.plot(np.arange(len(values)), values, color=colour, ls=style, marker=mark, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, yscale="log" if log else "linear")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    ax.legend(loc="best", frameon=False)
    return figure


def decision_boundary(
    predict: Callable[[np.ndarray], np.ndarray],
    X: np.ndarray,
    y: np.ndarray,
    title: str = "Decision boundary",
    resolution: int = 200,
    scale: bool = True,
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
    resolution : int
        How many points to a side the model is asked at.
    scale : bool
        Whether a scale of the shades of ŷ stands beside.
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(80, 2))
    >>> y = (X[:, 0] * X[:, 1] > 0).astype(int)
    >>> figure = decision_boundary(lambda points: 0.5 + np.tanh(points.prod(axis=1)) / 2, X, y)
    >>> figure.axes[0].get_legend_handles_labels()[1]
    ['class 0', 'class 1']
    """
    figure, ax = figure_and_axes(ax)
    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.12 * np.maximum(high - low, 1e-6)
    corners = zip(low - margin, high + margin, strict=True)
    x1, x2 = (np.linspace(*ends, resolution) for ends in corners)
    grid = np.stack([axis.ravel() for axis in np.meshgrid(x1, x2)], axis=1)
    scores = np.asarray(predict(grid)).reshape(len(grid), -1)
    C = scores.shape[1]
    said = (scores if C == 1 else scores.argmax(axis=1)).reshape(resolution, resolution)
    shades = ListedColormap([COLOURS[c % len(COLOURS)] for c in range(C)])
    edges = [c + 0.5 for c in range(C - 1) if said.min() <= c < said.max()]
    if C == 1:
        shades = LinearSegmentedColormap.from_list("classes", [BLUE, "white", ORANGE])
        edges = [0.5] if said.min() < 0.5 < said.max() else []
    half = (x1[1] - x1[0]) / 2, (x2[1] - x2[0]) / 2  # a shade is centred on its point
    shown = ax.imshow(
        said, cmap=shades, vmin=0, vmax=C, alpha=0.45 if C == 1 else 0.25,
        extent=(x1[0] - half[0], x1[-1] + half[0], x2[0] - half[1], x2[-1] + half[1]),
        origin="lower", aspect="auto", interpolation="nearest",
    )  # fmt: skip
    if C == 1 and scale:
        figure.colorbar(shown, ax=ax, label="ŷ", ticks=[0, 0.5, 1])
    if edges:
        ax.contour(x1, x2, said, levels=edges, colors="black", linewidths=1.5)
    for c in np.unique(y).astype(int):
        colour, mark = COLOURS[c % len(COLOURS)], MARKERS[c % len(MARKERS)]
        ax.plot(*X[y == c].T, mark, color=colour, mec="white", mew=0.6, ms=6, label=f"class {c}")
    ax.set(xlabel="$x_1$", ylabel="$x_2$", title=title)
    ax.legend(loc="best", framealpha=0.85, edgecolor="none")
    return figure


def training_view(
    predict: Callable[[np.ndarray], np.ndarray],
    X: np.ndarray,
    y: np.ndarray,
    losses: Mapping[str, Sequence[float]],
    norms: np.ndarray,
    ax: Sequence[Axes] | None = None,
) -> Figure:
    """Draw a network in training: its boundary, the loss, and the gradient of every layer.

    Parameters
    ----------
    predict, X, y : callable, ndarray, ndarray
        As in `decision_boundary`. Not modified.
    losses : mapping of str to sequence of float
        As in `training_curves`: this run first, perhaps one to compare it with.
    norms : ndarray, shape (T, K)
        The norm of dW_k before each of T steps, for every layer k. Not modified.
    ax : sequence of three Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(40, 2))
    >>> y = X.argmax(axis=1)
    >>> norms = 0.9 ** np.arange(20)[:, None] * [0.1, 1.0]
    >>> figure = training_view(lambda points: points, X, y, {"this run": norms[:, 1]}, norms)
    >>> figure.axes[2].get_legend_handles_labels()[1]
    ['dW1', 'dW2']
    """
    figure, ax = figure_and_panels(ax, (9.0, 4.2), "AB;AC", width_ratios=[1.2, 1])
    plane, loss, layers = ax
    decision_boundary(predict, X, y, title="", resolution=70, scale=False, ax=plane)
    training_curves(losses, xlabel="", title="", ax=loss)
    by_layer = {f"dW{k}": norm for k, norm in enumerate(norms.T, start=1)}
    training_curves(by_layer, ylabel="norm", title="", log=True, ax=layers)
    # Limits that stay as they are for a while: a run is easier to follow, and drawn faster.
    longest = max(50, *(len(curve) - 1 for curve in losses.values()))
    for panel in (loss, layers):
        panel.set_xlim(0, next(e for e in _ROUND if e >= longest))
    highest = max(np.max(curve, where=np.isfinite(curve), initial=0.0) for curve in losses.values())
    highest = float(np.clip(highest, 0.01, 1e6))  # of a run that diverges
    loss.set_ylim(0, 1.05 * next(e for e in _ROUND if e >= 100 * highest) / 100)
    shown = norms[np.isfinite(norms) & (norms > 0)]
    decades = np.log10([shown.min(), shown.max()]) if len(shown) else np.array([-1, 0])
    layers.set_ylim(10 ** np.floor(decades[0] - 0.01), 10 ** np.ceil(decades[1] + 0.01))
    for panel in ax:
        panel.legend(loc="upper right", frameon=panel is plane, framealpha=0.85, edgecolor="none")
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
    >>> rows, columns = np.mgrid[-3.5:4.5, -3.5:4.5]
    >>> figure = weight_image((rows * np.exp(-(rows**2 + columns**2) / 8)).ravel())
    >>> figure.axes[0].images[0].get_array().shape
    (8, 8)
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
    >>> H = np.tanh(np.random.default_rng(0).normal(size=(60, 2)))
    >>> y = (H.sum(axis=1) > 0.3).astype(int)
    >>> figure = hidden_representation(H, y, w=np.array([1.0, 1.0]), b=-0.3)
    >>> figure.axes[0].get_xlabel()
    '$h_1$'
    """
    figure, ax = figure_and_axes(ax)
    for c in np.unique(y).astype(int):
        colour, mark = COLOURS[c % len(COLOURS)], MARKERS[c % len(MARKERS)]
        ax.plot(*H[y == c].T, mark, color=colour, mec="white", mew=0.6, ms=6, label=f"class {c}")
    reach = 1.15 * max(1.0, float(np.abs(H).max()))  # tanh units stay within 1
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    square = float(w @ w)
    if square:
        foot, along = -b * w / square, np.array([-w[1], w[0]]) / np.sqrt(square)
        ends = np.stack([foot - 4 * reach * along, foot + 4 * reach * along])
        ax.plot(*ends.T, color="black", lw=1.5, label="line of the output layer")
    ax.set(xlabel="$h_1$", ylabel="$h_2$", title=title)
    ax.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False)  # beside the square
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
    >>> effects = np.array([[0.02, -0.12], [0.05, -0.15], [0.03, -0.11]])
    >>> figure = effects_by_seed(effects, ["depth", "width"])
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
