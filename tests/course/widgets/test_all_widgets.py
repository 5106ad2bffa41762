"""What holds for every widget: a question, labels, a picture with words, a still, a memory."""

import base64
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from ipywidgets import HTML, Button, HTMLMath, Play, ToggleButton

from course import widgets
from course.gradcheck import check_gradient

W = np.arange(6.0).reshape(2, 3)
MAKE = {
    "compare_activations": widgets.compare_activations,
    "compare_gradients": lambda: widgets.compare_gradients(
        check_gradient(lambda W: float((W**2).sum()), W, W, "dW")
    ),
    "compare_losses": widgets.compare_losses,
    "drag_eps": widgets.drag_eps,
    "train_network": widgets.train_network,
    "tune_neuron": widgets.tune_neuron,
}
CHANGE = {
    "compare_activations": {"a": -1.0},
    "compare_gradients": {"row": 0, "column": 1},
    "compare_losses": {"w1": -2.0},
    "drag_eps": {"eps": 1e-7},
    "train_network": {"steps": 7},
    "tune_neuron": {"b": 4.0},
}


@pytest.fixture(params=MAKE)
def name(request):
    return request.param


def controls(widget):
    for child in getattr(widget, "children", ()):
        yield from controls(child)
        if not hasattr(child, "children") and not isinstance(child, HTML | HTMLMath):
            yield child


def test_question_stands_beside_and_asks(name):
    panel = MAKE[name]()
    assert "?" in panel.question
    assert panel.question in panel.children[0].children[0].value


def test_every_control_has_a_label(name):
    found = list(controls(MAKE[name]()))
    assert found
    for control in found:
        assert isinstance(control, Play) or control.description, control


def test_picture_is_an_svg_with_title_and_the_sentence_as_description(name):
    panel = MAKE[name]()
    root = ElementTree.fromstring(panel.picture)
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.find(f"{space}title").text
    assert root.find(f"{space}desc").text == panel.said


def test_picture_takes_the_text_colour_of_the_page_and_brings_no_style_sheet(name):
    picture = MAKE[name]().picture
    assert "currentColor" in picture
    assert "#000000" not in picture
    assert "<style" not in picture


def test_shapes_of_one_name_are_one_shape(name):
    """Pictures stand side by side in a page, where an id must mean the same everywhere."""
    shapes = {}
    for panel in (MAKE[name](), widgets.drag_eps(), widgets.tune_neuron()):
        for path in re.findall(r'<(?:path|clipPath) id="([^"]+)"(.*?)>', panel.picture, re.DOTALL):
            assert shapes.setdefault(*path) == path[1]


def test_still_stands_on_white_paper(name):
    bundle = MAKE[name]()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    still = ElementTree.fromstring(bundle["image/svg+xml"])
    assert still[0].get("fill") == "white"
    assert "?" in bundle["text/plain"].splitlines()[0]


def test_rerun_finds_the_widget_as_it_was_left(name):
    panel = MAKE[name]()
    panel.change(**CHANGE[name])
    again = MAKE[name]()
    assert again.said == panel.said
    assert again.picture == panel.picture


def test_buttons_are_reached_by_keyboard(name):
    for control in controls(MAKE[name]()):
        if isinstance(control, Button | ToggleButton):
            assert control.tabbable is not False


def test_pictures_embed_no_file_from_elsewhere(name):
    for link in re.findall(r'href="([^"]+)"', MAKE[name]().picture):
        assert link.startswith(("#", "data:image/png;base64,"))
        if link.startswith("data"):
            assert base64.b64decode(link.split(",")[1])[:4] == b"\x89PNG"
