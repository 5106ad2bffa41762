"""What a check says about an answer. The sentences are the product: their text is tested."""

import dataclasses
import importlib.util
import os
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from autograder.asks import Gradient, Value
from autograder.checking import check_answer
from autograder.exercise import Exercise, Family
from autograder.exercises import exercises_of
from autograder.reference import Reference, find_reference, lesson_names
from autograder.student.calling import WrongAnswerError

ALTERNATIVES = Path(__file__).parents[1] / "alternatives"
SEEDS = int(os.environ.get("BACKPROP_SEEDS", "3"))
REFERENCE = Reference("test", ())


def exercise(*asks, **families):
    """Return an exercise named `answer` whose families each give one fixed case."""
    drawn = families or {"fixed": {"x": np.array([1.0, 2.0])}}
    return Exercise(
        name="answer",
        asks=asks,
        families=tuple(
            Family(name, lambda rng, case=case: {k: np.copy(v) if isinstance(v, np.ndarray) else v
                                                 for k, v in case.items()}, "a test")
            for name, case in drawn.items()
        ),
        hints=(),
        mistakes=(),
    )  # fmt: skip


SQUARES = exercise(Gradient(lambda x: (x**2).sum(), wrt=("x",)))
PAIR = exercise(Gradient(lambda w, b: (w**2).sum() * b, wrt=("w", "b")),
                fixed={"w": np.array([1.0, 2.0]), "b": 3.0})  # fmt: skip


def check(fn, exercise=SQUARES, **options):
    return check_answer(fn, exercise, REFERENCE, seed=0, repeats=1, **options)


def said(fn, exercise=SQUARES):
    result = check(fn, exercise)
    assert not result.passed
    return result.summary


def test_right_answer_passes_and_earns_all_points():
    result = check(lambda x: 2 * x, points=3)
    assert result.passed
    assert result.earned == 3
    assert result.summary == "right. It agrees with central differences on 1 inputs."


def test_stub_is_not_attempted():
    def stub(x):
        raise NotImplementedError

    result = check(stub, points=3)
    assert result.status == "not attempted"
    assert result.earned == 0
    assert result.summary == "not written yet: it still raises `NotImplementedError`."


def test_answer_that_calls_a_stub_is_told_which():
    def helper():
        raise NotImplementedError

    assert said(lambda x: helper()) == "it calls `helper`, which is not written yet."


def test_asking_for_input_is_an_error_like_others():
    class StdinError(NotImplementedError):
        """What a notebook raises for input() while it is graded."""

    def asks(x):
        raise StdinError("raw_input was called")

    assert check(asks).status == "crashed"


def test_crash_shows_the_students_own_line(tmp_path):
    path = tmp_path / "student.py"
    path.write_text("import numpy as np\n\n\ndef answer(x):\n    return np.linalg.inv(x)\n")
    spec = importlib.util.spec_from_file_location("student", path)
    student = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(student)
    assert said(student.answer) == (
        "stopped with `LinAlgError: 1-dimensional array given. Array must be at least "
        "two-dimensional`, in line 5 of its cell: `return np.linalg.inv(x)`."
    )


def test_exit_in_an_answer_is_a_crash():
    assert said(lambda x: sys.exit("bye")).startswith("stopped with `SystemExit: bye`")


def test_interrupt_is_passed_on():
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(interrupted)


