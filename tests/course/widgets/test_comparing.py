"""The widgets that compare: activations, losses, a gradient and its measurement."""

import re
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.text import Text

from course.figures.losses import two_weight_losses
from course.gradcheck import Comparison, numerical_gradient
from course.widgets import compare_activations, compare_gradients, compare_losses, losses
from course.widgets.activations import (
    LAYERS,
    NAMES,
    WIDTH,
    N,
    layer_by_layer,
    picture_of_activations,
)
from course.widgets.controls import Choice
from course.widgets.drawing import SUPERSCRIPTS
from course.widgets.losses import descend

DIGITS = {digit: sign for sign, digit in SUPERSCRIPTS.items()}

x, y = np.array([-1.3, 0.4, 0.9, 2.0]), np.array([0.0, 1.0, 0.0, 1.0])


def test_descent_steps_along_the_gradient_of_its_own_loss():
    for number, way in enumerate(descend(x, y, 0.8, -1.7, lr=0.3, steps=4)):
        for here, there in pairwise(way):
            numeric = numerical_gradient(
                lambda w, number=number: float(two_weight_losses(w[0], w[1], x, y)[number]), here
            )
            np.testing.assert_allclose(there, here - 0.3 * numeric, atol=1e-9)


def test_quadratic_loss_is_stuck_where_cross_entropy_gets_away():
    x = np.linspace(-3, 3, 30)
    quadratic, cross_entropy = descend(x, (x > 0) * 1.0, 5.0, -5.0, lr=1.0, steps=30)
    assert np.abs(quadratic[-1] - quadratic[0]).max() < 1.0
    assert np.abs(cross_entropy[-1] - cross_entropy[0]).max() > 3.0


def test_losses_agree_with_their_definition():
    quadratic, cross_entropy = two_weight_losses(0.5, -0.7, x, y)
    y_hat = 1 / (1 + np.exp(0.7 * np.tanh(0.5 * x)))
    np.testing.assert_allclose(quadratic, np.mean(0.5 * (y_hat - y) ** 2))
    np.testing.assert_allclose(
        cross_entropy, -np.mean(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))
    )


def test_no_steps_leave_descent_at_its_start():
    panel = compare_losses()
    panel.change(steps=0)
    assert "w1 = 2.00, w2 = -4.00; cross-entropy" in panel.said


def test_gradient_of_the_network_with_identity_keeps_its_norm_on_average():
    norms, dead = layer_by_layer(["identity"], depth=12, sigma=1.0, bias=0.0)
    ratios = norms["identity"][:-1] / norms["identity"][1:]
    assert abs(np.log(ratios).mean()) < 0.1
    assert dead["identity"].max() == 0.0


def test_gradient_norms_are_those_of_the_product_of_jacobians():
    norms, _ = layer_by_layer(["tanh"], depth=2, sigma=1.5, bias=0.2)
    rng = np.random.default_rng(0)  # the same draws: inputs, weights, upstream
    X = rng.normal(size=(N, WIDTH))
    W1, W2 = (rng.normal(0, 1.5 / np.sqrt(WIDTH), (WIDTH, WIDTH)) for _ in range(2))
    upstream = rng.normal(size=(N, WIDTH))
    upstream /= np.linalg.norm(upstream)
    A1 = X @ W1.T + 0.2
    A2 = np.tanh(A1) @ W2.T + 0.2
    first = [
        np.diag(1 - np.tanh(a1) ** 2) @ W2.T @ np.diag(1 - np.tanh(a2) ** 2) @ row
        for a1, a2, row in zip(A1, A2, upstream, strict=True)
    ]
    np.testing.assert_allclose(norms["tanh"][0], np.linalg.norm(first))


def test_relu_keeps_its_gradient_at_the_scale_of_he_and_dies_of_a_negative_bias():
    kept, _ = layer_by_layer(["relu"], depth=20, sigma=np.sqrt(2), bias=0.0)
    lost, _ = layer_by_layer(["relu"], depth=20, sigma=1.0, bias=0.0)
    assert 0.2 < kept["relu"][0] / kept["relu"][-1] < 5
    assert lost["relu"][0] / lost["relu"][-1] < 0.02
    _, dead = layer_by_layer(["relu", "softplus"], depth=5, sigma=1.0, bias=-4.0)
    assert dead["relu"][0] > 0.9
    assert dead["softplus"][0] < 0.5


def test_a_gradient_that_explodes_stays_in_the_picture():
    norms, _ = layer_by_layer(NAMES, depth=20, sigma=3.0, bias=0.0)
    highest = max(norm.max() for norm in norms.values())
    assert highest > 1e6

    def top(sigma):
        svg, _ = picture_of_activations(LAYERS, 0.0, 20, sigma, 0.0)
        powers = re.findall(r">10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)</text>", svg)
        return max(int(power.translate(DIGITS)) for power in powers)

    assert 10 ** top(3.0) > highest / 10
    assert 10 ** top(1.0) <= 1e3


