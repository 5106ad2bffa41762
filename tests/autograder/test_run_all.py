"""Run All, in a kernel, demo cells included: with the solutions nothing is off; untouched, nothing
but "not written yet"."""

import subprocess

import pytest
from nbclient import NotebookClient

from autograder.build import answered_notebook
from autograder.lessons import find_lesson
from autograder.reference import lesson_names


def run_all(notebook):
    """Return what the cells of a notebook raise, and what they write to stderr."""
    client = NotebookClient(notebook, kernel_name="python3", allow_errors=True, timeout=120)
    client.execute(stderr=subprocess.DEVNULL)
    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    raised = {o.ename for o in outputs if o.output_type == "error"}
    return raised, [o.text for o in outputs if o.get("name") == "stderr"]


@pytest.mark.parametrize("name", lesson_names())
def test_solved_notebook_runs_without_error_or_warning(name):
    lesson = find_lesson(name)
    assert run_all(answered_notebook(lesson, lesson.reference.answers)) == (set(), [])


@pytest.mark.parametrize("name", lesson_names())
def test_untouched_notebook_runs_to_its_end(name):
    assert run_all(answered_notebook(find_lesson(name), {})) == ({"NotAttempted"}, [])
