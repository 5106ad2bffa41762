"""Begins a lesson of somebody's own, and puts it into a class.

| name              | does                                                                      |
|-------------------|---------------------------------------------------------------------------|
| `begin_lesson`    | writes a copy of one of our lessons, or a new one with one exercise       |
| `add_to_class`    | makes it an assignment of a class                                         |

The new lesson is complete as it stands: `backprop verify` passes, so every change can be tried.
"""

import re
import shutil
from pathlib import Path

from autograder import exercises
from autograder.build import class_notebook, notebook_text
from autograder.classroom import ClassError, class_config, run_step
from autograder.command import typed
from autograder.lessons import Lesson, read_lesson
from autograder.own import OwnLesson, lessons_in
from autograder.reference import LessonError, data_folder, full_name, lesson_names

LESSON = '''# %% [markdown]
# # Lesson {number}: {title}
#
# *About 20 minutes.* What the lesson is about, and what a student can do after it.

# %%
import numpy as np

from autograder import check, failing_case, hint, solution

# %% [markdown]
# ## One bend
#
# Take $J = a x^2$. What a student needs to know before the exercise stands here.
#
# ### Exercise 1: both derivatives (5 min, ●○○)
#
# Return $\\partial J / \\partial a$ and $\\partial J / \\partial x$, in this order.

# %% exercise="bend_grad"
def bend_grad(a, x):
    """Return da and dx for J = a x**2."""
    # BEGIN SOLUTION
    da = x**2
    dx = 2 * a * x
    return da, dx
    # END SOLUTION

# %% check="bend_grad" points=2

# %% free=true
# hint(bend_grad)
'''
DECLARATIONS = '''"""Lesson {number}: how each exercise is tried, helped and known to go wrong."""

from autograder.asks import Gradient
from autograder.exercise import Exercise, Family, Mistake


def bend(a, x):
    """Return J. Its derivatives are asked for, and measured by central differences."""
    return a * x**2


BEND_GRAD = Exercise(
    name="bend_grad",
    asks=(Gradient(bend, wrt=("a", "x")),),
    families=(
        Family(
            "two numbers of either sign",
            lambda rng: {{"a": rng.normal(), "x": rng.normal()}},
            "where a is 1 or x is positive, a lost factor or sign does not show",
        ),
    ),
    hints=(
        "Which of the two letters is held fixed, and which one moves?",
        "For `da`, x is a constant: J is that constant squared, times a.",
        "`da` is x squared, and `dx` is a times the derivative of x squared.",
    ),
    mistakes=(
        Mistake("2 left out", "2 * a * x", "a * x", "What is the derivative of x squared?"),
        Mistake("a left out", "2 * a * x", "2 * x", "J has a factor that does not depend on x."),
        Mistake("a kept in da", "da = x**2", "da = a * x**2",
                "How much does J grow if a grows by 1?"),
    ),
)

EXERCISES = (BEND_GRAD,)
'''


def begin_lesson(folder: Path, lesson: str) -> list[Path]:
    """Write a lesson to begin with, and its declarations; return both files.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    lesson : str
        Name or number of one of ours, to be copied; or a new name such as `06_recurrent`.

    Raises
    ------
    LessonError
        If the name is none, or one of the files is there: nothing is written over.
    """
    try:
        lesson = full_name(lesson)
    except LessonError:
        if not re.fullmatch(r"\d\d_[a-z0-9_]+", lesson):
            raise LessonError(
                f"{lesson!r} is no name for a lesson: take a number and a topic, such as "
                "06_recurrent, or copy one of ours: " + ", ".join(lesson_names())
            ) from None
    paths = [folder / kind / f"{lesson}.py" for kind in ("solutions", "exercises")]
    for path in paths:
        if path.exists():
            raise LessonError(
                f"{path} is there already: edit it, then `backprop verify {typed(folder)}`; or "
                "name another lesson"
            )
    number, _, topic = lesson.partition("_")
    words = {"number": int(number), "title": topic.replace("_", " ").capitalize()}
    ours = data_folder("solutions"), Path(exercises.__file__).parent
    for path, template, home in zip(paths, (LESSON, DECLARATIONS), ours, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        if lesson in lesson_names():
            shutil.copyfile(home / path.name, path)
        else:
            path.write_text(template.format(**words), encoding="utf-8")
    return paths


def add_to_class(
    folder: Path, source: Path, *, private: bool = False, solutions: bool = False
) -> Lesson:
    """Make a lesson of somebody's own an assignment of a class, or write it there anew.

    Parameters
    ----------
    folder : Path
        The class.
    source : Path
        The lesson, `solutions/NN_topic.py`, with `exercises/NN_topic.py` beside its folder.
    private : bool
        Keep declarations and solutions in the class. Else they are handed out with the notebook,
        for anybody to read, and `check` works at home.
    solutions : bool
        Whether `solution` and last hints are on in the notebook.

    Raises
    ------
    ClassError
        If the folder is no class, or nbgrader cannot release the lesson.
    LessonError
        If the lesson cannot be used, or is what this command writes.
    """
    from nbgrader.converters import GenerateAssignment

    class_config(folder)
    own = lessons_in(source.resolve().parents[1]).get(source.stem)
    if own is None or own.source != source.resolve():
        raise LessonError(
            f"{source} is no lesson that can be added: name a file solutions/NN_topic.py with its "
            "declarations in exercises/NN_topic.py, both in one folder"
        )
    lesson = read_lesson(own.source)
    home = folder / "source" / lesson.name
    _require_outside(folder, home, own)
    for old in (home / "solutions", home / "exercises"):
        shutil.rmtree(old, ignore_errors=True)
    (folder / "exercises" / f"{lesson.name}.py").unlink(missing_ok=True)
    there = {folder / "exercises": own.declarations} if private else {
        home / "exercises": own.declarations, home / "solutions": own.source
    }  # fmt: skip
    for place, file in there.items():
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place / file.name)
    home.mkdir(parents=True, exist_ok=True)
    text = notebook_text(class_notebook(lesson, solutions=solutions))
    (home / f"{lesson.name}.ipynb").write_text(text, encoding="utf-8")
    error = run_step(folder, GenerateAssignment, lesson.name)
    if error:
        raise ClassError(f"nbgrader could not release {lesson.name}: {error}")
    return lesson


def _require_outside(folder: Path, home: Path, own: OwnLesson) -> None:
    """Refuse a lesson whose files would be deleted before they are copied."""
    for file in (own.source, own.declarations):
        if any(file.is_relative_to(place.resolve()) for place in (home, folder / "exercises")):
            raise LessonError(
                f"{file} lies where the class keeps its copy, which is written anew: edit the "
                "lesson that it was made from, or copy its solutions/ and exercises/ to a folder "
                "outside of the class, and name the file there"
            )
