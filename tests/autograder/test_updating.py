"""`backprop start` on a folder from before an upgrade: new lessons, every answer where it was."""

import dataclasses
import json
import random
import shutil

import nbformat
import pytest

from autograder import start
from autograder.build import class_notebook, notebook_text, student_notebook
from autograder.reference import data_folder, lesson_names
from autograder.start import place_notebooks
from autograder.updating import update

NAME = "01_chain_rule"


def cell_of(notebook, name):
    (found,) = [cell for cell in notebook.cells if cell.id == name]
    return found


def edited(lesson, edits):
    """A lesson with edits, (old text, new text), in whatever cells have it."""
    cells = [nbformat.from_dict(cell) for cell in lesson.cells]
    for old, new in edits:
        touched = [cell for cell in cells if old in cell.source]
        assert touched, old
        for cell in touched:
            cell.source = cell.source.replace(old, new)
    return dataclasses.replace(lesson, cells=tuple(cells))


@pytest.fixture
def new(lesson):
    return student_notebook(lesson)


@pytest.fixture
def old(lesson):
    """The notebook as an earlier version had it."""
    edits = [
        ("This lesson is about the chain rule;", "Once this lesson was about the chain rule;"),
        ("import numpy as np", "import numpy as np  # of long ago"),
        ('"""Return da, db, dx, the', '"""Once: Return da, db, dx, the'),
    ]
    return student_notebook(edited(lesson, edits))


def own(source, kind="code", **fields):
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    return make(source, **fields)


def test_untouched_notebook_becomes_the_new_one(old, new):
    assert old.cells != new.cells
    assert update(old, new) == new


def test_answers_stay_and_all_else_is_new(old, new, lesson):
    for name, answer in lesson.reference.answers.items():
        cell_of(old, name).source = answer
    updated = update(old, new)
    assert [cell.id for cell in updated.cells] == [cell.id for cell in new.cells]
    for cell, fresh in zip(updated.cells, new.cells, strict=True):
        assert cell.source == lesson.reference.answers.get(cell.id, fresh.source)
        assert cell.metadata == fresh.metadata


def test_cells_that_were_added_stay_behind_the_cell_they_followed(old, new):
    names = [cell.id for cell in old.cells]
    place = names.index("check-power_grad")
    old.cells[place + 1 : place + 1] = [own("x = 1"), own("my notes", "markdown")]
    old.cells.insert(0, own("at the top"))
    old.cells.append(own("at the end"))
    updated = update(old, new)
    sources = [cell.source for cell in updated.cells]
    assert sources[0] == "at the top"
    assert sources[-1] == "at the end"
    place = sources.index("check(power_grad, points=3)")
    assert sources[place + 1 : place + 3] == ["x = 1", "my notes"]
    assert len(updated.cells) == len(new.cells) + 4


def test_text_and_free_cells_stay_if_the_learner_wrote_into_them(old, new):
    text = next(c for c in old.cells if c.id.startswith("text-") and "Once this" in c.source)
    text.source += "\nmy thoughts"
    free = next(c for c in old.cells if c.id.startswith("free-"))
    free.source += "\nmy_try()"
    updated = update(old, new)
    sources = [cell.source for cell in updated.cells]
    assert text.source in sources, "the old text, with thoughts"
    assert any("This lesson is about" in source for source in sources), "and the new one"
    assert cell_of(updated, free.id).source.endswith("my_try()")
    assert len(updated.cells) == len(new.cells) + 1


def test_exercise_that_is_gone_stays_if_it_was_answered(lesson, new):
    gone = {"exercise": "gone_grad"}
    stub = own("def gone_grad(x):\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION")
    stub.metadata = nbformat.from_dict(gone)
    check = own("")
    check.metadata = nbformat.from_dict({"check": "gone_grad", "points": 1})
    before = student_notebook(dataclasses.replace(lesson, cells=(*lesson.cells, stub, check)))
    assert update(before, new) == new
    cell_of(before, "gone_grad").source = "def gone_grad(x):\n    return 2"
    updated = update(before, new)
    assert updated.cells[:-1] == new.cells
    assert updated.cells[-1].source == "def gone_grad(x):\n    return 2"
    assert updated.cells[-1].metadata == {}, "it can be edited, and nobody grades it"


def test_outputs_stay_where_the_cell_has_not_changed(old, new, lesson):
    shown = [nbformat.v4.new_output("stream", name="stdout", text="mine")]
    for cell in old.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = shown, 3
    cell_of(old, "power_grad").source = lesson.reference.answers["power_grad"]
    updated = update(old, new)
    before = {cell.id: cell.source for cell in old.cells}
    for cell in updated.cells:
        if cell.cell_type == "code":
            assert cell.outputs == (shown if before.get(cell.id) == cell.source else [])
    assert cell_of(updated, "power_grad").outputs == shown
    assert sum(not cell.outputs for cell in updated.cells if cell.cell_type == "code") == 1


def test_last_of_two_answers_counts_and_the_first_stays_as_a_cell_of_theirs(old, new):
    copy = nbformat.from_dict(cell_of(old, "power_grad"))
    copy.source, copy.id = "def power_grad(a, b, x):\n    return 'first try'", "copy"
    cell_of(old, "power_grad").source = "def power_grad(a, b, x):\n    return 'second try'"
    old.cells.insert(5, copy)
    updated = update(old, new)
    assert "second try" in cell_of(updated, "power_grad").source
    assert "first try" in cell_of(updated, "copy").source
    assert "nbgrader" not in cell_of(updated, "copy").metadata


