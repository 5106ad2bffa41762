"""The command line `backprop`: this module parses and prints, functions elsewhere do the work.

Exit codes: 0 all well, 1 some check or mark failed, 2 usage or environment. Results go to stdout,
notes and progress to stderr. What a command needs is imported when it runs, so that `--help` is
quick.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from autograder import __version__
from autograder.class_commands import add_collect, add_report
from autograder.printing import (
    print_class,
    print_demo,
    print_marks,
    print_next,
    print_progress,
    print_tally,
    progress,
    say,
    say_changes,
    table,
)
from autograder.reference import lesson_names

OK, FAILED, USAGE = 0, 1, 2
EPILOG = """first steps:
  to learn       backprop start
  to teach       backprop class init my-class
  to look at it  backprop demo

`backprop COMMAND --help` tells more. Exit codes: 0 all is well, 1 some check or mark failed,
2 the command or the installation is wrong."""
SHELLS = ("bash", "zsh", "fish", "powershell")
HOME = Path("backprop-notebooks")
OWN_HELP = "lessons of your own; left out, those of this package"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without ✓ shows ? and goes on
    parser = _parser()
    if "_ARGCOMPLETE" in os.environ:  # the shell asks what may come next
        import argcomplete

        argcomplete.autocomplete(parser)
    options = parser.parse_args(arguments)
    # To know the format of international addresses, which no notebook has, jsonschema would build a
    # grammar with this package: a second, half of what a command takes to start.
    sys.modules.setdefault("rfc3987_syntax", None)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        print("backprop: stopped", file=sys.stderr)
        return USAGE
    except BrokenPipeError:  # `backprop check | head`
        sys.stderr.close()
        return USAGE
    except Exception as error:
        if not _expected(error):
            raise
        print(f"backprop: {error}", file=sys.stderr)
        return USAGE


def _expected(error: Exception) -> bool:
    """Return whether an error is the user's to mend: a sentence then, no traceback."""
    from autograder.assignment import AssignmentError
    from autograder.classroom import ClassError
    from autograder.marking import NotebookError
    from autograder.reference import LessonError

    return isinstance(error, AssignmentError | ClassError | LessonError | NotebookError | OSError)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors name the command that tells more."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and exit."""
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}. `{self.prog} --help` tells more.\n")


def _lesson_names(**_: Any) -> tuple[str, ...]:
    """Return what the shell offers where a lesson is asked for."""
    return lesson_names()


def _add(group: Any, name: str, run: Callable, summary: str) -> argparse.ArgumentParser:
    """Add a command to a group of commands; return its parser."""
    command = group.add_parser(name, help=summary, description=summary[0].upper() + summary[1:])
    command.set_defaults(run=run)
    return command


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="backprop",
        description="Learn, teach and grade backpropagation.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"backprop-course {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    start = _add(commands, "start", _start, "open the lessons in a folder of your own")
    start.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="DIR",
        help="default: %(default)s",
        default=HOME,
    )
    lesson = start.add_argument("--lesson", default="1", metavar="N", help="to open; default: 1")
    lesson.completer = _lesson_names
    start.description = (
        "Copy the lessons to a folder, or bring those that are there up to date, and open "
        "JupyterLab. What you wrote stays; a file that changes goes to backups/ first."
    )
    start.add_argument("--no-browser", action="store_true", help="print the address instead")

    check = _add(commands, "check", _check, "mark your notebooks and say what to do next")
    check.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help=f"notebook or folder; default: this folder if it has lessons, else {HOME}",
    )
    check.epilog = (
        "Exit codes: 0 everything is right, 1 something is not right yet, 2 a file could not be "
        "marked or the command was wrong."
    )
    check.add_argument("--json", action="store_true", help="print JSON")

    demo = _add(commands, "demo", _demo, "make a sample class, grade it, print its gradebook")
    demo.add_argument("--students", type=_positive, default=12, metavar="N", help="default: 12")
    lesson = demo.add_argument("--lesson", metavar="N", help="only this one; default: all five")
    lesson.completer = _lesson_names
    demo.add_argument("--keep", type=Path, metavar="DIR", help="keep the class in this new folder")

    _add_class_commands(commands)
    new = _add(commands, "new", _new, "begin a lesson of your own, or change a copy of ours")
    new.add_argument("folder", type=Path, metavar="DIR", help="where your lessons are, or will be")
    lesson = new.add_argument("lesson", metavar="LESSON", help="such as 06_topic, or one of ours")
    lesson.completer = _lesson_names
    build = _add(commands, "build", _build, "build notebooks/ from solutions/")
    build.add_argument("folder", nargs="?", type=Path, metavar="DIR", help=OWN_HELP)
    build.add_argument("--check", action="store_true", help="write nothing; fail if out of date")
    verify = _add(commands, "verify", _verify, "lint stubs, solutions, mistakes and points")
    verify.add_argument("folder", nargs="?", type=Path, metavar="DIR", help=OWN_HELP)
    verify.add_argument("--thorough", action="store_true", help="50 seeds; mutations and pairs")
    _add(commands, "doctor", _doctor, "show versions and what is missing")
    shell = _add(commands, "completion", _completion, "print what makes the Tab key complete")
    shell.add_argument("shell", choices=SHELLS, nargs="?", default="bash", help="default: bash")
    shell.epilog = 'For this session: eval "$(backprop completion bash)". For good: put that line '
    shell.epilog += "into ~/.bashrc, or the like of your shell."
    return parser


