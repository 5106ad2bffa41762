"""Our step in nbgrader's autograde: runs a notebook in a student's process, or replays its run.

The class's nbgrader_config.py puts `Execute` in the place of nbgrader's own, so the command line,
the formgrader's button and `backprop class grade` give equal marks. Notebooks that are no lesson of
this course go on to nbgrader's own, in a kernel.
"""

import os
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute as StockExecute
from traitlets import Bool, Float, Int

from autograder.assignment import (
    Assignment,
    assignment_names,
    open_assignment,
    read_source,
)
from autograder.classroom import ClassError, class_config, read_seed
from autograder.probe import probe
from autograder.process import LostError
from autograder.restoring import restore, steps_of
from autograder.running import run_notebook, write_outputs
from autograder.store import FILE, Store
from autograder.student.sandbox import SEALED, Limits, level
from autograder.zygote import Zygote


class Execute(StockExecute):
    """Runs the lessons of this course outside the grader's process.

    Its options, besides those of nbgrader's own, are what one notebook may use: see `Limits`.
    """

    unsafe = Bool(False, help="Grade where students' code cannot be sealed off.").tag(config=True)
    run_demos = Bool(False, help="Run the demo cells too; nothing depends on them.").tag(
        config=True
    )
    cell_seconds = Float(
        Limits.cell_seconds, help="Seconds of computing for a cell or a check."
    ).tag(config=True)
    submission_seconds = Int(
        Limits.submission_seconds, help="Seconds of computing for a whole notebook."
    ).tag(config=True)
    patience = Float(
        Limits.patience, help="Seconds by the clock for each of computing; a guard against sleep."
    ).tag(config=True)
    memory = Int(Limits.memory, help="Bytes of memory.").tag(config=True)
    disk = Int(Limits.disk, help="Bytes of all files together.").tag(config=True)
    file_size = Int(Limits.file_size, help="Bytes of one file.").tag(config=True)
    files = Int(Limits.files, help="Files and folders.").tag(config=True)
    open_files = Int(Limits.open_files, help="Open files.").tag(config=True)
    tasks = Int(Limits.tasks, help="Threads.").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: Any, *args: Any, **kwargs: Any
    ) -> tuple[NotebookNode, Any]:
        """Put into a sanitized notebook the outputs that nbgrader reads the marks from."""
        assignment = assignment_of(self.config, resources)
        if assignment is None:
            return super().preprocess(nb, resources, *args, **kwargs)
        folder, limits = Path(self.config.CourseDirectory.root), limits_in(self.config)
        mended = restore(nb, assignment.source)
        steps = tuple(steps_of(mended, self.run_demos))
        store, content = store_of(folder), assignment.content(steps, limits)
        run = store.find(content, assignment)
        if run is None or not run.has_all(assignment):
            zygote = zygote_of(folder, limits, self.unsafe)
            run = run_notebook(steps, assignment, zygote, run)
            store.add(content, run)
        # The records, with checksums and points, are the gradebook's; ours are the source's.
        _copy_records(nb, mended)
        write_outputs(mended, run, steps)
        return mended, resources


def require_seal(unsafe: bool, got_through: list[str] | None = None) -> None:
    """Refuse to grade where students' code cannot be sealed off, unless that is wanted.

    Parameters
    ----------
    unsafe : bool
        Whether it is.
    got_through : list of str, optional
        What the sandbox did not keep out when it was tried.

    Raises
    ------
    ClassError
        If it cannot, and is not.
    """
    if unsafe or (level() == SEALED and not got_through):
        return
    how = f"can only be {level()}, not sealed off"
    if got_through:
        how = f"is not sealed off: it can {', '.join(got_through)}"
    raise ClassError(
        f"on this system students' code {how}; "
        "`backprop doctor` says what is missing. To grade all the same, on a machine that has "
        "nothing to lose: `--unsafe`, or `c.Execute.unsafe = True` in nbgrader_config.py"
    )


def limits_in(config: Any) -> Limits:
    """Return what one notebook may use, as nbgrader's configuration has it."""
    set_there = config.Execute
    return Limits(
        **{one.name: set_there[one.name] for one in fields(Limits) if one.name in set_there}
    )


