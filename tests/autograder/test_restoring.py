"""Whatever was done to a notebook, its frame is back and the student's own text is kept."""

import json

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.build import answered_notebook, source_notebook
from autograder.lessons import find_lesson
from autograder.restoring import (
    ASSERT,
    CHECK,
    LONGEST_CELL,
    MOST_CELLS,
    RUN,
    grade_id,
    restore,
    steps_of,
)
from autograder.signing import signature_in

LESSON = find_lesson("1")
SOURCE = source_notebook(LESSON)
HONEST = answered_notebook(LESSON, LESSON.reference.answers)
NAMES = [grade_id(cell) for cell in SOURCE.cells if grade_id(cell)]
LOCKED = [cell for cell in SOURCE.cells if grade_id(cell) and cell.metadata.nbgrader.locked]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
RECORD = st.fixed_dictionaries(
    {},
    optional={
        "grade_id": st.sampled_from(NAMES) | JSON,
        "grade": JSON,
        "locked": JSON,
        "solution": JSON,
        "points": JSON,
    },
)
CELL = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(NAMES) | JSON,
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | JSON,
        "metadata": st.fixed_dictionaries({}, optional={"nbgrader": RECORD | JSON, "tags": JSON})
        | JSON,
        "source": st.text() | st.lists(st.text() | st.integers()) | JSON,
        "outputs": JSON,
        "execution_count": JSON,
    },
)
NOTEBOOK = st.fixed_dictionaries(
    {}, optional={"cells": st.lists(CELL | JSON, max_size=12) | JSON, "metadata": JSON}
)


def handed_in(cells):
    return {"cells": [json.loads(json.dumps(cell)) for cell in cells]}


def named(notebook, name):
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NOTEBOOK)
def test_restored_twice_is_restored_once_valid_and_has_every_locked_cell(mangled):
    once = restore(mangled, SOURCE)
    assert restore(once, SOURCE) == once
    nbformat.validate(once)
    names = [grade_id(cell) for cell in once.cells if grade_id(cell)]
    assert len(names) == len(set(names))
    for cell in LOCKED:
        found = named(once, grade_id(cell))
        assert (found.source, found.cell_type, found.metadata) == (
            cell.source, cell.cell_type, cell.metadata,
        )  # fmt: skip
    assert nbformat.writes(once).encode("utf-8")
    assert [step.text for step in steps_of(once) if step.kind == CHECK]
    signature_in(once)


def test_what_was_handed_out_and_answered_does_not_change():
    restored = restore(HONEST, SOURCE)
    assert [cell.source for cell in restored.cells] == [cell.source for cell in HONEST.cells]
    assert [cell.id for cell in restored.cells] == [
        cell.id if grade_id(cell) else f"student-{number}"
        for number, cell in enumerate(HONEST.cells)
    ]


def test_the_notebook_that_was_handed_in_is_not_modified():
    before = json.dumps(HONEST)
    restore(HONEST, SOURCE)
    assert json.dumps(HONEST) == before


def test_a_changed_check_and_a_changed_given_cell_are_as_handed_out():
    cells = handed_in(HONEST.cells)["cells"]
    for cell in cells:
        if grade_id(cell) != "power_grad":
            cell["source"] = "3"
    restored = restore({"cells": cells}, SOURCE)
    for cell in LOCKED:
        assert named(restored, grade_id(cell)).source == cell.source


@pytest.mark.parametrize("kept", ["grade_id", "id"])
def test_an_answer_is_known_by_either_of_its_names(kept):
    cells = handed_in(HONEST.cells)["cells"]
    for cell in cells:
        cell.pop("id") if kept == "grade_id" else cell.update(metadata={})
    restored = restore({"cells": cells}, SOURCE)
    assert named(restored, "power_grad").source == LESSON.reference.answers["power_grad"]


def test_of_copies_the_last_counts_and_the_others_stay_as_the_students_own():
    cells = handed_in(HONEST.cells)["cells"]
    copy = next(cell for cell in cells if grade_id(cell) == "power_grad")
    restored = restore({"cells": [*cells, copy | {"source": "second"}]}, SOURCE)
    assert named(restored, "power_grad").source == "second"
    first = next(cell for cell in restored.cells if "np.log(x)" in cell.source)
    assert grade_id(first) == ""
    assert [step.kind for step in steps_of(restored) if step.text == first.source] == [RUN]


def test_a_missing_locked_cell_is_put_behind_the_one_it_follows():
    order = [grade_id(cell) for cell in restore(HONEST, SOURCE).cells if grade_id(cell)]
    for gone in (NAMES[0], "check-power_grad", NAMES[-1]):
        cells = [cell for cell in HONEST.cells if grade_id(cell) != gone]
        restored = restore({"cells": cells}, SOURCE)
        assert [grade_id(cell) for cell in restored.cells if grade_id(cell)] == order


def test_a_missing_answer_is_not_put_back():
    cells = [cell for cell in HONEST.cells if grade_id(cell) != "power_grad"]
    restored = restore({"cells": cells}, SOURCE)
    assert "power_grad" not in map(grade_id, restored.cells)
    assert "check-power_grad" in map(grade_id, restored.cells)


def test_too_many_and_too_long_cells_are_cut():
    long = {"cell_type": "code", "source": "x" * (2 * LONGEST_CELL)}
    restored = restore({"cells": [long] * (MOST_CELLS + 5)}, SOURCE)
    assert len(restored.cells) == MOST_CELLS + len(LOCKED)
    assert {len(cell.source) for cell in restored.cells if not grade_id(cell)} == {LONGEST_CELL}


def test_steps_are_what_there_is_to_run_and_to_judge():
    steps = list(steps_of(restore(HONEST, SOURCE)))
    assert [step.text for step in steps if step.kind == CHECK] == list(LESSON.points)
    assert not any(step.pictures for step in steps)
    assert {step.kind for step in steps} == {RUN, CHECK}
    assert len(list(steps_of(restore(HONEST, SOURCE), demos=True))) > len(steps)


def test_an_instructors_own_graded_cells_are_run_with_pictures_where_a_human_marks():
    source = nbformat.from_dict(SOURCE)
    for name, solution in (("assert-own", False), ("essay", True)):
        record = {"grade": True, "grade_id": name, "locked": not solution, "solution": solution,
                  "points": 2, "schema_version": 3, "task": False}  # fmt: skip
        cell = nbformat.v4.new_code_cell("1", id=name, metadata={"nbgrader": record})
        source.cells.append(cell)
    cells = [*HONEST.cells, *source.cells[-2:]]
    steps = list(steps_of(restore({"cells": cells}, source)))[-2:]
    assert [(step.kind, step.pictures) for step in steps] == [(ASSERT, False), (RUN, True)]