def test_answer_with_too_many_parameters_is_a_crash_with_a_sentence():
    assert "missing 1 required positional argument: 'y'" in said(lambda x, y: x)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "returned nothing. Is the `return` line missing?"),
        ("2x", "dx is a str, but should be an array of shape (2,)."),
        ({"dx": 1}, "dx is a dict, but should be an array of shape (2,)."),
        (1.0, "dx is a single number, but should be an array of shape (2,)."),
        (np.ones(3), "dx has shape (3,), but should have shape (2,)."),
        (np.ones((1, 2)), "dx has shape (1, 2), but should have shape (2,)."),
        ([[1.0], [1.0, 2.0]], "dx is a list that is no array, "
         "but should be an array of shape (2,)."),
        (np.ones(2, np.float32), "dx has dtype float32, but should have dtype float64."),
        (np.array([2, 4]), "dx has dtype int64, but should have dtype float64."),
        (np.array([2j, 4]), "dx has dtype complex128, but should have dtype float64."),
        (np.array([True, False]),
         "dx is an array of shape (2,) of dtype bool, but should be an array of shape (2,)."),
        (np.array([np.nan, 4.0]), "dx has 1 of 2 entries that are nan or infinite."),
        (np.array([2.0, 5.0]),
         "dx is off: relative error 0.19. The largest difference is at dx[1]: yours is 5, central "
         "differences give 4."),
    ],
)  # fmt: skip
def test_sentence_for_a_wrong_array(answer, sentence):
    assert said(lambda x: answer) == sentence


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("a", "y is a str, but should be a number."),
        (np.ones(1), "y is an array of shape (1,), but should be a number."),
        (np.float32(6.0), "y has dtype float32, but should be a float64 number."),
        (1j, "y has dtype complex128, but should be a float64 number."),
        (float("inf"), "y is inf, not a finite number."),
        (5.0, "y is 5, but the right value is 6 (relative error 0.17)."),
    ],
)
def test_sentence_for_a_wrong_number(answer, sentence):
    reference = Reference("test", (("", "def answer(x): return 2 * x"),))
    doubled = exercise(Value("y"), fixed={"x": 3.0})
    result = check_answer(lambda x: answer, doubled, reference, seed=0, repeats=1)
    assert result.summary == sentence


@pytest.mark.skipif(np.dtype(np.longdouble) == np.float64, reason="it is the same here")
def test_a_number_that_float64_cannot_hold_is_not_taken_for_right():
    reference = Reference("test", (("", "def answer(x): return 2 * x"),))
    doubled = exercise(Value("y"), fixed={"x": 3.0})
    huge = np.longdouble("1e4000")  # finite as it is
    result = check_answer(lambda x: huge, doubled, reference, seed=0, repeats=1)
    assert result.summary == f"y has dtype {huge.dtype}, but should be a float64 number."


def test_whole_numbers_are_numbers():
    reference = Reference("test", (("", "def answer(x): return 2 * x"),))
    doubled = exercise(Value("y"), fixed={"x": 3.0})
    assert check_answer(lambda x: 6, doubled, reference, seed=0, repeats=1).passed


def test_outputs_are_told_apart_and_each_earns_its_share():
    result = check(lambda w, b: (2 * w * b, 1.0), PAIR, points=3)
    assert result.summary == "db wrong; dw right."
    assert [output.right for output in result.outputs] == [True, False]
    assert result.outputs[1].sentence == (
        "db is 1, but central differences give 5 (relative error 0.8)."
    )
    assert result.earned == 1.5


def test_number_of_outputs():
    assert said(lambda w, b: w, PAIR) == (
        "returned an array of shape (2,), but should return 2 values, separated by commas: dw, db."
    )
    assert said(lambda w, b: (w, b, w), PAIR) == "returned 3 values, but should return 2: dw, db."


def test_output_that_was_never_stored():
    result = check(lambda w, b: (2 * w * b, None), PAIR)
    assert result.outputs[1].sentence == "db is None. Was it computed, and returned?"
    assert result.outputs[0].right


def layered(W, x):
    for matrix in W:
        x = np.tanh(matrix @ x)
    return x.sum()


LAYERS = exercise(Gradient(layered, wrt=("W",)),
                  fixed={"W": [np.full((3, 2), 0.3), np.full((1, 3), 0.5)],
                         "x": np.array([1.0, 2.0])})  # fmt: skip


def layered_grads(W, x):
    H = [x]
    for matrix in W:
        H.append(np.tanh(matrix @ H[-1]))
    dW, dh = [None] * len(W), np.ones(1)
    for k in reversed(range(len(W))):
        da = dh * (1 - H[k + 1] ** 2)
        dW[k] = np.outer(da, H[k])
        dh = W[k].T @ da
    return dW


