"""The commands of `backprop class`: they parse and print, functions elsewhere do the work."""

import argparse
import json
import os
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from autograder.command import FAILED, OK, add_command, offer_lessons, positive, typed
from autograder.exporting import PLATFORMS
from autograder.printing import print_class, print_tally, progress, say, say_changes

CLASS = "the class's folder"


def add_class_commands(commands: Any) -> None:
    """Add the group `class` to the commands."""
    group = commands.add_parser("class", help="make and grade a class (nbgrader)")
    group = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, run, add_options, summary in (
        ("init", _init, _init_options, "make an nbgrader course folder with all lessons"),
        ("add", _add, _add_options, "make a lesson of your own an assignment of a class"),
        ("collect", _collect, _collect_options, "put downloaded notebooks where they are graded"),
        ("grade", _grade, _grade_options, "grade everything that was handed in"),
        (
            "report",
            _report,
            _report_options,
            "write a page on how the class is doing, and its marks",
        ),
    ):
        add_options(add_command(group, name, run, summary))


def _init_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=Path, metavar="DIR", help="new or empty")
    command.add_argument(
        "--students", type=Path, metavar="FILE.csv", help="class list with a column `id`"
    )
    command.add_argument(
        "--solutions", action="store_true", help="let students look at solutions and last hints"
    )


def _add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=Path, metavar="DIR", help=CLASS)
    command.add_argument("source", type=Path, metavar="FILE", help="your solutions/NN_topic.py")
    command.add_argument(
        "--private", action="store_true", help="hand out no checks: nobody sees how you check"
    )
    command.add_argument(
        "--solutions", action="store_true", help="let students look at solutions and last hints"
    )


def _collect_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=Path, metavar="DIR", help=CLASS)
    command.add_argument(
        "downloads", type=Path, metavar="DOWNLOADS", help="folder or zip from Canvas, Moodle, ..."
    )
    command.add_argument("--lesson", required=True, metavar="N", help="name or number")
    command.add_argument(
        "--time",
        type=_time,
        metavar="TIME",
        help="when they were handed in, such as '2026-03-01 23:59'; default: now",
    )
    command.add_argument("--json", action="store_true", help="print JSON")


def _grade_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=Path, metavar="DIR", help=CLASS)
    lessons = command.add_argument(
        "lessons", nargs="*", metavar="LESSON", help="name or number; default: all"
    )
    lessons.completer = offer_lessons
    cores = os.cpu_count() or 1
    command.add_argument(
        "--workers",
        type=positive,
        default=cores,
        metavar="N",
        help="submissions to run at a time; default: all cores",
    )
    command.add_argument("--scheduler", default="", metavar="ADDRESS", help="run on a Dask cluster")
    command.add_argument(
        "--shard", type=_shard, metavar="I/N", help="run one of N parts, record nothing"
    )
    command.add_argument(
        "--unsafe", action="store_true", help="grade even where students' code is not sealed off"
    )
    command.add_argument("--json", action="store_true", help="print JSON")


def _report_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=Path, metavar="DIR", help=CLASS)
    command.add_argument(
        "lessons", nargs="*", metavar="LESSON", help="name or number; default: all"
    )
    command.add_argument(
        "-o", type=Path, dest="page", metavar="FILE.html", help="default: DIR/report.html"
    )
    command.add_argument("--csv", type=Path, metavar="FILE", help="write everybody's totals too")
    command.add_argument(
        "--lms",
        choices=PLATFORMS,
        default="",
        help="the CSV as this platform imports it",
    )


def _shard(text: str) -> tuple[int, int]:
    number, slash, count = text.partition("/")
    if not (slash and number.isdigit() and count.isdigit() and 1 <= int(number) <= int(count)):
        raise argparse.ArgumentTypeError(f"{text!r} is not I/N with I from 1 to N, such as 3/16")
    return int(number), int(count)


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not like '2026-03-01 23:59'") from None


def _init(options: argparse.Namespace) -> int:
    from autograder.classroom import create_class

    say("making the class; this takes a few seconds")
    lessons = create_class(
        options.folder,
        options.students,
        solutions=options.solutions,
        progress=partial(progress, what="lessons"),
    )
    print(f"{options.folder} is ready, with {', '.join(lessons)}.")
    print(f"Hand out   {options.folder}/release/LESSON/LESSON.ipynb")
    print(f"Collect to {options.folder}/submitted/STUDENT/LESSON/LESSON.ipynb")
    print(f"Grade with `backprop class grade {typed(options.folder)}`, or there by plain nbgrader.")
    return OK


def _add(options: argparse.Namespace) -> int:
    from autograder.adding import add_to_class

    say("putting it into the class; this takes a few seconds")
    how = {"private": options.private, "solutions": options.solutions}
    name = add_to_class(options.folder, options.source, **how).name
    print(f"{name} is an assignment of {options.folder}.")
    print(f"Hand out   {options.folder}/release/{name}/, all of it")
    print(f"Collect to {options.folder}/submitted/STUDENT/{name}/{name}.ipynb")
    if options.private:
        print("Its checks stay with you: at home, `check` says so.")
    else:
        print("Students can read its checks and solutions; --private keeps them with you.")
    return OK


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
    print(f"Grade with `backprop class grade {typed(options.folder)} {options.lesson}`.")
    return FAILED if found.problems else OK


def _grade(options: argparse.Namespace) -> int:
    from autograder.classroom import ClassError, class_config
    from autograder.grading import Tally, grade_class, run_shard
    from autograder.students import LIST_FILE, enter, strangers
    from autograder.submissions import handed_in, misplaced

    for option, given in (("--scheduler", options.scheduler), ("--json", options.json)):
        if options.shard and given:
            raise ClassError(
                f"--shard runs a part of the class here and prints no marks, which leaves {option} "
                "without effect: call `backprop class grade` with one of the two"
            )
    class_config(options.folder)  # first of all: is this a class?
    for path in misplaced(options.folder):
        say(f"not graded: {path}; a notebook belongs in submitted/STUDENT/LESSON/LESSON.ipynb")
    for student in strangers(options.folder, (who for who, _ in handed_in(options.folder))):
        say(f"graded, but not on the class list {LIST_FILE}: {student}")
    shown = partial(progress, disable=True) if options.json else progress
    how = {"workers": options.workers, "unsafe": options.unsafe, "progress": shown}
    if options.shard:
        count = run_shard(options.folder, options.lessons, *options.shard, **how)
        print(f"{count} submissions are run; when all shards are: `backprop class grade`")
        return OK
    enter(options.folder)
    how |= {"scheduler": options.scheduler, "announce": say_changes}
    tally = Tally()
    try:
        submissions = grade_class(options.folder, options.lessons, tally=tally, **how)
    except (KeyboardInterrupt, OSError):
        say("what has been graded is kept; the same command goes on from there")
        raise
    if options.json:
        print(json.dumps([one.to_dict() for one in submissions], indent=1))
    else:
        print_class(submissions)
        print_tally(tally)
    return FAILED if any(one.problem for one in submissions) else OK


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
            f"{len(numbers.waiting)} to be graded first: "
            f"`backprop class grade {typed(options.folder)}`, then make the report again"
        )
    print(f"The report is {page}: open it in a browser, or print it.")
    if options.csv:
        marks = class_marks(options.folder, options.lessons)
        write_marks(options.csv, marks, options.lms)
        for student, lesson in marks.undecided:
            say(f"left empty: {student} in {lesson}, which is to be marked by hand")
        print(f"The marks of {len(marks.students)} students are in {options.csv}.")
    return OK
