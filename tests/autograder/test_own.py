"""Lessons of somebody's own: begun, linted, built, checked at home, graded in a class."""

import json
import shutil

import nbformat
import pytest

from autograder import verify
from autograder.adding import add_to_class, begin_lesson
from autograder.assignment import AssignmentError, open_assignment
from autograder.build import (
    answered_notebook,
    notebook_text,
    source_notebook,
    student_notebook,
)
from autograder.classroom import CONFIG_FILE, CONFIG_TEXT
from autograder.cli import main
from autograder.lessons import find_lesson, lesson_in, read_lesson
from autograder.own import VARIABLE, declarations_in, lessons_in, own_lessons
from autograder.reference import LessonError, data_folder, lesson_names
from autograder.verify import verify_course

NAME = "06_recurrent"


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mine")
    begin_lesson(folder, NAME)
    return folder


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_new_lesson_passes_the_linter_as_it_stands(mine, capsys):
    assert main(["verify", str(mine)]) == 0
    assert f"{NAME}  1            2         3           100.0%" in capsys.readouterr().out


def test_linter_finds_in_them_what_it_finds_in_ours(tmp_path):
    source, declarations = begin_lesson(tmp_path, NAME)
    change(declarations, '"For `da`, x is a constant: J is that constant squared, times a.",', "")
    change(source, "    return da, dx", "    return da, da")
    (tmp_path / "solutions" / "notes.txt").touch()
    (report,), strays = verify_course(1, folder=tmp_path)
    assert "bend_grad has 2 hints, not 3" in report.problems
    assert any(problem.startswith("solved, bend_grad earns") for problem in report.problems)
    assert strays == ["solutions/notes.txt"]


def test_mistake_that_passes_is_found_in_them(tmp_path):
    _, declarations = begin_lesson(tmp_path, NAME)
    change(declarations, '"2 * a * x", "2 * x"', '"2 * a * x", "2 * x * a"')
    (report,), _ = verify_course(1, folder=tmp_path)
    assert report.problems == ("bend_grad: the mistake 'a left out' passes with seed 0",)


def test_copy_of_one_of_ours_takes_its_place(tmp_path, monkeypatch):
    source, _ = begin_lesson(tmp_path, "3")
    assert source.name == "03_sigmoid_neuron.py"
    change(source, "# # Lesson 3: ", "# # Lesson 3, ours: ")
    assert "ours" not in find_lesson("3").title
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert find_lesson("3").path == source
    assert "ours" in find_lesson("3").title


@pytest.mark.parametrize("name", ["recurrent", "6", "06 recurrent", "../06_a", ""])
def test_name_that_is_none_is_told_and_nothing_written(tmp_path, name):
    with pytest.raises(LessonError, match="take a number and a topic, such as 06_recurrent"):
        begin_lesson(tmp_path, name)
    assert not list(tmp_path.iterdir())


def test_lesson_that_is_there_is_not_written_over(mine):
    with pytest.raises(LessonError, match="is there already: edit it, then `backprop verify"):
        begin_lesson(mine, NAME)


def test_folder_without_a_lesson_is_told(tmp_path, capsys, monkeypatch):
    for command in ("verify", "build"):
        assert main([command, str(tmp_path)]) == 2
        assert f"`backprop new {tmp_path} 06_topic` begins one" in capsys.readouterr().err
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(LessonError, match=f"{VARIABLE} names {tmp_path}, which has no lesson"):
        own_lessons()


def test_folders_of_another_course_are_left_alone(tmp_path):
    for kind in ("solutions", "exercises"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "01_lists.py").write_text("raise SystemExit  # für heute\n", "cp1252")
    assert lessons_in(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("autograder = 1 +", "line 1: SyntaxError: invalid syntax"),
        ("import autograder", "AttributeError: module 'own_exercises_06_recurrent' has no"),
        ("EXERCISES = ('bend_grad',)", "AttributeError: 'str' object has no attribute 'name'"),
    ],
)
def test_declarations_that_cannot_be_used_are_told(tmp_path, text, sentence):
    path = tmp_path / f"{NAME}.py"
    path.write_text(text)
    with pytest.raises(LessonError) as error:
        declarations_in(path)
    assert str(error.value).startswith(str(path))
    assert sentence in str(error.value)


def test_build_writes_their_notebooks(mine, capsys):
    assert main(["build", str(mine), "--check"]) == 1
    assert f"repair it with `backprop build {mine}`" in capsys.readouterr().err
    assert main(["build", str(mine)]) == 0
    assert main(["build", str(mine), "--check"]) == 0
    built = nbformat.read(mine / "notebooks" / f"{NAME}.ipynb", as_version=4)
    assert built == student_notebook(read_lesson(mine / "solutions" / f"{NAME}.py"))


@pytest.mark.parametrize("name", lesson_names())
def test_source_notebook_is_read_as_the_source_that_it_was_built_from(name):
    lesson = find_lesson(name)
    again = lesson_in(source_notebook(lesson), lesson.path)
    assert again.points == lesson.points
    assert again.exercises == lesson.exercises
    assert student_notebook(again) == student_notebook(lesson)


ANSWER = "def bend_grad(a, x):\n    return x**2, {}"


def test_check_finds_them_beside_the_notebook_and_by_the_variable(mine, tmp_path, in_kernel):
    cells = ANSWER.format("a * x"), "check(bend_grad)", "solution(bend_grad)"
    for place in ({"folder": mine}, {"folder": tmp_path, VARIABLE: str(mine)}):
        _, checked, solved = in_kernel(*cells, **place)
        assert "It looks like" not in str(checked)
        assert "2 left out" in checked[0].data["text/plain"]
        assert "dx = 2 * a * x" in solved[0].data["text/markdown"]
    _, checked, _ = in_kernel(*cells, folder=tmp_path)
    assert checked[0].traceback[0].startswith("UnknownError: there is no exercise called")
    assert len(checked[0].traceback) == 1


