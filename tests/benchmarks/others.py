"""Holds mistakes against the checks that other courses hand to students, and against ours.

    python tests/benchmarks/others.py

Prints, for each mistake, in how many of 100 draws a check notices it. The rules of the others are
written anew from their published sources, at the tolerances that they name:

| check     | step | upstream | notices                                        | source            |
|-----------|------|----------|------------------------------------------------|-------------------|
| CS231n    | 1e-5 | random   | max |a-b| / (|a|+|b|) above 1e-6, broadcast    | gradient_check.py |
| Coursera  | 1e-7 | random   | ||a-b|| / (||a||+||b||) above 2e-7, all in one | Gradient Checking |
| minitorch | 1e-6 | ones     | one random entry off by 1e-2 + 1e-2 |b|        | derivative_check  |
| dlsys     | 1e-4 | ones     | sum of ||a-b|| above 1e-6                      | gradient_check    |
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from tabulate import tabulate

from autograder import check_pair

DRAWS = 100
Gradients = list[np.ndarray]


def affine(x, w, b):
    """Return x w + b."""
    return x @ w + b


def affine_grads(up, x, w, b):
    """Return the right gradients of `affine`."""
    return up @ w.T, x.T @ up, up.sum(axis=0)


def relu(x):
    """Return max(x, 0)."""
    return np.maximum(x, 0)


def sigmoid(x):
    """Return 1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


def relu_in_place(up, x):
    """Return the right gradient, written over the upstream one."""
    up[x <= 0] = 0
    return up


def batch(rng):
    """Return x, w, b with four different sizes between them."""
    return rng.normal(size=(10, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)


def square(rng):
    """Return x, w, b with as many inputs as outputs."""
    return rng.normal(size=(10, 4)), rng.normal(size=(4, 4)), rng.normal(size=4)


def alone(rng):
    """Return one array."""
    return (rng.normal(size=(10, 4)),)


def swap(gradients, place, change):
    """Return gradients with one of them changed."""
    return tuple(change(g) if i == place else g for i, g in enumerate(gradients))


MISTAKES = {
    "none": (affine, batch, affine_grads),
    "db has shape (1, M)": (
        affine, batch, lambda up, x, w, b: swap(affine_grads(up, x, w, b), 2, np.atleast_2d),
    ),
    "db is a mean over the batch": (
        affine, batch, lambda up, x, w, b: swap(affine_grads(up, x, w, b), 2, lambda g: g / len(x)),
    ),
    "dW transposed, square W": (
        affine, square, lambda up, x, w, b: swap(affine_grads(up, x, w, b), 1, np.transpose),
    ),
    "upstream gradient ignored": (sigmoid, alone, lambda up, x: sigmoid(x) * (1 - sigmoid(x))),
    "sigmoid' taken at the output": (
        sigmoid, alone, lambda up, x: up * (s := sigmoid(sigmoid(x))) * (1 - s),
    ),
    "gradient 0.5 % too large": (
        sigmoid, alone, lambda up, x: up * 1.005 * sigmoid(x) * sigmoid(-x),
    ),
    "upstream gradient changed in place": (relu, alone, relu_in_place),
    "result in float32": (
        sigmoid, alone, lambda up, x: (up * sigmoid(x) * sigmoid(-x)).astype(np.float32),
    ),
}  # fmt: skip


def slopes(forward: Callable, inputs: tuple, up: np.ndarray, step: float) -> Gradients:
    """Return central differences of sum(up * forward) for every input."""
    found = []
    for array in inputs:
        slope = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + step
            above = forward(*inputs)
            array[place] = kept - step
            slope[place] = np.sum((above - forward(*inputs)) * up) / (2 * step)
            array[place] = kept
        found.append(slope)
    return found


def cs231n(got: Gradients, numeric: Gradients, _: Any) -> bool:
    """Return whether a largest relative error is too large."""
    return any(
        np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))) > 1e-6
        for a, b in zip(got, numeric, strict=True)
    )


def coursera(got: Gradients, numeric: Gradients, _: Any) -> bool:
    """Return whether the difference of all gradients, as one vector, is too long."""
    a, b = (np.concatenate([array.ravel() for array in side]) for side in (got, numeric))
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)) > 2e-7


def minitorch(got: Gradients, numeric: Gradients, rng: np.random.Generator) -> bool:
    """Return whether one random entry of some gradient is off."""
    for a, b in zip(got, numeric, strict=True):
        place = rng.integers(b.size)
        if not np.isclose(a.ravel()[place], b.ravel()[place], rtol=1e-2, atol=1e-2):
            return True
    return False


def dlsys(got: Gradients, numeric: Gradients, _: Any) -> bool:
    """Return whether the differences add up to too much."""
    return sum(np.linalg.norm(a - b) for a, b in zip(got, numeric, strict=True)) > 1e-6


OTHERS = {
    "CS231n": (cs231n, 1e-5, False),
    "Coursera": (coursera, 1e-7, False),
    "minitorch": (minitorch, 1e-6, True),
    "dlsys": (dlsys, 1e-4, True),
}


def flagged(name: str, forward: Callable, draw: Callable, backward: Callable) -> int:
    """Return in how many draws one of the others notices."""
    flags, step, ones = OTHERS[name]
    count = 0
    for seed in range(DRAWS):
        rng = np.random.default_rng(seed)
        inputs = draw(rng)
        shape = forward(*inputs).shape
        up = np.ones(shape) if ones else rng.normal(size=shape)
        numeric = slopes(forward, inputs, up, step)
        got = backward(up, *inputs)
        got = list(got) if isinstance(got, tuple) else [got]
        count += bool(flags(got, numeric, rng))
    return count


def noticed(forward: Callable, draw: Callable, backward: Callable) -> int:
    """Return in how many draws our check notices."""
    return sum(
        not check_pair(forward, backward, *draw(np.random.default_rng(seed)), seed=seed).passed
        for seed in range(DRAWS)
    )


def main() -> None:
    """Print the table."""
    rows = []
    for mistake, case in MISTAKES.items():
        rows.append([mistake, *(flagged(name, *case) for name in OTHERS), noticed(*case)])
    print(tabulate(rows, ["mistake", *OTHERS, "here"], tablefmt="github"))


if __name__ == "__main__":
    main()
