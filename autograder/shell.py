"""What we do in a running IPython shell: show things, and stand in for what is not defined yet.

A cell that uses a name whose own cell has not been run would stop with a NameError before anything
of ours is called. While such a cell runs, the missing name stands for a placeholder that says so.
"""

import builtins
import re
import sys
import traceback
from collections.abc import Mapping
from functools import partial
from typing import Any

from autograder.exercises import UnknownError, find_exercise


class Undefined:
    """Stands for a function whose cell has not been run."""

    def __init__(self, name: str) -> None:
        self.__name__ = name


def listen(unwritten: type[NotImplementedError]) -> None:
    """Be called around every cell of the running shell, if there is one.

    Parameters
    ----------
    unwritten : type
        The error that tells of a cell which calls an exercise that is not written.
    """
    if _shell() is not None:
        _shell().set_custom_exc((NotImplementedError,), partial(_tell_unwritten, unwritten))
        _shell().events.register("pre_run_cell", _stand_in_for_undefined)
        _shell().events.register("post_run_cell", _remove_stand_ins)


def show(thing: Any) -> bool:
    """Display something in the notebook or the IPython terminal; False where there is neither."""
    if _shell() is None:
        return False
    from IPython.display import display

    display(thing)
    return True


def _shell() -> Any:
    """Return the running IPython shell, None without one; does not import IPython."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def stand_ins(source: str, names: Mapping[str, Any]) -> dict[str, Undefined]:
    """Return a placeholder for every exercise that a cell names in a call and that has no value."""
    called = re.findall(
        r"^(?:\w+ = )?(?:bug|check|failing_case|hint|solution)\((\w+)", source, re.MULTILINE
    )
    return {
        name: Undefined(name)
        for name in called
        if name not in names and not hasattr(builtins, name)
    }


def _stand_in_for_undefined(info: Any) -> None:
    """Before a cell runs: give the exercise that it checks a placeholder if it has no value."""
    names = _shell().user_ns
    names.update(stand_ins(info.raw_cell or "", names))


def _remove_stand_ins(_: Any) -> None:
    """After a cell has run: no placeholder stays, so that other cells see a plain NameError."""
    names = _shell().user_ns
    for name in [name for name, value in names.items() if isinstance(value, Undefined)]:
        del names[name]


def _tell_unwritten(
    unwritten: type[NotImplementedError],
    shell: Any,
    kind: type,
    error: NotImplementedError,
    trace: Any,
    tb_offset: int | None = None,
) -> None:
    """Say in one line that a cell calls an exercise that is not written; show the rest as usual."""
    if hasattr(error, "_render_traceback_"):
        shell._showtraceback(kind, error, error._render_traceback_())
        return
    stub = traceback.extract_tb(trace)[-1].name
    try:
        find_exercise(stub)
    except UnknownError:
        lines = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
        shell._showtraceback(kind, error, lines)
    else:
        said = f"this cell calls `{stub}`, which is not written yet."
        shell._showtraceback(unwritten, said, [f"{unwritten.__name__}: {said}"])
