"""A sigmoid unit with two inputs, and every number of its backward pass, under sliders.

| function          | does                                                             |
|-------------------|------------------------------------------------------------------|
| `tune_neuron`     | the widget                                                       |
| `unit_gradients`  | output, loss, and each quantity's local and upstream derivative  |
| `picture_of_unit` | one view of it                                                   |
"""

from collections.abc import Sequence
from typing import NamedTuple

from course.activations import sigmoid, sigmoid_grad, softplus
from course.figures import sigmoid_unit
from course.figures.units import SATURATED
from course.widgets.controls import Choice, Slider
from course.widgets.drawing import as_svg, canvas
from course.widgets.panel import Panel

LOSSES = ("cross-entropy", "quadratic")


class Unit(NamedTuple):
    """What came out of a unit, and what goes back.

    Parameters
    ----------
    a, y_hat, loss : float
        Pre-activation, output, and the loss of this one example.
    rows : list of (str, str, float, float)
        From the output back: a quantity's name, what it goes into, the local derivative of that by
        it, and the upstream gradient. The product of the two numbers is dJ/d(quantity).
    """

    a: float
    y_hat: float
    loss: float
    rows: list[tuple[str, str, float, float]]


def unit_gradients(w: Sequence[float], x: Sequence[float], b: float, y: float, loss: str) -> Unit:
    """Return the forward and backward pass of a sigmoid unit.

    Math: a = w·x + b, ŷ = sigmoid(a); the cross-entropy -y·log ŷ - (1-y)·log(1-ŷ) is taken from
    a, so that it is finite; dJ/dŷ = (1-y) / sigmoid(-a) - y/ŷ, for 1-ŷ loses its digits

    Parameters
    ----------
    w, x : sequence of float
        Weights and inputs, as many of one as of the other.
    b : float
        Bias.
    y : float
        Target, from 0 to 1.
    loss : {"cross-entropy", "quadratic"}
        The loss.

    Examples
    --------
    >>> unit = unit_gradients([2.0, -3.0], [-1.0, -2.0], -3.0, 1.0, "quadratic")
    >>> round(unit.a, 2), round(unit.y_hat, 2), [name for name, *_ in unit.rows]
    (1.0, 0.73, ['ŷ', 'a', 'w₁', 'w₂', 'b', 'x₁', 'x₂'])
    """
    a = sum(w_i * x_i for w_i, x_i in zip(w, x, strict=True)) + b
    y_hat, slope = float(sigmoid(a)), float(sigmoid_grad(a))
    if loss == "quadratic":
        value, dy_hat = 0.5 * (y_hat - y) ** 2, y_hat - y
    else:
        value = float(softplus(a) - y * a)
        dy_hat = (1 - y) / float(sigmoid(-a)) - y / y_hat
    da = dy_hat * slope
    rows = [("ŷ", "J", dy_hat, 1.0), ("a", "ŷ", slope, dy_hat)]
    number = str.maketrans("12345678", "₁₂₃₄₅₆₇₈")
    for name, partners in (("w", x), ("b", None), ("x", w)):
        if partners is None:
            rows.append((name, "a", 1.0, da))
        else:
            rows += [(f"{name}{i}".translate(number), "a", local, da)
                     for i, local in enumerate(partners, start=1)]  # fmt: skip
    return Unit(a, y_hat, value, rows)


def picture_of_unit(
    w1: float, w2: float, b: float, x1: float, x2: float, y: float, loss: str
) -> tuple[str, str]:
    """Return the picture and the sentence for one setting of the sliders.

    Parameters
    ----------
    w1, w2, b, x1, x2, y : float
        Weights, bias, inputs, target.
    loss : str
        As in `unit_gradients`.

    Returns
    -------
    picture : str
        An SVG.
    sentence : str
    """
    unit = unit_gradients([w1, w2], [x1, x2], b, y, loss)
    figure, (curve, table) = canvas([2.8, 3.6])
    sigmoid_unit(unit.a, unit.rows, ax=[curve, table])
    *_, slope, upstream = unit.rows[1]
    said = (
        f"a = {unit.a:.3g}, ŷ = {unit.y_hat:.4g}, target {y:g}, loss {unit.loss:.4g}, "
        f"dJ/da = {slope * upstream:.3g}. "
    )
    if slope >= SATURATED:
        said += f"The slope of the sigmoid is {slope:.3g}: the unit is not saturated."
    elif abs(unit.y_hat - y) < 0.5:
        said += f"The unit is saturated on the right side: a slope of {slope:.2g} does no harm."
    elif loss == "quadratic":
        said += f"Saturated on the wrong side: the slope {slope:.2g} takes the gradient away."
    else:
        said += f"Saturated on the wrong side, but dJ/dŷ makes up for the slope of {slope:.2g}."
    return as_svg(figure, "A sigmoid unit and its backward pass", said), said


def tune_neuron() -> Panel:
    """Turn the weights, bias and inputs of a sigmoid unit, and watch every derivative.

    Returns
    -------
    Panel

    Examples
    --------
    >>> tune_neuron().said[:45]
    'a = 1, ŷ = 0.7311, target 1, loss 0.3133, dJ/'
    """
    controls = {
        "w1": Slider("weight w₁", -6, 6, 0.25), "w2": Slider("weight w₂", -6, 6, 0.25),
        "b": Slider("bias b", -10, 10, 0.25),
        "x1": Slider("input x₁", -3, 3, 0.25), "x2": Slider("input x₂", -3, 3, 0.25),
        "y": Choice("target y", ["1", "0"]),
        "loss": Choice("loss", LOSSES),
    }  # fmt: skip
    start = {"w1": 2.0, "w2": -3.0, "b": -3.0, "x1": -1.0, "x2": -2.0}
    return Panel(
        "Make the unit sure and wrong: target 1, a below -6. With which loss does anything still "
        "come back to the weights?",
        lambda y, **state: picture_of_unit(y=float(y), **state),
        start | {"y": "1", "loss": LOSSES[0]}, controls, width=720,
    )  # fmt: skip
