"""Reverse-mode automatic differentiation on a graph of floats and NumPy arrays.

A `Node` keeps the value of one intermediate quantity, the nodes it was computed from (`parents`),
the operation (`op`), and for each parent the local derivative (`local_grads`). `backward` then
follows the algorithm of the lecture notes: all derivatives start at 0, the output's own at 1 (or at
the upstream derivative that is given); nodes are visited in reverse topological order, each after
everything that uses it; each adds `local derivative x its own derivative` to its parents.

    >>> x, y, z = Node(-2.0), Node(5.0), Node(-4.0)
    >>> f = (x + y) * z
    >>> f.backward()
    >>> f.value, x.grad, y.grad, z.grad
    (-12.0, -4.0, -4.0, 3.0)

Operators: `+ - * / ** @`, indexing, `.T`, `.reshape`, `.sum`, `.mean`, `.max`. Functions of this
module: `exp log sin cos tanh sigmoid relu softplus softmax log_softmax maximum where`. Shapes are
broadcast as in NumPy, and the derivative is summed back to the parent's shape.

A local derivative is a float or an array where the operation acts entry by entry: the contribution
is its product with the derivative from above. Elsewhere (`@`, sums, indexing, softmax) it is a
function that takes the derivative from above to the contribution.

A number or an array beside a node is a constant, and `constant(X)` makes one to use again. An
array that is a constant has no derivative: that of the data would cost as much as that of a layer.

Nothing here is recursive, and no node refers to a node that was computed from it: a chain of a
million nodes works, and memory is freed as soon as the last name for it is gone.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course import activations as act

Array = NDArray[np.float64]
Number = float | Array
CONSTANT = "constant"
LocalGrad = Number | Callable[[Number], Number]


class Node:
    """One quantity of a computation.

    Parameters
    ----------
    value : float or array_like of floats
        The quantity. Arrays are copied.

    Attributes
    ----------
    value : float or ndarray
        From the forward pass.
    grad : float or ndarray, shape of value
        dJ/d(value), after `J.backward()`. 0.0 before, and where J does not depend on it.
    parents : tuple of Node
        What it was computed from; empty for an input.
    op : str
        The operation; empty for an input, "constant" for one without a derivative.
    local_grads : tuple
        For each parent the local derivative; see the module's docstring.

    Raises
    ------
    TypeError
        If the value is not made of floats.
    ValueError
        If it is not a number (NaN).
    """

    __array_ufunc__ = None  # array * node is our business, not NumPy's
    __slots__ = ("grad", "local_grads", "op", "parents", "value")

    def __init__(self, value: ArrayLike) -> None:
        self.value = _checked(value)
        self.grad: Number = 0.0
        self.parents: tuple[Node, ...] = ()
        self.op = ""
        self.local_grads: tuple[LocalGrad, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """The value's shape; () for a number."""
        return np.shape(self.value)

    def backward(self, upstream: ArrayLike | None = None) -> None:
        """Compute dJ/d(node) for every node that this one depends on, J being this one.

        Derivatives from an earlier call are forgotten first, so calling it twice gives the same as
        calling it once. To differentiate a sum of losses, add the losses and go back from the sum.

        Parameters
        ----------
        upstream : float or array_like, shape of value, optional
            Where to start. Left out, it is 1, and this node must be a number.

        Raises
        ------
        ValueError
            If the start is missing or of the wrong shape, or the value is NaN.
        """
        order = topological_order(self)
        start = self._start(upstream, order)
        for node in order:
            node.grad = 0.0
        self.grad = start
        for node in order:
            grad = node.grad
            # Not `strict=True`: on a scalar graph it takes a third of this loop's time.
            for parent, local in zip(node.parents, node.local_grads):  # noqa: B905
                if type(local) is float and type(grad) is float:
                    parent.grad += local * grad
                else:
                    _accumulate(parent, local, grad)

    def _start(self, upstream: ArrayLike | None, order: "list[Node]") -> Number:
        """Return the derivative that `backward` starts from."""
        if np.isnan(self.value).any():
            first = next(node for node in reversed(order) if np.isnan(node.value).any())
            raise ValueError(f"the value is nan, and first becomes nan in {first.op!r}")
        if upstream is None:
            if self.shape:
                raise ValueError(
                    f"the value has shape {self.shape}: backward() needs an upstream derivative of "
                    "that shape, or a number to start from, such as the sum"
                )
            return 1.0
        upstream = _checked(upstream)
        if np.shape(upstream) != self.shape:
            raise ValueError(
                f"upstream has shape {np.shape(upstream)} but the value has shape {self.shape}"
            )
        return upstream

    def to_dot(self) -> str:
        """Return the graph in Graphviz's language: each node's op and value, and its grad."""
        order = topological_order(self)
        number = {id(node): i for i, node in enumerate(order)}
        lines = ["digraph {", "  rankdir=LR;", "  node [shape=record];"]
        for node in order:
            value, grad = _short(node.value), _short(node.grad)
            lines.append(f'  n{number[id(node)]} [label="{node.op}|value {value}|grad {grad}"];')
        for node in order:
            for parent in node.parents:
                lines.append(f"  n{number[id(parent)]} -> n{number[id(node)]};")
        return "\n".join([*lines, "}"])

    def __repr__(self) -> str:
        return f"Node({_short(self.value)}, op={self.op!r}, grad={_short(self.grad)})"

    def __getitem__(self, index: Any) -> "Node":
        """Return the entries at a NumPy index. An entry taken twice gets both contributions."""
        shape = self.shape

        def scatter(grad: Number) -> Array:
            whole = np.zeros(shape)
            np.add.at(whole, index, grad)
            return whole

        return _node(self.value[index], (self,), "[]", (scatter,))

    def reshape(self, *shape: int) -> "Node":
        """Return the entries in another shape."""
        before = self.shape
        value = np.reshape(self.value, shape)
        return _node(value, (self,), "reshape", (lambda grad: np.reshape(grad, before),))

    @property
    def T(self) -> "Node":
        """The transpose."""
        return _node(np.transpose(self.value), (self,), "T", (np.transpose,))

    def sum(self, axis: int | None = None, keepdims: bool = False) -> "Node":
        """Return the sum over one axis, or over all entries."""
        value = np.sum(self.value, axis=axis, keepdims=keepdims)
        return _node(value, (self,), "sum", (_spread(self.shape, axis, keepdims),))

    def mean(self, axis: int | None = None, keepdims: bool = False) -> "Node":
        """Return the mean over one axis, or over all entries."""
        value = np.mean(self.value, axis=axis, keepdims=keepdims)
        spread, share = _spread(self.shape, axis, keepdims), np.size(value) / np.size(self.value)
        return _node(value, (self,), "mean", (lambda grad: spread(grad) * share,))

    def max(self, axis: int | None = None, keepdims: bool = False) -> "Node":
        """Return the maximum over one axis, or over all entries. Ties share the derivative."""
        value = np.max(self.value, axis=axis, keepdims=True)
        chosen = (self.value == value) * 1.0
        chosen /= chosen.sum(axis=axis, keepdims=True)
        spread = _spread(self.shape, axis, keepdims)
        value = value if keepdims else np.max(self.value, axis=axis)
        return _node(value, (self,), "max", (lambda grad: spread(grad) * chosen,))


