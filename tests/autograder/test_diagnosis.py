"""A wrong answer is told which mistake it looks like, and nothing is guessed."""

import itertools
import json
import re

import numpy as np
import pytest

from autograder.asks import Gradient, Value
from autograder.checking import check_answer
from autograder.exercise import Exercise, Family, Mistake
from autograder.exercises import exercises_of, find_exercise
from autograder.reference import Reference, find_reference, lesson_names
from autograder.result import Result

ANSWER = """def answer(W, X, reg):
    dW = X.T @ np.tanh(X @ W) / len(X)
    dW = dW + reg * W
    db = np.tanh(X @ W).sum(axis=0) / len(X)
    return dW, db"""
REFERENCE = Reference("test", (("", "import numpy as np"), (' exercise="answer"', ANSWER)))


def draw(rng, N):
    return {"W": rng.normal(size=(3, 2)), "X": rng.normal(size=(N, 3)), "reg": rng.uniform(1, 2)}


ASKED = Exercise(
    name="answer",
    asks=(Value("dW", "db"),),
    families=(
        Family("some rows", lambda rng: draw(rng, int(rng.integers(4, 9))), "1/N shows"),
        Family("one row", lambda rng: draw(rng, 1), "the mean is the sum"),
    ),
    hints=(),
    mistakes=(
        Mistake("X for its transpose", "X.T @ np.tanh(X @ W)", "W.T @ W", "Which one?"),
        Mistake("tanh left out", "X.T @ np.tanh(X @ W)", "X.T @ (X @ W)", "What is phi?"),
        Mistake("mean of the mean", "sum(axis=0) / len(X)", "mean(axis=0) / len(X)", "How often?"),
    ),
)


def right(W, X, reg):
    return REFERENCE.solution("answer")(W, X, reg)


def told(fn, exercise=ASKED, reference=REFERENCE):
    result = check_answer(fn, exercise, reference, seed=1, repeats=3)
    assert not result.passed
    return result


def test_declared_mistake_is_named_with_its_question():
    def answer(W, X, reg):
        return X.T @ (X @ W) / len(X) + reg * W, right(W, X, reg)[1]

    result = told(answer)
    assert (result.mistake, result.question) == ("tanh left out", "What is phi?")
    assert "  What it looks like: tanh left out. What is phi?" in str(result)
    assert "What it looks like: tanh left out." in result.to_html()


def test_two_declared_mistakes_at_once_are_both_named():
    def answer(W, X, reg):
        dW = X.T @ (X @ W) / len(X) + reg * W
        return dW, right(W, X, reg)[1] / len(X)

    result = told(answer)
    assert result.mistake == "tanh left out and mean of the mean"
    assert result.question == "Two things at once. What is phi? How often?"


@pytest.mark.parametrize(
    ("change", "mistake", "begin"),
    [
        (lambda dW, db, W, X, reg: (-dW, -db), "sign", "dW and db are of the right size, with"),
        (lambda dW, db, W, X, reg: (2 * dW, db), "a factor of 2", "dW is twice the right value on"),
        (lambda dW, db, W, X, reg: (dW, db / 2), "a factor of 0.5", "db is half the right value"),
        (lambda dW, db, W, X, reg: (0.3 * dW, 0.3 * db), "a factor of 0.3", "dW and db are 0.3"),
        (lambda dW, db, W, X, reg: (dW * len(X), db * len(X)),
         "too large by a factor, the rows of X",
         "dW and db are too large by that factor. Where should the sum"),
        (lambda dW, db, W, X, reg: (dW.T, db), "transposed", "dW is right but for its shape:"),
        (lambda dW, db, W, X, reg: (db, dW), "outputs exchanged", "dW and db are exchanged:"),
        (lambda dW, db, W, X, reg: (0 * dW, db), "all zero", "dW is 0 on every input. Was"),
        (lambda dW, db, W, X, reg: (dW - reg * W, db), "penalty left out",
         "dW lacks the part of the penalty. What is the derivative of"),
        (lambda dW, db, W, X, reg: (dW + reg * W, db), "penalty", "dW has reg times W in it once"),
        (lambda dW, db, W, X, reg: (dW - 0.5 * reg * W, db), "penalty", "dW has the wrong"),
        (lambda dW, db, W, X, reg: (2 * dW, 3 * db), "a factor of 2, a factor of 3",
         "dW is twice the"),
    ],
)  # fmt: skip
def test_transform_is_named(change, mistake, begin):
    result = told(lambda W, X, reg: change(*right(W, X, reg), W, X, reg))
    assert result.mistake == mistake
    assert result.question.startswith(begin)


