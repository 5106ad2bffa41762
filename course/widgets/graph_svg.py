"""A graph in the middle of a sweep, as an SVG.

In a node stands its operation, above it its name, and on the wire that leaves it the value above
and the derivative below. Where a wire splits, every branch shows what comes back along it. Colours
follow the theme of the page; as a file of its own the picture is dark on white.

    >>> from course.graph import Node
    >>> from course.widgets.sweeps import sweep
    >>> x, y = Node(2.0), Node(5.0)
    >>> svg = GraphPicture(sweep(x * y, {"x": x, "y": y})).svg(done=1)
    >>> svg[:4], ">10</text>" in svg
    ('<svg', True)
"""

from html import escape

import numpy as np

from course.graph import CONSTANT
from course.graph_layout import sign
from course.widgets.placing import FONT, PORT, RADIUS, ROW, SMALL, Placing
from course.widgets.sentences import explain, written
from course.widgets.sweeps import GRAD, VALUE, Step, Swept

TALLEST = 720  # px; of a taller graph a part is shown
SMALLEST = 0.8  # the graph is not scaled further down; on a narrower page a part is shown
WIDEST = 3000  # px; what is further from the step is on no page, and left out
OVERVIEW = 110  # px, the largest height of the whole graph drawn small
STYLE = f"""
.bp-graph {{font: {FONT}px var(--jp-ui-font-family, "Helvetica Neue", Arial, sans-serif);
  --bp-ink: var(--jp-content-font-color1, #222); --bp-line: #808080; --bp-value: #0067a5;
  --bp-grad: #b84f00; --bp-paper: var(--jp-layout-color0, #fff)}}
[data-jp-theme-light="false"] .bp-graph, html[theme="dark"] .bp-graph
  {{--bp-ink: var(--jp-content-font-color1, #ddd); --bp-value: #5ab4f0; --bp-grad: #ff9a4d;
  --bp-paper: var(--jp-layout-color0, #111)}}
.bp-graph text {{fill: var(--bp-ink)}}
.bp-graph .bp-name {{font-size: {SMALL}px; font-style: italic}}
.bp-graph .bp-v {{fill: var(--bp-value)}}
.bp-graph .bp-g {{fill: var(--bp-grad)}}
.bp-graph .bp-asked {{font-weight: bold; font-size: 16px}}
.bp-graph path, .bp-graph rect {{fill: none; stroke: var(--bp-line); stroke-width: 1.2}}
.bp-graph .bp-op {{fill: var(--bp-paper)}}
.bp-graph .bp-tip {{fill: var(--bp-line); stroke: none}}
.bp-graph .bp-on-v {{stroke: var(--bp-value); stroke-width: 2.6}}
.bp-graph .bp-on-g {{stroke: var(--bp-grad); stroke-width: 2.6}}
.bp-graph .bp-next {{stroke: var(--bp-ink); stroke-dasharray: 3 3; stroke-width: 1.6}}
.bp-graph .bp-small {{vector-effect: non-scaling-stroke; stroke-width: 1}}
.bp-graph .bp-paper {{fill: var(--bp-paper); stroke: none}}
"""
# As wide as the page, within limits; of what is too wide, the part around the step is shown.
WINDOW = """
<style>{style}</style>
<div style="container-type: inline-size; overflow: hidden">
<div style="--bp-width: clamp({least:.0f}px, 100cqw, {width:.0f}px); width: var(--bp-width);
  margin-left: clamp(min(0px, 100cqw - var(--bp-width)), 50cqw - {focus:.4f} * var(--bp-width), 0px)
  ">{svg}</div>{overview}</div>
"""
Corners = tuple[float, float, float, float]  # left, upper, right, lower, px


