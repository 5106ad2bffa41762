"""Downloads from learning platforms become submissions; what cannot be placed is said."""

import os
import stat
import zipfile
from datetime import datetime
from pathlib import PurePosixPath

import pytest

from autograder import collecting, downloads
from autograder.adding import begin_lesson
from autograder.build import notebook_text, source_notebook, student_notebook
from autograder.classroom import CONFIG_TEXT, SEED_FILE, ClassError
from autograder.collecting import collect
from autograder.downloads import Author, author_of
from autograder.lessons import find_lesson, read_lesson
from autograder.reference import LessonError
from autograder.students import Student, write_list

LESSON = "01_chain_rule"
NOTEBOOK = notebook_text(student_notebook(find_lesson(LESSON)))
STUDENTS = [
    Student("first", "First", "Alpha", "al@example.org", "4711"),
    Student("second", "Second", "Beta"),
    Student("third1", "Third", "Gämma"),
    Student("third2", "Third", "Gämma", lms_user_id="4712"),
]


@pytest.fixture
def folder(tmp_path):
    """A class with a seed, a list of students, and nothing else that collecting needs."""
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(CONFIG_TEXT.format(course_id="x"))
    (folder / SEED_FILE).write_text("1")
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
        ("alphafirst_4711_98765_01_chain_rule.ipynb", Author("alphafirst", "4711")),
        ("alphafirst_4711_98765_01_chain_rule-1.ipynb", Author("alphafirst", "4711")),
        ("alphafirst_LATE_4711_98765_my_work.ipynb", Author("alphafirst", "4711", late=True)),
        ("gämmathird_4712_98765_1_2_x.ipynb", Author("gämmathird", "4712")),
        ("First Alpha_123_assignsubmission_file/x.ipynb", Author("First Alpha")),
        ("First Alpha_123_assignsubmission_file_/x.ipynb", Author("First Alpha")),
        ("First Alpha_123_assignsubmission_file_x.ipynb", Author("First Alpha")),
        ("First Alpha_123_assignsubmission_file/Second Beta_1_assignsubmission_file/x.ipynb",
         Author("First Alpha")),
        ("first/sub/second/x.ipynb", Author("first")),
        ("first.ipynb", Author("first")),
    ],
)  # fmt: skip
def test_author_is_read_from_the_path_that_the_platform_made(path, author):
    assert author_of(PurePosixPath(path)) == author


@pytest.mark.parametrize("kind", ["folder", "zip file"])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("alphafirst_4711_9_01_chain_rule-1.ipynb", "betasecond_LATE_77_9_x.ipynb"),
        ("renamed_4711_9_x.ipynb", "betasecond_77_9_x.ipynb"),
        ("First Alpha_5_assignsubmission_file/x.ipynb",
         "Second Beta_6_assignsubmission_file/x.ipynb"),
        ("First Alpha_5_assignsubmission_file_x.ipynb",
         "Second Beta_6_assignsubmission_file_x.ipynb"),
        ("al@example.org/x.ipynb", "second.ipynb"),
    ],
)  # fmt: skip
def test_notebooks_go_to_the_students_that_they_are_from(tmp_path, folder, kind, first, second):
    place = download(tmp_path, {first: NOTEBOOK, second: NOTEBOOK + " "})
    place = place if kind == "folder" else tmp_path / "download.zip"
    time = datetime.fromisoformat("2026-03-01 23:00+02:00")
    report = collect(folder, place, "1", time)
    assert report.new == ["first", "second"]
    assert report.nothing_from == ["third1", "third2"]
    assert report.late == (["second"] if "LATE" in second else [])
    assert report.problems == []
    assert submitted(folder, "first").read_text() == NOTEBOOK
    assert submitted(folder, "second").read_text() == NOTEBOOK + " "
    stamp = submitted(folder, "first").parent / "timestamp.txt"
    assert stamp.read_text() == "2026-03-01 21:00:00 UTC\n"


def test_lessons_are_those_of_the_class_wherever_the_command_is_called(
    tmp_path, folder, monkeypatch
):
    source, _ = begin_lesson(folder / "source" / "06_recurrent", "06_recurrent")
    text = notebook_text(source_notebook(read_lesson(source)))
    (source.parents[1] / "06_recurrent.ipynb").write_text(text)
    begin_lesson(tmp_path / "elsewhere", "07_elsewhere")
    monkeypatch.chdir(tmp_path / "elsewhere")
    place = download(tmp_path, {"first.ipynb": text})
    report = collect(folder, place, "6")
    assert (report.new, report.problems) == (["first"], [])
    assert (folder / "submitted" / "first" / "06_recurrent" / "06_recurrent.ipynb").is_file()
    with pytest.raises(LessonError, match="there is no lesson '7'"):
        collect(folder, place, "7")


@pytest.mark.parametrize("kind", ["folder", "zip file"])
@pytest.mark.parametrize(
    "names",
    [
        ("all/first.ipynb", "all/second.ipynb"),
        ("all/first/x.ipynb", "all/second/x.ipynb", "__MACOSX/all/._x.ipynb", ".DS_Store"),
        ("all/alphafirst_4711_9_x.ipynb", "all/betasecond_77_9_x.ipynb"),
    ],
)
def test_folder_around_everything_does_not_count(tmp_path, folder, kind, names):
    place = download(tmp_path, dict.fromkeys(names, NOTEBOOK))
    report = collect(folder, place if kind == "folder" else tmp_path / "download.zip", "1")
    assert (report.new, report.problems) == (["first", "second"], [])


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("first/second.ipynb",), ""),
        (("all/all/second.ipynb",), "all/all/second.ipynb: 'all' is nobody in the class"),
        (("all/second.ipynb", "x.txt"), "all/second.ipynb: 'all' is nobody in the class"),
        (("Other_1_assignsubmission_file/second.ipynb",),
         "Other_1_assignsubmission_file/second.ipynb: 'Other' is nobody in the class"),
    ],
)  # fmt: skip
def test_folder_of_somebody_and_folders_inside_count(tmp_path, folder, names, told):
    report = collect(folder, download(tmp_path, dict.fromkeys(names, NOTEBOOK)), "1")
    assert report.new == ([] if told else ["first"])
    assert told in (report.problems or [""])[-1]


