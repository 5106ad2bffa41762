"""Right answers to lesson 2, written differently: `name__how`. Every one must be accepted."""

import functools
import math

import numpy as np

from autograder.reference import find_reference

Node = find_reference("02_computational_graphs").namespace["Node"]


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def xyz_grads__in_one(x, y, z):
    return 1 / z, 1 / z, -1 / z, (y - x) / z**2


def xyz_grads__through_the_value(x, y, z):
    f = (x - y) / z
    dq = z**-1.0
    return [dq, dq, -dq, -f / z]


def binary_rule__table(op, a, b):
    return {
        "+": (1, 1),
        "-": (1, -1),
        "*": (b, a),
        "/": (1 / b, -(a / b) / b),
        "max": (int(a >= b), int(b > a)),
    }[op]


def binary_rule__arrays(op, a, b):
    if op in "+-":
        return np.array([1.0, 1.0 if op == "+" else -1.0])
    if op == "max":
        return np.array([np.heaviside(a - b, 0.5), np.heaviside(b - a, 0.5)])
    return (b, a) if op == "*" else [b**-1, -a * b**-2]


def unary_rule__from_the_output(op, a):
    rules = {
        "neg": lambda: -1,
        "inverse": lambda: -((1 / a) ** 2),
        "exp": lambda: math.exp(a),
        "log": lambda: a**-1,
        "sin": lambda: math.cos(a),
        "cos": lambda: math.sin(-a),
        "tanh": lambda: 1 / math.cosh(a) ** 2,
        "sigmoid": lambda: math.exp(-a) / (1 + math.exp(-a)) ** 2,
    }
    return rules[op]()


def unary_rule__match(op, a):
    match op:
        case "neg":
            return np.float64(-1.0)
        case "inverse":
            return np.array(-1 / a / a)
        case "exp":
            return np.exp(a)
        case "log":
            return np.array(1 / a)
        case "sin" | "cos":
            return np.cos(a) if op == "sin" else -np.sin(a)
        case "tanh":
            return 4 * sigmoid(2 * a) * sigmoid(-2 * a)
        case _:
            return sigmoid(a) * sigmoid(-a)


def neuron_gates__dictionary(w0, x0, w1, x1, w2):
    h = sigmoid(w0 * x0 + w1 * x1 + w2)
    d = {"u": -(h**2)}
    d["e"] = d["u"]
    d["n"] = d["e"] * (1 / h - 1)
    d["a"] = -d["n"]
    d |= dict.fromkeys(("s", "p", "q", "w2"), d["a"])
    for w, x, value, name in ((w0, x0, "p", "0"), (w1, x1, "q", "1")):
        d["w" + name], d["x" + name] = d[value] * x, d[value] * w
    return [d[n] for n in ("u", "e", "n", "a", "s", "p", "q", "w0", "x0", "w1", "x1", "w2")]


def neuron_gates__collected(w0, x0, w1, x1, w2):
    a = w0 * x0 + w1 * x1 + w2
    du = -1 / (1 + np.exp(-a)) ** 2
    da = np.exp(-a) / (1 + np.exp(-a)) ** 2
    return np.array([du, du, -da, da, da, da, da, da * x0, da * w0, da * x1, da * w1, da])


def neuron_one_gate__quotient(w0, x0, w1, x1, w2):
    e = math.exp(-(w0 * x0 + w1 * x1 + w2))
    da = e / (1 + e) ** 2
    return [da, da * x0, da * w0, da * x1, da * w1, da]


def neuron_one_gate__array(w0, x0, w1, x1, w2):
    a = np.dot([w0, w1, w2], [x0, x1, 1.0])
    return sigmoid(a) * sigmoid(-a) * np.array([1, x0, w0, x1, w1, 1])


def branch_grad__collected(x, y):
    t = x * y
    dt = math.sin(t) + t * math.cos(t) + x
    return dt, dt * y + t, dt * x


def branch_grad__accumulated_from_zero(x, y):
    t, grads = x * y, dict.fromkeys("txy", 0.0)
    for contribution in (x, np.sin(t), t * np.cos(t)):
        grads["t"] += contribution
    grads["x"] += grads["t"] * y
    grads["y"] += grads["t"] * x
    grads["x"] += t
    return [grads[name] for name in "txy"]


def topological_order__count_uses(output):
    uses, todo, seen = {}, [output], {id(output)}
    while todo:
        for parent in todo.pop().parents:
            uses[id(parent)] = uses.get(id(parent), 0) + 1
            if id(parent) not in seen:
                seen.add(id(parent))
                todo.append(parent)
    order, ready = [], [output]
    while ready:
        node = ready.pop(0)
        order.append(node)
        for parent in node.parents:
            uses[id(parent)] -= 1
            if uses[id(parent)] == 0:
                ready.append(parent)
    return order


