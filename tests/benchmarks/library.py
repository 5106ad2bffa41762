"""Times the reference library beside its peers, in one process, on one BLAS thread.

    pip install -e '.[bench]' && python tests/benchmarks/library.py

Every figure is a ratio of medians taken side by side; what a machine does to one side it does to
the other. Nothing here is asserted: the table is for people.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

import gc
import random
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from tabulate import tabulate

from course import graph
from course.datasets import digits
from course.gradcheck import CBRT_UNIT, check_model
from course.graph import Node, topological_order
from course.mlp import MLP
from course.optim import accuracy, train

SIZES = (
    (784, 512, 10, 512),
    (784, 128, 10, 128),
    (64, 128, 10, 128),
    (64, 32, 10, 32),
    (2, 8, 2, 32),
)
REACH = ("<= 1.12", "<= 1.06", "<= 1.35", "<= 2.6", "<= 5")


def side_by_side(calls: dict[str, Callable[[], object]], seconds: float = 1.5) -> dict[str, float]:
    """Return the median time of each call; they take turns, so that drift hits all alike.

    A turn is a burst of 20 ms, its first call left out: in training, too, a step follows its like.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    deadline = time.perf_counter() + seconds * len(calls)
    while time.perf_counter() < deadline:
        for name, call in calls.items():
            call()
            end = time.perf_counter() + 0.02
            times[name].append(timed(call))
            while time.perf_counter() < end:
                times[name].append(timed(call))
    return {name: statistics.median(values) for name, values in times.items()}


def block_by_block(
    calls: dict[str, Callable[[], object]], seconds: float = 4.0
) -> dict[str, float]:
    """Return the median time of each call, one after the other, the garbage collected in between.

    A peer that leaves reference cycles behind then pays for them itself.
    """
    medians = {}
    for name, call in calls.items():
        gc.collect()
        times, deadline = [timed(call)], time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            times.append(timed(call))
        medians[name] = statistics.median(times)
    return medians


def timed(call: Callable[[], object]) -> float:
    """Return how long a call takes, in seconds."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def step_over_its_products() -> list[list[str]]:
    """Time loss and all gradients of a relu network over its own five matrix products."""
    rows = []
    for (D, M, C, N), reach in zip(SIZES, REACH, strict=True):
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(N, D)), rng.integers(0, C, N)
        network = MLP([D, M, C], "relu", rng=rng)
        calls = {
            "products": five_products(X, network),
            "course": lambda network=network, X=X, y=y: network.loss_and_gradients(X, y),
            "plain NumPy": plain_numpy(X, y, network),
            **torch_step(X, y, network),
            **autograd_step(X, y, network),
            **sklearn_step(X, y, M),
        }
        times = side_by_side(calls)
        ratios = {name: times[name] / times["products"] for name in list(calls)[1:]}
        peers = ", ".join(f"{name} {ratio:.2f}" for name, ratio in list(ratios.items())[1:])
        rows.append(
            [f"step / its products, {D}-{M}-{C}-{N}", f"{ratios['course']:.2f}", reach, peers]
        )
    return rows


def five_products(X: np.ndarray, network: MLP) -> Callable[[], None]:
    """Return the matrix products of one step, nothing else."""
    (W1, W2), N = network.W, len(X)
    H, A = np.empty((N, len(W1))), np.empty((N, len(W2)))
    dH, dW1, dW2 = np.empty_like(H), np.empty_like(W1), np.empty_like(W2)

    def products() -> None:
        np.dot(X, W1.T, out=H)
        np.dot(H, W2.T, out=A)
        np.dot(A.T, H, out=dW2)
        np.dot(A, W2, out=dH)
        np.dot(dH.T, X, out=dW1)

    return products


def plain_numpy(X: np.ndarray, y: np.ndarray, network: MLP) -> Callable[[], object]:
    """Return the step as one writes it first, every line a new array."""
    (W1, W2), (b1, b2), rows = network.W, network.b, np.arange(len(y))

    def step() -> object:
        A1 = X @ W1.T + b1
        H = np.maximum(A1, 0)
        A2 = H @ W2.T + b2
        E = np.exp(A2 - A2.max(axis=1, keepdims=True))
        P = E / E.sum(axis=1, keepdims=True)
        loss = -np.log(P[rows, y]).mean()
        P[rows, y] -= 1
        dA2 = P / len(y)
        dA1 = dA2 @ W2 * (A1 > 0)
        return loss, dA1.T @ X, dA1.sum(axis=0), dA2.T @ H, dA2.sum(axis=0)

    return step


def torch_step(X: np.ndarray, y: np.ndarray, network: MLP) -> dict[str, Callable[[], object]]:
    """Return PyTorch's step, eager, on the CPU."""
    import torch

    torch.set_num_threads(1)
    Xt, yt = torch.tensor(X), torch.tensor(y)
    W = [torch.tensor(W, requires_grad=True) for W in network.W]
    b = [torch.tensor(b, requires_grad=True) for b in network.b]

    def step() -> object:
        H = torch.relu(torch.nn.functional.linear(Xt, W[0], b[0]))
        loss = torch.nn.functional.cross_entropy(torch.nn.functional.linear(H, W[1], b[1]), yt)
        return torch.autograd.grad(loss, [*W, *b])

    return {"PyTorch": step}


