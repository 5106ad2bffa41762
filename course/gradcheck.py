"""Derivatives by finite differences: the yardstick that every gradient is held against.

| function             | gives                                                        |
|----------------------|--------------------------------------------------------------|
| `numerical_gradient` | dJ/dx of a function of one array, x's shape                  |
| `numerical_jacobian` | dy_i/dx_k of a function from a vector to a vector, (I, K)    |
| `relative_error`     | distance of two arrays on the scale of the larger one        |
| `entries_off`        | which entries of two arrays differ by more than rounding     |
| `step_size`          | the step each entry is moved by                              |
| `check_gradient`     | a gradient of one function against its central differences   |
| `check_vjp`          | any pair forward, backward, with a random upstream           |
| `check_model`        | every entry of a network's gradient, quickly                 |

The checks return `Comparison`s: the error, where it is largest, and which entries lie at a kink.

A central difference moves one entry at a time by ±eps and looks at what the output does:

    dJ/dx_i ≈ (J(x + eps·e_i) - J(x - eps·e_i)) / (2·eps)

Its error has two parts: truncation, of order eps², and cancellation, of order u/eps, where u is the
rounding unit of float64, 2.2e-16. Their sum is smallest near eps = cbrt(u) ≈ 6e-6, which leaves
about ten correct digits.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from course.mlp import MLP

TOLERANCE = 1e-6
CBRT_UNIT = float(np.cbrt(np.finfo(np.float64).eps))  # 6.06e-06


def step_size(x: ArrayLike) -> NDArray[np.float64]:
    """Return the step of a central difference for every entry of x.

    Math: eps_i = cbrt(u)·max(1, |x_i|), with u the rounding unit of float64.

    Parameters
    ----------
    x : array_like, any shape
        The point of differentiation. Not modified.

    Returns
    -------
    ndarray, shape of x
        Positive steps, in the unit of x.

    References
    ----------
    J. Nocedal and S. Wright, Numerical Optimization, 2nd ed., section 8.1.
    """
    return CBRT_UNIT * np.maximum(1.0, np.abs(np.asarray(x, dtype=np.float64)))


def numerical_gradient(
    f: Callable[[NDArray[np.float64]], ArrayLike],
    x: ArrayLike,
    upstream: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Return the gradient of f at x by central differences, one entry of x at a time.

    Math: dx_i = Σ_j G_j·(f_j(x + eps_i·e_i) - f_j(x - eps_i·e_i)) / (2·eps_i)

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns a number or an array.
    x : array_like of float64, any shape
        The point of differentiation. Not modified.
    upstream : array_like, shape of f(x), optional
        G, the derivative of the final scalar with respect to f(x). Left out, it is all ones: the
        gradient of the sum of f(x), which for a scalar f is the gradient of f itself.

    Returns
    -------
    ndarray, shape of x
        dJ/dx, in units of J per unit of x.

    Raises
    ------
    TypeError
        If x is not float64. A step of 6e-6 is lost in integers and rounded away in float32.
    ValueError
        If the upstream gradient has another shape than f(x).

    Examples
    --------
    >>> numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, -3.0])).round(6)
    array([ 2., -6.])
    """
    x = _as_float64(x).copy()
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        above, below, width = _both_sides(f, x, i)
        difference = above - below
        if upstream is not None:
            if np.shape(upstream) != difference.shape:
                raise ValueError(
                    f"upstream has shape {np.shape(upstream)} but f(x) has shape {difference.shape}"
                )
            difference = np.asarray(upstream) * difference
        gradient[i] = difference.sum() / width
    return gradient


def numerical_jacobian(
    f: Callable[[NDArray[np.float64]], ArrayLike], x: ArrayLike
) -> NDArray[np.float64]:
    """Return the Jacobian of a vector function at x by central differences.

    Math: column k is (f(x + eps_k·e_k) - f(x - eps_k·e_k)) / (2·eps_k)

    Parameters
    ----------
    f : callable
        Takes a vector of shape (K,), returns a vector of shape (I,).
    x : array_like of float64, shape (K,)
        The point of differentiation. Not modified.

    Returns
    -------
    ndarray, shape (I, K)
        dy_i/dx_k, in units of y per unit of x.

    Raises
    ------
    TypeError
        If x is not float64.
    ValueError
        If x or f(x) is not a vector.

    Examples
    --------
    >>> numerical_jacobian(lambda x: np.array([x[0] * x[1], x[1]]), np.array([2.0, 3.0])).round(6)
    array([[3., 2.],
           [0., 1.]])
    """
    x = _as_float64(x).copy()
    if x.ndim != 1:
        raise ValueError(f"x has shape {x.shape} but a Jacobian needs a vector, shape (K,)")
    columns = []
    for k in range(x.size):
        above, below, width = _both_sides(f, x, (k,))
        difference = above - below
        if difference.ndim != 1:
            raise ValueError(
                f"f(x) has shape {difference.shape} but a Jacobian needs a vector, shape (I,)"
            )
        columns.append(difference / width)
    return np.stack(columns, axis=1)


