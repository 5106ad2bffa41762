"""Signatures that do not fit their folder, or occur twice, are for a human to look at."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from autograder import submissions
from autograder.lessons import find_lesson
from autograder.pool import Task
from autograder.signing import doubtful, signature_in


def notebook(*sources):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in sources])


@pytest.mark.parametrize(
    ("sources", "signature"),
    [
        (['STUDENT = "student-001"'], "student-001"),
        (['STUDENT = ""', "x = 1\nSTUDENT = 'last wins'"], "last wins"),
        (["STUDENT = name + '1'"], "name + '1'"),
        (["STUDENT = 'broken", "y = 1"], None),
        (["bug(f, STUDENT)"], None),
    ],
)
def test_signature_in_a_notebook(sources, signature):
    assert signature_in(notebook(*sources)) == signature


def test_signatures_that_fit_are_not_listed():
    assert (
        doubtful({"student-001": "Student 001", "first": "First L.", "fourth": "FOURTH", "x": None})
        == {}
    )


def test_signatures_to_look_at():
    assert doubtful(
        {
            "student-001": "student-001",
            "student-002": "Student-001",
            "student-003": "",
            "student-004": "somebody",
            "fourth": "fifth",
        }
    ) == {
        "student-001": "STUDENT is 'student-001', as in student-002",
        "student-002": "STUDENT is 'Student-001', as in student-001",
        "student-004": "STUDENT is 'somebody', which does not fit the folder's name",
        "fourth": "STUDENT is 'fifth', which does not fit the folder's name",
    }


def test_class_lists_signatures_and_answers_that_need_a_look(monkeypatch):
    lesson = find_lesson("4")
    assignment = SimpleNamespace(lesson=lesson)
    monkeypatch.setattr(submissions, "marks_in", lambda *_: {})
    monkeypatch.setattr(submissions, "current_assignment", lambda *_: assignment)
    signed = {"first": "First", "fourth": "first", "cy": "Cy", "di": "Di"}
    looks = {"cy": ["deltas: it calls course.gradcheck"], "fourth": ["one; and the same"]}
    tasks = [Task(Path(), student, lesson.name) for student in signed]
    notes = {
        f"{student}/{lesson.name}": {
            "signature": signature, "look": looks.get(student, []), "problem": "", "content": "x",
        }
        for student, signature in signed.items()
    }  # fmt: skip
    assert [one.look for one in submissions.submissions_of(Path(), tasks, notes)] == [
        ("STUDENT is 'First', as in fourth",),
        ("STUDENT is 'first', as in first", "one; and the same"),
        ("deltas: it calls course.gradcheck",),
        (),
    ]
