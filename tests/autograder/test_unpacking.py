"""What `nbgrader zip_collect` unpacks is plain files, inside the folder, and not too much."""

import io
import logging
import shutil
import stat
import subprocess
import sys
import tarfile
import zipfile

import pytest

from autograder import unpacking
from autograder.unpacking import Extractor


@pytest.fixture
def unpack(tmp_path, caplog):
    """Unpack what is in archive/; return the files that came out, and what was logged."""

    def unpack():
        log = logging.getLogger("unpacking")
        Extractor(log=log).extract(str(tmp_path / "archive"), str(tmp_path / "out"))
        files = {
            str(path.relative_to(tmp_path / "out")): path.read_bytes()
            for path in sorted((tmp_path / "out").rglob("*"))
            if not path.is_dir()
        }
        return files, caplog.messages

    (tmp_path / "archive").mkdir()
    (tmp_path / "out").mkdir()
    return unpack


def zip_of(**files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_archives_and_archives_in_them_are_unpacked(tmp_path, unpack):
    inner = zip_of(**{"first/a.ipynb": "{}"})
    (tmp_path / "archive" / "all.zip").write_bytes(zip_of(**{"x/one.zip": inner, "b.txt": "b"}))
    (tmp_path / "archive" / "c.ipynb").write_text("c")
    with tarfile.open(tmp_path / "archive" / "t.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "archive" / "c.ipynb", "fourth/c.ipynb")
    files, told = unpack()
    assert files == {
        "all/b.txt": b"b", "all/x/one.zip": inner, "all/x/one/first/a.ipynb": b"{}",
        "c.ipynb": b"c", "t/fourth/c.ipynb": b"c",
    }  # fmt: skip
    assert told == []


def test_a_bomb_is_not_unpacked_and_the_others_are(tmp_path, unpack, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_BYTES", 1 << 30)
    with zipfile.ZipFile(tmp_path / "archive" / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(11):
            with archive.open(f"{number}", "w") as file:
                for _ in range(100):
                    file.write(bytes(1 << 20))
    assert (tmp_path / "archive" / "bomb.zip").stat().st_size < 2 << 20
    (tmp_path / "archive" / "right.zip").write_bytes(zip_of(a="a"))
    files, told = unpack()
    assert files == {"right/a": b"a"}
    assert told == ["not unpacked: bomb.zip: it holds more than 1 GB or 20000 files"]


def test_archives_that_hold_themselves_come_to_an_end(tmp_path, unpack):
    nested = zip_of(a="a")
    for _ in range(6):
        nested = zip_of(**{"inner.zip": nested})
    (tmp_path / "archive" / "deep.zip").write_bytes(nested)
    assert unpack() == ({}, [
        "not unpacked: deep.zip: it has archives in archives, more than 3 deep",
    ])  # fmt: skip


def test_links_and_ways_out_stay_inside(tmp_path, unpack):
    with zipfile.ZipFile(tmp_path / "archive" / "z.zip", "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("../../out.txt", "z")
        archive.writestr("/root.txt", "r")
    with tarfile.open(tmp_path / "archive" / "t.tar.gz", "w:gz") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            member = tarfile.TarInfo(f"odd{kind}")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
        archive.addfile(tarfile.TarInfo("../../up.txt"))
    (tmp_path / "archive" / "s.ipynb").symlink_to("/etc/passwd")
    files, told = unpack()
    assert files == {"t/up.txt": b"", "z/out.txt": b"z", "z/root.txt": b"r"}
    assert told == []


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\3\4" + b"x" * 50, b"\x1f\x8b" + b"y"])
def test_what_is_no_archive_is_told(tmp_path, unpack, content):
    (tmp_path / "archive" / "broken.zip").write_bytes(content)
    files, (told,) = unpack()
    assert files == {}
    assert told.startswith("not unpacked: broken.zip: ")


def test_nbgraders_command_uses_it(blank_class, tmp_path, lesson):
    folder = tmp_path / "class"
    shutil.copytree(blank_class, folder)
    archive = folder / "downloaded" / lesson.name / "archive"
    archive.mkdir(parents=True)
    (archive / "all.zip").write_bytes(
        zip_of(**{"first_01_chain_rule.ipynb": "{}", "deep.zip": b"?"})
    )
    pattern = r".*/(?P<student_id>\w+?)_(?P<file_id>\w+)"
    command = [sys.executable, "-m", "nbgrader", "zip_collect", lesson.name,
               f"--FileNameCollectorPlugin.named_regexp={pattern}"]  # fmt: skip
    (archive / "ok.zip").write_bytes(zip_of(**{"first_01_chain_rule.ipynb": "{}"}))
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "not unpacked: all.zip: file could not be opened" in done.stderr
    assert (folder / "submitted" / "first" / lesson.name / f"{lesson.name}.ipynb").is_file()
