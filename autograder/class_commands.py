"""The commands of `backprop class` around grading: collect before it, report after it.

As in `cli`: this module parses and prints, functions elsewhere do the work.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.printing import say

OK, FAILED = 0, 1
Add = Callable[..., argparse.ArgumentParser]


def add_collect(group: Any, add: Add) -> None:
    """Add the command that comes before grading to the group `backprop class`.

    Parameters
    ----------
    group : argparse action
        The group's subparsers.
    add : callable
        add(group, name, function, summary) returns a parser for one command.
    """
    take = add(group, "collect", _collect, "put downloaded notebooks where they are graded")
    take.add_argument("folder", type=Path, metavar="DIR")
    take.add_argument(
        "downloads", type=Path, metavar="DOWNLOADS", help="folder or zip from Canvas, Moodle, ..."
    )
    take.add_argument("--lesson", required=True, metavar="N", help="name or number")
    take.add_argument(
        "--time",
        type=_time,
        metavar="TIME",
        help="when they were handed in, such as '2026-03-01 23:59'; default: now",
    )
    take.add_argument("--json", action="store_true", help="print JSON")


def add_report(group: Any, add: Add) -> None:
    """Add the command that comes after grading, as in `add_collect`."""
    report = add(group, "report", _report, "write a page on how the class is doing, and its marks")
    report.add_argument("folder", type=Path, metavar="DIR")
    report.add_argument("lessons", nargs="*", metavar="LESSON", help="name or number; default: all")
    report.add_argument(
        "-o", type=Path, dest="page", metavar="FILE.html", help="default: DIR/report.html"
    )
    report.add_argument("--csv", type=Path, metavar="FILE", help="write everybody's totals too")
    report.add_argument(
        "--lms",
        choices=("canvas", "moodle"),
        default="",
        help="the CSV as this platform imports it",
    )


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not like '2026-03-01 23:59'") from None


def _collect(options: argparse.Namespace) -> int:
    from autograder.collecting import collect

    found = collect(options.folder, options.downloads, options.lesson, options.time)
    if options.json:
        print(json.dumps(asdict(found), indent=1))
        return FAILED if found.problems else OK
    counts = f"{len(found.new)} new, {len(found.changed)} changed, {len(found.unchanged)} unchanged"
    print(f"notebooks: {counts}")
    for what, students in (
        ("late, says Canvas", found.late),
        ("nothing yet from", found.nothing_from),
    ):
        if students:
            print(f"{what}: {', '.join(students)}")
    for problem in found.problems:
        say(f"look: {problem}")
    print(f"Grade with `backprop class grade {options.folder} {options.lesson}`.")
    return FAILED if found.problems else OK


def _report(options: argparse.Namespace) -> int:
    from autograder.class_page import write_report
    from autograder.classroom import ClassError
    from autograder.exporting import class_marks, write_marks

    if options.lms and not options.csv:
        raise ClassError(f"--lms {options.lms} needs the name of a file: `--csv marks.csv`")
    page = options.page or options.folder / "report.html"
    numbers = write_report(options.folder, page, options.lessons)
    if numbers.waiting:
        say(
            f"{len(numbers.waiting)} to be graded first: `backprop class grade {options.folder}`, "
            "then make the report again"
        )
    print(f"The report is {page}: open it in a browser, or print it.")
    if options.csv:
        marks = class_marks(options.folder)
        write_marks(options.csv, marks, options.lms)
        for student, lesson in marks.undecided:
            say(f"left empty: {student} in {lesson}, which is to be marked by hand")
        print(f"The marks of {len(marks.students)} students are in {options.csv}.")
    return OK