def test_notebook_whose_ids_an_editor_has_lost_is_merged_by_record_and_text(old, new, lesson):
    cell_of(old, "power_grad").source = lesson.reference.answers["power_grad"]
    for number, cell in enumerate(old.cells):
        cell.id = f"editor-{number}"
    old.cells.append(own("mine"))
    updated = update(old, new)
    assert cell_of(updated, "power_grad").source == lesson.reference.answers["power_grad"]
    mine = [cell.source for cell in updated.cells if cell.id.startswith("editor-")]
    assert len(mine) == 1, "the one text that differs cannot be told from a learner's own"
    assert mine[0].count("Once this lesson was about") == 1


@pytest.mark.parametrize("seed", range(30))
def test_no_line_that_a_learner_wrote_is_lost(old, new, seed):
    """Cells shuffled, copied, deleted, retyped, with records, ids and outputs mangled."""
    rng = random.Random(seed)
    written = []
    for _ in range(60):
        cell = rng.choice(old.cells)
        locked = cell.metadata.get("nbgrader", {})
        locked = isinstance(locked, dict) and locked.get("locked")
        what = rng.randrange(9)
        line = f"# line {len(written)} of mine"
        if what == 0 and not locked:
            cell.source += f"\n{line}"
            written.append(line)
        elif what == 1:
            old.cells.insert(rng.randrange(len(old.cells)), own(line))
            written.append(line)
        elif what == 2 and not any(mine in cell.source for mine in written):
            old.cells.remove(cell)
        elif what == 3:
            old.cells.insert(rng.randrange(len(old.cells)), nbformat.from_dict(cell))
        elif what == 4:
            old.cells.remove(cell)
            old.cells.insert(rng.randrange(len(old.cells)), cell)
        elif what == 5 and not locked:
            cell.cell_type = rng.choice(["markdown", "code", "raw", "strange"])
        elif what == 6:
            cell.id = rng.choice(["same", "", "ä", "x" * 200])
        elif what == 7 and cell.cell_type == "code":
            cell.outputs = rng.choice([[], None, [{"output_type": "wrong"}], "text"])
        elif what == 8 and not locked:
            cell.metadata = rng.choice([{}, {"nbgrader": {}}, {"nbgrader": "x"}, {"tags": ["a"]}])
            cell.metadata = nbformat.from_dict(cell.metadata)
    updated = update(old, new)
    nbformat.validate(updated)
    text = "\n".join(cell.source for cell in updated.cells)
    assert [line for line in written if line not in text] == []
    locked = [c for c in new.cells if c.metadata.get("nbgrader", {}).get("locked")]
    for cell in locked:
        assert cell_of(updated, cell.id).source == cell.source
    assert update(updated, new) == updated


@pytest.fixture
def folder(tmp_path):
    place_notebooks(tmp_path / "mine")
    return tmp_path / "mine"


def test_start_updates_a_notebook_and_keeps_the_old_file(folder, old, new):
    path = folder / f"{NAME}.ipynb"
    cell_of(old, "power_grad").source = "my answer"
    path.write_text(notebook_text(old), encoding="utf-8")
    before = path.read_bytes()
    told = place_notebooks(folder)
    assert told[path] == f"updated, your answers are in it; as it was: backups/{NAME}-1.ipynb"
    assert (folder / "backups" / f"{NAME}-1.ipynb").read_bytes() == before
    updated = nbformat.read(path, as_version=4)
    assert cell_of(updated, "power_grad").source == "my answer"
    assert len(updated.cells) == len(new.cells)
    assert set(place_notebooks(folder).values()) == {"kept"}
    path.write_text(notebook_text(old), encoding="utf-8")
    assert place_notebooks(folder)[path].endswith(f"backups/{NAME}-2.ipynb")


def test_start_leaves_a_current_notebook_alone_to_the_byte(folder, new):
    path = folder / f"{NAME}.ipynb"
    del new.cells[3:9]
    path.write_text(json.dumps(new), encoding="utf-8")
    before = path.read_bytes()
    assert place_notebooks(folder)[path] == "kept"
    assert path.read_bytes() == before
    assert not (folder / "backups").exists()


@pytest.mark.parametrize("text", ["my work", "", "[]", "{}", '{"cells": 3, "nbformat": 4}'])
def test_start_leaves_a_file_that_is_no_notebook_alone(folder, text):
    path = folder / f"{NAME}.ipynb"
    path.write_text(text)
    assert place_notebooks(folder)[path].startswith("kept, although it is no notebook of this")
    assert path.read_text() == text


def test_start_leaves_a_notebook_of_a_class_alone(folder, old, lesson):
    path = folder / f"{NAME}.ipynb"
    first = class_notebook(lesson).cells
    path.write_text(notebook_text(nbformat.from_dict(old | {"cells": first})), encoding="utf-8")
    assert place_notebooks(folder)[path] == "kept, it is from your class"


def test_interrupted_update_leaves_the_old_file(folder, old, monkeypatch):
    path = folder / f"{NAME}.ipynb"
    path.write_text(notebook_text(old), encoding="utf-8")
    before = path.read_bytes()

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(start.os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        place_notebooks(folder)
    assert path.read_bytes() == before


def test_start_copies_every_lesson_once(tmp_path):
    told = place_notebooks(tmp_path / "new" / "notebooks")
    assert [path.stem for path in told] == list(lesson_names())
    assert set(told.values()) == {"new"}
    for path in told:
        assert path.read_bytes() == (data_folder("notebooks") / path.name).read_bytes()
    shutil.rmtree(tmp_path / "new")
