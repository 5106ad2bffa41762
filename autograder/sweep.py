"""The thorough part of the course linter: wrong answers that nobody declared.

Every mechanical mutation of a solution and every two mistakes at once must be rejected. What passes
all the same is equal to the solution (`du * 1` and `du / 1`), or shows that a kind of input is
missing. A declaration lists those that somebody has found to be equal.
"""

import contextlib
import itertools
import signal
from collections import Counter
from collections.abc import Iterator
from typing import Any

from autograder.checking import check_answer
from autograder.exercise import Exercise
from autograder.exercises import exercises_of
from autograder.lessons import Lesson
from autograder.mutants import mutants
from autograder.notebook import HOME_REPEATS

SECONDS, SEEDS = 5.0, 3


class _TooLate(BaseException):
    """Not an Exception: a check takes those for the answer's own."""


def sweep(lesson: Lesson, tried: Counter) -> Iterator[str]:
    """Return a sentence for every wrong answer that passes.

    Parameters
    ----------
    lesson : Lesson
        Its solutions and declared mistakes.
    tried : Counter
        Counts the mutations of each exercise.
    """
    for name, exercise in exercises_of(lesson.name).items():
        passing = []
        for what, source in mutants(lesson.reference.answers[name]):
            tried[name] += 1
            if _passes(lesson, exercise, source):
                passing.append(what)
        for what, source in _pairs(lesson, exercise):
            if _passes(lesson, exercise, source):
                passing.append(what)
        for what in passing:
            if what not in exercise.equivalent:
                yield f"{name}: {what!r} passes"
        for what in exercise.equivalent:
            if what not in passing:
                yield f"{name}: {what!r} is declared as equal to the solution, but fails"


def _pairs(lesson: Lesson, exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Return what every two mistakes are called together, and the text that has both."""
    for one, other in itertools.combinations(exercise.mistakes, 2):
        with contextlib.suppress(ValueError):  # the second edit has nothing left to change
            source = other.applied_to(one.applied_to(lesson.reference.answers[exercise.name]))
            yield f"{one.name} and {other.name}", source


def _passes(lesson: Lesson, exercise: Exercise, source: str) -> bool:
    """Return whether an answer passes its check on every one of a few seeds, in good time."""
    lesson.reference.solution(exercise.name)  # importing what the lesson needs takes its own time
    try:
        with _alarm(SECONDS):
            fn = lesson.reference.function(exercise.name, source)
            return all(
                check_answer(fn, exercise, lesson.reference, seed=seed, repeats=HOME_REPEATS).passed
                for seed in range(SEEDS)
            )
    except (Exception, _TooLate):  # what a mutation breaks altogether
        return False


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise `_TooLate` after some seconds, where the system can: a mutation may loop for ever."""

    def ring(*_: Any) -> None:
        raise _TooLate

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
