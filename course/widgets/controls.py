"""A slider and a choice, the page's own, with names that a screen reader finds.

The sliders of ipywidgets have no label for a screen reader, and cannot be given one. From its
choices, JupyterLab takes the arrow keys away, to move from cell to cell.
"""

from collections.abc import Sequence
from typing import Any

import anywidget
import traitlets

SCRIPT = """
function render({ model, el }) {
  const options = model.get("options");
  const label = document.createElement("label");
  const name = document.createElement("span");
  const control = document.createElement(options ? "select" : "input");
  const output = document.createElement("span");
  name.textContent = model.get("description");
  control.dataset.lmSuppressShortcuts = "true";  // JupyterLab leaves the keys alone
  label.append(name, control);
  el.classList.add("bp-control");
  el.append(label);
  if (options) {
    control.append(...options.map((text) => new Option(text)));
  } else {
    control.type = "range";
    output.ariaHidden = "true";  // said by the slider itself
    el.append(output);
  }
  const text = () => {
    const value = model.get("value");
    return model.get("log") ? value.toPrecision(2) : String(+value.toFixed(4));
  };
  const show = () => {
    const value = model.get("value");
    control.disabled = model.get("disabled");
    if (!options) {
      for (const limit of ["min", "max", "step"]) control[limit] = model.get(limit);
      control.setAttribute("aria-valuetext", text());
      output.textContent = text();
    }
    control.value = model.get("log") ? Math.log10(value) : value;
  };
  control.addEventListener("input", () => {
    const value = options ? control.value : control.valueAsNumber;
    model.set("value", model.get("log") ? 10 ** value : value);
    model.save_changes();
  });
  model.on("change", show);
  show();
}
export default { render };
"""
STYLE = """
.bp-control { display: flex; align-items: center; gap: 8px; min-height: 28px; margin: 2px; }
.bp-control label { display: flex; align-items: center; gap: 8px; }
.bp-control label span { min-width: 80px; text-align: right; }
.bp-control input { width: 140px; accent-color: var(--jp-brand-color1, #0072b2); }
.bp-control select { max-width: 190px; height: 26px; font: inherit; color: inherit;
  background: var(--jp-layout-color1, white); border: 1px solid var(--jp-border-color1, gray); }
.bp-control > span { min-width: 60px; font-variant-numeric: tabular-nums; }
"""


class Control(anywidget.AnyWidget):
    """What both have: a name, and whether they can be moved."""

    _esm, _css = SCRIPT, STYLE
    description = traitlets.Unicode().tag(sync=True)
    disabled = traitlets.Bool().tag(sync=True)


class Slider(Control):
    """A slider over the numbers from `min` to `max`, or over powers of ten.

    Parameters
    ----------
    description : str
        Its name, on the page and for a screen reader.
    min, max, step : float
        Its ends, and how far an arrow key goes. With `log` these are exponents of ten.
    log : bool
        Whether steps multiply.

    Examples
    --------
    >>> eps = Slider("step eps", -15, 0, 0.25, log=True, value=0.1)
    >>> eps.value, eps.description
    (0.1, 'step eps')
    """

    # A whole number comes back from the page as an int.
    value = traitlets.Union([traitlets.Int(), traitlets.Float()]).tag(sync=True)
    min = traitlets.Float().tag(sync=True)
    max = traitlets.Float().tag(sync=True)
    step = traitlets.Float().tag(sync=True)
    log = traitlets.Bool().tag(sync=True)

    def __init__(
        self, description: str, min: float, max: float, step: float = 1.0, **more: Any
    ) -> None:
        super().__init__(description=description, min=min, max=max, step=step, **more)


class Choice(Control):
    """One of some words.

    Parameters
    ----------
    description : str
        Its name, on the page and for a screen reader.
    options : sequence of str
        What can be chosen, the first to begin with.

    Examples
    --------
    >>> Choice("loss", ["quadratic", "cross-entropy"]).value
    'quadratic'
    """

    value = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, description: str, options: Sequence[str]) -> None:
        super().__init__(description=description, options=list(options), value=options[0])
