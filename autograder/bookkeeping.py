"""nbgrader's steps that ask the gradebook about every cell, asking it once a notebook.

`nbgrader autograde` sends two queries for every cell that is mended and a query and a commit for
every one that is marked. Here the same steps, in the same order, find all that in what one query
each has brought, and write it in one commit. Notebooks of other courses go nbgrader's own way.
"""

from typing import Any

from nbformat import NotebookNode
from nbgrader import preprocessors
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    SourceCell,
    TaskCell,
)
from nbgrader.preprocessors.base import NbGraderPreprocessor

from autograder.execute import assignment_of


class OverwriteCells(preprocessors.OverwriteCells):
    """Put back what only the instructor may change, as the gradebook has it."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Mend a notebook."""
        names = resources["nbgrader"]
        if assignment_of(self.config, resources) is None:
            return super().preprocess(nb, resources)
        self.notebook_id, self.assignment_id = names["notebook"], names["assignment"]
        with Gradebook(names["db_url"]) as gradebook:
            notebook = gradebook.find_notebook(self.notebook_id, self.assignment_id)
            found = {
                kind: {
                    cell.name: cell
                    for table in tables
                    for cell in gradebook.db.query(table).filter_by(notebook_id=notebook.id)
                }
                for kind, tables in (("source", [SourceCell]), ("graded", [GradeCell, TaskCell]))
            }
            self.gradebook = _Read(**found)
            return NbGraderPreprocessor.preprocess(self, nb, resources)


class SaveAutoGrades(preprocessors.SaveAutoGrades):
    """Write points and comments of every cell into the gradebook."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Write what a notebook's outputs say."""
        about = resources["nbgrader"]
        if assignment_of(self.config, resources) is None:
            return super().preprocess(nb, resources)
        self.notebook_id, self.assignment_id = about["notebook"], about["assignment"]
        self.student_id = about["student"]
        with Gradebook(about["db_url"]) as gradebook:
            submitted = gradebook.find_submission_notebook(
                self.notebook_id, self.assignment_id, self.student_id
            )
            # By way of the lesson's cells: an index has these first.
            cells = gradebook.db.query(BaseCell.id, BaseCell.name)
            names = dict(cells.filter_by(notebook_id=submitted.notebook_id).all())
            found = {
                kind: {
                    names[one.cell_id]: one
                    for one in gradebook.db.query(table)
                    .filter(table.cell_id.in_(names))
                    .filter(table.notebook_id == submitted.id)
                }
                for kind, table in (("grade", Grade), ("comment", Comment))
            }
            self.gradebook = _Read(**found)
            done = NbGraderPreprocessor.preprocess(self, nb, resources)
            gradebook.db.commit()
        return done


class _Read:
    """What one query has brought, under the names that nbgrader's gradebook has for it."""

    def __init__(self, **found: dict[str, Any]) -> None:
        self.found = found
        self.db = self

    def find_source_cell(self, name: str, *_: str) -> Any:
        return self._find("source", name)

    def find_graded_cell(self, name: str, *_: str) -> Any:
        return self._find("graded", name)

    def find_grade(self, name: str, *_: str) -> Any:
        return self._find("grade", name)

    def find_comment(self, name: str, *_: str) -> Any:
        return self._find("comment", name)

    def _find(self, kind: str, name: str) -> Any:
        if name not in self.found[kind]:
            raise MissingEntry(f"the gradebook has no {kind} of the cell {name}")
        return self.found[kind][name]

    def commit(self) -> None:
        """Leave it to the end of the notebook."""
