"""Text cells of students are shown in feedback and formgrader, and nothing in them runs."""

import re

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import v4
from traitlets.config import Config

from autograder.classroom import configure


@pytest.fixture
def shown(tmp_path):
    """Return a text cell as the class's pages show it."""
    config = Config()
    configure(config, str(tmp_path / "nbgrader_config.py"))

    def show(text, kind="markdown"):
        cell = v4.new_markdown_cell(text) if kind == "markdown" else v4.new_raw_cell(text)
        exporter = HTMLExporter(config=config, template_name="classic")
        page, _ = exporter.from_notebook_node(v4.new_notebook(cells=[cell]))
        return page[page.index("<body") :]

    return show


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[text](javascript:alert(1))",
        "<a href='&#106;avascript:alert(1)'>text</a>",
        "<svg/onload=alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<form action=//elsewhere><input></form>",
        "<style>* {display: none}</style>",
        "<b onclick=alert(1) style='position:fixed'>text</b>",
        "<!-- --!><script>alert(1)</script> -->",
        "![x](javascript:alert(1))",
    ],
)
@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_nothing_in_a_text_cell_runs(shown, text, kind):
    page = shown(text, kind)
    live = re.findall(
        r"<(?:script|svg|iframe|form|input|style)[\s/>]|<\w[^<>]*\s(?:on\w+|style)=", page
    )
    assert live == []
    assert not re.search(r"(?:href|src)=.{0,3}javascript", page, re.IGNORECASE)


def test_text_keeps_its_form(shown):
    page = shown(
        "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`x < y`, $a<b$, **bold**, <sub>2</sub>\n\n"
        "```python\nx = 1\n```\n\n![plot](data:image/png;base64,AA==) [link](https://a.b/c)"
    )
    for piece in ("<h1", "<td>1</td>", "<code>x &lt; y</code>", "<mo>&lt;</mo>",
                  "<strong>bold</strong>", "<sub>2</sub>", '<span class="n">x</span>',
                  "data:image/png;base64,AA==", 'href="https://a.b/c"'):  # fmt: skip
        assert piece in page, piece
