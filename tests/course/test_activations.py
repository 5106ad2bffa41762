import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import activations
from course.activations import ACTIVATIONS, log_softmax, sigmoid_grad, softmax, softmax_grad
from course.gradcheck import numerical_gradient, numerical_jacobian, relative_error

pytestmark = pytest.mark.usefixtures("raise_on_float_errors")
A = np.array([-3.0, -1.2, -0.4, 0.3, 0.9, 2.5])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivative_agrees_with_central_differences(name):
    activation = ACTIVATIONS[name]
    numeric = numerical_gradient(activation.phi, A)
    assert relative_error(activation.phi_grad(A), numeric) < 1e-9


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "identity"])
def test_derivative_agrees_with_the_complex_step(name):
    analytic = {
        "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
        "tanh": np.tanh,
        "softplus": lambda a: np.log(1 + np.exp(a)),
        "identity": lambda a: a,
    }[name]
    exact = analytic(A + 1e-30j).imag / 1e-30
    assert relative_error(ACTIVATIONS[name].phi_grad(A), exact) < 1e-14


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_pullback_multiplies_by_the_derivative(name):
    activation = ACTIVATIONS[name]
    upstream = np.linspace(-1, 1, A.size)
    dH, H = upstream.copy(), activation.phi(A)
    activation.pullback(dH, H, np.empty_like(dH))
    assert relative_error(dH, upstream * activation.phi_grad(A)) < 1e-14
    assert (activation.phi(A) == H).all(), "H is not modified"


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(a=st.floats(-1e4, 1e4))
def test_no_overflow_no_nan_no_warning(name, a):
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        value, slope = ACTIVATIONS[name].phi(a), ACTIVATIONS[name].phi_grad(a)
    assert np.isfinite(value)
    assert np.isfinite(slope)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_input_is_not_modified_and_out_is_used(name):
    phi, before = ACTIVATIONS[name].phi, A.copy()
    out = np.empty_like(A)
    expected = phi(A)
    phi(A, out=out)
    assert (A == before).all()
    assert (out == expected).all()
    in_place = A.copy()
    phi(in_place, out=in_place)
    assert (in_place == expected).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_number_gives_a_number(name):
    assert np.ndim(ACTIVATIONS[name].phi(0.5)) == 0
    assert np.ndim(ACTIVATIONS[name].phi_grad(0.5)) == 0


def test_values_of_the_notes():
    # sigma(1) = 0.7311, the last value of the notes' gate-by-gate example: 1/(1 + e^-1)
    assert activations.sigmoid(1.0) == pytest.approx(0.731058578630005, rel=1e-14)
    # sigma'(1) = 0.7311·0.2689 = 0.1966
    assert sigmoid_grad(1.0) == pytest.approx(0.196611933241482, rel=1e-14)


def test_tanh_is_a_shifted_and_scaled_sigmoid():
    assert relative_error(activations.tanh(A), 2 * activations.sigmoid(2 * A) - 1) < 1e-15


def test_tails_keep_their_relative_accuracy():
    # sigma'(40) = e^-40/(1 + e^-40)² = 4.248354255291589e-18; 1 - sigma(40) rounds to 0
    assert sigmoid_grad(40.0) == pytest.approx(4.248354255291589e-18, rel=1e-14)
    assert activations.sigmoid(-40.0) == pytest.approx(4.248354255291589e-18, rel=1e-14)
    assert activations.tanh_grad(20.0) == pytest.approx(4 * np.exp(-40.0), rel=1e-14)


def test_relu_has_slope_0_at_its_kink():
    assert activations.relu_grad([-1.0, 0.0, 1.0]).tolist() == [0.0, 0.0, 1.0]


def test_softplus_is_never_0():
    assert activations.softplus(-700.0) > 0


def test_softmax_rows_add_up_to_1_for_huge_logits():
    logits = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [3.0, 2.0, 1.0]])
    assert np.allclose(softmax(logits).sum(axis=1), 1.0, rtol=1e-15)
    assert np.isfinite(log_softmax(logits)).all()


def test_softmax_jacobian_agrees_with_central_differences():
    logits = np.array([0.2, -1.0, 2.0, 0.7])
    assert relative_error(softmax_grad(logits), numerical_jacobian(softmax, logits)) < 1e-9
    assert softmax_grad(np.stack([logits, logits])).shape == (2, 4, 4)
