"""Runs submissions on all cores: in worker processes, each with its own judge and zygote.

| name         | is                                                             |
|--------------|----------------------------------------------------------------|
| `Task`       | one submission to be run                                       |
| `Outcome`    | what came of it, or why nothing did                            |
| `run_task`   | runs one, in whatever process it is called                     |
| `run_all`    | runs many, on this machine or on a Dask cluster, as they end   |

Workers are forked when all truths are known, so that these are computed once.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from autograder.assignment import AssignmentError
from autograder.classroom import ClassError
from autograder.cluster import on_dask
from autograder.execute import (
    class_limits,
    current_assignment,
    runs_demos,
    store_of,
    zygote_of,
)
from autograder.exercise import GRADING_REPEATS, questions
from autograder.marking import NotebookError, read_notebook
from autograder.restoring import restore, steps_of
from autograder.running import run_notebook
from autograder.sanitize import is_odd, odd_files
from autograder.signing import signature_in
from autograder.store import FILE, Place
from autograder.student.wire import harmless
from autograder.workers import DEATHS, in_workers

MOST_BYTES = 200 * 2**20  # of a notebook's file
LISTED = 5  # files that are named
LOST = (
    f"it ended {DEATHS} of the grader's own processes; is there too little memory? Try fewer "
    "`--workers`"
)


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
    """What came of a submission, in little: a class has many, and their runs are in the store.

    Parameters
    ----------
    task : Task
        Which one.
    problem : str
        Why there is nothing to be marked in the notebook.
    failure : str
        Why the grader could not mark it; that is no fault of the student's.
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
    failure: str = ""
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

    Raises
    ------
    AssignmentError, ClassError, OSError
        If no submission of the class can be run. Any other error concerns this one.
    """
    try:
        return _run_task(task, file)
    except (AssignmentError, ClassError, OSError):
        raise
    except Exception as error:
        said = harmless(f"{type(error).__name__}: {str(error)[:200]}")
        return Outcome(task, failure=f"the grader stumbled over it: {said}")


def _run_task(task: Task, file: str) -> Outcome:
    problem = problem_with(task)
    if problem:
        return Outcome(task, problem)
    assignment = current_assignment(task.folder, task.lesson)
    try:
        notebook, _ = read_notebook(task.path, assignment.lesson)
    except NotebookError as error:
        return Outcome(task, str(error))
    mended = restore(notebook, assignment.source)
    steps, limits = tuple(steps_of(mended, runs_demos(task.folder))), class_limits(task.folder)
    content, place = assignment.content(steps, limits), None
    store = store_of(task.folder, file)
    run = store.find(content, assignment)
    if run is None or not run.has_all(assignment):
        zygote = zygote_of(task.folder, limits, task.unsafe)
        run = run_notebook(steps, assignment, zygote, run)
        place = store.add(content, run)
    # A run that is used again knows the points of its day.
    worth = assignment.points.items()
    results = [replace(run.results[name], points=points) for name, points in worth]
    return Outcome(
        task,
        content=content,
        place=place,
        signature=signature_in(mended),
        look=(
            *(f"{result.exercise}: {result.look}" for result in results if result.look),
            *_beside(task),
        ),
        earned=tuple(result.earned for result in results),
        sandbox=run.level,
        sure=run.sure,
    )


def problem_with(task: Task) -> str:
    """Return why a submission has no notebook that could be read; empty if it has."""
    path = task.path
    try:
        if any(part.is_symlink() for part in (path, *path.parents[:2])):
            return f"{path.name} is a link, which may point anywhere: hand in the notebook itself"
        if not path.is_file():
            others = sorted(other.name for other in path.parent.iterdir() if other.is_file())
            more = f" and {len(others) - LISTED} more files" * (len(others) > LISTED)
            named = harmless(", ".join(others[:LISTED]))
            instead = f"; there is {named}{more}" if others else "; the folder is empty"
            return f"no notebook {path.name} was handed in{instead}"
        size = path.stat().st_size
        path.open("rb").close()
    except OSError as error:
        return f"{path.name} cannot be read: {error.strerror}"
    if size > MOST_BYTES:
        return f"{path.name} has {size >> 20} MB; more than {MOST_BYTES >> 20} MB are not read"
    return ""


def _beside(task: Task) -> Iterator[str]:
    """Return what a human should know about that which lies beside a notebook."""
    for odd in odd_files(task.path.parent):
        yield f"{harmless(odd.name)} is a link or a device, and was left out"
    if not _is_time(task.path.with_name("timestamp.txt")):
        yield "timestamp.txt holds no time, so nobody knows when it was handed in"


def _is_time(path: Path) -> bool:
    """Return whether a file, if it is there, says when something was handed in."""
    from nbgrader.utils import parse_utc

    if is_odd(path):  # reading a pipe would wait for ever
        return False
    try:
        return not path.exists() or bool(parse_utc(path.read_text(encoding="utf-8").strip()))
    except (OSError, ValueError, OverflowError):
        return False


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
            return (outcome or Outcome(task, failure=LOST) for task, outcome in done)

    unsure = []
    for outcome in progress(run_some(tasks), len(tasks)):
        if outcome.sure:
            yield _noted(outcome)
        else:
            unsure.append(outcome.task)
    # Time may have run out because of the others: once more, and nothing beside it.
    if unsure:
        yield from map(_noted, run_some(unsure, last=True))


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
    """Compute what every check of a lesson compares with, once for the class.

    Raises
    ------
    AssignmentError
        If a given cell, a solution or a declaration cannot be run.
    """
    assignment = current_assignment(folder, lesson)
    for name in assignment.points:
        exercise = assignment.exercises[name]
        try:
            asked = questions(exercise, assignment.reference, assignment.seed, GRADING_REPEATS)
            for question in asked:
                _ = question.truth, question.exact
        except Exception as error:  # whatever somebody's own cells raise
            said = f"{type(error).__name__}: {str(error).rstrip('.')}"
            raise AssignmentError(
                f"the truth about {name} in {lesson} cannot be computed: {said}. To see where, run "
                f"source/{lesson}/{lesson}.ipynb: it has the solutions"
            ) from error
