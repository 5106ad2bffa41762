"""Lesson 1, chain rule: how each exercise is tried, helped and known to go wrong."""

from itertools import pairwise

import numpy as np

from autograder.asks import Gradient, Jacobian, Value
from autograder.cases import away_from_zero, different_sizes, untapped
from autograder.exercise import Exercise, Family, Mistake, Prediction


def cosine_table(x, tap=untapped):
    """J = cos(sin(x**2) + 3 x**2), with every intermediate quantity tapped."""
    t = tap("t", x**2)
    u1 = tap("u1", np.sin(t))
    u2 = tap("u2", 3 * t)
    u = tap("u", u1 + u2)
    return np.cos(u)


def cosine_case(x):
    """Return x and the forward values that belong to it."""
    t = x**2
    u1, u2 = float(np.sin(t)), 3 * t
    return {"x": x, "t": t, "u1": u1, "u2": u2, "u": u1 + u2}


def tanh_chain(theta, x):
    """Return the output of h_k = tanh(theta_k h_{k-1})."""
    for theta_k in theta:
        x = np.tanh(theta_k * x)
    return x


def jacobian_chain(rng, links):
    """Return Jacobians [F_1, …, F_L] of different sizes, the last with one row."""
    sizes = [*different_sizes(rng, links), 1]
    return [rng.normal(size=(rows, columns)) for columns, rows in pairwise(sizes)]


NUMERICAL_DERIVATIVE = Exercise(
    name="numerical_derivative",
    asks=(Value("slope"),),
    families=(
        Family(
            "a large step",
            lambda rng: {
                "f": np.reciprocal,  # falls and bends everywhere, and the lesson draws others
                "x": rng.uniform(0.8, 2),
                "eps": rng.uniform(0.1, 0.5),
            },
            "a one-sided difference, another step or a lost sign is far from what is asked",
        ),
    ),
    hints=(
        "Which two points of the curve does the line in the picture go through?",
        "The rise is the difference of `f` at those two points. How far apart are they?",
        "Divide `f(x + eps)` minus `f(x - eps)` by the distance from `x - eps` to `x + eps`; mind "
        "the parentheses around the divisor.",
    ),
    mistakes=(
        Mistake("one-sided to the right", "(f(x + eps) - f(x - eps)) / (2 * eps)",
                "(f(x + eps) - f(x)) / eps",
                "This is the difference to the right of x: which points has a central one?"),
        Mistake("one-sided to the left", "(f(x + eps) - f(x - eps)) / (2 * eps)",
                "(f(x) - f(x - eps)) / eps",
                "This is the difference to the left of x: which points has a central one?"),
        Mistake("2 left out", "(2 * eps)", "eps",
                "The slope is twice too steep: how far apart are your two points?"),
        Mistake("divisor without parentheses", "/ (2 * eps)", "/ 2 * eps",
                "Python reads a / 2 * eps as (a / 2) * eps."),
        Mistake("numerator without parentheses", "(f(x + eps) - f(x - eps))",
                "f(x + eps) - f(x - eps)",
                "Only the second value is divided: what belongs into the numerator?"),
        Mistake("positive for a falling curve", "f(x + eps) - f(x - eps)",
                "f(x - eps) - f(x + eps)",
                "1/x falls, so its slope is negative: which point comes first, is the sign kept?"),
        Mistake("the tangent's slope", "return", "eps = 1e-4\n    return",
                "This fits a step of almost 0, not the given eps: where does that come in?"),
    ),
)

