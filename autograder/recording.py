"""The gradebook: nbgrader writes it, from runs that have been done; we read it.

| name            | does                                                                        |
|-----------------|-----------------------------------------------------------------------------|
| `record`        | lets nbgrader's autograde replay a submission's run into the gradebook       |
| `record_zero`   | gives 0 with a reason to a notebook that cannot be marked                    |
| `marks_in`      | the points of everybody in a lesson, as the gradebook has them               |
| `open_for_many` | makes nbgrader keep its connection while many submissions are recorded       |
"""

import html
import shutil
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from autograder.build import CHECK_PREFIX
from autograder.classroom import ClassError, database, run_step
from autograder.lessons import Lesson

Scores = dict[str, float | None]  # by exercise; None where a human must decide


def record(folder: Path, student: str, lesson: Lesson) -> str:
    """Let nbgrader autograde one submission; return why it could not, empty if it did."""
    from nbgrader.converters import Autograde

    error = run_step(folder, Autograde, lesson.name, student)
    return f"nbgrader could not record it: {error}" if error else ""


def record_zero(folder: Path, student: str, lesson: Lesson, reason: str) -> None:
    """Put 0 for every exercise into the gradebook, and the reason there and into the feedback."""
    from nbgrader.api import Gradebook, MissingEntry

    shutil.rmtree(folder / "autograded" / student / lesson.name, ignore_errors=True)
    page = folder / "feedback" / student / lesson.name / f"{lesson.name}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(
        f"<!doctype html><meta charset=utf-8><title>{lesson.name}</title>"
        f"<h1>{html.escape(lesson.title)}</h1><p>0 points: {html.escape(reason)}.</p>\n",
        encoding="utf-8",
    )
    with Gradebook(database(folder)) as gradebook:
        try:
            gradebook.find_assignment(lesson.name)
        except MissingEntry:
            return
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(lesson.name, student)
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                grade.auto_score, grade.needs_manual_grade = 0, False
            for comment in notebook.comments:
                comment.auto_comment = reason
        gradebook.db.commit()


def marks_in(folder: Path, lesson: Lesson, exercises: Iterable[str]) -> dict[str, Scores]:
    """Return everybody's points in a lesson, by student and exercise, in one query.

    Parameters
    ----------
    folder : Path
        The class.
    lesson : Lesson
        What they worked on.
    exercises : iterable of str
        What this class's notebook checks.

    Raises
    ------
    ClassError
        If the gradebook does not have the lesson.
    """
    from nbgrader.api import BaseCell, Grade, Gradebook, MissingEntry, SubmittedAssignment
    from nbgrader.api import SubmittedNotebook as Notebook

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
            name = cell.removeprefix(CHECK_PREFIX)
            scores = marks.setdefault(student, dict.fromkeys(exercises))
            if name in scores:
                scores[name] = None if score is None else score + (extra or 0.0)
    return marks


def open_for_many() -> None:
    """Let nbgrader in this process open each database once, not nine times for every submission.

    Each time it makes a new SQLAlchemy engine, whose cache of compiled statements starts empty, and
    looks for tables that are there: half of the time that recording a submission takes. Writers
    wait for each other for a minute, not for five seconds.
    """
    from nbgrader import api

    if not hasattr(api.create_engine, "cache_info"):
        patience = {"connect_args": {"timeout": 60}}
        create = api.create_engine
        api.create_engine = lru_cache(
            lambda url, **how: create(url, **how, **(patience if "sqlite" in url else {}))
        )
        api.inspect = lru_cache(api.inspect)
        api.Base.metadata.create_all = lambda bind: None
