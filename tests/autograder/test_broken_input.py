"""A class in which everything that can be wrong with a file is wrong with somebody's."""

import html
import json
import os
import shutil
import sqlite3
import sys

import nbformat
import pytest

from autograder.build import answered_notebook, notebook_text
from autograder.lessons import find_lesson

TEXT_OF_ALL = """
    SELECT s.student_id, c.auto_comment FROM comment c
    JOIN submitted_notebook n ON n.id = c.notebook_id
    JOIN submitted_assignment s ON s.id = n.assignment_id"""
MEGABYTES = 100


def as_json(notebook, **changes):
    return json.dumps(json.loads(notebook_text(notebook)) | changes)


def honest(notebook):
    """Files whose answers are all right, whatever is odd about them: bytes by what is odd."""
    cells = json.loads(notebook_text(notebook))["cells"]
    for cell in cells[2:4]:
        cell["metadata"] = {"nbgrader": {"grade_id": cell["metadata"]}}
    text = notebook_text(notebook)
    large = json.loads(text)
    stream = {"output_type": "stream", "name": "stdout", "text": "x" * (MEGABYTES << 20)}
    next(cell for cell in large["cells"] if cell["cell_type"] == "code")["outputs"] = [stream]
    plain = [{"cell_type": "code", "source": c.source} for c in notebook.cells
             if c.cell_type == "code" and not c.source.startswith("check(")]  # fmt: skip
    return {
        "plain": text.encode(),
        "byte-order-mark": text.encode("utf-8-sig"),
        "utf-16": text.encode("utf-16"),
        "windows-lines": text.replace("\n", "\r\n").encode(),
        "nbformat-3": nbformat.writes(nbformat.reads(text, 4), 3).encode(),
        "nbformat-5": as_json(notebook, nbformat=5).encode(),
        "nbformat-x": as_json(notebook, nbformat="x", nbformat_minor=None).encode(),
        "no-nbformat": json.dumps({"cells": json.loads(text)["cells"]}).encode(),
        "odd-cells": as_json(notebook, cells=[3, None, "x", [], {}, *cells]).encode(),
        "odd-metadata": as_json(notebook, metadata=[1]).encode(),
        "other-kernel": as_json(notebook, metadata={"kernelspec": {"name": "r"}}).encode(),
        "extra-keys": as_json(notebook, worksheets=[{}], signature=3).encode(),
        "large-output": json.dumps(large).encode(),
        "retyped-into-a-new-one": json.dumps({"cells": plain}).encode(),
        "surrogates": text.replace('"# ', '"\\ud83d # ', 1).encode(),
        "a name with [x] * ?": text.encode(),
        "Zoë 🎓": text.encode(),
        "-rf": text.encode(),
        "with timestamp": text.encode(),
        "with links": text.encode(),
    }


