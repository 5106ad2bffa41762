"""Whether a right derivative was measured instead of derived; it takes two proofs to say so.

| proof         | seen in                                                                    |
|---------------|----------------------------------------------------------------------------|
| inexact       | nearly every value is off by what finite differences are off by            |
| repeated      | one function is called for every entry of the gradient on inputs that       |
|               | differ by a little; or, with complex numbers, more often than there are any |
| complex       | a function returns complex numbers: the complex-step derivative            |
| library       | `course.gradcheck` is called                                               |
| reaching      | in grading: its notebook names what it is watched with                     |

Accuracy alone proves nothing: sigma(a)·(1 - sigma(a)) is good to 2e-9 only at a = 18, and right,
and so is a formula with 1e-12 added to keep a logarithm finite. A helper that is called for each
entry proves nothing either, so `repeated` counts only beside `inexact` or `complex`, and `reaching`
likewise. One proof of the others is full marks and a human look.

Calls and types are seen where the answer runs, and code that runs there can lie about them: it can
put a function of its own in the place of the one that watches. `reaches` finds the words for that
in the text of a notebook. It is no wall, since words can be put together; `inexact`, which nobody
there can change, is told to a human in any case.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.asks import Gradient, Jacobian
from autograder.comparing import outputs_of, parts
from autograder.exercise import Exercise, Question
from autograder.reference import Reference
from autograder.student.watching import Watched
from autograder.trial import Trial
from course import gradcheck
from course.gradcheck import relative_error

# A formula in float64 is off by 1e-16 to 1e-15, a Richardson extrapolation by 1e-14 and more.
INEXACT = 4e-15
TINY = 1e-6  # of a saturated unit's derivative every method gives 0
_REACHING = re.compile(
    r"\bautograder\s*\.\s*student\b|\b(?:settrace|setprofile|_getframe|_current_frames|ctypes)\b"
    r"|\bsys\s*\.\s*(?:modules|monitoring)\b|\bgc\s*\.\s*get_|\b__(?:globals|subclasses|code)__\b"
)
MOST = 0.75  # of all values: a formula may be inexact on one family, where it saturates
Watch = Callable[[Iterable[Question]], Iterable[Watched]]


@dataclass(frozen=True)
class Suspicion:
    """What speaks for a measured derivative.

    Parameters
    ----------
    proven : bool
        Two proofs.
    reasons : tuple of str
        Each proof in a few words.
    """

    proven: bool
    reasons: tuple[str, ...]


def suspect(
    watch: Watch, exercise: Exercise, reference: Reference, trials: list[Trial]
) -> Suspicion | None:
    """Return what speaks for a measured derivative in an answer that is right, None for nothing.

    Parameters
    ----------
    watch : callable
        watch(questions) returns what the answer calls for each of them.
    exercise, reference : Exercise, Reference
        What is asked, and the solution to hold the answer's last digits against.
    trials : list of Trial
        All of them right.
    """
    if not any(isinstance(ask, Gradient | Jacobian) for ask in exercise.asks):
        return None
    widest = max(trials, key=_entries)
    (seen,), entries = watch([widest.question]), _entries(widest)
    reasons = []
    if seen.complex:
        reasons.append("it computes with complex numbers")
    if _inexact(exercise, reference, trials):
        reasons.append("its last digits differ from the formula's, as a measurement's do")
    # A formula that is checked on the way calls gradcheck, which calls the function many times.
    if reasons and (seen.nudged >= entries or (seen.complex and seen.most_calls > entries)):
        reasons.append(f"one function is called {seen.most_calls} times for {entries} derivatives")
    told = bool(reasons)
    if any(called.file == gradcheck.__file__ for called in seen.called):
        reasons.append("it calls course.gradcheck")
    if seen.reaches and (told or not reasons):
        reasons.append(f"its notebook reaches for {seen.reaches}")
    return Suspicion(len(reasons) > 1, tuple(reasons)) if reasons else None


def reaches(cells: Iterable[str]) -> str:
    """Return the first word by which cells reach for what they are watched with, empty if none."""
    found = (_REACHING.search(cell) for cell in cells)
    return next((match[0] for match in found if match), "")


def _entries(trial: Trial) -> int:
    return sum(np.size(right) for name in trial.truth for _, _, right in _values(trial, name))


def _values(trial: Trial, name: str) -> list[tuple[str, Any, Any]]:
    return parts(name, trial.values[name], trial.truth[name])


def _inexact(exercise: Exercise, reference: Reference, trials: list[Trial]) -> bool:
    """Return whether most values of some derivative differ from the solution's beyond rounding."""
    if exercise.name not in reference.namespace:
        return False
    gradients = [ask for ask in exercise.asks if isinstance(ask, Gradient | Jacobian)]
    exact = [outputs_of(trial.question.exact, trial.truth) for trial in trials]
    return any(
        _mostly_off(
            [
                (mine, right)
                for trial, truth in zip(trials, exact, strict=True)
                for _, mine, right in parts(name, trial.values[name], truth[name])
            ]
        )
        for ask in gradients
        for name in ask.outputs
    )


def _mostly_off(values: list[tuple[Any, Any]]) -> bool:
    """Return whether most pairs of arrays differ by more than rounding."""
    same = off = 0
    for mine, right in values:
        if np.linalg.norm(right) > TINY:
            is_off = relative_error(np.asarray(mine, dtype=float), right) > INEXACT
            off, same = off + is_off, same + (not is_off)
        if same > (1 - MOST) * len(values):  # whatever the others are
            return False
    return off >= MOST * (same + off) > 0
