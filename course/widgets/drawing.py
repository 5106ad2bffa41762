"""Matplotlib figures as SVG that belongs to the page it stands in, drawn while a slider moves.

| function | does                                                                            |
|----------|---------------------------------------------------------------------------------|
| `canvas` | an empty figure whose panels have fixed places: no time goes into a layout      |
| `as_svg` | the figure as an SVG with a title and a description, in the colours of the page |
"""

import io
import math
import re
from collections.abc import Sequence
from html import escape

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LEFT, RIGHT, BOTTOM, TOP, GAP = 0.62, 0.12, 0.5, 0.32, 0.72  # inches around and between panels


def canvas(
    widths: Sequence[float], height: float = 2.3, rows: int = 1
) -> tuple[Figure, list[list[Axes]]]:
    """Return a figure and its axes, row by row.

    Parameters
    ----------
    widths : sequence of float
        Of the panels of a row, inches, axis to axis.
    height : float
        Of all panels of a column together, inches.
    rows : int
        How many panels stand above each other.

    Examples
    --------
    >>> figure, [[left, right]] = canvas([3.0, 2.0], height=2.0)
    >>> figure.get_size_inches().round(2).tolist()
    [6.46, 2.82]
    """
    across = LEFT + sum(widths) + GAP * (len(widths) - 1) + RIGHT
    up = BOTTOM + height + TOP
    figure = Figure(figsize=(across, up))
    grid = figure.add_gridspec(
        rows, len(widths), width_ratios=widths, left=LEFT / across, right=1 - RIGHT / across,
        bottom=BOTTOM / up, top=1 - TOP / up, wspace=GAP * len(widths) / sum(widths),
        hspace=0.45,
    )  # fmt: skip
    axes = [[figure.add_subplot(grid[row, column]) for column in range(len(widths))]
            for row in range(rows)]  # fmt: skip
    return figure, axes


def as_svg(figure: Figure, title: str, description: str) -> str:
    """Return a figure as an SVG for the inside of a page.

    What is black in the figure takes the colour of the page's text, and the paper is see-through,
    so it reads on a dark page as on a light one.

    Parameters
    ----------
    figure : Figure
        What to draw. Small ticks and formulas at ticks go: they take half of the time.
    title, description : str
        What a screen reader says.

    Examples
    --------
    >>> figure, [[ax]] = canvas([2.0], height=1.0)
    >>> svg = as_svg(figure, "Nothing", "An empty panel.")
    >>> svg.startswith("<svg"), "<title>Nothing</title>" in svg, "#000000" in svg
    (True, True, False)
    """
    figure.patch.set_visible(False)
    for ax in figure.axes:
        ax.minorticks_off()
        ax.patch.set_visible(False)
        for axis in (ax.xaxis, ax.yaxis):
            if axis.get_scale() == "log":
                axis.set_major_formatter(_power_of_ten)
    file = io.StringIO()
    # Text stays text: the page's fonts are sharper than outlines, and a tenth of the size.
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    width, height = (round(96 * inches) for inches in figure.get_size_inches())
    body = file.getvalue()
    body = body[body.index("<svg") :]
    view_box = re.search(r'viewBox="[^"]*"', body)[0]
    body = body[body.index(">") + 1 :]
    # A style sheet inside an SVG holds for the whole page; the root's attributes do not.
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, count=1, flags=re.DOTALL)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, count=1, flags=re.DOTALL)
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{view_box} width="{width}" height="{height}" role="img" fill="currentColor" '
        f'stroke-linejoin="round" style="max-width:100%;height:auto">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    )
    return root + body.replace("#000000", "currentColor")


def _power_of_ten(value: float, _: int) -> str:
    """Return 0.001 as 10⁻³."""
    return f"10{str(round(math.log10(value))).translate(SUPERSCRIPTS)}"
