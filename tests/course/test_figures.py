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


def test_training_curves_start_at_step_0():
    runs = {"slow": [0.7, 0.6, 0.5], "fast": [0.7, 0.3], "one step": [0.7]}
    axes = draw(figures.training_curves(runs, ylabel="loss", log=True)).axes[0]
    assert [list(line.get_xdata()) for line in axes.lines] == [[0, 1, 2], [0, 1], [0]]
    assert [line.get_label() for line in axes.lines] == list(runs)
    assert (axes.get_ylabel(), axes.get_yscale()) == ("loss", "log")


def test_boundary_of_one_output_is_where_it_says_one_half():
    X, y = np.array([[-1.0, -1.0], [1.0, 1.0]]), np.array([0, 1])
    figure = draw(figures.decision_boundary(lambda points: points[:, 0] + 0.25, X, y))
    (line,) = [c for c in figure.axes[0].collections if hasattr(c, "levels")]
    np.testing.assert_allclose(line.get_paths()[0].vertices[:, 0], 0.25, atol=1e-12)


def test_boundary_without_a_change_of_mind_has_no_line():
    X, y = np.array([[-1.0, -1.0], [1.0, 1.0]]), np.array([0, 0])
    figure = draw(figures.decision_boundary(lambda points: np.full((len(points), 1), 0.2), X, y))
    assert not [c for c in figure.axes[0].collections if hasattr(c, "levels")]


def test_boundary_of_several_outputs_shades_the_largest():
    X, y = np.array([[-1.0, 0.0], [0.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 2])
    figure = draw(figures.decision_boundary(
        lambda points: np.stack([-points[:, 0], 0 * points[:, 0], points[:, 0] - 0.5], axis=1), X, y
    ))  # fmt: skip
    shaded = figure.axes[0].collections[0].get_array().reshape(200, 200)
    assert [shaded[0, 0], shaded[0, 110], shaded[0, -1]] == [0, 1, 2]
    assert figure.axes[0].get_legend_handles_labels()[1] == ["class 0", "class 1", "class 2"]


def test_step_jumps_where_the_sigmoid_is_one_half():
    axes = draw(figures.step_and_sigmoid()).axes[0]
    below, above, *_, sigmoid, slope = axes.lines
    assert set(below.get_ydata()) == {0.0}
    assert set(above.get_ydata()) == {1.0}
    assert below.get_xdata().max() < 0 < above.get_xdata().min()
    np.testing.assert_allclose(np.interp(0, *sigmoid.get_data()), 0.5)
    assert slope.get_ydata().max() < 0.25


def test_saturation_curves_are_those_of_the_function_given():
    axes = draw(figures.saturation_curves(lambda a, y: (a * y, 2 * a * y))).axes[0]
    by_name = {line.get_label(): line for line in axes.lines}
    for name, factor in (("quadratic loss", 1.0), ("cross-entropy", 2.0)):
        a, da = by_name[name].get_data()
        np.testing.assert_allclose(da, factor * a)


def test_weight_image_has_white_at_zero():
    image = draw(figures.weight_image(np.array([0.5, -2.0, 0.0, 1.0]), (2, 2))).axes[0].images[0]
    assert image.get_clim() == (-2.0, 2.0)
    np.testing.assert_array_equal(image.get_array(), [[0.5, -2.0], [0.0, 1.0]])
    assert draw(figures.weight_image(np.zeros(4), (2, 2))).axes[0].images[0].get_clim() == (-1, 1)


def test_figures_draw_into_given_axes():
    figure = Figure()
    axes = iter(figure.subplots(1, 7))
    points, classes = np.eye(2), np.array([0, 1])
    assert figures.secant_and_tangent(np.exp, 0.0, 0.1, 1.0, ax=next(axes)) is figure
    assert figures.step_size_error(np.exp, np.exp, 0.0, ax=next(axes)) is figure
    assert figures.training_curves({"run": [2.0, 1.0]}, ax=next(axes)) is figure
    assert figures.decision_boundary(lambda X: X, points, classes, ax=next(axes)) is figure
    assert figures.step_and_sigmoid(ax=next(axes)) is figure
    assert figures.saturation_curves(lambda a, y: (a, y), ax=next(axes)) is figure
    assert figures.weight_image(np.ones(64), ax=next(axes)) is figure
    assert len(figure.axes) == 7 + 1  # and a colour bar
