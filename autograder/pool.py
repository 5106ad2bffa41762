"""Runs submissions on all cores: worker processes, each with its own judge and zygote.

| name         | is                                                             |
|--------------|----------------------------------------------------------------|
| `Task`       | one submission to be run                                       |
| `Outcome`    | what came of it: a run, or why there is none                   |
| `run_task`   | runs one, in whatever process it is called                     |
| `run_all`    | runs many, on this machine or on a Dask cluster, as they end   |
| `in_workers` | does any jobs in worker processes                              |

Workers are forked when all truths are known, so that these are computed once. A worker that dies
costs nothing: what it had not finished is done by others.
"""

import multiprocessing
import os
import signal
import stat
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
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
from autograder.student.wire import harmless

MOST_BYTES = 200 * 2**20  # of a notebook's file
LISTED = 5  # files that are named
DEATHS = 5  # of workers, without a single job done in between
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
    unsafe : bool
        Whether it may run where students' code cannot be sealed off.
    """

    folder: Path
    student: str
    lesson: str
    unsafe: bool = False

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
        Why the notebook could not be run.
    sure : bool
        Whether another run would give the same.
    signature : str, optional
        What it is signed with.
    """

    task: Task
    content: str = ""
    run: Run | None = None
    fresh: bool = False
    problem: str = ""
    sure: bool = True
    signature: str | None = None


def run_task(task: Task) -> Outcome:
    """Run one submission, unless its run is in the class's store."""
    try:
        return _run_task(task)
    except (AssignmentError, ClassError):
        raise
    except Exception as error:  # whatever a notebook makes us trip over costs nobody else
        said = f"the grader itself stopped at it, with {type(error).__name__}: {str(error)[:200]}"
        return Outcome(task, problem=f"{said}. It is tried again in the next run", sure=False)


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
    run = run_notebook(steps, assignment, zygote_of(task.folder, task.unsafe), known)
    return Outcome(task, content, run, fresh=True, signature=signature)


def problem_with(task: Task) -> str:
    """Return why a submission has no notebook that could be read; empty if it has."""
    path = task.path
    if any(part.is_symlink() for part in (path, *path.parents[:2])):
        return f"{path.name} is a link, which may point anywhere: hand in the notebook itself"
    odd = _no_file_in(path.parent)  # nbgrader copies what lies beside the notebook
    if odd:
        return f"{odd} is a link or a device, which may lead anywhere: hand in plain files"
    if not path.is_file():
        others = sorted(other.name for other in path.parent.iterdir() if other.is_file())
        more = f" and {len(others) - LISTED} more files" * (len(others) > LISTED)
        named = harmless(", ".join(others[:LISTED]))
        instead = f"; there is {named}{more}" if others else "; the folder is empty"
        return f"no notebook {path.name} was handed in{instead}"
    if not _is_time(path.with_name("timestamp.txt")):
        return "timestamp.txt holds no time, and nbgrader needs one there or no such file"
    size = path.stat().st_size
    if size > MOST_BYTES:
        return f"{path.name} has {size >> 20} MB; more than {MOST_BYTES >> 20} MB are not read"
    return ""


def _is_time(path: Path) -> bool:
    """Return whether a file, if it is there, says when something was handed in."""
    from nbgrader.utils import parse_utc

    try:
        return not path.exists() or bool(parse_utc(path.read_text(encoding="utf-8").strip()))
    except (ValueError, OverflowError):
        return False


def _no_file_in(folder: Path) -> str:
    """Return the name of something below a folder that is neither file nor folder, or empty."""
    for where, folders, files in os.walk(folder):
        for name in (*folders, *files):
            mode = os.lstat(os.path.join(where, name)).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                return harmless(name)
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
    for _, outcome in progress(engine, len(tasks)):
        if outcome.run is not None and not outcome.run.sure:
            unsure.append(outcome.task)
        else:
            yield outcome
    # Time may have run out because of the others: once more, and nothing beside it.
    alone = [[task] for task in unsure] if scheduler else [unsure]
    for tasks in filter(None, alone):
        again = _on_dask(tasks, scheduler) if scheduler else in_workers(run_task, tasks, 1)
        yield from (outcome for _, outcome in again)


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
) -> Iterator[tuple[Job, Done]]:
    """Do jobs in worker processes; return each with what came of it, as it ends.

    A worker that is killed is replaced, and what it had not finished is done again.
    """
    left, deaths = dict.fromkeys(jobs), 0
    while left:
        try:
            for job, done in _in_pool(do, list(left), min(workers, len(left))):
                left.pop(job)
                deaths = 0
                yield job, done
        except BrokenProcessPool:
            deaths += 1
            if deaths == DEATHS:
                raise ClassError(
                    f"{DEATHS} of the grader's own processes were killed in a row; is there too "
                    "little memory? What has been graded is kept: run the command again"
                ) from None


def _in_pool(
    do: Callable[[Job], Done], jobs: list[Job], workers: int
) -> Iterator[tuple[Job, Done]]:
    can_fork = "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if can_fork else "spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker) as pool:
        futures = {pool.submit(do, job): job for job in jobs}
        try:
            for future in as_completed(list(futures)):
                yield futures.pop(future), future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _begin_worker() -> None:
    """Forget what belongs to the parent process; Ctrl-C is its business too."""
    zygote_of.cache_clear()
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)


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