POWER_GRAD = Exercise(
    name="power_grad",
    asks=(Gradient("power", wrt=("a", "b", "x")),),
    withheld=("course.graph",),
    families=(
        Family(
            "an exponent of either sign",
            lambda rng: {
                "a": away_from_zero(rng, 0.5, 2.5),
                "b": away_from_zero(rng, 1.5, 3.0),
                "x": np.exp(away_from_zero(rng, 0.2, 0.9)),
            },
            "all three derivatives are away from zero, and the logarithm of x has either sign",
        ),
    ),
    hints=(
        "When only one of the three moves, what kind of function is it: a line, an exponential, a "
        "power?",
        "For `db`, write x**b as exp(b * log(x)): with respect to b, the derivative of exp(b * c) "
        "is c * exp(b * c).",
        "`da` is x to the b; `db` is the whole of y times the natural log of x; `dx` is the power "
        "rule, with a in front.",
    ),
    mistakes=(
        Mistake("a lost in db", "a * x**b * np.log(x)", "x**b * np.log(x)",
                "db lacks a factor: which?"),
        Mistake("log of b", "np.log(x)", "np.log(b)",
                "In db the logarithm is that of the base, x."),
        Mistake("log10", "np.log(x)", "np.log10(x)", "The logarithm in db is the natural one."),
        Mistake("power rule for b", "a * x**b * np.log(x)", "a * b * x ** (b - 1)",
                "The power rule is for the base. Here the exponent moves."),
        Mistake("a lost in dx", "a * b * x ** (b - 1)", "b * x ** (b - 1)", "dx lacks a factor."),
        Mistake("exponent kept", "x ** (b - 1)", "x**b",
                "In the power rule the exponent goes down by one."),
        Mistake("exponent without parentheses", "x ** (b - 1)", "x ** b - 1",
                "x ** b - 1 takes the one from the power, not from the exponent."),
        Mistake("the value for da", "da = x**b", "da = a * x**b",
                "y is linear in a: what is the slope of a line?"),
        Mistake("order of the outputs", "return da, db, dx", "return da, dx, db",
                "Two outputs are exchanged: the order is da, db, dx."),
    ),
)

COMPOSITION_GRAD = Exercise(
    name="composition_grad",
    asks=(Gradient(lambda theta: np.log(1 + np.cos(theta) ** 2), wrt=("theta",)),),
    withheld=("course.graph",),
    families=(
        Family(
            "theta between 0 and pi/2",
            lambda rng: {"theta": rng.uniform(0.3, 1.3)},
            "minus the sine is negative, and a root in its place is not",
        ),
        Family(
            "theta between -pi/2 and 0",
            lambda rng: {"theta": rng.uniform(-1.3, -0.3)},
            "sine times cosine is negative, and a root in its place is not",
        ),
        Family(
            "theta below -pi/2",
            lambda rng: {"theta": rng.uniform(-2.9, -1.8)},
            "the cosine is negative, and a root in its place is not",
        ),
    ),
    hints=(
        "Which function is applied first, which last? Give each value on the way a name.",
        "There are three factors: of log at 1 + cos², of 1 + s² at the cosine, of cos at theta.",
        "Multiply one over (1 + cos²), two times the cosine, and minus the sine.",
    ),
    mistakes=(
        Mistake("sign of the cosine's derivative", "(-np.sin(theta))", "np.sin(theta)",
                "One factor has the wrong sign: what is the derivative of the cosine?"),
        Mistake("innermost factor left out", " * (-np.sin(theta))", "",
                "The product stops too early: theta itself goes through the cosine."),
        Mistake("outermost factor left out", "(1 / s2) * ", "",
                "The factor of the logarithm is missing."),
        Mistake("middle factor left out", " * (2 * s3)", "",
                "The factor of the square is missing."),
        Mistake("factor at the wrong input", "(2 * s3)", "(2 * theta)",
                "One factor is taken at theta, but its function gets another input."),
        Mistake("log of the cosine", "(1 / s2)", "(1 / s3)",
                "This fits one over the cosine for the logarithm: what is its whole input?"),
        Mistake("1 left out", "(1 / s2)", "(1 / s3**2)",
                "This fits the logarithm of cos(theta)**2: what became of the 1?"),
        Mistake("only the cosine's factor", "(1 / s2) * (2 * s3) * (-np.sin(theta))",
                "-np.sin(theta)",
                "This is the derivative of cos(theta): which factors do square and logarithm add?"),
        Mistake("factor 2 left out", "(2 * s3)", "s3", "The derivative of a square has a factor."),
        Mistake("sine without its sign", "(-np.sin(theta))", "(-np.sqrt(1 - s3**2))",
                "For theta below 0 the sine is negative: can what you have for it be?"),
        Mistake("minus the sine without its sign", "(-np.sin(theta))", "np.sqrt(1 - s3**2)",
                "For theta above 0 minus the sine is negative: can what you have for it be?"),
        Mistake("cosine without its sign", "np.cos(theta)", "np.sqrt(1 - np.sin(theta)**2)",
                "Below -pi/2 the cosine is negative: can what you have for it be?"),
        Mistake("sine times cosine without its sign", "(1 / s2) * (2 * s3) * (-np.sin(theta))",
                "-2 * np.sqrt((s2 - 1) * (2 - s2)) / s2",
                "Between -pi/2 and 0 sine times cosine is negative: can what you have for it be?"),
    ),
)

