"""The judge's side of a student's process: starts it, asks it, ends it, believes nothing it says.

| name             | is                                                                       |
|------------------|--------------------------------------------------------------------------|
| `Zygote`         | the warm program that forks a process for each submission                |
| `StudentProcess` | one such process: runs cells, answers for functions                      |
| `There`          | one answer in it, as `checking.judge` asks it                            |
| `LostError`      | the process is gone or had to be ended, and why                          |

Nothing that comes from there is run or unpickled. Each request has one answer, of a limited size,
in a limited time; computing time decides, clock time only guards against one that waits for ever.
What it uses is looked at from outside while an answer is awaited, and when it has come.
"""

import contextlib
import json
import os
import pickle
import secrets
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import IO, Any

import cloudpickle

import autograder
import course
from autograder import asking, cases, exercises
from autograder.box import boxed, bwrap
from autograder.exercise import Exercise, Question
from autograder.reference import data_folder
from autograder.result import CRASHED, NOT_DEFINED
from autograder.student import scratch, wire
from autograder.student.calling import CRASHED as CALL_CRASHED
from autograder.student.calling import PRINTED, UNWRITTEN, WARNED, WRONG, Reply
from autograder.student.sandbox import OPEN, Limits, readable_paths
from autograder.student.sandbox import level as best_level
from autograder.student.watching import Called, Watched
from autograder.student.zygote import WORK

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

TICK = 0.1  # seconds between looks at a process that has not answered yet
FOLDER = "backprop-student-"  # where the folders' names begin
START_SECONDS = 60
BOXED_FOLDER = Path("/student")
LONGEST_SENTENCE = 4_000  # characters of what a process says about an answer
BREACH = "wrote into the grader's channel"
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
        Its number; 0 if that is for `sender` to find out.
    work : Path
        Its folder.
    limits : Limits
        What it may use.
    """

    def __init__(self, channel: socket.socket, pid: int, work: Path, limits: Limits) -> None:
        self.channel, self.pid, self.work, self.limits = channel, pid, work, limits
        self.born = time.monotonic()
        self.reaches = ""  # what its cells name, in the sense of `numeric.reaches`
        self.channel.settimeout(TICK)

    def sender(self) -> int:
        """Return the number, on this side, of the process that speaks: it has run no cell yet.

        Raises
        ------
        LostError
            If none does.
        """
        until, size = time.monotonic() + START_SECONDS, socket.CMSG_SPACE(struct.calcsize("3i"))
        while time.monotonic() < until:
            with suppress(TimeoutError):
                _, words, _, _ = self.channel.recvmsg(1, size, socket.MSG_PEEK)
                if not words:
                    break
                self.channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
                return struct.unpack("3i", words[0][2])[0]
        raise LostError("does not start", again=True)

    def hello(self, expected: str) -> None:
        """Wait until it is in the sandbox.

        Raises
        ------
        LostError
            If it does not come so far.
        """
        said = self._receive(START_SECONDS)
        if said != {"hello": expected}:
            raise LostError(f"could not be put into the sandbox: {said}", again=True)

    def ask(self, what: str, *arguments: Any) -> Any:
        """Send a request and return the answer, as plain data.

        Raises
        ------
        LostError
            If there is none in good time, or something that is no answer.
        """
        nonce = secrets.token_hex(8)
        request = pickle.dumps((nonce, what, *arguments), protocol=5)
        self._send(struct.pack("!I", len(request)) + request)
        answer = self._receive(self.limits.cell_seconds)
        if not isinstance(answer, dict) or answer.keys() != {"nonce", "reply"}:
            raise LostError(BREACH)
        if answer["nonce"] != nonce:
            raise LostError(BREACH)
        return answer["reply"]

    def _send(self, request: bytes) -> None:
        until, rest = self._until(self.limits.cell_seconds), memoryview(request)
        while rest:
            try:
                rest = rest[self.channel.send(rest) :]
            except TimeoutError:
                if time.monotonic() > until:
                    raise LostError("does not answer any more", again=True) from None
            except OSError:
                raise LostError("ended its process", again=True) from None

    def _receive(self, seconds: float) -> Any:
        cpu, until = self._cpu() + seconds, self._until(seconds)
        (size,) = struct.unpack("!I", self._read(4, cpu, until, seconds))
        if not 4 <= size <= wire.MOST_BYTES:
            raise LostError(BREACH)
        try:
            message = wire.decode(self._read(size, cpu, until, seconds))
        except wire.Garbage:
            raise LostError(BREACH) from None
        self._look(cpu, until, seconds)
        return message

    def _read(self, size: int, cpu: float, until: float, seconds: float) -> bytes:
        """Read so many bytes, with an eye on what the process uses in the meantime."""
        parts, look = bytearray(), time.monotonic() + TICK
        while len(parts) < size:
            try:
                part = self.channel.recv(min(size - len(parts), 2**20))
                if not part:
                    raise LostError("ended its process", again=True)
                parts += part
            except TimeoutError:
                pass
            except OSError:
                raise LostError("ended its process", again=True) from None
            if time.monotonic() > look:  # whether it says nothing, or a byte now and then
                self._look(cpu, until, seconds)
                look = time.monotonic() + TICK
        return bytes(parts)

    def _look(self, cpu: float, until: float, seconds: float) -> None:
        """End the wait for a process that has used too much."""
        limits, used = self.limits, self._cpu()
        if used > cpu:
            raise LostError(
                f"took more than {seconds:g} seconds of computing. Is there a loop without an end?",
                again=True,
            )
        if used > limits.submission_seconds:
            raise LostError(
                f"used up the {limits.submission_seconds} seconds of computing that a notebook has",
                again=True,
            )
        if time.monotonic() > until:
            raise LostError(f"gave no answer in {limits.patience * seconds:g} seconds", again=True)
        size, files = scratch.measure(self.work, limits.files)
        if size > limits.disk or files > limits.files:
            raise LostError(f"wrote more than {limits.disk >> 20} MB or {limits.files} files")
        with suppress(OSError, IndexError):
            status = Path(f"/proc/{self.pid}/stat").read_text()
            if int(status.rpartition(")")[2].split()[17]) > limits.tasks:
                raise LostError(f"started more than {limits.tasks} threads")

    def _until(self, seconds: float) -> float:
        """Return the clock time at which there is no more waiting."""
        last = self.born + self.limits.patience * self.limits.submission_seconds
        return min(time.monotonic() + self.limits.patience * seconds, last)

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
        remove_left_over()
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
        student.channel.close()
        try:
            if self.control is None:
                _kill(self.program)
                return _death(self.program.wait())
            self.control.send(b"end")
            return _death(int(self.control.recv(64)))
        except (OSError, ValueError):
            return ""

    def close(self) -> None:
        """Stop the program and remove its folder."""
        self._stop()
        self.log.close()
        if not self.box:
            _remove(self.folder)
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
        folder = Path(tempfile.mkdtemp(prefix=FOLDER))
        self.lock = _locked(folder)
        Finalize(self, _remove, (folder,), exitpriority=0)
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
                if channel.recv(len(token), socket.MSG_WAITALL) == token.encode():
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
        keep = ("HOME", "LANG", "PATH", "SYSTEMROOT", "TEMP", "XDG_CACHE_HOME")
        environment = {name: os.environ[name] for name in keep if name in os.environ}
        threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        environment |= dict.fromkeys(threads, "1")
        environment |= {"MPLBACKEND": "agg", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
        command = [sys.executable, "-E", "-P", "-c", BEGIN, str(student), path]
        if self.box:
            readable = [*readable_paths(self.forbidden, [library]), student]
            command = boxed(command, readable, self.folder / WORK, self.limits.disk)
        self.log.truncate(0)
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


def _remove(folder: Path) -> None:
    with suppress(OSError):
        scratch.empty(folder)
        folder.rmdir()


def _kill_all(running: list[subprocess.Popen]) -> None:
    for program in running:
        _kill(program)


def _kill(program: subprocess.Popen) -> None:
    """Kill a program and what it has started, as far as that has not gone away."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
    program.kill()


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
            missing = _sentence(reply["missing"])
            if missing == "not defined":
                raise NoAnswerError(
                    NOT_DEFINED, "not defined: no cell before its check defines it."
                )
            raise NoAnswerError(CRASHED, f"is {missing}, but should be a function.")
        if isinstance(reply, dict) and "large" in reply:
            raise NoAnswerError(CRASHED, f"returned too much: {_sentence(reply['large'])}.")
        if not isinstance(reply, list) or len(reply) > len(asked):
            raise LostError(BREACH)
        replies = [_read_reply(one, question) for one, question in zip(reply, asked, strict=False)]
        if len(replies) < len(asked) and not (replies and replies[-1].stopped == UNWRITTEN):
            raise LostError(BREACH)
        return iter(replies)

    def watch(self, asked: Iterable[Question]) -> Iterator[Watched]:
        """Call it once more, counting.

        Raises
        ------
        LostError
            If its process is lost.
        """
        asked = tuple(asked)
        answer = self.student.ask("watch", self.exercise.name, parcel(self.exercise, asked))
        if not isinstance(answer, list) or len(answer) != len(asked):
            raise LostError(BREACH)
        reaches = self.student.reaches
        return iter([replace(_read_watched(seen), reaches=reaches) for seen in answer])