def topological_order(output: Node) -> list[Node]:
    """Return every node that an output depends on, each after all that use it.

    Math: reverse topological order of a directed acyclic graph, by depth-first search

    (T. Cormen et al., Introduction to Algorithms, section 22.4)

    Parameters
    ----------
    output : Node
        Where the walk starts; it comes first.

    Returns
    -------
    list of Node
        The order in which `backward` visits them.
    """
    order: list[Node] = []
    seen: set[Node] = set()
    todo: list[Node | None] = [output]
    while todo:
        node = todo.pop()
        if node is None:  # everything that the next one was computed from is in the order
            order.append(todo.pop())
        elif node not in seen:
            seen.add(node)
            todo += (node, None, *node.parents)
    order.reverse()
    return order


def _node(
    value: Any, parents: tuple[Node, ...], op: str, local_grads: tuple[LocalGrad, ...]
) -> Node:
    """Return the node of a computed quantity; what a computation gives needs no checks."""
    node = _new(Node)
    node.value = value if type(value) is float or np.ndim(value) else float(value)
    node.grad = 0.0
    node.parents = parents
    node.op = op
    node.local_grads = local_grads
    return node


_new = object.__new__


def constant(value: ArrayLike) -> Node:
    """Return an input that is not differentiated by, such as data or targets.

    Parameters
    ----------
    value : float or array_like of floats
        Arrays are copied.
    """
    node = Node(value)
    node.op = CONSTANT
    return node


def _accumulate(parent: Node, local: LocalGrad, grad: Number) -> None:
    """Add one contribution to a parent's derivative. Arrays are shared, so never changed."""
    if parent.op == CONSTANT:
        return
    added = contribution(local, grad, np.shape(parent.value))
    first = type(parent.grad) is float and parent.grad == 0.0
    parent.grad = added if first else parent.grad + added


