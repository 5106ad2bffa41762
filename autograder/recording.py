"""The gradebook: nbgrader writes it, from runs that have been done; we read it.

| name            | does                                                                        |
|-----------------|-----------------------------------------------------------------------------|
| `record`        | lets nbgrader's autograde replay a submission's run into the gradebook       |
| `record_reason` | puts there why a notebook could not be marked                                |
| `marks_in`      | the points of everybody in a lesson, as the gradebook has them               |
| `open_for_many` | makes nbgrader keep its connection while many submissions are recorded       |
"""

import glob
import html
import logging
import shutil
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from nbgrader import api
from nbgrader.api import BaseCell, Grade, Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.api import SubmittedNotebook as Notebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets import Unicode

from autograder.build import CHECK_PREFIX
from autograder.classroom import ClassError, class_config, database, outcome_of
from autograder.lessons import Lesson
from autograder.sanitize import odd_files

Scores = dict[str, float | None]  # by exercise; None where a human must decide


class _Course(CourseDirectory):
    """A class's folder; a `timestamp.txt` that holds no time does not end the program."""

    def get_existing_timestamp(self, dest_path: str) -> datetime | None:
        """Return when something was handed in, None if nobody knows."""
        try:
            return super().get_existing_timestamp(dest_path)
        except (Exception, SystemExit):
            return None


class _OneSubmission(Autograde):
    """nbgrader's autograde of one folder, whatever its name and whatever else lies in it."""

    student = Unicode()

    def init_notebooks(self) -> None:
        """Take the notebooks of the one folder: its name is no pattern."""
        folder = Path(self._format_source(self.coursedir.assignment_id, self.student))
        self.assignments = {str(folder): [str(path) for path in folder.glob("*.ipynb")]}
        # What a link points to would be copied, and sent out with the feedback.
        self.coursedir.ignore += [glob.escape(path.name) for path in odd_files(folder)]


def record(folder: Path, student: str, lesson: Lesson) -> str:
    """Let nbgrader autograde one submission; return why it could not, empty if it did."""
    config = class_config(folder)
    config.CourseDirectory.assignment_id = lesson.name
    course = _Course(config=config)
    step = _OneSubmission(student=student, force=True, coursedir=course, config=config)
    error = outcome_of(step)
    return f"nbgrader could not record it: {error}" if error else ""


def record_reason(folder: Path, student: str, lesson: Lesson, reason: str, zero: bool) -> None:
    """Put into the gradebook and the feedback why there are no marks.

    Parameters
    ----------
    folder : Path
        The class.
    student, lesson : str, Lesson
        Whose work, on what.
    reason : str
        The sentence.
    zero : bool
        Whether that earns 0 for every exercise; else a human must decide where there are no points
        yet.
    """
    if zero:
        shutil.rmtree(folder / "autograded" / student / lesson.name, ignore_errors=True)
    page = folder / "feedback" / student / lesson.name / f"{lesson.name}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    told = "0 points" if zero else "Not marked yet"
    page.write_text(
        f"<!doctype html><meta charset=utf-8><title>{lesson.name}</title>"
        f"<h1>{html.escape(lesson.title)}</h1><p>{told}: {html.escape(reason)}.</p>\n",
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
                if zero:
                    grade.auto_score, grade.needs_manual_grade = 0, False
                else:
                    grade.needs_manual_grade |= grade.auto_score is None
            for comment in notebook.comments:
                comment.auto_comment = reason
        gradebook.db.commit()


def marks_in(folder: Path, lesson: Lesson, by_hand: bool = True) -> dict[str, Scores]:
    """Return everybody's points in a lesson, by student and exercise, in one query.

    Parameters
    ----------
    folder : Path
        The class.
    lesson : Lesson
        Which one.
    by_hand : bool
        Whether points that somebody gave by hand count, or are None.

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
            score = score if by_hand or manual is None else None
            name = cell.removeprefix(CHECK_PREFIX)
            scores = marks.setdefault(student, dict.fromkeys(lesson.points))
            if name in scores:
                scores[name] = None if score is None else score + (extra or 0.0)
    return marks


def open_for_many() -> None:
    """Let nbgrader in this process open each database once, not nine times for every submission.

    Each time it makes a new SQLAlchemy engine, whose cache of compiled statements starts empty, and
    looks for tables that are there: half of the time that recording a submission takes. Writers
    wait for each other for a minute, not for five seconds. What goes wrong is told once, by us.
    """
    api.app_log.setLevel(logging.CRITICAL)
    if not hasattr(api.create_engine, "cache_info"):
        patience = {"connect_args": {"timeout": 60}}
        create = api.create_engine
        api.create_engine = lru_cache(
            lambda url, **how: create(url, **how, **(patience if "sqlite" in url else {}))
        )
        api.inspect = lru_cache(api.inspect)
        api.Base.metadata.create_all = lambda bind: None
