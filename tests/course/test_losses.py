import numpy as np
import pytest

from course import losses
from course.activations import sigmoid
from course.gradcheck import numerical_gradient, relative_error
from course.losses import LOSSES

pytestmark = pytest.mark.usefixtures("raise_on_float_errors")
N, C = 4, 3


def case(name):
    rng = np.random.default_rng(1)
    output = rng.normal(size=(N, C))
    Y = rng.uniform(0.1, 0.9, size=(N, C))
    if name == "binary_cross_entropy":
        output = sigmoid(output)
    if name == "softmax_cross_entropy":
        Y /= Y.sum(axis=1, keepdims=True)
    return output, Y


@pytest.mark.parametrize("name", LOSSES)
def test_gradient_agrees_with_central_differences(name):
    output, Y = case(name)
    loss = LOSSES[name]
    numeric = numerical_gradient(lambda out: loss.value(out, Y), output)
    assert relative_error(loss.grad(output, Y), numeric) < 1e-9


@pytest.mark.parametrize("name", LOSSES)
def test_value_grad_both_and_each_agree(name):
    output, Y = case(name)
    loss = LOSSES[name]
    value, grad = loss.value_and_grad(output, Y)
    assert value == loss.value(output, Y) == pytest.approx(loss.each(output, Y).mean(), rel=1e-14)
    assert (grad == loss.grad(output, Y)).all()


@pytest.mark.parametrize("name", LOSSES)
def test_loss_is_a_mean_over_the_batch(name):
    output, Y = case(name)
    loss = LOSSES[name]
    twice = loss.value_and_grad(np.tile(output, (2, 1)), np.tile(Y, (2, 1)))
    assert twice[0] == pytest.approx(loss.value(output, Y), rel=1e-14)
    assert relative_error(twice[1][:N], loss.grad(output, Y) / 2) < 1e-14


def test_labels_and_one_hot_rows_are_the_same():
    output, _ = case("softmax_cross_entropy")
    y = np.array([2, 0, 0, 1])
    by_label = LOSSES["softmax_cross_entropy"].value_and_grad(output, y)
    by_row = LOSSES["softmax_cross_entropy"].value_and_grad(output, np.eye(C)[y])
    assert by_label[0] == pytest.approx(by_row[0], rel=1e-14)
    assert relative_error(by_label[1], by_row[1]) < 1e-14


def test_loss_at_equal_logits():
    # log C for one class out of C; C·log 2 for C yes-or-no outputs
    zeros = np.zeros((N, C))
    assert losses.softmax_cross_entropy(zeros, [0, 1, 2, 0]) == pytest.approx(np.log(3))
    assert losses.sigmoid_cross_entropy(zeros, np.eye(C)[[0, 1, 2, 0]]) == pytest.approx(
        3 * np.log(2)
    )


@pytest.mark.parametrize("name", ["sigmoid_cross_entropy", "softmax_cross_entropy"])
@pytest.mark.parametrize("size", [1e4, -1e4])
def test_huge_logits_stay_finite(name, size):
    Y = np.eye(C)[[0, 0, 1, 1]]  # class 2 is absent from the batch
    A = size * np.eye(C)[[0, 1, 2, 0]]
    value, grad = LOSSES[name].value_and_grad(A, Y)
    assert np.isfinite(value)
    assert np.isfinite(grad).all()
    assert np.isfinite(LOSSES[name].value(A[:1], Y[:1]))


def test_binary_cross_entropy_of_the_notes_has_a_minus_in_front():
    # -(1·log 0.8 + 0) = 0.2231; derivative -(1/0.8) = -1.25
    assert losses.binary_cross_entropy([[0.8]], [[1.0]]) == pytest.approx(0.2231435513142097)
    assert losses.binary_cross_entropy_grad([[0.8]], [[1.0]])[0, 0] == pytest.approx(-1.25)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: losses.quadratic(np.ones((2, 3)), np.ones((3, 2))),
         r"Y_hat has shape \(2, 3\) but Y has shape \(3, 2\)"),
        (lambda: losses.quadratic(np.ones(3), np.ones(3)),
         r"Y_hat has shape \(3,\) but should have shape \(N, C\)"),
        (lambda: losses.quadratic(np.ones((0, 3)), np.ones((0, 3))), r"N >= 1"),
        (lambda: losses.binary_cross_entropy([[1.0]], [[1.0]]),
         "P goes from 1 to 1 but must lie strictly between 0 and 1"),
        (lambda: losses.softmax_cross_entropy(np.ones((2, 3)), [0, 3]),
         "labels go from 0 to 3 but A has 3 columns"),
        (lambda: losses.softmax_cross_entropy(np.ones((2, 3)), [-1, 0]),
         "labels go from -1 to 0 but A has 3 columns"),
        (lambda: losses.softmax_cross_entropy(np.ones((2, 3)), [0.0, 1.0]),
         "labels have dtype float64 but must be whole numbers"),
        (lambda: losses.softmax_cross_entropy(np.ones((2, 3)), [0, 1, 2]),
         "A has 2 rows but there are 3 labels"),
        (lambda: losses.softmax_cross_entropy(np.ones((1, 3)), [[0.0, 0.5, 0.0]]),
         "a row of Y adds up to 0.5 but should add up to 1"),
    ],
)  # fmt: skip
def test_bad_input_is_told_with_both_sides(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