def _add_class_commands(commands: Any) -> None:
    group = commands.add_parser("class", help="make and grade a class (nbgrader)")
    group = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    init = _add(group, "init", _class_init, "make an nbgrader course folder with all lessons")
    init.add_argument("folder", type=Path, metavar="DIR")
    init.add_argument("--students", type=Path, metavar="FILE.csv", help="a column id, at least")
    init.add_argument(
        "--solutions", action="store_true", help="let students look at solutions and last hints"
    )
    add = _add(group, "add", _class_add, "make a lesson of your own an assignment of a class")
    add.add_argument("folder", type=Path, metavar="DIR")
    add.add_argument("source", type=Path, metavar="FILE", help="your solutions/NN_topic.py")
    add.add_argument(
        "--private", action="store_true", help="hand out no checks: nobody sees how you check"
    )
    add.add_argument(
        "--solutions", action="store_true", help="let students look at solutions and last hints"
    )
    add_collect(group, _add)
    grade = _add(group, "grade", _class_grade, "grade everything that was handed in")
    grade.add_argument("folder", type=Path, metavar="DIR")
    lessons = grade.add_argument(
        "lessons", nargs="*", metavar="LESSON", help="name or number; default: all"
    )
    lessons.completer = _lesson_names
    cores = os.cpu_count() or 1
    grade.add_argument(
        "--workers",
        type=_positive,
        default=cores,
        metavar="N",
        help="at a time; default: all cores",
    )
    grade.add_argument("--scheduler", default="", metavar="ADDRESS", help="run on a Dask cluster")
    grade.add_argument(
        "--shard", type=_shard, metavar="I/N", help="run one of N parts, record nothing"
    )
    grade.add_argument(
        "--unsafe", action="store_true", help="even where students' code is not sealed off"
    )
    grade.add_argument("--json", action="store_true", help="print JSON")
    add_report(group, _add)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _shard(text: str) -> tuple[int, int]:
    number, slash, count = text.partition("/")
    if not (slash and number.isdigit() and count.isdigit() and 1 <= int(number) <= int(count)):
        raise argparse.ArgumentTypeError(f"{text!r} is not I/N with I from 1 to N, such as 3/16")
    return int(number), int(count)


def _start(options: argparse.Namespace) -> int:
    from autograder.reference import full_name
    from autograder.start import open_jupyterlab, place_notebooks

    lesson = full_name(options.lesson)
    for path, told in place_notebooks(options.folder).items():
        say(f"{path}: {told}")
    say(f"starting JupyterLab; stop it with Ctrl-C. Your marks: `backprop check {options.folder}`")
    return open_jupyterlab(options.folder / f"{lesson}.ipynb", browser=not options.no_browser)


def _check(options: argparse.Namespace) -> int:
    from autograder.marking import NotebookError, mark_notebook

    marked, broken = [], []
    for path in progress(_notebooks(options.paths), what="marked", unit="notebooks"):
        try:
            marked.append(mark_notebook(path))
        except NotebookError as error:
            broken.append({"path": str(path), "problem": str(error)})
    if options.json:
        print(json.dumps([marks.to_dict() for marks in marked] + broken, indent=1))
    else:
        begun = [marks for marks in marked if marks.begun]
        for marks in begun if len(marked) > 1 else marked:
            print_marks(marks)
        if len(marked) > 1:
            print_progress(marked)
        for one in broken:
            say(f"backprop: {one['problem']}")
        if broken:
            say("For a fresh copy, move the file away and call `backprop start` on its folder.")
        print_next(marked, finished=not broken)
    if broken:
        return USAGE
    return OK if all(marks.next_exercise is None for marks in marked) else FAILED