@pytest.fixture(scope="module")
def with_sixth(mine, backprop, tmp_path_factory):
    """A class with a sixth lesson, one right answer and one wrong, graded."""
    folder = tmp_path_factory.mktemp("class") / "mine"
    source = mine / "solutions" / f"{NAME}.py"
    assert backprop("class", "init", folder).returncode == 0
    added = backprop("class", "add", folder, source)
    assert added.returncode == 0, added.stderr
    lesson = read_lesson(source)
    for student, dx in (("right", "2 * a * x"), ("wrong", "a * x")):
        path = folder / "submitted" / student / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        answers = {"bend_grad": ANSWER.format(dx)}
        path.write_text(notebook_text(answered_notebook(lesson, answers)), encoding="utf-8")
    return folder, source, backprop("class", "grade", folder, "6", "--json")


def test_sixth_lesson_is_graded(with_sixth):
    _, _, done = with_sixth
    assert done.returncode == 0, done.stderr
    marks = {one["student"]: one for one in json.loads(done.stdout)}
    assert marks["right"]["total"] == 2
    assert marks["wrong"]["scores"] == {"bend_grad": 1}
    assert marks["wrong"]["exercises"][0]["mistake"] == "2 left out"
    assert marks["right"]["lesson"] == NAME


def test_sixth_lesson_is_handed_out_with_its_checks(with_sixth, backprop, tmp_path):
    folder, _, _ = with_sixth
    given = folder / "release" / NAME
    assert sorted(str(path.relative_to(given)) for path in given.rglob("*.*")) == [
        f"{NAME}.ipynb", f"exercises/{NAME}.py", f"solutions/{NAME}.py"
    ]  # fmt: skip
    shutil.copytree(given, tmp_path / "home")
    done = backprop("check", tmp_path / "home")
    assert done.returncode == 1, done.stderr
    assert "bend_grad  0 of 2 points  not written yet" in done.stdout


@pytest.mark.parametrize("private", [False, True])
def test_lesson_is_not_added_from_the_class_own_copy(tmp_path, private):
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / CONFIG_FILE).write_text(CONFIG_TEXT.format(course_id="x"))
    copy = begin_lesson(folder / "source" / NAME, NAME)
    beside = begin_lesson(folder, "07_beside")  # its declarations are where the class keeps its own
    before = [path.read_text() for path in (*copy, *beside)]
    for source, _ in (copy, beside):
        with pytest.raises(
            LessonError, match="lies where the class keeps its copy, which is written anew: edit"
        ):
            add_to_class(folder, source, private=private)
    assert [path.read_text() for path in (*copy, *beside)] == before


def test_linter_takes_a_class(with_sixth, capsys):
    assert main(["verify", str(with_sixth[0])]) == 0
    told = capsys.readouterr().out
    assert NAME in told
    assert "01_chain_rule" not in told


def test_private_lesson_keeps_its_checks_in_the_class(with_sixth, backprop, tmp_path, in_kernel):
    folder = tmp_path / "class"
    shutil.copytree(with_sixth[0], folder)
    added = backprop("class", "add", folder, with_sixth[1], "--private")
    assert added.returncode == 0, added.stderr
    given = folder / "release" / NAME
    assert [path.name for path in given.rglob("*.*")] == [f"{NAME}.ipynb"]
    assert (folder / "exercises" / f"{NAME}.py").is_file()
    done = backprop("check", given)
    assert done.returncode == 2
    assert f"{NAME}.ipynb has no checks at home: your class marks it" in done.stderr
    cells = nbformat.read(given / f"{NAME}.ipynb", as_version=4).cells
    first = next(cell.source for cell in cells if cell.cell_type == "code")
    *_, checked = in_kernel(first, ANSWER.format("a * x"), "check(bend_grad)", folder=given)
    told = "UnknownError: bend_grad has no check at home: it is checked when your class is graded"
    assert checked[0].traceback == [told]
    marks = json.loads(backprop("class", "grade", folder, "--json").stdout)
    assert {one["student"]: one["total"] for one in marks} == {"right": 2, "wrong": 1}


def test_check_without_a_declaration_is_told(tmp_path, lesson):
    place = tmp_path / "source" / lesson.name / f"{lesson.name}.ipynb"
    place.parent.mkdir(parents=True)
    text = notebook_text(source_notebook(lesson))
    place.write_text(text.replace('"check-power_grad"', '"check-power_slope"'), encoding="utf-8")
    told = "checks power_slope, which needs a declaration in this package; `backprop new DIR 01_"
    with pytest.raises(AssignmentError, match=told):
        open_assignment(tmp_path, lesson.name, seed=0)
    place.write_text("{", encoding="utf-8")
    with pytest.raises(AssignmentError, match=r"is not a notebook: .*`backprop class init NEW`"):
        open_assignment(tmp_path, lesson.name, seed=0)


def test_file_that_is_no_lesson_is_not_added(with_sixth, backprop, tmp_path):
    alone = tmp_path / "06_alone.py"
    shutil.copyfile(with_sixth[1], alone)
    done = backprop("class", "add", with_sixth[0], alone)
    assert done.returncode == 2
    assert "is no lesson that can be added: name a file solutions/NN_topic.py" in done.stderr


def test_linter_of_our_lessons_does_not_look_elsewhere(monkeypatch, tmp_path):
    begin_lesson(tmp_path, "3")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(verify, "_report", lambda name, *_: find_lesson(name).path)
    reports, _ = verify_course(1)
    assert reports == [data_folder("solutions") / f"{name}.py" for name in lesson_names()]
