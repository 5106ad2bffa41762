"""Grades what a class handed in: run what is new or changed, say what that changes, record it.

| name          | does                                                                      |
|---------------|---------------------------------------------------------------------------|
| `Submission`  | one student's marks in one lesson, and what was wrong with the notebook   |
| `Tally`       | what a grading has done                                                   |
| `grade_class` | grades all that is new or changed                                         |
| `graded`      | everybody's marks as they stand, and what is not graded yet               |
| `run_shard`   | runs a part of it, on a machine of a cluster, and records nothing         |
| `Change`      | a mark that a second grading gives or takes                               |
| `misplaced`   | the notebooks that were put where no lesson is looked for                 |

Runs go to `verdicts.jsonl` as they end. The process that has run a submission lets nbgrader record
it; only where that changes marks it waits until that has been told. What has been recorded is noted
in `graded.jsonl`, by the content of notebook, lesson and seed. So a second run, or one after a
crash, does only what is new. A notebook that cannot be marked at all gets 0 and its reason.
"""

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from autograder.assignment import assignment_names
from autograder.classroom import ClassError, class_config, read_seed
from autograder.cluster import shard_file
from autograder.execute import current_assignment, require_seal, store_of
from autograder.fingerprint import fingerprint
from autograder.journal import append, entries
from autograder.lessons import Lesson
from autograder.pool import Outcome, Task, in_workers, problem_with, run_all
from autograder.recording import Scores, has_marks, marks_in, open_for_many, record, record_reason
from autograder.reference import full_name
from autograder.result import Result
from autograder.signing import doubtful
from autograder.workplace import remove_left_over

GRADED_FILE = "graded.jsonl"
RECORDERS = 4  # at a time: they take turns at one database


def _silent(items: Iterable, total: int = 0, what: str = "") -> Iterable:
    return items


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
    look : str
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
    look: str = ""
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
        run = store_of(self.folder).find(self.content) if self.content else None
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
            "look": self.look,
            "exercises": [result.to_dict() for result in self.results.values()],
        }


@dataclass
class Tally:
    """What a grading has done, for one line.

    Parameters
    ----------
    run, reused, broken : int
        Submissions that were run, those whose run or marks were there, and those that are no
        notebook.
    seconds : float
        That running and recording took.
    sandboxes : set of str
        The levels that they were run at.
    """

    run: int = 0
    reused: int = 0
    broken: int = 0
    seconds: float = 0.0
    sandboxes: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Change:
    """A mark that another grading gives or takes.

    Parameters
    ----------
    student, lesson, exercise : str
        Whose, in what.
    before, after : float
        Points.
    """

    student: str
    lesson: str
    exercise: str
    before: float
    after: float


def grade_class(
    folder: Path,
    lessons: Iterable[str] = (),
    *,
    workers: int = 1,
    scheduler: str = "",
    unsafe: bool = False,
    progress: Callable[..., Iterable] = _silent,
    announce: Callable[[list[Change]], None] = lambda changes: None,
    tally: Tally | None = None,
) -> list[Submission]:
    """Grade everything handed in that is new or changed, and return all marks.

    Parameters
    ----------
    folder : Path
        The class.
    lessons : iterable of str
        Names or numbers. Left out, all that anybody handed in.
    workers : int
        How many submissions are run at a time.
    scheduler : str
        The address of a Dask scheduler whose workers run them instead.
    unsafe : bool
        Grade even where students' code cannot be sealed off.
    progress : callable
        progress(items, total, what=...) iterates over what is done, showing how far.
    announce : callable
        Gets the marks that change for who had some, before they are written.
    tally : Tally, optional
        Is filled in.

    Returns
    -------
    list of Submission
        By lesson, then by student.

    Raises
    ------
    ClassError
        If the folder is not a class, nothing was handed in, or the system is not safe enough.
    LessonError
        If there is no such lesson.
    """
    config = class_config(folder)  # first of all: is this a class?
    folder = folder.resolve()  # as nbgrader's configuration has it
    unsafe = unsafe or bool(config.Execute.get("unsafe"))
    require_seal(unsafe)
    read_seed(folder)
    todo = _todo(folder, lessons, unsafe)
    notes = _read_notes(folder)
    keys = {task: _key(task) for task in todo}
    changed = [task for task in todo if notes.get(_name(task), {}).get("key") != keys[task]]

    def note(outcome: Outcome, failure: str) -> None:
        one = _note(outcome, failure, keys[outcome.task])
        notes[one["submission"]] = one
        append(folder / GRADED_FILE, one)

    waiting, tally, began = [], tally or Tally(), time.monotonic()
    run = partial(progress, what="graded")
    for outcome in run_all(changed, workers, run, scheduler, then=_record_new):
        if outcome.place:
            tally.run += 1
            tally.sandboxes.add(outcome.sandbox)
        if outcome.recorded == "":
            note(outcome, "")
        else:
            waiting.append(outcome)
    announce(_changes(folder, waiting))
    by_task = {outcome.task: outcome for outcome in waiting}
    jobs = [(outcome.task, outcome.problem, outcome.failure) for outcome in waiting]
    recorded = in_workers(_record, jobs, min(workers, RECORDERS))
    for job, failure in progress(recorded, len(jobs), "recorded") if jobs else ():
        note(by_task[job[0]], _record_alone(job) if failure or failure is None else "")
    tally.broken = sum(not notes[_name(task)]["content"] for task in todo)
    tally.reused = len(todo) - tally.run - tally.broken
    tally.seconds = time.monotonic() - began
    remove_left_over()  # of a grader that was killed before, where this one had nothing to run
    return _submissions(folder, todo, notes)


