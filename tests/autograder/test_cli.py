"""The command line: exit codes, sentences, and nothing lost."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder import __version__
from autograder.adding import begin_lesson
from autograder.build import answered_notebook, notebook_text
from autograder.cli import main
from autograder.command import typed
from autograder.doctor import Finding, examine
from autograder.exporting import ClassMarks
from autograder.lessons import find_lesson
from autograder.reference import REINSTALL, data_folder, lesson_names
from autograder.start import place_notebooks

COMMANDS = [
    "start", "check", "demo", "class", "new", "build", "verify", "doctor", "completion"
]  # fmt: skip
CLASS_COMMANDS = ["init", "add", "collect", "grade", "report"]


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    told = capsys.readouterr().out
    assert all(f"    {command}" in told for command in COMMANDS)
    assert "to learn       backprop start" in told
    assert "Exit codes: 0 all is well, 1 some check or mark failed" in told


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from autograder.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print({'numpy', 'nbformat', 'jupytext', 'nbgrader', 'matplotlib', 'IPython', 'tqdm'}"
        " & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("set()\n")


def test_check_tells_its_exit_codes(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["check", "--help"])
    assert "Exit codes: 0 everything is right, 1 something is not right yet, 2" in " ".join(
        capsys.readouterr().out.split()
    )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_prints_what_a_shell_evaluates(shell, capsys):
    assert main(["completion", shell]) == 0
    assert "backprop" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("backprop c", {"check", "class", "completion"}), ("backprop start --lesson 04", {"04_"})],
)
def test_tab_key_completes_commands_and_lessons(typed, offered):
    environment = os.environ | {
        "_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "COMP_LINE": typed,
        "COMP_POINT": str(len(typed)), "_ARGCOMPLETE_STDOUT_FILENAME": "/dev/stdout",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "autograder"], env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    found = {word.strip() for word in done.stdout.splitlines()}
    assert {word[:3] if word.startswith("04") else word for word in found} == offered


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


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["check", "--x"], ["demo", "--students", "0"]]
)
def test_wrong_usage_exits_2(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    told = capsys.readouterr().err
    assert "usage: backprop" in told
    assert "--help` tells more." in told


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory, lesson):
    """A learner's folder with two exercises right and one wrong, and a file that is no notebook."""
    folder = tmp_path_factory.mktemp("own")
    place_notebooks(folder)
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
    assert f"Open it: `backprop start {notebooks} --lesson 1`" in done.stdout
    assert "2 of 12 exercises right" in done.stdout
    assert "0 of 13 exercises right" in done.stdout
    assert "All of them" in done.stdout
    assert done.stdout.count("○") == 9, "lessons that are not begun have one line each"
    assert done.stderr == ""


def test_check_without_a_path_takes_this_folder_or_the_one_that_start_makes(
    notebooks, backprop, tmp_path
):
    done = backprop("check", cwd=tmp_path)
    assert done.returncode == 2
    assert "backprop-notebooks does not exist: `backprop start backprop-notebooks`" in done.stderr
    (tmp_path / "backprop-notebooks").mkdir()
    for name in ("02_computational_graphs.ipynb", "03_sigmoid_neuron.ipynb"):
        shutil.copy(notebooks / name, tmp_path / "backprop-notebooks")
    for folder in (tmp_path, tmp_path / "backprop-notebooks"):
        done = backprop("check", cwd=folder)
        assert done.returncode == 1, done.stderr
        assert "0 of 28 exercises right" in done.stdout


def test_notebook_for_a_newer_package_is_told_so(notebooks, backprop, tmp_path):
    path = tmp_path / "03_sigmoid_neuron.ipynb"
    text = (notebooks / path.name).read_text(encoding="utf-8")
    assert f'"version": "{__version__}"' in text
    path.write_text(text.replace(f'"version": "{__version__}"', '"version": "99.0"'))
    done = backprop("check", path)
    assert done.returncode == 2
    assert "needs backprop-course 99.0 or newer, but" in done.stderr
    assert " -m pip install --upgrade " in done.stderr


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


def test_scratch_notebook_in_a_folder_is_passed_over(notebooks, backprop, tmp_path):
    scratch = tmp_path / "Untitled.ipynb"
    scratch.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    done = backprop("check", tmp_path)
    assert done.returncode == 2, "a folder that holds nothing else has no lesson"
    assert f"{tmp_path} holds no lesson: `backprop start {tmp_path}` puts the" in done.stderr
    shutil.copy(notebooks / "02_computational_graphs.ipynb", tmp_path)
    done = backprop("check", tmp_path)
    assert done.returncode == 1, done.stderr
    assert done.stderr == f"passed over, it is no lesson: {scratch}\n"
    done = backprop("check", scratch)
    assert done.returncode == 2, "one that is named is meant"
    assert "Untitled.ipynb holds none of the exercises of any lesson" in done.stderr


