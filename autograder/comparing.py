"""Compares one returned answer with the truth, output by output, and says what is off.

| function     | does                                                                          |
|--------------|-------------------------------------------------------------------------------|
| `outputs_of` | the answer as one value per output                                            |
| `compare`    | gives the sentence for every output that is wrong                             |
| `parts`      | the items of an output that is a list of arrays, else the output itself       |
| `as_numbers` | a value as an array, if it is one                                             |
| `entry_map`  | which entries of an array are off, and by how much                            |
| `describe`   | an argument or a value, short enough for a sentence                           |

The order is: wrong type, wrong shape, wrong dtype, not finite, inputs changed in place, value off.
A value is off if its relative error, by norm with an absolute floor, is above `TOLERANCE`. Central
differences in float64 are good to about 1e-10, so the tolerance leaves room for every formula that
is right and for none that is wrong.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from autograder.asks import Truth
from autograder.exercise import Exercise
from autograder.result import RIGHT, Map
from autograder.student.calling import WrongAnswerError
from autograder.student.wire import in_words
from course.gradcheck import entries_off, relative_error

TOLERANCE = 1e-6
LISTED_ENTRIES = 40  # of a list of arrays; of larger ones only the shapes are shown
MAP_SIZE = 24  # rows or columns that still read as a picture


class Wrong(NamedTuple):
    """What is off in one output on one case: a sentence, and by how much (infinite for a form)."""

    sentence: str
    error: float


def compare(
    values: dict[str, Any], exercise: Exercise, truth: dict[str, Truth], changed: list[str]
) -> dict[str, Wrong]:
    """Return what is off in every output that is wrong on one case.

    Parameters
    ----------
    values : dict of str to object
        What the student's function returned, as `outputs_of` gives it.
    exercise : Exercise
        Names the outputs.
    truth : dict of str to (ndarray or list of ndarray)
        What each output should be. Not modified.
    changed : list of str
        The inputs that the call changed in place.

    Raises
    ------
    WrongAnswerError
        If an input was changed.
    """
    yardsticks = dict(zip(exercise.outputs, exercise.yardsticks, strict=True))
    wrong = {}
    for name in values:
        for part, value, right in parts(name, values[name], truth[name]):
            sentence = _form_sentence(part, value, right)
            if sentence:
                wrong.setdefault(name, Wrong(sentence, math.inf))
    if changed and not wrong:
        names = " and ".join(f"`{name}`" for name in changed)
        raise WrongAnswerError(
            f"changed its input {names} in place. Work on a copy: `copy.deepcopy` copies anything, "
            f"`.copy()` an array."
        )
    for name in values:
        if name in wrong or changed:
            continue
        for part, value, right in parts(name, values[name], truth[name]):
            value = np.asarray(value, dtype=float)
            error = relative_error(value, right)
            if not error <= TOLERANCE:  # nan is no agreement
                sentence = _value_sentence(part, value, right, yardsticks[name], error)
                wrong.setdefault(name, Wrong(sentence, error))
    return wrong


def parts(name: str, value: Any, expected: Truth) -> list[tuple[str, Any, Any]]:
    """Return (name, value, truth) of an output, or of each item where it is a list."""
    if not isinstance(expected, list) or _list_sentence(name, value, expected):
        return [(name, value, expected)]
    return [
        (f"{name}[{i}]", item, right)
        for i, (item, right) in enumerate(zip(value, expected, strict=True))
    ]


def _list_sentence(name: str, value: Any, expected: list[np.ndarray]) -> str:
    """Return what is off in an output that should be a list of arrays, empty if nothing is."""
    wanted = f"a list of {len(expected)} arrays"
    if value is None:
        return f"{name} is None. Was it computed, and returned?"
    if not isinstance(value, list | tuple):
        return f"{name} is {in_words(value)}, but should be {wanted}."
    if len(value) != len(expected):
        return f"{name} has {len(value)} items, but should be {wanted}."
    return ""


def outputs_of(answer: Any, truth: dict[str, Truth]) -> dict[str, Any]:
    """Return the answer as one value per output.

    Raises
    ------
    WrongAnswerError
        If it is not that.
    """
    names = list(truth)
    listed = ", ".join(names)
    if answer is None:
        raise WrongAnswerError("returned nothing. Is the `return` line missing?")
    if len(names) == 1:
        if isinstance(answer, tuple) and len(answer) == 1:
            raise WrongAnswerError(
                f"returned a tuple with one value in it, but should return {listed} itself. Is "
                "there a comma behind it?"
            )
        if isinstance(answer, tuple) and _is_shaped_like(answer, truth[names[0]]):
            return {names[0]: list(answer)}
        if isinstance(answer, tuple):
            raise WrongAnswerError(
                f"returned {len(answer)} values, but should return one: {listed}."
            )
        return {names[0]: answer}
    several = isinstance(answer, tuple | list) or (
        isinstance(answer, np.ndarray)
        and answer.ndim > 0
        and _is_shaped_like(answer, list(truth.values()))
    )
    if not several:
        raise WrongAnswerError(
            f"returned {in_words(answer)}, but should return {len(names)} values, separated by "
            f"commas: {listed}."
        )
    if len(answer) != len(names):
        raise WrongAnswerError(
            f"returned {len(answer)} values, but should return {len(names)}: {listed}."
        )
    return dict(zip(names, answer, strict=True))


def _is_shaped_like(answer: Any, truth: Truth) -> bool:
    """Return whether the items of a tuple or an array stand for those of a list or an array."""
    if not isinstance(truth, list) and not truth.ndim:
        return False
    if isinstance(answer, tuple) and isinstance(truth, list):
        return len(answer) == len(truth)
    mine = [as_numbers(item) for item in answer]
    shapes = [() if isinstance(item, list) else np.shape(item) for item in truth]
    return [one.shape for one in mine if one is not None] == shapes


def _form_sentence(name: str, value: Any, expected: Truth) -> str:
    """Return what is off in type, shape, dtype or finiteness, empty if nothing is."""
    if isinstance(expected, list):
        return _list_sentence(name, value, expected)
    if value is None:
        return f"{name} is None. Was it computed, and returned?"
    wanted = f"an array of shape {expected.shape}" if expected.ndim else "a number"
    try:
        array = np.asarray(value)
    except Exception:  # rows of different lengths, or an object that will not be an array
        return f"{name} is {in_words(value)} that is no array, but should be {wanted}."
    if array.dtype.kind not in "fiuc" or isinstance(value, dict | set | str):
        return f"{name} is {in_words(value)}, but should be {wanted}."
    if array.shape != expected.shape:
        if not expected.ndim:
            return f"{name} is an array of shape {array.shape}, but should be {wanted}."
        if not array.ndim:
            return f"{name} is a single number, but should be {wanted}."
        return f"{name} has shape {array.shape}, but should have shape {expected.shape}."
    if not isinstance(value, np.ndarray | np.generic) and array.dtype.kind in "iu":
        array = array.astype(float)  # 0 in a list is as good as 0.0
    if array.ndim and array.dtype != np.float64:
        return f"{name} has dtype {array.dtype}, but should have dtype float64."
    if array.dtype.kind not in "iu" and array.dtype != np.float64:
        return f"{name} has dtype {array.dtype}, but should be a float64 number."
    if not np.isfinite(array).all():
        if not array.ndim:
            return f"{name} is {array}, not a finite number."
        bad = int((~np.isfinite(array)).sum())
        return f"{name} has {bad} of {array.size} entries that are nan or infinite."
    return ""


def _value_sentence(
    name: str, array: np.ndarray, expected: np.ndarray, yardstick: str, error: float
) -> str:
    """Return how far an output is from the truth, with both sides."""
    if not expected.ndim:
        return (
            f"{name} is {describe(array)}, but {yardstick} {describe(expected)} "
            f"(relative error {error:.2g})."
        )
    worst = np.unravel_index(np.argmax(np.abs(array - expected)), expected.shape)
    index = ", ".join(str(int(i)) for i in worst)
    return (
        f"{name} is off: relative error {error:.2g}. The largest difference is at "
        f"{name}[{index}]: yours is {describe(array[worst])}, "
        f"{yardstick} {describe(expected[worst])}."
    )


def entry_map(value: Any, truth: np.ndarray) -> Map | None:
    """Return which entries of an array are off, and by how much.

    None where that tells nothing: if there is but one entry, or if the array is large.
    """
    value = as_numbers(value)
    if (
        value is None
        or value.shape != truth.shape
        or truth.ndim not in (1, 2)
        or not 1 < truth.size
        or max(truth.shape) > MAP_SIZE
    ):
        return None
    rows = [np.atleast_2d(array) for array in (value, truth, entries_off(value, truth))]
    if not rows[2].any():
        return None
    entries = [list(zip(*row, strict=True)) for row in zip(*rows, strict=True)]
    return Map(
        tuple(
            tuple(f"{a - b:+.2g}".replace("+nan", "nan") if off else RIGHT for a, b, off in row)
            for row in entries
        ),
        tuple(tuple(f"yours {a:.6g}, should be {b:.6g}" for a, b, _ in row) for row in entries),
    )


def as_numbers(value: Any) -> np.ndarray | None:
    """Return a value as an array of real numbers, None if it is not that."""
    try:
        array = np.asarray(value)
    except Exception:  # rows of different lengths, or an object that will not be an array
        return None
    if array.dtype.kind not in "fiu":
        return None
    if array.dtype.itemsize > 8:  # a long double may hold what is infinite in float64
        with np.errstate(over="ignore"):
            return array.astype(float)
    return array


def describe(value: Any) -> str:
    """Return a value short enough for a report: a number, an array, a function's name."""
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray) and value.ndim:
        entries = np.array2string(value, precision=4, threshold=60, max_line_width=88)
        return f"shape {value.shape}\n{entries}"
    if isinstance(value, list | tuple):
        large = sum(map(np.size, value)) > LISTED_ENTRIES
        items = [f"shape {np.shape(item)}" if large else describe(item) for item in value]
        return "\n".join(f"[{i}] {item}" for i, item in enumerate(items))
    if getattr(value, "__name__", "") == "<lambda>":
        return "a function"
    if callable(value):
        module = "np." if isinstance(value, np.ufunc) else ""
        return f"{module}{getattr(value, '__name__', type(value).__name__)}"
    return f"{float(value) + 0.0:.6g}" if np.isscalar(value) or np.ndim(value) == 0 else repr(value)
