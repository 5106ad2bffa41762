"""A learner's notebook goes in, verdicts come out."""

import json

import pytest

from autograder.build import answered_notebook, notebook_text, student_notebook
from autograder.marking import NotebookError, mark_notebook, read_notebook
from autograder.printing import print_marks

KILL = "def composition_grad(theta):\n    import os\n    os._exit(1)"


def write(path, notebook):
    path.write_text(notebook_text(notebook), encoding="utf-8")
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "01_chain_rule.ipynb"


def test_solved_notebook_earns_every_point(path, lesson):
    marks = mark_notebook(write(path, answered_notebook(lesson, lesson.reference.answers)))
    assert marks.earned == marks.points == sum(lesson.points.values())
    assert marks.next_exercise is None


def test_untouched_notebook_earns_nothing_and_is_not_attempted(path, lesson):
    before = notebook_text(student_notebook(lesson))
    marks = mark_notebook(write(path, student_notebook(lesson)))
    assert marks.earned == 0
    assert {result.status for result in marks.results.values()} == {"not attempted"}
    assert marks.next_exercise.exercise == "numerical_derivative"
    assert path.read_text(encoding="utf-8") == before, "marking changes nothing in the file"


def test_broken_cell_costs_its_own_exercise_only(path, lesson):
    answers = lesson.reference.answers | {"power_grad": "def power_grad(a, b, x:\n    return"}
    marks = mark_notebook(write(path, answered_notebook(lesson, answers)))
    told = marks.results["power_grad"].summary
    assert told.startswith("the cell that defines it stopped with `SyntaxError: ")
    assert marks.earned == marks.points - lesson.points["power_grad"]


def test_answer_that_kills_its_process_keeps_what_was_earned_before(path, lesson):
    answers = lesson.reference.answers | {"composition_grad": KILL}
    marks = mark_notebook(write(path, answered_notebook(lesson, answers)))
    assert marks.earned == lesson.points["numerical_derivative"] + lesson.points["power_grad"]
    assert marks.results["composition_grad"].summary == "its check cell gave no verdict."


def test_loop_without_an_end_is_stopped_and_told(path, lesson, monkeypatch):
    monkeypatch.setattr("autograder.marking.SECONDS_PER_CELL", 3)
    answers = {"power_grad": "def power_grad(a, b, x):\n    while True:\n        pass"}
    marks = mark_notebook(write(path, answered_notebook(lesson, answers)))
    assert marks.results["power_grad"].summary == (
        "its check cell was stopped because it took too long. Is there a loop without an end?"
    )


def test_deleted_check_cell_earns_nothing_and_says_so(path, lesson, capsys):
    notebook = answered_notebook(lesson, lesson.reference.answers)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "check-power_grad"]
    marks = mark_notebook(write(path, notebook))
    told = "its check cell is missing: `backprop start` on a new folder has it, copy it from there."
    assert marks.results["power_grad"].summary == told
    print_marks(marks)
    shown = " ".join(capsys.readouterr().out.split())
    assert told in shown
    assert "not written yet" not in shown
    assert marks.earned == marks.points - lesson.points["power_grad"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "01_chain_rule.ipynb is not a notebook: "),
        ("not JSON", "01_chain_rule.ipynb is not a notebook: "),
        ("[]", "01_chain_rule.ipynb is not a notebook: "),
        (json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}),
         "01_chain_rule.ipynb holds none of the exercises of any lesson of the course"),
        ('{"cells": [{"cell_type": "code", "sou', "01_chain_rule.ipynb is not a notebook: "),
        ("\x00\xff", "01_chain_rule.ipynb is not a notebook: "),
    ],
)  # fmt: skip
def test_what_is_no_notebook_of_the_course_is_told(path, text, sentence):
    path.write_text(text, encoding="latin-1")
    with pytest.raises(NotebookError) as error:
        read_notebook(path)
    assert str(error.value).startswith(sentence)
    assert len(str(error.value).splitlines()) == 1


def test_missing_file_and_folder_are_told(tmp_path):
    with pytest.raises(NotebookError, match=r"^nowhere.ipynb does not exist$"):
        read_notebook(tmp_path / "nowhere.ipynb")
    with pytest.raises(NotebookError, match=r"cannot be read: Is a directory$"):
        read_notebook(tmp_path)
