"""Losses: the mean over the batch, and the gradient with 1/N in it, once and for all.

| in `LOSSES`             | of                | J of one example              | N · dJ/d           |
|-------------------------|-------------------|-------------------------------|--------------------|
| `quadratic`             | Y_hat             | ½·Σ_c (Y_hat - Y)²            | Y_hat - Y          |
| `binary_cross_entropy`  | P                 | -Σ_c Y log P + (1-Y) log(1-P) | (P - Y) / (P(1-P)) |
| `sigmoid_cross_entropy` | A, P = sigmoid(A) | the same                      | P - Y              |
| `softmax_cross_entropy` | A, P = softmax(A) | -Σ_c Y log P                  | P - Y              |

Y_hat are predictions, P probabilities, A logits. The two that take logits are what a network is
trained with: they are finite for every logit, and their gradient has no quotient in it.
`binary_cross_entropy` is the formula of the lecture notes, with the minus sign that a loss needs.

Targets Y have the shape of the output, (N, C). For `softmax_cross_entropy` they may also be labels,
whole numbers of shape (N,).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course.activations import log_softmax, sigmoid, softplus

Array = NDArray[np.float64]


def quadratic(Y_hat: ArrayLike, Y: ArrayLike) -> float:
    """Return half the squared error, summed over the outputs, averaged over the batch.

    Math: J = 1/N Σ_n ½ Σ_c (Y_hat - Y)²

    Parameters
    ----------
    Y_hat : array_like, shape (N, C)
        Predictions. Not modified.
    Y : array_like, shape (N, C)
        Targets, in the unit of Y_hat. Not modified.

    Returns
    -------
    float
        The loss, in the unit of Y squared.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> quadratic([[1.0], [3.0]], [[0.0], [3.0]])
    0.25
    """
    return _quadratic(Y_hat, Y)[0]


def quadratic_grad(Y_hat: ArrayLike, Y: ArrayLike) -> Array:
    """Return the gradient of `quadratic` with respect to the predictions.

    Math: dJ/dY_hat = (Y_hat - Y) / N

    Parameters
    ----------
    Y_hat, Y : array_like, shape (N, C)
        Predictions and targets. Not modified.

    Returns
    -------
    ndarray, shape (N, C)
    """
    return _quadratic(Y_hat, Y)[1]


def _quadratic(Y_hat: ArrayLike, Y: ArrayLike) -> tuple[float, Array]:
    Y_hat, Y = _same_shape("Y_hat", Y_hat, Y)
    return float(_quadratic_each(Y_hat, Y).mean()), (Y_hat - Y) / len(Y)


def binary_cross_entropy(P: ArrayLike, Y: ArrayLike) -> float:
    """Return the negative log likelihood of C independent yes-or-no outputs, from probabilities.

    Math: J = -1/N Σ_n Σ_c Y log P + (1 - Y) log(1 - P)

    Parameters
    ----------
    P : array_like, shape (N, C)
        Probabilities, strictly between 0 and 1. Not modified.
    Y : array_like, shape (N, C)
        Targets between 0 and 1. Not modified.

    Returns
    -------
    float
        The loss, in nats.

    Raises
    ------
    ValueError
        If the shapes differ, or a probability is not strictly between 0 and 1.

    Examples
    --------
    >>> round(binary_cross_entropy([[0.5]], [[1.0]]), 4)
    0.6931
    """
    return _binary_cross_entropy(P, Y)[0]


def binary_cross_entropy_grad(P: ArrayLike, Y: ArrayLike) -> Array:
    """Return the gradient of `binary_cross_entropy` with respect to the probabilities.

    Math: dJ/dP = -(Y/P - (1-Y)/(1-P)) / N = (P - Y) / (P(1-P)) / N

    Parameters
    ----------
    P, Y : array_like, shape (N, C)
        Probabilities and targets. Not modified.

    Returns
    -------
    ndarray, shape (N, C)
    """
    return _binary_cross_entropy(P, Y)[1]


def _binary_cross_entropy(P: ArrayLike, Y: ArrayLike) -> tuple[float, Array]:
    P, Y = _probabilities(P, Y)
    return float(_binary_cross_entropy_each(P, Y).mean()), (P - Y) / (P * (1 - P)) / len(Y)


def sigmoid_cross_entropy(A: ArrayLike, Y: ArrayLike) -> float:
    """Return `binary_cross_entropy` of sigmoid(A), from the logits: finite for all of them.

    Math: J = 1/N Σ_n Σ_c softplus(A) - Y·A

    Parameters
    ----------
    A : array_like, shape (N, C)
        Logits. Not modified.
    Y : array_like, shape (N, C)
        Targets between 0 and 1. Not modified.

    Returns
    -------
    float
        The loss, in nats. C·log 2 if all logits are 0.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    return _sigmoid_cross_entropy(A, Y)[0]


