"""What is mended in a notebook that was handed in, before nbgrader grades it."""

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import DeduplicateIds, NbGraderPreprocessor

from autograder.build import DEMO_PREFIX


class MendDuplicates(DeduplicateIds):
    """Make a plain cell of every copy of an exercise or check but the last.

    nbgrader's own preprocessor leaves an empty record in the copy, and then refuses the notebook
    because of it.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, cell_index: int
    ) -> tuple[NotebookNode, Any]:
        """Take nbgrader's record off a cell that is there again further down."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.metadata.get("nbgrader") == {}:
            del cell.metadata["nbgrader"]
        return cell, resources


class SkipDemos(NbGraderPreprocessor):
    """Mark the demo cells as not to be run: nothing depends on them, and some take long."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Put the class's tag, which no student knows, on every locked demo cell."""
        tag = self.config.Execute.skip_cells_with_tag
        for cell in nb.cells:
            record = cell.metadata.get("nbgrader", {})
            # The gradebook has just restored the record: a check cannot pass for a demo.
            if record.get("grade_id", "").startswith(DEMO_PREFIX) and not record.get("grade"):
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), tag]
        return nb, resources
