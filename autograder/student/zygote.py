"""The program that forks one sandboxed process per submission from a warm interpreter.

It is started by the judge, which writes settings into its standard input. It imports what notebooks
need, once, and nothing that knows an answer; then it does as a socket says, one process at a time:

| message | with                 | does                                  | reply           |
|---------|----------------------|---------------------------------------|-----------------|
| fork    | the process's socket | forks a process that serves the judge | forked          |
| end     |                      | kills that process                    | its exit code   |
| (none)  | end of file          | kills it, tidies up and exits         |                 |

The forked process enters the sandbox, says "hello" on its own socket and answers requests there:
run a cell, call a function on some cases, watch it. A request is a pickle, since it comes from the
judge; an answer is `wire`'s plain data.
"""

import contextlib
import gc
import importlib
import json
import os
import pickle
import random
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np

from autograder.student import scratch, wire
from autograder.student.calling import UNWRITTEN, Reply, call
from autograder.student.cells import Shell, show_in, stand_in_for_autograder
from autograder.student.sandbox import Limits, Sandbox
from autograder.student.watching import Watched, watch

WORK = "work"  # the student's part of the folder
WARM = (
    "cloudpickle", "course", "course.activations", "course.datasets", "course.figures",
    "course.gradcheck", "course.graph", "course.losses", "course.mlp", "course.optim",
    "course.widgets", "dataclasses", "functools", "itertools", "math", "matplotlib.pyplot",
    "numpy.linalg", "numpy.random", "numpy.testing", "statistics", "typing", "unittest.mock",
)  # fmt: skip


def main(settings: dict[str, Any]) -> None:
    """Serve the judge until it hangs up.

    Parameters
    ----------
    settings : dict
        `folder`, `forbidden`, `limits`, `level`, `grader`, `version`, and either `socket`, a
        descriptor to fork processes for, or `port` and `token`: where this process, the only one,
        reports for work. What is forbidden is a secret too, and forgotten.
    """
    folder = Path(settings["folder"])
    (folder / WORK).mkdir(exist_ok=True)
    _warm_up(settings["version"])
    sandbox = Sandbox(
        folder / WORK,
        map(Path, settings.pop("forbidden")),
        [Path(sys.modules["course"].__file__).parent],
        Limits(**settings["limits"]),
        settings["level"],
        settings["grader"],
    )
    if sandbox.uid is not None:
        os.chown(sandbox.scratch, sandbox.uid, sandbox.uid)
    os.environ.clear()
    os.environ |= dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR"), str(sandbox.scratch))
    os.environ["MPLBACKEND"] = "agg"
    if "port" in settings:
        scratch.empty(sandbox.scratch)
        channel = socket.create_connection(("127.0.0.1", settings["port"]))
        channel.sendall(settings["token"].encode())
        _student(channel, sandbox)
    gc.collect()
    gc.freeze()  # else a collection in a forked process copies every page
    _obey(socket.socket(fileno=settings["socket"]), sandbox)
    with contextlib.suppress(OSError):
        scratch.empty(folder)
        folder.rmdir()


def _obey(control: socket.socket, sandbox: Sandbox) -> None:
    """Fork and end processes as the judge says."""
    control.send(b"ready")
    child = 0
    while True:
        message, files, _, _ = socket.recv_fds(control, 64, 1)
        if message == b"fork":
            scratch.empty(sandbox.scratch)
            child = os.fork()
            if child == 0:
                control.close()
                _student(socket.socket(fileno=files[0]), sandbox)
            os.close(files[0])
            control.send(b"forked")
            continue
        code = _end(child) if child else 0
        child = 0
        if not message:
            return
        control.send(str(code).encode())


def _end(child: int) -> int:
    """Kill a process and all that it has started; return its exit code."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    mine = Path(f"/proc/self/task/{os.getpid()}/children")
    while mine.exists() and (left := mine.read_text().split()):
        for orphan in map(int, left):
            with contextlib.suppress(ProcessLookupError):
                os.kill(orphan, signal.SIGKILL)
            os.waitpid(orphan, 0)
    return os.waitstatus_to_exitcode(status)


def _warm_up(version: str) -> None:
    """Import what notebooks use, and let matplotlib find its fonts."""
    for name in WARM:
        importlib.import_module(name)
    figures = sys.modules["course.figures"]
    for name in dir(figures):
        getattr(figures, name)
    pyplot = sys.modules["matplotlib.pyplot"]
    figure = pyplot.figure()
    figure.add_subplot().set_title("$x$")
    figure.canvas.draw()
    pyplot.close("all")
    stand_in_for_autograder(sys.modules["autograder"], version)


def _student(channel: socket.socket, sandbox: Sandbox) -> None:
    """Be the process of one submission; never return."""
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        if hasattr(os, "setsid"):  # not on Windows
            with contextlib.suppress(PermissionError):  # a fresh interpreter leads one already
                os.setsid()
            keep = sorted({channel.fileno(), sandbox.rules, -1})
            for low, high in zip(keep, [*keep[1:], os.sysconf("SC_OPEN_MAX")], strict=True):
                os.closerange(max(low, 2) + 1, high)
        os.chdir(sandbox.scratch)
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002  what students use; the same for everybody
        try:
            sandbox.enter()
        except OSError as error:
            channel.sendall(wire.encode({"hello": str(error)}))
            return
        channel.sendall(wire.encode({"hello": sandbox.level}))
        _serve(channel)
    finally:
        os._exit(0)


def _serve(channel: socket.socket) -> None:
    """Answer the judge's requests until it hangs up."""
    shell, stream = Shell(), channel.makefile("rb")
    serve = {
        "run": shell.run,
        "call": lambda name, parcel: _call(shell.user_ns, name, parcel),
        "watch": lambda name, parcel: _watch(shell.user_ns, name, parcel),
    }
    show_in(shell)
    while head := stream.read(4):
        nonce, what, *arguments = pickle.loads(stream.read(*struct.unpack("!I", head)))
        try:
            message = wire.encode({"nonce": nonce, "reply": serve[what](*arguments)})
        except wire.Garbage as error:
            message = wire.encode({"nonce": nonce, "reply": {"large": str(error)}})
        channel.sendall(message)


def _call(space: dict[str, Any], name: str, parcel: bytes) -> Any:
    """Return an answer's replies to a parcel of cases, or why there are none."""
    if name not in space:
        return {"missing": "not defined"}
    if not callable(space[name]):
        return {"missing": wire.in_words(space[name])}
    driver, cases = pickle.loads(parcel)
    replies = []
    for case in cases:
        reply = call(space[name], driver, case)
        replies.append(_plain(reply))
        if reply.stopped == UNWRITTEN:
            break
    return replies


def _plain(told: Reply | Watched) -> dict[str, Any]:
    """Return the fields of what is told; not by `asdict`, which would copy the value."""
    return {name: getattr(told, name) for name in told.__dataclass_fields__}


def _watch(space: dict[str, Any], name: str, parcel: bytes) -> list[dict[str, Any]]:
    """Return what an answer calls on each case of a parcel."""
    driver, cases = pickle.loads(parcel)
    return [_plain(watch(space[name], driver, case)) for case in cases]


def begin() -> None:
    """Read the settings that the judge has written, and serve it."""
    main(json.load(sys.stdin))
