"""Graphs that the tests of the widgets share."""

from types import SimpleNamespace

import numpy as np
import pytest

from course import graph


def product():
    """f = (x + y) z of lesson 2: gradients -4, -4, 3."""
    x, y, z = graph.Node(-2.0), graph.Node(5.0), graph.Node(-4.0)
    q = x + y
    return q * z, {"x": x, "y": y, "z": z, "q": q}


def branching():
    """J = t sin(t) + t x with t = x y: t is used three times and x twice."""
    x, y = graph.Node(0.7), graph.Node(1.3)
    t = x * y
    return t * graph.sin(t) + t * x, {"x": x, "y": y, "t": t}


def neuron():
    """A sigmoid unit gate by gate, 15 nodes, two of them constants."""
    w0, x0, w1, x1, w2 = map(graph.Node, (2.0, -1.0, -3.0, -2.0, -3.0))
    h = 1.0 / (1.0 + graph.exp(-(w0 * x0 + w1 * x1 + w2)))
    return h, {"w0": w0, "x0": x0, "w1": w1, "x1": x1, "w2": w2, "h": h}


def doubled():
    a = graph.Node(1.5)
    b = a + a
    return b + b, {"a": a, "b": b}


def network(D=2, M=3):
    """A network with one hidden layer, every weight a node of its own; 39 nodes."""
    rng = np.random.default_rng(0)
    x = [graph.Node(value) for value in rng.normal(size=D)]
    output = graph.Node(0.2)
    for _ in range(M):
        a = graph.Node(rng.normal())
        for x_i in x:
            a = a + graph.Node(rng.normal()) * x_i
        output = output + graph.Node(rng.normal()) * graph.sigmoid(a)
    return -graph.log(graph.sigmoid(output)), {}


def arrays():
    """The same network on arrays, with every shape there is."""
    rng = np.random.default_rng(0)
    X, W1, b1 = (graph.Node(rng.normal(size=size)) for size in ((5, 2), (3, 2), 3))
    W2, b2 = graph.Node(rng.normal(size=3)), graph.Node(0.5)
    A2 = graph.sigmoid(X @ W1.T + b1) @ W2 + b2
    return graph.softplus(A2).mean(), {"X": X, "W1": W1, "b1": b1, "W2": W2, "b2": b2}


def single():
    a = graph.Node(2.0)
    return a, {"a": a}


EVERY = (product, branching, neuron, doubled, network, arrays, single)


@pytest.fixture(params=EVERY, ids=lambda build: build.__name__)
def every_graph(request):
    """An output and the names of some nodes, of each graph in turn."""
    return request.param()


@pytest.fixture
def graphs():
    """The functions that build the graphs, by name."""
    return SimpleNamespace(**{build.__name__: build for build in EVERY})
