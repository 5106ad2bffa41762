"""Runs submissions on all cores: worker processes, each with its own judge and zygote.

| name         | is                                                             |
|--------------|----------------------------------------------------------------|
| `Task`       | one submission to be run                                       |
| `Outcome`    | what came of it, or why nothing did                            |
| `run_task`   | runs one, in whatever process it is called                     |
| `run_all`    | runs many, on this machine or on a Dask cluster, as they end   |
| `in_workers` | does any jobs in worker processes                              |

Workers are forked when all truths are known, so that these are computed once. A worker that dies
costs nothing: what it had not finished is done by others.
"""

import itertools
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from autograder.classroom import ClassError
from autograder.cluster import on_dask
from autograder.execute import current_assignment, runs_demos, store_of, zygote_of
from autograder.exercise import questions
from autograder.lessons import find_lesson
from autograder.marking import NotebookError, read_notebook
from autograder.notebook import GRADING_REPEATS
from autograder.restoring import restore, steps_of
from autograder.running import run_notebook
from autograder.signing import signature_in
from autograder.store import FILE, Place

MOST_BYTES = 200 * 2**20  # of a notebook's file
DEATHS = 5  # of workers, without a single job done in between
AHEAD = 4  # jobs that wait for each worker: enough to keep it busy, and not a class in memory
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
    """What came of a submission, in little: a class has many, and their runs are in the store.

    Parameters
    ----------
    task : Task
        Which one.
    problem : str
        Why the notebook could not be run.
    content : str
        The name of its cells, under which the store has its run.
    place : tuple, optional
        Where the store has a run that was made just now.
    signature : str, optional
        What it is signed with.
    look : tuple of str
        Why a human should look at it.
    earned : tuple of float
        Points by exercise, in the order of the lesson.
    sandbox : str
        The level of the sandbox that it ran in.
    sure : bool
        Whether a second run would give the same.
    recorded : str, optional
        None if it is not in the gradebook yet; else why it could not be written, empty if it is.
    """

    task: Task
    problem: str = ""
    content: str = ""
    place: Place | None = None
    signature: str | None = None
    look: tuple[str, ...] = ()
    earned: tuple[float, ...] = ()
    sandbox: str = ""
    sure: bool = True
    recorded: str | None = None


def run_task(task: Task, file: str = FILE) -> Outcome:
    """Run one submission and put its run into the class's store, unless that has it.

    Parameters
    ----------
    task : Task
        Which one.
    file : str
        The name of the store's file that the run goes to.
    """
    problem = problem_with(task)
    if problem:
        return Outcome(task, problem)
    try:
        notebook, _ = read_notebook(task.path, find_lesson(task.lesson))
    except NotebookError as error:
        return Outcome(task, str(error))
    assignment = current_assignment(task.folder, task.lesson)
    mended = restore(notebook, assignment.source)
    steps = tuple(steps_of(mended, runs_demos(task.folder)))
    content, place = assignment.content(steps), None
    store = store_of(task.folder, file)
    run = store.find(content)
    if run is None or not run.has_all(assignment):
        run = run_notebook(steps, assignment, zygote_of(task.folder), run)
        place = store.add(content, run)
    results = [run.results[name] for name in assignment.points]
    return Outcome(
        task,
        content=content,
        place=place,
        signature=signature_in(mended),
        look=tuple(f"{result.exercise}: {result.look}" for result in results if result.look),
        earned=tuple(result.earned for result in results),
        sandbox=run.level,
        sure=run.sure,
    )


def problem_with(task: Task) -> str:
    """Return why a submission has no notebook that could be read; empty if it has."""
    path = task.path
    if path.is_symlink() or path.parent.is_symlink():
        return f"{path.name} is a link, which may point anywhere: hand in the notebook itself"
    if not path.is_file():
        others = sorted(other.name for other in path.parent.iterdir() if other.is_file())
        instead = f"; there is {', '.join(others)}" if others else "; the folder is empty"
        return f"no notebook {path.name} was handed in{instead}"
    size = path.stat().st_size
    if size > MOST_BYTES:
        return f"{path.name} has {size >> 20} MB; more than {MOST_BYTES >> 20} MB are not read"
    return ""


def run_all(
    tasks: list[Task],
    workers: int,
    progress: Callable[[Iterable[Outcome], int], Iterable[Outcome]],
    scheduler: str = "",
    file: str = FILE,
    then: Callable[[Outcome], Outcome] | None = None,
) -> Iterator[Outcome]:
    """Run submissions in parallel; return each as it ends, those that got lost at the end.

    Parameters
    ----------
    tasks : list of Task
        Which ones, all of one class.
    workers : int
        How many at a time.
    progress : callable
        Gets the outcomes and their number, and iterates over them, showing how far.
    scheduler : str
        The address of a Dask scheduler. Left out, this machine does it.
    file : str
        The name of the file in the class's store that new runs go to.
    then : callable, optional
        What a process of this machine does with the outcome of a submission that it has run, such
        as recording it.
    """
    if not tasks:
        return
    folder = tasks[0].folder
    if scheduler:

        def run_some(some: list[Task], last: bool = False) -> Iterator[Outcome]:
            return on_dask(some, scheduler)

    else:
        for lesson in dict.fromkeys(task.lesson for task in tasks):
            know_the_truth(folder, lesson)  # before any worker is forked
        run_one = partial(_run_then, file=file, then=then)

        def run_some(some: list[Task], last: bool = False) -> Iterator[Outcome]:
            done = in_workers(partial(run_one, last=last), some, 1 if last else workers)
            return (outcome for _, outcome in done)

    unsure = []
    for outcome in progress(run_some(tasks), len(tasks)):
        if outcome.sure:
            yield _noted(outcome)
        else:
            unsure.append(outcome.task)
    # Time may have run out because of the others: each once more, and nothing beside it.
    for task in unsure:
        yield from map(_noted, run_some([task], last=True))


def _run_then(
    task: Task, file: str, then: Callable[[Outcome], Outcome] | None, last: bool
) -> Outcome:
    """Run a submission; do what follows if it is not run once more."""
    outcome = run_task(task, file)
    return then(outcome) if then and (outcome.sure or last) else outcome


def _noted(outcome: Outcome) -> Outcome:
    """Tell this process's store where a run is that another process has made."""
    if outcome.place:
        store_of(outcome.task.folder).note(outcome.content, outcome.place)
    return outcome


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
    left, futures = iter(jobs), {}
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker) as pool:
        try:
            while True:
                for job in itertools.islice(left, AHEAD * workers - len(futures)):
                    futures[pool.submit(do, job)] = job
                if not futures:
                    return
                for future in wait(futures, return_when=FIRST_COMPLETED).done:
                    yield futures.pop(future), future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _begin_worker() -> None:
    """Forget what belongs to the parent process; Ctrl-C is its business too."""
    zygote_of.cache_clear()
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