def contribution(local: LocalGrad, upstream: Number, shape: tuple[int, ...]) -> Number:
    """Return what one use of a quantity adds to its derivative.

    Math: local derivative x upstream derivative, summed over the axes that were broadcast

    Parameters
    ----------
    local : float, ndarray or function
        The user's derivative with respect to the quantity; see the module's docstring.
    upstream : float or ndarray
        dJ/d(user). Not modified.
    shape : tuple of int
        The quantity's shape.

    Returns
    -------
    float or ndarray, of that shape
        May share memory with `upstream`.
    """
    if callable(local):
        product = local(upstream)
    else:
        product = upstream if type(local) is float and local == 1.0 else upstream * local
    return _unbroadcast(product, shape)


def _unbroadcast(grad: Number, shape: tuple[int, ...]) -> Number:
    """Return a derivative summed over the axes along which its quantity was repeated."""
    if np.shape(grad) == shape:
        return grad
    grad = np.sum(grad, axis=tuple(range(np.ndim(grad) - len(shape))))
    repeated = tuple(i for i, size in enumerate(shape) if size == 1 and grad.shape[i] != 1)
    grad = grad.sum(axis=repeated, keepdims=True) if repeated else grad
    return grad if shape else float(grad)


def _spread(shape: tuple[int, ...], axis: int | None, keepdims: bool) -> LocalGrad:
    """Return the local derivative of a sum: every entry gets what comes from above."""

    def spread(grad: Number) -> Array:
        if axis is not None and not keepdims:
            grad = np.expand_dims(grad, axis)
        return np.broadcast_to(grad, shape)

    return spread


def _checked(value: ArrayLike) -> Number:
    """Return a value that comes from outside as a float or a new float64 array."""
    if type(value) is float and value == value:  # the usual case, without NumPy's overhead
        return value
    array = np.array(value)
    if array.dtype.kind != "f":
        raise TypeError(
            f"{value!r} has dtype {array.dtype} but a derivative needs floats: "
            "write 3.0 for 3, and use x.astype(float) for an array"
        )
    if np.isnan(array).any():
        raise ValueError(f"{value!r} is not a number (nan)")
    return array.astype(np.float64, copy=False) if array.ndim else float(array)


def _constant(value: Any) -> Node:
    """Return the constant for a number or array that stands beside a node in a formula."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    return constant(value)


def _short(value: Number) -> str:
    """Return a value for people to read: a number, or an array's shape."""
    return f"{value:.4g}" if type(value) is float else f"array{np.shape(value)}"


def _binary(op: str, compute: Callable, local: Callable) -> Callable[[Any, Any], Node]:
    """Return the operation of two nodes whose rule is a line of the tables below."""

    def operation(x: Any, y: Any) -> Node:
        if type(x) is not Node:
            x = _constant(x)
        if type(y) is not Node:
            y = _constant(y)
        a, b = x.value, y.value
        try:
            value = compute(a, b)
        except ValueError:
            raise _mismatch(op, x, y) from None
        return _node(value, (x, y), op, local(a, b))

    operation.__doc__ = f"Return `{op}` of two nodes, arrays or numbers, as a node."
    return operation


def _mismatch(op: str, x: Node, y: Node) -> ValueError:
    shapes = f"x has shape {x.shape} and y has shape {y.shape}, which do not go together"
    return ValueError(f"x {op} y: {shapes}")


def _matmul_locals(a: Array, b: Array) -> tuple[LocalGrad, LocalGrad]:
    """Return the local derivatives of a @ b for vectors and matrices, in all four pairings."""
    rows, columns = np.atleast_2d(a), b if b.ndim == 2 else b[:, None]

    def matrix(grad: Number) -> Array:
        return np.reshape(grad, (rows.shape[0], columns.shape[1]))

    return (
        lambda grad: (matrix(grad) @ columns.T).reshape(a.shape),
        lambda grad: (rows.T @ matrix(grad)).reshape(b.shape),
    )


def _matmul(a: Array, b: Array) -> Array:
    if not (np.ndim(a) in (1, 2) and np.ndim(b) in (1, 2)):
        raise ValueError
    return a @ b


def _power_locals(a: Number, n: Number) -> tuple[LocalGrad, LocalGrad]:
    """Return the local derivatives of a**n. That by n is 0 where the base is not positive."""
    positive = np.where(np.greater(a, 0), a, 1.0)
    return n * a ** (n - 1.0), a**n * np.log(positive)


def _maximum_locals(a: Number, b: Number) -> tuple[LocalGrad, LocalGrad]:
    """Return the local derivatives of max(a, b). At a tie each gets half."""
    share = 0.5 * (1.0 + np.sign(a - b))
    return share, 1.0 - share


def _unary(op: str, of_number: Callable, of_array: Callable, local: Callable) -> Callable:
    """Return the function of one node whose rule is a line of the tables below."""

    def function(x: Any) -> Node:
        if type(x) is not Node:
            x = _constant(x)
        a = x.value
        if type(a) is float:
            y = of_number(a)
            return _node(y, (x,), op, (float(local(a, y)),))
        y = of_array(a)
        return _node(y, (x,), op, (local(a, y),))

    function.__name__ = function.__qualname__ = op
    function.__doc__ = f"Return the {op} of a node, an array or a number, as a node."
    return function


