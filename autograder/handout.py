"""A notebook that a class handed out says so itself, in its first code cell, and acts on it.

| name              | does                                                                      |
|-------------------|---------------------------------------------------------------------------|
| `in_class`        | what that cell calls: is this package new enough, are solutions shown?    |
| `withholds`       | whether solutions and last hints are off in this notebook                 |
| `handed_out`      | whether this is a notebook of a class                                     |
| `class_line`      | the text of the call, as the builder writes it                            |
| `is_from_class`   | whether a notebook holds it                                               |
| `why_outdated`    | what to tell if a notebook needs a newer package                          |

A cell is the one thing that JupyterLab, VS Code and Colab all hand to the kernel: none of them
tells it the notebook's metadata.
"""

import json
import re
import sys
from collections.abc import Iterable
from importlib import metadata
from typing import Any

from packaging.version import InvalidVersion, Version

from autograder import __version__
from autograder.reference import DISTRIBUTION, Plain

_CALL = re.compile(r"^in_class\(needs=", re.MULTILINE)
_solutions: bool | None = None  # whether they are on; None where no class handed the notebook out


class OutdatedError(Plain, ImportError):
    """A notebook that needs a newer package than is installed."""


def in_class(needs: str, *, solutions: bool = False) -> None:
    """Say that a class handed this notebook out; nothing happens outside a notebook.

    Parameters
    ----------
    needs : str
        The version of this package that the class was made with.
    solutions : bool
        Whether `solution` and each exercise's last hint are on.

    Raises
    ------
    OutdatedError
        If the package is older; the sentence has the command that upgrades it.
    """
    global _solutions  # one kernel runs one notebook
    if not _in_notebook():
        return
    _solutions = bool(solutions)
    reason = why_outdated(needs)
    if reason:
        raise OutdatedError(reason)


def withholds() -> bool:
    """Return whether solutions and last hints are off in this process's notebook."""
    return _solutions is False


def handed_out() -> bool:
    """Return whether a class handed out this process's notebook."""
    return _solutions is not None


def class_line(*, solutions: bool) -> str:
    """Return the lines with which the first code cell of a class's notebook begins."""
    return (
        "from autograder import in_class\n\n"
        f'in_class(needs="{__version__}", solutions={solutions})\n\n'
    )


def is_from_class(cells: Iterable[Any]) -> bool:
    """Return whether one of a notebook's cells says that a class handed it out."""
    return any(
        cell.get("cell_type") == "code" and _CALL.search("".join(cell.get("source", "")))
        for cell in cells
    )


def why_outdated(needs: Any) -> str:
    """Return a sentence with the command that upgrades if a notebook needs a newer package.

    Parameters
    ----------
    needs : str
        A version; anything else needs nothing.
    """
    try:
        if Version(needs) <= Version(__version__):
            return ""
    except (InvalidVersion, TypeError):
        return ""
    in_notebook = _in_notebook()
    install = "%pip" if in_notebook else f"{sys.executable} -m pip"
    where = " in a cell, then restart the kernel" if in_notebook else ""
    return (
        f"this notebook needs {DISTRIBUTION} {needs} or newer, but {__version__} is installed: "
        f"run `{install} install --upgrade {_where_from()}`{where}"
    )


def _in_notebook() -> bool:
    """Return whether this process runs a notebook's cells."""
    return "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None


def _where_from() -> str:
    """Return what pip is to be given: the address that the package was installed from, if any."""
    try:
        text = metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        text = None
    origin = json.loads(text) if text else {}
    if "vcs_info" in origin:
        return f'"{origin["vcs_info"]["vcs"]}+{origin["url"]}"'
    if origin.get("url", "").startswith("http"):
        return f'"{origin["url"]}"'
    return DISTRIBUTION