def sigmoid_cross_entropy_grad(A: ArrayLike, Y: ArrayLike) -> Array:
    """Return the gradient of `sigmoid_cross_entropy` with respect to the logits.

    Math: dJ/dA = (sigmoid(A) - Y) / N

    Parameters
    ----------
    A, Y : array_like, shape (N, C)
        Logits and targets. Not modified.

    Returns
    -------
    ndarray, shape (N, C)
    """
    return _sigmoid_cross_entropy(A, Y)[1]


def _sigmoid_cross_entropy(A: ArrayLike, Y: ArrayLike) -> tuple[float, Array]:
    A, Y = _same_shape("A", A, Y)
    return float(_sigmoid_cross_entropy_each(A, Y).mean()), (sigmoid(A) - Y) / len(Y)


def softmax_cross_entropy(A: ArrayLike, Y: ArrayLike) -> float:
    """Return the negative log likelihood of one class out of C, from the logits.

    Math: J = -1/N Σ_n Σ_c Y log softmax(A)

    Parameters
    ----------
    A : array_like, shape (N, C)
        Logits. Not modified.
    Y : array_like, shape (N, C) or (N,)
        One-hot targets, or labels from 0 to C - 1. Not modified.

    Returns
    -------
    float
        The loss, in nats. log C if all logits of a row are equal.

    Raises
    ------
    ValueError
        If the shapes do not belong together, or a label is not a class.

    Examples
    --------
    >>> round(softmax_cross_entropy(np.zeros((4, 10)), [3, 1, 4, 1]), 4)
    2.3026
    """
    return _softmax_cross_entropy(A, Y)[0]


def softmax_cross_entropy_grad(A: ArrayLike, Y: ArrayLike) -> Array:
    """Return the gradient of `softmax_cross_entropy` with respect to the logits.

    Math: dJ/dA = (softmax(A) - Y) / N, for targets whose rows add up to 1

    Parameters
    ----------
    A : array_like, shape (N, C)
        Logits. Not modified.
    Y : array_like, shape (N, C) or (N,)
        One-hot targets, or labels. Not modified.

    Returns
    -------
    ndarray, shape (N, C)
    """
    return _softmax_cross_entropy(A, Y)[1]


def _softmax_cross_entropy(A: ArrayLike, Y: ArrayLike) -> tuple[float, Array]:
    # In one go, since nearly half of a small network's step is spent here.
    # With S = A less the largest entry of its row, E = exp(S) and Z = Σ_c E:
    # J = 1/N Σ_n log Z - Σ_c Y·S, and dJ/dA = (E / Z - Y) / N.
    A, Y = _logits_and_targets(A, Y)
    N, C = A.shape
    E = A - np.maximum.reduce(A, axis=1, keepdims=True)  # S, and E below in the same place
    if Y.ndim == 1:
        right = np.arange(0, N * C, C) + Y  # where the right class stands in the flat array
        fit = np.add.reduce(E.take(right))
    else:
        fit = np.vdot(Y, E)
    np.exp(E, out=E)
    Z = np.add.reduce(E, axis=1, keepdims=True)
    loss = float(np.add.reduce(np.log(Z), axis=None) - fit) / N
    E /= N * Z
    if Y.ndim == 1:
        E.reshape(-1)[right] -= 1.0 / N
    else:
        E -= Y / N
    return loss, E


