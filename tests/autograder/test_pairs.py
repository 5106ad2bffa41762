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
        (lambda dx, dw, db, dout: (dx, 2 * dw, db), "a factor of 2"),
        (lambda dx, dw, db, dout: (dx, dw.T, db), "transposed"),
        (
            lambda dx, dw, db, dout: (dx, dw, dout.mean(axis=0)),
            "too small by a factor, the rows of x",
        ),
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
    assert result.mistake == "too large by a factor, the rows of x"


def test_loss_and_gradient_from_one_function_can_be_taken_apart():
    def both(x, y):
        return softmax_loss(x, y), softmax_loss_backward(1.0, x, y)

    assert check_pair(
        lambda x, y: both(x, y)[0], lambda up, x, y: up * both(x, y)[1], X, LABELS
    ).passed


@pytest.mark.parametrize(
    ("forward", "backward", "sentence"),
    [
        (affine_forward, lambda dout, x, w, b: dout,
         "is called with (upstream, cache), since forward returns a tuple; but "),
        (softmax_loss, lambda up, cache: up,
         "is called with (upstream, *inputs), since forward returns its output alone; but "),
    ],
)  # fmt: skip
def test_backward_of_the_other_kind_is_told_how_it_is_called(forward, backward, sentence):
    inputs = (X, W, b) if forward is affine_forward else (X, LABELS)
    assert check_pair(forward, backward, *inputs).summary.startswith(sentence)


def test_inputs_without_floats_are_refused():
    with pytest.raises(TypeError, match="none of the inputs is float64"):
        check_pair(lambda n: n, lambda up, n: up, 3)


@pytest.mark.parametrize(
    ("forward", "backward", "inputs"),
    [
        (lambda x, gamma: x * gamma, lambda d, x, gamma: (d, d * x), (X, np.ones(4))),
        (lambda x, b: np.maximum(x + b, 0), lambda d, x, b: (d * (x > 0), d * (x > 0)),
         (X[0], np.zeros(4))),
        (lambda x: x * x, lambda d, x: 2 * d, (np.ones(3),)),
    ],
)  # fmt: skip
def test_inputs_that_are_all_equal_hide_nothing(forward, backward, inputs):
    assert not check_pair(forward, backward, *inputs).passed


def test_right_pair_at_a_kink_passes():
    assert check_pair(relu, lambda d, x: d * (x > 0), np.zeros((3, 2))).passed


def lookup(table, ids):
    return table[ids]


def test_repeated_rows_of_a_table_are_tried():
    def last_one_wins(d, table, ids):
        grad = np.zeros_like(table)
        grad[ids] = d
        return grad

    def added_up(d, table, ids):
        grad = np.zeros_like(table)
        np.add.at(grad, ids, d)
        return grad

    ids = np.array([2, 0])
    assert check_pair(lookup, added_up, W, ids).passed
    result = check_pair(lookup, last_one_wins, W, ids)
    assert (result.passed, result.family) == (False, "twice the rows of ids")


def test_single_numbers_need_no_gradient_but_may_have_one():
    def scaled(x, by):
        return x * by

    for value in (lambda d, x, by: d * by), (lambda d, x, by: (d * by, (d * x).sum())):
        assert check_pair(scaled, value, X, 0.5).passed
    wrong = check_pair(scaled, lambda d, x, by: (d * by, d.sum()), X, 0.5)
    assert wrong.summary == "dby wrong; dx right."


def test_none_may_stand_for_labels():
    backward = lambda up, x, y: (softmax_loss_backward(up, x, y), None)  # noqa: E731
    assert check_pair(softmax_loss, backward, X, LABELS).passed


def test_forward_that_draws_is_refused():
    with pytest.raises(ValueError, match="another output for the same inputs"):
        check_pair(lambda x: x * RNG.random(x.shape), lambda d, x: d, X)


def test_inputs_may_have_any_names():
    assert check_pair(lambda upstream: 3 * upstream, lambda d, upstream: 3 * d, X).passed
    assert check_pair(lambda *x: x[0] * x[1], lambda d, x, y: (d * y, d * x), X, 2 * X).passed
    with pytest.raises(TypeError, match="none of the inputs is float64"):
        check_pair(lambda many: many[0] @ many[1], lambda d, many: d, [X, W])


