"""Library functions that are the answer themselves: calling them earns nothing.

| function           | does                                                                 |
|--------------------|----------------------------------------------------------------------|
| `withheld_call`    | which of an exercise's withheld names an answer calls                |
| `wrongly_withheld` | what is off in a lesson's withheld names, for the linter             |

A name is that of a function or of a module, which stands for all functions written in it. A call is
known by the code that runs: a student's own function of the same name is another one, and the
library's function under another name is the same.
"""

import ast
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

from autograder.exercise import Exercise
from autograder.hypotheses import Trial
from autograder.reference import Reference
from autograder.watching import watched


def withheld_call(fn: Callable[..., Any], exercise: Exercise, trials: list[Trial]) -> str:
    """Return the withheld function that an answer calls, as a dotted name; empty if none.

    An answer may treat one kind of input in another way: one case of every family is looked at.
    """
    cases = {trial.family.name: trial.case for trial in trials} if exercise.withheld else {}
    for case in cases.values():
        for code in watched(fn, exercise, case).calls:
            for name in exercise.withheld:
                if _is_in(code, _found(name)):
                    return _shown(name, code)
    return ""


def wrongly_withheld(reference: Reference, exercises: Iterable[Exercise]) -> Iterator[str]:
    """Return a sentence for every name that an exercise cannot or must not withhold.

    It must be a Python function or a module, and nothing that the lesson hands out before the
    exercise: neither a function, nor a module that given cells make use of.
    """
    declared = {exercise.name: exercise for exercise in exercises}
    space: dict[str, Any] = {"__name__": reference.name}
    used: set[str] = set()
    for header, source, name in reference.steps():
        exercise = declared.get(name)
        for withheld in exercise.withheld if exercise else ():
            try:
                found = _found(withheld)
            except (ImportError, AttributeError, TypeError) as error:
                yield f"{name}: cannot withhold {withheld}: {error}"
                continue
            for handed_out, value in space.items():
                in_use = value is found and handed_out in used
                if in_use or _is_in(_code(value), found):
                    yield f"{name}: withholds {withheld}, but the lesson hands out {handed_out}"
        exec(compile(source, f"<{reference.name}{header}>", "exec"), space)
        if not name:
            loaded = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name))
            used |= {node.id for node in loaded}


@lru_cache
def _found(name: str) -> FunctionType | ModuleType:
    """Return what a dotted name stands for.

    Raises
    ------
    ImportError, AttributeError
        If there is no such thing.
    TypeError
        If its calls cannot be seen.
    """
    found = pkgutil.resolve_name(name)
    if not isinstance(found, FunctionType | ModuleType):
        raise TypeError("only calls of functions and modules written in Python can be seen")
    return found


def _is_in(code: CodeType | None, found: FunctionType | ModuleType) -> bool:
    """Return whether a piece of code is that of a function, or written in a module."""
    if code is None:
        return False
    if isinstance(found, ModuleType):
        return code.co_filename == found.__file__
    return code is found.__code__


def _code(value: Any) -> CodeType | None:
    """Return the code behind a function, or behind the constructor of a class."""
    function = getattr(value, "__init__", None) if isinstance(value, type) else value
    return function.__code__ if isinstance(function, FunctionType) else None


def _shown(name: str, code: CodeType) -> str:
    """Return the function that was called, or its module where it has no public name."""
    public = code.co_qualname.split(".")[0]
    if isinstance(_found(name), FunctionType) or public.startswith(("_", "<")):
        return name
    return f"{name}.{public}"
