"""Ctrl-C, a full disk, a folder that cannot be written: a sentence, and nothing is lost."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from autograder.build import answered_notebook, notebook_text
from autograder.classroom import create_class
from autograder.demo import sample_class

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals and mounts")
STUDENTS = 6
GOES_ON = "what has been graded is kept; the same command goes on from there"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory, lesson):
    """A class that is not graded yet."""
    folder = tmp_path_factory.mktemp("fresh") / "class"
    create_class(folder)
    for sample in sample_class(lesson, STUDENTS):
        path = folder / "submitted" / sample.student / lesson.name / f"{lesson.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(notebook_text(answered_notebook(lesson, sample.answers)))
    return folder


@pytest.fixture(scope="module")
def expected(fresh, backprop, tmp_path_factory):
    """Everybody's marks where nothing happened."""
    folder = tmp_path_factory.mktemp("expected") / "class"
    shutil.copytree(fresh, folder)
    return marks(backprop("class", "grade", folder, "--json"))


def marks(done):
    assert done.returncode == 0, done.stderr
    return {one["student"]: one["scores"] for one in json.loads(done.stdout)}


def lines(path):
    return len(path.read_bytes().splitlines()) if path.is_file() else 0


@pytest.mark.parametrize("file", ["verdicts.jsonl", "graded.jsonl"])
def test_ctrl_c_stops_within_two_seconds_and_the_next_run_goes_on(
    file, fresh, expected, backprop, tmp_path
):
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
    assert marks(backprop("class", "grade", folder, "--json")) == expected
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
        assert marks(backprop("class", "grade", folder, "--json")) == expected
    finally:
        subprocess.run(["umount", str(place)], check=True)


def unprivileged(*arguments):
    """Run the command line without root's right to write anywhere."""
    command = [sys.executable, "-m", "autograder", *map(str, arguments)]
    if os.getuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("needs setpriv to give up root's rights")
        rights = "--bounding-set=-dac_override,-dac_read_search"
        command = ["setpriv", rights, *command]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("locked", ["verdicts.jsonl", "gradebook.db", "autograded", "."])
def test_what_cannot_be_written_is_told_and_nothing_is_lost(
    locked, fresh, expected, backprop, tmp_path
):
    folder = tmp_path / "class"
    shutil.copytree(fresh, folder)
    path = folder / locked
    if locked == "autograded":
        path.mkdir()
    elif locked.endswith("jsonl"):
        path.touch()
    path.chmod(0o555 if path.is_dir() else 0o444)
    done = unprivileged("class", "grade", folder)
    path.chmod(0o755 if path.is_dir() else 0o644)
    assert done.returncode in (1, 2), done.stdout
    assert "Traceback" not in done.stderr
    told = (done.stdout + done.stderr).lower()
    assert "permission denied" in told or "readonly" in told or "read-only" in told
    assert marks(backprop("class", "grade", folder, "--json")) == expected
