"""Small data sets that need no download: three in the plane, and handwritten digits.

| function  | gives                                                                        |
|-----------|------------------------------------------------------------------------------|
| `xor`     | four clouds at the corners of a square, two classes on its diagonals         |
| `moons`   | two interleaved half circles                                                 |
| `spirals` | `classes` spiral arms                                                        |
| `digits`  | 1,797 handwritten digits of 8 x 8 pixels, split into training and test data  |
"""

from importlib import resources

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


def xor(N: int, rng: np.random.Generator, noise: float = 0.15) -> tuple[Array, Labels]:
    """Return points around (±1, ±1); the class says whether the signs differ.

    Parameters
    ----------
    N : int
        How many points.
    rng : Generator
        Draws them.
    noise : float
        Standard deviation of a cloud.

    Returns
    -------
    X : ndarray, shape (N, 2)
    y : ndarray of int, shape (N,)
        0 or 1.

    Examples
    --------
    >>> X, y = xor(4, np.random.default_rng(0), noise=0.0)
    >>> bool(((X[:, 0] * X[:, 1] < 0) == y).all())
    True
    """
    corners = rng.choice([-1.0, 1.0], size=(N, 2))
    return corners + noise * rng.normal(size=(N, 2)), (corners.prod(axis=1) < 0).astype(np.int64)


def moons(N: int, rng: np.random.Generator, noise: float = 0.1) -> tuple[Array, Labels]:
    """Return points on two interleaved half circles.

    Parameters
    ----------
    N : int
        How many points.
    rng : Generator
        Draws them.
    noise : float
        Standard deviation around the half circles, whose radius is 1.

    Returns
    -------
    X : ndarray, shape (N, 2)
    y : ndarray of int, shape (N,)
        0 or 1.
    """
    y = rng.integers(0, 2, size=N)
    angle = rng.uniform(0, np.pi, size=N)
    X = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    X[y == 1] = [1.0, 0.5] - X[y == 1]
    return X + noise * rng.normal(size=(N, 2)), y


def spirals(
    N: int, rng: np.random.Generator, noise: float = 0.05, classes: int = 3
) -> tuple[Array, Labels]:
    """Return points on spiral arms that turn by three quarters of a circle.

    Parameters
    ----------
    N : int
        How many points.
    rng : Generator
        Draws them.
    noise : float
        Standard deviation around the arms, which reach to radius 1.
    classes : int
        How many arms.

    Returns
    -------
    X : ndarray, shape (N, 2)
    y : ndarray of int, shape (N,)
        0 to classes - 1.
    """
    y = rng.integers(0, classes, size=N)
    radius = np.sqrt(rng.uniform(0.02, 1.0, size=N))
    angle = 1.5 * np.pi * radius + 2 * np.pi * y / classes
    X = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return X + noise * rng.normal(size=(N, 2)), y


def digits(seed: int = 0, test: float = 0.2) -> tuple[Array, Labels, Array, Labels]:
    """Return the handwritten digits, shuffled and split.

    Parameters
    ----------
    seed : int
        Of the shuffle.
    test : float
        Share of the test data.

    Returns
    -------
    X_train : ndarray, shape (N, 64)
        Pixels from 0 (paper) to 1 (ink), row by row.
    y_train : ndarray of int, shape (N,)
        The digits, 0 to 9.
    X_test, y_test : ndarray
        The same for the test data.

    References
    ----------
    E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
    Repository, 1998, doi 10.24432/C50P49, CC BY 4.0. The test part of that collection.

    Examples
    --------
    >>> X_train, y_train, X_test, y_test = digits()
    >>> X_train.shape, X_test.shape
    ((1438, 64), (359, 64))
    """
    with resources.files("course").joinpath("data/digits.npz").open("rb") as file:
        saved = np.load(file)
        X, y = saved["X"] / 16.0, saved["y"].astype(np.int64)
    order = np.random.default_rng(seed).permutation(len(y))
    cut = len(y) - int(test * len(y))
    train, held_out = order[:cut], order[cut:]
    return X[train], y[train], X[held_out], y[held_out]
