"""What a class has handed in, and how it stands: marks, problems, what is not graded yet.

| name         | does                                                                      |
|--------------|---------------------------------------------------------------------------|
| `Submission` | one student's marks in one lesson, and what was wrong with the notebook   |
| `graded`     | everybody's marks as they stand, and what is not graded yet               |
| `tasks_of`   | what there is to be graded                                                |
| `key_of`     | a name for all that a submission's marks depend on                        |
| `read_notes` | what grading has noted about each                                         |
| `handed_in`  | who has handed in what                                                    |
| `misplaced`  | the notebooks that were put where no lesson is looked for                 |

`grading` changes all this; here it is only read.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.assignment import assignment_names
from autograder.classroom import ClassError, class_config
from autograder.execute import class_limits, current_assignment, store_of
from autograder.fingerprint import fingerprint
from autograder.gradebook import Scores, marks_in
from autograder.journal import entries
from autograder.lessons import Lesson
from autograder.pool import Task, problem_with
from autograder.reference import full_name
from autograder.result import Result
from autograder.signing import doubtful

GRADED_FILE = "graded.jsonl"


@dataclass(frozen=True)
class Submission:
    """One student's work in one lesson, graded.

    Parameters
    ----------
    folder : Path
        The class.
    student : str
        The name of the student's folder.
    lesson : Lesson
        What it answers.
    scores : dict of str to float or None
        Points by exercise as the gradebook has them; None where a human must decide.
    content : str
        The name of its run in the class's store; empty for a notebook that could not be marked.
    problem : str
        Why it could not be marked.
    look : tuple of str
        Why a human should look at it, whatever its marks.
    sandbox : str
        What sealed off the student's code.
    """

    folder: Path
    student: str
    lesson: Lesson
    scores: Scores
    content: str = ""
    problem: str = ""
    look: tuple[str, ...] = ()
    sandbox: str = ""

    @property
    def points(self) -> dict[str, float]:
        """What each exercise is worth in this class."""
        return self.lesson.points

    @property
    def total(self) -> float:
        """Points earned, undecided ones not counted."""
        return sum(score or 0.0 for score in self.scores.values())

    @property
    def results(self) -> dict[str, Result]:
        """The verdicts behind the points, read from the store: a class has too many to hold."""
        now = current_assignment(self.folder, self.lesson.name)
        run = store_of(self.folder).find(self.content, now) if self.content else None
        results = run.results.items() if run else ()
        return {name: replace(one, points=self.points.get(name)) for name, one in results}

    def to_dict(self) -> dict[str, Any]:
        """Return the submission as plain data for JSON."""
        return {
            "student": self.student,
            "lesson": self.lesson.name,
            "total": self.total,
            "points": sum(self.points.values()),
            "scores": self.scores,
            "problem": self.problem,
            "look": list(self.look),
            "exercises": [result.to_dict() for result in self.results.values()],
        }


def graded(folder: Path, lessons: Iterable[str] = ()) -> tuple[list[Submission], list[str]]:
    """Return everybody's marks as they stand, and what is to be graded first.

    Parameters
    ----------
    folder : Path
        The class.
    lessons : iterable of str
        Names or numbers. Left out, all that anybody handed in.

    Returns
    -------
    list of Submission
        What has been graded, by lesson, then by student.
    list of str
        STUDENT/LESSON of what is new or has changed since.

    Raises
    ------
    ClassError
        If the folder is not a class, or nothing was handed in.
    LessonError
        If there is no such lesson.
    """
    config = class_config(folder)
    unsafe = bool(config.Execute.get("unsafe"))
    todo, notes = tasks_of(folder, lessons, unsafe), read_notes(folder)
    done = [task for task in todo if name_of(task) in notes]
    changed = [
        name_of(task) for task in todo if notes.get(name_of(task), {}).get("key") != key_of(task)
    ]
    return submissions_of(folder, done, notes), changed


def tasks_of(folder: Path, lessons: Iterable[str], unsafe: bool) -> list[Task]:
    """Return what was handed in for these lessons.

    Parameters
    ----------
    folder : Path
        The class.
    lessons : iterable of str
        Names or numbers. Left out, all that anybody handed in.
    unsafe : bool
        Whether it may run where students' code cannot be sealed off.

    Raises
    ------
    ClassError
        If that is nothing.
    LessonError
        If there is no such lesson.
    """
    names = assignment_names(folder)
    wanted = [full_name(name, names) for name in lessons]
    found = handed_in(folder)
    found = [one for one in found if not wanted or one[1] in wanted]
    todo = [Task(folder, who, lesson, unsafe) for who, lesson in found]
    if not todo:
        where = ", ".join(wanted) or "any lesson"
        raise ClassError(
            f"nobody has handed in {where}: put notebooks at "
            f"{folder / 'submitted' / 'STUDENT' / 'LESSON' / 'LESSON.ipynb'}"
        )
    return todo


def handed_in(folder: Path) -> list[tuple[str, str]]:
    """Return (student, lesson) of every folder in submitted/ that is named after a lesson."""
    names = assignment_names(folder)
    found = [
        (path.parent.name, path.name)
        for path in (folder / "submitted").glob("*/*/")
        if path.name in names  # else another course's assignment, nbgrader's own business
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


def key_of(task: Task) -> str:
    """Return a hash of everything that a submission's marks depend on."""
    assignment = current_assignment(task.folder, task.lesson)
    limits = class_limits(task.folder)
    content = problem_with(task)  # of what is not a file, not even the first byte is read
    if not content:
        with task.path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    return fingerprint(content, assignment.key, limits)


def name_of(task: Task) -> str:
    """Return STUDENT/LESSON, by which a submission is noted."""
    return f"{task.student}/{task.lesson}"


def submissions_of(
    folder: Path, tasks: list[Task], notes: dict[str, dict[str, Any]]
) -> list[Submission]:
    """Return everybody's marks as gradebook and notes have them."""
    submissions = []
    for name in dict.fromkeys(task.lesson for task in tasks):
        lesson = current_assignment(folder, name).lesson
        marks = marks_in(folder, lesson)
        own = {task.student: notes[name_of(task)] for task in tasks if task.lesson == name}
        signatures = {who: note["signature"] for who, note in own.items() if not note["problem"]}
        doubts = doubtful(signatures)
        for student, note in own.items():
            look = tuple(filter(None, [doubts.get(student, ""), *note["look"]]))
            scores = marks.get(student, dict.fromkeys(lesson.points))
            found = (note["content"], note["problem"], look, note.get("sandbox", ""))
            submissions.append(Submission(folder, student, lesson, scores, *found))
    return submissions


def read_notes(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the last note on every submission; a line torn by a crash does not count."""
    fields = {"submission", "key", "problem", "content", "signature", "look"}
    found = entries(folder / GRADED_FILE)
    return {note["submission"]: note for note in found if fields <= note.keys()}
