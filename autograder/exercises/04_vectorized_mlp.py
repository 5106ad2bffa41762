"""Lesson 4, vectorized network: how each exercise is tried, helped and known to go wrong."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from autograder.asking import finds_line, named_line
from autograder.asks import Gradient, Value
from autograder.cases import different_sizes, untapped
from autograder.exercise import Exercise, Family, Mistake, Prediction
from autograder.student.calling import WrongAnswerError
from autograder.student.wire import in_words
from course.activations import (
    identity,
    identity_grad,
    sigmoid,
    sigmoid_grad,
    softplus,
    softplus_grad,
    tanh,
    tanh_grad,
)

# A case hands out derivatives; the truth needs the functions they belong to.
PHI = {
    identity_grad: identity,
    sigmoid_grad: sigmoid,
    softplus_grad: softplus,
    tanh_grad: tanh,
}
CURVED = (sigmoid_grad, softplus_grad, tanh_grad)
NOT_TANH = CURVED[:2]  # in one family, tanh in another: no function of one's own fits both


def two_of(rng, choices):
    """Return two different entries of a tuple."""
    first, second = rng.permutation(len(choices))[:2]
    return choices[first], choices[second]


def fixed(*shape):
    """Return weights or biases that no answer needs to know: of either sign, never 0."""
    numbers = np.sin(1.0 + 2.7 * np.arange(np.prod(shape)))
    return (0.8 * numbers / np.sqrt(shape[-1])).reshape(shape) + 0.05


def forward_values(X, W2, phi, phi_out, tap=untapped):
    """Return A1, H1, A2, Y_hat of a network whose W1, b1 and b2 are fixed; rows are examples."""
    M, C, D = W2.shape[1], W2.shape[0], X.shape[-1]
    A1 = tap("a1", X @ tap("W1", fixed(M, D)).T + tap("b1", fixed(M)))
    H1 = tap("h1", phi(A1))
    A2 = tap("a2", H1 @ W2.T + tap("b2", fixed(C)))
    return A1, H1, A2, phi_out(A2)


def example_loss(x, y, W2, phi_grad, phi_out_grad, tap=untapped):
    """Return J = 1/2 sum (y_hat - y)**2 for one example."""
    *_, y_hat = forward_values(x, W2, PHI[phi_grad], PHI[phi_out_grad], tap)
    return 0.5 * np.sum((y_hat - y) ** 2)


def example_case(rng, D, M, C, phi_grad, phi_out_grad):
    """Return one example, and the forward values that belong to it."""
    x, W2 = rng.normal(size=D), rng.normal(size=(C, M))
    a1, h1, a2, y_hat = forward_values(x, W2, PHI[phi_grad], PHI[phi_out_grad])
    return {
        "x": x,
        "y": y_hat + rng.uniform(0.4, 1.2, C) * rng.choice([-1.0, 1.0], C),
        "W2": W2,
        "a1": a1,
        "h1": h1,
        "a2": a2,
        "y_hat": y_hat,
        "phi_grad": phi_grad,
        "phi_out_grad": phi_out_grad,
    }


def row_loss(j, x, y, w2, phi_grad, phi_out_grad, tap=untapped):
    """Return J = 1/2 (y_hat - y)**2 of a network with one output, row j of W1 tapped."""
    W1 = fixed(len(w2), len(x))
    W1[j] = tap("W1_j", W1[j])
    a1 = W1 @ x + fixed(len(w2))
    y_hat = PHI[phi_out_grad](w2 @ PHI[phi_grad](a1) + 0.1)
    return 0.5 * (y_hat - y) ** 2


def row_case(rng, D, M, j, phi_grad, phi_out_grad, side):
    """Return one example of a network with one output unit, and its forward values.

    The target lies above the prediction where `side` is 1, below where it is -1.
    """
    x, w2 = rng.normal(size=D), rng.uniform(0.5, 1.5, M) * rng.choice([-1.0, 1.0], M)
    a1 = fixed(M, D) @ x + fixed(M)
    a2 = float(w2 @ PHI[phi_grad](a1) + 0.1)
    y_hat = float(PHI[phi_out_grad](a2))
    return {
        "j": j,
        "x": x,
        "y": y_hat + side * float(rng.uniform(0.4, 1.2)),
        "w2": w2,
        "a1": a1,
        "a2": a2,
        "y_hat": y_hat,
        "phi_grad": phi_grad,
        "phi_out_grad": phi_out_grad,
    }


def single_layer(da, h_in, tap=untapped):
    """Return the pre-activations of a layer, weights and biases tapped; upstream is da."""
    return tap("W", fixed(len(da), len(h_in))) @ h_in + tap("b", fixed(len(da)))


def three_layers(y, A, W, phi_grad, tap=untapped):
    """Return J = 1/2 sum (y_hat - y)**2; the biases are such that A holds the pre-activations."""
    phi = PHI[phi_grad]
    a1 = tap("a1", A[0])
    a2 = tap("a2", A[1] + W[1] @ (phi(a1) - phi(A[0])))
    a3 = tap("a3", A[2] + W[2] @ (phi(a2) - phi(A[1])))
    return 0.5 * np.sum((phi(a3) - y) ** 2)


def three_layers_case(rng, D, M1, M2, C, choices=CURVED):
    """Return lists A and W of a forward pass, with the target and the prediction."""
    phi_grad = choices[rng.integers(len(choices))]
    W = [rng.normal(size=shape) for shape in ((M1, D), (M2, M1), (C, M2))]
    A, h = [], rng.normal(size=D)
    for weights in W:
        A.append(weights @ h + 0.3 * rng.normal(size=len(weights)))
        h = PHI[phi_grad](A[-1])
    y = h + rng.uniform(0.4, 1.2, C) * rng.choice([-1.0, 1.0], C)
    return {"y": y, "y_hat": h, "A": A, "W": W, "phi_grad": phi_grad}


def batch_loss(X, Y, W2, phi_grad, phi_out_grad, tap=untapped):
    """Return the mean of 1/2 sum (y_hat - y)**2; intermediates are tapped in capitals."""

    def capital(name, value):
        return tap(name[0].upper() + name[1:] if name[0] in "ah" else name, value)

    *_, Y_hat = forward_values(X, W2, PHI[phi_grad], PHI[phi_out_grad], capital)
    return 0.5 * np.sum((Y_hat - Y) ** 2) / len(X)


def batch_case(rng, N, D, M, C, phi_grad, phi_out_grad):
    """Return a batch and its forward values."""
    X, W2 = rng.normal(size=(N, D)), rng.normal(size=(C, M))
    A1, H1, A2, Y_hat = forward_values(X, W2, PHI[phi_grad], PHI[phi_out_grad])
    return {
        "X": X,
        "Y": Y_hat + rng.uniform(0.4, 1.2, (N, C)) * rng.choice([-1.0, 1.0], (N, C)),
        "W2": W2,
        "A1": A1,
        "H1": H1,
        "A2": A2,
        "Y_hat": Y_hat,
        "phi_grad": phi_grad,
        "phi_out_grad": phi_out_grad,
    }


def one_hot(rng, N, C, absent=False):
    """Return N one-hot rows; with `absent`, no example is of the last class."""
    return np.eye(C)[rng.integers(0, C - absent, size=N)]


def layer_case(rng, N, M, C, reg, absent=False):
    """Return one layer with C outputs on a batch of N."""
    return {
        "H": rng.normal(size=(N, M)),
        "W": rng.normal(size=(C, M)),
        "b": rng.normal(size=C),
        "Y": one_hot(rng, N, C, absent),
        "reg": reg,
    }


def network_values(X, W, b):
    """Return the activations of a network with tanh in the hidden layers, X first."""
    H = [X]
    for k, (weights, biases) in enumerate(zip(W, b, strict=True)):
        A = H[-1] @ weights.T + biases
        H.append(A if k == len(W) - 1 else np.tanh(A))
    return H


def layers(rng, widths, scale=1.0):
    """Return weight matrices for these widths."""
    return [scale * rng.normal(size=(out, into)) for into, out in pairwise(widths)]


def forward_case(rng, N, widths):
    """Return a batch and a network."""
    W = layers(rng, widths)
    return {"X": rng.normal(size=(N, widths[0])), "W": W, "b": [rng.normal(size=len(w)) for w in W]}


def network_output(dA, H, W, reg, tap=untapped):
    """Return J as far as the logits matter to it, and the penalty; biases are fixed and tapped."""
    b = tap("b", [fixed(len(weights)) for weights in W])
    penalty = reg / 2 * sum(np.sum(weights**2) for weights in W)
    return np.sum(dA * network_values(H[0], W, b)[-1]) + penalty


def backward_case(rng, N, widths, reg):
    """Return a real forward pass and a random gradient of the logits."""
    W = layers(rng, widths, 0.7)
    X = rng.normal(size=(N, widths[0]))
    H = network_values(X, W, [fixed(len(weights)) for weights in W])
    return {"dA": rng.normal(size=(N, widths[-1])), "H": H, "W": W, "reg": reg}


def draw_layer(fn: Callable, seed: int, D_in: int, D_out: int):
    """Return what is drawn from two equal generators and another one."""
    return [fn(np.random.default_rng(one), D_in, D_out) for one in (seed, seed, seed + 1)]


def read_layer(answers, reference, seed: int, D_in: int, D_out: int):
    """Put drawn weights to the test; return b."""
    for answer in answers:
        look_at_form(answer, D_in, D_out)
    (W, b), (again, _), (other, _) = answers
    if not np.array_equal(W, again):
        raise WrongAnswerError(
            "two generators with the same seed gave different weights. Draw from the `rng` that "
            "comes in."
        )
    if not np.ptp(W):
        raise WrongAnswerError(f"all weights are {W.flat[0]:g}.")
    if np.array_equal(W, other):
        raise WrongAnswerError(
            "generators with different seeds gave the same weights. Draw from the `rng` that "
            "comes in."
        )
    look_at_distribution(W)
    if b is None:
        raise WrongAnswerError("b is None. Was it computed, and returned?")
    return b


def look_at_form(answer, D_in, D_out):
    """Refuse what is not a matrix of weights and something beside it."""
    if answer is None:
        raise WrongAnswerError("returned nothing. Is the `return` line missing?")
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        many = isinstance(answer, tuple | list) and len(answer) > 2
        what = f"{len(answer)} values" if many else in_words(answer)
        raise WrongAnswerError(
            f"returned {what}, but should return two arrays, W and b, separated by a comma."
        )
    W, _ = answer
    if not isinstance(W, np.ndarray):
        raise WrongAnswerError("W should be an array.")
    if W.shape != (D_out, D_in):
        raise WrongAnswerError(f"W has shape {W.shape}, but should have shape {(D_out, D_in)}.")
    if W.dtype != np.float64:
        raise WrongAnswerError(f"W has dtype {W.dtype}, but should have dtype float64.")


def look_at_distribution(W):
    """Refuse weights that are not drawn one by one, from a normal distribution of that width."""
    D_in = W.shape[1]
    if not np.ptp(W, axis=0).any():
        raise WrongAnswerError("all rows of W are equal.")
    if not np.ptp(W, axis=1).any():
        raise WrongAnswerError("all columns of W are equal.")
    if np.abs(W.mean()) > 0.2 * W.std():
        raise WrongAnswerError(
            f"the weights have mean {W.mean():.2g}, far from 0 for a standard deviation of "
            f"{W.std():.2g}."
        )
    spread = W.std() * np.sqrt(D_in)
    if not 0.9 < spread < 1.1:
        raise WrongAnswerError(
            f"with {D_in} inputs the weights have standard deviation {W.std():.3g}, but should "
            f"have {1 / np.sqrt(D_in):.3g}."
        )
    different = np.unique(np.abs(W)).size
    if different < W.size:
        raise WrongAnswerError(
            f"the {W.size} weights have only {different} different sizes. Draw each weight by "
            "itself, and do not round."
        )
    if np.mean(np.abs(W) > 2 * W.std()) < 0.02:
        raise WrongAnswerError("the spread is right, but the distribution is not normal.")


def cubes(params):
    """Return a loss with curvature, whose gradient for V is V**2."""
    return sum(np.sum(V**3) for V in params) / 3


def mixed(params):
    """Return a loss in which every array matters to the gradient of the others."""
    return np.log(1 + sum(np.sum(V**2) for V in params))


def mixed_grads(params):
    """Return the gradients of `mixed`."""
    return [2 * V / (1 + sum(np.sum(U**2) for U in params)) for V in params]


def some_params(rng):
    """Return a matrix, a vector and another matrix, away from 0."""
    shapes = (2, 3), (4,), (3, 2)
    return [rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape) for shape in shapes]


def last_alone(params):
    """Return a loss that only the last array matters to."""
    return np.sum(params[-1] ** 3) / 3


def arrays_off(rng):
    """Return a loss and its gradients: all off, the first least, the second most, by its sign."""
    params = some_params(rng)
    first, middle, last = mixed_grads(params)
    wrong = -rng.uniform(0.05, 0.2, middle.shape) * middle
    grads = [rng.uniform(0.4, 0.5) * first, wrong, rng.uniform(2.6, 3.2) * last]
    return {"loss": mixed, "params": params, "grads": grads, "eps": 1e-5}


def matrix_too_large(rng):
    """Return a loss and its gradients, the first too large; the step is large."""
    params = some_params(rng)
    first, *others = [V**2 for V in params]
    grads = [rng.uniform(1.6, 2.0) * first, *others]
    return {"loss": cubes, "params": params, "grads": grads, "eps": rng.uniform(0.2, 0.4)}


def tiny_gradients(rng):
    """Return a loss and its gradients, the first of which should be 0 and has a norm below 1e-8."""
    params = some_params(rng)
    grads = [rng.uniform(2e-9, 4e-9, (2, 3)), np.zeros(4), params[2] ** 2]
    return {"loss": last_alone, "params": params, "grads": grads, "eps": 1e-5}


def bug_case(rng, N, sizes, reg):
    """Return a three-layer network with a batch."""
    D, M1, M2, C = sizes
    case = {"X": rng.normal(size=(N, D)), "Y": one_hot(rng, N, C)}
    for k, (into, out) in enumerate(((D, M1), (M1, M2), (M2, C)), start=1):
        case |= {f"W{k}": 0.8 * rng.normal(size=(out, into)), f"b{k}": rng.normal(size=out)}
    return case | {"reg": reg}


EXAMPLE_BACKWARD = Exercise(
    name="example_backward",
    asks=(Gradient(example_loss, wrt=("a2", "W2", "b2", "h1", "a1", "W1", "b1")),),
    withheld=("course.graph", "course.mlp"),
    families=(
        Family(
            "different sizes",
            lambda rng: example_case(rng, *different_sizes(rng, 3), *two_of(rng, NOT_TANH)),
            "an index that runs over the wrong size shows only here",
        ),
        Family(
            "one size for all",
            lambda rng: example_case(rng, 3, 3, 3, *two_of(rng, CURVED)),
            "the shapes do not tell whether a transpose is missing",
        ),
        Family(
            "sizes of 1, no output function",
            lambda rng: example_case(rng, 1, 1, 1, tanh_grad, identity_grad),
            "a matrix that is squeezed changes its shape only here",
        ),
    ),
    hints=(
        "Which line of the worked example becomes which line here?",
        "The two lines of a layer's weights and biases need its da and what came into it. The sum "
        "over c in dh1 goes over the rows of W2.",
        "da2 is the difference of prediction and target times phi_out' at a2; dh1 is W2 transposed "
        "times da2; da1 is dh1 times phi' at a1; each dW is the outer product of da and what "
        "came in, each db is da.",
    ),
    mistakes=(
        Mistake("sign of the error", "(y_hat - y)", "(y - y_hat)",
                "What is the derivative of one half of (y_hat - y) squared with respect to y_hat?"),
        Mistake("phi_out' left out", " * phi_out_grad(a2)", "",
                "Between y_hat and a2 there is an activation function."),
        Mistake("phi_out' at the output", "phi_out_grad(a2)", "phi_out_grad(y_hat)",
                "phi_out' is a function of the pre-activation, and y_hat lies behind it."),
        Mistake("phi' left out", "dh1 * phi_grad(a1)", "dh1",
                "Between h1 and a1 there is an activation function."),
        Mistake("phi' at h", "phi_grad(a1)", "phi_grad(h1)",
                "phi' is a function of the pre-activation, and h1 lies behind it."),
        Mistake("the other activation function", "phi_grad(a1)", "phi_out_grad(a1)",
                "Hidden units and output units have an activation function each."),
        Mistake("W2 not transposed", "W2.T @ da2", "W2 @ da2",
                "The sum goes over the output units, the rows of W2."),
        Mistake("upstream ignored", "W2.T @ da2", "W2.sum(axis=0)",
                "Each path brings the da2 of its own output unit along."),
        Mistake("dW2 transposed", "np.outer(da2, h1)", "np.outer(h1, da2)",
                "dW2 has the shape of W2: one row for each output unit."),
        Mistake("dW1 transposed", "np.outer(da1, x)", "np.outer(x, da1)",
                "dW1 has the shape of W1: one row for each hidden unit."),
        Mistake("a1 for h1", "np.outer(da2, h1)", "np.outer(da2, a1)",
                "What comes into the output layer is h1."),
        Mistake("dh1 for da1", "np.outer(da1, x)", "np.outer(dh1, x)",
                "The weights lie before the activation function: which derivative belongs there?"),
        Mistake("bias after the activation function", "db1 = da1", "db1 = dh1",
                "The bias is added before the activation function."),
        Mistake("bias added up", "db2 = da2", "db2 = da2.sum()",
                "Each unit has a bias of its own."),
        Mistake("order of the outputs", "return da2, dW2, db2, dh1, da1, dW1, db1",
                "return da2, db2, dW2, dh1, da1, db1, dW1",
                "Outputs are exchanged: in which order are they asked for?"),
        Mistake("hidden units counted by outputs", "W2.T @ da2",
                "np.array([W2[:, j] @ da2 for j in range(len(da2))])",
                "dh1 has one entry for each hidden unit: over which size does j run?"),
        Mistake("transposed as the shapes allow", "W2.T @ da2",
                "(W2 if W2.shape[1] == len(da2) else W2.T) @ da2",
                "The sum goes over the rows of W2, also where its columns would fit."),
        Mistake("squeezed", "np.outer(da1, x)", "np.squeeze(np.outer(da1, x))",
                "dW1 has two axes, however small it is."),
    ),
)

HIDDEN_DELTA_SUMS = Exercise(
    name="hidden_delta_sums",
    asks=(
        Gradient(
            lambda W2, a1, phi_grad: W2 @ PHI[phi_grad](a1), wrt=("a1",), upstream="da2"
        ),
    ),
    withheld=("course.graph",),
    families=(
        Family(
            "different sizes",
            lambda rng: {
                "da2": rng.normal(size=(sizes := different_sizes(rng, 2))[0]),
                "W2": rng.normal(size=sizes),
                "a1": rng.normal(size=sizes[1]),
                "phi_grad": NOT_TANH[rng.integers(2)],
            },
            "a loop over the wrong size runs out of bounds or leaves something out",
        ),
        Family(
            "as many hidden as output units",
            lambda rng: {
                "da2": rng.normal(size=3),
                "W2": rng.normal(size=(3, 3)),
                "a1": rng.normal(size=3),
                "phi_grad": CURVED[rng.integers(3)],
            },
            "exchanged indices fit only here",
        ),
        Family(
            "one hidden unit, one output unit",
            lambda rng: {
                "da2": rng.normal(size=1),
                "W2": rng.normal(size=(1, 1)),
                "a1": rng.normal(size=1),
                "phi_grad": tanh_grad,
            },
            "an array of one entry is still an array",
        ),
    ),
    hints=(
        "Which of the three factors under the two loops depend on j, which on c?",
        "Start with zeros, one for each hidden unit. For every j go through all c, and add one "
        "term to entry j.",
        "The term is the entry of W2 in row c and column j, times entry c of da2, times phi' at "
        "entry j of a1.",
    ),
    mistakes=(
        Mistake("= for +=", "da1[j] +=", "da1[j] =",
                "Each term overwrites the one before: only the last output unit is left."),
        Mistake("indices exchanged", "W2[c, j]", "W2[j, c]",
                "In W2 the first index is the unit that the weight leads to."),
        Mistake("error of the wrong unit", "da2[c]", "da2[j % C]",
                "The error that comes back through a weight is that of the unit it leads to."),
        Mistake("phi' left out", " * phi_grad(a1[j])", "",
                "This is dJ/dh: the hidden unit's own slope is missing."),
        Mistake("phi' of another unit", "phi_grad(a1[j])", "phi_grad(a1[c % M])",
                "The slope is that of the hidden unit whose error you compute."),
        Mistake("upstream left out", " * da2[c]", "",
                "Each weight brings back the error of the unit it leads to."),
        Mistake("last output unit left out", "range(C)", "range(C - 1)",
                "range(C) already ends at C - 1."),
        Mistake("first output unit left out", "range(C)", "range(1, C)",
                "The first output unit has index 0."),
        Mistake("mean for sum", "* phi_grad(a1[j])", "* phi_grad(a1[j]) / C",
                "The paths add up; they are not averaged."),
        Mistake("nothing returned", "    return da1", "    pass",
                "Nothing comes back. Which line hands da1 to whoever has called the function?"),
        Mistake("hidden units counted by outputs", "for j in range(M)", "for j in range(C)",
                "da1 has one entry for each hidden unit: over which size does j run?"),
        Mistake("turned as the shape allows", "C, M = W2.shape",
                "W2 = W2.T if len(W2) == len(a1) else W2\n    C, M = W2.shape",
                "W2 comes with a row for each output unit, also where it is square."),
        Mistake("squeezed", "return da1", "return np.squeeze(da1)",
                "The error of one unit is still an array, of shape (1,)."),
    ),
)

FIRST_LAYER_ROW_GRAD = Exercise(
    name="first_layer_row_grad",
    asks=(Gradient(row_loss, wrt=("W1_j",)),),
    withheld=("course.graph",),
    families=(
        Family(
            "a row of seven",
            # Neither the first, the last or the middle one, nor the one behind the first.
            lambda rng: row_case(
                rng, 5, 7, int(rng.choice((2, 4, 5))), *two_of(rng, NOT_TANH), side=1
            ),
            "the number of the row matters",
        ),
        Family(
            "one input, one hidden unit",
            lambda rng: row_case(rng, 1, 1, 0, tanh_grad, tanh_grad, side=-1),
            "an array of one entry is still an array",
        ),
    ),
    hints=(
        "Along which quantities does a weight of row j reach the loss?",
        "It reaches a1[j] with the factor x, then h1[j], then a2, then y_hat. The printed formula "
        "has all of these factors but one.",
        "Multiply minus (y minus y_hat), phi_out' at a2, weight j of w2 and phi' at entry j of a1; "
        "then that number times x.",
    ),
    mistakes=(
        Mistake("as printed", "return da1_j * x", "return da1_j",
                "This is the derivative for the pre-activation of unit j. A row has a derivative "
                "for each of its weights."),
        Mistake("sign", "-(y - y_hat)", "(y - y_hat)",
                "The minus in front of the printed formula belongs there."),
        Mistake("phi_out' left out", " * phi_out_grad(a2)", "",
                "Between y_hat and a2 there is an activation function."),
        Mistake("phi' left out", " * phi_grad(a1[j])", "",
                "Between h1[j] and a1[j] there is an activation function."),
        Mistake("phi_out' at the output", "phi_out_grad(a2)", "phi_out_grad(y_hat)",
                "phi_out' is a function of the pre-activation."),
        Mistake("phi' at a2", "phi_grad(a1[j])", "phi_grad(a2)",
                "phi' is that of the hidden unit, at its own pre-activation."),
        Mistake("weight left out", " * w2[j]", "",
                "Between h1[j] and a2 there is a weight."),
        Mistake("rows counted from 1", "w2[j] * phi_grad(a1[j])",
                "w2[j - 1] * phi_grad(a1[j - 1])",
                "Row j is entry j: both are counted from 0."),
        Mistake("the first row for every j", "w2[j] * phi_grad(a1[j])",
                "w2[0] * phi_grad(a1[0])",
                "This is the row of hidden unit 0, whatever j is. Where does j come in?"),
        Mistake("the wrong input", "da1_j * x", "da1_j * x[0]",
                "Each weight of the row has an input of its own."),
        Mistake("all rows", "da1_j * x", "np.outer(da2 * w2 * phi_grad(a1), x)",
                "These are all rows of dW1. One is asked for."),
        Mistake("the activation functions exchanged",
                "phi_out_grad(a2)\n    da1_j = da2 * w2[j] * phi_grad(a1[j])",
                "phi_grad(a2)\n    da1_j = da2 * w2[j] * phi_out_grad(a1[j])",
                "Hidden units and output unit have an activation function each."),
        Mistake("squeezed", "return da1_j * x", "return np.squeeze(da1_j * x)",
                "The derivative for a row of one weight is still an array, of shape (1,)."),
    ),
)

LAYER_GRADS_EXAMPLE = Exercise(
    name="layer_grads_example",
    asks=(Gradient(single_layer, wrt=("W", "b"), upstream="da"),),
    withheld=("course.graph",),
    families=(
        Family(
            "different sizes",
            lambda rng: {
                "da": rng.normal(size=(sizes := different_sizes(rng, 2))[0]),
                "h_in": rng.normal(size=sizes[1]),
            },
            "an index that runs over the wrong size shows only here",
        ),
        Family(
            "as many units as inputs",
            lambda rng: {"da": rng.normal(size=3), "h_in": rng.normal(size=3)},
            "an exchange or an elementwise product fits the shapes only here",
        ),
        Family(
            "one unit, one input",
            lambda rng: {"da": rng.normal(size=1), "h_in": rng.normal(size=1)},
            "a matrix that is squeezed changes its shape only here",
        ),
    ),
    hints=(
        "What shape must dW have, and which of the two vectors gives the rows?",
        "Row j of dW is da[j] times h_in. NumPy has a function for all rows at once.",
        "dW is the outer product of da and h_in, in this order; db is da.",
    ),
    mistakes=(
        Mistake("transposed", "np.outer(da, h_in)", "np.outer(h_in, da)",
                "dW has one row for each unit: which vector comes first?"),
        Mistake("elementwise product", "np.outer(da, h_in)", "da * h_in",
                "Every unit meets every input, not only the one with its own number."),
        Mistake("dot product", "np.outer(da, h_in)", "da @ h_in",
                "A dot product adds up to one number. dW has an entry for each weight."),
        Mistake("upstream left out", "np.outer(da, h_in)", "np.outer(np.ones(len(da)), h_in)",
                "Each row is scaled by the error of its own unit."),
        Mistake("bias added up", "db = da.copy()", "db = da.sum()",
                "Each unit has a bias of its own."),
        Mistake("bias from the input", "db = da.copy()", "db = h_in.copy()",
                "The input of a bias is always 1."),
        Mistake("bias of ones", "db = da.copy()", "db = np.ones(len(da))",
                "That is da/db. The upstream derivative is missing."),
        Mistake("bias as a column", "db = da.copy()", "db = da[:, None]",
                "db has the shape of b, one axis."),
        Mistake("order of the outputs", "return dW, db", "return db, dW",
                "The two outputs are exchanged."),
        Mistake("inputs counted by units", "np.outer(da, h_in)",
                "np.array([[da_j * h_in[i] for i in range(len(da))] for da_j in da])",
                "Row j of dW has one entry for each input, not for each unit."),
        Mistake("transposed as the shapes allow", "dW = np.outer(da, h_in)",
                "dW = np.outer(h_in, da)\n"
                "    dW = dW if dW.shape == (len(da), len(h_in)) else dW.T",
                "dW has a row for each unit, also where its shape does not tell."),
        Mistake("squeezed", "np.outer(da, h_in)", "np.squeeze(np.outer(da, h_in))",
                "dW has two axes, however small it is."),
    ),
)

DELTAS = Exercise(
    name="deltas",
    asks=(Gradient(three_layers, wrt=("a1", "a2", "a3")),),
    withheld=("course.graph",),
    families=(
        Family(
            "different sizes",
            lambda rng: three_layers_case(rng, *different_sizes(rng, 4), NOT_TANH),
            "an index that runs over the wrong size shows only here",
        ),
        Family(
            "one size for all",
            lambda rng: three_layers_case(rng, 3, 3, 3, 3),
            "wrong matrices and missing transposes fit the shapes only here",
        ),
        Family(
            "sizes of 1",
            lambda rng: three_layers_case(rng, 1, 1, 1, 1, (tanh_grad,)),
            "an array of one entry is still an array",
        ),
    ),
    hints=(
        "Which of the three errors needs no other one, and which sign has it?",
        "Walk back: each error needs the one of the next layer, the weights that lead to that "
        "layer, and the slopes of its own layer.",
        "The last is phi' of A[2] times prediction minus target. Each one before it is phi' of its "
        "own pre-activation times the transposed matrix of the next layer times the next error.",
    ),
    mistakes=(
        Mistake("as printed", "(y_hat - y)", "(y - y_hat)",
                "The derivative of one half of (y - y_hat) squared with respect to y_hat has "
                "the other sign."),
        Mistake("slope of the output left out", "phi_grad(A[2]) * (y_hat - y)", "y_hat - y",
                "G of the last layer is missing."),
        Mistake("slope of the hidden layers left out", "phi_grad(A[k]) * (W", "(W",
                "G of the layer is missing: this is the derivative for its output."),
        Mistake("slope of the next layer", "phi_grad(A[k]) * (W[k + 1].T @ delta[k + 1])",
                "W[k + 1].T @ (phi_grad(A[k + 1]) * delta[k + 1])",
                "An error already has the slope of its own layer in it. What is missing is the "
                "slope of the layer that you come to."),
        Mistake("slope at the prediction", "phi_grad(A[2])", "phi_grad(y_hat)",
                "phi' is a function of the pre-activation."),
        Mistake("no transpose", "W[k + 1].T", "W[k + 1]",
                "On the way back the weights are transposed."),
        Mistake("weights of the wrong layer", "W[k + 1].T", "W[k].T",
                "W[k] leads to layer k + 1 of the notes. Which matrix leads away from it?"),
        Mistake("a layer left out", "delta[k + 1])", "delta[2][: len(W[k + 1])])",
                "The error of the first layer comes from that of the second."),
        Mistake("upstream ignored", "W[k + 1].T @ delta[k + 1]", "W[k + 1].sum(axis=0)",
                "What comes back from the next layer is lost."),
        Mistake("from the output on", "return delta", "return delta[::-1]",
                "The list starts with the error of layer 1."),
        Mistake("loop stops early", "for k in (1, 0):", "for k in (1,):",
                "There are two hidden layers."),
        Mistake("units counted by those of the next layer", "W[k + 1].T @ delta[k + 1]",
                "[w @ delta[k + 1] for w in W[k + 1].T[: len(delta[k + 1])]]",
                "Each unit of the layer that you come to has an error."),
        Mistake("transposed as the shapes allow", "W[k + 1].T @ delta[k + 1]",
                "(W[k + 1] if W[k + 1].shape[1] == len(delta[k + 1]) else W[k + 1].T) "
                "@ delta[k + 1]",
                "On the way back the weights are transposed, also where they are square."),
        Mistake("squeezed", "return delta", "return [np.squeeze(d) for d in delta]",
                "The error of a layer of one unit is still an array, of shape (1,)."),
    ),
)

BATCH_BACKWARD = Exercise(
    name="batch_backward",
    asks=(Gradient(batch_loss, wrt=("A2", "W2", "b2", "H1", "A1", "W1", "b1")),),
    withheld=("course.graph", "course.mlp"),
    families=(
        Family(
            "different sizes",
            lambda rng: batch_case(rng, *different_sizes(rng, 4), *two_of(rng, NOT_TANH)),
            "a mean over the wrong axis has another count only here",
        ),
        Family(
            "one size for all",
            lambda rng: batch_case(rng, 3, 3, 3, 3, *two_of(rng, CURVED)),
            "missing transposes and sums over the wrong axis fit the shapes only here",
        ),
        Family(
            "one example, sizes of 1",
            lambda rng: batch_case(rng, 1, 1, 1, 1, tanh_grad, identity_grad),
            "an axis of one entry gets lost here",
        ),
    ),
    hints=(
        "Which shape must each result have, and which product of your arrays has it?",
        "dW adds the outer products of all examples, db adds the rows of dA, and dH has a row for "
        "each example. The 1/N enters in the first line.",
        "dA2 is the difference over N times phi_out' at A2; dW is dA transposed times what came "
        "in; db is the sum of dA over the rows; dH1 is dA2 times W2; dA1 is dH1 times phi' at A1.",
    ),
    mistakes=(
        Mistake("1/N left out", " / len(X)", "",
                "J is the mean over the batch: where does the 1/N come in?"),
        Mistake("sign of the error", "(Y_hat - Y)", "(Y - Y_hat)",
                "What is the derivative of one half of (Y_hat - Y) squared?"),
        Mistake("mean over the outputs too", "/ len(X)", "/ Y.size",
                "The mean goes over the examples; over the outputs it is a sum."),
        Mistake("divided by the number of outputs", "/ len(X)", "/ Y.shape[1]",
                "The mean goes over the examples: which axis are they on?"),
        Mistake("1/N for one batch size", "/ len(X)", "/ 3",
                "The number of examples is that of the batch that comes in."),
        Mistake("1/N once more in dW2", "dA2.T @ H1", "dA2.T @ H1 / len(X)",
                "The 1/N is in dA2 already."),
        Mistake("phi_out' left out", " * phi_out_grad(A2)", "",
                "Between Y_hat and A2 there is an activation function."),
        Mistake("phi' left out", "dH1 * phi_grad(A1)", "dH1",
                "Between H1 and A1 there is an activation function."),
        Mistake("phi' at H", "phi_grad(A1)", "phi_grad(H1)",
                "phi' is a function of the pre-activation."),
        Mistake("the other activation function", "phi_grad(A1)", "phi_out_grad(A1)",
                "Hidden units and output units have an activation function each."),
        Mistake("W2 transposed", "dA2 @ W2", "dA2 @ W2.T",
                "For rows the transpose disappears: which index of W2 is summed over?"),
        Mistake("dW2 transposed", "dA2.T @ H1", "H1.T @ dA2",
                "dW2 has the shape of W2: one row for each output unit."),
        Mistake("A1 for H1", "dA2.T @ H1", "dA2.T @ A1",
                "What comes into the output layer is H1."),
        Mistake("dH1 for dA1", "dA1.T @ X", "dH1.T @ X",
                "The weights lie before the activation function."),
        Mistake("bias: mean for sum", "dA2.sum(axis=0)", "dA2.mean(axis=0)",
                "The 1/N is in dA2 already: the bias adds up."),
        Mistake("bias: sum over everything", "dA1.sum(axis=0)", "dA1.sum()",
                "Each unit has a bias of its own."),
        Mistake("bias: sum over the units", "dA1.sum(axis=0)", "dA1.sum(axis=1)",
                "Each unit adds up over the examples: which axis are they on?"),
        Mistake("bias: not added up", "dA1.sum(axis=0)", "dA1",
                "All examples use the same bias, so their parts add."),
        Mistake("bias: as a row", "dA2.sum(axis=0)", "dA2.sum(axis=0, keepdims=True)",
                "db has the shape of b, one axis."),
        Mistake("transposed as the shapes allow", "dA2 @ W2",
                "dA2 @ (W2.T if dA2.shape[1] == W2.shape[1] else W2)",
                "W2 has a row for each output unit, so it is used as it is, also where it is "
                "square."),
        Mistake("squeezed", "return dA2, dW2,", "return dA2, np.squeeze(dW2),",
                "dW2 has two axes, however small it is."),
    ),
)

PENALIZED_GRADS = Exercise(
    name="penalized_grads",
    asks=(Gradient("sigmoid_cost", wrt=("W", "b")),),
    withheld=("course.graph", "course.mlp"),
    families=(
        Family(
            "different sizes",
            lambda rng: layer_case(rng, *different_sizes(rng, 3), rng.uniform(0.3, 1.0)),
            "a mean over the wrong axis has another count only here",
        ),
        Family(
            "very large logits, a class without examples",
            lambda rng: layer_case(rng, 4, 3, 4, rng.uniform(0.3, 1.0), absent=True)
            | {"b": np.array([50.0, -50.0, 50.0, -50.0]) * rng.uniform(0.9, 1.2, 4)},
            "quotients of probabilities divide by 0 only here",
        ),
        Family(
            "one example, sizes of 1",
            lambda rng: layer_case(rng, 1, 1, 1, rng.uniform(0.3, 1.0)),
            "an axis of one entry gets lost here",
        ),
    ),
    hints=(
        "What is the gradient of the loss alone with respect to A, and where does the 1/N stand?",
        "Compute the logits, then dA. The weights get two terms, the biases one.",
        "dA is the sigmoid of the logits minus Y, over the number of rows; dW is the transposed dA "
        "times H, plus reg times W; db is the sum of dA over the rows.",
    ),
    mistakes=(
        Mistake("penalty left out", " + reg * W", "",
                "The penalty depends on W, so it has a part in dW."),
        Mistake("2 reg W", "reg * W", "2 * reg * W",
                "The penalty has one half in front, and that takes the 2 of the square away."),
        Mistake("reg/2 W", "reg * W", "reg / 2 * W",
                "The derivative of a square has a factor 2."),
        Mistake("penalty over N", "reg * W", "reg * W / len(H)",
                "The penalty is added once, outside of the mean over the examples."),
        Mistake("reg without W", "reg * W", "reg",
                "The derivative of the square of W has W in it."),
        Mistake("penalty squared", "reg * W", "reg / 2 * W**2",
                "This is the penalty itself. Its derivative is asked for."),
        Mistake("penalty with the wrong sign", "+ reg * W", "- reg * W",
                "The penalty is added to J."),
        Mistake("penalty on biases", "dA.sum(axis=0)", "dA.sum(axis=0) + reg * b",
                "There is no penalty on biases in J."),
        Mistake("1/N left out", " / len(H)", "",
                "J is the mean over the batch."),
        Mistake("1/N for the first term only", "(sigmoid(H @ W.T + b) - Y) / len(H)",
                "sigmoid(H @ W.T + b) / len(H) - Y",
                "The 1/N belongs to the whole difference: mind the parentheses."),
        Mistake("1/N for the second term only", "(sigmoid(H @ W.T + b) - Y) / len(H)",
                "sigmoid(H @ W.T + b) - Y / len(H)",
                "The 1/N belongs to the whole difference: mind the parentheses."),
        Mistake("sigma' once more", "(sigmoid(H @ W.T + b) - Y) / len(H)",
                "(sigmoid(H @ W.T + b) - Y) * sigmoid_grad(H @ W.T + b) / len(H)",
                "With the cross-entropy sigma' cancels: the difference is already dA."),
        Mistake("sigmoid left out", "sigmoid(H @ W.T + b) - Y", "H @ W.T + b - Y",
                "The targets are compared with probabilities, not with logits."),
        Mistake("bias left out", "H @ W.T + b", "H @ W.T",
                "The logits have a bias in them."),
        Mistake("softmax", "sigmoid(H @ W.T + b)", "softmax(H @ W.T + b)",
                "Each output is a sigmoid of its own; they do not compete."),
        Mistake("bias: mean for sum", "dA.sum(axis=0)", "dA.mean(axis=0)",
                "The 1/N is in dA already."),
        Mistake("transposed", "dW = dA.T @ H + reg * W", "dW = (dA.T @ H + reg * W).T",
                "dW has the shape of W: one row for each output."),
        Mistake("divided by the number of outputs", "/ len(H)", "/ Y.shape[1]",
                "The mean goes over the examples: which axis are they on?"),
        Mistake("as two factors", "dA = (sigmoid(H @ W.T + b) - Y) / len(H)",
                "P = sigmoid(H @ W.T + b)\n"
                "    dA = (-Y / P + (1 - Y) / (1 - P)) * P * (1 - P) / len(H)",
                "Right on paper, but where P is rounded to 0 or 1 it divides by 0."),
        Mistake("squeezed", "return dW, db", "return np.squeeze(dW), db",
                "dW has two axes, however small it is."),
    ),
)

FORWARD_PASS = Exercise(
    name="forward_pass",
    asks=(Value("H"),),
    withheld=("course.mlp",),
    families=(
        Family(
            "three layers of different sizes",
            lambda rng: forward_case(rng, 6, different_sizes(rng, 4)),
            "only here there is more than one hidden layer",
        ),
        Family(
            "one size for all",
            lambda rng: forward_case(rng, 3, [3, 3, 3]),
            "X in every layer, and a missing transpose, fit the shapes only here",
        ),
        Family(
            "one layer",
            lambda rng: forward_case(rng, 4, [3, 2]),
            "the first layer is the last one, and there is no tanh",
        ),
        Family(
            "one example",
            lambda rng: forward_case(rng, 1, [2, 3, 4]),
            "an axis of one entry gets lost here",
        ),
    ),
    hints=(
        "What is in the list before the loop starts, and what does layer k get as its input?",
        "In each round: the pre-activation from the last entry of the list, then tanh of it, "
        "unless this is the last layer; then append.",
        "A is H[k] times the transposed W[k], plus b[k]. Append tanh of A for all k but the last, "
        "and A itself for the last.",
    ),
    mistakes=(
        Mistake("as printed", "H[k] @ W[k].T", "X @ W[k].T",
                "Only the first layer sees X: what does layer k get?"),
        Mistake("tanh on the logits", "np.tanh(A) if k < len(W) - 1 else A", "np.tanh(A)",
                "The last layer has no activation function."),
        Mistake("no tanh", "np.tanh(A) if k < len(W) - 1 else A", "A",
                "Hidden layers have an activation function."),
        Mistake("tanh left out one layer early", "len(W) - 1 else", "len(W) - 2 else",
                "Only the very last layer goes without tanh."),
        Mistake("sigmoid for tanh", "np.tanh(A)", "sigmoid(A)",
                "The hidden layers have tanh."),
        Mistake("bias left out", " + b[k]", "", "Each layer has a bias."),
        Mistake("no transpose", "W[k].T", "W[k]",
                "For rows it is H times the transposed W."),
        Mistake("tanh before the bias", "np.tanh(A) if", "np.tanh(A - b[k]) + b[k] if",
                "The bias belongs inside of the activation function."),
        Mistake("X left out of the list", "return H", "return H[1:]",
                "The list starts with X: the backward pass needs it."),
        Mistake("logits only", "return H", "return H[-1]",
                "All activations are asked for, not only the last."),
        Mistake("last layer left out", "range(len(W))", "range(len(W) - 1)",
                "The loop ends one layer too early."),
        Mistake("tanh in one hidden layer only", "k < len(W) - 1 else", "k == len(W) - 2 else",
                "Every hidden layer has tanh, not only the last of them."),
        Mistake("transposed as the shapes allow", "W[k].T",
                "(W[k] if H[k].shape[1] == len(W[k]) else W[k].T)",
                "For rows it is H times the transposed W, also where W is square."),
        Mistake("first layer before the loop", "H = [X]\n    for k in range(len(W)):",
                "H = [X, np.tanh(X @ W[0].T + b[0])]\n    for k in range(1, len(W)):",
                "The first layer may be the last one: then it has no tanh."),
        Mistake("squeezed", "A = H[k] @ W[k].T + b[k]", "A = np.squeeze(H[k] @ W[k].T + b[k])",
                "A batch of one example is still a matrix, with one row."),
    ),
)

BACKWARD_PASS = Exercise(
    name="backward_pass",
    asks=(Gradient(network_output, wrt=("W", "b")),),
    withheld=("course.graph", "course.mlp"),
    families=(
        Family(
            "three layers of different sizes",
            lambda rng: backward_case(rng, 6, different_sizes(rng, 4), rng.uniform(0.3, 0.8)),
            "only here an error is handed on more than once",
        ),
        Family(
            "one size for all",
            lambda rng: backward_case(rng, 3, [3, 3, 3], rng.uniform(0.3, 0.8)),
            "the wrong H and missing transposes fit the shapes only here",
        ),
        Family(
            "one layer",
            lambda rng: backward_case(rng, 4, [3, 2], rng.uniform(0.3, 0.8)),
            "the first layer is the last one, and there is no W[1]",
        ),
        Family(
            "one example",
            lambda rng: backward_case(rng, 1, [2, 3, 4], rng.uniform(0.3, 0.8)),
            "an axis of one entry gets lost here",
        ),
    ),
    hints=(
        "Which three lines of the table belong into the loop, and for which of them do you need H?",
        "Go from the last layer to the first. In each round dW and db of that layer, then the dA "
        "of the layer before, with the slope of what that layer has put out.",
        "dW[k] is the transposed dA times H[k], plus reg times W[k]; db[k] is the sum of dA over "
        "the rows; the next dA is dA times W[k], times one minus the square of H[k].",
    ),
    mistakes=(
        Mistake("penalty left out", " + reg * W[k]", "",
                "The penalty has a part in every dW."),
        Mistake("penalty left out in the last layer", "+ reg * W[k]",
                "+ reg * W[k] * (k < len(W) - 1)",
                "The last layer's weights are in the penalty too."),
        Mistake("penalty left out in the first layer", "+ reg * W[k]", "+ reg * W[k] * (k > 0)",
                "The first layer's weights are in the penalty too."),
        Mistake("2 reg W", "reg * W[k]", "2 * reg * W[k]",
                "The penalty has one half in front, and that takes the 2 of the square away."),
        Mistake("penalty over N", "reg * W[k]", "reg * W[k] / len(dA)",
                "The penalty is added once, outside of the mean over the examples."),
        Mistake("penalty with the wrong sign", "+ reg * W[k]", "- reg * W[k]",
                "The penalty is added to J."),
        Mistake("slope of the wrong layer", "H[k] ** 2", "H[k + 1] ** 2",
                "The slope belongs to the layer that you come to: what has it put out?"),
        Mistake("tanh' left out", " * (1 - H[k] ** 2)", "",
                "Between the output of a hidden layer and its pre-activation there is a tanh."),
        Mistake("tanh' without the square", "H[k] ** 2", "H[k]",
                "tanh' is one minus the square of tanh."),
        Mistake("tanh' at h", "(1 - H[k] ** 2)", "(1 - np.tanh(H[k]) ** 2)",
                "H holds what the units have put out: the tanh is in it already."),
        Mistake("sigmoid' for tanh'", "(1 - H[k] ** 2)", "H[k] * (1 - H[k])",
                "That is the slope of a sigmoid. The hidden layers have tanh."),
        Mistake("parentheses of tanh'", "(1 - H[k] ** 2)", "(1 - H[k]) ** 2",
                "The square is taken of h, not of the difference."),
        Mistake("bias: mean for sum", "dA.sum(axis=0)", "dA.mean(axis=0)",
                "The 1/N is in dA already: the bias adds up."),
        Mistake("1/N once more", "dA.T @ H[k]", "dA.T @ H[k] / len(dA)",
                "The 1/N is in dA already."),
        Mistake("bias: as a row", "dA.sum(axis=0)", "dA.sum(axis=0, keepdims=True)",
                "db has the shape of b, one axis."),
        Mistake("nothing carried back", "(dA @ W[k])", "(np.ones(dA.shape) @ W[k])",
                "What comes from later layers is lost on the way."),
        Mistake("output for input", "dA.T @ H[k]", "dA.T @ H[k + 1]",
                "The weights of a layer meet what came into it."),
        Mistake("loop runs forward", "reversed(range(len(W)))", "range(len(W))",
                "The way back starts at the last layer."),
        Mistake("first layer left out", "reversed(range(len(W)))", "range(len(W) - 1, 0, -1)",
                "A range ends before its second number: the layer with k = 0 has weights too."),
        Mistake("from the output on", "return dW, db", "return dW[::-1], db[::-1]",
                "The lists start with layer 1, like W."),
        Mistake("weights of the last layer", "dA @ W[k]", "dA @ W[-1]",
                "The way back from layer k goes through its own weights, not those of the last."),
        Mistake("transposed as the shapes allow", "dA @ W[k]",
                "dA @ (W[k].T if dA.shape[1] == W[k].shape[1] else W[k])",
                "W[k] has a row for each unit, so it is used as it is, also where it is square."),
        Mistake("two layers or more taken for granted",
                "dW, db = [None] * len(W), [None] * len(W)",
                "dW, db = [W[0], W[1], *W[2:]], [W[0], W[1], *W[2:]]",
                "With K = 1 the first layer is the last one too: what is there to carry back, and "
                "from where?"),
        Mistake("squeezed", "dA = (dA @ W[k]) * (1 - H[k] ** 2)",
                "dA = np.squeeze((dA @ W[k]) * (1 - H[k] ** 2))",
                "A batch of one example is still a matrix, with one row."),
    ),
    equivalent=("line 11: operator GtE",),  # what the first layer hands on is used by nobody
)

INIT_LAYER = Exercise(
    name="init_layer",
    asks=(Value("b"),),
    withheld=("course.mlp",),
    families=(
        Family(
            "few inputs, many units",
            lambda rng: {
                "seed": int(rng.integers(1000)),
                "D_in": int(rng.choice((6, 12))),  # roots that are far from whole
                "D_out": int(rng.integers(800, 1000)),  # the more, the surer the spread
            },
            "counting the units in place of the inputs gives weights that are too small",
        ),
        Family(
            "many inputs, few units",
            lambda rng: {
                "seed": int(rng.integers(1000)),
                "D_in": int(rng.integers(400, 600)),
                "D_out": int(rng.integers(15, 25)),
            },
            "a spread that does not shrink with the inputs is too large here",
        ),
    ),
    hints=(
        "Which of the two numbers is the fan-in, and what is the square root for?",
        "`rng.normal` takes the mean, the standard deviation and the size. The variance is one "
        "over D_in.",
        "W is drawn with mean 0, standard deviation one over the square root of D_in, and shape "
        "D_out by D_in; b is zeros, one for each unit.",
    ),
    driver=draw_layer,
    reads=read_layer,
    mistakes=(
        Mistake("as printed", "np.sqrt(D_in)", "np.sqrt(D_out)",
                "Each unit adds up its inputs: their number decides, not that of the units."),
        Mistake("the larger number", "np.sqrt(D_in)", "np.sqrt(max(D_in, D_out))",
                "The inputs decide, also where there are more units."),
        Mistake("the smaller number", "np.sqrt(D_in)", "np.sqrt(min(D_in, D_out))",
                "The inputs decide, also where there are fewer units."),
        Mistake("variance for standard deviation", "1 / np.sqrt(D_in)", "1 / D_in",
                "rng.normal wants the standard deviation, the square root of the variance."),
        Mistake("standard deviation 1", "1 / np.sqrt(D_in)", "1.0",
                "The weights are not scaled by the number of inputs."),
        Mistake("standard deviation 0.2", "1 / np.sqrt(D_in)", "0.2",
                "The spread is the same, however many inputs there are. Where does D_in come in?"),
        Mistake("twice the variance", "1 / np.sqrt(D_in)", "np.sqrt(2 / D_in)",
                "The variance is 2 / D_in, as is usual for other activation functions. Which one "
                "is asked for?"),
        Mistake("square root without the quotient", "1 / np.sqrt(D_in)", "np.sqrt(D_in)",
                "More inputs need smaller weights."),
        Mistake("zeros", "rng.normal(0.0, 1 / np.sqrt(D_in), size=(D_out, D_in))",
                "np.zeros((D_out, D_in))",
                "Weights that start at zero stay there."),
        Mistake("all units equal", "rng.normal(0.0, 1 / np.sqrt(D_in), size=(D_out, D_in))",
                "np.tile(rng.normal(0.0, 1 / np.sqrt(D_in), size=D_in), (D_out, 1))",
                "Units that start equal stay equal."),
        Mistake("all inputs equal", "rng.normal(0.0, 1 / np.sqrt(D_in), size=(D_out, D_in))",
                "np.tile(rng.normal(0.0, 1 / np.sqrt(D_in), size=(D_out, 1)), (1, D_in))",
                "A unit has a weight of its own for each input: how many numbers are drawn?"),
        Mistake("uniform", "rng.normal(0.0, 1 / np.sqrt(D_in),",
                "rng.uniform(-1 / np.sqrt(D_in), 1 / np.sqrt(D_in),",
                "A normal distribution is asked for; a uniform one of this width is narrower."),
        Mistake("only positive weights",
                "W = rng.normal(0.0, 1 / np.sqrt(D_in), size=(D_out, D_in))",
                "W = np.abs(rng.normal(0.0, 1 / np.sqrt(D_in), size=(D_out, D_in)))",
                "The mean should be 0: weights of either sign."),
        Mistake("rounded", "rng.normal(0.0, 1 / np.sqrt(D_in), size=(D_out, D_in))",
                "np.round(rng.normal(0.0, 1 / np.sqrt(D_in), size=(D_out, D_in)), 2)",
                "The weights are rounded. Who asks for that?"),
        Mistake("single precision", "size=(D_out, D_in))",
                "size=(D_out, D_in)).astype(np.float32)",
                "W is kept in single precision. What dtype does rng.normal give?"),
        Mistake("transposed", "size=(D_out, D_in)", "size=(D_in, D_out)",
                "W has one row for each unit."),
        Mistake("a generator of its own", "rng.normal(", "np.random.default_rng(0).normal(",
                "Draw from the generator that comes in: whoever calls decides on the seed."),
        Mistake("a bias for each input", "np.zeros(D_out)", "np.zeros(D_in)",
                "Each unit has one bias."),
        Mistake("bias of ones", "np.zeros(D_out)", "np.ones(D_out)",
                "Biases start at 0."),
        Mistake("bias as a column", "np.zeros(D_out)", "np.zeros((D_out, 1))",
                "b has one axis."),
        Mistake("no bias", "return W, b", "return W",
                "Two arrays are asked for, W and b. Which one is missing?"),
        Mistake("no weights", "return W, b", "return b",
                "Two arrays are asked for, W and b. Which one is missing?"),
    ),
)

LARGEST_ERROR = Exercise(
    name="largest_error",
    asks=(Value("error"),),
    families=(
        Family(
            "all arrays off, one in its sign",
            arrays_off,
            "errors must not be added up, and a sign counts",
        ),
        Family(
            "one array too large, a large step",
            matrix_too_large,
            "your norm is the larger one, and the central difference has an error of its own",
        ),
        Family(
            "arrays that the loss does not depend on",
            tiny_gradients,
            "the floor decides between rounding and a mistake",
        ),
    ),
    hints=(
        "For one entry of one array: which two values of the loss do you need?",
        "Three steps for each array: an array of zeros of its shape, filled entry by entry with "
        "central differences; then its relative error; then the larger of that and what you had.",
        "Entry j of numeric is the loss of the list nudged by eps minus that nudged by minus eps, "
        "over two eps. The error is the norm of the difference over the largest of the two norms "
        "and 1e-8.",
    ),
    mistakes=(
        Mistake("one-sided difference",
                "loss(nudged(params, i, j, -eps))\n            numeric[j] = rise / (2 * eps)",
                "loss(params)\n            numeric[j] = rise / eps",
                "This is a one-sided difference: move the entry to both sides."),
        Mistake("2 left out", "(2 * eps)", "eps",
                "The two points are two steps apart."),
        Mistake("divisor without parentheses", "/ (2 * eps)", "/ 2 * eps",
                "Python reads a / 2 * eps as (a / 2) * eps."),
        Mistake("last array only", "largest = max(largest, np.linalg.norm(dV - numeric) / scale)",
                "largest = np.linalg.norm(dV - numeric) / scale",
                "Each array overwrites the one before: keep the largest."),
        Mistake("sum for largest", "largest = max(largest, np.linalg.norm(dV - numeric) / scale)",
                "largest += np.linalg.norm(dV - numeric) / scale",
                "The errors are not added up: the largest one counts."),
        Mistake("first array only", "    return largest", "        return largest",
                "This is the error of the first array: what becomes of the others?"),
        Mistake("smallest for largest", "max(largest,", "min(largest or np.inf,",
                "One wrong array is enough: the largest error is asked for."),
        Mistake("absolute error", " / scale", "",
                "This is an absolute error. It has to be compared with the size of the gradient."),
        Mistake("norm of yours only", "max(np.linalg.norm(dV), np.linalg.norm(numeric), 1e-8)",
                "max(np.linalg.norm(dV), 1e-8)",
                "This divides by the norm of yours. Which other one may be the larger?"),
        Mistake("norm of the measured one only",
                "max(np.linalg.norm(dV), np.linalg.norm(numeric), 1e-8)",
                "max(np.linalg.norm(numeric), 1e-8)",
                "This divides by the norm of the measured one. Which other one may be the larger?"),
        Mistake("smaller one of the norms",
                "max(np.linalg.norm(dV), np.linalg.norm(numeric), 1e-8)",
                "max(min(np.linalg.norm(dV), np.linalg.norm(numeric)), 1e-8)",
                "This divides by the smaller one of the two norms. Which one does the formula "
                "take?"),
        Mistake("sum of the norms", "max(np.linalg.norm(dV), np.linalg.norm(numeric), 1e-8)",
                "max(np.linalg.norm(dV) + np.linalg.norm(numeric), 1e-8)",
                "Some texts divide by the sum of the norms; here it is the larger one."),
        Mistake("difference of the norms", "np.linalg.norm(dV - numeric)",
                "abs(np.linalg.norm(dV) - np.linalg.norm(numeric))",
                "Two arrays can have the same norm and still differ: subtract first."),
        Mistake("sum for difference", "np.linalg.norm(dV - numeric)",
                "np.linalg.norm(dV + numeric)",
                "Right arrays should give 0: what do you do with the two?"),
        Mistake("no floor", "np.linalg.norm(numeric), 1e-8)", "np.linalg.norm(numeric))",
                "Where both norms are below 1e-8, this divides by the larger one of them. What "
                "does the formula divide by?"),
        Mistake("floor added", "max(np.linalg.norm(dV), np.linalg.norm(numeric), 1e-8)",
                "max(np.linalg.norm(dV), np.linalg.norm(numeric)) + 1e-8",
                "The floor is added to the larger norm. What does the formula do with it?"),
        Mistake("a step of its own", "largest = 0.0", "largest, eps = 0.0, 1e-5",
                "The step is an argument: use the eps that the caller gives."),
        Mistake("signs ignored", "dV - numeric)", "np.abs(dV) - np.abs(numeric))",
                "A gradient of the wrong sign is wrong: subtract first."),
    ),
)

ANOTHER_LINE = (
    "Seen from the loss, which array is the first that is wrong? The line that computes it gets "
    "right values and makes a wrong one."
)

MENDED_GRADS = Exercise(
    name="mended_grads",
    asks=(Gradient("three_layer_loss", wrt=("W3", "b3", "W2", "b2", "W1", "b1")),),
    withheld=("course.graph", "course.mlp"),
    families=(
        Family(
            "different sizes",
            lambda rng: bug_case(rng, 6, different_sizes(rng, 4), rng.uniform(0.3, 0.8)),
            "what is counted by the layer next door shows only here",
        ),
        Family(
            "one size for all",
            lambda rng: bug_case(rng, 4, [3, 3, 3, 3], rng.uniform(0.3, 0.8)),
            "the wrong array of two fits the shapes only here",
        ),
        Family(
            "one example, hidden layers of one unit",
            lambda rng: bug_case(rng, 1, [2, 1, 1, 2], rng.uniform(0.3, 0.8)),
            "an axis of one entry gets lost here",
        ),
    ),
    hints=(
        "Which line did your gradient checks lead you to?",
        "Hold that line against the one that does the same for another layer.",
        "Each dA is what comes back times one minus the square of the layer's own H; each dW has "
        "reg times its own W in it; each db is the sum of dA over the rows; dA3 is the whole "
        "difference over the number of examples.",
    ),
    mistakes=(
        Mistake("parentheses of tanh' in dA2", "(1 - H2**2)", "(1 - H2) ** 2",
                "In dA2 the square is taken of the wrong thing."),
        Mistake("mean for sum in db1", "dA1.sum(axis=0)", "dA1.mean(axis=0)",
                "The 1/N is in dA1 already: db1 adds up."),
        Mistake("penalty left out in dW2", " + reg * W2", "",
                "The weights of layer 2 are in the penalty too."),
        Mistake("tanh' left out in dA1", "(dA2 @ W2) * (1 - H1**2)", "dA2 @ W2",
                "Between H1 and its pre-activation there is a tanh."),
        Mistake("1/N for the second term only", "(P - Y) / len(X)", "P - Y / len(X)",
                "The 1/N belongs to the whole difference."),
        Mistake("penalty over N in dW3", "reg * W3", "reg * W3 / len(X)",
                "The penalty is added once, outside of the mean over the examples."),
        Mistake("2 reg W in dW1", "reg * W1", "2 * reg * W1",
                "The penalty has one half in front."),
        Mistake("tanh' without the square in dA1", "(1 - H1**2)", "(1 - H1)",
                "tanh' is one minus the square of tanh."),
        Mistake("sum over the units in db2", "dA2.sum(axis=0)", "dA2.sum()",
                "Each unit has a bias of its own."),
        Mistake("A for dA in dW1", "dA1.T @ X", "H1.T @ X",
                "dW1 is made of the errors of layer 1, not of its activations."),
        Mistake("penalty on a bias", "dA3.sum(axis=0)", "dA3.sum(axis=0) + reg * b3",
                "There is no penalty on biases in J."),
        Mistake("wrong weights on the way back", "dA2 @ W2", "dA2 @ W3",
                "The way back from layer 2 goes through its own weights."),
        Mistake("order of the outputs", "return dW3, db3, dW2, db2, dW1, db1",
                "return dW1, db1, dW2, db2, dW3, db3",
                "The outputs start at the loss: dW3 comes first."),
        Mistake("units counted by the layer next door", "dA1.sum(axis=0)",
                "np.array([dA1[:, j].sum() for j in range(len(b2))])",
                "db1 has one entry for each unit of layer 1: over which size does j run?"),
        Mistake("transposed as the shapes allow", "dA2 @ W2",
                "dA2 @ (W2.T if len(W2) == W2.shape[1] else W2)",
                "W2 has a row for each unit of its layer, so it is used as it is, also where it "
                "is square."),
        Mistake("squeezed", "dW2 = dA2.T @ H1 + reg * W2",
                "dW2 = np.squeeze(dA2.T @ H1 + reg * W2)",
                "dW2 has two axes, however small it is."),
    ),
    planted=(
        "parentheses of tanh' in dA2",
        "mean for sum in db1",
        "penalty left out in dW2",
        "tanh' left out in dA1",
        "1/N for the second term only",
        "penalty over N in dW3",
        "2 reg W in dW1",
        "tanh' without the square in dA1",
    ),
)

BUG_LINE = Exercise(
    name="bug_line",
    asks=(Value("line"),),
    families=(
        Family("the bug that STUDENT picks", lambda rng: {}, "there is one wrong line"),
    ),
    hints=(
        "Which of the six arrays is the first wrong one, seen from the loss?",
        "Check W3, b3, W2, b2, W1, b1, one after the other. If both arrays of a layer are wrong, "
        "look at what they are both computed from.",
        "If only one array is wrong, it is the line that computes it; if both of a layer are "
        "wrong, and those of the layers behind it are right, it is the line of that layer's dA. "
        "The number stands on the left.",
    ),
    driver=named_line,
    reads=finds_line(MENDED_GRADS),
    mistakes=(
        # Which line is right depends on the student, so what is said must not.
        Mistake("another line, 14", "return 13", "return 14", ANOTHER_LINE),
        Mistake("another line, 17", "return 13", "return 17", ANOTHER_LINE),
        Mistake("another line, 7", "return 13", "return 7", ANOTHER_LINE),
        Mistake("the line as text", "return 13", 'return "13"',
                "A number is asked for, without quotes."),
        Mistake("no number", "return 13", "return None",
                "The number of the line is asked for."),
    ),
)

EXERCISES = (
    EXAMPLE_BACKWARD,
    HIDDEN_DELTA_SUMS,
    FIRST_LAYER_ROW_GRAD,
    LAYER_GRADS_EXAMPLE,
    DELTAS,
    BATCH_BACKWARD,
    PENALIZED_GRADS,
    FORWARD_PASS,
    BACKWARD_PASS,
    INIT_LAYER,
    LARGEST_ERROR,
    BUG_LINE,
    MENDED_GRADS,
)

PREDICTIONS = (
    Prediction("4 row", (4,), "A row of W1 has one weight for each input, and each weight has one "
               "derivative."),
    Prediction("4 ratio", -1, "The derivative of (y - y_hat) squared with respect to y_hat has a "
               "minus from inside."),
    Prediction("4 shape", (3, 4), "dA1.T is (3, 5), X is (5, 4): the examples are summed over, and "
               "the shape of W1 is left."),
    Prediction("4 start", 6.931, "Each of the ten outputs says one half and pays log 2.",
               within=0.02),
    Prediction("4 softmax", 2.303, "Each of the ten classes gets a tenth, and minus the log of "
               "that is log 10.", within=0.02),
    Prediction("4 layers", "first", "The others get what the layer before has put out.",
               options=("all", "first", "last")),
    Prediction("4 zeros", 1, "Only db2: everything else has H1 = 0 or W2 = 0 as a factor."),
    Prediction("4 spread", 8.85, "784 terms of variance 1/10 each: the square root of 78.4.",
               within=0.1),
)

ANSWERS = {
    "4a": "In a = Wx + b the bias is added, so every derivative of a is free of b: da/db = 1, "
    "da/dW has x in it, da/dx has W. The bias matters for the values, and these come in from the "
    "forward pass.",
    "4b": "All that have to do with the number of examples: a 1/N that is missing or there twice, "
    "a mean in place of a sum, a penalty divided by N.",
    "4c": "The tanh' that is left out is a positive number for every unit and example, at most 1. "
    "With one hidden layer, each error is then too large, but of the right sign, and the step "
    "still goes downhill most of the time. Only a gradient check shows it.",
}
