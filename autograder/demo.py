"""A sample class from start to finish: made, handed in, graded, reported, fed back.

The answers come from the lesson's solutions and the declared mistakes, so they are wrong in the
ways in which students are wrong.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograder.build import answered_notebook, notebook_text
from autograder.class_page import write_report
from autograder.classroom import ClassError, create_class, run_step
from autograder.exercises import exercises_in, shipped
from autograder.grading import grade_class
from autograder.lessons import Lesson
from autograder.recording import open_for_many
from autograder.submissions import Submission
from autograder.workers import in_workers

CRASH = "raise ZeroDivisionError('a slip that stops the function')"
# Where Jupyter and IPython keep their own files and look for a user's configuration.
JUPYTER_FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")


@dataclass(frozen=True)
class Sample:
    """What one sample student hands in.

    Parameters
    ----------
    student : str
        A neutral id.
    story : str
        What kind of work it is.
    answers : dict of str to str
        The text of the exercise cells that were worked on.
    """

    student: str
    story: str
    answers: dict[str, str]


def sample_class(lesson: Lesson, count: int, seed: int = 0) -> list[Sample]:
    """Return sample work for a lesson: perfect, with mistakes, half done, crashing, untouched.

    Parameters
    ----------
    lesson : Lesson
        What is answered; one of this package.
    count : int
        How many students.
    seed : int
        Which mistakes are made.

    Returns
    -------
    list of Sample
        The kinds of work repeat every six students; the mistakes are drawn anew.
    """
    rng = np.random.default_rng(seed)
    width = max(3, len(str(count)))
    return [_sample(lesson, f"student-{n:0{width}}", (n - 1) % 6, rng) for n in range(1, count + 1)]


def _sample(lesson: Lesson, student: str, kind: int, rng: np.random.Generator) -> Sample:
    answers, names = dict(lesson.reference.answers), list(lesson.reference.answers)
    half = names[: len(names) // 2]
    if kind == 0:
        return Sample(student, "everything right", answers)
    if kind == 1:
        return Sample(student, "one mistake", answers | _mistaken(lesson, names, 1, rng))
    if kind == 2:
        three = _mistaken(lesson, names, 3, rng)
        return Sample(student, "three mistakes", answers | three)
    if kind == 3:
        done = {name: answers[name] for name in half} | _mistaken(lesson, half, 1, rng)
        return Sample(student, "half done, with one mistake", done)
    if kind == 4:
        name = names[int(rng.integers(len(names)))]
        *body, last = answers[name].rstrip().splitlines()
        indent = last[: len(last) - len(last.lstrip())]
        crashing = "\n".join([*body, indent + CRASH])
        return Sample(student, f"{name} crashes", answers | {name: crashing})
    return Sample(student, "untouched", {})


def _mistaken(
    lesson: Lesson, names: list[str], count: int, rng: np.random.Generator
) -> dict[str, str]:
    """Return `count` of the exercises with one of their declared mistakes in each."""
    mistaken = {}
    for name in rng.choice(names, count, replace=False):
        mistakes = exercises_in(shipped(lesson.name))[name].mistakes
        mistake = mistakes[int(len(mistakes) * rng.random() ** 2)]  # some are made more often
        mistaken[str(name)] = mistake.applied_to(lesson.reference.answers[name])
    return mistaken


def run_demo(
    folder: Path,
    lessons: list[Lesson],
    students: int,
    report: Path,
    say: Callable[[str], None],
    progress: Callable[..., Iterable],
    feedback: bool = True,
) -> list[Submission]:
    """Make a class in a folder, hand in sample work, grade it and write report and feedback.

    Parameters
    ----------
    folder : Path
        Becomes the class. Nothing outside it is written, and no configuration outside it read.
    lessons : list of Lesson
        What they hand in; of this package.
    students : int
        How many sample students.
    report : Path
        Where the class report goes.
    say : callable
        Gets a sentence before each step.
    progress : callable
        As in `grade_class`.
    feedback : bool
        Whether each notebook gets a page of feedback.

    Returns
    -------
    list of Submission
        The marks as they stand in the gradebook.
    """
    workers = os.cpu_count() or 1
    say(f"making the class in {folder}")
    create_class(folder)
    with _jupyter_inside(folder):
        say(f"handing in {len(lessons) * students} notebooks of {students} sample students")
        for lesson in lessons:
            _hand_in(folder, lesson, students)
        say("grading them")
        # The answers are ours: where they cannot be sealed off, they do no harm.
        submissions = grade_class(folder, workers=workers, unsafe=True, progress=progress)
        say("writing the class report")
        write_report(folder, report)
        if feedback:
            say("writing the feedback")
            jobs = [(folder, one.lesson.name, one.student) for one in submissions]
            for job, error in progress(in_workers(_feedback, jobs, workers), len(jobs), "written"):
                if error:
                    raise ClassError(f"nbgrader could not write feedback on {job[1:]}: {error}")
    return submissions


def _hand_in(folder: Path, lesson: Lesson, students: int) -> None:
    for sample in sample_class(lesson, students):
        path = folder / "submitted" / sample.student / lesson.name / f"{lesson.name}.ipynb"
        path.parent.mkdir(parents=True)
        notebook = answered_notebook(lesson, sample.answers)
        path.write_text(notebook_text(notebook), encoding="utf-8")


def _feedback(job: tuple[Path, str, str]) -> str:
    """Write one page of feedback; return why that failed."""
    from nbgrader.converters import GenerateFeedback

    folder, lesson, student = job
    open_for_many()
    return run_step(folder, GenerateFeedback, lesson, student)


@contextlib.contextmanager
def _jupyter_inside(folder: Path) -> Iterator[None]:
    """Keep Jupyter's and IPython's files in the folder while the demo runs, then remove them."""
    private = folder.resolve() / ".jupyter"
    before = {name: os.environ.get(name) for name in JUPYTER_FOLDERS}
    for name in JUPYTER_FOLDERS:
        (private / name.lower()).mkdir(parents=True)
        os.environ[name] = str(private / name.lower())
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
        shutil.rmtree(private, ignore_errors=True)
