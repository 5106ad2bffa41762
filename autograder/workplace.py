"""The folders that students' processes work in: gone even if their judge was killed."""

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from autograder.student import scratch

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

FOLDER = "backprop-student-"  # where the folders' names begin


def create() -> tuple[Path, IO | None]:
    """Return a new folder, and the lock that tells others that it is in use."""
    folder = Path(tempfile.mkdtemp(prefix=FOLDER))
    return folder, _locked(folder)


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it, as far as that is allowed."""
    with suppress(OSError):
        scratch.empty(folder)
        folder.rmdir()


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
        with suppress(OSError):  # somebody else's, or just going
            lock = _locked(folder) if (folder / "lock").is_file() else None
            if lock is not None:
                with lock:
                    remove(folder)
