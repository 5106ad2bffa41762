"""What an answer calls while it computes one case, as a profile function sees it.

Only functions written in Python are seen. Those in C, such as `np.tanh`, are not: a profile
function is told of some of them and not of others, and never of a ufunc. What follows from it is
for `autograder.numeric` and `autograder.withheld` to judge; this can only be seen where the answer
runs.
"""

import contextlib
import copy
import io
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

import numpy as np

import course
from autograder.student.calling import LIBRARIES

LIBRARY = str(Path(course.__file__).parent)
NUDGE = 0.02  # of the largest input: nobody measures a derivative with a larger step
COMPARED = 10_000  # numbers in one array, and calls of one function, that are looked at
LISTED = 100  # items of a list


class Called(NamedTuple):
    """A function, by where it is written."""

    file: str
    name: str
    line: int


def place_of(code: CodeType) -> Called:
    """Return where a piece of code is written."""
    return Called(code.co_filename, code.co_qualname, code.co_firstlineno)


@dataclass(frozen=True)
class Watched:
    """What was seen.

    Parameters
    ----------
    most_calls : int
        How often the function that was called most was called.
    nudged : int
        How often a function of the student's was called with numbers that differ a little from
        those of its call before.
    complex : bool
        Whether a function returned complex numbers.
    called : tuple of Called
        The functions of the `course` library that were called, in the order of the first calls.
    reaches : str
        What its notebook names that only serves to change how it is watched; for the judge to say.
    """

    most_calls: int = 0
    nudged: int = 0
    complex: bool = False
    called: tuple[Called, ...] = ()
    reaches: str = ""


def watch(
    fn: Callable[..., Any], driver: Callable[..., Any] | None, case: dict[str, Any]
) -> Watched:
    """Let an answer compute one case once more, looking at every Python function that is called."""
    values = copy.deepcopy(list(case.values()))
    seen, before = _Seen(), sys.getprofile()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.suppress(Exception),  # it did not stop before: what it does is seen so far
    ):
        warnings.simplefilter("ignore")
        sys.setprofile(seen.look)
        try:
            driver(fn, *values) if driver else fn(*values)
        finally:
            sys.setprofile(before)
    return Watched(
        max(seen.calls.values(), default=0),
        max(seen.nudged.values(), default=0),
        seen.complex,
        tuple(place_of(code) for code in seen.calls if code.co_filename.startswith(LIBRARY)),
    )


class _Seen:
    """What a profile function takes down, by the code that runs."""

    def __init__(self) -> None:
        self.calls: Counter[CodeType] = Counter()
        self.nudged: Counter[CodeType] = Counter()
        self.before: dict[CodeType, np.ndarray] = {}
        self.complex = False

    def look(self, frame: FrameType, event: str, argument: Any) -> None:
        """Take down a call, or what one returns."""
        if event == "call":
            code = frame.f_code
            self.calls[code] += 1
            if self.calls[code] <= COMPARED and not code.co_filename.startswith(LIBRARIES):
                numbers = _numbers_in(frame.f_locals.values())
                self.nudged[code] += _is_nudged(numbers, self.before.get(code))
                self.before[code] = numbers
        elif event == "return":
            array = isinstance(argument, np.ndarray | np.generic)
            kind = argument.dtype.kind if array else ""
            self.complex |= isinstance(argument, complex) or kind == "c"


def _numbers_in(values: Iterable[Any]) -> np.ndarray:
    """Return a copy of the real and complex numbers that a function is called with or closes over.

    Whole numbers are left out: they count rows and columns.
    """
    found: list[np.ndarray] = []
    for value in values:
        for item in value[:LISTED] if isinstance(value, list | tuple) else (value,):
            if isinstance(item, float | complex | np.ndarray | np.inexact):
                array = np.asarray(item)
                if array.dtype.kind in "fc" and array.size <= COMPARED:
                    found.append(array.ravel())
    return np.concatenate(found) if found else np.empty(0)


def _is_nudged(numbers: np.ndarray, before: np.ndarray | None) -> bool:
    """Return whether numbers differ from those before, but only by a little."""
    if before is None or numbers.shape != before.shape or not numbers.size:
        return False
    with np.errstate(all="ignore"):
        step = np.abs(numbers - before).max()
        return bool(0 < step <= NUDGE * np.abs(before).max())
