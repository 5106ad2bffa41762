"""The course linter is green on the course, and finds what it is there to find."""

import dataclasses
from collections import Counter

import nbformat
import pytest

from autograder import verify
from autograder.exercise import Mistake
from autograder.reference import lesson_names
from autograder.verify import run_cells, stray_files, verify_course


def test_the_course_passes_its_own_linter():
    reports, strays = verify_course(seeds=3)
    assert [problem for report in reports for problem in report.problems] == []
    assert all(report.swept.pairs for report in reports)
    assert strays == []


def test_untouched_notebook_raises_only_not_implemented(lesson):
    results, errors = run_cells(lesson, {})
    assert {result.status for result in results.values()} == {"not attempted"}
    assert set(errors) <= {NotImplementedError}


def test_solved_notebook_raises_nothing(lesson):
    results, errors = run_cells(lesson, lesson.reference.answers)
    assert not errors
    assert sum(result.earned for result in results.values()) == sum(lesson.points.values())


def test_cell_may_name_an_exercise_before_its_own_cell(lesson):
    cells = list(lesson.cells)
    first = next(i for i, cell in enumerate(cells) if "exercise" in cell.metadata)
    early = nbformat.v4.new_code_cell("hint(power_grad)", metadata={"free": True})
    changed = dataclasses.replace(lesson, cells=(*cells[:first], early, *cells[first:]))
    _, errors = run_cells(changed, {})
    assert set(errors) <= {NotImplementedError}


def problems_after(monkeypatch, lesson, exercises, **changes):
    changed = dict(exercises)
    changed["power_grad"] = dataclasses.replace(exercises["power_grad"], **changes)
    monkeypatch.setattr(verify, "exercises_of", lambda name: changed)
    return list(verify._problems(lesson, 1, Counter()))


def test_mistake_that_is_never_named_is_found(monkeypatch, lesson, exercises):
    unseen = Mistake("random", "da = x**b", "da = np.random.rand()", "Each time another number.")
    assert problems_after(monkeypatch, lesson, exercises, mistakes=(unseen,)) == [
        "power_grad: the mistake 'random' is never named"
    ]


def test_mistake_that_passes_is_found(monkeypatch, lesson, exercises):
    harmless = Mistake("a comment", "da = x**b", "da = x**b  # fine", "no mistake at all")
    assert problems_after(monkeypatch, lesson, exercises, mistakes=(harmless,)) == [
        "power_grad: the mistake 'a comment' passes with seed 0"
    ]


@pytest.mark.parametrize(("old", "count"), [("np.sin", 0), ("x**b", 3)])
def test_mistake_that_is_no_single_edit_is_found(monkeypatch, lesson, exercises, old, count):
    vague = Mistake("vague", old, "np.cos", "?")
    assert problems_after(monkeypatch, lesson, exercises, mistakes=(vague,)) == [
        f"power_grad: mistake 'vague': {old!r} occurs {count} times in the solution, "
        "but must occur once"
    ]


def test_missing_hint_is_found(monkeypatch, lesson, exercises):
    assert problems_after(monkeypatch, lesson, exercises, hints=("one",)) == [
        "power_grad has 1 hints, not 3"
    ]


def test_undeclared_exercise_is_found(monkeypatch, lesson, exercises):
    rest = {name: exercise for name, exercise in exercises.items() if name != "power_grad"}
    monkeypatch.setattr(verify, "exercises_of", lambda name: rest)
    assert list(verify._problems(lesson, 1, Counter())) == [
        "power_grad has a cell in the source but no declaration"
    ]


def test_declaration_that_cannot_be_used_is_a_problem_and_no_traceback(monkeypatch):
    def stumble(*_):
        raise KeyError("nofn")

    monkeypatch.setattr(verify, "_problems", stumble)
    reports, _ = verify_course(seeds=1)
    assert {report.problems for report in reports} == {("cannot be verified: KeyError: 'nofn'",)}


def test_file_that_belongs_to_no_lesson_is_found(tmp_path):
    (tmp_path / "01_chain_rule.py").touch()
    (tmp_path / "01_chain_rule_old.py").touch()
    (tmp_path / ".DS_Store").touch()  # what a system leaves is no lesson's
    assert stray_files([tmp_path], lesson_names()) == [f"{tmp_path.name}/01_chain_rule_old.py"]
