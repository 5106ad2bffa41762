"""One case that an answer was tried on, and what may be said about why it is wrong.

| name         | is                                                                          |
|--------------|-----------------------------------------------------------------------------|
| `Trial`      | a case, what should be returned for it, and what was                        |
| `Hypothesis` | a mistake, and what it returns for any case                                 |
| `Diagnosis`  | what a wrong answer looks like, in words                                    |
| `same`       | whether two outputs are equal but for rounding                              |
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.asks import Case, Truth
from autograder.comparing import as_numbers
from autograder.exercise import Family, Question
from course.gradcheck import relative_error

SAME = 1e-7  # relative: numeric truths are good to 1e-9, and a mistake is off by more than 1e-6
Values = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """One case that an answer was tried on.

    Parameters
    ----------
    question : Question
        The case and what should be returned for it.
    values : dict or str
        What the answer returned, by output; or how it stopped: the name of the error's class, or a
        sentence about its form.
    crashed : bool
        Whether an error stopped it.
    """

    question: Question
    values: Values | str
    crashed: bool = False

    @property
    def family(self) -> Family:
        """What kind of case it is."""
        return self.question.family

    @property
    def case(self) -> Case:
        """The inputs."""
        return self.question.case

    @property
    def truth(self) -> dict[str, Truth]:
        """What should be returned, by output."""
        return self.question.truth


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
class Hypothesis:
    """A mistake, and what it returns for a question, or how it stops."""

    diagnosis: Diagnosis
    predict: Callable[[Question], Values | str]


def same(a: Any, b: Any) -> bool:
    """Return whether two outputs are equal but for rounding, in shape too."""
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    x, y = as_numbers(a), as_numbers(b)
    if x is None or y is None:
        truths = all(isinstance(one, np.ndarray) and one.dtype == bool for one in (a, b))
        return a is b is None or (truths and np.array_equal(a, b))
    return _close(x, y)


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape:
        return False
    finite = np.isfinite(a) & np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return False
    return not finite.any() or relative_error(a[finite], b[finite]) < SAME
