"""A folder whose owner is in the way is measured and emptied all the same."""

import os
import threading

import pytest

from autograder.student.scratch import empty, measure


def test_all_files_and_folders_count(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(bytes(1000))
    size, number = measure(tmp_path, 10)
    assert number == 2
    assert size == 1000 + (tmp_path / "a").lstat().st_size


def test_counting_ends_above_the_limit(tmp_path):
    for number in range(30):
        (tmp_path / str(number)).touch()
    assert measure(tmp_path, 10)[1] == 11


def test_a_folder_that_is_gone_is_empty(tmp_path):
    assert measure(tmp_path / "gone", 10) == (0, 0)


def test_links_are_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "large").write_bytes(bytes(10**6))
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    assert measure(inside, 10)[0] < 1000
    empty(inside)
    assert list(inside.iterdir()) == []
    assert (outside / "large").exists()


@pytest.mark.skipif(not hasattr(os, "fchdir"), reason="needs folders by descriptor")
def test_folders_in_folders_are_too_much_and_go_away(tmp_path):
    here = os.open(".", os.O_RDONLY)
    os.chdir(tmp_path)
    try:
        for _ in range(1500):
            os.mkdir("d" * 50)
            os.chdir("d" * 50)
    finally:
        os.fchdir(here)
        os.close(here)
    assert measure(tmp_path, 10_000)[0] == float("inf"), "no path reaches all of it"
    empty(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_folders_that_are_closed_go_away(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "c").touch()
    inner.chmod(0)
    inner.parent.chmod(0)
    if os.getuid():
        assert measure(tmp_path, 10)[0] == float("inf")
    empty(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_files_that_come_and_go_stop_nobody(tmp_path):
    stop = threading.Event()

    def come_and_go():
        while not stop.is_set():
            for name in "abcd":
                (tmp_path / name).mkdir(exist_ok=True)
                (tmp_path / name / "file").touch()
            for name in "abcd":
                (tmp_path / name / "file").unlink()
                (tmp_path / name).rmdir()

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        for _ in range(300):
            assert measure(tmp_path, 100)[1] <= 8
    finally:
        stop.set()
        thread.join()