def relative_error(actual: ArrayLike, expected: ArrayLike, floor: float = 1e-3) -> float:
    """Return how far two arrays are apart on the scale of the larger one.

    Math: |actual - expected| / max(|actual|, |expected|, floor), with |·| the Euclidean norm.

    Parameters
    ----------
    actual, expected : array_like, equal shapes
        The two arrays, in the same unit. Not modified.
    floor : float
        Norms below it are measured on this absolute scale, so that two tiny arrays that differ
        by rounding alone do not look far apart.

    Returns
    -------
    float
        0 for equal arrays, at most 2. NaN if an entry is not finite.

    Raises
    ------
    ValueError
        If the shapes differ. They are never broadcast into agreement.

    Examples
    --------
    >>> relative_error([1.0, 2.0], [1.0, 2.0])
    0.0
    >>> round(relative_error(2.0, 1.0), 3)
    0.5
    """
    actual, expected = np.asarray(actual, dtype=float), np.asarray(expected, dtype=float)
    if actual.shape != expected.shape:
        raise ValueError(f"shapes differ: {actual.shape} and {expected.shape}")
    with np.errstate(all="ignore"):
        difference = actual - expected
        sizes = [math.sqrt(np.vdot(part, part)) for part in (difference, actual, expected)]
        if not math.isfinite(sum(sizes)):
            # The squares inside a norm may overflow where the norm would not.
            scale = max(np.abs(actual).max(), np.abs(expected).max())
            if not math.isfinite(scale):
                return math.nan
            actual, expected, floor = actual / scale, expected / scale, floor / scale
            difference = actual - expected
            sizes = [math.sqrt(np.vdot(part, part)) for part in (difference, actual, expected)]
    return sizes[0] / max(sizes[1], sizes[2], floor)


def entries_off(actual: ArrayLike, expected: ArrayLike) -> NDArray[np.bool_]:
    """Return which entries of two arrays differ by more than rounding.

    Math: |actual - expected| > 1e-6·max |expected|, the largest finite one; an entry that is not
    finite is off.

    Parameters
    ----------
    actual, expected : array_like, equal shapes
        The two arrays, in the same unit. Not modified.

    Returns
    -------
    ndarray of bool, same shape

    Examples
    --------
    >>> entries_off([1.0, 2.0, np.nan], [1.0, 2.5, 3.0])
    array([False,  True,  True])
    """
    actual, expected = np.asarray(actual, dtype=float), np.asarray(expected, dtype=float)
    largest = np.max(np.abs(expected), where=np.isfinite(expected), initial=0.0)
    floor = np.finfo(float).tiny  # all zeros are equal to all zeros
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        return ~(np.abs(actual - expected) <= TOLERANCE * (largest + floor))


@dataclass(frozen=True)
class Comparison:
    """A gradient held against central differences.

    Parameters
    ----------
    name : str
        Of the quantity that was differentiated by.
    analytic, numeric : ndarray, equal shapes
        The two gradients.
    kinks : ndarray of bool, same shape
        Entries whose step goes across a kink, where a central difference means nothing. They do
        not count.
    """

    name: str
    analytic: NDArray[np.float64]
    numeric: NDArray[np.float64]
    kinks: NDArray[np.bool_]

    @property
    def error(self) -> float:
        """Relative error by norm, kinks left out."""
        return relative_error(self.analytic[~self.kinks], self.numeric[~self.kinks])

    @property
    def passed(self) -> bool:
        """Whether the error is at most `TOLERANCE`."""
        return self.error <= TOLERANCE

    @property
    def worst(self) -> tuple[int, ...]:
        """The index of the largest difference, kinks left out."""
        difference = np.where(self.kinks, 0.0, np.abs(self.analytic - self.numeric))
        return tuple(int(i) for i in np.unravel_index(np.argmax(difference), difference.shape))

    @property
    def off(self) -> NDArray[np.bool_]:
        """Which entries are off, kinks left out."""
        return entries_off(self.analytic, self.numeric) & ~self.kinks

    def __str__(self) -> str:
        kinks = f", {int(self.kinks.sum())} entries at a kink left out" if self.kinks.any() else ""
        if self.passed:
            return f"{self.name}: right, relative error {self.error:.1e}{kinks}"
        i = self.worst
        index = f"[{', '.join(map(str, i))}]" if i else ""
        return (
            f"{self.name}: off, relative error {self.error:.1e}{kinks}; "
            f"at {self.name}{index} it is {self.analytic[i]:.6g}, "
            f"central differences give {self.numeric[i]:.6g}"
        )


