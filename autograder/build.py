"""Notebooks built from a lesson's source, byte for byte the same every time.

| function            | gives                                                                     |
|---------------------|---------------------------------------------------------------------------|
| `source_notebook`   | nbgrader's source notebook: solutions in, full nbgrader metadata          |
| `class_notebook`    | the same for a class, which its first code cell says                      |
| `student_notebook`  | what students get: stubs for solutions, cell for cell nbgrader's release  |
| `answered_notebook` | the student's notebook with answers written in                            |
| `build_notebooks`   | notebooks/ from solutions/, or the list of what is out of date            |
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder import __version__
from autograder.handout import class_line
from autograder.lessons import Lesson, kind_of, read_lesson
from autograder.reference import CHECK_PREFIX, LessonError

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def source_notebook(lesson: Lesson) -> NotebookNode:
    """Return nbgrader's source notebook of a lesson: solutions and full nbgrader metadata."""
    ids = Counter()
    cells = [_expand(cell, ids) for cell in lesson.cells]
    return nbformat.from_dict(
        {
            "cells": cells,
            "metadata": {
                "kernelspec": KERNELSPEC,
                "language_info": {"name": "python"},
                "backprop": {
                    "lesson": lesson.name,
                    "source": f"solutions/{lesson.name}.py",
                    "version": __version__,
                    "content": content_of(cells),
                },
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def content_of(cells: Iterable[NotebookNode]) -> str:
    """Return a short name for what a source notebook holds, as learners' copies have it."""
    text = "\n".join(f"{cell.id}\n{cell.source}" for cell in cells)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def class_notebook(lesson: Lesson, *, solutions: bool = False) -> NotebookNode:
    """Return the source notebook of a lesson that a class hands out: it says so itself.

    Parameters
    ----------
    lesson : Lesson
        Not modified.
    solutions : bool
        Whether students may look at solutions and last hints.
    """
    notebook = source_notebook(lesson)
    first = next((cell for cell in notebook.cells if cell.cell_type == "code"), None)
    if first is None or not first.metadata.get("nbgrader", {}).get("locked"):
        raise LessonError(
            f"{lesson.path.name}: the first code cell must be a given one, such as its imports"
        )
    first.source = class_line(solutions=solutions) + first.source
    return notebook


def _expand(cell: NotebookNode, ids: Counter) -> NotebookNode:
    """Return a notebook cell with nbgrader's metadata for a source cell with a short header."""
    if cell.cell_type != "code":
        return nbformat.v4.new_markdown_cell(cell.source, id=_hash_id("text", cell.source, ids))
    kind, source, header = kind_of(cell), cell.source, cell.metadata
    grade_id = {
        "exercise": lambda: header["exercise"],
        "check": lambda: CHECK_PREFIX + header["check"],
    }.get(kind, lambda: _hash_id(kind, source, ids))()
    new = nbformat.v4.new_code_cell(source, id=grade_id)
    if kind == "free":
        new.metadata["tags"] = ["raises-exception"]  # it may call what is not written yet
        return new
    new.metadata["nbgrader"] = {
        "grade": kind == "check",
        "grade_id": grade_id,
        "locked": kind != "exercise",
        "schema_version": 3,
        "solution": kind == "exercise",
        "task": False,
    }
    if kind == "check":
        new.source = f"check({header['check']}, points={header['points']})"
        new.metadata["nbgrader"]["points"] = header["points"]
        new.metadata["tags"] = ["raises-exception"]
    if kind == "demo":
        new.metadata["tags"] = ["demo", "raises-exception"]  # it may show what is not written yet
    return new


def _hash_id(kind: str, source: str, ids: Counter) -> str:
    """Return a cell id that depends on the source only, so that two builds are byte-equal."""
    digest = hashlib.sha256(source.encode()).hexdigest()[:8]
    ids[kind, digest] += 1
    repeat = ids[kind, digest]
    return f"{kind}-{digest}" + (f"-{repeat}" if repeat > 1 else "")


def student_notebook(lesson: Lesson) -> NotebookNode:
    """Return what students get: nbgrader's own preprocessors on the source notebook."""
    from nbgrader import preprocessors as nbgrader_steps

    notebook, resources = source_notebook(lesson), {}
    for step in (  # as in nbgrader.converters.GenerateAssignment, less the database and headers
        nbgrader_steps.LockCells,
        nbgrader_steps.ClearSolutions,
        nbgrader_steps.ClearOutput,
        nbgrader_steps.CheckCellMetadata,
        nbgrader_steps.ComputeChecksums,
    ):
        notebook, resources = step().preprocess(notebook, resources)
    return notebook


def answered_notebook(lesson: Lesson, answers: Mapping[str, str]) -> NotebookNode:
    """Return the student's notebook with these answers, source text by exercise, written in."""
    notebook = student_notebook(lesson)
    for cell in notebook.cells:
        if cell.id in answers:
            cell.source = answers[cell.id]
    return notebook


def notebook_text(notebook: NotebookNode) -> str:
    """Return a notebook as the text of its file: equal notebooks give equal bytes."""
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def build_notebooks(
    solutions: Path,
    notebooks: Path,
    *,
    write: bool,
    progress: Callable[[list[Path]], Iterable[Path]] = iter,
) -> list[str]:
    """Build the student notebooks of every source; return a sentence for each that was not so.

    Parameters
    ----------
    solutions, notebooks : Path
        Where the sources are and where the notebooks belong.
    write : bool
        Write what differs and delete what was built and has no source any more; if false, only
        report it. An author's other notebooks, a copy to try answers in for one, stay.
    progress : callable
        Gets the sources and iterates over them, showing how far.

    Returns
    -------
    list of str
        Empty if the folder was up to date.
    """
    built = {
        path.stem: notebook_text(student_notebook(read_lesson(path)))
        for path in progress(sorted(solutions.glob("[0-9]*.py")))
    }
    if write:
        notebooks.mkdir(exist_ok=True)
    report = []
    for name, text in built.items():
        path = notebooks / f"{name}.ipynb"
        if not path.is_file() or path.read_bytes() != text.encode():
            report.append(f"notebooks/{path.name} is not what solutions/{name}.py builds")
            if write:
                path.write_bytes(text.encode())
    for path in sorted(notebooks.glob("*.ipynb")):
        if path.stem in built or not _was_built(path):
            continue
        report.append(f"notebooks/{path.name} has no source in solutions/")
        if write:
            path.unlink()
    return report


def _was_built(path: Path) -> bool:
    """Return whether a notebook was built under the name that it has: a copy has another one."""
    try:
        return json.loads(path.read_bytes())["metadata"]["backprop"]["lesson"] == path.stem
    except (ValueError, KeyError, TypeError):
        return False
