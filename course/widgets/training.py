"""A small network in training, step by step or running, always from the same start.

| function / class      | does                                                              |
|-----------------------|-------------------------------------------------------------------|
| `train_network`       | the widget                                                        |
| `Setup`               | everything that decides how a run goes                            |
| `Run`, `run_at`       | a network on its way: losses and gradient norms up to some step   |
| `picture_of_training` | one view of it                                                    |
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from ipywidgets import Button, Dropdown, HBox, Play, ToggleButton

from course import datasets
from course.activations import softmax
from course.figures import training_view
from course.mlp import MLP
from course.optim import sgd
from course.widgets.drawing import as_svg, canvas
from course.widgets.panel import Panel
from course.widgets.slider import Slider

DATA = {"xor": datasets.xor, "moons": datasets.moons, "spirals": datasets.spirals}
LOSSES = {"cross-entropy": "softmax_cross_entropy", "quadratic": "quadratic"}
N, HIDDEN = 200, (12, 12)  # examples, and units of the hidden layers
LAST_STEP = 2000
DIVERGED = 1e3  # a loss beyond it will not come back


class Setup(NamedTuple):
    """Everything that decides how a run goes.

    Parameters
    ----------
    data : {"xor", "moons", "spirals"}
        What is to be learned, 200 examples.
    activation : str
        Of the hidden layers, a name in `course.activations.ACTIVATIONS`.
    loss : {"cross-entropy", "quadratic"}
        Softmax with cross-entropy, or sigmoid outputs with the quadratic loss.
    lr : float
        The learning step of gradient descent, on all examples at once.
    sigma : float
        The scale of the first weights, N(0, sigma²/fan_in). 0 for all weights 0.
    """

    data: str = "moons"
    activation: str = "tanh"
    loss: str = "cross-entropy"
    lr: float = 1.0
    sigma: float = 1.0


class Run:
    """A network on its way.

    Parameters
    ----------
    setup : Setup
        How to start, and how to go on.

    Attributes
    ----------
    losses : list of float
        J before every step, and after the last one.
    norms : list of list of float
        For the same moments the norms of dW_1 to dW_K.
    diverged : bool
        The loss has left all bounds; no step is taken any more.

    Examples
    --------
    >>> run = Run(Setup("xor", lr=1.0))
    >>> run.go_to(100)
    >>> len(run.losses), bool(run.losses[-1] < 0.02 < run.losses[0])
    (101, True)
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.X, self.y = DATA[setup.data](N, np.random.default_rng(0))
        C = int(self.y.max()) + 1
        self.Y = np.eye(C)[self.y]
        hidden = [setup.activation] * len(HIDDEN)
        output = "identity" if setup.loss == "cross-entropy" else "sigmoid"
        rng = np.random.default_rng(1)
        self.network = MLP(
            [2, *HIDDEN, C], [*hidden, output], LOSSES[setup.loss], rng=rng, sigma=setup.sigma
        )
        self.losses: list[float] = []
        self.norms: list[list[float]] = []
        self.diverged = False
        self._look()

    def go_to(self, steps: int) -> None:
        """Take gradient steps until there have been so many, or the loss leaves all bounds."""
        while len(self.losses) <= steps and not self.diverged:
            sgd(self.network.parameters, self.network.gradients, {}, self.setup.lr)
            self._look()

    def _look(self) -> None:
        """Note the loss and the gradient where the parameters are."""
        with np.errstate(over="ignore", invalid="ignore"):  # told in words
            loss, _ = self.network.loss_and_gradients(self.X, self.Y)
        self.losses.append(loss)
        self.norms.append([float(np.linalg.norm(dW)) for dW in self.network.dW])
        self.diverged = not loss < DIVERGED

    def predict(self, points: np.ndarray) -> np.ndarray:
        """Return ŷ of class 1 for two classes, shape (n, 1), else the scores of all."""
        scores = self.network.forward(points)
        if scores.shape[1] > 2:
            return scores
        return (softmax(scores) if self.setup.loss == "cross-entropy" else scores)[:, 1:]


@lru_cache(maxsize=8)
def _started(setup: Setup) -> list[Run]:
    """Return a place for the run of this setup; what is in it may be on any step."""
    return [Run(setup)]


