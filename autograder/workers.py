"""Does any jobs in worker processes, whichever of them die.

A worker that dies costs nothing: what it had not finished is done by others. A job that kills one
worker after the other is given up, and the others go on.
"""

import contextlib
import gc
import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from typing import TypeVar

from autograder.classroom import ClassError
from autograder.execute import zygote_of

SUSPECT, DEATHS = 2, 5  # deaths of workers after which a job is done alone, and given up
GIVEN_UP = 4  # jobs in a row: then it is not the jobs
GRACE = 1  # seconds to finish what has been begun, after Ctrl-C
AHEAD = 4  # jobs that wait for each worker: enough to keep it busy, and not a class in memory
Job, Done = TypeVar("Job"), TypeVar("Done")


def in_workers(
    do: Callable[[Job], Done], jobs: Iterable[Job], workers: int
) -> Iterator[tuple[Job, Done | None]]:
    """Do jobs in worker processes; return each with what came of it, as it ends.

    A worker that is killed is replaced, and what it had not finished is done again. A job that is
    there each time is done alone, and ends with None if that does not help.

    Raises
    ------
    ClassError
        If nothing else happens any more.
    """
    left, given_up = dict.fromkeys(jobs, 0), 0
    while left:
        suspect = next((job for job, deaths in left.items() if deaths >= SUSPECT), None)
        now, at_a_time = ([suspect], 1) if suspect else (list(left), min(workers, len(left)))
        try:
            for job, done in _in_pool(do, now, at_a_time):
                del left[job]
                given_up = 0
                yield job, done
        except BrokenProcessPool:
            for job in [job for job in now if job in left][: at_a_time + 1]:  # one waits in line
                left[job] += 1
            if suspect and left[suspect] >= DEATHS:
                del left[suspect]
                given_up += 1
                yield suspect, None
            if given_up == GIVEN_UP:
                raise ClassError(
                    "the grader's own processes are killed again and again; is there too little "
                    "memory? What has been graded is kept: run the command again, with fewer "
                    "`--workers`"
                ) from None


def _in_pool(
    do: Callable[[Job], Done], jobs: list[Job], workers: int
) -> Iterator[tuple[Job, Done]]:
    can_fork = "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if can_fork else "spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker)
    others = set(multiprocessing.active_children())
    left, futures = iter(jobs), {}
    try:
        while True:
            with _interrupts_later():
                for job in itertools.islice(left, AHEAD * workers - len(futures)):
                    futures[pool.submit(do, job)] = job
            if not futures:
                break
            for future in wait(futures, return_when=FIRST_COMPLETED).done:
                yield futures.pop(future), future.result()
    except BaseException:  # Ctrl-C too, and that nobody wants the rest
        _stop_soon(pool, set(multiprocessing.active_children()) - others)
        raise
    pool.shutdown()


def _stop_soon(pool: ProcessPoolExecutor, workers: set[multiprocessing.Process]) -> None:
    """Let workers finish what they are at, if that is soon, and kill them."""
    pool.shutdown(wait=False, cancel_futures=True)
    running = {worker.sentinel: worker for worker in workers}
    until = time.monotonic() + GRACE
    while running and (rest := until - time.monotonic()) > 0:
        for ended in wait_for(list(running), rest):
            del running[ended]
    for worker in running.values():
        worker.kill()
    pool.shutdown()


@contextlib.contextmanager
def _interrupts_later() -> Iterator[None]:
    """Hold Ctrl-C back while processes are forked: they inherit that until they are ready."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker() -> None:
    """Forget what belongs to the parent process; Ctrl-C is its business too. End when it ends."""
    zygote_of.cache_clear()
    gc.freeze()  # else each collection goes through all that the parent had, and copies its pages
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent is gone: nobody else would."""
    multiprocessing.parent_process().join()
    os._exit(1)
