"""What lessons ask without marks: predictions, closing questions, planted bugs."""

import numpy as np
import pytest

from autograder import answer, asking, bug, predict
from autograder.asking import finds_line, named_line, planted_line
from autograder.asks import Value
from autograder.checking import check_answer
from autograder.exercise import Exercise, Family, Mistake, Prediction
from autograder.exercises import exercises_of
from autograder.reference import Reference, find_reference, lesson_names

CHOICE = Prediction("way", "up", "It rises.", options=("up", "down"))
NUMBER = Prediction("factor", 100, "The square of ten.", within=0.1)
SHAPE = Prediction("shape", (2, 3), "Rows first.")


@pytest.fixture
def predictions(monkeypatch):
    known = {one.name: one for one in (CHOICE, NUMBER, SHAPE)}
    monkeypatch.setattr(asking, "find_prediction", known.__getitem__)


@pytest.mark.usefixtures("predictions")
@pytest.mark.parametrize(
    ("name", "guess", "said"),
    [
        ("way", ..., "What do you expect? Write it in place of the `...`, then run this cell."),
        ("way", "up", "You expect `up`. **So it is.** It rises."),
        ("way", " UP", "You expect ` UP`. **So it is.** It rises."),
        ("way", "down", "You expect `down`. It is not so: run on and see, then come back."),
        ("way", "sideways", "You wrote `'sideways'`; choose one of `\"up\"`, `\"down\"`."),
        ("way", 1, "You wrote `1`; choose one of `\"up\"`, `\"down\"`."),
        ("factor", 95, "You expect `95`. **So it is.** The square of ten."),
        ("factor", np.float64(120.0), "You expect `120.0`. It is not so: run on and see, then come "
         "back."),
        ("factor", "100", "You wrote `'100'`; a number is asked for, such as `0.5`."),
        ("shape", (2, 3), "You expect `(2, 3)`. **So it is.** Rows first."),
        ("shape", [2, 3], "You wrote `[2, 3]`; a shape is asked for, such as `(2, 3)`."),
    ],
)  # fmt: skip
def test_prediction_says(name, guess, said):
    assert predict(name, guess) == said


def test_prediction_that_is_right_for_zero():
    assert asking._agrees(Prediction("none", 0, "Nothing moves."), 0.0)


def test_unknown_prediction_is_told_which_is_close():
    with pytest.raises(LookupError, match="no prediction called 'gapp': did you mean 'gap'"):
        predict("gapp", 3)
    with pytest.raises(LookupError, match="no prediction called 3: see the lesson for its name"):
        predict(3, "a")


def test_answer_waits_until_it_is_asked_for():
    assert "Think first" in answer()
    assert answer("1b") == answer(" 1B ")
    assert answer("1b").startswith("**1b.** t is used twice")
    with pytest.raises(LookupError, match="no question called '7': there are 1a, 1b"):
        answer(7)
    with pytest.raises(LookupError, match="no question called '1d'"):
        answer("1d")


SOURCE = "def halve(x):\n    y = 1 * x\n    y = y / 2\n    return y"
REFERENCE = Reference("test", ((' exercise="halve"', SOURCE),))
HALVE = Exercise(
    name="halve",
    asks=(Value("y"),),
    families=(Family("one", lambda rng: {"x": 3.0}, "a test"),),
    hints=(),
    mistakes=(
        Mistake("quarter", "y / 2", "y / 4", "?"),
        Mistake("none", "1 * x", "0 * x", "?"),
    ),
    planted=("quarter", "none"),
)
WHICH = Exercise(
    name="which",
    asks=(Value("line"),),
    families=(Family("the bug", lambda rng: {}, "a test"),),
    hints=(),
    mistakes=(),
    driver=named_line,
    reads=finds_line(HALVE),
)


@pytest.fixture
def halve(monkeypatch):
    monkeypatch.setattr(asking, "find_exercise", lambda name: (HALVE, REFERENCE))


@pytest.mark.usefixtures("halve")
def test_bug_shows_the_listing_and_returns_the_broken_function(capsys):
    broken = bug(REFERENCE.solution("halve"))
    assert broken(4.0) == 1.0
    assert capsys.readouterr().out.splitlines() == [
        " 1  def halve(x):",
        " 2      y = 1 * x",
        " 3      y = y / 4",
        " 4      return y",
    ]


@pytest.mark.usefixtures("halve")
def test_name_decides_which_bug_and_spelling_does_not():
    lines = {
        name: planted_line(HALVE, REFERENCE, name)
        for name in ("", "first", "second", "third", "fourth")
    }
    assert lines[""] == 3, "the first variant"
    assert set(lines.values()) == {2, 3}
    assert planted_line(HALVE, REFERENCE, " First ") == lines["first"]


@pytest.mark.usefixtures("halve")
def test_line_is_judged_for_the_students_own_bug_and_never_told():
    def line(number, student):
        space = {"STUDENT": student}
        exec(f"def which():\n    return {number}", space)
        which = (' exercise="which"', "def which():\n    return 3")
        reference = Reference("test", (*REFERENCE.cells, which))
        return check_answer(space["which"], WHICH, reference, seed=0, repeats=1, points=2)

    other = next(
        name for name in ("first", "second", "third") if planted_line(HALVE, REFERENCE, name) == 2
    )
    assert line(3, "").earned == 2
    assert line(2, other).earned == 2
    assert line(3, other).summary == "line 3 is right as it is."
    assert line(3, other).earned == 0
    assert line("'3'", "").summary == "returned '3', but should return the number of a line."


def bug_hunts():
    for lesson in lesson_names():
        for name, exercise in exercises_of(lesson).items():
            if exercise.planted:
                yield pytest.param(lesson, exercise, id=name)


@pytest.mark.parametrize(("lesson", "exercise"), list(bug_hunts()))
def test_every_planted_bug_is_one_line_that_a_check_catches(lesson, exercise):
    reference = find_reference(lesson)
    right = reference.answers[exercise.name].splitlines()
    mistakes = {mistake.name: mistake for mistake in exercise.mistakes}
    lines = set()
    for name in exercise.planted:
        wrong = mistakes[name].applied_to("\n".join(right))
        fn = reference.function(exercise.name, wrong)
        (line,) = [
            number
            for number, (old, new) in enumerate(zip(right, wrong.splitlines(), strict=True), 1)
            if old != new
        ]
        lines.add(line)
        result = check_answer(fn, exercise, reference, seed=0, repeats=2, points=3)
        assert result.status in ("wrong", "crashed")  # some run only on layers of equal size
        assert result.earned == 0, "most of the listing is right as it was handed out"
    assert len(exercise.planted) >= 5
    assert len(lines) >= 4, "neighbours should look at different lines"
