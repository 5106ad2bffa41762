"""Every lesson as a student sees it: JupyterLab, in a browser that is already on the machine.

One server has all five lessons, with the solutions written in; lesson 1 has one wrong answer. Each
is run, its reports are read from the page, and each row of WIDGETS is done by keyboard.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from typing import NamedTuple

import nbformat
import pytest

from autograder.build import answered_notebook, notebook_text
from autograder.lessons import find_lesson

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: install .[test]")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")

FLAGS = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
WRONG = "power_grad"  # of lesson 1, with the logarithm to base 10
TYPED, SLIDER = 'input[type="text"]', 'input[type="range"]'


class Moved(NamedTuple):
    """A widget of a lesson, what is done to it by keyboard, and what only then is to be read."""

    lesson: str
    number: int  # of the widget in the lesson, from 0
    control: str  # a CSS selector in the widget: what gets the focus
    keys: tuple[str, ...]  # names of keys are pressed, in brackets; other text is typed
    changes: tuple[str, ...]  # texts of the widget, in sentences and pictures, that were not there


ACTS = {"[Enter]"}  # keys that are waited for
WAY_BACK = ("[Tab]", "[Tab]", "[Enter]", "[Shift+Tab]", "[Shift+Tab]")
WIDGETS = [
    Moved("1", 0, SLIDER, 4 * ("[ArrowLeft]",), ("eps = 0.01: the central difference",)),
    Moved("1", 0, "select", ("[ArrowDown]",), ("is 0.50000000. There is no slope at the kink",)),
    Moved("1", 1, TYPED, ("?", "[Enter]", "[Tab]", "[Enter]"), ("u1 = sin(t) = sin(1) = 0.8415",)),
    Moved("1", 1, TYPED, (*WAY_BACK, "1", "[Enter]"), ("Yes, dJ = 1.",)),
    Moved("2", 0, TYPED, ("3", "[Enter]"), ("3 is not q. Try again",)),
    Moved("2", 0, TYPED, ("2", "[Enter]"), ("Yes, q = 2.", "q = x + y = 3 + (-1) = 2")),
    Moved(
        "2", 0, TYPED, (*WAY_BACK, "?", "[Enter]", "-0.5", "[Enter]"),
        ("-0.5 has the right size and the wrong sign.",),
    ),
    Moved(
        "2", 1, TYPED, (*WAY_BACK, "?", "[Enter]", "-0.534", "[Enter]"),
        ("Yes, du = -0.5344.", "-0.5344 × 1 = -0.5344"),
    ),
    Moved(
        "2", 2, TYPED, (*WAY_BACK, "[Tab]", *4 * ("[Enter]",), "[Shift+Tab]", "0.7", "[Enter]"),
        ("0.7 is what one use brings.",),
    ),
    Moved("2", 3, TYPED, (*WAY_BACK, "1", "[Enter]", "?", "[Enter]"), ("0.6441",)),
    Moved("2", 4, TYPED, ("(3,)", "[Enter]"), ("has shape (3,)",)),
    Moved("3", 0, TYPED, (*WAY_BACK, "1", "[Enter]"), ("Yes, dJ = 1.",)),
    Moved("3", 1, SLIDER, ("[Home]",), ("da/dx₁ = -6", "saturated on the right side")),
    Moved("3", 1, "select >> nth=1", ("[ArrowDown]",), ("loss 7.613e-09",)),
    Moved("4", 0, 'button:has-text("1 step")', ("[Enter]",), ("After 1 step: loss",)),
    Moved("4", 0, 'button:has-text("Run")', ("[Enter]",), ("Stop",)),
    Moved("4", 0, 'button:has-text("Stop")', ("[Enter]",), ("Run",)),
    Moved("4", 0, "select >> nth=1", ("[ArrowDown]",), ("After 0 steps", "the run before")),
    Moved("4", 1, SLIDER, ("[End]",), ("dW3[2, 0] is",)),
    Moved("5", 0, SLIDER, ("[End]",), ("quadratic: from 0.298 to 0.280",)),
    Moved("5", 1, "select", ("[ArrowDown]",), ("layer 1 gets sigmoid",)),
]  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Run `backprop start` on a folder with the five lessons answered; the server's address."""
    folder = tmp_path_factory.mktemp("browser") / "my-notebooks"
    folder.mkdir()
    for number in "12345":
        lesson = find_lesson(number)
        answers = dict(lesson.reference.answers)
        if WRONG in answers:
            answers[WRONG] = answers[WRONG].replace("np.log(x)", "np.log10(x)")
        notebook = answered_notebook(lesson, answers)
        (folder / f"{lesson.name}.ipynb").write_text(notebook_text(notebook), encoding="utf-8")
    command = [sys.executable, "-m", "autograder", "start", str(folder), "--no-browser"]
    settings = folder.parent / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    # Otherwise JupyterLab takes cells that are scrolled out of sight off the page.
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(folder.parent / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder.parent / "settings"),
    }
    log = folder.parent / "jupyter.log"
    with log.open("w") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        try:
            yield _wait_for_address(log, server)
        finally:
            server.terminate()
            server.wait(timeout=30)
    own = folder / "01_chain_rule.ipynb"
    assert "np.log10" in own.read_text(), "start must keep the student's own notebook"
    nbformat.read(own, as_version=4)


