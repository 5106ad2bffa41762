import sys
from contextlib import redirect_stdout
from doctest import DocTestParser
from inspect import signature
from io import StringIO
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from course import figures, graph
from course.widgets.graph_svg import GraphPicture
from course.widgets.sweeps import sweep


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
    central, forward = (line.get_ydata() for line in axes.lines[:2])
    eps = axes.lines[0].get_xdata()
    at = np.argmin(np.abs(eps - 6e-6))
    assert central[at] < 1e-9 < forward[at]


def branching():
    """Six operations, t used three times and x twice; a long edge passes a column."""
    x, y = graph.Node(0.7), graph.Node(1.3)
    t = x * y
    return t * graph.sin(t) + t * x


def neuron():
    """Fifteen nodes: a sigmoid unit, gate by gate."""
    w0, x0, w1, x1, w2 = map(graph.Node, (2.0, -1.0, -3.0, -2.0, -3.0))
    return 1.0 / (1.0 + graph.exp(-(w0 * x0 + w1 * x1 + w2)))


def doubled():
    a = graph.Node(1.5)
    b = a + a
    return b + b


def stretched():
    """t = x x stands three columns from x, with two edges all the way."""
    x = graph.Node(0.5)
    t, u = x * x, graph.sin(graph.sin(graph.sin(x)))
    return (u + t) * (u * t)


def single():
    return graph.Node(2.0)


@pytest.mark.parametrize("build", [branching, neuron, doubled, stretched, single])
def test_no_label_of_a_graph_overlaps_another(build):
    output = build()
    output.backward()
    names = {f"u{i}": node for i, node in enumerate(graph.topological_order(output))}
    figure = draw(figures.computational_graph(output, names))
    texts = [text for text in figure.axes[0].texts if text.get_text()]
    boxes = [text.get_window_extent() for text in texts]
    for (one, box), (other, other_box) in combinations(zip(texts, boxes, strict=True), 2):
        assert not box.overlaps(other_box), (one.get_text(), other.get_text())
    for text, box in zip(texts, boxes, strict=True):
        assert figure.bbox.containsx(box.x0), text.get_text()
        assert figure.bbox.containsx(box.x1), text.get_text()
        assert figure.bbox.containsy(box.y0), text.get_text()
        assert figure.bbox.containsy(box.y1), text.get_text()


def test_graph_has_an_arrow_for_every_use():
    axes = draw(figures.computational_graph(doubled())).axes[0]
    arrows = [patch for patch in axes.patches if hasattr(patch, "get_arrowstyle")]
    assert len(arrows) == 4  # b = a + a and c = b + b


def test_two_edges_of_one_long_way_stay_apart():
    axes = draw(figures.computational_graph(stretched())).axes[0]
    arrows = [patch for patch in axes.patches if hasattr(patch, "get_arrowstyle")]
    paths = {str(arrow._path_original.vertices.round(3)) for arrow in arrows}
    assert len(arrows) == len(paths) == 11


def test_an_operation_has_one_sign_in_every_picture():
    a = SimpleNamespace(value=2.0, grad=0.0, parents=(), op="", local_grads=())
    for op, shown in {"neg": "−", "sigmoid": "σ", "inverse": "1/·", "*": "×", "exp": "exp"}.items():
        b = SimpleNamespace(value=0.5, grad=1.0, parents=(a,), op=op, local_grads=(1.0,))
        texts = draw(figures.computational_graph(b)).axes[0].texts
        assert shown in [text.get_text() for text in texts]
        assert f">{shown}</text>" in GraphPicture(sweep(b)).svg()


def test_graph_is_drawn_from_anything_that_follows_the_protocol():
    a = SimpleNamespace(value=3.0, grad=2.0, parents=(), op="")
    b = SimpleNamespace(value=6.0, grad=1.0, parents=[a], op="double")
    texts = draw(figures.computational_graph(b, {"a": a})).axes[0].texts
    assert [text.get_text() for text in texts] == ["a = 3", "da = 2", "double", "6", "1"]


def test_graph_shows_the_shape_of_an_array():
    W = graph.Node(np.ones((2, 3)))
    J = W.sum()
    J.backward()
    texts = draw(figures.computational_graph(J, {"W": W, "J": J})).axes[0].texts
    assert [text.get_text() for text in texts][:2] == ["W: (2, 3)", "dW: (2, 3)"]
    assert [text.get_text() for text in texts][-2:] == ["J = 6", "dJ = 1"]


def test_graph_without_derivatives_asks_for_them():
    texts = draw(figures.computational_graph(doubled(), grads=False)).axes[0].texts
    assert [text.get_text() for text in texts].count("?") == 3