COUNT_EVALUATIONS = Exercise(
    name="count_evaluations",
    asks=(Value("from_scratch", "kept"),),
    families=(
        Family(
            "an even n from 4",
            lambda rng: {"n": int(rng.integers(2, 30)) * 2},
            "n - 1 is odd, so half of it is not whole",
        ),
        Family(
            "an odd n from 5",
            lambda rng: {"n": int(rng.integers(2, 30)) * 2 + 1},
            "n is odd, so half of it is not whole",
        ),
        Family("a single function", lambda rng: {"n": 1}, "the sum has no term but 0"),
    ),
    hints=(
        "Write both numbers down for n = 3, by listing what each factor needs.",
        "Add up the first row of the table: it is the sum of the whole numbers from 0 to n - 1.",
        "From scratch it is n times n - 1, halved. Kept, it is one for each function but the "
        "outermost.",
    ),
    mistakes=(
        Mistake("sum up to n", "n * (n - 1) // 2", "n * (n + 1) // 2",
                "The largest term of the sum is n - 1: the innermost factor needs nothing."),
        Mistake("n squared", "n * (n - 1) // 2", "n**2", "Not every factor needs n values."),
        Mistake("not halved", "n * (n - 1) // 2", "n * (n - 1)",
                "Add up n = 3 by hand: 2 + 1 + 0."),
        Mistake("output counted", "kept = n - 1", "kept = n",
                "The outermost function is not needed."),
        Mistake("order of the outputs", "return from_scratch, kept", "return kept, from_scratch",
                "The two outputs are exchanged."),
        Mistake("guessed from small chains", "n * (n - 1) // 2", "2 ** (n - 1) - 1",
                "0, 1, 3 fits for n = 1, 2, 3. What is the sum for n = 4?"),
        Mistake("n halved first", "n * (n - 1) // 2", "n // 2 * (n - 1)",
                "from_scratch fits even n, but is too small for odd n: where does // round down?"),
        Mistake("n - 1 halved first", "n * (n - 1) // 2", "(n - 1) // 2 * n",
                "from_scratch fits odd n, but is too small for even n: where does // round down?"),
        Mistake("1 for a single function", "n * (n - 1) // 2", "max(n * (n - 1) // 2, 1)",
                "from_scratch fits n > 1: what does the only factor of a chain of one need?"),
    ),
)