BROKEN = {
    "empty": (b"", "is not a notebook: it is empty"),
    "zeros": (b"\0" * 1000, "is not a notebook: "),
    "binary": (bytes(range(256)), "is not a notebook: "),
    "a-list": (b"[]", "is not a notebook: it has no list of cells"),
    "a-number": (b"3", "is not a notebook: it has no list of cells"),
    "no-cells": (b'{"nbformat": 4}', "is not a notebook: it has no list of cells"),
    "cells-of-a-kind": (b'{"cells": {"a": 1}}', "is not a notebook: it has no list of cells"),
    "old-and-empty": (b'{"nbformat": 3}', "is not a notebook: "),
    "nbformat-2": (b'{"nbformat": 2, "worksheets": 7}', "is not a notebook: "),
    "deep": (b"[" * 200_000, "is not a notebook: "),
    "long-number": (b'{"cells": ' + b"1" * 9000 + b"}", "is not a notebook: "),
    "nothing-in-it": (b'{"cells": []}', "holds none of the exercises of lesson 01_chain_rule"),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, lesson, backprop, blank_class):
    """What `backprop class grade` says by student, the class, and who handed in what."""
    folder = tmp_path_factory.mktemp("broken") / "class"
    shutil.copytree(blank_class, folder)
    notebook = answered_notebook(lesson, lesson.reference.answers)

    def hand_in(student, content):
        path = folder / "submitted" / student / lesson.name / f"{lesson.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        return path.parent

    places = {name: hand_in(name, content) for name, content in honest(notebook).items()}
    (places["with timestamp"] / "timestamp.txt").write_bytes(b"\xffno time at all")
    secret = folder / "class_seed"
    (places["with links"] / "data.csv").symlink_to(secret)
    (places["with links"] / "data").symlink_to("/")
    os.mkfifo(places["with links"] / "pipe")
    second = find_lesson("2")
    other = notebook_text(answered_notebook(second, second.reference.answers)).encode()
    cut = notebook_text(notebook).encode()[:20_001]
    broken = BROKEN | {
        "another-lesson": (other, "is lesson 02_computational_graphs, not 01_chain_rule"),
        "truncated": (cut, "is not a notebook: "),
    }
    for student, (content, _) in broken.items():
        hand_in(student, content)
    for student, target in (("a-link", secret), ("a-loop", "01_chain_rule.ipynb")):
        place = folder / "submitted" / student / lesson.name
        place.mkdir(parents=True)
        (place / f"{lesson.name}.ipynb").symlink_to(target)
        broken[student] = (b"", "is a link, which may point anywhere")
    place = folder / "submitted" / "a-pipe" / lesson.name
    place.mkdir(parents=True)
    os.mkfifo(place / f"{lesson.name}.ipynb")
    broken["a-pipe"] = (b"", "no notebook 01_chain_rule.ipynb was handed in")
    if sys.platform == "linux":
        odd = os.fsencode(folder / "submitted") + b"/\xff"
        os.makedirs(odd + b"/01_chain_rule")
        with open(odd + b"/01_chain_rule/01_chain_rule.ipynb", "wb") as file:
            file.write(notebook_text(notebook).encode())
    done = backprop("class", "grade", folder, "--json", timeout=900)
    marks = {one["student"]: one for one in json.loads(done.stdout)}
    reasons = {student: reason for student, (_, reason) in broken.items()}
    return marks, folder, done, list(places), reasons


def test_nothing_stops_the_others(graded):
    marks, _, done, right, broken = graded
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(marks) == len(right) + len(broken) + (sys.platform == "linux")


def test_honest_work_keeps_its_marks_whatever_is_odd_about_its_file(graded, lesson):
    marks, folder, _, right, _ = graded
    for student in right:
        assert marks[student]["scores"] == lesson.points, student
        assert not marks[student]["problem"], student
        assert (folder / "autograded" / student / lesson.name / f"{lesson.name}.ipynb").is_file()


def test_what_is_no_notebook_earns_0_and_its_reason_stands_everywhere(graded, lesson):
    marks, folder, _, _, broken = graded
    with sqlite3.connect(folder / "gradebook.db") as database:
        comments = {}
        for student, comment in database.execute(TEXT_OF_ALL):
            comments.setdefault(student, set()).add(comment)
    database.close()
    for student, reason in broken.items():
        problem = marks[student]["problem"]
        assert reason in problem, student
        assert len(problem.splitlines()) == 1
        assert set(marks[student]["scores"].values()) == {0}
        assert comments[student] == {problem}
        page = (folder / "feedback" / student / lesson.name / f"{lesson.name}.html").read_text()
        assert f"0 points: {html.escape(problem)}." in page


@pytest.mark.skipif(sys.platform != "linux", reason="a file system with such names")
def test_a_name_that_no_database_can_hold_is_told(graded):
    one = graded[0]["\udcff"]
    assert one["problem"].startswith(("nbgrader could not record it", "the gradebook could not"))
    assert set(one["scores"].values()) == {None}


def test_what_a_link_points_to_is_not_taken_along(graded, lesson):
    folder = graded[1]
    taken = folder / "autograded" / "with links" / lesson.name
    assert [path.name for path in taken.iterdir()] == [f"{lesson.name}.ipynb"]


def test_a_second_run_has_nothing_to_do_for_them(graded, backprop):
    marks, folder, *_ = graded
    before = (folder / "verdicts.jsonl").stat().st_size
    done = backprop("class", "grade", folder, "--json", timeout=900)
    assert {one["student"]: one for one in json.loads(done.stdout)} == marks
    assert (folder / "verdicts.jsonl").stat().st_size == before
