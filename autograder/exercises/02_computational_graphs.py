"""Lesson 2, computational graphs: how each exercise is tried, helped and known to go wrong.

The engine's parts are tried by drivers, on graphs that are built here: no part needs another one of
the student's. A graph is told as a short program, such as "b = a + a", so that reports can show it.
"""

import inspect
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.asks import Gradient, Value
from autograder.cases import away_from_zero, different_sizes, untapped
from autograder.exercise import Exercise, Family, Mistake, Prediction
from autograder.student.calling import WrongAnswerError
from course import activations

WAVELESS_GATES = ("neg", "inverse", "exp", "log", "tanh", "sigmoid")
FUNCTIONS = {
    "tanh": (activations.tanh, activations.tanh_grad),
    "softplus": (activations.softplus, activations.softplus_grad),
}
# operation: the value, and the local derivatives by each of its inputs
OPERATIONS = {
    "+": (operator.add, lambda a, b: (1.0, 1.0)),
    "*": (operator.mul, lambda a, b: (b, a)),
    "sin": (np.sin, lambda a: (float(np.cos(a)),)),
    "exp": (np.exp, lambda a: (float(np.exp(a)),)),
}


# Formulas, with every intermediate quantity that is asked for tapped.

def quotient_table(x, y, z, tap=untapped):
    """Return f = (x - y) / z."""
    return tap("q", x - y) / z


def binary_forward(op, a, b):
    """Return the output of a gate with two inputs."""
    return {"+": a + b, "-": a - b, "*": a * b, "/": a / b, "max": max(a, b)}[op]


def neuron_table(w0, x0, w1, x1, w2, tap=untapped):
    """Return h = sigmoid(w0 x0 + w1 x1 + w2), gate by gate."""
    s = tap("s", tap("p", w0 * x0) + tap("q", w1 * x1))
    n = tap("n", -tap("a", s + w2))
    return 1 / tap("u", 1 + tap("e", np.exp(n)))


def branching_table(x, y, tap=untapped):
    """Return J = t sin(t) + t x with t = x y."""
    t = tap("t", x * y)
    return t * np.sin(t) + t * x


def linear_table(W, x, tap=untapped):
    """Return a = W x + b; no derivative depends on b, so 0 stands for it."""
    return W @ x + tap("b", np.zeros(len(W)))


# Programs and the graphs that they describe.


def steps(program: str) -> Iterator[tuple[str, str, list[str]]]:
    """Return (name, operation, names of the operands) for each line of a program."""
    for line in program.splitlines():
        name, formula = line.split(" = ")
        if formula.endswith(")"):
            operation, operand = formula[:-1].split("(")
            yield name, operation, [operand]
        else:
            left, operation, right = formula.split()
            yield name, operation, [left, right]


def run_program(program, x, y, tap=untapped):
    """Return the last value that a program computes."""
    value, values = x, {"x": x, "y": y}
    for name, operation, operands in steps(program):
        compute, _ = OPERATIONS[operation]
        value = values[name] = tap(name, compute(*(values[operand] for operand in operands)))
    return value


def node_class(fn: Callable[..., Any]) -> type:
    """Return the `Node` of the notebook that a function stands in, under decorators too."""
    names = inspect.unwrap(fn).__globals__
    if "Node" not in names:
        raise WrongAnswerError("needs `Node`: run the cell that defines it first.")
    return names["Node"]


def build(Node: type, program: str, x: float, y: float) -> dict[str, Any]:
    """Return the nodes of a program by name, each after those that it uses, the output last."""
    nodes = {"x": Node(x), "y": Node(y)}
    for name, operation, operands in steps(program):
        compute, local_grads = OPERATIONS[operation]
        parents = tuple(nodes[operand] for operand in operands)
        values = [parent.value for parent in parents]
        nodes[name] = Node(float(compute(*values)), parents, operation, local_grads(*values))
    used, todo = set(), [name]
    while todo:
        name = todo.pop()
        used.add(name)
        todo += [other for other in nodes if any(nodes[other] is p for p in nodes[name].parents)]
    return {name: node for name, node in nodes.items() if name in used}


def forked_program(rng: np.random.Generator) -> str:
    """Return a program in which paths fork and meet again, the longer one second, then first."""
    lines = ("a = x {} y", "b = a {} y", "c = b {} y", "d = a {} c", "e = d {} c",
             "f = e {} x", "g = f {} y", "h = g {} e", "i = g {} h")  # fmt: skip
    return "\n".join(line.format(rng.choice(["+", "*"])) for line in lines)


def is_number(value: Any) -> bool:
    """Return whether something is one number, perhaps an array without axes."""
    array = isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "fiu"
    return array or isinstance(value, int | float | np.number)


