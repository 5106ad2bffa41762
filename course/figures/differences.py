"""Two arrays that should be equal, and where they are not."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from course.figures.style import BLUE, ORANGE, figure_and_axes

NUMBERED = 12  # columns up to which a cell has room for a number


def gradient_difference(
    yours: np.ndarray,
    numeric: np.ndarray,
    name: str = "gradient",
    at: tuple[int, int] | None = None,
    tolerance: float = 1e-6,
    ax: Axes | None = None,
) -> Figure:
    """Draw a gradient minus its measurement, entry by entry.

    The colour says how far an entry is off and to which side; a number, or a sign where there is
    no room, says it again. A dot stands where the two agree.

    Parameters
    ----------
    yours, numeric : ndarray, shape (D,) or (M, D)
        The gradient, and what central differences say. Not modified.
    name : str
        What it is called.
    at : (int, int), optional
        Row and column of an entry to frame.
    tolerance : float
        The difference, as a share of the largest entry of `numeric`, up to which an entry is right.
    ax : Axes, optional
        Where to draw. A new figure without it.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the shapes differ, or have more than two axes.

    Examples
    --------
    >>> numeric = np.arange(12.0).reshape(3, 4)
    >>> yours = numeric + [[0.0], [2.0], [0.0]]
    >>> figure = gradient_difference(yours, numeric, "dW")
    >>> [text.get_text() for text in figure.axes[0].texts][3:6]
    ['·', '+2', '+2']
    """
    yours, numeric = np.asarray(yours, float), np.asarray(numeric, float)
    if yours.shape != numeric.shape or yours.ndim > 2:
        raise ValueError(
            f"yours has shape {yours.shape} and numeric {numeric.shape}; they should have the same "
            "shape, with one or two axes"
        )
    difference = np.atleast_2d(yours - numeric)
    off = ~(np.abs(difference) <= tolerance * (np.abs(numeric).max() + 1e-300))
    rows, columns = difference.shape
    size = min(9.0, 1.6 + 0.62 * columns), min(6.0, 1.3 + 0.4 * rows)
    figure, ax = figure_and_axes(ax, figsize=size)
    largest = float(np.abs(difference[np.isfinite(difference)]).max(initial=0.0)) or 1.0
    shades = LinearSegmentedColormap.from_list("signs", [BLUE, "white", ORANGE])
    ax.imshow(difference * off, cmap=shades, vmin=-largest, vmax=largest, aspect="auto")
    for (row, column), entry in np.ndenumerate(difference):
        text = "·" if not off[row, column] else f"{entry:+.2g}"
        if columns > NUMBERED and text != "·":
            text = text[0].replace("-", "−")
        deep = abs(entry) > 0.6 * largest  # on a dark shade
        ax.text(column, row, text, ha="center", va="center", fontsize=9 if off[row, column] else 14,
                color="white" if deep and off[row, column] else "#222222")  # fmt: skip
    if at is not None:
        ax.plot(*_frame(at), color="#222222", lw=2.5)
    ax.set(xticks=range(columns), yticks=range(rows), title=f"{name}: yours minus numeric")
    ax.tick_params(length=0)
    return figure


def _frame(at: tuple[int, int]) -> tuple[list[float], list[float]]:
    """Return the outline of a cell."""
    row, column = at
    left, right, low, high = column - 0.47, column + 0.47, row - 0.46, row + 0.46
    return [left, right, right, left, left], [low, low, high, high, low]
