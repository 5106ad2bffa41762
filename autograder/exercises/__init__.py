"""The declarations of all exercises, one module a lesson, named as the lesson is.

A module holds three things. `EXERCISES` is a tuple: points stand in the lesson's source, solutions
too, so a declaration says how an answer is tried, helped and known to go wrong. `PREDICTIONS` is a
tuple of what the lesson asks before it shows. `ANSWERS` holds the answers to its closing questions,
by "1a", "1b" and "1c". A lesson of somebody's own (`autograder.own`) may leave out the last two;
where it has the name of one of ours, it takes its place.
"""

import difflib
import importlib
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

from autograder.exercise import Exercise, Prediction
from autograder.own import declarations_in, own_lessons
from autograder.reference import Plain, Reference, find_reference, lesson_names

MANY = 20  # names that are too many for one sentence


def exercises_of(lesson: str) -> dict[str, Exercise]:
    """Return a lesson's exercises by name."""
    return exercises_in(_declarations(lesson))


class UnknownError(Plain, LookupError):
    """A name that nothing is declared under; the sentence says which name is close."""


@lru_cache
def exercises_in(module: ModuleType) -> dict[str, Exercise]:
    """Return the exercises that a module declares, by name."""
    return {exercise.name: exercise for exercise in module.EXERCISES}


def predictions_of(lesson: str) -> dict[str, Prediction]:
    """Return a lesson's predictions by name."""
    return {
        prediction.name: prediction
        for prediction in getattr(_declarations(lesson), "PREDICTIONS", ())
    }


def answers_of(lesson: str) -> dict[str, str]:
    """Return the answers to a lesson's closing questions, in Markdown, by "1a", "1b" and "1c"."""
    return getattr(_declarations(lesson), "ANSWERS", {})


def find_exercise(name: str) -> tuple[Exercise, Reference]:
    """Return the exercise of this name and the solutions of its lesson.

    Raises
    ------
    UnknownError
        If there is none; the sentence says which name is close.
    """
    lesson, exercise = _find(exercises_of, "exercise", name)
    return exercise, find_reference(lesson)


def find_prediction(name: str) -> Prediction:
    """Return the prediction of this name.

    Raises
    ------
    UnknownError
        If there is none; the sentence says which name is close.
    """
    return _find(predictions_of, "prediction", name)[1]


def find_answer(question: str) -> str:
    """Return the answer to the closing question "1a", "1b" and so on.

    Raises
    ------
    UnknownError
        If there is none; the sentence says which there are.
    """
    return _find(answers_of, "question", question)[1]


def _find(declared: Callable[[str], dict[str, Any]], what: str, name: str) -> tuple[str, Any]:
    """Return the lesson that declares a name, and what it declares."""
    known: dict[str, str] = {}
    for lesson in sorted({*lesson_names(), *own_lessons()}):
        known.update(dict.fromkeys(declared(lesson), lesson))
    if name in known:
        return known[name], declared(known[name])[name]
    close = difflib.get_close_matches(str(name), known, n=1)
    listed = f"there are {', '.join(known)}" if len(known) < MANY else "see the lesson for its name"
    advice = f"did you mean {close[0]!r}?" if close else listed
    raise UnknownError(f"there is no {what} called {name!r}: {advice}")


def _declarations(lesson: str) -> ModuleType:
    own = own_lessons().get(lesson)
    return declarations_in(own.declarations) if own else shipped(lesson)


def shipped(lesson: str) -> ModuleType:
    """Return this package's declarations of one of its lessons."""
    return importlib.import_module(f"autograder.exercises.{lesson}")
