"""The widgets of the lessons. Each function returns a widget; nothing loads before it is used.

| function       | asks                                                                       |
|----------------|----------------------------------------------------------------------------|
| `step_through` | what is the next derivative? Forward and backward through any graph        |

A widget is a `Panel`: a question, controls that a keyboard reaches, a picture, and a sentence that
says what the picture shows. Where widgets do not run, the picture and the sentence stand still. Run
a cell again, and its widget is where you left it.
"""

from importlib import import_module
from typing import Any

_MODULE_OF = {"step_through": "stepping"}

__all__ = ["step_through"]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"course.widgets has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"course.widgets.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
