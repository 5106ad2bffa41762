"""A student's process, as the judge speaks with it: believes nothing it says.

| name             | is                                                        |
|------------------|-----------------------------------------------------------|
| `StudentProcess` | one such process: runs cells, answers for functions       |
| `LostError`      | the process is gone or had to be ended, and why           |

Nothing that comes from there is run or unpickled. Each request has one answer, of a limited size,
in a limited time; computing time decides, clock time only guards against one that waits for ever.
What it uses is looked at from outside while an answer is awaited, and when it has come.
"""

import pickle
import secrets
import socket
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder.student import scratch, wire
from autograder.student.sandbox import Limits

TICK = 0.1  # seconds between looks at a process that has not answered yet
START_SECONDS = 60
BREACH = "wrote into the grader's channel"


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
            with Path(f"/proc/{self.pid}/stat").open("rb", buffering=0) as file:
                status = file.read()
            if int(status.rpartition(b")")[2].split()[17]) > limits.tasks:
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