PARAMETER_GRADS = Exercise(
    name="parameter_grads",
    asks=(Gradient(tanh_chain, wrt=("theta",)),),
    withheld=("course.graph",),
    families=(
        Family(
            "a chain of several links",
            lambda rng: {
                "theta": away_from_zero(rng, 0.6, 1.4, int(rng.integers(4, 6))),
                "x": away_from_zero(rng, 0.4, 1.2),
            },
            "what is carried from link to link is used more than once",
        ),
        Family(
            "a single link",
            lambda rng: {
                "theta": away_from_zero(rng, 0.6, 1.4, 1),
                "x": away_from_zero(rng, 0.4, 1.2),
            },
            "an array of one entry is still an array",
        ),
    ),
    hints=(
        "Look at the worked example: which three lines are repeated for each link?",
        "Keep all h in a list on the way forward. On the way back, one step turns dh of a link "
        "into its da, then into its dtheta and into dh of the link before.",
        "For k from the last link to the first: da is dh times one minus the square of the link's "
        "output; dtheta[k] is da times the link's input; the next dh is da times theta[k].",
    ),
    mistakes=(
        Mistake("nothing carried back", "dh = da * theta[k]", "dh = theta[k]",
                "What comes from later links is lost on the way: dh must contain it."),
        Mistake("tanh' left out on the way", "dh = da * theta[k]", "dh = dh * theta[k]",
                "On the way back every link multiplies by its own tanh' too."),
        Mistake("tanh' left out", "da = dh * (1 - h[k + 1] ** 2)", "da = dh",
                "The derivative of tanh is missing."),
        Mistake("tanh' of the link's input", "h[k + 1] ** 2", "h[k] ** 2",
                "tanh' can be computed from the link's output: which h is that?"),
        Mistake("tanh' without the square", "h[k + 1] ** 2", "h[k + 1]",
                "tanh' is one minus the square of tanh."),
        Mistake("output for input", "dtheta[k] = da * h[k]", "dtheta[k] = da * h[k + 1]",
                "theta_k multiplies the input of link k, not its output."),
        Mistake("x for the link's input", "da * h[k]", "da * x",
                "Only the first link gets x as its input."),
        Mistake("h for theta", "dh = da * theta[k]", "dh = da * h[k]",
                "A link hands back da times its parameter."),
        Mistake("loop runs forward", "reversed(range(len(theta)))", "range(len(theta))",
                "The loop back starts at the last link."),
        Mistake("squeezed", "return dtheta", "return np.squeeze(dtheta)",
                "The derivatives of one link are still an array, of shape (1,)."),
    ),
)

COSINE_FORWARD = Exercise(
    name="cosine_forward",
    asks=(Value("t", "u1", "u2", "u", "J"),),
    families=(
        Family(
            "x below 0",
            lambda rng: {"x": rng.uniform(-1.7, -0.4)},
            "a square that is not taken shows in the sign",
        ),
    ),
    hints=(
        "Read the forward column downwards: each line uses names from the lines above.",
        "One line of Python for each line of the table, in the same order.",
        "t is x squared, u1 the sine of t, u2 three times t, u their sum, J the cosine of u.",
    ),
    mistakes=(
        Mistake("t doubled", "t = x**2", "t = 2 * x", "t is x squared, not doubled."),
        Mistake("u1 of x", "np.sin(t)", "np.sin(x)", "u1 is the sine of t."),
        Mistake("u2 of x", "3 * t", "3 * x", "u2 is computed from t."),
        Mistake("product for sum", "u1 + u2", "u1 * u2", "u adds u1 and u2."),
        Mistake("sine for cosine", "np.cos(u)", "np.sin(u)", "The last function is the cosine."),
        Mistake("order of the outputs", "return t, u1, u2, u, J", "return t, u2, u1, u, J",
                "Two outputs are exchanged."),
    ),
)

