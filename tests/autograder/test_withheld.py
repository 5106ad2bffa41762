"""A right answer that calls the library's own earns nothing, and nobody else is accused of it."""

import dataclasses
import functools
import sys
from collections import Counter

import numpy as np
import pytest

from autograder import verify
from autograder.asks import Value
from autograder.checking import check_answer
from autograder.exercise import Exercise, Family
from autograder.exercises import exercises_of, find_exercise
from autograder.reference import Reference, find_reference
from autograder.withheld import wrongly_withheld
from course import activations, graph, losses
from course.activations import ACTIVATIONS, sigmoid


def check(name, fn):
    exercise, reference = find_exercise(name)
    return check_answer(fn, exercise, reference, seed=1, repeats=2, points=2)


def test_call_of_a_withheld_function_earns_nothing_and_is_told_kindly():
    result = check("sigmoid_grad", activations.sigmoid_grad)
    assert result.status == "taken"
    assert result.earned == 0
    assert result.summary == (
        "the numbers are right, but your function calls `course.activations.sigmoid_grad`, which "
        "does what you are asked to write here. Write it out; to compare with the library, call "
        "it outside of your function."
    )


def composition_by_graph(theta):
    node = graph.Node(theta)
    graph.log(1 + graph.cos(node) ** 2).backward()
    return node.grad


def graph_order():
    """Return an answer that stands in the lesson's notebook, where the student's `Node` is."""
    source = (
        "from course import graph\n"
        "def topological_order(output):\n    return graph.topological_order(output)"
    )
    return find_reference("02_computational_graphs").function("topological_order", source)


def loss_of_one(y_hat, y):
    return losses.binary_cross_entropy(np.array([[y_hat]]), np.array([[y]]))


@pytest.mark.parametrize(
    ("name", "fn", "called"),
    [
        ("composition_grad", composition_by_graph, "course.graph.Node"),
        ("topological_order", graph_order(), "course.graph.topological_order"),
        ("stable_sigmoid", sigmoid, "course.activations.sigmoid"),
        ("cross_entropy_loss", loss_of_one, "course.losses.binary_cross_entropy"),
        ("relu_backward", lambda dH, A: dH * activations.relu_grad(A),
         "course.activations.relu_grad"),
        ("stable_softmax", lambda A: np.exp(activations.log_softmax(A)),
         "course.activations.log_softmax"),
        ("softmax_jacobian", activations.softmax_grad, "course.activations.softmax_grad"),
        ("logits_grad", losses.softmax_cross_entropy_grad,
         "course.losses.softmax_cross_entropy_grad"),
    ],
)  # fmt: skip
def test_the_librarys_answer_is_seen_in_every_lesson(name, fn, called):
    result = check(name, fn)
    assert result.status == "taken", str(result)
    assert f"calls `{called}`" in result.summary


@pytest.mark.parametrize(
    "fn",
    [
        lambda a: ACTIVATIONS["sigmoid"].phi_grad(a),
        functools.partial(activations.sigmoid_grad),
        np.vectorize(activations.sigmoid_grad),
        lambda a: np.array([[activations.sigmoid_grad(v) for v in row] for row in np.atleast_2d(a)])
        .reshape(np.shape(a)),
    ],
    ids=["registry", "partial", "vectorize", "loop"],
)  # fmt: skip
def test_withheld_function_is_seen_under_any_name(fn):
    assert check("sigmoid_grad", fn).status == "taken"


def test_call_for_one_kind_of_input_only_is_seen():
    rule = find_reference("02_computational_graphs").solution("unary_rule")

    def by_graph(a):
        node = graph.Node(a)
        graph.sigmoid(node).backward()
        return node.grad

    result = check("unary_rule", lambda op, a: by_graph(a) if op == "sigmoid" else rule(op, a))
    assert result.status == "taken"


def test_own_function_of_the_same_name_is_another_one():
    def sigmoid_grad(a):
        return sigmoid(a) * (1 - sigmoid(a))

    assert check("sigmoid_grad", lambda a: sigmoid_grad(a)).status == "passed"


def test_wrong_answer_is_told_what_is_wrong_whatever_it_calls():
    result = check("sigmoid_grad", lambda a: 2 * activations.sigmoid_grad(a))
    assert result.status == "wrong"
    assert "sigmoid_grad`" not in result.summary


def test_watching_leaves_a_profiler_as_it_was():
    seen = []
    sys.setprofile(lambda *event: seen.append(event))
    try:
        profiler = sys.getprofile()
        check("sigmoid_grad", activations.sigmoid_grad)
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)


def lesson_that_hands_out(*given):
    """Return a lesson of given cells and, after them, the exercise `answer`."""
    cells = [("", source) for source in given]
    return Reference("test", (*cells, (' exercise="answer"', "def answer(a): return a")))


def complaints(withheld, *given):
    exercise = Exercise("answer", (Value("h"),), (Family("any", dict, ""),), (), ())
    exercise = dataclasses.replace(exercise, withheld=(withheld,))
    return list(wrongly_withheld(lesson_that_hands_out(*given), [exercise]))


def test_withheld_name_must_exist():
    assert complaints("course.activations.sigmoid_slope") == [
        "answer: cannot withhold course.activations.sigmoid_slope: module 'course.activations' "
        "has no attribute 'sigmoid_slope'"
    ]
    assert complaints("course.engine")[0].startswith("answer: cannot withhold course.engine: ")


def test_name_whose_calls_nobody_can_see_cannot_be_withheld():
    for name in ("numpy.tanh", "course.activations.ACTIVATIONS", "math.exp"):
        assert complaints(name) == [
            f"answer: cannot withhold {name}: only calls of functions and modules written in "
            "Python can be seen"
        ]


def test_what_the_lesson_hands_out_cannot_be_withheld():
    given = "from course.activations import tanh as phi"
    assert complaints("course.activations.tanh", given) == [
        "answer: withholds course.activations.tanh, but the lesson hands out phi"
    ]
    assert complaints("course.activations", given) == [
        "answer: withholds course.activations, but the lesson hands out phi"
    ]
    assert complaints("course.mlp", "from course.mlp import MLP") == [
        "answer: withholds course.mlp, but the lesson hands out MLP"
    ]
    assert complaints("course.activations.tanh_grad", given) == []


def test_module_is_handed_out_where_given_cells_make_use_of_it():
    imported = "from course import losses"
    used = "def cost(A, Y):\n    return losses.sigmoid_cross_entropy(A, Y)"
    assert complaints("course.losses", imported) == [], "imported for a figure"
    assert complaints("course.losses", imported, used) == [
        "answer: withholds course.losses, but the lesson hands out losses"
    ]


def test_what_is_handed_out_after_the_exercise_can_be_withheld():
    exercise = exercises_of("03_sigmoid_neuron")["stable_sigmoid"]
    assert "course.activations.sigmoid" in exercise.withheld


def test_the_linter_fails_for_a_name_that_cannot_be_withheld(monkeypatch, lesson, exercises):
    wrong = dataclasses.replace(exercises["power_grad"], withheld=("course.engine",))
    monkeypatch.setattr(verify, "exercises_of", lambda name: exercises | {"power_grad": wrong})
    (problem,) = verify._problems(lesson, 1, Counter())
    assert problem.startswith("power_grad: cannot withhold course.engine: ")
