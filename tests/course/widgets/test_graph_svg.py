import re
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.textpath import TextPath
from matplotlib.transforms import Bbox

from course.widgets.graph_svg import STYLE, GraphPicture
from course.widgets.placing import FONT, SMALL
from course.widgets.sweeps import GRAD, VALUE, sweep

SVG = "{http://www.w3.org/2000/svg}"


def texts_of(svg):
    """Every text of a picture and the box it fills, in the widest usual font, DejaVu Sans."""
    found = []
    for element in ElementTree.fromstring(svg).iter(f"{SVG}text"):
        sizes = {"bp-name": SMALL, "bp-asked": 16}
        size = next((sizes[k] for k in sizes if k in element.get("class")), FONT)
        path = TextPath((0, 0), element.text, size=size).get_extents()
        x, y = float(element.get("x")), float(element.get("y"))
        x -= path.width * {"start": 0, "middle": 0.5, "end": 1}[element.get("text-anchor")]
        found.append((element.text, Bbox([[x, y - path.y1], [x + path.width, y - path.y0]])))
    return found


def edges_of(svg):
    """Points close to each other on every edge of a picture."""
    for element in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        if element.get("class") == "bp-tip":
            continue
        points = []
        for command, numbers in re.findall(r"([MHC])([-\d. ]+)", element.get("d")):
            values = [float(number) for number in numbers.split()]
            if command == "M":
                points.append(np.array([values]))
                continue
            start = points[-1][-1]
            if command == "H":
                a, b, c, d = start, start, [values[0], start[1]], [values[0], start[1]]
            else:
                a, (b, c, d) = start, np.reshape(values, (3, 2))
            t = np.linspace(0, 1, 60)[:, None]
            points.append(
                (1 - t) ** 3 * np.array(a)
                + 3 * t * (1 - t) ** 2 * np.array(b)
                + 3 * t**2 * (1 - t) * np.array(c)
                + t**3 * np.array(d)
            )
        yield np.concatenate(points)


def check_labels(svg):
    texts, boxes = zip(*texts_of(svg), strict=True)
    corners = np.array([[box.x0, box.y0, box.x1, box.y1] for box in boxes])
    low, high = corners[:, :2], corners[:, 2:]
    overlap = ((low[:, None] < high) & (low < high[:, None])).all(axis=2) & ~np.eye(
        len(texts), dtype=bool
    )
    assert not overlap.any(), [texts[i] for i in np.argwhere(overlap)[0]]
    size = np.array(ElementTree.fromstring(svg).get("viewBox").split()[2:], dtype=float)
    assert (low >= 0).all()
    assert (high <= size).all()
    for points in edges_of(svg):
        inside = ((points[:, None] > low) & (points[:, None] < high)).all(axis=2)
        assert not inside.any(), f"an edge runs through {texts[np.argwhere(inside)[0][1]]}"


def test_no_label_overlaps_another_or_an_edge_at_any_step(every_graph):
    swept = sweep(*every_graph)
    picture = GraphPicture(swept)
    for done in {*range(0, len(swept.steps), 5), len(swept.steps)}:
        check_labels(picture.svg(done))


