"""Every command of the instructor's guide runs, in the order in which it stands there."""

import csv
import html
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.build import CHECK_PREFIX, answered_notebook, notebook_text
from autograder.exercises import exercises_of
from autograder.lessons import find_lesson
from autograder.reference import lesson_names

GUIDE = Path(__file__).parents[2] / "autograder" / "README.md"
README = GUIDE.parents[1] / "README.md"
LESSON = "01_chain_rule"
ELSEWHERE = {"Beyond one machine"}  # a cluster: test_scale.py runs these
(MISTAKE,) = (  # which makes one of three outputs wrong
    one for one in exercises_of(LESSON)["power_grad"].mistakes if one.name == "log of b"
)

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")


def sections():
    """Return (heading, bash blocks, Python blocks) of the guide."""
    found = re.split(r"^#{2,3} (.+)$", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for heading, text in zip(found[1::2], found[2::2], strict=True):
        if heading in ELSEWHERE:
            continue
        blocks = re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)
        yield (
            heading,
            [body for language, body in blocks if language == "bash"],
            [body for language, body in blocks if language == "python"],
        )


class Walk:
    """Runs the guide's commands as an instructor would, in one shell's folder."""

    def __init__(self, place):
        self.place, self.cwd, self.told = place, place, {}
        scripts = Path(sys.executable).parent
        self.environment = os.environ | {
            "PATH": os.pathsep.join([str(scripts), os.environ["PATH"]]),
            "JUPYTER_CONFIG_DIR": str(place / "jupyter"),
            "OPENBLAS_NUM_THREADS": "1",
        }

    def run(self, heading, commands):
        script = f"set -e\n{commands}\npwd > {self.place}/cwd"
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.cwd, env=self.environment, timeout=600,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{heading}:\n{commands}\n{done.stdout}\n{done.stderr}"
        self.cwd = Path((self.place / "cwd").read_text().strip())
        self.told.setdefault(heading, []).append(done.stdout + done.stderr)

    def hand_in(self):
        """Three students, as Canvas names their files: all right, one mistake, somebody unknown."""
        lesson = find_lesson(LESSON)
        answers = lesson.reference.answers
        wrong = MISTAKE.applied_to(answers["power_grad"])
        files = {
            "alphafirst_4711_9_01_chain_rule-1.ipynb": answers,
            "betasecond_LATE_4712_9_01_chain_rule.ipynb": answers | {"power_grad": wrong},
        }
        with zipfile.ZipFile(self.place / "submissions.zip", "w") as archive:
            for name, own in files.items():
                archive.writestr(name, notebook_text(answered_notebook(lesson, own)))

    def weigh(self):
        """Give power_grad 5 points, and drop composition_grad."""
        path = self.cwd / "source" / LESSON / f"{LESSON}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for name, points in (("power_grad", 5), ("composition_grad", 0)):
            (cell,) = [one for one in notebook["cells"] if one["id"] == CHECK_PREFIX + name]
            cell["metadata"]["nbgrader"]["points"] = points
            cell["source"] = [f"check({name}, points={points})"]
        path.write_text(json.dumps(notebook), encoding="utf-8")

    def adjust(self):
        """Give a point by hand, as the formgrader does."""
        with Gradebook(f"sqlite:///{self.cwd / 'gradebook.db'}") as gradebook:
            grade = gradebook.find_grade(CHECK_PREFIX + "input_grad", LESSON, LESSON, "second")
            grade.manual_score = 1
            gradebook.db.commit()

    def old_course(self):
        """A course that was there before, with another assignment."""
        folder = self.place / "my-course"
        (folder / "source" / "ps1").mkdir(parents=True)
        config = 'c = get_config()\nc.CourseDirectory.course_id = "mine"\n'
        (folder / "nbgrader_config.py").write_text(config)

    def submit_to_old_course(self):
        path = self.cwd / "submitted" / "second" / "ps3" / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        graded = self.place / "my-class" / "submitted" / "second" / LESSON / path.name
        path.write_bytes(graded.read_bytes())


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """The guide, walked through; what is not a command is done in between."""
    walk = Walk(tmp_path_factory.mktemp("guide"))
    roster = (
        "id;last_name;first_name;lms_user_id\n"
        "first;Alpha;First;4711\nsecond;Beta;Second;\nfourth;B;Fourth;\n"
    )
    (walk.place / "roster.csv").write_text(roster, encoding="cp1252")
    before = {
        "Collect": walk.hand_in,
        "Send feedback": walk.adjust,
        "Change what counts": walk.weigh,
        "A lesson in a course that you already have": walk.old_course,
    }
    for heading, commands, lines in sections():
        before.get(heading, lambda: None)()
        for number, block in enumerate(commands):
            if lines and number == 1:  # the lines that the text says belong into the configuration
                with (walk.cwd / "nbgrader_config.py").open("a") as file:
                    file.writelines(lines)
                walk.submit_to_old_course()
            walk.run(heading, block)
    return walk


