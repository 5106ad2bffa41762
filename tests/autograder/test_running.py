"""A right answer keeps its mark whatever happened around it; a verdict here is one at home."""

import contextlib
import io
import json
import linecache
import os
import random
import signal

import nbformat
import pytest

from autograder.assignment import open_assignment
from autograder.build import answered_notebook, source_notebook, student_notebook
from autograder.checking import check_answer
from autograder.exercise import GRADING_REPEATS
from autograder.exercises import exercises_of
from autograder.lessons import find_lesson
from autograder.process import LostError, StudentProcess
from autograder.reference import lesson_names
from autograder.restoring import CHECK, grade_id, restore, steps_of
from autograder.running import REPLAYS, Run, run_notebook, write_outputs
from autograder.zygote import Zygote

THOROUGH = bool(os.environ.get("BACKPROP_THOROUGH"))
LESSON = find_lesson("1")
POINTS = LESSON.points
ANSWERS = LESSON.reference.answers
FRAME = source_notebook(LESSON)


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    return open_assignment(tmp_path_factory.mktemp("none"), LESSON.name, 3)


@pytest.fixture
def run(zygote, assignment):
    """Restore and run a notebook; return what came of it."""

    def run(cells, **options):
        mended = restore({"cells": cells}, FRAME)
        return run_notebook(steps_of(mended), assignment, zygote, **options)

    return run


def earned(run):
    return {name: result.earned for name, result in run.results.items()}


def cells_of(answers, **changes):
    return answered_notebook(LESSON, answers | changes).cells


def code(source):
    return nbformat.v4.new_code_cell(source)


def test_the_solutions_earn_everything_and_stubs_nothing(run):
    assert earned(run(cells_of(ANSWERS))) == POINTS
    untouched = run(student_notebook(LESSON).cells)
    assert {result.status for result in untouched.results.values()} == {"not attempted"}


MANGLERS = {}


def mangler(change):
    MANGLERS[change.__name__] = change
    return change


@mangler
def drop_a_locked_cell(cells, rng):
    locked = [cell for cell in cells if grade_id(cell) not in ("", *POINTS)]
    cells.remove(rng.choice(locked))


@mangler
def drop_all_checks(cells, rng):
    cells[:] = [cell for cell in cells if not grade_id(cell).startswith("check-")]


@mangler
def move_a_cell(cells, rng):
    cells.insert(rng.randrange(len(cells)), cells.pop(rng.randrange(len(cells))))


@mangler
def shuffle(cells, rng):
    rng.shuffle(cells)


@mangler
def duplicate(cells, rng):
    cells.insert(rng.randrange(len(cells)), nbformat.from_dict(rng.choice(cells)))


@mangler
def lose_the_records(cells, rng):
    for cell in cells:
        cell.metadata = nbformat.from_dict({})


@mangler
def lose_the_ids(cells, rng):
    for cell in cells:
        cell.pop("id", None)


@mangler
def retype(cells, rng):
    for cell in rng.sample(cells, 5):
        cell["cell_type"] = rng.choice(["raw", "markdown", "code", "heading", 3, None])
        if grade_id(cell) == "" and cell["cell_type"] == "code":
            cell["cell_type"] = "markdown"


@mangler
def retag(cells, rng):
    for cell in cells:
        cell.metadata["tags"] = rng.choice([["skip-execution"], "raises", 3, None, [["a"]]])


@mangler
def wrong_types(cells, rng):
    for cell in rng.sample(cells, 6):
        cell[rng.choice(["outputs", "execution_count", "attachments"])] = rng.choice([3, "x", [1]])


@mangler
def wrong_records(cells, rng):
    for cell in rng.sample(cells, 6):
        record = cell.metadata.get("nbgrader", {})
        record.update(grade="no", points=rng.choice([10**9, "x", -1]), locked=0, solution=[])


@mangler
def edit_what_is_locked(cells, rng):
    for cell in cells:
        if grade_id(cell) not in ("", *POINTS):
            cell.source = "3"


@mangler
def add_cells_that_stop(cells, rng):
    for source in ("1 / 0", "for", "raise SystemExit", "!rm -rf .", "\x00", "x = '\ud800'",
                   "%%bash\nls", "check = None; point = 3", "input()"):  # fmt: skip
        cells.insert(rng.randrange(len(cells)), code(source))


