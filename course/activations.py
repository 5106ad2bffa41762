"""Activation functions, their derivatives, and a registry of those that act entry by entry.

| function   | phi(a)                    | phi'(a)                       | saturates         |
|------------|---------------------------|-------------------------------|-------------------|
| `sigmoid`  | 1 / (1 + exp(-a))         | phi(a)·(1 - phi(a))           | on both sides     |
| `tanh`     | 2·sigmoid(2a) - 1         | 1 - phi(a)²                   | on both sides     |
| `relu`     | max(0, a)                 | 1 for a > 0, else 0           | on the left, at 0 |
| `softplus` | log(1 + exp(a))           | sigmoid(a)                    | on the left       |
| `identity` | a                         | 1                             | never             |
| `softmax`  | exp(a_k) / Σ_l exp(a_l)   | Jacobian P_k·([k = l] - P_l)  |                   |

A derivative `phi_grad(A)` is ALWAYS a function of the pre-activation A. Every function keeps its
relative accuracy in the tails, and none overflows, warns or modifies A, for |a| of 1e4 and beyond.

`ACTIVATIONS` maps a name to an `Activation`: phi, phi', and the step of a backward pass,
dA = dH·phi'(A), written with the activation H = phi(A). H is there already, and A need not be kept.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
# 1 / (1 + exp(708)) = 3e-308 is about the smallest normal float64; exp(710) overflows.
LARGEST_EXPONENT = 708.0


def sigmoid(A: ArrayLike, out: Array | None = None) -> Array:
    """Return the logistic function of every entry.

    Math: sigmoid(a) = 1 / (1 + exp(-a))

    Parameters
    ----------
    A : array_like, any shape
        Pre-activations. Not modified, unless it is `out`.
    out : ndarray, shape of A, optional
        Where to write; a new array without it.

    Returns
    -------
    ndarray, shape of A
        Between 0 and 1, without unit.

    References
    ----------
    I. Goodfellow, Y. Bengio and A. Courville, Deep Learning, section 3.10.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0]).round(3)
    array([0. , 0.5, 1. ])
    """
    A, out = _float64(A, out)
    np.maximum(A, -LARGEST_EXPONENT, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)
    out += 1.0
    return np.reciprocal(out, out=out)[()]


def sigmoid_grad(A: ArrayLike) -> Array:
    """Return the derivative of the sigmoid.

    Math: sigmoid'(a) = sigmoid(a)·(1 - sigmoid(a)) = z / (1 + z)² with z = exp(-|a|)

    The second form has no difference in it, so it is exact where sigmoid(a) rounds to 1.

    Parameters
    ----------
    A : array_like, any shape
        Pre-activations. Not modified.

    Returns
    -------
    ndarray, shape of A
        Between 0 and 1/4, per unit of a.

    Examples
    --------
    >>> float(sigmoid_grad(0.0))
    0.25
    """
    z = _exp_of_minus_abs(A)
    return z / (1.0 + z) ** 2


def tanh(A: ArrayLike, out: Array | None = None) -> Array:
    """Return the hyperbolic tangent of every entry.

    Math: tanh(a) = (exp(a) - exp(-a)) / (exp(a) + exp(-a)) = 2·sigmoid(2a) - 1

    Parameters
    ----------
    A : array_like, any shape
        Pre-activations. Not modified, unless it is `out`.
    out : ndarray, shape of A, optional
        Where to write; a new array without it.

    Returns
    -------
    ndarray, shape of A
        Between -1 and 1, without unit.
    """
    A, out = _float64(A, out)
    return np.tanh(A, out=out)[()]


def tanh_grad(A: ArrayLike) -> Array:
    """Return the derivative of the hyperbolic tangent.

    Math: tanh'(a) = 1 - tanh(a)² = 4z / (1 + z)² with z = exp(-2|a|)

    Parameters
    ----------
    A : array_like, any shape
        Pre-activations. Not modified.

    Returns
    -------
    ndarray, shape of A
        Between 0 and 1, per unit of a.
    """
    return 4.0 * sigmoid_grad(2.0 * np.asarray(A, dtype=np.float64))


def relu(A: ArrayLike, out: Array | None = None) -> Array:
    """Return the rectified linear unit of every entry.

    Math: relu(a) = max(0, a)

    Parameters
    ----------
    A : array_like, any shape
        Pre-activations. Not modified, unless it is `out`.
    out : ndarray, shape of A, optional
        Where to write; a new array without it.

    Returns
    -------
    ndarray, shape of A
        0 or above, in the unit of a.

    References
    ----------
    X. Glorot, A. Bordes and Y. Bengio, Deep sparse rectifier neural networks, AISTATS 2011.
    """
    A, out = _float64(A, out)
    # A row of zeros and not the number 0: NumPy's loop for two arrays is 2 to 5 times as fast.
    return np.maximum(A, np.zeros(A.shape[-1:]), out=out)[()]


def relu_grad(A: ArrayLike) -> Array:
    """Return the derivative of the rectified linear unit.

    Math: relu'(a) = 1 for a > 0, 0 for a < 0, and 0 by convention at the kink a = 0

    Parameters
    ----------
    A : array_like, any shape
        Pre-activations. Not modified.

    Returns
    -------
    ndarray, shape of A
        0 or 1.
    """
    return (np.asarray(A) > 0) * 1.0


def softplus(A: ArrayLike, out: Array | None = None) -> Array:
    """Return the softplus of every entry: a relu without the kink, and never exactly 0.

    Math: softplus(a) = log(1 + exp(a)) = max(a, 0) + log(1 + exp(-|a|))

    Parameters
    ----------
    A : array_like, any shape
        Pre-activations. Not modified, unless it is `out`.
    out : ndarray, shape of A, optional
        Where to write; a new array without it.

    Returns
    -------
    ndarray, shape of A
        Above 0, in the unit of a.
    """
    A, out = _float64(A, out)
    tail = np.log1p(_exp_of_minus_abs(A))
    np.maximum(A, 0.0, out=out)
    return np.add(out, tail, out=out)[()]


def softplus_grad(A: ArrayLike) -> Array:
    """Return the derivative of the softplus, which is the sigmoid.

    Math: softplus'(a) = sigmoid(a)

    Parameters
    ----------
    A : array_like, any shape
        Pre-activations. Not modified.

    Returns
    -------
    ndarray, shape of A
        Between 0 and 1.
    """
    return sigmoid(A)


def identity(A: ArrayLike, out: Array | None = None) -> Array:
    """Return every entry as it is: the output unit of regression.

    Math: identity(a) = a

    Parameters
    ----------
    A : array_like, any shape
        Pre-activations. Not modified.
    out : ndarray, shape of A, optional
        Where to write; a new array without it.

    Returns
    -------
    ndarray, shape of A
        A copy of A.
    """
    A, out = _float64(A, out)
    if out is not A:
        np.copyto(out, A)
    return out[()]


def identity_grad(A: ArrayLike) -> Array:
    """Return the derivative of the identity, 1 everywhere.

    Math: identity'(a) = 1

    Parameters
    ----------
    A : array_like, any shape
        Pre-activations. Not modified.

    Returns
    -------
    ndarray, shape of A
        Ones.
    """
    return np.ones(np.shape(A))[()]


def softmax(A: ArrayLike) -> Array:
    """Return the softmax of every row: positive numbers that add up to 1.

    Math: P_k = exp(a_k) / Σ_l exp(a_l); a common shift of a row changes nothing, so the largest
    entry is taken off first.

    Parameters
    ----------
    A : array_like, shape (..., C)
        Logits. Not modified.

    Returns
    -------
    ndarray, shape (..., C)
        Probabilities.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, equation 4.104.

    Examples
    --------
    >>> softmax([[0.0, np.log(3.0)], [1e4, 1e4]])
    array([[0.25, 0.75],
           [0.5 , 0.5 ]])
    """
    return np.exp(log_softmax(A))


def log_softmax(A: ArrayLike) -> Array:
    """Return the logarithm of the softmax of every row, finite where the softmax rounds to 0.

    Math: log P_k = a_k - log Σ_l exp(a_l)

    Parameters
    ----------
    A : array_like, shape (..., C)
        Logits. Not modified.

    Returns
    -------
    ndarray, shape (..., C)
        Log probabilities, 0 or below.
    """
    A = np.asarray(A, dtype=np.float64)
    A = A - A.max(axis=-1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=-1, keepdims=True))
    return A


def softmax_grad(A: ArrayLike) -> Array:
    """Return the Jacobian of the softmax of every row.

    Math: dP_k/da_l = P_k·([k = l] - P_l)

    Parameters
    ----------
    A : array_like, shape (..., C)
        Logits. Not modified.

    Returns
    -------
    ndarray, shape (..., C, C)
        Row k holds the derivatives of P_k.

    Examples
    --------
    >>> softmax_grad([0.0, np.log(3.0)])
    array([[ 0.1875, -0.1875],
           [-0.1875,  0.1875]])
    """
    P = softmax(A)
    return P[..., :, None] * (np.eye(P.shape[-1]) - P[..., None, :])


def _float64(A: ArrayLike, out: Array | None) -> tuple[Array, Array]:
    """Return A in float64 and the array to write to."""
    if out is A:
        return A, A
    A = np.asarray(A, dtype=np.float64)
    return A, np.empty_like(A) if out is None else out


def _exp_of_minus_abs(A: ArrayLike) -> Array:
    """Return exp(-|a|), between 0 and 1: no overflow on either side."""
    z = np.abs(np.asarray(A, dtype=np.float64))
    return np.exp(-np.minimum(z, LARGEST_EXPONENT))


def _sigmoid_pullback(dH: Array, H: Array, work: Array) -> None:
    dH *= H
    dH *= np.subtract(1.0, H, out=work)


def _tanh_pullback(dH: Array, H: Array, work: Array) -> None:
    np.multiply(H, H, out=work)
    dH *= np.subtract(1.0, work, out=work)


def _relu_pullback(dH: Array, H: Array, work: Array) -> None:
    dH *= np.sign(H, out=work)  # 1 where the unit is active, else 0


def _softplus_pullback(dH: Array, H: Array, work: Array) -> None:
    # sigmoid(a) = 1 - exp(-softplus(a))
    np.negative(H, out=work)
    dH *= np.negative(np.expm1(work, out=work), out=work)


def _identity_pullback(dH: Array, H: Array, work: Array) -> None:
    pass


@dataclass(frozen=True)
class Activation:
    """An activation function that acts entry by entry.

    Parameters
    ----------
    phi : callable
        phi(A, out=None).
    phi_grad : callable
        phi'(A), of the pre-activation.
    pullback : callable
        pullback(dH, H, work): the backward step dA = dH·phi'(A), written into dH. `work` has the
        shape of dH and may be overwritten.
    """

    phi: Callable[..., Array]
    phi_grad: Callable[[ArrayLike], Array]
    pullback: Callable[[Array, Array, Array], None]


ACTIVATIONS = {
    "sigmoid": Activation(sigmoid, sigmoid_grad, _sigmoid_pullback),
    "tanh": Activation(tanh, tanh_grad, _tanh_pullback),
    "relu": Activation(relu, relu_grad, _relu_pullback),
    "softplus": Activation(softplus, softplus_grad, _softplus_pullback),
    "identity": Activation(identity, identity_grad, _identity_pullback),
}
