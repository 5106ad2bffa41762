"""What is in the file stays readable, wherever a writer was stopped."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.journal import append, entries, parsed

ENTRIES = st.lists(st.dictionaries(st.text(), st.text() | st.integers()), min_size=1, max_size=5)


def contents(path):
    return list(entries(path))


@given(ENTRIES, st.data())
def test_a_file_cut_anywhere_loses_its_last_entry_at_most(tmp_path_factory, written, data):
    path = tmp_path_factory.mktemp("journal") / "file"
    ends = [sum(append(path, entry)) for entry in written]
    cut = data.draw(st.integers(0, ends[-1]))
    with path.open("r+b") as file:
        file.truncate(cut)
    append(path, {"after": 1})
    assert contents(path) == [*written[: sum(end <= cut for end in ends)], {"after": 1}] or (
        # A cut just before the newline leaves a whole entry, which the next one ends.
        cut + 1 in ends and contents(path) == [*written[: ends.index(cut + 1) + 1], {"after": 1}]
    )


def test_place_and_size_find_the_entry(tmp_path):
    append(tmp_path / "a", {"x": "ß"})
    place, size = append(tmp_path / "a", {"x": "\ud800"})
    assert parsed((tmp_path / "a").read_bytes()[place : place + size]) == {"x": "\ud800"}


def test_lines_that_are_no_entries_do_not_count(tmp_path):
    (tmp_path / "a").write_bytes(b'\n[1]\n\xff\xfe\nnull\n{"x":1}\n{"x":2}')
    assert contents(tmp_path / "a") == [{"x": 1}]


def test_a_file_that_is_not_there_has_no_entries(tmp_path):
    assert contents(tmp_path / "none") == []


WRITER = """
import sys
from pathlib import Path
from autograder.journal import append
for n in range(200):
    append(Path(sys.argv[1]), {"who": sys.argv[2], "n": n, "text": "x" * 5000})
"""


def test_two_processes_write_to_one_file(tmp_path):
    path = tmp_path / "a"
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [subprocess.Popen([*command, who]) for who in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    for who in "ab":
        assert [e["n"] for e in contents(path) if e["who"] == who] == list(range(200))


LIMITED = """
import resource, signal, sys
from pathlib import Path
from autograder.journal import append
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    append(Path(sys.argv[1]), {"text": "x" * 2000})
except OSError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE")
def test_an_entry_that_does_not_fit_is_an_error_and_spoils_nothing(tmp_path):
    append(tmp_path / "a", {"x": 1})
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "a")], capture_output=True, text=True
    )
    assert "No space left on device" in done.stdout, done.stderr
    append(tmp_path / "a", {"x": 2})
    assert contents(tmp_path / "a") == [{"x": 1}, {"x": 2}]
