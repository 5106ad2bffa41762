"""A class from submissions to marks, through nbgrader; one bad submission costs nobody else."""

import csv
import html
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.adding import begin_lesson
from autograder.build import answered_notebook, notebook_text, student_notebook
from autograder.checking import check_answer
from autograder.classroom import create_class, read_seed
from autograder.demo import sample_class
from autograder.exercise import GRADING_REPEATS
from autograder.exercises import exercises_of
from autograder.grading import Tally, grade_class
from autograder.lessons import find_lesson
from autograder.reference import CHECK_PREFIX, lesson_names
from autograder.student.sandbox import level
from autograder.submissions import misplaced, read_notes

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")
PERFECT = sum(find_lesson("1").points.values())


def marks_in(folder, student, lesson):
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook(lesson.name, lesson.name, student)
        return {grade.name.removeprefix(CHECK_PREFIX): grade.score for grade in notebook.grades}


def deserved(sample, lesson, exercises, seed):
    """Marks of a sample's answers, found without notebook, kernel and nbgrader."""
    marks = {}
    for name, points in lesson.points.items():
        marks[name] = 0.0
        if name in sample.answers:
            fn = lesson.reference.function(name, sample.answers[name])
            marks[name] = check_answer(
                fn, exercises[name], lesson.reference,
                seed=seed, repeats=GRADING_REPEATS, points=points,
            ).earned  # fmt: skip
    return marks


def test_gradebook_has_the_marks_that_the_sample_answers_deserve(demo_class, lesson, exercises):
    folder, _ = demo_class
    totals = {}
    for sample in sample_class(lesson, 12):
        marks = marks_in(folder, sample.student, lesson)
        assert marks == deserved(sample, lesson, exercises, read_seed(folder)), sample.story
        totals.setdefault(sample.story, sum(marks.values()))
    assert totals["everything right"] == PERFECT
    assert totals["untouched"] == 0
    assert 0 < totals["three mistakes"] < PERFECT
    assert 0 < totals["half done, with one mistake"] < totals["three mistakes"]
    assert any("crashes" in story for story in totals)


@pytest.mark.parametrize("name", lesson_names())
def test_sample_answers_are_python_and_the_crash_is_one(name):
    lesson = find_lesson(name)
    for sample in sample_class(lesson, 12):
        for exercise, source in sample.answers.items():
            fn = lesson.reference.function(exercise, source)
            if sample.story == f"{exercise} crashes":
                asked = exercises_of(name)[exercise]
                result = check_answer(fn, asked, lesson.reference, seed=0, repeats=1, points=2)
                assert "ZeroDivisionError" in str(result), str(result)
                assert result.earned == 0


def test_demo_prints_the_gradebook(demo_class, lesson):
    _, done = demo_class
    rows = [line.split() for line in done.stdout.splitlines()]
    points = [f"{points:g}" for points in lesson.points.values()]
    assert ["student-001", *points, f"{PERFECT:g}"] in rows
    assert ["student-006", *"0" * len(points), "0"] in rows
    assert f"{len(points)} {lesson.exercises[-1]}" in done.stdout


