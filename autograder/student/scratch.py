"""The folder that a student's process writes to: how full it is, and emptied again.

| function  | does                                                                          |
|-----------|-------------------------------------------------------------------------------|
| `measure` | counts bytes and files, and stops where there are too many                    |
| `empty`   | removes all that is in it                                                     |

Whoever wrote there may have tried to be in the way: with folders in folders, thousands deep, so
that no path is short enough and no recursion deep enough; with folders that may not be looked into;
with links; with files that come and go while somebody counts. So nothing here follows a link, goes
deeper than two folders at a time, or trusts that what was there is there still.
"""

import contextlib
import os
import secrets
from pathlib import Path


def measure(folder: Path, most_files: int) -> tuple[float, int]:
    """Return how many bytes and files there are.

    Parameters
    ----------
    folder : Path
        The folder.
    most_files : int
        Counting ends above this number.

    Returns
    -------
    tuple of (float, int)
        The bytes are infinite if a part of the folder cannot be looked into.
    """
    size, number, todo = 0, 0, [str(folder)]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    number += 1
                    if number > most_files:
                        return size, number
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    size += entry.stat(follow_symlinks=False).st_size
        except (FileNotFoundError, NotADirectoryError):
            continue  # it was there a moment ago
        except OSError:  # no right to look, or a path that is too long
            return float("inf"), number
    return size, number


def empty(folder: Path) -> None:
    """Remove everything in a folder, but not the folder.

    Raises
    ------
    OSError
        If something cannot be removed.
    """
    name, number = secrets.token_hex(8), 0
    while left := list(os.scandir(folder)):
        for entry in left:
            with contextlib.suppress(FileNotFoundError):  # somebody else may be at it
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                os.chmod(entry.path, 0o700)
                for inner in list(os.scandir(entry.path)):
                    if not inner.is_dir(follow_symlinks=False):
                        os.unlink(inner.path)
                        continue
                    os.chmod(inner.path, 0o700)  # else it could not be moved
                    number += 1
                    os.rename(inner.path, folder / f"{name}-{number}")
                os.rmdir(entry.path)
