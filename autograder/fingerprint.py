"""A short name for everything that a verdict depends on, so that what is unchanged is not redone.

| function      | names                                                                        |
|---------------|------------------------------------------------------------------------------|
| `fingerprint` | any values, by content: text, numbers, declarations, functions by their code |
| `software`    | this package's checks and library, Python and NumPy                          |

A function is its code, its defaults, what it closes over, and the functions, classes and values of
its own module that it uses. So an exercise has another fingerprint if anything that it does has
changed, and the same one if only another exercise has.
"""

import dataclasses
import hashlib
import platform
import sys
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

import course
from autograder import __version__


def fingerprint(*values: Any) -> str:
    """Return a name for these values that is the same in every process."""
    digest = hashlib.sha256()
    for piece in _pieces(values, {}):
        digest.update(piece.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:32]


@lru_cache
def software() -> str:
    """Return the fingerprint of all code that a verdict comes from, declarations excepted."""
    folders = [Path(__file__).parent, Path(__file__).parent / "student"]
    folders.append(Path(course.__file__).parent)
    texts = [path.read_text(encoding="utf-8") for f in folders for path in sorted(f.glob("*.py"))]
    return fingerprint(__version__, platform.python_version(), np.__version__, *texts)


def _pieces(value: Any, seen: dict[int, tuple[int, Any]]) -> Iterator[str]:
    """Return the text of a value, piece by piece.

    Of what has been told once, and may hold itself, only the place is told again; `seen` keeps it
    alive, so that no other object gets its number. Constants are told each time: whether two equal
    ones are one object depends on how Python came to them.
    """
    if isinstance(value, str | bytes | int | float | complex | type(None) | type(...)):
        yield f"{type(value).__name__} {value!r}"
        return
    if not isinstance(value, tuple | frozenset | CodeType):
        if id(value) in seen:
            yield f"again {seen[id(value)][0]}"
            return
        seen[id(value)] = len(seen), value
    if isinstance(value, FunctionType):
        yield from _function_pieces(value, seen)
    elif isinstance(value, CodeType):
        yield f"{value.co_code.hex()} {value.co_names} {value.co_varnames} {value.co_freevars}"
        yield from _pieces(value.co_consts, seen)
    elif isinstance(value, partial):
        yield from _pieces((value.func, value.args, value.keywords), seen)
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype} {value.shape} {value.tobytes().hex()}"
    elif isinstance(value, dict):
        yield "dict"
        yield from _pieces(tuple(value.items()), seen)
    elif isinstance(value, list | tuple):
        yield f"{type(value).__name__} of {len(value)}"
        for item in value:
            yield from _pieces(item, seen)
    elif isinstance(value, set | frozenset):
        yield "set"
        yield from _pieces(tuple(sorted(fingerprint(item) for item in value)), seen)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = tuple((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        yield from _pieces((type(value).__name__, fields), seen)
    elif hasattr(value, "__wrapped__"):  # behind a decorator such as lru_cache
        yield from _pieces(value.__wrapped__, seen)
    else:  # a module, a class, a ufunc: known by its name
        name = getattr(value, "__qualname__", getattr(value, "__name__", type(value).__name__))
        yield f"{getattr(value, '__module__', '')} {name}"


def _function_pieces(function: FunctionType, seen: dict[int, tuple[int, Any]]) -> Iterator[str]:
    yield function.__qualname__
    yield from _pieces((function.__code__, function.__defaults__, function.__kwdefaults__), seen)
    for cell in function.__closure__ or ():
        try:
            yield from _pieces(cell.cell_contents, seen)
        except ValueError:  # a name that has no value yet
            yield "empty"
    module = sys.modules.get(function.__module__)
    for name in sorted(_names(function.__code__)):
        used = function.__globals__.get(name)
        # Functions and classes from elsewhere are part of the software.
        code = isinstance(used, FunctionType | type) or hasattr(used, "__wrapped__")
        own = not code or used.__module__ == function.__module__
        if used is not None and own and used is not module and not isinstance(used, ModuleType):
            yield name
            yield from _pieces(_parts(used) if isinstance(used, type) else used, seen)


def _parts(used: type) -> tuple[tuple[str, Any], ...]:
    """Return the methods and values of a class, but for what Python puts there by itself."""
    return tuple(
        (name, getattr(part, "fget", part))
        for name, part in vars(used).items()
        if isinstance(part, FunctionType) or not name.startswith("__")
    )


def _names(code: CodeType) -> set[str]:
    """Return the global names that code uses, functions inside it included."""
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    return set(code.co_names).union(*map(_names, inner))
