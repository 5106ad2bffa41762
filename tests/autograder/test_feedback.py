"""Feedback pages need no network: formulas are set by the browser alone."""

import re

import nbformat
import pytest

from autograder.feedback import FeedbackExporter, mathml
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


def page_of(*sources):
    cells = [nbformat.v4.new_markdown_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    return FeedbackExporter(template_name="classic").from_notebook_node(notebook)[0]


def test_page_loads_no_script_for_formulas_and_leaves_code_alone():
    page = page_of(
        r"$\alpha^2$ and `$\alpha$`, then $$\sum_i x_i$$ and \begin{align}a &= b\end{align}"
    )
    assert "mathjax/2" not in page
    assert page.count("<math") == 3
    assert page.count('display="block"') == 2
    assert r"<code>$\alpha$</code>" in page


def test_broken_formula_stays_readable_and_cannot_break_the_page():
    assert mathml(r"\left( <a>") == r"<code>\left( &lt;a&gt;</code>"
    assert "<script" not in mathml(r"\text{<script>alert(1)</script>}")
    assert mathml("a < b").count("<mo>") == 1
