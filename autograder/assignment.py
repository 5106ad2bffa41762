"""A lesson as one class has it: its source notebook, declarations, seed, and what verdicts hang on.

An instructor may change `source/LESSON/LESSON.ipynb` and write `exercises/LESSON.py`, which takes
the place of our declarations. Answers are then judged by those. A lesson that only the class has
needs both; `autograder.own` says where they may be.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cloudpickle
import nbformat
from nbformat import NotebookNode

from autograder.build import source_notebook
from autograder.command import typed
from autograder.exercise import GRADING_REPEATS, Exercise
from autograder.exercises import exercises_in, shipped
from autograder.fingerprint import fingerprint, software
from autograder.lessons import Lesson, lesson_in, shipped_lesson
from autograder.own import declarations_in, lessons_in
from autograder.reference import (
    BEGIN,
    CHECK_PREFIX,
    END,
    Reference,
    lesson_names,
    reference_in,
)
from autograder.restoring import Step, grade_id
from autograder.student.sandbox import Limits


class AssignmentError(Exception):
    """A source notebook or declarations that cannot be used, and why."""


@dataclass(frozen=True, eq=False)
class Assignment:
    """One lesson of one class.

    Parameters
    ----------
    name : str
        The lesson's.
    source : NotebookNode
        Its notebook, solutions and nbgrader's records included.
    exercises : dict of str to Exercise
        What is declared, by name.
    seed : int
        Draws the class's cases.
    """

    name: str
    source: NotebookNode
    exercises: dict[str, Exercise]
    seed: int

    @cached_property
    def reference(self) -> Reference:
        """The solutions, as the source notebook has them."""
        return reference_in(self.name, self.source.cells)

    @cached_property
    def lesson(self) -> Lesson:
        """The lesson, as the source notebook has it."""
        return lesson_in(self.source, Path(f"{self.name}.ipynb"))

    @cached_property
    def points(self) -> dict[str, float]:
        """Points of every graded exercise, in the order of the notebook."""
        return {
            grade_id(cell).removeprefix(CHECK_PREFIX): float(cell.metadata.nbgrader.points)
            for cell in self.source.cells
            if grade_id(cell).startswith(CHECK_PREFIX)
        }

    @cached_property
    def keys(self) -> dict[str, str]:
        """What the verdict on an exercise depends on, besides the student's cells."""
        common = (software(), self.seed, GRADING_REPEATS, self.reference.cells)
        return {name: fingerprint(*common, self.exercises[name]) for name in self.points}

    @cached_property
    def key(self) -> str:
        """What all marks depend on, besides the student's notebook and what it may use."""
        graded = [
            (grade_id(cell), cell.source, cell.metadata.nbgrader.points)
            for cell in self.source.cells
            if cell.metadata.get("nbgrader", {}).get("grade")
        ]
        return fingerprint(self.keys, graded)

    def content(self, steps: tuple[Step, ...], limits: Limits) -> str:
        """Return the name of a student's work: all that is run, with what, and what it may use."""
        parts = ((step.kind, step.text, step.pictures) for step in steps)
        return fingerprint(software(), limits, *parts)


def assignment_names(folder: Path) -> tuple[str, ...]:
    """Return the lessons that a class may have: ours, and those of its own."""
    return tuple(sorted({*lesson_names(), *lessons_in(folder)}))


def open_assignment(folder: Path, name: str, seed: int, path: Path | None = None) -> Assignment:
    """Read a lesson of a class.

    Parameters
    ----------
    folder : Path
        The class.
    name : str
        The lesson's.
    seed : int
        Draws the class's cases.
    path : Path, optional
        The source notebook; left out, where a class has it. If it is missing, the lesson is taken
        as it comes with the package.

    Raises
    ------
    AssignmentError
        If its source or its declarations cannot be used.
    """
    path = path or folder / "source" / name / f"{name}.ipynb"
    source = read_source(path) if path.is_file() else source_notebook(shipped_lesson(name))
    own = lessons_in(folder).get(name)
    module = declarations_in(own.declarations) if own else shipped(name)
    if own:
        cloudpickle.register_pickle_by_value(module)  # students' processes cannot import it
    exercises = exercises_in(module)
    assignment = Assignment(name, source, dict(exercises), seed)
    missing = f"`backprop new DIR {name}` copies ours, to add it to"
    declared = "this package"
    if own:
        missing = f"`backprop verify {typed(folder)}` lists what is missing"
        declared = own.declarations
    for exercise in assignment.points:
        for where, there in (
            (f"a declaration in {declared}", exercises),
            (f"a solution between {BEGIN} and {END} in {path}", assignment.reference.answers),
        ):
            if exercise not in there:
                raise AssignmentError(
                    f"the lesson {name} checks {exercise}, which needs {where}; {missing}"
                )
    return assignment


def read_source(path: Path) -> NotebookNode:
    """Read a class's source notebook.

    Raises
    ------
    AssignmentError
        If it cannot be read.
    """
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises whatever a broken file makes it trip over
        raise AssignmentError(
            f"{path} is not a notebook: {str(error)[:100]}. One as it was at first is in a class "
            "made anew, `backprop class init NEW`"
        ) from None
