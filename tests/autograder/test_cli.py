"""The command line: exit codes, sentences, and nothing lost."""

import json
import os

import pytest

from autograder import __version__
from autograder.build import answered_notebook, notebook_text
from autograder.cli import main
from autograder.doctor import examine
from autograder.lessons import find_lesson
from autograder.reference import lesson_names
from autograder.start import copy_notebooks

COMMANDS = ["start", "check", "demo", "class", "build", "verify", "doctor"]
CLASS_COMMANDS = ["init", "collect", "grade", "report"]


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    told = capsys.readouterr().out
    assert all(f"    {command}" in told for command in COMMANDS)


@pytest.mark.parametrize(
    "command", [*([one] for one in COMMANDS), *(["class", one] for one in CLASS_COMMANDS)]
)
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([*command, "--help"])
    assert f"usage: backprop {' '.join(command)}" in capsys.readouterr().out


def test_version(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"backprop-course {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["check"], ["demo", "--students", "0"]])
def test_wrong_usage_exits_2(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: backprop" in capsys.readouterr().err


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory, lesson):
    """A learner's folder with two exercises right and one wrong, and a file that is no notebook."""
    folder = tmp_path_factory.mktemp("own")
    copy_notebooks(folder)
    names = ("numerical_derivative", "power_grad", "composition_grad")
    answers = {name: lesson.reference.answers[name] for name in names}
    answers["composition_grad"] = answers["composition_grad"].replace("(-np", "(np")
    notebook = answered_notebook(lesson, answers)
    (folder / "01_chain_rule.ipynb").write_text(notebook_text(notebook), encoding="utf-8")
    return folder


def test_check_shows_marks_and_the_next_thing_to_do(notebooks, backprop):
    done = backprop("check", notebooks)
    assert done.returncode == 1
    assert "✓  numerical_derivative" in done.stdout
    assert "✗  composition_grad" in done.stdout
    assert "○  count_evaluations" in done.stdout
    points = find_lesson("1").points
    earned = points["numerical_derivative"] + points["power_grad"]
    assert f"{earned:g} of {sum(points.values()):g} points" in done.stdout
    assert "Next: composition_grad in" in done.stdout
    assert done.stderr == ""


def test_check_goes_on_after_a_broken_notebook(notebooks, backprop):
    broken = notebooks / "a-broken.ipynb"
    broken.write_text("{")
    try:
        done = backprop("check", "--json", notebooks)
    finally:
        broken.unlink()
    assert done.returncode == 2
    marks = json.loads(done.stdout)
    *marked, broken = marks
    assert [one["lesson"] for one in marked] == list(lesson_names())
    assert broken["problem"].startswith("a-broken.ipynb is not a notebook")


def test_check_of_nothing_is_told(tmp_path, backprop):
    done = backprop("check", tmp_path)
    assert done.returncode == 2
    assert "holds no notebook: `backprop start" in done.stderr
    done = backprop("check", tmp_path / "nowhere.ipynb")
    assert done.returncode == 2
    assert "nowhere.ipynb does not exist" in done.stderr


def test_output_survives_a_terminal_without_check_marks(notebooks, backprop):
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = backprop("doctor", env=environment)
    assert done.returncode == 0, done.stderr
    done = backprop("check", notebooks, env=environment)
    assert done.returncode == 1, done.stderr
    assert "?  numerical_derivative" in done.stdout


def test_start_never_writes_over_a_learners_work(tmp_path):
    folder = tmp_path / "new" / "notebooks"
    assert set(copy_notebooks(folder).values()) == {True}
    work = folder / "01_chain_rule.ipynb"
    work.write_text("my work")
    assert copy_notebooks(folder)[work] is False
    assert work.read_text() == "my work"


def test_start_into_a_file_is_told(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(["start", str(tmp_path / "file")]) == 2
    assert "is a file; name a folder for the notebooks" in capsys.readouterr().err


def test_start_on_an_unknown_lesson_is_told(tmp_path, capsys):
    assert main(["start", str(tmp_path), "--lesson", "99"]) == 2
    assert "there is no lesson '99'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_build_check_is_green_here(capsys):
    assert main(["build", "--check"]) == 0


def test_doctor_finds_nothing_missing_here(capsys):
    assert main(["doctor"]) == 0
    told = capsys.readouterr().out
    assert f"backprop-course  {__version__}" in told
    assert "sandbox" in told


def test_doctor_says_how_to_get_what_is_missing(monkeypatch):
    monkeypatch.setattr("autograder.doctor.PACKAGES", ("no-such-package",))
    (missing,) = [finding for finding in examine() if finding.repair]
    assert missing.found == "missing"
    assert missing.repair.endswith("-m pip install no-such-package")
