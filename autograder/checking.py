"""Tries one answer on fresh cases of its exercise, and puts what is off into a `Result`.

| name           | does                                                                        |
|----------------|-----------------------------------------------------------------------------|
| `check_answer` | tries a function of this process, as a notebook at home does                |
| `judge`        | tries an answer wherever it is: here, or in a student's process             |
| `Answer`       | how the judge reaches it                                                    |

What the answer prints, warns of or raises is told; nothing reaches stderr, since nbgrader gives no
points to a cell that writes there.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Protocol

import numpy as np

from autograder.asks import Case, Gradient
from autograder.comparing import (
    Wrong,
    as_numbers,
    compare,
    describe,
    entry_map,
    outputs_of,
    parts,
)
from autograder.diagnosis import diagnose
from autograder.exercise import Exercise, Family, Question, questions
from autograder.hypotheses import Trial
from autograder.numeric import Suspicion, suspect
from autograder.reference import Reference
from autograder.result import (
    CRASHED,
    MEASURED,
    NOT_ATTEMPTED,
    PASSED,
    TAKEN,
    WRONG,
    Map,
    Output,
    Result,
)
from autograder.student import calling
from autograder.student.calling import Reply, WrongAnswerError
from autograder.student.watching import Watched, watch
from autograder.student.wire import in_words
from autograder.withheld import withheld_call
from course.gradcheck import Comparison

PRINTED_LINES = 5
TAKEN_SENTENCE = (
    "the numbers are right, but your function calls `{}`, which does what you are asked to write "
    "here. Write it out; to compare with the library, call it outside of your function."
)


class Answer(Protocol):
    """An answer, wherever it is."""

    def replies(self, asked: Iterable[Question]) -> Iterator[Reply]:
        """Return what it gives for each question, in order; one unwritten ends them."""

    def watch(self, asked: Iterable[Question]) -> Iterator[Watched]:
        """Return what it calls on the way, for each question."""


@dataclass(frozen=True)
class Here:
    """An answer in this process.

    Parameters
    ----------
    fn : callable
        The function.
    exercise : Exercise
        What it answers.
    """

    fn: Callable[..., Any]
    exercise: Exercise

    def replies(self, asked: Iterable[Question]) -> Iterator[Reply]:
        """Call it."""
        for question in asked:
            yield calling.call(self.fn, self.exercise.driver, question.case)

    def watch(self, asked: Iterable[Question]) -> Iterator[Watched]:
        """Call it once more."""
        for question in asked:
            yield watch(self.fn, self.exercise.driver, question.case)


class CrashedError(WrongAnswerError):
    """An answer that stopped with an error."""


class _UnwrittenError(Exception):
    """An answer that is not written yet: the sentence says whose stub it was."""


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
    """Try a function of this process on the cases of an exercise; see `judge`."""
    return judge(Here(fn, exercise), exercise, reference, seed=seed, repeats=repeats, points=points)


def judge(
    answer: Answer,
    exercise: Exercise,
    reference: Reference,
    *,
    seed: int,
    repeats: int,
    points: float | None = None,
) -> Result:
    """Try an answer on the cases of an exercise.

    Parameters
    ----------
    answer : Answer
        Where it is.
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
        tried = list(_try(answer, exercise, asked, heard))
    except _UnwrittenError as error:
        return Result(status=NOT_ATTEMPTED, summary=str(error), **common)
    trials = [one.trial for one in tried]
    if all(one.right for one in tried):
        taken = withheld_call(answer.watch, exercise, trials)
        if taken:
            return Result(status=TAKEN, summary=TAKEN_SENTENCE.format(taken), **common)
        measured = suspect(answer.watch, exercise, reference, trials)
        return Result(**_right(trials, exercise, measured), **common)

    def confirm(number: int) -> list[Trial]:
        more = questions(exercise, reference, seed + 1, number)
        try:
            return [one.trial for one in _try(answer, exercise, more, _Heard())]
        except _UnwrittenError:
            return [Trial(more[0], "not written", crashed=True)]

    found = diagnose(trials, exercise, reference, partial(_attempt, exercise), confirm)
    told = {"mistake": found.mistake, "question": found.says} if found else {}
    stopped = next((one for one in tried if one.stopped), None)
    if stopped:
        kinds = _right_kinds(tried)
        shown = _shown(stopped.trial.family, stopped.trial.case, heard, kinds)
        error = stopped.stopped
        status = CRASHED if isinstance(error, CrashedError) else WRONG
        return Result(status=status, summary=str(error), **told, **shown, **common)
    return Result(**_wrong(tried, exercise, reference, heard), **told, **common)


def fails(fn: Callable[..., Any], exercise: Exercise, question: Question) -> bool:
    """Return whether one case shows that an answer is not right."""
    try:
        (one,) = _try(Here(fn, exercise), exercise, [question], _Heard())
    except _UnwrittenError:
        return True
    return not one.right


@lru_cache(maxsize=2048)
def _attempt(exercise: Exercise, other: Callable[..., Any], question: Question) -> Trial:
    """Try a declared mistake on a question: in a class, once for everybody."""
    try:
        (one,) = _try(Here(other, exercise), exercise, [question], _Heard())
    except _UnwrittenError:
        return Trial(question, "not written", crashed=True)
    return one.trial


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


def _try(
    answer: Answer, exercise: Exercise, asked: Iterable[Question], heard: _Heard
) -> Iterator[_Tried]:
    """Try an answer on some cases."""
    asked = tuple(asked)
    for question, reply in zip(asked, answer.replies(asked), strict=False):
        heard.printed += reply.printed[: calling.PRINTED - len(heard.printed)]
        heard.warned += reply.warned
        if reply.stopped == calling.UNWRITTEN:
            raise _UnwrittenError(reply.said)
        try:
            values = outputs_of(_value(reply, exercise, question), question.truth)
            wrong = compare(values, exercise, question.truth, reply.changed)
        except CrashedError as error:
            yield _Tried(Trial(question, reply.error, crashed=True), error)
        except WrongAnswerError as error:
            yield _Tried(Trial(question, str(error)), error)
        else:
            yield _Tried(Trial(question, values), wrong=wrong)


def _value(reply: Reply, exercise: Exercise, question: Question) -> Any:
    """Return what an answer returned, read where the exercise says how.

    Raises
    ------
    WrongAnswerError
        If something stopped it, or it cannot be read.
    """
    if reply.stopped:
        kind = CrashedError if reply.stopped == calling.CRASHED else WrongAnswerError
        raise kind(reply.said)
    if exercise.reads is None:
        return reply.value
    try:
        return exercise.reads(reply.value, question.reference, *question.case.values())
    except WrongAnswerError:
        raise
    except Exception:  # whatever a value that is not as it should be makes a reader trip over
        raise WrongAnswerError(
            f"returned {in_words(reply.value)} that cannot be used here."
        ) from None


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


def _right_kinds(tried: list[_Tried]) -> tuple[str, ...]:
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


def _notes(heard: _Heard) -> tuple[str, ...]:
    """Return what the student's code printed and warned of, the first lines of it."""
    notes = [f"NumPy or Python warned: {text}" for text in dict.fromkeys(heard.warned)]
    lines = heard.printed.splitlines()
    if lines:
        shown = "\n".join(f"`{line}`" for line in lines[:PRINTED_LINES])
        more = f"\n… and {len(lines) - PRINTED_LINES} more lines" * (len(lines) > PRINTED_LINES)
        notes.append(f"Your code printed:\n{shown}{more}")
    return tuple(notes)
