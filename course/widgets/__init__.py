"""The widgets of the lessons. Each function returns a widget; nothing loads before it is used.

| function              | asks                                                                |
|-----------------------|---------------------------------------------------------------------|
| `step_through`        | what is the next derivative? Forward and backward through any graph |
| `drag_eps`            | which step of a finite difference measures best?                    |
| `tune_neuron`         | when does a sigmoid unit stop learning?                             |
| `train_network`       | what does training do to the boundary, the loss, the gradients?     |
| `compare_activations` | what does each activation let through, and how deep?                |
| `compare_losses`      | where does gradient descent get stuck?                              |
| `compare_gradients`   | which entries of a gradient are off?                                |

A widget is a `Panel`: a question, controls that a keyboard reaches, a picture, and a sentence that
says what the picture shows. Where widgets do not run, the picture and the sentence stand still. Run
a cell again, and its widget is where you left it.
"""

from importlib import import_module
from typing import Any

_MODULE_OF = {
    "compare_activations": "activations",
    "compare_gradients": "differences",
    "compare_losses": "losses",
    "drag_eps": "slopes",
    "step_through": "stepping",
    "train_network": "training",
    "tune_neuron": "neuron",
}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"course.widgets has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"course.widgets.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
