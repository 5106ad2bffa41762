"""Any pair of functions can be checked and diagnosed in two lines."""

import numpy as np
import pytest

from autograder import check_pair

RNG = np.random.default_rng(0)
X, W, b = RNG.normal(size=(7, 4)), RNG.normal(size=(4, 3)), RNG.normal(size=3)
LABELS = RNG.integers(0, 4, 7)


def affine_forward(x, w, b):
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def softmax_loss(x, y):
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(y)), y].mean()


def softmax_loss_backward(upstream, x, y, count=True):
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    return upstream * p / (len(y) if count else 1)


def test_pair_with_a_cache_passes():
    assert check_pair(affine_forward, affine_backward, X, W, b).passed


def test_pair_without_a_cache_passes_and_labels_have_no_gradient():
    assert check_pair(softmax_loss, softmax_loss_backward, X, LABELS).passed


def mistaken(change):
    return lambda dout, cache: change(*affine_backward(dout, cache), dout)


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (lambda dx, dw, db, dout: (dx, dw, -db), "sign"),
        (lambda dx, dw, db, dout: (dx, 2 * dw, db), "factor 2"),
        (lambda dx, dw, db, dout: (dx, dw.T, db), "transposed"),
        (lambda dx, dw, db, dout: (dx, dw, dout.mean(axis=0)), "factor 1/rows of x"),
        (lambda dx, dw, db, dout: (dw, dx, db), "outputs exchanged"),
    ],
)
def test_mistake_in_a_pair_is_named(change, mistake):
    result = check_pair(affine_forward, mistaken(change), X, W, b)
    assert not result.passed
    assert result.mistake == mistake


def test_forgotten_mean_is_named():
    result = check_pair(
        softmax_loss, lambda up, x, y: softmax_loss_backward(up, x, y, count=False), X, LABELS
    )
    assert result.mistake == "factor rows of x"


def test_inputs_without_floats_are_refused():
    with pytest.raises(TypeError, match="none of the inputs is float64"):
        check_pair(lambda n: n, lambda up, n: up, 3)
