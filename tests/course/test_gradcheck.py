import numpy as np
import pytest

from course import losses
from course.gradcheck import (
    check_gradient,
    check_model,
    check_vjp,
    entries_off,
    numerical_gradient,
    numerical_jacobian,
    relative_error,
    step_size,
)
from course.mlp import MLP


def test_gradient_of_a_sum_of_squares_is_twice_x():
    x = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, 4.0]])
    assert relative_error(numerical_gradient(lambda x: (x**2).sum(), x), 2 * x) < 1e-9


def test_gradient_contracts_with_the_upstream():
    x, upstream = np.array([0.3, -1.2]), np.array([2.0, -3.0])
    gradient = numerical_gradient(np.sin, x, upstream)
    assert relative_error(gradient, upstream * np.cos(x)) < 1e-9


def test_gradient_of_a_number_is_a_number():
    assert numerical_gradient(np.exp, 1.0).shape == ()
    assert numerical_gradient(np.exp, 1.0) == pytest.approx(np.e, rel=1e-9)


def test_chain_of_the_notes():
    # J = cos(sin(x²) + 3x²), dJ/dx = -sin(sin(x²) + 3x²)·(cos(x²) + 3)·2x, at x = 1:
    # -sin(0.84147 + 3)·(0.54030 + 3)·2 = 0.64412·3.54030·2 = 4.56073
    gradient = numerical_gradient(lambda x: np.cos(np.sin(x**2) + 3 * x**2), 1.0)
    assert gradient == pytest.approx(4.56073, abs=1e-4)


def test_input_is_put_back_even_if_f_fails():
    x = np.array([1.0, 2.0])

    def fails(_):
        raise RuntimeError("f fails")

    with pytest.raises(RuntimeError, match="f fails"):
        numerical_gradient(fails, x)
    assert (x == [1.0, 2.0]).all()


@pytest.mark.parametrize("dtype", [int, np.float32, bool, complex])
def test_only_float64_is_differentiated(dtype):
    with pytest.raises(TypeError, match=f"x has dtype {np.dtype(dtype)} but finite differences"):
        numerical_gradient(lambda x: x.sum(), np.ones(3, dtype=dtype))


def test_upstream_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"upstream has shape \(3,\) but f\(x\) has shape \(2,\)"):
        numerical_gradient(np.sin, np.ones(2), np.ones(3))


def test_jacobian_has_a_row_for_each_output_and_a_column_for_each_input():
    W = np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]])
    jacobian = numerical_jacobian(lambda x: W @ x, np.array([0.1, 0.2, 0.3]))
    assert jacobian.shape == (2, 3)
    assert relative_error(jacobian, W) < 1e-9


def test_jacobian_refuses_what_is_not_a_vector():
    with pytest.raises(ValueError, match=r"x has shape \(2, 2\) but a Jacobian needs a vector"):
        numerical_jacobian(lambda x: x, np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"f\(x\) has shape \(\) but a Jacobian needs a vector"):
        numerical_jacobian(lambda x: x.sum(), np.ones(2))


def test_step_grows_with_x():
    assert step_size([0.0, 1.0, -1000.0]).tolist() == pytest.approx(
        [6.06e-6, 6.06e-6, 6.06e-3], 1e-3
    )


def test_relative_error_is_measured_on_the_larger_norm():
    # |(3, 4) - (0, 0)| / max(5, 0) = 1;  |(3, 4) - (3, 5)| = 1, over |(3, 5)| = sqrt(34)
    assert relative_error([3.0, 4.0], [0.0, 0.0]) == 1.0
    assert relative_error([3.0, 4.0], [3.0, 5.0]) == pytest.approx(1 / np.sqrt(34))


def test_relative_error_uses_the_floor_for_tiny_arrays():
    assert relative_error(1e-12, 2e-12) == pytest.approx(1e-9)


def test_relative_error_of_huge_arrays_does_not_overflow():
    assert relative_error([1e300, 1e300], [1e300, 1e300]) == 0.0


def test_relative_error_never_broadcasts():
    with pytest.raises(ValueError, match=r"shapes differ: \(3,\) and \(1, 3\)"):
        relative_error(np.ones(3), np.ones((1, 3)))


def test_relative_error_of_nan_is_nan():
    assert np.isnan(relative_error([np.nan], [1.0]))


def test_check_gradient_passes_a_right_and_tells_a_wrong_one():
    x = np.array([1.0, -2.0])
    assert check_gradient(lambda x: (x**2).sum(), lambda x: 2 * x, x).passed
    wrong = check_gradient(lambda x: (x**2).sum(), np.array([2.0, 4.0]), x)
    assert not wrong.passed
    assert wrong.worst == (1,)
    assert str(wrong) == (
        "dx: off, relative error 1.8e+00; at dx[1] it is 4, central differences give -4"
    )