def scores(folder, student, assignment=LESSON):
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook(LESSON, assignment, student)
        return {grade.name.removeprefix(CHECK_PREFIX): grade.score for grade in notebook.grades}


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_every_step_to_feedback_has_a_command():
    steps = [heading for heading, commands, _ in sections() if commands]
    assert steps == [
        "Make it", "Collect", "Grade", "Look at the report", "Send feedback",
        "Marks for Canvas and Moodle", "Change what counts",
        "A lesson in a course that you already have",
    ]  # fmt: skip


def test_syllabus_and_readme_have_the_lessons_numbers():
    cells = r"^\| (\d) [\w ]+ \| (\d+) \| (\d+) \| (\d+) \| ([^|;]+)"
    syllabus = re.findall(cells, GUIDE.read_text(), re.MULTILINE)
    cells = r"^\| \[(\d) .+\]\((.+)\) \| .+: (\d+) exercises, (\d+) points \| (\d+) min \|"
    readme = re.findall(cells, README.read_text(), re.MULTILINE)
    assert len(syllabus) == len(readme) == len(lesson_names())
    for number, name in enumerate(lesson_names(), start=1):
        lesson = find_lesson(name)
        text = "\n".join(cell.source for cell in lesson.cells[:2])
        minutes = re.search(r"About (\d+) minutes", text)[1]
        exercises, points = str(len(lesson.exercises)), f"{sum(lesson.points.values()):g}"
        *numbers, needed = syllabus[number - 1]
        assert numbers == [str(number), minutes, exercises, points]
        lessons = re.search(r"You need (lessons? .+?):", text)
        assert not lessons or needed.strip() == lessons[1]
        path = f"notebooks/{name}.ipynb"
        assert readme[number - 1] == (str(number), path, exercises, points, minutes)


def test_collecting_says_who_is_late_and_who_is_missing(walk):
    (told,) = walk.told["Collect"]
    assert "notebooks: 2 new, 0 changed, 0 unchanged" in told
    assert "late, says Canvas: second" in told
    assert "nothing yet from: fourth" in told


def test_report_names_the_mistake_and_who_is_missing(walk):
    page = (walk.place / "my-class" / "report.html").read_text()
    assert f"<td>{MISTAKE.name}<br>" in page
    assert html.escape(MISTAKE.says) in page
    assert "<span>fourth</span>" in page


def test_feedback_opens_without_a_network(walk):
    page = walk.place / "my-class" / "feedback" / "second" / LESSON / f"{LESSON}.html"
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="https?:[^"]*"', text)
    assert "https://cdn" not in text
    assert "db wrong; da, dx right." in text
    assert text.count("<math") > 100


def test_marks_for_the_platforms_have_points_by_hand(walk):
    folder, full = walk.place / "my-class", sum(find_lesson(LESSON).points.values())
    canvas, moodle = table(folder / "marks-canvas.csv"), table(folder / "marks-moodle.csv")
    assert canvas[0][-1] == LESSON
    assert canvas[1][-1] == f"{full:g}"
    assert canvas[2] == ["Alpha, First", "4711", "first", "first", "", f"{full:g}"]
    assert canvas[3][0] == "B, Fourth"
    assert canvas[3][-1] == ""
    # A third of power_grad's 3 points is lost, and one of input_grad's 2 taken by hand.
    assert canvas[4] == ["Beta, Second", "", "second", "second", "", f"{full - 2:g}"]
    assert moodle[1] == ["First", "Alpha", "first", "", f"{full:g}"]
    assert (folder / "grades.csv").is_file()


def test_weights_change_for_all_and_points_by_hand_stay(walk):
    first, second = walk.told["Change what counts"]
    assert "marks change: 2 students gain" in first
    assert "marks change" not in second, "declarations that are the same change nothing"
    folder = walk.place / "my-class"
    assert scores(folder, "first")["power_grad"] == 5
    assert scores(folder, "first")["composition_grad"] == 0
    assert scores(folder, "second")["input_grad"] == 1
    assert "?" not in first.split("points")[-1]


def test_lesson_under_another_name_gets_the_same_marks_in_an_old_course(walk):
    ours, theirs = walk.place / "my-class", walk.place / "my-course"
    expected = scores(ours, "second") | {"input_grad": 2}  # nobody took a point there
    assert scores(theirs, "second", "ps3") == expected
    page = theirs / "feedback" / "second" / "ps3" / f"{LESSON}.html"
    assert "db wrong; da, dx right." in page.read_text()
    assert (theirs / "verdicts.jsonl").is_file(), "it was not run in a kernel"