def topological_order__stack(output):
    order, stack = [], [(output, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.insert(0, node)
        elif node not in order:
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    kept = []
    for node in reversed(order):
        if node not in kept:
            kept.append(node)
    return kept[::-1]


def topological_order__recursive_lists(output):
    def behind(node, found):
        if node in found:
            return found
        for parent in node.parents:
            found = behind(parent, found)
        return [*found, node]

    return tuple(reversed(behind(output, [])))


def topological_order__longest_distance(output):
    depth = {}

    def visit(node, level):
        if depth.get(node, -1) < level:
            depth[node] = level
            for parent in node.parents:
                visit(parent, level + 1)

    visit(output, 0)
    return sorted(depth, key=depth.get)


@functools.lru_cache
def topological_order__cached(output):
    found = [parent for node in output.parents for parent in topological_order__cached(node)]
    return [output, *reversed(dict.fromkeys(reversed(found)))]


def backpropagate__indices(order):
    for i in range(len(order)):
        order[i].grad = 1.0 if i == 0 else 0
    for node in order:
        for i in range(len(node.parents)):
            node.parents[i].grad = node.parents[i].grad + node.grad * node.local_grads[i]


def backpropagate__collected_first(order):
    grads = {id(node): 0.0 for node in order} | {id(order[0]): 1.0}
    for node in order:
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            grads[id(parent)] += grads[id(node)] * local
    for node in order:
        node.grad = np.float64(grads[id(node)])
    return grads


def backpropagate__looks_for_users(order):
    for node in order:
        node.grad = float(node is order[0]) + sum(
            user.grad * local
            for user in order
            for parent, local in zip(user.parents, user.local_grads, strict=True)
            if parent is node
        )


def add__attributes(x, y):
    node = Node(x.value + y.value)
    node.parents = (x, y)
    node.local_grads = (1, 1)
    node.op = "+"
    return node


def add__lists(x, y):
    return Node(value=sum([x.value, y.value]), parents=[y, x], op="+", local_grads=[1.0] * 2)


def multiply__attributes(x, y):
    node = Node(x.value * y.value, op="*")
    node.parents, node.local_grads = [x, y], [y.value, x.value]
    return node


def multiply__both_exchanged(x, y):
    return Node(y.value * x.value, (y, x), "*", (x.value, y.value))


def multiply__arrays_without_axes(x, y):
    a, b = np.array(x.value), np.array(y.value)
    return Node(np.array(a * b), (x, y), "*", (b, a))


def apply__attributes(f, f_prime, op, x):
    a = x.value
    node = Node(f(a), op=op)
    node.parents = [x]
    node.local_grads = np.array([f_prime(a)]).tolist()
    return node


def apply__keywords(f, f_prime, op, x):
    return Node(local_grads=tuple(map(f_prime, [x.value])), parents=(x,), op=op, value=f(x.value))


def linear_backward__einsum(da, W, x):
    return np.einsum("m,d->md", da, x), 1.0 * da, np.einsum("m,md->d", da, W)


def linear_backward__loops(da, W, x):
    dW, dx = np.zeros(W.shape), np.zeros(len(x))
    for j in range(len(da)):
        for i in range(len(x)):
            dW[j, i] = da[j] * x[i]
            dx[i] += da[j] * W[j, i]
    return dW, da, dx


def linear_backward__columns(da, W, x):
    return [da[:, None] @ x[None, :], da, da @ W]


def sigmoid_backward__quotient(dh, a):
    return dh * np.exp(-a) / (1 + np.exp(-a)) ** 2


def sigmoid_backward__list(dh, a):
    return [g * sigmoid(s) * sigmoid(-s) for g, s in zip(dh, a, strict=True)]


def sigmoid_backward__jacobian(dh, a):
    return np.diag(sigmoid(a) - sigmoid(a) ** 2) @ dh


def cross_entropy_backward__one_quotient(y_hat, y):
    return (y_hat - y) / (y_hat * (1 - y_hat))


def cross_entropy_backward__negated(y_hat, y):
    return np.array(-(y / y_hat + (1 - y) / (y_hat - 1)))


def modules_grads__one_step_for_loss_and_sigmoid(W1, b1, W2, b2, x, y):
    h = sigmoid(W1 @ x + b1)
    da2 = sigmoid(W2 @ h + b2) - y
    da1 = da2 @ W2 * (h - h**2)
    return np.einsum("m,d->md", da1, x), da1, da2[:, None] * h, da2


def modules_grads__modules(W1, b1, W2, b2, x, y):
    a1 = W1 @ x + b1
    h = sigmoid(a1)
    a2 = W2 @ h + b2
    y_hat = sigmoid(a2)
    dy_hat = np.array([cross_entropy_backward__one_quotient(y_hat[0], y)])
    da2 = sigmoid_backward__quotient(dy_hat, a2)
    dW2, db2, dh = linear_backward__loops(da2, W2, h)
    dW1, db1, _ = linear_backward__columns(sigmoid_backward__jacobian(dh, a1), W1, x)
    return [dW1, db1, dW2, db2]


def modules_grads__loops(W1, b1, W2, b2, x, y):
    M, D = W1.shape
    h = [sigmoid(sum(W1[j, i] * x[i] for i in range(D)) + b1[j]) for j in range(M)]
    delta = sigmoid(sum(W2[0, j] * h[j] for j in range(M)) + b2[0]) - y
    db1 = [delta * W2[0, j] * h[j] * (1 - h[j]) for j in range(M)]
    return [[d * x_i for x_i in x] for d in db1], db1, [[delta * h_j for h_j in h]], [delta]
