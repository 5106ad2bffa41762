"""The right answers: the functions in solutions/NN_topic.py, read as plain Python.

A check needs the solution of one exercise, in a student's kernel, at once. So this module reads
what is code in a lesson's source and leaves the notebook side of the same file to `lessons`:
importing what that needs (jupytext, nbformat, JSON schemas) takes about two seconds.

| name             | is                                                                          |
|------------------|-----------------------------------------------------------------------------|
| `Reference`      | the solutions of one lesson, as text and as functions                       |
| `find_reference` | that of the lesson with a given name                                        |
| `lesson_names`   | the lessons of this package, in order                                       |
| `full_name`      | a lesson's name for its name or number                                      |
| `Plain`          | an error that shows as a sentence                                           |
| `data_folder`    | where solutions/ or notebooks/ are: in the checkout, or installed           |
| `reference_in`   | the solutions that a class's source notebook holds                          |

Lessons of somebody's own, and where they are looked for, are the business of `own`.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import metadata
from pathlib import Path
from types import FunctionType
from typing import Any

DISTRIBUTION = "backprop-course"
REINSTALL = f"{sys.executable} -m pip install --force-reinstall {DISTRIBUTION}"
BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
CHECK_PREFIX, DEMO_PREFIX = "check-", "demo-"  # of the names of such cells in a notebook


class Plain:
    """Mixed into an error: a notebook shows its sentence, and no traceback through our own code."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows instead."""
        return [f"{type(self).__name__}: {self}"]


class LessonError(Plain, ValueError):
    """A lesson source or a lesson's name that cannot be used, and why."""


@dataclass(frozen=True, eq=False)
class Reference:
    """The solutions of one lesson.

    Parameters
    ----------
    name : str
        The lesson's.
    cells : tuple of (str, str)
        Header and source of those cells that the solutions consist of, given cells included.
    """

    name: str
    cells: tuple[tuple[str, str], ...]

    @cached_property
    def answers(self) -> dict[str, str]:
        """Source text of every exercise's solution, without the two marker lines."""
        answers = {}
        for _, source, exercise in self.steps():
            if exercise:
                lines = [line for line in source.splitlines() if line.strip() not in (BEGIN, END)]
                answers[exercise] = "\n".join(lines)
        return answers

    def steps(self) -> Iterator[tuple[str, str, str]]:
        """Return every cell's header and source, and the exercise it solves, empty if none."""
        for header, source in self.cells:
            exercise = re.search(r'exercise="(\w+)"', header)
            yield header, source, exercise[1] if exercise else ""

    @cached_property
    def namespace(self) -> dict[str, Any]:
        """The lesson's names after its given and solution cells have run. Not to be changed."""
        space: dict[str, Any] = {"__name__": f"solutions.{self.name}"}
        for header, source in self.cells:
            exec(compile(source, f"<{self.name}{header}>", "exec"), space)
        return space

    def solution(self, exercise: str) -> FunctionType:
        """Return the solution of an exercise as a function: THE right answer, never a copy."""
        return self.namespace[exercise]

    def function(self, exercise: str, source: str) -> FunctionType:
        """Return the function that another source text for an exercise's cell defines."""
        space = dict(self.namespace)
        exec(compile(source, f"<{self.name}, {exercise}>", "exec"), space)
        return space[exercise]


def find_reference(lesson: str) -> Reference:
    """Read the solutions of the lesson with this name; one of somebody's own goes first."""
    from autograder.own import own_lessons  # it needs this module

    own = own_lessons().get(lesson)
    return read_reference(own.source if own else data_folder("solutions") / f"{lesson}.py")


def text_in(path: Path) -> str:
    """Read a lesson's source.

    Raises
    ------
    LessonError
        If it has another encoding than UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise LessonError(
            f"{path}, line {line} is not UTF-8: save the file with that encoding"
        ) from None


def read_reference(path: Path) -> Reference:
    """Read the solutions in a lesson's source, or in a source notebook."""
    return _read_reference(path, path.stat().st_mtime_ns)


@lru_cache
def _read_reference(path: Path, _: int) -> Reference:
    text = text_in(path)
    if path.suffix == ".ipynb":
        return reference_in(path.stem, json.loads(text)["cells"])
    cells = []
    for chunk in re.split(r"^# %%", text, flags=re.MULTILINE)[1:]:
        header, _, source = chunk.partition("\n")
        if not re.search(r"\[markdown\]|\b(check|demo|free)=", header):
            cells.append((header, source.strip("\n")))
    return Reference(path.stem, tuple(cells))


def reference_in(name: str, cells: Iterable[Any]) -> Reference:
    """Return the solutions that the cells of a source notebook hold."""
    found = []
    for cell in cells:
        record = cell["metadata"].get("nbgrader", {})
        own, source = record.get("grade_id", ""), "".join(cell["source"])
        if cell["cell_type"] != "code" or record.get("grade") or own.startswith(DEMO_PREFIX):
            continue
        if record.get("solution"):
            found.append((f'exercise="{own}"', source))
        elif record.get("locked"):
            found.append((own, source))
    return Reference(name, tuple(found))


def data_folder(kind: str) -> Path:
    """Return the folder `solutions` or `notebooks`: the checkout's, else the installed one.

    Raises
    ------
    FileNotFoundError
        If the installation lacks it.
    """
    checkout = Path(__file__).resolve().parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / kind).is_dir():
        return checkout / kind
    for file in metadata.files(DISTRIBUTION) or ():
        if file.parts[-3:-1] == (DISTRIBUTION, kind):
            return Path(file.locate()).resolve().parent
    raise FileNotFoundError(
        f"the folder {kind!r} of {DISTRIBUTION} is missing: repair it with `{REINSTALL}`"
    )


@lru_cache
def lesson_names() -> tuple[str, ...]:
    """Return the names of this package's lessons, in order."""
    return tuple(sorted(path.stem for path in data_folder("solutions").glob("[0-9]*.py")))


def full_name(lesson: str, names: Iterable[str] = ()) -> str:
    """Return the full name of the lesson with this name or number.

    Parameters
    ----------
    lesson : str
        A name or a number.
    names : iterable of str
        Those that there are. Left out, this package's.

    Raises
    ------
    LessonError
        If there is none; the sentence lists those that exist.
    """
    names = tuple(names) or lesson_names()
    for name in names:
        number = name.split("_")[0]
        if lesson == name or (lesson.isdigit() and number.isdigit() and int(lesson) == int(number)):
            return name
    raise LessonError(f"there is no lesson {lesson!r}; the lessons are {', '.join(names)}")
