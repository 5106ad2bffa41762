"""A derivative and its measurement by differences."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.figures.style import (
    BLUE,
    COLOURS,
    GREEN,
    GREY,
    ORANGE,
    STYLES,
    ScalarFunction,
    figure_and_axes,
)

SMALL = 1e-3  # a step below it is seen from nearby: the axis counts from f(x), in steps


def difference_quotient(
    f: ScalarFunction,
    x: float,
    eps: np.ndarray,
    kind: str = "central",
    dtype: str = "float64",
) -> np.ndarray:
    """Return the slope of f at x as a difference measures it, for many steps at once.

    Math: central (f(x + eps) - f(x - eps)) / (2·eps), forward (f(x + eps) - f(x)) / eps

    Parameters
    ----------
    f : callable
        Takes and returns an array of shape (n,).
    x : float
        Where.
    eps : ndarray, shape (n,)
        Steps, in the unit of x. Not modified.
    kind : {"central", "forward"}
        Which difference.
    dtype : {"float64", "float32"}
        What every number on the way is rounded to.

    Returns
    -------
    ndarray of float64, shape (n,)

    Examples
    --------
    >>> difference_quotient(np.square, 3.0, np.array([0.5, 0.25]), "forward")
    array([6.5 , 6.25])
    """
    eps, here = np.asarray(eps, dtype), np.full(np.shape(eps), x, dtype)
    if kind == "central":
        return ((f(here + eps) - f(here - eps)) / (2 * eps)).astype(float)
    return ((f(here + eps) - f(here)) / eps).astype(float)


def secant_and_tangent(
    f: ScalarFunction,
    x: float,
    eps: float,
    df: float | None,
    kind: str = "central",
    dtype: str = "float64",
    ax: Axes | None = None,
) -> Figure:
    """Draw f around x with its tangent and the secant that a step eps takes.

    Math: the secant's slope is that of `difference_quotient`, the tangent's is df.

    Parameters
    ----------
    f : callable
        Takes and returns an array of shape (n,).
    x : float
        Where the tangent touches.
    eps : float
        The step, in the unit of x. With a tiny one you see f in steps of the rounding unit.
    df : float
        The derivative f'(x), in units of f per unit of x. None at a kink: no tangent is drawn.
    kind : {"central", "forward"}
        Whether the secant goes through x - eps and x + eps, or through x and x + eps.
    dtype : {"float64", "float32"}
        What every number is rounded to.
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
    figure, ax = figure_and_axes(ax)
    # In steps from x: ticks of an axis from x - 1e-14 to x + 1e-14 would all read alike.
    steps = np.linspace(-2.2, 2.2, 401)
    ends = np.array([-1.0 if kind == "central" else 0.0, 1.0])
    slope = difference_quotient(f, x, np.array([eps]), kind, dtype)[0]

    def at(steps: np.ndarray) -> np.ndarray:
        return f(np.asarray(x, dtype) + np.asarray(eps * steps, dtype)).astype(float)

    here = at(np.zeros(1))[0]
    level, unit, ylabel = (here, eps, "(f - f(x)) / eps") if eps < SMALL else (0.0, 1.0, "f")
    touch, first = (here - level) / unit, (at(ends)[0] - level) / unit
    secant = first + slope * eps / unit * (steps - ends[0])
    ax.plot(steps, (at(steps) - level) / unit, color=BLUE, lw=2.2, label="f")
    ax.plot(steps, secant, color=ORANGE, ls="--", label=f"secant, slope {slope:.5f}")
    if df is not None:
        ax.plot(steps, touch + df * eps / unit * steps, color=GREEN, ls="-.",
                label=f"tangent, slope {df:.5f}")  # fmt: skip
    ax.plot(ends, (at(ends) - level) / unit, "o", color=ORANGE, ms=6)
    ax.plot([0.0], [touch], "s", color=GREEN, ms=6)
    ax.set_xticks([-1, 0, 1], ["x - eps", "x", "x + eps"])
    lines = "Secant" if df is None else "Secant and tangent"
    ax.set(ylabel=ylabel, title=f"{lines}, eps = {eps:.2g}")
    ax.legend(loc="best", frameon=False)
    return figure


def step_size_error(
    f: ScalarFunction,
    df: ScalarFunction,
    x: float,
    dtypes: Sequence[str] = ("float64",),
    eps: float | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw the error of forward and central differences of f at x against the step eps.

    Math: forward (f(x + eps) - f(x)) / eps, central (f(x + eps) - f(x - eps)) / (2·eps)

    Parameters
    ----------
    f, df : callable
        The function and its derivative; each takes and returns an array of shape (n,).
    x : float
        Where the derivative is taken.
    dtypes : sequence of {"float64", "float32"}
        What every number is rounded to; two curves for each.
    eps : float, optional
        A step to mark. Without it, the best one for central differences in float64.
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> figure = step_size_error(np.sin, np.cos, x=1.0, dtypes=["float64", "float32"])
    >>> figure.axes[0].get_legend_handles_labels()[1][:2]
    ['central', 'forward']
    """
    figure, ax = figure_and_axes(ax)
    steps = np.logspace(-15, 0, 121)
    exact = df(np.array([x]))[0]
    curves = [(dtype, kind) for dtype in dtypes for kind in ("central", "forward")]
    for (dtype, kind), colour, style in zip(curves, COLOURS, STYLES, strict=False):
        error = np.abs(difference_quotient(f, x, steps, kind, dtype) - exact)
        name = kind if dtype == "float64" else f"{kind}, {dtype}"
        # An error of exactly 0 has no place on a log axis: show it at the rounding unit.
        ax.loglog(steps, np.maximum(error, 1e-16), color=colour, ls=style, label=name)
    if eps is None:
        best = float(np.cbrt(np.finfo(float).eps))
        ax.axvline(best, ymax=0.8, color=GREY, ls=":", label="eps = cbrt(rounding unit)")
        ax.text(2e-15, 3e-15, "rounding wins", color=GREY)
        ax.text(0.9, 3e-15, "truncation wins", color=GREY, ha="right")
    else:
        ax.axvline(eps, ymax=0.78, color=GREY, lw=1)
    ax.set(xlabel="step eps", ylabel="absolute error", title="How far off is the numeric slope?")
    ax.set_ylim(1e-16, 1e6 if len(dtypes) > 1 else 1e3)
    ax.legend(loc="upper right", frameon=False, ncols=2)
    return figure