COSINE_BACKWARD = Exercise(
    name="cosine_backward",
    asks=(Gradient(cosine_table, wrt=("u", "u1", "u2", "t", "x")),),
    withheld=("course.graph",),
    families=(
        Family(
            "x below 0",
            lambda rng: cosine_case(rng.uniform(-1.2, -1.05)),
            "a root of t is not x; cos(t) is positive, sin(u) negative",
        ),
        Family(
            "x above 0",
            lambda rng: cosine_case(rng.uniform(1.36, 1.6)),
            "cos(t) is negative, so a root in its place shows; sin(u) is positive",
        ),
    ),
    hints=(
        "Start at the bottom line, J = cos(u), and go up. What is the derivative of the cosine?",
        "Each question mark is the derivative of that line's own operation. t has two lines that "
        "use it, so dt has two terms.",
        "du is minus the sine of u; du1 and du2 are both du; dt is du1 times the cosine of t, plus "
        "three times du2; dx is dt times twice x.",
    ),
    mistakes=(
        Mistake("sign of the cosine's derivative", "du = -np.sin(u)", "du = np.sin(u)",
                "What is the sign of the derivative of the cosine?"),
        Mistake("path through u1 missing", "dt += du2 * 3", "dt = du2 * 3",
                "dt has only the path through u2. Two lines use t, and their paths add: is one "
                "forgotten, or overwritten by an = where += belongs?"),
        Mistake("path through u2 missing", "    dt += du2 * 3\n", "",
                "dt has only the path through u1: which other line uses t?"),
        Mistake("upstream left out", "dt += du2 * 3", "dt += 3",
                "A local derivative is multiplied by what comes from above."),
        Mistake("factor at the wrong input", "np.cos(t)", "np.cos(u1)",
                "The sine got t as its input, so its derivative is taken there."),
        Mistake("x left out", "dx = dt * 2 * x", "dx = dt * 2",
                "What is the derivative of x squared?"),
        Mistake("local derivative only", "dx = dt * 2 * x", "dx = 2 * x",
                "dx lacks what comes back from t."),
        Mistake("value for derivative", "du1 * np.cos(t)", "du1 * np.sin(t)",
                "The forward column has the sine; the backward column has its derivative."),
        Mistake("cosine of t without its sign", "np.cos(t)", "np.sqrt(1 - u1**2)",
                "For t beyond pi/2 its cosine is negative: can what you have for it be?"),
        Mistake("x without its sign", "dx = dt * 2 * x", "dx = dt * 2 * np.sqrt(t)",
                "x may be negative: can what you have for it be?"),
    ),
    equivalent=(  # du * 1
        "line 7: operator Div", "line 7: right side dropped",
        "line 8: operator Div", "line 8: right side dropped",
    ),
)

CHAIN_JACOBIANS = Exercise(
    name="chain_jacobians",
    asks=(Value("dy_dx"),),
    families=(
        Family(
            "three different sizes",
            lambda rng: {
                "dy_du": rng.normal(size=(sizes := different_sizes(rng, 3))[:2]),
                "du_dx": rng.normal(size=sizes[1:]),
            },
            "an index that runs over the wrong size shows only here",
        ),
        Family(
            "one size for all",
            lambda rng: {"dy_du": rng.normal(size=(3, 3)), "du_dx": rng.normal(size=(3, 3))},
            "the shapes do not tell the order of the factors",
        ),
    ),
    hints=(
        "In the formula, which index is summed over, and which two are left?",
        "For one entry (i, k): go through all j, multiply, add up.",
        "Row i of the first times column k of the second, summed: that is the matrix product.",
    ),
    mistakes=(
        Mistake("elementwise product", "dy_du @ du_dx", "dy_du * du_dx",
                "The star multiplies entry by entry and adds nothing up."),
        Mistake("transposed", "dy_du @ du_dx", "(dy_du @ du_dx).T",
                "Rows and columns are swapped."),
        Mistake("order exchanged", "dy_du @ du_dx", "du_dx @ dy_du",
                "The order of a matrix product matters."),
        Mistake("mean for sum", "dy_du @ du_dx", "dy_du @ du_dx / len(du_dx)",
                "The paths add up; they are not averaged."),
        Mistake("first path only", "dy_du @ du_dx", "np.outer(dy_du[:, 0], du_dx[0])",
                "Only the first of the paths is there."),
        Mistake("columns counted by rows", "dy_du @ du_dx",
                "np.array([[row @ du_dx[:, k] for k in range(len(dy_du))] for row in dy_du])",
                "There is one column for each x_k: over which size does k run?"),
        Mistake("order as the shapes allow", "dy_du @ du_dx",
                "du_dx @ dy_du if du_dx.shape[1] == len(dy_du) else dy_du @ du_dx",
                "The chain rule says which factor comes first, not what happens to fit."),
    ),
)

