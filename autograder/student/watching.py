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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

import numpy as np

import course

LIBRARY = str(Path(course.__file__).parent)


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
    complex : bool
        Whether a function returned complex numbers.
    called : tuple of Called
        The functions of the `course` library that were called, in the order of the first calls.
    reaches : str
        What its notebook names that only serves to change how it is watched; for the judge to say.
    """

    most_calls: int = 0
    complex: bool = False
    called: tuple[Called, ...] = ()
    reaches: str = ""


def watch(
    fn: Callable[..., Any], driver: Callable[..., Any] | None, case: dict[str, Any]
) -> Watched:
    """Let an answer compute one case once more, looking at every Python function that is called."""
    values = copy.deepcopy(list(case.values()))
    calls: Counter[CodeType] = Counter()
    returned_complex = False

    def look(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal returned_complex
        if event == "call":
            calls[frame.f_code] += 1
        elif event == "return":
            array = isinstance(argument, np.ndarray | np.generic)
            kind = argument.dtype.kind if array else ""
            returned_complex |= isinstance(argument, complex) or kind == "c"

    before = sys.getprofile()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.suppress(Exception),  # it did not stop before: what it does is seen so far
    ):
        warnings.simplefilter("ignore")
        sys.setprofile(look)
        try:
            driver(fn, *values) if driver else fn(*values)
        finally:
            sys.setprofile(before)
    called = (place_of(code) for code in calls if code.co_filename.startswith(LIBRARY))
    return Watched(max(calls.values(), default=0), returned_complex, tuple(called))
