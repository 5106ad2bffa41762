"""Times the widgets: from a moved control to the picture, as the kernel sees it.

    python tests/benchmarks/widgets.py

Median and slowest over some twenty moves of one control, in milliseconds, and the median of the
processor's time, which other programs disturb less. Reach: 60 ms, since the way to the page and
back takes 30 to 40 more, and a student should wait less than 100. Nothing is asserted: the table is
for people.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import time
from collections.abc import Iterable

import numpy as np
from tabulate import tabulate

from course import widgets
from course.gradcheck import check_model
from course.mlp import MLP
from course.widgets.panel import Panel


def times_ms(panel: Panel, name: str, values: Iterable[object]) -> np.ndarray:
    """Return how long the picture takes after each change of one entry of the state, shape (T, 2).

    Both by the clock and by the processor's time, ms.
    """
    clocks, times = (time.perf_counter, time.process_time), []
    for value in values:
        start = [clock() for clock in clocks]
        panel.change(**{name: value})
        times.append([1000 * (clock() - at) for clock, at in zip(clocks, start, strict=True)])
    return np.array(times[1:])  # the frame of a view is painted once, with the first, and kept


def main() -> None:
    """Print the table."""
    X, y = np.random.default_rng(0).normal(size=(6, 12)), np.array([0, 1, 2, 3, 0, 1])
    activations, deep = widgets.compare_activations(), widgets.compare_activations()
    deep.change(show="a deep network")
    from_minus_4_to_4 = np.linspace(-4, 4, 21)
    moves = {
        "drag_eps: eps": (widgets.drag_eps(), "eps", np.logspace(0, -15, 21)),
        "tune_neuron: bias": (widgets.tune_neuron(), "b", from_minus_4_to_4),
        "train_network: 5 steps": (widgets.train_network(), "steps", range(5, 110, 5)),
        "train_network: 50 steps": (widgets.train_network(), "steps", range(50, 1100, 50)),
        "compare_activations: a": (activations, "a", from_minus_4_to_4),
        "compare_activations: layers": (deep, "depth", range(2, 21)),
        "compare_losses: w1": (widgets.compare_losses(), "w1", from_minus_4_to_4),
        "compare_gradients: 12 x 12, row": (
            widgets.compare_gradients(check_model(MLP([12, 12, 4]), X, y)[:1]), "row", range(12),
        ),
    }  # fmt: skip
    rows = []
    for what, (panel, name, values) in moves.items():
        clock, processor = times_ms(panel, name, values).T
        numbers = np.median(clock), clock.max(), np.median(processor), len(panel.picture) / 1024
        rows.append([what, *(f"{number:.0f}" for number in numbers)])
    headers = ["control moved", "median, ms", "slowest, ms", "processor, ms", "picture, KiB"]
    print(tabulate(rows, headers, disable_numparse=True))


if __name__ == "__main__":
    main()
