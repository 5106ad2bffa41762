"""Runs submissions on all cores: worker processes, each with its own judge and zygote.

| name         | is                                                             |
|--------------|----------------------------------------------------------------|
| `Task`       | one submission to be run                                       |
| `Outcome`    | what came of it: a run, or why there is none                   |
| `run_task`   | runs one, in whatever process it is called                     |
| `run_all`    | runs many, on this machine or on a Dask cluster, as they end   |
| `in_workers` | does any jobs in worker processes                              |

Workers are forked when all truths are known, so that these are computed once. A worker that dies
costs nothing: what it had not finished is done by others. A submission that kills one worker after
the other is given up, and the others go on.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import TypeVar

from autograder.assignment import AssignmentError
from autograder.classroom import ClassError
from autograder.execute import current_assignment, store_of, zygote_of
from autograder.exercise import questions
from autograder.lessons import find_lesson
from autograder.marking import NotebookError, read_notebook
from autograder.notebook import GRADING_REPEATS
from autograder.restoring import restore, steps_of
from autograder.running import Run, run_notebook
from autograder.signing import signature_in

MOST_BYTES = 200 * 2**20  # of a notebook's file
SUSPECT, DEATHS = 2, 5  # deaths of workers after which a job is done alone, and given up
GIVEN_UP = 4  # jobs in a row: then it is not the jobs
LOST = f"it ended {DEATHS} of the grader's own processes; is there too little memory?"
GRACE = 1  # seconds to finish what has been begun, after Ctrl-C
Job, Done = TypeVar("Job"), TypeVar("Done")


@dataclass(frozen=True)
class Task:
    """One submission.

    Parameters
    ----------
    folder : Path
        The class.
    student, lesson : str
        Whose work, on what.
    """

    folder: Path
    student: str
    lesson: str

    @property
    def path(self) -> Path:
        """The notebook."""
        return self.folder / "submitted" / self.student / self.lesson / f"{self.lesson}.ipynb"


@dataclass(frozen=True)
class Outcome:
    """What came of a submission.

    Parameters
    ----------
    task : Task
        Which one.
    content : str
        The name of its cells.
    run : Run, optional
        What came of them.
    fresh : bool
        Whether they were run just now.
    problem : str
        Why there is nothing to be marked in the notebook.
    failure : str
        Why the grader could not mark it; that is no fault of the student's.
    signature : str, optional
        What it is signed with.
    """

    task: Task
    content: str = ""
    run: Run | None = None
    fresh: bool = False
    problem: str = ""
    failure: str = ""
    signature: str | None = None


def run_task(task: Task) -> Outcome:
    """Run one submission, unless its run is in the class's store.

    Raises
    ------
    AssignmentError, ClassError, OSError
        If no submission of the class can be run. Any other error concerns this one.
    """
    try:
        return _run_task(task)
    except (AssignmentError, ClassError, OSError):
        raise
    except Exception as error:
        return Outcome(
            task, failure=f"the grader stumbled over it: {type(error).__name__}: {error}"
        )


def _run_task(task: Task) -> Outcome:
    problem = problem_with(task)
    if problem:
        return Outcome(task, problem=problem)
    try:
        notebook, _ = read_notebook(task.path, find_lesson(task.lesson))
    except NotebookError as error:
        return Outcome(task, problem=str(error))
    assignment = current_assignment(task.folder, task.lesson)
    mended = restore(notebook, assignment.source)
    signature = signature_in(mended)
    steps = tuple(steps_of(mended))
    content = assignment.content(steps)
    known = store_of(task.folder).find(content)
    if known is not None and known.has_all(assignment):
        return Outcome(task, content, known, signature=signature)
    run = run_notebook(steps, assignment, zygote_of(task.folder), known)
    return Outcome(task, content, run, fresh=True, signature=signature)


def problem_with(task: Task) -> str:
    """Return why a submission has no notebook that could be read; empty if it has."""
    path = task.path
    try:
        if path.is_symlink() or path.parent.is_symlink():
            return f"{path.name} is a link, which may point anywhere: hand in the notebook itself"
        if not path.is_file():
            others = sorted(other.name for other in path.parent.iterdir() if other.is_file())
            instead = f"; there is {', '.join(others)}" if others else "; the folder is empty"
            return f"no notebook {path.name} was handed in{instead}"
        size = path.stat().st_size
        path.open("rb").close()
    except OSError as error:
        return f"{path.name} cannot be read: {error.strerror}"
    if size > MOST_BYTES:
        return f"{path.name} has {size >> 20} MB; more than {MOST_BYTES >> 20} MB are not read"
    return ""


def run_all(
    tasks: list[Task],
    workers: int,
    progress: Callable[[Iterable[Outcome], int], Iterable[Outcome]],
    scheduler: str = "",
) -> Iterator[Outcome]:
    """Run submissions in parallel; return each as it ends, those that got lost at the end.

    Parameters
    ----------
    tasks : list of Task
        Which ones.
    workers : int
        How many at a time.
    progress : callable
        Gets the outcomes and their number, and iterates over them, showing how far.
    scheduler : str
        The address of a Dask scheduler. Left out, this machine does it.
    """
    for task in tasks[:1]:  # before any worker is forked
        for lesson in dict.fromkeys(task.lesson for task in tasks):
            know_the_truth(task.folder, lesson)
    engine = _on_dask(tasks, scheduler) if scheduler else in_workers(run_task, tasks, workers)
    unsure = []
    for task, outcome in progress(engine, len(tasks)):
        if outcome is None:
            yield Outcome(task, failure=LOST)
        elif outcome.run is not None and not outcome.run.sure:
            unsure.append(outcome.task)
        else:
            yield outcome
    # Time may have run out because of the others: each once more, and nothing beside it.
    for task in unsure:
        again = _on_dask([task], scheduler) if scheduler else in_workers(run_task, [task], 1)
        yield from (outcome or Outcome(task, failure=LOST) for _, outcome in again)


def know_the_truth(folder: Path, lesson: str) -> None:
    """Compute what every check of a lesson compares with, once for the class."""
    assignment = current_assignment(folder, lesson)
    for name in assignment.points:
        exercise = assignment.exercises[name]
        asked = questions(exercise, assignment.reference, assignment.seed, GRADING_REPEATS)
        for question in asked:
            _ = question.truth, question.exact


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
                    "memory? What has been graded is kept: run the command again"
                ) from None


def _in_pool(
    do: Callable[[Job], Done], jobs: list[Job], workers: int
) -> Iterator[tuple[Job, Done]]:
    can_fork = "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if can_fork else "spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker)
    others = set(multiprocessing.active_children())
    try:
        with _interrupts_later():
            futures = {pool.submit(do, job): job for job in jobs}
        for future in as_completed(list(futures)):
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
        for ended in wait(list(running), rest):
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent is gone: nobody else would."""
    multiprocessing.parent_process().join()
    os._exit(1)


def _on_dask(tasks: list[Task], scheduler: str) -> Iterator[tuple[Task, Outcome]]:
    """Run submissions on a Dask cluster whose workers see the class's folder."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ClassError(
            "a scheduler needs Dask: `pip install 'backprop-course[cluster]'`"
        ) from None
    with Client(scheduler) as client:
        futures = client.map(run_task, tasks, pure=False, retries=2)
        for future in as_completed(futures):
            outcome = future.result()
            yield outcome.task, outcome
