"""The figures of the lessons, in matplotlib. Each function returns a Figure and shows nothing.

| function                | shows                                                                  |
|-------------------------|------------------------------------------------------------------------|
| `secant_and_tangent`    | a function, its tangent at x, and the secant that a step eps takes     |
| `step_size_error`       | the error of forward and central differences against the step eps      |
| `computational_graph`   | a graph of nodes: each value above, each derivative below              |
| `step_and_sigmoid`      | the outputs of a perceptron and of a sigmoid unit, and the slope       |
| `saturation_curves`     | what reaches a sigmoid unit from the quadratic loss and cross-entropy  |
| `activation_panels`     | activation functions side by side, each with its derivative            |
| `loss_surfaces`         | quadratic loss and cross-entropy over two weights                      |
| `gradient_by_layer`     | the size of the gradient in every layer of a deep network              |
| `training_curves`       | loss, accuracy or another quantity against steps, one curve per run    |
| `decision_boundary`     | what a model of two inputs says everywhere, with the examples on top   |
| `weight_image`          | the weights of a unit that looks at an image, as an image              |
| `hidden_representation` | examples as the output layer gets them from two hidden units           |
| `effects_by_seed`       | what each factor of an experiment does, once for each seed             |

Every function takes an optional `ax`, to draw into a figure of your own.
"""

from course.figures.functions import (
    activation_panels,
    gradient_by_layer,
    loss_surfaces,
    saturation_curves,
    step_and_sigmoid,
)
from course.figures.graphs import computational_graph
from course.figures.slopes import secant_and_tangent, step_size_error
from course.figures.training import (
    decision_boundary,
    effects_by_seed,
    hidden_representation,
    training_curves,
    weight_image,
)

__all__ = [
    "activation_panels",
    "computational_graph",
    "decision_boundary",
    "effects_by_seed",
    "gradient_by_layer",
    "hidden_representation",
    "loss_surfaces",
    "saturation_curves",
    "secant_and_tangent",
    "step_and_sigmoid",
    "step_size_error",
    "training_curves",
    "weight_image",
]
