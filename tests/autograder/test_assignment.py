"""A class's own source and declarations take the place of ours; what is missing is told."""

import dataclasses
from copy import deepcopy

import nbformat
import pytest

from autograder.assignment import AssignmentError, open_assignment
from autograder.build import notebook_text, source_notebook
from autograder.exercises import exercises_of
from autograder.reference import LessonError
from autograder.restoring import restore, steps_of
from autograder.student.sandbox import Limits

OWN = """
import dataclasses
from autograder.exercises import exercises_of
BY = {by}
def draw(rng):
    return dict(a=float(rng.uniform(1, 2)), b=2.5, x=BY)
def changed(exercise):
    families = (dataclasses.replace(exercise.families[0], draw=draw), *exercise.families[1:])
    return dataclasses.replace(exercise, families=families)
EXERCISES = tuple(
    changed(one) if one.name == "power_grad" else one
    for one in exercises_of("01_chain_rule").values()
)
"""


@pytest.fixture
def folder(tmp_path, lesson):
    path = tmp_path / "source" / lesson.name / f"{lesson.name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(notebook_text(source_notebook(lesson)))
    (tmp_path / "exercises").mkdir()
    return tmp_path


def declare(folder, lesson, text):
    (folder / "exercises" / f"{lesson.name}.py").write_text(text)
    return open_assignment(folder, lesson.name, 1)


def test_without_a_folder_the_lesson_is_ours(tmp_path, lesson):
    assignment = open_assignment(tmp_path, lesson.name, 1)
    assert assignment.points == lesson.points
    assert assignment.exercises == exercises_of(lesson.name)
    assert assignment.reference.answers == lesson.reference.answers


def test_own_declarations_change_the_keys_of_what_they_change_only(folder, lesson):
    ours = open_assignment(folder, lesson.name, 1).keys
    first, second = (declare(folder, lesson, OWN.format(by=by)).keys for by in (1.5, 2.5))
    assert {name for name in ours if ours[name] != first[name]} == {"power_grad"}
    assert {name for name in ours if second[name] != first[name]} == {"power_grad"}
    assert declare(folder, lesson, "# a remark\n" + OWN.format(by=1.5)).keys == first


def test_keys_change_with_the_seed_and_with_any_solution(folder, lesson):
    before = open_assignment(folder, lesson.name, 1)
    assert not set(before.keys.values()) & set(
        open_assignment(folder, lesson.name, 2).keys.values()
    )
    source = nbformat.from_dict(before.source)
    (cell,) = (cell for cell in source.cells if cell.id == "power_grad")
    cell.source = cell.source.replace("da = x**b", "da = 1.0 * x**b")
    after = dataclasses.replace(before, source=source)
    # The truth about one exercise may come from the solution of another.
    assert not set(before.keys.values()) & set(after.keys.values())


def test_points_are_those_of_the_class(folder, lesson):
    source = source_notebook(lesson)
    (cell,) = (cell for cell in source.cells if cell.id == "check-power_grad")
    cell.metadata.nbgrader.points = 7
    path = folder / "source" / lesson.name / f"{lesson.name}.ipynb"
    path.write_text(notebook_text(source))
    assert open_assignment(folder, lesson.name, 1).points == lesson.points | {"power_grad": 7.0}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("EXERCISES = ()", "checks numerical_derivative, which needs a declaration in "),
        ("EXERCISES = 3", "TypeError: 'int' object is not iterable"),
        ("", "has no attribute 'EXERCISES'"),
        ("x = (", "SyntaxError: "),
        ("import nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
    ],
)
def test_declarations_that_cannot_be_used_are_told(folder, lesson, text, told):
    with pytest.raises((AssignmentError, LessonError)) as error:
        declare(folder, lesson, text)
    assert told in str(error.value)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}'])
def test_a_source_that_is_no_notebook_is_told(folder, lesson, text):
    (folder / "source" / lesson.name / f"{lesson.name}.ipynb").write_text(text)
    with pytest.raises(AssignmentError, match=r"01_chain_rule\.ipynb is not a notebook: "):
        open_assignment(folder, lesson.name, 1)


def test_a_source_without_a_solution_is_told(folder, lesson):
    source = source_notebook(lesson)
    source.cells = [cell for cell in source.cells if cell.id != "power_grad"]
    (folder / "source" / lesson.name / f"{lesson.name}.ipynb").write_text(notebook_text(source))
    with pytest.raises(AssignmentError, match="checks power_grad, which needs a solution between"):
        open_assignment(folder, lesson.name, 1)


def test_content_is_the_name_of_the_cells_that_are_run(folder, lesson):
    assignment = open_assignment(folder, lesson.name, 1)
    notebook = restore(assignment.source, assignment.source)
    steps = tuple(steps_of(notebook))
    before = assignment.content(steps, Limits())
    notebook.cells[0].source += " and some text"
    assert assignment.content(tuple(steps_of(notebook)), Limits()) == before
    assert assignment.content(steps, Limits(memory=2**33)) != before, "more may run"
    next(cell for cell in notebook.cells if cell.id == "power_grad").source += "\n# a remark"
    assert assignment.content(tuple(steps_of(notebook)), Limits()) != before


def test_marks_depend_on_an_instructors_own_test_and_verdicts_do_not(folder, lesson):
    def changed(change):
        source = source_notebook(lesson)
        check = next(cell for cell in source.cells if cell.id == "check-power_grad")
        own = deepcopy(check)
        own.id = own.metadata.nbgrader.grade_id = "own"
        own.source = "assert True"
        source.cells.append(own)
        change(own)
        path = folder / "source" / lesson.name / f"{lesson.name}.ipynb"
        path.write_text(notebook_text(source))
        found = open_assignment(folder, lesson.name, 1)
        return found.key, found.keys

    key, keys = changed(lambda own: None)
    for change in (
        lambda own: own.update(source="assert 1 + 1 == 2"),
        lambda own: own.metadata.nbgrader.update(points=17),
    ):
        other, same = changed(change)
        assert other != key
        assert same == keys
