"""Lesson 3, sigmoid neuron: how each exercise is tried, helped and known to go wrong."""

import warnings

import numpy as np

from autograder.asks import Gradient, Value
from autograder.cases import away_from_zero, untapped
from autograder.exercise import Exercise, Family, Mistake, Prediction
from autograder.student.calling import WrongAnswerError
from course.activations import identity, identity_grad, sigmoid


def unit(rng, D):
    """Return w, b and x of a unit with D inputs that is not saturated."""
    return {
        "w": away_from_zero(rng, 0.4, 1.2, D) / np.sqrt(D),
        "b": away_from_zero(rng, 0.2, 0.6),
        "x": away_from_zero(rng, 0.6, 1.8, D),
    }


def unit_of_any_size(rng):
    """Return w, b and x of a unit with three to five inputs."""
    return unit(rng, int(rng.integers(3, 6)))


def saturated_unit(rng, side):
    """Return w, b and x of a unit whose |a| is so large that exp(|a|) overflows."""
    w = away_from_zero(rng, 0.5, 1.5, 3)
    return {
        "w": w,
        "b": away_from_zero(rng, 0.2, 0.6),
        "x": side * rng.uniform(800, 2000) * w / (w @ w),
    }


def batch(rng, N, D, y=None):
    """Return w, b and a batch of N examples with D inputs, and targets of both kinds."""
    if y is None:
        y = rng.permutation(np.arange(N) % 2).astype(float)
    return {
        "w": away_from_zero(rng, 0.4, 1.2, D) / np.sqrt(D),
        "b": away_from_zero(rng, 0.2, 0.6),
        "X": away_from_zero(rng, 0.4, 1.6, (N, D)),
        "y": y,
    }


def saturated_batch(rng, size):
    """Return a batch of four examples with |a| near `size`, three of them on the wrong side."""
    case = batch(rng, 4, 2, np.array([0.0, 1.0, 0.0, 0.0]))
    X = np.outer(size * np.array([1.0, -1.0, 1.1, -1.1]), case["w"] / (case["w"] @ case["w"]))
    return case | {"X": X}


def quadratic_unit_loss(w, b, x, y):
    """Return half the squared error of a sigmoid unit."""
    return 0.5 * (sigmoid(w @ x + b) - y) ** 2


def cross_entropy_unit_loss(w, b, x, y):
    """Return the cross-entropy of a sigmoid unit, from its pre-activation."""
    a = w @ x + b
    return np.logaddexp(0, a) - y * a


def both_losses(a, y, tap=untapped):
    """Return the quadratic loss and the cross-entropy of n units, shape (2n,)."""
    quadratic, cross = tap("a_quadratic", a), tap("a_cross", a)
    return np.concatenate(
        [0.5 * (sigmoid(quadratic) - y) ** 2, np.logaddexp(0, cross) - y * cross]
    )


def mean_loss(w, b, X, y):
    """Return the mean cross-entropy of a sigmoid unit."""
    A = X @ w + b
    return float(np.mean(np.logaddexp(0, A) - y * A))


def mean_quadratic_loss(w, b, X, y):
    """Return the mean quadratic loss of a sigmoid unit: to train with another than the lesson's."""
    return float(np.mean(0.5 * (sigmoid(X @ w + b) - y) ** 2))


def mean_quadratic_grads(w, b, X, y):
    """Return the gradient of `mean_quadratic_loss`."""
    Y_hat = sigmoid(X @ w + b)
    dA = (Y_hat - y) * Y_hat * (1 - Y_hat) / len(y)
    return X.T @ dA, float(dA.sum())


def stretched_tanh(rng):
    """Return an output function that nobody can take for granted."""
    height, width = rng.uniform(1.5, 3.0, 2)

    def phi(a):
        return height * np.tanh(a / width)

    return phi


def square(a):
    """Return a squared: an output function without any shortcut for its derivative."""
    return a**2


def square_slope(a):
    """Return the derivative of `square`."""
    return 2 * a


def large_of_either_sign(rng):
    """Return numbers that overflow in an exponential, two of each sign."""
    return np.concatenate([rng.uniform(800, 1e4, 2), rng.uniform(-1e4, -800, 2)])


def without_a_warning(fn, a):
    """Call an answer that must be silent; if it warns, tell for the entries of which sign."""
    value, warning = _heard(fn, a)
    if not warning:
        return value
    signs = {"positive": a[a > 0], "negative": a[a < 0]}
    alone = [sign for sign, part in signs.items() if part.size and _heard(fn, part)[1]]
    where = "where entries of both signs stand in a, but not where only one does"
    if alone:
        where = f"for {' and '.join(alone)} entries of a"
    raise WrongAnswerError(f"NumPy warns: {warning}, {where}. Which exponent is too large there?")