def test_start_without_a_folder_takes_this_one_if_it_has_lessons(monkeypatch, tmp_path, capsys):
    opened = []
    monkeypatch.setattr(
        "autograder.start.open_jupyterlab", lambda *path, browser: opened.extend(path)
    )
    for folder in (tmp_path, tmp_path / "backprop-notebooks"):
        monkeypatch.chdir(folder)
        main(["start", "--lesson", "2"])
        assert {path.parent for path in tmp_path.rglob("*.ipynb")} == {
            tmp_path / "backprop-notebooks"
        }
    assert [path.resolve().parent.name for path in opened] == ["backprop-notebooks"] * 2
    assert "Your marks: `backprop check .`" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["start", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "default: this folder if it has lessons, else backprop-" in told


@pytest.mark.parametrize(
    ("system", "path", "shown"),
    [
        ("linux", "my class", "'my class'"),
        ("linux", "class", "class"),
        ("win32", "my class", '"my class"'),
        ("win32", "C:\\my\\class", "C:\\my\\class"),
    ],
)
def test_path_in_a_printed_command_can_be_pasted(monkeypatch, system, path, shown):
    monkeypatch.setattr("sys.platform", system)
    assert typed(path) == shown


def test_printed_commands_have_their_paths_quoted(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("autograder.start.open_jupyterlab", lambda *_, browser: 0)
    folder = tmp_path / "my lessons"
    main(["start", str(folder)])
    assert f"`backprop check '{folder}'`" in capsys.readouterr().err
    main(["check", str(folder)])
    assert f"`backprop start '{folder}' --lesson 1`" in capsys.readouterr().out
    main(["new", str(tmp_path / "my own"), "06_recurrent"])
    assert f"`backprop verify '{tmp_path / 'my own'}'`" in capsys.readouterr().out
    main(["class", "grade", str(tmp_path / "my class")])
    assert f"`backprop class init '{tmp_path / 'my class'}'`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "sentences"),
    [
        ("init", ["DIR new or empty", "--students FILE.csv class list with a column `id`"]),
        ("add", ["DIR the class's folder"]),
        ("collect", ["DIR the class's folder"]),
        ("grade", ["DIR the class's folder", "--workers N submissions to run at a time;",
                   "--unsafe grade even where students' code is not sealed off"]),
        ("report", ["DIR the class's folder", "--lms {canvas,moodle}"]),
    ],
)  # fmt: skip
def test_help_says_what_is_wanted(command, sentences, capsys):
    with pytest.raises(SystemExit):
        main(["class", command, "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert [sentence for sentence in sentences if sentence not in told] == []


@pytest.mark.parametrize("option", [["--json"], ["--scheduler", "tcp://host:1"]])
def test_shard_and_what_it_would_ignore_are_refused_together(option, tmp_path, capsys):
    assert main(["class", "grade", str(tmp_path), "--shard", "1/2", *option]) == 2
    assert f"prints no marks, which leaves {option[0]} without effect" in capsys.readouterr().err


def test_report_of_a_lesson_has_only_its_marks(monkeypatch, tmp_path):
    asked = []
    numbers = SimpleNamespace(waiting=())
    monkeypatch.setattr("autograder.class_page.write_report", lambda *_: numbers)
    monkeypatch.setattr(
        "autograder.exporting.class_marks",
        lambda folder, lessons: asked.append(lessons) or ClassMarks({}, []),
    )
    assert main(["class", "report", str(tmp_path), "3", "--csv", str(tmp_path / "marks.csv")]) == 0
    assert asked == [["3"]]


def test_demo_takes_our_lessons_wherever_it_is_called(monkeypatch, tmp_path):
    begin_lesson(tmp_path, "1")
    monkeypatch.chdir(tmp_path)
    taken = []
    monkeypatch.setattr(
        "autograder.demo.run_demo", lambda _, lessons, *__, **___: taken.extend(lessons) or []
    )
    monkeypatch.setattr("autograder.cli.print_demo", lambda _: None)
    for arguments in (["--lesson", "1"], []):
        assert main(["demo", *arguments]) == 0
    assert [one.path for one in taken] == [
        data_folder("solutions") / f"{name}.py" for name in (lesson_names()[0], *lesson_names())
    ]


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


def test_doctor_says_how_to_get_the_lessons_back(monkeypatch, capsys):
    def lost(kind):
        raise FileNotFoundError(f"the folder {kind!r} is missing")

    monkeypatch.setattr("autograder.doctor.data_folder", lost)
    monkeypatch.setattr("autograder.doctor._sandbox", lambda: Finding("sandbox", "sealed"))
    assert main(["doctor"]) == 2
    told = capsys.readouterr().out
    assert f"solutions: missing; repair it with `{REINSTALL}`\n" in told


@pytest.mark.parametrize("place", ["here", "another environment", "another Python"])
def test_doctor_tells_a_kernel_of_another_python(monkeypatch, tmp_path, place):
    program = Path(sys.executable).with_name("python3")
    if place != "here":
        program = tmp_path / "python3"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    if place == "another environment":
        program.unlink()
        program.symlink_to(sys.executable)
    spec = SimpleNamespace(argv=[str(program)])
    monkeypatch.setattr(
        "jupyter_client.kernelspec.KernelSpecManager.get_kernel_spec", lambda *_: spec
    )
    (found,) = [one for one in examine() if one.what == "kernel python3"]
    assert bool(found.repair) == (place != "here")
    if found.repair:
        assert found.found == f"starts {program}, not {sys.executable}"