INPUT_GRAD = Exercise(
    name="input_grad",
    asks=(Value("dx"),),
    families=(
        Family(
            "different sizes",
            lambda rng: {
                "da": rng.normal(size=(sizes := different_sizes(rng, 2))[0]),
                "alpha": rng.normal(size=sizes),
            },
            "an index that runs over the wrong size shows only here",
        ),
        Family(
            "as many inputs as units",
            lambda rng: {"da": rng.normal(size=3), "alpha": rng.normal(size=(3, 3))},
            "the shapes do not tell whether a transpose is missing",
        ),
    ),
    hints=(
        "Which of the two factors under the sum depends on j?",
        "Both do: dx_i is the sum over j of dJ/da_j times alpha_ji.",
        "That sum is the transposed alpha, as a matrix, times the vector da.",
    ),
    mistakes=(
        Mistake("as printed", "alpha.T @ da", "da.sum() * alpha.sum(axis=0)",
                "The product of two sums is not the sum of the products."),
        Mistake("no transpose", "alpha.T @ da", "alpha @ da",
                "The sum goes over j, the rows of alpha."),
        Mistake("upstream left out", "alpha.T @ da", "alpha.sum(axis=0)",
                "Each path brings its own dJ/da_j."),
        Mistake("mean for sum", "alpha.T @ da", "alpha.T @ da / len(da)",
                "The paths add up; they are not averaged."),
        Mistake("not summed", "alpha.T @ da", "alpha * da[:, None]",
                "These are the single paths: they are still to be added over j."),
        Mistake("inputs counted by units", "alpha.T @ da",
                "np.array([alpha[:, i] @ da for i in range(len(da))])",
                "dx has one entry for each input: over which size does i run?"),
        Mistake("transposed as the shapes allow", "alpha.T @ da",
                "(alpha if alpha.shape[1] == len(da) else alpha.T) @ da",
                "The sum goes over the rows of alpha, also where its columns would fit."),
    ),
)

LAYER_JACOBIAN = Exercise(
    name="layer_jacobian",
    asks=(Jacobian("layer", wrt="x", output="dh_dx"),),
    withheld=("course.graph",),
    families=(
        Family(
            "different sizes",
            lambda rng: {
                "W": rng.normal(size=(sizes := different_sizes(rng, 2))),
                "x": rng.normal(size=sizes[1]),
            },
            "an index that runs over the wrong size shows only here",
        ),
        Family(
            "as many units as inputs",
            lambda rng: {"W": rng.normal(size=(3, 3)), "x": rng.normal(size=3)},
            "columns scaled instead of rows fit the shapes only here",
        ),
    ),
    hints=(
        "What are the two Jacobians in the chain, dh/da and da/dx, and which one is diagonal?",
        "The diagonal of dh/da holds sigma'(a_j) = h_j (1 - h_j); `np.diag(v)` makes a matrix of "
        "a vector.",
        "Compute h, put h times one minus h on a diagonal, and multiply that matrix by W.",
    ),
    mistakes=(
        Mistake("sigma' left out", "np.diag(h * (1 - h)) @ W", "W",
                "This is da/dx: the step from a to h is missing."),
        Mistake("sigma' of h", "np.diag(h * (1 - h))", "np.diag(sigmoid(h) * (1 - sigmoid(h)))",
                "sigma' is taken at a; h is already sigma(a)."),
        Mistake("half of sigma'", "h * (1 - h)", "1 - h",
                "sigma' has two factors, h and one minus h."),
        Mistake("transposed", "np.diag(h * (1 - h)) @ W", "(np.diag(h * (1 - h)) @ W).T",
                "The rows of a Jacobian belong to the outputs."),
        Mistake("columns scaled", "np.diag(h * (1 - h)) @ W", "W * (h * (1 - h))",
                "Each row of W belongs to one unit: it is the rows that are scaled."),
        Mistake("diagonal left out", "np.diag(h * (1 - h)) @ W", "h * (1 - h) @ W",
                "This adds the rows of W up. What kind of matrix is dh/da?"),
        Mistake("inputs counted by units", "np.diag(h * (1 - h)) @ W",
                "np.array([[s * W[j, i] for i in range(len(h))]\n"
                "                     for j, s in enumerate(h * (1 - h))])",
                "Row j has one entry for each input: over which size does i run?"),
        Mistake("scaled as the shapes allow", "return np.diag(h * (1 - h)) @ W",
                "s = h * (1 - h)\n    return W * s if len(s) == len(x) else (W.T * s).T",
                "A square W times a vector scales the columns. Each row belongs to one unit."),
    ),
)

