"""A class of attackers: none earns a mark, none harms a neighbour, and the report says why."""

import re

import nbformat
import pytest
from attacks import ATTACKS, HONEST, MARK, hashes
from nbgrader.api import Gradebook

from autograder.box import bwrap
from autograder.classroom import run_step

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")
LEVELS = ("boxed", "sealed", "limited")


@pytest.fixture(scope="module", params=LEVELS)
def graded(request, grade, levels):
    if request.param not in levels:
        pytest.skip(f"this system cannot be graded {request.param}")
    attacks = [one for one in ATTACKS if belongs(one, request.param)]
    result = grade(attacks, request.param)
    assert result.submissions, result.done.stderr
    return result, attacks


def belongs(attack, how):
    """All attacks meet the highest level; those that it takes to be sealed meet the next as well.

    Without the system's help, what attacks its files and processes is not kept out.
    """
    if how == "boxed" or (how == "sealed" and not bwrap()):
        return True
    return attack.sealed == (how == "sealed") and not attack.slow


def scores(result, student):
    return result.submissions[student]["scores"]


def told(result, attack, lesson):
    """Everything that the student is told: the reason, the verdicts, what the cells showed."""
    one = result.submissions[attack.student]
    texts = [one["problem"], *one["look"]]
    for verdict in one["exercises"]:
        texts += [verdict["summary"], verdict["question"], *verdict["notes"]]
        texts += [output["sentence"] for output in verdict["outputs"]]
    path = result.folder / "autograded" / attack.student / lesson.name / f"{lesson.name}.ipynb"
    for cell in nbformat.read(path, as_version=4).cells if path.is_file() else ():
        for output in cell.get("outputs", ()):
            texts.append(str(output.get("text", "")))
            texts += output.get("traceback", ())
            texts.append(str(output.get("data", {}).get("text/plain", "")))
    return "\n".join(texts)


def test_batch_ends_in_good_order(graded):
    result, attacks = graded
    problems = [one["problem"] for one in result.submissions.values() if one["problem"]]
    assert result.done.returncode == bool(problems), result.done.stderr
    assert "Traceback" not in result.done.stderr
    assert result.submissions.keys() == {*HONEST, *(attack.student for attack in attacks)}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.student)
def test_attack_earns_nothing_and_is_told(graded, attack, lesson):
    result, attacks = graded
    if attack not in attacks:
        pytest.skip("is not in this class")
    marks = scores(result, attack.student)
    report = told(result, attack, lesson)
    assert marks[attack.target] == 0, report
    lost = {name for name, points in lesson.points.items() if marks[name] != points}
    if attack.loses != ("any",):
        assert lost == (set(lesson.points) if attack.loses else {attack.target}), report
    assert re.search(attack.says, report), report


def test_honest_students_lose_nothing(graded, lesson):
    result, _ = graded
    for student in HONEST:
        assert scores(result, student) == lesson.points
        assert not result.submissions[student]["problem"]
        assert not result.submissions[student]["look"]


def test_gradebook_holds_what_was_earned_and_nothing_else(graded, lesson):
    result, _ = graded
    with Gradebook(f"sqlite:///{result.folder / 'gradebook.db'}") as gradebook:
        submissions = gradebook.assignment_submissions(lesson.name)
        assert {one.student.id for one in submissions} == result.submissions.keys()
        for submission in submissions:
            assert submission.score == result.submissions[submission.student.id]["total"]
            for notebook in submission.notebooks:
                assert all(grade.manual_score is None for grade in notebook.grades)


def test_no_file_of_the_class_is_touched(graded):
    result, _ = graded
    assert hashes(result.folder) == result.before
    for name in ("verdicts.jsonl", "graded.jsonl"):
        lines = (result.folder / name).read_text().splitlines()
        assert all(line.startswith("{") or not line for line in lines)


def test_nothing_is_left_over(graded):
    result, _ = graded
    assert result.left == []
    assert list(result.temporary.iterdir()) == []


def test_nothing_speaks_to_the_terminal(graded):
    result, _ = graded
    assert "\x1b" not in result.done.stdout + result.done.stderr
    for path in result.folder.glob("autograded/*/*/*.ipynb"):
        assert "\\u001b" not in path.read_text(), path


def test_no_script_reaches_a_browser(graded, lesson):
    from nbgrader.converters import GenerateFeedback

    result, attacks = graded
    (attack,) = [one for one in attacks if one.number == "30"] or pytest.skip(
        "is not in this class"
    )
    assert run_step(result.folder, GenerateFeedback, lesson.name, attack.student) == ""
    path = result.folder / "feedback" / attack.student / lesson.name / f"{lesson.name}.html"
    page = path.read_text()
    assert page.count(MARK) > 6, "the attack must be seen"
    assert not re.search(rf"<script>[^<]*{MARK}|<\w[^<>]*onerror|href=.javascript", page)
