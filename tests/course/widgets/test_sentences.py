import re
from types import SimpleNamespace

import numpy as np
import pytest

from course import graph
from course.widgets.sentences import explain
from course.widgets.sweeps import sweep


def sentences(output, names):
    swept = sweep(output, names)
    return [explain(swept, done) for done in range(len(swept.steps) + 1)]


def test_sentences_of_a_product_carry_its_numbers(graphs):
    output, names = graphs.product()
    assert sentences(output, names | {"f": output}) == [
        "The inputs have their values. Everything else is still to be computed.",
        "q = x + y = -2 + 5 = 3\nKept for the way back: dq/dx = 1, dq/dy = 1",
        "f = q × z = 3 × (-4) = -12\nKept for the way back: df/dq = -4, df/dz = 3",
        "Now back. The output's own derivative is df/df = 1.",
        "dq = df/dq × df = -4 × 1 = -4",
        "dz = df/dz × df = 3 × 1 = 3",
        "dx = dq/dx × dq = 1 × (-4) = -4",
        "dy = dq/dy × dq = 1 × (-4) = -4",
    ]


def test_a_branch_shows_every_path_and_the_sum(graphs):
    text = next(text for text in sentences(*graphs.branching()) if "\ndt = " in text)
    # sin(0.91) = 0.7895, cos(0.91) = 0.6137, 0.6137 * 0.91 = 0.5585
    assert text.startswith("t is used three times. Each use brings its share, and the shares add")
    assert "= 0.7 × 1 = 0.7\n" in text
    assert "= 0.7895 × 1 = 0.7895\n" in text
    assert "= 0.6137 × 0.91 = 0.5585\n" in text
    assert text.endswith(" = 2.048")


def test_constants_are_called_by_their_value_and_have_no_derivative(graphs):
    text = "\n".join(sentences(*graphs.neuron()))
    assert "1 + v" in text
    assert "d1" not in text


def test_a_sign_before_a_negative_number_takes_brackets():
    x = graph.Node(-2.5)
    assert sentences(-x, {"x": x})[1].startswith("v1 = -x = -(-2.5) = 2.5")


def test_a_negative_base_takes_brackets():
    x = graph.Node(-0.5)
    assert sentences(x**2, {"x": x})[1].startswith("v1 = x ** 2 = (-0.5) ** 2 = 0.25\n")


def test_both_places_of_a_square_are_kept():
    x = graph.Node(1.0)
    assert sentences(x * x, {"x": x})[1].endswith("dv1/dx = 1 (1st place), 1 (2nd place)")
    y = graph.Node(2.0)
    z = graph.maximum(y, x) * y
    assert sentences(z, {"x": x, "y": y})[1].endswith("dv1/dy = 1, dv1/dx = 0")


def node(value=1.0, parents=(), op="", local_grads=(), grad=0.0):
    return SimpleNamespace(value=value, grad=grad, parents=parents, op=op, local_grads=local_grads)