def run_at(setup: Setup, steps: int) -> Run:
    """Return the run of a setup after so many steps, without taking any of them twice in a row."""
    place = _started(setup)
    if len(place[0].losses) > steps + 1:
        place[0] = Run(setup)
    place[0].go_to(steps)
    return place[0]


def picture_of_training(
    setup: Setup, steps: int, before: tuple[Setup, int] | None = None
) -> tuple[str, str]:
    """Return the picture and the sentence for one moment of a run.

    Parameters
    ----------
    setup : Setup
        Which run.
    steps : int
        How many steps it has taken.
    before : (Setup, int), optional
        The setup and the last step of a run whose loss is drawn for comparison.

    Returns
    -------
    picture : str
        An SVG.
    sentence : str
    """
    run = run_at(setup, steps)
    curves = {"this run": run.losses}
    if before is not None and before[0] != setup:
        curves["the run before"] = run_at(*before).losses
    figure, axes = canvas([3.0, 2.9], height=3.0, mosaic="AB;AC")
    training_view(run.predict, run.X, run.y, curves, np.array(run.norms), ax=axes)
    taken = len(run.losses) - 1
    right = (run.network.forward(run.X).argmax(axis=1) == run.y).mean()
    norms = ", ".join(f"{norm:.1e}" for norm in run.norms[-1])
    said = (
        f"After {taken} steps: loss {run.losses[-1]:.3f}, {right:.0%} of the examples right. "
        f"Norms of dW, layers 1 to {len(run.norms[-1])}: {norms}."
    )
    if run.diverged:
        said = f"The loss has left all bounds after {taken} steps. Try a smaller lr."
    return as_svg(figure, "A network in training", said), said


def train_network() -> Panel:
    """Train a small network on points in the plane, and change how it learns.

    Returns
    -------
    Panel

    Examples
    --------
    >>> train_network().said[:35]
    'After 0 steps: loss 0.779, 37% of t'
    """
    choices = {
        "data": Dropdown(options=list(DATA), description="data"),
        "activation": Dropdown(options=["tanh", "sigmoid", "relu", "softplus"],
                               description="activation"),
        "loss": Dropdown(options=list(LOSSES), description="loss"),
        "lr": Slider("step lr", -2, 1.5, 0.25, log=True),
        "sigma": Slider("init σ", 0, 4, 0.25),
    }  # fmt: skip
    play = Play(max=LAST_STEP, step=5, interval=150, layout={"display": "none"})
    run = ToggleButton(description="Run")
    one, many = Button(description="1 step"), Button(description="50 steps")
    again = Button(description="Start again")

    def draw(steps: int, before: Any, **chosen: Any) -> tuple[str, str]:
        return picture_of_training(Setup(**chosen), steps, before)

    panel = Panel(
        "With sigmoid units and the quadratic loss the boundary hardly moves at first. What do the "
        "gradients tell you, and what do you change?",
        draw, Setup()._asdict() | {"steps": 0, "before": None},
        [*choices.values(), HBox([run, one]), HBox([many, again]), play], width=720,
    )  # fmt: skip

    def restart(change: Any) -> None:
        """Stop, keep the run that was for comparison, and begin with what is chosen now."""
        run.value = False
        chosen = {name: control.value for name, control in choices.items()}
        was = Setup(**{name: panel.state[name] for name in choices})
        kept = (was, panel.state["steps"]) if panel.state["steps"] else panel.state["before"]
        panel.change(**chosen, steps=0, before=kept)
        play.value = 0

    def show(change: Any) -> None:
        if change.new != panel.state["steps"]:
            panel.change(steps=change.new)

    def start_or_stop(change: Any) -> None:
        play.playing = change.new
        run.description = "Stop" if change.new else "Run"
        panel.aloud = not change.new
        panel.change()

    for name, control in choices.items():
        control.value = panel.state[name]
        control.observe(restart, names="value")
    play.value = panel.state["steps"]
    play.observe(show, names="value")
    play.observe(lambda change: setattr(run, "value", change.new), names="playing")
    run.observe(start_or_stop, names="value")
    one.on_click(lambda _: setattr(play, "value", play.value + 1))
    many.on_click(lambda _: setattr(play, "value", play.value + 50))
    again.on_click(restart)
    return panel
