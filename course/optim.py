"""Gradient descent: three step rules, and a training loop with minibatches.

| rule       | step                                                                         |
|------------|------------------------------------------------------------------------------|
| `sgd`      | w -= lr·dw                                                                   |
| `momentum` | v = beta·v + dw;  w -= lr·v                                                  |
| `adam`     | m, v: running means of dw, dw²;  w -= lr·m_hat / (sqrt(v_hat) + eps)         |

A rule changes the parameters in place and keeps what it must remember in a dict, empty at first.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course.mlp import MLP

Array = NDArray[np.float64]
State = dict[str, Any]


def sgd(parameters: Array, gradients: Array, state: State, lr: float) -> None:
    """Take one step of gradient descent.

    Math: w ← w - lr·dJ/dw

    Parameters
    ----------
    parameters : ndarray, shape (P,)
        Changed in place.
    gradients : ndarray, shape (P,)
        dJ/d(parameters). Not modified.
    state : dict
        Working memory.
    lr : float
        The learning step, eta in the notes.

    Examples
    --------
    >>> w = np.array([1.0, 2.0])
    >>> sgd(w, np.array([1.0, -1.0]), {}, lr=0.5)
    >>> w
    array([0.5, 2.5])
    """
    parameters -= np.multiply(gradients, lr, out=_memory(state, "step", parameters))


def momentum(
    parameters: Array, gradients: Array, state: State, lr: float, beta: float = 0.9
) -> None:
    """Take one step of gradient descent with momentum.

    Math: v ← beta·v + dJ/dw, w ← w - lr·v

    Parameters
    ----------
    parameters : ndarray, shape (P,)
        Changed in place.
    gradients : ndarray, shape (P,)
        dJ/d(parameters). Not modified.
    state : dict
        Holds v between steps.
    lr, beta : float
        The learning step, and the share of v that is kept.

    References
    ----------
    B. Polyak, Some methods of speeding up the convergence of iteration methods, 1964.
    """
    v = _memory(state, "v", parameters)
    v *= beta
    v += gradients
    parameters -= np.multiply(v, lr, out=_memory(state, "step", parameters))


def adam(
    parameters: Array,
    gradients: Array,
    state: State,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> None:
    """Take one step of Adam.

    Math: m ← beta1·m + (1-beta1)·dw, v ← beta2·v + (1-beta2)·dw², both divided by 1 - beta^t, then
    w ← w - lr·m_hat / (sqrt(v_hat) + eps)

    Parameters
    ----------
    parameters : ndarray, shape (P,)
        Changed in place.
    gradients : ndarray, shape (P,)
        dJ/d(parameters). Not modified.
    state : dict
        Holds m, v and the number of steps.
    lr, beta1, beta2, eps : float
        The learning step, the shares that are kept, and what keeps the quotient finite.

    References
    ----------
    D. Kingma and J. Ba, Adam: a method for stochastic optimization, ICLR 2015, algorithm 1.
    """
    m, v = _memory(state, "m", parameters), _memory(state, "v", parameters)
    step = _memory(state, "step", parameters)
    t = state["t"] = state.get("t", 0) + 1
    m *= beta1
    m += np.multiply(gradients, 1 - beta1, out=step)
    v *= beta2
    np.multiply(gradients, gradients, out=step)
    step *= 1 - beta2
    v += step
    np.sqrt(v, out=step)
    step /= np.sqrt(1 - beta2**t)
    step += eps
    np.divide(m, step, out=step)
    step *= lr / (1 - beta1**t)
    parameters -= step


OPTIMIZERS: dict[str, Callable[..., None]] = {"sgd": sgd, "momentum": momentum, "adam": adam}


@dataclass
class History:
    """What happened in training, one entry per epoch.

    Parameters
    ----------
    loss : list of float
        Mean loss over the batches of the epoch, penalty included.
    validation_loss, accuracy : list of float
        Of the validation data after the epoch; empty without such data. The accuracy is the share
        of examples whose largest output is that of their class.
    diverged : str
        Empty, or the sentence that says where training stopped being finite.
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    diverged: str = ""


