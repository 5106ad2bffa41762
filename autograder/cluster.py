"""Runs submissions on a Dask cluster: the unit of work is a shard, several submissions, one file.

The workers see the class's folder under the same path and have the same software. A worker runs no
student's code itself: it has a judge and a zygote of its own, as a process of the local pool has. A
worker that is lost costs nothing but time: its shard is done again by another one, which finds in
the class's store what was finished.
"""

import math
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.classroom import ClassError
from autograder.fingerprint import software
from autograder.store import FILE

if TYPE_CHECKING:
    from autograder.pool import Outcome, Task

SHARDS_EACH = 8  # for every worker, so that all end at about the same time
LARGEST_SHARD = 50  # submissions: what is done again if a worker is lost
LOSSES = 5  # of one shard; Dask itself tries four workers each time
WAIT = 60  # seconds for the first worker to come
_one_at_a_time = threading.Lock()  # a worker may have several threads, but it has one zygote


def on_dask(tasks: "list[Task]", scheduler: str) -> "Iterator[Outcome]":
    """Run submissions on a cluster; return their outcomes, shard by shard.

    Parameters
    ----------
    tasks : list of Task
        Which ones, all of one class under its absolute path.
    scheduler : str
        The address of a Dask scheduler.

    Raises
    ------
    ClassError
        If Dask is not installed, the scheduler cannot be reached or has no workers, or these do not
        see the class or have other software.
    """
    try:
        from distributed import Client, as_completed
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise ClassError(
            "a scheduler needs Dask: `pip install 'backprop-course[cluster]'`"
        ) from None
    try:
        client = Client(scheduler)
    except (OSError, ValueError) as error:
        raise ClassError(
            f"no scheduler answers at {scheduler}: {error}. Start one with `dask scheduler`"
        ) from None
    with client:
        left = dict(enumerate(_shards(tasks, _count_workers(client, scheduler))))
        for _ in range(LOSSES):
            futures = {
                client.submit(run_shard_there, shard, number, software(), pure=False): number
                for number, shard in left.items()
            }
            for future in as_completed(list(futures)):
                try:
                    outcomes = future.result()
                except KilledWorker:
                    continue
                del left[futures.pop(future)]
                yield from outcomes
            if not left:
                return
    raise ClassError(
        f"{len(left)} shards lost their workers {LOSSES} times; have these too little memory? What "
        "has been run is kept: run the command again"
    )


def _count_workers(client: object, scheduler: str) -> int:
    """Return how many workers there are, as soon as there is one."""
    try:
        client.wait_for_workers(1, timeout=WAIT)
    except TimeoutError:
        raise ClassError(
            f"the scheduler at {scheduler} has no workers: start some with "
            f"`dask worker {scheduler}`, on machines that see the class's folder"
        ) from None
    return len(client.nthreads())


def _shards(tasks: "list[Task]", workers: int) -> "list[list[Task]]":
    """Return the tasks in parts that keep all workers busy up to the end."""
    size = min(LARGEST_SHARD, math.ceil(len(tasks) / (SHARDS_EACH * workers)))
    return [tasks[start : start + size] for start in range(0, len(tasks), size)]


def run_shard_there(tasks: "list[Task]", number: int, expected: str) -> "list[Outcome]":
    """Run a shard in a worker of the cluster.

    Parameters
    ----------
    tasks : list of Task
        Its submissions.
    number : int
        Names the file that their runs go to.
    expected : str
        The software of the grader that asked, from `fingerprint.software`.

    Raises
    ------
    ClassError
        If this machine does not see the class, or has other software.
    """
    from autograder.pool import run_task

    folder = tasks[0].folder
    if not folder.is_dir():
        raise ClassError(
            f"a worker does not see the class's folder under {folder}: mount it there on all "
            "machines, or grade in parts with `--shard`"
        )
    if software() != expected:
        raise ClassError(
            "a worker has another version of backprop-course, Python or NumPy than this machine: "
            "install the same everywhere"
        )
    file = shard_file(f"cluster-{number}")
    with _one_at_a_time:
        return [run_task(task, file) for task in tasks]


def shard_file(name: str) -> str:
    """Return the name of a file of the store that only one shard writes to."""
    return f"{Path(FILE).stem}-{name}.jsonl"
