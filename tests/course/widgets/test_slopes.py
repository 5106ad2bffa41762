import numpy as np
import pytest

from course.figures.slopes import difference_quotient
from course.widgets import drag_eps
from course.widgets.slopes import PLACES, picture_of_eps


def test_central_difference_gains_two_digits_where_forward_gains_one():
    eps = np.array([1e-2, 1e-3])
    central, forward = (
        np.abs(difference_quotient(np.sin, 1.0, eps, kind) - np.cos(1.0))
        for kind in ("central", "forward")
    )
    assert 90 < central[0] / central[1] < 110
    assert 9 < forward[0] / forward[1] < 11


def test_float32_loses_the_step_that_float64_still_sees():
    eps = np.array([1e-9])
    assert difference_quotient(np.sin, 1.0, eps, dtype="float32")[0] == 0.0
    assert abs(difference_quotient(np.sin, 1.0, eps)[0] - np.cos(1.0)) < 1e-6


@pytest.mark.parametrize("eps", [1.0, 1e-5, 1e-15])
def test_at_a_kink_the_central_difference_is_one_half_for_every_step(eps):
    _, said = picture_of_eps(PLACES["a kink: relu at x = 0"], eps, "central", "float64")
    assert said.endswith(
        "difference in float64 is 0.50000000. There is no slope at the kink; relu' is 0 there by "
        "convention."
    )


def test_beside_a_kink_small_steps_are_exact():
    place = PLACES["beside a kink: relu at x = 0.001"]
    assert "off by" in picture_of_eps(place, 0.01, "central", "float64")[1]
    assert "is 1.00000000, the slope is 1.00000000" in picture_of_eps(
        place, 2.0**-12, "central", "float64"
    )[1]  # fmt: skip


def test_keyboard_and_choices_change_picture_and_sentence():
    panel = drag_eps()
    eps, place, kind, dtype = panel.children[0].children[1:5]
    seen = {panel.said}
    for control, value in ((eps, 1e-6), (kind, "forward"), (dtype, "float32"),
                           (place, place.options[1])):  # fmt: skip
        picture = panel.picture
        control.value = value
        assert panel.said not in seen
        assert panel.picture != picture
        seen.add(panel.said)
    assert "eps = 1e-06: the forward difference in float32" in panel.said


def test_a_function_without_its_derivative_is_refused():
    with pytest.raises(TypeError, match="needs both, a function f and its derivative df, or none"):
        drag_eps(np.exp)
