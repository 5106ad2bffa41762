"""Runs a learner's notebook and collects its verdicts.

| function         | does                                                                       |
|------------------|----------------------------------------------------------------------------|
| `read_notebook`  | reads a file that may not be a notebook of the course, and says so         |
| `read_cells`     | reads any file that has cells, whatever is wrong with them                  |
| `results_in`     | the verdicts that an executed notebook's check cells hold                  |
| `mark_notebook`  | runs a notebook in a kernel of its own and returns its verdicts            |

This is for a learner's own work, beside which it may run; what a class hands in is `running`'s.
"""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.handout import is_from_class, why_outdated
from autograder.lessons import Lesson, read_lesson, shipped_lesson
from autograder.own import own_lessons
from autograder.reference import CHECK_PREFIX, data_folder, lesson_names
from autograder.restoring import grade_id, text_of
from autograder.result import CRASHED, JSON_MIME, NOT_ATTEMPTED, NOT_DEFINED, Result

SECONDS_PER_CELL = 60
CELL_TYPES = ("code", "markdown")
DEFINED = re.compile(r"^(?:def |class )?(\w+) *[=(:]", re.MULTILINE)


class NotebookError(ValueError):
    """A file that cannot be marked, and why."""


class NoLessonError(NotebookError):
    """A notebook that answers no lesson: a scratch, maybe."""


@dataclass(frozen=True)
class Marks:
    """What a notebook of one lesson has earned.

    Parameters
    ----------
    path : Path
        The notebook.
    lesson : Lesson
        What it answers.
    results : dict of str to Result
        The verdict on every exercise of the lesson, in its order.
    """

    path: Path
    lesson: Lesson
    results: dict[str, Result]

    @property
    def earned(self) -> float:
        """Points earned."""
        return sum(result.earned for result in self.results.values())

    @property
    def points(self) -> float:
        """Points that the lesson offers."""
        return sum(self.lesson.points.values())

    @property
    def begun(self) -> bool:
        """Whether any exercise has been worked on."""
        return any(result.status != NOT_ATTEMPTED for result in self.results.values())

    @property
    def next_exercise(self) -> Result | None:
        """The first exercise that is not right yet; None when all are."""
        return next((result for result in self.results.values() if not result.passed), None)

    def to_dict(self) -> dict[str, Any]:
        """Return the marks as plain data for JSON."""
        return {
            "path": str(self.path),
            "lesson": self.lesson.name,
            "earned": self.earned,
            "points": self.points,
            "exercises": [result.to_dict() for result in self.results.values()],
        }


def read_notebook(path: Path, lesson: Lesson | None = None) -> tuple[NotebookNode, Lesson]:
    """Read a notebook and find out which lesson it is.

    Parameters
    ----------
    path : Path
        The file.
    lesson : Lesson, optional
        The lesson it should be.

    Raises
    ------
    NotebookError
        If the file is no notebook, or holds none of the exercises it should hold: in that case a
        `NoLessonError`.
    """
    notebook = read_cells(path)
    found = _lesson_of(notebook, lesson, path.resolve().parent)
    if found is None and is_from_class(notebook.cells):
        raise NotebookError(f"{path.name} has no checks at home: your class marks it")
    if found is None:
        wanted = f"lesson {lesson.name}" if lesson else "any lesson of the course"
        raise NoLessonError(f"{path.name} holds none of the exercises of {wanted}")
    if lesson is not None and found.name != lesson.name:
        raise NotebookError(f"{path.name} is lesson {found.name}, not {lesson.name}")
    return notebook, found


def read_cells(path: Path) -> NotebookNode:
    """Read a file that has the outline of a notebook; what its cells hold may be anything.

    Byte order marks and UTF-16, which some editors write, are read too, and notebooks of the older
    formats 2 and 3.

    Raises
    ------
    NotebookError
        If it has not.
    """
    try:
        data = json.loads(path.read_bytes())
        if isinstance(data, dict) and data.get("nbformat") in (1, 2, 3):
            data = nbformat.convert(nbformat.reader.reads(json.dumps(data)), 4)
    except FileNotFoundError:
        raise NotebookError(f"{path.name} does not exist") from None
    except OSError as error:
        raise NotebookError(f"{path.name} cannot be read: {error.strerror}") from None
    except Exception as error:  # whatever a broken file makes JSON and nbformat trip over
        told = f"{str(error) or type(error).__name__}".strip().splitlines()[0][:100]
        reason = told if path.stat().st_size else "it is empty"
        raise NotebookError(f"{path.name} is not a notebook: {reason}") from None
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise NotebookError(f"{path.name} is not a notebook: it has no list of cells")
    cells = [_outlined(cell) for cell in data["cells"] if isinstance(cell, dict)]
    metadata = data.get("metadata")
    built = metadata.get("backprop") if isinstance(metadata, dict) else None
    kept = {"backprop": built} if isinstance(built, dict) else {}  # the version that it needs
    return nbformat.from_dict(data | {"cells": cells, "metadata": kept})


def _outlined(cell: dict[str, Any]) -> dict[str, Any]:
    """Return a cell whose parts are of the types that nbformat says."""
    metadata, outputs = cell.get("metadata"), cell.get("outputs")
    metadata = metadata if isinstance(metadata, dict) else {}
    tags = metadata.get("tags")
    return cell | {
        "cell_type": cell["cell_type"] if cell.get("cell_type") in CELL_TYPES else "raw",
        "metadata": metadata | ({} if isinstance(tags, list) else {"tags": []}),
        "outputs": outputs if isinstance(outputs, list) else [],
        "source": text_of(cell.get("source")),
    }