# Mistakes that checkers of other courses let through, each on the input they let it through on; the
# share that they flag was measured for CS231n's, Coursera's, minitorch's and others.


def affine(x, w, b):
    return x @ w + b


def affine_grads(dout, x, w, b):
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def relu(x):
    return np.maximum(x, 0)


def relu_in_place(dout, x):
    dout[x <= 0] = 0
    return dout


def rows(n, d=4, m=3):
    return lambda rng: (rng.normal(size=(n, d)), rng.normal(size=(d, m)), rng.normal(size=m))


def away_from_the_kink(rng):
    return (rng.uniform(0.5, 2, (5, 4)) * rng.choice([-1, 1], (5, 4)),)


WRONG = {
    "db of shape (1, M)": (affine, rows(10), lambda d, x, w, b: (
        d @ w.T, x.T @ d, d.sum(axis=0, keepdims=True))),
    "db is a mean, N = 10": (affine, rows(10), lambda d, x, w, b: (
        d @ w.T, x.T @ d, d.mean(axis=0))),
    "db is a mean, N = 1": (affine, rows(1), lambda d, x, w, b: (
        d @ w.T, x.T @ d, d.mean(axis=0))),
    "dW transposed, square input": (affine, rows(5, 4, 4), lambda d, x, w, b: (
        d @ w.T, (x.T @ d).T, d.sum(axis=0))),
    "upstream ignored": (affine, rows(10), lambda d, x, w, b: affine_grads(
        np.ones_like(d), x, w, b)),
    "sigma' taken at the activation": (sigmoid, lambda rng: (rng.normal(size=6),), lambda d, z: (
        d * sigmoid(sigmoid(z)) * (1 - sigmoid(sigmoid(z))))),
    "relu mask from the upstream": (relu, away_from_the_kink, lambda d, x: d * (d > 0)),
    "= for += in x * x * y": (
        lambda x, y: x * x * y, lambda rng: (rng.normal(size=5), rng.normal(size=5)),
        lambda d, x, y: (d * x * y, d * x * x)),
    "loss gradient off by 0.5 %": (
        softmax_loss, lambda rng: (rng.normal(size=(6, 4)), rng.integers(0, 4, 6)),
        lambda d, x, y: 1.005 * softmax_loss_backward(d, x, y)),
    "relu edits its upstream in place": (relu, away_from_the_kink, relu_in_place),
    "result silently float32": (affine, rows(10), lambda d, x, w, b: tuple(
        part.astype(np.float32) for part in affine_grads(d, x, w, b))),
}  # fmt: skip
RIGHT = {
    "affine": (affine, rows(10), affine_grads),
    "affine, one example": (affine, rows(1), affine_grads),
    "affine, square": (affine, rows(4, 4, 4), affine_grads),
    "sigmoid": (sigmoid, lambda rng: (10 * rng.normal(size=6),),
                lambda d, z: d * sigmoid(z) * (1 - sigmoid(z))),
    "relu": (relu, away_from_the_kink, lambda d, x: d * (x > 0)),
    "softmax": (softmax_loss, lambda rng: (rng.normal(size=(6, 4)), rng.integers(0, 4, 6)),
                softmax_loss_backward),
}  # fmt: skip
SEEDS = 20


@pytest.mark.parametrize("what", WRONG)
def test_mistake_that_other_checkers_miss_is_flagged_every_time(what):
    forward, draw, backward = WRONG[what]
    for seed in range(SEEDS):
        inputs = draw(np.random.default_rng(seed))
        assert not check_pair(forward, backward, *inputs, seed=seed).passed


@pytest.mark.parametrize("what", RIGHT)
def test_right_pair_never_raises_a_false_alarm(what):
    forward, draw, backward = RIGHT[what]
    for seed in range(SEEDS):
        inputs = draw(np.random.default_rng(seed))
        result = check_pair(forward, backward, *inputs, seed=seed)
        assert result.passed, str(result)
