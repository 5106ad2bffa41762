"""What is mended in a notebook that was handed in, before nbgrader or a browser looks at it."""

from pathlib import Path
from typing import Any

import bleach
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata, DeduplicateIds

from autograder.execute import current_assignment
from autograder.reference import lesson_names
from autograder.restoring import restore

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TAGS = {
    *bleach.ALLOWED_TAGS, *HEADINGS, "br", "center", "dd", "del", "details", "div", "dl", "dt",
    "hr", "img", "ins", "kbd", "p", "pre", "s", "small", "span", "sub", "summary", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u",
}  # fmt: skip
ATTRIBUTES = {
    "*": ["align", "class", "title"],
    "a": ["href"],
    "img": ["src", "alt", "width", "height"],
    "td": ["colspan", "rowspan"],
    "th": ["colspan", "rowspan"],
    **{heading: ["id"] for heading in HEADINGS},
}
PROTOCOLS = {"http", "https", "mailto", "data"}


@pass_context
def harmless_markdown(context: Context, source: str) -> str:
    """Return a text cell as HTML in which nothing runs; it stands for nbconvert's own filter.

    The class's nbgrader_config.py sets it, for feedback and for the formgrader.

    Parameters
    ----------
    context : jinja2.runtime.Context
        Where the cell is found.
    source : str
        Its markdown; may hold any HTML.
    """
    attachments = (context.get("cell") or {}).get("attachments", {})
    page = MarkdownWithMath(IPythonRenderer(escape=False, attachments=attachments)).render(source)
    return bleach.clean(page, TAGS, ATTRIBUTES, PROTOCOLS, strip_comments=False)


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
