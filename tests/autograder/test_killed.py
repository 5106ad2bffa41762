"""Processes of the grader are killed at random moments; after a rerun, all is as if they had not.

`BACKPROP_KILLS=200 pytest tests/autograder/test_killed.py -s` does more than CI, and says of what.
"""

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from autograder.build import answered_notebook, notebook_text, student_notebook
from autograder.demo import sample_class
from autograder.student.sandbox import SEALED, level

pytestmark = pytest.mark.skipif(level() != SEALED, reason="forks and looks into /proc")
KILLS = int(os.environ.get("BACKPROP_KILLS", "12"))
A_ROUND = 4  # kills
SEED, RUNS = 20, 7
# The command line, forked from a process that has imported it and knows the truth about the lesson.
SERVER = """
import os, sys
from pathlib import Path
from autograder import grading
from autograder.cli import main
from autograder.pool import know_the_truth
folder = sys.argv[1]
know_the_truth(Path(folder), "01_chain_rule")
print("ready", flush=True)
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        log = os.open(folder + ".log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for standard in (0, 1, 2):
            os.dup2(log, standard)
        os._exit(main(["class", "grade", folder, "--workers", "2"]))
    print(pid, flush=True)
    os.waitpid(pid, 0)
    print("ended", flush=True)
"""
ROWS = {
    "students": "SELECT id, first_name, last_name, email FROM student",
    "grades": """
        SELECT s.student_id, b.name, g.auto_score, g.manual_score, g.extra_credit,
               g.needs_manual_grade
        FROM grade g JOIN base_cell b ON b.id = g.cell_id
        JOIN submitted_notebook n ON n.id = g.notebook_id
        JOIN submitted_assignment s ON s.id = n.assignment_id""",
    "comments": """
        SELECT s.student_id, b.name, c.auto_comment, c.manual_comment
        FROM comment c JOIN base_cell b ON b.id = c.cell_id
        JOIN submitted_notebook n ON n.id = c.notebook_id
        JOIN submitted_assignment s ON s.id = n.assignment_id""",
}


def left_in(folder):
    """All that a grading leaves in the class's folder, but for ids and timestamps."""
    with sqlite3.connect(folder / "gradebook.db") as database:
        rows = {what: sorted(map(str, database.execute(query))) for what, query in ROWS.items()}
    database.close()
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        if path.suffix in (".ipynb", ".html")
        else b""
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return rows, files


def runs_in(folder):
    """How many submissions have been run."""
    try:
        return (folder / "verdicts.jsonl").read_bytes().count(b"\n") // 2
    except FileNotFoundError:
        return 0


def below(pid):
    """The processes that come from one: (number, kind)."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = re.search(r"\) (\w) (\d+)", (entry / "stat").read_text()).groups()
        except (OSError, AttributeError):
            continue
        if state != "Z":
            parents.setdefault(int(parent), []).append(int(entry.name))
    kinds = ("worker", "zygote", "student")
    found, level = [], [pid]
    for kind in kinds:
        level = [child for parent in level for child in parents.get(parent, ())]
        found += [(child, kind) for child in level]
    return found


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def grader(tmp_path_factory, lesson, blank_class):
    """A class before it is graded, and what starts its grading; `end` waits for that."""
    folder = tmp_path_factory.mktemp("killed") / "class"
    shutil.copytree(blank_class, folder)

    def hand_in(student, text):
        path = folder / "submitted" / student / lesson.name / f"{lesson.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text)

    for sample in sample_class(lesson, 5):
        hand_in(sample.student, notebook_text(answered_notebook(lesson, sample.answers)))
    leaves = {"power_grad": "def power_grad(a, b, x):\n    import os\n    os._exit(1)"}
    answers = lesson.reference.answers | leaves
    hand_in("leaves", notebook_text(answered_notebook(lesson, answers)))
    hand_in("untouched", notebook_text(student_notebook(lesson)))
    hand_in("broken", "{")
    fresh, private = folder.parent / "fresh", folder.parent / "tmp"
    shutil.copytree(folder, fresh)
    private.mkdir()
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"TMPDIR": str(private)},
    )  # fmt: skip
    assert server.stdout.readline() == "ready\n"
    yield folder, fresh, private, server
    server.stdin.close()
    server.wait()
    server.stdout.close()


def start(server):
    server.stdin.write("\n")
    server.stdin.flush()
    return int(server.stdout.readline())


def grade(server):
    """Grade to the end; return the seconds that it took."""
    began = time.monotonic()
    start(server)
    assert server.stdout.readline() == "ended\n"
    return time.monotonic() - began


def test_a_grading_that_was_killed_anywhere_ends_as_if_it_had_not_been(grader):
    folder, fresh, private, server = grader
    seconds = grade(server)
    expected = left_in(folder)
    assert (len(expected[0]["students"]), runs_in(folder)) == (RUNS + 1, RUNS)
    rng, killed, began = random.Random(SEED), Counter(), time.monotonic()
    while killed.total() < KILLS:
        shutil.rmtree(folder)
        shutil.copytree(fresh, folder)
        seen, planned = set(), min(A_ROUND, KILLS - killed.total())
        last = rng.randrange(planned)  # at which the grader itself is killed
        pid = start(server)
        for number in range(planned):
            until = time.monotonic() + rng.uniform(0, 1.5 * seconds / A_ROUND)
            while time.monotonic() < until and alive(pid):
                seen |= {child for child, _ in below(pid)}
                time.sleep(0.02)
            if not alive(pid):  # ended, or killed: go on
                assert server.stdout.readline() == "ended\n"
                pid = start(server)
                time.sleep(rng.uniform(0, 0.3))
            there = [(pid, "grader")] if number == last else below(pid)
            recording = runs_in(folder) == RUNS
            kinds = sorted({kind for _, kind in there})
            if not kinds:
                there, kinds = [(pid, "grader")], ["grader"]
            kind = rng.choice(kinds)
            victim = rng.choice([child for child, its in there if its == kind])
            seen.add(victim)
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue
            killed["recorder" if kind == "worker" and recording else kind] += 1
        assert server.stdout.readline() == "ended\n"
        grade(server)
        assert left_in(folder) == expected, (folder.parent / "class.log").read_text()
        until = time.monotonic() + 20
        while time.monotonic() < until and (any(map(alive, seen)) or any(private.iterdir())):
            time.sleep(0.1)
        assert not [child for child in seen if alive(child)]
        assert list(private.iterdir()) == []
    print(f"\n{killed.total()} kills in {time.monotonic() - began:.0f} s: {dict(killed)}")
