"""Notebooks are built from the sources, byte for byte, and are what nbgrader would release."""

import re
import shutil

import nbformat
import pytest

from autograder import __version__
from autograder.build import (
    answered_notebook,
    build_notebooks,
    notebook_text,
    source_notebook,
    student_notebook,
)
from autograder.handout import class_line
from autograder.lessons import find_lesson
from autograder.reference import data_folder, lesson_names


@pytest.fixture(params=lesson_names())
def lesson(request):
    return find_lesson(request.param)


def test_committed_notebooks_are_what_the_sources_build():
    assert build_notebooks(data_folder("solutions"), data_folder("notebooks"), write=False) == []


def test_one_edited_character_is_noticed_and_repaired(tmp_path):
    for kind in ("solutions", "notebooks"):
        shutil.copytree(data_folder(kind), tmp_path / kind)
    notebook = tmp_path / "notebooks" / "01_chain_rule.ipynb"
    built = notebook.read_bytes()
    notebook.write_bytes(built.replace(b"central difference", b"central Difference", 1))
    old = built.replace(b'"lesson": "01_chain_rule"', b'"lesson": "98_old"')
    (tmp_path / "notebooks" / "98_old.ipynb").write_bytes(old)
    told = [
        "notebooks/01_chain_rule.ipynb is not what solutions/01_chain_rule.py builds",
        "notebooks/98_old.ipynb has no source in solutions/",
    ]
    assert build_notebooks(tmp_path / "solutions", tmp_path / "notebooks", write=False) == told
    assert build_notebooks(tmp_path / "solutions", tmp_path / "notebooks", write=True) == told
    assert notebook.read_bytes() == built
    assert build_notebooks(tmp_path / "solutions", tmp_path / "notebooks", write=False) == []


def test_notebook_that_no_build_wrote_is_left_alone(tmp_path):
    for kind in ("solutions", "notebooks"):
        shutil.copytree(data_folder(kind), tmp_path / kind)
    notebook = tmp_path / "notebooks" / "01_chain_rule.ipynb"
    mine = [notebook.with_name(f"{name}.ipynb") for name in ("01_try", "01_chain_rule-Copy1")]
    for path in mine:
        shutil.copyfile(notebook, path)
    for name, text in (("Untitled", '{"cells": [], "metadata": {}}'), ("06_notes", "{"), ("x", "")):
        mine.append(notebook.with_name(f"{name}.ipynb"))
        mine[-1].write_text(text)
    assert build_notebooks(tmp_path / "solutions", tmp_path / "notebooks", write=True) == []
    assert all(path.is_file() for path in mine)


def test_two_builds_are_equal_to_the_byte(lesson):
    assert notebook_text(student_notebook(lesson)) == notebook_text(student_notebook(lesson))


def test_student_notebook_says_where_it_comes_from_and_which_kernel_it_needs(lesson):
    metadata = student_notebook(lesson).metadata
    assert re.fullmatch("[0-9a-f]{16}", metadata["backprop"].pop("content"))
    assert metadata["backprop"] == {
        "lesson": lesson.name,
        "source": f"solutions/{lesson.name}.py",
        "version": __version__,
    }
    assert metadata["kernelspec"]["name"] == "python3"


def test_student_notebook_holds_no_solution_and_no_output(lesson):
    notebook = student_notebook(lesson)
    text = notebook_text(notebook)
    assert "BEGIN SOLUTION" not in text
    for name, answer in lesson.reference.answers.items():
        cell = next(cell for cell in notebook.cells if cell.id == name)
        assert cell.source.endswith("raise NotImplementedError()")
        assert answer.splitlines()[-1].strip() not in cell.source
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")


def test_notebook_is_valid_and_its_ids_are_unique(lesson):
    for notebook in (source_notebook(lesson), student_notebook(lesson)):
        nbformat.validate(notebook)
        ids = [cell.id for cell in notebook.cells]
        assert len(ids) == len(set(ids))


def test_check_cells_carry_points_and_go_on_after_a_failure(lesson):
    notebook = student_notebook(lesson)
    for name, points in lesson.points.items():
        cell = next(cell for cell in notebook.cells if cell.id == f"check-{name}")
        assert cell.source == f"check({name}, points={points})"
        assert cell.metadata.nbgrader.points == points
        assert cell.metadata.tags == ["raises-exception"]
        assert not cell.metadata.editable


def test_release_by_nbgrader_is_the_committed_notebook_cell_for_cell(demo_class, lesson):
    folder, _ = demo_class
    path = folder / "release" / lesson.name / f"{lesson.name}.ipynb"
    released = nbformat.read(path, as_version=4)
    committed = nbformat.read(data_folder("notebooks") / path.name, as_version=4)
    first = next(cell for cell in released.cells if cell.cell_type == "code")
    assert first.source.startswith(class_line(solutions=False))
    for cells in (released.cells, committed.cells):  # but for that one line
        first = next(cell for cell in cells if cell.cell_type == "code")
        first.source = first.source.removeprefix(class_line(solutions=False))
        del first.metadata.nbgrader["checksum"]
    assert released.cells == committed.cells
    assert released.metadata.backprop == committed.metadata.backprop


def test_answers_are_written_into_their_cells_only(lesson):
    name = lesson.exercises[1]
    notebook = answered_notebook(lesson, {name: f"def {name}(*_): return 1, 2, 3"})
    untouched = student_notebook(lesson)
    changed = [
        new.id for new, old in zip(notebook.cells, untouched.cells, strict=True) if new != old
    ]
    assert changed == [name]


def test_unfinished_file_is_no_lesson(tmp_path):
    (tmp_path / "01_empty.py").write_text("")
    with pytest.raises(ValueError, match="first cell must be markdown"):
        build_notebooks(tmp_path, tmp_path, write=True)
