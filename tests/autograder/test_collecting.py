"""Downloads from learning platforms become submissions; what cannot be placed is said."""

import os
import stat
import zipfile
from datetime import datetime
from pathlib import PurePosixPath

import pytest

from autograder import collecting, downloads
from autograder.build import notebook_text, student_notebook
from autograder.classroom import CONFIG_TEXT, ClassError
from autograder.collecting import collect
from autograder.downloads import Author, author_of
from autograder.lessons import find_lesson
from autograder.students import Student, write_list

LESSON = "01_chain_rule"
NOTEBOOK = notebook_text(student_notebook(find_lesson(LESSON)))
STUDENTS = [
    Student("ada", "Ada", "Lovelace", "al@example.org", "4711"),
    Student("emmy", "Emmy", "Noether"),
    Student("jo1", "Jo", "Müller"),
    Student("jo2", "Jo", "Müller", lms_user_id="4712"),
]


@pytest.fixture
def folder(tmp_path):
    """A class with a list of students, and nothing else that collecting needs."""
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(CONFIG_TEXT.format(course_id="x"))
    write_list(folder, STUDENTS)
    return folder


def download(tmp_path, files):
    """A folder with these files, and a zip file of it."""
    place = tmp_path / "download"
    with zipfile.ZipFile(tmp_path / "download.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text)
            archive.writestr(name, text)
    return place


def submitted(folder, student):
    return folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"


@pytest.mark.parametrize(
    ("path", "author"),
    [
        ("lovelaceada_4711_98765_01_chain_rule.ipynb", Author("lovelaceada", "4711")),
        ("lovelaceada_4711_98765_01_chain_rule-1.ipynb", Author("lovelaceada", "4711")),
        ("lovelaceada_LATE_4711_98765_my_work.ipynb", Author("lovelaceada", "4711", late=True)),
        ("müllerjo_4712_98765_1_2_x.ipynb", Author("müllerjo", "4712")),
        ("Ada Lovelace_123_assignsubmission_file/x.ipynb", Author("Ada Lovelace")),
        ("Ada Lovelace_123_assignsubmission_file_/x.ipynb", Author("Ada Lovelace")),
        ("Ada Lovelace_123_assignsubmission_file_x.ipynb", Author("Ada Lovelace")),
        ("Ada Lovelace_123_assignsubmission_file/Emmy Noether_1_assignsubmission_file/x.ipynb",
         Author("Ada Lovelace")),
        ("ada/sub/emmy/x.ipynb", Author("ada")),
        ("ada.ipynb", Author("ada")),
    ],
)  # fmt: skip
def test_author_is_read_from_the_path_that_the_platform_made(path, author):
    assert author_of(PurePosixPath(path)) == author


@pytest.mark.parametrize("kind", ["folder", "zip file"])
@pytest.mark.parametrize(
    ("ada", "emmy"),
    [
        ("lovelaceada_4711_9_01_chain_rule-1.ipynb", "noetheremmy_LATE_77_9_x.ipynb"),
        ("renamed_4711_9_x.ipynb", "noetheremmy_77_9_x.ipynb"),
        ("Ada Lovelace_5_assignsubmission_file/x.ipynb",
         "Noether Emmy_6_assignsubmission_file/x.ipynb"),
        ("Ada Lovelace_5_assignsubmission_file_x.ipynb",
         "Emmy Noether_6_assignsubmission_file_x.ipynb"),
        ("al@example.org/x.ipynb", "emmy.ipynb"),
    ],
)  # fmt: skip
def test_notebooks_go_to_the_students_that_they_are_from(tmp_path, folder, kind, ada, emmy):
    place = download(tmp_path, {ada: NOTEBOOK, emmy: NOTEBOOK + " "})
    place = place if kind == "folder" else tmp_path / "download.zip"
    time = datetime.fromisoformat("2026-03-01 23:00+02:00")
    report = collect(folder, place, "1", time)
    assert report.new == ["ada", "emmy"]
    assert report.nothing_from == ["jo1", "jo2"]
    assert report.late == (["emmy"] if "LATE" in emmy else [])
    assert report.problems == []
    assert submitted(folder, "ada").read_text() == NOTEBOOK
    assert submitted(folder, "emmy").read_text() == NOTEBOOK + " "
    stamp = submitted(folder, "ada").parent / "timestamp.txt"
    assert stamp.read_text() == "2026-03-01 21:00:00 UTC\n"


def test_what_has_not_changed_keeps_its_time(tmp_path, folder):
    place = download(tmp_path, {"ada.ipynb": NOTEBOOK, "emmy.ipynb": NOTEBOOK})
    collect(folder, place, "1")
    stamps = [submitted(folder, who).parent / "timestamp.txt" for who in ("ada", "emmy")]
    before = [stamp.read_text() for stamp in stamps]
    (place / "emmy.ipynb").write_text(NOTEBOOK + " ")
    report = collect(folder, place, "1", datetime.fromisoformat("2001-01-01T00:00Z"))
    assert (report.new, report.changed, report.unchanged) == ([], ["emmy"], ["ada"])
    assert stamps[0].read_text() == before[0]
    assert stamps[1].read_text() == "2001-01-01 00:00:00 UTC\n"


def test_name_of_nobody_or_of_two_students_is_said_and_not_guessed(tmp_path, folder):
    names = [f"{who}_assignsubmission_file_a.ipynb" for who in ("Jo Müller_1", "Participant_2")]
    report = collect(folder, download(tmp_path, dict.fromkeys(names, NOTEBOOK)), "1")
    assert report.problems == [
        f"{names[0]}: 'Jo Müller' fits jo1, jo2",
        f"{names[1]}: 'Participant' is nobody in the class",
    ]
    assert not (folder / "submitted").exists()
    report = collect(folder, download(tmp_path, {"müllerjo_4712_1_a.ipynb": NOTEBOOK}), "1")
    assert report.new == ["jo2"], "a number of Canvas decides between equal names"


def test_last_attempt_counts_and_a_broken_notebook_is_taken_for_grading_to_tell(tmp_path, folder):
    files = {
        "ada/chain.ipynb": NOTEBOOK,
        "ada/chain-10.ipynb": NOTEBOOK + " ",
        "ada/chain-9.ipynb": NOTEBOOK,
        "ada/scratch.ipynb": '{"cells": []}',
        "emmy/broken.ipynb": "{",
        "emmy/essay.pdf": "x",
        "emmy/work.zip": "x",
    }
    report = collect(folder, download(tmp_path, files), "1")
    assert submitted(folder, "ada").read_text() == NOTEBOOK + " "
    assert submitted(folder, "emmy").read_text() == "{"
    assert report.problems == [
        "emmy/essay.pdf: is not a notebook",
        "emmy/work.zip: is an archive, which is not opened",
        "ada: 3 notebooks, ada/chain-10.ipynb is taken",
        "emmy/broken.ipynb: is not lesson 01_chain_rule; taken all the same",
    ]


def test_links_and_paths_out_of_an_archive_are_refused(tmp_path, folder):
    secret = tmp_path / "secret.ipynb"
    secret.write_text(NOTEBOOK)
    link = zipfile.ZipInfo("ada/x.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as archive:
        archive.writestr(link, str(secret))
        archive.writestr("../emmy/x.ipynb", NOTEBOOK)
        archive.writestr("/emmy/x.ipynb", NOTEBOOK)
    report = collect(folder, tmp_path / "download.zip", "1")
    assert report.problems == [
        "ada/x.ipynb: is a link, which may point anywhere",
        "../emmy/x.ipynb: has a path that leads out of the archive",
        "/emmy/x.ipynb: has a path that leads out of the archive",
    ]
    place = download(tmp_path, {"readme.txt": ""})
    os.symlink(secret, place / "ada.ipynb")
    os.symlink(tmp_path, place / "emmy")
    report = collect(folder, place, "1")
    assert report.problems == [
        "ada.ipynb: is a link, which may point anywhere",
        "emmy: is a link, which may point anywhere",
        "readme.txt: is not a notebook",
    ]
    assert not (folder / "submitted").exists()


def test_archive_that_unpacks_to_too_much_is_refused(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(collecting, "MOST_BYTES", 2**20)
    download(tmp_path, {"ada.ipynb": " " * 2**24, "emmy.ipynb": NOTEBOOK})
    assert (tmp_path / "download.zip").stat().st_size < 2**18
    report = collect(folder, tmp_path / "download.zip", "1")
    assert report.problems == ["ada.ipynb: has more than 1 MB"]
    assert report.new == ["emmy"]
    monkeypatch.setattr(downloads, "MOST_FILES", 1)
    for place in (tmp_path / "download.zip", tmp_path / "download"):
        with pytest.raises(ClassError, match="holds more than 1 files: is it the right one"):
            collect(folder, place, "1")


def test_damaged_archive_is_told(tmp_path, folder):
    download(tmp_path, {"ada.ipynb": NOTEBOOK, "emmy.ipynb": NOTEBOOK})
    path = tmp_path / "download.zip"
    raw = bytearray(path.read_bytes())
    raw[60:90] = bytes(30)
    path.write_bytes(raw)
    report = collect(folder, path, "1")
    assert "ada.ipynb: cannot be read: " in report.problems[0]
    assert report.new == ["emmy"]
    path.write_text("no zip")
    with pytest.raises(ClassError, match="is neither a folder nor a zip file"):
        collect(folder, path, "1")


def test_class_without_students_is_told(tmp_path, folder):
    (folder / "students.csv").unlink()
    with pytest.raises(ClassError, match="has no students to match names with: write them into"):
        collect(folder, download(tmp_path, {"ada.ipynb": NOTEBOOK}), "1")
