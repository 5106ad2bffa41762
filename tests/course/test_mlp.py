import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.activations import ACTIVATIONS
from course.gradcheck import check_model, relative_error
from course.losses import LOSSES
from course.mlp import MLP

LOSS_NAMES = [name for name in LOSSES if name != "binary_cross_entropy"]


def batch(N, D, C, loss, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, D))
    return X, rng.integers(0, C, N) if "softmax" in loss else rng.uniform(size=(N, C))


@settings(max_examples=40, deadline=None)
@given(
    hidden=st.lists(st.integers(1, 7), max_size=5),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    loss=st.sampled_from(LOSS_NAMES),
    reg=st.sampled_from([0.0, 0.3]),
    N=st.integers(1, 6),
    seed=st.integers(0, 1000),
)
def test_every_gradient_agrees_with_central_differences(hidden, activation, loss, reg, N, seed):
    widths = [4, *hidden, 3]
    network = MLP(widths, activation, loss, reg, rng=np.random.default_rng(seed))
    network.parameters += 0.1 * np.random.default_rng(seed).normal(size=network.parameters.size)
    for comparison in check_model(network, *batch(N, 4, 3, loss, seed)):
        assert comparison.passed, str(comparison)


def test_two_layer_gradients_are_those_of_the_notes():
    # delta^(2) = (P - Y)/N, delta^(1) = delta^(2) W2 · tanh'(a1), and outer products summed over n
    X, y = batch(5, 4, 3, "softmax")
    network = MLP([4, 6, 3], "tanh", reg=0.1)
    (W1, W2), (b1, b2) = network.W, network.b
    H = np.tanh(X @ W1.T + b1)
    E = np.exp(H @ W2.T + b2)
    dA2 = (E / E.sum(axis=1, keepdims=True) - np.eye(3)[y]) / 5
    dA1 = dA2 @ W2 * (1 - H**2)
    network.loss_and_gradients(X, y)
    assert relative_error(network.dW[1], sum(map(np.outer, dA2, H)) + 0.1 * W2) < 1e-14
    assert relative_error(network.dW[0], sum(map(np.outer, dA1, X)) + 0.1 * W1) < 1e-14
    assert relative_error(network.db[1], dA2.sum(axis=0)) < 1e-14
    assert relative_error(network.db[0], dA1.sum(axis=0)) < 1e-14


def test_the_penalty_raises_the_loss_and_leaves_biases_out():
    X, y = batch(5, 4, 3, "softmax")
    plain, penalised = MLP([4, 6, 3], reg=0.0), MLP([4, 6, 3], reg=0.5)
    added = 0.25 * sum((W**2).sum() for W in plain.W)
    assert penalised.loss(X, y) == pytest.approx(plain.loss(X, y) + added, rel=1e-14)
    plain.loss_and_gradients(X, y)
    penalised.loss_and_gradients(X, y)
    assert (plain.db[0] == penalised.db[0]).all()


def test_loss_at_zero_weights_is_log_c():
    X, y = batch(5, 4, 3, "softmax")
    assert MLP([4, 6, 3], sigma=0.0).loss(X, y) == pytest.approx(np.log(3))


def test_weights_are_drawn_with_variance_1_over_fan_in():
    network = MLP([784, 512, 10], sigma=2.0, rng=np.random.default_rng(0))
    assert network.W[0].std() == pytest.approx(2.0 / np.sqrt(784), rel=0.01)
    assert network.W[1].std() == pytest.approx(2.0 / np.sqrt(512), rel=0.05)
    assert not network.b[0].any()


def test_parameters_and_gradients_are_one_vector_each():
    network = MLP([4, 6, 3])
    assert network.parameters.size == 6 * 5 + 3 * 7
    network.parameters[:] = 1.0
    assert (network.W[1] == 1.0).all()
    network.db[0][:] = 7.0
    assert (network.gradients == 7.0).sum() == 6


def test_backward_alone_gives_the_same_gradient():
    X, y = batch(5, 4, 3, "softmax")
    network = MLP([4, 6, 3])
    together = network.loss_and_gradients(X, y)[1].copy()
    network.forward(X)
    assert (network.backward(y) == together).all()


def test_a_step_makes_no_array_of_the_size_of_a_layer():
    import tracemalloc

    X, y = batch(64, 50, 3, "softmax")
    network = MLP([50, 4000, 3], "tanh")
    network.loss_and_gradients(X, y)
    tracemalloc.start()
    network.loss_and_gradients(X, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 4000 * 8 / 10  # NumPy's own buffers take 64 kB


def test_inputs_are_not_modified():
    X, y = batch(5, 4, 3, "softmax")
    before = X.copy(), y.copy()
    MLP([4, 6, 3]).loss_and_gradients(X, y)
    assert (X == before[0]).all()
    assert (y == before[1]).all()


def test_saved_network_comes_back(tmp_path):
    network = MLP([4, 6, 3], ["relu", "identity"], "quadratic", reg=0.2)
    network.save(tmp_path / "network.npz")
    again = MLP.load(tmp_path / "network.npz")
    X, Y = batch(5, 4, 3, "quadratic")
    assert again.loss(X, Y) == network.loss(X, Y)
    assert again.activations == network.activations
    np.savez(tmp_path / "other.npz", x=1)
    with pytest.raises(ValueError, match="is no saved network"):
        MLP.load(tmp_path / "other.npz")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: MLP([4]), r"widths are \[4\] but must be two or more numbers >= 1"),
        (lambda: MLP([4, 0, 3]), r"widths are \[4, 0, 3\]"),
        (lambda: MLP([4, 3], ["tanh", "tanh"]), "there are 2 activations but 1 layers"),
        (lambda: MLP([4, 5, 3], "gelu"), "no activation 'gelu'; there are sigmoid, tanh"),
        (lambda: MLP([4, 3], loss="hinge"), "no loss 'hinge'; there are quadratic"),
        (lambda: MLP([4, 3], reg=-1.0), "reg is -1.0 but must be 0 or above"),
        (lambda: MLP([4, 3]).forward(np.ones((2, 5))),
         r"X has shape \(2, 5\) but the network takes \(N, 4\)"),
    ],
)  # fmt: skip
def test_bad_input_is_told(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_backward_needs_a_forward_pass():
    with pytest.raises(RuntimeError, match="backward needs a forward pass first"):
        MLP([4, 3]).backward(np.array([0]))