def _record_new(outcome: Outcome) -> Outcome:
    """Record a submission of which the gradebook has no marks: nobody gains or loses by that."""
    task = outcome.task
    open_for_many()
    try:
        known = has_marks(task.folder, task.student, task.lesson)
    except Exception:  # whatever the database says to such a name; it is recorded, and told, later
        return outcome
    if known:
        return outcome
    return replace(outcome, recorded=_record((task, outcome.problem, outcome.failure)))


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
    todo, notes = _todo(folder, lessons, unsafe), _read_notes(folder)
    done = [task for task in todo if _name(task) in notes]
    changed = [_name(task) for task in todo if notes.get(_name(task), {}).get("key") != _key(task)]
    return _submissions(folder, done, notes), changed


def run_shard(
    folder: Path,
    lessons: Iterable[str],
    number: int,
    count: int,
    *,
    workers: int = 1,
    unsafe: bool = False,
    progress: Callable[..., Iterable] = _silent,
) -> int:
    """Run one of `count` equal parts of what was handed in; return how many submissions it holds.

    The runs go to a file of their own in the class's folder; `grade_class` then only records them.

    Raises
    ------
    ClassError
        As in `grade_class`.
    """
    config, folder = class_config(folder), folder.resolve()
    unsafe = unsafe or bool(config.Execute.get("unsafe"))
    require_seal(unsafe)
    part = _todo(folder, lessons, unsafe)[number - 1 :: count]
    file = shard_file(f"{number}-of-{count}")
    return sum(1 for _ in run_all(part, workers, partial(progress, what="run"), file=file))


def _todo(folder: Path, lessons: Iterable[str], unsafe: bool) -> list[Task]:
    """Return what was handed in for these lessons."""
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


def _key(task: Task) -> str:
    """Return a hash of everything that a submission's marks depend on."""
    assignment = current_assignment(task.folder, task.lesson)
    content = problem_with(task)  # of what is not a file, not even the first byte is read
    if not content:
        with task.path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    return fingerprint(content, assignment.key)


def _name(task: Task) -> str:
    return f"{task.student}/{task.lesson}"


def _changes(folder: Path, done: list[Outcome]) -> list[Change]:
    """Return the marks that differ from those in the gradebook, for who has any."""
    changes = []
    for name in dict.fromkeys(one.task.lesson for one in done):
        lesson = current_assignment(folder, name).lesson
        before, exercises = marks_in(folder, lesson, by_hand=False), tuple(lesson.points)
        for one in done:
            known = one.task.lesson == name and not one.failure
            scores = before.get(one.task.student) if known else None
            earned = dict(zip(exercises, one.earned, strict=False))  # a broken one has earned none
            for exercise, score in (scores or {}).items():
                now = earned.get(exercise, 0.0)
                if score is not None and score != now:
                    changes.append(Change(one.task.student, name, exercise, score, now))
    return changes


def _record(job: tuple[Task, str, str]) -> str:
    """Write one submission's marks, or why it has none; return why that failed."""
    task, problem, failure = job
    open_for_many()
    lesson = current_assignment(task.folder, task.lesson).lesson
    if not (problem or failure):
        return record(task.folder, task.student, lesson)
    try:
        record_reason(task.folder, task.student, lesson, problem or failure, zero=bool(problem))
    except Exception as error:  # whatever the database says to such a name, or to a full disk
        return f"the gradebook could not hold it: {str(error).splitlines()[0]}"
    return ""


def _record_alone(job: tuple[Task, str, str]) -> str:
    """Try once more, with nothing beside it; if that fails too, write down why."""
    task, problem, _ = job
    failure = _record(job)
    if failure and not problem:
        _record((task, "", failure))
    return failure


def _note(one: Outcome, failure: str, key: str) -> dict[str, Any]:
    """Return what is noted about a submission; what failed or is not sure is done again."""
    problem = one.problem or one.failure or failure
    return {
        "submission": _name(one.task),
        "key": key if one.sure and not (one.failure or failure) else "",
        "problem": problem,
        "content": one.content,
        "signature": one.signature,
        "look": [] if problem else list(one.look),
        "sandbox": one.sandbox,
    }


def _submissions(
    folder: Path, tasks: list[Task], notes: dict[str, dict[str, Any]]
) -> list[Submission]:
    """Return everybody's marks as gradebook and notes have them."""
    submissions = []
    for name in dict.fromkeys(task.lesson for task in tasks):
        lesson = current_assignment(folder, name).lesson
        marks = marks_in(folder, lesson)
        own = {task.student: notes[_name(task)] for task in tasks if task.lesson == name}
        signatures = {who: note["signature"] for who, note in own.items() if not note["problem"]}
        doubts = doubtful(signatures)
        for student, note in own.items():
            look = "; ".join(filter(None, [doubts.get(student, ""), *note["look"]]))
            scores = marks.get(student, dict.fromkeys(lesson.points))
            found = (note["content"], note["problem"], look, note.get("sandbox", ""))
            submissions.append(Submission(folder, student, lesson, scores, *found))
    return submissions


def _read_notes(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the last note on every submission; a line torn by a crash does not count."""
    fields = {"submission", "key", "problem", "content", "signature", "look"}
    found = entries(folder / GRADED_FILE)
    return {note["submission"]: note for _, _, note in found if fields <= note.keys()}