def random_graph(rng, count):
    """Nodes that take two earlier ones, with values of every length and one long operation."""

    def node(value, parents, op):
        locals_ = tuple(rng.normal(size=len(parents)))
        return SimpleNamespace(value=value, grad=0.0, parents=parents, op=op, local_grads=locals_)

    inputs = [node(rng.normal(), (), "") for _ in range(count // 3)]
    nodes, unused = list(inputs), list(inputs)
    while len(unused) > 1 or len(nodes) < count:
        one = unused.pop(rng.integers(len(unused)))
        again = not unused or rng.random() < 0.3
        other = nodes[rng.integers(len(nodes))] if again else unused.pop()
        unused = [rest for rest in unused if rest is not other]
        op = ["+", "*", "-", "log_softmax"][rng.integers(4)]
        nodes.append(node(rng.normal() * 10.0 ** rng.integers(-7, 7), (one, other), op))
        unused.append(nodes[-1])
    return unused[0]


@pytest.mark.parametrize("seed", range(10))
def test_no_label_overlaps_in_a_graph_of_forty_nodes(seed):
    swept = sweep(random_graph(np.random.default_rng(seed), 40))
    assert 35 < len(swept.nodes) < 50
    check_labels(GraphPicture(swept).svg(len(swept.steps)))


def shown(svg, kind):
    elements = ElementTree.fromstring(svg).iter(f"{SVG}text")
    return [element.text for element in elements if kind in element.get("class").split()]


def test_values_and_derivatives_appear_with_their_steps_only(graphs):
    swept = sweep(*graphs.product())
    picture = GraphPicture(swept)
    assert sorted(shown(picture.svg(0), "bp-v")) == ["-2", "-4", "5", "?"]
    assert shown(picture.svg(0), "bp-g") == []
    assert sorted(shown(picture.svg(2), "bp-v")) == ["-12", "-2", "-4", "3", "5"]
    assert shown(picture.svg(3), "bp-g") == ["?", "1"]
    assert sorted(shown(picture.svg(7), "bp-g")) == ["-4", "-4", "-4", "1", "3"]


def test_every_branch_shows_what_comes_back_along_it(graphs):
    swept = sweep(*graphs.branching())
    done = [step.title for step in swept.steps].index("dt")
    picture = GraphPicture(swept)
    for share in ("0.5585", "0.7895"):
        before, after = (shown(picture.svg(n), "bp-g").count(share) for n in (done, done + 1))
        assert after == before + 1


def test_the_edges_of_a_step_are_marked(graphs):
    swept = sweep(*graphs.branching())
    picture = GraphPicture(swept)
    for done, step in enumerate(swept.steps, start=1):
        svg = picture.svg(done)
        edges = len(swept.parents(step.node)) if step.kind == VALUE else len(step.uses)
        mark = "bp-on-v" if step.kind == VALUE else "bp-on-g"
        marked = ElementTree.fromstring(svg).findall(f".//{SVG}path[@class='{mark}']")
        assert len(marked) == edges
        assert step.kind != GRAD or edges > 0


def test_nothing_is_marked_or_asked_when_all_numbers_are_there(graphs):
    svg = GraphPicture(sweep(*graphs.product())).svg()
    marked = [element.get("class") for element in ElementTree.fromstring(svg).iter()]
    assert not re.search("bp-on|bp-next|bp-asked", " ".join(filter(None, marked)))
    assert sorted(shown(svg, "bp-g")) == ["-4", "-4", "-4", "1", "3"]


def test_a_screen_reader_gets_a_title_and_every_number(graphs):
    root = ElementTree.fromstring(GraphPicture(sweep(*graphs.product())).svg(7))
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Graph of v1, 5 nodes, after step 7"
    description = root.find(f"{SVG}desc").text
    assert "dx = dq/dx × dq = 1 × (-4) = -4" in description or "dy = dq/dy" in description
    for known in ("q = 3", "v1 = -12", "dv1 = 1", "dq = -4", "dz = 3", "dx = -4", "dy = -4"):
        assert known in description


def test_labels_are_pale_only_where_the_paper_is_dark():
    [(themes, colours)] = re.findall(r"\n(.*theme.*)\n\s+\{([^}]*)\}", STYLE)
    assert "vscode" not in themes, "its notebooks put widgets on white in dark themes too"
    assert re.findall(r"--bp-(\w+):", colours) == ["ink", "value", "grad", "paper"]


def test_names_cannot_break_the_picture(graphs):
    output, names = graphs.product()
    svg = GraphPicture(sweep(output, {"<b>&": names["x"]})).svg(0)
    assert shown(svg, "bp-name")[0] == "<b>&"


def test_of_an_array_the_shape_is_shown(graphs):
    swept = sweep(*graphs.arrays())
    svg = GraphPicture(swept).svg(len(swept.steps))
    assert shown(svg, "bp-v").count("(3, 2)") == 1  # W1
    assert shown(svg, "bp-g").count("(3, 2)") == 1  # dW1


def test_the_page_gets_a_part_of_a_large_graph(graphs):
    swept = sweep(*graphs.network(D=12, M=12))
    assert len(swept.nodes) == 508
    picture = GraphPicture(swept)
    html = picture.html(20)
    assert len(html) < 0.5 * len(picture.svg(20))
    height = re.search(r'role="img" width="\d+" height="(\d+)"', html)[1]
    assert int(height) == 720
    assert 'class="bp-v bp-asked"' in html  # what is asked is in it


def test_the_still_stands_by_itself_and_the_page_gets_the_style_once(graphs):
    picture = GraphPicture(sweep(*graphs.neuron()))
    assert picture.svg(0).count("<style>") == picture.html(0).count("<style>") == 1
    assert picture.svg(0).startswith("<svg xmlns=")
    assert "http" not in picture.html(0).replace("http://www.w3.org/2000/svg", "")
