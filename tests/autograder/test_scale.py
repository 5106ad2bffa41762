"""Grading beyond one process: shards, a Dask cluster, lost workers; equal marks on every path."""

import contextlib
import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from autograder.build import answered_notebook, notebook_text
from autograder.classroom import ClassError
from autograder.cluster import run_shard_there
from autograder.demo import sample_class
from autograder.fingerprint import software
from autograder.pool import Task
from autograder.workers import in_workers

GUIDE = Path(__file__).parents[2] / "autograder" / "README.md"


@pytest.fixture(scope="module")
def handed_in(backprop, tmp_path_factory, lesson):
    """A class of eight that nobody has graded; one answer ends its process, one file is broken."""
    folder = tmp_path_factory.mktemp("scale") / "class"
    made = backprop("class", "init", folder)
    assert made.returncode == 0, made.stderr
    work = {one.student: one.answers for one in sample_class(lesson, 6)}
    killer = "def power_grad(a, b, x):\n    import os\n    os._exit(1)"
    work["killer"] = lesson.reference.answers | {"power_grad": killer}
    texts = {who: notebook_text(answered_notebook(lesson, own)) for who, own in work.items()}
    for student, text in (texts | {"broken": "{"}).items():
        path = folder / "submitted" / student / lesson.name / f"{lesson.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def ungraded(handed_in, tmp_path):
    return shutil.copytree(handed_in, tmp_path / "class")


def graded(done):
    """What `--json` says, less what two gradings may word differently."""
    assert done.returncode == 1, done.stderr  # a file is broken
    return {one["student"]: (one["scores"], one["problem"]) for one in json.loads(done.stdout)}


@pytest.fixture(scope="module")
def expected(handed_in, backprop, tmp_path_factory):
    """The marks that one machine gives."""
    folder = tmp_path_factory.mktemp("one machine") / "class"
    shutil.copytree(handed_in, folder)
    return graded(backprop("class", "grade", folder, "--json", "--workers", 2))


def test_one_worker_and_many_give_equal_marks(ungraded, backprop, expected):
    assert graded(backprop("class", "grade", ungraded, "--json", "--workers", 1)) == expected
    assert expected["student-001"][0]["power_grad"] > expected["killer"][0]["power_grad"] == 0


