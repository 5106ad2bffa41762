"""What a lesson asks without marks: predictions, closing questions, a planted bug to look for.

| function                 | does                                                                |
|--------------------------|---------------------------------------------------------------------|
| `predict(name, guess)`   | takes down a guess before the notebook shows what happens           |
| `answer(question)`       | shows the answer to a closing question                              |
| `bug(fn, student)`       | shows a function with one line wrong, and returns it                |
| `planted_line(...)`      | which line that is                                                  |
| `named_line`             | the driver of an exercise that asks for that line                   |
| `finds_line(planted)`    | what judges it                                                      |

A student's name decides which of the declared mistakes is planted, so that neighbours look for
different ones. Where a cell still has `...` in the place of a guess, it says so and raises nothing.
"""

import zlib
from collections.abc import Callable
from types import EllipsisType
from typing import Any

import numpy as np

from autograder.exercise import Exercise, Mistake, Prediction
from autograder.exercises import find_answer, find_exercise, find_prediction
from autograder.notebook import Markdown
from autograder.reference import Reference
from autograder.shell import show
from autograder.student.calling import WrongAnswerError


def predict(name: str, guess: Any = ...) -> Markdown:
    """Take down what you expect to see, before you run the cell that shows it.

    Parameters
    ----------
    name : str
        Which prediction.
    guess : float, str or tuple of int
        A number, one of the options in the text, or a shape. `...` if there is none yet.

    Returns
    -------
    Markdown
        Whether it is so. A guess that is not is not told the answer: the next cell shows it.

    Raises
    ------
    LookupError
        If there is no prediction of this name.
    """
    prediction = find_prediction(name)
    if isinstance(guess, EllipsisType):
        return Markdown("What do you expect? Write it in place of the `...`, then run this cell.")
    wanted = _unusable(prediction, guess)
    if wanted:
        return Markdown(f"You wrote `{guess!r}`; {wanted}.")
    if _agrees(prediction, guess):
        return Markdown(f"You expect `{guess}`. **So it is.** {prediction.says}")
    return Markdown(f"You expect `{guess}`. It is not so: run on and see, then come back.")


def _unusable(prediction: Prediction, guess: Any) -> str:
    """Return what a guess should be instead; empty if it can be judged."""
    if prediction.options:
        options = ", ".join(f'`"{option}"`' for option in prediction.options)
        known = any(_alike(guess, option) for option in prediction.options)
        return "" if known else f"choose one of {options}"
    if isinstance(prediction.answer, tuple):
        return "" if isinstance(guess, tuple) else "a shape is asked for, such as `(2, 3)`"
    number = isinstance(guess, int | float | np.number) and not isinstance(guess, bool)
    return "" if number else "a number is asked for, such as `0.5`"


def _agrees(prediction: Prediction, guess: Any) -> bool:
    right = prediction.answer
    if isinstance(right, str):
        return _alike(guess, right)
    if isinstance(right, tuple):
        return guess == right
    return abs(guess - right) <= prediction.within * abs(right)


def _alike(guess: Any, option: str) -> bool:
    """Return whether a guess means an option: quotes and capitals do not matter."""
    return str(guess).strip().casefold() == option.casefold()


def answer(question: str | EllipsisType = ...) -> Markdown:
    """Show the answer to one of a lesson's closing questions.

    Parameters
    ----------
    question : str
        Its number, such as "1a". `...` while you are still thinking.

    Raises
    ------
    LookupError
        If there is no such question.
    """
    if isinstance(question, EllipsisType):
        return Markdown(
            "Think first. Then write the number of the question, in quotes, in place of the `...`."
        )
    question = str(question).strip().casefold()
    return Markdown(f"**{question}.** {find_answer(question)}")


def bug(fn: Callable[..., Any], student: str = "") -> Callable[..., Any]:
    """Show a function with one line wrong, and return it.

    Parameters
    ----------
    fn : callable
        The function to be mended, written or not; its name says which.
    student : str
        Who is looking: other names, other bugs. Empty for the first.

    Returns
    -------
    callable
        The function with the bug, for gradient checks.
    """
    exercise, reference = find_exercise(fn.__name__)
    mistake = _planted(exercise, student)
    source = mistake.applied_to(reference.answers[exercise.name])
    numbered = [f"{n:2}  {line}" for n, line in enumerate(source.splitlines(), start=1)]
    listing = "\n".join(numbered)
    if not show(Markdown(f"```text\n{listing}\n```")):
        print(listing)
    return reference.function(exercise.name, source)


def planted_line(planted: Exercise, reference: Reference, student: str) -> int:
    """Return the number of the line that `bug` made wrong for this student."""
    right = reference.answers[planted.name]
    wrong = _planted(planted, student).applied_to(right)
    pairs = zip(right.splitlines(), wrong.splitlines(), strict=True)
    (line,) = [number for number, (old, new) in enumerate(pairs, start=1) if old != new]
    return line


def named_line(fn: Callable[[], Any]) -> tuple[Any, str]:
    """Return the line that an answer names, and who is looking: the notebook's `STUDENT`."""
    return fn(), str(fn.__globals__.get("STUDENT", ""))


def finds_line(planted: Exercise) -> Callable[[Any, Reference], float]:
    """Return what judges the line that `named_line` reports; it never tells the right one."""

    def reads(named: tuple[Any, str], reference: Reference) -> float:
        line, student = named
        if isinstance(line, bool) or not isinstance(line, int | np.integer):
            raise WrongAnswerError(f"returned {line!r}, but should return the number of a line.")
        lines = len(reference.answers[planted.name].splitlines())
        if not 1 <= line <= lines:
            raise WrongAnswerError(f"there is no line {line}; the last one is line {lines}.")
        if line != planted_line(planted, reference, student):
            raise WrongAnswerError(f"line {line} is right as it is.")
        return 1.0

    return reads


def _planted(exercise: Exercise, student: str) -> Mistake:
    """Return the mistake that a student's name picks: the first for an empty one."""
    name = student.strip().casefold()
    number = zlib.crc32(name.encode()) % len(exercise.planted) if name else 0
    return next(m for m in exercise.mistakes if m.name == exercise.planted[number])
