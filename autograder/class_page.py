"""The class report as one HTML page that needs nothing else: no network, no script, no colour.

`write_report` makes it; `render` puts the numbers of `class_report` into the template
`class_page.html.j2`. Everything that comes from a student is escaped; bars are SVG, so that they
are printed too.
"""

from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.class_report import class_numbers
from autograder.report_numbers import ClassNumbers
from autograder.student.sandbox import SEALED

MOST_MISTAKES = 25  # rows of the table; the rest is counted
BAR = 120  # pixels


def write_report(folder: Path, page: Path, lessons: Iterable[str] = ()) -> ClassNumbers:
    """Write the report of a class to a file; return the numbers in it.

    Raises
    ------
    ClassError, LessonError
        As in `class_numbers`.
    """
    numbers = class_numbers(folder, lessons)
    page.parent.mkdir(parents=True, exist_ok=True)
    # A folder's name may hold bytes that are no text.
    page.write_text(render(numbers), encoding="utf-8", errors="backslashreplace")
    return numbers


def render(numbers: ClassNumbers) -> str:
    """Return the page.

    Parameters
    ----------
    numbers : ClassNumbers
        From `class_numbers`.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "points": _points,
        "percent": _percent,
        "code": _code,
        "count": _count,
        "ids": _ids,
    }
    environment.globals |= {"bar": _bar, "sealed": SEALED, "most_mistakes": MOST_MISTAKES}
    return environment.get_template("class_page.html.j2").render(report=numbers)


def _points(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def _count(students: tuple[str, ...]) -> str:
    return f"{len(students)} student{'s' if len(students) != 1 else ''}"


def _ids(students: tuple[str, ...]) -> Markup:
    """Return a list of ids that breaks between them only."""
    return Markup(", ").join(Markup("<span>{}</span>").format(student) for student in students)


def _code(text: str) -> Markup:
    """Return escaped text with `…` set as code."""
    pieces = str(escape(text)).split("`")
    return Markup(
        "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))
    )


def _bar(whole: int, full: int, striped: int = 0, width: int = BAR) -> Markup:
    """Return a bar: full from the left, then striped, then empty."""
    scale = width / whole if whole else 0.0
    first, second = full * scale, striped * scale
    return Markup(
        f'<svg class="bar" width="{width}" height="12" viewBox="0 0 {width} 12" aria-hidden="true">'
        f'<rect class="full" width="{first:.1f}" height="12"/>'
        f'<rect fill="url(#stripes)" x="{first:.1f}" width="{second:.1f}" height="12"/>'
        f'<rect class="frame" x=".5" y=".5" width="{width - 1}" height="11"/></svg>'
    )
