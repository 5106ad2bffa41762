"""Puts what was tried into the fields of a `Result`: the sentences that a student reads.

| function         | is for an answer that                                                     |
|------------------|---------------------------------------------------------------------------|
| `right_answer`   | is right on all cases, but may have been measured                         |
| `wrong_answer`   | gives something to compare on all of them, and is off on some             |
| `stopped_answer` | gives nothing to compare on some                                          |
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.asks import Case, Gradient
from autograder.comparing import Wrong, as_numbers, describe, entry_map, parts
from autograder.exercise import Exercise, Family
from autograder.numeric import Suspicion
from autograder.reference import Reference
from autograder.result import CRASHED, MEASURED, PASSED, WRONG, Map, Output
from autograder.student.calling import WrongAnswerError
from autograder.trial import Trial
from course.gradcheck import Comparison

PRINTED_LINES = 5


class CrashedError(WrongAnswerError):
    """An answer that stopped with an error."""


@dataclass
class Heard:
    """What the student's code said while it ran."""

    printed: str = ""
    warned: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Tried:
    """One trial, and what is wrong in it: what stopped it, or a sentence by output."""

    trial: Trial
    stopped: WrongAnswerError | None = None
    wrong: dict[str, Wrong] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        """Whether nothing is off."""
        return not self.stopped and not self.wrong

    @property
    def error(self) -> float:
        """How far off it is."""
        return max((one.error for one in self.wrong.values()), default=0.0)


def wrong_answer(
    tried: list[Tried], exercise: Exercise, reference: Reference, heard: Heard
) -> dict[str, Any]:
    """Return the fields of a `Result` for an answer that is wrong on some cases."""
    # The case that is furthest off is told: a small difference would look like rounding.
    failures = sorted((one for one in tried if one.wrong), key=lambda one: -one.error)
    sentences: dict[str, str] = {}
    for one in failures:
        sentences = {name: wrong.sentence for name, wrong in one.wrong.items()} | sentences
    worst = failures[0].trial
    return {
        "status": WRONG,
        "summary": _wrong_sentence(exercise, reference, sentences),
        "outputs": tuple(
            Output(name, name not in sentences, sentences.get(name, ""))
            for name in exercise.outputs
        ),
        "maps": _maps(worst, sentences),
        "comparisons": _comparisons(worst, sentences),
        "partial": not exercise.planted,  # most of a function with one line wrong is right as it is
        **_shown(worst.family, worst.case, heard, _right_kinds(tried)),
    }


def stopped_answer(tried: list[Tried], heard: Heard) -> dict[str, Any]:
    """Return the fields of a `Result` for an answer that gives nothing to compare on some cases."""
    first = next(one for one in tried if one.stopped)
    return {
        "status": CRASHED if isinstance(first.stopped, CrashedError) else WRONG,
        "summary": str(first.stopped),
        **_shown(first.trial.family, first.trial.case, heard, _right_kinds(tried)),
    }


def _right_kinds(tried: list[Tried]) -> tuple[str, ...]:
    """Return a sentence that says on which kinds of input an answer is right, if on any."""
    failed = {one.trial.family.name for one in tried if not one.right}
    names = dict.fromkeys(one.trial.family.name for one in tried)
    right = " and ".join(f'"{name}"' for name in names if name not in failed)
    return (f"It is right on every input of this kind: {right}.",) if right else ()


def _maps(trial: Trial, sentences: dict[str, str]) -> dict[str, Map]:
    """Return, for the wrong outputs of one case, which entries are off, where that helps."""
    maps = {
        name: entry_map(trial.values[name], trial.truth[name])
        for name in sentences
        if isinstance(trial.truth[name], np.ndarray)
    }
    return {name: shown for name, shown in maps.items() if shown}


def _comparisons(trial: Trial, sentences: dict[str, str]) -> tuple[Comparison, ...]:
    """Return the wrong outputs of one case beside the truth, where both are arrays of one shape."""
    pairs = {
        part: (as_numbers(value), truth)
        for name in sentences
        for part, value, truth in parts(name, trial.values[name], trial.truth[name])
        if isinstance(truth, np.ndarray)
    }
    return tuple(
        Comparison(name, value.astype(float), truth, np.zeros(truth.shape, dtype=bool))
        for name, (value, truth) in pairs.items()
        if value is not None and value.shape == truth.shape
    )


def _shown(family: Family, case: Case, heard: Heard, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the fields of a `Result` that show one case."""
    inputs = {name: describe(value) for name, value in case.items()}
    return {
        "inputs": inputs,
        "family": family.name,
        "notes": (*notes, *_notes(heard)),
        "case": case,
    }


def right_answer(
    trials: list[Trial], exercise: Exercise, suspicion: Suspicion | None
) -> dict[str, Any]:
    """Return the fields of a `Result` for an answer whose values are all right."""
    if suspicion and suspicion.proven:
        summary = (
            f"the numbers are right, but measured: {' and '.join(suspicion.reasons)}. Here the "
            "formula is asked for; keep your measurement, to check the formula with."
        )
        return {"status": MEASURED, "summary": summary}
    numeric = any("differences" in yardstick for yardstick in exercise.yardsticks)
    against = "central differences" if numeric else "the right values"
    inputs = any(trial.case for trial in trials)
    return {
        "status": PASSED,
        "summary": f"right. It agrees with {against} on {len(trials)} inputs."
        if inputs
        else "right.",
        "outputs": tuple(Output(name, True) for name in exercise.outputs),
        "look": suspicion.reasons[0] if suspicion else "",
    }


def _wrong_sentence(exercise: Exercise, reference: Reference, wrong: dict[str, str]) -> str:
    """Return the first line of the report for an answer whose outputs could be compared."""
    names = exercise.outputs
    if len(names) == 1:
        return next(iter(wrong.values()))
    right = [name for name in names if name not in wrong]
    tail = f"; {', '.join(right)} right" if right else ""
    off = [name for name in names if name in wrong]
    # Where intermediates are asked for on the way to inputs, they are listed in that order.
    gradients = [ask for ask in exercise.asks if isinstance(ask, Gradient)]
    if len(off) > 1 and any(
        0 < len(ask.intermediates(reference)) < len(ask.wrt) > 2 for ask in gradients
    ):
        tail += f". Start with {off[0]}, the first of them on the way back"
    return f"{', '.join(off)} wrong{tail}."


def _notes(heard: Heard) -> tuple[str, ...]:
    """Return what the student's code printed and warned of, the first lines of it."""
    notes = [f"NumPy or Python warned: {text}" for text in dict.fromkeys(heard.warned)]
    lines = heard.printed.splitlines()
    if lines:
        shown = "\n".join(f"`{line}`" for line in lines[:PRINTED_LINES])
        more = f"\n… and {len(lines) - PRINTED_LINES} more lines" * (len(lines) > PRINTED_LINES)
        notes.append(f"Your code printed:\n{shown}{more}")
    return tuple(notes)