@mangler
def add_odd_text(cells, rng):
    for cell in rng.sample(cells, 5):
        if cell.cell_type == "markdown":
            cell.source += "\ud83d\x00\u202e𝛿 \r\n"


@pytest.mark.parametrize("name", MANGLERS)
def test_right_answers_keep_their_marks_when_somebody(name, run):
    for seed in range(20 if THOROUGH else 1):
        cells = cells_of(ANSWERS)
        MANGLERS[name](cells, random.Random(seed))
        assert earned(run(cells)) == POINTS, seed


@pytest.mark.parametrize("seed", range(60 if THOROUGH else 3))
def test_right_answers_keep_their_marks_when_everything_happens_at_once(seed, run):
    rng, cells = random.Random(seed), cells_of(ANSWERS)
    names = sorted(MANGLERS.keys() - {"lose_the_records", "lose_the_ids"})
    for name in rng.sample(names, 5):
        MANGLERS[name](cells, rng)
    assert earned(run(cells)) == POINTS


def answers_to_compare(lesson):
    """Each solution and each declared mistake; in CI one mistake of each exercise."""
    answers = find_lesson(lesson).reference.answers
    for number, name in enumerate(answers):
        yield name, answers[name]
        mistakes = exercises_of(lesson)[name].mistakes
        for mistake in mistakes if THOROUGH else mistakes[number % len(mistakes) :][:1]:
            yield name, mistake.applied_to(answers[name])


def verdicts_at_home(notebook, lesson):
    """What `check` says where the notebook's cells run in this process, one after the other."""
    space, verdicts = {"__name__": "__main__"}, {}
    for step in steps_of(notebook):
        if step.kind == CHECK:
            verdicts[step.text] = check_answer(
                space[step.text], exercises_of(lesson.name)[step.text], lesson.reference,
                seed=5, repeats=GRADING_REPEATS, points=lesson.points[step.text],
            ).without_seed()  # fmt: skip
            continue
        file = f"<cell {step.index}>"
        linecache.cache[file] = (0, None, step.text.splitlines(keepends=True), file)
        # A free cell may call what is wrong, and a check that is not there to be seen.
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            exec(compile(step.text, file, "exec"), space)
    return verdicts


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", lesson_names())
def test_a_verdict_in_grading_is_the_one_at_home(name, zygote, tmp_path):
    lesson, assignment = find_lesson(name), open_assignment(tmp_path, name, 5)
    pairs, tried = list(answers_to_compare(name)), 0
    while pairs:  # one notebook takes as many as are of different exercises
        taken = dict(reversed(pairs))
        pairs = [pair for pair in pairs if taken[pair[0]] != pair[1]]
        notebook = restore(answered_notebook(lesson, taken), assignment.source)
        there = run_notebook(steps_of(notebook), assignment, zygote).results
        here = verdicts_at_home(notebook, lesson)
        assert list(there) == list(here) == list(lesson.points)
        for exercise in here:
            assert there[exercise] == here[exercise], taken.get(exercise)
        tried += len(taken)
    print(f"{name}: {tried} verdicts are equal")


def test_a_cell_that_ends_its_process_costs_itself_only(run):
    came = run([*cells_of(ANSWERS)[:6], code("import os; os._exit(2)"), *cells_of(ANSWERS)[6:]])
    assert earned(came) == POINTS
    (died,) = [o for outputs in came.outputs.values() for o in outputs if o.get("ename")]
    assert (died.ename, died.evalue) == (
        "ProcessEnded", "this cell ended its process (exit code 2)",
    )  # fmt: skip
    assert came.sure


def test_what_was_earned_before_a_fourth_end_stays(run):
    ends = {name: f"def {name}(*a):\n    import os; os._exit(1)" for name in list(POINTS)[1:7]}
    came = run(cells_of(ANSWERS, **ends))
    first, *_, last = POINTS
    assert (came.results[first].earned, came.results[last].earned) == (POINTS[first], 0)
    said = [result.summary for result in came.results.values()]
    cells = [
        o for outputs in came.outputs.values() for o in outputs if o.get("ename") == "ProcessEnded"
    ]
    assert said.count("ended its process (exit code 1).") + len(cells) == REPLAYS + 1
    assert said[-1] == "was not tried: its notebook ended 4 processes or took too long."


