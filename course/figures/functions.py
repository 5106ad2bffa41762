"""Activation functions and losses, and what they let through of a gradient."""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.activations import ACTIVATIONS, sigmoid, sigmoid_grad, softplus
from course.figures.style import BLUE, GREEN, GREY, ORANGE, figure_and_axes


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
    figure, ax = figure_and_axes(ax)
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
    figure, ax = figure_and_axes(ax)
    looks = zip((ORANGE, BLUE, GREEN, GREY), ("-", "--", "-.", ":"), "os^D", strict=True)
    for (name, sizes), (colour, style, marker) in zip(norms.items(), cycle(looks), strict=False):
        layers = np.arange(1, len(sizes) + 1)
        ax.semilogy(layers, sizes, color=colour, ls=style, marker=marker, ms=5, label=name)
        ax.set_xticks(layers)
    ax.set(xlabel="layer (1 is next to the input)", ylabel="norm of dA")
    ax.set_title("The gradient on its way back")
    ax.legend(loc="lower right", frameon=False)
    return figure