def _same_shape(name: str, output: ArrayLike, Y: ArrayLike) -> tuple[Array, Array]:
    """Return output and targets in float64; they must have one shape, and at least one example."""
    output, Y = np.asarray(output, dtype=np.float64), np.asarray(Y, dtype=np.float64)
    if output.shape != Y.shape:
        raise ValueError(f"{name} has shape {output.shape} but Y has shape {Y.shape}")
    if output.ndim != 2 or not len(output):
        raise ValueError(f"{name} has shape {output.shape} but should have shape (N, C), N >= 1")
    return output, Y


def _probabilities(P: ArrayLike, Y: ArrayLike) -> tuple[Array, Array]:
    P, Y = _same_shape("P", P, Y)
    if not ((P > 0) & (P < 1)).all():
        raise ValueError(
            f"P goes from {P.min():g} to {P.max():g} but must lie strictly between 0 and 1; "
            "sigmoid_cross_entropy takes the logits and has no such limit"
        )
    return P, Y


def _logits_and_targets(A: ArrayLike, Y: ArrayLike) -> tuple[Array, NDArray]:
    A, Y = np.asarray(A, dtype=np.float64), np.asarray(Y)
    if Y.ndim != 1:
        A, Y = _same_shape("A", A, Y)
        total = Y.sum(axis=1)
        if not np.allclose(total, 1.0):
            worst = total[np.argmax(np.abs(total - 1.0))]
            raise ValueError(f"a row of Y adds up to {worst:g} but should add up to 1")
        return A, Y
    if A.ndim != 2 or not len(A):
        raise ValueError(f"A has shape {A.shape} but should have shape (N, C), N >= 1")
    if len(Y) != len(A):
        raise ValueError(f"A has {len(A)} rows but there are {len(Y)} labels")
    if Y.dtype.kind not in "iu":
        raise ValueError(f"labels have dtype {Y.dtype} but must be whole numbers")
    # A negative label becomes a huge one, so that one look is enough.
    if np.maximum.reduce(Y.astype(np.uintp, copy=False)) >= A.shape[1]:
        raise ValueError(f"labels go from {Y.min()} to {Y.max()} but A has {A.shape[1]} columns")
    return A, Y


def _quadratic_each(Y_hat: Array, Y: Array) -> Array:
    return 0.5 * ((Y_hat - Y) ** 2).sum(axis=1)


def _binary_cross_entropy_each(P: Array, Y: Array) -> Array:
    return -(Y * np.log(P) + (1 - Y) * np.log1p(-P)).sum(axis=1)


def _sigmoid_cross_entropy_each(A: Array, Y: Array) -> Array:
    return (softplus(A) - Y * A).sum(axis=1)


def _softmax_cross_entropy_each(A: Array, Y: Array) -> Array:
    log_P = log_softmax(A)
    return -(log_P[np.arange(len(A)), Y] if Y.ndim == 1 else (Y * log_P).sum(axis=1))


@dataclass(frozen=True)
class Loss:
    """A loss and its gradient with respect to the network's output.

    Parameters
    ----------
    value, grad : callable
        value(output, Y), a float, and grad(output, Y), the shape of the output.
    value_and_grad : callable
        Both at once; for the softmax with one look at the logits.
    each : callable
        each(output, Y), the loss of every example, shape (N,), without any check.
    """

    value: Callable[[ArrayLike, ArrayLike], float]
    grad: Callable[[ArrayLike, ArrayLike], Array]
    value_and_grad: Callable[[ArrayLike, ArrayLike], tuple[float, Array]]
    each: Callable[[Array, Array], Array]


# fmt: off
LOSSES = {
    "quadratic": Loss(
        quadratic, quadratic_grad, _quadratic, _quadratic_each),
    "binary_cross_entropy": Loss(
        binary_cross_entropy, binary_cross_entropy_grad,
        _binary_cross_entropy, _binary_cross_entropy_each),
    "sigmoid_cross_entropy": Loss(
        sigmoid_cross_entropy, sigmoid_cross_entropy_grad,
        _sigmoid_cross_entropy, _sigmoid_cross_entropy_each),
    "softmax_cross_entropy": Loss(
        softmax_cross_entropy, softmax_cross_entropy_grad,
        _softmax_cross_entropy, _softmax_cross_entropy_each),
}
# fmt: on