def autograd_step(X: np.ndarray, y: np.ndarray, network: MLP) -> dict[str, Callable[[], object]]:
    """Return the step through HIPS autograd."""
    import autograd
    import autograd.numpy as anp
    from autograd.scipy.special import logsumexp

    rows = np.arange(len(y))

    def loss(parameters: list) -> object:
        W1, b1, W2, b2 = parameters
        A = anp.dot(anp.maximum(anp.dot(X, W1.T) + b1, 0), W2.T) + b2
        return anp.mean(logsumexp(A, axis=1) - A[rows, y])

    both = autograd.value_and_grad(loss)
    parameters = [network.W[0], network.b[0], network.W[1], network.b[1]]
    return {"autograd": lambda: both(parameters)}


def sklearn_step(X: np.ndarray, y: np.ndarray, M: int) -> dict[str, Callable[[], object]]:
    """Return scikit-learn's partial_fit on the batch, which takes an sgd step as well."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier((M,), solver="sgd", batch_size=len(X), alpha=0.0)
    classes = np.arange(y.max() + 1)
    return {"scikit-learn": lambda: model.partial_fit(X, y, classes=classes)}


def scalar_graph() -> list[list[str]]:
    """Time MLP(2, [16, 16, 1]) on a scalar graph, per node, against micrograd and PyTorch."""
    from micrograd.engine import Value

    rows = []
    for examples, reach in ((1, ">= 2"), (20, ">= 10"), (40, ">= 10")):
        calls = {
            "course": scalar_step(Node, graph.relu, examples),
            "micrograd": scalar_step(Value, lambda node: node.relu(), examples),
        }
        loss = scalar_loss(scalar_parameters(Node), Node, graph.relu, examples)
        nodes = len(topological_order(loss))
        del loss
        times = block_by_block(calls)
        micro = {name: 1e6 * value / nodes for name, value in times.items()}
        peers = ", ".join(f"{name} {value:.2f} us" for name, value in micro.items())
        faster = f"{times['micrograd'] / times['course']:.1f}x"
        rows.append([f"scalar graph, {nodes} nodes, faster than micrograd", faster, reach, peers])
    calls = torch_scalar(1) | {"course": scalar_step(Node, graph.relu, 1)}
    times = block_by_block(calls)
    faster = f"{times['PyTorch'] / times['course']:.1f}x"
    return [*rows, ["scalar graph, one example, faster than PyTorch", faster, "> 1", ""]]


def scalar_step(leaf: Callable, relu: Callable, examples: int) -> Callable[[], object]:
    """Return building, going forward and backward, on parameters that are there already."""
    parameters = scalar_parameters(leaf)
    return lambda: scalar_loss(parameters, leaf, relu, examples).backward()


def scalar_parameters(leaf: Callable) -> list:
    """Return weights and bias of every neuron of MLP(2, [16, 16, 1])."""
    rng = random.Random(0)
    return [
        [[leaf(rng.uniform(-1, 1)) for _ in range(D + 1)] for _ in range(M)]
        for D, M in pairwise((2, 16, 16, 1))
    ]


def scalar_loss(parameters: list, leaf: Callable, relu: Callable, examples: int) -> object:
    """Return the mean squared output, with micrograd's penalty on every parameter."""
    total = leaf(0.0)
    for n in range(examples):
        x = [leaf(0.3 + 0.01 * n), leaf(0.4 - 0.01 * n)]
        for k, layer in enumerate(parameters):
            sums = [
                sum((w * xi for w, xi in zip(unit, x, strict=False)), unit[-1]) for unit in layer
            ]
            x = sums if k == 2 else [relu(s) for s in sums]
        total = total + x[0] * x[0]
    penalty = sum((p * p for layer in parameters for unit in layer for p in unit), leaf(0.0))
    return total * (1.0 / examples) + penalty * 1e-4


