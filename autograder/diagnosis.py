"""Which mistake a wrong answer looks like: only what fits on every input is named.

A hypothesis says what a certain mistake returns on any input. The declared mistakes of the exercise
are hypotheses, and so are pairs of them; so are transforms of the truth that any answer may show: a
constant factor, a transpose, two outputs exchanged, the penalty forgotten. Those that agree with
the answer on every input tried, and on more that are drawn to confirm it, agree with each other, so
they are one. A declared mistake is told before a transform, one mistake before two.
"""

import copy
import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.comparing import as_numbers, outputs_of, parts
from autograder.exercise import Case, Exercise, Family, Truth, WrongAnswerError
from autograder.reference import Reference
from course.gradcheck import relative_error

SAME = 1e-7  # relative: numeric truths are good to 1e-9, and a mistake is off by more than 1e-6
CONFIRMING = 3  # further cases of every family that a hypothesis must fit
Values = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """One case that an answer was tried on.

    Parameters
    ----------
    family : Family
        What kind of case.
    case : dict
        The inputs.
    values : dict or str
        What the answer returned, by output; or, if it stopped, the name of the error's class.
    truth : dict
        What it should have returned.
    """

    family: Family
    case: Case
    values: Values | str
    truth: dict[str, Truth]


@dataclass(frozen=True)
class Diagnosis:
    """What a wrong answer looks like.

    Parameters
    ----------
    mistake : str
        A few words, the same for everybody who makes the mistake.
    says : str
        What to tell the student.
    """

    mistake: str
    says: str


@dataclass(frozen=True)
class _Hypothesis:
    """A mistake and what it returns: a function of a case and its truth."""

    diagnosis: Diagnosis
    predict: Callable[[Case, dict[str, Truth]], Values | str]


def diagnose(
    trials: list[Trial],
    exercise: Exercise,
    reference: Reference,
    confirm: Callable[[int], Iterator[Trial]],
) -> Diagnosis | None:
    """Return the one mistake that explains every trial, None if none does.

    Parameters
    ----------
    trials : list of Trial
        Right ones and wrong ones; every value has a form that can be compared.
    exercise, reference : Exercise, Reference
        The declared mistakes, and the solution that they are edits of.
    confirm : callable
        confirm(n) tries the answer on n further cases of every family.
    """
    returned = [trial for trial in trials if isinstance(trial.values, dict)]
    if not returned:
        return None  # many mistakes stop with the same error: that alone names none
    wrong = [
        name
        for name in exercise.outputs
        if not all(_same(trial.values[name], trial.truth[name]) for trial in returned)
    ]
    more: list[Trial] = []

    def explains(hypothesis: _Hypothesis, names: tuple[str, ...] | list[str]) -> bool:
        if not _fits(hypothesis, trials, names):
            return False
        try:
            more.extend(() if more else confirm(CONFIRMING))
        except (WrongAnswerError, NotImplementedError):  # on other inputs nothing to compare
            return False
        return _fits(hypothesis, more, names)

    for hypotheses in (
        _declared(exercise, reference, 1),
        _transforms(trials, exercise.outputs, wrong) if returned == trials else (),
        _declared(exercise, reference, 2),
    ):
        for hypothesis in hypotheses:
            if explains(hypothesis, exercise.outputs):
                return hypothesis.diagnosis
    # Nothing explains the answer as a whole: say what holds for single outputs.
    facts = []
    for name in wrong if len(wrong) > 1 and returned == trials else ():
        one = _transforms(trials, exercise.outputs, [name])
        facts += [next((h.diagnosis for h in one if explains(h, [name])), None)]
    facts = [fact for fact in facts if fact]
    if not facts:
        return None
    return Diagnosis(
        ", ".join(dict.fromkeys(fact.mistake for fact in facts)),
        " ".join(fact.says for fact in facts),
    )


