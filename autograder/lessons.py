"""Lessons as notebooks: solutions/NN_topic.py is the one source they are all built from.

A source is a complete, runnable Python file in jupytext's percent format. A code cell's header says
what the cell is; without any of these keys it is a given cell: locked, and run by everybody.

| header                     | the cell                                                      |
|----------------------------|---------------------------------------------------------------|
| `# %% exercise="fn"`       | the student writes `fn`; BEGIN/END SOLUTION mark what is cut  |
| `# %% check="fn" points=2` | empty in the source; becomes `check(fn, points=2)`            |
| `# %% demo=true`           | locked; a figure or a long run that nothing depends on        |
| `# %% free=true`           | the student's to change, never graded                         |

This module reads the sources, `build` makes the notebooks; `reference` has the solutions. A class's
source notebook is read as the source that it was built from.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.own import own_lessons
from autograder.reference import (
    BEGIN,
    CHECK_PREFIX,
    DEMO_PREFIX,
    END,
    LessonError,
    Reference,
    data_folder,
    full_name,
    lesson_names,
    read_reference,
    text_in,
)

KINDS = ("exercise", "check", "demo", "free")


@dataclass(frozen=True, eq=False)
class Lesson:
    """One lesson, as read from its source.

    Parameters
    ----------
    name : str
        The file's name without its ending, such as `01_chain_rule`. The notebook, the module of
        declarations and the nbgrader assignment have the same name.
    path : Path
        The source.
    cells : tuple of NotebookNode
        Its cells as jupytext reads them, short headers as metadata. Not to be changed.
    """

    name: str
    path: Path
    cells: tuple[NotebookNode, ...]

    @cached_property
    def title(self) -> str:
        """The first heading of the lesson."""
        lines = self.cells[0].source.splitlines() if self.cells else []
        return lines[0].lstrip("# ") if lines else self.name

    @cached_property
    def points(self) -> dict[str, float]:
        """Points of every graded exercise, in the order of the lesson."""
        return {
            cell.metadata["check"]: cell.metadata["points"]
            for cell in self.cells
            if "check" in cell.metadata
        }

    @property
    def exercises(self) -> list[str]:
        """Names of the exercises, in the order of the lesson."""
        return [cell.metadata["exercise"] for cell in self.cells if "exercise" in cell.metadata]

    @property
    def reference(self) -> Reference:
        """The lesson's solutions."""
        return read_reference(self.path)


def kind_of(cell: NotebookNode) -> str:
    """Return what a code cell of a source is: exercise, check, demo, free or given."""
    return next((kind for kind in KINDS if kind in cell.metadata), "given")


def find_lesson(lesson: str) -> Lesson:
    """Read the lesson of this name or number; one of somebody's own goes first.

    Raises
    ------
    LessonError
        If there is none, or its source cannot be used.
    """
    own = own_lessons()
    name = full_name(lesson, sorted({*lesson_names(), *own}))
    return read_lesson(own[name].source) if name in own else shipped_lesson(name)


def shipped_lesson(name: str) -> Lesson:
    """Read the lesson of this package that has this name."""
    return read_lesson(data_folder("solutions") / f"{name}.py")


def read_lesson(path: Path) -> Lesson:
    """Read a lesson source, or a source notebook, and check that its headers make sense.

    Raises
    ------
    LessonError
        If a header is not one of those in this module's table, or a check has no exercise.
    """
    return _read_lesson(path, path.stat().st_mtime_ns)


@lru_cache
def _read_lesson(path: Path, _: int) -> Lesson:
    if path.suffix == ".ipynb":
        return _checked(lesson_in(nbformat.read(path, as_version=4), path))
    import jupytext  # it takes its time to load, and a class has no sources that need it

    notebook = jupytext.reads(text_in(path), fmt="py:percent")
    for cell in notebook.cells:
        cell.metadata.pop("lines_to_next_cell", None)  # jupytext's note to itself
    return _checked(Lesson(path.stem, path, tuple(notebook.cells)))


def lesson_in(notebook: NotebookNode, path: Path) -> Lesson:
    """Return the lesson that a source notebook was built from.

    Parameters
    ----------
    notebook : NotebookNode
        Not modified.
    path : Path
        Where it lies; names the lesson.
    """
    cells = [nbformat.from_dict(cell) for cell in notebook.cells]
    for cell in cells:
        record = cell.metadata.get("nbgrader", {})
        name = record.get("grade_id", "")
        free = cell.cell_type == "code" and not record
        header = {"free": True} if free else {}
        if record.get("grade") and name.startswith(CHECK_PREFIX):
            header = {"check": name.removeprefix(CHECK_PREFIX), "points": record["points"]}
            cell.source = ""
        elif record.get("solution") and not record.get("grade"):
            header = {"exercise": name}
        elif name.startswith(DEMO_PREFIX):
            header = {"demo": True}
        cell.metadata = NotebookNode(header)
    return Lesson(path.stem, path, tuple(cells))


def _checked(lesson: Lesson) -> Lesson:
    exercises: list[str] = []
    file, cells = lesson.path.name, lesson.cells
    for number, cell in enumerate(cells, start=1):
        _check_header(file, number, cell, exercises)
        if "exercise" in cell.metadata:
            exercises.append(cell.metadata["exercise"])
    if not cells or not cells[0].source.startswith("# "):
        raise LessonError(f"{file}: the first cell must be markdown with the lesson's title")
    return lesson


def _check_header(file: str, number: int, cell: NotebookNode, exercises: list[str]) -> None:
    header = dict(cell.metadata)
    where = f"{file}, cell {number}"
    if cell.source:
        where += f" ({cell.source.splitlines()[0][:40]!r})"
    allowed = {"exercise"}, {"check", "points"}, {"demo"}, {"free"}, set()
    if set(header) not in allowed:
        raise LessonError(
            f"{where}: the header {header} is not one of exercise, check with points, demo, free"
        )
    if cell.cell_type == "code":
        try:
            compile(cell.source, where, "exec")
        except SyntaxError as error:
            raise LessonError(f"{where}: {error.msg}, line {error.lineno} of the cell") from None
    if not isinstance(header.get("points", 1), int | float):
        raise LessonError(f"{where}: points={header['points']!r} is not a number")
    if cell.cell_type != "code" and header:
        raise LessonError(f"{where}: only a code cell may have the header {header}")
    if "exercise" in header:
        if header["exercise"] in exercises:
            raise LessonError(f"{where}: the exercise {header['exercise']} is there twice")
        if cell.source.count(BEGIN) != 1 or cell.source.count(END) != 1:
            raise LessonError(f"{where}: an exercise needs one `{BEGIN}` and one `{END}`")
    if "check" in header:
        if header["check"] not in exercises:
            raise LessonError(f"{where}: check of {header['check']}, but no exercise before it")
        if cell.source:
            raise LessonError(f"{where}: a check cell is empty in the source, the builder fills it")
