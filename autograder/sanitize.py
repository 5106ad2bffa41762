"""What is mended in a notebook that was handed in, before nbgrader looks at it."""

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata, DeduplicateIds

from autograder.execute import current_assignment
from autograder.reference import lesson_names
from autograder.restoring import restore


class Restore(DeduplicateIds):
    """Bring a lesson of this course back into its frame; it stands for nbgrader's DeduplicateIds.

    nbgrader's own leaves an empty record in a copied cell, and then refuses the whole batch because
    of it.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Mend a notebook of this course; others go nbgrader's way."""
        name = resources.get("nbgrader", {}).get("assignment")
        if name not in lesson_names():
            return super().preprocess(nb, resources)
        folder = Path(self.config.CourseDirectory.root)
        return restore(nb, current_assignment(folder, name).source), resources


class CheckOthers(CheckCellMetadata):
    """Check nbgrader's records in other courses' notebooks; ours are as the source has them.

    The check takes a third of all the time that it takes to record a submission.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Check a notebook of another course."""
        if resources.get("nbgrader", {}).get("assignment") in lesson_names():
            return nb, resources
        return super().preprocess(nb, resources)
