"""Two losses over the same two weights, and the way down from any point on them.

| function             | does                                                           |
|----------------------|----------------------------------------------------------------|
| `compare_losses`     | the widget                                                     |
| `descend`            | gradient descent on both losses from one start                 |
| `picture_of_descent` | one view of it                                                 |
"""

from functools import lru_cache

import numpy as np

from course.activations import sigmoid, sigmoid_grad, tanh, tanh_grad
from course.figures import loss_maps
from course.figures.losses import NAMES, two_weight_losses
from course.widgets.controls import Slider
from course.widgets.drawing import as_svg, canvas
from course.widgets.panel import Panel

Array = np.ndarray
LIMIT = 5.0  # where the sliders end


@lru_cache(maxsize=1)
def _examples() -> tuple[Array, Array]:
    """Return 40 inputs, and targets that are mostly 1 where the input is positive."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=40)
    return x, (x + 0.5 * rng.normal(size=40) > 0) * 1.0


def descend(x: Array, y: Array, w1: float, w2: float, lr: float, steps: int) -> tuple[Array, Array]:
    """Return the ways that gradient descent takes on the quadratic loss and the cross-entropy.

    Math: a = w2·tanh(w1·x), w ← w - lr·dJ/dw, with da = (ŷ - y)·sigmoid'(a) / N for the quadratic
    loss, (ŷ - y) / N for the cross-entropy

    Parameters
    ----------
    x, y : ndarray, shape (N,)
        Inputs, and targets 0 or 1. Not modified.
    w1, w2 : float
        The start.
    lr : float
        The learning step.
    steps : int
        How many.

    Returns
    -------
    quadratic, cross_entropy : ndarray, shape (steps + 1, 2)
        The weights before the first step and after each.

    Examples
    --------
    >>> ways = descend(np.array([-1.0, 1.0]), np.array([0.0, 1.0]), 1.0, -3.0, 1.0, 10)
    >>> [float(way[-1, 1].round(2)) for way in ways]
    [-2.76, -2.99]
    """
    ways = []
    for quadratic in (True, False):
        way = np.empty((steps + 1, 2))
        way[0] = w1, w2
        for t in range(steps):
            hidden, output = way[t]
            H = tanh(hidden * x)
            A = output * H
            dA = (sigmoid(A) - y) * (sigmoid_grad(A) if quadratic else 1.0) / len(x)
            d_hidden = (dA * output * tanh_grad(hidden * x)) @ x
            way[t + 1] = hidden - lr * d_hidden, output - lr * (dA @ H)
        ways.append(way)
    return ways[0], ways[1]


def picture_of_descent(w1: float, w2: float, lr: float, steps: int) -> tuple[str, str]:
    """Return the picture and the sentence for one start.

    Parameters
    ----------
    w1, w2, lr, steps : float, float, float, int
        As in `descend`.

    Returns
    -------
    picture : str
        An SVG.
    sentence : str
    """
    x, y = _examples()
    ways = descend(x, y, w1, w2, lr, steps)
    figure, (left, right) = canvas([2.7, 2.7], height=2.7)
    limit = max(LIMIT, float(np.ceil(np.abs(ways).max())))  # a large step may go further
    loss_maps(x, y, ways, limit, ax=[left, right])
    parts = []
    for i, (name, way) in enumerate(zip(NAMES, ways, strict=True)):
        here, there = (two_weight_losses(*way[t], x, y)[i] for t in (0, -1))
        parts.append(
            f"{name}: from {here:.3f} to {there:.3f}, at w1 = {way[-1, 0]:.2f}, "
            f"w2 = {way[-1, 1]:.2f}"
        )
    said = f"After {steps} step{'s' * (steps != 1)}, {'; '.join(parts)}."
    return as_svg(figure, "Gradient descent on two losses", said), said


def compare_losses() -> Panel:
    """Put gradient descent down anywhere on the quadratic loss and the cross-entropy.

    Returns
    -------
    Panel

    Examples
    --------
    >>> compare_losses().said[:43]
    'After 60 steps, quadratic: from 0.288 to 0.'
    """
    controls = {
        "w1": Slider("start w1", -LIMIT, LIMIT, 0.25),
        "w2": Slider("start w2", -LIMIT, LIMIT, 0.25),
        "lr": Slider("step lr", -2, 1, 0.25, log=True),
        "steps": Slider("steps", 0, 200, 5),
    }
    return Panel(
        "From where does gradient descent hardly get away with the quadratic loss, and what does "
        "the cross-entropy do there?",
        picture_of_descent, {"w1": 2.0, "w2": -4.0, "lr": 1.0, "steps": 60}, controls, width=700,
    )  # fmt: skip
