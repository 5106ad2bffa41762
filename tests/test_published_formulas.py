"""What the lecture notes print, as our copies have it, against what holds: the table of lesson 5.

One test for each slip that numbers can show; the others are spelling, and the table says "by hand".
Letters as in lesson 1: (a) Gelbart, (b) Neural Networks II, (c) Lecture 10, (d) Backpropagation,
(e) Olson.
"""

import numpy as np
import pytest

from course.activations import (
    log_softmax,
    relu,
    sigmoid,
    sigmoid_grad,
    softmax,
    softplus,
    tanh,
    tanh_grad,
)
from course.gradcheck import numerical_gradient, numerical_jacobian, relative_error
from course.graph import Node

TOLERANCE = 1e-8


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def agrees(formula, measured):
    return relative_error(formula, measured) < TOLERANCE


def test_a_output_gradient_needs_half_the_squares(rng):
    z, target = rng.normal(size=4), rng.normal(size=4)
    printed = z - target
    half = numerical_gradient(lambda v: 0.5 * np.sum((v - target) ** 2), z)
    whole = numerical_gradient(lambda v: np.sum((v - target) ** 2), z)
    assert agrees(printed, half)
    assert agrees(2 * printed, whole)


def test_b_only_the_first_layer_gets_the_input(rng):
    x = rng.normal(size=5)
    Theta = [rng.normal(size=(3, 5)), rng.normal(size=(2, 3))]
    h1 = sigmoid(Theta[0] @ x)
    with pytest.raises(ValueError, match="matmul"):
        sigmoid(Theta[1] @ x)  # h2 = g(Theta2 x) as printed
    # The output as printed on the same slide is g(Theta2 h1).
    assert sigmoid(Theta[1] @ h1).shape == (2,)


def test_b_bias_gradient_has_a_penalty_only_if_the_penalty_has_the_bias(rng):
    x, y, reg = rng.normal(size=3), 0.3, 0.5
    w, b = rng.normal(size=3), 0.7

    def loss(b, penalised):
        data = 0.5 * (sigmoid(w @ x + b[0]) - y) ** 2
        return data + reg / 2 * (w @ w + (b[0] ** 2 if penalised else 0.0))

    a = w @ x + b
    g = (sigmoid(a) - y) * sigmoid_grad(a)
    biases_too = numerical_gradient(lambda v: loss(v, penalised=True), np.array([b]))
    ours = numerical_gradient(lambda v: loss(v, penalised=False), np.array([b]))
    assert agrees([g + reg * b], biases_too)
    assert agrees([g], ours)


def test_c_pre_activation_comes_from_the_layer_before(rng):
    x0, W1, w2 = rng.normal(size=4), rng.normal(size=(3, 4)), rng.normal(size=3)
    x1 = tanh(W1 @ x0)
    z = w2 @ x1  # the last layer, L = 2, takes x1
    x2 = np.array([tanh(z)])
    with pytest.raises(ValueError, match="matmul"):
        w2 @ x2  # z = w(L)T x(L) as printed


def test_c_derivatives_of_a_pre_activation_are_exchanged(rng):
    W, x = rng.normal(size=3), rng.normal(size=3)
    by_x = numerical_gradient(lambda v: W @ v, x)
    by_W = numerical_gradient(lambda v: v @ x, W)
    assert not agrees(x, by_x), "dz_k/dx = x as printed"
    assert agrees(W, by_x)
    assert agrees(x, by_W)


def test_c_slope_of_one_unit_is_a_number(rng):
    z = rng.normal(size=5)
    assert np.shape(tanh_grad(z[0])) == ()
    assert tanh_grad(z).shape == (5,), "all m slopes together"


def test_c_hidden_gradient_ends_with_the_input(rng):
    x, y = rng.normal(size=4), 0.3
    W1, w2 = rng.normal(size=(3, 4)), rng.normal(size=3)

    def loss(W):
        return 0.5 * (y - sigmoid(w2 @ tanh(W @ x))) ** 2

    z1 = W1 @ x
    z2 = w2 @ tanh(z1)
    error = -(y - sigmoid(z2)) * sigmoid_grad(z2)
    printed = error * tanh_grad(z1) * w2  # one number for each k: no x, so no row of weights
    right = (error * w2 * tanh_grad(z1))[:, None] * x
    measured = numerical_gradient(loss, W1)
    assert printed.shape != measured.shape
    assert agrees(right, measured)
    second = numerical_gradient(lambda v: 0.5 * (y - sigmoid(v @ tanh(z1))) ** 2, w2)
    assert not agrees(printed, second), "nor is it the derivative by W(2), as its name says"


def test_c_weights_divided_by_fan_in_keep_the_scale(rng):
    x = rng.normal(size=(2000, 784))
    normal = rng.normal(size=(10, 784))
    printed = (x @ (normal / np.sqrt(10)).T).std()  # m_l = 10 units of the layer itself
    right = (x @ (normal / np.sqrt(784)).T).std()
    assert printed == pytest.approx(8.9, abs=0.3)
    assert right == pytest.approx(1.0, abs=0.05)


def test_c_slope_is_near_zero_where_z_is_large():
    assert tanh_grad(10.0) < 1e-8
    assert sigmoid_grad(-20.0) < 1e-8
    assert tanh_grad(0.0) == 1.0


