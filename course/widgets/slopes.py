"""The step of a finite difference, to drag: what it measures, and how far off that is.

| function         | does                                                               |
|------------------|--------------------------------------------------------------------|
| `drag_eps`       | the widget                                                         |
| `picture_of_eps` | one view of it: the secant, and the error of every step            |
"""

from typing import NamedTuple

import numpy as np

from course.figures import secant_and_tangent, step_size_error
from course.figures.slopes import difference_quotient
from course.figures.style import ScalarFunction
from course.widgets.controls import Choice, Slider
from course.widgets.drawing import as_svg, canvas
from course.widgets.panel import Panel

DTYPES = ("float64", "float32")


class Place(NamedTuple):
    """A function, its derivative, where that is taken, and whether f has a kink there."""

    f: ScalarFunction
    df: ScalarFunction
    x: float
    kink: bool = False


def _relu(t: np.ndarray) -> np.ndarray:
    return np.maximum(t, 0)


def _step(t: np.ndarray) -> np.ndarray:
    return (t > 0) * 1.0


PLACES = {
    "smooth: sin at x = 1": Place(np.sin, np.cos, 1.0),
    "a kink: relu at x = 0": Place(_relu, _step, 0.0, kink=True),
    "beside a kink: relu at x = 0.001": Place(_relu, _step, 0.001),
}


def drag_eps(
    f: ScalarFunction | None = None, df: ScalarFunction | None = None, x: float = 1.0
) -> Panel:
    """Drag the step of a finite difference, and see what it does to the slope.

    Parameters
    ----------
    f, df : callable, optional
        A function of your own and its derivative; each takes and returns an array of shape (n,).
        Without them, sin at a smooth point and relu at its kink.
    x : float
        Where your function is differentiated.

    Returns
    -------
    Panel

    Raises
    ------
    TypeError
        If there is only one of f and df.

    Examples
    --------
    >>> panel = drag_eps(np.exp, np.exp, x=0.0)
    >>> panel.said
    'eps = 0.1: the central difference in float64 is 1.00166750, the slope is 1.00000000. It is off by 1.7e-03.'
    """  # noqa: E501
    if (f is None) != (df is None):
        raise TypeError("drag_eps needs both, a function f and its derivative df, or none")
    places = PLACES if f is None or df is None else {f"yours at x = {x:g}": Place(f, df, x)}
    controls = {
        "eps": Slider("step eps", -15, 0, 0.25, log=True),
        "place": Choice("where", list(places)),
        "kind": Choice("difference", ["central", "forward"]),
        "dtype": Choice("numbers", DTYPES),
    }

    def draw(place: str, **chosen: float | str) -> tuple[str, str]:
        return picture_of_eps(places[place], **chosen)

    state = {"eps": 0.1, "place": next(iter(places)), "kind": "central", "dtype": "float64"}
    question = "Which step measures the slope best, and why is it not the smallest one?"
    return Panel(question, draw, state, controls, width=720, about=tuple(places))


def picture_of_eps(place: Place, eps: float, kind: str, dtype: str) -> tuple[str, str]:
    """Return the picture and the sentence for one step.

    Parameters
    ----------
    place : Place
        A function, and where its slope is measured.
    eps : float
        The step, in the unit of x.
    kind, dtype : str
        As in `course.figures.slopes.difference_quotient`.

    Returns
    -------
    picture : str
        An SVG.
    sentence : str
    """
    figure, (near, far) = canvas([2.7, 3.2])
    f, df, x, kink = place
    exact = float(df(np.array([x]))[0])
    slope = float(difference_quotient(f, x, np.array([eps]), kind, dtype)[0])
    secant_and_tangent(f, x, eps, None if kink else exact, kind, dtype, ax=near)
    near.margins(y=0.35)  # room for the legend, which stays where it is
    near.legend(loc="upper left", frameon=False)
    step_size_error(f, df, x, DTYPES, eps, ax=far)
    far.plot([eps], [max(abs(slope - exact), 1e-16)], "o", color="black", ms=7)
    far.set_title("distance from relu' = 0" if kink else "error of every step")
    off = abs(slope - exact)
    said = f"eps = {eps:.2g}: the {kind} difference in {dtype} is {slope:.8f}"
    if kink:
        said += f". There is no slope at the kink; relu' is {exact:g} there by convention."
    else:
        said += f", the slope is {exact:.8f}. "
        said += f"It is off by {off:.1e}." if off else "There is no difference to be seen."
    return as_svg(figure, "Secant and tangent, and the error of every step", said), said
