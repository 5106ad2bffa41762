"""Times `step_through`: from a key to the picture, in the kernel and on the page.

    python tests/benchmarks/stepping.py [--browser]

In the kernel: from what the page sends to the last message of the answer. With `--browser` also
from the key to the frame that shows the changed picture, in JupyterLab and headless Chromium, the
server on this machine. Milliseconds, of 30 inputs; the bound is 100. Nothing here is asserted: the
table is for people.
"""

import argparse
import inspect
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import numpy as np
from tabulate import tabulate

from course import graph
from course.widgets import step_through

INPUTS = 30
SIZES = {39: (2, 3), 109: (5, 5), 508: (12, 12)}  # by the number of nodes
IMPORTS = "import numpy as np\nfrom course import graph\nfrom course.widgets import step_through\n"
# The time from the key to the first frame after the picture has changed.
TIMER = """(panel) => {
  window.times = [];
  let begin = 0;
  panel.addEventListener('keydown', event => {
    if (event.key === 'Enter') begin = performance.now();
  }, true);
  new MutationObserver(() => {
    const key = begin;
    begin = 0;
    const note = () => window.times.push(performance.now() - key);
    if (key) requestAnimationFrame(() => setTimeout(note));
  }).observe(panel, {subtree: true, childList: true});
}"""


def network(D: int, M: int) -> graph.Node:
    """Return the loss of a network with one hidden layer, every weight a node of its own."""
    rng = np.random.default_rng(0)
    x = [graph.Node(value) for value in rng.normal(size=D)]
    output = graph.Node(0.2)
    for _ in range(M):
        a = graph.Node(rng.normal())
        for x_i in x:
            a = a + graph.Node(rng.normal()) * x_i
        output = output + graph.Node(rng.normal()) * graph.sigmoid(a)
    return -graph.log(graph.sigmoid(output))


def times_in_the_kernel(size: tuple[int, int]) -> tuple[float, list[float]]:
    """Return how long making the widget takes, and each of the first steps."""
    output, times = network(*size), []
    begin = time.perf_counter()
    panel = step_through(output)
    made = time.perf_counter() - begin
    typed = panel.children[0].children[1]
    for _ in range(INPUTS):
        begin = time.perf_counter()
        typed.set_state({"value": "?"})
        times.append(time.perf_counter() - begin)
    return made, times


@contextmanager
def jupyterlab(folder: Path) -> Iterator[tuple[str, str]]:
    """Run JupyterLab on a folder; its address and token."""
    command = [sys.executable, "-m", "autograder", "start", str(folder), "--no-browser"]
    log = folder / "jupyter.log"
    with log.open("w") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            while not (found := re.search(r"(http://\S+?)/lab\S*(token=\w+)", log.read_text())):
                time.sleep(0.2)
            yield found[1], found[2]
        finally:
            server.terminate()
            server.wait(timeout=30)


def times_in_the_browser() -> dict[int, list[float]]:
    """Return, by the number of nodes, each step's time from the key to the frame."""
    from playwright.sync_api import sync_playwright

    cells = [IMPORTS + inspect.getsource(network)]
    cells += [f"step_through(network{size})" for size in SIZES.values()]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    flags = ["--disable-gpu"] + ["--no-sandbox"] * (os.geteuid() == 0)
    with (
        tempfile.TemporaryDirectory() as name,
        jupyterlab(Path(name)) as (server, token),
        sync_playwright() as playwright,
    ):
        nbformat.write(notebook, Path(name) / "widgets.ipynb")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        page = browser.new_page(viewport={"width": 1280, "height": 5000})
        page.goto(f"{server}/lab/workspaces/bench/tree/widgets.ipynb?{token}")
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.locator(".bp-panel").nth(len(SIZES) - 1).wait_for()
        times = {}
        for number, nodes in enumerate(SIZES):
            panel = page.locator(".bp-panel").nth(number)
            panel.evaluate(TIMER)
            panel.locator("button").first.focus()
            for done in range(INPUTS):
                page.keyboard.press("Enter")
                page.wait_for_function(f"window.times.length > {done}")
                page.wait_for_timeout(100)
            times[nodes] = [time / 1000 for time in page.evaluate("window.times")]
        browser.close()
    return times


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--browser", action="store_true", help="time JupyterLab in Chromium too")
    in_browser = times_in_the_browser() if parser.parse_args().browser else {}
    rows = []
    for nodes, size in SIZES.items():
        made, times = times_in_the_kernel(size)
        row = [nodes, made, statistics.median(times), max(times)]
        seen = in_browser.get(nodes)
        row += [statistics.median(seen), max(seen)] if seen else []
        rows.append([row[0], *(1000 * seconds for seconds in row[1:])])
    headers = ["step_through, nodes", "made", "step, median", "slowest", "key to frame", "slowest"]
    print(tabulate(rows, headers=headers[: len(rows[0])], floatfmt=".1f"))


if __name__ == "__main__":
    main()
