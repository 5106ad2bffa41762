import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances

from course.gradcheck import check_model
from course.optim import sgd
from course.widgets import panel as panel_module
from course.widgets import train_network, training
from course.widgets.training import LAST_STEP, Run, Setup, picture_of_training, run_at


def controls(panel):
    *choices, row1, row2, play = panel.children[0].children[1:-1]
    buttons = {button.description: button for row in (row1, row2) for button in row.children}
    return {choice.description: choice for choice in choices} | buttons | {"play": play}


@pytest.mark.parametrize("loss", ["cross-entropy", "quadratic"])
@pytest.mark.parametrize("data", ["xor", "moons", "spirals"])
def test_network_of_a_run_has_right_gradients(data, loss):
    run = Run(Setup(data, "softplus", loss))
    few = run.X[:4], run.Y[:4]
    assert all(comparison.passed for comparison in check_model(run.network, *few))


def test_first_step_goes_down_the_gradient():
    run = Run(Setup(lr=0.25))
    before, gradient = run.network.parameters.copy(), run.network.gradients.copy()
    run.go_to(1)
    np.testing.assert_array_equal(run.network.parameters, before - 0.25 * gradient)


def test_going_back_and_forth_ends_where_a_straight_run_ends():
    setup = Setup("xor", lr=0.77)
    there, straight = run_at(setup, 30), Run(setup)
    for steps in (10, 20):
        there = run_at(setup, steps, there)
    straight.go_to(20)
    np.testing.assert_array_equal(there.network.parameters, straight.network.parameters)
    assert there.losses == straight.losses


def test_xor_moons_and_spirals_can_be_learned():
    for data, lr in (("xor", 1.0), ("moons", 1.0), ("spirals", 3.0)):
        _, said = picture_of_training(run_at(Setup(data, lr=lr), 1000))
        right = int(said.split("%")[0].split()[-1])
        assert right >= 95, (data, said)


def test_all_weights_zero_move_nothing_but_the_last_biases():
    run = Run(Setup(sigma=0.0))
    run.go_to(5)
    assert np.array(run.norms).max() < 1e-12


def test_a_run_that_diverges_says_so_and_stops():
    setup = Setup(activation="relu", lr=1e9)
    run = Run(setup)
    run.go_to(50)
    assert run.diverged
    assert len(run.losses) < 50
    assert "the loss has left all bounds" in picture_of_training(run)[1]


def test_buttons_step_and_start_again():
    panel = train_network()
    at = controls(panel)
    at["1 step"].click()
    assert panel.said.startswith("After 1 step: ")
    at["50 steps"].click()
    assert panel.said.startswith("After 51 steps")
    at["Start again"].click()
    assert panel.said.startswith("After 0 steps")
    assert at["play"].value == 0


def test_running_follows_the_clock_and_stops_when_asked():
    panel = train_network()
    at = controls(panel)
    at["Run"].value = True
    assert at["play"].playing
    assert not panel.aloud, "a screen reader cannot follow a run"
    at["play"].value = 40  # as the page's clock sets it
    assert panel.said.startswith("After 40 steps")
    at["Run"].value = False
    assert not at["play"].playing
    assert panel.aloud


def test_run_ends_with_the_clock():
    panel = train_network()
    at = controls(panel)
    at["Run"].value = True
    at["play"].value = LAST_STEP
    at["play"].playing = False  # as the page's clock does at its end
    assert at["Run"].value is False
    assert panel.aloud


def test_a_change_starts_again_and_keeps_the_last_curve():
    panel = train_network()
    at = controls(panel)
    at["50 steps"].click()
    assert "the run before" not in panel.picture
    at["Run"].value = True
    at["activation"].value = "sigmoid"
    assert not at["play"].playing
    assert panel.said.startswith("After 0 steps")
    assert "the run before" in panel.picture
    setup, losses = panel.state["before"]
    assert (setup, losses) == (Setup(), run_at(Setup(), 50).losses)


def steps_taken(monkeypatch):
    """Count the steps of all networks from now on."""
    taken = []
    monkeypatch.setattr(training, "sgd", lambda *args: taken.append(None) or sgd(*args))
    return taken


def test_two_panels_with_one_setup_do_not_train_from_0_for_each_other(monkeypatch):
    one, other = train_network(), train_network()
    one.go_on(300)
    other.go_on(100)
    taken = steps_taken(monkeypatch)
    for _ in range(3):
        one.go_on(5)
        other.go_on(5)
    assert len(taken) == 30


def test_the_run_before_is_drawn_without_training_it_again(monkeypatch):
    panel = train_network()
    lr = controls(panel)["step lr"]
    panel.go_on(500)
    taken = steps_taken(monkeypatch)
    for value in (0.1, 1.0, 0.1):
        lr.value = value
    assert "the run before" in panel.picture
    assert not taken


def test_a_rerun_of_the_cell_stops_and_closes_what_it_replaces(monkeypatch):
    def run(cell, run):
        monkeypatch.setattr(panel_module, "_cell_and_run", lambda: (cell, run))
        return train_network()

    first, second = run("a", "1"), run("a", "1")
    elsewhere = run("b", "2")
    known = set(_instances)
    for widget in (first, elsewhere):
        controls(widget)["Run"].value = True
        controls(widget)["play"].value = 40
    again = run("a", "3")
    assert not controls(first)["play"].playing
    assert controls(elsewhere)["play"].playing
    assert again.said.startswith("After ")
    assert [widget.comm is None for widget in (first, second, elsewhere, again)] == [
        True, True, False, False,
    ]  # fmt: skip
    gone, new = known - set(_instances), set(_instances) - known
    assert len(gone) == 2 * len(new) > 20, "two panels with all they hold, for one"


def test_same_setup_starts_the_same():
    first = train_network().said
    panel = train_network()
    controls(panel)["50 steps"].click()
    controls(panel)["Start again"].click()
    assert panel.said == first
