"""What is written into the gradebook, and what is read from it."""

import dataclasses
import os
import shutil

import pytest
from nbgrader.api import Gradebook

from autograder.build import answered_notebook, notebook_text
from autograder.classroom import ClassError
from autograder.execute import current_assignment
from autograder.gradebook import marks_in, recorded
from autograder.pool import Task, run_task
from autograder.recording import open_for_many, record, record_reason

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, lesson, blank_class):
    """A class in which `first` has handed in everything right."""
    folder = tmp_path_factory.mktemp("recorded") / "class"
    shutil.copytree(blank_class, folder)
    path = folder / "submitted" / "first" / lesson.name / f"{lesson.name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(notebook_text(answered_notebook(lesson, lesson.reference.answers)))
    assert record(folder, "first", lesson) == ""
    return folder


def grades_of(folder, lesson, student):
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook(lesson.name, lesson.name, student)
        grades = {(grade.auto_score, grade.needs_manual_grade) for grade in notebook.grades}
        return grades, {comment.auto_comment for comment in notebook.comments}


def test_a_recorded_submission_has_its_marks(folder, lesson):
    assert marks_in(folder, lesson)["first"] == lesson.points


def test_a_reason_with_0_points_is_a_comment_a_page_and_zeros(folder, lesson):
    record_reason(folder, "fourth", lesson, "it is <b>", zero=True)
    assert grades_of(folder, lesson, "fourth") == ({(0, False)}, {"it is <b>"})
    page = folder / "feedback" / "fourth" / lesson.name / f"{lesson.name}.html"
    assert "<p>0 points: it is &lt;b&gt;.</p>" in page.read_text()


def test_the_page_goes_when_there_are_marks_and_nbgraders_own_stays(folder, lesson):
    page = folder / "feedback" / "first" / lesson.name / f"{lesson.name}.html"
    record_reason(folder, "first", lesson, "it was broken", zero=True)
    assert page.is_file()
    assert record(folder, "first", lesson) == ""
    assert not page.parent.exists()
    page.parent.mkdir(parents=True)
    page.write_text("<!DOCTYPE html>\n<html>of nbgrader's")
    assert record(folder, "first", lesson) == ""
    assert page.is_file()


def test_a_timestamp_that_is_a_pipe_is_no_time(folder, lesson):
    handed_in = folder / "submitted" / "first" / lesson.name
    os.mkfifo(handed_in / "timestamp.txt")
    try:
        assert record(folder, "first", lesson) == ""
        looks = run_task(Task(folder, "first", lesson.name)).look
        assert "timestamp.txt holds no time, so nobody knows when it was handed in" in looks
    finally:
        (handed_in / "timestamp.txt").unlink()


def test_a_gradebook_with_other_points_says_what_to_run(folder, lesson, monkeypatch):
    assert recorded(folder, current_assignment(folder, lesson.name)) >= {"first"}
    other = replace_points(folder, lesson, power_grad=5)
    said = "power_grad has 5 points in source/01_chain_rule, and 3 in the gradebook: run `nbgrader"
    with pytest.raises(ClassError, match=said):
        recorded(folder, other)


def replace_points(folder, lesson, **points):
    """The lesson as the class would have it with other points."""
    assignment = dataclasses.replace(current_assignment(folder, lesson.name))
    assignment.points.update(points)
    return assignment


def test_a_failure_of_ours_asks_for_a_human_and_takes_no_mark(folder, lesson):
    record_reason(folder, "cleo", lesson, "the grader stumbled", zero=False)
    assert grades_of(folder, lesson, "cleo") == ({(None, True)}, {"the grader stumbled"})
    assert marks_in(folder, lesson)["cleo"] == dict.fromkeys(lesson.points)
    before, _ = grades_of(folder, lesson, "first")
    record_reason(folder, "first", lesson, "the grader stumbled", zero=False)
    assert grades_of(folder, lesson, "first") == (before, {"the grader stumbled"})
    assert (folder / "autograded" / "first" / lesson.name).is_dir()


def test_points_by_hand_and_extra_credit_count(folder, lesson):
    record_reason(folder, "dot", lesson, "empty", zero=True)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook(lesson.name, lesson.name, "dot")
        by_name = {grade.name: grade for grade in notebook.grades}
        by_name["check-power_grad"].manual_score = 2
        by_name["check-input_grad"].extra_credit = 0.5
        gradebook.db.commit()
    marks = marks_in(folder, lesson)["dot"]
    assert (marks["power_grad"], marks["input_grad"]) == (2, 0.5)
    ours = marks_in(folder, lesson, by_hand=False)["dot"]
    assert (ours["power_grad"], ours["input_grad"]) == (None, 0)


def test_what_nbgrader_could_not_do_is_told_in_one_line(folder, lesson):
    path = folder / "submitted" / "eve" / lesson.name / f"{lesson.name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text("{")
    told = record(folder, "eve", lesson)
    assert told.startswith("nbgrader could not record it: ")
    assert len(told.splitlines()) == 1


def test_a_lesson_that_the_gradebook_does_not_have_is_told(tmp_path, folder, lesson):
    (tmp_path / "nbgrader_config.py").write_text((folder / "nbgrader_config.py").read_text())
    with pytest.raises(ClassError, match="run `nbgrader generate_assignment 01_chain_rule` in"):
        marks_in(tmp_path, lesson)


def test_opening_for_many_gives_the_same_marks(folder, lesson, monkeypatch):
    from nbgrader import api

    monkeypatch.setattr(api, "create_engine", api.create_engine)
    monkeypatch.setattr(api.Gradebook, "__init__", api.Gradebook.__init__)
    before = marks_in(folder, lesson)["first"]
    open_for_many()
    assert record(folder, "first", lesson) == ""
    assert marks_in(folder, lesson)["first"] == before
