"""The judge's side of a student's process: starts it, asks it, ends it, believes nothing it says.

| name             | is                                                                       |
|------------------|--------------------------------------------------------------------------|
| `Zygote`         | the warm program that forks a process for each submission                |
| `StudentProcess` | one such process: runs cells, answers for functions                      |
| `There`          | one answer in it, as `checking.judge` asks it                            |
| `LostError`      | the process is gone or had to be ended, and why                          |

Nothing that comes from there is run or unpickled. Each request has one answer, of a limited size,
in a limited time; computing time decides, clock time only guards against one that waits for ever.
"""

import contextlib
import json
import os
import pickle
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import IO, Any

import cloudpickle

import autograder
from autograder import asking, cases, exercises
from autograder.exercise import Exercise, Question
from autograder.reference import data_folder
from autograder.result import CRASHED, NOT_DEFINED
from autograder.student import wire
from autograder.student.calling import CRASHED as CALL_CRASHED
from autograder.student.calling import UNWRITTEN, WRONG, Reply
from autograder.student.sandbox import SEALED, level
from autograder.student.watching import Watched

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

CELL_SECONDS = 20  # of computing, for a cell or a check
SUBMISSION_SECONDS = 300  # of computing, for all cells and checks together
PATIENCE = 3  # clock time for each second of computing time
TICK = 0.1  # seconds between looks at a process that has not answered yet
FOLDER = "backprop-student-"  # where the folders' names begin
DISK, FILES = 256 * 2**20, 5000  # bytes and files in a process's folder
START_SECONDS = 60
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

# What a driver or a function in a case needs of these goes along; all else is imported there.
for module in (asking, cases, exercises):
    cloudpickle.register_pickle_by_value(module)


