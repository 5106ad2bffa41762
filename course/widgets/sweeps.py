"""The forward and the backward sweep through a graph, as a list of steps with their numbers.

`sweep` takes the output of any graph whose nodes have `value, grad, parents, op, local_grads`, and
changes nothing in it. A `Step` is one line of the tables of lesson 1: a value on the way forward; a
derivative on the way back, with a `Use` for every path that brings a contribution.

    >>> from course.graph import Node
    >>> a = Node(1.5)
    >>> b = a + a
    >>> c = b + b
    >>> swept = sweep(c, {"a": a, "b": b, "c": c})
    >>> [step.title for step in swept.steps]
    ['b', 'c', 'dc', 'db', 'da']
    >>> [use.contribution for use in swept.steps[-1].uses]
    [2.0, 2.0]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.graph import CONSTANT, LocalGrad, Node, Number, contribution
from course.graph_layout import GraphLayout, label, layout, nodes_and_edges

MOST_NODES = 1000
PROTOCOL = ("value", "grad", "parents", "op", "local_grads")
VALUE, START, GRAD = "value", "start", "grad"


@dataclass(frozen=True)
class Use:
    """One use of a node, and what comes back along it.

    Parameters
    ----------
    user, place : int
        The number of the node that uses it, and as which of its parents.
    local, upstream, contribution : float, ndarray or (local only) function
        local derivative x upstream derivative = contribution.
    """

    user: int
    place: int
    local: LocalGrad
    upstream: Number
    contribution: Number


@dataclass(frozen=True)
class Step:
    """One line of the forward or the backward table.

    Parameters
    ----------
    kind : str
        VALUE, START (the output's own derivative) or GRAD.
    node : int
        The number of the node that gets a value or a derivative.
    title : str
        What it gets: "q" or "dq".
    result : float or ndarray
        The value or the derivative.
    uses : tuple of Use
        Of a GRAD: where it comes from.
    """

    kind: str
    node: int
    title: str
    result: Number
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True)
class Swept:
    """A graph and its steps, forward then back.

    Parameters
    ----------
    nodes : list of node
        Each after its parents.
    edges : list of (int, int)
        From parent to user, by number; see `course.graph_layout.nodes_and_edges`.
    layout : GraphLayout
        Where they stand.
    names : list of str
        Of the nodes; those without one are called v1, v2, …, constants by their value
    steps : list of Step
        Column by column, as the graph is drawn: forward from the left, then back from the right.
    """

    nodes: list[Any]
    edges: list[tuple[int, int]]
    layout: GraphLayout
    names: list[str]
    steps: list[Step]

    def parents(self, node: int) -> list[int]:
        """Return the numbers of a node's parents."""
        return [parent for parent, user in self.edges if user == node]


def sweep(output: Any, names: Mapping[str, Any] | None = None) -> Swept:
    """Return every step of the forward and the backward sweep.

    Parameters
    ----------
    output : node
        Where the graph ends; a number. Not modified.
    names : mapping from str to node, optional
        What the nodes are called.

    Returns
    -------
    Swept

    Raises
    ------
    TypeError
        If a node lacks what the steps need.
    ValueError
        If the output is not a number or is a constant, a node's local derivatives do not match its
        parents, or the graph has a cycle or is too large to step through.
    """
    nodes, edges = nodes_and_edges(output)
    for node in nodes:
        _check_node(node)
    if len(nodes) > MOST_NODES:
        raise ValueError(
            f"the graph has {len(nodes)} nodes and this shows up to {MOST_NODES}: "
            "take fewer examples, fewer units, or arrays in place of numbers"
        )
    if np.ndim(output.value):
        raise ValueError(
            f"the output has shape {np.shape(output.value)}, but the way back starts from a "
            "number: take its sum"
        )
    if output.op == CONSTANT:
        raise ValueError(
            f"the output is the constant {label(output.value)}, but the way back starts from a "
            "derivative, and a constant has none"
        )
    called, placed = _names(nodes, names or {}), layout(edges)
    order = sorted(range(len(nodes)), key=lambda i: (placed.at[i][0], -placed.at[i][1]))
    forward = [Step(VALUE, i, called[i], nodes[i].value) for i in order if nodes[i].parents]
    order.sort(key=lambda i: -placed.at[i][0])
    return Swept(nodes, edges, placed, called, forward + _backward(nodes, called, order))


def _check_node(node: Any) -> None:
    missing = [name for name in PROTOCOL if not hasattr(node, name)]
    if missing:
        raise TypeError(f"a node has {', '.join(PROTOCOL)}, but {node!r:.60} has no {missing[0]}")
    if len(node.parents) != len(node.local_grads):
        raise ValueError(
            f"the node {node.op!r} has {_count(len(node.parents), 'parent')} but "
            f"{_count(len(node.local_grads), 'local derivative')}: it takes one for each parent"
        )
    if np.asarray(node.value).dtype.kind not in "fiu":
        raise TypeError(f"the node {node.op!r} has the value {node.value!r:.60}, not a number")
    for parent, local in zip(node.parents, node.local_grads, strict=True):
        # The course's own nodes keep functions where they act on arrays.
        if callable(local) and not (isinstance(node, Node) or np.ndim(parent.value)):
            raise TypeError(
                f"a local derivative of the node {node.op!r} is a function, not a number: "
                "call it at the parent's value"
            )
        # True and False will do: of a relu, some keep `a > 0`.
        if not callable(local) and np.asarray(local).dtype.kind not in "fiub":
            raise TypeError(
                f"a local derivative of the node {node.op!r} is {local!r:.60}, not a number"
            )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + "s" * (number != 1)


def _names(nodes: list[Any], names: Mapping[str, Any]) -> list[str]:
    """Return a name for every node; a constant is called by its value."""
    given = {id(node): name for name, node in names.items()}
    free = (name for i in range(1, 2 * len(nodes) + 2) if (name := f"v{i}") not in names)
    return [
        given.get(id(node)) or (label(node.value) if node.op == CONSTANT else next(free))
        for node in nodes
    ]


def _backward(nodes: list[Any], names: list[str], order: list[int]) -> list[Step]:
    """Return the steps of the backward sweep: each derivative when everything has come back."""
    number = {id(node): i for i, node in enumerate(nodes)}
    uses: list[list[Use]] = [[] for _ in nodes]
    steps = []
    for i in order:
        node = nodes[i]
        if node.op == CONSTANT:
            continue
        grad: Number = 1.0
        if uses[i]:
            grad = sum((use.contribution for use in uses[i][1:]), start=uses[i][0].contribution)
        kind = GRAD if uses[i] else START
        steps.append(Step(kind, i, f"d{names[i]}", grad, tuple(uses[i])))
        for place, (parent, local) in enumerate(zip(node.parents, node.local_grads, strict=True)):
            if parent.op != CONSTANT:
                added = contribution(local, grad, np.shape(parent.value))
                uses[number[id(parent)]].append(Use(i, place, local, grad, added))
    return steps
