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
from pathlib import Path
from typing import Any

from autograder import __version__
from autograder.author_commands import add_author_commands
from autograder.class_commands import add_class_commands
from autograder.command import (
    FAILED,
    OK,
    USAGE,
    Parser,
    add_command,
    offer_lessons,
    positive,
    typed,
)
from autograder.printing import (
    print_demo,
    print_marks,
    print_next,
    print_progress,
    progress,
    say,
    table,
)
from autograder.reference import lesson_names

EPILOG = """first steps:
  to learn       backprop start
  to teach       backprop class init my-class
  to look at it  backprop demo

`backprop COMMAND --help` tells more. Exit codes: 0 all is well, 1 some check or mark failed,
2 the command or the installation is wrong."""
SHELLS = ("bash", "zsh", "fish", "powershell")
HOME = Path("backprop-notebooks")
WHERE = f"default: this folder if it has lessons, else {HOME}"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without ✓ shows ? and goes on
    # nbformat's JSON schemas need no such module: it would compile grammars of web addresses for
    # most of a second, and whoever imports it goes on without it.
    sys.modules.setdefault("rfc3987_syntax", None)
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


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="backprop",
        description="Learn, teach and grade backpropagation.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"backprop-course {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_learner_commands(commands)
    add_class_commands(commands)
    add_author_commands(commands)
    add_command(commands, "doctor", _doctor, "show versions and what is missing")
    shell = add_command(
        commands, "completion", _completion, "print what makes the Tab key complete"
    )
    shell.add_argument("shell", choices=SHELLS, nargs="?", default="bash", help="default: bash")
    shell.epilog = 'For this session: eval "$(backprop completion bash)". For good: put that line '
    shell.epilog += "into ~/.bashrc, or the like of your shell."
    return parser


def _add_learner_commands(commands: Any) -> None:
    start = add_command(commands, "start", _start, "open the lessons in a folder of your own")
    start.add_argument("folder", nargs="?", type=Path, metavar="DIR", help=WHERE)
    lesson = start.add_argument("--lesson", default="1", metavar="N", help="to open; default: 1")
    lesson.completer = offer_lessons
    start.description = (
        "Copy the lessons to a folder, or bring those that are there up to date, and open "
        "JupyterLab. What you wrote stays; a file that changes goes to backups/ first."
    )
    start.add_argument("--no-browser", action="store_true", help="print the address instead")

    check = add_command(commands, "check", _check, "mark your notebooks and say what to do next")
    what = f"notebook or folder; {WHERE}"
    check.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=what)
    check.epilog = (
        "Exit codes: 0 everything is right, 1 something is not right yet, 2 a file could not be "
        "marked or the command was wrong."
    )
    check.add_argument("--json", action="store_true", help="print JSON")

    demo = add_command(
        commands, "demo", _demo, "make a sample class, grade it, print its gradebook"
    )
    demo.add_argument("--students", type=positive, default=12, metavar="N", help="default: 12")
    lesson = demo.add_argument("--lesson", metavar="N", help="only this one; default: all five")
    lesson.completer = offer_lessons
    demo.add_argument("--keep", type=Path, metavar="DIR", help="keep the class in this new folder")


def _start(options: argparse.Namespace) -> int:
    from autograder.reference import full_name
    from autograder.start import open_jupyterlab, place_notebooks

    lesson, folder = full_name(options.lesson), options.folder or _own_folder()
    for path, told in place_notebooks(folder).items():
        say(f"{path}: {told}")
    say(f"starting JupyterLab; stop it with Ctrl-C. Your marks: `backprop check {typed(folder)}`")
    return open_jupyterlab(folder / f"{lesson}.ipynb", browser=not options.no_browser)


def _own_folder() -> Path:
    """Return where a learner's notebooks are if nothing else is said."""
    here = any(Path(f"{name}.ipynb").is_file() for name in lesson_names())
    return Path() if here else HOME


def _check(options: argparse.Namespace) -> int:
    from autograder.marking import NoLessonError, NotebookError, mark_notebook

    paths = options.paths or [_own_folder()]
    marked, broken, passed_over = [], [], []
    for path in progress(_notebooks(paths), what="marked", unit="notebooks"):
        try:
            marked.append(mark_notebook(path))
        except NotebookError as error:
            if isinstance(error, NoLessonError) and path not in paths:
                passed_over.append(path)
            else:
                broken.append({"path": str(path), "problem": str(error)})
    for path in passed_over:
        say(f"passed over, it is no lesson: {path}")
    if not (marked or broken):
        raise FileNotFoundError(_no_lesson(passed_over[0].parent, "holds no lesson"))
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
    found = []
    for path in paths:
        inside = sorted(path.glob("*.ipynb")) if path.is_dir() else [path]
        if not inside or not path.exists():
            said = "holds no notebook" if path.is_dir() else "does not exist"
            raise FileNotFoundError(_no_lesson(path, said))
        found += inside
    return found


def _no_lesson(path: Path, said: str) -> str:
    folder = path.parent if path.suffix == ".ipynb" else path
    return f"{path} {said}: `backprop start {typed(folder)}` puts the lessons there"


def _demo(options: argparse.Namespace) -> int:
    from autograder.demo import run_demo
    from autograder.lessons import shipped_lesson
    from autograder.reference import full_name

    names = [full_name(options.lesson)] if options.lesson else lesson_names()
    lessons = [shipped_lesson(name) for name in names]
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
        print(f"{finding.what}: {finding.found}; repair it with `{finding.repair}`")
    return USAGE if broken else OK