def _sigmoid(a: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(a, -act.LARGEST_EXPONENT)))


def _relu(a: float) -> float:
    return a if a > 0 else 0.0


def _softplus(a: float) -> float:
    return max(a, 0.0) + math.log1p(math.exp(-abs(a)))


def _rows_only(a: float) -> float:
    raise ValueError("softmax needs an array with the classes along its last axis, not a number")


def _softmax_local(a: Array, P: Array) -> LocalGrad:
    """Return the local derivative of the softmax of each row: its Jacobian, times grad."""
    return lambda grad: P * (grad - np.sum(grad * P, axis=-1, keepdims=True))


def _log_softmax_local(a: Array, log_P: Array) -> LocalGrad:
    P = np.exp(log_P)
    return lambda grad: grad - P * np.sum(grad, axis=-1, keepdims=True)


# Sums and products are nearly all of a scalar graph. Written out, without calls of `_binary` and
# `_node`, they take about 60 % of the time.


def add(x: Any, y: Any) -> Node:
    """Return x + y."""
    if type(x) is not Node:
        x = _constant(x)
    if type(y) is not Node:
        y = _constant(y)
    node = _new(Node)
    try:
        node.value = x.value + y.value
    except ValueError:
        raise _mismatch("+", x, y) from None
    node.grad = 0.0
    node.parents = (x, y)
    node.op = "+"
    node.local_grads = (1.0, 1.0)
    return node


def multiply(x: Any, y: Any) -> Node:
    """Return x * y, entry by entry."""
    if type(x) is not Node:
        x = _constant(x)
    if type(y) is not Node:
        y = _constant(y)
    a, b = x.value, y.value
    node = _new(Node)
    try:
        node.value = a * b
    except ValueError:
        raise _mismatch("*", x, y) from None
    node.grad = 0.0
    node.parents = (x, y)
    node.op = "*"
    node.local_grads = (b, a)
    return node


# fmt: off
# function            name    value              local derivative by a and by b
subtract    = _binary("-",    operator.sub,      lambda a, b: (1.0, -1.0))
divide      = _binary("/",    operator.truediv,  lambda a, b: (1.0 / b, -a / (b * b)))
power       = _binary("**",   operator.pow,      _power_locals)
matmul      = _binary("@",    _matmul,           _matmul_locals)
maximum     = _binary("max",  np.maximum,        _maximum_locals)

# function           name           of a number   of an array              local derivative
negative    = _unary("-",           operator.neg, operator.neg,            lambda a, y: -1.0)
exp         = _unary("exp",         math.exp,     np.exp,                  lambda a, y: y)
log         = _unary("log",         math.log,     np.log,                  lambda a, y: 1.0 / a)
sin         = _unary("sin",         math.sin,     np.sin,                  lambda a, y: np.cos(a))
cos         = _unary("cos",         math.cos,     np.cos,                  lambda a, y: -np.sin(a))
tanh        = _unary("tanh",        math.tanh,    np.tanh,                 lambda a, y: 1 - y * y)
sigmoid     = _unary("sigmoid",     _sigmoid,     act.sigmoid,     lambda a, y: y - y * y)
relu        = _unary("relu",        _relu,        act.relu,        lambda a, y: (a > 0) * 1.0)
softplus    = _unary("softplus",    _softplus,    act.softplus,    lambda a, y: 1 - np.exp(-y))
softmax     = _unary("softmax",     _rows_only,   act.softmax,     _softmax_local)
log_softmax = _unary("log_softmax", _rows_only,   act.log_softmax, _log_softmax_local)

Node.__add__      = add
Node.__radd__     = lambda self, other: add(other, self)
Node.__sub__      = subtract
Node.__rsub__     = lambda self, other: subtract(other, self)
Node.__mul__      = multiply
Node.__rmul__     = lambda self, other: multiply(other, self)
Node.__truediv__  = divide
Node.__rtruediv__ = lambda self, other: divide(other, self)
Node.__pow__      = power
Node.__rpow__     = lambda self, other: power(other, self)
Node.__matmul__   = matmul
Node.__rmatmul__  = lambda self, other: matmul(other, self)
Node.__neg__      = negative
# fmt: on


def where(condition: ArrayLike, x: Any, y: Any) -> Node:
    """Return x where a condition holds and y elsewhere; the condition itself is a plain array."""
    chosen = np.asarray(condition, dtype=bool)
    return _binary("where", lambda a, b: np.where(chosen, a, b),
                   lambda a, b: (chosen * 1.0, ~chosen * 1.0))(x, y)  # fmt: skip
