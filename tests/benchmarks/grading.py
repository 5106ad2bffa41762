"""Measures grading a class beside stock nbgrader and Otter: one command, one table.

    python tests/benchmarks/grading.py                        # everything, some hours
    python tests/benchmarks/grading.py speed cpu --students 20 --many 1000

| row      | measures                                                                          |
|----------|-----------------------------------------------------------------------------------|
| `speed`  | a class of honest submissions, `backprop class grade` against `nbgrader autograde` |
| `demos`  | the same with the demo cells run, which stock nbgrader always does                |
| `marks`  | the marks of both, cell by cell                                                   |
| `cpu`    | computing time of grading over that of cells and checks in a warm process         |
| `growth` | many submissions: memory and rate at the end over the beginning; once more, unchanged |
| `dask`   | a cluster of two workers against one of one                                       |
| `otter`  | Otter's local run of a notebook with the same answers and checks                  |

Stock nbgrader grades a sample, and its time for the whole class is extrapolated: its start, and the
time for each further submission. Times are medians of `--rounds`. No two submissions are equal.
"""

import argparse
import json
import math
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")

import psutil
from nbgrader.api import Gradebook
from tabulate import tabulate

from autograder.build import CHECK_PREFIX, answered_notebook, notebook_text
from autograder.checking import check_answer
from autograder.classroom import CONFIG_FILE, create_class
from autograder.cluster import on_dask
from autograder.demo import sample_class
from autograder.execute import current_assignment, zygote_of
from autograder.exercise import GRADING_REPEATS
from autograder.lessons import find_lesson
from autograder.marking import read_notebook
from autograder.pool import Task, know_the_truth, run_task
from autograder.reference import lesson_names
from autograder.restoring import RUN, restore, steps_of
from autograder.student.cells import Shell
from autograder.student.sandbox import Limits

STOCK_CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'stock'\n"
CORES = os.cpu_count() or 1
Row = list[str]  # what, ours, beside, how they compare, what is to be reached


@dataclass(frozen=True)
class Bench:
    """What is measured, and where.

    Parameters
    ----------
    folder : Path
        Where classes are made.
    students, sample, many, rounds : int
        In a class, graded by stock nbgrader, in the large class, and how often.
    lessons : tuple of str
        Which ones.
    """

    folder: Path
    students: int
    sample: int
    many: int
    rounds: int
    lessons: tuple[str, ...]

    def new_class(self, lesson: str, count: int, config: str = "") -> Path:
        """Return a class that has handed in one lesson, and that nobody has graded."""
        made = self.folder / "made" / f"{lesson}-{count}"
        if not made.is_dir():
            empty = self.folder / "made" / "empty"
            if not empty.is_dir():
                create_class(empty)
            shutil.copytree(empty, made)
            hand_in(made, lesson, count)
        copy = Path(tempfile.mkdtemp(dir=self.folder, prefix="class-")) / "class"
        shutil.copytree(made, copy)
        with (copy / CONFIG_FILE).open("a") as file:
            file.write(config)
        return copy


def hand_in(folder: Path, name: str, count: int) -> None:
    """Put sample work into a class's folder; each student's differs from all others' by a line."""
    lesson = find_lesson(name)
    for sample in sample_class(lesson, count):
        notebook = answered_notebook(lesson, sample.answers)
        cell = next(cell for cell in notebook.cells if cell.id == lesson.exercises[0])
        cell.source += f"\n# {sample.student}"
        path = folder / "submitted" / sample.student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(notebook_text(notebook), encoding="utf-8")