def test_output_that_is_a_list_of_arrays_is_compared_item_by_item():
    assert check(layered_grads, LAYERS).passed
    off = said(lambda W, x: [layered_grads(W, x)[0], 2 * layered_grads(W, x)[1]], LAYERS)
    assert off.startswith("dW[1] is off: relative error 0.5.")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda W, x: W[0], "dW is an array of shape (3, 2), but should be a list of 2 arrays."),
        (lambda W, x: W[:1], "dW has 1 items, but should be a list of 2 arrays."),
        (lambda W, x: [W[0], None], "dW[1] is None. Was it computed, and returned?"),
        (lambda W, x: [W[0].T, W[1]], "dW[0] has shape (2, 3), but should have shape (3, 2)."),
    ],
)
def test_sentence_for_a_wrong_list(answer, sentence):
    assert said(answer, LAYERS) == sentence


def test_gradient_of_an_intermediate_array():
    def forward(x, tap=lambda name, value: value):
        return (tap("b", tap("a", 2 * x) + 1) ** 2).sum()

    tapped = exercise(Gradient(forward, wrt=("b", "a", "x")))
    assert check(lambda x: (4 * x + 2, 4 * x + 2, 8 * x + 4), tapped).passed
    assert said(lambda x: (4 * x + 2, 4 * x + 2, x), tapped) == "dx wrong; db, da right."
    assert said(lambda x: (4 * x + 2, x, x), tapped) == (
        "da, dx wrong; db right. Start with da, the first of them on the way back."
    )


def test_driver_puts_an_answer_to_the_test():
    def driver(fn, x):
        made = fn(x)
        if not isinstance(made, dict):
            raise WrongAnswerError("made no dict.")
        return made["y"]

    reference = Reference("test", (("", "def answer(x): return {'y': 2 * x}"),))
    driven = dataclasses.replace(exercise(Value("y"), fixed={"x": 3.0}), driver=driver)
    results = [
        check_answer(fn, driven, reference, seed=0, repeats=1)
        for fn in (lambda x: {"y": x + x}, lambda x: {"y": x}, lambda x: x)
    ]
    assert [result.summary for result in results] == [
        "right. It agrees with the right values on 1 inputs.",
        "y is 3, but the right value is 6 (relative error 0.5).",
        "made no dict.",
    ]


def test_input_changed_in_place_is_told_and_does_not_spoil_the_truth():
    def in_place(x):
        x *= 2
        return x

    assert said(in_place) == (
        "changed its input `x` in place. Work on a copy: `copy.deepcopy` copies anything, "
        "`.copy()` an array."
    )


def test_wrong_shape_is_told_before_a_changed_input():
    def both(x):
        x *= 2
        return x[:1]

    assert said(both) == "dx has shape (1,), but should have shape (2,)."


def test_nothing_reaches_stderr_and_prints_are_in_the_report(capfd):
    def loud(x):
        print("looking at", x)
        print("to stderr", file=sys.stderr)
        warnings.warn("a warning", stacklevel=1)
        return np.log(x - 1)

    result = check(loud)
    assert capfd.readouterr() == ("", "")
    assert result.notes == (
        "NumPy or Python warned: UserWarning: a warning",
        "NumPy or Python warned: RuntimeWarning: divide by zero encountered in log",
        "Your code printed:\n`looking at [1. 2.]`\n`to stderr`",
    )


def test_long_prints_are_cut():
    result = check(lambda x: [print(line) for line in range(50)] and 3 * x)
    assert result.notes[0].endswith("`4`\n… and 45 more lines")


def test_tuple_for_a_single_output_is_told():
    assert said(lambda x: (2 * x,)) == (
        "returned a tuple with one value in it, but should return dx itself. Is there a comma "
        "behind it?"
    )
    assert said(lambda x: (2 * x, 1.0)) == "returned 2 values, but should return one: dx."


def test_tuples_and_stacked_arrays_are_taken_where_they_fit():
    assert check(lambda x: tuple(2 * x)).passed
    both = exercise(
        Gradient(lambda x, y: (x * y).sum(), wrt=("x", "y")),
        two={"x": np.ones(2), "y": np.zeros(2)},
    )
    assert check(lambda x, y: np.stack([y, x]), both).passed