class GraphPicture:
    """Pictures of one graph at every step.

    Parameters
    ----------
    swept : Swept
        The graph and its steps.
    """

    def __init__(self, swept: Swept) -> None:
        self._swept, self._placing = swept, Placing(swept)
        self.width = self._placing.width  # px, at full size

    def svg(self, done: int | None = None) -> str:
        """Return the whole graph after `done` steps, or with all its numbers, as an SVG file."""
        everything = 0.0, 0.0, self.width, self._placing.height
        return self._svg(done, everything, f"<style>{STYLE}</style>")

    def html(self, done: int) -> str:
        """Return the graph as a page shows it: at a size to read, and as much as has room."""
        width, height = self.width, self._placing.height
        x, y = self._focus(done)
        tall = min(height, TALLEST)
        top = min(max(y - tall / 2, 0), height - tall)
        name = f"bp-overview-{SMALLEST * width:.0f}"
        hidden = f"@container (min-width: {SMALLEST * width:.0f}px) {{.{name} {{display: none}}}}"
        style = STYLE if tall < height else STYLE + hidden
        overview = f'<div class="{name}" aria-hidden="true">{self._overview(done)}</div>'
        return WINDOW.format(
            style=style, least=SMALLEST * width, width=width, focus=x / width, overview=overview,
            svg=self._svg(done, (x - WIDEST / 2, top, WIDEST, tall), ""),
        )  # fmt: skip

    def _svg(self, done: int | None, part: tuple[float, float, float, float], style: str) -> str:
        """Return the graph with what is in a part of it, (x, y, width, height), px."""
        left, top, across, height = part
        corners = left - ROW, top - ROW, left + across + ROW, top + height + ROW
        swept, width = self._swept, self.width
        title = f"Graph of {swept.names[-1]}, {len(swept.nodes)} nodes"
        now = Step("", -1, "", 0.0)  # none is marked before the first, and when all are there
        if done is None:
            done = len(swept.steps)
        elif done:
            title, now = f"{title}, after step {done}", swept.steps[done - 1]
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" class="bp-graph" role="img" '
            f'width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="0 {top:.0f} {width:.0f} {height:.0f}" style="width: 100%; height: auto; '
            f'max-width: {width:.0f}px; display: block"><title>{escape(title)}</title>'
            f"<desc>{escape(self.description(done))}</desc>{style}"
            f'<rect class="bp-paper" width="{width:.0f}" height="{self._placing.height:.0f}"/>'
            f"{self._edges(done, now, corners)}{self._nodes(done, now, corners)}</svg>"
        )

    def description(self, done: int | None = None) -> str:
        """Return in words what `svg` shows."""
        done = len(self._swept.steps) if done is None else done
        known = [f"{step.title} = {written(step.result)}" for step in self._swept.steps[:done]]
        return explain(self._swept, done) + (f" Known: {', '.join(known)}." if known else "")

    def _focus(self, done: int) -> tuple[float, float]:
        """Return the place between the step that is done and the one to come."""
        shown = self._swept.steps[max(done - 1, 0) : done + 1] or [Step(VALUE, 0, "", 0.0)]
        x, y = np.mean([self._placing.at[step.node] for step in shown], axis=0)
        return float(x), float(y)

    def _edges(self, done: int, now: Step, corners: Corners) -> str:
        placing = self._placing
        known = {step.node for step in self._swept.steps[:done] if step.kind == GRAD}
        parts = []
        for edge, (parent, user) in enumerate(self._swept.edges):
            if not _meet(placing.extents[edge], corners):
                continue
            kind = "bp-on-v" if (now.kind, now.node) == (VALUE, user) else ""
            kind = "bp-on-g" if (now.kind, now.node) == (GRAD, parent) else kind
            x, y = placing.tips[edge]
            parts.append(
                f'<path class="{kind}" d="{placing.paths[edge]}"/><path class="bp-tip" '
                f'd="M{x - 7:.1f} {y - 4:.1f}L{x:.1f} {y:.1f}L{x - 7:.1f} {y + 4:.1f}z"/>'
            )
            port = placing.ports[edge]
            if parent in known and edge in placing.shares and port in (-PORT, 0, PORT):
                y += 13 if port > 0 else -5
                parts.append(_text(x - 10, y, placing.shares[edge], "bp-g", "end"))
        return "".join(parts)

    def _nodes(self, done: int, now: Step, corners: Corners) -> str:
        steps = self._swept.steps
        known = {(step.kind == VALUE, step.node) for step in steps[:done]}
        asked = steps[done] if done < len(steps) else None
        parts = []
        for i, node in enumerate(self._swept.nodes):
            if not _meet(2 * self._placing.at[i], corners):
                continue
            parts.append(self._node(i, now, asked))
            if node.op == CONSTANT:
                continue
            x, y = self._placing.at[i]
            x += self._placing.half[i] + 5
            value, grad = self._placing.labels[i]
            if not node.parents or (True, i) in known:
                parts.append(_text(x, y - 5, value, "bp-v", "start"))
            if (False, i) in known:
                parts.append(_text(x, y + 14, grad, "bp-g", "start"))
            if asked and asked.node == i:
                kind, below = ("bp-v", -5) if asked.kind == VALUE else ("bp-g", 17)
                parts.append(_text(x, y + below, "?", f"{kind} bp-asked", "start"))
        return "".join(parts)

    def _node(self, i: int, now: Step, asked: Step | None) -> str:
        """Return a node without its wire: the operation and the name, or an input's name."""
        node, name = self._swept.nodes[i], self._swept.names[i]
        (x, y), half = self._placing.at[i], self._placing.half[i]
        kind = "bp-next" if asked and asked.node == i else ""
        if now.node == i:
            kind = "bp-on-v" if now.kind == VALUE else "bp-on-g"
        if not node.parents:
            return _text(x, y + 4, name, "" if node.op == CONSTANT else "bp-name")
        return (
            f'<rect class="bp-op {kind}" x="{x - half:.1f}" y="{y - RADIUS:.1f}" '
            f'width="{2 * half:.1f}" height="{2 * RADIUS}" rx="{RADIUS}"/>'
            + _text(x, y + 4, sign(node.op), "")
            + _text(x, y - RADIUS - 4, name, "bp-name")
        )

    def _overview(self, done: int) -> str:
        """Return the whole graph, small and without labels, with the two steps marked."""
        width, height = self.width, self._placing.height
        paths = "".join(
            '<path class="bp-small" d="M{:.0f} {:.0f}L{:.0f} {:.0f}"/>'.format(
                *self._placing.at[parent], *self._placing.at[user]
            )
            for parent, user in self._swept.edges
        )
        dots = "".join(
            f'<circle class="bp-tip" cx="{x:.0f}" cy="{y:.0f}" r="{RADIUS}"/>'
            for x, y in self._placing.at
        )
        scale = min(1.0, OVERVIEW / height)
        marks = "".join(
            f'<rect class="bp-on-{"v" if step.kind == VALUE else "g"}" x="{x - 22:.0f}" '
            f'y="{y - 22:.0f}" width="44" height="44" vector-effect="non-scaling-stroke"/>'
            for step in self._swept.steps[max(done - 1, 0) : done + 1]
            for x, y in [self._placing.at[step.node]]
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="bp-graph" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" style="display: block; max-width: 100%; '
            f'width: {scale * width:.0f}px">{paths}{dots}{marks}</svg>'
        )


def _meet(one: Corners, other: Corners) -> bool:
    """Whether two boxes have a point in common."""
    return all(a <= d for a, d in zip(one[:2], other[2:], strict=True)) and all(
        a <= d for a, d in zip(other[:2], one[2:], strict=True)
    )


def _text(x: float, y: float, text: str, kind: str, anchor: str = "middle") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )
