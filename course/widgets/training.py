"""A small network in training, step by step or running, always from the same start.

| function / class      | does                                                              |
|-----------------------|-------------------------------------------------------------------|
| `train_network`       | the widget, a `Training`                                          |
| `Setup`               | everything that decides how a run goes                            |
| `Run`, `run_at`       | a network on its way: losses and gradient norms up to some step   |
| `picture_of_training` | one view of it                                                    |
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from ipywidgets import Button, HBox, Play, ToggleButton

from course import datasets
from course.activations import softmax
from course.figures import training_view
from course.mlp import MLP
from course.optim import sgd
from course.widgets.controls import Choice, Slider
from course.widgets.drawing import as_svg, canvas
from course.widgets.panel import Panel

DATA = {"xor": datasets.xor, "moons": datasets.moons, "spirals": datasets.spirals}
LOSSES = {"cross-entropy": "softmax_cross_entropy", "quadratic": "quadratic"}
N, HIDDEN = 200, (12, 12)  # examples, and units of the hidden layers
ACTIVATIONS = ("tanh", "sigmoid", "relu", "softplus")
LAST_STEP = 2000
AGAIN = "Start again"
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


def run_at(setup: Setup, steps: int, run: Run | None = None) -> Run:
    """Return the run of a setup after so many steps: `run` itself if it is on its way there."""
    if run is None or run.setup != setup or len(run.losses) > steps + 1:
        run = Run(setup)
    run.go_to(steps)
    return run


def picture_of_training(
    run: Run, before: tuple[Setup, Sequence[float]] | None = None
) -> tuple[str, str]:
    """Return the picture and the sentence for one moment of a run.

    Parameters
    ----------
    run : Run
        As far as it is.
    before : (Setup, sequence of float), optional
        The setup and the losses of a run that is drawn for comparison.

    Returns
    -------
    picture : str
        An SVG.
    sentence : str
    """
    curves = {"this run": run.losses}
    if before is not None and before[0] != run.setup:
        curves["the run before"] = before[1]
    figure, axes = canvas([3.0, 2.9], height=3.0, mosaic="AB;AC")
    training_view(run.predict, run.X, run.y, curves, np.array(run.norms), ax=axes)
    taken = len(run.losses) - 1
    right = (run.network.forward(run.X).argmax(axis=1) == run.y).mean()
    norms = ", ".join(f"{norm:.1e}" for norm in run.norms[-1])
    after = f"After {taken} step{'s' * (taken != 1)}"
    said = (
        f"{after}: loss {run.losses[-1]:.3f}, {right:.0%} of the examples right. "
        f"Norms of dW, layers 1 to {len(run.norms[-1])}: {norms}."
    )
    if run.diverged:
        said = f"{after} the loss has left all bounds. Try a smaller lr."
    return as_svg(figure, "A network in training", said), said


def train_network() -> "Training":
    """Train a small network on points in the plane, and change how it learns.

    Returns
    -------
    Training

    Examples
    --------
    >>> panel = train_network()
    >>> panel.go_on(50)
    >>> panel.said[:14]
    'After 50 steps'
    """
    return Training()


class Training(Panel):
    """What `train_network` returns: a run, its clock, and what can be changed about it."""

    def __init__(self) -> None:
        self._choices = {
            "data": Choice("data", list(DATA)),
            "activation": Choice("activation", ACTIVATIONS),
            "loss": Choice("loss", list(LOSSES)),
            "lr": Slider("step lr", -2, 1.5, 0.25, log=True),
            "sigma": Slider("init σ", 0, 4, 0.25),
        }
        # The page's clock waits for a picture before it asks for the next, so a stop is prompt.
        self._clock = Play(max=LAST_STEP, step=5, interval=150, layout={"display": "none"})
        self._run = ToggleButton(description="Run")
        self._trained: Run | None = None
        one, many, again = (Button(description=text) for text in ("1 step", "50 steps", AGAIN))
        super().__init__(
            "With sigmoid units and the quadratic loss the boundary hardly moves at first. What do "
            "the gradients tell you, and what do you change?",
            self._draw_run,
            Setup()._asdict() | {"steps": 0, "before": None},
            [*self._choices.values(), HBox([self._run, one]), HBox([many, again]), self._clock],
            width=720,
        )
        for name, control in self._choices.items():
            control.value = self.state[name]
            control.observe(lambda _: self.start_again(), names="value")
        self._clock.value = self.state["steps"]
        self._clock.observe(self._show, names="value")
        self._clock.observe(lambda change: setattr(self._run, "value", change.new), names="playing")
        self._run.observe(self._start_or_stop, names="value")
        one.on_click(lambda _: self.go_on(1))
        many.on_click(lambda _: self.go_on(50))
        again.on_click(lambda _: self.start_again())

    def go_on(self, steps: int) -> None:
        """Take so many steps, but none beyond step 2000."""
        self._clock.value += steps

    def start_again(self) -> None:
        """Stop, keep the run that was for comparison, and begin with what is chosen now."""
        self._run.value = False
        chosen = {name: control.value for name, control in self._choices.items()}
        was, before = self._trained, self.state["before"]
        if was and self.state["steps"]:
            before = was.setup, was.losses
        self.change(**chosen, steps=0, before=before)
        self._clock.value = 0

    def close(self) -> None:
        """Stop, and take the widget off the page."""
        self._clock.unobserve_all()
        self._clock.playing = False  # or the page's clock goes on without its button
        super().close()

    def _draw_run(
        self, steps: int, before: tuple[Setup, Sequence[float]] | None, **chosen: Any
    ) -> tuple[str, str]:
        self._trained = run_at(Setup(**chosen), steps, self._trained)
        return picture_of_training(self._trained, before)

    def _show(self, change: Any) -> None:
        if change.new != self.state["steps"]:
            self.change(steps=change.new)

    def _start_or_stop(self, change: Any) -> None:
        self._clock.playing = change.new
        self._run.description = "Stop" if change.new else "Run"
        self.aloud = not change.new
        self.change()
