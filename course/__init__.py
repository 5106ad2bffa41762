"""Reference library of the course: backpropagation in readable NumPy.

| module         | holds                                                                         |
|----------------|-------------------------------------------------------------------------------|
| `activations`  | sigmoid, tanh, relu, softplus, identity, softmax, and their derivatives       |
| `losses`       | quadratic loss and cross-entropies, and their gradients                       |
| `graph`        | reverse-mode automatic differentiation on floats and arrays                   |
| `graph_layout` | where the nodes of a graph stand when it is drawn                             |
| `mlp`          | a multilayer perceptron, forward and backward                                 |
| `gradcheck`    | central differences, and checks of gradients, pairs and whole networks        |
| `optim`        | sgd, momentum, adam, and a training loop                                      |
| `datasets`     | xor, moons, spirals, handwritten digits                                       |
| `figures`      | the matplotlib figures of the lessons; each returns a Figure                  |
| `widgets`      | the widgets of the lessons, ipywidgets over pure functions                    |
| `lazy`         | imports the modules of the two before when they are first asked for           |

Importing `course` loads none of them. Each loads NumPy; a figure loads matplotlib when it is drawn,
and a widget ipywidgets when it is made.
"""
