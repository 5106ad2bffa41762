"""A class of attackers between two honest students, graded once at each level of the sandbox."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from attacks import HONEST, hand_in, hashes

from autograder.box import bwrap
from autograder.build import answered_notebook
from autograder.student.sandbox import SEALED, level

# Small, so that attacks on them end soon; an honest notebook uses a tenth of them.
LIMITS = {
    "cell_seconds": 1.0, "submission_seconds": 20, "patience": 2.0, "memory": 2 * 2**30,
    "disk": 64 * 2**20, "files": 1000, "tasks": 64,
}  # fmt: skip
FORCED = """
import sys
import autograder.student.sandbox as sandbox
forced = sys.argv.pop(1)
sandbox.level = lambda: forced
from autograder.cli import main
sys.exit(main())
"""


@dataclass
class Graded:
    """A class, before and after it was graded.

    Parameters
    ----------
    folder : Path
        The class.
    done : CompletedProcess
        The command that graded it.
    temporary : Path
        Where that kept its temporary files.
    before : dict of str to str
        Hashes of the class's files that grading has no business with.
    submissions : dict of str to dict
        What the command says about each student.
    left : list of str
        Processes of the grader that are still there.
    """

    folder: Path
    done: subprocess.CompletedProcess
    temporary: Path
    before: dict[str, str]
    submissions: dict[str, Any] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def graders() -> list[str]:
    """Return the zygotes that this Python runs now, and what they have forked."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if command[0] == os.fsencode(sys.executable) and b"zygote.begin()" in b" ".join(command):
            found.append(f"{path.parent.name} {b' '.join(command)[:100]!r}")
    return found


@pytest.fixture(scope="session")
def empty_class(backprop, tmp_path_factory):
    """A class as `backprop class init` leaves it."""
    folder = tmp_path_factory.mktemp("hostile") / "empty"
    made = backprop("class", "init", folder)
    assert made.returncode == 0, made.stderr
    with (folder / "nbgrader_config.py").open("a") as file:
        file.writelines(f"c.Execute.{name} = {value}\n" for name, value in LIMITS.items())
    return folder


@pytest.fixture(scope="session")
def grade(empty_class, lesson, tmp_path_factory):
    """Grade a class of these attackers and two honest students."""

    def run(attacks, how: str) -> Graded:
        place = tmp_path_factory.mktemp("class")
        folder, temporary = place / "my class", place / "tmp"
        shutil.copytree(empty_class, folder)
        temporary.mkdir()
        for student in HONEST:
            hand_in(folder, student, answered_notebook(lesson, lesson.reference.answers), lesson)
        for attack in attacks:
            path = hand_in(folder, attack.student, attack.notebook(lesson, folder), lesson)
            attack.file(path)
        before, running = hashes(folder), set(graders())
        command = [sys.executable, "-c", FORCED, how if how != "boxed" else SEALED]
        command += ["class", "grade", str(folder), "--json", "--workers", "2"]
        command += ["--unsafe"] if how not in (SEALED, "boxed") else []
        path = os.environ["PATH"]
        if how != "boxed":  # where bubblewrap is not to be found
            path = str(Path(sys.executable).parent)
        environment = os.environ | {"TMPDIR": str(temporary), "PATH": path}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=900
        )
        graded = Graded(folder, done, temporary, before)
        if done.stdout.startswith("["):
            graded.submissions = {one["student"]: one for one in json.loads(done.stdout)}
        until = time.monotonic() + 10
        while (left := set(graders()) - running) and time.monotonic() < until:
            time.sleep(0.1)
        graded.left = sorted(left)
        return graded

    return run


@pytest.fixture(scope="session")
def levels():
    """The levels that this system can be graded at."""
    found = ["limited"]
    found += [SEALED] if level() == SEALED else []
    found += ["boxed"] if level() == SEALED and bwrap() else []
    return found
