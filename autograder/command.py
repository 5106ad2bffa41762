"""What all commands of the command line have in common.

| name            | is                                                 |
|-----------------|----------------------------------------------------|
| `OK`, ...       | the exit codes                                     |
| `Parser`        | a parser whose errors name the command that helps  |
| `add_command`   | adds a command to a group                          |
| `positive`      | a number, as an option                             |
| `offer_lessons` | what the Tab key offers for a lesson               |
| `typed`         | a path as it stands in a command that is printed   |
"""

import argparse
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from autograder.reference import lesson_names

OK, FAILED, USAGE = 0, 1, 2


class Parser(argparse.ArgumentParser):
    """A parser whose errors name the command that tells more."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and exit."""
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}. `{self.prog} --help` tells more.\n")


def add_command(group: Any, name: str, run: Callable, summary: str) -> argparse.ArgumentParser:
    """Add a command to a group of commands; return its parser."""
    command = group.add_parser(name, help=summary, description=summary[0].upper() + summary[1:])
    command.set_defaults(run=run)
    return command


def positive(text: str) -> int:
    """Return a whole number above 0, for an option."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def offer_lessons(**_: Any) -> tuple[str, ...]:
    """Return what the shell offers where a lesson is asked for."""
    return lesson_names()


def typed(path: Path | str) -> str:
    """Return a path as it is typed in a command, in quotes where this system's shell needs them."""
    if sys.platform == "win32":
        return subprocess.list2cmdline([str(path)])
    return shlex.quote(str(path))