@pytest.mark.parametrize(
    "change",
    [
        lambda dW, X: dW + 0.1,
        lambda dW, X: dW * np.sign(dW),
        lambda dW, X: dW * (1 + 1e-2 * X[0, 0]),
        lambda dW, X: dW[::-1],
        lambda dW, X: 2 * dW if len(X) > 1 else 3 * dW,
    ],
)
def test_nothing_is_guessed(change):
    def answer(W, X, reg):
        dW, db = right(W, X, reg)
        return change(dW, X), db

    result = told(answer)
    assert (result.mistake, result.question) == ("", "")


def test_few_digits_are_told():
    result = told(lambda W, X, reg: [part * (1 + 2e-5 * X[0, 0]) for part in right(W, X, reg)])
    assert result.mistake == "few digits"
    assert "dW and db are right to about 4 digits on every input" in result.question


def test_upstream_that_is_ignored_is_told():
    def draw_with_upstream(rng):
        return {"x": rng.normal(size=3), "upstream": rng.normal(size=3)}

    doubled = Exercise(
        name="answer",
        asks=(Gradient(lambda x: x**2, wrt=("x",), upstream="upstream"),),
        families=(Family("any", draw_with_upstream, "a test"),),
        hints=(),
        mistakes=(),
    )
    result = told(lambda x, upstream: 2 * x, doubled)
    assert result.mistake == "upstream ignored"
    assert result.question.endswith("Where does upstream come in?")


def test_size_that_never_changes_is_no_proof():
    fixed = Exercise("answer", ASKED.asks,
                     (Family("five", lambda rng: draw(rng, 5), "no other N"),), (), ())  # fmt: skip
    result = told(lambda W, X, reg: [5 * part for part in right(W, X, reg)], fixed)
    assert result.mistake == "a factor of 5"


def test_kind_of_input_that_is_right_is_told():
    def answer(W, X, reg):
        dW, db = right(W, X, reg)
        return dW, db * len(X)

    assert told(answer).notes == ('It is right on every input of this kind: "one row".',)


def test_answer_that_only_ever_stops_is_not_named():
    result = told(lambda W, X, reg: W @ W)
    assert result.status == "crashed"
    assert result.mistake == ""


def test_mistake_that_stops_on_some_inputs_is_named_by_the_others():
    square = Exercise(
        name="answer",
        asks=(Gradient(lambda W, x: (W @ x).sum(), wrt=("x",)),),
        families=(
            Family("wide", lambda rng: {"W": rng.normal(size=(2, 3)), "x": np.ones(3)}, "stops"),
            Family("square", lambda rng: {"W": rng.normal(size=(3, 3)), "x": np.ones(3)}, "fits"),
        ),
        hints=(),
        mistakes=(Mistake("no transpose", "W.T @ np.ones", "W @ np.ones", "Which way round?"),),
    )
    source = "def answer(W, x):\n    return W.T @ np.ones(len(W))"
    reference = Reference("test", (("", "import numpy as np"), (' exercise="answer"', source)))
    result = told(lambda W, x: np.matmul(W, np.ones(len(W))), square, reference)
    assert (result.status, result.mistake) == ("crashed", "no transpose")


