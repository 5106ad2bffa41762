"""Submissions are run in worker processes; what came of each is told, whatever it was."""

from pathlib import Path

import pytest

from autograder import pool
from autograder.pool import LOST, Outcome, Task, problem_with, run_all, run_task


def outcomes(tasks, monkeypatch, *answers):
    """What `run_all` makes of what workers bring back."""
    given = iter(answers)
    monkeypatch.setattr(pool, "know_the_truth", lambda *_: None)
    monkeypatch.setattr(pool, "in_workers", lambda do, jobs, n: ((j, next(given)) for j in jobs))
    return list(run_all(tasks, 2, lambda items, total: items))


def test_a_run_that_is_not_sure_is_done_again_at_the_end(monkeypatch):
    tasks = [Task(Path("x"), who, "01_chain_rule") for who in ("a", "b")]
    got = outcomes(tasks, monkeypatch, Outcome(tasks[0], sure=False), Outcome(tasks[1]),
                   Outcome(tasks[0]))  # fmt: skip
    assert [(one.task.student, one.sure) for one in got] == [("b", True), ("a", True)]


def test_a_submission_that_ends_graders_is_told(monkeypatch):
    tasks = [Task(Path("x"), "a", "01_chain_rule")]
    assert outcomes(tasks, monkeypatch, None) == [Outcome(tasks[0], failure=LOST)]


def test_an_error_of_our_own_concerns_one_submission(tmp_path, monkeypatch):
    def stumble(task, file):
        raise KeyError("x")

    def fill_the_disk(task, file):
        raise OSError(28, "No space left on device")

    task = Task(tmp_path, "a", "01_chain_rule")
    monkeypatch.setattr(pool, "_run_task", stumble)
    assert run_task(task).failure == "the grader stumbled over it: KeyError: 'x'"
    monkeypatch.setattr(pool, "_run_task", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        run_task(task)


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    task = Task(tmp_path, "a", "01_chain_rule")
    task.path.parent.mkdir(parents=True)
    with task.path.open("wb") as file:
        file.truncate(300 << 20)
    assert problem_with(task) == "01_chain_rule.ipynb has 300 MB; more than 200 MB are not read"


def test_a_folder_with_other_files_says_which(tmp_path):
    task = Task(tmp_path, "a", "01_chain_rule")
    task.path.parent.mkdir(parents=True)
    assert problem_with(task).endswith("was handed in; the folder is empty")
    (task.path.parent / "b.txt").touch()
    assert problem_with(task).endswith("was handed in; there is b.txt")
