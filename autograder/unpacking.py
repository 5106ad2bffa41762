"""Unpacks what `nbgrader zip_collect` collects, and no more than a class could have handed in.

nbgrader's own unpacks whatever it is given: a few kilobytes that become terabytes, files that lie
outside, links. Here an archive that is too large is left as it is, with a sentence in the log, and
only plain files come out of the others.
"""

import lzma
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from nbgrader.plugins import ExtractorPlugin

MOST_BYTES, MOST_FILES, DEEPEST = 2 * 2**30, 20_000, 3  # of one archive; archives in archives
BROKEN = (OSError, EOFError, ValueError, RuntimeError, tarfile.TarError, zipfile.BadZipFile,
          zipfile.LargeZipFile, zlib.error, lzma.LZMAError)  # fmt: skip


class TooMuchError(ValueError):
    """An archive that holds more than anybody hands in."""


class Extractor(ExtractorPlugin):
    """Takes the place of nbgrader's own in `ZipCollectApp.extractor_plugin`."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack the archives of a folder, and copy its other files."""
        source, target = Path(archive_path), Path(extracted_path)
        for path in sorted(source.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            place = target / path.relative_to(source).parent
            place.mkdir(parents=True, exist_ok=True)
            if path.suffix not in self.zip_ext:
                shutil.copy(path, place)
                continue
            folder = place / _stem(path)
            try:
                self._unpack(path, folder, [MOST_BYTES, MOST_FILES], 1)
            except BROKEN as error:
                shutil.rmtree(folder, ignore_errors=True)
                self.log.error("not unpacked: %s: %s", path.name, error)

    def _unpack(self, path: Path, folder: Path, room: list[int], depth: int) -> None:
        """Unpack an archive and those in it; `room` is what is left for all of them.

        Raises
        ------
        TooMuchError
            If that is not enough.
        """
        if depth > DEEPEST:
            raise TooMuchError(f"it has archives in archives, more than {DEEPEST} deep")
        folder.mkdir(parents=True, exist_ok=True)
        inner = []
        with _opened(path) as members:
            for name, size, read in members:
                room[0], room[1] = room[0] - size, room[1] - 1
                if min(room) < 0:
                    most = f"{MOST_BYTES >> 30} GB or {MOST_FILES} files"
                    raise TooMuchError(f"it holds more than {most}")
                parts = [part for part in PurePosixPath(name).parts if part not in ("..", "/")]
                if not parts:
                    continue
                place = folder.joinpath(*parts)
                place.parent.mkdir(parents=True, exist_ok=True)
                with read() as data, place.open("wb") as file:
                    shutil.copyfileobj(data, file)
                if place.suffix in self.zip_ext:
                    inner.append(place)
        for place in inner:
            self._unpack(place, place.with_name(_stem(place)), room, depth + 1)


def _stem(path: Path) -> str:
    """Return a file's name without `.zip` or `.tar.gz`."""
    return path.name.removesuffix(path.suffix).removesuffix(".tar")


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[tuple[str, int, Any]]]:
    """Open an archive; give name, size and a function that opens it, of every plain file in it."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            plain = (one for one in archive.infolist() if not (one.is_dir() or _is_link(one)))
            yield (
                (one.filename, one.file_size, lambda one=one: archive.open(one)) for one in plain
            )
    else:
        with tarfile.open(path) as archive:
            plain = (one for one in archive if one.isreg())
            yield ((one.name, one.size, lambda one=one: archive.extractfile(one)) for one in plain)


def _is_link(member: zipfile.ZipInfo) -> bool:
    return member.external_attr >> 28 == 0o12  # the file type of Unix
