"""Single calls of the kernel that a student's process must not get, each refused by number."""

import ctypes
import os
import platform
import subprocess
import sys
from contextlib import ExitStack

import pytest

from autograder.box import bwrap
from autograder.probe import ATTEMPTS, attack, probe
from autograder.student.sandbox import (
    _LANDLOCK_CREATE,
    _MACHINES,
    _NOT_THERE,
    _REFUSED,
    SEALED,
    Limits,
    level,
)
from autograder.zygote import Zygote

pytestmark = pytest.mark.skipif(
    level() != SEALED, reason="students' code cannot be sealed off here"
)
CALL = """
import ctypes, os, json
libc = ctypes.CDLL(None, use_errno=True)
room = ctypes.create_string_buffer(4096)
address = ctypes.addressof(room)
def call(*arguments):
    ctypes.set_errno(0)
    result = libc.syscall(*map(ctypes.c_long, arguments))
    return ctypes.get_errno() if result < 0 else 0
"""


@pytest.fixture(scope="module", params=[True, False], ids=["boxed", "alone"])
def zygote(request):
    if request.param and not bwrap():
        pytest.skip("bubblewrap does not work here")
    zygote = Zygote(box=request.param)
    yield zygote
    zygote.close()


@pytest.fixture
def run(zygote):
    """Run a cell in a student's process; return what it prints."""
    student = zygote.fork()

    def run(text):
        shown = student.ask("run", CALL + text, 0, False)
        assert shown["error"] is None, shown["error"]
        return "".join(text for _, text in shown["shown"])

    yield run
    zygote.end()


def test_every_call_on_the_list_is_refused(run):
    column, _ = _MACHINES[platform.machine()]
    numbers = {name: pair[column] for name, pair in _REFUSED.items() if pair[column] >= 0}
    # Bad arguments on purpose: without the filter most calls would say so, and a few would work.
    got = run(f"print({{n: call(k, -1, -1, -1, -1, -1, -1) for n, k in {numbers!r}.items()}})")
    assert eval(got) == dict.fromkeys(numbers, 1)  # EPERM
    absent = {name: pair[column] for name, pair in _NOT_THERE.items()}
    got = run(f"print({{n: call(k, 0, 0) for n, k in {absent!r}.items()}})")
    assert eval(got) == dict.fromkeys(absent, 38)  # ENOSYS


def test_calls_younger_than_the_list_are_not_there(run):
    assert eval(run("print([call(n, 0, 0, 0, 0, 0, 0) for n in range(450, 480)])")) == [38] * 30


def test_harmless_calls_are_not_refused(run):
    """Else the tests above would say nothing."""
    numbers = {"getpid": 39, "sched_yield": 24, "umask": 95, "times": 100}
    if platform.machine() == "aarch64":
        numbers = {"getpid": 172, "sched_yield": 124, "umask": 166, "times": 153}
    got = run(f"print({{n: call(k, 0o77) for n, k in {numbers!r}.items()}})")
    assert set(eval(got).values()) <= {0, 14}  # EFAULT: the kernel has looked at the argument


def test_signals_reach_nobody_else(run):
    got = run("""
def kill(pid):
    try:
        os.kill(pid, 0)
        return "sent"
    except OSError as error:
        return error.errno
print([kill(os.getpid()), kill(os.getppid()), kill(0), kill(-1), kill(1), kill(-os.getpid())])
""")
    assert eval(got) == ["sent", 1, 1, 1, 1, 1]


def test_limits_of_others_can_neither_be_read_nor_changed(run):
    got = run("""
import resource
def limits(pid, *new):
    try:
        return resource.prlimit(pid, resource.RLIMIT_CPU, *new)[0] > 0
    except (OSError, ValueError) as error:
        return type(error).__name__
print([limits(0), limits(os.getpid()), limits(os.getppid()), limits(os.getppid(), (1, 1)),
       limits(0, (10**6, 10**6))])
""")
    refused = "PermissionError"
    assert eval(got)[:4] == [True, True, refused, refused]
    assert eval(got)[4] in (refused, "ValueError")


def test_threads_start_and_processes_do_not(run):
    got = run("""
import threading
done = []
thread = threading.Thread(target=lambda: done.append("thread"))
thread.start(); thread.join()
for start in (os.fork, lambda: os.posix_spawn("/bin/true", ["true"], {}),
              lambda: os.execv("/bin/true", ["true"])):
    try:
        start()
        done.append("process")
    except OSError as error:
        done.append(error.errno)
print(done)
""")
    assert eval(got) == ["thread", 1, 1, 1]


def test_only_the_channel_is_open(run):
    got = run("""
import stat
def kind(fd):
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        return ""
    return "socket" if stat.S_ISSOCK(mode) else "null" if stat.S_ISCHR(mode) else "other"
print([kind(fd) for fd in range(4096) if kind(fd)])
""")
    assert sorted(eval(got)) == ["null", "null", "null", "socket"]


def test_files_outside_can_neither_be_read_nor_written_nor_linked(run, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    os.chmod(secret, 0o666)
    got = run(f"""
secret, got = {str(secret)!r}, {{}}
def attempt(name, do):
    try:
        do()
        got[name] = "done"
    except OSError as error:
        got[name] = error.errno
folder = os.path.dirname(secret)
attempt("read", lambda: open(secret).read())
attempt("write", lambda: open(secret, "w"))
attempt("truncate", lambda: os.truncate(secret, 0))
attempt("list", lambda: os.listdir(folder))
attempt("make", lambda: open(secret + "2", "w"))
attempt("folder", lambda: os.mkdir(secret + "3"))
attempt("link", lambda: os.link(secret, "link"))
attempt("rename", lambda: os.rename(secret, "moved"))
attempt("remove", lambda: os.remove(secret))
attempt("mode", lambda: os.chmod(secret, 0o777))
attempt("time", lambda: os.utime(secret))
attempt("symlink", lambda: (os.symlink(secret, "symlink"), open("symlink").read()))
attempt("path", lambda: open("/proc/self/fd/%d" % os.open(secret, os.O_PATH)).read())
attempt("own", lambda: open("mine", "w").write("mine"))
print(got)
""")
    got = eval(got)
    assert got.pop("own") == "done"
    assert set(got.values()) <= {1, 2, 13, 18}, got  # not permitted, not there, denied, elsewhere
    assert secret.read_text() == "secret"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_probe_gets_nothing(zygote):
    assert probe(zygote) == []


def test_probe_gets_everything_where_there_is_no_sandbox(tmp_path):
    """Each attempt must be one that would work: else it would be kept out by mistake."""
    with ExitStack() as stack:
        cell = attack(Limits(memory=2**20, file_size=2**20), stack)
        done = subprocess.run(
            [sys.executable, "-c", cell], cwd=tmp_path, capture_output=True, text=True, check=False
        )
    through = eval(done.stdout.splitlines()[-1]) if done.stdout else done.stderr
    missed = set(ATTEMPTS) - set(through)
    if os.getuid():
        missed -= {"become somebody else", "call io_uring_setup", "call userfaultfd"}
    assert not missed


@pytest.mark.skipif(level() != SEALED, reason="needs Landlock")
def test_landlock_here_is_as_the_sandbox_takes_it():
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.syscall(ctypes.c_long(_LANDLOCK_CREATE), 0, 0, 1) >= 1
