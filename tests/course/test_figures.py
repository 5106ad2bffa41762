import numpy as np
from matplotlib.figure import Figure

from course import figures


def draw(figure):
    """Draw for real, so that a label that cannot be set or placed raises here."""
    figure.canvas.draw()
    return figure


def test_secant_and_tangent_labels_carry_both_slopes():
    figure = draw(figures.secant_and_tangent(np.sin, x=1.0, eps=0.8, df=np.cos(1.0)))
    assert isinstance(figure, Figure)
    labels = figure.axes[0].get_legend_handles_labels()[1]
    # (sin 1.8 - sin 0.2) / 1.6 = (0.973848 - 0.198669) / 1.6 = 0.48449; cos 1 = 0.54030
    assert labels == ["f", "secant, slope 0.48449", "tangent, slope 0.54030"]


def test_central_difference_is_better_than_forward_at_the_marked_step():
    axes = draw(figures.step_size_error(np.sin, np.cos, x=1.0)).axes[0]
    forward, central = (line.get_ydata() for line in axes.lines[:2])
    eps = axes.lines[0].get_xdata()
    at = np.argmin(np.abs(eps - 6e-6))
    assert central[at] < 1e-9 < forward[at]


def test_figures_draw_into_given_axes():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert figures.secant_and_tangent(np.exp, 0.0, 0.1, 1.0, ax=left) is figure
    assert figures.step_size_error(np.exp, np.exp, 0.0, ax=right) is figure
    assert len(figure.axes) == 2