@lru_cache(maxsize=4)
def class_limits(folder: Path) -> Limits:
    """Return what one notebook of a class may use."""
    return limits_in(class_config(folder))


@lru_cache(maxsize=4)
def zygote_of(folder: Path, limits: Limits, unsafe: bool = False) -> Zygote:
    """Return this process's zygote for a class, started and tried when it is first used.

    Raises
    ------
    ClassError
        If it does not start, or its sandbox does not hold, unless that is wanted.
    """
    require_seal(unsafe)
    zygote = Zygote((folder.resolve(),), limits)
    try:
        if not unsafe:
            require_seal(unsafe, probe(zygote))
    except LostError as error:
        zygote.close()
        raise ClassError(
            f"no student's process can be started here: it {error}; `backprop doctor` says more"
        ) from None
    except ClassError:
        zygote.close()
        raise
    return zygote


def store_of(folder: Path, file: str = FILE) -> Store:
    """Return the runs of a class; new ones go to the file of this name."""
    return _store(folder.resolve(), file)


@lru_cache(maxsize=8)
def _store(folder: Path, file: str) -> Store:
    return Store(folder, file)


@lru_cache(maxsize=4)
def runs_demos(folder: Path) -> bool:
    """Return whether a class's configuration has demo cells run."""
    return bool(class_config(folder).Execute.get("run_demos", False))


def assignment_of(config: Any, resources: Any) -> Assignment | None:
    """Return the lesson that nbgrader is at work on, None if it is not one of this course.

    A lesson is known by what stands in its source notebook's metadata, whatever the assignment and
    the notebook are called; without that, by the notebook's name: no lesson runs in a kernel by
    oversight.

    Parameters
    ----------
    config : traitlets.config.Config
        nbgrader's.
    resources : dict
        nbgrader's, with the names of assignment and notebook.

    Raises
    ------
    AssignmentError
        If there is a source notebook that cannot be read, so that nobody knows.
    """
    names = (resources or {}).get("nbgrader", {})
    settings = ("root", "source_directory", "directory_structure")
    course = _course(os.getcwd(), *(config.CourseDirectory.get(name) for name in settings))
    place = course.format_path(course.source_directory, ".", names.get("assignment", ""))
    path = Path(place) / f"{names.get('notebook', '')}.ipynb"
    lesson = _lesson_in(path, _stamp(path)) if path.is_file() else None
    lesson = lesson or names.get("notebook")
    folder = Path(course.root)
    known = lesson in assignment_names(folder)
    return current_assignment(folder, lesson, path) if known else None


@lru_cache(maxsize=8)
def _course(
    _: str, root: str | None, source_directory: str | None, directory_structure: str | None
) -> CourseDirectory:
    """Return what knows where a course keeps its files; without a root, that is where we are."""
    given = {
        "root": root,
        "source_directory": source_directory,
        "directory_structure": directory_structure,
    }
    return CourseDirectory(**{name: value for name, value in given.items() if value is not None})


@lru_cache(maxsize=32)
def _lesson_in(path: Path, stamp: int) -> str | None:
    return read_source(path).metadata.get("backprop", {}).get("lesson")


def current_assignment(folder: Path, name: str, path: Path | None = None) -> Assignment:
    """Return a lesson of a class as it is now; it is read again when a file has changed."""
    path = path or folder / "source" / name / f"{name}.ipynb"
    file = f"{name}.py"
    own = folder / "exercises" / file, path.parent / "exercises" / file
    stamps = tuple(map(_stamp, (path, *own)))
    return _read_assignment(folder, name, read_seed(folder), path, stamps)


def _stamp(file: Path) -> int:
    return file.stat().st_mtime_ns if file.is_file() else 0


@lru_cache(maxsize=8)
def _read_assignment(
    folder: Path, name: str, seed: int, path: Path, stamps: tuple[int, ...]
) -> Assignment:
    return open_assignment(folder, name, seed, path)


def _copy_records(nb: NotebookNode, mended: NotebookNode) -> None:
    records = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader for cell in nb.cells
               if "grade_id" in cell.metadata.get("nbgrader", {})}  # fmt: skip
    for cell in mended.cells:
        if "nbgrader" in cell.metadata:
            record = records.get(cell.metadata.nbgrader.grade_id)
            if record is not None:
                cell.metadata.nbgrader = record
