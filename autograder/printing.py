"""What the command line prints: tables, sentences on stderr, progress bars.

| function         | prints                                                                  |
|------------------|-------------------------------------------------------------------------|
| `print_marks`    | one notebook's exercises with points and what is wrong                  |
| `print_progress` | how far a learner is in every lesson                                    |
| `print_next`     | what a learner does next                                                |
| `print_class`    | the marks of a class, a table a lesson                                  |
| `print_demo`     | the marks of the sample class, all lessons in one table                 |
| `table`          | (returns) rows in aligned columns                                       |
| `say`            | a note, on stderr                                                       |
| `progress`       | a progress bar on stderr while items are gone through                   |
| `print_tally`    | how many submissions were run, how fast, in which sandbox               |
| `say_changes`    | who gains and who loses by a grading                                    |
"""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from autograder.command import typed
from autograder.reference import lesson_names
from autograder.result import (
    CRASHED,
    MEASURED,
    NOT_ATTEMPTED,
    NOT_DEFINED,
    PASSED,
    TAKEN,
    WRONG,
)

if TYPE_CHECKING:
    from autograder.grading import Change, Tally
    from autograder.marking import Marks
    from autograder.result import Result
    from autograder.submissions import Submission

UNWRITTEN = (NOT_ATTEMPTED, NOT_DEFINED)
MARKS = {
    PASSED: "✓",
    **dict.fromkeys((WRONG, CRASHED, MEASURED, TAKEN), "✗"),
    **dict.fromkeys((NOT_ATTEMPTED, NOT_DEFINED), "○"),
}


def print_marks(marks: "Marks") -> None:
    """Print what one notebook has earned, exercise by exercise."""
    rows = [
        [
            MARKS[result.status],
            result.exercise,
            result.score,
            _told(result),
        ]
        for result in marks.results.values()
    ]
    print(f"{marks.path}\n{marks.lesson.title}\n")
    print(table(rows, maxcolwidths=[None, None, None, 70]))
    print(f"\n{_bar(marks.earned, marks.points)}  {marks.earned:g} of {marks.points:g} points\n")


def print_progress(marked: "list[Marks]") -> None:
    """Print a line a lesson: a bar, points, exercises that are right; and one for all of them."""
    counts = []
    for marks in marked:
        right = sum(result.passed for result in marks.results.values())
        counts.append((marks.earned, marks.points, right, len(marks.results)))
    titles = [marks.lesson.title for marks in marked]
    titles.append("All of them")
    counts.append(tuple(map(sum, zip(*counts, strict=True))))
    rows = [
        [title, _bar(earned, points), f"{earned:g} of {points:g} points",
         f"{right} of {exercises} exercises right"]
        for title, (earned, points, right, exercises) in zip(titles, counts, strict=True)
    ]  # fmt: skip
    print(table(rows) + "\n")


def _bar(part: float, whole: float, width: int = 20) -> str:
    """Return a bar; it is full only for all of it, and empty only for nothing."""
    done = round(width * part / whole) if whole else 0
    if 0 < part < whole:
        done = min(max(done, 1), width - 1)
    return "█" * done + "░" * (width - done)


def _told(result: "Result") -> str:
    """Return what a table says of an exercise that is not right yet."""
    if result.passed:
        return ""
    if result.status == NOT_ATTEMPTED:
        return "not written yet" if result.summary.startswith("not written") else result.summary
    return result.summary + (f" It looks like: {result.mistake}." if result.mistake else "")


def print_next(marked: "list[Marks]", finished: bool) -> None:
    """Print the first thing that is left to do in these notebooks."""
    left = [
        (result, marks)
        for marks in marked
        for result in marks.results.values()
        if not result.passed
    ]
    if left:
        # What has been tried comes first.
        result, marks = min(left, key=lambda pair: pair[0].status in UNWRITTEN)
        name, folder = result.exercise, marks.path.parent
        print(f"Next: {name} in {marks.path}. Stuck? hint({name}) in the notebook.")
        if marks.path.stem in lesson_names():
            number = int(marks.path.stem.split("_")[0])
            print(f"Open it: `backprop start {typed(folder)} --lesson {number}`")
    elif finished:
        print("Everything is right.")