def test_a_process_that_is_killed_is_not_sure(zygote, assignment, monkeypatch):
    ask = StudentProcess.ask

    def killed(self, what, *arguments, **options):
        if what == "call" and arguments[0] == "input_grad":
            os.kill(self.pid, signal.SIGKILL)
        return ask(self, what, *arguments, **options)

    monkeypatch.setattr(StudentProcess, "ask", killed)
    mended = restore({"cells": cells_of(ANSWERS)}, FRAME)
    came = run_notebook(steps_of(mended), assignment, zygote)
    assert not came.sure
    assert earned(came) == POINTS | {"input_grad": 0}


def test_known_verdicts_stay_and_only_the_changed_exercise_is_judged(run, assignment, monkeypatch):
    before = run(cells_of(ANSWERS))
    asked = []
    judge = run_notebook.__globals__["judge"]
    monkeypatch.setitem(
        run_notebook.__globals__, "judge",
        lambda *a, **k: asked.append(a[1].name) or judge(*a, **k),
    )  # fmt: skip
    before.keys["power_grad"] = "another"
    again = run(cells_of(ANSWERS), known=before)
    assert asked == ["power_grad"]
    assert again.results == run(cells_of(ANSWERS), known=again).results
    assert asked == ["power_grad"]
    assert again.keys == assignment.keys


def test_a_run_survives_json(run):
    came = run([*cells_of(ANSWERS), code("print('ß\ud800')\n1")])
    assert Run.from_dict(json.loads(json.dumps(came.to_dict()))) == came


def test_outputs_are_text_and_points(run, assignment):
    cells = [
        *cells_of(ANSWERS),
        code("print('<script>')\nimport warnings; warnings.warn('w')\n'v'"),
    ]
    mended = restore({"cells": cells}, FRAME)
    steps = tuple(steps_of(mended))
    write_outputs(mended, run(cells), steps)
    nbformat.validate(mended)
    last = mended.cells[-1].outputs
    assert [(o.output_type, o.get("name")) for o in last] == [
        ("stream", "stdout"), ("display_data", None),
    ]  # fmt: skip
    assert "UserWarning: w" in last[0].text
    points = {
        grade_id(cell)[6:]: float(cell.outputs[0].data["text/plain"])
        for cell in mended.cells
        if grade_id(cell).startswith("check-")
    }
    assert points == POINTS


def test_a_process_that_cannot_be_started_is_no_fault_of_the_students(assignment, monkeypatch):
    monkeypatch.setattr("autograder.zygote.BEGIN", "raise SystemExit")
    zygote = Zygote()
    mended = restore({"cells": cells_of(ANSWERS)}, FRAME)
    with pytest.raises(LostError, match="could not be started"):
        run_notebook(steps_of(mended), assignment, zygote)
    zygote.close()
    assert not zygote.folder.exists()


def own_test(source):
    cell = code(source)
    cell.id = "own"
    cell.metadata["nbgrader"] = {
        "grade": True, "grade_id": "own", "locked": True, "points": 1, "solution": False,
    }  # fmt: skip
    return cell


def test_an_instructors_own_test_that_never_ran_is_an_error(zygote, assignment):
    cells = [*(code("import os; os._exit(1)") for _ in range(REPLAYS + 1)), own_test("assert True")]
    frame = nbformat.v4.new_notebook(cells=[cells[-1]])
    steps = tuple(steps_of(restore({"cells": cells}, frame)))
    came = run_notebook(steps, assignment, zygote)
    (shown,) = came.outputs[len(steps)]
    assert (shown.ename, "was not tried" in shown.evalue) == ("NotTried", True)


def test_outputs_stay_with_their_cell_when_text_is_added(zygote, assignment):
    own = own_test("assert 1 == 2")
    frame = nbformat.v4.new_notebook(cells=[own])
    before = restore({"cells": [own]}, frame)
    came = run_notebook(steps_of(before), assignment, zygote)
    after = restore({"cells": [nbformat.v4.new_markdown_cell("a remark"), own]}, frame)
    write_outputs(after, came, steps_of(after))
    assert [cell.get("outputs", [])[-1:] != [] for cell in after.cells] == [False, True]
    assert after.cells[1].outputs[-1].ename == "AssertionError"
