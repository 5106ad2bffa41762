import gc
import sys

import numpy as np
import pytest

from course import graph
from course.gradcheck import numerical_gradient, relative_error
from course.graph import Node, topological_order


def test_sum_times_factor_of_the_notes():
    # f = (x + y)z at x = -2, y = 5, z = -4: q = 3, f = -12; df/dq = z = -4, df/dz = q = 3
    x, y, z = Node(-2.0), Node(5.0), Node(-4.0)
    q = x + y
    f = q * z
    f.backward()
    assert (q.value, f.value) == (3.0, -12.0)
    assert (x.grad, y.grad, z.grad, q.grad, f.grad) == (-4.0, -4.0, 3.0, -4.0, 1.0)


def test_sigmoid_neuron_of_the_notes_gate_by_gate():
    w0, x0, w1, x1, w2 = map(Node, (2.0, -1.0, -3.0, -2.0, -3.0))
    p0, p1 = w0 * x0, w1 * x1  # -2, 6
    s = p0 + p1  # 4
    a = s + w2  # 1
    m = -1.0 * a  # -1
    e = graph.exp(m)  # 0.3679
    d = e + 1.0  # 1.3679
    f = 1.0 / d  # 0.7311
    f.backward()
    values = [node.value for node in (p0, p1, s, a, m, e, d, f)]
    assert values == pytest.approx([-2, 6, 4, 1, -1, 0.367879, 1.367879, 0.731059], rel=1e-5)
    # backwards: -1/d² = -0.53; ·1; ·e = -0.20; ·(-1) = 0.20; the sums pass it on unchanged
    grads = [node.grad for node in (d, e, m, a, s, p0, p1, w2)]
    assert grads == pytest.approx([-0.534, -0.534, -0.1966, *[0.1966] * 5], rel=1e-3)
    # products exchange their inputs: dw0 = x0·0.1966, dx0 = w0·0.1966, and so on
    inputs = [w0.grad, x0.grad, w1.grad, x1.grad]
    assert inputs == pytest.approx([-0.1966, 0.3932, -0.3932, -0.5898], rel=1e-3)


def test_sigmoid_neuron_as_one_gate():
    w, x, b = Node([2.0, -3.0]), Node([-1.0, -2.0]), Node(-3.0)
    f = graph.sigmoid(w @ x + b)
    f.backward()
    assert f.value == pytest.approx(0.731058578630005)
    assert w.grad == pytest.approx([-0.196612, -0.393224], rel=1e-5)
    assert x.grad == pytest.approx([0.393224, -0.589836], rel=1e-5)


def test_chain_of_the_notes():
    # J = cos(sin(x²) + 3x²) at x = 1: t = 1, u1 = 0.84147, u2 = 3, u = 3.84147, J = -0.76500
    # du = -sin(u) = 0.64403; dt = du·cos(t) + du·3 = 0.64403·3.54030; dx = dt·2 = 4.56012
    x = Node(1.0)
    t = x**2
    J = graph.cos(graph.sin(t) + 3 * t)
    J.backward()
    exact = -np.sin(np.sin(1) + 3) * (np.cos(1) + 3) * 2
    assert J.value == pytest.approx(np.cos(np.sin(1) + 3))
    assert x.grad == pytest.approx(exact, rel=1e-14)
    assert t.grad == pytest.approx(exact / 2, rel=1e-14)


def test_derivatives_add_where_a_node_is_used_twice():
    # b = a + a, c = b + b: without the order, a would be visited before b is complete
    a = Node(3.0)
    b = a + a
    c = b + b
    c.backward()
    assert (b.grad, a.grad) == (2.0, 4.0)


def test_backward_twice_is_backward_once():
    x = Node(3.0)
    y = x * x * x
    y.backward()
    y.backward()
    assert x.grad == 27.0


def test_backward_forgets_an_earlier_output():
    x = Node(2.0)
    y, z = x * 3.0, x * 5.0
    y.backward()
    z.backward()
    assert x.grad == 5.0
    (y + z).backward()
    assert x.grad == 8.0


def test_order_puts_every_node_after_all_that_use_it():
    x, y = Node(1.0), Node(2.0)
    z = x * y
    f = z + z * x + graph.exp(y)
    order = topological_order(f)
    place = {id(node): i for i, node in enumerate(order)}
    assert order[0] is f
    assert len(place) == len(order)
    for node in order:
        assert all(place[id(parent)] > place[id(node)] for parent in node.parents)


