"""The commands for who writes lessons: they parse and print, functions elsewhere do the work."""

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from autograder.command import FAILED, OK, add_command, offer_lessons, typed
from autograder.printing import progress, say, table

OWN_HELP = "lessons of your own; left out, those of this package"


def add_author_commands(commands: Any) -> None:
    """Add `new`, `build` and `verify` to the commands."""
    new = add_command(commands, "new", _new, "begin a lesson of your own, or change a copy of ours")
    new.add_argument("folder", type=Path, metavar="DIR", help="where your lessons are, or will be")
    lesson = new.add_argument("lesson", metavar="LESSON", help="such as 06_topic, or one of ours")
    lesson.completer = offer_lessons
    build = add_command(commands, "build", _build, "build notebooks/ from solutions/")
    build.add_argument("folder", nargs="?", type=Path, metavar="DIR", help=OWN_HELP)
    build.add_argument("--check", action="store_true", help="write nothing; fail if out of date")
    verify = add_command(commands, "verify", _verify, "lint stubs, solutions, mistakes and points")
    verify.add_argument("folder", nargs="?", type=Path, metavar="DIR", help=OWN_HELP)
    verify.add_argument("--thorough", action="store_true", help="50 seeds, mutations, all pairs")


def _new(options: argparse.Namespace) -> int:
    from autograder.adding import begin_lesson

    source, declarations = begin_lesson(options.folder, options.lesson)
    print(f"Write the lesson in       {source}")
    print(f"Declare its exercises in  {declarations}")
    print(f"Then `backprop verify {typed(options.folder)}`,")
    print(f"and `backprop class add CLASS {typed(source)}`.")
    return OK


def _build(options: argparse.Namespace) -> int:
    from autograder.build import build_notebooks
    from autograder.reference import LessonError, data_folder

    if options.folder:
        solutions = options.folder / "solutions"
        if not any(solutions.glob("[0-9]*.py")):
            raise LessonError(
                f"{solutions} has no lesson: `backprop new {typed(options.folder)} 06_topic` "
                "begins one"
            )
    else:
        solutions = data_folder("solutions")
        if not (solutions.parent / "pyproject.toml").is_file():
            raise LessonError(
                "`backprop build` needs a checkout of the repository, or a folder of lessons of "
                "your own, which `backprop new DIR 06_topic` begins"
            )
    notebooks = solutions.parent / "notebooks"
    bar = partial(progress, what="lessons")
    changed = build_notebooks(solutions, notebooks, write=not options.check, progress=bar)
    if options.check and changed:
        for sentence in changed:
            print(sentence)
        again = "backprop build" + (f" {typed(options.folder)}" if options.folder else "")
        say(f"backprop: repair it with `{again}`")
        return FAILED
    say(f"wrote {len(changed)} of the notebooks" if changed else f"{notebooks} is up to date")
    return OK


def _verify(options: argparse.Namespace) -> int:
    from autograder.verify import verify_course

    seeds = 50 if options.thorough else 3
    reports, strays = verify_course(
        seeds,
        partial(progress, what="checked", unit="lessons"),
        options.thorough,
        options.folder,
    )
    head = ["lesson", "exercises", "points", "mistakes", "named", "pairs", "both named", "alike",
            "mutants", "problems"]  # fmt: skip
    rows = [
        [r.lesson, r.exercises, f"{r.points:g}", r.mistakes, f"{r.named:.1%}", r.swept.pairs,
         r.swept.named, len(r.swept.alike), r.swept.mutations or "-", len(r.problems)]
        for r in reports
    ]  # fmt: skip
    print(table(rows, head))
    if options.thorough:
        print("\nTwo mistakes at once that nobody can tell from another:")
        print("\n".join(f"{r.lesson}: {pair}" for r in reports for pair in r.swept.alike))
    problems = [f"{r.lesson}: {problem}" for r in reports for problem in r.problems]
    problems += [f"{path} belongs to no lesson" for path in strays]
    for problem in problems:
        print(problem)
    return FAILED if problems else OK