def results_in(notebook: NotebookNode, lesson: Lesson) -> dict[str, Result]:
    """Return the verdicts that an executed notebook holds, one for every exercise of the lesson."""
    cells = {grade_id(cell): cell for cell in notebook.cells}
    results = {}
    for exercise, points in lesson.points.items():
        result = _result_of(cells.get(CHECK_PREFIX + exercise), exercise, points)
        error = _error_in(cells.get(exercise))
        if result.status == NOT_DEFINED and error:
            result = Result(exercise, CRASHED, f"the cell that defines it {error}", points=points)
        results[exercise] = result
    return results


def mark_notebook(path: Path) -> Marks:
    """Run a notebook in a fresh kernel, without its demo cells, and return its verdicts.

    The file is not modified. It runs as its owner's own work, with the owner's rights. One in which
    no exercise has been begun is not run.

    Raises
    ------
    NotebookError
        If the file is no notebook of the course, or needs a newer package.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    notebook, lesson = read_notebook(path)
    built = notebook.metadata.get("backprop")
    outdated = why_outdated(built.get("version")) if isinstance(built, dict) else ""
    if outdated:
        raise NotebookError(f"{path.name}: {outdated}")
    if not _is_begun(notebook, lesson):
        unwritten = "not written yet."
        return Marks(path, lesson, {
            name: Result(name, NOT_ATTEMPTED, unwritten, points=points)
            for name, points in lesson.points.items()
        })  # fmt: skip
    notebook.cells = [
        cell for cell in notebook.cells if "demo" not in cell.metadata.get("tags", [])
    ]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        interrupt_on_timeout=True,
        allow_errors=True,
        kernel_name="python3",
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute(
            env=os.environ | {"NBGRADER_EXECUTION": "autograde"}, stderr=subprocess.DEVNULL
        )
    except DeadKernelError:
        pass  # checks that did not run are reported one by one
    except AssertionError:
        if client.kc is None:  # nbclient's way of going down after Ctrl-C
            raise KeyboardInterrupt from None
        raise
    return Marks(path, lesson, results_in(notebook, lesson))


def _is_begun(notebook: NotebookNode, lesson: Lesson) -> bool:
    """Return whether any exercise's cell differs from the stub that was handed out."""
    stubs = data_folder("notebooks") / f"{lesson.name}.ipynb"
    if lesson.path.parent != data_folder("solutions") or not stubs.is_file():
        return True  # a lesson of somebody's own: the check will tell
    given = {cell.id: cell.source for cell in nbformat.read(stubs, as_version=4).cells}
    cells = {grade_id(cell): cell.source for cell in notebook.cells}
    return any(cells.get(name) != given.get(name) for name in lesson.points)


def _lesson_of(notebook: NotebookNode, expected: Lesson | None, folder: Path) -> Lesson | None:
    """Return the lesson that a notebook answers most of; None if it answers none.

    A cell is known by nbgrader's record, by its own id, or by what it defines: an editor, or a
    student who copies everything into a new notebook, may have lost the others. Of lessons that it
    may be, the expected one and those of somebody's own beside it come first.
    """
    there = set()
    for cell in notebook.cells:
        there |= {grade_id(cell), _cell_id(cell), *DEFINED.findall(cell.source)}

    def count(lesson: Lesson) -> int:
        return sum(not there.isdisjoint((name, CHECK_PREFIX + name)) for name in lesson.points)

    if expected and count(expected) == len(expected.points):
        return expected  # without reading the others
    own = [] if expected else [read_lesson(one.source) for one in own_lessons(folder).values()]
    known = {lesson.name: lesson for lesson in filter(None, [expected, *own])}
    shipped = [name for name in lesson_names() if name not in known]
    best = max([*known.values(), *map(shipped_lesson, shipped)], key=count)
    return best if count(best) else None


def _cell_id(cell: NotebookNode) -> str:
    found = cell.get("id")
    return found if isinstance(found, str) else ""


def _result_of(cell: NotebookNode | None, exercise: str, points: float) -> Result:
    """Return the verdict in one check cell's outputs, or what is there instead of one."""
    if cell is None:
        there = "`backprop start` on a new folder has it, copy it from there."
        said = f"its check cell is missing: {there}"
        return Result(exercise, NOT_ATTEMPTED, said, points=points)
    for output in cell.get("outputs", []):
        data = output.get("data", {}).get(JSON_MIME)
        if isinstance(data, dict) and data.get("exercise") == exercise:
            return Result.from_dict(data)
    error = _error_in(cell)
    said = f"its check cell {error}" if error else "its check cell gave no verdict."
    return Result(exercise, CRASHED, said, points=points)


def _error_in(cell: NotebookNode | None) -> str:
    """Return what stopped a cell, as the end of a sentence; empty if nothing did."""
    for output in cell.get("outputs", []) if cell else []:
        if output.output_type == "error":
            if output.ename in ("KeyboardInterrupt", "CellTimeoutError"):
                return "was stopped because it took too long. Is there a loop without an end?"
            return f"stopped with `{output.ename}: {output.evalue}`."
    return ""