def test_input_may_be_a_matrix_in_one_case_and_a_vector_in_another():
    doubled = Exercise(
        name="answer",
        asks=(Gradient(lambda x: (x**2).sum(), wrt=("x",)),),
        families=(
            Family("matrix", lambda rng: {"x": rng.normal(size=(2, 4))}, "two axes"),
            Family("vector", lambda rng: {"x": rng.normal(size=3)}, "one axis"),
        ),
        hints=(),
        mistakes=(),
    )
    reference = Reference("test", ((' exercise="answer"', "def answer(x): return 2 * x"),))
    result = told(lambda x: 2 * x / len(x), doubled, reference)
    assert result.mistake == "too small by a factor, the rows of x"


def test_mistake_that_returns_true_and_false_is_named():
    exercise, reference = find_exercise("count_dead")
    result = check_answer(lambda A: (A <= 0).all(axis=0), exercise, reference, seed=0, repeats=2)
    assert result.mistake == "one answer for each unit"


def test_map_shows_the_entries_that_are_off():
    def answer(W, X, reg):
        dW, db = right(W, X, reg)
        dW[1] += 0.5
        return dW, db

    result = told(answer)
    assert result.maps["dW"].differences == (("·", "·"), ("+0.5", "+0.5"), ("·", "·"))
    assert "  dW, entry by entry (· right, ✗ off):\n    · ·\n    ✗ ✗\n    · ·" in str(result)
    html = result.to_html()
    assert html.count(">+0.5</td>") == 2
    assert html.count(">·</td>") == 4
    title = r'title="yours ([-\d.]+), should be ([-\d.]+)"[^>]*>\+0.5<'
    value, truth = re.search(title, html).groups()
    assert abs(float(value) - float(truth) - 0.5) < 1e-5


def test_map_of_an_output_that_is_off_everywhere_is_folded_away():
    def answer(W, X, reg):
        dW, db = right(W, X, reg)
        return -dW, db

    result = told(answer)
    assert not result.maps["dW"].mixed
    assert "entry by entry" not in str(result)
    assert "<details><summary>All entries of <code>dW</code> are off" in result.to_html()


def test_map_tells_entries_that_are_no_numbers_and_survives_json():
    def answer(W, X, reg):
        dW, db = right(W, X, reg)
        dW[0, 0] = np.nan
        return dW, db

    result = told(answer)
    assert result.maps["dW"].differences[0] == ("nan", "·")
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert Result.from_dict(json.loads(text)) == result
    assert ">nan</td>" in result.to_html()


def test_result_has_the_wrong_outputs_beside_the_truth():
    def answer(W, X, reg):
        dW, db = right(W, X, reg)
        return 2 * dW, db

    (comparison,) = told(answer).comparisons
    assert comparison.name == "dW"
    np.testing.assert_allclose(comparison.analytic, 2 * comparison.numeric, rtol=1e-6)


# Two mistakes at once that return the same as one of them, and only stop at another line.
EQUAL_TO_ONE = {
    # Where every layer gets the same dH, the order in which they are visited does not matter.
    ("gradient_norms", "nothing handed back", "loop runs forward"),
}


def outcome(result):
    """What was found, but for the number of the line that stopped."""
    return result.status, result.mistake, result.outputs, re.sub(r"line \d+", "", result.summary)


@pytest.mark.parametrize("lesson", lesson_names())
def test_pair_of_mistakes_is_rejected_and_never_named_as_one_that_differs(lesson):
    """A sample; `backprop verify --thorough` goes through all."""
    reference = find_reference(lesson)
    for name, exercise in exercises_of(lesson).items():
        for one, other in list(itertools.combinations(exercise.mistakes, 2))[::7]:
            if (name, one.name, other.name) in EQUAL_TO_ONE:
                continue
            try:
                source = other.applied_to(one.applied_to(reference.answers[name]))
                fn = reference.function(name, source)
            except (ValueError, SyntaxError):
                continue
            result = check_answer(fn, exercise, reference, seed=0, repeats=2)
            named = [m for m in exercise.mistakes if m.name == result.mistake]
            for mistake in named:
                single = reference.function(name, mistake.applied_to(reference.answers[name]))
                again = check_answer(single, exercise, reference, seed=0, repeats=2)
                assert outcome(again) == outcome(result), (name, one.name, other.name)