def test_figures_draw_into_given_axes():
    figure = Figure()
    axes = iter(figure.subplots(3, 3).ravel())
    points, classes = np.eye(2), np.array([0, 1])
    assert figures.secant_and_tangent(np.exp, 0.0, 0.1, 1.0, ax=next(axes)) is figure
    assert figures.step_size_error(np.exp, np.exp, 0.0, ax=next(axes)) is figure
    assert figures.computational_graph(doubled(), ax=next(axes)) is figure
    assert figures.training_curves({"run": [2.0, 1.0]}, ax=next(axes)) is figure
    assert figures.decision_boundary(lambda X: X, points, classes, ax=next(axes)) is figure
    assert figures.step_and_sigmoid(ax=next(axes)) is figure
    assert figures.saturation_curves(lambda a, y: (a, y), ax=next(axes)) is figure
    assert figures.weight_image(np.ones(64), ax=next(axes)) is figure
    weights, bias = np.array([1.0, -1.0]), 0.5
    assert figures.hidden_representation(points, classes, weights, bias, ax=next(axes)) is figure
    assert len(figure.axes) == 9 + 1  # and a colour bar


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
    shaded = figure.axes[0].images[0].get_array()
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


def test_hidden_representation_shows_every_class_and_the_line():
    H, y = np.array([[-1.0, -1.0], [0.9, 1.0], [1.0, 0.9]]), np.array([0, 1, 1])
    axes = draw(figures.hidden_representation(H, y, np.array([3.0, 4.0]), b=2.5)).axes[0]
    *classes, line = axes.lines
    assert [len(one.get_xdata()) for one in classes] == [1, 2]
    np.testing.assert_allclose(line.get_xydata() @ [3.0, 4.0] + 2.5, 0.0, atol=1e-12)


def test_hidden_representation_shows_units_that_go_beyond_1():
    H, y = np.array([[0.0, 7.0], [3.0, 0.0]]), np.array([0, 1])
    axes = draw(figures.hidden_representation(H, y, np.array([1.0, 1.0]), b=-1.0)).axes[0]
    assert axes.get_ylim() == axes.get_xlim()
    assert axes.get_ylim()[1] > 7.0
    line = axes.lines[-1].get_xydata()
    assert np.abs(line).max(axis=1).min() > axes.get_ylim()[1], "the line crosses the square"


def test_hidden_representation_without_weights_has_no_line():
    axes = draw(figures.hidden_representation(np.eye(2), np.array([0, 1]), np.zeros(2), 0.0)).axes[
        0
    ]
    assert [line.get_label() for line in axes.lines] == ["class 0", "class 1"]


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


@pytest.mark.parametrize("name", figures.__all__)
def test_every_figure_takes_axes_and_has_an_example_that_draws_it(name):
    function = getattr(figures, name)
    assert signature(function).parameters["ax"].default is None
    examples = DocTestParser().get_examples(function.__doc__)
    names = dict(vars(sys.modules[function.__module__]))
    with redirect_stdout(StringIO()):
        for example in examples:
            exec(compile(example.source, name, "single"), names)
    assert isinstance(draw(names["figure"]), Figure)


def test_secant_of_a_tiny_step_is_drawn_in_steps_of_the_rounding_unit():
    axes = draw(figures.secant_and_tangent(np.sin, 1.0, 3e-15, np.cos(1.0))).axes[0]
    assert axes.get_ylabel() == "(f - f(x)) / eps"
    levels = np.unique(axes.lines[0].get_ydata().round(6))
    unit = np.spacing(np.sin(1.0)) / 3e-15  # what float64 can tell apart there
    np.testing.assert_allclose(np.diff(levels) / unit, np.round(np.diff(levels) / unit), atol=0.01)
    assert len(levels) < 100


def test_no_tangent_is_drawn_where_there_is_none():
    axes = draw(figures.secant_and_tangent(np.abs, 0.0, 0.5, None)).axes[0]
    assert axes.get_legend_handles_labels()[1] == ["f", "secant, slope 0.00000"]
    assert axes.get_title() == "Secant, eps = 0.5"


def test_forward_secant_goes_through_x():
    axes = draw(figures.secant_and_tangent(np.square, 3.0, 0.5, 6.0, kind="forward")).axes[0]
    assert axes.lines[1].get_label() == "secant, slope 6.50000"
    assert axes.lines[3].get_xdata().tolist() == [0.0, 1.0]


def test_error_in_float32_is_larger_where_rounding_wins():
    figure = draw(figures.step_size_error(np.sin, np.cos, 1.0, ["float64", "float32"], eps=1e-5))
    curves = {line.get_label(): line.get_ydata() for line in figure.axes[0].lines}
    at = np.argmin(np.abs(figure.axes[0].lines[0].get_xdata() - 1e-5))
    assert curves["central, float32"][at] > 1e4 * curves["central"][at]


