"""Reads the gradebook, in few queries.

| function    | gives                                                 |
|-------------|-------------------------------------------------------|
| `has_marks` | whether a student has points in a lesson              |
| `recorded`  | who has a submission in a lesson                      |
| `marks_in`  | the points of everybody in a lesson                   |
"""

from pathlib import Path

from nbgrader.api import Assignment as Assigned
from nbgrader.api import BaseCell, Grade, Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.api import SubmittedNotebook as Notebook
from sqlalchemy import or_, select

from autograder.assignment import Assignment
from autograder.classroom import ClassError, database
from autograder.lessons import Lesson
from autograder.reference import CHECK_PREFIX

Scores = dict[str, float | None]  # by exercise; None where a human must decide


def has_marks(folder: Path, student: str, lesson: str) -> bool:
    """Return whether the gradebook has points of a student in a lesson."""
    if not student.isprintable():  # bytes that are no text, which no database can hold
        return False
    with Gradebook(database(folder)) as gradebook:
        handed_in = (
            gradebook.db.query(Notebook.id)
            .join(SubmittedAssignment, SubmittedAssignment.id == Notebook.assignment_id)
            .join(Assigned, Assigned.id == SubmittedAssignment.assignment_id)
            .filter(SubmittedAssignment.student_id == student, Assigned.name == lesson)
            .first()
        )
        if handed_in is None:
            return False
        found = (
            gradebook.db.query(Grade.id)
            .filter(Grade.cell_id.in_(select(BaseCell.id)))  # an index has cells first
            .filter(Grade.notebook_id == handed_in.id)
            .filter(or_(Grade.auto_score.is_not(None), Grade.manual_score.is_not(None)))
        )
        return found.first() is not None


def recorded(folder: Path, assignment: Assignment) -> set[str]:
    """Return the students of whom the gradebook has a submission in a lesson.

    Raises
    ------
    ClassError
        If it does not have the lesson, or has it with other points than the source notebook.
    """
    name = assignment.name
    make = f"run `nbgrader generate_assignment {name} --force` in {folder}"
    with Gradebook(database(folder)) as gradebook:
        try:
            notebook = gradebook.find_notebook(name, name)
        except MissingEntry:
            raise ClassError(f"the gradebook has no lesson {name}: {make}") from None
        worth = {
            cell.name.removeprefix(CHECK_PREFIX): cell.max_score for cell in notebook.grade_cells
        }
        for exercise, points in assignment.points.items():
            if worth.get(exercise) != points:
                there = f"{worth[exercise]:g}" if exercise in worth else "none"
                raise ClassError(
                    f"{exercise} has {points:g} points in source/{name}, and {there} in the "
                    f"gradebook: {make}"
                )
        found = (
            gradebook.db.query(SubmittedAssignment.student_id)
            .join(Assigned, Assigned.id == SubmittedAssignment.assignment_id)
            .filter(Assigned.name == name)
        )
        return {student for (student,) in found}


def marks_in(folder: Path, lesson: Lesson, by_hand: bool = True) -> dict[str, Scores]:
    """Return everybody's points in a lesson, by student and exercise, in one query.

    Parameters
    ----------
    folder : Path
        The class.
    lesson : Lesson
        Which one.
    by_hand : bool
        Whether points that somebody gave by hand count, extra ones among them; else those in place
        of ours are None.

    Raises
    ------
    ClassError
        If the gradebook does not have the lesson.
    """
    marks: dict[str, Scores] = {}
    with Gradebook(database(folder)) as gradebook:
        try:
            assignment = gradebook.find_assignment(lesson.name)
        except MissingEntry:
            raise ClassError(
                f"the gradebook has no lesson {lesson.name}: "
                f"run `nbgrader generate_assignment {lesson.name}` in {folder}"
            ) from None
        rows = (
            gradebook.db.query(
                SubmittedAssignment.student_id,
                BaseCell.name,
                Grade.auto_score,
                Grade.manual_score,
                Grade.extra_credit,
                Grade.needs_manual_grade,
            )
            .join(Notebook, Notebook.assignment_id == SubmittedAssignment.id)
            .join(Grade, Grade.notebook_id == Notebook.id)
            .join(BaseCell, BaseCell.id == Grade.cell_id)
            .filter(SubmittedAssignment.assignment_id == assignment.id)
        )
        for student, cell, automatic, manual, extra, undecided in rows:
            score = automatic if manual is None else manual
            score = None if score is None or (undecided and manual is None) else score
            if not by_hand:
                score, extra = score if manual is None else None, None
            name = cell.removeprefix(CHECK_PREFIX)
            scores = marks.setdefault(student, dict.fromkeys(lesson.points))
            if name in scores:
                scores[name] = None if score is None else score + (extra or 0.0)
    return marks
