"""What came out of one check, and how it reads: HTML for notebooks, text, JSON for machines.

| class    | holds                                                                             |
|----------|-----------------------------------------------------------------------------------|
| `Output` | one returned quantity: right or not, and the sentence that says what is off       |
| `Map`    | where a returned array is off, entry by entry                                     |
| `Result` | the whole check: status, outputs, points, the inputs it failed on, the seed       |
"""

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.gradcheck import Comparison

JSON_MIME = "application/vnd.backprop-course.result+json"

PASSED, WRONG, CRASHED = "passed", "wrong", "crashed"
MEASURED, TAKEN = "measured", "taken"
LOOKS_LIKE, ENTRY_BY_ENTRY = "What it looks like:", "entry by entry (· right, ✗ off)"
RIGHT, MINUS = "·", "yours minus what it should be (· right)"
_CAPTION = "caption-side:top;text-align:left;white-space:nowrap;color:inherit;padding:0"
OPEN_LINES = 14  # inputs that take more are folded away
NOT_ATTEMPTED, NOT_DEFINED = "not attempted", "not defined"

_STYLE = {
    True: ("✓", "var(--jp-success-color1, #2e7d32)"),
    False: ("✗", "var(--jp-error-color1, #c62828)"),
    None: ("○", "var(--jp-warn-color1, #b26a00)"),
}


@dataclass(frozen=True)
class Output:
    """One quantity that the student's function returns.

    Parameters
    ----------
    name : str
        Its name in the lesson, such as `dW`.
    right : bool
        Right on every case.
    sentence : str
        What is off, with both sides. Empty if right.
    """

    name: str
    right: bool
    sentence: str = ""


@dataclass(frozen=True)
class Map:
    """Where a returned array is off, entry by entry.

    Numbers are kept as they are shown: a report that goes through JSON must stand for nan too.

    Parameters
    ----------
    differences : tuple of tuple of str
        Row by row, yours minus the truth; a dot where the two agree.
    entries : tuple of tuple of str
        The same rows, each entry with both sides.
    """

    differences: tuple[tuple[str, ...], ...]
    entries: tuple[tuple[str, ...], ...]

    @property
    def mixed(self) -> bool:
        """Whether some entries are right: then the places of the others tell something."""
        return any(RIGHT in row for row in self.differences)

    def lines(self) -> list[str]:
        """Return a line a row, a dot for an entry that is right and a cross for one that is off."""
        return [" ".join(RIGHT if entry == RIGHT else "✗" for entry in row)
                for row in self.differences]  # fmt: skip

    def to_html(self, name: str) -> str:
        """Return a table: a number in each cell that is off, and a shade for its sign and size."""
        sizes = [abs(float(entry)) for row in self.differences for entry in row if entry != RIGHT]
        largest = max((size for size in sizes if size < float("inf")), default=0.0)
        edge = "padding:1px 6px;text-align:right;font-weight:normal;opacity:.6;border:0"
        columns = "".join(f'<th scope="col" style="{edge}">{i}</th>'
                          for i in range(len(self.differences[0])))  # fmt: skip
        # A lone row may be an array with one axis, whose entries have no row number.
        numbers = range(len(self.differences)) if len(self.differences) > 1 else ("",)
        rows = "".join(
            f'<tr><th scope="row" style="{edge}">{number}</th>'
            f"{_cells(differences, entries, largest)}</tr>"
            for number, differences, entries in zip(
                numbers, self.differences, self.entries, strict=True
            )
        )
        return (
            '<div style="overflow-x:auto"><table style="border-collapse:collapse;border:0;'
            'background:none;color:inherit;margin:2px 0 6px 14px;font-size:90%">'
            f'<caption style="{_CAPTION}">'
            f"<code>{html.escape(name)}</code>, {MINUS}</caption>"
            f"<thead><tr><td></td>{columns}</tr></thead><tbody>{rows}</tbody></table></div>"
        )


def _cells(differences: Sequence[str], entries: Sequence[str], largest: float) -> str:
    """Return a row's cells. Their shades let the page's own text colour through, dark or light."""
    cells = []
    for difference, entry in zip(differences, entries, strict=True):
        shade = ""
        if difference != RIGHT:
            value = float(difference)
            share = min(abs(value) / largest, 1.0) if abs(value) < float("inf") else 1.0
            colour = "213,94,0" if value >= 0 else "0,114,178" if value < 0 else "128,128,128"
            shade = f";background:rgba({colour},{0.12 + 0.45 * share:.2f})"
        cells.append(
            f'<td title="{html.escape(entry)}" style="padding:1px 6px;text-align:right;'
            f'white-space:nowrap;border:1px solid rgba(128,128,128,.35){shade}">{difference}</td>'
        )
    return "".join(cells)


