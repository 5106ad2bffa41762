"""Derivatives by finite differences: the yardstick that every gradient is held against.

| function             | gives                                                        |
|----------------------|--------------------------------------------------------------|
| `numerical_gradient` | dJ/dx of a function of one array, x's shape                  |
| `numerical_jacobian` | dy_i/dx_k of a function from a vector to a vector, (I, K)    |
| `relative_error`     | distance of two arrays on the scale of the larger one        |
| `step_size`          | the step each entry is moved by                              |

A central difference moves one entry at a time by ±eps and looks at what the output does:

    dJ/dx_i ≈ (J(x + eps·e_i) - J(x - eps·e_i)) / (2·eps)

Its error has two parts: truncation, of order eps², and cancellation, of order u/eps, where u is the
rounding unit of float64, 2.2e-16. Their sum is smallest near eps = cbrt(u) ≈ 6e-6, which leaves
about ten correct digits.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
        difference, width = _central_difference(f, x, i)
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
        difference, width = _central_difference(f, x, (k,))
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
    # Scaling first keeps the squares inside the norm from overflowing.
    scale = max(np.abs(actual).max(initial=0.0), np.abs(expected).max(initial=0.0), floor)
    if not np.isfinite(scale):
        return float("nan")
    norms = [np.linalg.norm((part / scale).ravel()) for part in (actual, expected)]
    distance = np.linalg.norm((actual / scale - expected / scale).ravel())
    return float(distance / max(*norms, floor / scale))


def _central_difference(
    f: Callable[[NDArray[np.float64]], ArrayLike], x: NDArray[np.float64], i: tuple[int, ...]
) -> tuple[NDArray[np.float64], float]:
    """Return f(x + eps·e_i) - f(x - eps·e_i) and the width 2·eps really taken; x is put back."""
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
    return f_above - f_below, above - below


def _as_float64(x: ArrayLike) -> NDArray[np.float64]:
    x = np.asarray(x)
    if x.dtype != np.float64:
        raise TypeError(
            f"x has dtype {x.dtype} but finite differences need float64: use x.astype(float)"
        )
    return x