UNARY = ["exp", "log", "sin", "cos", "tanh", "sigmoid", "relu", "softplus"]


@pytest.mark.parametrize("name", UNARY)
def test_function_of_a_number_and_of_an_array_agree_with_central_differences(name):
    function = getattr(graph, name)
    X = np.array([[0.3, 1.7, 0.9], [2.1, 0.2, 1.1]])
    upstream = np.array([[1.0, -2.0, 0.5], [0.3, 1.5, -1.0]])
    node = Node(X)
    out = function(node)
    out.backward(upstream)
    assert relative_error(out.value, reference(name, X)) < 1e-15
    numeric = numerical_gradient(lambda X: reference(name, X), X, upstream)
    assert relative_error(node.grad, numeric) < 1e-9
    number = Node(0.7)
    result = function(number)
    result.backward()
    assert type(result.value) is type(number.grad) is float
    assert number.grad == pytest.approx(
        float(numerical_gradient(lambda a: reference(name, a), 0.7))
    )


def reference(name, a):
    return {
        "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tanh": np.tanh,
        "sigmoid": lambda a: 1 / (1 + np.exp(-a)), "relu": lambda a: np.maximum(a, 0.0),
        "softplus": lambda a: np.log1p(np.exp(a)),
    }[name](a)  # fmt: skip


BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "max": lambda a, b: graph.maximum(a, b) if Node in (type(a), type(b)) else np.maximum(a, b),
    "where": lambda a, b: graph.where([True, False, True], a, b)
    if Node in (type(a), type(b)) else np.where([True, False, True], a, b),
}  # fmt: skip


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize(
    ("left", "right"),
    [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (3,)), ((), (2, 3)), ((3,), (1, 1))],
)
def test_broadcasting_is_undone(op, left, right):
    rng = np.random.default_rng(0)
    a, b = rng.uniform(0.5, 2.0, size=left), rng.uniform(0.5, 2.0, size=right)
    x, y = Node(a), Node(b)
    out = BINARY[op](x, y)
    upstream = rng.normal(size=out.shape)
    out.backward(upstream)
    assert relative_error(out.value, BINARY[op](a, b)) < 1e-15
    assert np.shape(x.grad) == left
    assert np.shape(y.grad) == right
    assert (
        relative_error(x.grad, numerical_gradient(lambda v: BINARY[op](v, b), a, upstream)) < 1e-8
    )
    assert (
        relative_error(y.grad, numerical_gradient(lambda v: BINARY[op](a, v), b, upstream)) < 1e-8
    )


@pytest.mark.parametrize(
    ("left", "right"), [((2, 3), (3, 4)), ((3,), (3, 4)), ((2, 3), (3,)), ((3,), (3,))]
)
def test_matrix_product_of_vectors_and_matrices(left, right):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=left), rng.normal(size=right)
    x, y = Node(a), Node(b)
    out = x @ y
    upstream = rng.normal(size=out.shape)
    out.backward(upstream)
    assert relative_error(x.grad, numerical_gradient(lambda v: v @ b, a, upstream)) < 1e-9
    assert relative_error(y.grad, numerical_gradient(lambda v: a @ v, b, upstream)) < 1e-9


SHAPING = {
    "sum": lambda x: x.sum(),
    "sum axis 0": lambda x: x.sum(axis=0),
    "sum axis 1 kept": lambda x: x.sum(axis=1, keepdims=True),
    "mean": lambda x: x.mean(),
    "mean axis 1": lambda x: x.mean(axis=1),
    "max": lambda x: x.max(),
    "max axis 0": lambda x: x.max(axis=0),
    "max axis 1 kept": lambda x: x.max(axis=1, keepdims=True),
    "row": lambda x: x[1],
    "slice": lambda x: x[:, 1:],
    "one entry": lambda x: x[0, 2],
    "repeated index": lambda x: x[[0, 1, 0]],
    "transpose": lambda x: x.T,
    "reshape": lambda x: x.reshape(3, 2),
}


@pytest.mark.parametrize("name", SHAPING)
def test_reductions_and_indexing(name):
    rng = np.random.default_rng(0)
    a = rng.normal(size=(2, 3))
    x = Node(a)
    out = SHAPING[name](x)
    upstream = rng.normal(size=out.shape)
    out.backward(upstream)
    numeric = numerical_gradient(lambda v: SHAPING[name](v), a, upstream)
    assert relative_error(x.grad, numeric) < 1e-9


