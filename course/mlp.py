"""A multilayer perceptron of any depth, as the two vectorized algorithms of the lecture notes.

    forward                                backward
    H_0 = X                                dH_K = dloss/dH_K
    for k = 1, …, K:                       for k = K, …, 1:
        A_k = H_{k-1} W_k^T + b_k              dA_k = dH_k·phi_k'(A_k)
        H_k = phi_k(A_k)                       dW_k = dA_k^T H_{k-1} + reg·W_k
    J = loss(H_K, Y) + reg·Omega               db_k = Σ_n dA_k
                                               dH_{k-1} = dA_k W_k

Rows are examples. Omega = ½ Σ_k Σ W_k²: biases are not penalised, though the notes allow it. dA_k
is what the notes call delta^(k); its line and that of dH_{k-1} together are the recursion of delta.

All arrays of a layer's size that a training step needs are made when the first batch of a size
comes, and used again. All parameters lie in one flat vector,
`parameters`, and all gradients in another, `gradients`; `W`, `b`, `dW` and `db` are views of these.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course.activations import ACTIVATIONS
from course.losses import LOSSES

Array = NDArray[np.float64]


class MLP:
    """A network of fully connected layers.

    Parameters
    ----------
    widths : sequence of int
        D, the hidden widths, C: K + 1 numbers for K layers.
    activations : str or sequence of str
        Names in `course.activations.ACTIVATIONS`: one for all hidden layers, with an identity
        output, or one for each layer.
    loss : str
        A name in `course.losses.LOSSES`. Those that end in cross_entropy, but for the binary one,
        take the output as logits.
    reg : float
        The weight of the penalty ½ Σ W².
    rng : Generator, optional
        Draws the weights. Left out, a generator with seed 0.
    sigma : float
        Scale of the weights: W_k is drawn from N(0, sigma²/fan_in), biases are 0.

    Attributes
    ----------
    parameters, gradients : ndarray, shape (P,)
        All weights and biases, and dJ/d(parameters), each in one vector.
    W, dW : list of ndarray, shape (D_out, D_in)
        For each layer a view of these vectors.
    b, db : list of ndarray, shape (D_out,)
        The same for the biases.

    Raises
    ------
    ValueError
        If the widths, an activation, the loss or reg make no sense.

    References
    ----------
    I. Goodfellow, Y. Bengio and A. Courville, Deep Learning, algorithms 6.3 and 6.4.

    Examples
    --------
    >>> network = MLP([2, 8, 3], "tanh", "softmax_cross_entropy")
    >>> X, y = np.zeros((5, 2)), np.array([0, 1, 2, 0, 1])
    >>> loss, gradients = network.loss_and_gradients(X, y)
    >>> round(loss, 4), gradients.shape, network.W[0].shape
    (1.0986, (51,), (8, 2))
    """

    def __init__(
        self,
        widths: Sequence[int],
        activations: str | Sequence[str] = "tanh",
        loss: str = "softmax_cross_entropy",
        reg: float = 0.0,
        rng: np.random.Generator | None = None,
        sigma: float = 1.0,
    ) -> None:
        if len(widths) < 2 or any(int(width) != width or width < 1 for width in widths):
            raise ValueError(f"widths are {list(widths)} but must be two or more numbers >= 1")
        layers = len(widths) - 1
        if isinstance(activations, str):
            activations = [activations] * (layers - 1) + ["identity"]
        if len(activations) != layers:
            raise ValueError(f"there are {len(activations)} activations but {layers} layers")
        for name in activations:
            if name not in ACTIVATIONS:
                raise ValueError(f"no activation {name!r}; there are {', '.join(ACTIVATIONS)}")
        if loss not in LOSSES:
            raise ValueError(f"no loss {loss!r}; there are {', '.join(LOSSES)}")
        if not reg >= 0:
            raise ValueError(f"reg is {reg} but must be 0 or above")
        self.widths, self.activations, self.loss_name = tuple(widths), tuple(activations), loss
        self.reg = reg
        self.phi = [ACTIVATIONS[name] for name in activations]
        self.loss_function = LOSSES[loss]
        size = sum(M * (D + 1) for D, M in pairwise(widths))
        self.parameters, self.gradients = np.zeros(size), np.zeros(size)
        self.W, self.b = self._views(self.parameters)
        self.dW, self.db = self._views(self.gradients)
        rng = np.random.default_rng(0) if rng is None else rng
        for W in self.W:
            W[...] = rng.normal(0.0, sigma / np.sqrt(W.shape[1]), W.shape)
        self._kept: _Workspace | None = None

    def _views(self, flat: Array) -> tuple[list[Array], list[Array]]:
        """Return weight matrices and bias vectors as views of one flat vector."""
        weights, biases, start = [], [], 0
        for D, M in pairwise(self.widths):
            weights.append(flat[start : start + M * D].reshape(M, D))
            biases.append(flat[start + M * D : start + M * (D + 1)])
            start += M * (D + 1)
        return weights, biases

    def forward(self, X: ArrayLike) -> Array:
        """Return the network's output, and keep H_k of every layer for `backward`.

        Math: A_k = H_{k-1} W_k^T + b_k, H_k = phi_k(A_k), H_0 = X

        Parameters
        ----------
        X : array_like, shape (N, D)
            The batch. Not modified, and not to be changed before `backward`.

        Returns
        -------
        ndarray, shape (N, C)
            H_K. It is overwritten by the next batch of the same size.

        Raises
        ------
        ValueError
            If X has another width than the network.
        """
        X = np.asarray(X, dtype=np.float64)
        if X.ndim != 2 or X.shape[1] != self.widths[0] or not len(X):
            raise ValueError(
                f"X has shape {X.shape} but the network takes (N, {self.widths[0]}), N >= 1"
            )
        if self._kept is None or self._kept.N != len(X):
            self._kept = _Workspace(self.widths, len(X))
        H = self._kept.H
        H[0] = X
        for k, (W, b, phi) in enumerate(zip(self.W, self.b, self.phi, strict=True)):
            A = np.dot(H[k], W.T, out=H[k + 1])
            A += b
            phi.phi(A, out=A)  # H_k takes the place of A_k, which nobody needs any more
        return H[-1]

    def backward(self, Y: ArrayLike) -> Array:
        """Return the gradient for the batch that went forward last.

        Math: dW_k = dA_k^T H_{k-1} + reg·W_k, db_k = Σ_n dA_k, dH_{k-1} = dA_k W_k

        Parameters
        ----------
        Y : array_like, shape (N, C), or labels of shape (N,) for the softmax
            The targets. Not modified.

        Returns
        -------
        ndarray, shape of `parameters`
            `gradients`, overwritten by the next call.

        Raises
        ------
        RuntimeError
            If nothing went forward before.
        ValueError
            If Y does not fit the output.
        """
        if self._kept is None:
            raise RuntimeError("backward needs a forward pass first: call forward(X)")
        return self._propagate(self.loss_function.grad(self._kept.H[-1], Y))

    def _propagate(self, dH: Array) -> Array:
        """Carry the gradient of the output back through all layers; dH is overwritten."""
        kept = self._kept
        for k in reversed(range(len(self.W))):
            self.phi[k].pullback(dH, kept.H[k + 1], kept.work[k])
            dA = dH
            np.dot(dA.T, kept.H[k], out=self.dW[k])
            if self.reg:
                self.dW[k] += self.reg * self.W[k]
            np.dot(kept.ones, dA, out=self.db[k])  # the sum over the batch
            if k:
                dH = np.dot(dA, self.W[k], out=kept.dH[k - 1])
        return self.gradients

    def loss(self, X: ArrayLike, Y: ArrayLike) -> float:
        """Return J, the mean loss of the batch plus the penalty.

        Parameters
        ----------
        X, Y : array_like
            As in `forward` and `backward`. Not modified.
        """
        return self.loss_function.value(self.forward(X), Y) + self.penalty

    def loss_and_gradients(self, X: ArrayLike, Y: ArrayLike) -> tuple[float, Array]:
        """Return J and its gradient with respect to all parameters.

        Parameters
        ----------
        X, Y : array_like
            As in `forward` and `backward`. Not modified.

        Returns
        -------
        loss : float
            J.
        gradients : ndarray, shape of `parameters`
            Overwritten by the next call.
        """
        loss, dH = self.loss_function.value_and_grad(self.forward(X), Y)
        return loss + self.penalty, self._propagate(dH)

    @property
    def activations_kept(self) -> list[Array]:
        """H_0 = X, H_1, …, H_K of the batch that went forward last; empty before."""
        return [] if self._kept is None else self._kept.H

    @property
    def penalty(self) -> float:
        """reg·Omega, with Omega = ½ Σ W²."""
        if not self.reg:
            return 0.0
        return 0.5 * self.reg * sum(float(np.vdot(W, W)) for W in self.W)

    def save(self, path: str | Path) -> None:
        """Write widths, activations, loss, reg and parameters to an .npz file."""
        np.savez(
            path,
            widths=self.widths,
            activations=self.activations,
            loss=self.loss_name,
            reg=self.reg,
            parameters=self.parameters,
        )

    @classmethod
    def load(cls, path: str | Path) -> "MLP":
        """Return the network that `save` wrote.

        Raises
        ------
        ValueError
            If the file holds something else.
        """
        with np.load(path, allow_pickle=False) as saved:
            try:
                widths = saved["widths"].tolist()
                network = cls(widths, saved["activations"].tolist(), str(saved["loss"]),
                              float(saved["reg"]))  # fmt: skip
                network.parameters[:] = saved["parameters"]
            except KeyError as error:
                raise ValueError(f"{path} is no saved network: {error.args[0]}") from None
        return network


class _Workspace:
    """The arrays that a batch of N examples needs, from step to step."""

    def __init__(self, widths: Sequence[int], N: int) -> None:
        self.N = N
        self.H = [np.empty(0), *(np.empty((N, M)) for M in widths[1:])]  # H[0] becomes X
        self.dH = [np.empty((N, M)) for M in widths[1:-1]]
        self.work = [np.empty((N, M)) for M in widths[1:]]
        self.ones = np.ones(N)
