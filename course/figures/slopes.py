"""A derivative and its measurement by differences."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.figures.style import BLUE, GREEN, GREY, ORANGE, ScalarFunction, figure_and_axes


def secant_and_tangent(
    f: ScalarFunction, x: float, eps: float, df: float, ax: Axes | None = None
) -> Figure:
    """Draw f around x with its tangent and the secant through x - eps and x + eps.

    Math: the secant's slope is (f(x + eps) - f(x - eps)) / (2·eps), the tangent's is df.

    Parameters
    ----------
    f : callable
        Takes and returns an array of shape (n,).
    x : float
        Where the tangent touches.
    eps : float
        Half the width that the secant spans, in the unit of x.
    df : float
        The derivative f'(x), in units of f per unit of x.
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
    span = max(2.2 * eps, 1e-6)
    grid = np.linspace(x - span, x + span, 400)
    left, right = x - eps, x + eps
    f_left, f_here, f_right = f(np.array([left, x, right]))
    secant_slope = (f_right - f_left) / (right - left)
    ax.plot(grid, f(grid), color=BLUE, lw=2.2, label="f")
    ax.plot(
        grid,
        f_left + secant_slope * (grid - left),
        color=ORANGE,
        ls="--",
        label=f"secant, slope {secant_slope:.5f}",
    )
    ax.plot(grid, f_here + df * (grid - x), color=GREEN, ls="-.", label=f"tangent, slope {df:.5f}")
    ax.plot([left, right], [f_left, f_right], "o", color=ORANGE, ms=6)
    ax.plot([x], [f_here], "s", color=GREEN, ms=6)
    ax.set_xticks([left, x, right], ["x - eps", "x", "x + eps"])
    ax.set(ylabel="f(x)", title=f"Secant and tangent, eps = {eps:g}")
    ax.legend(loc="best", frameon=False)
    return figure


def step_size_error(
    f: ScalarFunction, df: ScalarFunction, x: float, ax: Axes | None = None
) -> Figure:
    """Draw the error of forward and central differences of f at x against the step eps.

    Math: forward (f(x + eps) - f(x)) / eps, central (f(x + eps) - f(x - eps)) / (2·eps)

    Parameters
    ----------
    f, df : callable
        The function and its derivative; each takes and returns an array of shape (n,).
    x : float
        Where the derivative is taken.
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> figure = step_size_error(np.sin, np.cos, x=1.0)
    >>> figure.axes[0].get_xscale()
    'log'
    """
    figure, ax = figure_and_axes(ax)
    eps = np.logspace(-15, 0, 121)
    exact = df(np.array([x]))[0]
    forward = (f(x + eps) - f(np.full_like(eps, x))) / eps
    central = (f(x + eps) - f(x - eps)) / (2 * eps)
    for estimate, name, colour, style in (
        (forward, "forward", ORANGE, "--"),
        (central, "central", BLUE, "-"),
    ):
        # An error of exactly 0 has no place on a log axis: show it at the rounding unit.
        error = np.maximum(np.abs(estimate - exact), 1e-16)
        ax.loglog(eps, error, color=colour, ls=style, label=f"{name} difference")
    best = float(np.cbrt(np.finfo(float).eps))
    ax.axvline(best, color=GREY, ls=":", label="eps = cbrt(rounding unit)")
    ax.text(2e-15, 3e-15, "rounding wins", color=GREY)
    ax.text(0.9, 3e-15, "truncation wins", color=GREY, ha="right")
    ax.set(xlabel="step eps", ylabel="absolute error", title="How far off is the numeric slope?")
    ax.set_ylim(1e-16, 10)
    ax.legend(loc="upper center", framealpha=1, edgecolor="none")
    return figure
