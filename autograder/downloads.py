"""What lies in a download from Canvas, Moodle or a colleague: notebooks, and whose they are.

| name           | does                                                              |
|----------------|-------------------------------------------------------------------|
| `notebooks_in` | lists the notebooks of a folder or a zip file                     |
| `author_of`    | reads whose file it is from its path                              |

Names are as the two platforms write them, in Canvas's `lib/content_zipper.rb`
(`alphafirst_LATE_4711_98765_chain-1.ipynb`) and in Moodle's `mod/assign/classes/downloader.php`
(`First Alpha_123_assignsubmission_file/chain.ipynb`, or the same with `_` and no folder). Any
other download needs a folder or a file named after the student's id, e-mail or name.

The download is the instructor's, what lies in it the students': an archive inside is not opened,
and the outermost folder counts, whatever it holds. Only where one folder lies around everything and
is nobody's, the next one does. Archives are read, never unpacked.
"""

import contextlib
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from autograder.classroom import ClassError

MOST_FILES = 100_000  # in a download
CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_late)?_(?P<lms>\d+)_\d+_.+", re.IGNORECASE)
MOODLE = re.compile(r"(?P<name>[^_]+)_\d+_assignsubmission_file(_|$)")
LINK = "is a link, which may point anywhere"


@dataclass(frozen=True)
class Author:
    """Whose file it is, as the download says.

    Parameters
    ----------
    name : str
        A name, an id or an e-mail address.
    lms_user_id : str
        Canvas's number of the user; empty elsewhere.
    late : bool
        Whether Canvas calls it late.
    """

    name: str
    lms_user_id: str = ""
    late: bool = False


@dataclass(frozen=True)
class Notebook:
    """A notebook in a download.

    Parameters
    ----------
    path : PurePosixPath
        Where it is there.
    author : Author
        Whose it is.
    read : callable
        Opens it.
    """

    path: PurePosixPath
    author: Author
    read: Callable[[], IO[bytes]]


@dataclass(frozen=True)
class _File:
    path: PurePosixPath
    fault: str  # why it is not taken
    read: Callable[[], IO[bytes]]


def author_of(path: PurePosixPath) -> Author:
    """Return whose file it is, from its path in the download."""
    for part in path.parts:
        moodle = MOODLE.match(part)
        if moodle:
            return Author(moodle["name"])
    canvas = CANVAS.fullmatch(path.name)
    if canvas:
        return Author(canvas["name"], canvas["lms"], bool(canvas["late"]))
    return Author(path.parts[0] if len(path.parts) > 1 else path.stem)


def notebooks_in(
    downloads: Path,
    open_files: contextlib.ExitStack,
    problems: list[str],
    is_known: Callable[[Author], bool],
) -> Iterator[Notebook]:
    """Return every notebook of a download; note what is there instead of one.

    Parameters
    ----------
    downloads : Path
        A folder or a zip file.
    open_files : ExitStack
        Closes it.
    problems : list of str
        Gets a sentence for every file that is not taken.
    is_known : callable
        Tells whether an author is in the class.

    Raises
    ------
    ClassError
        If it is neither, or holds too many files.
    """
    if downloads.is_dir():
        files = list(_in_folder(downloads))
    else:
        files = list(_in_archive(downloads, open_files))
    files = [one for one in files if one.fault or not _is_the_systems(one.path)]
    around = _folder_around([one.path for one in files], is_known)
    for one in files:
        if not one.fault and one.path.suffix == ".ipynb":
            yield Notebook(one.path, author_of(one.path.relative_to(around)), one.read)
            continue
        kind = "an archive, which is not opened" if one.path.suffix == ".zip" else "not a notebook"
        problems.append(f"{one.path}: {one.fault or f'is {kind}'}")


def _folder_around(
    paths: Sequence[PurePosixPath], is_known: Callable[[Author], bool]
) -> PurePosixPath:
    """Return the one folder that everything lies in, if there is one and it is nobody's."""
    if len({path.parts[:1] for path in paths}) != 1 or any(len(path.parts) < 2 for path in paths):
        return PurePosixPath()
    name = paths[0].parts[0]
    own = MOODLE.match(name) or is_known(Author(name))
    return PurePosixPath() if own else PurePosixPath(name)


def _is_the_systems(path: PurePosixPath) -> bool:
    """Return whether nobody has put a file there, such as what macOS adds to an archive."""
    return "__MACOSX" in path.parts or (path.name.startswith(".") and path.suffix != ".ipynb")


def _in_archive(downloads: Path, open_files: contextlib.ExitStack) -> Iterator[_File]:
    try:
        archive = open_files.enter_context(zipfile.ZipFile(downloads))
    except zipfile.BadZipFile:
        raise ClassError(f"{downloads} is neither a folder nor a zip file") from None
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    _require_few(len(entries), downloads)
    for entry in entries:
        path, fault = PurePosixPath(entry.filename.replace("\\", "/")), ""
        if path.is_absolute() or ".." in path.parts:
            fault = "has a path that leads out of the archive"
        elif stat.S_ISLNK(entry.external_attr >> 16):
            fault = LINK
        yield _File(path, fault, partial(archive.open, entry))


def _in_folder(downloads: Path) -> Iterator[_File]:
    count = 0
    for place, folders, files in os.walk(downloads):  # does not follow links
        folders.sort()
        count += len(files)
        _require_few(count, downloads)
        linked = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in sorted([*files, *linked]):
            file = Path(place) / name
            path = PurePosixPath(file.relative_to(downloads).as_posix())
            yield _File(path, LINK if file.is_symlink() else "", partial(file.open, "rb"))


def _require_few(count: int, where: Path) -> None:
    if count > MOST_FILES:
        raise ClassError(f"{where} holds more than {MOST_FILES} files: is it the right one?")
