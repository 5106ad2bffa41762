"""Lessons of somebody's own: written outside this package, checked and graded like ours.

| where it is written     | in a class                                 | holds            |
|-------------------------|--------------------------------------------|------------------|
| `solutions/NN_topic.py` | `source/NN_topic/NN_topic.ipynb`           | lesson, answered |
| `exercises/NN_topic.py` | `exercises/NN_topic.py`                    | its declarations |
|                         | or `source/NN_topic/exercises/NN_topic.py` | if handed out    |

`check` looks for a function's exercise in the folders that `BACKPROP_LESSONS` names, then beside
the notebook (or beside the folder `notebooks` that it lies in), then in this package. A lesson of
somebody's own with the name of one of ours takes its place.
"""

import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from autograder.command import typed
from autograder.reference import LessonError, lesson_names

VARIABLE = "BACKPROP_LESSONS"


@dataclass(frozen=True)
class OwnLesson:
    """Where a lesson of somebody's own is.

    Parameters
    ----------
    name : str
        Such as `06_recurrent`.
    source : Path
        The lesson, answered: percent format, or a source notebook.
    declarations : Path
        Its exercises.
    """

    name: str
    source: Path
    declarations: Path


def lessons_in(folder: Path) -> dict[str, OwnLesson]:
    """Return the lessons that are declared in a folder of either layout, by name, in order."""
    handed_out = sorted(folder.glob("source/*/exercises/[0-9]*.py"))
    found = {}
    for path in [*handed_out, *sorted(folder.glob("exercises/[0-9]*.py"))]:  # the last one counts
        name = path.stem
        sources = folder / "solutions" / f"{name}.py", folder / "source" / name / f"{name}.ipynb"
        source = next(filter(Path.is_file, sources), None)
        # Another course may have folders of these names.
        ours = name in lesson_names() or "autograder" in path.read_text("utf-8", "replace")
        if source is not None and ours:
            found[name] = OwnLesson(name, source, path)
    return dict(sorted(found.items()))


def own_lessons(beside: Path | None = None) -> dict[str, OwnLesson]:
    """Return the lessons of somebody's own that a notebook can see.

    Parameters
    ----------
    beside : Path, optional
        The notebook's folder. Left out, where this process works.

    Raises
    ------
    LessonError
        If the environment variable names a folder that has none.
    """
    beside = (beside or Path()).resolve()
    found = lessons_in(beside.parent if beside.name == "notebooks" else beside)
    for name in filter(None, reversed(os.environ.get(VARIABLE, "").split(os.pathsep))):
        lessons = lessons_in(Path(name).resolve())
        if not lessons:
            raise LessonError(
                f"{VARIABLE} names {name}, which has no lesson: "
                f"`backprop new {typed(name)} 06_topic` begins one"
            )
        found |= lessons
    return found


def declarations_in(path: Path) -> ModuleType:
    """Run a file of declarations and return it as a module; again only if it has changed.

    Raises
    ------
    LessonError
        If it cannot be run, or declares no `EXERCISES`.
    """
    return _declarations_in(path, path.stat().st_mtime_ns)


@lru_cache
def _declarations_in(path: Path, _: int) -> ModuleType:
    module = ModuleType(f"own_exercises_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # not by import: no compiled file is left beside it
    try:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
        for exercise in module.EXERCISES:
            _ = exercise.name
    except Exception as error:  # whatever somebody's own code raises
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise LessonError(f"{path}{line}: {type(error).__name__}: {error}") from error
    return module
