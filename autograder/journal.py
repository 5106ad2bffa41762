"""Files of JSON lines that are only ever added to, and that no crash and no full disk can spoil.

| function  | does                                                                     |
|-----------|--------------------------------------------------------------------------|
| `append`  | adds an entry, or says that it could not                                 |
| `entries` | the whole entries of a file; torn ones do not count                      |
| `lines`   | its lines as they are                                                    |
| `parsed`  | one line as data                                                         |
"""

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def append(path: Path, entry: dict[str, Any]) -> tuple[int, int]:
    """Add an entry as one line; return its place and its size in bytes.

    Raises
    ------
    OSError
        If it cannot be written whole. What was there before is still there.
    """
    line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
    # One write to a file that is open for appending: lines of two processes do not mix. The first
    # newline ends a line that was torn.
    with path.open("ab", buffering=0) as file:
        try:
            reason = 0 if file.write(b"\n" + line) == len(line) + 1 else errno.ENOSPC
        except OSError as error:  # does not say which file
            reason = error.errno
        if reason:
            raise OSError(reason, os.strerror(reason), str(path))
        return file.tell() - len(line), len(line)


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """Return every whole entry of a file; of no file, none."""
    for _, raw in lines(path):
        entry = parsed(raw)
        if entry is not None:
            yield entry


def lines(path: Path, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Return place and bytes of every line of a file from a place on, the last if it has an end."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        file.seek(start)
        for raw in file:
            if raw.endswith(b"\n"):
                yield start, raw
            start += len(raw)


def parsed(raw: bytes) -> dict[str, Any] | None:
    """Return a line as data, None if it was torn."""
    try:
        entry = json.loads(raw)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
