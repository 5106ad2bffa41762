"""Times the widgets: from a moved control to the picture.

    python tests/benchmarks/widgets.py [--browser]

In the kernel: the time of an answer, and the processor's part of it, which other programs disturb
less. With `--browser` also from the key to the frame that shows the changed picture, in JupyterLab
and headless Chromium, the server on this machine. Milliseconds, of 20 inputs, median and slowest;
the bound is 100. Nothing here is asserted: the table is for people.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import inspect
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import numpy as np
from tabulate import tabulate

from course import graph, widgets  # noqa: F401
from course.gradcheck import Comparison, check_model
from course.mlp import MLP

INPUTS = 20
IMPORTS = """import numpy as np
from course import graph, widgets
from course.gradcheck import Comparison, check_model
from course.mlp import MLP
"""
# The time from the key to the first frame after the picture has changed.
TIMER = """(panel) => {
  window.times = [];
  let begin = 0;
  panel.addEventListener('keydown', () => { begin = performance.now(); }, true);
  new MutationObserver(() => {
    const key = begin;
    begin = 0;
    const note = () => window.times.push(performance.now() - key);
    if (key) requestAnimationFrame(() => setTimeout(note));
  }).observe(panel.querySelector('svg').closest('.widget-html'),
             {subtree: true, childList: true});
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


def large_check() -> list[Comparison]:
    """Return the check of a 32 x 64 weight matrix, every entry off: 1/N left out."""
    X, y = np.random.default_rng(0).normal(size=(6, 64)), np.array([0, 1, 2, 3, 0, 1])
    right = check_model(MLP([64, 32, 4]), X, y)[0]
    return [Comparison(right.name, len(X) * right.analytic, right.numeric, right.kinks)]


class Row(NamedTuple):
    """A widget, and one way to move it: by its state, and by keyboard."""

    what: str
    make: str  # an expression
    moves: list[dict[str, Any]] | None  # None: type a guess
    control: str  # a CSS selector
    key: str


def _moves(name: str, values: Any) -> list[dict[str, Any]]:
    return [{name: value} for value in values]


FIRST, SECOND, ALONG = "input >> nth=0", "input >> nth=1", np.linspace(-4, 4, INPUTS + 1)
DEEP = _moves("depth", range(2, 20))
ROWS = [
    *(
        Row(f"step_through: {nodes} nodes", f"widgets.step_through(network{size})", None,
            "button >> nth=0", "Enter")
        for nodes, size in {39: (2, 3), 109: (5, 5), 508: (12, 12)}.items()
    ),
    Row("drag_eps: eps", "widgets.drag_eps()", _moves("eps", np.logspace(0, -15, INPUTS + 1)),
        FIRST, "ArrowLeft"),
    Row("tune_neuron: weight", "widgets.tune_neuron()", _moves("w1", ALONG), FIRST, "ArrowLeft"),
    Row("train_network: 50 steps", "widgets.train_network()",
        _moves("steps", range(50, 50 * INPUTS + 51, 50)), 'button:has-text("50")', "Enter"),
    Row("compare_activations: a", "widgets.compare_activations()", _moves("a", ALONG),
        FIRST, "ArrowLeft"),
    Row("compare_activations: layers", "widgets.compare_activations()",
        [move | {"show": "a deep network"} for move in DEEP], SECOND, "ArrowLeft"),
    Row("compare_losses: w1", "widgets.compare_losses()", _moves("w1", ALONG), FIRST, "ArrowLeft"),
    Row("compare_gradients: 32 x 64, all off", "widgets.compare_gradients(large_check())",
        _moves("row", range(INPUTS + 1)), FIRST, "ArrowRight"),
]  # fmt: skip


def times_in_the_kernel(row: Row) -> np.ndarray:
    """Return how long each answer takes, by the clock and of the processor, ms, shape (T, 2)."""
    panel, times = eval(row.make), []
    if row.moves is None:
        typed = panel.children[0].children[1]
        answers: list[Callable[[], Any]] = [lambda: typed.set_state({"value": "?"})] * (INPUTS + 1)
    else:
        answers = [lambda move=move: panel.change(**move) for move in row.moves]
    clocks = time.perf_counter, time.process_time
    for answer in answers:
        begin = [clock() for clock in clocks]
        answer()
        times.append([1000 * (clock() - at) for clock, at in zip(clocks, begin, strict=True)])
    return np.array(times[1:])  # frames are painted once, with the first, and kept


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


def times_in_the_browser() -> dict[str, np.ndarray]:
    """Return, for every row, the times from a key to the frame, ms."""
    from playwright.sync_api import sync_playwright

    cells = [IMPORTS + inspect.getsource(network) + inspect.getsource(large_check)]
    cells += [row.make for row in ROWS]
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
        page = browser.new_page(viewport={"width": 1280, "height": 6000})
        page.goto(f"{server}/lab/workspaces/bench/tree/widgets.ipynb?{token}")
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        page.wait_for_timeout(3000)  # the kernel may still be on its way
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.locator(".bp-panel").nth(len(ROWS) - 1).wait_for(timeout=90_000)
        times = {}
        for number, row in enumerate(ROWS):
            panel = page.locator(".bp-panel").nth(number)
            if row.control == SECOND:
                panel.locator("select").select_option("a deep network")
                page.wait_for_timeout(500)
            panel.evaluate(TIMER)
            panel.locator(row.control).focus()
            for done in range(INPUTS if row.control != SECOND else 8):  # layers from 10 to 2
                page.keyboard.press(row.key)
                page.wait_for_function(f"window.times.length > {done}")
                page.wait_for_timeout(100)
            times[row.what] = np.array(page.evaluate("window.times"))
        browser.close()
    return times


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--browser", action="store_true", help="time JupyterLab in Chromium too")
    in_browser = times_in_the_browser() if parser.parse_args().browser else {}
    table = []
    for row in ROWS:
        clock, processor = times_in_the_kernel(row).T
        numbers = [np.median(clock), clock.max(), np.median(processor)]
        if row.what in in_browser:
            seen = in_browser[row.what]
            numbers += [np.median(seen), seen.max()]
        table.append([row.what, *(f"{number:.0f}" for number in numbers)])
    headers = ["moved", "kernel", "slowest", "processor", "key to frame", "slowest"]
    print(tabulate(table, headers[: len(table[0])], disable_numparse=True))


if __name__ == "__main__":
    main()
