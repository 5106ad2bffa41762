"""Signatures that do not fit their folder, or occur twice, are for a human to look at."""

import nbformat
import pytest

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
        "student-003": "STUDENT was left empty",
        "student-004": "STUDENT is 'somebody', which does not fit the folder's name",
        "bo": "STUDENT is 'bob', which does not fit the folder's name",
    }
