"""What can be asked for, and how the truth about it is found.

| class      | asks for                                                                          |
|------------|-----------------------------------------------------------------------------------|
| `Gradient` | dJ/dV of a forward function; the truth is numeric                                 |
| `Jacobian` | dy_i/dx_k of a forward function; the truth is numeric                             |
| `Value`    | a value that is no derivative; the truth is the solution's                        |

A case is a dict from parameter name to argument, in the order of the parameters.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.reference import Reference
from course.gradcheck import numerical_gradient, numerical_jacobian

if TYPE_CHECKING:
    from autograder.exercise import Exercise

Case = dict[str, Any]
Forward = str | Callable[..., Any]
Truth = np.ndarray | list[np.ndarray]  # a list where the answer is one, an array per layer


@dataclass(frozen=True)
class Gradient:
    """Asks for the gradient of a forward function, judged by central differences.

    Parameters
    ----------
    of : str or callable
        The forward function, or its name in the lesson. Its parameters are taken from the case by
        name. With a parameter `tap`, it passes its intermediate quantities through
        `tap(name, value)`, and they can stand in `wrt` like parameters. Parameters and intermediate
        quantities may be lists of arrays.
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

    def intermediates(self, reference: Reference) -> tuple[str, ...]:
        """Return those quantities in `wrt` that are no inputs of the forward function."""
        names = inspect.signature(_forward(self.of, reference)).parameters
        return tuple(name for name in self.wrt if name not in names)

    def truth(self, reference: Reference, exercise: "Exercise", case: Case) -> list[Truth]:
        """Return the numeric gradients for one case."""
        forward, arguments = _forward_and_arguments(self.of, reference, case)
        upstream = None if self.upstream is None else case[self.upstream]

        def slope(name: str) -> Truth:
            if name in arguments:
                return _slope(lambda v: forward(**arguments | {name: v}), arguments[name], upstream)
            here, tapped = _intermediate(forward, arguments, name)
            zero = [np.zeros(np.shape(item)) for item in here] if isinstance(here, list) else (
                np.zeros(np.shape(here)))  # fmt: skip
            return _slope(tapped, zero, upstream)

        return [slope(name) for name in self.wrt]


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

    def truth(self, reference: Reference, exercise: "Exercise", case: Case) -> list[Truth]:
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

    def truth(self, reference: Reference, exercise: "Exercise", case: Case) -> list[Truth]:
        """Return the solution's values for one case."""
        values = exercise.solved(reference, *case.values())
        values = values if isinstance(values, tuple) else (values,)
        by_name = dict(zip(exercise.outputs, values, strict=True))
        return [
            [np.asarray(item, dtype=float) for item in by_name[name]]
            if isinstance(by_name[name], list)
            else np.asarray(by_name[name], dtype=float)
            for name in self.outputs
        ]


def _forward(of: Forward, reference: Reference) -> Callable[..., Any]:
    return reference.namespace[of] if isinstance(of, str) else of


def _forward_and_arguments(of: Forward, reference: Reference, case: Case) -> tuple[Callable, Case]:
    """Return the forward function and those entries of the case that it takes."""
    forward = _forward(of, reference)
    names = inspect.signature(forward).parameters
    return forward, {name: value for name, value in case.items() if name in names}


def _slope(output: Callable[[Any], Any], value: Any, upstream: Any) -> Truth:
    """Return the numeric gradient at an array, or at each array of a list."""
    if not isinstance(value, list):
        return numerical_gradient(output, np.asarray(value, dtype=float), upstream)
    return [
        numerical_gradient(
            lambda v, i=i: output([*value[:i], v, *value[i + 1 :]]), item, upstream)
        for i, item in enumerate(value)
    ]  # fmt: skip


def _intermediate(
    forward: Callable[..., Any], arguments: Case, name: str
) -> tuple[Any, Callable[[Any], Any]]:
    """Return the value of an intermediate quantity, and the output as a function of its bump."""
    seen: dict[str, Any] = {}

    def keep(tapped: str, value: Any) -> Any:
        seen[tapped] = value
        return value

    forward(**arguments, tap=keep)

    def bumped(bump: Any) -> Any:
        def add(tapped: str, value: Any) -> Any:
            if tapped != name:
                return value
            if isinstance(value, list):
                return [item + part for item, part in zip(value, bump, strict=True)]
            return value + bump

        return forward(**arguments, tap=add)

    return seen[name], bumped
