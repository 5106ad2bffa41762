"""Feedback pages need no network: formulas are set by the browser alone."""

import re
from types import SimpleNamespace

import nbformat
import pytest

from autograder.feedback import FeedbackExporter, harmless_markdown, mathml
from autograder.lessons import find_lesson
from autograder.reference import lesson_names

FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(?!\s)([^$]+?)(?<!\s)\$", re.DOTALL)


@pytest.mark.parametrize("name", lesson_names())
def test_every_formula_of_a_lesson_becomes_mathml(name):
    texts = [cell.source for cell in find_lesson(name).cells if cell.cell_type == "markdown"]
    prose = [re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL) for text in texts]
    formulas = [block or inline for text in prose for block, inline in FORMULA.findall(text)]
    assert len(formulas) > 100
    for tex in formulas:
        found = mathml(tex)
        assert found.startswith("<math"), tex
        assert not re.search(r"\\[a-zA-Z]", found), f"left over in {found}"


def text_of(source, **cell):
    return harmless_markdown(SimpleNamespace(get=lambda name: cell), source)


def test_formulas_become_mathml_and_code_stays_code():
    page = text_of(r"$\alpha^2$ and `$\alpha$`, $$\sum_i x_i$$ and \begin{align}a &= b\end{align}")
    assert page.count("<math") == 3
    assert page.count('display="block"') == 2
    assert r"<code>$\alpha$</code>" in page


def test_formula_in_a_heading_or_a_picture_leaves_the_tags_whole():
    page = text_of("# The $\\delta$ rule\n\n![a $x$](https://e.org/p.png)\n\nb")
    assert '<h1 id="The--rule">The <math' in page
    assert not any("<math" in value or "formula" in value for value in re.findall('"[^"]*"', page))
    assert "formula" not in page


def test_broken_formula_stays_readable_and_nothing_runs():
    assert mathml(r"\left( <a>") == r"<code>\left( &lt;a&gt;</code>"
    assert mathml(r"\href{javascript:alert(1)}{x}").startswith("<code>")
    assert mathml("a < b").count("<mo>") == 1
    page = text_of(
        "$\\text{<script>alert(1)</script><img src=x onerror=alert(1)>}$\n\n<script>x</script>"
    )
    assert "<script" not in page
    assert "<img" not in page


def test_exporter_drops_the_script_for_formulas():
    exporter = FeedbackExporter(template_name="classic")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("$x$")])
    assert "mathjax/2" not in exporter.from_notebook_node(notebook)[0]
