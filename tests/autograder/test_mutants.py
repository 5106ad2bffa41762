"""Mutations are made where they should be, and a check that lets one through is found."""

import dataclasses
from collections import Counter

from autograder import sweep
from autograder.exercises import exercises_of
from autograder.lessons import find_lesson
from autograder.mutants import mutants

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


def test_mutation_that_loops_for_ever_is_stopped(lesson, exercises, monkeypatch):
    monkeypatch.setattr(sweep, "SECONDS", 0.2)
    endless = "def power_grad(a, b, x):\n    while True:\n        pass"
    assert not sweep._passes(lesson, exercises["power_grad"], endless)


def test_mutation_that_passes_is_told(monkeypatch):
    lesson = find_lesson("1")
    counted = exercises_of(lesson.name)["count_evaluations"]
    blind = dataclasses.replace(counted, families=counted.families[:1], mistakes=())
    only_one = dataclasses.replace(
        blind.families[0], draw=lambda rng: {"n": 1}
    )  # every formula gives 0 for one function
    blind = dataclasses.replace(blind, families=(only_one,), equivalent=("line 9: nothing",))
    monkeypatch.setattr(sweep, "exercises_of", lambda name: {"count_evaluations": blind})
    tried = Counter()
    told = list(sweep.sweep(lesson, tried))
    assert "count_evaluations: 'line 4: right side dropped' passes" not in told
    assert any(sentence.endswith("passes") for sentence in told)
    assert told[-1] == (
        "count_evaluations: 'line 9: nothing' is declared as equal to the solution, but fails"
    )
    assert tried["count_evaluations"] > 10
