"""Lesson 1 as a student sees it: JupyterLab, in a browser that is already on the machine."""

import os
import re
import shutil
import subprocess
import sys
import time

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


@pytest.fixture
def address(tmp_path):
    """Run `backprop start` on a folder with two right answers and one wrong one; its address."""
    lesson = find_lesson("1")
    answers = {
        name: lesson.reference.answers[name] for name in ("numerical_derivative", "power_grad")
    }
    answers["power_grad"] = answers["power_grad"].replace("np.log(x)", "np.log10(x)")
    folder = tmp_path / "my-notebooks"
    folder.mkdir()
    notebook = folder / "01_chain_rule.ipynb"
    notebook.write_text(notebook_text(answered_notebook(lesson, answers)), encoding="utf-8")
    command = [sys.executable, "-m", "autograder", "start", str(folder), "--no-browser"]
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    log = tmp_path / "jupyter.log"
    with log.open("w") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        try:
            yield _wait_for_address(log, server)
        finally:
            server.terminate()
            server.wait(timeout=30)
    assert "np.log10" in notebook.read_text(), "start must keep the student's own notebook"
    nbformat.read(notebook, as_version=4)


def _wait_for_address(log, server):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        found = re.search(
            r"(http://(?:localhost|127\.0\.0\.1):\d+/lab\S*token=\w+)", log.read_text()
        )
        if found:
            return found[1]
        time.sleep(0.2)
    pytest.fail(f"JupyterLab printed no address:\n{log.read_text()}")


def test_lesson_1_runs_in_jupyterlab_and_shows_reports(address, tmp_path):
    """Math is set, a right answer passes, a wrong one is told, no dialog asks for a kernel."""
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS + root)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        page.wait_for_selector(".jp-Notebook .jp-MarkdownOutput", timeout=60_000)
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=60_000)
        assert page.locator(".jp-Dialog").count() == 0
        assert page.locator(".Toastify__toast").count() == 0
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        last = page.locator(".jp-Notebook").get_by_text("log_network_grad: not written yet")
        last.first.wait_for(timeout=60_000)
        page.locator("text=numerical_derivative: right").first.wait_for(timeout=10_000)
        wrong = page.locator("text=power_grad: db wrong; da, dx right.").first
        wrong.scroll_into_view_if_needed()
        assert page.locator(".jp-Notebook mjx-container").count() > 10
        assert page.locator(".jp-Notebook img[src^='data:image/png']").count() >= 1
        page.screenshot(path=tmp_path / "lesson-1.png")
        outside = [
            url for url in asked if not re.match(r"(http|ws)://(localhost|127)|data:|blob:", url)
        ]
        assert outside == [], "a lesson works offline"
        assert page.locator(".Toastify__toast").count() == 0
        browser.close()
