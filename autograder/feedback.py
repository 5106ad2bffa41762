"""Feedback pages that are safe to open, and open without a network.

| name                | does                                                                     |
|---------------------|--------------------------------------------------------------------------|
| `harmless_markdown` | a text cell as HTML in which nothing runs, formulas as MathML            |
| `mathml`            | one formula as MathML, which browsers set by themselves                  |
| `FeedbackExporter`  | nbconvert's HTML exporter, without the script that it loads for formulas |

The class's nbgrader_config.py puts them in the place of nbconvert's own, the first one for the
formgrader too. Template and contents of the pages stay nbgrader's.
"""

import html
import re
import secrets
from functools import lru_cache
from typing import Any

import bleach
from jinja2 import pass_context
from jinja2.runtime import Context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

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
MATHJAX = re.compile(r"<!-- Load mathjax -->.*?<!-- End of mathjax configuration -->", re.DOTALL)
STYLE = "<style>.rendered_html td, .rendered_html th { padding: 1px 12px 1px 0 }</style>"
PLACE = f"formula{secrets.token_hex(8)}n"  # marks where one stands; no student can write it
MARK = re.compile(rf"{PLACE}(\d+)n")
TAG_OR_MARK = re.compile(rf"""<(?:[^>"']|"[^"]*"|'[^']*')*>|{MARK.pattern}""")


@pass_context
def harmless_markdown(context: Context, source: str) -> str:
    """Return a text cell as HTML in which nothing runs; it stands for nbconvert's own filter.

    Parameters
    ----------
    context : jinja2.runtime.Context
        Where the cell is found.
    source : str
        Its markdown; may hold any HTML.
    """
    attachments = (context.get("cell") or {}).get("attachments", {})
    return _rendered(source, attachments) if attachments else _plain(source)


@lru_cache(maxsize=1024)  # a class reads the same lesson
def _plain(source: str) -> str:
    return _rendered(source, {})


def _rendered(source: str, attachments: dict[str, Any]) -> str:
    renderer = _MathRenderer(escape=False, attachments=attachments)
    page = MarkdownWithMath(renderer).render(source)
    page = bleach.clean(page, TAGS, ATTRIBUTES, PROTOCOLS, strip_comments=False)
    return TAG_OR_MARK.sub(renderer.put_back, page)


class _MathRenderer(IPythonRenderer):
    """Renders what Markdown says is a formula, and keeps it out of the way of the cleaning."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.formulas: list[str] = []

    def inline_math(self, body: str) -> str:
        return self._marked(body, "inline")

    def block_math(self, body: str) -> str:
        return self._marked(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        return self._marked(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")

    def _marked(self, tex: str, display: str) -> str:
        self.formulas.append(mathml(tex, display))
        return f"{PLACE}{len(self.formulas) - 1}n"

    def put_back(self, found: re.Match) -> str:
        """Return the formula for a mark; a tag without the marks in its attributes."""
        return MARK.sub("", found[0]) if found[0].startswith("<") else self.formulas[int(found[1])]


@lru_cache(maxsize=4096)
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
        found = convert(tex.strip().replace("<", r"\lt "), display=display)
    except Exception:  # the converter raises whatever a broken formula makes it trip over
        found = ""
    return found if found and " href=" not in found else f"<code>{html.escape(tex)}</code>"


class FeedbackExporter(HTMLExporter):
    """Exports a graded notebook as a page that loads nothing."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **options: Any
    ) -> tuple[str, Any]:
        """Return the page."""
        page, resources = super().from_notebook_node(nb, resources, **options)
        return MATHJAX.sub(STYLE, page), resources