def test_d_tanh_is_shifted_and_scaled(rng):
    u = rng.normal(size=20)
    np.testing.assert_allclose(tanh(u), 2 * sigmoid(2 * u) - 1, atol=1e-15)
    assert np.abs(tanh(u) - (2 * sigmoid(u) - 1)).max() > 0.1, "range alone"
    assert np.abs(tanh(u) - (sigmoid(u) - 0.5)).max() > 0.1, "shift alone"


def test_d_softplus_is_never_zero(rng):
    A = rng.normal(size=10_000)
    assert 0.48 < np.mean(relu(A) == 0) < 0.52
    assert softplus(A).min() > 0
    assert softplus(-700.0) > 0


def test_d_mean_squared_error_is_not_half_the_square(rng):
    y, target = rng.normal(size=5), rng.normal(size=5)
    measured = numerical_gradient(lambda v: np.mean((v - target) ** 2), y)
    assert agrees(2 / 5 * (y - target), measured)
    assert not agrees(y - target, measured)


def test_d_loss_lacks_its_minus():
    logits = np.zeros(3)
    printed = numerical_gradient(lambda a: log_softmax(a)[0], logits)  # J = sum y* log y
    for gradient, better in ((printed, False), (-printed, True)):
        assert (softmax(logits - gradient)[0] > softmax(logits)[0]) == better
    a = np.array([0.0])
    binary = numerical_gradient(lambda v: np.log(sigmoid(v)), a)  # y* = 1
    assert sigmoid(a - binary)[0] < 0.5 < sigmoid(a + binary)[0]


@pytest.mark.parametrize("y", [0.0, 1.0, 0.3])
def test_d_module_5_has_one_sign_wrong(y):
    p = np.array([0.35])
    likelihood = numerical_gradient(lambda v: np.sum(y * np.log(v) + (1 - y) * np.log(1 - v)), p)
    before = y / p + (1 - y) / (p - 1)
    module_5 = y / p + (1 - y) / (1 - p)
    assert agrees(before, likelihood)
    assert agrees(-before, -likelihood), "of the loss it is the negative"
    if y < 1:
        assert not agrees(module_5, likelihood)
    if y > 0:
        assert not agrees(module_5, -likelihood)


def test_d_every_path_brings_its_own_derivative(rng):
    alpha, x = rng.normal(size=(3, 4)), rng.normal(size=4)
    measured = numerical_gradient(lambda v: np.sum(np.sin(alpha @ v)), x)
    da = np.cos(alpha @ x)
    assert not agrees(da.sum() * alpha.sum(axis=0), measured)
    assert agrees(alpha.T @ da, measured)


def test_d_bias_unit_is_one_and_not_a_sigmoid(rng):
    z, beta = sigmoid(rng.normal(size=4)), rng.normal(size=5)
    right = beta[0] + beta[1:] @ z
    printed = beta @ np.concatenate([[sigmoid(0.0)], z])  # a_0 = 0: nothing comes in
    assert right - printed == pytest.approx(beta[0] / 2)


def test_d_all_zero_stays_zero():
    a = Node(1.5)
    b = a + a
    c = b + b
    c.backward(0.0)  # "initialize all partial derivatives to 0", the output's own too
    assert a.grad == 0.0
    c.backward()
    assert a.grad == 4.0


def test_e_perceptron_has_a_step_and_logistic_regression_a_sigmoid():
    a = np.array([-1.3, 0.4, 2.0])
    np.testing.assert_array_equal(numerical_jacobian(lambda v: (v > 0) * 1.0, a), 0.0)
    assert agrees(np.diag(sigmoid_grad(a)), numerical_jacobian(sigmoid, a))


def test_e_pre_activation_comes_from_the_layer_before(rng):
    x = rng.normal(size=5)
    W = [rng.normal(size=(4, 5)), rng.normal(size=(3, 4)), rng.normal(size=(2, 3))]
    activations = [x]
    for W_l in W:
        activations.append(sigmoid(W_l @ activations[-1]))  # z^l = W_l a^(l-1)
    prediction = sigmoid(W[2] @ sigmoid(W[1] @ sigmoid(W[0] @ x)))  # as printed below it
    np.testing.assert_array_equal(activations[-1], prediction)
    with pytest.raises(ValueError, match="matmul"):
        W[0] @ activations[1]  # z^l = W_l a^l as printed


def test_e_deltas_of_all_layers_have_the_wrong_sign(rng):
    x, y = rng.normal(size=5), rng.normal(size=2)
    W = [rng.normal(size=(4, 5)), rng.normal(size=(3, 4)), rng.normal(size=(2, 3))]
    z, a = [], x
    for W_l in W:
        z.append(W_l @ a)
        a = sigmoid(z[-1])
    G = [np.diag(sigmoid_grad(z_l)) for z_l in z]
    printed = [G[2] @ (y - a)]
    printed.insert(0, G[1] @ W[2].T @ printed[0])
    printed.insert(0, G[0] @ W[1].T @ printed[0])

    def loss_from(layer, z_l):
        a = sigmoid(z_l)
        for W_l in W[layer + 1 :]:
            a = sigmoid(W_l @ a)
        return 0.5 * np.sum((y - a) ** 2)

    for layer, delta in enumerate(printed):
        measured = numerical_gradient(lambda v, layer=layer: loss_from(layer, v), z[layer])
        assert agrees(-delta, measured)
