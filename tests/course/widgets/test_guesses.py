import numpy as np
import pytest

from course import graph
from course.widgets.guesses import Verdict, judge
from course.widgets.sweeps import sweep


def step_of(build, title):
    return next(step for step in sweep(*build()).steps if step.title == title)


@pytest.mark.parametrize(
    "typed", ["0.1966", "0.197", " 0.19661 ", "-1 * -0.1966", "+.1966", "1/5.086"]
)
def test_numbers_and_products_are_right_to_three_digits(typed, graphs):
    verdict = judge(typed, step_of(graphs.neuron, "dw2"))
    assert verdict.right
    assert verdict.said == "Yes, dw2 = 0.1966."


def test_a_typographic_minus_is_a_minus(graphs):
    assert judge("−4", step_of(graphs.product, "dx")).right


@pytest.mark.parametrize(
    ("build", "title", "typed", "sentence"),
    [
        ("product", "dx", "4", "4 has the right size and the wrong sign."),
        ("product", "dq", "1", "1 is the upstream derivative. Multiply it by the local one, -4."),
        ("product", "dx", "1", "1 is the local derivative. Multiply it by the upstream one, -4."),
        ("product", "dx", "-3", "-3 is the sum of local and upstream derivative. They multiply."),
        ("product", "dx", "-4.1", "-4.1 is close. Compute one digit more."),
        ("product", "dx", "17", "17 is not dx. Try again, or go on to see it."),
        ("doubled", "da", "2", "2 is what one use brings. Add what the others bring."),
        ("branching", "dt", "0.7895", "0.7895 is what one use brings. Add what the others bring."),
        ("product", "q", "-3", "-3 has the right size and the wrong sign."),
    ],
)  # fmt: skip
def test_a_known_mistake_is_named(build, title, typed, sentence, graphs):
    verdict = judge(typed, step_of(getattr(graphs, build), title))
    assert not verdict.right
    assert verdict.said == sentence


def test_a_number_that_two_mistakes_explain_is_not_named():
    x = graph.Node(1.5)
    y = 2.0 * x
    step = sweep(2.0 * y, {"x": x, "y": y}).steps[-1]
    assert (step.title, step.result) == ("dx", 4.0)  # local 2, upstream 2
    assert judge("2", step).said == "2 is not dx. Try again, or go on to see it."


@pytest.mark.parametrize(
    "typed", ["abc", "", "1 +", "__import__('os')", "True", "9**9", "1/0", "1e400 * 0", "'1'", "2j"]
)
def test_what_is_not_a_number_is_said_so(typed, graphs):
    verdict = judge(typed, step_of(graphs.product, "dx"))
    assert not verdict.right
    assert "is not a number. Type one such as -0.5" in verdict.said


@pytest.mark.parametrize("typed", ["(3, 2)", "3, 2", "3 x 2", "3 2"])
def test_of_an_array_the_shape_is_asked(typed, graphs):
    verdict = judge(typed, step_of(graphs.arrays, "dW1"))
    assert verdict.right
    assert verdict.said == "Yes, dW1 has shape (3, 2)."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("(2, 3)", "(2, 3) is the shape turned round."),
        ("5 3", "The shape is not (5, 3). A derivative has the shape of its quantity."),
        ("0.3?", "The shape is not (0, 3). A derivative has the shape of its quantity."),
        ("matrix", "dW1 is an array. Type its shape, such as (3, 2)."),
    ],
)
def test_a_wrong_shape_is_told_what_it_is(typed, sentence, graphs):
    verdict = judge(typed, step_of(graphs.arrays, "dW1"))
    assert (verdict.right, verdict.said) == (False, sentence)


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_no_number_is_right_for_infinity(value):
    x = graph.Node(value)
    step = sweep(x + 1.0, {"y": x}).steps[0]
    assert judge("7", step) == Verdict(False, "v1 is not finite. Type ? to see it.")


def test_no_wrong_number_is_right_by_rounding(graphs):
    rng = np.random.default_rng(0)
    step = step_of(graphs.neuron, "dw0")
    for factor in 1 + rng.choice([-1, 1], 200) * rng.uniform(0.006, 1, 200):
        assert not judge(repr(float(step.result * factor)), step).right
