"""The first minutes of the three users, from an empty virtual environment and the wheel.

These take some minutes, most of them pip's: `pytest -m walk` runs them, as CI does.
"""

import csv
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
import venv
from pathlib import Path

import nbformat
import pytest

from autograder.build import answered_notebook, notebook_text
from autograder.handout import class_line
from autograder.lessons import find_lesson
from autograder.reference import lesson_names

pytestmark = pytest.mark.walk
ROOT = Path(__file__).parents[1]
LESSON = "01_chain_rule"


@pytest.fixture(scope="module")
def user(tmp_path_factory):
    """A home folder, and a function that runs a command there as somebody who has just installed.

    Python runs isolated from this checkout: the package is the wheel's.
    """
    folder = tmp_path_factory.mktemp("user")
    wheel = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(wheel, check=True, capture_output=True)
    venv.create(folder / "venv", with_pip=True)
    scripts = folder / "venv" / "bin"
    install = [scripts / "pip", "install", "--quiet", *folder.glob("*.whl")]
    subprocess.run(install, check=True, capture_output=True)
    (folder / "home").mkdir()
    environment = {
        "PATH": f"{scripts}:/usr/bin:/bin",
        "HOME": str(folder / "home"),
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
    }

    def run(*command, code=0, **options):
        done = subprocess.run(
            list(map(str, command)), cwd=folder / "home", env=environment, text=True, check=False,
            capture_output=True, **options,
        )  # fmt: skip
        assert done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    run.home, run.environment = folder / "home", environment
    return run


def start_and_look(user, *arguments):
    """Run `backprop start`, ask JupyterLab for lesson 1, stop it; return what was printed."""
    log = user.home.parent / "jupyter.log"
    command = ["backprop", "start", *arguments, "--no-browser"]
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=user.home, env=user.environment, stdout=output, stderr=output
        )
        try:
            page = _page(log, server)
        finally:
            server.terminate()
            server.wait(timeout=30)
    assert json.loads(page)["name"] == f"{LESSON}.ipynb"
    return log.read_text()


def _page(log, server):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        found = re.search(
            r"(http://\S+?)/lab/tree/01_chain_rule\.ipynb\?token=(\w+)", log.read_text()
        )
        if found:
            address = f"{found[1]}/api/contents/{LESSON}.ipynb?content=0&token={found[2]}"
            with urllib.request.urlopen(address, timeout=60) as answer:
                return answer.read()
        time.sleep(0.3)
    pytest.fail(f"JupyterLab printed no address:\n{log.read_text()}")


def write_answers(path, names, **changes):
    """Write answers into a notebook's cells, as a learner does."""
    notebook = nbformat.read(path, as_version=4)
    answers = {name: find_lesson("1").reference.answers[name] for name in names} | changes
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    path.write_text(notebook_text(notebook), encoding="utf-8")


def test_self_learner(user):
    """Start, answer, mark; after an upgrade the answers are there and the lesson is the new one."""
    told = start_and_look(user)
    assert told.count(": new") == len(lesson_names())
    path = user.home / "backprop-notebooks" / f"{LESSON}.ipynb"
    wrong = find_lesson("1").reference.answers["power_grad"].replace("np.log(x)", "np.log10(x)")
    write_answers(path, ["numerical_derivative"], power_grad=wrong)
    told = user("backprop", "check", code=1)
    assert "✓  numerical_derivative  2 of 2 points" in told
    assert "✗  power_grad            2 of 3 points  db wrong; da, dx right." in told
    assert "Next: power_grad in backprop-notebooks" in told
    text = path.read_text(encoding="utf-8")
    before = text.replace('"import numpy as np', '"import numpy as np  # of long ago')
    assert before != text
    path.write_text(re.sub(r'"content": "\w+"', '"content": "of an old version"', before))
    told = start_and_look(user, "--lesson", "1")
    assert "01_chain_rule.ipynb: updated, your answers are in it" in told
    after = path.read_text(encoding="utf-8")
    assert "np.log10(x)" in after
    assert "of long ago" not in after


