"""How far students' code is sealed off: found out, forced, refused; as root and as anybody."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from functools import partial
from pathlib import Path

import pytest
from attacks import ATTACKS, hand_in, hashes

from autograder import box, execute
from autograder.box import bwrap
from autograder.build import answered_notebook
from autograder.classroom import ClassError
from autograder.doctor import examine
from autograder.execute import require_seal, zygote_of
from autograder.probe import ATTEMPTS, probe
from autograder.process import LostError
from autograder.student import sandbox, scratch
from autograder.student.sandbox import LIMITED, OPEN, SEALED, Limits, level
from autograder.zygote import Zygote

HOME = Path(__file__).parents[2]
NOBODY = 65534
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="tells of Linux")
sealed_here = pytest.mark.skipif(level() != SEALED, reason="cannot be sealed off here")


def shown_by(student, text):
    shown = student.ask("run", text, 0, False)
    assert shown["error"] is None, shown["error"]
    return "".join(text for _, text in shown["shown"])


@on_linux
@pytest.mark.parametrize("how", [LIMITED, OPEN])
def test_lower_levels_run_cells_and_keep_their_limits(how):
    zygote = Zygote(level=how, limits=Limits(cell_seconds=1, memory=2**30, disk=2**20))
    try:
        student = zygote.fork()
        assert shown_by(student, "open('mine', 'w').write('x'); print(1 + 1)") == "2\n"
        took = "import numpy as np\ntry: np.empty(2**28)\nexcept MemoryError: print('refused')"
        assert shown_by(student, took) == "refused\n"
        with pytest.raises(LostError, match="seconds"):
            student.ask("run", "while True: pass", 0, False)
        assert zygote.end() == "", "it was ended by the judge"
        student = zygote.fork()
        assert shown_by(student, "import os; print(os.listdir())") == "[]\n"
        with pytest.raises(LostError, match="ended its process"):
            student.ask("run", "import os; os._exit(3)", 0, False)
        assert zygote.end() == "ended its process (exit code 3)"
    finally:
        zygote.close()


@on_linux
def test_where_processes_can_be_started_they_end_with_the_submission():
    zygote = Zygote(level=LIMITED, box=False)
    try:
        leave = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(1000)
    os._exit(0)
os.wait()
"""
        student = zygote.fork()
        shown_by(student, leave + "print('left')")
        program = zygote.program.pid
        assert len(children(program)) == 2
        zygote.end()
        assert children(program) == []
    finally:
        zygote.close()


def children(pid):
    """Numbers of the processes whose parent is this one, or one that has it as parent."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    mine = {pid}
    while more := {one for one, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return sorted(mine - {pid})


@on_linux
def test_probe_tells_what_a_lower_level_lets_through():
    zygote = Zygote(level=LIMITED, box=False)
    try:
        through = probe(zygote)
    finally:
        zygote.close()
    assert {"list the processes", "open a socket", "start a program"} <= set(through)
    assert "take too much memory" not in through
    with pytest.raises(ClassError, match=r"is not sealed off: it can .*open a socket"):
        require_seal(False, through)
    require_seal(True, through)


@pytest.mark.parametrize("how", [LIMITED, OPEN])
def test_grading_refuses_below_the_level_unless_that_is_wanted(monkeypatch, how):
    monkeypatch.setattr(execute, "level", lambda: how)
    with pytest.raises(ClassError, match=f"can only be {how}, not sealed off.*--unsafe"):
        require_seal(False)
    require_seal(True)


@sealed_here
def test_each_grading_process_tries_its_sandbox_before_it_trusts_it(monkeypatch, tmp_path):
    start = zygote_of.__wrapped__  # those that are kept are other tests'
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.cell_seconds = 7.5\n")
    limits = execute.class_limits(tmp_path)
    monkeypatch.setattr(execute, "probe", lambda zygote: ["fork"])
    with pytest.raises(ClassError, match="it can fork"):
        start(tmp_path, limits)
    unsafe = start(tmp_path, limits, unsafe=True)
    assert unsafe.limits == limits == Limits(cell_seconds=7.5)
    unsafe.close()


@sealed_here
def test_doctor_tells_level_and_attacks():
    (found,) = [one.found for one in examine() if one.what == "sandbox"]
    assert found.startswith(SEALED)
    assert ("in bubblewrap" in found) == bool(bwrap())
    assert f"{len(ATTEMPTS)} of {len(ATTEMPTS)} attacks are kept out" in found


def test_doctor_tells_what_gets_through(monkeypatch):
    monkeypatch.setattr("autograder.probe.probe", lambda zygote: ["fork", "open a socket"])
    (found,) = [one for one in examine() if one.what == "sandbox"]
    assert "not: fork, open a socket. Grade classes on Linux" in found.found
    assert not found.repair, "a learner needs no sandbox"


@on_linux
def test_bubblewrap_that_is_not_allowed_to_work_is_not_used(monkeypatch, tmp_path):
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'setting up uid map: Permission denied' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    box.bwrap.cache_clear()
    try:
        assert bwrap() == ""
    finally:
        box.bwrap.cache_clear()


@sealed_here
def test_where_the_box_does_not_start_the_sandbox_stands_alone(monkeypatch):
    monkeypatch.setattr("autograder.zygote.boxed", lambda command, *_: ["/bin/false"])
    zygote = Zygote(box=True)
    try:
        assert shown_by(zygote.fork(), "print('runs')") == "runs\n"
        assert not zygote.box
        assert probe(zygote) == []
    finally:
        zygote.close()


@sealed_here
@pytest.mark.skipif(not bwrap(), reason="bubblewrap does not work here")
def test_in_a_box_nothing_outside_is_even_there(tmp_path):
    zygote = Zygote((tmp_path,))
    try:
        student = zygote.fork()
        look = f"""