def check_gradient(
    f: Callable[[NDArray[np.float64]], float],
    grad: ArrayLike | Callable[[NDArray[np.float64]], ArrayLike],
    x: ArrayLike,
    name: str = "dx",
) -> Comparison:
    """Hold the gradient of a scalar function against its central differences.

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns a number.
    grad : array_like of x's shape, or callable
        The gradient at x, or a function that gives it.
    x : array_like of float64, any shape
        The point of differentiation. Not modified.
    name : str
        What the gradient is called in the report.

    Returns
    -------
    Comparison

    Raises
    ------
    TypeError
        If x is not float64.
    ValueError
        If the gradient has another shape than x: shapes are never broadcast into agreement.

    Examples
    --------
    >>> print(check_gradient(lambda x: (x**2).sum(), lambda x: 2 * x, np.array([1.0, 2.0])).passed)
    True
    """
    x = _as_float64(x).copy()
    analytic = np.asarray(grad(x) if callable(grad) else grad)
    if analytic.shape != x.shape:
        raise ValueError(f"{name} has shape {analytic.shape} but x has shape {x.shape}")
    numeric, kinks = np.zeros(x.shape), np.zeros(x.shape, dtype=bool)
    here = float(f(x))
    for i in np.ndindex(x.shape):
        above, below, width = _both_sides(f, x, i)
        numeric[i] = (above - below) / width
        kinks[i] = _at_kink(float(above), here, float(below), width)
    return Comparison(name, analytic.astype(np.float64), numeric, kinks)


def check_vjp(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    inputs: Sequence[Any],
    rng: np.random.Generator | None = None,
    names: Sequence[str] = (),
) -> list[Comparison]:
    """Hold a backward function against central differences, with a random upstream gradient.

    The forward function may return its output, and backward is called with (upstream, *inputs); or
    (output, cache), and backward is called with (upstream, cache).

    Parameters
    ----------
    forward, backward : callable
        The pair. backward returns one gradient for every float64 input, in order.
    inputs : sequence
        What forward is called with. Those that are not float64 (labels, flags) stay as they are
        and have no gradient. Not modified.
    rng : Generator, optional
        Draws the upstream gradient. Left out, a generator with seed 0.
    names : sequence of str
        Names of the inputs for the report.

    Returns
    -------
    list of Comparison
        One for every float64 input.

    Raises
    ------
    TypeError
        If no input is float64.
    ValueError
        If backward returns too many or too few gradients, or one of the wrong shape.

    Examples
    --------
    >>> X, W = np.ones((2, 3)), np.ones((4, 3))
    >>> pair = check_vjp(lambda X, W: X @ W.T, lambda dA, X, W: (dA @ W, dA.T @ X), [X, W])
    >>> [one.passed for one in pair]
    [True, True]
    """
    rng = np.random.default_rng(0) if rng is None else rng
    inputs = [np.array(value) if isinstance(value, np.ndarray) else value for value in inputs]
    places = [i for i, value in enumerate(inputs) if np.asarray(value).dtype == np.float64]
    if not places:
        raise TypeError("none of the inputs is float64, so there is nothing to differentiate by")

    def output(*values: Any) -> NDArray[np.float64]:
        result = forward(*values)
        return np.asarray(result[0] if isinstance(result, tuple) else result)

    result = forward(*inputs)
    upstream = rng.normal(size=output(*inputs).shape)
    behind = result[1:] if isinstance(result, tuple) else inputs
    gradients = backward(upstream, *behind)
    gradients = list(gradients) if isinstance(gradients, tuple | list) else [gradients]
    if len(gradients) != len(places):
        raise ValueError(
            f"backward returned {len(gradients)} gradients but {len(places)} inputs are float64"
        )
    comparisons = []
    for place, gradient in zip(places, gradients, strict=True):

        def loss(value: NDArray[np.float64], place: int = place) -> float:
            values = [*inputs[:place], value, *inputs[place + 1 :]]
            return float(np.sum(upstream * output(*values)))

        name = f"d{names[place]}" if names else f"d(input {place})"
        comparisons.append(check_gradient(loss, gradient, inputs[place], name))
    return comparisons