def test_unit_shows_the_product_of_local_and_upstream():
    figure = draw(figures.sigmoid_unit(0.0, [("w", "a", 3.0, -0.25)]))
    assert [text.get_text() for text in figure.axes[1].texts][-1] == "-0.75"
    np.testing.assert_allclose(figure.axes[0].lines[2].get_xydata(), [[0.0, 0.5]])


def test_curves_are_marked_at_a():
    axes = draw(figures.activation_curves(-1.0, ["tanh", "relu"])).axes
    phi, slope = (panel.lines[1].get_ydata()[0] for panel in axes)
    np.testing.assert_allclose([phi, slope], [np.tanh(-1), 1 - np.tanh(-1) ** 2])


def test_ways_on_loss_maps_start_at_the_ring_and_end_at_the_square():
    way = np.array([[1.0, -2.0], [2.0, 3.0]])
    x = np.array([-1.0, 1.0])
    panel = draw(figures.loss_maps(x, (x > 0) * 1.0, [way, way])).axes[1]
    *_, ring, square = panel.lines
    assert [ring.get_marker(), *ring.get_xydata()[0]] == ["o", 1.0, -2.0]
    assert [square.get_marker(), *square.get_xydata()[0]] == ["s", 2.0, 3.0]


def test_map_of_the_loss_has_w1_to_the_right():
    x = np.array([-1.0, 1.0])
    image = draw(figures.loss_maps(x, (x > 0) * 1.0)).axes[0].images[0].get_array()
    right_and_up, left_and_up = image[50, 50], image[50, 10]
    assert right_and_up < left_and_up  # w1·w2 > 0 is the right way round


def test_training_view_keeps_its_limits_for_a_while():
    X = np.eye(2)
    limits = set()
    for steps in (60, 70, 90):
        norms = np.linspace(0.9, 0.2, steps)[:, None]
        losses = {"this run": norms[:, 0]}
        figure = draw(figures.training_view(lambda p: p, X, np.array([0, 1]), losses, norms))
        limits.add(
            (figure.axes[1].get_xlim(), figure.axes[1].get_ylim(), figure.axes[2].get_ylim())
        )
    assert len(limits) == 1


def test_difference_says_with_a_sign_what_the_colour_says():
    numeric = np.arange(1.0, 5.0).reshape(2, 2)
    yours = numeric + np.array([[0, 0.5], [-2, 0]])
    figure = draw(figures.gradient_difference(yours, numeric))
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["·", "+0.5", "-2", "·"]
    assert figure.axes[0].images[0].get_clim() == (-2.0, 2.0)


def test_large_difference_has_signs_in_place_of_numbers():
    numeric = np.ones((10, 10))
    yours = numeric.copy()
    yours[3, 4], yours[5, 6], yours[7, 8], yours[9, 0] = 2.0, 0.0, np.nan, np.inf
    axes = draw(figures.gradient_difference(yours, numeric)).axes[0]
    assert not axes.texts
    marks = {
        line.get_label(): np.nanmean(line.get_xydata().reshape(-1, 3, 2), axis=1).tolist()
        for line in axes.lines
    }  # the middles of the strokes
    assert marks == {
        "+": 2 * [[4.0, 3.0]], "-": [[6.0, 5.0]], "x": 2 * [[8.0, 7.0]] + 2 * [[0.0, 9.0]],
    }  # fmt: skip


def test_entries_that_are_not_finite_are_grey_and_written_in_ink():
    numeric = np.array([[1.0, 2.0, np.inf], [4.0, 5.0, 6.0]])
    yours = np.array([[np.nan, 2.0, np.inf], [4.0, -np.inf, 7.0]])
    axes = draw(figures.gradient_difference(yours, numeric)).axes[0]
    [image] = axes.images
    shades = image.cmap(image.norm(image.get_array()))[..., :3]
    assert image.get_array().mask.tolist() == [[True, False, True], [False, True, False]]
    np.testing.assert_allclose(shades[0, 0], 0xDD / 255)
    texts = {text.get_text(): text.get_color() for text in axes.texts}
    assert texts.keys() == {"nan", "·", "-inf", "+1"}
    assert texts["nan"] == texts["-inf"] == texts["·"] != texts["+1"]


def test_difference_of_two_shapes_is_refused():
    with pytest.raises(ValueError, match=r"yours has shape \(2,\) and numeric \(3,\)"):
        figures.gradient_difference(np.ones(2), np.ones(3))
