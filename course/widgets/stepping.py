"""Step through any graph, forward and back, and say what comes before it is shown.

A thin shell: `sweeps` has the steps and their numbers, `sentences` and `graph_svg` show them,
`guesses` judges what is typed.
"""

from collections.abc import Mapping
from math import inf
from time import monotonic
from typing import Any

from ipywidgets import Button, HBox, Layout, Text

from course.graph_layout import label
from course.widgets.graph_svg import GraphPicture
from course.widgets.guesses import judge
from course.widgets.panel import Panel
from course.widgets.sentences import explain
from course.widgets.sweeps import GRAD, START, Swept, sweep

SHOW = "?"  # typed in place of a guess
PLACEHOLDER = "your guess and Enter, or ? to see it"
ONE_CLICK = 0.4  # s, between the press that leaves the box and the click it belongs to
QUESTION = "What comes back to each node? Type it before you go on."
Tries = Mapping[int, list[str]]  # by the number of the step, what has been typed for it


def step_through(
    output: Any, names: Mapping[str, Any] | None = None, question: str = QUESTION
) -> "Stepping":
    """Return a widget that goes through a graph node by node, forward and then back.

    Math: dJ/dv = sum over the users u of v of du/dv · dJ/du

    Every step shows the numbers of one node. Type what you expect and press Enter, or go on without
    a guess. Of an array, the shape is asked. No node is changed, and `backward()` need
    not have been called; if it has, a node whose `grad` is something else is pointed out.

    Parameters
    ----------
    output : node
        Where the graph ends, a number: a `course.graph.Node`, or a node of your own engine, with
        `value, grad, parents, op, local_grads`.
    names : mapping from str to node, optional
        What the nodes are called. Those without a name get v1, v2, …
    question : str
        What to think about meanwhile; HTML, with `$math$`.

    Returns
    -------
    Stepping

    Raises
    ------
    TypeError, ValueError
        If this is not a graph to step through; see `course.widgets.sweeps.sweep`.

    Examples
    --------
    >>> from course.graph import Node
    >>> x, y, z = Node(-2.0), Node(5.0), Node(-4.0)
    >>> q = x + y
    >>> panel = step_through(q * z, {"x": x, "y": y, "z": z, "q": q})
    >>> panel.go_on()
    >>> print(panel.said)
    q = x + y = -2 + 5 = 3
    Kept for the way back: dq/dx = 1, dq/dy = 1
    """
    return Stepping(sweep(output, names), question)


class Stepping(Panel):
    """What `step_through` returns.

    Parameters
    ----------
    swept : Swept
        The graph and its steps.
    question : str
        What to think about meanwhile.
    """

    def __init__(self, swept: Swept, question: str) -> None:
        self._swept, self._graph = swept, GraphPicture(swept)
        self._typed = Text(
            continuous_update=False,  # one message when Enter is pressed, not one for every key
            layout=Layout(width="320px", max_width="98%"),
            style={"description_width": "initial"},
        )
        self._typed.observe(lambda change: self._judge(change.new.strip()), names="value")
        self._judged = -inf
        buttons = [
            _button("Next", "Show the next step", self._on_next),
            _button("Way back", "On to the backward sweep", self.go_to_way_back),
            _button("Back", "One step back", self.go_back),
            _button("Start", "Back to the start", lambda: self.change(done=0, tries={})),
        ]
        super().__init__(
            question,
            self._show,
            {"done": 0, "tries": {}},
            [self._typed, HBox(buttons, layout=Layout(flex_flow="row wrap"))],
            width=int(self._graph.width),
            about=tuple((node.op, label(node.value), len(node.parents)) for node in swept.nodes),
            still=lambda: (self._graph.svg(), self._graph.description()),
        )

    def change(self, **entries: Any) -> None:
        """Change the state, and ask for what comes next."""
        super().change(**entries)
        # No control is ever switched off: that would take the focus from who is using it.
        self._typed.value, steps, done = "", self._swept.steps, self.state["done"]
        self._typed.description = f"{steps[done].title} =" if done < len(steps) else "The end"
        self._typed.placeholder = PLACEHOLDER if done < len(steps) else ""

    def guess(self, typed: str) -> None:
        """Type something and press Enter: go on if it is right or "?", stay if it is wrong."""
        self._typed.value = typed

    def _judge(self, typed: str) -> None:
        if not typed:  # the box has been emptied for what comes next
            return
        done = self.state["done"]
        if typed == SHOW or done == len(self._swept.steps):
            self.go_on()
        else:
            tries = self.state["tries"] | {done: [*self.state["tries"].get(done, []), typed]}
            right = judge(typed, self._swept.steps[done]).right
            self.change(done=done + right, tries=tries)
            self._judged = monotonic()

    def _on_next(self) -> None:
        # A click beside the box enters what stands there, and has then done what it was for.
        if monotonic() - self._judged > ONE_CLICK:
            self.go_on()

    def go_on(self) -> None:
        """Show the next step."""
        self.change(done=min(self.state["done"] + 1, len(self._swept.steps)))

    def go_back(self) -> None:
        """Go one step back."""
        self.change(done=max(self.state["done"] - 1, 0))

    def go_to_way_back(self) -> None:
        """Go on until all values are there."""
        kinds = [step.kind for step in self._swept.steps]
        self.change(done=max(self.state["done"], kinds.index(START)))

    def _show(self, done: int, tries: Tries) -> tuple[str, str]:
        return self._graph.html(done), said(self._swept, done, tries)


def said(swept: Swept, done: int, tries: Tries) -> str:
    """Return what the panel says after `done` steps.

    Parameters
    ----------
    swept : Swept
    done : int
        How many steps are done.
    tries : mapping from int to list of str
        What has been typed, by the number of the step it was a guess of.

    Returns
    -------
    str
        The verdict on the latest guess, if there is one; the step; at the end the number of
        derivatives that were right at the first try.
    """
    lines = [explain(swept, done)]
    # Of the step to come, what is wrong with the guess; of the last one, that it was right.
    for step, wanted in ((done, False), (done - 1, True)):
        verdict = judge(tries[step][-1], swept.steps[step]) if tries.get(step) else None
        if verdict and verdict.right == wanted:
            lines.insert(0, verdict.said)
            break
    if done == len(swept.steps):
        guessed = [i for i in tries if swept.steps[i].kind == GRAD]
        right = sum(judge(tries[i][0], swept.steps[i]).right for i in guessed)
        lines.append("Every derivative is there.")
        if guessed:
            lines.append(f"You typed {len(guessed)}, and {right} of them right at the first try.")
    return "\n".join(filter(None, lines))


def _button(text: str, tooltip: str, action: Any) -> Button:
    button = Button(description=text, tooltip=tooltip, layout=Layout(width="auto"))
    button.on_click(lambda _: action())
    return button