import os
print([os.path.exists(path) for path in ({str(tmp_path)!r}, {str(HOME / "solutions")!r}, "/home")])
print(os.getpid() < 100, os.uname().nodename == {os.uname().nodename!r})
"""
        assert shown_by(student, look).splitlines()[0] == "[False, False, False]"
        fill = "open('f', 'wb').write(bytes(2**20))"
        assert shown_by(student, fill) == "1048576"
        used, files = scratch.measure(student.work, 10)
        assert (used, files) == (2**20, 1), "the judge sees into the box"
    finally:
        zygote.close()


@sealed_here
@pytest.mark.parametrize("boxed", [True, False])
def test_a_process_dies_with_its_zygote_and_its_judge_goes_on(boxed):
    if boxed and not bwrap():
        pytest.skip("bubblewrap does not work here")
    zygote = Zygote(box=boxed)
    try:
        student = zygote.fork()
        zygote.program.kill()
        with pytest.raises(LostError):
            student.ask("run", "import time; time.sleep(100)", 0, False)
        until = time.monotonic() + 5
        while os.path.exists(f"/proc/{student.pid}") and time.monotonic() < until:
            time.sleep(0.05)
        assert not os.path.exists(f"/proc/{student.pid}")
        assert shown_by(zygote.fork(), "print('again')") == "again\n"
    finally:
        zygote.close()


PATHS = os.pathsep.join([sysconfig.get_path("purelib"), str(HOME)])


@pytest.fixture(scope="module")
def users_folder():
    """A folder for a user without rights: pytest's own are for nobody but who runs it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        yield Path(folder)


@pytest.fixture(scope="module")
def run_as_nobody(users_folder):
    """Run a Python as a user without rights."""
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("only root runs programs as others")
    folder = users_folder
    alembic = folder / "alembic"  # nbgrader calls it; the installed one may be out of reach
    alembic.write_text('#!/bin/sh\nexec "$PYTHON" -m alembic "$@"\n')
    alembic.chmod(0o755)
    environment = {
        "HOME": str(folder), "TMPDIR": str(folder), "MPLCONFIGDIR": str(folder),
        "PYTHONPATH": PATHS, "PATH": f"{folder}:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1", "JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter")),
    }  # fmt: skip

    def run(python, *arguments):
        command = [python, *map(str, arguments)]
        return subprocess.run(
            command, user=NOBODY, group=NOBODY, extra_groups=[], cwd=folder,
            env=environment | {"PYTHON": python},
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip

    name = f"python3.{sys.version_info.minor}"
    for python in filter(None, (sys.executable, shutil.which(name, path="/usr/bin"))):
        with contextlib.suppress(OSError):
            if run(python, "-c", "import numpy, autograder.zygote").returncode == 0:
                return partial(run, python)
    pytest.skip(f"no {name} that an ordinary user can reach")


def test_ordinary_user_gets_no_single_call_either(run_as_nobody):
    done = run_as_nobody(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore::ImportWarning",
        "--rootdir", HOME, "-c", HOME / "pyproject.toml", Path(__file__).with_name("test_calls.py"),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_ordinary_user_grades_attackers_and_harms_nobody(run_as_nobody, users_folder, lesson):
    made = run_as_nobody("-m", "autograder", "class", "init", "class")
    assert made.returncode == 0, made.stderr
    folder = users_folder / "class"
    attacks = [one for one in ATTACKS if one.number in ("25", "33b", "38", "43d", "54")]
    for attack in attacks:
        hand_in(folder, attack.student, attack.notebook(lesson, folder), lesson)
    hand_in(folder, "honest", answered_notebook(lesson, lesson.reference.answers), lesson)
    before = hashes(folder)
    done = run_as_nobody("-m", "autograder", "class", "grade", "class", "--json")
    assert done.returncode == 0, done.stderr
    scores = {one["student"]: one["scores"] for one in json.loads(done.stdout)}
    assert scores.pop("honest") == lesson.points
    for attack in attacks:
        assert scores[attack.student] == lesson.points | {attack.target: 0}, attack.student
    assert hashes(folder) == before
    left = {path.name for path in folder.parent.iterdir()}
    assert not any(name.startswith("backprop-") for name in left)


@on_linux
def test_each_grader_has_a_user_of_its_own_where_that_can_be():
    if os.getuid() == 0:
        assert sandbox._nobody(7) != sandbox._nobody(8)
    zygote = Zygote()
    try:
        uid = int(shown_by(zygote.fork(), "import os; print(os.getuid())"))
        assert uid != 0
    finally:
        zygote.close()