def test_instructor_and_student(user):
    """A class is made, a notebook handed out, validated, marked at home, handed in, graded."""
    (user.home / "roster.csv").write_text("id,first_name\nfirst,First\n")
    user("backprop", "class", "init", "my-class", "--students", "roster.csv")
    folder = user.home / "my-class"
    given = folder / "release" / LESSON / f"{LESSON}.ipynb"
    assert class_line(solutions=False).splitlines()[2] in json.dumps(
        given.read_text(encoding="utf-8")
    ).replace('\\\\\\"', '"')

    home = user.home / "first"
    home.mkdir()
    own = home / given.name
    own.write_bytes(given.read_bytes())
    names = find_lesson("1").exercises
    wrong = find_lesson("1").reference.answers["power_grad"].replace("np.log(x)", "np.log10(x)")
    write_answers(own, names, power_grad=wrong)
    told = user("nbgrader", "validate", own, timeout=300)
    assert "✗ power_grad: db wrong; da, dx right.  (2 of 3 points)" in told
    assert "✗ db: db is " in told
    assert "Next: power_grad in first" in user("backprop", "check", "first", code=1)

    handed_in = folder / "submitted" / "first" / LESSON / own.name
    handed_in.parent.mkdir(parents=True)
    handed_in.write_bytes(own.read_bytes())
    marks = json.loads(user("backprop", "class", "grade", "my-class", "--json"))
    perfect = sum(find_lesson("1").points.values())
    assert [one["total"] for one in marks] == [perfect - 1]
    nbgrader = user.home / "my-class"
    for command in (["generate_feedback", LESSON], ["export", "--to", "grades.csv"]):
        user("nbgrader", *command, f"--CourseDirectory.root={nbgrader}",
             f"--config={nbgrader}/nbgrader_config.py")  # fmt: skip
    page = folder / "feedback" / "first" / LESSON / f"{LESSON}.html"
    assert "db wrong; da, dx right." in page.read_text(encoding="utf-8")
    (grades,) = user.home.rglob("grades.csv")
    with grades.open() as file:
        scores = {row["student_id"]: row["score"] for row in csv.DictReader(file)
                  if row["assignment"] == LESSON}  # fmt: skip
    assert float(scores["first"]) == perfect - 1


def test_own_exercise(user):
    """A lesson is begun, linted and added to a class by the documented path."""
    user("backprop", "new", "mine", "06_recurrent")
    assert "06_recurrent  1 " in user("backprop", "verify", "mine")
    user("backprop", "class", "init", "with-six")
    user("backprop", "class", "add", "with-six", "mine/solutions/06_recurrent.py")
    own = find_lesson_of(user.home / "mine")
    path = user.home / "with-six" / "submitted" / "fourth" / own.name / f"{own.name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(notebook_text(answered_notebook(own, own.reference.answers)), encoding="utf-8")
    marks = json.loads(user("backprop", "class", "grade", "with-six", "--json"))
    assert [(one["student"], one["total"]) for one in marks] == [("fourth", 2)]


def find_lesson_of(folder):
    from autograder.lessons import read_lesson

    return read_lesson(folder / "solutions" / "06_recurrent.py")


def test_help_comes_at_once(user):
    """Computing time, the least of a few runs: other work on the machine does not count."""
    seconds = []
    for _ in range(5):
        before = os.times()
        user("backprop", "--help")
        after = os.times()
        used = after.children_user - before.children_user
        seconds.append(used + after.children_system - before.children_system)
    assert min(seconds) < 0.3


def test_nothing_of_the_checkout_is_used(user):
    told = user("python", "-c", "import autograder, course; print(autograder.__file__)")
    assert str(user.home.parent / "venv") in told
    assert os.fspath(ROOT) not in told
