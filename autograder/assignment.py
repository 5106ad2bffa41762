"""A lesson as one class has it: its source notebook, declarations, seed, and what verdicts hang on.

An instructor may change `source/LESSON/LESSON.ipynb` and write `exercises/LESSON.py`, which takes
the place of our declarations. Answers are then judged by those.
"""

import importlib.util
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

import cloudpickle
import nbformat
from nbformat import NotebookNode

from autograder.build import CHECK_PREFIX, DEMO_PREFIX, source_notebook
from autograder.exercise import Exercise
from autograder.exercises import exercises_of
from autograder.fingerprint import fingerprint, software
from autograder.lessons import find_lesson
from autograder.notebook import GRADING_REPEATS
from autograder.reference import BEGIN, END, Reference
from autograder.restoring import Step, grade_id


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
        cells = []
        for cell in self.source.cells:
            record, name = cell.metadata.get("nbgrader", {}), grade_id(cell)
            if cell.cell_type != "code" or record.get("grade") or name.startswith(DEMO_PREFIX):
                continue
            if record.get("solution"):
                cells.append((f'exercise="{name}"', cell.source))
            elif record.get("locked"):
                cells.append((name, cell.source))
        return Reference(self.name, tuple(cells))

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
        answers = self.reference.answers
        given = [text for header, text in self.reference.cells if "exercise=" not in header]
        return {
            name: fingerprint(
                software(), self.seed, GRADING_REPEATS, self.exercises[name], answers[name], given
            )
            for name in self.points
        }

    @cached_property
    def key(self) -> str:
        """What all marks depend on, besides the student's notebook."""
        return fingerprint(self.keys, self.points)

    def content(self, steps: tuple[Step, ...]) -> str:
        """Return the name of a student's work: all cells that are run, and the software."""
        return fingerprint(software(), *((step.kind, step.text) for step in steps))


def open_assignment(folder: Path, name: str, seed: int) -> Assignment:
    """Read a lesson of a class.

    Raises
    ------
    AssignmentError
        If its source or its declarations cannot be used.
    """
    path = folder / "source" / name / f"{name}.ipynb"
    if path.is_file():
        try:
            source = nbformat.read(path, as_version=4)
        except Exception as error:  # nbformat raises whatever a broken file makes it trip over
            raise AssignmentError(f"{path} is not a notebook: {str(error)[:100]}") from None
    else:
        source = source_notebook(find_lesson(name))
    own = folder / "exercises" / f"{name}.py"
    exercises = _declared_in(own) if own.is_file() else exercises_of(name)
    assignment = Assignment(name, source, dict(exercises), seed)
    for exercise in assignment.points:
        for where, there in (
            (f"a declaration in {own if own.is_file() else 'this package'}", assignment.exercises),
            (f"a solution between {BEGIN} and {END} in {path}", assignment.reference.answers),
        ):
            if exercise not in there:
                raise AssignmentError(f"the lesson {name} checks {exercise}, which needs {where}")
    return assignment


def _declared_in(path: Path) -> dict[str, Exercise]:
    """Return the exercises that a class's own file declares."""
    spec = importlib.util.spec_from_file_location(f"class_exercises_{path.stem}", path)
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
        exercises = {exercise.name: exercise for exercise in module.EXERCISES}
    except Exception as error:
        raise AssignmentError(f"{path}: {type(error).__name__}: {error}") from error
    cloudpickle.register_pickle_by_value(module)
    return exercises
