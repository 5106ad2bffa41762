"""Honest work earns the same in stock nbgrader, which runs the checks in the student's kernel."""

import shutil
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

from autograder.build import CHECK_PREFIX, answered_notebook, notebook_text
from autograder.classroom import CONFIG_FILE
from autograder.demo import sample_class
from autograder.grading import grade_class
from autograder.lessons import find_lesson
from autograder.reference import lesson_names


@pytest.fixture(scope="module")
def classes(tmp_path_factory, blank_class):
    """One class twice, with one mistake and half done in each lesson: as ours, and as stock."""
    folder = tmp_path_factory.mktemp("stock")
    ours, stock = folder / "ours", folder / "stock"
    shutil.copytree(blank_class, ours)
    for lesson in map(find_lesson, lesson_names()):
        _, one_mistake, _, half_done, *_ = sample_class(lesson, 6)
        for sample in (one_mistake, half_done):
            path = ours / "submitted" / sample.student / lesson.name / f"{lesson.name}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(notebook_text(answered_notebook(lesson, sample.answers)))
    shutil.copytree(ours, stock)
    (stock / CONFIG_FILE).write_text("c = get_config()\nc.CourseDirectory.course_id = 'stock'\n")
    return ours, stock


def scores_in(folder, lesson, student):
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook(lesson, lesson, student)
        return {grade.name.removeprefix(CHECK_PREFIX): grade.score for grade in notebook.grades}


@pytest.mark.parametrize("lesson", lesson_names())
def test_marks_are_equal_cell_by_cell(classes, lesson):
    ours, stock = classes
    command = [sys.executable, "-m", "nbgrader", "autograde", lesson]
    done = subprocess.run(command, cwd=stock, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for submission in grade_class(ours, [lesson]):
        scores = submission.scores
        assert scores == pytest.approx(scores_in(stock, lesson, submission.student))
        assert 0 < submission.total < sum(submission.points.values())