@pytest.mark.parametrize("function", [graph.softmax, graph.log_softmax])
def test_softmax_of_rows(function):
    rng = np.random.default_rng(0)
    a, upstream = rng.normal(size=(2, 4)), rng.normal(size=(2, 4))
    x = Node(a)
    function(x).backward(upstream)
    numeric = numerical_gradient(lambda v: function(Node(v)).value, a, upstream)
    assert relative_error(x.grad, numeric) < 1e-9


def test_ties_share_the_derivative():
    x, y = Node(2.0), Node(2.0)
    graph.maximum(x, y).backward()
    assert (x.grad, y.grad) == (0.5, 0.5)
    a = Node([1.0, 3.0, 3.0])
    a.max().backward()
    assert a.grad.tolist() == [0.0, 0.5, 0.5]


def test_numbers_and_arrays_may_stand_on_either_side():
    x = Node([1.0, 2.0])
    out = (np.array([3.0, 4.0]) * x + 1 - 2 * x) / 4.0 + np.ones((1, 2)) @ np.ones((2, 2)) @ x
    out.sum().backward()
    # (3 - 2)/4 and (4 - 2)/4, and 2 for each of the two outputs that the row is added to
    assert np.allclose(x.grad, [0.25 + 4, 0.5 + 4])
    y = Node(2.0)
    (2.0**y).backward()
    assert y.grad == pytest.approx(4 * np.log(2))


def test_node_keeps_no_array_that_the_caller_may_change():
    array = np.array([1.0, 2.0])
    x = Node(array)
    array[0] = 100.0
    assert x.value.tolist() == [1.0, 2.0]


def test_node_follows_the_protocol_that_widgets_draw():
    x = Node(2.0)
    y = x * 3.0
    assert (y.op, y.value, y.grad, y.local_grads) == ("*", 6.0, 0.0, (3.0, 2.0))
    assert y.parents[0] is x
    assert x.op == ""
    assert x.parents == x.local_grads == ()


def test_a_chain_of_a_million_nodes_works_and_is_freed_at_once():
    gc.disable()  # nothing may be left for the cycle collector
    try:
        before = sys.getallocatedblocks()
        x = Node(1.0)
        y = x
        for _ in range(1_000_000):
            y = y + 0.0
        y.backward()
        assert x.grad == 1.0
        del x, y
        assert sys.getallocatedblocks() - before < 10_000, "of three million"
    finally:
        gc.enable()


def test_dot_lists_every_node_and_edge():
    x = Node(2.0)
    y = x * x
    y.backward()
    assert y.to_dot().splitlines() == [
        "digraph {",
        "  rankdir=LR;",
        "  node [shape=record];",
        '  n0 [label="*|value 4|grad 1"];',
        '  n1 [label="|value 2|grad 4"];',
        "  n1 -> n0;",
        "  n1 -> n0;",
        "}",
    ]


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: Node(3), TypeError, "3 has dtype int64 but a derivative needs floats: write 3.0"),
        (lambda: Node([1, 2]), TypeError, "use x.astype"),
        (lambda: Node("x"), TypeError, "a derivative needs floats"),
        (lambda: Node(float("nan")), ValueError, "nan is not a number"),
        (lambda: Node(np.ones(2)) + Node(np.ones(3)), ValueError,
         r"x \+ y: x has shape \(2,\) and y has shape \(3,\), which do not go together"),
        (lambda: Node(np.ones(2)) * Node(np.ones(3)), ValueError, r"x \* y: x has shape"),
        (lambda: Node(np.ones((2, 3))) @ Node(np.ones((2, 3))), ValueError,
         r"x @ y: x has shape \(2, 3\) and y has shape \(2, 3\)"),
        (lambda: Node(2.0) @ Node(2.0), ValueError, r"x @ y: x has shape \(\)"),
        (lambda: Node(np.ones(2)).backward(), ValueError,
         r"the value has shape \(2,\): backward\(\) needs an upstream derivative of that shape"),
        (lambda: Node(np.ones(2)).backward(np.ones(3)), ValueError,
         r"upstream has shape \(3,\) but the value has shape \(2,\)"),
        (lambda: graph.softmax(Node(1.0)), ValueError, "softmax needs an array"),
    ],
)  # fmt: skip
def test_bad_input_is_told(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()


def test_nan_is_traced_to_where_it_arose():
    with np.errstate(invalid="ignore"):
        out = (graph.log(Node([-1.0, 1.0])) * 2.0).sum()
    with pytest.raises(ValueError, match="the value is nan, and first becomes nan in 'log'"):
        out.backward()
