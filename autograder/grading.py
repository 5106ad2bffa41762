"""Grades what a class handed in: run what is new or changed, say what that changes, record it.

| name          | does                                                                      |
|---------------|---------------------------------------------------------------------------|
| `Tally`       | what a grading has done                                                   |
| `grade_class` | grades all that is new or changed                                         |
| `run_shard`   | runs a part of it, on a machine of a cluster, and records nothing         |
| `Change`      | a mark that a second grading gives or takes                               |

Runs go to `verdicts.jsonl` as they end. The process that has run a submission lets nbgrader record
it; only where that changes marks it waits until that has been told. What has been recorded is noted
in `graded.jsonl`, by the content of notebook, lesson and seed. So a second run, or one after a
crash, does only what is new. A notebook that cannot be marked at all gets 0 and its reason.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from autograder.classroom import class_config, read_seed
from autograder.cluster import shard_file
from autograder.execute import current_assignment, require_seal
from autograder.gradebook import has_marks, marks_in, recorded
from autograder.journal import append
from autograder.pool import Outcome, Task, run_all
from autograder.recording import open_for_many, record, record_reason
from autograder.submissions import (
    GRADED_FILE,
    Submission,
    key_of,
    name_of,
    read_notes,
    submissions_of,
    tasks_of,
)
from autograder.workers import in_workers
from autograder.workplace import remove_left_over

RECORDERS = 4  # at a time: they take turns at one database


def _silent(items: Iterable, total: int = 0, what: str = "") -> Iterable:
    return items


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
        If the folder is not a class, nothing was handed in, the system is not safe enough, or the
        gradebook does not know the lesson as it is now.
    LessonError
        If there is no such lesson.
    """
    config = class_config(folder)  # first of all: is this a class?
    folder = folder.resolve()  # as nbgrader's configuration has it
    unsafe = unsafe or bool(config.Execute.get("unsafe"))
    require_seal(unsafe)
    read_seed(folder)
    todo = tasks_of(folder, lessons, unsafe)
    notes = read_notes(folder)
    keys = {task: key_of(task) for task in todo}

    def note(outcome: Outcome, failure: str) -> None:
        one = _note(outcome, failure, keys[outcome.task])
        notes[one["submission"]] = one
        append(folder / GRADED_FILE, one)

    waiting, tally, began = [], tally or Tally(), time.monotonic()
    run = partial(progress, what="graded")
    for outcome in run_all(_left(folder, keys, notes), workers, run, scheduler, then=_record_new):
        if outcome.place:
            tally.run += 1
            tally.sandboxes.add(outcome.sandbox)
        if outcome.recorded == "":
            note(outcome, "")
        else:
            waiting.append(outcome)
    announce(_changes(folder, waiting))
    for outcome, failure in _record_all(waiting, workers, progress):
        note(outcome, failure)
    tally.broken = sum(not notes[name_of(task)]["content"] for task in todo)
    tally.reused = len(todo) - tally.run - tally.broken
    tally.seconds = time.monotonic() - began
    remove_left_over()  # of a grader that was killed before, where this one had nothing to run
    return submissions_of(folder, todo, notes)


def _left(folder: Path, keys: dict[Task, str], notes: dict[str, dict[str, Any]]) -> list[Task]:
    """Return what is new or has changed, or is not in the gradebook: it may be another one now."""
    names = dict.fromkeys(task.lesson for task in keys)
    known = {name: recorded(folder, current_assignment(folder, name)) for name in names}
    return [
        task
        for task, key in keys.items()
        if notes.get(name_of(task), {}).get("key") != key or task.student not in known[task.lesson]
    ]


def _record_all(
    outcomes: list[Outcome], workers: int, progress: Callable[..., Iterable]
) -> Iterator[tuple[Outcome, str]]:
    """Record submissions; return each with why it could not be, empty if it was."""
    jobs = [(outcome.task, outcome.problem, outcome.failure) for outcome in outcomes]
    by_job = dict(zip(jobs, outcomes, strict=True))
    done = in_workers(_record, jobs, min(workers, RECORDERS))
    for job, failure in progress(done, len(jobs), "recorded") if jobs else ():
        yield by_job[job], _record_alone(job) if failure or failure is None else ""


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
    part = tasks_of(folder, lessons, unsafe)[number - 1 :: count]
    file = shard_file(f"{number}-of-{count}")
    return sum(1 for _ in run_all(part, workers, partial(progress, what="run"), file=file))


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
        said = (str(error) or type(error).__name__).splitlines()[0]
        return f"the gradebook could not hold it: {said}; the same command tries again"
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
        "submission": name_of(one.task),
        "key": key if one.sure and not (one.failure or failure) else "",
        "problem": problem,
        "content": one.content,
        "signature": one.signature,
        "look": [] if problem else list(one.look),
        "sandbox": one.sandbox,
    }
