"""What an exercise asks, declared once: cases to try, the truth to compare with, known mistakes.

| class              | says                                                                   |
|--------------------|------------------------------------------------------------------------|
| `Exercise`         | one exercise: its name, what it asks, case families, hints, mistakes   |
| `Prediction`       | what a lesson asks before it shows, without marks                      |
| `Family`           | one kind of input, and which error would hide without it               |
| `Mistake`          | one known wrong answer, as an edit of the solution                     |
| `Question`         | one case and the truth about it                                        |
"""

import copy
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from autograder.asks import Case, Gradient, Jacobian, Truth, Value
from autograder.reference import Reference

HOME_REPEATS, GRADING_REPEATS = 2, 8  # cases per family; grading adds cases of the same families


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that students give, as an edit of the solution's text.

    Parameters
    ----------
    name : str
        A few words for tables.
    old, new : str
        Text that occurs exactly once in the solution's cell, and what stands there instead.
    says : str
        One sentence to the student who made it.
    """

    name: str
    old: str
    new: str
    says: str

    def applied_to(self, source: str) -> str:
        """Return the solution's text with the mistake in it.

        Raises
        ------
        ValueError
            If `old` does not occur exactly once.
        """
        return together((self,), source)


def together(mistakes: Iterable[Mistake], source: str) -> str:
    """Return the solution's text with several mistakes in it, each edit of the text as it was.

    Raises
    ------
    ValueError
        If one's `old` does not occur exactly once, or two overlap.
    """
    edits = []
    for mistake in mistakes:
        count = source.count(mistake.old)
        if count != 1:
            raise ValueError(
                f"mistake {mistake.name!r}: {mistake.old!r} occurs {count} times in the solution, "
                "but must occur once"
            )
        edits.append((source.index(mistake.old), mistake))
    edits.sort(key=lambda edit: edit[0], reverse=True)
    before = len(source)
    for start, mistake in edits:
        end = start + len(mistake.old)
        if end > before:
            raise ValueError(f"mistake {mistake.name!r} is in another one's way")
        source, before = source[:start] + mistake.new + source[end:], start
    return source


@dataclass(frozen=True)
class Prediction:
    """What a lesson asks before it shows; checked without marks.

    Parameters
    ----------
    name : str
        What `predict` is called with; unique over the course.
    answer : float, str or tuple of int
        A number, one of `options`, or a shape.
    says : str
        One sentence for who got it right: why it is so.
    options : tuple of str
        What there is to choose from.
    within : float
        The share by which a number may be off.
    """

    name: str
    answer: float | str | tuple[int, ...]
    says: str
    options: tuple[str, ...] = ()
    within: float = 0.05


@dataclass(frozen=True)
class Family:
    """One kind of input.

    Parameters
    ----------
    name : str
        A few words, shown to the student whose answer fails on it.
    draw : callable
        Takes a `numpy.random.Generator`, returns a case.
    why : str
        Which wrong answers only this kind of input exposes.
    """

    name: str
    draw: Callable[[np.random.Generator], Case]
    why: str


@dataclass(frozen=True)
class Exercise:
    """One exercise. Its solution is the function of the same name in the lesson's source.

    Parameters
    ----------
    name : str
        The function's name, and the exercise's id everywhere.
    asks : tuple of Gradient, Jacobian or Value
        What the function returns, in this order.
    families : tuple of Family
        The kinds of input it is tried on.
    hints : tuple of str
        Markdown, each more than the one before: a question, a pointer, the line in words.
    mistakes : tuple of Mistake
        Known wrong answers; each must fail.
    driver : callable, optional
        Where a plain call does not do, since the answer takes or returns more than numbers:
        driver(fn, *case) runs beside the student's code, puts the answer to the test and returns
        plain data. Names of the student's own notebook, such as a class, are in `fn.__globals__`. A
        `WrongAnswerError` tells what is off. It must not know the right answer.
    reads : callable, optional
        Where that data is not the outputs yet: reads(data, reference, *case) returns them, away
        from the student's code. It may know the right answer, has the lesson's solutions in
        `reference`, and may raise a `WrongAnswerError` too.
    planted : tuple of str
        For find-the-bug: names of those mistakes that `bug` plants, each on one line.
    withheld : tuple of str
        Dotted names of library functions, or modules of them, that are the answer: an answer that
        calls one earns nothing. Not what the lesson itself hands out.
    equivalent : tuple of str
        Mechanical mutations of the solution that change nothing that can be asked for: somebody has
        looked at each.
    """

    name: str
    asks: tuple[Gradient | Jacobian | Value, ...]
    families: tuple[Family, ...]
    hints: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    driver: Callable[..., Any] | None = None
    reads: Callable[..., Any] | None = None
    planted: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    equivalent: tuple[str, ...] = ()

    def solved(self, reference: Reference, *arguments: Any) -> Any:
        """Return what the solution gives for one case."""
        fn = reference.solution(self.name)
        data = self.driver(fn, *arguments) if self.driver else fn(*arguments)
        return self.reads(data, reference, *arguments) if self.reads else data

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of everything that the function returns."""
        return tuple(name for ask in self.asks for name in ask.outputs)

    @property
    def yardsticks(self) -> tuple[str, ...]:
        """For every output, how the report introduces the truth."""
        return tuple(ask.yardstick for ask in self.asks for _ in ask.outputs)

    def cases(self, seed: int, repeats: int) -> Iterator[tuple[Family, Case]]:
        """Draw `repeats` cases of every family; the same seed draws the same cases.

        A case depends on the seed, the exercise, the family's name and its number only: more
        repeats add cases and change none.
        """
        for family in self.families:
            for number in range(repeats):
                key = zlib.crc32(f"{self.name}/{family.name}".encode())
                yield family, family.draw(np.random.default_rng([seed, key, number]))

    def truth(self, reference: Reference, case: Case) -> dict[str, Truth]:
        """Return what every output should be for one case. The case is not modified."""
        values = [value for ask in self.asks for value in ask.truth(reference, self, case)]
        return dict(zip(self.outputs, values, strict=True))


@dataclass(frozen=True, eq=False)
class Question:
    """One case of an exercise, and the truth about it, computed when it is first asked for.

    Parameters
    ----------
    exercise, reference : Exercise, Reference
        What is asked, and the solutions of its lesson.
    family : Family
        What kind of case.
    case : dict
        The inputs. Not to be changed.
    """

    exercise: Exercise
    reference: Reference
    family: Family
    case: Case

    @cached_property
    def truth(self) -> dict[str, Truth]:
        """What every output should be."""
        return self.exercise.truth(self.reference, self.case)

    @cached_property
    def exact(self) -> Any:
        """What the solution returns."""
        return self.exercise.solved(self.reference, *copy.deepcopy(list(self.case.values())))


@lru_cache(maxsize=128)
def questions(
    exercise: Exercise, reference: Reference, seed: int, repeats: int
) -> tuple[Question, ...]:
    """Return the cases that a seed draws; grading asks the same ones of every student."""
    return tuple(
        Question(exercise, reference, family, case)
        for family, case in exercise.cases(seed, repeats)
    )
