"""Jobs are done by other processes; whichever of them die, every job ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.classroom import ClassError
from autograder.workers import DEATHS, in_workers

pytestmark = pytest.mark.skipif(os.name != "posix", reason="workers are forked")


def triple(n):
    return 3 * n


def die_while(job):
    """End the worker as often as the job says: a file counts."""
    path, times = job
    with open(path, "ab", buffering=0) as file:
        file.write(b"x")
    if path.stat().st_size <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def fail(n):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("workers", [1, 3])
def test_every_job_is_done_once(workers):
    assert sorted(in_workers(triple, range(20), workers)) == [(n, 3 * n) for n in range(20)]


def test_jobs_of_a_worker_that_was_killed_are_done_by_others(tmp_path):
    jobs = [(tmp_path / str(n), n % 3) for n in range(6)]
    assert sorted(in_workers(die_while, jobs, 2)) == [(job, "done") for job in sorted(jobs)]


def test_a_job_that_kills_every_worker_is_given_up_and_costs_no_other(tmp_path):
    jobs = [(tmp_path / str(n), 10**6 if n == 2 else 0) for n in range(5)]
    done = dict(in_workers(die_while, jobs, 2))
    assert [done[job] for job in jobs] == ["done", "done", None, "done", "done"]
    assert jobs[2][0].stat().st_size == DEATHS


def test_where_nothing_works_any_more_that_is_said(tmp_path):
    jobs = [(tmp_path / str(n), 10**6) for n in range(20)]
    with pytest.raises(ClassError, match="is there too little memory"):
        list(in_workers(die_while, jobs, 2))


def test_an_error_of_a_job_reaches_the_caller():
    with pytest.raises(OSError, match="No space left"):
        list(in_workers(fail, [1, 2], 2))


def test_workers_are_gone_when_nobody_wants_the_rest():
    began, jobs = time.monotonic(), in_workers(time.sleep, [0, 60, 60], 2)
    assert next(jobs) == (0, None)
    jobs.close()
    assert time.monotonic() - began < 30


ORPHANS = """
import os, time
from autograder.workers import in_workers
def tell(n):
    os.write(1, b"%d\\n" % os.getpid())
    time.sleep(600)
list(in_workers(tell, [1, 2, 3], 3))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_workers_end_with_their_parent():
    parent = subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True)
    workers = [int(parent.stdout.readline()) for _ in range(3)]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(200):
        if not any(Path(f"/proc/{pid}/cmdline").is_file() and b"autograder" in
                   Path(f"/proc/{pid}/cmdline").read_bytes() for pid in workers):  # fmt: skip
            return
        time.sleep(0.05)
    pytest.fail("workers are left over")
