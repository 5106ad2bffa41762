from types import SimpleNamespace

import numpy as np
import pytest

from course import graph
from course.widgets.sweeps import GRAD, START, VALUE, sweep


def test_every_derivative_is_that_of_backward(every_graph):
    output, names = every_graph
    steps = [step for step in sweep(output, names).steps if step.kind != VALUE]
    output.backward()
    order = graph.topological_order(output)
    assert len(steps) == sum(node.op != graph.CONSTANT for node in order)
    swept = sweep(output, names)
    for step in steps:
        np.testing.assert_allclose(step.result, swept.nodes[step.node].grad, rtol=1e-12)


def test_nothing_is_shown_before_what_it_needs(every_graph):
    swept = sweep(*every_graph)
    known = {i for i, node in enumerate(swept.nodes) if not node.parents}
    grads = set()
    for step in swept.steps:
        if step.kind == VALUE:
            assert known >= set(swept.parents(step.node))
            known.add(step.node)
        else:
            assert len(known) == len(swept.nodes), "all values come before any derivative"
            assert grads >= {use.user for use in step.uses}
            grads.add(step.node)


def test_sweeping_changes_no_node(graphs):
    output, names = graphs.product()
    sweep(output, names)
    assert [node.grad for node in names.values()] == [0.0] * 4


def test_a_node_used_three_times_gets_three_contributions(graphs):
    output, names = graphs.branching()
    step = next(step for step in sweep(output, names).steps if step.title == "dt")
    t, x = 0.7 * 1.3, 0.7
    contributions = sorted(use.contribution for use in step.uses)
    np.testing.assert_allclose(contributions, sorted([np.sin(t), t * np.cos(t), x]))
    np.testing.assert_allclose(step.result, np.sin(t) + t * np.cos(t) + x)


def test_uses_by_the_same_node_differ_by_place(graphs):
    output, names = graphs.doubled()
    step = next(step for step in sweep(output, names).steps if step.title == "da")
    assert [use.place for use in step.uses] == [0, 1]
    assert step.result == 4.0


def test_the_way_back_starts_at_the_output_with_1(graphs):
    steps = sweep(*graphs.neuron()).steps
    first = next(step for step in steps if step.kind != VALUE)
    assert (first.kind, first.title, first.result) == (START, "dh", 1.0)
    assert {step.kind for step in steps[steps.index(first) + 1 :]} == {GRAD}


def test_nodes_without_a_name_get_one_that_is_free():
    x = graph.Node(2.0)
    inner = graph.sin(x)
    swept = sweep(graph.exp(inner) * 3.0, {"v1": inner})
    assert sorted(swept.names) == ["3", "v1", "v2", "v3", "v4"]
    assert swept.names[swept.nodes.index(inner)] == "v1"


def node(value=1.0, parents=(), op="", local_grads=()):
    return SimpleNamespace(value=value, grad=0.0, parents=parents, op=op, local_grads=local_grads)


def test_any_object_with_the_five_attributes_will_do():
    a = node(3.0)
    steps = sweep(node(6.0, [a], "double", [2.0]), {"a": a}).steps
    assert [(step.title, step.result) for step in steps] == [("v1", 6.0), ("dv1", 1.0), ("da", 2.0)]


CYCLE = node(1.0, (node(2.0),), "sin", (0.5,))
CYCLE.parents = (CYCLE,)


def test_a_mask_will_do_as_a_local_derivative():
    a = node(3.0)
    assert sweep(node(3.0, (a,), "relu", (np.True_,)), {"a": a}).steps[-1].result == 1.0


@pytest.mark.parametrize(
    ("output", "kind", "sentence"),
    [
        (None, TypeError,
         "a node has value, grad, parents, op, local_grads, but None has no value"),
        (node(1.0, (3.0,), "sin", (0.5,)), TypeError,
         "a node has value, grad, parents, op, local_grads, but 3.0 has no value"),
        (node(1.0, (node(), node()), "+", ()), ValueError,
         "the node '+' has 2 parents but 0 local derivatives: it takes one for each parent"),
        (node(1.0, (node(),), "sin", (np.cos,)), TypeError,
         "a local derivative of the node 'sin' is a function, not a number: call it at the "
         "parent's value"),
        (node(1.0, (node(),), "sin", (None,)), TypeError,
         "a local derivative of the node 'sin' is None, not a number"),
        (node(1.0, (node(),), "sin", (graph.Node(2.0),)), TypeError,
         "a local derivative of the node 'sin' is Node(2, op='', grad=0), not a number"),
        (graph.constant(2.0), ValueError,
         "the output is the constant 2, but the way back starts from a derivative, and a constant "
         "has none"),
        (CYCLE, ValueError, "the graph has a cycle: a node is computed from itself"),
        (node(None), TypeError, "the node '' has the value None, not a number"),
        (graph.Node(np.ones(3)), ValueError,
         "the output has shape (3,), but the way back starts from a number: take its sum"),
        (sum((graph.Node(1.0) for _ in range(600)), start=graph.Node(0.0)), ValueError,
         "the graph has 1201 nodes and this shows up to 1000: take fewer examples, fewer units, or "
         "arrays in place of numbers"),
    ],
)  # fmt: skip
def test_what_cannot_be_stepped_through_is_refused_with_a_sentence(output, kind, sentence):
    with pytest.raises(kind) as error:
        sweep(output)
    assert str(error.value) == sentence