def _fits(hypothesis: _Hypothesis, trials: list[Trial], names: Iterable[str]) -> bool:
    """Return whether a hypothesis gives these outputs of every trial."""
    for trial in trials:
        predicted = hypothesis.predict(trial.case, trial.truth)
        if isinstance(predicted, str) or isinstance(trial.values, str):
            if predicted != trial.values:
                return False
        elif not all(_same(trial.values[name], predicted[name]) for name in names):
            return False
    return True


def _same(a: Any, b: Any) -> bool:
    """Return whether two outputs are equal but for rounding, in shape too."""
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    x, y = as_numbers(a), as_numbers(b)
    if x is None or y is None:
        return a is b is None
    return _close(x, y)


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape:
        return False
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return bool(np.array_equal(a, b, equal_nan=True))
    return relative_error(a, b) < SAME


def _declared(exercise: Exercise, reference: Reference, count: int) -> Iterator[_Hypothesis]:
    """Return the declared mistakes, one at a time or in pairs."""
    for mistakes in itertools.combinations(exercise.mistakes, count):
        source = reference.answers[exercise.name]
        try:
            for mistake in mistakes:
                source = mistake.applied_to(source)
            wrong = reference.function(exercise.name, source)
        except (ValueError, SyntaxError):  # the edits of a pair may be in each other's way
            continue
        names = " and ".join(mistake.name for mistake in mistakes)
        says = " ".join(mistake.says for mistake in mistakes)
        if count > 1:
            says = f"Two things at once. {says}"
        yield _Hypothesis(Diagnosis(names, says), _calling(wrong, exercise))


def _calling(
    fn: Callable[..., Any], exercise: Exercise
) -> Callable[[Case, dict[str, Truth]], Values | str]:
    def predict(case: Case, truth: dict[str, Truth]) -> Values | str:
        arguments = copy.deepcopy(list(case.values()))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                answer = exercise.call(fn, *arguments)
            return outputs_of(answer, truth)
        except Exception as error:  # whatever this mistake leads to
            return type(error).__name__

    return predict


def _transforms(
    trials: list[Trial], names: tuple[str, ...], wrong: list[str]
) -> Iterator[_Hypothesis]:
    """Return what the wrong outputs may be, without any knowledge of the formula."""
    yield from _factors(trials, wrong)
    if len(wrong) == 1:
        yield from _one_array(wrong[0])
        yield from _penalties(trials, wrong[0])
    for first, second in itertools.combinations(wrong, 2):
        yield _Hypothesis(
            Diagnosis("outputs exchanged", f"{first} and {second} are exchanged: which comes "
                      f"first? The order is {', '.join(names)}."),
            lambda case, truth, a=first, b=second: truth | {a: truth[b], b: truth[a]},
        )  # fmt: skip


def _factors(trials: list[Trial], wrong: list[str]) -> Iterator[_Hypothesis]:
    """Return the factor between answer and truth, if there is one that holds on every case."""
    ratios = [_ratio(trial, wrong) for trial in trials] if wrong else [None]
    if any(ratio is None for ratio in ratios):
        return
    what = f"{_listed(wrong)} {_is(wrong)}"
    if np.ptp(ratios) <= SAME * np.abs(ratios).max():
        factor = ratios[0]
        said = {
            0.0: "0 on every input. Was it computed?",
            -1.0: "of the right size, with the opposite sign on every input. Where does a minus "
            "come in, and where does it cancel?",
            2.0: "twice the right value on every input. Which factor of 2 is one too many?",
            0.5: "half the right value on every input. Which factor of 2 is missing?",
        }.get(round(factor, 6), f"{factor:.6g} times the right value on every input.")
        name = {-1.0: "sign", 0.0: "all zero"}.get(round(factor, 6), f"factor {factor:.6g}")
        yield _Hypothesis(Diagnosis(name, f"{what} {said}"), _scaled(wrong, lambda case: factor))
        return
    for (argument, axis), sizes in _sizes(trials).items():
        if len(set(sizes)) < 2:
            continue  # a size that never changes proves nothing
        for power, said, question in (
            (1, "too large", "Where should the sum become a mean?"),
            (-1, "too small", "Is it divided twice, or by a mean where a sum is meant?"),
        ):
            if np.allclose(ratios, np.power(np.array(sizes, dtype=float), power), rtol=SAME):
                size = "rows" if axis == 0 else "columns"
                text = f"{what} {said} by a factor: the number of {size} of {argument}. {question}"
                name = f"factor {'1/' if power < 0 else ''}{size} of {argument}"
                yield _Hypothesis(
                    Diagnosis(name, text),
                    _scaled(
                        wrong,
                        lambda case, a=argument, i=axis, p=power: float(np.shape(case[a])[i]) ** p,
                    ),
                )


