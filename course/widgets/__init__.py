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

from course.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "activations": ("compare_activations",),
        "differences": ("compare_gradients",),
        "losses": ("compare_losses",),
        "neuron": ("tune_neuron",),
        "slopes": ("drag_eps",),
        "stepping": ("step_through",),
        "training": ("train_network",),
    },
)
