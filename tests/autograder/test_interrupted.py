"""Ctrl-C, a full disk, a folder that cannot be written: a sentence, and nothing is lost."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from autograder.build import answered_notebook, notebook_text
from autograder.demo import sample_class
from autograder.grading import grade_class

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="needs signals and mounts"),
    pytest.mark.filterwarnings("ignore"),
]
STUDENTS = 6
GOES_ON = "what has been graded is kept; the same command goes on from there"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory, lesson, blank_class):
    """A class that is not graded yet."""
    folder = tmp_path_factory.mktemp("fresh") / "class"
    shutil.copytree(blank_class, folder)
    for sample in sample_class(lesson, STUDENTS):
        path = folder / "submitted" / sample.student / lesson.name / f"{lesson.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(notebook_text(answered_notebook(lesson, sample.answers)))
    return folder


@pytest.fixture(scope="module")
def expected(fresh, tmp_path_factory):
    """Everybody's marks where nothing happened."""
    folder = tmp_path_factory.mktemp("expected") / "class"
    shutil.copytree(fresh, folder)
    return marks_of(folder)


def marks_of(folder):
    """Grade to the end."""
    submissions = grade_class(folder, workers=2)
    assert not any(one.problem for one in submissions)
    return {one.student: one.scores for one in submissions}


def lines(path):
    return len(path.read_bytes().splitlines()) if path.is_file() else 0


@pytest.mark.parametrize("file", ["verdicts.jsonl", "graded.jsonl"])
def test_ctrl_c_stops_within_two_seconds_and_the_next_run_goes_on(file, fresh, expected, tmp_path):
    folder, private = tmp_path / "class", tmp_path / "tmp"
    shutil.copytree(fresh, folder)
    private.mkdir()
    grader = subprocess.Popen(
        [sys.executable, "-m", "autograder", "class", "grade", str(folder), "--workers", "1"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, process_group=0,
        env=os.environ | {"TMPDIR": str(private)},
    )  # fmt: skip
    while grader.poll() is None and lines(folder / file) < 2:
        time.sleep(0.01)
    os.killpg(grader.pid, signal.SIGINT)
    began = time.monotonic()
    _, said = grader.communicate(timeout=30)
    seconds = time.monotonic() - began
    assert said.splitlines() == [GOES_ON, "backprop: stopped"]
    assert grader.returncode == 2
    # Two seconds of a machine that is ours; some time more for one that is busy.
    assert seconds < 2 * max(1, os.getloadavg()[0] / os.cpu_count())
    while any(private.iterdir()):
        assert time.monotonic() - began < 30
        time.sleep(0.05)
    before = (folder / "verdicts.jsonl").read_bytes()
    noted = lines(folder / "graded.jsonl")
    assert marks_of(folder) == expected
    after = (folder / "verdicts.jsonl").read_bytes()
    assert after.startswith(before)
    contents = [json.loads(line)["content"] for line in after.splitlines() if line]
    assert len(contents) == len(set(contents)), "what was run before is not run again"
    assert lines(folder / "graded.jsonl") - noted <= 2 * (STUDENTS - noted // 2)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small disk")
def test_a_full_disk_is_told_and_nothing_is_lost(fresh, expected, backprop, tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    size = sum(path.stat().st_size for path in fresh.rglob("*") if path.is_file())
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size + 250_000}", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        folder = place / "class"
        shutil.copytree(fresh, folder)
        (place / "filler").write_bytes(b"x" * 100_000)
        done = backprop("class", "grade", folder)
        assert done.returncode in (1, 2), done.stdout
        assert "Traceback" not in done.stderr
        assert "full" in done.stdout + done.stderr or "No space left" in done.stdout + done.stderr
        (place / "filler").unlink()
        subprocess.run([*mount[:3], "-o", "remount,size=100M", str(place)], check=True)
        assert marks_of(folder) == expected
    finally:
        subprocess.run(["umount", str(place)], check=True)


@contextlib.contextmanager
def locked(path):
    """Let nobody write to a file or a folder, not even root."""
    mode = path.stat().st_mode
    if os.getuid():
        path.chmod(mode & 0o555)
    elif subprocess.run(["chattr", "+i", str(path)], capture_output=True).returncode:
        pytest.skip("nothing keeps root from writing here")
    try:
        yield
    finally:
        if os.getuid():
            path.chmod(mode)
        else:
            subprocess.run(["chattr", "-i", str(path)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="locks files for root")
@pytest.mark.parametrize("name", ["verdicts.jsonl", "gradebook.db", "autograded", "."])
def test_what_cannot_be_written_is_told_and_nothing_is_lost(
    name, fresh, expected, backprop, tmp_path
):
    folder = tmp_path / "class"
    shutil.copytree(fresh, folder)
    if name == "autograded":
        (folder / name).mkdir()
    elif name.endswith("jsonl"):
        (folder / name).touch()
    with locked(folder / name):
        done = backprop("class", "grade", folder)
    assert done.returncode in (1, 2), done.stdout
    assert "Traceback" not in done.stderr
    told = (done.stdout + done.stderr).lower()
    assert any(words in told for words in ("not permitted", "permission denied", "readonly"))
    assert marks_of(folder) == expected
