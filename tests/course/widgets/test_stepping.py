import subprocess
import sys
from types import SimpleNamespace

import pytest

from course import widgets
from course.widgets import panel, step_through
from course.widgets.stepping import said
from course.widgets.sweeps import sweep


@pytest.fixture(autouse=True)
def nothing_remembered():
    panel._remembered.clear()
    yield
    panel._remembered.clear()


def typed(widget):
    return widget.children[0].children[1]


def buttons(widget):
    return {button.description: button for button in widget.children[0].children[2].children}


def picture(widget):
    return widget.children[1].value


def press_enter(widget, text=""):
    """What the page sends when somebody types and presses Enter."""
    typed(widget).value = text
    typed(widget)._handle_custom_msg({"event": "submit"}, [])


def test_enter_alone_goes_on_and_a_right_guess_too(graphs):
    widget = step_through(*graphs.product())
    press_enter(widget)
    assert widget.said.startswith("q = x + y = -2 + 5 = 3")
    press_enter(widget, "-12")
    assert widget.said.startswith("Yes, v1 = -12.\nv1 = q × z = 3 × (-4) = -12")
    assert typed(widget).description == "dv1 ="
    assert ">-12</text>" in picture(widget)


def test_a_wrong_guess_stays_and_is_told_why(graphs):
    widget = step_through(*graphs.product())
    buttons(widget)["Way back"].click()
    press_enter(widget)
    press_enter(widget, "4")
    assert widget.said.startswith("4 has the right size and the wrong sign.")
    assert typed(widget).description == "dq ="
    assert typed(widget).value == ""
    press_enter(widget, "-4")
    assert widget.said.startswith("Yes, dq = -4.")


def test_the_end_counts_first_tries_of_derivatives(graphs):
    widget = step_through(*graphs.product())
    for guess in ("3", "", "1", "4", "-4", "3", "", "-4"):
        press_enter(widget, guess)
    assert widget.said.endswith(
        "Every derivative is there.\nYou typed 3, and 2 of them right at the first try."
    )
    assert typed(widget).disabled
    assert buttons(widget)["Next"].disabled


def test_buttons_step_and_are_off_where_they_lead_nowhere(graphs):
    widget = step_through(*graphs.product())
    button = buttons(widget)
    assert [name for name, one in button.items() if one.disabled] == ["Start", "Back"]
    button["Next"].click()
    button["Next"].click()
    button["Back"].click()
    assert widget.state["done"] == 1
    button["Way back"].click()
    assert typed(widget).description == "dv1 ="
    assert button["Way back"].disabled
    button["Start"].click()
    assert widget.state == {"done": 0, "tries": {}}


def test_next_judges_what_stands_in_the_box(graphs):
    widget = step_through(*graphs.product())
    typed(widget).value = "7"
    buttons(widget)["Next"].click()
    assert widget.said.startswith("7 is not q.")


def test_going_back_does_not_give_a_right_guess_away(graphs):
    swept = sweep(*graphs.product())
    assert "Yes" not in said(swept, 0, {0: ["3"]})
    assert "Yes, q = 3." in said(swept, 1, {0: ["3"]})


def test_a_rerun_goes_on_where_it_was(graphs):
    widget = step_through(*graphs.product())
    press_enter(widget)
    press_enter(widget, "5")
    again = step_through(*graphs.product())
    assert (again.said, picture(again)) == (widget.said, picture(widget))


def test_another_graph_or_question_starts_at_the_beginning(graphs):
    step_through(*graphs.product()).go_on()
    assert step_through(*graphs.branching()).state["done"] == 0
    assert step_through(*graphs.product(), question="And you?").state["done"] == 0


def test_another_cell_starts_at_the_beginning(graphs, monkeypatch):
    step_through(*graphs.product()).go_on()
    monkeypatch.setattr(panel, "_cell", lambda: "another")
    assert step_through(*graphs.product()).state["done"] == 0


def test_the_cell_is_known_by_what_the_notebook_sends(monkeypatch):
    assert panel._cell() == ""
    shell = SimpleNamespace(get_parent=lambda: {"metadata": {"cellId": "abc"}})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert panel._cell() == "abc"


def test_places_without_widgets_get_the_whole_graph_with_every_number(graphs):
    widget = step_through(*graphs.product())
    bundle = widget._repr_mimebundle_()
    still = bundle["image/svg+xml"]
    assert still.startswith("<svg")
    assert still.count('class="bp-g"') == 5
    assert "widget-view" in "".join(bundle)
    assert bundle["text/plain"].startswith("What comes back to each node?")


def test_every_control_has_a_name(graphs):
    widget = step_through(*graphs.neuron())
    assert typed(widget).description == "v1 ="
    assert all(button.description and button.tooltip for button in buttons(widget).values())
    assert 'role="img"' in picture(widget)
    assert 'role="alert"' in widget.children[0].children[3].value


def test_a_graph_of_one_node_has_one_step(graphs):
    widget = step_through(*graphs.single())
    assert typed(widget).description == "da ="
    press_enter(widget, "1")
    assert widget.said.endswith("Every derivative is there.")


def test_widgets_load_nothing_before_they_are_used():
    code = (
        "import sys, course.widgets\n"
        "assert not {'ipywidgets', 'matplotlib', 'numpy'} & set(sys.modules), 'too early'\n"
        "course.widgets.step_through\n"
        "assert 'ipywidgets' in sys.modules and 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_widget_is_refused_with_what_there_is():
    with pytest.raises(
        AttributeError, match=r"course\.widgets has no 'step'; it has .*step_through"
    ):
        _ = widgets.step
    assert "step_through" in dir(widgets)
