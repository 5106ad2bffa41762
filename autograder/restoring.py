"""What counts in a notebook that was handed in: the student's own cells, in the lesson's frame.

| function    | gives                                                                       |
|-------------|-----------------------------------------------------------------------------|
| `restore`   | the notebook with everything but the student's own text as it was handed out |
| `steps_of`  | what there is to run and to judge in it, in order                           |

A cell is known by its `grade_id`, and by its cell id where an editor has lost that. Everything that
is not the student's text is taken from the source: locked cells, types, points, tags. Of copies the
last one counts, and those before are cells of the student's own; locked cells that are missing are
put back. The same notebook, restored twice, does not change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.reference import CHECK_PREFIX, DEMO_PREFIX

MOST_CELLS, LONGEST_CELL = 2_000, 200_000  # characters; the rest is cut off, and would not help
RUN, CHECK, ASSERT = "run", "check", "assert"


@dataclass(frozen=True)
class Step:
    """One code cell that grading has something to do with.

    Parameters
    ----------
    index : int
        Where it stands among the notebook's cells.
    kind : str
        run: a student's or a given cell. check: of an exercise. assert: another graded cell.
    text : str
        Its source; for a check the exercise's name.
    pictures : bool
        Whether a human will mark it, and wants to see what it draws.
    """

    index: int
    kind: str
    text: str
    pictures: bool = False


def restore(notebook: NotebookNode, source: NotebookNode) -> NotebookNode:
    """Return a notebook that was handed in, mended.

    Parameters
    ----------
    notebook : NotebookNode
        What was handed in; may have been changed in any way. Not modified.
    source : NotebookNode
        The assignment's source notebook.
    """
    frame = {grade_id(cell): cell for cell in source.cells if grade_id(cell)}
    cells = _own_cells(notebook, frame)
    _put_back(cells, frame)
    restored = NotebookNode(
        cells=[cell for _, cell in cells],
        metadata=nbformat.from_dict(source.metadata),
        nbformat=source.nbformat,
        nbformat_minor=source.nbformat_minor,
    )
    if source.nbformat_minor >= 5:  # from here on cells have an id; those of the frame have theirs
        for number, (name, _) in enumerate(cells):
            if not name:
                restored.cells[number].id = f"student-{number}"
    return restored


def steps_of(notebook: NotebookNode, demos: bool = False) -> Iterator[Step]:
    """Return what there is to run and to judge in a restored notebook.

    Parameters
    ----------
    notebook : NotebookNode
        From `restore`.
    demos : bool
        Whether demo cells are run; nothing depends on them.
    """
    for index, cell in enumerate(notebook.cells):
        record, name = cell.metadata.get("nbgrader", {}), grade_id(cell)
        if cell.cell_type != "code" or (name.startswith(DEMO_PREFIX) and not demos):
            continue
        if not record.get("grade"):
            yield Step(index, RUN, cell.source)
        elif name.startswith(CHECK_PREFIX):
            yield Step(index, CHECK, name.removeprefix(CHECK_PREFIX))
        elif not record.get("solution"):  # that is for a human to mark
            yield Step(index, ASSERT, cell.source)
        else:
            yield Step(index, RUN, cell.source, pictures=True)


def grade_id(cell: Any) -> str:
    """Return the name under which nbgrader knows a cell; empty if it does not."""
    metadata = cell.get("metadata") if isinstance(cell, dict) else None
    record = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = record.get("grade_id") if isinstance(record, dict) else None
    return name if isinstance(name, str) else ""


def _own_cells(
    notebook: NotebookNode, frame: dict[str, NotebookNode]
) -> list[tuple[str, NotebookNode]]:
    """Return (name in the frame or "", cell) of the cells that were handed in."""
    cells = notebook.get("cells")
    cells = [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
    names = [_name_in(frame, cell) for cell in cells[:MOST_CELLS]]
    last = {name: position for position, name in enumerate(names)}
    own = []
    for position, (name, cell) in enumerate(zip(names, cells, strict=False)):
        name = name if last[name] == position else ""
        text, kind = text_of(cell.get("source")), cell.get("cell_type")
        if name:
            mended = nbformat.from_dict(frame[name])
            mended.source = mended.source if mended.metadata.nbgrader.locked else text
        else:
            kind = kind if kind in ("code", "markdown") else "raw"
            mended = nbformat.from_dict({"cell_type": kind, "metadata": {}, "source": text})
        if mended.cell_type == "code":
            mended.outputs, mended.execution_count = [], None
        own.append((name, mended))
    return own


def _name_in(frame: dict[str, NotebookNode], cell: dict[str, Any]) -> str:
    """Return the name of the cell of the frame that this one is; empty for a student's own."""
    found = (name for name in (grade_id(cell), cell.get("id")) if isinstance(name, str))
    return next((name for name in found if name in frame), "")


def text_of(source: Any) -> str:
    """Return a cell's source as text that a file can hold."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    return source[:LONGEST_CELL].encode("utf-8", "replace").decode()


def _put_back(cells: list[tuple[str, NotebookNode]], frame: dict[str, NotebookNode]) -> None:
    """Put each locked cell that is missing behind the one that it follows in the source."""
    before = -1
    for name, cell in frame.items():
        found = next((i for i, (other, _) in enumerate(cells) if other == name), None)
        if found is None and cell.metadata.nbgrader.locked:
            found = before + 1
            cells.insert(found, (name, nbformat.from_dict(cell)))
        before = before if found is None else found
