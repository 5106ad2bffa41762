"""What every widget of the course has: a question, controls, a picture, a sentence, a still.

A widget's function makes a `Panel` from one pure function, `draw`, that turns a state into a
picture and a sentence. The panel draws again when the state changes, remembers the state for the
next run of the same cell, and puts the picture into the notebook for places without widgets.

    >>> from ipywidgets import FloatSlider
    >>> def draw(x):
    ...     return f"<svg><title>A square of side {x:g}</title></svg>", f"Its area is {x * x:g}."
    >>> side = FloatSlider(2.0, min=0.0, max=5.0, description="side")
    >>> panel = Panel("What if the side doubles?", draw, {"x": 2.0}, {"x": side})
    >>> side.value = 4.0
    >>> panel.said
    'Its area is 16.'
"""

import base64
import gc
import re
import sys
from collections.abc import Callable, Hashable, Mapping, Sequence
from html import escape
from typing import Any

from ipywidgets import HTML, Box, HTMLMath, Layout, ValueWidget, VBox, Widget

Picture = str | bytes  # an SVG, or the bytes of a PNG
LINES = "white-space: pre-wrap; line-height: 1.5; margin: 6px 0 0"
_remembered: dict[Hashable, dict[str, Any]] = {}  # lives as long as the kernel


class Panel(Box):
    """A question, controls, a sentence and a picture, beside each other where there is room.

    Parameters
    ----------
    question : str
        What to think about while trying, in HTML; may hold `$math$`. It names the widget: the
        same question in the same cell means the same widget, run again.
    draw : function
        Called with the state's entries by name. Returns the picture, an SVG with a title and a
        desc or the bytes of a PNG, and what it shows, in words: a sentence, or a few lines.
    state : mapping from str to value
        Where to start. What an earlier run of the cell has left replaces it, name by name.
    controls : sequence of Widget, or mapping from str to Widget
        From the top down; each with a description. Buttons call `change`, the rest is for `bind`;
        in a mapping, each is bound to the entry of that name.
    width : int
        Of the picture, px: what it would like to have. It shrinks on a narrow page.
    about : hashable
        What else names the widget. Shown about something else, it starts from `state` again.
    still : function, optional
        Returns the picture for places without widgets. Left out, it is the one on show.

    Attributes
    ----------
    state : dict
        As it is now. `change` changes it.
    picture : str or bytes
        What is on show.
    said : str
        What it shows, in words.
    aloud : bool
        Whether a screen reader reads new words by itself. False while a picture runs.
    """

    def __init__(
        self,
        question: str,
        draw: Callable[..., tuple[Picture, str]],
        state: Mapping[str, Any],
        controls: Sequence[Widget] | Mapping[str, Widget],
        width: int = 480,
        about: Hashable = (),
        still: Callable[[], Picture] | None = None,
    ) -> None:
        self.question, self._draw, self._still = question, draw, still
        key = (_cell(), draw.__module__, question, about)
        self.state = _remembered[key] = dict(state) | {
            name: value for name, value in _remembered.get(key, {}).items() if name in state
        }
        self.aloud = True
        named = controls if isinstance(controls, Mapping) else {}
        self._picture, self._sentence = HTML(), HTML()
        self._picture.layout = Layout(flex=f"1 1 {width}px", max_width="100%", margin="4px")
        side = VBox([HTMLMath(f"<b>{question}</b>"), *(named.values() or controls), self._sentence])
        side.layout = Layout(flex="1 1 260px", max_width="100%")
        super().__init__([side, self._picture], layout=Layout(flex_flow="row wrap"))
        self.add_class("bp-panel")
        for name, control in named.items():
            self.bind(name, control)
        self.change()

    def bind(self, name: str, control: ValueWidget) -> None:
        """Keep an entry of the state equal to a control's value, starting from the state's."""
        control.value = self.state[name]
        control.observe(lambda change: self.change(**{name: change.new}), names="value")

    def change(self, **entries: Any) -> None:
        """Change entries of the state, and show what it looks like now."""
        self.state.update(entries)
        self.picture, self.said = self._draw(**self.state)
        gc.collect(1)  # a figure is full of cycles; left to pile up they cost 100 ms every second
        self._picture.value = _as_html(self.picture, self.said)
        # An alert is read aloud when it appears, without a move of the focus.
        role = "alert" if self.aloud else "note"
        self._sentence.value = f'<p role="{role}" style="{LINES}">{escape(self.said)}</p>'

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the widget, and the picture and the sentence as they stand for other places."""
        bundle = super()._repr_mimebundle_(**kwargs)
        picture = self._still() if self._still else self.picture
        if isinstance(picture, bytes):
            still = {"image/png": base64.b64encode(picture).decode()}
        else:
            still = {"image/svg+xml": _on_paper(picture)}
        return bundle | still | {"text/plain": f"{self.question}\n{self.said}"}


def _on_paper(svg: str) -> str:
    """Return an SVG on white: by itself it has no page whose colour its text could take."""
    paper = r'\g<0><rect width="100%" height="100%" fill="white"/>'
    return re.sub(r"<svg\b[^>]*>", paper, svg, count=1)


def _as_html(picture: Picture, said: str) -> str:
    """Return the element that shows a picture; one without text of its own gets the sentence."""
    if isinstance(picture, str):
        return picture
    data = base64.b64encode(picture).decode()
    return f'<img alt="{escape(said)}" style="max-width: 100%" src="data:image/png;base64,{data}">'


def _cell() -> str:
    """Return the identity of the cell that runs, where the notebook tells it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return str((parent or {}).get("metadata", {}).get("cellId", ""))
