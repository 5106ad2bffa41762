"""What several tests need: lesson 1, its exercises, and a class that has been graded once."""

import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.classroom import create_class
from autograder.exercises import exercises_of
from autograder.lessons import find_lesson
from autograder.zygote import Zygote

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
def blank_class(tmp_path_factory):
    """A class in which nobody has handed in anything, to be copied: making one takes seconds."""
    folder = tmp_path_factory.mktemp("blank") / "class"
    create_class(folder)
    return folder


@pytest.fixture(scope="session")
def zygote():
    """A warm interpreter to fork students' processes from."""
    zygote = Zygote()
    yield zygote
    zygote.close()


@pytest.fixture
def student(zygote):
    """A student's process that has run nothing yet."""
    yield zygote.fork()
    zygote.end()


@pytest.fixture(scope="session")
def in_kernel():
    """Run cells in a kernel, after one that imports what notebooks call; return their outputs."""

    def run(*cells, folder=None, **environment):
        sources = ("from autograder import check, hint, solution", *cells)
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in sources])
        resources = {"metadata": {"path": str(folder)}} if folder else {}
        client = NotebookClient(
            book, kernel_name="python3", allow_errors=True, timeout=60, resources=resources
        )
        client.execute(env=os.environ | environment, stderr=subprocess.DEVNULL)
        return [cell.outputs for cell in book.cells[1:]]

    return run


@pytest.fixture(scope="session")
def demo_class(backprop, tmp_path_factory):
    """The folder that `backprop demo --keep` leaves, and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "class"
    done = backprop("demo", "--lesson", "1", "--keep", folder)
    assert done.returncode == 0, done.stderr
    return folder, done
