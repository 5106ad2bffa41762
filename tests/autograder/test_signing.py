"""Signatures that do not fit their folder, or occur twice, are for a human to look at."""

import json

import nbformat
import pytest

from autograder.build import notebook_text, student_notebook
from autograder.lessons import find_lesson
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
    assert doubtful({"student-001": "Student 001", "ada": "Ada L.", "bo": "BO", "x": None}) == {}


def test_signatures_to_look_at():
    assert doubtful(
        {
            "student-001": "student-001",
            "student-002": "Student-001",
            "student-003": "",
            "student-004": "somebody",
            "bo": "bob",
        }
    ) == {
        "student-001": "STUDENT is 'student-001', as in student-002",
        "student-002": "STUDENT is 'Student-001', as in student-001",
        "student-004": "STUDENT is 'somebody', which does not fit the folder's name",
        "bo": "STUDENT is 'bob', which does not fit the folder's name",
    }


def test_class_lists_signatures_that_need_a_look(backprop, tmp_path):
    lesson, folder = find_lesson("4"), tmp_path / "class"
    assert backprop("class", "init", folder).returncode == 0
    for student, signature in (("ada", "Ada"), ("bo", "ada"), ("cy", "Cy")):
        book = student_notebook(lesson)
        for cell in book.cells:
            cell.source = cell.source.replace('STUDENT = ""', f'STUDENT = "{signature}"')
        path = folder / "submitted" / student / lesson.name / f"{lesson.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(notebook_text(book), encoding="utf-8")
    done = backprop("class", "grade", folder, "--json")
    assert {one["student"]: one["look"] for one in json.loads(done.stdout)} == {
        "ada": "STUDENT is 'Ada', as in bo",
        "bo": "STUDENT is 'ada', as in ada",
        "cy": "",
    }