def test_plain_nbgrader_gives_the_same_marks(ungraded, expected, lesson):
    shutil.rmtree(ungraded / "submitted" / "broken")
    for command in (["autograde", lesson.name], ["export", "--to", "grades.csv"]):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command],
            cwd=ungraded, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    with (ungraded / "grades.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == lesson.name]
    totals = {row["student_id"]: float(row["score"]) for row in rows if row["score"]}
    for student, total in totals.items():
        assert total == pytest.approx(sum(expected[student][0].values()))
    assert len(totals) == len(expected) - 1


def job_script(name):
    """Return the job file of this name, as the instructor's guide has it."""
    found = re.search(rf"`{name}`.*?```\w+\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert found, f"{GUIDE} should hold {name}"
    return found[1]


def test_shards_of_a_slurm_array_and_one_merge_give_the_marks_of_one_machine(
    ungraded, backprop, expected
):
    script, environment = job_script("grade.sbatch"), dict(os.environ)
    count = int(re.search(r"--array=1-(\d+)", script)[1])
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    for number in range(1, count + 1):
        array = {"SLURM_ARRAY_TASK_ID": str(number), "SLURM_ARRAY_TASK_COUNT": str(count)}
        done = subprocess.run(
            ["bash", "-c", script, "grade.sbatch", str(ungraded)],
            env=environment | array, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert not (ungraded / "graded.jsonl").exists(), "a shard records nothing"
    files = sorted(ungraded.glob("verdicts-*-of-*.jsonl"))
    before = [file.read_bytes() for file in files]
    assert graded(backprop("class", "grade", ungraded, "--json")) == expected
    assert [file.read_bytes() for file in files] == before
    assert not (ungraded / "verdicts.jsonl").exists(), "the merge runs nothing again"


def test_the_container_of_a_kubernetes_job_runs_its_own_shard(ungraded, backprop):
    manifest = job_script("grade.yaml")
    command = re.search(r"command: \[bash, -c, '(.*)'\]", manifest)[1]
    completions = int(re.search(r"completions: (\d+)", manifest)[1])
    assert f"/{completions}" in command
    environment = dict(os.environ) | {"JOB_COMPLETION_INDEX": "2"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    command = command.replace("/class", str(ungraded))
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (ungraded / f"verdicts-3-of-{completions}.jsonl").is_file()


@contextlib.contextmanager
def cluster(folder, workers):
    """A scheduler and separate worker processes; gives its address and the workers."""
    file = folder / "scheduler.json"
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    program = [sys.executable, "-m", "distributed.cli.dask_"]
    start = [*program[:2], f"{program[2]}scheduler", "--port=0", "--no-dashboard"]
    started = [
        subprocess.Popen(
            [*start, "--host=127.0.0.1", f"--scheduler-file={file}"], cwd=folder, **quiet
        )
    ]
    try:
        started += [
            subprocess.Popen(
                [*program[:2], f"{program[2]}worker", f"--scheduler-file={file}", "--nthreads=2",
                 "--no-dashboard", f"--local-directory={folder}"],
                cwd=folder, **quiet,
            )
            for _ in range(workers)
        ]  # fmt: skip
        deadline = time.monotonic() + 60
        while not file.is_file() or not file.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield json.loads(file.read_text())["address"], started[1:]
    finally:
        for process in started:
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(True)]
            for one in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
            process.wait()


def test_a_dask_cluster_gives_the_marks_of_one_machine_although_a_worker_is_killed(
    ungraded, expected, tmp_path
):
    pytest.importorskip("distributed")
    command = [sys.executable, "-m", "autograder", "class", "grade", str(ungraded), "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with cluster(tmp_path, 2) as (address, (first, _)):
        with subprocess.Popen([*command, "--scheduler", address], **pipes) as grading:
            deadline = time.monotonic() + 300
            while not list(ungraded.glob("verdicts-cluster-*")) and grading.poll() is None:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            # The worker itself, not the nanny that starts another one.
            workers = [one for one in psutil.Process(first.pid).children()
                       if "spawn_main" in " ".join(one.cmdline())]  # fmt: skip
            for process in workers:
                process.send_signal(signal.SIGKILL)
            told, errors = grading.communicate(timeout=300)
    assert len(workers) == 1
    assert graded(subprocess.CompletedProcess([], grading.returncode, told, errors)) == expected
    assert not (ungraded / "verdicts.jsonl").exists(), "no student's code runs on this machine"


def test_worker_that_does_not_see_the_class_or_has_other_software_says_so(tmp_path, lesson):
    task = Task(tmp_path / "class", "first", lesson.name)
    with pytest.raises(ClassError, match="does not see the class's folder under"):
        run_shard_there([task], 0, software())
    (tmp_path / "class").mkdir()
    with pytest.raises(ClassError, match="another version of backprop-course, Python or NumPy"):
        run_shard_there([task], 0, "of another version")


def test_scheduler_without_dask_is_told(ungraded):
    code = (
        "import sys; sys.modules['distributed'] = None; from autograder.cli import main;"
        f"sys.exit(main(['class', 'grade', {str(ungraded)!r}, '--scheduler', 'tcp://x:1']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "backprop: a scheduler needs Dask: `pip install 'backprop-course[cluster]'`\n"
    )


def test_scheduler_that_does_not_answer_is_told(ungraded, backprop):
    pytest.importorskip("distributed")
    environment = os.environ | {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "2s"}
    done = backprop("class", "grade", ungraded, "--scheduler", "tcp://127.0.0.1:9", env=environment)
    assert done.returncode == 2
    assert "no scheduler answers at tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


def test_jobs_of_a_worker_that_is_killed_are_done_by_another(tmp_path):
    done = dict(in_workers(Fragile(tmp_path), range(6), 2))
    assert done == {number: number * number for number in range(6)}


class Fragile:
    """Squares a number; the first process that gets a 3 is killed."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, number):
        if number == 3 and not (self.folder / "killed").exists():
            (self.folder / "killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number * number


def test_a_line_says_what_was_run_what_was_reused_and_in_which_sandbox(ungraded, backprop):
    first = backprop("class", "grade", ungraded).stdout.splitlines()[-1]
    assert re.fullmatch(
        r"8 submissions: 7 run, 0 reused, 1 broken; \S+ a second; sandbox: (sealed|limited|open)\.",
        first,
    )
    again = backprop("class", "grade", ungraded).stdout.splitlines()[-1]
    assert again == "8 submissions: 0 run, 7 reused, 1 broken."


def test_demo_cells_that_are_run_cost_no_second_run_and_change_no_mark(
    ungraded, backprop, expected, lesson
):
    with (ungraded / "nbgrader_config.py").open("a") as file:
        file.write("c.Execute.run_demos = True\n")
    assert graded(backprop("class", "grade", ungraded, "--json")) == expected
    assert (ungraded / "verdicts.jsonl").read_text().count('{"content":') == 7
    path = ungraded / "autograded" / "student-001" / lesson.name / f"{lesson.name}.ipynb"
    cells = json.loads(path.read_text())["cells"]
    demos = [cell for cell in cells if "demo" in cell["metadata"].get("tags", ())]
    assert demos
    assert all(cell["execution_count"] for cell in demos)


def test_without_a_terminal_and_with_json_nothing_is_said_on_the_way(ungraded, backprop):
    assert backprop("class", "grade", ungraded, "--json").stderr == ""
