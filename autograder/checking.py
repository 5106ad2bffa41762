"""Tries one answer on fresh cases of its exercise, and puts what is off into a `Result`.

The answer gets copies of its inputs. What it prints, warns of or raises is caught and told; nothing
reaches stderr, since nbgrader gives no points to a cell that writes there.
"""

import contextlib
import copy
import io
import linecache
import sysconfig
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import course
from autograder.asks import Case, Gradient
from autograder.comparing import CrashedError, Wrong, compare, describe, entry_map, outputs_of
from autograder.diagnosis import diagnose
from autograder.exercise import Exercise, Family, Question, WrongAnswerError, questions
from autograder.hypotheses import Trial
from autograder.numeric import Suspicion, suspect
from autograder.reference import Reference
from autograder.result import (
    MEASURED,
    NOT_ATTEMPTED,
    PASSED,
    TAKEN,
    WRONG,
    Output,
    Result,
)
from autograder.withheld import withheld_call

PRINTED_LINES = 5
TAKEN_SENTENCE = (
    "the numbers are right, but your function calls `{}`, which does what you are asked to write "
    "here. Write it out; to compare with the library, call it outside of your function."
)
# Files whose lines are not the student's own: Python, installed packages, this project.
LIBRARIES = (
    *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
    *(str(Path(file).parent) for file in (__file__, course.__file__)),
)


@dataclass
class _Heard:
    """What the student's code said while it ran."""

    printed: str = ""
    warned: list[str] = field(default_factory=list)


def check_answer(
    fn: Callable[..., Any],
    exercise: Exercise,
    reference: Reference,
    *,
    seed: int,
    repeats: int,
    points: float | None = None,
) -> Result:
    """Try a student's function on the cases of an exercise.

    Parameters
    ----------
    fn : callable
        The answer.
    exercise, reference : Exercise, Reference
        What is asked, and the solutions of its lesson.
    seed : int
        Draws the cases.
    repeats : int
        Cases per family.
    points : float, optional
        What a full answer earns.

    Returns
    -------
    Result
        Nothing that the student's code raises gets out of here, except an interrupt.
    """
    heard = _Heard()
    common = {"exercise": exercise.name, "points": points, "seed": seed}
    asked = questions(exercise, reference, seed, repeats)
    try:
        tried = [_try(fn, exercise, question, heard) for question in asked]
    except NotImplementedError as error:
        return Result(status=NOT_ATTEMPTED, summary=_unwritten_sentence(fn, error), **common)
    trials = [one.trial for one in tried]
    if all(one.right for one in tried):
        taken = withheld_call(fn, exercise, trials)
        if taken:
            return Result(status=TAKEN, summary=TAKEN_SENTENCE.format(taken), **common)
        measured = suspect(fn, exercise, reference, trials)
        return Result(**_right(trials, exercise, measured), **common)

    def attempt(other: Callable[..., Any], question: Question) -> Trial:
        try:
            return _try(other, exercise, question, _Heard()).trial
        except NotImplementedError:
            return Trial(question, "not written", crashed=True)

    def confirm(number: int) -> list[Trial]:
        more = questions(exercise, reference, seed + 1, number)
        return [attempt(fn, question) for question in more]

    found = diagnose(trials, exercise, reference, attempt, confirm)
    told = {"mistake": found.mistake, "question": found.says} if found else {}
    stopped = next((one for one in tried if one.stopped), None)
    if stopped:
        shown = _shown(stopped.trial.family, stopped.trial.case, heard)
        error = stopped.stopped
        return Result(status=error.status, summary=str(error), **told, **shown, **common)
    return Result(**_wrong(tried, exercise, reference, heard), **told, **common)


def fails(fn: Callable[..., Any], exercise: Exercise, question: Question) -> bool:
    """Return whether one case shows that an answer is not right."""
    try:
        return not _try(fn, exercise, question, _Heard()).right
    except NotImplementedError:
        return True


@dataclass(frozen=True)
class _Tried:
    """One trial, and what is wrong in it: what stopped it, or a sentence by output."""

    trial: Trial
    stopped: WrongAnswerError | None = None
    wrong: dict[str, Wrong] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        return not self.stopped and not self.wrong

    @property
    def error(self) -> float:
        """How far off it is."""
        return max((one.error for one in self.wrong.values()), default=0.0)


def _try(fn: Callable[..., Any], exercise: Exercise, question: Question, heard: _Heard) -> _Tried:
    """Try an answer on one case."""
    try:
        answer, changed = _call(fn, exercise, question.case, heard)
        values = outputs_of(answer, question.truth)
        wrong = compare(values, exercise, question.truth, changed)
    except CrashedError as error:
        return _Tried(Trial(question, type(error.__cause__).__name__, crashed=True), error)
    except WrongAnswerError as error:
        return _Tried(Trial(question, str(error)), error)
    return _Tried(Trial(question, values), wrong=wrong)


