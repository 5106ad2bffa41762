"""Our Execute in nbgrader: equal marks on every way in; other assignments are not touched."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from traitlets.config import Config

from autograder.assignment import AssignmentError
from autograder.build import answered_notebook, notebook_text, source_notebook
from autograder.classroom import run_step
from autograder.execute import assignment_of, limits_in
from autograder.grading import grade_class
from autograder.restoring import grade_id, restore
from autograder.student.sandbox import Limits

pytestmark = pytest.mark.filterwarnings("ignore")
OWN = "own-assert"


def graded_cell(source, name, points, solution=False, locked=True):
    record = {"grade": True, "grade_id": name, "locked": locked, "solution": solution,
              "points": points, "schema_version": 3, "task": False}  # fmt: skip
    return nbformat.v4.new_code_cell(source, id=name, metadata={"nbgrader": record})


def scores_in(folder, assignment, student):
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook(assignment, assignment, student)
        return {grade.name: (grade.score, grade.needs_manual_grade) for grade in notebook.grades}


@pytest.fixture(scope="module")
def made(tmp_path_factory, lesson, blank_class):
    """A class with an instructor's own cells in lesson 1, another assignment, three students."""
    folder = tmp_path_factory.mktemp("execute") / "class"
    shutil.copytree(blank_class, folder)
    source = source_notebook(lesson)
    source.cells += [
        graded_cell("assert power_grad(1.0, 2.0, 3.0)[0] == 9", OWN, 2),
        graded_cell("round(power_grad(1.0, 2.0, 3.0)[0] / 9, 1)", "own-share", 1),
        graded_cell("# draw", "own-figure", 3, solution=True, locked=False),
    ]
    path = folder / "source" / lesson.name / f"{lesson.name}.ipynb"
    path.write_text(notebook_text(source))
    other = nbformat.v4.new_notebook(
        metadata={key: value for key, value in source.metadata.items() if key != "backprop"},
        cells=[
            graded_cell("import os; assert 'JPY_PARENT_PID' in os.environ", "in-a-kernel", 5),
            graded_cell("assert False", "wrong", 4),
        ],
    )
    path = folder / "source" / "other" / "other.ipynb"
    path.parent.mkdir()
    path.write_text(notebook_text(other))
    for name in (lesson.name, "other"):
        assert run_step(folder, GenerateAssignment, name) == ""
    answers = lesson.reference.answers
    noise = "    np.log(np.float64(0))\n    import sys; print('noise', file=sys.stderr)\n    da = "
    noisy = answers["power_grad"].replace("    da = ", noise)
    for student, changes in {
        "right": {},
        "noisy": {"power_grad": noisy},
        "partial": {"power_grad": answers["power_grad"].replace("np.log(x)", "np.log10(x)")},
    }.items():
        notebook = restore(answered_notebook(lesson, answers | changes), source)
        figure = nbformat.from_dict(source.cells[-1])
        figure.source = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
        notebook.cells.append(figure)
        path = folder / "submitted" / student / lesson.name / f"{lesson.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(notebook_text(notebook))
    path = folder / "submitted" / "right" / "other" / "other.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(notebook_text(other))
    return folder


