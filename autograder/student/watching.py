"""Counts what an answer calls while it computes one case.

Whether a derivative was measured is for `autograder.numeric` to judge; this is what can only be
seen where the answer runs.
"""

import contextlib
import copy
import io
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

import numpy as np

from course import gradcheck


@dataclass(frozen=True)
class Watched:
    """What was seen.

    Parameters
    ----------
    most_calls : int
        How often the function that was called most was called.
    complex : bool
        Whether a function returned complex numbers.
    library : bool
        Whether `course.gradcheck` was called.
    reaches : str
        What its notebook names that only serves to change how it is watched; for the judge to say.
    """

    most_calls: int = 0
    complex: bool = False
    library: bool = False
    reaches: str = ""


def watch(
    fn: Callable[..., Any], driver: Callable[..., Any] | None, case: dict[str, Any]
) -> Watched:
    """Let an answer compute one case once more, looking at every Python function that is called."""
    values = copy.deepcopy(list(case.values()))
    calls: Counter[CodeType] = Counter()
    seen = {"complex": False, "library": False}

    def look(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            calls[frame.f_code] += 1
            seen["library"] |= frame.f_code.co_filename == gradcheck.__file__
        elif event == "return":
            array = isinstance(argument, np.ndarray | np.generic)
            kind = argument.dtype.kind if array else ""
            seen["complex"] |= isinstance(argument, complex) or kind == "c"

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
    return Watched(max(calls.values(), default=0), **seen)