def _heard(fn, a):
    """Return what a function returns, and what NumPy warns of, empty if of nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            return fn(a), ""
        except RuntimeWarning as warning:
            return None, str(warning)


def printed_derivative(rng, factors):
    """Return a loss of one number, what is printed as its derivative, off by a factor, and v."""
    y, shift = rng.uniform(0.6, 0.9), rng.uniform(0.5, 1.5)
    factor = float(rng.choice(factors))

    def cross_entropy(v):
        return -(y * np.log(v) + (1 - y) * np.log(1 - v))

    def cross_entropy_printed(v):
        return (-y / v + (1 - y) / (1 - v)) / factor

    def log_of_cosh(v):
        return np.log(np.cosh(v + shift))

    def log_of_cosh_printed(v):
        return np.tanh(v + shift) / factor

    pairs = ((cross_entropy, cross_entropy_printed), (log_of_cosh, log_of_cosh_printed))
    loss, printed = pairs[rng.integers(2)]
    return {"loss": loss, "printed": printed, "v": rng.uniform(0.1, 0.45)}


NEURON_FORWARD = Exercise(
    name="neuron_forward",
    asks=(Value("a", "h"),),
    families=(
        Family(
            "several inputs",
            lambda rng: unit_of_any_size(rng) | {"phi": stretched_tanh(rng)},
            "sums and products differ, and phi is no function that has a name",
        ),
    ),
    hints=(
        "How many numbers go into the unit, and how many come out of the weighted sum?",
        "`w @ x` multiplies entry by entry and adds up. What is missing to a?",
        "a is w @ x plus b; h is phi of a; return both, a first.",
    ),
    mistakes=(
        Mistake("bias left out", "w @ x + b", "w @ x", "The bias is missing in a."),
        Mistake("not summed", "w @ x + b", "w * x + b",
                "The star multiplies entry by entry: the products are still to be added up."),
        Mistake("bias in every product", "w @ x + b", "(w * x + b).sum()",
                "The bias is added once, not once for each input."),
        Mistake("bias multiplied", "w @ x + b", "w @ (x * b)", "The bias is added to the sum."),
        Mistake("inputs not weighed", "w @ x + b", "x.sum() + b", "Each input has its own weight."),
        Mistake("phi of the sum without bias", "phi(a)", "phi(a - b)",
                "phi is applied to the whole of a."),
        Mistake("phi left out", "h = phi(a)", "h = a", "h is what phi makes of a."),
        Mistake("order of the outputs", "return a, h", "return h, a",
                "The two outputs are exchanged."),
        Mistake("a kept as an array", "return a, h", "return np.array([a]), h",
                "a is one number, not an array of one entry."),
        Mistake("sigmoid taken for granted", "h = phi(a)", "h = 1 / (1 + np.exp(-a))",
                "phi comes in as an argument, and need not be the sigmoid."),
        Mistake("tanh taken for granted", "h = phi(a)", "h = np.tanh(a)",
                "h is tanh of a here. Which function is asked for?"),
        Mistake("two inputs taken for granted", "w @ x + b", "w[0] * x[0] + w[1] * x[1] + b",
                "Only the first two inputs count in a. How many are there?"),
    ),
)

STABLE_SIGMOID = Exercise(
    name="stable_sigmoid",
    asks=(Value("h"),),
    driver=without_a_warning,
    withheld=("course.graph", "course.activations.sigmoid", "course.activations.softplus_grad"),
    families=(
        Family(
            "a matrix",
            lambda rng: {
                "a": np.stack([away_from_zero(rng, 1.0, 8.0, 3), rng.uniform(0.2, 0.9, 3)])
                * [[1.0, 1.0, -1.0], [1.0, -1.0, 0.0]]
            },
            "entry by entry means any shape; both forms are used, and 0 belongs to one of them",
        ),
        Family(
            "very large entries of either sign",
            lambda rng: {"a": large_of_either_sign(rng)},
            "each form overflows on one side, and no form fits the whole array",
        ),
        Family(
            "negative entries, not so large",
            lambda rng: {"a": rng.uniform(-19.5, -17.5, 3)},
            "next to larger values an error in a small one does not show",
        ),
    ),
    hints=(
        "For which sign of a is the exponent of exp(-a) positive, and for which that of exp(a)?",
        "Compute z = exp(-|a|) first: its exponent is never positive. The last column of the table "
        "has both rows in z, with one denominator.",
        "Where a is at least 0 the numerator is 1, elsewhere it is z; divide by 1 plus z.",
    ),
    mistakes=(
        Mistake("overflow for negative a", "np.where(a >= 0, 1, z) / (1 + z)",
                "1 / (1 + np.exp(-a))",
                "An exponential overflows where a is large and negative. Which of the two forms "
                "has an exponent that is negative there?"),
        Mistake("overflow for positive a", "np.where(a >= 0, 1, z) / (1 + z)",
                "np.exp(a) / (1 + np.exp(a))",
                "An exponential overflows where a is large and positive. Which of the two forms "
                "has an exponent that is negative there?"),
        Mistake("overflow for either sign", "np.where(a >= 0, 1, z) / (1 + z)",
                "np.where(a >= 0, 1 / (1 + np.exp(-a)), np.exp(a) / (1 + np.exp(a)))",
                "An exponential overflows for either sign. Does each form get only those entries "
                "that it suits? (np.where gets both forms complete.)"),
        Mistake("one form for both signs", "np.where(a >= 0, 1, z)", "1",
                "This is right for a >= 0 only. What is the numerator for a < 0?"),
        Mistake("sides exchanged", "a >= 0", "a < 0", "The two rows of the table are exchanged."),
        Mistake("minus left out", "np.exp(-np.abs(a))", "np.exp(np.abs(a))",
                "z must lie between 0 and 1: what is the sign of its exponent?"),
        Mistake("absolute value left out", "np.exp(-np.abs(a))", "np.exp(-a)",
                "Without the absolute value the exponent is positive for negative a."),
        Mistake("cut off too early", "np.exp(-np.abs(a))", "np.exp(-np.minimum(np.abs(a), 16))",
                "The sigmoid is not yet flat where you cut it off."),
        Mistake("one form for the whole array", "np.where(a >= 0, 1, z) / (1 + z)",
                "1 / (1 + np.exp(-a)) if (a >= 0).all() else np.exp(a) / (1 + np.exp(a))",
                "This overflows only where large entries of both signs stand in one array. How "
                "does each entry get the form that suits it?"),
        Mistake("0 at a = 0", "np.where(a >= 0, 1, z)", "np.where(a > 0, 1, np.where(a < 0, z, 0))",
                "This gives 0 for a = 0, but the sigmoid of 0 is 1/2. Which row of the table is it "
                "in?"),
        Mistake("a loop for vectors only", "return np.where(a >= 0, 1, z) / (1 + z)",
                "return np.array([1 / (1 + np.exp(-v)) if v >= 0 else np.exp(v) / (1 + np.exp(v))\n"
                "                     for v in a])",
                "a may be a matrix: then this loop goes over rows, not over entries."),
    ),
    equivalent=(  # at a = 0 both forms are equal
        "line 7: operator Gt",
    ),
)

SIGMOID_GRAD = Exercise(
    name="sigmoid_grad",
    asks=(Gradient(lambda a: sigmoid(a), wrt=("a",)),),
    withheld=("course.graph", "course.activations.sigmoid_grad"),
    families=(
        Family(
            "a matrix",
            lambda rng: {"a": away_from_zero(rng, 0.5, 5.0, (2, 3))},
            "sigma' at a and at h differ, and the derivative is taken entry by entry",
        ),
        Family(
            "very large entries of either sign",
            lambda rng: {"a": large_of_either_sign(rng)},
            "a quotient of exponentials overflows",
        ),
    ),
    hints=(
        "The formula has sigma(a) in it twice. What do you have to compute first?",
        "Call sigma(a) h. Then the derivative is a product of two factors made of h.",
        "Let h be the sigmoid of a; return h times one minus h.",
    ),
    mistakes=(
        Mistake("h taken for the argument", "h * (1 - h)", "a * (1 - a)",
                "This would be right if the function were given h. It is given a."),
        Mistake("sigma' of h", "h * (1 - h)", "sigmoid(h) * (1 - sigmoid(h))",
                "sigma' is taken at a; h is already sigma(a)."),
        Mistake("first factor left out", "h * (1 - h)", "1 - h",
                "sigma' has two factors, h and one minus h."),
        Mistake("second factor left out", "h * (1 - h)", "h",
                "sigma' has two factors, h and one minus h."),
        Mistake("that of tanh", "h * (1 - h)", "1 - h**2",
                "One minus the square belongs to tanh."),
        Mistake("sign", "h * (1 - h)", "h * (h - 1)",
                "The sigmoid rises everywhere, so its derivative is positive."),
        Mistake("parentheses left out", "h * (1 - h)", "h * 1 - h",
                "Python reads h * 1 - h as (h * 1) - h."),
        Mistake("quotient of exponentials", "h * (1 - h)", "np.exp(-a) / (np.exp(-a) + 1) ** 2",
                "Right on paper, but exp(-a) overflows where a is large and negative."),
        Mistake("quotient of exponentials of a", "h * (1 - h)", "np.exp(a) / (np.exp(a) + 1) ** 2",
                "Right on paper, but exp(a) overflows where a is large and positive."),
    ),
)

NEURON_GRADS = Exercise(
    name="neuron_grads",
    asks=(Gradient(lambda w, b, x: sigmoid(w @ x + b), wrt=("w", "b", "x")),),
    withheld=("course.graph",),
    families=(
        Family("several inputs", unit_of_any_size, "each weight has an input of its own"),
        Family("one input", lambda rng: unit(rng, 1), "an array of one entry is still an array"),
        Family("a large and negative", lambda rng: saturated_unit(rng, -1.0),
               "the gate-by-gate route multiplies 0 by infinity"),
        Family("a large and positive", lambda rng: saturated_unit(rng, 1.0),
               "the same route, written with exp(a), overflows"),
    ),
    hints=(
        "In a = w·x + b, what stands in front of each w_i, of b, and of each x_i?",
        "Each gap is a local derivative of a; with respect to w it is x. Each is multiplied by da.",
        "da is h times one minus h; dw is da times x, db is da, dx is da times w.",
    ),
    mistakes=(
        Mistake("sigma' left out", "da = h * (1 - h)", "da = 1.0",
                "Between h and a there is a sigmoid."),
        Mistake("half of sigma'", "da = h * (1 - h)", "da = 1 - h",
                "sigma' has two factors, h and one minus h."),
        Mistake("value for derivative", "da = h * (1 - h)", "da = h",
                "This is the output; what is its derivative with respect to a?"),
        Mistake("sigma' of h", "h * (1 - h)", "sigmoid(h) * (1 - sigmoid(h))",
                "sigma' is taken at a; h is already sigma(a)."),
        Mistake("nan for a large and negative", "h * (1 - h)",
                "np.exp(-(w @ x + b)) / (1 + np.exp(-(w @ x + b))) ** 2",
                "exp(-a) overflows where a is large and negative, and the result is not a number. "
                "Which form of sigma' needs no exponential but that in `sigmoid`?"),
        Mistake("w and x exchanged", "return dw, db, dx", "return dx, db, dw",
                "dw and dx are exchanged. What multiplies w in a, and what multiplies x?"),
        Mistake("dw the same as dx, with w", "dw = da * x", "dw = da * w",
                "dw and dx are both da times w. What multiplies w in a? And are dw and dx two "
                "arrays, or two names of one?"),
        Mistake("dx the same as dw, with x", "dx = da * w", "dx = da * x",
                "dw and dx are both da times x. What multiplies x in a? And are dw and dx two "
                "arrays, or two names of one?"),
        Mistake("dw the same as dx, with w and x", "dw = da * x\n    db = da\n    dx = da * w",
                "dw = dx = da * (w + x)\n    db = da",
                "dw and dx are both da times (w + x). Are they two arrays, or two names of one?"),
        Mistake("bias times itself", "db = da", "db = da * b",
                "b is added to a: its local derivative is 1."),
        Mistake("local derivative only", "db = da", "db = 1.0",
                "A local derivative is multiplied by what comes from above."),
        Mistake("sum over the inputs", "dw = da * x", "dw = da * x.sum()",
                "dw has one entry for each weight."),
        Mistake("bias left out", "w @ x + b)\n", "w @ x)\n", "a has a bias in it."),
        Mistake("a column", "dw = da * x", "dw = da * x[:, None]",
                "dw has the shape of w: one axis."),
        Mistake("nan for a large and positive", "h * (1 - h)",
                "np.exp(w @ x + b) / (1 + np.exp(w @ x + b)) ** 2",
                "exp(a) overflows where a is large and positive, and the result is not a number. "
                "Which form of sigma' needs no exponential but that in `sigmoid`?"),
        Mistake("the first input for all", "dw = da * x", "dw = np.full(len(w), da * x[0])",
                "Each weight has an input of its own."),
        Mistake("squeezed", "dw = da * x", "dw = np.squeeze(da * x)",
                "dw has the shape of w, also for a single input."),
    ),
)

SIGMOID_UNIT_GRADS = Exercise(
    name="sigmoid_unit_grads",
    asks=(Gradient(quadratic_unit_loss, wrt=("w", "b", "x")),),
    withheld=("course.graph", "course.mlp"),
    families=(
        Family("several inputs, any target",
               lambda rng: unit_of_any_size(rng) | {"y": rng.uniform(-2.0, -0.5)},
               "a shortcut for targets 0 and 1 does not fit"),
        Family("one input, target 1", lambda rng: unit(rng, 1) | {"y": 1.0},
               "an array of one entry is still an array"),
    ),
    hints=(
        "What is the derivative of half a square, and what that of the sigmoid?",
        "Walk back one row at a time: first dy_hat, then da, then the three that the table gives.",
        "dy_hat is y_hat minus y; da is dy_hat times y_hat times one minus y_hat; then da times x, "
        "da, and da times w.",
    ),
    mistakes=(
        Mistake("sigma' left out", "da = dy_hat * y_hat * (1 - y_hat)", "da = dy_hat",
                "Between y_hat and a there is a sigmoid."),
        Mistake("half of sigma'", "dy_hat * y_hat * (1 - y_hat)", "dy_hat * (1 - y_hat)",
                "sigma' has two factors, y_hat and one minus y_hat."),
        Mistake("sigma' of y_hat", "dy_hat * y_hat * (1 - y_hat)",
                "dy_hat * sigmoid(y_hat) * (1 - sigmoid(y_hat))",
                "sigma' is taken at a; y_hat is already sigma(a)."),
        Mistake("target minus prediction", "dy_hat = y_hat - y", "dy_hat = y - y_hat",
                "The sign is turned round: J grows when y_hat moves away from y."),
        Mistake("factor 2", "dy_hat = y_hat - y", "dy_hat = 2 * (y_hat - y)",
                "The square brings a 2, and the one half in front takes it away."),
        Mistake("value for derivative", "dy_hat = y_hat - y", "dy_hat = 0.5 * (y_hat - y) ** 2",
                "This is the loss itself; dy_hat is its derivative."),
        Mistake("upstream left out", "dy_hat * y_hat * (1 - y_hat)", "y_hat * (1 - y_hat)",
                "What comes back from the loss is lost."),
        Mistake("a for the prediction", "dy_hat = y_hat - y", "dy_hat = w @ x + b - y",
                "a is compared with y here. Which number is the prediction?"),
        Mistake("identity", "y_hat = sigmoid(w @ x + b)\n", "y_hat = w @ x + b\n",
                "The output function is the sigmoid now, not the identity."),
        Mistake("bias left out", "w @ x + b)\n", "w @ x)\n", "a has a bias in it."),
        Mistake("w and x exchanged", "return da * x, da, da * w", "return da * w, da, da * x",
                "dw has x in it, and dx has w."),
        Mistake("for targets 0 and 1 only", "dy_hat = y_hat - y",
                "dy_hat = y_hat - 1 if y == 1 else y_hat",
                "The target may be any number: it has to come into dy_hat."),
        Mistake("squeezed", "return da * x, da, da * w", "return np.squeeze(da * x), da, da * w",
                "dw has the shape of w, also for a single input."),
    ),
)

UNIT_GRADS = Exercise(
    name="unit_grads",
    asks=(
        Gradient(lambda w, b, x, y, phi: 0.5 * (phi(w @ x + b) - y) ** 2, wrt=("w", "b", "x")),
    ),
    withheld=("course.graph",),
    families=(
        Family(
            "the square as output function",
            lambda rng: {
                "w": away_from_zero(rng, 0.5, 1.5, 2),
                "b": rng.uniform(2.0, 3.0),
                "x": away_from_zero(rng, 0.2, 0.4, 2),
                "y": rng.uniform(-2.5, -1.5),
                "phi": square,
                "phi_grad": square_slope,
            },
            "its derivative is no function of its value that you know",
        ),
        Family(
            "the identity, one input",
            lambda rng: unit(rng, 1)
            | {"y": rng.uniform(3.0, 4.0), "phi": identity, "phi_grad": identity_grad},
            "an array of one entry is still an array",
        ),
    ),
    hints=(
        "Which line of the sigmoid's backward pass has to change for another output function?",
        "Only that from dy_hat to da. phi_grad is a function of the pre-activation.",
        "dy_hat is phi(a) minus y; da is dy_hat times phi_grad at a; then da times x, da, and da "
        "times w.",
    ),
    mistakes=(
        Mistake("phi' of the output", "phi_grad(a)", "phi_grad(phi(a))",
                "phi' is always taken at the pre-activation."),
        Mistake("phi' left out", "da = dy_hat * phi_grad(a)", "da = dy_hat",
                "Between y_hat and a there is phi."),
        Mistake("phi for phi'", "phi_grad(a)", "phi(a)",
                "Going back, it is the derivative of phi that multiplies."),
        Mistake("sigmoid taken for granted", "phi_grad(a)", "phi(a) * (1 - phi(a))",
                "h (1 - h) is the derivative of the sigmoid; here phi can be anything."),
        Mistake("a for the prediction", "dy_hat = phi(a) - y", "dy_hat = a - y",
                "The loss compares y with the prediction, phi(a)."),
        Mistake("target minus prediction", "dy_hat = phi(a) - y", "dy_hat = y - phi(a)",
                "The sign is turned round: J grows when y_hat moves away from y."),
        Mistake("factor 2", "dy_hat = phi(a) - y", "dy_hat = 2 * (phi(a) - y)",
                "The square brings a 2, and the one half in front takes it away."),
        Mistake("bias left out", "a = w @ x + b", "a = w @ x", "a has a bias in it."),
        Mistake("bias left out of phi'", "phi_grad(a)", "phi_grad(w @ x)",
                "phi' is taken at a, and a has a bias in it."),
        Mistake("w and x exchanged", "return da * x, da, da * w", "return da * w, da, da * x",
                "dw has x in it, and dx has w."),
        Mistake("tanh taken for granted", "phi_grad(a)", "(1 - phi(a) ** 2)",
                "1 - h² is the derivative of tanh; here phi can be anything."),
        Mistake("squeezed", "return da * x, da, da * w", "return np.squeeze(da * x), da, da * w",
                "dw has the shape of w, also for a single input."),
    ),
)

CROSS_ENTROPY_LOSS = Exercise(
    name="cross_entropy_loss",
    asks=(Value("J"),),
    withheld=("course.losses",),
    families=(
        Family("a target in between",
               lambda rng: {"y_hat": rng.uniform(0.6, 0.9), "y": rng.uniform(0.2, 0.4)},
               "both terms count, so each sign and each factor shows"),
    ),
    hints=(
        "For y = 1, which term is left, and is the log of a probability positive or negative?",
        "The minus belongs to both terms: put the sum in parentheses.",
        "Minus the sum of y times the log of y_hat and (1 - y) times the log of (1 - y_hat).",
    ),
    mistakes=(
        Mistake("as printed", "-(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))",
                "y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)",
                "This is the log-likelihood as printed: the minus in front is missing."),
        Mistake("minus on one term", "-(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))",
                "-y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)",
                "The minus belongs to both terms."),
        Mistake("second term left out", " + (1 - y) * np.log(1 - y_hat)", "",
                "For y = 0 this is always 0: the second term is missing."),
        Mistake("targets exchanged", "y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)",
                "(1 - y) * np.log(y_hat) + y * np.log(1 - y_hat)",
                "The two targets are exchanged: which term is for y = 1?"),
        Mistake("prediction and target exchanged",
                "y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)",
                "y_hat * np.log(y) + (1 - y_hat) * np.log(1 - y)",
                "The log is taken of the prediction, never of the target."),
        Mistake("one log for both", "np.log(1 - y_hat)", "(1 - np.log(y_hat))",
                "log(1 - y_hat) is not 1 - log(y_hat)."),
        Mistake("log10", "np.log(y_hat)", "np.log10(y_hat)", "The logarithm is the natural one."),
        Mistake("quadratic loss", "-(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))",
                "0.5 * (y_hat - y) ** 2", "This is the quadratic loss."),
        Mistake("for targets 0 and 1 only",
                "-(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))",
                "-np.log(y_hat) if y == 1 else -np.log(1 - y_hat)",
                "y may lie in between: then both terms count, each with its share."),
    ),
)

FACTOR_NEEDED = Exercise(
    name="factor_needed",
    asks=(Value("factor"),),
    families=(
        Family(
            "a wrong sign",
            lambda rng: printed_derivative(rng, (-1.0,)) | {"eps": 1e-4},
            "a sign that is lost shows only here",
        ),
        Family(
            "another factor, a large step",
            lambda rng: printed_derivative(rng, (2.0, 0.5, 3.0)) | {"eps": 0.05},
            "a quotient upside down is right for a sign, and other differences than the central "
            "one, with this step, are far off",
        ),
    ),
    hints=(
        "If the printed formula gives half of what you measure, by what must it be multiplied?",
        "First measure the derivative of loss at v, as in exercise 1.1. Then divide.",
        "The slope is loss at v + eps minus loss at v - eps, divided by twice eps. The factor is "
        "the slope divided by printed at v.",
    ),
    mistakes=(
        Mistake("upside down", "slope / printed(v)", "printed(v) / slope",
                "Which of the two must be multiplied, and which is to come out?"),
        Mistake("product for quotient", "slope / printed(v)", "slope * printed(v)",
                "Which number turns printed(v) into the slope, when you multiply by it?"),
        Mistake("difference for quotient", "slope / printed(v)", "slope - printed(v)",
                "A factor comes from a division."),
        Mistake("sign lost", "slope / printed(v)", "abs(slope / printed(v))",
                "The sign of the factor matters: most slips in print are signs."),
        Mistake("one-sided difference", "(loss(v + eps) - loss(v - eps)) / (2 * eps)",
                "(loss(v + eps) - loss(v)) / eps", "This is the one-sided difference."),
        Mistake("2 left out", "(2 * eps)", "eps", "How far apart are your two points?"),
        Mistake("divisor without parentheses", "/ (2 * eps)", "/ 2 * eps",
                "Python reads a / 2 * eps as (a / 2) * eps."),
        Mistake("points exchanged", "loss(v + eps) - loss(v - eps)",
                "loss(v - eps) - loss(v + eps)",
                "The sign is turned round: which point comes first?"),
        Mistake("a step of its own", "slope = ", "eps = 1e-6\n    slope = ",
                "This is what a far smaller step than eps gives. Is eps used as the caller gives "
                "it, and nothing rounded?"),
        Mistake("the loss for its slope", "slope / printed(v)", "loss(v) / printed(v)",
                "The printed formula is for the derivative, not for the loss."),
    ),
)

CROSS_ENTROPY_UNIT_GRADS = Exercise(
    name="cross_entropy_unit_grads",
    asks=(Gradient(cross_entropy_unit_loss, wrt=("w", "b", "x")),),
    withheld=("course.graph", "course.losses", "course.mlp"),
    families=(
        Family("target 1", lambda rng: unit_of_any_size(rng) | {"y": 1.0},
               "without the target, or with a prediction of 0, the gradient is another"),
        Family("target 0", lambda rng: unit_of_any_size(rng) | {"y": 0.0},
               "with a prediction of 1 the gradient is another"),
        Family("target 1, sure and wrong",
               lambda rng: saturated_unit(rng, -1.0) | {"y": 1.0},
               "exp(-a) overflows"),
        Family("target 0, sure and wrong",
               lambda rng: saturated_unit(rng, 1.0) | {"y": 0.0},
               "a sigma' that is left in takes all of the gradient away, and quotients of y_hat "
               "divide by 0"),
    ),
    hints=(
        "What is left of da after the two factors have collapsed?",
        "da is the prediction minus the target, and nothing else. From da on, all is as before.",
        "da is the sigmoid of w @ x + b, minus y; return da times x, da, and da times w.",
    ),
    mistakes=(
        Mistake("sigma' put back in", "da = sigmoid(w @ x + b) - y",
                "y_hat = sigmoid(w @ x + b)\n    da = (y_hat - y) * y_hat * (1 - y_hat)",
                "This is the quadratic loss: with cross-entropy sigma' has cancelled."),
        Mistake("nan for y = 0, sure and wrong", "da = sigmoid(w @ x + b) - y",
                "y_hat = sigmoid(w @ x + b)\n    da = (-y / y_hat + (1 - y) / (1 - y_hat)) "
                "* y_hat * (1 - y_hat)",
                "Right on paper, but for y = 0 and a large and positive, 0 or infinity gets into a "
                "quotient, and the result is not a number. Which form of da has no quotient?"),
        Mistake("nan for y = 1, sure and wrong", "da = sigmoid(w @ x + b) - y",
                "e = np.exp(-(w @ x + b))\n    da = -e / (1 + e) if y == 1 else 1 / (1 + e)",
                "Right on paper, but for y = 1 and a large and negative, 0 or infinity gets into a "
                "quotient, and the result is not a number. Which form of da has no quotient?"),
        Mistake("nan where sure and wrong", "da = sigmoid(w @ x + b) - y",
                "y_hat = 1 / (1 + np.exp(-(w @ x + b)))\n"
                "    da = (-y / y_hat + (1 - y) / (1 - y_hat)) * y_hat * (1 - y_hat)",
                "Right on paper, but where the unit is sure and wrong, 0 or infinity gets into a "
                "quotient, and the result is not a number. Which form of da has no quotient?"),
        Mistake("0 for y = 0, sure and wrong", "da = sigmoid(w @ x + b) - y",
                "y_hat = sigmoid(w @ x + b)\n    da = np.nan_to_num((-y / y_hat + (1 - y) / "
                "(1 - y_hat)) * y_hat * (1 - y_hat))",
                "For y = 0 and a large and positive da is 0, and should be largest there. Which "
                "factor is 0, and is it still needed?"),
        Mistake("0 where sure and wrong", "da = sigmoid(w @ x + b) - y",
                "y_hat = sigmoid(w @ x + b)\n    da = (-y / (y_hat + 1e-12) + (1 - y) / "
                "(1 - y_hat + 1e-12)) * y_hat * (1 - y_hat)",
                "da is 0 where the unit is sure and wrong, and should be largest there. Which "
                "factor is 0, and is it still needed?"),
        Mistake("sign as printed", "sigmoid(w @ x + b) - y", "y - sigmoid(w @ x + b)",
                "This goes with J as printed: of the loss it is the negative."),
        Mistake("derivative with respect to y_hat", "da = sigmoid(w @ x + b) - y",
                "y_hat = sigmoid(w @ x + b)\n    da = -y / y_hat + (1 - y) / (1 - y_hat)",
                "This is dy_hat: the step through the sigmoid is missing."),
        Mistake("sigmoid left out", "sigmoid(w @ x + b) - y", "w @ x + b - y",
                "The prediction is sigmoid(a), not a."),
        Mistake("target left out", "sigmoid(w @ x + b) - y", "sigmoid(w @ x + b)",
                "da compares the prediction with the target."),
        Mistake("perceptron", "sigmoid(w @ x + b) - y", "(w @ x + b > 0) - y",
                "The prediction is the sigmoid, not a step."),
        Mistake("bias left out", "w @ x + b) - y", "w @ x) - y", "a has a bias in it."),
        Mistake("factor 2", "sigmoid(w @ x + b) - y", "2 * (sigmoid(w @ x + b) - y)",
                "There is no square in this loss."),
        Mistake("w and x exchanged", "return da * x, da, da * w", "return da * w, da, da * x",
                "dw has x in it, and dx has w."),
        Mistake("target taken as 1", "sigmoid(w @ x + b) - y", "sigmoid(w @ x + b) - 1",
                "This is right for y = 1. What is da for y = 0?"),
        Mistake("0 for every y = 0", "sigmoid(w @ x + b) - y", "-y * (1 - sigmoid(w @ x + b))",
                "da is right for y = 1, but 0 for y = 0. Which term of the loss is left there?"),
        Mistake("0 for every y = 1", "sigmoid(w @ x + b) - y", "(1 - y) * sigmoid(w @ x + b)",
                "da is right for y = 0, but 0 for y = 1. Which term of the loss is left there?"),
        Mistake("1 for every y = 0", "sigmoid(w @ x + b) - y",
                "(sigmoid(w @ x + b) - 1 if y == 1 else 1.0)",
                "For y = 0 da is 1 for every a. Where does the prediction come in?"),
        Mistake("-1 for every y = 1", "sigmoid(w @ x + b) - y",
                "(-1.0 if y == 1 else sigmoid(w @ x + b))",
                "For y = 1 da is -1 for every a. Where does the prediction come in?"),
    ),
)

SATURATION = Exercise(
    name="saturation",
    asks=(Gradient(both_losses, wrt=("a_quadratic", "a_cross")),),
    withheld=("course.graph", "course.losses"),
    families=(
        Family(
            "several units, some of them sure",
            lambda rng: {
                "a": rng.permutation(
                    np.append(away_from_zero(rng, 0.3, 2.0, (n := int(rng.integers(2, 4)))),
                              away_from_zero(rng, 6.0, 10.0, n))
                ),
                "y": rng.permutation(np.arange(2 * n) % 2).astype(float),
            },
            "every unit counts by itself, also where a prediction is close to 0 or 1",
        ),
        Family(
            "one unit",
            lambda rng: {"a": away_from_zero(rng, 0.3, 2.0, 1), "y": np.ones(1)},
            "an array of one entry is still an array",
        ),
    ),
    hints=(
        "Which of the two has a sigma' in it?",
        "Both start from y_hat minus y. One of them is that already.",
        "da_cross is y_hat minus y; da_quadratic is the same times y_hat times one minus y_hat.",
    ),
    mistakes=(
        Mistake("order of the outputs", "return da_quadratic, da_cross",
                "return da_cross, da_quadratic", "The two outputs are exchanged."),
        Mistake("both with respect to y_hat", "return da_quadratic, da_cross",
                "return da_cross, da_cross / (y_hat * (1 - y_hat))",
                "These are the derivatives with respect to y_hat. Which step is left from y_hat "
                "back to a?"),
        Mistake("sigma' in both", "return da_quadratic, da_cross",
                "return da_quadratic, da_quadratic",
                "With cross-entropy sigma' has cancelled."),
        Mistake("sigma' in neither", "da_cross * y_hat * (1 - y_hat)", "da_cross",
                "The quadratic loss has a sigma' in its da."),
        Mistake("other half of sigma'", "da_cross * y_hat * (1 - y_hat)", "da_cross * y_hat",
                "sigma' has two factors: one of them is one minus y_hat."),
        Mistake("half of sigma'", "da_cross * y_hat * (1 - y_hat)", "da_cross * (1 - y_hat)",
                "sigma' has two factors, y_hat and one minus y_hat."),
        Mistake("sigma' alone", "da_cross * y_hat * (1 - y_hat)", "y_hat * (1 - y_hat)",
                "What comes back from the loss is lost."),
        Mistake("target minus prediction", "da_cross = y_hat - y", "da_cross = y - y_hat",
                "The sign is turned round."),
        Mistake("sigma' of y_hat", "y_hat * (1 - y_hat)", "sigmoid(y_hat) * (1 - sigmoid(y_hat))",
                "sigma' is taken at a; y_hat is already sigma(a)."),
        Mistake("derivative with respect to y_hat", "da_cross * y_hat * (1 - y_hat)",
                "da_cross / (y_hat * (1 - y_hat))",
                "sigma' multiplies on the way back; it does not divide."),
        Mistake("mean over the units", "da_cross = y_hat - y", "da_cross = (y_hat - y) / len(a)",
                "Every entry is a unit of its own: there is no average here."),
        Mistake("summed", "return da_quadratic, da_cross",
                "return da_quadratic.sum(), da_cross.sum()",
                "Every entry is a unit of its own: there is no sum here."),
        Mistake("prediction cut off", "y_hat = sigmoid(a)",
                "y_hat = np.clip(sigmoid(a), 0.01, 0.99)",
                "Cutting y_hat off changes the gradient of units that are sure."),
        Mistake("squeezed", "return da_quadratic, da_cross",
                "return np.squeeze(da_quadratic), np.squeeze(da_cross)",
                "The derivatives of one unit are still arrays, of shape (1,)."),
    ),
)

LOGISTIC_LOSS = Exercise(
    name="logistic_loss",
    asks=(Value("J"),),
    withheld=("course.losses",),
    families=(
        Family("several examples",
               lambda rng: batch(rng, int(rng.integers(5, 9)), int(rng.integers(3, 5))),
               "the number of examples changes from batch to batch"),
        Family("very large pre-activations", lambda rng: saturated_batch(rng, 1000.0),
               "exponentials overflow, and probabilities are rounded to 0 or 1"),
    ),
    hints=(
        "How do you get all N pre-activations in one line, and what is the loss of each example?",
        "The loss of one example is log(1 + exp(a)) minus y times a; `np.logaddexp` has the first "
        "term.",
        "Let A be X @ w plus b; return the mean of logaddexp(0, A) minus y times A.",
    ),
    mistakes=(
        Mistake("sum for mean", "np.mean(", "np.sum(", "J is the mean over the batch."),
        Mistake("divided by D", "np.mean(np.logaddexp(0, A) - y * A)",
                "np.sum(np.logaddexp(0, A) - y * A) / len(w)",
                "The mean is over the N examples, not over the D inputs."),
        Mistake("bias left out", "X @ w + b", "X @ w", "A has a bias in it."),
        Mistake("sign of the second term", "- y * A", "+ y * A",
                "A large a is good if y = 1: it must make J smaller."),
        Mistake("target alone", "- y * A", "- y", "The second term is y times a."),
        Mistake("targets exchanged", "- y * A", "- (1 - y) * A",
                "The second term is there for y = 1."),
        Mistake("minus missing", "np.mean(np.logaddexp(0, A) - y * A)",
                "-np.mean(np.logaddexp(0, A) - y * A)",
                "This is the log-likelihood: a loss is positive."),
        Mistake("infinite for large |a|", "np.logaddexp(0, A)", "np.log(1 + np.exp(A))",
                "J is infinite where |a| is large: an exponential overflows, or the log is taken "
                "of a probability that is rounded to 0. Which form of J_n stays finite?"),
        Mistake("nan for large |a|", "return np.mean(np.logaddexp(0, A) - y * A)",
                "P = 1 / (1 + np.exp(-A))\n"
                "    return -np.mean(y * np.log(P) + (1 - y) * np.log(1 - P))",
                "Where |a| is large, infinity gets into J, and times 0 or over infinity it is not "
                "a number. Which form of J_n stays finite?"),
        Mistake("two inputs taken for granted", "X @ w + b",
                "X[:, 0] * w[0] + X[:, 1] * w[1] + b",
                "Only the first two inputs count in A. How many are there?"),
        Mistake("mean of the parts", "np.mean(np.logaddexp(0, A) - y * A)",
                "np.mean(np.logaddexp(0, A)) - np.mean(y) * np.mean(A)",
                "The mean of a product is not the product of the means."),
        Mistake("not averaged", "np.mean(np.logaddexp(0, A) - y * A)",
                "np.logaddexp(0, A) - y * A", "These are the losses of the single examples."),
        Mistake("a batch size of its own", "np.mean(np.logaddexp(0, A) - y * A)",
                "np.sum(np.logaddexp(0, A) - y * A) / 4",
                "4 is not the number of examples in every batch."),
        Mistake("probabilities cut off", "return np.mean(np.logaddexp(0, A) - y * A)",
                "P = np.clip(sigmoid(A), 1e-12, 1 - 1e-12)\n"
                "    return -np.mean(y * np.log(P) + (1 - y) * np.log(1 - P))",
                "Cutting the probability off caps the loss of an example that is sure and wrong."),
    ),
)

LOGISTIC_GRADS = Exercise(
    name="logistic_grads",
    asks=(Gradient(mean_loss, wrt=("w", "b")),),
    withheld=("course.graph", "course.mlp"),
    families=(
        Family("several examples",
               lambda rng: batch(rng, int(rng.integers(5, 9)), int(rng.integers(3, 5))),
               "an index that runs over the wrong size shows only here"),
        Family("as many inputs as examples", lambda rng: batch(rng, 3, 3),
               "the shapes do not tell whether a transpose is missing"),
        Family("one example, one input, sure and wrong",
               lambda rng: {
                   "w": np.ones(1),
                   "b": away_from_zero(rng, 0.2, 0.6),
                   "X": rng.uniform(45.0, 60.0, (1, 1)),
                   "y": np.zeros(1),
               },
               "an array of one entry is still an array, and a quotient of probabilities divides "
               "by 0"),
    ),
    hints=(
        "What is da of a single example, and what does the mean over N do to it?",
        "dA is the prediction minus the target, divided by N. For dw, row n of X is multiplied by "
        "entry n of dA and all rows are added: that is X.T @ dA.",
        "dA is the sigmoid of X @ w + b, minus y, over N; dw is X.T @ dA; db is the sum of dA.",
    ),
    mistakes=(
        Mistake("1/N left out", " / len(y)", "", "J is a mean: where is its 1/N?"),
        Mistake("1/N twice", "dw = X.T @ dA", "dw = X.T @ dA / len(y)",
                "1/N is in dA already, and enters once."),
        Mistake("1/N twice in db", "db = dA.sum()", "db = dA.mean()",
                "1/N is in dA already: the contributions are summed, not averaged."),
        Mistake("divided by D", "/ len(y)", "/ len(w)",
                "The mean is over the N examples, not over the D inputs."),
        Mistake("a batch size of its own", "/ len(y)", "/ 10",
                "10 is not the number of examples in every batch."),
        Mistake("sign", "sigmoid(X @ w + b) - y", "y - sigmoid(X @ w + b)",
                "The sign is turned round: this is the gradient of the log-likelihood."),
        Mistake("sigma' put back in", "dw = X.T @ dA",
                "Y_hat = sigmoid(X @ w + b)\n    dA = dA * Y_hat * (1 - Y_hat)\n    dw = X.T @ dA",
                "This is the quadratic loss: with cross-entropy sigma' has cancelled."),
        Mistake("perceptron", "sigmoid(X @ w + b) - y", "(X @ w + b > 0) - y",
                "The prediction is the sigmoid, not a step."),
        Mistake("target left out", "(sigmoid(X @ w + b) - y)", "sigmoid(X @ w + b)",
                "dA compares the prediction with the target."),
        Mistake("bias left out", "X @ w + b", "X @ w", "A has a bias in it."),
        Mistake("db not summed", "db = dA.sum()", "db = dA",
                "b is used in every row: its contributions add up to one number."),
        Mistake("db as an array", "db = dA.sum()", "db = dA.sum(keepdims=True)",
                "db is a number, as b is."),
        Mistake("product of the sums", "dw = X.T @ dA", "dw = X.sum(axis=0) * dA.sum()",
                "The sum of the products is not the product of the sums."),
        Mistake("last example only", "dw = X.T @ dA", "dw = X[-1] * dA[-1]",
                "Every example contributes to dw."),
        Mistake("no transpose", "X.T @ dA", "X @ dA",
                "The sum goes over the examples, the rows of X."),
        Mistake("as two factors", "dA = (sigmoid(X @ w + b) - y) / len(y)",
                "P = sigmoid(X @ w + b)\n"
                "    dA = (-y / P + (1 - y) / (1 - P)) * P * (1 - P) / len(y)",
                "Right on paper, but where P is rounded to 0 or 1 it divides by 0."),
        Mistake("with respect to the predictions", "dA = (sigmoid(X @ w + b) - y) / len(y)",
                "P = sigmoid(X @ w + b)\n    dA = (-y / P + (1 - y) / (1 - P)) / len(y)",
                "dA is the derivative with respect to the predictions. Which step is left from "
                "there back to A?"),
        Mistake("inputs counted by examples", "dw = X.T @ dA",
                "dw = np.array([X[:, i] @ dA for i in range(len(dA))])",
                "dw has one entry for each input: over which size does i run?"),
        Mistake("transposed as the shapes allow", "dw = X.T @ dA",
                "dw = (X if X.shape[1] == len(dA) else X.T) @ dA",
                "The sum goes over the rows of X, also where its columns would fit."),
        Mistake("squeezed", "return dw, db", "return np.squeeze(dw), db",
                "dw has the shape of w, also for a single input."),
    ),
)

TRAIN_LOGISTIC = Exercise(
    name="train_logistic",
    asks=(Value("w", "b", "losses"),),
    families=(
        Family(
            "several steps, as many inputs as examples",
            lambda rng: {
                "X": away_from_zero(rng, 0.4, 1.6, (N := int(rng.integers(4, 7)), N)),
                "y": (np.arange(N) < 2).astype(float),
                "lr": rng.uniform(0.4, 1.2),
                "steps": int(rng.integers(3, 7)),
                "loss": mean_quadratic_loss,
                "grads": mean_quadratic_grads,
            },
            "what one step leaves is what the next one starts from",
        ),
        Family(
            "one step",
            lambda rng: {
                "X": away_from_zero(rng, 0.4, 1.6, (5, 3)),
                "y": np.array([1, 0, 0, 1, 0]),
                "lr": rng.uniform(0.4, 1.2),
                "steps": 1,
                "loss": mean_quadratic_loss,
                "grads": mean_quadratic_grads,
            },
            "an array of one entry is still an array",
        ),
    ),
    hints=(
        "What happens in one step, in which order, and what has to be written down when?",
        "Zeros and an empty list before the loop. In the loop: first the loss into the list, then "
        "both gradients, then both changes.",
        "In each step append loss(w, b, X, y), get dw and db from grads, subtract lr times dw from "
        "w and lr times db from b. At the end make an array of the list.",
    ),
    mistakes=(
        Mistake("uphill", "w = w - lr * dw\n        b = b - lr * db",
                "w = w + lr * dw\n        b = b + lr * db",
                "Gradient descent goes against the gradient."),
        Mistake("w changed before db is known", "b = b - lr * db",
                "b = b - lr * grads(w, b, X, y)[1]",
                "Both derivatives are taken at the same w and b."),
        Mistake("bias stays", "        b = b - lr * db\n", "", "b is learned too."),
        Mistake("weights stay", "        w = w - lr * dw\n", "", "w is learned too."),
        Mistake("step size left out", "w - lr * dw", "w - dw", "The step is lr times dw."),
        Mistake("step size left out for b", "b - lr * db", "b - db", "The step is lr times db."),
        Mistake("1/N again", "w - lr * dw", "w - lr * dw / len(y)",
                "1/N is in the gradient already."),
        Mistake("not accumulated", "w = w - lr * dw", "w = -lr * dw",
                "Each step starts from where the last one ended."),
        Mistake("gradient taken once",
                "    for _ in range(steps):\n        losses.append(loss(w, b, X, y))\n"
                "        dw, db = grads(w, b, X, y)\n",
                "    dw, db = grads(w, b, X, y)\n    for _ in range(steps):\n"
                "        losses.append(loss(w, b, X, y))\n",
                "The gradient changes with every step."),
        Mistake("loss after the step",
                "        losses.append(loss(w, b, X, y))\n        dw, db = grads(w, b, X, y)\n"
                "        w = w - lr * dw\n        b = b - lr * db\n",
                "        dw, db = grads(w, b, X, y)\n        w = w - lr * dw\n"
                "        b = b - lr * db\n        losses.append(loss(w, b, X, y))\n",
                "The loss is written down before the step, not after."),
        Mistake("one step too many", "range(steps)", "range(steps + 1)",
                "The loop runs once too often."),
        Mistake("one step too few", "range(steps)", "range(1, steps)",
                "The loop runs once too little."),
        Mistake("start at ones", "np.zeros(X.shape[1])", "np.ones(X.shape[1])",
                "w starts at zero: with cross-entropy, the first loss is then log 2."),
        Mistake("last loss only", "np.array(losses)", "losses[-1]",
                "All losses are asked for, one for each step."),
        Mistake("cross-entropy taken for granted", "loss(w, b, X, y)", "logistic_loss(w, b, X, y)",
                "The losses are those of the cross-entropy. Which function is to be called?"),
        Mistake("gradient of the cross-entropy taken for granted", "grads(w, b, X, y)",
                "logistic_grads(w, b, X, y)",
                "Each step follows the gradient of the cross-entropy. Which function is to be "
                "called?"),
        Mistake("start at a weight for each example", "np.zeros(X.shape[1])",
                "np.zeros(len(X))", "w has one entry for each input."),
        Mistake("squeezed", "np.array(losses)", "np.squeeze(losses)",
                "The losses of one step are still an array, of shape (1,)."),
    ),
    equivalent=(  # an array is asked for, a list is taken
        "line 15: call dropped",
    ),
)

EXERCISES = (
    NEURON_FORWARD,
    STABLE_SIGMOID,
    SIGMOID_GRAD,
    NEURON_GRADS,
    SIGMOID_UNIT_GRADS,
    UNIT_GRADS,
    CROSS_ENTROPY_LOSS,
    FACTOR_NEEDED,
    CROSS_ENTROPY_UNIT_GRADS,
    SATURATION,
    LOGISTIC_LOSS,
    LOGISTIC_GRADS,
    TRAIN_LOGISTIC,
)

PREDICTIONS = (
    Prediction("3 perceptron", "not at all",
               "The slope of the step is 0 at a = -2, and the chain rule multiplies by it.",
               options=("a lot", "a little", "not at all")),
    Prediction("3 wrong argument", "too large",
               "The sigmoid is steep near 0.9975 and flat near 6: 0.1968 in place of 0.0025.",
               options=("too small", "too large", "right")),
    Prediction("3 gates", "nan",
               "exp(1000) is inf, so du = -1/u² is 0, and 0 times inf is not a number.",
               options=("0", "1", "nan")),
    Prediction("3 as printed", "down",
               "J as printed is largest for a perfect prediction, and gradient descent makes it "
               "smaller.",
               options=("up", "down", "stay")),
    Prediction("3 printed", 2, "The second has its sign turned round, and so has the third."),
    Prediction("3 saturated", "20,000 times",
               "They differ by sigma'(-10), which is about exp(-10).",
               options=("the same", "100 times", "20,000 times")),
    Prediction("3 start", 0.6931,
               "Every prediction is one half, whatever the data: minus log(1/2) is log 2.",
               within=0.01),
    Prediction("3 step", "jumps",
               "Each step lands on the other side of the minimum, farther away than it was.",
               options=("falls faster", "jumps", "becomes nan")),
)

ANSWERS = {
    "3a": "No. Its da has the factor sigma'(a), which is almost 0 wherever the unit is sure, right "
    "or wrong. The loss tells the two apart: an example on which the unit is stuck costs one half.",
    "3b": "With the mean, nothing happens to either. With the sum both double, and the same step "
    "size takes steps twice as large.",
    "3c": "The quadratic loss: with cross-entropy, `Y_hat * (1 - Y_hat)` has cancelled. The sign "
    "is right on every example, so the unit learns, only slowly where it is sure and wrong. A "
    "gradient check against the cross-entropy would tell.",
}
