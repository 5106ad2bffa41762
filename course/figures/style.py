"""Colours, line styles and sizes that all figures share."""

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Colours that stay apart for colour-blind readers and in grey (Wong, Nature Methods 8, 441, 2011);
# line styles differ too, so that no figure depends on colour alone.
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#777777"
ScalarFunction = Callable[[np.ndarray], np.ndarray]
COLOURS, STYLES, MARKERS = (BLUE, ORANGE, GREEN, GREY), ("-", "--", "-.", ":"), ("o", "s", "^", "D")


def figure_and_axes(
    ax: Axes | None, figsize: tuple[float, float] = (6.4, 3.8)
) -> tuple[Figure, Axes]:
    """Return the axes to draw on and their figure, a new one if none is given."""
    if ax is None:
        figure, ax = plt.subplots(figsize=figsize, layout="constrained")
        plt.close(figure)  # a notebook then shows the figure once, as what the cell returns
        return figure, ax
    return ax.figure, ax


def figure_and_panels(
    ax: Sequence[Axes] | None, figsize: tuple[float, float], mosaic: Any = "AB", **options: Any
) -> tuple[Figure, list[Axes]]:
    """Return the panels to draw on and their figure; the options are those of `subplot_mosaic`."""
    if ax is None:
        figure = plt.figure(figsize=figsize, layout="constrained")
        plt.close(figure)
        return figure, list(figure.subplot_mosaic(mosaic, **options).values())
    return ax[0].figure, list(ax)
