"""The figures of the lessons, in matplotlib. Each function returns a Figure and shows nothing.

| function                | shows                                                                  |
|-------------------------|------------------------------------------------------------------------|
| `secant_and_tangent`    | a function, its tangent at x, and the secant that a step eps takes     |
| `step_size_error`       | the error of forward and central differences against the step eps      |
| `computational_graph`   | a graph of nodes: each value above, each derivative below              |
| `step_and_sigmoid`      | the outputs of a perceptron and of a sigmoid unit, and the slope       |
| `sigmoid_unit`          | where a sigmoid unit stands, and every number of its backward pass     |
| `activation_panels`     | activation functions side by side, each with its derivative            |
| `activation_curves`     | activation functions in one panel, their derivatives in another        |
| `gradient_by_layer`     | the size of the gradient in every layer of a deep network              |
| `dead_units`            | the share of every layer's units that let nothing through              |
| `saturation_curves`     | what reaches a sigmoid unit from the quadratic loss and cross-entropy  |
| `loss_surfaces`         | quadratic loss and cross-entropy over two weights                      |
| `loss_maps`             | the same as maps, with ways down on top                                |
| `training_curves`       | loss, accuracy or another quantity against steps, one curve per run    |
| `decision_boundary`     | what a model of two inputs says everywhere, with the examples on top   |
| `training_view`         | a network in training: boundary, loss, and the gradient of every layer |
| `weight_image`          | the weights of a unit that looks at an image, as an image              |
| `hidden_representation` | examples as the output layer gets them from two hidden units           |
| `effects_by_seed`       | what each factor of an experiment does, once for each seed             |
| `gradient_difference`   | a gradient minus its measurement, entry by entry                       |

Every function takes an optional `ax`, to draw into a figure of your own. Matplotlib is loaded when
the first one is used.
"""

from course.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "activations": (
            "activation_curves",
            "activation_panels",
            "dead_units",
            "gradient_by_layer",
            "step_and_sigmoid",
        ),
        "differences": ("gradient_difference",),
        "graphs": ("computational_graph",),
        "losses": ("loss_maps", "loss_surfaces", "saturation_curves"),
        "slopes": ("secant_and_tangent", "step_size_error"),
        "training": (
            "decision_boundary",
            "effects_by_seed",
            "hidden_representation",
            "training_curves",
            "training_view",
            "weight_image",
        ),
        "units": ("sigmoid_unit",),
    },
)
