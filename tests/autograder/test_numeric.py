"""A derivative that was measured earns nothing where two proofs say so; no formula is accused."""

import inspect

import numpy as np
import pytest

from autograder.asks import Gradient
from autograder.checking import check_answer
from autograder.exercise import Exercise, Family
from autograder.exercises import exercises_of
from autograder.reference import Reference, find_reference, lesson_names
from course.gradcheck import numerical_gradient


def central(f, x):
    return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5


def forward(f, x):
    return (f(x + 1e-8) - f(x)) / 1e-8


def richardson(f, x, h=2e-4):
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)


def complex_step(f, x):
    return f(x + 1e-30j).imag / 1e-30


METHODS = (central, forward, richardson, complex_step)


def measured(exercise, reference, method):
    """Return an answer that measures every derivative that the exercise asks for."""
    (ask,) = exercise.asks
    function = reference.namespace[ask.of] if isinstance(ask.of, str) else ask.of
    names = list(exercise.families[0].draw(np.random.default_rng(0)))

    def answer(*arguments):
        case = dict(zip(names, arguments, strict=True))
        used = {k: v for k, v in case.items() if k in inspect.signature(function).parameters}
        upstream = 1.0 if ask.upstream is None else case[ask.upstream]

        def derivative(name):
            x = np.asarray(used[name])
            gradient = np.zeros(x.shape)
            for i in np.ndindex(x.shape):

                def along(v, i=i):
                    moved = x.astype(complex if isinstance(v, complex) else float)
                    moved[i] = v
                    return np.sum(function(**used | {name: moved[()]}) * upstream)

                gradient[i] = method(along, x[i])
            return gradient if gradient.ndim else float(gradient)

        gradients = tuple(derivative(name) for name in ask.wrt)
        return gradients if len(gradients) > 1 else gradients[0]

    return answer


def measurable():
    """Every exercise that one gradient of arguments is asked of, in all lessons."""
    for lesson in lesson_names():
        for name, exercise in exercises_of(lesson).items():
            case = exercise.families[0].draw(np.random.default_rng(0))
            plain = len(exercise.asks) == 1 and exercise.driver is None
            if plain and isinstance(exercise.asks[0], Gradient):
                (ask,), reference = exercise.asks, find_reference(lesson)
                asked = [case.get(wrt) for wrt in ask.wrt]
                inputs = all(isinstance(value, float | np.ndarray) for value in asked)
                if inputs and not ask.intermediates(reference):
                    yield pytest.param(exercise, reference, id=name)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("exercise", "reference"), list(measurable()))
def test_measured_derivative_earns_nothing(exercise, reference, method):
    answer = measured(exercise, reference, method)
    result = check_answer(answer, exercise, reference, seed=3, repeats=2, points=2)
    # One-sided differences may be too inexact to be right, and not every formula takes complex
    # numbers; the other two are always exact enough.
    allowed = {forward: ("measured", "wrong"), complex_step: ("measured", "wrong", "crashed")}
    assert result.status in allowed.get(method, ("measured",)), str(result)
    assert result.earned == 0 or result.status == "wrong"


SQUARES = Exercise(
    name="squares_grad",
    asks=(Gradient(lambda x: (x**2).sum(), wrt=("x",)),),
    families=(Family("three", lambda rng: {"x": rng.normal(size=3)}, "a test"),),
    hints=(),
    mistakes=(),
)
REFERENCE = Reference("test", ((' exercise="squares_grad"', "def squares_grad(x): return 2 * x"),))


def verdict(answer):
    result = check_answer(answer, SQUARES, REFERENCE, seed=0, repeats=2, points=2)
    return result.status, result.look, result.summary


def test_measured_derivative_is_told_kindly_and_why():
    status, _, summary = verdict(lambda x: numerical_gradient(lambda v: (v**2).sum(), x))
    assert status == "measured"
    assert summary == (
        "the numbers are right, but measured: its last digits differ from the formula's, as a "
        "measurement's do and one function is called 9 times for 3 derivatives and it calls "
        "course.gradcheck. Here the formula is asked for; keep your measurement, to check the "
        "formula with."
    )


def test_one_proof_is_full_marks_and_a_human_look():
    status, look, _ = verdict(lambda x: 2 * x * (1 + 1e-10))
    assert status == "passed"
    assert look == "its last digits differ from the formula's, as a measurement's do"

    def checks_itself(x):
        numerical_gradient(lambda v: (v**2).sum(), x)
        return 2 * x

    assert verdict(checks_itself)[:2] == ("passed", "it calls course.gradcheck")


def test_helper_called_for_each_entry_is_no_proof():
    def one(value):
        return 2 * value

    answer = lambda x: np.array([one(one(value)) / 2 for value in x])  # noqa: E731
    assert verdict(answer)[:2] == ("passed", "")


def test_helper_of_an_inexact_formula_is_no_second_proof():
    def tiny(value):  # called for every entry, and twice
        return value + 1e-10

    answer = lambda x: np.array([tiny(value) + tiny(value) for value in x])  # noqa: E731
    status, look, _ = verdict(answer)
    assert status == "passed"
    assert look.startswith("its last digits differ")


def test_one_measured_derivative_of_several_is_seen():
    two = Exercise(
        name="two_grads",
        asks=(Gradient(lambda x, y: (x**2 * y).sum(), wrt=("x", "y")),),
        families=(
            Family("three", lambda rng: {"x": rng.normal(size=3), "y": rng.normal(size=3)}, "a"),
        ),
        hints=(),
        mistakes=(),
    )
    solution = "def two_grads(x, y): return 2 * x * y, x**2"
    reference = Reference("test", ((' exercise="two_grads"', solution),))

    def answer(x, y):
        return 2 * x * y, numerical_gradient(lambda v: (x**2 * v).sum(), y)

    result = check_answer(answer, two, reference, seed=0, repeats=2, points=2)
    assert (result.status, result.earned) == ("measured", 0)