def _ratio(trial: Trial, wrong: list[str]) -> float | None:
    """Return by which factor the wrong outputs of one case differ from the truth, if by one."""
    mine, truth = [], []
    for name in wrong:
        for _, value, right in parts(name, trial.values[name], trial.truth[name]):
            value = as_numbers(value)
            if value is None or isinstance(right, list) or value.shape != right.shape:
                return None
            mine.append(value.ravel())
            truth.append(np.ravel(right))
    mine, truth = np.concatenate(mine), np.concatenate(truth)
    square = float(truth @ truth)
    return float(mine @ truth) / square if square and np.isfinite(mine).all() else None


def _scaled(
    wrong: list[str], factor: Callable[[Case], float]
) -> Callable[[Case, dict[str, Truth]], Values]:
    return lambda case, truth: (
        truth | {name: _each(lambda array: factor(case) * array, truth[name]) for name in wrong}
    )


def _each(function: Callable[[np.ndarray], np.ndarray], truth: Truth) -> Truth:
    """Return a function of an array, or of each in a list."""
    return [function(item) for item in truth] if isinstance(truth, list) else function(truth)


def _sizes(trials: list[Trial]) -> dict[tuple[str, int], list[int]]:
    """Return the length of every array argument along each axis, case by case."""
    return {
        (name, axis): [np.shape(trial.case[name])[axis] for trial in trials]
        for name, value in trials[0].case.items()
        if isinstance(value, np.ndarray)
        for axis in range(min(value.ndim, 2))
    }


def _one_array(name: str) -> Iterator[_Hypothesis]:
    """Return what may have happened to the only output that is wrong."""
    yield _Hypothesis(
        Diagnosis("transposed", f"{name} is right but for its shape: rows and columns are "
                  "exchanged. Which index should come first?"),
        lambda case, truth: truth | {name: _each(np.transpose, truth[name])},
    )  # fmt: skip


def _penalties(trials: list[Trial], name: str) -> Iterator[_Hypothesis]:
    """Return the multiples of reg·V that may be too much or too little in dV."""
    weight = name.removeprefix("d")
    case = trials[0].case
    if "reg" not in case or not isinstance(case.get(weight), np.ndarray):
        return
    penalised = [trial for trial in trials if trial.case["reg"] * np.any(trial.case[weight])]
    if not penalised:
        return
    first = penalised[0]
    part = first.case["reg"] * first.case[weight]
    value = as_numbers(first.values[name])
    if value is None or value.shape != part.shape:
        return
    share = float(np.vdot(part, value - first.truth[name]) / np.vdot(part, part))
    said = {
        -1.0: f"{name} lacks the part of the penalty. What is the derivative of "
        f"(reg/2) times the sum of the squares of {weight}?",
        1.0: f"{name} has reg times {weight} in it once too often. "
        f"Does the penalty count {weight}, and how often?",
    }.get(round(share, 6), f"{name} has the wrong multiple of reg times {weight} in it: which?")
    yield _Hypothesis(
        Diagnosis("penalty left out" if round(share, 6) == -1.0 else "penalty", said),
        lambda case, truth: truth | {name: truth[name] + share * case["reg"] * case[weight]},
    )


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"