class LostError(Exception):
    """A student's process that is gone, or had to be ended: what its cell or answer did.

    Parameters
    ----------
    reason : str
        The end of a sentence: "ended the process".
    again : bool
        Whether it may have been the machine's fault.
    """

    def __init__(self, reason: str, again: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.again = reason, again


class NoAnswerError(Exception):
    """A student's process that has no answer to an exercise: a status and a sentence."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class StudentProcess:
    """One student's process. It is not trusted with anything but the student's own cells.

    Parameters
    ----------
    channel : socket
        Where it listens.
    pid : int
        Its number.
    scratch : Path
        Its folder.
    """

    def __init__(self, channel: socket.socket, pid: int, scratch: Path) -> None:
        self.channel, self.pid, self.scratch = channel, pid, scratch
        self.channel.settimeout(TICK)

    def hello(self, expected: str) -> None:
        """Wait until it is in the sandbox.

        Raises
        ------
        LostError
            If it does not come so far.
        """
        if self._receive(START_SECONDS) != {"hello": expected}:
            raise LostError("could not be put into the sandbox", again=True)

    def ask(self, what: str, *arguments: Any, seconds: float = CELL_SECONDS) -> Any:
        """Send a request and return the answer, as plain data.

        Raises
        ------
        LostError
            If there is none in good time, or something that is no answer.
        """
        nonce = secrets.token_hex(8)
        request = pickle.dumps((nonce, what, *arguments), protocol=5)
        self._send(struct.pack("!I", len(request)) + request, seconds)
        answer = self._receive(seconds)
        if not isinstance(answer, dict) or answer.keys() != {"nonce", "reply"}:
            raise LostError("wrote into the grader's channel")
        if answer["nonce"] != nonce:
            raise LostError("wrote into the grader's channel")
        return answer["reply"]

    def _send(self, request: bytes, seconds: float) -> None:
        until, rest = time.monotonic() + PATIENCE * seconds, memoryview(request)
        while rest:
            try:
                rest = rest[self.channel.send(rest) :]
            except TimeoutError:
                if time.monotonic() > until:
                    raise LostError("does not answer any more", again=True) from None
            except OSError:
                raise LostError("ended its process", again=True) from None

    def _receive(self, seconds: float) -> Any:
        began, used = time.monotonic(), self._cpu()
        (size,) = struct.unpack("!I", self._read(4, began, used, seconds))
        if not 4 <= size <= wire.MOST_BYTES:
            raise LostError("wrote into the grader's channel")
        try:
            return wire.decode(self._read(size, began, used, seconds))
        except wire.Garbage:
            raise LostError("wrote into the grader's channel") from None

    def _read(self, size: int, began: float, used: float, seconds: float) -> bytes:
        """Read so many bytes, with an eye on what the process uses in the meantime."""
        parts = bytearray()
        while len(parts) < size:
            try:
                part = self.channel.recv(min(size - len(parts), 2**20))
            except TimeoutError:
                self._look(began, used, seconds)
                continue
            except OSError:
                part = b""
            if not part:  # unless `Zygote.end` knows what it died of, somebody has killed it
                raise LostError("ended its process", again=True)
            parts += part
        return bytes(parts)

    def _look(self, began: float, used: float, seconds: float) -> None:
        """End the wait for a process that has used too much."""
        if self._cpu() - used > seconds:
            raise LostError(
                f"took more than {seconds:g} seconds of computing. Is there a loop without an end?",
                again=True,
            )
        if time.monotonic() - began > PATIENCE * seconds:
            raise LostError(f"gave no answer in {PATIENCE * seconds:g} seconds", again=True)
        sizes = list(_sizes(self.scratch))
        if sum(sizes) > DISK or len(sizes) > FILES:
            raise LostError(f"wrote more than {DISK >> 20} MB or {FILES} files")

    def _cpu(self) -> float:
        """Return the computing time that it has used so far."""
        try:
            return time.clock_gettime(~self.pid << 3 | 2)  # clock_getcpuclockid(3)
        except (OSError, AttributeError):
            return 0.0


class Zygote:
    """Starts students' processes, one at a time. One of these serves a whole grader.

    Parameters
    ----------
    forbidden : tuple of Path
        What they must not read, besides our own answers: the class's folder.
    """

    def __init__(self, forbidden: tuple[Path, ...] = ()) -> None:
        self.level = level()
        home = Path(autograder.__file__).parent
        self.forbidden = (home, data_folder("solutions"), data_folder("notebooks"), *forbidden)
        remove_left_over()
        self.folder = Path(tempfile.mkdtemp(prefix=FOLDER))
        self.lock = _locked(self.folder)
        Finalize(None, self.close, exitpriority=1)  # also where a worker process ends
        self.scratch = self.folder / "work"
        self.program: subprocess.Popen | None = None
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
        for attempt in range(2):  # the program itself may have been killed
            try:
                self._empty_scratch()
                self.student = self._fork() if self.level == SEALED else self._spawn()
                self.student.hello(self.level)
                return self.student
            except (OSError, LostError):
                self._stop()
                if attempt:
                    raise LostError("could not be started", again=True) from None
        raise AssertionError

    def end(self) -> str:
        """Kill the process and return what it had died of before, if by its own doing."""
        if self.student is None:
            return ""
        student, self.student = self.student, None
        student.channel.close()
        try:
            if self.control is None:
                self.program.kill()
                return _death(self.program.wait() << 8)
            self.control.send(b"end")
            return _death(int(self.control.recv(64)))
        except (OSError, ValueError):
            return ""

    def close(self) -> None:
        """Stop the program and remove its folder."""
        self._stop()
        with contextlib.suppress(OSError):  # what cannot be removed is left to the next judge
            _remove(self.folder)
        if self.lock is not None:
            self.lock.close()
            self.lock = None

    def _fork(self) -> StudentProcess:
        if self.control is None:
            self.control, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with its:
                self._start({"socket": its.fileno()}, (its.fileno(),))
            self.control.settimeout(START_SECONDS)
            if self.control.recv(64) != b"ready":
                raise LostError("does not start", again=True)
        mine, its = socket.socketpair()
        try:
            with its:
                socket.send_fds(self.control, [b"fork"], [its.fileno()])
            return StudentProcess(mine, int(self.control.recv(64)), self.scratch)
        except (OSError, ValueError):  # it was killed in between
            mine.close()
            raise LostError("does not answer any more", again=True) from None

    def _spawn(self) -> StudentProcess:
        """Start a fresh interpreter, where forking a warm one is not possible or not safe."""
        token = secrets.token_hex(16)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(START_SECONDS)
            self._start({"port": server.getsockname()[1], "token": token}, ())
            while True:
                channel, _ = server.accept()
                channel.settimeout(START_SECONDS)
                if channel.recv(len(token), socket.MSG_WAITALL) == token.encode():
                    return StudentProcess(channel, self.program.pid, self.scratch)
                channel.close()

    def _start(self, meeting: dict[str, Any], descriptors: tuple[int, ...]) -> None:
        settings = meeting | {
            "scratch": str(self.scratch),
            "forbidden": [str(path) for path in self.forbidden],
            "seconds": SUBMISSION_SECONDS,
            "version": autograder.__version__,
        }
        student = str(Path(wire.__file__).parent)
        path = os.pathsep.join(entry for entry in sys.path if entry)
        keep = ("HOME", "LANG", "PATH", "SYSTEMROOT", "TEMP", "XDG_CACHE_HOME")
        environment = {name: os.environ[name] for name in keep if name in os.environ}
        threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        environment |= dict.fromkeys(threads, "1")
        environment |= {"MPLBACKEND": "agg", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
        with (self.folder / "log").open("ab") as log:
            self.program = subprocess.Popen(
                [sys.executable, "-E", "-P", "-c", BEGIN, student, path, json.dumps(settings)],
                pass_fds=descriptors,
                env=environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )

    def _stop(self) -> None:
        self.end()
        if self.control is not None:
            self.control.close()
            self.control = None
        if self.program is not None:
            self.program.kill()
            self.program.wait()
            self.program = None

    def _empty_scratch(self) -> None:
        """Remove what the process before has left, but not the folder: the sandbox knows it."""
        self.scratch.mkdir(exist_ok=True)
        for left in self.scratch.iterdir():
            _remove(left)


@lru_cache(maxsize=1)
def zygote(forbidden: tuple[Path, ...] = ()) -> Zygote:
    """Return this process's zygote, started when it is first asked to fork."""
    return Zygote(forbidden)


@dataclass(frozen=True)
class There:
    """An answer in a student's process.

    Parameters
    ----------
    student : StudentProcess
        Where it is.
    exercise : Exercise
        What it answers, under its own name.
    """

    student: StudentProcess
    exercise: Exercise

    def replies(self, asked: Iterable[Question]) -> Iterator[Reply]:
        """Call it on all cases in one go.

        Raises
        ------
        NoAnswerError
            If it is not there.
        LostError
            If its process is lost.
        """
        asked = tuple(asked)
        reply = self.student.ask("call", self.exercise.name, parcel(self.exercise, asked))
        if isinstance(reply, dict) and "missing" in reply:
            missing = str(reply["missing"])
            if missing == "not defined":
                raise NoAnswerError(
                    NOT_DEFINED, "not defined: no cell before its check defines it."
                )
            raise NoAnswerError(CRASHED, f"is {missing}, but should be a function.")
        if isinstance(reply, dict) and "large" in reply:
            raise NoAnswerError(CRASHED, f"returned too much: {reply['large']}.")
        if not isinstance(reply, list) or len(reply) > len(asked):
            raise LostError("wrote into the grader's channel")
        replies = [_read_reply(one) for one in reply]
        if len(replies) < len(asked) and not (replies and replies[-1].stopped == UNWRITTEN):
            raise LostError("wrote into the grader's channel")
        return iter(replies)

    def watch(self, question: Question) -> Watched:
        """Call it once more, counting."""
        seen = self.student.ask("watch", self.exercise.name, parcel(self.exercise, (question,)), 0)
        try:
            return Watched(
                int(seen["most_calls"]), seen["complex"] is True, seen["library"] is True
            )
        except (KeyError, TypeError, ValueError):
            raise LostError("wrote into the grader's channel") from None


@lru_cache(maxsize=256)
def parcel(exercise: Exercise, asked: tuple[Question, ...]) -> bytes:
    """Return driver and cases as they go to every student's process."""
    return cloudpickle.dumps((exercise.driver, [question.case for question in asked]))


def _read_reply(data: Any) -> Reply:
    """Return a reply made of data that may be anything.

    Raises
    ------
    LostError
        If it is not a reply's.
    """
    texts, lists = ("stopped", "said", "error", "printed"), ("changed", "warned")
    if (
        not isinstance(data, dict)
        or data.keys() != set(Reply.__dataclass_fields__)
        or not all(isinstance(data[name], str) for name in texts)
        or not all(isinstance(data[name], tuple) for name in lists)
        or not all(isinstance(text, str) for name in lists for text in data[name])
        or data["stopped"] not in ("", UNWRITTEN, WRONG, CALL_CRASHED)
    ):
        raise LostError("wrote into the grader's channel")
    return Reply(**data)


def _death(status: int) -> str:
    """Return what ended a process before we killed it, as the end of a sentence."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL:
            return ""
        return f"ended its process ({signal.Signals(number).name})"
    return f"ended its process (exit code {os.WEXITSTATUS(status)})"


def _locked(folder: Path) -> IO | None:
    """Lock a judge's folder for as long as the judge lives; None if it is locked already."""
    if fcntl is None:
        return None
    file = (folder / "lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def remove_left_over() -> None:
    """Remove the folders of judges that were killed together with their zygotes."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with contextlib.suppress(OSError):  # somebody else's, or just going
            lock = _locked(folder) if (folder / "lock").is_file() else None
            if lock is not None:
                with lock:
                    _remove(folder)


def _sizes(folder: Path) -> Iterator[int]:
    """Return the sizes of all that is in a folder while somebody else changes it."""
    for root, folders, files in os.walk(folder):  # passes over what is gone
        for name in (*folders, *files):
            with contextlib.suppress(OSError):
                yield os.lstat(os.path.join(root, name)).st_size


def _remove(path: Path) -> None:
    """Remove a file or a folder, whatever its modes are."""
    if path.is_dir() and not path.is_symlink():
        for root, folders, _ in os.walk(path):  # top down: a folder is unlocked before it is read
            for name in folders:
                if not os.path.islink(os.path.join(root, name)):
                    os.chmod(os.path.join(root, name), 0o700)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
