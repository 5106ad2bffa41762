"""What is mended in a notebook that was handed in, before nbgrader grades it."""

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import DeduplicateIds


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