@lru_cache(maxsize=256)
def parcel(exercise: Exercise, asked: tuple[Question, ...]) -> bytes:
    """Return driver and cases as they go to every student's process."""
    return cloudpickle.dumps((exercise.driver, [question.case for question in asked]))


def _read_watched(data: Any) -> Watched:
    """Return what was seen, made of data that may be anything.

    Raises
    ------
    LostError
        If it is not that.
    """
    kinds = {"most_calls": int, "complex": bool, "called": tuple, "reaches": str}
    if (
        not isinstance(data, dict)
        or data.keys() != kinds.keys()
        or any(type(data[name]) is not kind for name, kind in kinds.items())
        or any([*map(type, one)] != [str, str, int] for one in data["called"] if type(one) is tuple)
        or any(type(one) is not tuple for one in data["called"])
    ):
        raise LostError(BREACH)
    return Watched(
        data["most_calls"], data["complex"], tuple(Called(*one) for one in data["called"])
    )


def _read_reply(data: Any, question: Question) -> Reply:
    """Return a reply to a question, made of data that may be anything.

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
        or not set(data["changed"]) <= question.case.keys()
        or data["stopped"] not in ("", UNWRITTEN, WRONG, CALL_CRASHED)
    ):
        raise LostError(BREACH)
    return Reply(
        data["value"],
        data["stopped"],
        _sentence(data["said"]),
        _sentence(data["error"]),
        data["changed"],
        wire.harmless(data["printed"])[:PRINTED],
        tuple(_sentence(text) for text in data["warned"][:WARNED]),
    )


def _sentence(text: Any) -> str:
    return wire.harmless(str(text)[:LONGEST_SENTENCE])


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
