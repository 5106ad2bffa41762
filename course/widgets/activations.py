"""Activation functions, what they let through, and how that adds up in a deep network.

| function                 | does                                                            |
|--------------------------|-----------------------------------------------------------------|
| `compare_activations`    | the widget                                                      |
| `layer_by_layer`         | gradient norms and shares of dead units in a fresh deep network |
| `picture_of_activations` | one view of it                                                  |
"""

from collections.abc import Sequence

import numpy as np

from course.activations import ACTIVATIONS
from course.figures import activation_curves, dead_units, gradient_by_layer
from course.widgets.controls import Choice, Slider
from course.widgets.drawing import as_svg, canvas
from course.widgets.panel import Panel

NAMES = ("sigmoid", "tanh", "relu", "softplus")
CURVES, LAYERS = "one unit", "a deep network"
N, WIDTH = 32, 50  # examples and units per layer
MOST_LAYERS = 20
SMALLEST = 1e-30  # in the place of 0, which has none on a log axis
DEAD = 1e-3  # a slope below it, for every example, lets nothing through


def layer_by_layer(
    names: Sequence[str], depth: int, sigma: float, bias: float
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return what comes back to every layer of a network that has not learned anything yet.

    Math: W^(k) ~ N(0, sigma²/fan_in), every bias is `bias`; dA^(k) = dH^(k)·phi'(A^(k)), and
    dH^(k-1) = dA^(k) W^(k), from a random dH^(K) of norm 1

    Parameters
    ----------
    names : sequence of str
        Names in `course.activations.ACTIVATIONS`.
    depth : int
        K, how many layers of 50 units.
    sigma, bias : float
        The start of the weights and biases. All networks get the same draws.

    Returns
    -------
    norms : dict of str to ndarray, shape (K,)
        The norms of dA_1 to dA_K.
    dead : dict of str to ndarray, shape (K,)
        The share of units whose slope is below 1/1000 for every one of 32 examples.

    Examples
    --------
    >>> norms, dead = layer_by_layer(["sigmoid", "relu"], depth=10, sigma=1.0, bias=0.0)
    >>> [f"{norm[0] / norm[-1]:.0e}" for norm in norms.values()]
    ['2e-06', '5e-02']
    """
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N, WIDTH))
    W = [rng.normal(0.0, sigma / np.sqrt(WIDTH), (WIDTH, WIDTH)) for _ in range(depth)]
    dH_K = rng.normal(size=(N, WIDTH))
    dH_K /= np.linalg.norm(dH_K)
    norms, dead = {}, {}
    for name in names:
        H, slopes = X, []
        for W_k in W:
            A = H @ W_k.T + bias
            slopes.append(ACTIVATIONS[name].phi_grad(A))
            H = ACTIVATIONS[name].phi(A)
        dH, norms[name] = dH_K, np.empty(depth)
        for k in reversed(range(depth)):
            dA = dH * slopes[k]
            norms[name][k] = np.linalg.norm(dA)
            dH = dA @ W[k]
        dead[name] = np.array([(slope < DEAD).all(axis=0).mean() for slope in slopes])
    return norms, dead


def picture_of_activations(
    show: str, a: float, depth: int, sigma: float, bias: float
) -> tuple[str, str]:
    """Return the picture and the sentence for one setting.

    Parameters
    ----------
    show : {"one unit", "a deep network"}
        The functions and their slopes, or what they do to the gradient from layer to layer.
    a : float
        The pre-activation of the one unit.
    depth, sigma, bias : int, float, float
        The deep network, as in `layer_by_layer`.

    Returns
    -------
    picture : str
        An SVG.
    sentence : str
    """
    figure, (left, right) = canvas([3.1, 3.1])
    if show == CURVES:
        activation_curves(a, NAMES, ax=[left, right])
        parts = [
            f"{name} {float(ACTIVATIONS[name].phi(a)):.3g}, slope "
            f"{float(ACTIVATIONS[name].phi_grad(a)):.3g}"
            for name in NAMES
        ]
        said = f"At a = {a:g}: {'; '.join(parts)}."
        return as_svg(figure, "Activation functions and their slopes", said), said
    norms, dead = layer_by_layer(NAMES, depth, sigma, bias)
    shown = {name: np.maximum(norm, SMALLEST) for name, norm in norms.items()}
    gradient_by_layer(shown, ax=left)
    dead_units(dead, ax=right)
    right.get_legend().remove()  # the lines are those of the left panel
    for panel in (left, right):  # limits that stay: easier to compare, and painted once
        panel.set(xlim=(0, MOST_LAYERS + 1), xticks=range(2, MOST_LAYERS + 1, 3))
    lowest = min(norm.min() for norm in shown.values())
    highest = max(norm.max() for norm in shown.values())
    left.legend(loc="lower right", frameon=False)
    bottom, top = 5 * np.floor(np.log10(lowest) / 5), 5 * np.ceil(np.log10(highest) / 5)
    left.set_ylim(10**bottom, max(1e3, 10**top))
    parts = [
        f"{name} {norms[name][0] / norms[name][-1]:.1e}" if norms[name][-1] else f"{name} 0"
        for name in NAMES
    ]
    said = (
        f"Of the gradient in layer {depth}, layer 1 gets {', '.join(parts)}. Dead relu units: "
        f"{dead['relu'][0]:.0%} in layer 1, {dead['relu'][-1]:.0%} in layer {depth}."
    )
    return as_svg(figure, "Gradient norms and dead units by layer", said), said


def compare_activations() -> Panel:
    """Compare activation functions: one unit, and a deep network that starts to learn.

    Returns
    -------
    Panel

    Examples
    --------
    >>> compare_activations().said[:42]
    'At a = 2: sigmoid 0.881, slope 0.105; tanh'
    """
    controls = {
        "show": Choice("show", [CURVES, LAYERS]),
        "a": Slider("input a", -6, 6, 0.25),
        "depth": Slider("layers", 2, MOST_LAYERS),
        "sigma": Slider("scale σ", 0.25, 3, 0.05),
        "bias": Slider("bias", -6, 2, 0.25),
    }

    def draw(**state: float | str) -> tuple[str, str]:
        for name, control in controls.items():
            control.disabled = name != "show" and (name == "a") != (state["show"] == CURVES)
        return picture_of_activations(**state)

    return Panel(
        "Which slope is never above 1/4, and what is left of it after 10 layers? For which scale σ "
        "does the gradient of relu keep its size?",
        draw, {"show": CURVES, "a": 2.0, "depth": 10, "sigma": 1.0, "bias": 0.0}, controls,
        width=740,
    )  # fmt: skip
