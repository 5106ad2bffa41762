"""Gradients equal PyTorch's to 1e-12 relative: whole networks, and every function of the graph."""

import numpy as np
import pytest

from course import graph
from course.activations import ACTIVATIONS
from course.gradcheck import relative_error
from course.graph import Node
from course.losses import LOSSES
from course.mlp import MLP

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install torch")
F = torch.nn.functional
TORCH_ACTIVATIONS = {
    "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu,
    "softplus": lambda a: F.softplus(a, threshold=1e9), "identity": lambda a: a,
}  # fmt: skip


def torch_loss(name, output, Y):
    N = len(output)
    if name == "quadratic":
        return 0.5 * ((output - Y) ** 2).sum() / N
    if name == "softmax_cross_entropy":
        return F.cross_entropy(output, Y)
    if name == "sigmoid_cross_entropy":
        return F.binary_cross_entropy_with_logits(output, Y, reduction="sum") / N
    return F.binary_cross_entropy(output, Y, reduction="sum") / N


def random_network(seed):
    """A random architecture: depth 1 to 6, any activations, loss, penalty and batch size."""
    rng = np.random.default_rng(seed)
    depth = int(rng.integers(1, 7))
    widths = rng.integers(1, 9, size=depth + 1).tolist()
    loss = sorted(LOSSES)[seed % len(LOSSES)]
    activations = rng.choice(sorted(ACTIVATIONS), size=depth).tolist()
    if loss == "binary_cross_entropy":
        activations[-1] = "sigmoid"
    network = MLP(widths, activations, loss, reg=float(rng.choice([0.0, 0.2])), rng=rng)
    network.parameters += 0.1 * rng.normal(size=network.parameters.size)
    N, C = int(rng.integers(1, 9)), widths[-1]
    X = rng.normal(size=(N, widths[0]))
    Y = rng.integers(0, C, N) if loss == "softmax_cross_entropy" else rng.uniform(size=(N, C))
    return network, X, Y


@pytest.mark.parametrize("seed", range(80))
def test_loss_and_gradients_of_random_networks(seed):
    network, X, Y = random_network(seed)
    W = [torch.tensor(W, requires_grad=True) for W in network.W]
    b = [torch.tensor(b, requires_grad=True) for b in network.b]
    H = torch.tensor(X)
    for name, weight, bias in zip(network.activations, W, b, strict=True):
        H = TORCH_ACTIVATIONS[name](F.linear(H, weight, bias))
    J = torch_loss(network.loss_name, H, torch.tensor(Y))
    J = J + 0.5 * network.reg * sum((weight**2).sum() for weight in W)
    J.backward()
    loss, _ = network.loss_and_gradients(X, Y)
    assert loss == pytest.approx(J.item(), rel=1e-12)
    for ours, theirs in zip([*network.dW, *network.db], [*W, *b], strict=True):
        assert relative_error(ours, theirs.grad.numpy(), floor=1e-9) < 1e-12


FUNCTIONS = {
    "add": (lambda m, a, b: a + b, (2, 3), (3,)),
    "subtract": (lambda m, a, b: a - b, (2, 1), (2, 3)),
    "multiply": (lambda m, a, b: a * b, (1, 3), (2, 1)),
    "divide": (lambda m, a, b: a / b, (2, 3), ()),
    "power": (lambda m, a, b: a**b, (2, 3), (3,)),
    "matmul": (lambda m, a, b: a @ b, (2, 3), (3, 4)),
    "matmul vector": (lambda m, a, b: a @ b, (2, 3), (3,)),
    "maximum": (lambda m, a, b: m.maximum(a, b), (2, 3), (2, 3)),
    "exp": (lambda m, a, b: m.exp(a) + b, (2, 3), (3,)),
    "log": (lambda m, a, b: m.log(a) + b, (2, 3), (3,)),
    "sin": (lambda m, a, b: m.sin(a) * b, (2, 3), (3,)),
    "cos": (lambda m, a, b: m.cos(a) * b, (2, 3), (3,)),
    "tanh": (lambda m, a, b: m.tanh(a) * b, (2, 3), (3,)),
    "sigmoid": (lambda m, a, b: m.sigmoid(a) * b, (2, 3), (3,)),
    "relu": (lambda m, a, b: m.relu(a - b), (2, 3), (3,)),
    "softplus": (lambda m, a, b: (F if m is torch else m).softplus(a) * b, (2, 3), (3,)),
    "softmax": (lambda m, a, b: rows(m, "softmax", a) * b, (2, 3), (3,)),
    "log_softmax": (lambda m, a, b: rows(m, "log_softmax", a) * b, (2, 3), (3,)),
    "sum": (lambda m, a, b: a.sum(0) * b, (2, 3), (3,)),
    "mean": (lambda m, a, b: a.mean(1) * b, (2, 3), (2,)),
    "index": (lambda m, a, b: a[:, 1] * b, (2, 3), (2,)),
    "repeated index": (lambda m, a, b: a[[0, 1, 0]] * b, (2, 3), (3,)),
    "transpose": (lambda m, a, b: a.T * b, (2, 3), (2,)),
    "reshape": (lambda m, a, b: a.reshape(3, 2) * b, (2, 3), (2,)),
}


def rows(module, name, a):
    function = getattr(module, name)
    return function(a, dim=-1) if module is torch else function(a)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_of_the_graph_forward_and_backward(name):
    compute, left, right = FUNCTIONS[name]
    rng = np.random.default_rng(2)
    a, b = rng.uniform(0.3, 2.0, size=left), rng.uniform(0.3, 2.0, size=right)
    x, y = Node(a), Node(b)
    p, q = torch.tensor(a, requires_grad=True), torch.tensor(b, requires_grad=True)
    ours, theirs = compute(graph, x, y), compute(torch, p, q)
    upstream = rng.normal(size=ours.shape)
    ours.backward(upstream)
    theirs.backward(torch.tensor(upstream))
    assert relative_error(ours.value, theirs.detach().numpy()) < 1e-14
    assert relative_error(x.grad, p.grad.numpy()) < 1e-12
    assert relative_error(y.grad, q.grad.numpy()) < 1e-12
