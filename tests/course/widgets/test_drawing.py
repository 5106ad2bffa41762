import re

import numpy as np

from course.widgets.drawing import as_svg, canvas


def places(svg, pattern):
    return [float(y) for y in re.findall(pattern, svg)]


def test_ticks_and_data_agree_after_the_limits_have_changed():
    """Matplotlib settles limits late: what is painted first must not see older ones."""
    for margin in (0.05, 0.6):
        figure, (ax,) = canvas([2.0], mosaic="A")
        ax.plot([0, 1], [0, 1], "s")
        ax.set_yticks([0, 1])
        ax.margins(y=margin)
        svg = as_svg(figure, "points", "two points")
        marks = places(svg, r'<use xlink:href="#m\w+" x="[\d.]+" y="([\d.]+)" style="fill: #')
        ticks = places(svg, r'y="([\d.]+)" style="stroke: currentColor; stroke-width: 0.8"/>')
        assert len(marks) == 2
        np.testing.assert_allclose(sorted(marks), sorted(ticks)[:2], atol=1e-3)


def test_frame_is_painted_anew_when_limits_or_labels_change():
    def painted(top, label):
        figure, (ax,) = canvas([2.0], mosaic="A")
        ax.set(ylim=(0, top), xlabel=label)
        return as_svg(figure, "a", "b")

    assert painted(1, "x") == painted(1, "x")
    assert painted(1, "x") != painted(2, "x")
    assert painted(1, "x") != painted(1, "y")


def test_legend_is_painted_anew_when_a_line_looks_different():
    def painted(colour, name):
        figure, (ax,) = canvas([2.0], mosaic="A")
        ax.plot([0, 1], [0, 1], color=colour, label=name)
        ax.legend(loc="upper left")
        return as_svg(figure, "a", "b")

    assert "red line" in painted("red", "red line")
    assert painted("red", "one").count("#ff0000") == 2  # the line, and its sample in the legend
    assert painted("blue", "one").count("#0000ff") == 2


def test_artists_of_one_gid_are_painted_once_and_together():
    def painted(text):
        figure, (ax,) = canvas([2.0], mosaic="A")
        for x in (0.2, 0.8):
            ax.text(x, 0.5, text, gid="two texts")
        return as_svg(figure, "a", "b")

    assert painted("one").count(">one</text>") == 2
    assert painted("other") == painted("one")


def test_title_and_description_are_escaped():
    figure, _ = canvas([2.0], mosaic="A")
    svg = as_svg(figure, "a < b", "b & c")
    assert "<title>a &lt; b</title><desc>b &amp; c</desc>" in svg