def print_class(submissions: "list[Submission]") -> None:
    """Print a table a lesson: a row for each student, a column for each exercise."""
    for lesson in dict.fromkeys(one.lesson for one in submissions):
        own = [one for one in submissions if one.lesson is lesson]
        points = own[0].points
        head = ["student", *range(1, len(points) + 1), "total"]
        rows = [[one.student, *map(_cell, one.scores.values()), f"{one.total:g}"] for one in own]
        full = ["points", *(f"{one:g}" for one in points.values())]
        print(f"\n{lesson.title}\n")
        rows.append([*full, f"{sum(points.values()):g}"])
        print(table(rows, head, colalign=["left", *["right"] * (len(head) - 1)]))
        names = [f"{number} {name}" for number, name in enumerate(points, start=1)]
        print("\n" + _wrapped(names))
        for one in own:
            if one.problem:
                print(f"{one.student}: {one.problem}.")
            undecided = [name for name, score in one.scores.items() if score is None]
            if undecided:
                print(f"{one.student}: ? needs a human look: {', '.join(undecided)}.")
            if one.look:
                print(f"{one.student}: needs a human look: {'; '.join(one.look)}.")


def print_demo(submissions: "list[Submission]") -> None:
    """Print the marks of a class, students by lessons; of one lesson, by exercises."""
    lessons = list(dict.fromkeys(one.lesson for one in submissions))
    if len(lessons) == 1:
        print_class(submissions)
        return
    totals = {(one.student, one.lesson): one.total for one in submissions}
    students = dict.fromkeys(one.student for one in submissions)
    worth = {one.lesson: sum(one.points.values()) for one in submissions}
    rows = []
    for student in students:
        earned = [totals[student, lesson] for lesson in lessons]
        rows.append([student, *(f"{points:g}" for points in earned), f"{sum(earned):g}"])
    rows.append(["points", *(f"{worth[one]:g}" for one in lessons), f"{sum(worth.values()):g}"])
    head = ["student", *range(1, len(lessons) + 1), "total"]
    print(table(rows, head, colalign=["left", *["right"] * (len(head) - 1)]))
    print("\n" + "\n".join(one.title for one in lessons))


def _cell(score: float | None) -> str:
    return "?" if score is None else f"{score:g}"


def table(rows: Iterable[Iterable], head: Iterable = (), **options: Any) -> str:
    """Return rows as text in aligned columns, under a line if there is a head."""
    from tabulate import tabulate

    style = "simple" if head else "plain"
    return tabulate(rows, head, tablefmt=style, disable_numparse=True, **options)


def _wrapped(words: list[str], width: int = 96) -> str:
    """Return the words on lines of at most `width` characters."""
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) + 3 > width:
            lines.append("")
        lines[-1] += ("   " if lines[-1] else "") + word
    return "\n".join(lines)


def say(sentence: str) -> None:
    """Print a note to stderr."""
    print(sentence, file=sys.stderr)


def progress(
    items: Iterable,
    total: int | None = None,
    what: str = "done",
    unit: str = "submissions",
    disable: bool = False,
) -> Iterable:
    """Iterate over items with a progress bar on stderr, if that is a terminal."""
    from tqdm import tqdm

    total = len(items) if total is None else total
    quiet = disable or not sys.stderr.isatty()
    return tqdm(items, what, total, leave=False, disable=quiet, dynamic_ncols=True, unit=f" {unit}")


def print_tally(tally: "Tally") -> None:
    """Print in one line what a grading has done."""
    told = f"{tally.run} run, {tally.reused} reused"
    if tally.broken:
        told += f", {tally.broken} broken"
    if tally.run:
        told += f"; {tally.run / tally.seconds:.3g} a second; sandbox: {', '.join(tally.sandboxes)}"
    print(f"\n{tally.run + tally.reused + tally.broken} submissions: {told}.")


def say_changes(changes: "list[Change]") -> None:
    """Say on stderr who gains and who loses by a grading, before it is written."""
    if not changes:
        return
    gains = len({change.student for change in changes if change.after > change.before})
    losses = len({change.student for change in changes if change.after < change.before})
    say(f"marks change: {gains} students gain, {losses} lose")
    for one in changes:
        say(f"  {one.student}, {one.lesson}, {one.exercise}: {one.before:g} to {one.after:g}")