def train(
    network: MLP,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    epochs: int = 10,
    batch: int = 32,
    lr: float = 1e-3,
    optimizer: str = "adam",
    rng: np.random.Generator | None = None,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    progress: bool = True,
) -> History:
    """Train a network on minibatches, shuffled anew for every epoch.

    Parameters
    ----------
    network : MLP
        Its parameters are changed in place.
    X : array_like, shape (N, D)
        Inputs. Not modified.
    Y : array_like, shape (N, C), or labels of shape (N,)
        Targets. Not modified.
    epochs, batch : int
        Passes over the data, and examples per step.
    lr : float
        The learning step.
    optimizer : str
        A name in `OPTIMIZERS`.
    rng : Generator, optional
        Shuffles. Left out, a generator with seed 0.
    validation : (X, Y), optional
        Data to look at after every epoch.
    progress : bool
        Show a bar.

    Returns
    -------
    History
        If a loss or gradient stops being finite, training ends there, with a warning, and the
        parameters stay as they were before that step.

    Raises
    ------
    ValueError
        If X and Y have different lengths, or the optimizer is not known.
    """
    X, Y = np.asarray(X, dtype=np.float64), np.asarray(Y)
    if len(X) != len(Y):
        raise ValueError(f"X has {len(X)} rows but Y has {len(Y)}")
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"no optimizer {optimizer!r}; there are {', '.join(OPTIMIZERS)}")
    rng = np.random.default_rng(0) if rng is None else rng
    step, state, history = OPTIMIZERS[optimizer], {}, History()
    for epoch in _epochs(epochs, progress):
        order, total = rng.permutation(len(X)), 0.0
        for start in range(0, len(X), batch):
            chosen = order[start : start + batch]
            with np.errstate(over="ignore", invalid="ignore"):  # told in words below
                loss, gradients = network.loss_and_gradients(X[chosen], Y[chosen])
            if not np.isfinite(gradients @ gradients + loss):
                where = f"epoch {epoch + 1}, step {start // batch + 1}"
                history.diverged = _what_diverged(network, loss, where, lr)
                warnings.warn(history.diverged, RuntimeWarning, stacklevel=2)
                return history
            step(network.parameters, gradients, state, lr)
            total += loss * len(chosen)
        history.loss.append(total / len(X))
        if validation is not None:
            history.validation_loss.append(network.loss(*validation))
            history.accuracy.append(accuracy(network, *validation))
    return history


def accuracy(network: MLP, X: ArrayLike, Y: ArrayLike) -> float:
    """Return the share of examples whose largest output is that of their class.

    Parameters
    ----------
    network : MLP
        With one output for each class.
    X : array_like, shape (N, D)
        Inputs. Not modified.
    Y : array_like, shape (N,) or (N, C)
        Labels, or one-hot targets. Not modified.
    """
    Y = np.asarray(Y)
    labels = Y if Y.ndim == 1 else Y.argmax(axis=1)
    return float(np.mean(network.forward(X).argmax(axis=1) == labels))


def _what_diverged(network: MLP, loss: float, where: str, lr: float) -> str:
    """Return the sentence about the first quantity that is not finite, in the order of a step."""
    named = {f"H{k}": H for k, H in enumerate(network.activations_kept)}
    named |= {"the loss": loss}
    named |= {f"dW{k + 1}": network.dW[k] for k in reversed(range(len(network.dW)))}
    culprit = next(name for name, value in named.items() if not np.isfinite(value).all())
    return (
        f"training diverged in {where}: {culprit} is the first quantity that is not finite. "
        f"Try a smaller lr than {lr:g}."
    )


def _epochs(epochs: int, progress: bool) -> Any:
    if not progress:
        return range(epochs)
    from tqdm.auto import trange  # loaded only when a bar is shown

    return trange(epochs, unit=" epochs", leave=False, disable=None)


def _memory(state: State, name: str, like: Array) -> Array:
    """Return an array of zeros that a rule keeps from step to step."""
    if name not in state:
        state[name] = np.zeros_like(like)
    return state[name]
