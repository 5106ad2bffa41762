"""The numbers of the class report, computed from what grading leaves.

| name              | is                                                                   |
|-------------------|----------------------------------------------------------------------|
| `lesson_numbers`  | one lesson: marks, exercises, named mistakes, what needs a look      |
| `class_numbers`   | all lessons of a class, and where and with what it was graded        |

Points are the gradebook's, so what a human changed counts. Who tried what, and the mistakes, are
the verdicts'. `lesson_numbers` reads no file.
"""

import platform
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from importlib import metadata
from pathlib import Path
from statistics import mean

from autograder import __version__
from autograder.classroom import class_config
from autograder.execute import class_limits, current_assignment, runs_demos
from autograder.reference import DISTRIBUTION
from autograder.report_numbers import (
    ClassNumbers,
    Copies,
    ExerciseNumbers,
    LessonNumbers,
    MistakeNumbers,
)
from autograder.restoring import restore, steps_of
from autograder.result import CRASHED, NOT_ATTEMPTED, NOT_DEFINED, Result
from autograder.students import class_list, strangers
from autograder.submissions import Submission, graded

BINS = 10  # of the distribution of marks
PACKAGES = ("numpy", "nbgrader", "nbconvert")
Results = Mapping[str, Result]


def class_numbers(folder: Path, lessons: Iterable[str] = ()) -> ClassNumbers:
    """Compute the report of a class.

    Parameters
    ----------
    folder : Path
        The class.
    lessons : iterable of str
        Names or numbers. Left out, all that anybody handed in.

    Raises
    ------
    ClassError
        If the folder is not a class, or nothing was handed in.
    LessonError
        If there is no such lesson.
    """
    submissions, waiting = graded(folder, lessons)
    listed, by_lesson = class_list(folder), defaultdict(list)
    for submission in submissions:
        by_lesson[submission.lesson.name].append(submission)
    numbers = tuple(
        lesson_numbers(own, lambda one: one.results, listed, _published(folder, name))
        for name, own in by_lesson.items()
    )
    return ClassNumbers(
        class_config(folder).CourseDirectory.get("course_id") or folder.resolve().name,
        datetime.now().astimezone(),
        numbers,
        len(listed),
        tuple(strangers(folder, (one.student for one in submissions))),
        tuple(waiting),
        {
            DISTRIBUTION: __version__,
            "Python": platform.python_version(),
            **{package: metadata.version(package) for package in PACKAGES},
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        },
    )


def _published(folder: Path, name: str) -> str:
    """Return the content of a submission that has all the lesson's own solutions."""
    assignment = current_assignment(folder, name)
    notebook = restore(assignment.source, assignment.source)
    for cell in notebook.cells:
        cell.source = assignment.reference.answers.get(cell.get("id"), cell.source)
    steps = tuple(steps_of(notebook, runs_demos(folder)))
    return assignment.content(steps, class_limits(folder))


def lesson_numbers(
    submissions: list[Submission],
    results_of: Callable[[Submission], Results],
    listed: Iterable[str] = (),
    published: str = "",
) -> LessonNumbers:
    """Compute one lesson's part of the report.

    Parameters
    ----------
    submissions : list of Submission
        What was handed in, at least one.
    results_of : callable
        Returns the verdicts on one of them; asked once for each.
    listed : iterable of str
        Who is on the class list.
    published : str
        The content of the lesson's own solutions.
    """
    lesson, points = submissions[0].lesson, submissions[0].points
    statuses, named = defaultdict(Counter), defaultdict(list)
    untouched, contents = [], defaultdict(list)
    for one in submissions:
        results = results_of(one)
        if one.content:
            contents[one.content].append(one.student)
        if results and all(_unwritten(result) for result in results.values()):
            untouched.append(one.student)
        for exercise, result in results.items():
            statuses[exercise][_outcome(result)] += 1
            if result.mistake and not result.passed:
                named[exercise, result.mistake].append(result.question)
    totals = tuple(sorted(one.total for one in submissions))
    full = sum(points.values())
    return LessonNumbers(
        name=lesson.name,
        title=lesson.title,
        points=full,
        totals=totals,
        distribution=_distribution(totals, full),
        exercises=tuple(
            _exercise_numbers(name, worth, statuses[name], submissions)
            for name, worth in points.items()
        ),
        mistakes=_mistakes(named, {name: _tried(count) for name, count in statuses.items()}),
        look=_by_reason((reason, one.student) for one in submissions for reason in one.look)
        | _undecided(submissions),
        problems=_by_reason((one.problem, one.student) for one in submissions),
        copies=_copies(contents, set(untouched), published),
        untouched=tuple(untouched),
        missing=tuple(sorted(set(listed) - {one.student for one in submissions})),
        sandboxes=dict(Counter(one.sandbox for one in submissions if one.sandbox)),
    )


def _unwritten(result: Result) -> bool:
    return result.status in (NOT_ATTEMPTED, NOT_DEFINED)


def _outcome(result: Result) -> str:
    """Return what the report counts: unwritten, right, crashed, named or unnamed."""
    if _unwritten(result):
        return "unwritten"
    if result.passed:
        return "right"
    if result.status == CRASHED:
        return "crashed"
    return "named" if result.mistake else "unnamed"


def _tried(outcomes: Counter) -> int:
    return outcomes.total() - outcomes["unwritten"]


def _exercise_numbers(
    name: str, points: float, outcomes: Counter, submissions: list[Submission]
) -> ExerciseNumbers:
    return ExerciseNumbers(
        name,
        points,
        _tried(outcomes),
        outcomes["right"],
        outcomes["crashed"],
        outcomes["unnamed"],
        mean(one.scores.get(name) or 0.0 for one in submissions),
    )


def _distribution(totals: Iterable[float], full: float) -> tuple[int, ...]:
    counts = [0] * BINS
    for total in totals:
        share = total / full if full else 1.0
        counts[min(int(share * BINS), BINS - 1)] += 1
    return tuple(counts)


def _mistakes(
    named: Mapping[tuple[str, str], list[str]], tried: Mapping[str, int]
) -> tuple[MistakeNumbers, ...]:
    found = [
        MistakeNumbers(
            exercise, name, Counter(told).most_common(1)[0][0], len(told), tried[exercise]
        )
        for (exercise, name), told in named.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.students, one.exercise, one.name)))


def _by_reason(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the students by reason, the most common reason first; without a reason, left out."""
    students = defaultdict(list)
    for reason, student in pairs:
        if reason:
            students[reason].append(student)
    ordered = sorted(students.items(), key=lambda item: (-len(item[1]), item[0]))
    return {reason: tuple(who) for reason, who in ordered}


def _undecided(submissions: list[Submission]) -> dict[str, tuple[str, ...]]:
    return _by_reason(
        (f"{name} is to be marked by hand", one.student)
        for one in submissions
        for name, score in one.scores.items()
        if score is None
    )


def _copies(
    contents: Mapping[str, list[str]], untouched: set[str], published: str
) -> tuple[Copies, ...]:
    groups = [
        Copies(tuple(who), content == published)
        for content, who in contents.items()
        if len(who) > 1 and who[0] not in untouched
    ]
    return tuple(sorted(groups, key=lambda group: (-len(group.students), group.students)))
