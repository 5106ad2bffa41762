"""Feedback pages that open without a network: formulas are MathML, which browsers set themselves.

nbgrader's own pages load MathJax from a server. The class's nbgrader_config.py puts
`FeedbackExporter` in the place of nbconvert's; template and contents stay nbgrader's.
"""

import html
import re
from functools import lru_cache
from typing import Any

from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

MATHJAX = re.compile(r"<!-- Load mathjax -->.*?<!-- End of mathjax configuration -->", re.DOTALL)
STYLE = "<style>.rendered_html td, .rendered_html th { padding: 1px 12px 1px 0 }</style>"


class FeedbackExporter(HTMLExporter):
    """Exports a graded notebook as a page that loads nothing."""

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Return Markdown as HTML, formulas as MathML."""
        cell = context.get("cell", {})
        renderer = _MathRenderer(
            escape=False,
            attachments=cell.get("attachments", {}),
            anchor_link_text=self.anchor_link_text,
            exclude_anchor_links=self.exclude_anchor_links,
        )
        return MarkdownWithMath(renderer=renderer).render(source)

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **options: Any
    ) -> tuple[str, Any]:
        """Return the page."""
        page, resources = super().from_notebook_node(nb, resources, **options)
        return MATHJAX.sub(STYLE, page), resources


class _MathRenderer(IPythonRenderer):
    """Renders what Markdown says is a formula."""

    def inline_math(self, body: str) -> str:
        return mathml(body, "inline")

    def block_math(self, body: str) -> str:
        return mathml(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")


@lru_cache(maxsize=4096)  # a class reads the same lesson
def mathml(tex: str, display: str = "inline") -> str:
    r"""Return a formula in LaTeX as MathML; as its source if it is not understood.

    Parameters
    ----------
    tex : str
        Without the dollars.
    display : str
        inline or block.
    """
    try:
        # A bare < would come through from \text{...}, and open a tag.
        return convert(tex.strip().replace("<", r"\lt "), display=display)
    except Exception:  # the converter raises whatever a broken formula makes it trip over
        return f"<code>{html.escape(tex)}</code>"
