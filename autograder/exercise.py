"""What an exercise asks, declared once: cases to try, the truth to compare with, known mistakes.

| class      | says                                                                              |
|------------|-----------------------------------------------------------------------------------|
| `Exercise` | one exercise: its name, what it asks, its case families, hints and mistakes       |
| `Family`   | one kind of input, and which error would hide without it                          |
| `Mistake`  | one known wrong answer, as an edit of the solution                                |
| `Gradient` | asks for dJ/dV of a forward function; the truth is numeric                        |
| `Jacobian` | asks for dy_i/dx_k of a forward function; the truth is numeric                    |
| `Value`    | asks for a value that the solution itself computes                                |

A case is a dict from parameter name to argument, in the order of the parameters.
"""

import inspect
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.reference import Reference
from course.gradcheck import numerical_gradient, numerical_jacobian

Case = dict[str, Any]
Forward = str | Callable[..., Any]


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
        count = source.count(self.old)
        if count != 1:
            raise ValueError(
                f"mistake {self.name!r}: {self.old!r} occurs {count} times in the solution, "
                "but must occur once"
            )
        return source.replace(self.old, self.new)


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
class Gradient:
    """Asks for the gradient of a forward function, judged by central differences.

    Parameters
    ----------
    of : str or callable
        The forward function, or its name in the lesson. Its parameters are taken from the case by
        name. With a parameter `tap`, it passes its intermediate quantities through
        `tap(name, value)`, and they can stand in `wrt` like parameters.
    wrt : tuple of str
        The quantities V that dV is asked for, in the order in which the answer returns them.
    upstream : str, optional
        The case's entry that holds dJ/d(output). Left out, the output is summed.
    """

    of: Forward
    wrt: tuple[str, ...]
    upstream: str | None = None
    yardstick = "central differences give"

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what is returned: dV for every V."""
        return tuple(f"d{name}" for name in self.wrt)

    def truth(self, reference: Reference, exercise: "Exercise", case: Case) -> list[np.ndarray]:
        """Return the numeric gradients for one case."""
        forward, arguments = _forward_and_arguments(self.of, reference, case)
        upstream = None if self.upstream is None else case[self.upstream]
        return [
            numerical_gradient(lambda v, name=name: forward(**arguments | {name: v}),
                               np.asarray(arguments[name], dtype=float), upstream)
            if name in arguments
            else numerical_gradient(
                lambda bump, name=name: forward(**arguments, tap=_bumping(name, bump)),
                0.0, upstream)
            for name in self.wrt
        ]  # fmt: skip


@dataclass(frozen=True)
class Jacobian:
    """Asks for the Jacobian of a vector function, judged by central differences.

    Parameters
    ----------
    of : str or callable
        The forward function, or its name in the lesson.
    wrt : str
        The parameter that it is differentiated by.
    output : str
        What the answer is called in the lesson.
    """

    of: Forward
    wrt: str
    output: str
    yardstick = "central differences give"

    @property
    def outputs(self) -> tuple[str, ...]:
        """The one output's name."""
        return (self.output,)

    def truth(self, reference: Reference, exercise: "Exercise", case: Case) -> list[np.ndarray]:
        """Return the numeric Jacobian for one case."""
        forward, arguments = _forward_and_arguments(self.of, reference, case)
        return [
            numerical_jacobian(lambda v: forward(**arguments | {self.wrt: v}), arguments[self.wrt])
        ]


@dataclass(frozen=True, init=False)
class Value:
    """Asks for values that are not derivatives; the solution computes what they should be.

    Parameters
    ----------
    *outputs : str
        Their names.
    """

    outputs: tuple[str, ...]
    yardstick = "the right value is"

    def __init__(self, *outputs: str) -> None:
        object.__setattr__(self, "outputs", outputs)

    def truth(self, reference: Reference, exercise: "Exercise", case: Case) -> list[np.ndarray]:
        """Return the solution's values for one case."""
        values = reference.solution(exercise.name)(*case.values())
        values = values if isinstance(values, tuple) else (values,)
        by_name = dict(zip(exercise.outputs, values, strict=True))
        return [np.asarray(by_name[name], dtype=float) for name in self.outputs]


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
    """

    name: str
    asks: tuple[Gradient | Jacobian | Value, ...]
    families: tuple[Family, ...]
    hints: tuple[str, ...]
    mistakes: tuple[Mistake, ...]

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

    def truth(self, reference: Reference, case: Case) -> list[np.ndarray]:
        """Return what every output should be for one case. The case is not modified."""
        return [value for ask in self.asks for value in ask.truth(reference, self, case)]


def _forward_and_arguments(of: Forward, reference: Reference, case: Case) -> tuple[Callable, Case]:
    """Return the forward function and those entries of the case that it takes."""
    forward = reference.namespace[of] if isinstance(of, str) else of
    names = inspect.signature(forward).parameters
    return forward, {name: value for name, value in case.items() if name in names}


def _bumping(name: str, bump: float) -> Callable[[str, Any], Any]:
    """Return a `tap` that adds `bump` to the intermediate quantity `name` and to no other."""
    return lambda tapped, value: value + bump if tapped == name else value