def _wrong(
    tried: list[_Tried], exercise: Exercise, reference: Reference, heard: _Heard
) -> dict[str, Any]:
    """Return the fields of a `Result` for an answer that is wrong on some cases."""
    # The case that is furthest off is told: a small difference would look like rounding.
    failures = sorted((one for one in tried if one.wrong), key=lambda one: -one.error)
    sentences: dict[str, str] = {}
    for one in failures:
        sentences = {name: wrong.sentence for name, wrong in one.wrong.items()} | sentences
    worst = failures[0].trial
    failed = {one.trial.family.name for one in failures}
    right = [name for name in dict.fromkeys(one.trial.family.name for one in tried)
             if name not in failed]  # fmt: skip
    named = " and ".join(f'"{name}"' for name in right)
    kinds = (f"It is right on every input of this kind: {named}.",) if right else ()
    return {
        "status": WRONG,
        "summary": _wrong_sentence(exercise, reference, sentences),
        "outputs": tuple(
            Output(name, name not in sentences, sentences.get(name, ""))
            for name in exercise.outputs
        ),
        "maps": _maps(worst, sentences),
        "partial": not exercise.planted,  # most of a function with one line wrong is right as it is
        **_shown(worst.family, worst.case, heard, kinds),
    }


def _maps(trial: Trial, sentences: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Return, for the wrong outputs of one case, which entries are off, where that helps."""
    maps = {
        name: tuple(entry_map(trial.values[name], trial.truth[name]))
        for name in sentences
        if isinstance(trial.truth[name], np.ndarray)
    }
    return {name: lines for name, lines in maps.items() if lines}


def _shown(
    family: Family, case: Case, heard: _Heard, notes: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the fields of a `Result` that show one case."""
    inputs = {name: describe(value) for name, value in case.items()}
    return {
        "inputs": inputs,
        "family": family.name,
        "notes": (*notes, *_notes(heard)),
        "case": case,
    }


def _call(
    fn: Callable[..., Any], exercise: Exercise, case: Case, heard: _Heard
) -> tuple[Any, list[str]]:
    """Return the answer to one case, and the names of the inputs that the call changed in place."""
    arguments = copy.deepcopy(case)
    printed = io.StringIO()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                answer = exercise.call(fn, *arguments.values())
        except (Exception, SystemExit) as error:
            # A subclass of NotImplementedError is an error like others.
            if type(error) is NotImplementedError or isinstance(error, WrongAnswerError):
                raise
            raise CrashedError(_crash_sentence(error)) from error
        finally:
            heard.printed += printed.getvalue()
            heard.warned += [f"{one.category.__name__}: {one.message}" for one in caught]
    return answer, [name for name, value in case.items() if not _equal(value, arguments[name])]


def _right(trials: list[Trial], exercise: Exercise, suspicion: Suspicion | None) -> dict[str, Any]:
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


def _unwritten_sentence(fn: Callable[..., Any], error: NotImplementedError) -> str:
    """Return whose stub it was that stopped the answer: its own, or that of one it calls."""
    stub = traceback.extract_tb(error.__traceback__)[-1].name
    if stub == getattr(fn, "__name__", stub):
        return "not written yet: it still raises `NotImplementedError`."
    return f"it calls `{stub}`, which is not written yet."


def _crash_sentence(error: BaseException) -> str:
    """Return what was raised and on which line of the student's own code."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(LIBRARIES)
    ]
    if not own:
        return f"stopped with `{said}`."
    line = linecache.getline(own[-1].filename, own[-1].lineno or 0).strip()
    where = f"line {own[-1].lineno} of its cell" + (f": `{line}`" if line else "")
    return f"stopped with `{said}`, in {where}."


def _equal(a: Any, b: Any) -> bool:
    """Return whether two arguments are equal to the last bit and in shape."""
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and np.array_equal(a, b, equal_nan=True)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(_equal, a, b))
    return callable(a) or a == b


def _notes(heard: _Heard) -> tuple[str, ...]:
    """Return what the student's code printed and warned of, the first lines of it."""
    notes = [f"NumPy or Python warned: {text}" for text in dict.fromkeys(heard.warned)]
    lines = heard.printed.splitlines()
    if lines:
        shown = "\n".join(f"`{line}`" for line in lines[:PRINTED_LINES])
        more = f"\n… and {len(lines) - PRINTED_LINES} more lines" * (len(lines) > PRINTED_LINES)
        notes.append(f"Your code printed:\n{shown}{more}")
    return tuple(notes)
