"""Tries one answer on fresh cases of its exercise; `verdict` puts what is off into a `Result`.

| name           | does                                                                        |
|----------------|-----------------------------------------------------------------------------|
| `check_answer` | tries a function of this process, as a notebook at home does                |
| `judge`        | tries an answer wherever it is: here, or in a student's process             |
| `Answer`       | how the judge reaches it                                                    |

What the answer prints, warns of or raises is told; nothing reaches stderr, since nbgrader gives no
points to a cell that writes there.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Protocol

from autograder.comparing import compare, outputs_of
from autograder.diagnosis import diagnose
from autograder.exercise import Exercise, Question, questions
from autograder.numeric import suspect
from autograder.reference import Reference
from autograder.result import NOT_ATTEMPTED, TAKEN, Result
from autograder.student import calling
from autograder.student.calling import Reply, WrongAnswerError
from autograder.student.watching import Watched, watch
from autograder.student.wire import in_words
from autograder.trial import Trial
from autograder.verdict import (
    CrashedError,
    Heard,
    Tried,
    right_answer,
    stopped_answer,
    wrong_answer,
)
from autograder.withheld import withheld_call

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


class _UnwrittenError(Exception):
    """An answer that is not written yet: the sentence says whose stub it was."""


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
    heard = Heard()
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
        return Result(**right_answer(trials, exercise, measured), **common)

    def confirm(number: int) -> list[Trial]:
        more = questions(exercise, reference, seed + 1, number)
        try:
            return [one.trial for one in _try(answer, exercise, more, Heard())]
        except _UnwrittenError:
            return [Trial(more[0], "not written", crashed=True)]

    found = diagnose(trials, exercise, reference, partial(_attempt, exercise), confirm)
    told = {"mistake": found.mistake, "question": found.says} if found else {}
    stopped = any(one.stopped for one in tried)
    fields = (
        stopped_answer(tried, heard) if stopped else wrong_answer(tried, exercise, reference, heard)
    )
    return Result(**fields, **told, **common)


def fails(fn: Callable[..., Any], exercise: Exercise, question: Question) -> bool:
    """Return whether one case shows that an answer is not right."""
    try:
        (one,) = _try(Here(fn, exercise), exercise, [question], Heard())
    except _UnwrittenError:
        return True
    return not one.right


@lru_cache(maxsize=2048)
def _attempt(exercise: Exercise, other: Callable[..., Any], question: Question) -> Trial:
    """Try a declared mistake on a question: in a class, once for everybody."""
    try:
        (one,) = _try(Here(other, exercise), exercise, [question], Heard())
    except _UnwrittenError:
        return Trial(question, "not written", crashed=True)
    return one.trial


def _try(
    answer: Answer, exercise: Exercise, asked: Iterable[Question], heard: Heard
) -> Iterator[Tried]:
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
            yield Tried(Trial(question, reply.error, crashed=True), error)
        except WrongAnswerError as error:
            yield Tried(Trial(question, str(error)), error)
        else:
            yield Tried(Trial(question, values), wrong=wrong)


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
