"""One sigmoid unit, with every number of its backward pass."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.activations import sigmoid, sigmoid_grad
from course.figures.style import BLUE, GREY, ORANGE, figure_and_panels

SATURATED = 0.05  # slopes below a fifth of the largest, 1/4, let little through
COLUMNS = (0.0, 0.47, 0.73, 1.0)  # where the columns of the table end, shares of its width


def sigmoid_unit(
    a: float,
    rows: Sequence[tuple[str, str, float, float]],
    ax: Sequence[Axes] | None = None,
) -> Figure:
    """Draw where a sigmoid unit stands on its curve, and its backward pass as a table.

    Parameters
    ----------
    a : float
        The pre-activation. Beyond 8 on either side it is drawn at the edge.
    rows : sequence of (str, str, float, float)
        For each quantity, from the output back: its name, the name of what it goes into, the local
        derivative of that by it, and the upstream gradient that this is multiplied by.
    ax : sequence of two Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Examples
    --------
    >>> rows = [("ŷ", "J", -0.27, 1.0), ("a", "ŷ", 0.2, -0.27), ("w", "a", 2.0, -0.054)]
    >>> figure = sigmoid_unit(1.0, rows)
    >>> [text.get_text() for text in figure.axes[1].texts][4:8]
    ['ŷ', 'dJ/dŷ = -0.27', '1', '-0.27']
    """
    figure, (curve, table) = figure_and_panels(ax, (8.4, 3.2))
    grid, shown = np.linspace(-8, 8, 321), float(np.clip(a, -8, 8))
    flat = np.log(1 / SATURATED) - 0.11  # sigmoid_grad is SATURATED here
    for side in (-1, 1):
        curve.axvspan(side * flat, side * 8, color=GREY, alpha=0.15, lw=0)
    curve.plot(grid, sigmoid(grid), color=BLUE, lw=2.2)
    near = shown + np.array([-1.5, 1.5])
    curve.plot(near, sigmoid(shown) + sigmoid_grad(shown) * (near - shown), color=ORANGE, lw=2.5)
    curve.plot([shown], [sigmoid(shown)], "o", color=ORANGE, mec="white", ms=9)
    for x, align in ((-7.8, "left"), (7.8, "right")):
        curve.text(x, 0.5, "saturated", ha=align, va="center", color=GREY)
    curve.set(title="ŷ = sigmoid(a), and its slope", xlabel="pre-activation a")
    curve.set(xlim=(-8, 8), ylim=(-0.05, 1.05))
    table.set_axis_off()
    table.set(xlim=(0, 1), ylim=(len(rows) + 0.6, -0.6))
    entries = [("", "local derivative", "× upstream", "= gradient")]
    entries += [
        (name, f"d{into}/d{name} = {local:.3g}", f"{upstream:.3g}", f"{local * upstream:.3g}")
        for name, into, local, upstream in rows
    ]
    for height, row in enumerate(entries):
        for x, text in zip(COLUMNS, row, strict=True):
            last = x == COLUMNS[-1] and height
            table.text(x, height, text, va="center", ha="right" if x > 0.1 else "left",
                       color=ORANGE if last else "black")  # fmt: skip
    table.axhline(0.5, color=GREY, lw=0.8)
    return figure
