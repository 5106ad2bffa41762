"""Two arrays that should be equal, and where they are not."""

from zlib import crc32

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from course.figures.style import BLUE, ORANGE, figure_and_axes
from course.gradcheck import entries_off

NUMBERED = 8  # columns up to which a cell has room for a number
INK = "#222222"  # on a pale cell, whatever the page's text is
UNKNOWN = "#dddddd"  # neither side
LEVEL, UPRIGHT = ((-1, 0), (1, 0)), ((0, -1), (0, 1))  # from and to, in half marks
FALLING, RISING = ((-1, -1), (1, 1)), ((-1, 1), (1, -1))
MARKS = {"+": (LEVEL, UPRIGHT), "-": (LEVEL,), "x": (FALLING, RISING)}


def gradient_difference(
    yours: np.ndarray,
    numeric: np.ndarray,
    name: str = "gradient",
    at: tuple[int, int] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw a gradient minus its measurement, entry by entry.

    The colour says how far an entry is off and to which side; a number, or a sign where there is
    no room, says it again. A dot stands where the two agree; grey, or a cross, is what is not
    finite.

    Parameters
    ----------
    yours, numeric : ndarray, shape (D,) or (M, D)
        The gradient, and what central differences say. Not modified.
    name : str
        What it is called.
    at : (int, int), optional
        Row and column of an entry to frame.
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
    >>> yours = numeric + [[0.0], [2.0], [-0.5]]
    >>> figure = gradient_difference(yours, numeric, "dW", at=(1, 2))
    >>> [text.get_text() for text in figure.axes[0].texts][3:6]
    ['·', '+2', '+2']
    """
    yours, numeric = np.asarray(yours, float), np.asarray(numeric, float)
    if yours.shape != numeric.shape or yours.ndim > 2:
        raise ValueError(
            f"yours has shape {yours.shape} and numeric {numeric.shape}; they should have the same "
            "shape, with one or two axes"
        )
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        difference, off = np.atleast_2d(yours - numeric), np.atleast_2d(entries_off(yours, numeric))
    finite = np.isfinite(difference)
    rows, columns = difference.shape
    size = min(9.0, 1.6 + 0.62 * columns), min(6.0, 1.3 + 0.4 * rows)
    figure, ax = figure_and_axes(ax, figsize=size)
    largest = float(np.abs(difference[finite]).max(initial=0.0)) or 1.0
    shades = LinearSegmentedColormap.from_list("signs", [BLUE, "white", ORANGE])
    shades = shades.with_extremes(bad=UNKNOWN)
    ax.imshow(np.where(off, difference, 0.0), cmap=shades, vmin=-largest, vmax=largest,
              aspect="auto", interpolation="nearest")  # fmt: skip
    if columns <= NUMBERED and rows <= 2 * NUMBERED:
        for place, entry in np.ndenumerate(difference):
            number = f"{entry:+.2g}" if finite[place] else f"{entry:g}"
            deep = bool(finite[place]) and abs(entry) > 0.6 * largest
            _write(ax, place, number if off[place] else "·", deep)
    else:
        signs = np.where(finite, np.sign(difference), 0)
        for mark, where in (("+", signs > 0), ("-", signs < 0), ("x", ~finite)):
            ax.plot(*_strokes(mark, off & where), color=INK, lw=1, label=mark)
    for artist in (*ax.images, *ax.texts, *ax.lines):  # a widget paints them once for all frames
        artist.set_gid(f"differences {crc32(difference.tobytes() + off.tobytes())}")
    if at is not None:
        ax.plot(*_frame(at), color=INK, lw=2.5)
    ax.tick_params(length=0)
    ax.set(title=f"{name}: yours minus numeric")
    ax.set(xticks=range(0, columns, 1 + columns // 16), yticks=range(0, rows, 1 + rows // 16))
    return figure


def _write(ax: Axes, place: tuple[int, ...], text: str, deep: bool) -> None:
    """Write into a cell, in white on a deep shade."""
    row, column = place
    right = text == "·"
    ax.text(column, row, text, ha="center", va="center", fontsize=14 if right else 9,
            color="white" if deep and not right else INK)  # fmt: skip


def _strokes(mark: str, where: np.ndarray) -> np.ndarray:
    """Return a mark in each of some cells as one line with gaps, shape (2, n).

    A page takes four times as long for as many markers: each is an element of its own.
    """
    cells = np.argwhere(where)[:, None, None, ::-1]  # (cells, strokes, ends, x and y)
    ends = cells + 0.22 * np.array(MARKS[mark])
    gaps = np.full_like(ends[:, :, :1], np.nan)
    return np.concatenate([ends, gaps], axis=2).reshape(-1, 2).T


def _frame(at: tuple[int, int]) -> tuple[list[float], list[float]]:
    """Return the outline of a cell."""
    row, column = at
    left, right, low, high = column - 0.47, column + 0.47, row - 0.46, row + 0.46
    return [left, right, right, left, left], [low, low, high, high, low]
