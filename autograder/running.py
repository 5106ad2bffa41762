"""Runs what was handed in, in a student's process, and judges the answers from outside.

| name            | is                                                                        |
|-----------------|---------------------------------------------------------------------------|
| `run_notebook`  | runs a restored notebook; returns its verdicts and what its cells showed  |
| `Run`           | that, as it is kept and as it is written into the notebook                |
| `write_outputs` | writes it there                                                           |

The student's cells run in the order in which they stand, given cells among them; a check cell's
text is never run: the judge asks the function that has the exercise's name by then. A cell that
ends its process costs itself: a new process runs the others again without it, and verdicts that are
there stay.
"""

import base64
import itertools
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.assignment import Assignment
from autograder.checking import judge
from autograder.exercise import GRADING_REPEATS
from autograder.numeric import reaches
from autograder.process import BREACH, LostError, StudentProcess
from autograder.restoring import ASSERT, CHECK, RUN, Step
from autograder.result import CRASHED, NOT_DEFINED, Grade, Result
from autograder.student.cells import PICTURE_BYTES, PICTURES
from autograder.student.wire import harmless
from autograder.there import NoAnswerError, There
from autograder.zygote import Zygote

REPLAYS = 3
PNG = b"\x89PNG\r\n\x1a\n"
# What is kept of what a cell shows, whatever its process says: the process keeps no more either.
LONGEST_TEXT, MOST_SHOWN, MOST_LINES = 20_000, 200, 50
BESIDE = "This test ran in the student's process, beside the student's code.\n"


