"""Times the checks: what a student waits for, and what grading pays for each answer.

    python tests/benchmarks/checks.py

Median and slowest over all exercises, in milliseconds. Nothing here is asserted: the table is for
people.
"""

import statistics
import time
from collections.abc import Callable

from tabulate import tabulate

from autograder.checking import check_answer
from autograder.exercise import GRADING_REPEATS, HOME_REPEATS
from autograder.exercises import exercises_of
from autograder.reference import find_reference, lesson_names

ROUNDS = 7


def median_ms(call: Callable[[int], object]) -> float:
    """Return the median time of call(round), in milliseconds."""
    times = []
    for number in range(ROUNDS):
        start = time.perf_counter()
        call(number)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def main() -> None:
    """Print the table."""
    times: dict[str, dict[str, float]] = {}
    reach = {
        "right answer, at home": "< 50",
        "wrong answer with diagnosis, at home": "< 200",
        "right answer, truth known, as at home": "< 5",
        "right answer, truth known, as in grading": "",
    }
    for lesson in lesson_names():
        reference = find_reference(lesson)
        for name, exercise in exercises_of(lesson).items():
            solution = reference.solution(name)

            def check(fn, seed, repeats=HOME_REPEATS, exercise=exercise, reference=reference):
                return check_answer(fn, exercise, reference, seed=seed, repeats=repeats)

            wrong = [
                reference.function(name, mistake.applied_to(reference.answers[name]))
                for mistake in exercise.mistakes
            ]
            one = {
                "right answer, at home": median_ms(lambda n: check(solution, 1000 + n)),  # noqa: B023
                "wrong answer with diagnosis, at home": max(
                    median_ms(lambda n, fn=fn: check(fn, 2000 + n)) for fn in wrong
                ),
            }
            for repeats, where in ((HOME_REPEATS, "at home"), (GRADING_REPEATS, "in grading")):
                check(solution, 0, repeats)
                one[f"right answer, truth known, as {where}"] = median_ms(
                    lambda n, repeats=repeats: check(solution, 0, repeats)  # noqa: B023
                )
            for what, value in one.items():
                times.setdefault(what, {})[name] = value
    rows = []
    for what, by_name in times.items():
        slowest = max(by_name, key=by_name.__getitem__)
        median = f"{statistics.median(by_name.values()):.1f}"
        rows.append([what, median, reach[what], f"{by_name[slowest]:.1f}", slowest])
    print(tabulate(rows, ["ms", "median", "reach", "slowest", "exercise"], disable_numparse=True))


if __name__ == "__main__":
    main()
