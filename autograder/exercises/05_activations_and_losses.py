"""Lesson 5, activations and losses: how each exercise is tried, helped and known to go wrong."""

import itertools

import numpy as np

from autograder.asking import finds_line, named_line
from autograder.asks import Gradient, Jacobian, Value
from autograder.cases import away_from_zero, different_sizes, untapped
from autograder.exercise import Exercise, Family, Mistake, Prediction
from course.activations import ACTIVATIONS, log_softmax, sigmoid, softmax, softplus

MARGIN = 0.05  # pre-activations of relu units stay so far from the kink
FACTORS = (2.0, 0.5, -2.0, 3.0, 0.25)


def one_hot(y, C):
    """Return labels as rows with a single 1."""
    return np.eye(C)[y]


def labels(rng, N, C):
    """Return N labels, at least two different ones if N allows, none of them the last class."""
    y = rng.integers(0, C - 1, N)
    y[:2] = rng.permutation(C - 1)[:2] if N > 1 else y[:2]
    return y


# Forward functions, with every intermediate quantity that is asked for tapped.

def softmax_of(P, tap=untapped):
    """Return the softmax of logits that belong to the probabilities P."""
    return softmax(tap("A", np.log(P)))


def mean_cross_entropy(A, y):
    """Return the mean cross-entropy of labels y, from the logits."""
    return -log_softmax(A)[np.arange(len(y)), y].mean()


def both_losses(A, Y, tap=untapped):
    """Return quadratic loss and cross-entropy of two copies of the logits, added up."""
    quadratic = 0.5 * ((softmax(tap("A_quadratic", A)) - Y) ** 2).sum()
    cross_entropy = -(Y * log_softmax(tap("A_cross_entropy", A))).sum()
    return (quadratic + cross_entropy) / len(A)


# Cases.

def upstream_and_logits(rng, N, C):
    """Return an upstream gradient and the probabilities of moderate logits."""
    return {"dP": rng.normal(size=(N, C)), "P": softmax(rng.normal(0, 1.5, (N, C)))}


def logits_and_labels(rng, N, C, scale=1.5):
    """Return logits and labels; the last class does not occur."""
    return {"A": rng.normal(0, scale, (N, C)), "y": labels(rng, N, C)}


def large_logits(rng):
    """Return two rows with one logit far above, in different columns; one far below 0; one 1e4."""
    A = np.array([[0.0] * 5, [0.0] * 5, [-1e4] * 5, [1e4] * 5])
    A[[0, 1], 1 + rng.permutation(3)[:2]] = 2e3
    return {"A": rng.permutation(A) + rng.normal(0, 1.5, A.shape)}


def hard_logits(rng):
    """Return logits up to 1e4, those of a row far apart, and labels; no class need be absent."""
    order = rng.permutation(4)
    # Rows with tops far apart, in different columns; that of the last is below 0.
    ends = ((-1e4, 1e4), (-1e3, 3e3), (-1e4, -3e3))
    A = np.stack([np.roll(np.linspace(*end, 4)[order], n) for n, end in enumerate(ends)])
    A += rng.uniform(-100, 100, A.shape)
    y = labels(rng, 3, 4)
    y[0], y[-1] = np.argsort(A[0, :3])[0], 3  # not on top; and the last class occurs
    return {"A": A, "y": y}


def full_network(rng, N, D, M, C):
    """Return a batch and the parameters of a network with one hidden layer."""
    return {
        "X": rng.normal(size=(N, D)),
        "y": labels(rng, N, C),
        "W1": rng.normal(size=(M, D)),
        "b1": rng.normal(size=M),
        "W2": rng.normal(size=(C, M)),
        "b2": rng.normal(size=C),
    }


def relu_network(rng, N, D, M1, M2, C):
    """Return a batch and a network whose bugs show: no unit near its kink, masks that differ."""
    while True:
        case = {
            "X": rng.normal(size=(N, D)),
            "y": labels(rng, N, C),
            "W1": rng.normal(size=(M1, D)),
            "b1": away_from_zero(rng, 0.5, 1.0, M1),
            "W2": rng.normal(size=(M2, M1)),
            "b2": away_from_zero(rng, 0.3, 0.8, M2),
            "W3": rng.normal(size=(C, M2)),
            "b3": rng.normal(size=C),
            "reg": float(rng.uniform(0.2, 0.5)),
        }
        A1 = case["X"] @ case["W1"].T + case["b1"]
        A2 = np.maximum(A1, 0) @ case["W2"].T + case["b2"]
        on = A2 > 0
        by_bias = ((A1 > 0) != (case["X"] @ case["W1"].T > 0)) & (on @ case["W2"] != 0)
        masks = M1 != M2 or ((A1 > 0) != on).mean() > 0.2
        if min(np.abs(A1).min(), np.abs(A2).min()) > MARGIN and by_bias.any() and masks:
            if on.any(axis=1).all() and (A1 > 0).any(axis=1).all():
                return case


def deep_network(rng, sizes, name):
    """Return weights, pre-activations and what comes back to the last layer."""
    N, *widths = sizes
    phi = ACTIVATIONS[name]
    W = [rng.normal(0, 1.5 / np.sqrt(D), (M, D)) for D, M in itertools.pairwise(widths)]
    H, A = rng.normal(size=(N, widths[0])), []
    for W_k in W:
        A.append(H @ W_k.T)
        H = phi.phi(A[-1])
    return {"W": W, "A": A, "dH": rng.normal(size=H.shape), "phi_grad": phi.phi_grad}