def test_demo_works_where_nothing_can_be_sealed_off(tmp_path):
    forced = (
        "import sys\nimport autograder.student.sandbox as sandbox\n"
        "sandbox.level = lambda: sandbox.LIMITED\n"
        "from autograder.cli import main\nsys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", forced, "demo", "--lesson", "1", "--students", "1"]
    done = subprocess.run(
        command, env=os.environ | {"TMPDIR": str(tmp_path)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f" {PERFECT:g}\n" in done.stdout
    (report,) = tmp_path.glob("backprop-demo-*/report.html")
    assert "<strong>not sealed off (limited)</strong>" in report.read_text()


def test_demo_is_sealed_off_where_that_can_be(demo_class):
    folder, _ = demo_class
    assert {note["sandbox"] for note in read_notes(folder).values()} == {level()}


def test_class_and_sample_answers_are_of_our_lessons_wherever_they_are_made(
    tmp_path, monkeypatch, lesson
):
    source, declarations = begin_lesson(tmp_path, "1")
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("# # Lesson 1: ", "# # Mine: "), encoding="utf-8")
    declarations.write_text("import autograder\nEXERCISES = ()\n")
    monkeypatch.chdir(tmp_path)
    assert len(sample_class(lesson, 12)) == 12
    create_class(tmp_path / "class")
    made = (tmp_path / "class" / "source" / lesson.name / f"{lesson.name}.ipynb").read_text()
    assert "# Mine: " not in made
    assert "# Lesson 1: " in made


def test_demo_of_all_lessons_prints_totals_and_says_where_the_report_is(backprop, tmp_path):
    done = backprop("demo", "--students", "1", env=os.environ | {"TMPDIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    worth = [sum(find_lesson(name).points.values()) for name in lesson_names()]
    row = [f"{points:g}" for points in [*worth, sum(worth)]]
    assert ["student-001", *row] in [line.split() for line in done.stdout.splitlines()]
    (report,) = tmp_path.glob("backprop-demo-*/report.html")
    assert str(report) in done.stdout
    assert list(report.parent.iterdir()) == [report], "the class is gone"
    page = report.read_text()
    assert all(find_lesson(name).title in page for name in lesson_names())


def test_demo_cells_are_not_run_when_a_class_is_graded(demo_class, lesson):
    folder, _ = demo_class
    path = folder / "autograded" / "student-001" / lesson.name / f"{lesson.name}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    demos = [cell for cell in cells if "demo" in cell.metadata.get("tags", ())]
    assert demos
    assert all(cell.execution_count is None for cell in demos)
    checks = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert all(cell.execution_count for cell in checks)


def test_demo_writes_feedback_with_points_and_report(demo_class):
    folder, done = demo_class
    for number in range(1, 13):
        page = folder / f"feedback/student-{number:03}/01_chain_rule/01_chain_rule.html"
        assert page.stat().st_size > 10_000
    half = (folder / "feedback/student-004/01_chain_rule/01_chain_rule.html").read_text()
    assert "not written yet" in half
    assert "student-001/01_chain_rule/01_chain_rule.html" in done.stdout


def test_demo_leaves_nothing_else(demo_class):
    folder, _ = demo_class
    assert sorted(path.name for path in folder.iterdir()) == [
        "autograded", "class_seed", "feedback", "gradebook.db", "graded.jsonl",
        "nbgrader_config.py", "release", "report.html", "source", "submitted", "verdicts.jsonl",
    ]  # fmt: skip
    assert (folder / "class_seed").stat().st_mode & 0o077 == 0


@pytest.fixture(scope="module")
def small_class(backprop, tmp_path_factory, lesson):
    """A class with one perfect submission, two honest ones, and every kind of broken one."""
    folder = tmp_path_factory.mktemp("class") / "my class"
    roster = folder.parent / "roster.csv"
    roster.write_text("id,first_name\nperfect,A\nabsent,B\n")
    made = backprop("class", "init", folder, "--students", roster)
    assert made.returncode == 0, made.stderr
    assert "Hand out" in made.stdout

    def hand_in(student, text, name=f"{lesson.name}.ipynb"):
        path = folder / "submitted" / student / lesson.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_text(text, encoding="utf-8")

    answers = lesson.reference.answers
    perfect = answered_notebook(lesson, answers)
    wrong = answers["power_grad"].replace("np.log(x)", "np.log10(x)")
    hand_in("perfect", notebook_text(perfect))
    hand_in("partial", notebook_text(answered_notebook(lesson, answers | {"power_grad": wrong})))
    hand_in("untouched", notebook_text(student_notebook(lesson)))
    hand_in("broken-json", '{"cells": [')
    hand_in("empty-folder", None)
    hand_in("other-name", notebook_text(perfect), "homework.ipynb")
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print('hello')")])
    hand_in("other-lesson", notebook_text(other))
    killer = "def power_grad(a, b, x):\n    import os\n    os._exit(1)"
    hand_in(
        "kills-kernel", notebook_text(answered_notebook(lesson, answers | {"power_grad": killer}))
    )
    twice = answered_notebook(lesson, answers)
    twice.cells.insert(
        0, next(cell for cell in twice.cells if cell.id == "check-power_grad").copy()
    )
    twice.cells[0].id = "copy"
    hand_in("copied-test", notebook_text(twice))
    again = answered_notebook(lesson, answers)
    again.cells.append(next(cell for cell in again.cells if cell.id == "power_grad").copy())
    again.cells[-1].id = "copy"
    hand_in("copied-answer", notebook_text(again))
    (folder / "submitted" / "perfect" / "some-other-assignment").mkdir()
    (folder / "submitted" / "no-folder").mkdir()
    (folder / "submitted" / "no-folder" / f"{lesson.name}.ipynb").write_text(notebook_text(perfect))
    return folder


@pytest.fixture
def one_class(tmp_path, blank_class, lesson):
    """A class in which one student has handed in everything right."""
    folder = tmp_path / "class"
    shutil.copytree(blank_class, folder)
    path = folder / "submitted" / "student-001" / lesson.name / f"{lesson.name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(notebook_text(answered_notebook(lesson, lesson.reference.answers)))
    return folder


def test_a_gradebook_that_was_made_anew_is_filled_again(one_class, blank_class):
    (before,) = grade_class(one_class)
    assert before.total == PERFECT
    shutil.copy(blank_class / "gradebook.db", one_class / "gradebook.db")
    tally = Tally()
    (after,) = grade_class(one_class, tally=tally)
    assert (after.total, tally.run) == (PERFECT, 0)


def test_extra_credit_is_no_change(one_class, lesson):
    grade_class(one_class)
    with Gradebook(f"sqlite:///{one_class / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook(lesson.name, lesson.name, "student-001")
        notebook.grades[0].extra_credit = 0.5
        gradebook.db.commit()
    path = one_class / "submitted" / "student-001" / lesson.name / f"{lesson.name}.ipynb"
    path.write_text(path.read_text() + "\n")
    told = []
    (after,) = grade_class(one_class, announce=told.extend)
    assert (after.total, told) == (PERFECT + 0.5, [])


def test_a_given_cell_that_does_not_run_is_told(one_class, lesson, backprop):
    path = one_class / "source" / lesson.name / f"{lesson.name}.ipynb"
    source = nbformat.read(path, as_version=4)
    given = next(
        cell for cell in source.cells if cell.cell_type == "code" and "import" in cell.source
    )
    given.source += "\nundefined_name"
    path.write_text(notebook_text(source))
    done = backprop("class", "grade", one_class)
    assert done.returncode == 2
    assert (
        "NameError: name 'undefined_name' is not defined. To see where, run source/" in done.stderr
    )
    assert "Traceback" not in done.stderr


def test_a_planted_bug_is_looked_for_in_the_classs_own_solution(tmp_path, blank_class):
    lesson = find_lesson("4")
    folder = tmp_path / "class"
    shutil.copytree(blank_class, folder)
    source = folder / "source" / lesson.name / f"{lesson.name}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.id == "mended_grads")
    cell.source = cell.source.replace("BEGIN SOLUTION\n", "BEGIN SOLUTION\n    # a line more\n")
    cell = next(cell for cell in notebook.cells if cell.id == "bug_line")
    cell.source = cell.source.replace("return 13", "return 14")
    source.write_text(notebook_text(notebook))
    answers = dict(lesson.reference.answers)
    one_more = answers["bug_line"].replace("return 13", "return 14")
    for student, answer in (("as-shipped", answers["bug_line"]), ("as-here", one_more)):
        path = folder / "submitted" / student / lesson.name / f"{lesson.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(notebook_text(answered_notebook(lesson, answers | {"bug_line": answer})))
    scores = {one.student: one.scores["bug_line"] for one in grade_class(folder)}
    assert scores == {"as-shipped": 0, "as-here": lesson.points["bug_line"]}


@pytest.fixture(scope="module")
def graded(small_class, backprop):
    done = backprop("class", "grade", small_class, "--json")
    return {one["student"]: one for one in json.loads(done.stdout)}, done


def test_good_submissions_are_graded_beside_broken_ones(graded, small_class, lesson):
    marks, done = graded
    assert done.returncode == 1
    assert marks["perfect"]["total"] == PERFECT
    assert marks["partial"]["scores"]["power_grad"] == 2
    assert marks["partial"]["total"] == PERFECT - 1
    assert marks["untouched"]["total"] == 0
    assert marks["copied-test"]["total"] == marks["copied-answer"]["total"] == PERFECT
    for student in ("perfect", "partial", "untouched", "copied-test", "copied-answer"):
        assert not marks[student]["problem"]
        assert marks_in(small_class, student, lesson) == marks[student]["scores"]


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("broken-json", "01_chain_rule.ipynb is not a notebook: "),
        ("empty-folder", "no notebook 01_chain_rule.ipynb was handed in; the folder is empty"),
        ("other-name", "no notebook 01_chain_rule.ipynb was handed in; there is homework.ipynb"),
        ("other-lesson", "holds none of the exercises of lesson 01_chain_rule"),
    ],
)
def test_broken_submission_gets_0_and_the_reason(graded, small_class, lesson, student, reason):
    one = graded[0][student]
    assert reason in one["problem"]
    assert one["total"] == 0
    assert set(marks_in(small_class, student, lesson).values()) == {0}
    page = small_class / "feedback" / student / lesson.name / f"{lesson.name}.html"
    assert f"0 points: {html.escape(one['problem'])}." in page.read_text()


def test_answer_that_ends_its_process_costs_itself_and_nothing_else(graded, lesson):
    one = graded[0]["kills-kernel"]
    assert not one["problem"]
    assert one["total"] == PERFECT - lesson.points["power_grad"]
    told = {result["exercise"]: result for result in one["exercises"]}["power_grad"]
    assert told["status"] == "crashed"
    assert told["summary"] == "ended its process (exit code 1)."


def test_report_reaches_the_autograded_notebook(graded):
    told = {one["exercise"]: one for one in graded[0]["partial"]["exercises"]}
    assert told["power_grad"]["summary"] == "db wrong; da, dx right."
    assert told["power_grad"]["seed"] is None, "the class's seed is secret"


def test_second_run_grades_only_what_changed(graded, small_class, backprop, lesson):
    path = small_class / "submitted" / "partial" / lesson.name / f"{lesson.name}.ipynb"
    executed = [
        small_class / "autograded" / student / lesson.name / path.name
        for student in ("perfect", "partial")
    ]
    before = [file.stat().st_mtime_ns for file in executed]
    with (small_class / "graded.jsonl").open("a") as file:
        file.write('{"submission": "perf')  # torn by a crash
    path.write_text(notebook_text(answered_notebook(lesson, lesson.reference.answers)))
    os.utime(path, (0, 0))  # a file from an archive may be older than the last run
    done = backprop("class", "grade", small_class, "1", "--json")
    marks = {one["student"]: one for one in json.loads(done.stdout)}
    after = [file.stat().st_mtime_ns for file in executed]
    assert after[0] == before[0]
    assert after[1] > before[1]
    assert marks["partial"]["total"] == marks["perfect"]["total"] == PERFECT
    assert marks["broken-json"]["problem"] == graded[0]["broken-json"]["problem"]


def test_table_shows_each_problem(graded, small_class, backprop):
    done = backprop("class", "grade", small_class)
    assert "empty-folder: no notebook 01_chain_rule.ipynb was handed in" in done.stdout
    told = (
        "submitted/no-folder/01_chain_rule.ipynb; a notebook belongs in "
        "submitted/STUDENT/LESSON/LESSON.ipynb"
    )
    first, *others = done.stderr.splitlines()
    assert first == f"not graded: {told}"
    strangers = sorted(graded[0].keys() - {"perfect"})
    assert others == [f"graded, but not on the class list students.csv: {one}" for one in strangers]


def test_notebook_in_a_folder_that_is_no_assignment_is_misplaced(tmp_path):
    for path in (
        "source/01_chain_rule/a.ipynb",
        "source/of-another-course/a.ipynb",
        "submitted/first/01_chain_rule/a.ipynb",
        "submitted/first/of-another-course/a.ipynb",
        "submitted/first/lesson1/a.ipynb",
        "submitted/fourth/a.ipynb",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert misplaced(tmp_path) == ["submitted/first/lesson1/a.ipynb", "submitted/fourth/a.ipynb"]


def test_plain_nbgrader_commands_give_the_same_marks(tmp_path, graded, small_class, lesson):
    folder = tmp_path / "copy"
    shutil.copytree(small_class, folder)
    for done in ("autograded", "release", "gradebook.db", "graded.jsonl"):
        path = folder / done
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for student in (folder / "submitted").iterdir():
        if student.name not in ("perfect", "untouched", "copied-answer"):
            shutil.rmtree(student)
    shutil.rmtree(folder / "submitted" / "perfect" / "some-other-assignment")
    for command in ("generate_assignment", "autograde", "generate_feedback"):
        nbgrader(folder, command, lesson.name, "--force")
    nbgrader(folder, "export", "--to", "grades.csv")
    with (folder / "grades.csv").open() as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {"perfect": PERFECT, "untouched": 0.0, "copied-answer": PERFECT}
    assert marks_in(folder, "perfect", lesson) == graded[0]["perfect"]["scores"]
    page = folder / "feedback" / "perfect" / lesson.name / f"{lesson.name}.html"
    assert "It agrees with central differences" in page.read_text()


def nbgrader(folder, *arguments):
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_formgrader_opens_on_the_class(graded, small_class, tmp_path):
    port, log = 18765, tmp_path / "server.log"
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port-retries=0",
        f"--port={port}", "--IdentityProvider.token=secret",
    ]  # fmt: skip
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(tmp_path)}
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=small_class, env=environment, stdout=out, stderr=out)
    try:
        page = _get(f"http://127.0.0.1:{port}/formgrader?token=secret", server)
        assert "formgrader" in page, log.read_text()
        lessons = json.loads(
            _get(f"http://127.0.0.1:{port}/formgrader/api/assignments?token=secret")
        )
        assert {one["name"]: one["max_score"] for one in lessons} == {
            name: sum(find_lesson(name).points.values()) for name in lesson_names()
        }
        assert lessons[0]["num_submissions"] == 10
    finally:
        server.terminate()
        server.wait(timeout=30)