@pytest.fixture(scope="module")
def graded(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("graded") / "class"
    shutil.copytree(made, folder)
    assert not any(one.problem for one in grade_class(folder))
    return folder


def test_marks_of_an_instructors_own_cells(graded, lesson):
    scores = scores_in(graded, lesson.name, "right")
    assert scores[OWN] == (2, False)
    assert scores["own-share"] == (1, False)
    assert scores["own-figure"] == (0, True), "a human decides"
    page = graded / "autograded" / "right" / lesson.name / f"{lesson.name}.ipynb"
    cells = {grade_id(cell): cell for cell in nbformat.read(page, as_version=4).cells}
    assert "image/png" in cells["own-figure"].outputs[0].data, "and sees what was drawn"
    for name in (OWN, "own-share"):
        assert "ran in the student's process" in cells[name].outputs[0].text


def test_partial_credit_stands_beside_its_reason(graded, lesson):
    assert scores_in(graded, lesson.name, "partial")["check-power_grad"] == (2, False)
    assert run_step(graded, GenerateFeedback, lesson.name) == ""
    page = graded / "feedback" / "partial" / lesson.name / f"{lesson.name}.html"
    text = page.read_text()
    assert "db wrong; da, dx right." in text
    assert "Score: 2.0 / 3.0" in text


def test_warnings_and_stderr_cost_nothing(graded, lesson):
    noisy, right = (scores_in(graded, lesson.name, who) for who in ("noisy", "right"))
    assert noisy == right


def test_plain_nbgrader_gives_the_same_marks(graded, made, lesson, tmp_path):
    folder = tmp_path / "class"
    shutil.copytree(made, folder)
    assert run_step(folder, Autograde, lesson.name) == ""
    for student in ("right", "partial", "noisy"):
        assert scores_in(folder, lesson.name, student) == scores_in(graded, lesson.name, student)


def test_another_assignment_runs_in_a_kernel_as_ever(made, tmp_path):
    folder = tmp_path / "class"
    shutil.copytree(made, folder)
    assert run_step(folder, Autograde, "other") == ""
    assert scores_in(folder, "other", "right") == {"in-a-kernel": (5, False), "wrong": (0, False)}
    assert not (folder / "verdicts.jsonl").exists()


@pytest.mark.parametrize(("text", "said"), [("{", "is not a notebook"), (None, "")])
def test_no_lesson_runs_in_a_kernel_by_oversight(tmp_path, text, said):
    """Whether its source is broken or missing, under whatever assignment."""
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    path = tmp_path / "source" / "ps3" / "01_chain_rule.ipynb"
    path.parent.mkdir(parents=True)
    if text is not None:
        path.write_text(text)
    (tmp_path / "class_seed").write_text("1\n")
    config = Config({"CourseDirectory": {"root": str(tmp_path)}})
    names = {"nbgrader": {"assignment": "ps3", "notebook": "01_chain_rule"}}
    if said:
        with pytest.raises(AssignmentError, match=said):
            assignment_of(config, names)
    else:
        assert assignment_of(config, names).name == "01_chain_rule"


def test_limits_are_those_that_nbgrader_has(made):
    config = Config({"Execute": {"cell_seconds": 120, "kernel_name": "x"}})
    assert limits_in(config) == Limits(cell_seconds=120)


def test_no_execute_runs_nothing(made, lesson, tmp_path):
    folder = tmp_path / "class"
    shutil.copytree(made, folder)
    command = [sys.executable, "-m", "nbgrader", "autograde", lesson.name, "--no-execute"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not (folder / "verdicts.jsonl").exists()


def test_the_formgraders_button_gives_the_same_marks(graded, made, lesson, tmp_path):
    folder, log, port = tmp_path / "class", tmp_path / "log", 18766
    shutil.copytree(made, folder)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
               "--port-retries=0", f"--port={port}", "--IdentityProvider.token=secret",
               "--ServerApp.disable_check_xsrf=True"]  # fmt: skip
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(tmp_path)}
    address = f"http://127.0.0.1:{port}/formgrader/api/submission/{lesson.name}/partial/autograde"
    button = urllib.request.Request(f"{address}?token=secret", method="POST")
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
    try:
        until = time.monotonic() + 180
        while True:
            try:
                with urllib.request.urlopen(button, timeout=120) as answer:
                    told = json.loads(answer.read())
                break
            except OSError:  # it is not up yet, or not all of it
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.5)
    finally:
        server.terminate()
        server.wait(timeout=60)
    assert told["success"], told
    assert scores_in(folder, lesson.name, "partial") == scores_in(graded, lesson.name, "partial")


def test_an_edited_declaration_reruns_its_exercise_and_says_who_gains(graded, lesson, tmp_path):
    folder = tmp_path / "class"
    shutil.copytree(graded, folder)
    own = folder / "exercises" / f"{lesson.name}.py"
    own.parent.mkdir()
    own.write_text(
        "from autograder.exercises import exercises_of\nimport dataclasses\n"
        "def partial_no_more(one):\n"
        "    return dataclasses.replace(one, planted=(one.mistakes[0].name,))\n"
        "EXERCISES = tuple(partial_no_more(one) if one.name == 'power_grad' else one\n"
        "                  for one in exercises_of('01_chain_rule').values())\n"
    )
    before, told = scores_in(graded, lesson.name, "partial"), []

    def announce(changes):
        assert scores_in(folder, lesson.name, "partial") == before, "before it is written"
        told.extend((one.student, one.exercise, one.before, one.after) for one in changes)

    marks = {one.student: one for one in grade_class(folder, announce=announce)}
    assert told == [("partial", "power_grad", 2.0, 0.0)]
    assert marks["partial"].scores["power_grad"] == 0
    lines = [
        json.loads(line) for line in (folder / "verdicts.jsonl").read_text().split("\n") if line
    ]
    first = {line["content"]: line["run"] for line in lines[:3]}
    for line in lines[3:]:
        keys, old = line["run"]["keys"], first[line["content"]]["keys"]
        assert {name for name in keys if keys[name] != old[name]} == {"power_grad"}
    assert len(lines) == 6


def test_a_mark_that_was_given_by_hand_stays_and_is_no_change(graded, lesson, tmp_path):
    folder = tmp_path / "class"
    shutil.copytree(graded, folder)
    with sqlite3.connect(folder / "gradebook.db") as database:
        database.execute(
            "UPDATE grade SET manual_score = 3 WHERE id IN (SELECT g.id FROM grade g "
            "JOIN base_cell b ON b.id = g.cell_id JOIN submitted_notebook n "
            "ON n.id = g.notebook_id "
            "JOIN submitted_assignment s ON s.id = n.assignment_id "
            "WHERE b.name = 'check-power_grad' AND s.student_id = 'partial')"
        )
    database.close()
    path = folder / "submitted" / "partial" / lesson.name / f"{lesson.name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].source += "\n# handed in again"
    path.write_text(notebook_text(notebook))
    told = []
    marks = {one.student: one for one in grade_class(folder, announce=told.extend)}
    assert told == []
    assert marks["partial"].scores["power_grad"] == 3