def torch_scalar(examples: int) -> dict[str, Callable[[], object]]:
    """Return the same with a PyTorch scalar tensor for each node."""
    import torch

    def leaf(value: float) -> torch.Tensor:
        return torch.tensor(value, dtype=torch.float64, requires_grad=True)

    return {"PyTorch": scalar_step(leaf, torch.relu, examples)}


def step_through_the_graph() -> list[list[str]]:
    """Time the same step through `graph` and through `mlp`."""
    D, M, C, N = SIZES[1]
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(N, D)), rng.integers(0, C, N)
    network = MLP([D, M, C], "relu", rng=rng)
    one_hot = np.eye(C)[y] / N

    W1, W2, b1, b2 = map(Node, [*network.W, *network.b])
    data, targets = graph.constant(X), graph.constant(one_hot)

    def through_graph() -> None:
        H = graph.relu(data @ W1.T + b1)
        J = -(graph.log_softmax(H @ W2.T + b2) * targets).sum()
        J.backward()

    times = side_by_side({"graph": through_graph, "mlp": lambda: network.loss_and_gradients(X, y)})
    return [[f"step through graph / mlp, {D}-{M}-{C}-{N}", f"{times['graph'] / times['mlp']:.2f}",
             "<= 1.3", ""]]  # fmt: skip


def whole_model_check() -> list[list[str]]:
    """Time `check_model` against the plain loop, of which 2,000 entries are run."""
    rng = np.random.default_rng(0)
    network = MLP([784, 128, 10], "tanh", rng=rng)
    X, y = rng.normal(size=(16, 784)), rng.integers(0, 10, 16)
    start = time.perf_counter()
    reports = check_model(network, X, y)
    quick = time.perf_counter() - start
    fast = np.concatenate([report.numeric.ravel() for report in reports])
    w = network.parameters
    chosen = rng.choice(w.size, 2000, replace=False)
    largest = 0.0
    start = time.perf_counter()
    for i in chosen:
        here, eps = w[i], CBRT_UNIT * max(1.0, abs(w[i]))
        w[i] = here + eps
        above = network.loss(X, y)
        w[i] = here - eps
        below = network.loss(X, y)
        w[i] = here
        largest = max(largest, abs((above - below) / (2 * eps) - fast[i]))
    plain = (time.perf_counter() - start) * w.size / len(chosen)
    told = f"{quick:.2f} s for {w.size:,} entries, largest difference {largest:.0e}"
    return [["check_model, faster than the plain loop", f"{plain / quick:.0f}x", ">= 30", told]]


def import_time() -> list[list[str]]:
    """Time `import course` over `import numpy`, each in a fresh interpreter."""

    def importing(module: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", f"import {module}"], check=True)

    times = side_by_side({"course": importing("course"), "numpy": importing("numpy")}, seconds=3)
    ratio = times["course"] / times["numpy"]
    return [["import course / import numpy", f"{ratio:.2f}", "<= 1.15", ""]]


def digits_against_sklearn() -> list[list[str]]:
    """Train 64-64-10 on the digits, 30 epochs of adam, beside scikit-learn; 11 seeds."""
    from sklearn.neural_network import MLPClassifier

    ours, theirs = [], []
    for seed in range(11):
        X, y, X_test, y_test = digits(seed)
        start = time.perf_counter()
        network = MLP([64, 64, 10], "relu", rng=np.random.default_rng(seed), sigma=2**0.5)
        train(network, X, y, epochs=30, batch=32, lr=1e-3, progress=False)
        ours.append((time.perf_counter() - start, accuracy(network, X_test, y_test)))
        model = MLPClassifier((64,), batch_size=32, max_iter=30, alpha=0.0, random_state=seed)
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 30 epochs are no convergence, and need not be
            model.fit(X, y)
        theirs.append((time.perf_counter() - start, model.score(X_test, y_test)))
    (t, a), (t_peer, a_peer) = np.median(ours, axis=0), np.median(theirs, axis=0)
    told = f"{t:.2f} s, scikit-learn {a_peer:.3f} in {t_peer:.2f} s"
    return [["digits, test accuracy after 30 epochs", f"{a:.3f}", "equal, and faster", told]]


def main() -> None:
    """Print the table."""
    rows = []
    for measure in (
        scalar_graph,  # first: what the others import would be the garbage collector's burden
        step_over_its_products,
        step_through_the_graph,
        whole_model_check,
        import_time,
        digits_against_sklearn,
    ):
        print(f"measuring: {measure.__name__}", file=sys.stderr)
        rows += measure()
    print(tabulate(rows, ["what", "course", "reach", "beside"], disable_numparse=True))


if __name__ == "__main__":
    main()
