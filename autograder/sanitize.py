"""What is mended in a notebook that was handed in, before nbgrader looks at it."""

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata, DeduplicateIds

from autograder.execute import assignment_of
from autograder.restoring import restore


class Restore(DeduplicateIds):
    """Bring a lesson of this course back into its frame; it stands for nbgrader's DeduplicateIds.

    nbgrader's own leaves an empty record in a copied cell, and then refuses the whole batch because
    of it.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Mend a notebook of this course; others go nbgrader's way."""
        assignment = assignment_of(self.config, resources)
        if assignment is None:
            return super().preprocess(nb, resources)
        return restore(nb, assignment.source), resources


class CheckOthers(CheckCellMetadata):
    """Check nbgrader's records in other courses' notebooks; ours are as the source has them.

    The check takes a third of all the time that it takes to record a submission.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Check a notebook of another course."""
        if assignment_of(self.config, resources) is not None:
            return nb, resources
        return super().preprocess(nb, resources)
