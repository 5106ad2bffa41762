"""What an answer calls while it computes one case, as a profile function sees it.

Only functions written in Python are seen. Those in C, such as `np.tanh`, are not: a profile
function is told of some of them and not of others, and never of a ufunc.
"""

import contextlib
import copy
import io
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

import numpy as np

from autograder.asks import Case
from autograder.exercise import Exercise


@dataclass
class Watch:
    """What happens while an answer computes one case.

    Parameters
    ----------
    calls : Counter of code
        How often each Python function was called, in the order of the first calls.
    complex : bool
        Whether a function returned complex numbers.
    """

    calls: Counter[CodeType] = field(default_factory=Counter)
    complex: bool = False

    @property
    def most_calls(self) -> int:
        """How often the function that was called most was called."""
        return max(self.calls.values(), default=0)

    @property
    def files(self) -> set[str]:
        """Where the functions that were called are written."""
        return {code.co_filename for code in self.calls}

    def look(self, frame: FrameType, event: str, argument: Any) -> None:
        """Take one event down, as `sys.setprofile` calls it."""
        if event == "call":
            self.calls[frame.f_code] += 1
        elif event == "return":
            array = isinstance(argument, np.ndarray | np.generic)
            kind = argument.dtype.kind if array else ""
            self.complex |= isinstance(argument, complex) or kind == "c"


def watched(fn: Callable[..., Any], exercise: Exercise, case: Case) -> Watch:
    """Let an answer compute a case once more; return what was seen."""
    arguments, watch = copy.deepcopy(list(case.values())), Watch()
    before = sys.getprofile()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.suppress(Exception),  # it did not stop before: what it does is seen so far
    ):
        warnings.simplefilter("ignore")
        sys.setprofile(watch.look)
        try:
            exercise.call(fn, *arguments)
        finally:
            sys.setprofile(before)
    return watch
