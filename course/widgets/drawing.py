"""Matplotlib figures as SVG that belongs to the page it stands in, drawn while a slider moves.

| function | does                                                                            |
|----------|---------------------------------------------------------------------------------|
| `canvas` | an empty figure whose panels have fixed places: no time goes into a layout      |
| `as_svg` | the figure as an SVG with a title and a description, in the colours of the page |
"""

import io
import math
import re
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from html import escape

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LEFT, RIGHT, BOTTOM, TOP, GAP = 0.85, 0.22, 0.5, 0.32, 0.75  # inches around and between panels
KEPT = 200  # frames and legends

_kept: OrderedDict[Hashable, str] = OrderedDict()


def canvas(
    widths: Sequence[float], height: float = 2.3, mosaic: str = "AB"
) -> tuple[Figure, list[Axes]]:
    """Return a figure and its panels.

    Parameters
    ----------
    widths : sequence of float
        Of the columns, inches, axis to axis.
    height : float
        Of all panels of a column together, inches.
    mosaic : str
        Where the panels stand, as for `Figure.subplot_mosaic`: "AB;AC" has A on the left.

    Examples
    --------
    >>> figure, (left, right) = canvas([3.0, 2.0], height=2.0)
    >>> figure.get_size_inches().round(2).tolist()
    [6.82, 2.82]
    """
    across = LEFT + sum(widths) + GAP * (len(widths) - 1) + RIGHT
    up = BOTTOM + height + TOP
    figure = Figure(figsize=(across, up), dpi=72)  # an SVG's unit
    edges = {"left": LEFT / across, "right": 1 - RIGHT / across,
             "bottom": BOTTOM / up, "top": 1 - TOP / up}  # fmt: skip
    gaps = {"wspace": GAP * len(widths) / sum(widths), "hspace": 0.4}
    panels = figure.subplot_mosaic(mosaic, width_ratios=widths, gridspec_kw=edges | gaps)
    return figure, list(panels.values())


def as_svg(figure: Figure, title: str, description: str) -> str:
    """Return a figure as an SVG for the inside of a page.

    What is black in the figure takes the colour of the page's text, and the paper is see-through,
    so it reads on a dark page as on a light one.

    Parameters
    ----------
    figure : Figure
        What to draw. Small ticks and formulas at ticks go, for they take half of the time. What has
        a gid lies below the rest, and is painted once in a place: equal gids, equal looks,
        one painting.
    title, description : str
        What a screen reader says.

    Examples
    --------
    >>> figure, _ = canvas([2.0], height=1.0, mosaic="A")
    >>> svg = as_svg(figure, "Nothing", "An empty panel.")
    >>> svg.startswith("<svg"), "<title>Nothing</title>" in svg, "#000000" in svg
    (True, True, False)
    """
    parts = []
    for ax in figure.axes:
        where = _where(ax)  # settles the limits, open until somebody asks
        scales = [axis for axis in (ax.xaxis, ax.yaxis) if ax.axison]
        for axis in scales:
            if axis.get_scale() == "log":
                axis.set_major_formatter(_power_of_ten)
                axis.set_minor_locator(NullLocator())
        ax.set_title(ax.get_title(), y=1.02)  # a fixed place needs no look at the tick labels
        frame = [*scales, *(ax.spines.values() if ax.axison else ()), ax.title]
        legend = [ax.get_legend()] if ax.get_legend() else []
        for box in legend:
            box.get_frame().set_visible(False)  # white paper under text in the page's colour
        around = {id(artist) for artist in (*frame, *legend, ax.patch, ax.xaxis, ax.yaxis,
                                            *ax.spines.values())}  # fmt: skip
        data = [artist for artist in ax.get_children() if id(artist) not in around]
        named: dict[str, list[Artist]] = {}
        for artist in data:
            if artist.get_gid():
                named.setdefault(artist.get_gid(), []).append(artist)
        parts += [
            *(_painted(figure, artists, (gid, *where)) for gid, artists in named.items()),
            _painted(figure, [artist for artist in data if not artist.get_gid()]),
            _painted(figure, frame, _key_of_frame(ax)),
            _painted(figure, legend, _key_of_legend(ax)),
        ]
    width, height = figure.get_size_inches()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {72 * width:g} {72 * height:g}" '
        f'width="{96 * width:.0f}" height="{96 * height:.0f}" role="img" fill="currentColor" '
        f'stroke-linejoin="round" style="max-width:100%;height:auto">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(parts)}</svg>"
    )


def _painted(figure: Figure, artists: Sequence[Artist], key: Hashable = None) -> str:
    """Return artists as the inside of an SVG; what has a key is painted once and kept."""
    if key in _kept:
        _kept.move_to_end(key)
        return _kept[key]
    width, height = 72 * figure.get_size_inches()
    file = io.StringIO()
    # Text stays text: the page's fonts are sharper than outlines, and a tenth of the size. With the
    # salt, a shape has the same name wherever it is painted, and never that of another shape.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "backprop"}):
        renderer = RendererSVG(width, height, file, image_dpi=72)
        for artist in sorted(artists, key=lambda artist: artist.get_zorder()):
            artist.draw(renderer)
        renderer.finalize()
    svg = file.getvalue()
    # A style sheet inside an SVG holds for the whole page; the root's attributes do not.
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    inside = svg[svg.index("</metadata>") + len("</metadata>") : svg.rindex("</svg>")]
    inside = inside.replace("#000000", "currentColor")
    if key is not None:
        _kept[key] = inside
        if len(_kept) > KEPT:
            _kept.popitem(last=False)
    return inside


def _where(ax: Axes) -> tuple[Hashable, ...]:
    """Return where a panel stands, and what its axes span."""
    return (ax.bbox.bounds, *ax.get_xlim(), *ax.get_ylim())


def _key_of_frame(ax: Axes) -> Hashable:
    """Return everything that decides how a panel's frame, ticks and labels look."""
    scales = [
        (axis.get_scale(), axis.get_label_text(),
         *axis.get_majorticklocs(), *getattr(axis.get_major_formatter(), "seq", ()))
        for axis in ((ax.xaxis, ax.yaxis) if ax.axison else ())
    ]  # fmt: skip
    return (*_where(ax), ax.get_title(), ax.axison, *scales)


def _key_of_legend(ax: Axes) -> Hashable:
    """Return everything that decides how a panel's legend looks."""
    legend = ax.get_legend()
    if legend is None:
        return None
    looks = [(handle.get_color(), handle.get_linestyle(), handle.get_marker())
             for handle in legend.legend_handles]  # fmt: skip
    return (ax.bbox.bounds, legend._loc, *looks, *(text.get_text() for text in legend.get_texts()))


def _power_of_ten(value: float, _: int) -> str:
    """Return 0.001 as 10⁻³."""
    return f"10{str(round(math.log10(value))).translate(SUPERSCRIPTS)}"
