"""What a wrong answer may be, for any exercise: transforms of the truth.

| hypothesis         | the wrong outputs are                                              |
|--------------------|--------------------------------------------------------------------|
| always the same    | one number on every input (where no derivative is asked for)       |
| factor             | the truth times -1, 2, 1/2, another number, a size, or 1/size      |
| transposed         | the truth with rows and columns exchanged                          |
| outputs exchanged  | each other's truth                                                 |
| penalty            | off by a multiple of reg·W                                         |
| upstream ignored   | the truth for an upstream derivative of 1                          |

No knowledge of the formula is needed; `diagnosis` tries them after the declared mistakes, but for
the first: an answer that never changes tells nothing about how it was computed.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.asks import Case, Gradient, Truth, Value
from autograder.comparing import as_numbers, parts
from autograder.exercise import Exercise, Question
from autograder.reference import Reference
from autograder.trial import SAME, Diagnosis, Hypothesis, Trial, Values
from course.gradcheck import relative_error


def always_the_same(
    trials: list[Trial], exercise: Exercise, wrong: list[str]
) -> Iterator[Hypothesis]:
    """Return that the wrong outputs do not depend on the input, if they are one number for all.

    Not of derivatives: those may well be 1 where something is left out.
    """
    values = {name for ask in exercise.asks if isinstance(ask, Value) for name in ask.outputs}
    if len(trials) < 2 or not wrong or not values.issuperset(wrong):
        return
    found = {name: _only_number(trials[0].values[name]) for name in wrong}
    if any(
        number is None or len({_only_number(trial.truth[name]) for trial in trials}) < 2
        for name, number in found.items()
    ):
        return
    numbers = " and ".join(f"{number:.6g}" for number in dict.fromkeys(found.values()))
    yield Hypothesis(
        Diagnosis(
            "always the same",
            f"{listed(wrong)} {verb(wrong)} {numbers} on every input. What does it depend on, and "
            "is that where it is computed?",
        ),
        lambda q: (
            q.truth | {name: np.full_like(q.truth[name], number) for name, number in found.items()}
        ),
    )


def _only_number(value: Any) -> float | None:
    """Return the number that all entries of an output are equal to, None if they are not."""
    array = as_numbers(value) if not isinstance(value, list) else None
    return float(array.flat[0]) if array is not None and np.unique(array).size == 1 else None


def transforms(
    trials: list[Trial], names: tuple[str, ...], wrong: list[str]
) -> Iterator[Hypothesis]:
    """Return what the wrong outputs may be, without any knowledge of the formula."""
    yield from _factors(trials, wrong)
    if len(wrong) == 1:
        yield from _one_array(wrong[0])
        yield from _penalties(trials, wrong[0])
    for first, second in itertools.combinations(wrong, 2):
        yield Hypothesis(
            Diagnosis("outputs exchanged", f"{first} and {second} are exchanged: which comes "
                      f"first? The order is {', '.join(names)}."),
            lambda q, a=first, b=second: q.truth | {a: q.truth[b], b: q.truth[a]},
        )  # fmt: skip


def _factors(trials: list[Trial], wrong: list[str]) -> Iterator[Hypothesis]:
    """Return the factor between answer and truth, if there is one that holds on every case."""
    ratios = [_ratio(trial, wrong) for trial in trials] if wrong else [None]
    if any(ratio is None for ratio in ratios):
        return
    what = f"{listed(wrong)} {verb(wrong)}"
    if np.ptp(ratios) <= SAME * np.abs(ratios).max():
        factor = ratios[0]
        said = {
            0.0: "0 on every input. Was it computed?",
            -1.0: "of the right size, with the opposite sign on every input. Where does a minus "
            "come in, and where does it cancel?",
            2.0: "twice the right value on every input. Which factor of 2 is one too many?",
            0.5: "half the right value on every input. Which factor of 2 is missing?",
        }.get(round(factor, 6), f"{factor:.6g} times the right value on every input.")
        name = {-1.0: "sign", 0.0: "all zero"}.get(round(factor, 6), f"a factor of {factor:.6g}")
        yield Hypothesis(Diagnosis(name, f"{what} {said}"), _scaled(wrong, lambda case: factor))
        return
    for (argument, axis), sizes in _sizes(trials).items():
        if len(set(sizes)) < 2:
            continue  # a size that never changes proves nothing
        for power, said, question in (
            (1, "too large", "Where should the sum become a mean?"),
            (-1, "too small", "Is it divided twice, or by a mean where a sum is meant?"),
        ):
            if np.allclose(ratios, np.power(np.array(sizes, dtype=float), power), rtol=SAME):
                vector = np.ndim(trials[0].case[argument]) == 1
                size = "entries" if vector else "columns" if axis else "rows"
                text = f"{what} {said} by that factor. {question}"
                name = f"{said} by a factor, the {size} of {argument}"
                yield Hypothesis(
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
    with np.errstate(over="ignore"):  # of numbers near the largest there are
        ratio = float(mine @ truth) / square if square and np.isfinite(mine).all() else np.inf
    return ratio if np.isfinite(ratio) else None


def _scaled(wrong: list[str], factor: Callable[[Case], float]) -> Callable[[Question], Values]:
    return lambda q: (
        q.truth
        | {name: _each(lambda array: factor(q.case) * array, q.truth[name]) for name in wrong}
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
        for axis in range(min(2, *(np.ndim(trial.case[name]) for trial in trials)))
    }


def _one_array(name: str) -> Iterator[Hypothesis]:
    """Return what may have happened to the only output that is wrong."""
    yield Hypothesis(
        Diagnosis("transposed", f"{name} is right but for its shape: rows and columns are "
                  "exchanged. Which index should come first?"),
        lambda q: q.truth | {name: _each(np.transpose, q.truth[name])},
    )  # fmt: skip


def upstream_ignored(exercise: Exercise, reference: Reference) -> Iterator[Hypothesis]:
    """Return what comes out if the derivative from above is taken to be 1."""
    names = {ask.upstream for ask in exercise.asks if isinstance(ask, Gradient) and ask.upstream}

    def predict(question: Question) -> Values:
        ones = {name: np.ones(np.shape(question.case[name])) for name in names}
        return exercise.truth(reference, question.case | ones)

    if names:
        yield Hypothesis(
            Diagnosis("upstream ignored", "This is right if the derivative that comes from above "
                      f"is 1. Where does {listed(sorted(names))} come in?"),
            predict,
        )  # fmt: skip


def digits_right(trials: list[Trial], wrong: list[str]) -> int:
    """Return to how many digits all wrong outputs agree with the truth."""
    errors = [0.0]
    for trial in trials:
        for name in wrong:
            for _, value, right in parts(name, trial.values[name], trial.truth[name]):
                value = as_numbers(value)
                if value is None or isinstance(right, list) or value.shape != right.shape:
                    return 0
                errors.append(relative_error(value, right) if np.isfinite(value).all() else 1.0)
    return int(-np.log10(max(max(errors), 1e-16)))


def _penalties(trials: list[Trial], name: str) -> Iterator[Hypothesis]:
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
    if value is None or value.shape != part.shape or not np.isfinite(value).all():
        return
    share = float(np.vdot(part, value - first.truth[name]) / np.vdot(part, part))
    said = {
        -1.0: f"{name} lacks the part of the penalty. What is the derivative of "
        f"(reg/2) times the sum of the squares of {weight}?",
        1.0: f"{name} has reg times {weight} in it once too often. "
        f"Does the penalty count {weight}, and how often?",
    }.get(round(share, 6), f"{name} has the wrong multiple of reg times {weight} in it: which?")
    yield Hypothesis(
        Diagnosis("penalty left out" if round(share, 6) == -1.0 else "penalty", said),
        lambda q: q.truth | {name: q.truth[name] + share * q.case["reg"] * q.case[weight]},
    )


def listed(names: list[str]) -> str:
    """Return names as part of a sentence."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def verb(names: list[str]) -> str:
    """Return what follows them."""
    return "is" if len(names) == 1 else "are"
