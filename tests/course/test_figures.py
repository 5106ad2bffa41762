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


def test_activation_panels_leave_a_gap_in_the_derivative_of_relu():
    panels = draw(figures.activation_panels()).axes
    assert [panel.get_title() for panel in panels] == ["sigmoid", "tanh", "relu", "softplus"]
    derivative = panels[2].lines[-1]
    (gap,) = np.flatnonzero(np.isnan(derivative.get_ydata()))
    assert derivative.get_xdata()[gap] == 0.0
    assert panels[0].lines[-1].get_ydata().max() == 0.25


def test_quadratic_loss_has_a_plateau_where_the_cross_entropy_is_steepest():
    x = np.random.default_rng(0).normal(size=50)
    axes = draw(figures.loss_surfaces(x, (x > 0) * 1.0)).axes
    quadratic, cross_entropy = (np.abs(np.diff(line.get_ydata())) for line in axes[2].lines)
    assert quadratic[0] < 0.25 * quadratic.max()
    assert cross_entropy[0] > 0.9 * cross_entropy.max()


def test_gradient_by_layer_counts_layers_from_the_input():
    norms = {"sigmoid": np.array([0.01, 0.1, 1.0]), "tanh": np.array([0.5, 0.7, 1.0])}
    axes = draw(figures.gradient_by_layer(norms)).axes[0]
    assert axes.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert axes.get_legend_handles_labels()[1] == ["sigmoid", "tanh"]


def test_bars_of_effects_are_means_over_seeds():
    effects = np.array([[0.1, -0.4], [0.3, -0.2]])
    axes = draw(figures.effects_by_seed(effects, ["depth", "width"])).axes[0]
    np.testing.assert_allclose([bar.get_height() for bar in axes.patches], [0.2, -0.3])


def test_figures_of_lesson_5_draw_into_given_axes():
    figure = Figure()
    (one, two, three, four), (five, *_) = figure.subplots(2, 4)
    assert figures.activation_panels(["tanh", "relu"], ax=[one, two]) is figure
    assert figures.gradient_by_layer({"tanh": np.ones(2)}, ax=three) is figure
    assert figures.effects_by_seed(np.ones((2, 1)), ["depth"], ax=four) is figure
    surfaces = [figure.add_subplot(2, 4, panel, projection="3d") for panel in (6, 7)]
    x = np.array([-1.0, 2.0])
    assert figures.loss_surfaces(x, (x > 0) * 1.0, ax=[*surfaces, five]) is figure
