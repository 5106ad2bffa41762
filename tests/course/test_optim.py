import numpy as np
import pytest

from course.datasets import digits, moons, spirals, xor
from course.mlp import MLP
from course.optim import OPTIMIZERS, accuracy, adam, momentum, sgd, train


def test_sgd_step_by_hand():
    w = np.array([1.0, 2.0])
    sgd(w, np.array([0.5, -1.0]), {}, lr=0.1)
    assert w.tolist() == [0.95, 2.1]


def test_momentum_steps_by_hand():
    w, state = np.array([1.0]), {}
    momentum(w, np.array([1.0]), state, lr=0.1)  # v = 1, w = 0.9
    momentum(w, np.array([1.0]), state, lr=0.1)  # v = 1.9, w = 0.71
    assert w == pytest.approx([0.71])


def test_adam_steps_by_hand():
    # The first step is lr·sign(g), whatever the gradient's size; so is the second for equal g
    w, state = np.array([1.0, 1.0]), {}
    adam(w, np.array([3.0, -0.01]), state, lr=0.1)
    assert w == pytest.approx([0.9, 1.1], abs=1e-6)
    adam(w, np.array([3.0, -0.01]), state, lr=0.1)
    assert w == pytest.approx([0.8, 1.2], abs=1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_rule_leaves_gradients_alone_and_finds_a_minimum(name):
    w, state = np.array([3.0, -2.0]), {}
    for _ in range(500):
        gradient = w.copy()
        before = gradient.copy()
        OPTIMIZERS[name](w, gradient, state, lr=0.05)
        assert (gradient == before).all()
    assert np.abs(w).max() < 1e-2


def test_digits_are_learned_to_95_percent():
    X, y, X_test, y_test = digits()
    network = MLP([64, 64, 10], "relu", rng=np.random.default_rng(0))
    history = train(network, X, y, epochs=20, validation=(X_test, y_test), progress=False)
    assert history.accuracy[-1] > 0.95
    assert len(history.loss) == len(history.validation_loss) == 20
    assert history.loss[-1] < 0.2 * history.loss[0]


def test_same_seed_gives_the_same_training():
    X, y = moons(100, np.random.default_rng(0))
    losses = [
        train(MLP([2, 8, 2]), X, y, rng=np.random.default_rng(1), progress=False).loss
        for _ in range(2)
    ]
    assert losses[0] == losses[1]


def test_divergence_stops_training_and_says_where():
    X, y = moons(100, np.random.default_rng(0))
    network = MLP([2, 8, 2], "relu")
    with pytest.warns(
        RuntimeWarning, match="training diverged in epoch 1, step 2: H2 is the first"
    ):
        history = train(network, X, y, lr=1e300, optimizer="sgd", progress=False)
    assert history.diverged.endswith("Try a smaller lr than 1e+300.")
    assert history.loss == []


def test_nan_in_the_data_is_found_in_the_input():
    X, y = moons(100, np.random.default_rng(0))
    X[3, 1] = np.nan
    with pytest.warns(RuntimeWarning, match="H0 is the first quantity that is not finite"):
        train(MLP([2, 8, 2]), X, y, batch=100, progress=False)


def test_bad_input_is_told():
    X, y = moons(100, np.random.default_rng(0))
    with pytest.raises(ValueError, match="X has 100 rows but Y has 99"):
        train(MLP([2, 8, 2]), X, y[1:], progress=False)
    with pytest.raises(ValueError, match="no optimizer 'lion'; there are sgd, momentum, adam"):
        train(MLP([2, 8, 2]), X, y, optimizer="lion")


@pytest.mark.parametrize("dataset", [xor, moons, spirals])
def test_planar_data_can_be_learned_and_is_seeded(dataset):
    X, y = dataset(300, np.random.default_rng(3))
    again, _ = dataset(300, np.random.default_rng(3))
    assert (X == again).all()
    assert X.shape == (300, 2)
    network = MLP([2, 32, 32, y.max() + 1], "tanh")
    train(network, X, y, epochs=60, lr=0.01, progress=False)
    assert accuracy(network, X, y) > 0.97


def test_digits_are_split_without_overlap():
    X, y, X_test, y_test = digits(seed=4)
    assert len(X) + len(X_test) == 1797
    assert 0.0 == X.min() < X.max() == 1.0
    assert set(y) == set(y_test) == set(range(10))
    other = digits(seed=5)
    assert not (X[:10] == other[0][:10]).all()