@dataclass(frozen=True)
class Result:
    """The outcome of one check.

    Parameters
    ----------
    exercise : str
        The exercise's name.
    status : str
        passed, wrong, crashed, measured (a numeric derivative where a formula is asked for), taken
        (by a call of the library's own answer), not attempted or not defined.
    summary : str
        One sentence: what is wrong first of all, or how many cases agree.
    outputs : tuple of Output
        Empty if the function could not be run on the cases.
    points : float, optional
        What a full answer earns.
    inputs : dict of str to str
        The inputs of the first failure, described.
    family : str
        What kind of input that was.
    seed : int, optional
        Draws the same cases again. None where it is secret.
    notes : tuple of str
        What else there is to say: kinds of input that it is right on, printed text, warnings.
    mistake : str
        A few words for the mistake that it looks like, the same for everybody; empty if unknown.
    question : str
        What to tell the student about that mistake.
    maps : dict of str to Map
        For some wrong outputs, which entries are off, and by how much.
    partial : bool
        Whether a wrong answer earns its share for the outputs that are right.
    look : str
        Why a human should look at a right answer; not shown to the student.
    case : dict, optional
        The inputs of the first failure themselves; not written to JSON.
    comparisons : tuple of Comparison
        The wrong outputs of that failure beside the truth; not written to JSON.
    """

    exercise: str
    status: str
    summary: str
    outputs: tuple[Output, ...] = ()
    points: float | None = None
    inputs: dict[str, str] | None = None
    family: str = ""
    seed: int | None = None
    notes: tuple[str, ...] = ()
    mistake: str = ""
    question: str = ""
    maps: dict[str, Map] = field(default_factory=dict)
    partial: bool = True
    look: str = ""
    case: dict[str, Any] | None = field(default=None, compare=False, repr=False)
    comparisons: "tuple[Comparison, ...]" = field(default=(), compare=False, repr=False)

    @property
    def passed(self) -> bool:
        """Every output right on every case."""
        return self.status == PASSED

    @property
    def earned(self) -> float:
        """Points earned: the share of the outputs that are right."""
        if self.points is None or self.status not in (PASSED, WRONG) or not self.outputs:
            return 0.0
        if not (self.partial or self.passed):
            return 0.0
        right = sum(output.right for output in self.outputs)
        return round(self.points * right / len(self.outputs), 2)

    @property
    def score(self) -> str:
        """The points in words; empty where the check carries none."""
        return "" if self.points is None else f"{self.earned:g} of {self.points:g} points"

    def lines(self) -> list[str]:
        """Return the report as lines of plain text."""
        mark = _STYLE[self._verdict][0]
        score = f"  ({self.score})" if self.score else ""
        lines = [f"{mark} {self.exercise}: {self.summary}{score}"]
        if self.status == WRONG and len(self.outputs) > 1:
            for output in self.outputs:
                lines.append(
                    f"  {_STYLE[output.right][0]} {output.name}: {output.sentence or 'right'}"
                )
        if self.question:
            lines.append(f"  {LOOKS_LIKE} {self.mistake}. {self.question}")
        for name, shown in self.maps.items():
            if shown.mixed:
                lines += [f"  {name}, {ENTRY_BY_ENTRY}:", *(f"    {row}" for row in shown.lines())]
        if self.inputs:
            lines.append(f"  Inputs it went wrong on ({self.family}):")
            for name, text in self.inputs.items():
                first, *more = text.splitlines()
                lines += [f"    {name}: {first}", *(f"        {line}" for line in more)]
        lines += [f"  {note}" for note in self.notes]
        if self.again:
            lines.append(f"  Draw these inputs again: {self.again}")
            lines.append(f"  Get them to play with: failing_case({self.exercise})")
        return lines

    @property
    def again(self) -> str:
        """The call that repeats a failed check on the same cases; empty if there is none."""
        if self.seed is None or not self.inputs or self.status not in (WRONG, CRASHED):
            return ""
        return f"check({self.exercise}, seed={self.seed})"

    @property
    def _verdict(self) -> bool | None:
        """True passed, False failed, None not there to be judged."""
        return None if self.status in (NOT_ATTEMPTED, NOT_DEFINED) else self.passed

    def without_seed(self) -> "Result":
        """Return the same result for a reader who must not learn the seed."""
        return replace(self, seed=None)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data for JSON; `from_dict` reads it back."""
        data = asdict(replace(self, case=None, comparisons=())) | {"earned": self.earned}
        del data["case"], data["comparisons"]
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Result":
        """Return the result that `to_dict` wrote."""
        data = {key: value for key, value in data.items() if key != "earned"}
        data["outputs"] = tuple(Output(**output) for output in data["outputs"])
        data["notes"] = tuple(data["notes"])
        data["maps"] = {
            name: Map(**{side: tuple(map(tuple, rows)) for side, rows in sides.items()})
            for name, sides in data["maps"].items()
        }
        return cls(**data)

    def to_html(self) -> str:
        """Return the report as an HTML fragment that needs no style sheet and no script."""
        mark, colour = _STYLE[self._verdict]
        parts = [
            f'<div style="border-left:4px solid {colour};padding:2px 0 2px 12px;margin:4px 0">',
            f'<div><strong style="color:{colour}">{mark} {html.escape(self.exercise)}</strong>'
            f": {_rich(self.summary)}"
            + (f' <span style="opacity:.75">({self.score})</span>' if self.score else "")
            + "</div>",
        ]
        if self.status == WRONG and len(self.outputs) > 1:
            parts.append(_table([_output_row(output) for output in self.outputs]))
        if self.question:
            name = f"<strong>{LOOKS_LIKE} {html.escape(self.mistake)}.</strong>"
            parts.append(f"<div>{name} {_rich(self.question)}</div>")
        for name, shown in self.maps.items():
            table = shown.to_html(name)
            if not shown.mixed:
                table = (f"<details><summary>All entries of <code>{html.escape(name)}</code> are "
                         f"off: by how much</summary>{table}</details>")  # fmt: skip
            parts.append(table)
        if self.inputs:
            rows = ((f"<code>{html.escape(k)}</code>", _code(v)) for k, v in self.inputs.items())
            lines = sum(text.count("\n") + 1 for text in self.inputs.values())
            parts.append(
                f"<details{' open' * (lines <= OPEN_LINES)}><summary>Inputs it went wrong on "
                f"({html.escape(self.family)})</summary>{_table(rows)}</details>"
            )
        parts += [f"<div>{_rich(note)}</div>" for note in self.notes]
        if self.again:
            parts.append(
                f'<div style="opacity:.75">Draw these inputs again: <code>{self.again}</code>; get '
                f"them to play with: <code>failing_case({html.escape(self.exercise)})</code></div>"
            )
        return "\n".join([*parts, "</div>"])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            "text/plain": str(self),
            "text/html": self.to_html(),
            JSON_MIME: self.to_dict(),
        }


@dataclass(frozen=True)
class Grade:
    """A result as nbgrader reads it: the cell's value is the points, the report is beside it."""

    result: Result

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return self.result._repr_mimebundle_() | {"text/plain": f"{self.result.earned:g}"}


def _output_row(output: Output) -> tuple[str, str]:
    mark, colour = _STYLE[output.right]
    name = f'<span style="color:{colour}">{mark}</span> <code>{html.escape(output.name)}</code>'
    return name, _rich(output.sentence) or "right"


def _table(rows: Any) -> str:
    """Return two columns; styled cell by cell, since style sheets differ from reader to reader."""
    style = "text-align:left;vertical-align:top;padding:1px 14px 1px 0;border:0"
    name_style = f"{style};white-space:nowrap"
    body = "".join(
        f'<tr><td style="{name_style}">{name}</td><td style="{style}">{text}</td></tr>'
        for name, text in rows
    )
    return f'<table style="margin:4px 0;border:0;background:none"><tbody>{body}</tbody></table>'


def _code(text: str) -> str:
    return f'<code style="white-space:pre">{html.escape(text)}</code>'


def _rich(text: str) -> str:
    """Return escaped text with `…` set as code."""
    pieces = html.escape(text).split("`")
    return "".join(
        f"<code>{piece}</code>" if i % 2 else piece.replace("\n", "<br>")
        for i, piece in enumerate(pieces)
    )