@dataclass
class Run:
    """What came of a notebook.

    Parameters
    ----------
    level : str
        The sandbox that it ran in.
    results : dict of str to Result
        The verdicts, by exercise.
    keys : dict of str to str
        What each verdict depends on, besides the student's cells.
    outputs : dict of int to list
        What the other steps showed, by their number: outputs as a notebook holds them.
    sure : bool
        Whether a second run would give the same; not if time ran out or a process got lost.
    """

    level: str
    results: dict[str, Result] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    outputs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    sure: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        return {
            "level": self.level,
            "results": {name: result.to_dict() for name, result in self.results.items()},
            "keys": self.keys,
            "outputs": {str(place): outputs for place, outputs in self.outputs.items()},
            "sure": self.sure,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Run":
        """Return what `to_dict` wrote."""
        results = {name: Result.from_dict(one) for name, one in data["results"].items()}
        outputs = {int(place): outputs for place, outputs in data["outputs"].items()}
        return cls(data["level"], results, data["keys"], outputs, data["sure"])

    def has_all(self, assignment: Assignment) -> bool:
        """Return whether there is a verdict on every exercise, as it is declared now."""
        return all(self.keys.get(name) == key for name, key in assignment.keys.items())


def run_notebook(
    steps: Iterable[Step], assignment: Assignment, zygote: Zygote, known: Run | None = None
) -> Run:
    """Run a notebook and judge its answers.

    Parameters
    ----------
    steps : iterable of Step
        What there is to run, from `restoring.steps_of`.
    assignment : Assignment
        What it answers.
    zygote : Zygote
        Starts the student's process.
    known : Run, optional
        Verdicts on the same cells; those on exercises that have not changed stay.

    Raises
    ------
    LostError
        If no process can be started: that is no fault of the student's.
    """
    run = Run(zygote.level)
    for name, key in assignment.keys.items():
        if known is not None and known.keys.get(name) == key:
            run.results[name], run.keys[name] = known.results[name], key
    steps, fatal = tuple(enumerate(steps, start=1)), set()
    until = time.monotonic() + zygote.limits.patience * zygote.limits.submission_seconds
    for _ in range(REPLAYS + 1):
        if _run_once(steps, assignment, zygote, run, fatal) or time.monotonic() > until:
            break
    said = f"was not tried: its notebook ended {len(fatal)} processes or took too long"
    for name in assignment.points.keys() - run.results.keys():
        _note(run, assignment, name, Result(name, CRASHED, f"{said}."))
    for number, step in steps:
        if step.kind == ASSERT and number not in run.outputs:  # which would be full points
            run.outputs[number] = [_error("NotTried", f"this cell {said}")]
    return run


def _run_once(
    steps: tuple[tuple[int, Step], ...],
    assignment: Assignment,
    zygote: Zygote,
    run: Run,
    fatal: set[int],
) -> bool:
    """Run all steps but the fatal ones in a new process; False if another one was fatal.

    What stops for want of a name is done again when all others are, cells first: whoever moves
    cells about has run them in another order.
    """
    student = zygote.fork()
    student.reaches = reaches(step.text for _, step in steps if step.kind == RUN)
    again: dict[str, list[tuple[int, Step]]] = {RUN: [], ASSERT: [], CHECK: []}
    for number, step in itertools.chain(steps, *again.values()):  # these grow on the way
        if number in fatal or (step.kind == CHECK and step.text in run.results):
            continue
        last = (number, step) in again[step.kind]
        try:
            early = _take(number, step, assignment, student, run, last)
        except LostError as lost:
            fatal.add(number)
            death = zygote.end()
            reason = death or lost.reason
            run.sure &= bool(death) or not lost.again
            if step.kind == CHECK:
                said = reason if reason.endswith("?") else f"{reason}."
                _note(run, assignment, step.text, Result(step.text, CRASHED, said))
            else:
                run.outputs[number] = [_error("ProcessEnded", f"this cell {reason}")]
            return False
        if early:
            again[step.kind].append((number, step))
    zygote.end()
    return True


def _take(
    number: int,
    step: Step,
    assignment: Assignment,
    student: StudentProcess,
    run: Run,
    last: bool,
) -> bool:
    """Run or judge one step; True if it comes before what it needs, and not for the last time."""
    if step.kind in (RUN, ASSERT):
        shown = student.ask("run", step.text, number, step.pictures)
        run.outputs[number] = outputs = _outputs(shown, graded=step.kind == ASSERT)
        return not last and any(output.get("ename") == "NameError" for output in outputs)
    name = step.text
    exercise = assignment.exercises[name]
    try:
        result = judge(
            There(student, exercise),
            exercise,
            assignment.reference,
            seed=assignment.seed,
            repeats=GRADING_REPEATS,
        )
    except NoAnswerError as error:
        result = Result(name, error.status, str(error))
    wants_a_name = result.status == CRASHED and "`NameError: " in result.summary
    if not last and (wants_a_name or result.status == NOT_DEFINED):
        return True
    _note(run, assignment, name, result.without_seed())
    return False


def _note(run: Run, assignment: Assignment, name: str, result: Result) -> None:
    points = assignment.points.get(name)
    run.results[name] = replace(result, points=points, case=None)
    run.keys[name] = assignment.keys[name]


def _outputs(shown: Any, graded: bool) -> list[dict[str, Any]]:
    """Return what a cell says it showed, which may be anything, as outputs of a notebook.

    Text stays text: nothing that a browser would run. What stood on stderr is with the rest, since
    nbgrader gives no points to a graded cell that writes there.
    """
    if not isinstance(shown, dict) or not isinstance(shown.get("shown"), list):
        raise LostError(BREACH)
    outputs, room, pictures = [], LONGEST_TEXT, PICTURES
    if graded:
        outputs.append(_output("stream", name="stdout", text=BESIDE))
    for item in shown["shown"][:MOST_SHOWN]:
        if not isinstance(item, list) or len(item) != 2:
            raise LostError(BREACH)
        kind, value = item
        if kind == "picture" and isinstance(value, bytes) and value.startswith(PNG):
            pictures -= 1
            if pictures < 0 or len(value) > PICTURE_BYTES:
                raise LostError(BREACH)
            data = {"image/png": base64.b64encode(value).decode("ascii")}
            outputs.append(_output("display_data", data=data))
        elif kind in ("text", "value") and isinstance(value, str):
            value, room = harmless(value[:room]), room - len(value[:room])
            if kind == "value" and not graded:
                outputs.append(_output("display_data", data={"text/plain": value}))
            elif kind == "value":  # the partial credit of an instructor's own test
                outputs.append(_output("execute_result", data={"text/plain": value}))
            else:
                outputs.append(_output("stream", name="stdout", text=value))
    error = shown.get("error")
    if error is not None:
        if not isinstance(error, list) or len(error) != 3 or not isinstance(error[2], list):
            raise LostError(BREACH)
        name, message, lines = error
        outputs.append(_error(str(name), str(message), map(str, lines[:MOST_LINES])))
    return outputs


def _output(kind: str, **fields: Any) -> NotebookNode:
    """Return an output; nbformat's `new_output` takes a millisecond to see whether it is one."""
    wanted = {
        "display_data": {"metadata": {}},
        "execute_result": {"metadata": {}, "execution_count": None},
    }.get(kind, {})
    return nbformat.from_dict({"output_type": kind, **wanted, **fields})


def _error(name: str, message: str, lines: Iterable[str] = ()) -> dict[str, Any]:
    name, message = harmless(name[:200]), harmless(message[:2000])
    traceback = [harmless(line[:LONGEST_TEXT]) for line in lines] or [f"{name}: {message}"]
    return _output("error", ename=name, evalue=message, traceback=traceback)


def write_outputs(notebook: NotebookNode, run: Run, steps: Iterable[Step]) -> None:
    """Write the points of each check into a restored notebook, for nbgrader, and the rest."""
    for number, step in enumerate(steps, start=1):
        cell = notebook.cells[step.index]
        cell.execution_count = number
        if step.kind == CHECK and step.text in run.results:
            result = replace(run.results[step.text], points=float(cell.metadata.nbgrader.points))
            data = Grade(result)._repr_mimebundle_()
            cell.outputs = [_output("execute_result", data=data, execution_count=number)]
        else:
            cell.outputs = [NotebookNode(output) for output in run.outputs.get(number, ())]
    notebook.metadata.setdefault("backprop", {})["sandbox"] = run.level