GRADIENT_FROM_OUTPUT = Exercise(
    name="gradient_from_output",
    asks=(Value("gradient"),),
    families=(
        Family(
            "four Jacobians",
            lambda rng: {"jacobians": jacobian_chain(rng, 4)},
            "all sizes differ, so an index that runs over the wrong one shows",
        ),
        Family(
            "sizes of 1",
            lambda rng: {"jacobians": [*rng.normal(size=(2, 1, 1))]},
            "a vector that is squeezed loses its only axis here",
        ),
        Family(
            "one Jacobian",
            lambda rng: {"jacobians": jacobian_chain(rng, 1)},
            "the loop has nothing to do",
        ),
        Family(
            "square Jacobians",
            lambda rng: {"jacobians": [*rng.normal(size=(3, 3, 3)), rng.normal(size=(1, 3))]},
            "a wrong order or a missing transpose fits the shapes only here",
        ),
    ),
    hints=(
        "Which Jacobian of the list has only one row, and what do you get when you take that row?",
        "Start with that row as a vector. Then go through the others, from the last to the first.",
        "At each step, the new vector is the transposed Jacobian times the vector you hold.",
    ),
    mistakes=(
        Mistake("first Jacobian left out", "reversed(jacobians[:-1])", "reversed(jacobians[1:-1])",
                "The walk stops one step before x."),
        Mistake("order not reversed", "reversed(jacobians[:-1])", "jacobians[:-1]",
                "From the output side means from the end of the list."),
        Mistake("no transpose", "F.T @ gradient", "F @ gradient",
                "Going back, each Jacobian is transposed."),
        Mistake("upstream ignored", "gradient = jacobians[-1][0]",
                "gradient = np.ones(jacobians[-1].shape[1])",
                "The last Jacobian is part of the product too."),
        Mistake("squeezed", "return gradient", "return np.squeeze(gradient)",
                "The gradient of one input is still an array, of shape (1,)."),
        Mistake("a row kept", "return gradient", "return gradient[None, :]",
                "The gradient has the shape of x: one axis."),
        Mistake("as long as the one before", "F.T @ gradient",
                "np.array([F[:, i] @ gradient for i in range(len(gradient))])",
                "The new vector has one entry for each column of F."),
        Mistake("first step before the loop",
                "gradient = jacobians[-1][0]\n    for F in reversed(jacobians[:-1]):",
                "gradient = jacobians[-2].T @ jacobians[-1][0]\n"
                "    for F in reversed(jacobians[:-2]):",
                "A list of one Jacobian has no last but one: start with what is always there."),
        Mistake("transposed as the shapes allow", "F.T @ gradient",
                "(F if F.shape[1] == len(gradient) else F.T) @ gradient",
                "Going back, each Jacobian is transposed, also where it is square."),
    ),
)

