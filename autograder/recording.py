"""Writes the gradebook: nbgrader does, from runs that have been done.

| name            | does                                                                        |
|-----------------|-----------------------------------------------------------------------------|
| `record`        | lets nbgrader's autograde replay a submission's run into the gradebook       |
| `Recorder`      | nbgrader's autograde, kept for many students                                |
| `record_reason` | puts there why a notebook could not be marked                                |
| `open_for_many` | makes nbgrader keep its connection while many submissions are recorded       |
"""

import contextlib
import glob
import html
import json
import logging
import os
import shutil
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbconvert.writers import FilesWriter
from nbformat import NotebookNode
from nbgrader import api
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import setenv

from autograder.classroom import class_config, database, outcome_of
from autograder.lessons import Lesson
from autograder.sanitize import Reader, is_odd, odd_files

PAGE_HEAD = "<!doctype html><meta charset=utf-8>"


def record(folder: Path, student: str, lesson: Lesson) -> str:
    """Let nbgrader autograde one submission; return why it could not, empty if it did."""
    recorder = recorder_of(folder, lesson.name)
    recorder.coursedir.student_id = student
    error = outcome_of(recorder)
    if error:
        return f"nbgrader could not record it: {error}; the same command tries again"
    _remove_page(folder, student, lesson)
    return ""


class _Course(CourseDirectory):
    """A class's folder; a `timestamp.txt` that holds no time does not end the program."""

    def get_existing_timestamp(self, dest_path: str) -> datetime | None:
        """Return when something was handed in, None if nobody knows."""
        if is_odd(Path(dest_path, "timestamp.txt")):
            return None
        try:
            return super().get_existing_timestamp(dest_path)
        except (Exception, SystemExit):
            return None


class Exporter(Reader):
    """nbconvert's way through a list of steps, without copies and checks between them.

    The notebook has just been read and put into its frame, and belongs to nobody else. What is
    written has no indents: they would take a quarter of the time that recording takes.
    """

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **_: Any
    ) -> tuple[str, Any]:
        """Take all steps; return the file's text."""
        nb, resources = self._preprocess(nb, self._init_resources(resources))
        text = json.dumps(nb, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text + "\n", resources

    def _preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        for step in self._preprocessors:
            nb, resources = step(nb, resources)
        return nb, resources


class Recorder(Autograde):
    """nbgrader's autograde of one lesson, for one student after the other.

    The steps and their order are those of the class's configuration. nbgrader takes them in two
    passes, writes the notebook after the first and reads it again; here the second goes on with
    what the first has left.

    Parameters
    ----------
    folder : Path
        The class.
    lesson : str
        Its name.
    """

    def __init__(self, folder: Path, lesson: str) -> None:
        config = class_config(folder)
        config.CourseDirectory.assignment_id = lesson
        super().__init__(coursedir=_Course(config=config), config=config)
        self.ignored = list(self.coursedir.ignore)
        self.force = True
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = Exporter(parent=self, config=self.config)
        for step in (*self.sanitize_preprocessors, *self.autograde_preprocessors):
            self.exporter.register_preprocessor(step)

    def init_notebooks(self) -> None:
        """Take the notebooks of the one folder: its name is no pattern."""
        names = self.coursedir.assignment_id, self.coursedir.student_id
        folder = Path(self._format_source(*names))
        self.assignments = {str(folder): [str(path) for path in folder.glob("*.ipynb")]}
        # What a link points to would be copied, and sent out with the feedback.
        odd = [glob.escape(path.name) for path in odd_files(folder)]
        self.coursedir.ignore = [*self.ignored, *odd]

    def start(self) -> None:
        """Record the student who is set in the course directory."""
        self.writer.build_directory = ""  # it makes the folder when that changes
        self.init_notebooks()
        with contextlib.chdir(self.coursedir.root):
            self.convert_notebooks()

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Mend, replay and record one notebook."""
        with setenv(NBGRADER_EXECUTION="autograde"):
            BaseConverter.convert_single_notebook(self, notebook_filename)


@lru_cache(maxsize=8)
def recorder_of(folder: Path, lesson: str) -> Recorder:
    """Return this process's recorder for a lesson of a class."""
    return Recorder(folder, lesson)


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
    page = _page(folder, student, lesson)
    page.parent.mkdir(parents=True, exist_ok=True)
    told = "0 points" if zero else "Not marked yet"
    page.write_text(
        f"{PAGE_HEAD}<title>{lesson.name}</title>"
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


def _page(folder: Path, student: str, lesson: Lesson) -> Path:
    return folder / "feedback" / student / lesson.name / f"{lesson.name}.html"


def _remove_page(folder: Path, student: str, lesson: Lesson) -> None:
    """Remove the page of `record_reason`: nbgrader makes none where one is."""
    page = _page(folder, student, lesson)
    with contextlib.suppress(OSError):
        if page.read_text(encoding="utf-8").startswith(PAGE_HEAD):
            shutil.rmtree(page.parent)


def open_for_many() -> None:
    """Let nbgrader in this process open each gradebook once, not nine times for every submission.

    Each time it makes a new SQLAlchemy engine, whose cache of compiled statements starts empty, and
    looks for tables and a course that are there: half of the time that recording a submission
    takes. Writers wait for each other for a minute, not for five seconds. What goes wrong is told
    once, by us.
    """
    api.app_log.setLevel(logging.CRITICAL)
    if hasattr(Gradebook.__init__, "kept"):
        return
    create, initialise = api.create_engine, Gradebook.__init__

    def create_patient(url: str, **how: Any) -> Any:
        return create(url, **how, **({"connect_args": {"timeout": 60}} if "sqlite" in url else {}))

    @lru_cache(maxsize=8)
    def opened(process: int, *arguments: Any) -> dict[str, Any]:
        gradebook = object.__new__(Gradebook)
        initialise(gradebook, *arguments)
        gradebook.engine.dispose = lambda: None  # who asks next gets the connection that is there
        return vars(gradebook)

    def open_again(
        self: Gradebook,
        db_url: str,
        course_id: str = "default_course",
        authenticator: Any = None,
    ) -> None:
        vars(self).update(opened(os.getpid(), db_url, course_id, authenticator))

    open_again.kept = True
    api.create_engine, Gradebook.__init__ = create_patient, open_again
