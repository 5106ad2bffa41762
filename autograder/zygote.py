"""The judge's side of the warm program that forks a process for each submission.

`student.zygote` is the other side: the program itself.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict
from multiprocessing.util import Finalize
from pathlib import Path
from typing import IO, Any

import autograder
import course
from autograder import workplace
from autograder.box import boxed, bwrap
from autograder.process import START_SECONDS, LostError, StudentProcess
from autograder.reference import data_folder
from autograder.student import wire
from autograder.student.sandbox import OPEN, Limits, readable_paths
from autograder.student.sandbox import level as best_level
from autograder.student.zygote import WORK

BOXED_FOLDER = Path("/student")
BEGIN = f"""
import importlib.util, sys, types
folder = sys.argv.pop(1)
sys.path[:] = sys.argv.pop(1).split({os.pathsep!r})
sys.modules["autograder"] = package = types.ModuleType("autograder")
package.__path__ = []
spec = importlib.util.spec_from_file_location(
    "autograder.student", folder + "/__init__.py", submodule_search_locations=[folder])
sys.modules[spec.name] = package.student = importlib.util.module_from_spec(spec)
from autograder.student import zygote
zygote.begin()
"""


class Zygote:
    """Starts students' processes, one at a time. One of these serves a whole grader.

    Parameters
    ----------
    forbidden : tuple of Path
        What they must not read, besides our own answers: the class's folder.
    limits : Limits
        What each may use.
    level : str, optional
        How far to seal them off; left out, as far as this system can.
    box : bool, optional
        Whether to put them into bubblewrap; left out, where that works.
    """

    def __init__(
        self,
        forbidden: tuple[Path, ...] = (),
        limits: Limits = Limits(),  # noqa: B008  it cannot be changed
        level: str | None = None,
        box: bool | None = None,
    ) -> None:
        self.level, self.limits = level or best_level(), limits
        self.box = not self._fresh and (bool(bwrap()) if box is None else box)
        home = Path(autograder.__file__).parent
        self.forbidden = (home, data_folder("solutions"), data_folder("notebooks"), *forbidden)
        workplace.remove_left_over()
        self.lock: IO | None = None
        self.folder = self._new_folder()
        self.log = tempfile.TemporaryFile()
        self.program: subprocess.Popen | None = None
        self.running: list[subprocess.Popen] = []
        Finalize(self, _kill_all, (self.running,), exitpriority=1)
        self.control: socket.socket | None = None
        self.student: StudentProcess | None = None

    def fork(self) -> StudentProcess:
        """Return a new process, after the one before is gone.

        Raises
        ------
        LostError
            If it does not start.
        """
        self.end()
        for attempts_left in (2, 1, 0):  # the program itself may have been killed
            try:
                self.student = self._spawn() if self._fresh else self._fork()
                self.student.hello(self.level)
                return self.student
            except (OSError, LostError) as error:
                self._stop()
                self.box &= attempts_left > 1  # what works alone may not work in a box
                self.folder = self._new_folder()
                if not attempts_left:
                    raise LostError(f"could not be started: {error}", again=True) from None
        raise AssertionError

    def end(self) -> str:
        """Kill the process and return what it had died of before, if by its own doing."""
        if self.student is None:
            return ""
        student, self.student = self.student, None
        try:
            if self.control is None:
                _kill(self.program)
                return _death(self.program.wait())
            self.control.send(b"end")
            return _death(int(self.control.recv(64)))
        except (OSError, ValueError):
            return ""
        finally:  # not before: it would end by itself, as if that were its own doing
            student.channel.close()

    def close(self) -> None:
        """Stop the program and remove its folder."""
        self._stop()
        self.log.close()
        if not self.box:
            workplace.remove(self.folder)
        if self.lock is not None:
            self.lock.close()
            self.lock = None

    @property
    def _fresh(self) -> bool:
        """Whether each process is a fresh interpreter: where a warm one cannot safely be forked."""
        return self.level == OPEN or sys.platform != "linux"

    def _new_folder(self) -> Path:
        """Return a new folder, which goes away with us; in a box it is there and nowhere else."""
        if self.box:
            return BOXED_FOLDER
        if self.lock is not None:
            self.lock.close()
        folder, self.lock = workplace.create()
        Finalize(self, workplace.remove, (folder,), exitpriority=0)
        return folder

    def _fork(self) -> StudentProcess:
        if self.control is None:
            self.control, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with its:
                self._start({"socket": its.fileno()}, (its.fileno(),))
            self.control.settimeout(START_SECONDS)
            if self.control.recv(64) != b"ready":
                raise LostError(f"does not start: {self._last_words()}", again=True)
        mine, its = socket.socketpair()
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            with its:
                socket.send_fds(self.control, [b"fork"], [its.fileno()])
            if self.control.recv(64) != b"forked":
                raise LostError(f"does not fork: {self._last_words()}", again=True)
            student = StudentProcess(mine, 0, self.folder / WORK, self.limits)
            student.pid = student.sender()
        except (OSError, LostError):  # it was killed in between
            mine.close()
            raise
        if self.box:  # its files are in a tree of their own
            student.work = Path(f"/proc/{student.pid}/root", *student.work.parts[1:])
        return student

    def _spawn(self) -> StudentProcess:
        """Start a fresh interpreter."""
        token = secrets.token_hex(16)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(START_SECONDS)
            self._start({"port": server.getsockname()[1], "token": token}, ())
            while True:
                channel, _ = server.accept()
                channel.settimeout(START_SECONDS)
                if _read_all(channel, len(token)) == token.encode():
                    return StudentProcess(
                        channel, self.program.pid, self.folder / WORK, self.limits
                    )
                channel.close()

    def _start(self, meeting: dict[str, Any], descriptors: tuple[int, ...]) -> None:
        settings = meeting | {
            "folder": str(self.folder),
            "forbidden": [str(path) for path in self.forbidden],
            "limits": asdict(self.limits),
            "level": self.level,
            "grader": os.getpid(),
            "version": autograder.__version__,
        }
        student, library = Path(wire.__file__).parent, Path(course.__file__).parent
        path = os.pathsep.join(entry for entry in sys.path if entry)
        keep = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TEMP", "XDG_CACHE_HOME")
        environment = {name: os.environ[name] for name in keep if name in os.environ}
        threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        environment |= dict.fromkeys(threads, "1")
        environment |= {"MPLBACKEND": "agg", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
        command = [sys.executable, "-P", "-c", BEGIN, str(student), path]
        if self.box:
            readable = [*readable_paths(self.forbidden, [library]), student]
            command = boxed(command, readable, self.folder / WORK, self.limits.disk)
        self.log.seek(0)
        self.log.truncate()
        self.program = subprocess.Popen(
            command,
            pass_fds=descriptors,
            env=environment,
            cwd=self.folder.parent if self.box else self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self.log,
            start_new_session=True,
        )
        self.running[:] = [self.program]
        with self.program.stdin as file:
            file.write(json.dumps(settings).encode())

    def _last_words(self) -> str:
        """Return the last line of what the program has said about its end."""
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "nothing is known"

    def _stop(self) -> None:
        self.end()
        if self.control is not None:
            self.control.close()
            self.control = None
        if self.program is not None:
            _kill(self.program)
            self.program.wait()
            self.running.clear()
            self.program = None


def _read_all(channel: socket.socket, size: int) -> bytes:
    """Return so many bytes, or what came before the end."""
    said = b""
    while len(said) < size and (more := channel.recv(size - len(said))):
        said += more
    return said


def _kill_all(running: list[subprocess.Popen]) -> None:
    for program in running:
        _kill(program)


def _kill(program: subprocess.Popen) -> None:
    """Kill a program and what it has started, as far as that has not gone away."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):  # macOS has the second for a zombie
            os.killpg(program.pid, signal.SIGKILL)
    program.kill()


def _death(code: int) -> str:
    """Return what ended a process before we killed it, as the end of a sentence.

    Parameters
    ----------
    code : int
        Its exit code, or minus the signal that ended it.
    """
    if code == -getattr(signal, "SIGKILL", 0):
        return ""
    if code < 0:
        return f"ended its process ({signal.strsignal(-code) or 'a signal'})"
    return f"ended its process (exit code {code})"