def test_whole_numbers_in_a_list_are_numbers():
    flat = exercise(Gradient(lambda x: (x**4).sum(), wrt=("x",)), zeros={"x": np.zeros(2)})
    assert check(lambda x: [0, 0], flat).passed


def test_input_that_was_nudged_and_put_back_is_not_changed():
    def nudges(x):
        for i in range(len(x)):
            x[i] += 1e-5
            x[i] -= 2e-5
            x[i] += 1e-5
        return 2 * x

    assert check(nudges).passed


def test_caret_for_a_power_is_told():
    assert said(lambda x: x ^ 2).endswith("In Python a power is written `**`.")


def test_kinds_that_are_right_are_told_beside_a_crash():
    def crashes(x):
        if len(x) > 1:
            raise ValueError("too long")
        return 3 * x**2

    sizes = exercise(Gradient(lambda x: (x**3).sum(), wrt=("x",)),
                     short={"x": np.array([1.0])}, long={"x": np.ones(2)})  # fmt: skip
    assert check(crashes, sizes).notes == ('It is right on every input of this kind: "short".',)


def test_function_in_place_of_an_array_is_told():
    assert said(lambda x: np.sin) == "dx is a function, but should be an array of shape (2,)."


def test_case_that_is_furthest_off_is_shown():
    both = exercise(Gradient(lambda x: x**2, wrt=("x",)), near={"x": 1.0001}, far={"x": 3.0})
    result = check(lambda x: 2.0, both)
    assert result.family == "far"
    assert result.summary == "dx is 2, but central differences give 6 (relative error 0.67)."


def test_failing_case_is_shown_with_its_family():
    sizes = exercise(Gradient(lambda x: (x**3).sum(), wrt=("x",)),
                     easy={"x": np.array([1.0])}, hard={"x": np.array([2.0])})  # fmt: skip
    result = check(lambda x: 3 * x, sizes)
    assert result.family == "hard"
    assert result.inputs == {"x": "shape (1,)\n[2.]"}
    assert "    x: shape (1,)\n        [2.]" in str(result)


def test_long_inputs_are_folded_away_in_html():
    def inputs(rows):
        case = exercise(Gradient(lambda x: (x**2).sum(), wrt=("x",)), big={"x": np.ones((rows, 2))})
        return check(lambda x: 3 * x, case).to_html()

    assert "<details open><summary>Inputs it went wrong on (big)</summary>" in inputs(3)
    assert "<details><summary>Inputs it went wrong on (big)</summary>" in inputs(20)


def test_same_seed_draws_the_same_cases_and_more_repeats_add_to_them(exercises):
    power = exercises["power_grad"]
    few = [case for _, case in power.cases(seed=5, repeats=2)]
    again = [case for _, case in power.cases(seed=5, repeats=2)]
    many = [case for _, case in power.cases(seed=5, repeats=4)]
    other = [case for _, case in power.cases(seed=6, repeats=2)]
    assert few == again
    assert few[:2] == many[:2]
    assert few[2:] == many[4:6]
    assert few != other


def alternatives(lesson="*"):
    for path in sorted(ALTERNATIVES.glob(f"{lesson}.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, fn in vars(module).items():
            if "__" in name.strip("_"):
                yield pytest.param(path.stem, name.split("__")[0], fn, id=name)


@pytest.mark.parametrize(("lesson", "name", "fn"), list(alternatives()))
def test_right_answers_are_accepted_however_they_are_written(lesson, name, fn):
    exercise, reference = exercises_of(lesson)[name], find_reference(lesson)
    for seed in range(SEEDS):
        result = check_answer(fn, exercise, reference, seed=seed, repeats=4)
        assert result.passed, str(result)
        assert result.look == "", "a formula is not taken for a measurement"


@pytest.mark.parametrize("lesson", lesson_names())
def test_every_exercise_has_two_alternatives(lesson):
    counts = dict.fromkeys(exercises_of(lesson), 0)
    for parameter in alternatives(lesson):
        counts[parameter.values[1]] += 1
    assert min(counts.values()) >= 2, counts
