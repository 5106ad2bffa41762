import subprocess
import sys
from types import SimpleNamespace

import pytest

from course import widgets
from course.widgets import panel, step_through, stepping
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


def enter(widget, text):
    """What the page sends when somebody types and presses Enter."""
    typed(widget).set_state({"value": text})


def test_a_question_mark_goes_on_and_a_right_guess_too(graphs):
    widget = step_through(*graphs.product())
    enter(widget, "?")
    assert widget.said.startswith("q = x + y = -2 + 5 = 3")
    enter(widget, "-12")
    assert widget.said.startswith("Yes, v1 = -12.\nv1 = q × z = 3 × (-4) = -12")
    assert typed(widget).description == "dv1 ="
    assert ">-12</text>" in picture(widget)


def test_a_wrong_guess_stays_and_is_told_why(graphs):
    widget = step_through(*graphs.product())
    buttons(widget)["Way back"].click()
    enter(widget, "?")
    enter(widget, "4")
    assert widget.said.startswith("4 has the right size and the wrong sign.")
    assert typed(widget).description == "dq ="
    assert typed(widget).value == ""
    enter(widget, "-4")
    assert widget.said.startswith("Yes, dq = -4.")


def test_the_end_counts_first_tries_of_derivatives(graphs):
    widget = step_through(*graphs.product())
    for guess in ("3", "?", "1", "4", "-4", "3", "?", "-4"):
        enter(widget, guess)
    assert widget.said.endswith(
        "Every derivative is there.\nYou typed 3, and 2 of them right at the first try."
    )
    assert typed(widget).description == "The end"
    before = widget.said
    enter(widget, "7")
    buttons(widget)["Next"].click()
    assert widget.said == before


def test_buttons_step_and_stay_where_there_is_nothing_further(graphs):
    widget = step_through(*graphs.product())
    button = buttons(widget)
    for name, done in (
        ("Back", 0), ("Next", 1), ("Next", 2), ("Back", 1), ("Way back", 2), ("Next", 3),
        ("Way back", 3), ("Start", 0),
    ):  # fmt: skip
        button[name].click()
        assert widget.state["done"] == done, name
    assert not any(one.disabled for one in (typed(widget), *button.values())), (
        "or the focus is lost"
    )


def test_a_click_on_next_that_enters_a_guess_shows_no_further_step(graphs, monkeypatch):
    widget = step_through(*graphs.product())
    enter(widget, "3")  # the press on the button leaves the box, and so enters what is in it
    buttons(widget)["Next"].click()
    assert widget.said.startswith("Yes, q = 3.")
    later = stepping.monotonic() + 1.0
    monkeypatch.setattr(stepping, "monotonic", lambda: later)
    buttons(widget)["Next"].click()
    assert widget.state["done"] == 2


def test_what_is_typed_at_the_end_draws_nothing_anew(graphs, monkeypatch):
    widget = step_through(*graphs.single())
    enter(widget, "?")
    drawn = []
    monkeypatch.setattr(widget, "_draw", lambda **state: drawn.append(state) or ("<svg/>", ""))
    enter(widget, "7")
    assert len(drawn) == 1


def test_going_back_does_not_give_a_right_guess_away(graphs):
    swept = sweep(*graphs.product())
    assert "Yes" not in said(swept, 0, {0: ["3"]})
    assert "Yes, q = 3." in said(swept, 1, {0: ["3"]})


def test_a_rerun_goes_on_where_it_was(graphs):
    widget = step_through(*graphs.product())
    enter(widget, "?")
    enter(widget, "5")
    again = step_through(*graphs.product())
    assert (again.said, picture(again)) == (widget.said, picture(widget))


def test_another_graph_or_question_starts_at_the_beginning(graphs):
    step_through(*graphs.product()).go_on()
    assert step_through(*graphs.branching()).state["done"] == 0
    assert step_through(*graphs.product(), question="And you?").state["done"] == 0


def test_another_cell_starts_at_the_beginning(graphs, monkeypatch):
    step_through(*graphs.product()).go_on()
    monkeypatch.setattr(panel, "_cell_and_run", lambda: ("another", "1"))
    assert step_through(*graphs.product()).state["done"] == 0


def test_the_cell_is_known_by_what_the_notebook_sends(monkeypatch):
    assert panel._cell_and_run() == ("", "")
    parent = {"metadata": {"cellId": "abc"}, "header": {"msg_id": "5"}}
    shell = SimpleNamespace(get_parent=lambda: parent)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert panel._cell_and_run() == ("abc", "5")


def test_places_without_widgets_get_the_whole_graph_with_every_number(graphs):
    widget = step_through(*graphs.product())
    bundle = widget._repr_mimebundle_()
    still = bundle["image/svg+xml"]
    assert still.startswith("<svg")
    assert still.count('class="bp-g"') == 5
    assert "widget-view" in "".join(bundle)
    assert bundle["text/plain"].startswith("What comes back to each node?")
    for known in ("q = 3", "v1 = -12", "dq = -4", "dx = -4", "dy = -4", "dz = 3"):
        assert known in bundle["text/plain"]
    assert "still to be computed" not in bundle["text/plain"]


def test_every_control_has_a_name(graphs):
    widget = step_through(*graphs.neuron())
    assert typed(widget).description == "v1 ="
    assert all(button.description and button.tooltip for button in buttons(widget).values())
    assert 'role="img"' in picture(widget)
    assert 'role="alert"' in widget.children[0].children[3].value


def test_a_graph_of_one_node_has_one_step(graphs):
    widget = step_through(*graphs.single())
    assert typed(widget).description == "da ="
    enter(widget, "1")
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
