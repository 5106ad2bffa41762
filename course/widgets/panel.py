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

import gc
import re
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from ipywidgets import HTML, Box, HTMLMath, Layout, ValueWidget, VBox, Widget

LINES = "white-space: pre-wrap; line-height: 1.5; margin: 6px 0 0"
_remembered: dict[Hashable, dict[str, Any]] = {}  # lives as long as the kernel
_open: list["Panel"] = []  # of cells that are known


class Panel(Box):
    """A question, controls, a sentence and a picture, beside each other where there is room.

    Parameters
    ----------
    question : str
        What to think about while trying, in HTML; may hold `$math$`. It names the widget: the
        same question in the same cell means the same widget, run again.
    draw : function
        Called with the state's entries by name. Returns the picture, an SVG with a title and a
        desc, and what it shows, in words: a sentence, or a few lines.
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
        Returns picture and words for places without widgets. Left out, they are those on show.

    Attributes
    ----------
    state : dict
        As it is now. `change` changes it.
    picture : str
        What is on show.
    said : str
        What it shows, in words.
    aloud : bool
        Whether a screen reader reads new words by itself. False while a picture runs.
    """

    def __init__(
        self,
        question: str,
        draw: Callable[..., tuple[str, str]],
        state: Mapping[str, Any],
        controls: Sequence[Widget] | Mapping[str, Widget],
        width: int = 480,
        about: Hashable = (),
        still: Callable[[], tuple[str, str]] | None = None,
    ) -> None:
        self.question, self._draw, self._still = question, draw, still
        self._made_in = cell, _ = _cell_and_run()
        key = (cell, draw.__module__, question, about)
        self.state = _remembered[key] = dict(state) | {
            name: value for name, value in _remembered.get(key, {}).items() if name in state
        }
        self.aloud = True
        named = controls if isinstance(controls, Mapping) else {}
        layout = Layout(flex=f"1 1 {width}px", max_width="100%", margin="4px")
        self._picture, self._sentence = HTML(layout=layout), HTML()
        side = VBox(
            [HTMLMath(f"<b>{question}</b>"), *(named.values() or controls), self._sentence],
            layout=Layout(flex="1 1 260px", max_width="100%"),
        )
        super().__init__([side, self._picture], layout=Layout(flex_flow="row wrap"))
        self.add_class("bp-panel")
        for name, control in named.items():
            self.bind(name, control)
        self.change()
        if cell:  # where it is not known, an earlier widget may still be on the page
            for earlier in [one for one in _open if one._made_in[0] == cell]:
                if earlier._made_in != self._made_in:
                    earlier.close()
            _open.append(self)

    def bind(self, name: str, control: ValueWidget) -> None:
        """Keep an entry of the state equal to a control's value, starting from the state's."""
        control.value = self.state[name]
        control.observe(lambda change: self.change(**{name: change.new}), names="value")

    def change(self, **entries: Any) -> None:
        """Change entries of the state, and show what it looks like now."""
        self.picture, self.said = self._draw(**self.state | entries)
        self.state.update(entries)  # only now: what cannot be drawn is not remembered
        gc.collect(1)  # a figure is full of cycles; left to pile up they cost 100 ms every second
        self._picture.value = self.picture
        # An alert is read aloud when it appears, without a move of the focus.
        role = "alert" if self.aloud else "note"
        self._sentence.value = f'<p role="{role}" style="{LINES}">{escape(self.said)}</p>'

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the widget, and the picture and the sentence as they stand for other places."""
        bundle = super()._repr_mimebundle_(**kwargs)
        picture, said = self._still() if self._still else (self.picture, self.said)
        still = {"image/svg+xml": _on_paper(picture), "text/plain": f"{self.question}\n{said}"}
        return bundle | still

    def close(self) -> None:
        """Take the widget off the page, with all that it holds, in the kernel too."""
        if self in _open:
            _open.remove(self)
        for part in list(_parts(self)):
            Widget.close(part)


def _parts(widget: Widget) -> Iterator[Widget]:
    """Yield a widget and every widget that it holds, its layout and its style too."""
    yield widget
    for value in [getattr(widget, name) for name in widget.keys]:
        for part in value if isinstance(value, list | tuple) else [value]:
            if isinstance(part, Widget):
                yield from _parts(part)


def _on_paper(svg: str) -> str:
    """Return an SVG on white: by itself it has no page whose colour its text could take."""
    paper = r'\g<0><rect width="100%" height="100%" fill="white"/>'
    return re.sub(r"<svg\b[^>]*>", paper, svg, count=1)


def _cell_and_run() -> tuple[str, str]:
    """Return the identity of the cell that runs, where the notebook tells it, and of this run."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = (parent or {}).get("metadata", {}).get("cellId", "")
    return str(cell), str((parent or {}).get("header", {}).get("msg_id", ""))