def seconds(command: list[str], **options: object) -> float:
    """Return how long a command takes; it may say that some mark failed, and nothing worse."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    took = time.perf_counter() - start
    if done.returncode > 1 or "Traceback" in done.stderr:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")
    return took


def our_command(folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "autograder", "class", "grade", str(folder), *options]


def our_seconds(bench: Bench, lesson: str, config: str = "") -> float:
    """Return the median time of grading the class."""
    times = []
    for _ in range(bench.rounds):
        folder = bench.new_class(lesson, bench.students, config)
        times.append(seconds(our_command(folder)))
        shutil.rmtree(folder.parent)
    return statistics.median(times)


def stock_class(bench: Bench, lesson: str, count: int) -> Path:
    """Return the class as stock nbgrader would have it, with `count` of its students."""
    folder = bench.new_class(lesson, bench.students)
    (folder / CONFIG_FILE).write_text(STOCK_CONFIG)
    for path in sorted((folder / "submitted").iterdir())[count:]:
        shutil.rmtree(path)
    return folder


def stock_run(folder: Path, lesson: str) -> float:
    """Return how long stock nbgrader takes; it draws the cases that we draw."""
    command = [sys.executable, "-m", "nbgrader", "autograde", lesson]
    return seconds(command, cwd=folder)


def stock_seconds(bench: Bench, lesson: str) -> float:
    """Return the time that stock nbgrader takes for the class, extrapolated from its sample.

    It starts for one submission, then for that and a sample; the difference is what one costs.
    """
    totals = []
    for _ in range(max(1, bench.rounds // 3)):
        times = {}
        for count in (1, 1 + bench.sample):
            folder = stock_class(bench, lesson, count)
            times[count] = stock_run(folder, lesson)
            shutil.rmtree(folder.parent)
        each = (times[1 + bench.sample] - times[1]) / bench.sample
        totals.append(times[1] + (bench.students - 1) * each)
    return statistics.median(totals)


def speed(bench: Bench, what: str = "demo cells cut", config: str = "") -> Iterator[Row]:
    """Grade the class of each lesson both ways."""
    ratios = []
    for lesson in bench.lessons:
        ours, stock = our_seconds(bench, lesson, config), stock_seconds(bench, lesson)
        ratios.append(stock / ours)
        yield [
            f"{lesson}, {bench.students} submissions, {what}",
            f"{ours:.1f} s", f"nbgrader {stock:.0f} s", f"{stock / ours:.1f}x", "",
        ]  # fmt: skip
    reach = "" if config else ">= 25x, aim 40x"
    yield [f"all lessons, {what}", "", "", f"{statistics.median(ratios):.1f}x", reach]


def demos(bench: Bench) -> Iterator[Row]:
    """Grade the class of each lesson with its demo cells."""
    yield from speed(bench, "demo cells run", "c.Execute.run_demos = True\n")


def scores_in(folder: Path, lesson: str, student: str) -> dict[str, float]:
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook(lesson, lesson, student)
        return {grade.name.removeprefix(CHECK_PREFIX): grade.score for grade in notebook.grades}


def marks(bench: Bench) -> Iterator[Row]:
    """Compare the marks of a sample of each lesson, cell by cell."""
    for lesson in bench.lessons:
        stock = stock_class(bench, lesson, bench.sample)
        stock_run(stock, lesson)
        ours = bench.new_class(lesson, bench.sample)
        shutil.rmtree(ours / "submitted")
        shutil.copytree(stock / "submitted", ours / "submitted")
        seconds(our_command(ours))
        students = sorted(path.name for path in (ours / "submitted").iterdir())
        pairs = [
            (scores_in(ours, lesson, student)[cell], score)
            for student in students
            for cell, score in scores_in(stock, lesson, student).items()
        ]
        equal = sum(math.isclose(mine, score) for mine, score in pairs)
        yield [f"{lesson}, marks of {len(students)} submissions", f"{len(pairs)} cells",
               "nbgrader's", f"{equal} equal", "every cell"]  # fmt: skip
        shutil.rmtree(stock.parent)
        shutil.rmtree(ours.parent)


def warm_seconds(task: Task) -> float:
    """Return the computing time of a submission's cells and checks in this, warm, process."""
    assignment = current_assignment(task.folder, task.lesson)
    steps = tuple(steps_of(restore(read_notebook(task.path)[0], assignment.source)))
    start = time.process_time()
    shell = Shell()
    for step in steps:
        if step.kind == RUN:
            shell.run(step.text, step.index, False)
        elif callable(shell.user_ns.get(step.text)):
            check_answer(
                shell.user_ns[step.text], assignment.exercises[step.text], assignment.reference,
                seed=assignment.seed, repeats=GRADING_REPEATS,
            )  # fmt: skip
    return time.process_time() - start


