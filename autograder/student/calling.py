"""Calls an answer on one case and tells what happened: the same at home and in grading.

| name               | is                                                                      |
|--------------------|-------------------------------------------------------------------------|
| `call`             | calls an answer; nothing that it raises, prints or warns of gets out    |
| `Reply`            | what came of it, as plain data                                          |
| `WrongAnswerError` | what a driver raises about an answer that it cannot put to the test     |
"""

import contextlib
import copy
import io
import linecache
import sysconfig
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import course

PRINTED = 20_000  # characters of what one call prints that are kept
WARNED = 20  # warnings
RESTORED = 1e-13  # what rounding may leave of an input that was changed and changed back
SAID = 2_000  # characters of an error's message and of a warning
# Files whose lines are not the student's own: Python, installed packages, this project.
LIBRARIES = (
    *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
    str(Path(__file__).parents[1]),
    str(Path(course.__file__).parent),
)
POWERS = ("bitwise_xor", "for ^:")  # what Python and NumPy say to x^2
UNWRITTEN, WRONG, CRASHED = "unwritten", "wrong", "crashed"


class WrongAnswerError(Exception):
    """What is off in an answer that cannot be compared output by output: a sentence."""


@dataclass(frozen=True)
class Reply:
    """What one call of an answer gave.

    Parameters
    ----------
    value : object
        What it returned.
    stopped : str
        Empty, or why there is no value: unwritten, wrong (a driver says so) or crashed.
    said : str
        The sentence about that.
    error : str
        The name of the error's class.
    changed : tuple of str
        The inputs that the call changed in place.
    printed : str
        What it printed, the beginning of it.
    warned : tuple of str
        What Python and NumPy warned of.
    """

    value: Any = None
    stopped: str = ""
    said: str = ""
    error: str = ""
    changed: tuple[str, ...] = ()
    printed: str = ""
    warned: tuple[str, ...] = ()


class Printed(io.StringIO):
    """Takes down what is printed, as far as anybody will read it."""

    def write(self, text: str) -> int:
        """Keep the text if there is room for it."""
        super().write(text[: max(0, PRINTED - self.tell())])
        return len(text)


def call(fn: Callable[..., Any], driver: Callable[..., Any] | None, case: dict[str, Any]) -> Reply:
    """Call an answer on one case.

    Parameters
    ----------
    fn : callable
        The answer.
    driver : callable, optional
        driver(fn, *case) where a plain call does not do.
    case : dict
        The inputs, by name. Not modified: the answer gets a copy.
    """
    arguments = copy.deepcopy(case)
    printed, value, stopped = Printed(), None, {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                values = arguments.values()
                value = driver(fn, *values) if driver else fn(*values)
        except WrongAnswerError as error:
            stopped = {"stopped": WRONG, "said": text_of(error), "error": text_of(error)}
        except (Exception, SystemExit) as error:
            # A subclass of NotImplementedError is an error like others.
            if type(error) is NotImplementedError:
                stopped = {"stopped": UNWRITTEN, "said": _unwritten_sentence(fn, error)}
            else:
                stopped = {"stopped": CRASHED, "said": _crash_sentence(error)}
            stopped["error"] = type(error).__name__
    warned = dict.fromkeys(
        f"{one.category.__name__}: {one.message}"[:SAID] for one in caught[:WARNED]
    )
    changed = [name for name, given in case.items() if not _equal(given, arguments[name])]
    return Reply(
        value, changed=tuple(changed), printed=printed.getvalue(), warned=tuple(warned), **stopped
    )


def _unwritten_sentence(fn: Callable[..., Any], error: NotImplementedError) -> str:
    """Return whose stub it was that stopped the answer: its own, or that of one it calls."""
    stub = traceback.extract_tb(error.__traceback__)[-1].name
    if stub == getattr(fn, "__name__", stub):
        return "not written yet: it still raises `NotImplementedError`."
    return f"it calls `{stub}`, which is not written yet."


def _crash_sentence(error: BaseException) -> str:
    """Return what was raised and on which line of the student's own code."""
    said = f"{type(error).__name__}: {text_of(error)}".removesuffix(": ")
    power = " In Python a power is written `**`." * any(word in said for word in POWERS)
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(LIBRARIES)
    ]
    if not own:
        return f"stopped with `{said}`.{power}"
    line = linecache.getline(own[-1].filename, own[-1].lineno or 0).strip()
    where = f"line {own[-1].lineno} of its cell" + (f": `{line}`" if line else "")
    return f"stopped with `{said}`, in {where}.{power}"


def text_of(error: BaseException) -> str:
    """Return the beginning of an error's message; a student's own class may fail to give one."""
    try:
        return str(error)[:SAID]
    except Exception:
        return ""


def _equal(a: Any, b: Any) -> bool:
    """Return whether two arguments are equal in shape and value.

    Who nudges an entry and takes that back (`V[i] += eps`, then `V[i] -= eps`) leaves rounding.
    """
    if isinstance(a, np.ndarray) and a.dtype.kind == "f" == b.dtype.kind:
        return a.shape == b.shape and np.allclose(a, b, RESTORED, RESTORED, equal_nan=True)
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "c")
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(_equal, a, b))
    return callable(a) or a == b