def _notebooks(paths: list[Path]) -> list[Path]:
    """Return the notebooks that the paths name, those of a folder in order."""
    if not paths:
        here = any((Path() / f"{name}.ipynb").is_file() for name in lesson_names())
        paths = [Path() if here else HOME]
    found = []
    for path in paths:
        inside = sorted(path.glob("*.ipynb")) if path.is_dir() else [path]
        if not inside or not path.exists():
            folder = path.parent if path.suffix == ".ipynb" else path
            raise FileNotFoundError(
                f"{path} {'holds no notebook' if path.is_dir() else 'does not exist'}: "
                f"`backprop start {folder}` puts the lessons there"
            )
        found += inside
    return found


def _demo(options: argparse.Namespace) -> int:
    from autograder.demo import run_demo
    from autograder.lessons import find_lesson
    from autograder.reference import lesson_names

    lessons = [
        find_lesson(name) for name in ([options.lesson] if options.lesson else lesson_names())
    ]
    if options.keep:
        report = options.keep / "report.html"
        submissions = run_demo(options.keep, lessons, options.students, report, say, progress)
        print_demo(submissions)
        first = submissions[0]
        print(f"\nThe class report: {report}")
        print(f"The class, with gradebook.db: {options.keep}")
        name = first.lesson.name
        print(f"A page of feedback: {options.keep}/feedback/{first.student}/{name}/{name}.html")
        return OK
    outside = Path(tempfile.mkdtemp(prefix="backprop-demo-"))
    report = outside / "report.html"
    with tempfile.TemporaryDirectory(dir=outside) as folder:
        path = Path(folder) / "sample-class"
        how = (lessons, options.students, report, say, progress)
        print_demo(run_demo(path, *how, feedback=False))
    print(f"\nThe class report, a page for your browser: {report}")
    print("The class is gone again; `backprop demo --keep DIR` keeps it, with feedback pages.")
    return OK


def _class_init(options: argparse.Namespace) -> int:
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
    print(f"Grade with `backprop class grade {options.folder}`, or there with plain nbgrader.")
    return OK


def _class_add(options: argparse.Namespace) -> int:
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


def _class_grade(options: argparse.Namespace) -> int:
    from autograder.classroom import class_config
    from autograder.grading import Tally, grade_class, handed_in, misplaced, run_shard
    from autograder.students import LIST_FILE, enter, strangers

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


def _new(options: argparse.Namespace) -> int:
    from autograder.adding import begin_lesson

    source, declarations = begin_lesson(options.folder, options.lesson)
    print(f"Write the lesson in       {source}")
    print(f"Declare its exercises in  {declarations}")
    print(f"Then `backprop verify {options.folder}`, and `backprop class add CLASS {source}`.")
    return OK


def _build(options: argparse.Namespace) -> int:
    from autograder.build import build_notebooks
    from autograder.reference import LessonError, data_folder

    if options.folder:
        solutions = options.folder / "solutions"
        if not any(solutions.glob("[0-9]*.py")):
            raise LessonError(
                f"{solutions} has no lesson: `backprop new {options.folder} 06_topic` begins one"
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
        again = f"backprop build {options.folder or ''}".strip()
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
    head = ["lesson", "exercises", "points", "mistakes", "named", "mutants", "problems"]
    rows = [
        [r.lesson, r.exercises, f"{r.points:g}", r.mistakes, f"{r.named:.1%}", r.mutants or "-",
         len(r.problems)]
        for r in reports
    ]  # fmt: skip
    print(table(rows, head))
    problems = [f"{r.lesson}: {problem}" for r in reports for problem in r.problems]
    problems += [f"{path} belongs to no lesson" for path in strays]
    for problem in problems:
        print(problem)
    return FAILED if problems else OK


def _completion(options: argparse.Namespace) -> int:
    import argcomplete

    print(argcomplete.shellcode(["backprop"], shell=options.shell))
    return OK


def _doctor(_: argparse.Namespace) -> int:
    from autograder.doctor import examine

    findings = examine()
    print(table([[finding.what, finding.found] for finding in findings]))
    broken = [finding for finding in findings if finding.repair]
    for finding in broken:
        print(f"{finding.what} is {finding.found}: repair it with `{finding.repair}`")
    return USAGE if broken else OK