def check_model(model: "MLP", X: ArrayLike, Y: ArrayLike) -> list[Comparison]:
    """Hold every entry of a network's gradient against central differences, quickly.

    One weight of unit m changes one column of the layer's pre-activations. So all weights that lead
    into a unit are moved at once, each in a copy of the batch, and only the layers above that unit
    are computed again. The numbers are those of the plain loop, two forward passes for each entry.

    Parameters
    ----------
    model : MLP
        The network. Its parameters are not modified.
    X, Y : array_like
        A small batch, as in `MLP.loss`. Not modified.

    Returns
    -------
    list of Comparison
        dW1, db1, dW2, db2, …
    """
    X = np.asarray(X, dtype=np.float64)
    _, gradients = model.loss_and_gradients(X, Y)
    del gradients  # dW and db are views of it
    Y = np.asarray(Y)
    H, A = [X], []
    for W, b, phi in zip(model.W, model.b, model.phi, strict=True):
        A.append(H[-1] @ W.T + b)
        H.append(phi.phi(A[-1]))
    losses_here = model.loss_function.each(H[-1], Y)
    comparisons = []
    for k, (W, b) in enumerate(zip(model.W, model.b, strict=True)):
        numeric_W, kinks_W = np.empty_like(W), np.zeros(W.shape, dtype=bool)
        numeric_b, kinks_b = np.empty_like(b), np.zeros(b.shape, dtype=bool)
        inputs = np.column_stack([H[k], np.ones(len(X))])  # the bias is the weight of a 1
        for m in range(len(b)):
            weights = np.append(W[m], b[m])
            eps = step_size(weights)
            above = _losses_with_column(model, k, m, A, H, (inputs * eps).T, Y)
            below = _losses_with_column(model, k, m, A, H, (-inputs * eps).T, Y)
            slope = (above - below).mean(axis=1) / (2 * eps)
            penalty = model.reg * W[m]  # ½·reg·W² is its own central difference, to the last digit
            numeric_W[m], numeric_b[m] = slope[:-1] + penalty, slope[-1]
            # One example at a kink is enough to make the entry's difference worthless.
            bend = np.abs(above - 2 * losses_here + below).max(axis=1) / eps
            kinks_W[m], kinks_b[m] = _bent(bend[:-1], slope[:-1]), _bent(bend[-1], slope[-1])
        for name, gradient, numeric, kinks in (
            ("dW", model.dW[k], numeric_W, kinks_W),
            ("db", model.db[k], numeric_b, kinks_b),
        ):
            comparisons.append(Comparison(f"{name}{k + 1}", gradient.copy(), numeric, kinks))
    return comparisons


def _losses_with_column(
    model: "MLP",
    k: int,
    m: int,
    A: list[NDArray[np.float64]],
    H: list[NDArray[np.float64]],
    change: NDArray[np.float64],
    Y: NDArray,
) -> NDArray[np.float64]:
    """Return the loss of every example for each of R changes of column m of layer k's A, (R, N).

    change has shape (R, N): what is added to A_k[:, m].
    """
    R, N = change.shape
    column = model.phi[k].phi(A[k][:, m] + change)  # (R, N)
    last = k + 1 == len(model.W)
    if last:
        out = np.repeat(H[k + 1][None], R, axis=0)  # (R, N, C)
        out[:, :, m] = column
    else:
        moved = (column - H[k + 1][:, m])[:, :, None] * model.W[k + 1][:, m]
        moved += A[k + 1]  # (R, N, M_{k+1})
        out = model.phi[k + 1].phi(moved, out=moved)
        for W, b, phi in list(zip(model.W, model.b, model.phi, strict=True))[k + 2 :]:
            out = phi.phi(out @ W.T + b)
    targets = np.concatenate([Y] * R)
    return model.loss_function.each(out.reshape(R * N, -1), targets).reshape(R, N)


def _both_sides(
    f: Callable[[NDArray[np.float64]], ArrayLike], x: NDArray[np.float64], i: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Return f(x + eps·e_i), f(x - eps·e_i) and the width 2·eps really taken; x is put back."""
    here = float(x[i])
    eps = float(step_size(here))
    above, below = here + eps, here - eps
    try:
        x[i] = above
        f_above = np.array(f(x), dtype=np.float64)
        x[i] = below
        f_below = np.array(f(x), dtype=np.float64)
    finally:
        x[i] = here
    return f_above, f_below, above - below


def _at_kink(above: float, here: float, below: float, width: float) -> bool:
    return bool(_bent(abs(above - 2 * here + below) / (0.5 * width), (above - below) / width))


def _bent(bend: ArrayLike, slope: ArrayLike) -> NDArray[np.bool_]:
    """Return whether the slopes on the two sides differ by more than curvature explains.

    For a smooth function they differ by about eps·f''; at a kink by a good part of the slope.
    """
    return np.asarray(bend) > np.maximum(1e-3 * np.abs(slope), 20 * CBRT_UNIT)


def _as_float64(x: ArrayLike) -> NDArray[np.float64]:
    x = np.asarray(x)
    if x.dtype != np.float64:
        raise TypeError(
            f"x has dtype {x.dtype} but finite differences need float64: use x.astype(float)"
        )
    return x
