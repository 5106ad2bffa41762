"""Activation functions, and what they let through of a gradient."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.activations import ACTIVATIONS, sigmoid, sigmoid_grad
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
    >>> figure = activation_panels(["tanh", "relu"])
    >>> [axes.get_title() for axes in figure.axes]
    ['tanh', 'relu']
    """
    size = 2.3 * len(names), 2.7
    figure, ax = figure_and_panels(ax, size, [list(names)], sharey=True)
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
    return figure


def activation_curves(
    a: float,
    names: Sequence[str] = ("sigmoid", "tanh", "relu", "softplus"),
    ax: Sequence[Axes] | None = None,
) -> Figure:
    """Draw activation functions in one panel and their derivatives in another, with a at hand.

    Parameters
    ----------
    a : float
        The pre-activation to mark, between -6 and 6.
    names : sequence of str
        Up to four names in `course.activations.ACTIVATIONS`.
    ax : sequence of two Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> figure = activation_curves(-2.5)
    >>> figure.axes[1].get_legend_handles_labels()[1]
    ['sigmoid', 'tanh', 'relu', 'softplus']
    """
    figure, ax = figure_and_panels(ax, (8.4, 3.4))
    grid = np.linspace(-6, 6, 401)
    for name, colour, style, mark in zip(names, COLOURS, STYLES, MARKERS, strict=False):
        phi, phi_grad = ACTIVATIONS[name].phi, ACTIVATIONS[name].phi_grad
        slope = phi_grad(grid)
        if name == "relu":
            slope[grid == 0] = np.nan  # the derivative jumps: no line across
        for panel, curve, here in zip(ax, (phi(grid), slope), (phi(a), phi_grad(a)), strict=True):
            panel.plot(grid, curve, color=colour, ls=style, lw=2, label=name)
            panel.plot([a], [here], mark, color=colour, mec="white", mew=0.6, ms=7)
    for panel, title in zip(ax, ("output phi(a)", "slope phi'(a)"), strict=True):
        panel.axvline(a, color=GREY, lw=0.8)
        panel.set(title=title, xlabel="pre-activation a", xlim=(-6, 6))
    ax[0].set_ylim(-1.2, 3.2)
    ax[1].set_ylim(-0.05, 1.1)
    ax[1].legend(loc="center left", frameon=False)
    return figure


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
    >>> sigmoid_layers, relu_layers = 0.25 ** np.arange(9, -1, -1), 0.7 ** np.arange(9, -1, -1)
    >>> figure = gradient_by_layer({"sigmoid": sigmoid_layers, "relu": relu_layers})
    >>> figure.axes[0].get_yscale()
    'log'
    """
    figure, ax = figure_and_axes(ax)
    _lines_by_layer(ax, norms)
    ax.set(xlabel="layer (1 is next to the input)", ylabel="norm of dA", yscale="log")
    ax.set_title("The gradient on its way back")
    ax.legend(loc="best", frameon=False)
    return figure


def dead_units(shares: Mapping[str, np.ndarray], ax: Axes | None = None) -> Figure:
    """Draw which share of every layer's units is dead, one line for each activation.

    Parameters
    ----------
    shares : mapping of str to ndarray, shape (K,)
        For each activation the shares in layers 1 to K, from 0 to 1. Not modified.
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> figure = dead_units({"relu": np.array([0.9, 0.4, 0.1]), "tanh": np.zeros(3)})
    >>> figure.axes[0].get_ylabel()
    'share of dead units'
    """
    figure, ax = figure_and_axes(ax)
    _lines_by_layer(ax, shares)
    ax.set(ylim=(-0.04, 1.04), xlabel="layer (1 is next to the input)")
    ax.set(ylabel="share of dead units", title="Units that let nothing through")
    ax.legend(loc="best", frameon=False)
    return figure


def _lines_by_layer(ax: Axes, values: Mapping[str, np.ndarray]) -> None:
    """Draw one line for each name over the layers 1 to K."""
    looks = cycle(zip(COLOURS, STYLES, MARKERS, strict=True))
    for (name, line), (colour, style, marker) in zip(values.items(), looks, strict=False):
        layers = np.arange(1, len(line) + 1)
        ax.plot(layers, line, color=colour, ls=style, marker=marker, ms=5, label=name)
        ax.set_xticks(layers[:: 1 + len(layers) // 11])