def test_a_way_that_leaves_the_map_makes_it_larger(monkeypatch):
    limits = []
    monkeypatch.setattr(losses, "loss_maps", lambda *args, **_: limits.append(args[3]))
    for lr in (1.0, 10.0):
        compare_losses().change(w1=-0.5, w2=5.0, lr=lr)
        ways = descend(*losses._examples(), -0.5, 5.0, lr, 60)
        assert np.abs(ways).max() <= limits[-1]
    assert limits[0] == 5.0 < limits[-1]


def test_the_choice_of_a_view_tells_a_screen_reader_its_state():
    assert isinstance(compare_activations().children[0].children[1], Choice)


def test_sliders_that_do_nothing_are_disabled():
    panel = compare_activations()
    show, a, *deep = panel.children[0].children[1:-1]
    assert (a.disabled, [control.disabled for control in deep]) == (False, [True] * 3)
    show.value = "a deep network"
    assert (a.disabled, [control.disabled for control in deep]) == (True, [False] * 3)
    before = panel.said
    deep[0].value = 5
    assert panel.said != before
    assert "gradient in layer 5" in panel.said


def comparison(name, numeric, yours, kinks=None):
    numeric = np.asarray(numeric, dtype=float)
    kinks = np.zeros(numeric.shape, bool) if kinks is None else np.array(kinks)
    return Comparison(name, np.asarray(yours, dtype=float), numeric, kinks)


WRONG = comparison("dW", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[1.0, 2.0, 3.0], [-4.0, 5.0, 6.0]])
FINE = comparison("db", [1.0, 2.0], [1.0, 2.0])


def test_worst_entry_of_the_worst_gradient_comes_first():
    panel = compare_gradients([FINE, WRONG])
    assert panel.said == (
        "dW[1, 0] is -4, numeric 4: a difference of -8, a ratio of -1. 1 of 6 entries is off."
    )


def test_sliders_go_through_rows_and_columns():
    panel = compare_gradients([WRONG, FINE])
    which, row, column = panel.children[0].children[1:4]
    assert (row.max, column.max) == (1, 2)
    row.value, column.value = 0, 2
    assert panel.said.startswith("dW[0, 2] is 3, numeric 3: they agree")
    which.value = "db"
    assert (row.disabled, column.max) == (True, 1)
    column.value = 1
    assert panel.said.startswith("db[1] is 2, numeric 2: they agree")
    which.value = "dW"
    assert panel.said.startswith("dW[1, 0] is -4")


def test_another_gradient_can_be_chosen_from_any_entry():
    wrong = comparison("dW", WRONG.numeric, [[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
    panel = compare_gradients([wrong, FINE])
    which, row, column = panel.children[0].children[1:4]
    assert (row.value, column.value) == (1, 2)
    which.value = "db"
    assert panel.said.startswith("db[0] is 1, numeric 1: they agree")
    assert compare_gradients([wrong, FINE]).said == panel.said


def test_nan_is_worse_than_any_number():
    nan = comparison("dx", [1.0, 2.0], [1.0, np.nan])
    panel = compare_gradients([WRONG, nan, FINE])
    assert panel.said == "dx[1] is nan, numeric 2. 1 of 2 entries is off."


def test_a_rerun_shows_what_has_become_wrong():
    right = comparison("dW", WRONG.numeric, WRONG.numeric)
    compare_gradients([FINE, right])
    assert compare_gradients([FINE, WRONG]).said.startswith("dW[1, 0] is -4")
    moved = comparison("dW", WRONG.numeric, [[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
    assert compare_gradients([FINE, moved]).said.startswith("dW[1, 2] is 7")


def test_a_frame_that_moves_paints_nothing_else_anew(monkeypatch):
    rng = np.random.default_rng(0)
    large = comparison("dW", rng.normal(size=(32, 64)), rng.normal(size=(32, 64)))
    for one in (large, WRONG):
        panel = compare_gradients(one)
        panel.change(row=0, column=0)
        drawn: list[object] = []
        with monkeypatch.context() as patch:
            patch.setattr(AxesImage, "draw", lambda image, _, drawn=drawn: drawn.append(image))
            patch.setattr(Line2D, "draw", lambda line, _, drawn=drawn: drawn.append(line))
            patch.setattr(Text, "draw", lambda text, _, drawn=drawn: drawn.append(text.get_text()))
            panel.change(row=1, column=1)
        [frame] = filter(None, drawn)  # matplotlib has empty titles too
        assert isinstance(frame, Line2D)


def test_entries_at_a_kink_do_not_count():
    at_kink = comparison("dx", [0.5, 1.0], [1.0, 1.0], kinks=[True, False])
    panel = compare_gradients(at_kink)
    panel.change(column=0)
    assert "across a kink" in panel.said
    assert "0 of 2 entries are off" in panel.said


def test_a_number_and_a_failing_case_can_be_looked_at():
    case = SimpleNamespace(comparisons=[comparison("dx", 2.0, 3.0)])
    assert compare_gradients(case).said.startswith("dx is 3, numeric 2: a difference of 1")


def test_nothing_and_more_than_two_axes_are_refused():
    with pytest.raises(ValueError, match="there is nothing to compare"):
        compare_gradients([])
    with pytest.raises(ValueError, match=r"dK has shape \(1, 2, 2\); at most two axes show"):
        compare_gradients(comparison("dK", np.ones((1, 2, 2)), np.zeros((1, 2, 2))))
