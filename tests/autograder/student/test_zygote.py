"""One process after another from a warm interpreter; nothing is left of the one before."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from autograder.exercises import exercises_of
from autograder.lessons import find_lesson
from autograder.process import LostError, StudentProcess
from autograder.student.sandbox import SEALED, Limits, level
from autograder.workplace import FOLDER, remove_left_over
from autograder.zygote import Zygote

sealed = pytest.mark.skipif(level() != SEALED, reason="processes are forked where they are sealed")


def value_of(student, source):
    told = student.ask("run", source, 0, False)
    assert told["error"] is None, told["error"]
    return told["shown"][0][1]


def gone(pid):
    """Whether a process has ended, after a moment."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_each_process_begins_anew(zygote):
    zygote.fork().ask("run", "x = 1; open('left', 'w').close()\nimport math; math.pi = 3", 0, False)
    fresh = zygote.fork()
    assert value_of(fresh, "import os, math\n'x' in globals(), os.listdir(), math.pi == 3") == (
        "(False, [], False)"
    )


def test_each_zygote_orders_sets_in_the_same_way(zygote):
    other = Zygote()
    try:
        asked = "hash('a'), list({'w1', 'w2', 'w3', 'b'})"
        assert value_of(zygote.fork(), asked) == value_of(other.fork(), asked)
    finally:
        zygote.end()
        other.close()


def test_what_the_judge_ends_has_not_ended_by_itself(zygote):
    for _ in range(20):
        value_of(zygote.fork(), "1 + 1")
        assert zygote.end() == ""


def test_a_process_knows_no_exercise_solution_or_mistake(student):
    source = "import sys\nsorted(name for name in sys.modules if name.startswith('autograder'))"
    assert eval(value_of(student, source)) == ["autograder"] + [
        f"autograder.student{name}"
        for name in (
            "",
            ".calling",
            ".cells",
            ".sandbox",
            ".scratch",
            ".watching",
            ".wire",
            ".zygote",
        )
    ]


def test_random_numbers_are_the_same_for_everybody(zygote):
    source = "import random, numpy as np\nrandom.random(), np.random.rand()"
    assert value_of(zygote.fork(), source) == value_of(zygote.fork(), source)


def test_a_function_is_called_where_it_is(student):
    from autograder.exercise import questions
    from autograder.there import There

    lesson, exercise = find_lesson("1"), exercises_of("01_chain_rule")["power_grad"]
    student.ask("run", f"import numpy as np\n{lesson.reference.answers['power_grad']}", 0, False)
    asked = questions(exercise, lesson.reference, 0, 1)
    for question, reply in zip(asked, There(student, exercise).replies(asked), strict=True):
        assert np.allclose(reply.value, question.exact)
    (seen,) = There(student, exercise).watch(asked[:1])
    assert seen.most_calls == 1


@pytest.mark.parametrize(("source", "cause"), [
    ("import os; os._exit(3)", "exit code 3"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "Segmentation fault"),
    ("import ctypes; ctypes.string_at(0)", "Segmentation fault"),
])  # fmt: skip
@sealed
def test_what_a_process_died_of_is_told(zygote, source, cause):
    student = zygote.fork()
    with pytest.raises(LostError):
        student.ask("run", source, 0, False)
    assert zygote.end() == f"ended its process ({cause})"


@sealed
def test_a_process_that_somebody_killed_may_be_tried_again(zygote):
    student = zygote.fork()
    os.kill(student.pid, signal.SIGKILL)
    with pytest.raises(LostError) as lost:
        student.ask("run", "1", 0, False)
    assert lost.value.again
    assert zygote.end() == ""


@pytest.fixture
def limited():
    """A zygote whose processes get so much and no more."""
    made = []

    def make(**limits):
        made.append(Zygote(limits=Limits(**limits)))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_loop_without_an_end_is_stopped(limited):
    zygote = limited(cell_seconds=0.3, patience=100)  # the machine may be busy
    with pytest.raises(LostError, match="Is there a loop without an end"):
        zygote.fork().ask("run", "while True: pass", 0, False)


