"""Checks and diagnoses any forward and backward function, without a declared exercise.

    from autograder import check_pair
    check_pair(affine_forward, affine_backward, x, w, b)

The forward function may return its output, and backward is called with (upstream, *inputs); or
(output, cache), and backward is called with (upstream, cache). Single numbers, such as the eps of a
normalization, need no gradient unless backward returns one for them.
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
        What forward is called with. Those that are not float64 (labels, flags, masks of bools) stay
        as they are and have no gradient; in their place backward may return None. Not modified.
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
    ValueError
        If forward gives two outputs for the same inputs.

    Examples
    --------
    >>> X, W = np.ones((4, 3)), np.ones((2, 3))
    >>> result = check_pair(lambda X, W: X @ W.T, lambda dA, X, W: (dA @ W, -dA.T @ X), X, W)
    >>> print(result.summary, result.mistake)
    dW wrong; dX right. sign
    """
    names = _names(forward, len(inputs))
    case = dict(zip(names, inputs, strict=True))
    if not np.array_equal(_output(forward, case), _output(forward, case), equal_nan=True):
        raise ValueError(
            "forward gives another output for the same inputs: draw its random numbers before, and "
            "hand them in"
        )
    floats = _with_gradient(forward, backward, case)
    if not floats:
        raise TypeError("none of the inputs is float64, so there is nothing to differentiate by")
    upstream = "upstream"
    while upstream in names:
        upstream += "_"

    def of(**values: Any) -> np.ndarray:
        return _output(forward, {name: values[name] for name in names})

    of.__signature__ = inspect.Signature(
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    )
    draw = _moving(forward, case, floats, upstream)
    families = [Family("inputs like yours", draw, "the pair itself")]
    doubled, twice = _twice_as_many(forward, case)
    if twice:
        draw = _moving(forward, twice, floats, upstream)
        families.append(Family(f"twice the rows of {doubled}", draw, "a factor of N shows"))
    exercise = Exercise(
        name=getattr(backward, "__name__", "backward"),
        asks=(Gradient(of, wrt=floats, upstream=upstream),),
        families=tuple(families),
        hints=(),
        mistakes=(),
        driver=_driver(forward, names, floats),
    )
    # Without the seed: the report would tell to call `check` with it.
    return check_answer(backward, exercise, NOTHING, seed=seed, repeats=2).without_seed()


def _names(forward: Callable[..., Any], count: int) -> list[str]:
    """Return what the inputs are called, by forward or by us."""
    kinds = inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = inspect.signature(forward).parameters.values()
    names = [parameter.name for parameter in parameters if parameter.kind in kinds][:count]
    return names + [f"input{number}" for number in range(len(names) + 1, count + 1)]


def _with_gradient(
    forward: Callable[..., Any], backward: Callable[..., Any], case: Case
) -> tuple[str, ...]:
    """Return the inputs that backward should give a gradient for.

    All that are float64; without the single numbers if backward returns just so many gradients.
    """
    floats = tuple(name for name, value in case.items() if _is_float(value))
    arrays = tuple(name for name in floats if np.ndim(case[name]))
    if not arrays or arrays == floats:
        return floats
    try:
        upstream = np.ones(np.shape(_output(forward, case)))
        returned = _driver(forward, list(case), floats)(backward, *case.values(), upstream)
    except Exception:  # told when it is checked
        return floats
    count = len(returned) if isinstance(returned, tuple) else 1
    return arrays if count == len(arrays) else floats


def _is_float(value: Any) -> bool:
    try:
        return np.asarray(value).dtype == np.float64
    except ValueError:  # a list of arrays
        return False


def _output(forward: Callable[..., Any], case: Case) -> np.ndarray:
    """Return what forward computes, without its cache."""
    result = forward(*case.values())
    return np.asarray(result[0] if isinstance(result, tuple) else result)


def _driver(
    forward: Callable[..., Any], names: list[str], floats: tuple[str, ...]
) -> Callable[..., Any]:
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
        if isinstance(gradients, list) and len(floats) > 1:
            gradients = tuple(gradients)
        if isinstance(gradients, tuple) and len(gradients) == len(names):  # None for labels
            with_names = zip(names, gradients, strict=True)
            kept = tuple(one for name, one in with_names if name in floats or one is not None)
            gradients = kept[0] if len(kept) == 1 else kept
        return gradients

    return driver


def _moving(
    forward: Callable[..., Any], case: Case, floats: tuple[str, ...], upstream: str
) -> Callable[[np.random.Generator], Case]:
    """Return what draws inputs near these, and an upstream gradient for them."""

    def draw(rng: np.random.Generator) -> Case:
        moved = {
            name: value + 0.1 * _spread(value) * rng.normal(size=np.shape(value))
            if name in floats
            else value
            for name, value in case.items()
        }
        return moved | {upstream: rng.normal(size=np.shape(_output(forward, moved)))}

    return draw


def _spread(value: Any) -> float:
    """Return by how much the entries of an input differ; if they do not, how large they are."""
    return float(np.std(value) or np.abs(value).max() or 1.0)


def _twice_as_many(forward: Callable[..., Any], case: Case) -> tuple[str, Case | None]:
    """Return inputs with every example twice, and which these are; None if forward takes none."""
    shape = np.shape(_output(forward, case))
    for doubled in _examples(case):
        twice = {
            name: np.concatenate([value, value]) if name in doubled else value
            for name, value in case.items()
        }
        try:
            more = np.shape(_output(forward, twice)) != shape
        except Exception:  # not these are the examples
            continue
        if more or not shape:
            return " and ".join(doubled), twice
    return "", None


def _examples(case: Case) -> Iterator[tuple[str, ...]]:
    """Return which arrays may have a row for each example: one, with others that are as long."""
    arrays = [name for name, value in case.items() if isinstance(value, np.ndarray) and value.ndim]
    for number, first in enumerate(arrays):
        alike = [name for name in arrays[number + 1 :] if len(case[name]) == len(case[first])]
        for count in reversed(range(len(alike) + 1)):
            for chosen in itertools.combinations(alike, count):
                yield (first, *chosen)