LOG_NETWORK_GRAD = Exercise(
    name="log_network_grad",
    asks=(Gradient("log_network", wrt=("Theta1", "Theta2")),),
    withheld=("course.graph",),
    families=(
        Family(
            "different sizes",
            lambda rng: {
                "Theta1": rng.normal(size=(sizes := different_sizes(rng, 2))),
                "Theta2": rng.normal(size=(1, sizes[0])),
                "x": rng.normal(size=sizes[1]),
            },
            "an index that runs over the wrong size shows only here",
        ),
        Family(
            "one input, one hidden unit",
            lambda rng: {
                "Theta1": away_from_zero(rng, 0.5, 1.5, (1, 1)),
                "Theta2": away_from_zero(rng, 0.5, 1.5, (1, 1)),
                "x": away_from_zero(rng, 0.5, 1.5, 1),
            },
            "a matrix that is squeezed changes its shape only here",
        ),
        Family(
            "as many units as inputs",
            lambda rng: {
                "Theta1": rng.normal(size=(3, 3)),
                "Theta2": rng.normal(size=(1, 3)),
                "x": rng.normal(size=3),
            },
            "a transposed gradient fits the shape only here",
        ),
    ),
    hints=(
        "In which order do a2, h and a1 come when you walk back from J?",
        "da2 is one minus the output. A weight's gradient is da of its layer times what came into "
        "the layer: an outer product.",
        "dTheta2 is the outer product of da2 and h; dh is the transposed Theta2 times da2; da1 is "
        "dh times h times one minus h; dTheta1 is the outer product of da1 and x.",
    ),
    mistakes=(
        Mistake("sigma for 1 - sigma", "da2 = 1 - sigmoid(Theta2 @ h)", "da2 = sigmoid(Theta2 @ h)",
                "The derivative of log sigma is one minus sigma."),
        Mistake("logarithm forgotten", "da2 = 1 - sigmoid(Theta2 @ h)",
                "da2 = sigmoid(Theta2 @ h) * (1 - sigmoid(Theta2 @ h))",
                "This is the derivative of the output. J is its logarithm."),
        Mistake("sigma' left out", "da1 = dh * h * (1 - h)", "da1 = dh",
                "Between h and a1 there is a sigmoid."),
        Mistake("half of sigma'", "dh * h * (1 - h)", "dh * (1 - h)",
                "sigma' has two factors, h and one minus h."),
        Mistake("sigma' of h", "dh * h * (1 - h)", "dh * sigmoid(h) * (1 - sigmoid(h))",
                "sigma' is taken at a1; h is already sigma(a1)."),
        Mistake("upstream ignored", "dh = Theta2.T @ da2", "dh = Theta2[0]",
                "What comes back from the output unit is lost."),
        Mistake("dTheta1 transposed", "np.outer(da1, x)", "np.outer(x, da1)",
                "dTheta1 has the shape of Theta1: one row for each unit."),
        Mistake("dTheta2 as a vector", "np.outer(da2, h)", "da2 * h",
                "dTheta2 has the shape of Theta2, one row."),
        Mistake("x for h", "np.outer(da2, h)", "np.outer(da2, Theta1 @ x)",
                "What comes into the second layer is h, not a1."),
        Mistake("inputs counted by units", "np.outer(da1, x)",
                "np.array([[da_j * x[i] for i in range(len(h))] for da_j in da1])",
                "Row j of dTheta1 has one entry for each input, not for each unit."),
        Mistake("transposed as the shapes allow", "dTheta1 = np.outer(da1, x)",
                "dTheta1 = np.outer(x, da1)\n"
                "    dTheta1 = dTheta1 if dTheta1.shape == Theta1.shape else dTheta1.T",
                "dTheta1 has a row for each unit, also where its shape does not tell."),
        Mistake("squeezed", "dTheta1 = np.outer(da1, x)", "dTheta1 = np.squeeze(np.outer(da1, x))",
                "dTheta1 has two axes, however small it is."),
    ),
)

EXERCISES = (
    NUMERICAL_DERIVATIVE,
    POWER_GRAD,
    COMPOSITION_GRAD,
    COUNT_EVALUATIONS,
    PARAMETER_GRADS,
    COSINE_FORWARD,
    COSINE_BACKWARD,
    CHAIN_JACOBIANS,
    INPUT_GRAD,
    LAYER_JACOBIAN,
    GRADIENT_FROM_OUTPUT,
    LOG_NETWORK_GRAD,
)

PREDICTIONS = (
    Prediction("gap", 100, "The error of a central difference goes with the square of the step.",
               within=0.1),
    Prediction("tiny step", "grows",
               "Below about 6e-6 the rounding of the two values is divided by ever smaller steps.",
               options=("grows", "shrinks", "stays")),
    Prediction("direction", "+",
               "u = 3.84 lies beyond pi, where the cosine rises, and u rises with x.",
               options=("+", "-")),
    Prediction("as printed", "one unit",
               "With one unit there is one path. With more, each must bring its own dJ/da_j.",
               options=("always", "never", "one unit")),
    Prediction("input side", 225,
               "Every product is one of whole matrices, 300 times the work, but for the last.",
               within=0.1),
)

ANSWERS = {
    "1a": "Perhaps. At that step the central difference itself is only good to about four or five "
    "digits. Take `eps` near 6e-6 and look again.",
    "1b": "t is used twice, so a change of t reaches J along two paths. u1 is used once.",
    "1c": "From the output side you carry one vector through every layer, and each weight's "
    "derivative is read off on the way. From the other side you would carry one column for each "
    "weight.",
}