def test_check_gradient_never_broadcasts():
    with pytest.raises(ValueError, match=r"dx has shape \(1, 2\) but x has shape \(2,\)"):
        check_gradient(lambda x: x.sum(), np.ones((1, 2)), np.ones(2))


def test_entries_at_a_kink_are_reported_and_left_out():
    x = np.array([1.0, 1e-7, -1.0])  # the second step goes across the kink of the relu
    report = check_gradient(lambda x: np.maximum(x, 0).sum(), lambda x: (x > 0) * 1.0, x)
    assert report.kinks.tolist() == [False, True, False]
    assert report.passed
    assert "1 entries at a kink left out" in str(report)


@pytest.mark.parametrize("f", [np.exp, np.tanh, np.square, lambda x: np.exp(5 * x)])
def test_smooth_functions_have_no_kink(f):
    x = np.linspace(-2, 2, 41)
    numeric = numerical_gradient(f, x)
    assert not check_gradient(lambda x: f(x).sum(), numeric, x).kinks.any()


def affine_forward(x, w, b):
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def test_check_vjp_of_a_pair_with_a_cache():
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)]
    names = ["x", "w", "b"]
    reports = check_vjp(affine_forward, affine_backward, inputs, names=names)
    assert [report.name for report in reports] == ["dx", "dw", "db"]
    assert all(report.passed for report in reports)

    def mean_for_sum(dout, cache):
        dx, dw, _ = affine_backward(dout, cache)
        return dx, dw, dout.mean(axis=0)

    assert [one.passed for one in check_vjp(affine_forward, mean_for_sum, inputs)] == [
        True, True, False,
    ]  # fmt: skip


def test_check_vjp_leaves_labels_alone():
    A, y = np.random.default_rng(0).normal(size=(4, 3)), np.array([0, 2, 1, 1])
    (report,) = check_vjp(
        losses.softmax_cross_entropy,
        lambda up, A, y: up * losses.softmax_cross_entropy_grad(A, y),
        [A, y],
    )
    assert report.passed


def test_check_vjp_counts_the_gradients():
    with pytest.raises(ValueError, match="backward returned 1 gradients but 2 inputs are float64"):
        check_vjp(lambda a, b: a * b, lambda up, a, b: up * b, [np.ones(2), np.ones(2)])
    with pytest.raises(TypeError, match="none of the inputs is float64"):
        check_vjp(lambda a: a, lambda up, a: up, [np.ones(2, int)])


@pytest.mark.parametrize("activations", ["tanh", "relu", ["softplus", "sigmoid", "tanh"]])
def test_check_model_gives_the_numbers_of_the_plain_loop(activations):
    rng = np.random.default_rng(0)
    network = MLP([5, 4, 6, 3], activations, reg=0.1, rng=rng)
    X, y = rng.normal(size=(7, 5)), rng.integers(0, 3, 7)
    before = network.parameters.copy()
    reports = check_model(network, X, y)
    assert (network.parameters == before).all()
    assert [report.name for report in reports] == ["dW1", "db1", "dW2", "db2", "dW3", "db3"]

    def loss(parameters):
        network.parameters[:] = parameters
        return network.loss(X, y)

    plain = numerical_gradient(loss, before)
    fast = np.concatenate([report.numeric.ravel() for report in reports])
    assert np.abs(fast - plain).max() < 1e-8
    assert all(report.passed for report in reports)


def test_check_model_finds_one_wrong_entry():
    rng = np.random.default_rng(0)
    network = MLP([5, 4, 3], rng=rng)

    class Wrong(MLP):
        def loss_and_gradients(self, X, Y):
            loss, gradients = super().loss_and_gradients(X, Y)
            self.dW[0][2, 3] *= 1.01
            return loss, gradients

    network.__class__ = Wrong
    reports = check_model(network, rng.normal(size=(7, 5)), rng.integers(0, 3, 7))
    assert [report.passed for report in reports] == [False, True, True, True]
    assert reports[0].worst == (2, 3)


def test_an_entry_that_is_not_finite_is_off_and_hides_no_other():
    for bad in (np.inf, -np.inf, np.nan):
        assert entries_off([1.0, 2.0, 3.0], [1.0, 2.5, bad]).tolist() == [False, True, True]
        assert entries_off([1.0, bad, bad], [1.0, 2.5, bad]).tolist() == [False, True, True]
