"""What a lesson's notebook calls: `check`, `failing_case`, `hint` and `solution` of a function.

| where                             | a failed check                                               |
|-----------------------------------|--------------------------------------------------------------|
| a notebook, at home               | shows the report, then raises: the cell is marked as failed  |
| `nbgrader validate`, plain Python | raises; the report is the error's text                       |
| `nbgrader autograde`              | never raises: the cell's value is the points, with report    |
"""

import copy
import math
import operator
import os
import secrets
import sys
from collections.abc import Callable
from typing import Any

from autograder.asks import Case
from autograder.checking import check_answer
from autograder.exercise import GRADING_REPEATS, HOME_REPEATS, Exercise
from autograder.exercises import UnknownError, find_exercise
from autograder.handout import handed_out, withholds
from autograder.reference import Plain, Reference
from autograder.result import NOT_ATTEMPTED, NOT_DEFINED, Grade, Result
from autograder.shell import Undefined, listen, show
from course.gradcheck import Comparison

_hints_given: dict[str, int] = {}
_failing_cases: dict[str, "FailingCase"] = {}


class FailingCase(dict[str, Any]):
    """The inputs of a failed check, by name; `comparisons` has the wrong outputs and the truth."""

    def __init__(self, case: Case, comparisons: tuple[Comparison, ...]) -> None:
        super().__init__(case)
        self.comparisons = comparisons


class CheckFailed(Plain, AssertionError):
    """A check that did not pass; `result` says why."""

    def __init__(self, result: Result, shown: bool) -> None:
        super().__init__(f"{result.exercise}: {result.summary}" if shown else f"\n{result}")
        self.result = result


class NotAttempted(CheckFailed, NotImplementedError):
    """A check of a function that is not written yet."""


class ArgumentError(Plain, TypeError, ValueError):
    """An argument that is not what it should be."""


class Markdown(str):
    """Text that a notebook renders and a terminal prints as it is."""

    def _repr_markdown_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return str(self)


def check(
    fn: Callable[..., Any], *, points: float | None = None, seed: int | None = None
) -> Result | Grade:
    """Check your function against central differences on fresh inputs.

    Parameters
    ----------
    fn : callable
        Your function; its name says which exercise it answers.
    points : float, optional
        What a right answer earns. Partly right answers earn their share.
    seed : int, optional
        Draws the inputs of an earlier check again: the report prints it. Not below 0.

    Returns
    -------
    Result or Grade
        What the notebook shows: the report. Under nbgrader's autograde, the points.

    Raises
    ------
    CheckFailed
        If the answer is wrong.
    NotAttempted
        If it is not written yet.
    LookupError
        If there is no exercise of this name.
    ArgumentError
        If an argument is not what it should be.
    """
    exercise, reference = _exercise_of(fn)
    _require_points(points)
    seed = _whole("seed", seed)
    mode = os.environ.get("NBGRADER_EXECUTION")
    if isinstance(fn, Undefined):
        result = Result(
            exercise.name,
            NOT_DEFINED,
            "not defined yet: run the cell that defines it, then this one.",
            points=points,
        )
    else:
        used = secrets.randbelow(10**6) if seed is None else seed
        repeats = GRADING_REPEATS if mode == "autograde" else HOME_REPEATS
        result = check_answer(fn, exercise, reference, seed=used, repeats=repeats, points=points)
    if mode == "autograde":
        return Grade(result)
    if result.passed:
        return Grade(result) if mode == "validate" else result
    if result.case is not None:
        _failing_cases[exercise.name] = FailingCase(result.case, result.comparisons)
    shown = mode != "validate" and show(result)
    kind = NotAttempted if result.status in (NOT_ATTEMPTED, NOT_DEFINED) else CheckFailed
    raise kind(result, shown)


