"""Where the nodes of a graph stand when it is drawn, in matplotlib and in SVG.

`nodes_and_edges` walks the graph, of anything whose nodes have `parents`; `layout` gives each node
a column and a height, and each edge the points it passes; `label` is what stands at a node, `sign`
what stands in it. The work is done by `fast_sugiyama`: a layered layout, in which an edge that
spans several columns has a place of its own in each of them (K. Sugiyama et al., Methods for visual
understanding of hierarchical systems, 1981).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import fast_sugiyama
import numpy as np

Point = tuple[float, float]
PASSING_EDGE = 0.6  # the height that an edge takes in a column it passes; a node takes 1
SIGNS = {"*": "×", "-": "−", "neg": "−", "sigmoid": "σ", "inverse": "1/·"}


@dataclass(frozen=True)
class GraphLayout:
    """Columns from the inputs at 0 to the output, and heights, upwards, 1 apart or more.

    Parameters
    ----------
    at : list of (column, height)
        Of each node.
    routes : list of list of (column, height)
        Of each edge: its parent's place, one in every column it passes, its user's place.
    """

    at: list[Point]
    routes: list[list[Point]]


def nodes_and_edges(output: Any) -> tuple[list[Any], list[tuple[int, int]]]:
    """Return the nodes of the graph that ends in `output`, and an edge for each use of a node.

    Parameters
    ----------
    output : node
        Anything with `parents`; what has none is an input.

    Returns
    -------
    nodes : list of node
        Each once, after its parents.
    edges : list of (int, int)
        The parent's and the user's number in `nodes`, in the order of the users and their parents.

    Raises
    ------
    ValueError
        If there is a way from a node back to itself.
    """
    nodes, number, seen, todo = [], {}, set(), [(output, False)]
    while todo:
        node, parents_done = todo.pop()
        if parents_done:
            number[id(node)] = len(nodes)
            nodes.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            parents = getattr(node, "parents", ())
            todo += [(node, True), *((parent, False) for parent in reversed(parents))]
    edges = [
        (number[id(parent)], i)
        for i, node in enumerate(nodes)
        for parent in getattr(node, "parents", ())
    ]
    if any(parent >= user for parent, user in edges):
        raise ValueError("the graph has a cycle: a node is computed from itself")
    return nodes, edges


def layout(edges: Sequence[tuple[int, int]]) -> GraphLayout:
    """Return where the nodes 0, 1, … stand, and how the edges run.

    Parameters
    ----------
    edges : sequence of (int, int)
        From parent to user, numbered so that a user comes after its parents, as by
        `nodes_and_edges`. Where a node is used twice by the same user, the edge is there twice.
    """
    if not edges:
        return GraphLayout([(0.0, 0.0)], [])
    [(places, _, depth, links)] = fast_sugiyama.from_edges(
        list(dict.fromkeys(edges)),
        vertex_spacing=1, minimum_length=1, dummy_vertices=True, dummy_size=PASSING_EDGE,
        ranking_type="minimize", crossing_minimization="median", transpose=True,
    )  # fmt: skip
    at = {name: (float(depth - rank), float(height)) for name, (height, rank) in places}
    count = 1 + max(user for _, user in edges)
    chains = _chains(count, links)
    # The first operand above the second, where the picture may as well be turned over.
    firsts = [pair for pair in pairwise(edges) if pair[0][1] == pair[1][1]]
    upright = sum(at[one][1] > at[other][1] for (one, _), (other, _) in firsts)
    turned = sum(at[one][1] < at[other][1] for (one, _), (other, _) in firsts)
    if turned > upright:
        at = {name: (column, -height) for name, (column, height) in at.items()}
    routes = [[at[name] for name in chains[edge]] for edge in edges]
    return GraphLayout([at[i] for i in range(count)], routes)


def _chains(count: int, links: Sequence[tuple[int, int]]) -> dict[tuple[int, int], list[int]]:
    """Return the names on the way from parent to user, from the links between columns."""
    following = {one: other for one, other in links if one >= count}
    chains = {}
    for parent, name in links:
        if parent < count:
            chain = [parent, name]
            while chain[-1] >= count:
                chain.append(following[chain[-1]])
            chains[parent, chain[-1]] = chain
    return chains


def label(value: Any) -> str:
    """Return what a picture shows of a value: a number with four digits, of an array the shape."""
    # Adding 0.0 takes the sign from -0.0.
    return f"{float(value) + 0.0:.4g}" if np.ndim(value) == 0 else str(np.shape(value))


def sign(op: str) -> str:
    """Return what a picture shows of an operation."""
    return SIGNS.get(op, op)