def test_waiting_for_ever_is_stopped(limited):
    with pytest.raises(LostError, match=r"gave no answer in 0\.6 seconds"):
        limited(cell_seconds=0.2).fork().ask("run", "import time; time.sleep(60)", 0, False)


def test_files_that_come_and_go_are_counted_without_a_stumble(zygote):
    source = (
        "import os, time, shutil\nend = time.time() + 1.5\n"
        "while time.time() < end:\n"
        "    os.makedirs('a/b/c'); open('a/b/x', 'w').close(); shutil.rmtree('a')"
    )
    assert zygote.fork().ask("run", source, 0, False)["error"] is None


def test_too_many_files_are_stopped(zygote):
    source = "for n in range(10**6):\n    open(f'{n}', 'w').close()"
    with pytest.raises(LostError, match=r"wrote more than 256 MB or 5000 files"):
        zygote.fork().ask("run", source, 0, False)
    assert value_of(zygote.fork(), "import os; os.listdir()") == "[]"


@pytest.mark.parametrize("message", [b"", b"hello", b"\0\0\0\5\0\0\0\1x", b"\xff" * 100])
def test_bytes_in_the_graders_channel_end_the_process_not_the_judge(limited, message):
    student = limited(cell_seconds=1).fork()
    source = (
        "import os\n"
        f"for fd in range(3, 64):\n    try: os.write(fd, {message!r} or b'\\0')\n"
        "    except OSError: pass"
    )
    with pytest.raises(LostError, match="wrote into the grader's channel"):
        student.ask("run", source, 0, False)


def test_a_closed_channel_is_a_lost_process(zygote):
    with pytest.raises(LostError, match="ended its process"):
        zygote.fork().ask("run", "import os; os.closerange(3, 64)", 0, False)


@sealed
def test_a_killed_zygote_is_started_again_and_takes_its_process_along():
    zygote = Zygote(box=False)
    try:
        pid = zygote.fork().pid
        zygote.program.kill()
        assert gone(pid)
        assert value_of(zygote.fork(), "1 + 1") == "2"
        zygote.end()
        zygote.program.kill()
        zygote.program.wait()
        assert value_of(zygote.fork(), "1 + 1") == "2"
    finally:
        zygote.close()
    assert not zygote.folder.exists()


@sealed
def test_the_zygote_ends_with_its_judge_and_removes_its_folder():
    zygote = Zygote(box=False)
    student = zygote.fork()
    zygote.control.close()  # as the kernel does when the judge is killed
    assert zygote.program.wait(timeout=10) == 0
    assert gone(student.pid)
    assert not zygote.folder.exists()
    zygote.control = None
    zygote.close()


@sealed
def test_the_folder_of_a_judge_that_is_gone_is_removed_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    alive, dead, strange = (
        Zygote(box=False),
        tmp_path / f"{FOLDER}dead",
        tmp_path / f"{FOLDER}strange",
    )
    (dead / "work").mkdir(parents=True)
    (dead / "lock").touch()
    strange.mkdir()
    remove_left_over()
    assert alive.folder.is_dir()
    assert strange.is_dir()
    assert not dead.exists()
    alive.close()
    assert not alive.folder.exists()


def test_a_locked_folder_is_removed_all_the_same(zygote):
    zygote.fork().ask("run", "import os\nos.makedirs('a/b', 0o700)\nos.mkdir('c', 0)", 0, False)
    assert value_of(zygote.fork(), "import os; os.listdir()") == "[]"


def test_a_request_that_is_not_read_is_given_up(limited):
    student: StudentProcess = limited(cell_seconds=0.2).fork()
    student.ask("run", "import threading, os\nthreading.Thread(target=lambda: None).start()", 0, 0)
    os.kill(student.pid, signal.SIGSTOP) if os.name == "posix" else pytest.skip("needs signals")
    with pytest.raises(LostError):
        student.ask("run", "x" * 10**7, 0, False)
