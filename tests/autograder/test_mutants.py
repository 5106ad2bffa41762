"""Mutations are made where they should be, and a check that lets one through is found."""

import dataclasses
from collections import Counter

from autograder import sweep
from autograder.exercise import HOME_REPEATS, Mistake
from autograder.mutants import mutants
from autograder.result import WRONG, Result

SOURCE = '''def f(x, n):
    """Keep x + 1 in the docstring."""
    y = -x.T @ x
    y += np.sum(x, axis=0)
    return y if n > 2 else y'''


def test_every_kind_of_mutation_is_made():
    made = Counter(what for what, _ in mutants(SOURCE))
    assert made == Counter(
        {
            "line 3: operator Mult": 1,
            "line 3: right side dropped": 1,
            "line 3: left side dropped": 1,
            "line 3: minus dropped": 1,
            "line 3: .T dropped": 1,
            "line 3: statement dropped": 1,
            "line 4: = for an operator and =": 1,
            "line 4: statement dropped": 1,
            "line 4: axis dropped": 1,
            "line 4: 1 added": 1,
            "line 5: operator GtE": 1,
            "line 5: operator Lt": 1,
            "line 5: 1 added": 1,
        }
    )


def test_every_mutation_is_one_change_of_valid_python():
    texts = [text for _, text in mutants(SOURCE)]
    assert len(set(texts)) == len(texts)
    assert all("Keep x + 1 in the docstring" in text for text in texts)
    for text in texts:
        compile(text, "<mutant>", "exec")


def test_mutation_that_loops_for_ever_is_stopped(lesson, exercises):
    endless = "def power_grad(a, b, x):\n    while True:\n        pass"
    assert sweep._results(lesson, exercises["power_grad"], endless, seconds=0.2) == []


def swept(monkeypatch, lesson, exercise, sample=None):
    monkeypatch.setattr(sweep, "exercises_of", lambda name: {exercise.name: exercise})
    done = sweep.Swept()
    return list(sweep.sweep(lesson, done, sample)), done


def test_mutation_that_passes_is_told(monkeypatch, lesson, exercises):
    counted = exercises["count_evaluations"]
    # Every formula gives 0 for one function.
    only_one = dataclasses.replace(counted.families[0], draw=lambda rng: {"n": 1})
    blind = dataclasses.replace(
        counted, families=(only_one,), mistakes=(), equivalent=("line 9: nothing",)
    )
    told, done = swept(monkeypatch, lesson, blind)
    assert "count_evaluations: 'line 4: right side dropped' passes" not in told
    assert any(sentence.endswith("passes") for sentence in told)
    assert told[-1] == (
        "count_evaluations: 'line 9: nothing' is declared as equal to the solution, but fails"
    )
    assert done.mutations > 10


SIGN = Mistake("sign", "da = x**b", "da = -(x**b)", "Which sign?")
FACTOR = Mistake("factor", "db = a *", "db = 3 * a *", "Which factor?")
NOTHING = Mistake("nothing", "return da, db, dx", "return None", "What is missing?")


def power_grad_with(exercises, *mistakes):
    return dataclasses.replace(exercises["power_grad"], mistakes=mistakes, equivalent=())


def test_two_mistakes_are_named_together(monkeypatch, lesson, exercises):
    told, done = swept(monkeypatch, lesson, power_grad_with(exercises, SIGN, FACTOR), sample=5)
    assert (told, done.pairs, done.named, done.alike) == ([], 1, 1, [])


def test_two_mistakes_that_give_what_another_gives_are_listed(monkeypatch, lesson, exercises):
    told, done = swept(monkeypatch, lesson, power_grad_with(exercises, SIGN, NOTHING), sample=5)
    assert (told, done.named) == ([], 0)
    assert done.alike == ["power_grad: sign and nothing = nothing"]


def test_two_mistakes_that_cancel_are_told(monkeypatch, lesson, exercises):
    back = Mistake("back", "return da,", "return -da,", "Which sign?")
    told, _ = swept(monkeypatch, lesson, power_grad_with(exercises, SIGN, back), sample=5)
    assert told == ["power_grad: 'sign and back' passes"]


def test_name_that_does_not_hold_on_more_inputs_is_told(monkeypatch, lesson, exercises):
    def check(*_, repeats, **__):
        name = "another" if repeats == HOME_REPEATS else ""
        return Result("power_grad", WRONG, "off", mistake=name)

    monkeypatch.setattr(sweep, "check_answer", check)
    told, done = swept(monkeypatch, lesson, power_grad_with(exercises, SIGN, FACTOR), sample=5)
    assert told == ["power_grad: 'sign and factor' is taken for 'another'"]
    assert done.alike == []


def test_no_more_pairs_than_wanted_are_tried(monkeypatch, lesson, exercises):
    _, done = swept(monkeypatch, lesson, exercises["power_grad"], sample=2)
    assert (done.pairs, done.mutations) == (2, 0)
