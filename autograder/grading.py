"""Grades what a class handed in: a submission goes in, verdicts come out, nbgrader keeps the marks.

| name             | does                                                                       |
|------------------|----------------------------------------------------------------------------|
| `Submission`     | one student's marks in one lesson, and what was wrong with the notebook    |
| `grade_class`    | grades all that is new or changed, one submission after the other          |
| `needing_a_look` | what a human should look at, whatever its marks                            |
| `misplaced`      | the notebooks that were put where no lesson is looked for                  |

One submission at a time, so that a broken one costs nobody else anything. A notebook that cannot be
marked at all gets 0 and its reason. What has been graded is noted in `graded.jsonl`, by the content
of notebook, lesson and seed: a second run, or one after a crash, grades only what is new.
"""

import hashlib
import html
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder import __version__
from autograder.build import CHECK_PREFIX
from autograder.classroom import ClassError, class_config, database, read_seed, run_step
from autograder.lessons import Lesson, find_lesson
from autograder.marking import NotebookError, read_notebook, results_in
from autograder.reference import full_name, lesson_names
from autograder.result import Result
from autograder.signing import doubtful, signature_in

GRADED_FILE = "graded.jsonl"


@dataclass(frozen=True)
class Submission:
    """One student's work in one lesson, graded.

    Parameters
    ----------
    student : str
        The name of the student's folder.
    lesson : Lesson
        What it answers.
    scores : dict of str to float or None
        Points by exercise as the gradebook has them; None where a human must decide.
    results : dict of str to Result
        The verdicts behind the points; empty for a notebook that could not be marked.
    problem : str
        Why it could not be marked.
    look : str
        Why a human should look at it, whatever its marks.
    """

    student: str
    lesson: Lesson
    scores: dict[str, float | None]
    results: dict[str, Result] = field(default_factory=dict)
    problem: str = ""
    look: str = ""

    @property
    def total(self) -> float:
        """Points earned, undecided ones not counted."""
        return sum(score or 0.0 for score in self.scores.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the submission as plain data for JSON."""
        return {
            "student": self.student,
            "lesson": self.lesson.name,
            "total": self.total,
            "points": sum(self.lesson.points.values()),
            "scores": self.scores,
            "problem": self.problem,
            "look": self.look,
            "exercises": [result.to_dict() for result in self.results.values()],
        }


def grade_class(
    folder: Path,
    lessons: Iterable[str] = (),
    progress: Callable[[list[tuple[str, str]]], Iterable[tuple[str, str]]] = iter,
) -> list[Submission]:
    """Grade everything handed in that is new or changed, and return all marks.

    Parameters
    ----------
    folder : Path
        The class.
    lessons : iterable of str
        Names or numbers. Left out, all that anybody handed in.
    progress : callable
        Gets the list of (student, lesson) to go through and iterates over it, showing how far.

    Returns
    -------
    list of Submission
        By lesson, then by student.

    Raises
    ------
    ClassError
        If the folder is not a class, or nothing was handed in.
    LessonError
        If there is no such lesson.
    """
    class_config(folder)  # first of all: is this a class?
    wanted = [full_name(name) for name in lessons]
    found = handed_in(folder)
    todo = [(student, lesson) for student, lesson in found if not wanted or lesson in wanted]
    if not todo:
        where = ", ".join(wanted) or "any lesson"
        raise ClassError(
            f"nobody has handed in {where}: put notebooks at "
            f"{folder / 'submitted' / 'STUDENT' / 'LESSON' / 'LESSON.ipynb'}"
        )
    graded = _read_graded(folder)
    marked = [
        _grade(folder, student, find_lesson(name), graded) for student, name in progress(todo)
    ]
    return needing_a_look(folder, marked)


def handed_in(folder: Path) -> list[tuple[str, str]]:
    """Return (student, lesson) of every folder in submitted/ that is named after a lesson."""
    found = [
        (path.parent.name, path.name)
        for path in (folder / "submitted").glob("*/*/")
        if path.name in lesson_names()  # else another course's assignment, nbgrader's own business
    ]
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


def misplaced(folder: Path) -> list[str]:
    """Return the notebooks in submitted/ that lie in no assignment's folder, where nobody looks."""
    assignments = {path.name for path in (folder / "source").glob("*/")}
    handed_in = folder / "submitted"
    return [
        str(path.relative_to(folder))
        for path in sorted([*handed_in.glob("*/*.ipynb"), *handed_in.glob("*/*/*.ipynb")])
        if path.parent.parent == handed_in or path.parent.name not in assignments
    ]


def _grade(folder: Path, student: str, lesson: Lesson, graded: dict[str, dict]) -> Submission:
    """Grade one submission, or find that it has been graded."""
    from nbgrader.converters import Autograde

    path = folder / "submitted" / student / lesson.name / f"{lesson.name}.ipynb"
    key = _content_key(folder, path, lesson)
    before = graded.get(f"{student}/{lesson.name}")
    if before and before["key"] == key:
        submission = _read_back(folder, student, lesson, before["problem"])
        if submission:
            return submission
    problem = _problem_with(path, lesson)
    if not problem:
        error = run_step(folder, Autograde, lesson.name, student)
        problem = f"nbgrader could not grade it: {error}" if error else ""
    if problem:
        _record_zero(folder, student, lesson, problem)
    with (folder / GRADED_FILE).open("a", encoding="utf-8") as file:
        line = {"submission": f"{student}/{lesson.name}", "key": key, "problem": problem}
        file.write(json.dumps(line) + "\n")
    submission = _read_back(folder, student, lesson, problem)
    if submission is None:
        raise ClassError(
            f"the gradebook has no lesson {lesson.name}: "
            f"run `nbgrader generate_assignment {lesson.name}` in {folder}"
        )
    return submission


def needing_a_look(folder: Path, submissions: list[Submission]) -> list[Submission]:
    """Return the submissions with a reason where a signature or an answer needs a human look."""
    reasons = {}
    for lesson in dict.fromkeys(one.lesson for one in submissions):
        signatures = {
            one.student: signature_in(read_notebook(_handed_in_at(folder, one), lesson)[0])
            for one in submissions
            if one.lesson is lesson and not one.problem
        }
        reasons |= {(who, lesson.name): why for who, why in doubtful(signatures).items()}
    marked = []
    for one in submissions:
        answers = [f"{r.exercise}: {r.look}" for r in one.results.values() if r.look]
        why = [reasons.get((one.student, one.lesson.name), ""), *answers]
        marked.append(replace(one, look="; ".join(filter(None, why))))
    return marked


def _handed_in_at(folder: Path, submission: Submission) -> Path:
    name = submission.lesson.name
    return folder / "submitted" / submission.student / name / f"{name}.ipynb"


def _problem_with(path: Path, lesson: Lesson) -> str:
    """Return why a notebook that was handed in cannot be marked; empty if it can."""
    if not path.is_file():
        others = sorted(other.name for other in path.parent.iterdir() if other.is_file())
        instead = f"; there is {', '.join(others)}" if others else "; the folder is empty"
        return f"no notebook {path.name} was handed in{instead}"
    try:
        read_notebook(path, lesson)
    except NotebookError as error:
        return str(error)
    return ""


def _record_zero(folder: Path, student: str, lesson: Lesson, reason: str) -> None:
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


def _read_back(folder: Path, student: str, lesson: Lesson, problem: str) -> Submission | None:
    """Return a submission as gradebook and autograded notebook have it; None if they do not."""
    from nbgrader.api import Gradebook, MissingEntry

    with Gradebook(database(folder)) as gradebook:
        try:
            notebook = gradebook.find_submission_notebook(lesson.name, lesson.name, student)
        except MissingEntry:
            return None
        by_cell = {
            grade.name: None if grade.needs_manual_grade and grade.manual_score is None
            else grade.score
            for grade in notebook.grades
        }  # fmt: skip
    scores = {name: by_cell.get(CHECK_PREFIX + name) for name in lesson.points}
    if problem:
        return Submission(student, lesson, scores, problem=problem)
    path = folder / "autograded" / student / lesson.name / f"{lesson.name}.ipynb"
    try:
        executed, _ = read_notebook(path, lesson)
    except NotebookError:
        return None
    return Submission(student, lesson, scores, results_in(executed, lesson))


def _content_key(folder: Path, path: Path, lesson: Lesson) -> str:
    """Return a hash of everything that a submission's marks depend on."""
    source = folder / "source" / lesson.name / path.name
    digest = hashlib.sha256(f"{__version__}/{read_seed(folder)}".encode())
    for file in (source, path):
        digest.update(file.read_bytes() if file.is_file() else b"missing")
    return digest.hexdigest()


def _read_graded(folder: Path) -> dict[str, dict]:
    """Return the last note on every submission; a line torn by a crash does not count."""
    notes = {}
    path = folder / GRADED_FILE
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            note = json.loads(line)
            notes[note["submission"]] = note
        except (json.JSONDecodeError, KeyError, TypeError):
            continue
    return notes
