"""What several tests need: lesson 1, its exercises, and a class that has been graded once."""

import subprocess
import sys

import pytest

from autograder.exercises import exercises_of
from autograder.lessons import find_lesson

LESSON = "01_chain_rule"


@pytest.fixture(scope="session")
def lesson():
    return find_lesson(LESSON)


@pytest.fixture(scope="session")
def exercises():
    return exercises_of(LESSON)


@pytest.fixture(scope="session")
def backprop():
    """Run the command line in a process of its own."""

    def run(*arguments, **options):
        command = [sys.executable, "-m", "autograder", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, **options)

    return run


@pytest.fixture(scope="session")
def demo_class(backprop, tmp_path_factory):
    """The folder that `backprop demo --keep` leaves, and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "class"
    done = backprop("demo", "--lesson", "1", "--keep", folder)
    assert done.returncode == 0, done.stderr
    return folder, done
