"""Where a gradient is off, entry by entry, from a gradient check.

| function                | does                                                           |
|-------------------------|----------------------------------------------------------------|
| `compare_gradients`     | the widget                                                     |
| `picture_of_difference` | one view of it                                                 |
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from course.figures import gradient_difference
from course.gradcheck import Comparison
from course.widgets.controls import Choice, Slider
from course.widgets.drawing import as_svg, canvas
from course.widgets.panel import Panel


def compare_gradients(check: Comparison | Iterable[Comparison]) -> Panel:
    """Look at a gradient beside its measurement, entry by entry.

    Parameters
    ----------
    check : Comparison, iterable of Comparison, or failing case
        What `check_gradient`, `check_vjp` and `check_model` of `course.gradcheck` return, or what
        `failing_case(fn)` gives after a check of your own function.

    Returns
    -------
    Panel

    Raises
    ------
    ValueError
        If there is nothing to compare, or an array has more than two axes.

    Examples
    --------
    >>> from course.gradcheck import check_gradient
    >>> W = np.arange(6.0).reshape(2, 3)
    >>> panel = compare_gradients(check_gradient(lambda W: (W**2).sum(), W, W, "dW"))
    >>> panel.said
    'dW[1, 2] is 5, numeric 10: a difference of -5, a ratio of 0.5. 5 of 6 entries are off.'
    """
    check = getattr(check, "comparisons", check)
    by_name = {one.name: one for one in ([check] if isinstance(check, Comparison) else check)}
    if not by_name:
        raise ValueError("there is nothing to compare: no output of this check could be measured")
    for one in by_name.values():
        if one.analytic.ndim > 2:
            raise ValueError(f"{one.name} has shape {one.analytic.shape}; at most two axes show")
    # `max` by itself passes NaN over, and nothing is worse.
    first = max(by_name, key=lambda name: np.nan_to_num(by_name[name].error, nan=np.inf))
    which = Choice("gradient", list(by_name))
    row, column = Slider("row", 0, 1), Slider("column", 0, 1)

    def draw(name: str, row: int, column: int) -> tuple[str, str]:
        return picture_of_difference(by_name[name], row, column)

    panel = Panel(
        "Which entries are off, and what do they have in common: a row, a sign, a factor?",
        draw, {"name": first} | _worst(by_name[first]), [which, row, column], width=560,
        about=tuple(
            (name, one.analytic.shape, one.worst, bool(one.off.any()))
            for name, one in by_name.items()
        ),
    )  # fmt: skip

    def show(name: str, at: dict[str, int]) -> None:
        moved = zip((row, column), at.values(), _last(by_name[name]), strict=True)
        for slider, value, last in moved:
            slider.max, slider.value, slider.disabled = last, value, last == 0
        panel.change(name=name, **at)  # last: while a slider is set, the other is where it was

    def move(_: Any) -> None:
        at = {"row": row.value, "column": column.value}
        if panel.state["name"] == which.value and at.items() - panel.state.items():
            panel.change(**at)

    which.value = panel.state["name"]
    show(which.value, {name: panel.state[name] for name in ("row", "column")})
    which.observe(lambda change: show(change.new, _worst(by_name[change.new])), names="value")
    row.observe(move, names="value")
    column.observe(move, names="value")
    return panel


def _last(comparison: Comparison) -> tuple[int, int]:
    """Return the numbers of the last row and column."""
    rows, columns = np.atleast_2d(comparison.analytic).shape
    return rows - 1, columns - 1


def _worst(comparison: Comparison) -> dict[str, int]:
    """Return where the largest difference is, or the first entry if none is off.

    A row counts as 0 where there is but one.
    """
    row, column = (0, 0, *(comparison.worst if comparison.off.any() else ()))[-2:]
    return {"row": row, "column": column}


def picture_of_difference(comparison: Comparison, row: int, column: int) -> tuple[str, str]:
    """Return the picture and the sentence for one entry.

    Parameters
    ----------
    comparison : Comparison
        With at most two axes.
    row, column : int
        The entry to frame and to tell.

    Returns
    -------
    picture : str
        An SVG.
    sentence : str
    """
    yours = comparison.analytic
    numeric = np.where(comparison.kinks, yours, comparison.numeric)  # they do not count
    last_row, last_column = _last(comparison)
    width = float(np.clip(0.6 * last_column, 2.4, 5.2))
    height = float(np.clip(0.34 * last_row, 0.7, 4.0))
    figure, (ax,) = canvas([width], height, mosaic="A")
    gradient_difference(yours, numeric, comparison.name, (row, column), ax=ax)
    index = (row, column)[2 - yours.ndim :]
    name = f"{comparison.name}[{', '.join(map(str, index))}]" if index else comparison.name
    mine, other = float(yours[index]), float(comparison.numeric[index])
    said = f"{name} is {mine:.6g}, numeric {other:.6g}"
    if comparison.kinks[index]:
        said += ": the step goes across a kink, and the entry does not count"
    elif not comparison.off[index]:
        said += ": they agree"
    elif np.isfinite(mine - other):
        said += f": a difference of {mine - other:.4g}"
        said += f", a ratio of {mine / other:.4g}" if other else ""
    off = int(comparison.off.sum())
    said += f". {off} of {yours.size} entries {'is' if off == 1 else 'are'} off."
    return as_svg(figure, f"{comparison.name} minus its measurement", said), said
