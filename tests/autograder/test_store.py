"""Runs are found again by what was run, by every process, and only if they are sure."""

import json
from types import SimpleNamespace

import pytest

from autograder.result import Map, Output, Result
from autograder.running import Run
from autograder.store import FILE, Store

WHERE = Map(differences=(("·", "+1"),), entries=(("2", "yours 3, right 2"),))

ASKED = SimpleNamespace(keys={"f": "key"})


def run_with(summary, sure=True):
    result = Result("f", "wrong", summary, (Output("dx", True),), 2.0, maps={"dx": WHERE})
    return Run("sealed", {"f": result}, {"f": "key"}, {3: [{"output_type": "stream"}]}, sure)


def test_a_run_is_the_same_when_it_is_found_again(tmp_path):
    Store(tmp_path).add("a", run_with("one"))
    assert Store(tmp_path).find("a", ASKED) == run_with("one")
    assert Store(tmp_path).find("b", ASKED) is None


def test_of_two_runs_the_last_counts(tmp_path):
    store = Store(tmp_path)
    for word in ("one", "two"):
        store.add("a", run_with(word))
    assert store.find("a", ASKED) == Store(tmp_path).find("a", ASKED) == run_with("two")


def test_what_another_process_adds_is_found(tmp_path):
    mine, other = Store(tmp_path), Store(tmp_path)
    assert mine.find("a", ASKED) is None
    other.add("a", run_with("one"))
    assert mine.find("a", ASKED) == run_with("one")


def test_files_of_shards_are_read_too(tmp_path):
    Store(tmp_path, "verdicts-1-of-2.jsonl").add("a", run_with("one"))
    Store(tmp_path, "verdicts-2-of-2.jsonl").add("b", run_with("two"))
    assert Store(tmp_path).find("a", ASKED) == run_with("one")
    assert Store(tmp_path).find("b", ASKED) == run_with("two")


def test_a_run_that_is_not_sure_is_found_by_who_added_it_only(tmp_path):
    mine = Store(tmp_path)
    mine.add("a", run_with("one", sure=False))
    assert mine.find("a", ASKED) == run_with("one", sure=False)
    assert Store(tmp_path).find("a", ASKED) is None


def test_an_unsure_run_does_not_hide_a_sure_one(tmp_path):
    Store(tmp_path).add("a", run_with("one"))
    Store(tmp_path).add("a", run_with("two", sure=False))
    assert Store(tmp_path).find("a", ASKED) == run_with("one")


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"content": "a"}', '{"content": 3, "run": {}}',
                                  '{"content": "a", "run": {"sure": true}}', "\x00"])  # fmt: skip
def test_lines_that_hold_no_run_do_no_harm(tmp_path, line):
    (tmp_path / FILE).write_text(line + "\n")
    assert Store(tmp_path).find("a", ASKED) is None
    Store(tmp_path).add("b", run_with("one"))
    assert Store(tmp_path).find("b", ASKED) == run_with("one")


def test_a_file_that_is_replaced_gives_no_wrong_run(tmp_path):
    store = Store(tmp_path)
    store.add("a", run_with("one"))
    (tmp_path / FILE).write_text("")
    Store(tmp_path).add("b", run_with("two"))
    assert store.find("a", ASKED) is None
    (tmp_path / FILE).unlink()
    assert store.find("a", ASKED) is None
    assert store.find("b", ASKED) is None


def test_a_line_is_one_line_of_json(tmp_path):
    Store(tmp_path).add("a", run_with("x\ny"))
    (line,) = filter(None, (tmp_path / FILE).read_text().split("\n"))
    assert json.loads(line)["content"] == "a"


def test_an_older_run_that_has_the_verdicts_goes_before_a_newer_one_that_has_not(tmp_path):
    Store(tmp_path, "verdicts-1-of-2.jsonl").add("a", run_with("after the test was mended"))
    old = run_with("before that")
    old.keys["f"] = "another key"
    Store(tmp_path).add("a", old)
    assert Store(tmp_path).find("a", ASKED) == run_with("after the test was mended")
    assert Store(tmp_path).find("a", SimpleNamespace(keys={"f": "a third"})) == old
