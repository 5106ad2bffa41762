"""A learner's notebook brought up to date with this package: what they wrote stays.

| cell                                   | becomes                                               |
|----------------------------------------|-------------------------------------------------------|
| locked: given, check, demo             | the new one; outputs stay if its text has not changed |
| exercise                               | theirs; the new stub if it was never touched          |
| text, free                             | theirs if they changed it, else the new one           |
| ours, and no more in the lesson        | is gone; stays as a cell of theirs if they changed it |
| new in the lesson                      | comes in where the lesson has it                      |
| added by the learner, or copied        | stays behind the cell that it followed                |

A cell is known by its name in nbgrader's record or its id, else by its text. Whether one of ours
was touched shows in its checksum, or in its id, which is made from its text.
"""

import copy
import hashlib
import re
from collections import defaultdict
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from autograder.restoring import grade_id

_MADE_FROM_TEXT = re.compile(r"[a-z]+-([0-9a-f]{8})(-\d+)?")
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def update(notebook: NotebookNode, new: NotebookNode) -> NotebookNode:
    """Return a learner's notebook with the new lesson around what they wrote.

    Parameters
    ----------
    notebook : NotebookNode
        Theirs; may have been changed in any way. Not modified.
    new : NotebookNode
        The lesson as this package has it. Not modified.

    Raises
    ------
    nbformat.ValidationError
        If theirs is so far from a notebook that nothing valid comes of it.
    """
    frame = {cell.id: cell for cell in new.cells}
    known, added = _sorted_out(notebook, frame)
    cells = list(added[""])
    for name, cell in frame.items():
        cells.append(_merged(known[name], cell) if name in known else copy.deepcopy(cell))
        cells += added[name]
    updated = copy.deepcopy(new)
    updated.cells = cells
    theirs = copy.deepcopy(notebook.metadata)
    updated.metadata = nbformat.from_dict(
        {**updated.metadata, **theirs, "backprop": updated.metadata.backprop}
    )
    if not nbformat.validator.isvalid(updated):  # outputs are what a tool may have mangled
        for cell in updated.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
    nbformat.validate(updated)
    return updated


def _sorted_out(
    notebook: NotebookNode, frame: dict[str, NotebookNode]
) -> tuple[dict[str, NotebookNode], dict[str, list[NotebookNode]]]:
    """Return the cells of the frame that a notebook has, and the learner's own behind each."""
    cells = [_readable(cell) for cell in notebook.cells if isinstance(cell, dict)]
    names = [_name_in(frame, cell) for cell in cells]
    lost = {
        (cell.cell_type, cell.source): name for name, cell in frame.items() if name not in names
    }
    for position, cell in enumerate(cells):
        names[position] = names[position] or lost.get((cell.cell_type, cell.source), "")
    last = {name: position for position, name in enumerate(names)}
    known, added, used = {}, defaultdict(list), set(frame)
    behind = ""
    for position, (name, cell) in enumerate(zip(names, cells, strict=True)):
        if name and last[name] == position:
            known[name], behind = cell, name
        elif not _is_ours(cell, copied=bool(name)):
            added[behind].append(_own(cell, used))
    return known, added


def _readable(cell: dict[str, Any]) -> NotebookNode:
    """Return a cell with the fields that a cell has, whatever a tool has left of it."""
    lines, kind = cell.get("source", ""), cell.get("cell_type")
    lines = "".join(map(str, lines)) if isinstance(lines, list) else str(lines)
    metadata = cell.get("metadata")
    fields = {
        "cell_type": kind if kind in ("code", "markdown") else "raw",
        "id": str(cell.get("id", "")),
        "metadata": metadata if isinstance(metadata, dict) else {},
        "source": lines.encode("utf-8", "replace").decode(),
    }
    if kind == "code":
        fields |= {
            "outputs": cell.get("outputs", []),
            "execution_count": cell.get("execution_count"),
        }
    elif "attachments" in cell:
        fields["attachments"] = cell["attachments"]
    return nbformat.from_dict(fields)


def _name_in(frame: dict[str, NotebookNode], cell: NotebookNode) -> str:
    """Return the name of the cell of the frame that this one says it is; empty for any other."""
    return next((name for name in (grade_id(cell), cell.id) if name in frame), "")


def _is_ours(cell: NotebookNode, copied: bool) -> bool:
    """Return whether a cell that the lesson does not need is one of ours, as we wrote it."""
    if not cell.source.strip():
        return "nbgrader" in cell.metadata
    if copied:
        return False
    record = cell.metadata.get("nbgrader")
    if isinstance(record, dict) and record.get("grade"):
        return True  # the check of an exercise that is gone
    return not _touched(cell)


def _touched(cell: NotebookNode) -> bool:
    """Return whether a learner has changed a cell of ours, or written it."""
    record = cell.metadata.get("nbgrader")
    if isinstance(record, dict) and "checksum" in record:
        try:
            return compute_checksum(cell) != record["checksum"]
        except (KeyError, TypeError):  # an incomplete record
            return True
    made = _MADE_FROM_TEXT.fullmatch(str(cell.get("id", "")))
    return made is None or hashlib.sha256(cell.source.encode()).hexdigest()[:8] != made[1]


def _own(cell: NotebookNode, used: set[str]) -> NotebookNode:
    """Return a cell as one of the learner's own: no record, free to edit, an id of its own."""
    for name in ("nbgrader", "editable", "deletable"):
        cell.metadata.pop(name, None)
    wanted = str(cell.get("id", ""))
    if not _CELL_ID.fullmatch(wanted) or wanted in used:
        wanted = next(name for n in range(len(used) + 1) if (name := f"own-{n}") not in used)
    cell.id = wanted
    used.add(wanted)
    return cell


def _merged(theirs: NotebookNode, new: NotebookNode) -> NotebookNode:
    """Return a cell of the lesson with what the learner wrote into it and got out of it."""
    merged = copy.deepcopy(new)
    locked = bool(new.metadata.get("nbgrader", {}).get("locked"))
    if not locked and theirs.source.strip() and _touched(theirs):
        merged.source = theirs.source
    kept = {name: value for name, value in theirs.metadata.items() if name != "nbgrader"}
    merged.metadata = nbformat.from_dict({**kept, **new.metadata})
    same = merged.source == theirs.source and theirs.cell_type == new.cell_type
    if same and new.cell_type == "code":
        merged.outputs, merged.execution_count = theirs.outputs, theirs.execution_count
    if not locked and new.cell_type == "markdown" and "attachments" in theirs:
        merged.attachments = theirs.attachments  # pictures that they pasted
    return merged