def test_what_has_not_changed_keeps_its_time(tmp_path, folder):
    place = download(tmp_path, {"first.ipynb": NOTEBOOK, "second.ipynb": NOTEBOOK})
    collect(folder, place, "1")
    stamps = [submitted(folder, who).parent / "timestamp.txt" for who in ("first", "second")]
    before = [stamp.read_text() for stamp in stamps]
    (place / "second.ipynb").write_text(NOTEBOOK + " ")
    report = collect(folder, place, "1", datetime.fromisoformat("2001-01-01T00:00Z"))
    assert (report.new, report.changed, report.unchanged) == ([], ["second"], ["first"])
    assert stamps[0].read_text() == before[0]
    assert stamps[1].read_text() == "2001-01-01 00:00:00 UTC\n"


def test_name_of_nobody_or_of_two_students_is_said_and_not_guessed(tmp_path, folder):
    names = [f"{who}_assignsubmission_file_a.ipynb" for who in ("Participant_2", "Third Gämma_1")]
    report = collect(folder, download(tmp_path, dict.fromkeys(names, NOTEBOOK)), "1")
    assert report.problems == [
        f"{names[0]}: 'Participant' is nobody in the class",
        f"{names[1]}: 'Third Gämma' fits third1, third2",
    ]
    assert not (folder / "submitted").exists()
    report = collect(folder, download(tmp_path, {"gämmathird_4712_1_a.ipynb": NOTEBOOK}), "1")
    assert report.new == ["third2"], "a number of Canvas decides between equal names"


def test_last_attempt_counts_and_a_broken_notebook_is_taken_for_grading_to_tell(tmp_path, folder):
    files = {
        "first/chain.ipynb": NOTEBOOK,
        "first/chain-10.ipynb": NOTEBOOK + " ",
        "first/chain-9.ipynb": NOTEBOOK,
        "first/scratch.ipynb": '{"cells": []}',
        "second/broken.ipynb": "{",
        "second/essay.pdf": "x",
        "second/work.zip": "x",
    }
    report = collect(folder, download(tmp_path, files), "1")
    assert submitted(folder, "first").read_text() == NOTEBOOK + " "
    assert submitted(folder, "second").read_text() == "{"
    assert report.problems == [
        "second/essay.pdf: is not a notebook",
        "second/work.zip: is an archive, which is not opened",
        "first: 3 notebooks, first/chain-10.ipynb is taken",
        "second/broken.ipynb: is not lesson 01_chain_rule; taken all the same",
    ]


def test_links_and_paths_out_of_an_archive_are_refused(tmp_path, folder):
    secret = tmp_path / "secret.ipynb"
    secret.write_text(NOTEBOOK)
    link = zipfile.ZipInfo("first/x.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as archive:
        archive.writestr(link, str(secret))
        archive.writestr("../second/x.ipynb", NOTEBOOK)
        archive.writestr("/second/x.ipynb", NOTEBOOK)
    report = collect(folder, tmp_path / "download.zip", "1")
    assert report.problems == [
        "first/x.ipynb: is a link, which may point anywhere",
        "../second/x.ipynb: has a path that leads out of the archive",
        "/second/x.ipynb: has a path that leads out of the archive",
    ]
    place = download(tmp_path, {"readme.txt": ""})
    os.symlink(secret, place / "first.ipynb")
    os.symlink(tmp_path, place / "second")
    report = collect(folder, place, "1")
    assert report.problems == [
        "first.ipynb: is a link, which may point anywhere",
        "readme.txt: is not a notebook",
        "second: is a link, which may point anywhere",
    ]
    assert not (folder / "submitted").exists()


def test_archive_that_unpacks_to_too_much_is_refused(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(collecting, "MOST_BYTES", 2**20)
    download(tmp_path, {"first.ipynb": " " * 2**24, "second.ipynb": NOTEBOOK})
    assert (tmp_path / "download.zip").stat().st_size < 2**18
    report = collect(folder, tmp_path / "download.zip", "1")
    assert report.problems == ["first.ipynb: has more than 1 MB"]
    assert report.new == ["second"]
    monkeypatch.setattr(downloads, "MOST_FILES", 1)
    for place in (tmp_path / "download.zip", tmp_path / "download"):
        with pytest.raises(ClassError, match="holds more than 1 files: is it the right one"):
            collect(folder, place, "1")


def test_damaged_archive_is_told(tmp_path, folder):
    download(tmp_path, {"first.ipynb": NOTEBOOK, "second.ipynb": NOTEBOOK})
    path = tmp_path / "download.zip"
    raw = bytearray(path.read_bytes())
    raw[60:90] = bytes(30)
    path.write_bytes(raw)
    report = collect(folder, path, "1")
    assert "first.ipynb: cannot be read: " in report.problems[0]
    assert report.new == ["second"]
    path.write_text("no zip")
    with pytest.raises(ClassError, match="is neither a folder nor a zip file"):
        collect(folder, path, "1")


def test_class_without_students_is_told(tmp_path, folder):
    (folder / "students.csv").unlink()
    with pytest.raises(ClassError, match="has no students to match names with: write them into"):
        collect(folder, download(tmp_path, {"first.ipynb": NOTEBOOK}), "1")