def _wait_for_address(log, server):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        found = re.search(
            r"(http://(?:localhost|127\.0\.0\.1):\d+)/lab\S*(token=\w+)", log.read_text()
        )
        if found:
            return found.groups()
        time.sleep(0.2)
    pytest.fail(f"JupyterLab printed no address:\n{log.read_text()}")


@pytest.fixture(scope="module")
def browser():
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS + root)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def lesson(request, address, browser):
    """Open a lesson in a workspace of its own, run all its cells and wait for the last."""
    page, (server, token) = browser.new_page(viewport={"width": 1280, "height": 1000}), address
    name, asked = find_lesson(request.param).name, []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server}/lab/workspaces/lesson{request.param}/tree/{name}.ipynb?{token}")
    page.wait_for_selector(".jp-Notebook .jp-MarkdownOutput", timeout=60_000)
    idle = ".jp-Notebook-ExecutionIndicator[data-status=idle]"
    page.wait_for_selector(idle, timeout=60_000)
    assert page.locator(".jp-Dialog").count() == 0
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_function(
        """() => {
          const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
          return prompts.length && prompts.every(one => /\\[\\d+\\]/.test(one.textContent));
        }""",
        timeout=90_000,
    )
    outside = [
        url for url in asked if not re.match(r"(http|ws)://(localhost|127)|data:|blob:", url)
    ]
    assert outside == [], "a lesson works offline"
    assert page.locator(".Toastify__toast").count() == 0
    yield request.param, page
    page.close()


@pytest.mark.parametrize("lesson", "12345", indirect=True)
def test_a_lesson_with_its_solutions_passes_every_check_and_its_widgets_answer_to_keys(lesson):
    number, page = lesson
    shown = page.locator(".jp-Notebook").inner_text()
    for name in find_lesson(number).exercises:
        assert (f"{name}: right" in shown) == (name != WRONG), name
    assert page.locator(".jp-Notebook mjx-container").count() > 10
    assert page.locator(".jp-Notebook img[src^='data:image/png']").count() >= 1
    panels = page.locator(".bp-panel")
    moved = [row for row in WIDGETS if row.lesson == number]
    assert panels.count() == len({row.number for row in moved}), "every widget has a row"
    for row in moved:
        panel = panels.nth(row.number)
        for text in row.changes:
            assert text not in panel.inner_text(), f"{row}: {text} is there before"
        panel.locator(row.control).first.focus()
        for key in row.keys:
            before = panel.inner_text()
            if key.startswith("["):
                page.keyboard.press(key[1:-1])
            else:
                page.keyboard.type(key)
            if key in ACTS:  # as a person does, who reads the answer before going on
                _wait_for_change(panel, before)
        for text in row.changes:
            sync_api.expect(panel, str(row)).to_contain_text(text, timeout=5_000)


def _wait_for_change(panel, before):
    deadline = time.monotonic() + 5
    while panel.inner_text() == before:
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


@pytest.mark.parametrize("lesson", ["1"], indirect=True)
def test_a_wrong_answer_is_told_in_the_page(lesson):
    _, page = lesson
    report = page.locator(".jp-OutputArea", has_text=f"{WRONG}: db wrong; da, dx right.").first
    report.wait_for(timeout=10_000)
    assert "log" in report.text_content()