def relu_case(rng):
    """Return upstream and pre-activations, in which every two signs meet; some A are small."""
    n = np.arange(6).reshape(different_sizes(rng, 2))
    A = np.where(n < 3, rng.uniform(MARGIN, 0.1, n.shape), rng.uniform(1.1, 3.0, n.shape))
    dH = rng.uniform(0.3, 2.0, n.shape)
    return {"dH": np.where(n // 2 % 2, dH, -dH), "A": np.where(n % 2, A, -A)}


def relu_layer(rng, N, M, dead):
    """Return pre-activations, the dead units, first and last column among them, and the others.

    Those are on for some examples, the first one among them, and off for others.
    """
    A = away_from_zero(rng, 0.1, 2.0, (N, M))
    units = np.r_[0, M - 1, 1 + rng.permutation(M - 2)]
    A[0], A[1] = np.abs(A[0]), -np.abs(A[1])
    A[:, units[:dead]] = -np.abs(A[:, units[:dead]])
    return A, units[:dead], units[dead:]


def always_on(rng):
    """Return pre-activations with units that are always on, and a dead one that is 0 once."""
    A, dead, others = relu_layer(rng, rng.integers(4, 8), 12, rng.integers(3, 5))
    A[rng.integers(len(A)), rng.choice(dead)] = 0.0
    on = others[: rng.integers(1, 3)]
    A[:, on] = 2 + np.abs(A[:, on])
    return {"A": A}


def on_once(rng):
    """Return pre-activations with examples for which all is off, and units on for just one."""
    N = rng.choice([22, 24])  # 21 of 22 are more than 95 %
    A, _, others = relu_layer(rng, N, 16, rng.integers(5, 7))
    off = slice(1, rng.integers(2, 5))
    A[off] = -np.abs(A[off])
    once = others[:3]
    A[:, once] = -2 - np.abs(A[:, once])  # lower than all others, though not dead
    A[[0, N // 2, -1], once] = rng.uniform(0.01, 0.4, 3)  # rounded, these are 0
    return {"A": A}


def experiment(rng, factors):
    """Return a design of all combinations but three, and results with real effects."""
    full = np.array(list(itertools.product([-1, 1], repeat=factors)))
    while True:
        design = full[np.sort(rng.permutation(len(full))[:-3])]
        balance = np.abs(design.sum(axis=0))
        if balance.all() and (balance < len(design) - 2).all():
            break
    results = 0.7 + design @ away_from_zero(rng, 0.05, 0.2, factors)
    return {"design": design, "results": results + 0.05 * rng.normal(size=len(design))}


def turned(p):
    """Return a vector with entries of both signs, turned by a thousandth.

    Its largest entry and its smallest one both become less.
    """
    i, j = p.argmax(), p.argmin()
    p[i], p[j] = p[i] + 1e-3 * p[j], p[j] - 1e-3 * p[i]
    return p


def printed_formulas(rng, n, N):
    """Return the loss of a sigmoid unit on a batch, and its gradient by weights, printed badly."""
    X, y, v = rng.normal(size=(N, n)), rng.integers(0, 2, N) * 1.0, away_from_zero(rng, 0.3, 1.0, n)
    scale = 1e6  # the loss in small units

    def J(v):
        return 0.5 * scale * np.sum((sigmoid(X @ v) - y) ** 2)

    def right(v):
        h = sigmoid(X @ v)
        return scale * X.T @ ((h - y) * h * (1 - h))

    def without_slope(v):
        return scale * X.T @ (sigmoid(X @ v) - y)

    def slope_of_h(v):
        h = sigmoid(X @ v)
        return scale * X.T @ ((h - y) * sigmoid(h) * (1 - sigmoid(h)))

    # The gradient's last two entries are the largest in size, and of opposite signs.
    order = np.argsort(np.abs(right(v)))
    X, v = X[:, order], v[order]
    if right(v)[-2:].prod() > 0:
        X[:, -1], v[-1] = -X[:, -1], -v[-1]

    first, last = -rng.choice((2.0, 0.5, 3.0, 0.25)), rng.choice(FACTORS)
    middle = [right, lambda v: -right(v), without_slope, slope_of_h]
    middle.append(lambda v: turned(right(v)))
    # A factor of 1 or 0 in the first place would look the same after more than one mistake.
    formulas = [lambda v: right(v) / first]
    formulas += [middle[i] for i in rng.permutation(5)] + [lambda v: right(v) / last]
    return {"J": J, "v": v, "formulas": formulas}


def printed_factor_of_n(rng):
    """Return the mean of the squares, and gradients off by 2, by N, by both, in sign, or turned."""
    y = rng.normal(size=(N := int(rng.integers(6, 8))))  # 1/6, 1/7: no two digits say it all
    formulas = [lambda v: v - y, lambda v: 2 * (v - y), lambda v: (v - y) / N]
    formulas.append(lambda v: turned(2 * (v - y) / N))
    return {
        "J": lambda v: np.mean((v - y) ** 2),
        "v": y + rng.permutation(np.arange(N) % 2 - 0.5) * rng.uniform(0.6, 2.0, N),
        "formulas": [lambda v: y - v] + [formulas[i] for i in rng.permutation(4)],
    }


TANH_FROM_SIGMOID = Exercise(
    name="tanh_from_sigmoid",
    asks=(Value("h"), Gradient(lambda a: np.tanh(a), wrt=("a",))),
    withheld=("course.graph", "course.activations.tanh", "course.activations.tanh_grad"),
    families=(
        Family(
            "a matrix with large entries",
            lambda rng: {
                "a": np.stack(
                    [
                        away_from_zero(rng, 1, 1.5, 3) * [0.3, 1, 4],
                        [1, -1, 1] * rng.uniform(400, 1e4, 3),
                    ]
                )
            },
            "a factor at the wrong place shows where nothing is saturated, and exponentials "
            "overflow elsewhere",
        ),
    ),
    hints=(
        "At which argument does the formula take the sigmoid, and what is done to its value then?",
        "Let s be the sigmoid of 2a. Then h is linear in s, and ds/da is sigma'(2a) times an inner "
        "factor.",
        "h is twice s, minus 1; da is four times s times one minus s.",
    ),
    mistakes=(
        Mistake("range stretched only", "sigmoid(2 * a)", "sigmoid(a)",
                "This has the right range, but half the slope at 0: what is the sigmoid taken at?"),
        Mistake("shifted only", "h = 2 * s - 1", "h = s - 0.5",
                "A shifted sigmoid still has a range of length 1."),
        Mistake("1 not taken off", "h = 2 * s - 1", "h = 2 * s",
                "tanh(0) is 0. What is yours at 0?"),
        Mistake("argument halved", "sigmoid(2 * a)", "sigmoid(a / 2)",
                "tanh runs through the sigmoid faster, not more slowly."),
        Mistake("inner factor left out", "4 * s * (1 - s)", "2 * s * (1 - s)",
                "One of two factors 2 is lost: that in front of s, or that in front of a."),
        Mistake("both factors left out", "4 * s * (1 - s)", "s * (1 - s)",
                "This is sigma' at 2a; two factors of the chain are missing."),
        Mistake("tanh' of the sigmoid", "4 * s * (1 - s)", "1 - s**2",
                "One minus the square is right for h, not for the sigmoid."),
        Mistake("without the square", "4 * s * (1 - s)", "1 - h",
                "From h, the derivative is one minus its square."),
        Mistake("slope taken at h", "4 * s * (1 - s)", "4 * sigmoid(2 * h) * (1 - sigmoid(2 * h))",
                "phi' is a function of the pre-activation a; h is already tanh(a)."),
        Mistake("quotient of exponentials", "h = 2 * s - 1",
                "h = (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a))",
                "Right on paper, but one of the two exponentials overflows where |a| is large."),
    ),
)

RELU_BACKWARD = Exercise(
    name="relu_backward",
    asks=(Gradient(lambda A: np.maximum(A, 0), wrt=("A",), upstream="dH"),),
    withheld=("course.graph", "course.activations.relu_grad"),
    families=(
        Family("a batch", relu_case, "both signs of A meet both signs of dH"),
    ),
    hints=(
        "What is relu' where A is positive, and what is it where A is negative?",
        "`A > 0` is an array of True and False. In a product they count as 1 and 0.",
        "Multiply dH, entry by entry, by the condition that A is positive.",
    ),
    mistakes=(
        Mistake("mask from dH", "(A > 0)", "(dH > 0)",
                "The mask is made from the pre-activation, not from what comes back."),
        Mistake("no mask", "dH * (A > 0)", "dH.copy()",
                "Units that are off let nothing through."),
        Mistake("value for slope", "(A > 0)", "np.maximum(A, 0)",
                "This multiplies by relu itself; what is its derivative?"),
        Mistake("upstream left out", "dH * (A > 0)", "(A > 0) * 1.0",
                "A local derivative is multiplied by what comes back."),
        Mistake("sign for mask", "(A > 0)", "np.sign(A)",
                "Off means 0, not -1."),
        Mistake("mask turned round", "(A > 0)", "(A < 0)",
                "Which units are active: those with positive or with negative A?"),
        Mistake("threshold above 0", "(A > 0)", "(A > 1)", "The kink is at 0."),
        Mistake("dH changed in place", "return dH * (A > 0)",
                "dA = dH\n    dA[A <= 0] = 0\n    return dA",
                "The caller's dH is changed, as by `dH *= ...`, or after `dA = dH`, which makes "
                "both names of one array. What makes a new array?"),
        Mistake("nothing returned", "return dH * (A > 0)", "dA = dH * (A > 0)",
                "Nothing comes back from the call. Which line returns dA?"),
    ),
    equivalent=(  # no entry is 0: at the kink there is no derivative
        "line 6: operator GtE",
    ),
)

SOFTPLUS_AND_GRAD = Exercise(
    name="softplus_and_grad",
    asks=(Value("h"), Gradient(lambda a: softplus(a), wrt=("a",))),
    withheld=("course.graph", "course.activations.softplus", "course.activations.softplus_grad"),
    families=(
        Family(
            "a matrix with large entries",
            lambda rng: {
                "a": np.array([[-1.0, 1.0, 0.3], [1.0, -1.0, -0.3]])
                * rng.uniform([[800.0], [1.0]], [[1e4], [2.0]], (2, 3))
            },
            "the exponential of a large number overflows, with either sign, and where a is "
            "moderate it counts",
        ),
        Family(
            "moderate entries",
            lambda rng: {
                "a": rng.permutation(
                    np.array([-10.4, -6, -4, -3, -2, -1, 0, 1, 2, 3, 6, 10])
                    + rng.uniform(0.1, 0.3, 12)
                ).reshape(3, 4)
            },
            "what is small beside 1e4, as a rounding, or a for softplus from 3 or 10 on, shows "
            "only here",
        ),
    ),
    hints=(
        "Which of the two forms in the text can be used as it is, for both signs of a?",
        "`np.maximum` and `np.abs` work entry by entry. For the derivative, e^a / (1 + e^a) is "
        "1 / (1 + e^-a).",
        "h is the larger of a and 0, plus log1p of the exponential of minus |a|; da is the sigmoid "
        "of a.",
    ),
    mistakes=(
        Mistake("overflow", "np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))",
                "np.log1p(np.exp(a))", "The exponential of a large positive number overflows."),
        Mistake("form for positive a only", "np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))",
                "a + np.log1p(np.exp(-a))", "For large negative a this overflows."),
        Mistake("linear part left out", "np.maximum(a, 0) + ", "",
                "For large positive a, softplus is close to a."),
        Mistake("a for its positive part", "np.maximum(a, 0)", "a",
                "For negative a, softplus is close to 0."),
        Mistake("sign in the exponent", "np.exp(-np.abs(a))", "np.exp(-a)",
                "The exponent must never be positive."),
        Mistake("log for log1p", "np.log1p(", "np.log(",
                "np.log(z) lacks the 1: log1p(z) is log(1 + z)."),
        Mistake("1 added twice", "np.log1p(np.exp(", "np.log1p(1 + np.exp(",
                "log1p adds a 1 itself."),
        Mistake("rounded", "da = sigmoid(a)", "h = np.round(h, 4)\n    da = sigmoid(a)",
                "h has four digits behind the point: where do the others get lost?"),
        Mistake("slope of relu", "da = sigmoid(a)", "da = (a > 0) * 1.0",
                "Softplus has no kink: its slope goes smoothly from 0 to 1."),
        Mistake("slope taken at h", "da = sigmoid(a)", "da = sigmoid(h)",
                "phi' is a function of the pre-activation a."),
        Mistake("slope of the sigmoid", "da = sigmoid(a)", "da = sigmoid(a) * (1 - sigmoid(a))",
                "This is the slope of the sigmoid. The sigmoid itself is a slope: whose?"),
        Mistake("sigmoid turned round", "da = sigmoid(a)", "da = sigmoid(-a)",
                "For large a the slope is 1, not 0."),
    ),
)

STABLE_SOFTMAX = Exercise(
    name="stable_softmax",
    asks=(Value("P"),),
    withheld=("course.graph", "course.activations.softmax", "course.activations.log_softmax"),
    families=(
        Family(
            "logits of 1e4, rows far apart",
            large_logits,
            "without a shift for each row, by its largest, exponentials overflow or all vanish",
        ),
        Family(
            "as many examples as classes",
            lambda rng: {"A": rng.normal(0, 1.5, (4, 4))},
            "a sum that lost its axis fits the shapes only here",
        ),
        Family(
            "one example",
            lambda rng: {"A": rng.normal(0, 1.5, (1, 4))},
            "a shape that is lost shows here",
        ),
    ),
    hints=(
        "Which number should be taken off: one for the whole batch, or one for each row?",
        "`axis=1` goes along a row, and `keepdims=True` keeps the shape (N, 1).",
        "Take each row's largest entry off, take the exponential, and divide by the row's sum.",
    ),
    mistakes=(
        Mistake("rows not shifted", "np.exp(A - A.max(axis=1, keepdims=True))", "np.exp(A)",
                "The exponential of 1e4 overflows: what may be taken off from each row?"),
        Mistake("one shift for all rows", "A.max(axis=1, keepdims=True)", "A.max()",
                "In a row far below the shift, every exponential is 0. Which shift does it need?"),
        Mistake("shift below the largest", "A.max(axis=1", "A.min(axis=1",
                "Where one logit is far above the others of its row, its exponential overflows. "
                "After the shift no exponent may be positive: what should be taken off?"),
        Mistake("shift above the largest", "A.max(axis=1", "np.abs(A).max(axis=1",
                "Where all logits of a row are far below 0, every exponential is 0. "
                "After the shift the largest exponent should be 0: what is it there?"),
        Mistake("shift by columns", "A.max(axis=1, keepdims=True)", "A.max(axis=0, keepdims=True)",
                "Every row needs a shift of its own; this takes one for each column."),
        Mistake("columns add up to 1", "E.sum(axis=1, keepdims=True)",
                "E.sum(axis=0, keepdims=True)", "A row is one example: which axis adds up to 1?"),
        Mistake("one sum for all", "E.sum(axis=1, keepdims=True)", "E.sum()",
                "Every row adds up to 1 by itself."),
        Mistake("not divided", "return E / E.sum(axis=1, keepdims=True)", "return E",
                "Exponentials are not probabilities yet."),
        Mistake("logits changed in place", "E = np.exp(A - A.max(axis=1, keepdims=True))",
                "A -= A.max(axis=1, keepdims=True)\n    E = np.exp(A)",
                "The caller's A is changed, as by `A -= ...`. What makes a new array instead?"),
        Mistake("sum as the shapes allow", "return E / E.sum(axis=1, keepdims=True)",
                "Z = E.sum(axis=1)\n    return E / (Z if len(Z) == E.shape[1] else Z[:, None])",
                "In a square batch the sums still belong to the rows: keep them as a column."),
        Mistake("shape of the sum lost", "E.sum(axis=1, keepdims=True)", "E.sum(axis=1)",
                "The sums must stay a column, one for each row."),
        Mistake("squeezed", "return E / E.sum(axis=1, keepdims=True)",
                "return np.squeeze(E / E.sum(axis=1, keepdims=True))",
                "A batch of one example is still a matrix, with one row."),
    ),
)

SOFTMAX_JACOBIAN = Exercise(
    name="softmax_jacobian",
    asks=(Jacobian(lambda a: softmax(a), wrt="a", output="dp_da"),),
    withheld=("course.graph", "course.activations.softmax_grad"),
    families=(
        Family(
            "three to six classes",
            lambda rng: {"a": rng.normal(0, 1.0, int(rng.integers(3, 7)))},
            "both cases of the formula occur, many times",
        ),
    ),
    hints=(
        "In which entries does the first of the two cases apply?",
        "Both cases contain -p_k p_l. On the diagonal p_k comes on top of it.",
        "Take the diagonal matrix of p, and subtract the outer product of p with itself.",
    ),
    mistakes=(
        Mistake("softmax entry by entry", "np.diag(p) - np.outer(p, p)", "np.diag(p * (1 - p))",
                "Every output depends on every logit: the entries off the diagonal are missing."),
        Mistake("slopes as a vector", "np.diag(p) - np.outer(p, p)", "p * (1 - p)",
                "A Jacobian has a row and a column for each class."),
        Mistake("diagonal part left out", "np.diag(p) - ", "-",
                "This is the second case everywhere. What comes on top if l = k?"),
        Mistake("sign off the diagonal", "np.diag(p) - np.outer", "np.diag(p) + np.outer",
                "If one logit grows, the other probabilities shrink."),
        Mistake("sign of everything", "np.diag(p) - np.outer(p, p)", "np.outer(p, p) - np.diag(p)",
                "If a logit grows, its own probability grows too."),
        Mistake("logits for probabilities", "np.outer(p, p)", "np.outer(a, p)",
                "The products are products of probabilities."),
        Mistake("1 on the diagonal", "np.diag(p)", "np.eye(len(p))",
                "What is the derivative of e^a_k / Z if only the numerator moves?"),
        Mistake("p on every row", "np.diag(p)", "p",
                "Subtracting from a vector puts p into every row. It belongs on the diagonal."),
    ),
)

SOFTMAX_BACKWARD = Exercise(
    name="softmax_backward",
    asks=(Gradient(softmax_of, wrt=("A",), upstream="dP"),),
    withheld=("course.graph", "course.activations.softmax_grad"),
    families=(
        Family(
            "a batch",
            lambda rng: upstream_and_logits(rng, *rng.permutation([3, 5])),
            "the number of classes changes from batch to batch",
        ),
        Family(
            "as many examples as classes",
            lambda rng: upstream_and_logits(rng, 4, 4),
            "a sum that lost its axis fits the shapes only here",
        ),
        Family(
            "one example",
            lambda rng: upstream_and_logits(rng, 1, 4),
            "a shape that is lost shows here",
        ),
    ),
    hints=(
        "In the sum over k above, which term is left of the part with [k = l]?",
        "The first gap is what came back for this very entry. The sum goes over the entries of its "
        "row, of a product that does not depend on l.",
        "From dP take off the row sums of dP times P, kept as a column, and multiply all of it by "
        "P.",
    ),
    mistakes=(
        Mistake("softmax entry by entry", "P * (dP - (dP * P).sum(axis=1, keepdims=True))",
                "dP * P * (1 - P)", "Every logit moves every probability of its row."),
        Mistake("sum left out", "(dP - (dP * P).sum(axis=1, keepdims=True))", "dP",
                "The sum is missing: what comes back along the other outputs?"),
        Mistake("P left out of the sum", "(dP * P).sum(", "dP.sum(",
                "Under the sum there is a product."),
        Mistake("sign of the sum", "dP - (dP", "dP + (dP",
                "The sum is taken off: p_k p_l has a minus in the Jacobian."),
        Mistake("P for one term only", "P * (dP - (dP * P).sum(axis=1, keepdims=True))",
                "P * dP - (dP * P).sum(axis=1, keepdims=True)",
                "P multiplies both terms. Look at the parentheses."),
        Mistake("one sum for all", ".sum(axis=1, keepdims=True)", ".sum()",
                "Every example has a sum of its own."),
        Mistake("sum over the batch", ".sum(axis=1, keepdims=True)", ".sum(axis=0, keepdims=True)",
                "The sum goes over the classes, not over the examples."),
        Mistake("mean for sum", ".sum(axis=1, keepdims=True)", ".mean(axis=1, keepdims=True)",
                "The paths add up; they are not averaged."),
        Mistake("shape of the sum lost", ".sum(axis=1, keepdims=True)", ".sum(axis=1)",
                "The sums must stay a column, one for each row."),
        Mistake("upstream left out", "dP - (dP * P)", "1 - (P * P)",
                "Nothing of what came back is in your answer."),
        Mistake("P left out in front", "P * (dP - (dP * P)", "(dP - (dP * P)",
                "p_l stands in front of the parentheses."),
        Mistake("a number of classes of its own",
                "return P * (dP - (dP * P).sum(axis=1, keepdims=True))",
                "S = (dP * P).sum(axis=1)\n"
                "    return np.stack([P[:, l] * (dP[:, l] - S) for l in range(4)], axis=1)",
                "4 is not the number of classes of every batch."),
        Mistake("sum as the shapes allow",
                "return P * (dP - (dP * P).sum(axis=1, keepdims=True))",
                "S = (dP * P).sum(axis=1)\n"
                "    return P * (dP - (S if len(S) == P.shape[1] else S[:, None]))",
                "In a square batch the sums still belong to the rows: keep them as a column."),
        Mistake("squeezed", "return P * (dP - (dP * P).sum(axis=1, keepdims=True))",
                "return np.squeeze(P * (dP - (dP * P).sum(axis=1, keepdims=True)))",
                "A batch of one example is still a matrix, with one row."),
    ),
)

CROSS_ENTROPY_FROM_LOGITS = Exercise(
    name="cross_entropy_from_logits",
    asks=(Value("J"),),
    withheld=("course.graph", "course.losses"),
    families=(
        Family(
            "shares as targets",
            lambda rng: {"A": rng.normal(0, 1.5, sizes := rng.permutation([3, 5])),
                         "Y": softmax(rng.normal(size=sizes))},
            "all classes count, not the largest alone",
        ),
        Family(
            "logits of 1e4, close together",
            lambda rng: {
                "A": 1e4 + (case := logits_and_labels(rng, 2, 3))["A"],
                "Y": one_hot(case["y"], 3),
            },
            "an exponential without shift overflows",
        ),
        Family(
            "rows far apart",
            lambda rng: {
                "A": (case := logits_and_labels(rng, 2, 4))["A"]
                + rng.permutation([[-300.0], [500.0]]),
                "Y": one_hot(case["y"], 4),
            },
            "with one shift for all, every exponential of a row vanishes",
        ),
        Family(
            "logits of -1e4 beside small ones",
            lambda rng: {
                "A": np.array([[0.5, -1e4, -3e3], [-2e3, -0.5, -1e4]])
                * rng.uniform(0.6, 1.0, (2, 3)),
                "Y": one_hot(rng.permutation([1, 2]), 3),
            },
            "a softmax of 0 has no logarithm",
        ),
    ),
    hints=(
        "Which of the formulas above has no logarithm of a probability in it?",
        "First S, then log P, both (N, C). The logarithm of the sum is one number for each row.",
        "log P is S minus the log of the row sums of exp(S), kept as a column; J is minus the sum "
        "of Y times log P over everything, divided by the number of rows.",
    ),
    mistakes=(
        Mistake("minus left out", "return -(Y * log_P)", "return (Y * log_P)",
                "This says how good the prediction is, as the formula in print does."),
        Mistake("1/N left out", ".sum() / len(A)", ".sum()",
                "The loss is the mean over the examples."),
        Mistake("mean over classes too", "(Y * log_P).sum() / len(A)", "(Y * log_P).mean()",
                "Over the classes it is a sum, over the examples a mean."),
        Mistake("divided by C", "/ len(A)", "/ A.shape[1]",
                "The mean is over the examples: how many rows are there?"),
        # What gives no number is told by its inputs alone: many answers give none on the same ones.
        Mistake("logits of 1e4 overflow", "S = A - A.max(axis=1, keepdims=True)", "S = A",
                "The exponential of 1e4 overflows: what may be taken off from each row?"),
        Mistake("one shift for all rows", "A.max(axis=1, keepdims=True)", "A.max()",
                "Where two rows lie far apart, one shift for both lets every exponential of a row "
                "be 0, or overflow. Which shift does each row need?"),
        Mistake("logits of a row far apart",
                "log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))",
                "log_P = np.log(np.exp(S) / np.exp(S).sum(axis=1, keepdims=True))",
                "Where the logits of one row lie far apart, J is no number. Is a logarithm taken "
                "of 0, as of a softmax that is too small for float64, or is the shift another one "
                "than the row's largest?"),
        Mistake("A for S", "log_P = S - ", "log_P = A - ",
                "Both parts must be shifted by the same number."),
        Mistake("logarithm inside the sum", "np.log(np.exp(S).sum(axis=1, keepdims=True))",
                "np.log(np.exp(S)).sum(axis=1, keepdims=True)",
                "It is the logarithm of the sum, not the sum of the logarithms."),
        Mistake("logarithm left out", "np.log(np.exp(S).sum(axis=1, keepdims=True))",
                "np.exp(S).sum(axis=1, keepdims=True)", "The row sum has a logarithm around it."),
        Mistake("one sum for all rows", "np.exp(S).sum(axis=1, keepdims=True)", "np.exp(S).sum()",
                "Every row has a sum of its own."),
        Mistake("a sum for each example", "(Y * log_P).sum()", "(Y * log_P).sum(axis=1)",
                "The loss is a single number."),
        Mistake("most likely target only", "(Y * log_P).sum()",
                "log_P[np.arange(len(A)), Y.argmax(axis=1)].sum()",
                "Y may be shares: then every class counts, each with its share."),
    ),
)

LOGITS_GRAD = Exercise(
    name="logits_grad",
    asks=(Gradient(mean_cross_entropy, wrt=("A",)),),
    withheld=("course.graph", "course.losses"),
    families=(
        Family(
            "a class that is absent",
            lambda rng: logits_and_labels(rng, *rng.permutation([3, 5])),
            "the number of classes is neither that of the labels nor always the same",
        ),
        Family(
            "one example",
            lambda rng: logits_and_labels(rng, 1, 4),
            "a shape that is lost shows here",
        ),
        Family(
            "logits of 1e4",
            hard_logits,
            "without a shift for each row, by its largest, exponentials overflow or all vanish",
        ),
    ),
    hints=(
        "What is the gradient in terms of P and Y, and in which entries is Y not 0?",
        "Start from P. In each row one entry changes; `np.arange(N)` with `y` picks these.",
        "Take the softmax, subtract 1 at (n, y_n) for every n, and divide everything by N.",
    ),
    mistakes=(
        Mistake("1/N left out", "return dA / len(y)", "return dA",
                "The loss is the mean over the examples."),
        Mistake("1/N for one term only", "dA[np.arange(len(y)), y] -= 1\n    return dA / len(y)",
                "dA /= len(y)\n    dA[np.arange(len(y)), y] -= 1\n    return dA",
                "P is divided by N, and the 1 is not."),
        Mistake("divided by C", "return dA / len(y)", "return dA / A.shape[1]",
                "The mean is over the examples."),
        Mistake("1/N twice", "return dA / len(y)", "return dA / len(y) ** 2",
                "1/N enters once."),
        Mistake("1 taken off in all rows", "dA[np.arange(len(y)), y] -= 1", "dA[:, y] -= 1",
                "`dA[:, y]` takes these columns in all rows. Each row has one right class."),
        Mistake("labels as numbers", "dA[np.arange(len(y)), y] -= 1", "dA = (dA.T - y).T",
                "A label is a name, not a number: one-hot, please."),
        Mistake("target left out", "    dA[np.arange(len(y)), y] -= 1\n", "",
                "This is P alone. Where does the target come in?"),
        Mistake("sign", "-= 1", "+= 1", "Is it P minus Y or P plus Y?"),
        Mistake("everything turned round", "return dA / len(y)", "return -dA / len(y)",
                "The gradient of a loss is P - Y, not Y - P."),
        Mistake("slope counted again", "return dA / len(y)",
                "P = softmax(A)\n    return dA * P * (1 - P) / len(y)",
                "P - Y is the gradient at the logits: the softmax is already in it."),
        Mistake("logits for probabilities", "dA = softmax(A)", "dA = A.copy()",
                "P is missing: these are the logits."),
        Mistake("classes counted from the labels",
                "dA[np.arange(len(y)), y] -= 1", "dA -= np.eye(y.max() + 1)[y]",
                "Not every class occurs in a batch. How many are there?"),
        Mistake("rows not shifted", "dA = softmax(A)",
                "dA = np.exp(A) / np.exp(A).sum(axis=1, keepdims=True)",
                "The exponential of 1e4 overflows: what may be taken off from each row?"),
        Mistake("one shift for all rows", "dA = softmax(A)",
                "dA = np.exp(A - A.max())\n    dA /= dA.sum(axis=1, keepdims=True)",
                "In a row far below the shift, every exponential is 0. Which shift does it need?"),
        Mistake("softmax of columns", "dA = softmax(A)", "dA = softmax(A.T).T",
                "Rows are examples, and every row adds up to 1."),
        Mistake("a number of classes of its own",
                "dA[np.arange(len(y)), y] -= 1", "dA -= np.eye(4)[y]",
                "4 is not the number of classes of every batch."),
        Mistake("squeezed", "return dA / len(y)", "return np.squeeze(dA / len(y))",
                "A batch of one example is still a matrix, with one row."),
    ),
)

FULL_NETWORK_GRADS = Exercise(
    name="full_network_grads",
    asks=(Gradient("full_network_loss", wrt=("W1", "b1", "W2", "b2")),),
    withheld=("course.graph", "course.mlp"),
    families=(
        Family(
            "four different sizes",
            lambda rng: full_network(rng, *different_sizes(rng, 3), 5),
            "the number of classes is neither that of the labels nor always the same",
        ),
        Family(
            "one size for all",
            lambda rng: full_network(rng, 3, 3, 3, 3),
            "a missing transpose fits the shapes only here",
        ),
        Family(
            "one example",
            lambda rng: full_network(rng, 1, 2, 4, 3),
            "an axis of one entry gets lost here",
        ),
    ),
    hints=(
        "What do you need from the way forward, when you stand at the logits?",
        "At the logits you have (P - Y) / N. Then for each layer: dW, db, and what goes back; "
        "between the layers the sigmoid.",
        "dA2 is the softmax with 1 taken off at the labels, over N. dW2 is its transpose times H, "
        "db2 the sums of its columns, dH its product with W2. dA1 is dH times H times one minus H; "
        "dW1 and db1 follow from dA1 and X in the same way.",
    ),
    mistakes=(
        Mistake("1/N left out", "    dA2 /= len(y)\n", "",
                "The loss is the mean over the examples: 1/N is missing from all four."),
        Mistake("1/N in the biases again", "db2 = dA2.sum(axis=0)", "db2 = dA2.mean(axis=0)",
                "1/N is already in dA2: over the batch, db adds up."),
        Mistake("target left out", "    dA2[np.arange(len(y)), y] -= 1\n", "",
                "The targets do not come in: it is P minus Y at the logits."),
        Mistake("sign", "-= 1", "+= 1", "At the logits it is P minus Y."),
        Mistake("1 taken off in all rows", "dA2[np.arange(len(y)), y] -= 1", "dA2[:, y] -= 1",
                "`dA2[:, y]` takes these columns in all rows."),
        Mistake("sigma' left out", "dA1 = dH * H * (1 - H)", "dA1 = dH",
                "Between H and A1 there is a sigmoid."),
        Mistake("half of sigma'", "dH * H * (1 - H)", "dH * (1 - H)",
                "sigma' has two factors, h and one minus h."),
        Mistake("sigma' at h", "dH * H * (1 - H)", "dH * sigmoid(H) * (1 - sigmoid(H))",
                "sigma' is taken at A1; H is already sigma(A1)."),
        Mistake("tanh' for sigma'", "dH * H * (1 - H)", "dH * (1 - H**2)",
                "This is the slope of tanh."),
        Mistake("X for H", "dW2 = dA2.T @ H", "dW2 = dA2.T @ sigmoid(X @ W1.T)",
                "What comes into the second layer is H, with its bias."),
        Mistake("A for H", "dW2 = dA2.T @ H", "dW2 = dA2.T @ (X @ W1.T + b1)",
                "What comes into the second layer is H, not A1."),
        Mistake("dW1 transposed", "dW1 = dA1.T @ X", "dW1 = X.T @ dA1",
                "dW1 has the shape of W1: one row for each unit."),
        Mistake("no transpose on the way back", "dH = dA2 @ W2", "dH = dA2 @ W2.T",
                "W2 has one row for each class, so it is used as it is."),
        Mistake("bias left out on the way forward", "sigmoid(X @ W1.T + b1)", "sigmoid(X @ W1.T)",
                "The hidden layer has a bias."),
        Mistake("db1 kept as a row", "db1 = dA1.sum(axis=0)",
                "db1 = dA1.sum(axis=0, keepdims=True)",
                "db1 has the shape of b1: one axis."),
        Mistake("db1 over everything", "db1 = dA1.sum(axis=0)", "db1 = dA1.sum()",
                "Every unit has a bias of its own."),
        Mistake("slope of the softmax again", "dA2 /= len(y)",
                "P = softmax(H @ W2.T + b2)\n    dA2 *= P * (1 - P) / len(y)",
                "P - Y is the gradient at the logits: the softmax is already in it."),
        Mistake("a number of classes of its own",
                "dA2[np.arange(len(y)), y] -= 1", "dA2 -= np.eye(3)[y]",
                "3 is not the number of classes of every network."),
        Mistake("transposed as the shapes allow", "dH = dA2 @ W2",
                "dH = dA2 @ (W2.T if len(W2) == W2.shape[1] else W2)",
                "W2 has one row for each class, so it is used as it is, also where it is square."),
        Mistake("squeezed", "dA1 = dH * H * (1 - H)", "dA1 = np.squeeze(dH * H * (1 - H))",
                "A batch of one example is still a matrix, with one row."),
    ),
)

QUADRATIC_VS_CROSS_ENTROPY = Exercise(
    name="quadratic_vs_cross_entropy",
    asks=(Gradient(both_losses, wrt=("A_quadratic", "A_cross_entropy")),),
    withheld=("course.graph", "course.losses"),
    families=(
        Family(
            "a batch",
            lambda rng: {
                "A": rng.normal(0, 1.0, sizes := rng.permutation([4, 5])),
                "Y": one_hot(labels(rng, *sizes), sizes[1]),
            },
            "the number of classes changes from batch to batch",
        ),
        Family(
            "one example, sure and wrong",
            lambda rng: {
                "A": np.array([[0.0, 1.0, 4.0]]) * rng.uniform(0.8, 1.2),
                "Y": one_hot(np.array([0]), 3),
            },
            "a shape that is lost shows here, and the two gradients are far apart",
        ),
        Family(
            "as many examples as classes",
            lambda rng: {"A": rng.normal(size=(3, 3)), "Y": one_hot(labels(rng, 3, 3), 3)},
            "a sum that lost its axis fits the shapes only here",
        ),
    ),
    hints=(
        "For which of the two losses does something cancel?",
        "For the quadratic one, dP is (P - Y) / N; it goes back through the softmax as in "
        "exercise 5.6. For the cross-entropy you have the collapsed form.",
        "dA_quadratic is P times (dP minus the row sums of dP times P); dA_cross_entropy is dP as "
        "it is.",
    ),
    mistakes=(
        Mistake("quadratic without the softmax",
                "dA_quadratic = P * (dP - (dP * P).sum(axis=1, keepdims=True))",
                "dA_quadratic = dP",
                "This is the gradient for P. The quadratic loss must go back through the softmax."),
        Mistake("softmax entry by entry",
                "P * (dP - (dP * P).sum(axis=1, keepdims=True))", "dP * P * (1 - P)",
                "Every logit moves every probability of its row."),
        Mistake("cross-entropy with a slope", "dA_cross_entropy = (P - Y) / len(A)",
                "dA_cross_entropy = (P - Y) * P * (1 - P) / len(A)",
                "With the cross-entropy nothing of the softmax's slope is left."),
        Mistake("factor 2", "dP = (P - Y)", "dP = 2 * (P - Y)",
                "The 1/2 in front of the square cancels the 2."),
        Mistake("1/N left out in the quadratic loss", "dP = (P - Y) / len(A)", "dP = P - Y",
                "Both losses are means over the examples."),
        Mistake("1/N left out in the cross-entropy", "dA_cross_entropy = (P - Y) / len(A)",
                "dA_cross_entropy = P - Y", "Both losses are means over the examples."),
        Mistake("sign", "dP = (P - Y)", "dP = (Y - P)", "The prediction comes first, P - Y."),
        Mistake("P left out of the sum", "(dP * P).sum(", "dP.sum(",
                "Under the sum there is a product."),
        Mistake("shape of the sum lost", ".sum(axis=1, keepdims=True)", ".sum(axis=1)",
                "The sums must stay a column, one for each row."),
        Mistake("order of the outputs", "return dA_quadratic, dA_cross_entropy",
                "return dA_cross_entropy, dA_quadratic", "The two outputs are exchanged."),
        Mistake("P for one term only", "P * (dP - (dP * P).sum(axis=1, keepdims=True))",
                "P * dP - (dP * P).sum(axis=1, keepdims=True)",
                "P multiplies both terms. Look at the parentheses."),
        Mistake("a number of classes of its own",
                "dA_quadratic = P * (dP - (dP * P).sum(axis=1, keepdims=True))",
                "S = (dP * P).sum(axis=1)\n    dA_quadratic = np.stack(\n"
                "        [P[:, l] * (dP[:, l] - S) for l in range(3)], axis=1)",
                "3 is not the number of classes of every batch."),
        Mistake("sum as the shapes allow",
                "dA_quadratic = P * (dP - (dP * P).sum(axis=1, keepdims=True))",
                "S = (dP * P).sum(axis=1)\n"
                "    dA_quadratic = P * (dP - (S if len(S) == P.shape[1] else S[:, None]))",
                "In a square batch the sums still belong to the rows: keep them as a column."),
        Mistake("squeezed", "dA_cross_entropy = (P - Y) / len(A)",
                "dA_cross_entropy = np.squeeze((P - Y) / len(A))",
                "A batch of one example is still a matrix, with one row."),
    ),
)

GRADIENT_NORMS = Exercise(
    name="gradient_norms",
    asks=(Value("norms"),),
    withheld=("course.graph", "course.mlp"),
    families=(
        Family(
            "four layers of different widths",
            lambda rng: deep_network(
                rng, (3, *rng.permutation([2, 4, 5, 6, 7])), rng.choice(["sigmoid", "tanh"])
            ),
            "only here the gradient is handed back more than once",
        ),
        Family(
            "two layers of one width",
            lambda rng: deep_network(rng, (4, 4, 4, 4), rng.choice(["softplus", "tanh"])),
            "a missing transpose, or the layer next door, fits the shapes only here",
        ),
        Family(
            "a single layer",
            lambda rng: deep_network(rng, (2, 3, 4), "sigmoid"),
            "an array of one entry is still an array",
        ),
    ),
    hints=(
        "At which layer does the walk start, and which two things happen in each layer?",
        "For k from the last layer to the first: dA from dH and A[k], its norm into norms[k], then "
        "the next dH from dA and W[k].",
        "dA is dH times phi_grad of A[k], entry by entry; norms[k] is the norm of dA; the new dH "
        "is the matrix product of dA and W[k].",
    ),
    mistakes=(
        Mistake("phi' left out", "dA = dH * phi_grad(A[k])", "dA = dH",
                "In each layer the gradient passes through phi too."),
        Mistake("phi' left out on the way", "dH = dA @ W[k]", "dH = dH @ W[k]",
                "What is handed back is computed from dA."),
        Mistake("norm of dH", "np.linalg.norm(dA)", "np.linalg.norm(dH)",
                "The norm of dA is asked for, after phi'."),
        Mistake("norm squared", "np.linalg.norm(dA)", "np.sum(dA**2)",
                "The norm is the root of the sum of squares."),
        Mistake("mean for norm", "np.linalg.norm(dA)", "np.abs(dA).mean()",
                "The norm is the root of the sum of squares of all entries."),
        Mistake("root of the mean square", "np.linalg.norm(dA)", "np.sqrt(np.mean(dA**2))",
                "The norm takes the sum of the squares, not their mean."),
        Mistake("largest singular value", "np.linalg.norm(dA)", "np.linalg.norm(dA, 2)",
                "With a second argument, np.linalg.norm means something else."),
        Mistake("nothing handed back", "        dH = dA @ W[k]\n", "",
                "All layers get the same dH: each must hand its own on."),
        Mistake("transposed weights", "dH = dA @ W[k]", "dH = dA @ W[k].T",
                "W[k] has one row for each unit of its layer; it is used as it is."),
        Mistake("loop runs forward", "reversed(range(len(W)))", "range(len(W))",
                "The walk starts at the last layer."),
        Mistake("weights of the layer before", "dH = dA @ W[k]", "dH = dA @ W[k - 1]",
                "dA of layer k goes back through W of the same layer."),
        Mistake("phi' taken at a slope", "phi_grad(A[k])", "phi_grad(phi_grad(A[k]))",
                "phi' is taken once, at A[k]."),
        Mistake("order turned round", "return norms", "return norms[::-1]",
                "The first entry belongs to layer 1, next to the input."),
        Mistake("first layer left out", "reversed(range(len(W)))", "reversed(range(1, len(W)))",
                "The walk stops one layer too early."),
        Mistake("weights of the last layer", "dH = dA @ W[k]", "dH = dA @ W[-1]",
                "dA of layer k goes back through W of the same layer, not of the last."),
        Mistake("transposed as the shapes allow", "dH = dA @ W[k]",
                "dH = dA @ (W[k].T if dA.shape[1] == W[k].shape[1] else W[k])",
                "W[k] is used as it is, also where it is square."),
        Mistake("squeezed", "return norms", "return np.squeeze(norms)",
                "The norms of one layer are still an array, of shape (1,)."),
    ),
)

COUNT_DEAD = Exercise(
    name="count_dead",
    asks=(Value("dead"),),
    families=(
        Family(
            "some units always on",
            always_on,
            "other units are off for some examples, and a dead one is exactly 0 once",
        ),
        Family(
            "some units on once",
            on_once,
            "a unit is on for the first of many examples only, another for the last; and for some "
            "examples all units are off",
        ),
    ),
    hints=(
        "Is a dead unit a row or a column of A?",
        "Ask of every entry whether it is off, then of every column whether all its entries are.",
        "Take `A <= 0`, then `np.all` along axis 0, then count the columns with True.",
    ),
    mistakes=(
        Mistake("entries counted", "np.all(A <= 0, axis=0).sum()", "(A <= 0).sum()",
                "This counts every entry that is off. A dead unit is off for all examples."),
        Mistake("examples counted", "axis=0", "axis=1",
                "This asks for examples for which all units are off."),
        Mistake("off for one example", "np.all(", "np.any(",
                "A unit that is off now and then is not dead."),
        Mistake("0 taken for on", "A <= 0", "A < 0", "At exactly 0 a unit is off, too."),
        Mistake("living units counted", "A <= 0", "A > 0",
                "These are the units that are always on."),
        Mistake("not dead counted", "np.all(A <= 0, axis=0).sum()",
                "np.any(A > 0, axis=0).sum()", "These are the units that are alive."),
        Mistake("all examples counted", "np.all(A <= 0, axis=0).sum()", "len(A)",
                "This is the number of all examples. What is asked for is a number of units."),
        Mistake("share for count", ".sum()", ".mean()", "How many is asked for, not which share."),
        Mistake("one answer for each unit", ".sum()", "", "The columns are still to be counted."),
        Mistake("off for nearly all examples", "np.all(A <= 0, axis=0).sum()",
                "(np.mean(A <= 0, axis=0) > 0.95).sum()",
                "A unit that is on for a single example is alive. Are all of them looked at?"),
        Mistake("sum of the unit", "np.all(A <= 0, axis=0).sum()", "(A.sum(axis=0) <= 0).sum()",
                "A negative sum can hide an example for which the unit is on."),
    ),
)

MAIN_EFFECTS = Exercise(
    name="main_effects",
    asks=(Value("effects"),),
    families=(
        Family(
            "some rows missing",
            lambda rng: experiment(rng, 5),
            "high and low rows differ in number: a division by half of the rows is off; and there "
            "is a factor more than in the lesson",
        ),
    ),
    hints=(
        "For one factor: which rows of `results` belong to its high level?",
        "`design[:, f] == 1` is True for these rows, and `results[...]` picks them.",
        "For every factor, the mean of the results in rows with 1, minus the mean of those in rows "
        "with -1.",
    ),
    mistakes=(
        Mistake("sums for means", "results[high].mean() - results[~high].mean()",
                "results[high].sum() - results[~high].sum()",
                "A mean is asked for, on both sides."),
        Mistake("low minus high", "results[high].mean() - results[~high].mean()",
                "results[~high].mean() - results[high].mean()",
                "An effect says what the high level adds: high minus low."),
        Mistake("half an effect", "results[high].mean() - results[~high].mean()",
                "(results[high].mean() - results[~high].mean()) / 2",
                "The effect is the whole difference between the two levels."),
        Mistake("difference to the mean of all", "results[~high].mean()", "results.mean()",
                "High is compared with low, not with everything."),
        Mistake("divided by half of the rows", "results[high].mean() - results[~high].mean()",
                "(results * design[:, f]).sum() / (len(design) / 2)",
                "This is right only if as many rows are high as low."),
        Mistake("rows taken for factors", "np.zeros(design.shape[1])", "np.zeros(design.shape[0])",
                "There is one effect for each factor, a column of the design."),
        Mistake("last factor left out", "range(design.shape[1])", "range(design.shape[1] - 1)",
                "One factor is missing: where does the loop end?"),
        Mistake("first factor only", "design[:, f] == 1", "design[:, 0] == 1",
                "Each factor has a column of its own."),
        Mistake("mean of the factor", "results[high].mean() - results[~high].mean()",
                "(results * design[:, f]).mean()",
                "A mean over all rows, with signs, is no difference of two means."),
    ),
)

ANOTHER_LINE = (
    "Seen from the loss, which gradient is the first that is wrong? The line that computes it, or "
    "what only it is made from, is the one."
)

REPAIRED_GRADS = Exercise(
    name="repaired_grads",
    asks=(Gradient("relu_network_loss", wrt=("W1", "b1", "W2", "b2", "W3", "b3")),),
    withheld=("course.graph",),
    families=(
        Family(
            "two hidden layers of one width",
            lambda rng: relu_network(rng, 4, 2, 3, 3, 4),
            "what belongs to the layer next door fits the shapes only here",
        ),
        Family(
            "all sizes differ",
            lambda rng: relu_network(rng, 6, 2, 4, 3, 5),
            "a mean over the wrong axis has another count only here",
        ),
    ),
    hints=(
        "Which line did you find, and what should stand there?",
        "Compare the line with its neighbour for another layer: they differ in their numbers only.",
        "Copy all lines of the listing, and write the wrong one like its siblings: dA of a layer "
        "is what comes back times the mask of that layer, dW is dA transposed times what came in, "
        "plus reg times W of that layer.",
    ),
    mistakes=(
        Mistake("mask of the layer before", "(A2 > 0)", "(A1 > 0)",
                "The mask is that of layer 1, and the gradient is that of layer 2."),
        Mistake("penalty divided by N", "+ reg * W2", "+ reg * W2 / len(y)",
                "The penalty is no mean over the examples."),
        Mistake("mask without the bias", "dA1 = dA2 @ W2 * (A1 > 0)",
                "dA1 = dA2 @ W2 * (X @ W1.T > 0)",
                "The mask comes from the whole pre-activation, bias included."),
        Mistake("divided by C", "dA3 /= len(y)", "dA3 /= len(b3)",
                "The mean is over the examples, not over the classes."),
        Mistake("A for H", "dA2.T @ H1", "dA2.T @ A1",
                "What comes into layer 2 is H1."),
        Mistake("penalty left out in one layer", "dA3.T @ H2 + reg * W3", "dA3.T @ H2",
                "All three weight matrices are penalised."),
        Mistake("1 taken off in all rows", "dA3[np.arange(len(y)), y] -= 1", "dA3[:, y] -= 1",
                "`dA3[:, y]` takes these columns in all rows."),
        Mistake("around layer 2", "dA1 = dA2 @ W2 * (A1 > 0)",
                "dA1 = (dA3 @ W3) @ W2 * (A1 > 0)",
                "On its way from layer 3 to layer 1 the gradient passes the mask of layer 2."),
        Mistake("mask from the gradient", "dA2 = dA3 @ W3 * (A2 > 0)",
                "dA2 = dA3 @ W3 * (dA3 @ W3 > 0)",
                "The mask comes from the pre-activation, not from what comes back."),
        Mistake("activation for mask", "* (A1 > 0)", "* H1",
                "Times H1 is not times relu'."),
        Mistake("penalty twice as strong", "+ reg * W1", "+ 2 * reg * W1",
                "The 1/2 in the penalty cancels the 2 of the square."),
        Mistake("mean in the biases", "dA3.sum(axis=0)", "dA3.mean(axis=0)",
                "1/N is already in dA3: over the batch, db adds up."),
        Mistake("penalty on a bias", "dA2.sum(axis=0)", "dA2.sum(axis=0) + reg * b2",
                "Biases are not penalised."),
        Mistake("db1 of the layer above", "= dA1.sum(axis=0)", "= dA2.sum(axis=0)",
                "db1 is summed up from dA1."),
        Mistake("bias left out on the way forward", "A2 = H1 @ W2.T + b2", "A2 = H1 @ W2.T",
                "The second layer has a bias."),
        Mistake("penalty of another sign", "+ reg * W3", "- reg * W3",
                "The penalty is added to the loss, so its gradient is added too."),
        Mistake("transposed as the shapes allow", "dA1 = dA2 @ W2 *",
                "dA1 = dA2 @ (W2.T if len(W2) == W2.shape[1] else W2) *",
                "W2 has a row for each unit of its layer, so it is used as it is, also where it "
                "is square."),
    ),
    planted=(
        "mask of the layer before",
        "penalty divided by N",
        "mask without the bias",
        "divided by C",
        "A for H",
        "penalty left out in one layer",
        "around layer 2",
        "mask from the gradient",
        "activation for mask",
        "db1 of the layer above",
    ),
    equivalent=(  # no entry is 0: at the kink there is no derivative
        "line 14: operator GtE",
        "line 15: operator GtE",
    ),
)

FAULTY_LINE = Exercise(
    name="faulty_line",
    asks=(Value("line"),),
    families=(
        Family("your bug", lambda rng: {}, "there is one bug for each name"),
    ),
    driver=named_line,
    reads=finds_line(REPAIRED_GRADS),
    hints=(
        "Which of the six gradients are right, and which is the first wrong one on the way back "
        "from the loss?",
        "Everything that a right gradient was computed from is right. List the lines that the "
        "wrong ones use and the right ones do not.",
        "Check the lines that are left against their formula, entry by entry: which array, which "
        "layer, which factor, with or without the penalty.",
    ),
    mistakes=(
        # Which line is right depends on the student, so what is said must not.
        Mistake("another line, 15", "return 14", "return 15", ANOTHER_LINE),
        Mistake("another line, 13", "return 14", "return 13", ANOTHER_LINE),
        Mistake("another line, 17", "return 14", "return 17", ANOTHER_LINE),
        Mistake("text for a number", "return 14", 'return "14"', "A whole number is asked for."),
        Mistake("nothing returned", "return 14", "14",
                "Nothing comes back from the call. Which line returns the number?"),
    ),
)

PRINTED_FACTORS = Exercise(
    name="printed_factors",
    asks=(Value("factors"),),
    families=(
        Family(
            "a unit on a batch, a loss in small units",
            lambda rng: printed_formulas(rng, int(rng.integers(3, 5)), 5),
            "a difference is large or small only beside the gradient, and some formulas cannot be "
            "mended by a factor",
        ),
        Family(
            "the mean of squares",
            printed_factor_of_n,
            "the factor contains a 2 and the number of examples",
        ),
    ),
    hints=(
        "Which two arrays do you compare for each formula, and what is their shape?",
        "Compute c from the two dot products. Then look at the difference between c times the "
        "printed gradient and the measured one.",
        "With g measured and p printed, c is p @ g over p @ p; keep it if the norm of c times p "
        "minus g is at most 1e-6 times the norm of g, else 0.",
    ),
    mistakes=(
        Mistake("factor turned round", "c = p @ g / (p @ p)", "c = p @ p / (p @ g)",
                "The printed gradient is multiplied by c, not the measured one."),
        Mistake("not tried out", "if np.linalg.norm(c * p - g) <= 1e-6 * np.linalg.norm(g):",
                "if True:", "The best factor may still be a bad one: does c times p give g?"),
        Mistake("no negative factors", "c = p @ g / (p @ p)",
                "c = np.linalg.norm(g) / np.linalg.norm(p)",
                "A factor may be negative: p and g then point in opposite directions. Do your c "
                "and your test allow for that?"),
        Mistake("no factor found", "p @ g / (p @ p)", "p @ g / p @ p",
                "Every factor is 0, also that of a formula that is right. What is c there, does "
                "the test let it through, and is it stored?"),
        Mistake("tolerance too large", "1e-6 * np.linalg.norm(g)", "1e-2 * np.linalg.norm(g)",
                "A formula that is off by a thousandth in two entries is not right. How close to g "
                "must c times p be, and in which entries?"),
        Mistake("first entry only",
                "if np.linalg.norm(c * p - g) <= 1e-6 * np.linalg.norm(g):",
                "c = g[0] / p[0]\n        if True:",
                "One entry can agree by accident: what about the others?"),
        Mistake("tolerance that is no share", "1e-6 * np.linalg.norm(g)", "1e-6",
                "Is the difference small beside g? Beside a large g, 1e-6 is less than rounding."),
        Mistake("1 where it is right, else 0", "factors[k] = c",
                "factors[k] = float(np.isclose(c, 1))",
                "The factor is asked for, not whether it is 1."),
        Mistake("one formula for all", "p = formula(v)", "p = formulas[0](v)",
                "Each formula has a factor of its own."),
        Mistake("formulas counted by entries", "np.zeros(len(formulas))", "np.zeros(len(v))",
                "There is one factor for each formula."),
        Mistake("rounded to two digits", "factors[k] = c", "factors[k] = np.round(c, 2)",
                "A factor need not be a simple number: with a mean, N is in it."),
    ),
    equivalent=(  # no error is 1e-6 to the last bit
        "line 12: operator Lt",
    ),
)

EXERCISES = (
    TANH_FROM_SIGMOID,
    RELU_BACKWARD,
    SOFTPLUS_AND_GRAD,
    STABLE_SOFTMAX,
    SOFTMAX_JACOBIAN,
    SOFTMAX_BACKWARD,
    CROSS_ENTROPY_FROM_LOGITS,
    LOGITS_GRAD,
    FULL_NETWORK_GRADS,
    QUADRATIC_VS_CROSS_ENTROPY,
    GRADIENT_NORMS,
    COUNT_DEAD,
    MAIN_EFFECTS,
    FAULTY_LINE,
    REPAIRED_GRADS,
    PRINTED_FACTORS,
)

PREDICTIONS = (
    Prediction("5 steeper", 4, "tanh' is 1 at 0, and sigma' is 1/4."),
    Prediction("5 kink", 0.5,
               "The value is 0 on the left and eps on the right: eps over 2 eps, for every eps.",
               within=0.0),
    Prediction("5 zeros", 0, "1 + e^a is larger than 1 for every a, so its logarithm is not 0."),
    Prediction("5 log", "-inf",
               "exp(-1000) is 0 in float64, and so is the probability.",
               options=("-1000", "-inf", "nan")),
    Prediction("5 ratio", "1500",
               "The quadratic loss brings a factor 2 p (1 - p) with it, here 0.00067.",
               options=("15", "150", "1500")),
    Prediction("5 plateau", "quadratic",
               "It cannot exceed 1/2, so it must flatten where the output is saturated.",
               options=("quadratic", "cross-entropy", "both", "neither")),
    Prediction("5 sigmoid factor", 0.25,
               "sigma' is at most 1/4, and close to it while a is near 0.", within=0.1),
    Prediction("5 depth", "-",
               "On average over the other three factors. Read on for what the average hides.",
               options=("+", "-")),
)

ANSWERS = {
    "5a": "Take the cross-entropy: then the gradient at the logits is P - Y, however saturated the "
    "output is. Take smaller weights, N(0, 1/fan-in): then neither the output nor the hidden units "
    "start saturated. The first acts at the output only; inside the network phi' is as small as "
    "before.",
    "5b": "It is in it. dJ/dp_k is -y_k / p_k, and every entry of the Jacobian has a factor p_k "
    "that cancels the quotient. Multiplying by another phi' would count the softmax twice.",
    "5c": "No. It may raise the result at one level of another factor and lower it at the other, "
    "as depth did with relu and sigmoid. And it is 0 for these levels and this training only.",
}