def in_fork(function: Callable, *arguments: object) -> object:
    """Return what a function gives in a process of its own, which starts as a copy of this one."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(function, arguments)


def all_warm(tasks: list[Task]) -> float:
    """Return the time of all submissions, after one that is not counted."""
    import matplotlib.pyplot  # noqa: F401  as in the student's process

    warm_seconds(tasks[0])
    return sum(map(warm_seconds, tasks))


def all_graded(tasks: list[Task]) -> float:
    """Return the computing time of judge, zygote and students' processes for all submissions."""
    zygote = zygote_of(tasks[0].folder, Limits())
    zygote.fork()  # started, and not counted
    zygote.end()
    program = psutil.Process(zygote.program.pid)

    def so_far() -> float:
        tree = [program, *program.children(recursive=True)]  # bubblewrap, in it the zygote
        return time.process_time() + sum(sum(one.cpu_times()[:4]) for one in tree)

    start = so_far()
    for task in tasks:
        run_task(task)
    took = so_far() - start
    zygote.close()
    return took


def cpu(bench: Bench) -> Iterator[Row]:
    """Compare computing times of grading, all but the database, with those of a warm process."""
    for lesson in bench.lessons:
        ratios = []
        for _ in range(bench.rounds):
            folder = bench.new_class(lesson, bench.students)
            tasks = [Task(folder, path.name, lesson) for path in (folder / "submitted").iterdir()]
            know_the_truth(folder, lesson)
            graded, warm = in_fork(all_graded, tasks), in_fork(all_warm, tasks)
            ratios.append((graded / warm, graded / len(tasks), warm / len(tasks)))
            shutil.rmtree(folder.parent)
        ratio, graded, warm = sorted(ratios)[len(ratios) // 2]
        yield [f"{lesson}, computing time each", f"{1000 * graded:.0f} ms",
               f"warm process {1000 * warm:.0f} ms", f"{ratio:.2f}", "<= 2"]  # fmt: skip


def memory_of(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0


def growth(bench: Bench) -> Iterator[Row]:
    """Grade many submissions, looking at memory and rate all the time; then once more."""
    folder = bench.new_class(bench.lessons[0], bench.many)
    notes = folder / "graded.jsonl"
    done, size, looks = 0, 0, []  # looks: time, submissions done, memory of grader, of a worker
    with (bench.folder / "table.txt").open("w") as table:
        grader = psutil.Popen(our_command(folder), stdout=table, stderr=subprocess.DEVNULL)
        while grader.poll() is None:
            if notes.is_file():
                with notes.open("rb") as file:
                    file.seek(size)
                    new = file.read()
                done, size = done + new.count(b'{"submission"'), size + len(new)
            workers = max(map(memory_of, grader.children()), default=0)
            looks.append((time.perf_counter(), done, memory_of(grader), workers))
            time.sleep(0.2)
    part = max(1, min(1000, bench.many // 10))
    graded = [look for look in looks if 0 < look[1] < bench.many]
    began, ended = (
        next(look for look in graded if look[1] >= part),
        next(look for look in graded if look[1] >= bench.many - part),
    )
    first, last = began[0] - graded[0][0], graded[-1][0] - ended[0]
    rate = (graded[-1][1] - ended[1]) / last / ((began[1] - graded[0][1]) / first)
    for name, column in (("grader", 2), ("largest worker", 3)):
        start, end = began[column], max(look[column] for look in graded[-10:])
        yield [f"{bench.many} submissions, memory of the {name}", f"{end >> 20} MB",
               f"after {part}: {start >> 20} MB", f"{end / start:.2f}", "<= 1.1"]  # fmt: skip
    yield [f"{bench.many} submissions, rate of the last {part}", "", f"of the first {part}",
           f"{rate:.2f}", ">= 0.9"]  # fmt: skip
    again = min(seconds(our_command(folder)) for _ in range(bench.rounds))
    yield [f"{bench.many} submissions again, nothing changed", f"{again:.1f} s", "",
           f"{bench.many / again:.0f} a second", ">= 500"]  # fmt: skip
    shutil.rmtree(folder.parent)


def dask(bench: Bench) -> Iterator[Row]:
    """Run the class on a cluster of one worker, then of two."""
    from distributed import LocalCluster

    lesson, times = bench.lessons[-1], {}
    for workers in (1, 2):
        with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as local:
            rounds = []
            for number in range(bench.rounds + 1):  # the first one starts everything
                folder = bench.new_class(lesson, bench.students)
                people = sorted(path.name for path in (folder / "submitted").iterdir())
                tasks = [Task(folder, student, lesson) for student in people]
                start = time.perf_counter()
                for _ in on_dask(tasks, local.scheduler_address):
                    pass
                rounds += [time.perf_counter() - start] if number else []
                shutil.rmtree(folder.parent)
            times[workers] = statistics.median(rounds)
    yield [f"{lesson}, {bench.students} submissions on Dask, two workers", f"{times[2]:.1f} s",
           f"one worker {times[1]:.1f} s", f"{times[1] / times[2]:.2f}x", ">= 1.7x"]  # fmt: skip


OTTER_TEST = """
OK_FORMAT = True
test = {{
    "name": "{name}",
    "points": {points},
    "suites": [{{"type": "doctest", "scored": True, "cases": [{{
        "code": ">>> from autograder import check\\n>>> check({name}, seed=0).passed\\nTrue",
        "hidden": False, "locked": False}}]}}],
}}
"""


def otter(bench: Bench) -> Iterator[Row]:
    """Let Otter run one notebook with everything right, in an environment of its own."""
    lesson = find_lesson(bench.lessons[0])
    place = bench.folder / "otter"
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "-q", "otter-grader", "-e",
               str(Path(__file__).parents[2])]  # fmt: skip
    subprocess.run(install, check=True, capture_output=True)
    tests = place / "autograder" / "tests"
    tests.mkdir(parents=True)
    for name, points in lesson.points.items():
        (tests / f"{name}.py").write_text(OTTER_TEST.format(name=name, points=points))
    (tests.parent / "otter_config.json").write_text(json.dumps({"lang": "python"}))
    archive = shutil.make_archive(str(place / "autograder"), "zip", tests.parent)
    notebook = answered_notebook(lesson, lesson.reference.answers)
    notebook.cells = [cell for cell in notebook.cells if not cell.id.startswith(CHECK_PREFIX)]
    (place / "work.ipynb").write_text(notebook_text(notebook), encoding="utf-8")
    command = [str(python), "-m", "otter", "run", "work.ipynb", "-a", archive, "-o", str(place)]
    times = [seconds(command, cwd=place) for _ in range(bench.rounds)]
    done = json.loads((place / "results.json").read_text())["tests"]
    earned = sum(test.get("score", 0.0) for test in done)
    ours = our_seconds(bench, lesson.name) / bench.students
    theirs = statistics.median(times)
    yield [f"{lesson.name}, one submission", f"{ours:.2f} s",
           f"Otter {theirs:.1f} s ({earned:g} of {sum(lesson.points.values()):g} points)",
           f"{theirs / ours:.0f}x", "shown"]  # fmt: skip


ROWS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    row.__name__: row for row in (speed, demos, marks, cpu, growth, dask, otter)
}


def main() -> None:
    """Measure what is asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; all")
    parser.add_argument("--students", type=int, default=100, help="in a class; 100")
    parser.add_argument("--sample", type=int, default=5, help="that stock nbgrader grades; 5")
    parser.add_argument("--many", type=int, default=10_000, help="in the large class; 10000")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts; 3")
    parser.add_argument("--lesson", action="append", help="only this one; may be repeated")
    options = parser.parse_args()
    unknown = set(options.rows) - set(ROWS)
    if unknown:
        parser.error(f"no row {', '.join(unknown)}: there are {', '.join(ROWS)}")
    lessons = tuple(find_lesson(name).name for name in options.lesson or lesson_names())
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="backprop-bench-") as folder:
        bench = Bench(
            Path(folder), options.students, options.sample, options.many, options.rounds, lessons
        )
        for name in options.rows or ROWS:
            for row in ROWS[name](bench):
                print(" | ".join(row), file=sys.stderr)
                rows.append(row)
    print(f"{CORES} cores, load {os.getloadavg()[0]:.1f} at the end\n")
    head = ["what", "ours", "beside", "result", "reach"]
    print(tabulate(rows, head, tablefmt="pipe", disable_numparse=True))


if __name__ == "__main__":
    main()
