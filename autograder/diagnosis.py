"""Which mistake a wrong answer looks like: only what fits on every input is named.

A hypothesis says what a certain mistake returns on any input. The declared mistakes of the exercise
are hypotheses, and so are pairs of them; so are transforms of the truth that any answer may show: a
constant factor, a transpose, two outputs exchanged, the penalty forgotten. Those that agree with
the answer on every input tried, and on more that are drawn to confirm it, agree with each other, so
they are one. A declared mistake is told before a transform, one mistake before two.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from autograder.exercise import Exercise, Question, together
from autograder.hypotheses import (
    always_the_same,
    digits_right,
    listed,
    transforms,
    upstream_ignored,
    verb,
)
from autograder.reference import Reference
from autograder.trial import Diagnosis, Hypothesis, Trial, same

FEW_DIGITS = 4  # from here on it is no longer a mistake in the formula
CONFIRMING = 3  # further cases of every family that a hypothesis must fit


def diagnose(
    trials: list[Trial],
    exercise: Exercise,
    reference: Reference,
    attempt: Callable[[Callable[..., Any], Question], Trial],
    confirm: Callable[[int], Iterable[Trial]],
) -> Diagnosis | None:
    """Return the one mistake that explains every trial, None if none does.

    Parameters
    ----------
    trials : list of Trial
        Right ones and wrong ones; every value has a form that can be compared.
    exercise, reference : Exercise, Reference
        The declared mistakes, and the solution that they are edits of.
    attempt : callable
        attempt(fn, question) tries another function on a question.
    confirm : callable
        confirm(n) tries the answer on n further cases of every family.
    """
    returned = [trial for trial in trials if isinstance(trial.values, dict)]
    if not returned:
        return _of_the_same_form(trials, exercise, reference, attempt)
    wrong = [
        name
        for name in exercise.outputs
        if not all(same(trial.values[name], trial.truth[name]) for trial in returned)
    ]
    never_stopped, more = len(returned) == len(trials), []

    def explains(hypothesis: Hypothesis, names: tuple[str, ...] | list[str]) -> bool:
        if not _fits(hypothesis, trials, names):
            return False
        more.extend(() if more else confirm(CONFIRMING))
        return _fits(hypothesis, more, names)

    if not wrong and never_stopped:  # right numbers in another form: a dtype, a list
        return None
    for hypotheses in (
        always_the_same(trials, exercise, wrong) if never_stopped else (),
        _declared(exercise, reference, attempt, 1),
        transforms(trials, exercise.outputs, wrong) if never_stopped else (),
        upstream_ignored(exercise, reference),
        # Two that only agree in how they stop say nothing about a third.
        _declared(exercise, reference, attempt, 2) if never_stopped else (),
    ):
        for hypothesis in hypotheses:
            if explains(hypothesis, exercise.outputs):
                return hypothesis.diagnosis
    if not never_stopped:
        return None
    if digits_right(trials, wrong) >= FEW_DIGITS:
        return _few_digits(wrong, digits_right(trials, wrong))
    return _single_outputs(trials, exercise, wrong, explains)


def _single_outputs(
    trials: list[Trial],
    exercise: Exercise,
    wrong: list[str],
    explains: Callable[[Hypothesis, list[str]], bool],
) -> Diagnosis | None:
    """Return what holds for single outputs, where nothing explains the answer as a whole."""
    facts = []
    for name in wrong if len(wrong) > 1 else ():
        alone = transforms(trials, exercise.outputs, [name])
        facts += list(itertools.islice((h.diagnosis for h in alone if explains(h, [name])), 1))
    return _together(facts) if facts else None


def _few_digits(wrong: list[str], digits: int) -> Diagnosis:
    return Diagnosis(
        "few digits",
        f"{listed(wrong)} {verb(wrong)} right to about {digits} digits on every input, and no "
        "further. Is a number rounded on the way, kept as float32, or measured with a large step?",
    )


def _together(facts: list[Diagnosis]) -> Diagnosis:
    """Return what holds for several outputs, one after the other."""
    return Diagnosis(
        ", ".join(dict.fromkeys(fact.mistake for fact in facts)),
        " ".join(fact.says for fact in facts),
    )


def _fits(hypothesis: Hypothesis, trials: list[Trial], names: Iterable[str]) -> bool:
    """Return whether a hypothesis gives these outputs of every trial."""
    for trial in trials:
        predicted = hypothesis.predict(trial.question)
        if isinstance(predicted, str) or isinstance(trial.values, str):
            if predicted != trial.values:
                return False
        elif not all(same(trial.values[name], predicted[name]) for name in names):
            return False
    return True


def _of_the_same_form(
    trials: list[Trial],
    exercise: Exercise,
    reference: Reference,
    attempt: Callable[[Callable[..., Any], Question], Trial],
) -> Diagnosis | None:
    """Return the mistake behind an answer that returned nothing to compare, if only one fits.

    Many mistakes stop with the same error: that alone names none.
    """
    if any(trial.crashed for trial in trials):
        return None
    found = [
        hypothesis.diagnosis
        for hypothesis in _declared(exercise, reference, attempt, 1)
        if _fits(hypothesis, trials, ())
    ]
    return found[0] if len(found) == 1 else None


def _declared(
    exercise: Exercise,
    reference: Reference,
    attempt: Callable[[Callable[..., Any], Question], Trial],
    count: int,
) -> Iterator[Hypothesis]:
    """Return the declared mistakes, one at a time or in pairs."""
    for mistakes in itertools.combinations(exercise.mistakes, count):
        try:
            source = together(mistakes, reference.answers[exercise.name])
            wrong = _function(reference, exercise.name, source)
        except (ValueError, SyntaxError):  # the edits of a pair may be in each other's way
            continue
        names = " and ".join(mistake.name for mistake in mistakes)
        says = " ".join(mistake.says for mistake in mistakes)
        if count > 1:
            says = f"Two things at once. {says}"
        yield Hypothesis(
            Diagnosis(names, says), lambda question, wrong=wrong: attempt(wrong, question).values
        )


@lru_cache(maxsize=1024)
def _function(reference: Reference, exercise: str, source: str) -> Callable[..., Any]:
    """Return the same function for the same edits each time: what it gives is kept by that."""
    return reference.function(exercise, source)