def kind(value: Any) -> str:
    """Return what something is, in words: "a number", "a list"."""
    if value is None:
        return "nothing"
    if is_number(value):
        return "a number"
    if callable(value):
        return "a function"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def contents(node: Any) -> dict[str, Any]:
    """Return what a node holds, a list of parents as it is now."""
    parents = node.parents
    return vars(node) | {"parents": tuple(parents) if isinstance(parents, list) else parents}


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return which entries of what a node held are not what they were, or are new."""
    pairs = {field: (before.get(field), after.get(field)) for field in before | after}
    return [field for field, (a, b) in pairs.items() if a is not b and not np.array_equal(a, b)]


def try_order(fn, program, x, y):
    """Return the topological order of a program's graph by the names of the nodes.

    The graph has been gone back through from other outputs: only its own output's grad is 0.
    """
    Node = node_class(fn)
    nodes = build(Node, program, x, y)
    for node in list(nodes.values())[:-1]:
        node.grad = 1.0
    before = {name: contents(node) for name, node in nodes.items()}
    order = fn(list(nodes.values())[-1])
    for name, node in nodes.items():
        for field in changed(before[name], contents(node)):
            raise WrongAnswerError(
                f"after the call, the node of {name} has "
                f"{'another' if field in before[name] else 'a new'} `{field}`, but no node is to "
                "be changed."
            )
    if not isinstance(order, list | tuple):
        raise WrongAnswerError(f"returned {kind(order)}, but should return a list of nodes.")
    name_of = {id(node): name for name, node in nodes.items()}
    for i, node in enumerate(order):
        if not isinstance(node, Node):
            raise WrongAnswerError(f"order[{i}] is {kind(node)}, but should be a Node.")
        if id(node) not in name_of:
            raise WrongAnswerError(
                f"order[{i}] is a node that is not in this graph: is it a copy, or left over from "
                "an earlier call?"
            )
    return [name_of[id(node)] for node in order]


def read_order(names, reference, program, x, y):
    """Put a topological order to the test: every node once, after all that use it."""
    parents = {"x": [], "y": []} | {name: operands for name, _, operands in steps(program)}
    output = list(parents)[-1] if program else "x"
    used, todo = set(), [output]
    while todo:
        name = todo.pop()
        used.add(name)
        todo += parents[name]
    if not names:
        raise WrongAnswerError(f"the order is empty, but should start with the output, {output}.")
    missing = [name for name in parents if name in used and name not in names]
    if missing:
        one = "node" if len(missing) == 1 else "nodes"
        verb = "is" if len(missing) == 1 else "are"
        raise WrongAnswerError(f"the {one} of {', '.join(missing)} {verb} missing in the order.")
    for name in parents:
        if names.count(name) > 1:
            raise WrongAnswerError(
                f"the node of {name} is in the order {names.count(name)} times, but each should be "
                "there once."
            )
    if names[0] != output:
        raise WrongAnswerError(
            f"the order starts with the node of {names[0]}, but should start with the output, "
            f"{output}."
        )
    for user in filter(used.__contains__, parents):
        for name in parents[user]:
            if names.index(name) < names.index(user):
                raise WrongAnswerError(f"the node of {name} comes before {user}, which uses it.")
    return 1.0


def try_backward(fn, program, x, y):
    """Return the derivatives of all nodes after two calls, which must agree.

    Between them stands a call for the node before the output: it leaves other derivatives.
    """
    nodes = build(node_class(fn), program, x, y)
    order = list(nodes.values())[::-1]
    fn(order)
    first = {name: node.grad for name, node in nodes.items()}
    fn(order[1:])
    fn(order)
    for name, node in nodes.items():
        if np.ndim(first[name]) == np.ndim(node.grad) == 0 and first[name] != node.grad:
            raise WrongAnswerError(
                "a second call with the same order, after one with order[1:], gives another "
                f"derivative: d{name} is {first[name]:.6g} after the first and {node.grad:.6g} "
                "after the second."
            )
    return tuple(nodes[name].grad for name in ("J", "c", "b", "a", "y", "x"))


def operate(fn, op, inputs, *settings):
    """Return the node that an operation gives for some nodes, after a look at its form."""
    before = [contents(node) for node in inputs]
    returned = fn(*settings, *inputs)
    checked_node(node_class(fn), op, returned, inputs)
    for node, held in zip(inputs, before, strict=True):
        for field in changed(held, contents(node)):
            if field in held:  # what else a student keeps in a node is nobody's business
                raise WrongAnswerError(
                    f"changed `{field}` of a node that came in, but that one is only to be read."
                )
    return returned


def checked_node(Node, op, returned, inputs):
    """Raise what is off in the form of a node that an operation returned."""
    names = "x" if len(inputs) == 1 else "x, y"
    if not isinstance(returned, Node):
        what, wanted = kind(returned), "a Node"
        if type(returned).__name__ == "Node":
            what += f" of another class, {type(returned).__module__}.Node"
            wanted += " of the class in your notebook"
        raise WrongAnswerError(f"returned {what}, but should return {wanted}.")
    if any(returned is one for one in inputs):
        raise WrongAnswerError(
            "returned a node that came in, but should return a new Node: none is computed from "
            "itself."
        )
    if isinstance(returned.value, Node):
        raise WrongAnswerError("the node's value is a Node, but should be a number.")
    for field in ("parents", "local_grads"):
        held = getattr(returned, field)
        if not isinstance(held, list | tuple):
            comma = ". A tuple with one entry needs a comma: (x,)" * (len(inputs) == 1)
            raise WrongAnswerError(f"{field} is {kind(held)}, but should be a tuple{comma}.")
        if len(held) != len(inputs):
            raise WrongAnswerError(
                f"{field} has length {len(held)}, but the operation has {len(inputs)} "
                f"input{'s' * (len(inputs) > 1)}."
            )
    for i, parent in enumerate(returned.parents):
        if not any(parent is one for one in inputs):
            what = "another Node" if isinstance(parent, Node) else kind(parent)
            raise WrongAnswerError(
                f"parents[{i}] is {what}, but the parents are the nodes that came in: {names}."
            )
    for i, local in enumerate(returned.local_grads):
        if not is_number(local):
            raise WrongAnswerError(f"local_grads[{i}] is {kind(local)}, but should be a number.")
    if not isinstance(returned.op, str) or returned.op != op:
        what = repr(returned.op) if isinstance(returned.op, str) else kind(returned.op)
        raise WrongAnswerError(f"op is {what}, but should be {op!r}.")


def backward(output):
    """Set grad of every node that this one depends on, walking every path to it by itself."""
    todo = [(output, 1.0)]
    while todo:
        node, grad = todo.pop()
        node.grad += grad
        pairs = zip(node.parents, node.local_grads, strict=True)
        todo += [(parent, local * grad) for parent, local in pairs]


def operation_driver(name: str, op: str) -> Callable[..., tuple[Any, ...]]:
    """Return the driver of an operation on two nodes, which a call such as "add(x, y)" tries."""

    def driver(fn, call, x, y):
        Node = node_class(fn)
        nodes = {"x": Node(x), "y": Node(y)}

        def operation(*inputs):
            try:
                return operate(fn, op, inputs)
            except (TypeError, RecursionError) as error:
                if "unsupported operand" in str(error) or isinstance(error, RecursionError):
                    raise WrongAnswerError(
                        f"computes `{op}` of two nodes, but only numbers can be computed with: "
                        "take the value of each."
                    ) from None
                raise

        output = eval(call, {name: operation}, nodes)
        backward(output)
        return output.value, nodes["x"].grad, nodes["y"].grad

    return driver


def of_numbers(f, name):
    """Return a function that tells whoever gives it a node that it takes a number."""

    def guarded(v):
        if not is_number(v):
            raise WrongAnswerError(
                f"called {name} with {kind(v)}, but {name} takes a number: the value of x."
            )
        return f(v)

    guarded.__name__ = name  # an answer may put it into the node
    return guarded


def try_apply(fn, formula, x):
    """Return the value and the derivative that a formula of functions brings back to x."""
    node = node_class(fn)(x)

    def operation(op):
        f, f_prime = FUNCTIONS[op]
        settings = of_numbers(f, "f"), of_numbers(f_prime, "f_prime"), op
        return lambda inner: operate(fn, op, (inner,), *settings)

    output = eval(formula, {op: operation(op) for op in FUNCTIONS}, {"x": node})
    backward(output)
    return output.value, node.grad


def program_family(name, program, why, equal=False):
    """Return the family of one program, at fresh x and y of either sign."""

    def draw(rng):
        x, y = away_from_zero(rng, 0.4, 1.2), away_from_zero(rng, 0.4, 1.2)
        return {"program": program, "x": x, "y": x if equal else y}

    return Family(name, draw, why)


def call_family(title, call, why, factor=1.0):
    """Return the family of a call of an operation on two nodes; x is taken times `factor`."""
    return Family(
        title,
        lambda rng: {
            "call": call,
            "x": factor * away_from_zero(rng, 1.2, 2.0),
            "y": away_from_zero(rng, 0.3, 0.8),
        },
        why,
    )


def network(rng, inputs, hidden, target):
    """Return the parameters and one example of a network with one output."""
    return {
        "W1": away_from_zero(rng, 0.3, 1.0, (hidden, inputs)),
        "b1": away_from_zero(rng, 0.1, 0.6, hidden),
        "W2": away_from_zero(rng, 0.5, 1.2, (1, hidden)),
        "b2": away_from_zero(rng, 0.1, 0.6, 1),
        "x": away_from_zero(rng, 0.4, 1.2, inputs),
        "y": target,
    }


def neuron_case(rng, low, high):
    """Return weights and inputs of a unit with two inputs; a is not close to 0."""
    while True:
        names = ("w0", "x0", "w1", "x1", "w2")
        case = dict(zip(names, away_from_zero(rng, low, high, 5).tolist(), strict=True))
        a = case["w0"] * case["x0"] + case["w1"] * case["x1"] + case["w2"]
        if 0.3 < abs(a) < 4:
            return case


def gate_family(op):
    """Return the family of one gate with two inputs."""

    def draw(rng):
        b = away_from_zero(rng, 0.4, 2.5)
        return {"op": op, "a": b + away_from_zero(rng, 0.4, 2.5), "b": b}

    return Family(f'the gate "{op}"', draw, "each gate has rules of its own")


def max_family(title, sign, larger, why):
    """Return the family of the maximum of two numbers of one sign, where one is the larger."""

    def draw(rng):
        small = rng.uniform(0.4, 1.5)
        large = small + rng.uniform(0.4, 1.5)
        low, high = sorted((sign * small, sign * large))
        a, b = (high, low) if larger == "a" else (low, high)
        return {"op": "max", "a": a, "b": b}

    return Family(f'the gate "max"{title}', draw, why)


def function_family(op):
    """Return the family of one gate with one input."""

    def draw(rng):
        a = rng.uniform(0.3, 3.0) if op == "log" else away_from_zero(rng, 0.4, 2.5)
        return {"op": op, "a": float(a)}

    return Family(f'the gate "{op}"', draw, "each gate has a rule of its own")


def wave_family(op, where, low, high, signs):
    """Return the family of a sine or cosine where its derivative has one sign."""
    return Family(
        f'the gate "{op}" where it {where}',
        lambda rng: {"op": op, "a": float(rng.uniform(low, high) * rng.choice(signs))},
        "a root of 1 minus the square has one sign only",
    )


XYZ_GRADS = Exercise(
    name="xyz_grads",
    asks=(Gradient(quotient_table, wrt=("q", "x", "y", "z")),),
    withheld=("course.graph",),
    families=(
        Family(
            "numbers of either sign",
            lambda rng: {
                "x": away_from_zero(rng, 2.0, 3.0),
                "y": away_from_zero(rng, 0.3, 1.5),
                "z": away_from_zero(rng, 1.5, 2.5),
            },
            "1/z, 1/z² and z are far apart",
        ),
    ),
    hints=(
        "If y grows by a little, does q grow or shrink? And 1/z, if z grows?",
        "dz: the derivative of 1/z is minus one over z squared, and q stands in front as a factor.",
        "dq is one over z; dx is dq; dy is minus dq; dz is minus q over the square of z.",
    ),
    mistakes=(
        Mistake("sign of y", "dy = dq * -1", "dy = dq * 1",
                "In a difference the second input has the local derivative -1."),
        Mistake("sign of dz", "dz = -q / z**2", "dz = q / z**2",
                "dz has the opposite sign. Which sign has the derivative of 1/z, and is q taken as "
                "x - y?"),
        Mistake("square left out", "z**2", "z",
                "The derivative of 1/z has the square of z in it."),
        Mistake("q left out", "-q / z**2", "-1 / z**2", "q is a factor of f, so also of df/dz."),
        Mistake("upstream left out for x", "dx = dq * 1", "dx = 1",
                "1 is the local derivative: what comes back to the difference?"),
        Mistake("upstream left out for y", "dy = dq * -1", "dy = -1",
                "-1 is the local derivative: what comes back to the difference?"),
        Mistake("rule of the product", "dq = 1 / z", "dq = z",
                "The last gate divides by z, it does not multiply."),
        Mistake("sum for difference", "    q = x - y", "    q = x + y", "q is a difference here."),
        Mistake("order of the outputs", "return dq, dx, dy, dz", "return dx, dy, dz, dq",
                "The outputs are in another order: dq comes first."),
    ),
    equivalent=(  # times 1 and times -1
        "line 6: operator Div",
        "line 6: right side dropped",
        "line 7: operator Div",
    ),
)

BINARY_RULE = Exercise(
    name="binary_rule",
    asks=(Gradient(binary_forward, wrt=("a", "b")),),
    withheld=("course.graph",),
    families=(
        *map(gate_family, "+-*/"),
        max_family(", a is larger", 1, "a", "the sign of b does not tell which is larger"),
        max_family(", b is larger", 1, "b", "it has a rule for either case"),
        max_family(" of two negative numbers", -1, "a", "there the larger one is the smaller in "
                   "size"),
    ),
    hints=(
        "For each gate: if only a grows by a little, how many times as much does the output grow? "
        "And if only b does?",
        "The table has three of the gates. You used the other two in exercise 2.1.",
        "Sum: 1 and 1. Difference: 1 and minus 1. Product: b and a. Quotient: one over b, and "
        "minus a over b squared. Maximum: 1 for the larger input and 0 for the other.",
    ),
    mistakes=(
        Mistake("product not swapped", "return b, a", "return a, b",
                "The gate * swaps: the local derivative for a is the value of b."),
        Mistake("sign of the difference", "return 1.0, -1.0", "return 1.0, 1.0",
                'In "-" the output falls when b grows.'),
        Mistake("sign of the quotient", "-a / b**2", "a / b**2",
                'In "/" the second derivative has the other sign.'),
        Mistake("square left out", "-a / b**2", "-a / b",
                "The derivative of 1/b has the square of b in it."),
        Mistake("a left out in the quotient", "-a / b**2", "-1 / b**2",
                'In "/" a is a factor, also of the derivative by b.'),
        Mistake("quotient not inverted", "return 1 / b,", "return b,",
                "a / b is a times one over b."),
        Mistake("minimum for maximum", "if a > b", "if a < b",
                '"max" routes to the larger input, not to the smaller one.'),
        Mistake("values for derivatives", "(1.0, 0.0) if a > b else (0.0, 1.0)",
                "(a, 0.0) if a > b else (0.0, b)",
                'The output of "max" grows just as much as the larger input does: by a factor of '
                "1."),
        Mistake("max shared", "(1.0, 0.0) if a > b else (0.0, 1.0)", "(0.5, 0.5)",
                '"max" does not share: the smaller input has no influence at all.'),
        Mistake("max always routes to a", "(1.0, 0.0) if a > b else (0.0, 1.0)", "(1.0, 0.0)",
                'Which input does "max" hand on if b is the larger one?'),
        Mistake("max always routes to b", "(1.0, 0.0) if a > b else (0.0, 1.0)", "(0.0, 1.0)",
                'Which input does "max" hand on if a is the larger one?'),
        Mistake("max by size", "if a > b", "if abs(a) > abs(b)",
                "Of two negative numbers, is the larger one that of the larger size?"),
        Mistake("max by a sign", "if a > b", "if b < 0",
                'Of two positive numbers, which one does "max" hand on?'),
        Mistake("local derivatives of the sum doubled", "return 1.0, 1.0", "return a, b",
                '"+" distributes: its local derivatives do not depend on a and b.'),
    ),
    equivalent=(  # a and b are never equal
        "line 15: operator GtE",
    ),
)

UNARY_RULE = Exercise(
    name="unary_rule",
    asks=(Gradient("unary", wrt=("a",)),),
    withheld=("course.graph",),
    families=(
        *map(function_family, WAVELESS_GATES),
        wave_family("sin", "rises", 0.3, 1.3, (-1, 1)),
        wave_family("sin", "falls", 1.8, 2.8, (-1, 1)),
        wave_family("cos", "rises", 0.3, 2.8, (-1,)),
        wave_family("cos", "falls", 0.3, 2.8, (1,)),
    ),
    hints=(
        "Which of the eight do you know by heart? Write those first and check; the report tells "
        "which gate is off.",
        "tanh' is one minus the square of tanh. sigma' is sigma times one minus sigma. Both are "
        "taken at a.",
        "neg: minus 1; inverse: minus one over a squared; exp: exp; log: one over a; sin: cos; "
        "cos: minus sin; tanh: one minus tanh squared; sigmoid: sigma times one minus sigma.",
    ),
    mistakes=(
        Mistake("sign of neg", "return -1.0", "return 1.0", '"neg" turns the sign round.'),
        Mistake("sign of the inverse", "return -1 / a**2", "return 1 / a**2",
                "1/a falls when a grows."),
        Mistake("square without sign rules", "return -1 / a**2", "return -1 / a",
                "The derivative of 1/a has the square of a in it."),
        Mistake("exp' is a", "return np.exp(a)", "return a", "exp is its own derivative."),
        Mistake("power rule for exp", "return np.exp(a)", "return a * np.exp(a - 1)",
                "The power rule is for powers. exp is its own derivative."),
        Mistake("log for its derivative", "return 1 / a\n", "return np.log(a)\n",
                "This is the value of the log gate, not its derivative."),
        Mistake("sign of the cosine's derivative", "return -np.sin(a)", "return np.sin(a)",
                "The derivative of the cosine has a minus."),
        Mistake("sign of the sine's derivative", "return np.cos(a)", "return -np.cos(a)",
                "The derivative of the sine has no minus."),
        Mistake("sine's derivative never negative", "return np.cos(a)",
                "return np.sqrt(1 - np.sin(a) ** 2)",
                "Where the sine falls, its derivative is negative. What does this give there?"),
        Mistake("sine's derivative never positive", "return np.cos(a)",
                "return -np.sqrt(1 - np.sin(a) ** 2)",
                "Where the sine rises, its derivative is positive. What does this give there?"),
        Mistake("cosine's derivative never negative", "return -np.sin(a)",
                "return np.sqrt(1 - np.cos(a) ** 2)",
                "Where the cosine falls, its derivative is negative. What does this give there?"),
        Mistake("cosine's derivative never positive", "return -np.sin(a)",
                "return -np.sqrt(1 - np.cos(a) ** 2)",
                "Where the cosine rises, its derivative is positive. What does this give there?"),
        Mistake("tanh' without the square", "np.tanh(a) ** 2", "np.tanh(a)",
                "tanh' is one minus the square of tanh."),
        Mistake("square of a", "np.tanh(a) ** 2", "np.tanh(a**2)",
                "It is tanh that is squared, not a."),
        Mistake("sigma' of a as if it were h", "return sigmoid(a) * (1 - sigmoid(a))",
                "return a * (1 - a)", "a is what goes into the sigmoid; first compute sigma(a)."),
        Mistake("half of sigma'", "sigmoid(a) * (1 - sigmoid(a))", "(1 - sigmoid(a))",
                "sigma' has two factors, sigma and one minus sigma."),
        Mistake("parentheses in sigma'", "sigmoid(a) * (1 - sigmoid(a))",
                "sigmoid(a) * 1 - sigmoid(a)",
                "Without parentheses this is sigma minus sigma, which is 0."),
    ),
)  # fmt: skip

NEURON_GATES = Exercise(
    name="neuron_gates",
    asks=(
        Gradient(
            neuron_table,
            wrt=("u", "e", "n", "a", "s", "p", "q", "w0", "x0", "w1", "x1", "w2"),
        ),
    ),
    withheld=("course.graph",),
    families=(
        Family(
            "weights and inputs of either sign",
            lambda rng: neuron_case(rng, 0.5, 1.5),
            "no factor is close to 1 or 0",
        ),
    ),
    hints=(
        "Go up from the last line of the table. What kind of gate is each line, and what does that "
        "kind do to what comes back?",
        "Sums hand on what they get; products swap; the minus turns the sign; and the local "
        "derivative of exp at n is exp(n), which the table calls e.",
        "dn is du times e; da is minus dn; ds, dw2, dp and dq all equal da; each weight gets it "
        "times its input, each input gets it times its weight.",
    ),
    mistakes=(
        Mistake("sign of the inverse", "du = -1 / u**2", "du = 1 / u**2",
                "1/u falls when u grows."),
        Mistake("square left out", "du = -1 / u**2", "du = -1 / u",
                "The derivative of 1/u has the square of u in it."),
        Mistake("inverse at e", "du = -1 / u**2", "du = -1 / e**2",
                "The last gate gets u as its input, so its local derivative is taken there."),
        Mistake("exp of e", "dn = de * e", "dn = de * np.exp(e)",
                "exp got n as its input: its local derivative is exp(n), which is e already."),
        Mistake("n for exp(n)", "dn = de * e", "dn = de * n",
                "The derivative of exp(n) is exp(n), not n."),
        Mistake("sign of the minus gate", "da = dn * -1", "da = dn",
                "n is minus a: what does that do to the sign?"),
        Mistake("value for sign", "da = dn * -1", "da = dn * n",
                "The local derivative of -a is -1, whatever the value is."),
        Mistake("products not swapped", "dw0, dx0 = dp * x0, dp * w0",
                "dw0, dx0 = dp * w0, dp * x0",
                "A product swaps: the weight gets the value of the input."),
        Mistake("the other pair's values", "dw1, dx1 = dq * x1, dq * w1",
                "dw1, dx1 = dq * x0, dq * w0",
                "x1 and w1 belong to q: whose values stand there?"),
        Mistake("bias gets its value", "ds, dw2 = da, da", "ds, dw2 = da, da * w2",
                "w2 goes into a sum: a sum hands on what it gets."),
        Mistake("upstream halved in the sum", "dp, dq = ds, ds", "dp, dq = ds / 2, ds / 2",
                "A sum does not share out: both inputs get all of it."),
        Mistake("values in the sum", "dp, dq = ds, ds", "dp, dq = ds * w1 * x1, ds * w0 * x0",
                "Swapping is for products. p and q are added."),
    ),
    equivalent=(  # times 1 and times -1
        "line 7: operator Div",
        "line 7: right side dropped",
        "line 9: operator Div",
    ),
)  # fmt: skip

NEURON_ONE_GATE = Exercise(
    name="neuron_one_gate",
    asks=(Gradient(neuron_table, wrt=("a", "w0", "x0", "w1", "x1", "w2")),),
    withheld=("course.graph",),
    families=NEURON_GATES.families,
    hints=(
        "What is the local derivative of the sigmoid gate, in terms of its output h?",
        "da is h times one minus h. From there on it is as in exercise 2.4: sums and products.",
        "The weights get da times their inputs, the inputs da times their weights, and w2 gets da.",
    ),
    mistakes=(
        Mistake("sigma' left out", "da = h * (1 - h)", "da = 1.0",
                "Between a and h there is the sigmoid."),
        Mistake("h for its derivative", "da = h * (1 - h)", "da = h",
                "This is the value of the gate, not its local derivative."),
        Mistake("half of sigma'", "da = h * (1 - h)", "da = 1 - h",
                "sigma' has two factors, h and one minus h."),
        Mistake("sigma' of h", "da = h * (1 - h)", "da = sigmoid(h) * (1 - sigmoid(h))",
                "sigma' is taken at a; h is already sigma(a)."),
        Mistake("bias left out", " + w2", "", "The unit has a bias, w2: a lacks it."),
        Mistake("products not swapped", "da * x0, da * w0", "da * w0, da * x0",
                "A product swaps: the weight gets the value of the input."),
        Mistake("order of the outputs", "da * x0, da * w0, da * x1, da * w1",
                "da * x0, da * x1, da * w0, da * w1",
                "The order is weight, input, weight, input."),
        Mistake("bias times w2", "da * w1, da", "da * w1, da * w2",
                "w2 goes into a sum: a sum hands on what it gets."),
    ),
)

BRANCH_GRAD = Exercise(
    name="branch_grad",
    asks=(Gradient(branching_table, wrt=("t", "x", "y")),),
    withheld=("course.graph",),
    families=(
        Family(
            "x and y above 1",
            lambda rng: {"x": rng.uniform(1.2, 1.35), "y": rng.uniform(1.45, 1.65)},
            "the three contributions to dt differ, and the cosine of t is negative",
        ),
    ),
    hints=(
        "In which of the five formulas does t stand on the right-hand side, and in which x?",
        "dw, dr are both 1. t gets contributions from w, from v and from r; x gets them from r and "
        "from t.",
        "dt is sin(t), plus t times the cosine of t, plus x. dx is t plus dt times y. dy is dt "
        "times x.",
    ),
    mistakes=(
        Mistake("only the path through r in dt", "dt += dr * x", "dt = dr * x",
                "t is used three times, but only its path through r is in dt. Are the other two "
                "left out, or overwritten?"),
        Mistake("only the path through t in dx", "dx += dt * y", "dx = dt * y",
                "x is used twice, but only its path through t is in dx. Is the other one left out, "
                "or overwritten?"),
        Mistake("path through v left out", "    dt += dv * np.cos(t)\n", "",
                "t is used three times. One of its paths, through v, is missing."),
        Mistake("path through w left out", "dt = dw * v", "dt = 0.0",
                "t is used three times. One of its paths, straight into w, is missing."),
        Mistake("path through r left out", "    dt += dr * x\n", "",
                "t is used three times. One of its paths, through r, is missing."),
        Mistake("upstream left out of v", "dt += dv * np.cos(t)", "dt += np.cos(t)",
                "The sine gets dv from above; dv is not 1."),
        Mistake("derivative of v at v", "np.cos(t)", "np.cos(v)",
                "The sine got t as its input, so its derivative is taken there."),
        Mistake("sine for cosine", "dv * np.cos(t)", "dv * np.sin(t)",
                "The local derivative of the sine is the cosine."),
        Mistake("sign of the sine's derivative", "np.cos(t)", "np.sqrt(1 - v**2)",
                "What comes back through v has the opposite sign. Which sign has the cosine at "
                "t = 2, and which one has yours?"),
        Mistake("factors exchanged", "dx += dt * y", "dx += dt * x",
                "t = x y is a product: it hands on to x times the value of y."),
    ),
    equivalent=(  # dw and dr are 1
        "line 6: left side dropped",
        "line 7: left side dropped",
        "line 9: left side dropped",
        "line 10: left side dropped",
    ),
)  # fmt: skip

TOPOLOGICAL_ORDER = Exercise(
    name="topological_order",
    asks=(Value("order"),),
    driver=try_order,
    reads=read_order,
    withheld=("course.graph",),
    families=(
        program_family(
            "a chain", "a = sin(x)\nb = exp(a)\nc = sin(b)", "only here a node has one parent"
        ),
        program_family(
            "a node used twice by one other",
            "b = x + x\nc = b + b",
            "the same node stands twice in `parents`",
        ),
        Family(
            "two paths of different length",
            lambda rng: {
                "program": forked_program(rng),
                "x": away_from_zero(rng, 0.4, 1.2),
                "y": away_from_zero(rng, 0.4, 1.2),
            },
            "neither the walk's own order nor the distance from the output is enough",
        ),
        program_family(
            "equal values",
            "a = x * y",
            "nodes are told apart by themselves, not by their values",
            equal=True,
        ),
    ),
    hints=(
        "In the walk of the table, when exactly does a node go into the list?",
        "Write a function `visit(node)` inside yours, which calls itself for every parent. It "
        "needs a list, and a set of the nodes it has seen.",
        "visit: if the node has been seen, do nothing; else note it as seen, visit each of its "
        "parents, then append it to the list. Visit the output, and return the list from its end.",
    ),
    mistakes=(
        Mistake("not read from the end", "return order[::-1]", "return order",
                "The list starts with an input: read it from the end."),
        Mistake("nothing returned", "return order[::-1]", "return order.reverse()",
                "`reverse` turns the list round in place, and returns None."),
        Mistake("an iterator returned", "return order[::-1]", "return reversed(order)",
                "`reversed` is used up after one walk: make a list of it."),
        Mistake("values for nodes", "return order[::-1]",
                "return [node.value for node in order[::-1]]",
                "These are the values of the nodes. The nodes themselves are asked for."),
        Mistake("node before its parents",
                "            for parent in node.parents:\n                visit(parent)\n"
                "            order.append(node)\n\n    visit(output)\n    return order[::-1]",
                "            order.append(node)\n            for parent in node.parents:\n"
                "                visit(parent)\n\n    visit(output)\n    return order",
                "A node goes into the list after its parents, not before."),
        Mistake("appended before its parents",
                "            for parent in node.parents:\n                visit(parent)\n"
                "            order.append(node)",
                "            order.append(node)\n            for parent in node.parents:\n"
                "                visit(parent)",
                "When does a node go into the list: before or after its parents?"),
        Mistake("walked again on every path", "            seen.add(node)\n", "",
                "Nodes that are reached twice are walked twice. Is it noted that a node has been "
                "seen, and does every later call of the walk know of it?"),
        Mistake("grad changed",
                "if node not in seen:\n            seen.add(node)",
                "if node.grad == 0:\n            node.grad = 1",
                "`grad` belongs to the backward pass: it is not set here, and it does not tell "
                "which nodes have been seen. Where can that be noted without changing a node?"),
        Mistake("parents changed", "for parent in node.parents:",
                "parents, node.parents = node.parents, ()\n            for parent in parents:",
                "The way back needs the parents of each node: can you walk without changing "
                "them?"),
        Mistake("seen by value", "if node not in seen:\n            seen.add(node)",
                "if node.value not in seen:\n            seen.add(node.value)",
                "Two different nodes may have the same value."),
        Mistake("output left out", "    visit(output)\n",
                "    for parent in output.parents:\n        visit(parent)\n",
                "The output belongs in the order too."),
        Mistake("first parent only", "in node.parents:", "in node.parents[:1]:",
                "The walk follows only one parent of each node."),
        Mistake("inputs left out", "            order.append(node)",
                "            if node.parents:\n                order.append(node)",
                "The inputs belong in the order too: their derivatives are what you want."),
        Mistake("level by level",
                "    def visit(node):\n        if node not in seen:\n            seen.add(node)\n"
                "            for parent in node.parents:\n                visit(parent)\n"
                "            order.append(node)\n\n    visit(output)\n    return order[::-1]",
                "    todo = [output]\n    while todo:\n        node = todo.pop(0)\n"
                "        if node not in seen:\n            seen.add(node)\n"
                "            order.append(node)\n            todo += node.parents\n"
                "    return order",
                "This goes level by level. A node that is used on two levels comes too early."),
        Mistake("two parents taken for granted",
                "            for parent in node.parents:\n                visit(parent)\n",
                "            if node.parents:\n                left, right = node.parents\n"
                "                visit(left)\n                visit(right)\n",
                "A gate may have one input only: go through as many parents as there are."),
        Mistake("uses counted twice, taken off once",
                "    def visit(node):\n        if node not in seen:\n            seen.add(node)\n"
                "            for parent in node.parents:\n                visit(parent)\n"
                "            order.append(node)\n\n    visit(output)\n    return order[::-1]",
                "    uses, todo = {output: 0}, [output]\n    for node in todo:\n"
                "        todo += [p for p in set(node.parents) if p not in uses]\n"
                "        for parent in node.parents:\n"
                "            uses[parent] = uses.get(parent, 0) + 1\n"
                "    ready = [output]\n    while ready:\n        node = ready.pop()\n"
                "        order.append(node)\n        for parent in set(node.parents):\n"
                "            uses[parent] -= 1\n            if uses[parent] == 0:\n"
                "                ready.append(parent)\n    return order",
                "A node that stands twice in `parents` is used twice: count it the same way when "
                "you add and when you take off."),
    ),
)  # fmt: skip

BACKPROPAGATE = Exercise(
    name="backpropagate",
    asks=(Gradient(run_program, wrt=("J", "c", "b", "a", "y", "x")),),
    driver=try_backward,
    withheld=("course.graph",),
    families=(
        program_family(
            "a node used twice by one other",
            "a = x * y\nb = a + a\nc = b * b\nJ = sin(c)",
            "the same parent stands twice in `parents`",
        ),
        program_family(
            "a node used by several others",
            "a = x * y\nb = sin(a)\nc = b * x\nJ = c + a",
            "contributions come from different nodes",
        ),
    ),
    hints=(
        "Which two things must be set before the first node is visited?",
        "Three parts: all derivatives 0; that of `order[0]` 1; then a loop over the nodes, and in "
        "it a loop over the node's parents together with `local_grads`.",
        "For each node, and each of its parents with its local derivative: add the local "
        "derivative times the node's grad to the parent's grad.",
    ),
    mistakes=(
        Mistake("= for +=", "parent.grad += local", "parent.grad = local",
                "Each contribution overwrites the one before: they add."),
        Mistake("every grad stays 0", "    order[0].grad = 1.0\n", "",
                "After the call every grad is 0. Does the output's own derivative start with 1, "
                "and do the contributions go into `grad` of the nodes?"),
        Mistake("1 for the wrong end", "order[0].grad = 1.0", "order[-1].grad = 1.0",
                "The output is the first node of the order, not the last."),
        Mistake("1 for all", "node.grad = 0.0", "node.grad = 1.0",
                "Only the output starts with 1, all others with 0."),
        Mistake("not set to 0", "    for node in order:\n        node.grad = 0.0\n", "",
                "The derivatives of the first call are still there in the second one."),
        Mistake("nothing done if the output has its 1",
                "    for node in order:\n        node.grad = 0.0\n",
                "    if order[0].grad == 1.0:\n        return\n",
                "It makes a difference what an earlier call for another output has left in `grad`. "
                "What does every call have to set first?"),
        Mistake("upstream left out", "local * node.grad", "local",
                "A local derivative is multiplied by what came back to the node."),
        Mistake("local derivative left out", "local * node.grad", "node.grad",
                "The local derivative is missing: not every gate is a sum."),
        Mistake("sum for product", "local * node.grad", "local + node.grad",
                "Local and upstream derivative are multiplied."),
        Mistake("value for derivative", "local * node.grad", "local * node.value",
                "What is handed on is the node's derivative, not its value."),
        Mistake("wrong direction",
                "    for node in order:\n        for parent, local in zip(node.parents",
                "    for node in order[::-1]:\n        for parent, local in zip(node.parents",
                "The order has the output first already: walk through it as it is."),
        Mistake("first parent only", "zip(node.parents, node.local_grads, strict=True)",
                "zip(node.parents[:1], node.local_grads[:1], strict=True)",
                "Every parent gets a contribution, not only the first."),
        Mistake("parents only once", "zip(node.parents, node.local_grads, strict=True)",
                "dict(zip(node.parents, node.local_grads, strict=True)).items()",
                "A parent that stands twice in `parents` gets two contributions."),
        Mistake("added up within one node only",
                "        for parent, local in zip(node.parents, node.local_grads, strict=True):\n"
                "            parent.grad += local * node.grad",
                "        sums = dict.fromkeys(node.parents, 0.0)\n"
                "        for parent, local in zip(node.parents, node.local_grads, strict=True):\n"
                "            sums[parent] += local * node.grad\n"
                "        for parent in sums:\n            parent.grad = sums[parent]",
                "Two nodes that use the same one both contribute: the second must not overwrite "
                "the first."),
    ),
    equivalent=(  # both have one entry for each parent
        "line 10: strict dropped",
    ),
)  # fmt: skip

ADD = Exercise(
    name="add",
    asks=(
        Value("value"),
        Gradient(lambda call, x, y: eval(call, {"add": operator.add}, {"x": x, "y": y}),
                 wrt=("x", "y")),
    ),
    driver=operation_driver("add", "+"),
    families=(
        call_family("one node twice", "add(x, x)",
                    "parents that are told apart would be only one"),
        call_family("a result used again", "add(add(x, y), x)",
                    "two nodes whose values differ, so an exchange shows, one of them computed"),
    ),
    hints=(
        "Compare with `subtract`: which of its four entries are different for a sum?",
        "The value is a sum, the op is \"+\", and both local derivatives are 1.",
        "Return a Node of the sum of the two values, with the parents x and y in a tuple, the op "
        "\"+\", and the local derivatives 1 and 1 in a tuple.",
    ),
    mistakes=(
        Mistake("number returned", 'Node(x.value + y.value, (x, y), "+", (1.0, 1.0))',
                "x.value + y.value",
                "This is the value. It has to be wrapped in a Node that knows its parents."),
        Mistake("parents left out", ', (x, y), "+", (1.0, 1.0)', "",
                "A node without parents is an input: the way back would end here."),
        Mistake("sign of the difference", "(1.0, 1.0)", "(1.0, -1.0)",
                "This is the local derivative of a difference."),
        Mistake("values for local derivatives", "(1.0, 1.0)", "(x.value, y.value)",
                "A sum grows as much as each of its inputs: the local derivatives are 1."),
        Mistake("values as parents", "(x, y),", "(x.value, y.value),",
                "The parents are the nodes, not their values."),
        Mistake("copies as parents", "(x, y),", "(Node(x.value), Node(y.value)),",
                "New nodes with the same values are not the ones that came in."),
        Mistake("one parent for a node used twice", "(x, y),", "tuple({x, y}),",
                "In x + x the node x goes in twice, and so it stands twice in `parents`: where "
                "does the second one get lost?"),
        Mistake("an input returned", 'return Node(x.value + y.value, (x, y), "+", (1.0, 1.0))',
                'x.value, x.parents = x.value + y.value, (x, y)\n'
                '    x.op, x.local_grads = "+", (1.0, 1.0)\n    return x',
                "This is a node that came in: it cannot be the sum too, and a node that is its own "
                "parent makes a cycle. Where is a new Node made?"),
        Mistake("one local derivative", "(1.0, 1.0)", "(1.0,)",
                "There is one local derivative for each parent."),
        Mistake("sum of nodes", "x.value + y.value", "x",
                "The value of a node is a number."),
        Mistake("op left empty", '"+", (1', '"", (1', "The op is \"+\"."),
        Mistake("x for y", "x.value + y.value", "x.value + x.value",
                "y does not come into the value: is the same name there twice?"),
    ),
)  # fmt: skip

MULTIPLY = Exercise(
    name="multiply",
    asks=(
        Value("value"),
        Gradient(lambda call, x, y: eval(call, {"multiply": operator.mul}, {"x": x, "y": y}),
                 wrt=("x", "y")),
    ),
    driver=operation_driver("multiply", "*"),
    families=(
        call_family("one node twice", "multiply(multiply(x, y), multiply(x, x))",
                    "parents that are told apart would be only one, and an exchange shows"),
        call_family("a factor of 0", "multiply(y, multiply(x, y))",
                    "who divides the product by a factor needs one that is not 0", factor=0.0),
    ),
    hints=(
        "What does a product do to what comes back: distribute, swap or route?",
        "The local derivative for x is the value of y, and the other way round. Both are numbers.",
        "Return a Node of the product of the two values, with the parents x and y, the op \"*\", "
        "and the local derivatives: first the value of y, then the value of x.",
    ),
    mistakes=(
        Mistake("product of nodes", "x.value * y.value", "x * y",
                "x and y are nodes: what do you multiply?"),
        Mistake("each factor's own value", "(y.value, x.value)", "(x.value, y.value)",
                "A product swaps, but here each parent has its own value for its local derivative. "
                "Do `parents` and `local_grads` have the order that makes them swap?"),
        Mistake("local derivatives of a sum", "(y.value, x.value)", "(1.0, 1.0)",
                "This is the rule of a sum."),
        Mistake("nodes for numbers", "(y.value, x.value)", "(y, x)",
                "Local derivatives are numbers: take the value of the node."),
        Mistake("value of the sum", "x.value * y.value", "x.value + y.value",
                "The value is a product."),
        Mistake("number returned",
                'Node(x.value * y.value, (x, y), "*", (y.value, x.value))', "x.value * y.value",
                "This is the value. It has to be wrapped in a Node that knows its parents."),
        Mistake("value of the product", "(y.value, x.value)", "(x.value * y.value, x.value)",
                "The local derivative for x does not contain x itself."),
        Mistake("product divided by the factor", "(y.value, x.value)",
                "(x.value * y.value / x.value, x.value * y.value / y.value)",
                "This divides by a factor, which may be 0. What is left of x y without x?"),
        Mistake("op of the sum", '"*", (y', '"+", (y', "The op is \"*\"."),
        Mistake("derivatives written at once", "return Node",
                "x.grad += y.value\n    return Node",
                "On the way forward nothing is added to grad: that comes on the way back."),
        Mistake("each parent once", "(x, y),", "tuple(dict.fromkeys((x, y))),",
                "For x times x the node stands in `parents` twice, once for each factor."),
    ),
)  # fmt: skip


APPLY = Exercise(
    name="apply",
    asks=(
        Value("value"),
        Gradient(lambda formula, x: eval(formula, {op: f for op, (f, _) in FUNCTIONS.items()},
                                         {"x": x}),
                 wrt=("x",)),
    ),
    driver=try_apply,
    families=(
        Family(
            "one activation function of another",
            lambda rng: {"formula": "tanh(softplus(x))", "x": away_from_zero(rng, 0.4, 1.4)},
            "no rule fits both, and the derivative of each differs at x and at f(x)",
        ),
    ),
    hints=(
        "f and f_prime are functions of a number, and x is a Node: what do you give them?",
        "The value is f at the value of x. The one local derivative is f_prime, taken at the same "
        "place.",
        "Return a Node of f at x's value, with the one parent x in a tuple, the op, and the one "
        "local derivative, f_prime at x's value, in a tuple.",
    ),
    mistakes=(
        Mistake("derivative at the output", "(f_prime(x.value),)", "(f_prime(f(x.value)),)",
                "f got x's value as its input, so its derivative is taken there."),
        Mistake("value for derivative", "(f_prime(x.value),)", "(f(x.value),)",
                "This is f twice: the local derivative is f_prime."),
        Mistake("function not called", "(f_prime(x.value),)", "(f_prime,)",
                "The local derivative is a number: call f_prime."),
        Mistake("comma left out in parents", "(x,)", "(x)",
                "(x) is x itself. A tuple with one entry has a comma in it: (x,)."),
        Mistake("comma left out in local_grads", "(f_prime(x.value),)", "(f_prime(x.value))",
                "Parentheses alone make no tuple: there is a comma missing."),
        Mistake("function of a node", "Node(f(x.value)", "Node(x",
                "The value of a node is a number."),
        Mistake("derivative for value", "Node(f(x.value)", "Node(f_prime(x.value)",
                "The node's value is f, its local derivative is f_prime."),
        Mistake("grad for value", "(f_prime(x.value),)", "(f_prime(x.grad),)",
                "f_prime is taken at the value of x."),
        Mistake("rule of tanh", "f_prime(x.value),", "1 - f(x.value) ** 2,",
                "One minus the square of the value is the derivative of tanh only: which function "
                "brings along the derivative of f, whatever f is?"),
        Mistake("written into x", "return Node(f(x.value), (x,)",
                "x.value = f(x.value)\n    return Node(x.value, (x,)",
                "x holds something else after the call: its old value is lost to all who use x. "
                "Where does the new value belong?"),
        Mistake("always the sine", "op, (f_prime", '"sin", (f_prime',
                "The op comes in as an argument."),
        Mistake("number returned", "Node(f(x.value), (x,), op, (f_prime(x.value),))", "f(x.value)",
                "This is the value. It has to be wrapped in a Node that knows its parent."),
    ),
)  # fmt: skip

LINEAR_BACKWARD = Exercise(
    name="linear_backward",
    asks=(Gradient(linear_table, wrt=("W", "b", "x"), upstream="da"),),
    withheld=("course.graph",),
    families=(
        Family(
            "different sizes",
            lambda rng: {
                "da": rng.normal(size=(sizes := different_sizes(rng, 2))[0]),
                "W": rng.normal(size=sizes),
                "x": rng.normal(size=sizes[1]),
            },
            "an index that runs over the wrong size shows only here",
        ),
        Family(
            "as many outputs as inputs",
            lambda rng: {
                "da": rng.normal(size=3),
                "W": rng.normal(size=(3, 3)),
                "x": rng.normal(size=3),
            },
            "the shapes do not tell whether a transpose is missing",
        ),
        Family(
            "one input, one output",
            lambda rng: {
                "da": away_from_zero(rng, 0.4, 1.5, 1),
                "W": away_from_zero(rng, 0.4, 1.5, (1, 1)),
                "x": away_from_zero(rng, 0.4, 1.5, 1),
            },
            "a matrix that is squeezed changes its shape only here",
        ),
    ),
    hints=(
        "Which of the three formulas has a sum in it, and over which index?",
        "dW has one row for each output: row j is da_j times x. In dx the sum runs over the rows "
        "of W.",
        "dW is the outer product of da and x; db is da itself; dx is the transposed W times da.",
    ),
    mistakes=(
        Mistake("dW transposed", "np.outer(da, x)", "np.outer(x, da)",
                "dW has the shape of W: one row for each output."),
        Mistake("no transpose", "W.T @ da", "W @ da",
                "The sum goes over j, the rows of W: transpose it."),
        Mistake("upstream left out of dW", "np.outer(da, x)", "np.outer(np.ones(len(da)), x)",
                "These are the local derivatives: each row still wants its da_j."),
        Mistake("W for x", "np.outer(da, x)", "da[:, None] * W",
                "The local derivative of W x for a weight is the input that it multiplies."),
        Mistake("x for W", "dx = W.T @ da", "dx = dW.T @ da",
                "For the inputs, the local derivatives are the weights."),
        Mistake("db is 1", "db = da.copy()", "db = np.ones(len(da))",
                "1 is the local derivative of the bias. What comes from above?"),
        Mistake("db summed", "db = da.copy()", "db = da.sum()",
                "Each bias belongs to one output: db has the shape of b."),
        Mistake("upstream left out of dx", "W.T @ da", "W.sum(axis=0)",
                "Each output brings its own da_j."),
        Mistake("paths not summed", "W.T @ da", "(W.T * da)[:, 0]",
                "x_i reaches J through every output: the paths add."),
        Mistake("upstream changed in place", "db = da.copy()",
                "da *= 2\n    db = da / 2\n    da = db",
                "da belongs to the caller: leave it as it is."),
        Mistake("order of the outputs", "return dW, db, dx", "return dW, dx, db",
                "Two outputs are exchanged: the order is dW, db, dx."),
        Mistake("inputs counted by outputs", "W.T @ da",
                "np.array([W[:, i] @ da for i in range(len(da))])",
                "dx has one entry for each input: over which size does i run?"),
        Mistake("transposed as the shapes allow", "W.T @ da",
                "(W if W.shape[1] == len(da) else W.T) @ da",
                "The sum goes over the rows of W, also where its columns would fit."),
        Mistake("squeezed", "np.outer(da, x)", "np.squeeze(np.outer(da, x))",
                "dW has two axes, however small it is."),
    ),
)  # fmt: skip

SIGMOID_BACKWARD = Exercise(
    name="sigmoid_backward",
    asks=(Gradient("sigmoid", wrt=("a",), upstream="dh"),),
    withheld=("course.graph", "course.activations.sigmoid_grad"),
    families=(
        Family(
            "several units, some with large |a|",
            lambda rng: {
                "dh": away_from_zero(rng, 0.4, 1.5, (size := int(rng.integers(2, 5))) + 2),
                "a": np.append(away_from_zero(rng, 0.5, 2.5, size), away_from_zero(rng, 4, 6, 2)),
            },
            "a sum or a matrix product changes the shape, and sigma' is small for some units",
        ),
        Family(
            "one unit",
            lambda rng: {
                "dh": away_from_zero(rng, 0.4, 1.5, 1),
                "a": away_from_zero(rng, 0.5, 2.5, 1),
            },
            "an array of one entry is still an array",
        ),
    ),
    hints=(
        "Is there any entry of h that depends on more than one entry of a?",
        "No: multiply entry by entry. The local derivative is sigma' at a.",
        "Compute h, the sigmoid of a; then da is dh times h times one minus h, entry by entry.",
    ),
    mistakes=(
        Mistake("a for h", "    h = sigmoid(a)", "    h = a",
                "The second argument is a, the pre-activation: first compute h."),
        Mistake("sigmoid twice", "    h = sigmoid(a)", "    h = sigmoid(sigmoid(a))",
                "sigma' is taken at a; this takes it at h."),
        Mistake("upstream left out", "dh * h * (1 - h)", "h * (1 - h)",
                "This is the local derivative only: what comes from above?"),
        Mistake("half of sigma'", "dh * h * (1 - h)", "dh * (1 - h)",
                "sigma' has two factors, h and one minus h."),
        Mistake("tanh'", "dh * h * (1 - h)", "dh * (1 - h**2)",
                "One minus the square is the rule of tanh."),
        Mistake("parentheses", "dh * h * (1 - h)", "dh * h * 1 - h",
                "One minus h needs its parentheses."),
        Mistake("upstream added", "dh * h * (1 - h)", "dh + h * (1 - h)",
                "Local and upstream derivative are multiplied."),
        Mistake("matrix product", "dh * h * (1 - h)", "dh @ (h * (1 - h))",
                "@ adds the entries up: each a_j has a derivative of its own."),
        Mistake("upstream added up", "dh * h * (1 - h)", "dh.sum() * h * (1 - h)",
                "Each unit gets its own entry of dh, not the sum of all."),
        Mistake("cut off too early", "    h = sigmoid(a)", "    h = sigmoid(np.clip(a, -3, 3))",
                "The sigmoid is not yet flat where you cut it off."),
        Mistake("squeezed", "return dh * h * (1 - h)", "return np.squeeze(dh * h * (1 - h))",
                "The derivative of one unit is still an array, of shape (1,)."),
    ),
)

CROSS_ENTROPY_BACKWARD = Exercise(
    name="cross_entropy_backward",
    asks=(Gradient("cross_entropy", wrt=("y_hat",)),),
    withheld=("course.graph", "course.losses"),
    families=(
        Family(
            "y between 0 and 1",
            lambda rng: {
                "y_hat": float(rng.uniform(0.15, 0.35)),
                "y": float(rng.uniform(0.6, 0.8)),
            },
            "both terms count, so each sign and each factor shows",
        ),
        Family(
            "y is 0, y_hat close to 1",
            lambda rng: {"y_hat": float(rng.uniform(0.955, 0.975)), "y": 0.0},
            "nothing can be divided by y, and y_hat must not be cut off there",
        ),
        Family(
            "y is 1, y_hat close to 0",
            lambda rng: {"y_hat": float(rng.uniform(0.025, 0.045)), "y": 1.0},
            "nothing can be divided by 1 - y, and y_hat must not be cut off there",
        ),
    ),
    hints=(
        "The table that you have just printed: which sign has each of the two terms in front, if "
        "it is to be the derivative of the loss?",
        "The derivative of log(1 - y_hat) with respect to y_hat has a minus, from the chain rule.",
        "Minus y over y_hat, plus the quotient of one minus y and one minus y_hat.",
    ),
    mistakes=(
        Mistake("as printed in module 5", "-y / y_hat + (1 - y)", "y / y_hat + (1 - y)",
                "For y = 1 the loss falls when the prediction grows: the first sign is wrong."),
        Mistake("the log-likelihood's", "-y / y_hat + (1 - y) / (1 - y_hat)",
                "y / y_hat - (1 - y) / (1 - y_hat)",
                "This is the derivative of the log-likelihood. The loss is its negative."),
        Mistake("chain rule's sign left out", "+ (1 - y)", "- (1 - y)",
                "The derivative of log(1 - y_hat) brings a minus of its own."),
        Mistake("second term left out", " + (1 - y) / (1 - y_hat)", "",
                "For y = 0 there is a derivative too."),
        Mistake("first term left out", "-y / y_hat + ", "",
                "For y = 1 there is a derivative too."),
        Mistake("derivative of the quadratic loss", "-y / y_hat + (1 - y) / (1 - y_hat)",
                "y_hat - y",
                "This belongs to half the squared error, or to the step after: here it is divided "
                "by y_hat (1 - y_hat)."),
        Mistake("parentheses left out", "/ (1 - y_hat)", "/ 1 - y_hat",
                "Python reads (1 - y) / 1 - y_hat as (1 - y) - y_hat."),
        Mistake("1 for 1 - y", "(1 - y) /", "1 /",
                "The second term counts by one minus y."),
        Mistake("value for derivative", "-y / y_hat", "-y * np.log(y_hat)",
                "The derivative of the logarithm is one over its argument."),
        Mistake("divided by y", "-y / y_hat", "-1 / (y_hat / y)",
                "This divides by y, and y may be 0. Which way round is the quotient?"),
        Mistake("divided by 1 - y", "(1 - y) / (1 - y_hat)", "1 / ((1 - y_hat) / (1 - y))",
                "This divides by 1 - y, and y may be 1. Which way round is the quotient?"),
        Mistake("size for sign", "return -y / y_hat + (1 - y) / (1 - y_hat)",
                "return abs(y_hat - y) / (y_hat * (1 - y_hat))",
                "The loss falls while y_hat grows towards y: which sign has its derivative there?"),
        Mistake("y_hat cut off", "return -y / y_hat",
                "y_hat = np.clip(y_hat, 0.05, 0.95)\n    return -y / y_hat",
                "y_hat may be close to 0 and to 1: is it used as it comes in?"),
        Mistake("for targets 0 and 1 only", "return -y / y_hat + (1 - y) / (1 - y_hat)",
                "return -1 / y_hat if y == 1 else 1 / (1 - y_hat)",
                "y may lie in between: then both terms count, each with its share."),
    ),
)

MODULES_GRADS = Exercise(
    name="modules_grads",
    asks=(Gradient("modules_loss", wrt=("W1", "b1", "W2", "b2")),),
    withheld=("course.graph", "course.mlp"),
    families=(
        Family(
            "different sizes, y is 1",
            lambda rng: network(rng, *different_sizes(rng, 2), 1.0),
            "an index that runs over the wrong size shows only here",
        ),
        Family(
            "as many hidden units as inputs, y is 1",
            lambda rng: network(rng, 3, 3, 1.0),
            "a transposed gradient fits the shape only here",
        ),
        Family(
            "one input, one hidden unit, y is 0",
            lambda rng: network(rng, 1, 1, 0.0),
            "a matrix that is squeezed changes its shape only here, and the loss has another term",
        ),
    ),
    hints=(
        "Read the table of the modules downwards for the forward pass: which values does the "
        "backward pass need again?",
        "Backward, in this order: dy_hat, da2, then dW2, db2 and dh, then da1, then dW1 and db1. "
        "Each is one call of a module, with the upstream value of the one before.",
        "Module 5 gives dy_hat from y_hat and y; module 4 da2 from dy_hat and a2; module 3 dW2, "
        "db2, dh from da2, W2 and h; module 2 da1 from dh and a1; module 1 dW1, db1 from da1, W1 "
        "and x.",
    ),
    mistakes=(
        Mistake("as printed in module 5", "-y / y_hat + (1 - y)", "y / y_hat + (1 - y)",
                "The sign of the first term is that of the printed formula."),
        Mistake("the log-likelihood's", "-y / y_hat + (1 - y) / (1 - y_hat)",
                "y / y_hat - (1 - y) / (1 - y_hat)",
                "All signs are turned round: this climbs the loss."),
        Mistake("module 4 left out", "da2 = dy_hat * y_hat * (1 - y_hat)", "da2 = dy_hat",
                "Between a2 and y_hat there is a sigmoid."),
        Mistake("a factor too many in da2", "dy_hat * y_hat * (1 - y_hat)",
                "dy_hat * (y_hat * (1 - y_hat)) ** 2",
                "da2 has the factor y_hat (1 - y_hat) once too often. Is sigma' there twice, or is "
                "y_hat - y, of another loss, taken for dy_hat?"),
        Mistake("module 2 left out", "da1 = dh * h * (1 - h)", "da1 = dh",
                "Between a1 and h there is a sigmoid."),
        Mistake("sigma' of y_hat", "da2 = dy_hat * y_hat * (1 - y_hat)",
                "da2 = dy_hat * sigmoid(y_hat) * (1 - sigmoid(y_hat))",
                "Module 4 takes sigma' at its input, a2, not at its output."),
        Mistake("sigma' of h", "dh * h * (1 - h)", "dh * sigmoid(h) * (1 - sigmoid(h))",
                "sigma' is taken at a1; h is already sigma(a1)."),
        Mistake("sigma' of a1 as if it were h", "dh * h * (1 - h)", "dh * a1 * (1 - a1)",
                "h times one minus h: h is the output of the sigmoid, not its input."),
        Mistake("a1 for h", "np.outer(da2, h)", "np.outer(da2, a1)",
                "What comes into module 3 is h, not a1."),
        Mistake("upstream ignored", "dh = W2.T @ da2", "dh = W2[0]",
                "What comes back to module 3 is lost."),
        Mistake("dW1 transposed", "np.outer(da1, x)", "np.outer(x, da1)",
                "dW1 has the shape of W1: one row for each unit."),
        Mistake("dW2 as a vector", "np.outer(da2, h)", "da2 * h",
                "dW2 has the shape of W2: one row."),
        Mistake("db1 from dh", "np.outer(da1, x), da1", "np.outer(da1, x), dh",
                "The bias is added to a1, so it gets da1."),
        Mistake("bias left out of the forward pass", "linear(W1, x, b1)", "W1 @ x",
                "a1 lacks its bias."),
        Mistake("order of the outputs", "return dW1, db1, dW2, db2", "return dW2, db2, dW1, db1",
                "The two layers are exchanged."),
        Mistake("second term of module 5 left out", "-y / y_hat + (1 - y) / (1 - y_hat)",
                "-y / y_hat", "For y = 0 the loss has a derivative too."),
        Mistake("inputs counted by units", "np.outer(da1, x)",
                "np.array([[da_j * x[i] for i in range(len(h))] for da_j in da1])",
                "Row j of dW1 has one entry for each input, not for each unit."),
        Mistake("transposed as the shapes allow", "dW1, db1 = np.outer(da1, x), da1",
                "dW1, db1 = np.outer(x, da1), da1\n"
                "    dW1 = dW1 if dW1.shape == W1.shape else dW1.T",
                "dW1 has a row for each unit, also where its shape does not tell."),
        Mistake("squeezed", "np.outer(da1, x)", "np.squeeze(np.outer(da1, x))",
                "dW1 has two axes, however small it is."),
    ),
)  # fmt: skip

EXERCISES = (
    XYZ_GRADS,
    BINARY_RULE,
    UNARY_RULE,
    NEURON_GATES,
    NEURON_ONE_GATE,
    BRANCH_GRAD,
    TOPOLOGICAL_ORDER,
    BACKPROPAGATE,
    ADD,
    MULTIPLY,
    APPLY,
    LINEAR_BACKWARD,
    SIGMOID_BACKWARD,
    CROSS_ENTROPY_BACKWARD,
    MODULES_GRADS,
)

PREDICTIONS = (
    Prediction("2 nudge", 0.3, "df/dz is q = 3, and z grows by 0.1. A product is linear in each "
               "factor, so this is exact."),
    Prediction("2 swap", "x", "The local derivative for x is the value of y, which is 1000.",
               options=("x", "y")),
    Prediction("2 branch", 4, "b = 2a and c = 2b, so c = 4a."),
    Prediction("2 at once", 6, "The first time b hands on 1 along two arrows, the second time 2: "
               "1 + 1 + 2 + 2."),
    Prediction("2 too early", 0, "b has its turn while its derivative is still 0, so a gets two "
               "contributions of 0."),
    Prediction("2 all zero", 0, "Every contribution is a local derivative times a derivative, and "
               "all of those are 0."),
    Prediction("2 overwrite", 1, "b keeps 1 of its 2, and a keeps one of two contributions of 1."),
    Prediction("2 printed", "y = 0", "For y = 0 the loss is -log(1 - y_hat), and its derivative "
               "1/(1 - y_hat). For y = 1 it is -1/y_hat, so there the printed sign is wrong.",
               options=("y = 0", "y = 1", "both", "neither")),
)  # fmt: skip

ANSWERS = {
    "2a": "It is 0: `max` routes everything to the larger input. So this step of SGD leaves the "
    "parameter where it is. For another example its input may be the larger one.",
    "2b": "Each node carries its local derivatives as numbers, computed on the way forward, when "
    "the operation was known. On the way back there is only multiplying and adding.",
    "2c": "What the local derivatives are made of: for a product the values of both factors, for a "
    "sigmoid its output. That is why training takes more memory than predicting.",
}
