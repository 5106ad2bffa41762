import re

import numpy as np
import pytest

from course.activations import sigmoid
from course.gradcheck import numerical_gradient
from course.widgets import tune_neuron
from course.widgets.neuron import picture_of_unit, unit_gradients

INPUTS = np.array([0.7, -1.2, 0.4, 1.5, -0.8])  # w1, w2, b, x1, x2


@pytest.mark.parametrize("y", [0.0, 1.0])
@pytest.mark.parametrize("loss", ["cross-entropy", "quadratic"])
def test_gradients_of_the_unit_are_those_of_central_differences(loss, y):
    def forward(v):
        return unit_gradients(v[:2], v[3:], v[2], y, loss).loss

    rows = unit_gradients(INPUTS[:2], INPUTS[3:], INPUTS[2], y, loss).rows
    gradients = {name: local * upstream for name, _, local, upstream in rows}
    names = ["w₁", "w₂", "b", "x₁", "x₂"]
    numeric = numerical_gradient(forward, INPUTS)
    np.testing.assert_allclose([gradients[name] for name in names], numeric, rtol=1e-8)


def test_upstream_of_every_row_is_the_gradient_of_what_it_goes_into():
    rows = unit_gradients([2.0, -3.0], [-1.0, -2.0], -3.0, 1.0, "quadratic").rows
    gradient = {"J": 1.0} | {name: local * upstream for name, _, local, upstream in rows}
    for _, into, _, upstream in rows:
        assert upstream == gradient[into]


def test_cross_entropy_is_finite_far_out():
    unit = unit_gradients([1.0], [0.0], -600.0, 1.0, "cross-entropy")
    assert unit.loss == 600.0
    assert unit.rows[1][2] * unit.rows[1][3] == pytest.approx(-1.0)


@pytest.mark.parametrize("a", [-46.0, -36.0, 36.0, 46.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_derivative_of_cross_entropy_by_the_output_keeps_its_digits(a, y):
    rows = unit_gradients([1.0], [0.0], a, y, "cross-entropy").rows
    np.testing.assert_allclose(rows[0][2], 1 + np.exp(a) if y == 0 else -1 - np.exp(-a))
    np.testing.assert_allclose(rows[1][2] * rows[1][3], sigmoid(a) if y == 0 else -sigmoid(-a))


def test_sentence_tells_the_three_fates_of_a_saturated_unit():
    def said(b, loss):
        return picture_of_unit(0.0, 0.0, b, 0.0, 0.0, 1.0, loss)[1]

    assert "not saturated" in said(0.0, "quadratic")
    assert "on the right side" in said(8.0, "quadratic")
    assert "takes the gradient away" in said(-8.0, "quadratic")
    assert "makes up for the slope" in said(-8.0, "cross-entropy")


def test_table_shows_local_upstream_and_gradient():
    picture, _ = picture_of_unit(2.0, -3.0, -3.0, -1.0, -2.0, 1.0, "quadratic")
    texts = re.findall(r">([^<>\n]+)</text>", picture)
    row = texts.index("a")
    assert texts[row : row + 4] == ["a", "dŷ/da = 0.197", "-0.269", "-0.0529"]


def test_every_slider_moves_the_unit():
    panel = tune_neuron()
    for control in panel.children[0].children[1:6]:
        before = panel.said
        control.value += 1.0
        assert panel.said != before, control.description
