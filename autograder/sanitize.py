"""What is mended in a notebook that was handed in, before nbgrader looks at it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata, DeduplicateIds

from autograder.execute import assignment_of
from autograder.marking import read_notebook
from autograder.restoring import restore


class Reader(NotebookExporter):
    """Reads what was handed in for a lesson of this course, and brings it back into its frame.

    nbgrader's own stops at what it cannot read, or what is not as nbformat says, long before any
    preprocessor could mend it.
    """

    def from_filename(
        self, filename: str, resources: Any = None, **kwargs: Any
    ) -> tuple[NotebookNode, Any]:
        """Read a notebook and run the preprocessors on it."""
        assignment = assignment_of(self.config, resources)
        if assignment is None or not self.parent._sanitizing:
            return super().from_filename(filename, resources=resources, **kwargs)
        path, names = Path(filename), resources["nbgrader"]
        # nbgrader has copied what links point to, and would send it out with the feedback.
        copies = Path(self.parent._format_dest(names["assignment"], names["student"]))
        for odd in odd_files(path.parent):
            (copies / odd.relative_to(path.parent)).unlink(missing_ok=True)
        found, _ = read_notebook(path, assignment.lesson)
        mended = restore(found, assignment.source)
        return self.from_notebook_node(mended, resources=resources, **kwargs)


class DeduplicateOthers(DeduplicateIds):
    """Tell copies of a cell apart in other courses' notebooks; ours have none left.

    nbgrader's own leaves an empty record in a copied cell, and then refuses the whole batch because
    of it.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Mend a notebook of another course."""
        if assignment_of(self.config, resources) is not None:
            return nb, resources
        return super().preprocess(nb, resources)


class CheckOthers(CheckCellMetadata):
    """Check nbgrader's records in other courses' notebooks; ours are as the source has them.

    The check takes a third of all the time that it takes to record a submission.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Check a notebook of another course."""
        if assignment_of(self.config, resources) is not None:
            return nb, resources
        return super().preprocess(nb, resources)


def odd_files(folder: Path) -> Iterator[Path]:
    """Return the links, pipes and devices in a folder that was handed in."""
    for root, folders, names in os.walk(folder):
        for path in (Path(root, name) for name in (*folders, *names)):
            if is_odd(path):
                yield path


def is_odd(path: Path) -> bool:
    """Return whether this is there and is a link, a pipe or a device."""
    return path.is_symlink() or (path.exists() and not (path.is_file() or path.is_dir()))
