"""Whether every case family of an exercise is needed: some mistake fails on its cases only.

A family that no such mistake proves needed takes time in every check and exposes nothing that the
others do not; what it guards against has nobody to try the guard.
"""

import contextlib
from collections.abc import Iterable, Iterator

from autograder.checking import fails
from autograder.exercise import HOME_REPEATS, Exercise, questions
from autograder.reference import Reference


def unneeded_families(
    reference: Reference, exercises: Iterable[Exercise], seeds: int
) -> Iterator[str]:
    """Return a sentence for every case family of a lesson that is not proven needed.

    Parameters
    ----------
    reference : Reference
        The lesson's solutions, which its declared mistakes are edits of.
    exercises : iterable of Exercise
        Of this lesson.
    seeds : int
        On so many draws no other family's cases may catch the mistake.
    """
    for exercise in exercises:
        unproven = [family.name for family in exercise.families]
        if len(unproven) == 1:
            continue
        for mistake in exercise.mistakes:
            with contextlib.suppress(ValueError):  # no single edit: told elsewhere
                source = mistake.applied_to(reference.answers[exercise.name])
                catching = _catching(source, exercise, reference, seeds)
                unproven = [one for one in unproven if catching != {one}]
        for family in unproven:
            yield (
                f"{exercise.name}: the case family {family!r} is not proven needed: no mistake "
                "fails on it alone. Declare one, or remove the family"
            )


def _catching(source: str, exercise: Exercise, reference: Reference, seeds: int) -> set[str]:
    """Return the families whose cases a wrong answer fails on, two of them at most."""
    fn = reference.function(exercise.name, source)
    catching: set[str] = set()
    for seed in range(seeds):
        for question in questions(exercise, reference, seed, HOME_REPEATS):
            if question.family.name not in catching and fails(fn, exercise, question):
                catching.add(question.family.name)
            if len(catching) > 1:
                return catching
    return catching
