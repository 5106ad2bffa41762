"""Attacks the sandbox, from inside: what gets through is what this system does not keep out.

| name       | is                                                                        |
|------------|---------------------------------------------------------------------------|
| `ATTEMPTS` | what is tried, by name: cells of a student who means harm                 |
| `probe`    | makes them in a real student's process; returns those that get through    |
| `attack`   | the cell that makes them, and decoys for it                               |

An attempt that is refused raises; one that does not has got through. So each of them is one that
would work without a sandbox: the tests run them there too.
"""

import json
import os
import platform
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path

from autograder.reference import data_folder
from autograder.student.sandbox import Limits
from autograder.zygote import Zygote

_CALLS = {  # by number, x86-64 then ARM; with arguments that do no harm
    "io_uring_setup": (425, 425, "1, address"),
    "pidfd_open": (434, 434, "grader, 0"),
    "kcmp": (312, 272, "os.getpid(), os.getpid(), 1, 0, 0"),
    "userfaultfd": (323, 282, "1"),
    "memfd_create": (319, 279, "address, 0"),
}
ATTEMPTS = {
    "read a file outside": "open(secret).read()",
    "read the solutions": "open(solutions).read()",
    "write a file outside": "open(secret + '-2', 'w').close()",
    "change a file outside": "open(secret, 'a').write('more')",
    "link to a file outside": "os.link(secret, 'link'); open('link').read()",
    "list a folder outside": "os.listdir(os.path.dirname(secret))",
    "move a file outside": "os.rename(secret, 'moved'); os.rename('moved', secret)",
    "list the processes": "os.listdir('/proc')",
    "read the grader's memory": "open(f'/proc/{grader}/mem', 'rb').close()",
    "signal the grader": "os.kill(grader, 0)",
    "signal everybody": "os.kill(-1, 0)",
    "change the grader's limits": (  # to what they are
        "core = resource.RLIMIT_CORE\n"
        "resource.prlimit(grader, core, resource.prlimit(grader, core))"
    ),
    "raise its own limits": "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "start a program": "subprocess.run(['/bin/true'])",
    "fork": "os.waitpid(os.fork() or os._exit(0), 0)",
    "connect to a port": "socket.socket().connect((b'127.0.0.1', port))",
    "open a socket": "socket.socket(socket.AF_UNIX)",
    "take too much memory": "bytearray(memory)",
    "write too large a file": "open('large', 'wb').truncate(file_size + 1)",
    "open too many files": "[os.open('/dev/null', 0) for _ in range(open_files + 1)]",
    "change a file's mode": "os.chmod('.', 0o777)",
    "become somebody else": "os.setuid(0)",
    "get a namespace": "call(272 if x86 else 97, 0x10000000)",
    **{
        f"call {name}": f"call({x86} if x86 else {arm}, {arguments})"
        for name, (x86, arm, arguments) in _CALLS.items()
    },
}
_CELL = """
import ctypes, json, os, resource, socket, subprocess
globals().update(json.loads({facts!r}))
libc, room = ctypes.CDLL(None, use_errno=True), ctypes.create_string_buffer(4096)
address = ctypes.addressof(room)
def call(*arguments):
    result = libc.syscall(*map(ctypes.c_long, arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    if result > 2:
        os.close(result)
through = []
for name, attempt in json.loads({attempts!r}).items():
    try:
        exec(attempt)
        through.append(name)
    except Exception:
        pass
print(json.dumps(through))
"""


def probe(zygote: Zygote) -> list[str]:
    """Return the names of the attempts that get through, none if the sandbox holds.

    Parameters
    ----------
    zygote : Zygote
        Whose processes are tried.

    Raises
    ------
    LostError
        If no process can be started.
    """
    with ExitStack() as stack:
        shown = zygote.fork().ask("run", attack(zygote.limits, stack), 0, False)
        zygote.end()
    return json.loads(shown["shown"][-1][1])


def attack(limits: Limits, stack: ExitStack) -> str:
    """Return a cell that makes all attempts and prints, as JSON, what got through.

    Parameters
    ----------
    limits : Limits
        Which the attempts try to exceed.
    stack : ExitStack
        Takes down the decoys.
    """
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="backprop-probe-")))
    folder.chmod(0o755)  # what protects the decoy is the sandbox
    secret = folder / "secret"
    secret.write_text("decoy")
    secret.chmod(0o666)
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    facts = {
        "secret": str(secret),
        "solutions": str(next(data_folder("solutions").glob("*.py"))),
        "grader": os.getpid(),
        "port": server.getsockname()[1],
        "x86": platform.machine() == "x86_64",
        "memory": limits.memory,
        "file_size": limits.file_size,
        "open_files": limits.open_files,
    }
    return _CELL.format(facts=json.dumps(facts), attempts=json.dumps(ATTEMPTS))
