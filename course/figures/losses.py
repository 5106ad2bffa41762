"""Quadratic loss and cross-entropy: what reaches a unit, and the ground they make to walk on."""

from collections.abc import Callable, Sequence
from zlib import crc32

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.activations import sigmoid, softplus
from course.figures.style import BLUE, GREY, ORANGE, figure_and_axes, figure_and_panels

NAMES = ("quadratic", "cross-entropy")


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
    >>> from course.activations import sigmoid_grad
    >>> def by_hand(a, y):
    ...     return (sigmoid(a) - y) * sigmoid_grad(a), sigmoid(a) - y
    >>> figure = saturation_curves(by_hand)
    >>> figure.axes[0].get_legend_handles_labels()[1]
    ['quadratic loss', 'cross-entropy']
    """
    figure, ax = figure_and_axes(ax)
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


def two_weight_losses(
    w1: np.ndarray, w2: np.ndarray, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the quadratic loss and the cross-entropy of a network with two weights.

    Math: y_hat = sigmoid(w2·tanh(w1·x)); the losses are the means over the examples of
    ½(y_hat - y)² and -(y·log y_hat + (1-y)·log(1-y_hat))

    Parameters
    ----------
    w1, w2 : ndarray of one shape, or of shapes that broadcast
        Hidden and output weight. Not modified.
    x, y : ndarray, shape (N,)
        Inputs, and targets 0 or 1. Not modified.

    Returns
    -------
    quadratic, cross_entropy : ndarray, shape of the weights

    Examples
    --------
    >>> losses = two_weight_losses(0.0, 0.0, np.array([1.0]), np.array([1.0]))
    >>> [round(float(loss), 4) for loss in losses]
    [0.125, 0.6931]
    """
    A = np.asarray(w2)[..., None] * np.tanh(np.asarray(w1)[..., None] * x)
    quadratic = 0.5 * (sigmoid(A) - y) ** 2
    return quadratic.mean(axis=-1), (softplus(A) - y * A).mean(axis=-1)


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
    >>> x = np.linspace(-2, 2, 40)
    >>> figure = loss_surfaces(x, (x > 0) * 1.0)
    >>> [axes.get_title() for axes in figure.axes]
    ['quadratic', 'cross-entropy', 'the cut at w1 = 2']
    """
    surface = {"projection": "3d"}
    figure, ax = figure_and_panels(
        ax, (10.5, 3.6), "ABC", per_subplot_kw={"A": surface, "B": surface}
    )
    w = np.linspace(-limit, limit, 61)
    W1, W2 = np.meshgrid(w, w, indexing="ij")
    styles = ((ORANGE, "-"), (BLUE, "--"))
    for panel, name, surface in zip(ax, NAMES, two_weight_losses(W1, W2, x, y), strict=False):
        panel.plot_surface(W1, W2, surface, cmap="viridis", rstride=2, cstride=2)
        panel.view_init(elev=32, azim=-60)
        panel.set(title=name, xlabel="w1 (hidden)", ylabel="w2 (output)")
        panel.tick_params(labelsize=8)
    cuts = two_weight_losses(np.array(2.0), w, x, y)
    for name, (colour, style), cut in zip(NAMES, styles, cuts, strict=True):
        ax[2].plot(w, cut / cut[0], color=colour, ls=style, lw=2, label=name)
    ax[2].set(title="the cut at w1 = 2", xlabel="w2 (output)", ylim=(0, 1.05))
    ax[2].set_ylabel(f"loss / loss at w2 = {-limit:g}")
    ax[2].legend(frameon=False)
    return figure


def loss_maps(
    x: np.ndarray,
    y: np.ndarray,
    paths: Sequence[np.ndarray] = (),
    limit: float = 5.0,
    ax: Sequence[Axes] | None = None,
) -> Figure:
    """Draw the two losses of `two_weight_losses` as maps, and ways down on top of them.

    Parameters
    ----------
    x, y : ndarray, shape (N,)
        Inputs, and targets 0 or 1. Not modified.
    paths : sequence of ndarray, shape (T, 2)
        For each loss the weights (w1, w2) after every step; the first are marked by a ring, the
        last by a square. Not modified.
    limit : float
        Both weights run from -limit to limit.
    ax : sequence of two Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> x = np.linspace(-2, 2, 40)
    >>> way = np.linspace([2.0, -4.0], [2.0, 4.0], 20)
    >>> figure = loss_maps(x, (x > 0) * 1.0, [way, way])
    >>> [axes.get_title() for axes in figure.axes]
    ['quadratic', 'cross-entropy']
    """
    figure, ax = figure_and_panels(ax, (8.0, 3.8))
    w = np.linspace(-limit, limit, 61)
    surfaces = two_weight_losses(w[None, :], w[:, None], x, y)
    for panel, name, surface in zip(ax, NAMES, surfaces, strict=True):
        shown = panel.imshow(
            surface, cmap="viridis", extent=(-limit, limit, -limit, limit), origin="lower",
            aspect="auto", interpolation="bilinear",
        )  # fmt: skip
        lines = panel.contour(w, w, surface, levels=10, colors="w", linewidths=0.6, alpha=0.6)
        for artist in (shown, lines):  # a widget paints the same map once, while the ways change
            artist.set_gid(f"{type(artist).__name__} of {name} {crc32(surface.tobytes())}")
        panel.set(title=name, xlabel="w1 (hidden)", xlim=(-limit, limit), ylim=(-limit, limit))
    for panel, path in zip(ax, paths, strict=False):
        w1, w2 = np.transpose(path)
        panel.plot(w1, w2, color="white", lw=3)
        panel.plot(w1, w2, color=ORANGE, lw=1.6)
        for mark, place in (("o", 0), ("s", -1)):
            panel.plot(w1[place], w2[place], mark, color=ORANGE, mec="white", mew=1.5, ms=9)
    ax[0].set_ylabel("w2 (output)")
    return figure