def failing_case(fn: Callable[..., Any]) -> FailingCase:
    """Return the inputs on which your function failed its last check, to play with.

    Call your function on them with `fn(**failing_case(fn))`. Look at what was wrong, entry by
    entry, with `course.widgets.compare_gradients(failing_case(fn))`.

    Parameters
    ----------
    fn : callable
        Your function.

    Returns
    -------
    FailingCase
        A dict with a copy of the inputs, by name.

    Raises
    ------
    LookupError
        If it has not failed a check since the notebook was started.
    """
    name = _exercise_of(fn)[0].name
    if name not in _failing_cases:
        raise LookupError(f"{name} has failed no check so far: run check({name}) first")
    return copy.deepcopy(_failing_cases[name])


def hint(fn: Callable[..., Any], step: int | None = None) -> Markdown:
    """Show the next hint for your function, or hint number `step`.

    In a notebook that a class handed out, the last hint is off unless the instructor turns it on.

    Parameters
    ----------
    fn : callable
        Your function, written or not.
    step : int, optional
        1 for the first hint. Left out, every call goes one further.

    Returns
    -------
    Markdown
        The hint.
    """
    exercise, _ = _exercise_of(fn)
    step, last = _whole("step", step), len(exercise.hints)
    shown = last - withholds()
    if step is None:
        step = min(_hints_given.get(exercise.name, 0) + 1, shown)
    if withholds() and (step == last or not shown):
        return Markdown(f"Your class keeps the last hint for {exercise.name} back.")
    if not 1 <= step <= last:
        raise ArgumentError(f"there is no hint {step}: {exercise.name} has hints 1 to {last}")
    _hints_given[exercise.name] = step
    more = f"`hint({exercise.name})` shows the next one." if step < shown else "That was the last."
    if step == shown < last:
        more = "Your class keeps the last one back."
    return Markdown(f"**Hint {step} of {last}.** {exercise.hints[step - 1]}\n\n{more}")


def solution(fn: Callable[..., Any]) -> Markdown:
    """Show the solution of an exercise.

    In a notebook that a class handed out, it is off unless the instructor turns it on.

    Parameters
    ----------
    fn : callable
        Your function, written or not.

    Returns
    -------
    Markdown
        The solution's code.
    """
    exercise, reference = _exercise_of(fn)
    if withholds():
        return Markdown(
            f"Your class keeps solutions back. `hint({exercise.name})` helps, and "
            f"`failing_case({exercise.name})` gives you inputs to try."
        )
    return Markdown(f"```python\n{reference.answers[exercise.name]}\n```")


def _exercise_of(fn: Any) -> tuple[Exercise, Reference]:
    """Return the exercise that a function answers, by its own name or the name it is bound to."""
    if isinstance(fn, str) or not (callable(fn) or isinstance(fn, Undefined)):
        raise ArgumentError(
            f"check, failing_case, hint and solution take your function, not {fn!r}"
        )
    name = getattr(fn, "__name__", type(fn).__name__)
    try:
        return find_exercise(name)
    except UnknownError:
        # `f = lambda x: ...` and `f = other` keep another name: look where the caller bound it.
        for bound, value in sys._getframe(2).f_globals.items():
            if value is fn and bound != name and not bound.startswith("_"):
                return find_exercise(bound)
        if handed_out():
            raise UnknownError(
                f"{name} has no check at home: it is checked when your class is graded"
            ) from None
        raise


def _whole(name: str, value: Any) -> int | None:
    """Return an argument that must be a whole number not below 0, or None if it was left out."""
    if value is None:
        return None
    try:
        number = operator.index(value)
    except TypeError:
        said = f"{name}={value!r} should be a whole number, such as {name}=3"
        raise ArgumentError(said) from None
    if number < 0:
        raise ArgumentError(f"{name}={value!r} should not be below 0")
    return number


def _require_points(points: Any) -> None:
    number = isinstance(points, int | float) and not isinstance(points, bool)
    if points is not None and not (number and 0 <= points < math.inf):
        raise ArgumentError(f"points={points!r} should be a number from 0 on, such as points=2")


listen(NotAttempted)
