"""The thorough part of the course linter: wrong answers that nobody declared.

Every mechanical mutation of a solution and every two mistakes at once must be rejected. What passes
all the same is equal to the solution (`du * 1` and `du / 1`), or shows that a kind of input is
missing. A declaration lists those that somebody has found to be equal.

Two mistakes at once must not be taken for something else, either. What a check calls them is held
against what it calls them after many more inputs. Some give what another mistake gives, on every
input there is (who returns nothing may have done anything before): those are listed.
"""

import contextlib
import itertools
import random
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from autograder.checking import check_answer
from autograder.exercise import HOME_REPEATS, Exercise, together
from autograder.exercises import exercises_of
from autograder.lessons import Lesson
from autograder.mutants import mutants
from autograder.result import Result

SECONDS, SEEDS, MUTATION_SEEDS = 5.0, 3, 12
MORE_REPEATS = 20  # of every family, to see whether a name holds


@dataclass
class Swept:
    """What was tried in one lesson.

    Parameters
    ----------
    mutations, pairs, named : int
        Mutations of the solutions; two mistakes at once, and those of them that are called so.
    alike : list of str
        A sentence for every two mistakes that nobody can tell from another one.
    """

    mutations: int = 0
    pairs: int = 0
    named: int = 0
    alike: list[str] = field(default_factory=list)


class _TooLate(BaseException):
    """Not an Exception: a check takes those for the answer's own."""


def sweep(lesson: Lesson, swept: Swept, sample: int | None = None) -> Iterator[str]:
    """Return a sentence for every wrong answer that passes, or is taken for another.

    Parameters
    ----------
    lesson : Lesson
        Its solutions and declared mistakes.
    swept : Swept
        Is filled in.
    sample : int, optional
        Try so many pairs of each exercise, and no mutations. Left out, all.
    """
    for name, exercise in exercises_of(lesson.name).items():
        passing = set()
        if sample is None:
            for what, source in mutants(lesson.reference.answers[name]):
                swept.mutations += 1
                results = _results(lesson, exercise, source, range(MUTATION_SEEDS))
                passing |= {what} if any(result.passed for result in results) else set()
        pairs = list(_pairs(lesson, exercise))
        if sample is not None and len(pairs) > sample:
            pairs = random.Random(name).sample(pairs, sample)
        for what, source in pairs:
            swept.pairs += 1
            results = _results(lesson, exercise, source)
            if any(result.passed for result in results):
                passing.add(what)
            else:
                yield from _misnamed(lesson, exercise, what, source, results, swept)
        for what in sorted(passing - set(exercise.equivalent)):
            yield f"{name}: {what!r} passes"
        for what in sorted(set(exercise.equivalent) - passing) if sample is None else ():
            yield f"{name}: {what!r} is declared as equal to the solution, but fails"


def _pairs(lesson: Lesson, exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Return what every two mistakes are called together, and the text that has both."""
    for one, other in itertools.combinations(exercise.mistakes, 2):
        with contextlib.suppress(ValueError):  # the edits are in each other's way
            source = together((one, other), lesson.reference.answers[exercise.name])
            yield f"{one.name} and {other.name}", source


def _misnamed(
    lesson: Lesson,
    exercise: Exercise,
    what: str,
    source: str,
    results: list[Result],
    swept: Swept,
) -> Iterator[str]:
    """Return a sentence for every name of two mistakes that does not hold on more inputs."""
    names = {result.mistake for result in results}
    swept.named += names == {what}
    names -= {"", what}
    if names:
        more = _results(lesson, exercise, source, (SEEDS,), MORE_REPEATS, 10 * SECONDS)
        hold = {result.mistake for result in more}
        for name in sorted(names - hold):
            yield f"{exercise.name}: {what!r} is taken for {name!r}"
        swept.alike += [f"{exercise.name}: {what} = {name}" for name in sorted(names & hold)]


def _results(
    lesson: Lesson,
    exercise: Exercise,
    source: str,
    seeds: Iterable[int] = range(SEEDS),
    repeats: int = HOME_REPEATS,
    seconds: float = SECONDS,
) -> list[Result]:
    """Return what comes of checking an answer; nothing if it breaks or takes too long."""
    lesson.reference.solution(exercise.name)  # importing what the lesson needs takes its own time
    try:
        with _alarm(seconds):
            fn = lesson.reference.function(exercise.name, source)
            return [
                check_answer(fn, exercise, lesson.reference, seed=seed, repeats=repeats)
                for seed in seeds
            ]
    except (Exception, _TooLate):  # what a mutation breaks altogether
        return []


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
