"""A slider with a name: the page's own, so that a screen reader says what it moves.

The sliders of ipywidgets have no label that a screen reader finds, and cannot be given one.
"""

from typing import Any

import anywidget
import traitlets

SCRIPT = """
function render({ model, el }) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  const output = document.createElement("output");
  input.type = "range";
  input.dataset.lmSuppressShortcuts = "true";  // JupyterLab would move to another cell
  const name = document.createElement("span");
  name.textContent = model.get("description");
  label.append(name, input);
  el.classList.add("bp-slider");
  el.append(label, output);
  const text = () => {
    const value = model.get("value");
    return model.get("log") ? value.toPrecision(2) : String(+value.toFixed(4));
  };
  const show = () => {
    const value = model.get("value");
    input.min = model.get("min");
    input.max = model.get("max");
    input.step = model.get("step");
    input.value = model.get("log") ? Math.log10(value) : value;
    input.disabled = model.get("disabled");
    input.setAttribute("aria-valuetext", text());
    output.textContent = text();
  };
  input.addEventListener("input", () => {
    const place = input.valueAsNumber;
    model.set("value", model.get("log") ? 10 ** place : place);
    model.save_changes();
  });
  model.on("change", show);
  show();
}
export default { render };
"""
STYLE = """
.bp-slider { display: flex; align-items: center; gap: 8px; min-height: 28px; margin: 2px; }
.bp-slider label { display: flex; align-items: center; gap: 8px; }
.bp-slider label span { min-width: 80px; text-align: right; }
.bp-slider input { width: 140px; accent-color: var(--jp-brand-color1, #0072b2); }
.bp-slider output { min-width: 60px; font-variant-numeric: tabular-nums; }
"""


class Slider(anywidget.AnyWidget):
    """A slider over the numbers from `min` to `max`, or over powers of ten.

    Parameters
    ----------
    description : str
        Its name, on the page and for a screen reader.
    value : float
        Where it stands.
    min, max, step : float
        Its ends, and how far an arrow key goes. With `log` these are exponents of ten.
    log : bool
        Whether steps multiply.
    disabled : bool
        Whether it cannot be moved.

    Examples
    --------
    >>> eps = Slider("step eps", value=0.1, min=-15, max=0, step=0.25, log=True)
    >>> eps.value, eps.description
    (0.1, 'step eps')
    """

    _esm, _css = SCRIPT, STYLE
    description = traitlets.Unicode().tag(sync=True)
    # A whole number comes back from the page as an int.
    value = traitlets.Union([traitlets.Int(), traitlets.Float()]).tag(sync=True)
    min = traitlets.Float().tag(sync=True)
    max = traitlets.Float().tag(sync=True)
    step = traitlets.Float().tag(sync=True)
    log = traitlets.Bool().tag(sync=True)
    disabled = traitlets.Bool().tag(sync=True)

    def __init__(
        self,
        description: str,
        min: float,
        max: float,
        step: float = 1.0,
        value: float = 0.0,
        **more: Any,
    ) -> None:
        super().__init__(description=description, value=value, min=min, max=max, step=step, **more)
