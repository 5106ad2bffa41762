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
from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any

from autograder.exercise import Exercise
from autograder.numeric import Watch
from autograder.reference import Reference
from autograder.student.watching import Called, place_of
from autograder.trial import Trial


def withheld_call(watch: Watch, exercise: Exercise, trials: list[Trial]) -> str:
    """Return the withheld function that an answer calls, as a dotted name; empty if none.

    An answer may treat one kind of input in another way: one case of every family is looked at.
    """
    cases = {trial.family.name: trial.question for trial in trials} if exercise.withheld else {}
    for seen in watch(cases.values()) if cases else ():
        for called in seen.called:
            for name in exercise.withheld:
                if _is_in(called, _found(name)):
                    return _shown(name, called)
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
                if in_use or _is_in(_place(value), found):
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


def _is_in(called: Called | None, found: FunctionType | ModuleType) -> bool:
    """Return whether a piece of code is that of a function, or written in a module."""
    if called is None:
        return False
    if isinstance(found, ModuleType):
        return called.file == found.__file__
    return called == place_of(found.__code__)


def _place(value: Any) -> Called | None:
    """Return where a function is written, or the constructor of a class."""
    function = getattr(value, "__init__", None) if isinstance(value, type) else value
    return place_of(function.__code__) if isinstance(function, FunctionType) else None


def _shown(name: str, called: Called) -> str:
    """Return the function that was called, or its module where it has no public name."""
    public = called.name.split(".")[0]
    if isinstance(_found(name), FunctionType) or public.startswith(("_", "<")):
        return name
    return f"{name}.{public}"
