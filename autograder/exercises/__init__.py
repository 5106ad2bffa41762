"""The declarations of all exercises, one module a lesson, named as the lesson is.

A module holds a tuple `EXERCISES`. Points stand in the lesson's source, solutions too: a
declaration says how an answer is tried, helped and known to go wrong.
"""

import difflib
import importlib
from functools import lru_cache

from autograder.exercise import Exercise
from autograder.reference import Reference, find_reference, lesson_names


@lru_cache
def exercises_of(lesson: str) -> dict[str, Exercise]:
    """Return a lesson's exercises by name."""
    module = importlib.import_module(f"autograder.exercises.{lesson}")
    return {exercise.name: exercise for exercise in module.EXERCISES}


def find_exercise(name: str) -> tuple[Exercise, Reference]:
    """Return the exercise of this name and the solutions of its lesson.

    Raises
    ------
    LookupError
        If there is none; the sentence says which name is close.
    """
    known = {}
    for lesson in lesson_names():
        known.update(dict.fromkeys(exercises_of(lesson), lesson))
    if name in known:
        return exercises_of(known[name])[name], find_reference(known[name])
    close = difflib.get_close_matches(name, known, n=1)
    advice = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
    raise LookupError(f"there is no exercise called {name!r}: {advice}")
