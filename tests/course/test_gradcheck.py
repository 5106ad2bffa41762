import numpy as np
import pytest

from course.gradcheck import numerical_gradient, numerical_jacobian, relative_error, step_size


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