@pytest.mark.parametrize("op", ["*", "neg", "inverse", "T", "[]", "+", "@"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_an_operation_on_any_number_of_nodes_has_a_sentence_with_all(op, count):
    parents = [node() for _ in range(count)]
    text = sentences(node(1.0, parents, op, (1.0,) * count), dict(zip("abc", parents)))[1]  # noqa: B905
    formula = text.split(" = ")[1]
    assert all(name in formula for name in "abc"[:count]), text


def test_the_rules_of_arrays_are_said_and_right(graphs):
    """What a sentence says about @, sums and transposes is computed here from its own words."""
    output, names = graphs.arrays()
    swept = sweep(output, names)
    known = dict(zip(swept.names, (node.value for node in swept.nodes), strict=True))
    known |= {step.title: step.result for step in swept.steps}
    said = 0
    for done, step in enumerate(swept.steps, start=1):
        text = explain(swept, done)
        formula = re.split(r" = |, shape", text)[1]
        if step.title.startswith("d") and ("@" in formula or "outer" in formula):
            computed = eval(formula, {"outer": np.outer}, known)
            np.testing.assert_allclose(computed, step.result, err_msg=text)
            said += 1
    assert said == 4  # W1.T, X, the hidden layer and W2


@pytest.mark.parametrize(("A", "B"), [((2, 3), (3, 4)), ((2, 3), 3), (3, (3, 2)), (3, 3)], ids=str)
def test_the_rule_of_every_kind_of_matrix_product_is_right(A, B):
    rng = np.random.default_rng(0)
    a, b = graph.Node(rng.normal(size=A)), graph.Node(rng.normal(size=B))
    product = a @ b
    output = product.sum() if product.shape else product * 2.0
    swept = sweep(output, {"a": a, "b": b, "p": product})
    known = {"a": a.value, "b": b.value} | {step.title: step.result for step in swept.steps}
    for done, step in enumerate(swept.steps, start=1):
        if step.title in ("da", "db"):
            text = explain(swept, done)
            formula = re.split(r" = |, shape", text)[1]
            computed = eval(formula.replace("×", "*"), {"outer": np.outer}, known)
            np.testing.assert_allclose(computed, step.result, err_msg=text)


def test_what_was_broadcast_is_said_to_be_summed(graphs):
    output, names = graphs.arrays()
    text = next(text for text in sentences(output, names) if text.startswith("db1"))
    assert "summed where it was repeated = [" in text


def test_large_arrays_show_their_shape_only(graphs):
    for text in sentences(*graphs.arrays()):
        assert len(text) < 250, text
    assert "dX = " in "\n".join(sentences(*graphs.arrays()))


def test_a_node_whose_grad_is_right_gets_no_objection(every_graph):
    output, names = every_graph
    output.backward()
    assert "But the node" not in "\n".join(sentences(output, names))


def test_a_grad_that_the_local_derivatives_do_not_give_is_pointed_out(graphs):
    output, names = graphs.doubled()
    output.backward()
    names["a"].grad = 2.0  # as with = in place of +=
    assert sentences(output, names)[-1].endswith(
        "da = 2 + 2 = 4\nBut the node has grad = 2: look at the backward pass that set it."
    )


def objections(output, names):
    return [text.split("But the node has grad")[1] for text in sentences(output, names)
            if "But the node" in text]  # fmt: skip


def test_a_pass_with_another_start_is_pointed_out_at_the_start_only(graphs):
    output, names = graphs.branching()
    output.backward(2.0)
    because = "a pass has started with that, or came from another node."
    assert objections(output, names) == [f" = 2: {because}"]


def test_a_pass_that_went_on_to_an_inner_node_is_not_called_wrong(graphs):
    output, names = graphs.product()
    output.backward()
    because = "a pass has started with that, or came from another node."
    assert objections(names["q"], names) == [f" = -4: {because}"]
    names["x"].grad = 7.0  # x is used outside of q
    said = objections(names["q"], names)[-1]
    assert said == " = 7, not dx times the output's grad: another pass may have set it."


def test_a_grad_of_another_shape_is_pointed_out(graphs):
    output, names = graphs.arrays()
    output.backward()
    names["b1"].grad = np.ones((5, 3))
    assert objections(output, names) == [
        " of shape (5, 3), not (3,): look at the backward pass that set it."
    ]


def test_a_small_grad_that_is_wrong_is_pointed_out():
    x = graph.Node(1.0)
    y = 1e-10 * x
    y.backward()
    x.grad = 2e-10
    assert objections(y, {"x": x}) == [" = 2e-10: look at the backward pass that set it."]


def test_rounding_where_contributions_cancel_is_not_pointed_out():
    x = graph.Node(0.1)
    y = 3e5 * x + 1e5 * x - 4e5 * x
    y.backward()
    x.grad = 1e-11
    assert objections(y, {"x": x}) == []


def test_nan_that_comes_back_on_both_sides_is_no_difference():
    x = node(0.0)
    inner = node(np.inf, [x], "inverse", (-np.inf,), grad=0.0)
    output = node(0.0, [inner], "inverse", (0.0,), grad=1.0)
    x.grad = np.nan
    assert objections(output, {"x": x}) == []


def test_an_engine_whose_grads_start_at_none_has_had_no_backward_pass():
    x = node(3.0, grad=None)
    assert objections(node(6.0, [x], "double", (2.0,), grad=None), {"x": x}) == []
