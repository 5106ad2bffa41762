"""A student's answer in the student's process, as `checking.judge` asks it.

| name            | is                                                            |
|-----------------|---------------------------------------------------------------|
| `There`         | one answer there                                              |
| `NoAnswerError` | there is none: a status and a sentence                        |
| `parcel`        | driver and cases as they go there                             |

What comes back may be anything: it is read piece by piece, by exact type, and never called.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import cloudpickle

from autograder import asking, cases, exercises
from autograder.exercise import Exercise, Question
from autograder.process import BREACH, LostError, StudentProcess
from autograder.result import CRASHED, NOT_DEFINED
from autograder.student import wire
from autograder.student.calling import CRASHED as CALL_CRASHED
from autograder.student.calling import PRINTED, UNWRITTEN, WARNED, WRONG, Reply
from autograder.student.watching import Called, Watched

LONGEST_SENTENCE = 4_000  # characters of what a process says about an answer

# What a driver or a function in a case needs of these goes along; all else is imported there.
for module in (asking, cases, exercises):
    cloudpickle.register_pickle_by_value(module)


class NoAnswerError(Exception):
    """A student's process that has no answer to an exercise: a status and a sentence."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class There:
    """An answer in a student's process.

    Parameters
    ----------
    student : StudentProcess
        Where it is.
    exercise : Exercise
        What it answers, under its own name.
    """

    student: StudentProcess
    exercise: Exercise

    def replies(self, asked: Iterable[Question]) -> Iterator[Reply]:
        """Call it on all cases in one go.

        Raises
        ------
        NoAnswerError
            If it is not there.
        LostError
            If its process is lost.
        """
        asked = tuple(asked)
        reply = self.student.ask("call", self.exercise.name, parcel(self.exercise, asked))
        if isinstance(reply, dict) and "missing" in reply:
            missing = _sentence(reply["missing"])
            if missing == "not defined":
                raise NoAnswerError(
                    NOT_DEFINED, "not defined: no cell before its check defines it."
                )
            raise NoAnswerError(CRASHED, f"is {missing}, but should be a function.")
        if isinstance(reply, dict) and "large" in reply:
            raise NoAnswerError(CRASHED, f"returned too much: {_sentence(reply['large'])}.")
        if not isinstance(reply, list) or len(reply) > len(asked):
            raise LostError(BREACH)
        replies = [_read_reply(one, question) for one, question in zip(reply, asked, strict=False)]
        if len(replies) < len(asked) and not (replies and replies[-1].stopped == UNWRITTEN):
            raise LostError(BREACH)
        return iter(replies)

    def watch(self, asked: Iterable[Question]) -> Iterator[Watched]:
        """Call it once more, counting.

        Raises
        ------
        LostError
            If its process is lost.
        """
        asked = tuple(asked)
        answer = self.student.ask("watch", self.exercise.name, parcel(self.exercise, asked))
        if not isinstance(answer, list) or len(answer) != len(asked):
            raise LostError(BREACH)
        reaches = self.student.reaches
        return iter([replace(_read_watched(seen), reaches=reaches) for seen in answer])


@lru_cache(maxsize=256)
def parcel(exercise: Exercise, asked: tuple[Question, ...]) -> bytes:
    """Return driver and cases as they go to every student's process."""
    return cloudpickle.dumps((exercise.driver, [question.case for question in asked]))


def _read_watched(data: Any) -> Watched:
    """Return what was seen, made of data that may be anything.

    Raises
    ------
    LostError
        If it is not that.
    """
    kinds = {"most_calls": int, "nudged": int, "complex": bool, "called": tuple, "reaches": str}
    if (
        not isinstance(data, dict)
        or data.keys() != kinds.keys()
        or any(type(data[name]) is not kind for name, kind in kinds.items())
        or any([*map(type, one)] != [str, str, int] for one in data["called"] if type(one) is tuple)
        or any(type(one) is not tuple for one in data["called"])
    ):
        raise LostError(BREACH)
    called = tuple(Called(*one) for one in data["called"])
    return Watched(data["most_calls"], data["nudged"], data["complex"], called)


def _read_reply(data: Any, question: Question) -> Reply:
    """Return a reply to a question, made of data that may be anything.

    Raises
    ------
    LostError
        If it is not a reply's.
    """
    texts, lists = ("stopped", "said", "error", "printed"), ("changed", "warned")
    if (
        not isinstance(data, dict)
        or data.keys() != set(Reply.__dataclass_fields__)
        or not all(isinstance(data[name], str) for name in texts)
        or not all(isinstance(data[name], tuple) for name in lists)
        or not all(isinstance(text, str) for name in lists for text in data[name])
        or not set(data["changed"]) <= question.case.keys()
        or data["stopped"] not in ("", UNWRITTEN, WRONG, CALL_CRASHED)
    ):
        raise LostError(BREACH)
    return Reply(
        data["value"],
        data["stopped"],
        _sentence(data["said"]),
        _sentence(data["error"]),
        data["changed"],
        wire.harmless(data["printed"])[:PRINTED],
        tuple(_sentence(text) for text in data["warned"][:WARNED]),
    )


def _sentence(text: Any) -> str:
    return wire.harmless(str(text)[:LONGEST_SENTENCE])
