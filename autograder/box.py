"""Bubblewrap around the zygote, where it is installed and works: a second wall outside the first.

| function   | does                                                                      |
|------------|---------------------------------------------------------------------------|
| `bwrap`    | finds the program, if it works here                                       |
| `boxed`    | puts it before a command                                                  |

Inside there are no processes but the zygote and its children, no network, no host name, and no
files but those that Python needs: what is outside cannot even be seen to be there. The student's
folder is in memory, of a fixed size. Landlock, the system calls' filter and the limits hold as
without it.

Source: bwrap(1).
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

APART = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
# As root it would give them up; the zygote needs them to make the student's process a nobody.
RIGHTS = ("CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_KILL", "CAP_DAC_OVERRIDE",
          "CAP_DAC_READ_SEARCH")  # fmt: skip
TRIAL_SECONDS = 10


@lru_cache
def bwrap() -> str:
    """Return where bubblewrap is; empty if it is not installed, or is not allowed to work here."""
    program = shutil.which("bwrap") if sys.platform == "linux" else None
    if program is None:
        return ""
    trial = [program, *APART, "--ro-bind", "/", "/", "--proc", "/proc", "/bin/true"]
    try:
        done = subprocess.run(trial, capture_output=True, timeout=TRIAL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return program if done.returncode == 0 else ""


def boxed(command: list[str], readable: Iterable[Path], work: Path, size: int) -> list[str]:
    """Return a command that runs another one in a box.

    Parameters
    ----------
    command : list of str
        The other one; Python, since what it needs is there.
    readable : iterable of Path
        Files and folders that can be read in the box, under their own names.
    work : Path
        The one folder to write to, empty at first.
    size : int
        Bytes that fit into it.
    """
    box = [bwrap(), *APART, "--die-with-parent", "--proc", "/proc"]
    if os.getuid() == 0:
        box += [word for right in RIGHTS for word in ("--cap-add", right)]
    for link in ("/lib", "/lib64", "/bin"):
        if os.path.islink(link):
            box += ["--symlink", os.readlink(link), link]
    programs = [Path(sys.executable).parent, Path(sys.executable).resolve().parent]
    programs += [Path(sys.prefix, "pyvenv.cfg"), *Path(sys.base_prefix, "lib").glob("libpython*")]
    for path in dict.fromkeys([*readable, *programs]):
        box += ["--dev-bind" if Path("/dev") in path.parents else "--ro-bind-try", *[str(path)] * 2]
    # Else matplotlib would look for fonts at every start, which takes a second.
    fonts = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "matplotlib")
    return [*box, "--bind-try", *[str(fonts)] * 2, "--size", str(size), "--tmpfs", str(work), "--",
            *command]  # fmt: skip