def _get(address, server=None):
    """Return a page; while the server starts, wait for it."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=30) as page:
                return page.read().decode()
        except urllib.error.URLError:
            if server is None or server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["init", "."], "is not empty: name a new folder for the class"),
        (["init", "file.txt"], "file.txt is a file; name a folder for the class"),
        (["init", "new", "--students", "none.csv"], "cannot read the class list none.csv"),
        (
            ["grade", "nowhere"],
            "there is no folder nowhere: make it with `backprop class init nowhere`",
        ),
        (["grade", "."], "is not a class: it has no nbgrader_config.py"),
    ],
)
def test_folder_that_cannot_be_used_is_told(backprop, tmp_path, arguments, sentence):
    (tmp_path / "file.txt").touch()
    done = backprop("class", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"], "nothing may be written"


def test_class_without_submissions_or_seed_is_told(backprop, small_class, tmp_path):
    folder = tmp_path / "class"
    ignore = shutil.ignore_patterns("submitted", "autograded", "graded.jsonl")
    shutil.copytree(small_class, folder, ignore=ignore)
    done = backprop("class", "grade", folder)
    assert done.returncode == 2
    assert "nobody has handed in any lesson: put notebooks at" in done.stderr
    (folder / "class_seed").unlink()
    done = backprop("class", "grade", folder)
    assert done.returncode == 2
    assert "should hold the class's secret seed" in done.stderr


def test_unknown_lesson_is_told(backprop, small_class):
    done = backprop("class", "grade", small_class, "09_magic")
    assert done.returncode == 2
    assert "there is no lesson '09_magic'; the lessons are 01_chain_rule" in done.stderr


def test_sample_students_have_neutral_ids(lesson):
    assert [sample.student for sample in sample_class(lesson, 2)] == ["student-001", "student-002"]
    assert sample_class(lesson, 1000)[-1].student == "student-1000"
