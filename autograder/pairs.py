"""Checks and diagnoses any forward and backward function, without a declared exercise.

    from autograder import check_pair
    check_pair(affine_forward, affine_backward, x, w, b)

The forward function may return its output, and backward is called with (upstream, *inputs); or
(output, cache), and backward is called with (upstream, cache).
"""

import inspect
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.asks import Case, Gradient
from autograder.checking import check_answer
from autograder.exercise import Exercise, Family
from autograder.reference import Reference
from autograder.result import Result
from autograder.student.calling import WrongAnswerError

UPSTREAM = "upstream"
NOTHING = Reference("any pair", ())  # no solution, no declared mistakes


def check_pair(
    forward: Callable[..., Any], backward: Callable[..., Any], *inputs: Any, seed: int = 0
) -> Result:
    """Hold a backward function against central differences, and say what a wrong one looks like.

    It is tried on inputs near those given, and on twice as many examples if forward takes that;
    always with a random upstream gradient.

    Parameters
    ----------
    forward, backward : callable
        The pair. backward returns one gradient for every float64 input, in order.
    *inputs : object
        What forward is called with. Those that are not float64 (labels, flags) stay as they are and
        have no gradient. Not modified.
    seed : int
        Draws the moves and the upstream gradients.

    Returns
    -------
    Result
        With the name of the mistake that it looks like, if one fits on every input.

    Raises
    ------
    TypeError
        If no input is float64.

    Examples
    --------
    >>> X, W = np.ones((4, 3)), np.ones((2, 3))
    >>> result = check_pair(lambda X, W: X @ W.T, lambda dA, X, W: (dA @ W, -dA.T @ X), X, W)
    >>> print(result.summary, result.mistake)
    dW wrong; dX right. sign
    """
    names = list(inspect.signature(forward).parameters)[: len(inputs)]
    case = dict(zip(names, inputs, strict=True))
    floats = tuple(name for name in names if np.asarray(case[name]).dtype == np.float64)
    if not floats:
        raise TypeError("none of the inputs is float64, so there is nothing to differentiate by")

    def of(**values: Any) -> np.ndarray:
        return _output(forward, {name: values[name] for name in names})

    of.__signature__ = inspect.Signature(
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    )
    families = [Family("inputs like yours", _moving(forward, case, floats), "the pair itself")]
    twice = _twice_as_many(forward, case)
    if twice:
        draw = _moving(forward, twice, floats)
        families.append(Family("twice the examples", draw, "a factor of N shows"))
    exercise = Exercise(
        name=getattr(backward, "__name__", "backward"),
        asks=(Gradient(of, wrt=floats, upstream=UPSTREAM),),
        families=tuple(families),
        hints=(),
        mistakes=(),
        driver=_driver(forward, several=len(floats) > 1),
    )
    # Without the seed: the report would tell to call `check` with it.
    return check_answer(backward, exercise, NOTHING, seed=seed, repeats=2).without_seed()


def _output(forward: Callable[..., Any], case: Case) -> np.ndarray:
    """Return what forward computes, without its cache."""
    result = forward(*case.values())
    return np.asarray(result[0] if isinstance(result, tuple) else result)


def _driver(forward: Callable[..., Any], several: bool) -> Callable[..., Any]:
    """Return the driver that goes forward, then calls backward in the way that fits."""

    def driver(fn: Callable[..., Any], *arguments: Any) -> Any:
        *values, upstream = arguments
        result = forward(*values)
        behind = result[1:] if isinstance(result, tuple) else values
        try:
            gradients = fn(upstream if np.ndim(upstream) else float(upstream), *behind)
        except TypeError as error:
            if "positional argument" not in str(error):
                raise
            how = "(upstream, cache)" if isinstance(result, tuple) else "(upstream, *inputs)"
            why = "a tuple" if isinstance(result, tuple) else "its output alone"
            raise WrongAnswerError(
                f"is called with {how}, since forward returns {why}; but {error}."
            ) from None
        return tuple(gradients) if isinstance(gradients, list) and several else gradients

    return driver


def _moving(
    forward: Callable[..., Any], case: Case, floats: tuple[str, ...]
) -> Callable[[np.random.Generator], Case]:
    """Return what draws inputs near these, and an upstream gradient for them."""

    def draw(rng: np.random.Generator) -> Case:
        moved = {
            name: value + 0.1 * np.std(value) * rng.normal(size=np.shape(value))
            if name in floats
            else value
            for name, value in case.items()
        }
        return moved | {UPSTREAM: rng.normal(size=np.shape(_output(forward, moved)))}

    return draw


def _twice_as_many(forward: Callable[..., Any], case: Case) -> Case | None:
    """Return inputs with every example twice, None if forward takes none such."""
    shape = np.shape(_output(forward, case))
    for twice in _twice_the_examples(case):
        try:
            doubled = np.shape(_output(forward, twice)) != shape
        except Exception:  # not these are the examples
            continue
        if doubled or not shape:
            return twice
    return None


def _twice_the_examples(case: Case) -> Iterator[Case]:
    """Return the inputs with the rows of the first array twice, and of others that are as long."""
    arrays = [name for name, value in case.items() if np.ndim(value)]
    alike = [name for name in arrays[1:] if len(case[name]) == len(case[arrays[0]])]
    for count in reversed(range(len(alike) + 1)):
        for chosen in itertools.combinations(alike, count):
            yield {
                name: np.concatenate([value, value]) if name in (*arrays[:1], *chosen) else value
                for name, value in case.items()
            }
