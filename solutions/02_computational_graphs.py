# %% [markdown]
# # Lesson 2: Computational graphs
#
# *About 130 minutes. You need lesson 1: the chain rule, forward and backward tables, the outer
# product, and* $\sigma' = \sigma(1-\sigma)$. *In Python you need functions,
# also ones that call themselves, loops, lists, and what a class with attributes is. A good place for a break is before section 5.*
#
# After this lesson you can
#
# - draw a formula as a graph, and write a value and a derivative at every node;
# - say what `+`, `*` and `max` do to a derivative that comes back;
# - differentiate a sigmoid unit gate by gate, and as one gate;
# - build a small engine that differentiates any formula made of its operations;
# - say what breaks without the right order, without the starting 1, and with `=` for `+=`;
# - cut a network into modules, each with a forward and a backward function.

# %% [markdown]
# ## The recipe and its two questions
#
# Notes (d) give a recipe for learning from data:
#
# 1. Take training data, $N$ pairs $(x_i, y_i)$.
# 2. Choose a decision function $\hat y = f_\theta(x)$ with parameters $\theta$, and a loss
#    $J(\hat y, y)$, one number that says how bad a prediction is.
# 3. The goal: parameters that make the loss small, summed over all examples.
# 4. Get there with stochastic gradient descent (SGD): take one example at a time, and a small step
#    opposite the gradient,
#
# $$\theta^{(t+1)} = \theta^{(t)} - \eta_t\,\nabla J\big(f_\theta(x_i),\,y_i\big),$$
#
# where $\theta^{(t)}$ are the parameters after $t$ steps and $\eta_t$ is the size of the step.
#
# One thing is missing: the gradient. So the notes ask two questions. **When** can we compute the
# gradient for an arbitrary network? And when can we compute it **efficiently**? At the end of this
# lesson you will have the answers, and a program that shows them.

# %%
import numpy as np

from autograder import answer, check, failing_case, hint, predict, solution
from course import figures, graph, widgets

# %% [markdown]
# ## 1. A formula as a graph
#
# Take $f = (x + y)\,z$ at $x = -2$, $y = 5$, $z = -4$. Give a name to what is computed on the way:
# $q = x + y$, then $f = q\,z$. Now draw a dot for each input, a circle for each operation, and an
# arrow from everything to what it is used for. This is a **computational graph**, its points are
# **nodes**, and its operations are often called **gates**.
#
# The next cell builds and draws it, with `graph.Node` of this course. In section 5 you will write a
# `Node` of your own.

# %% demo=true
x, y, z = graph.Node(-2.0), graph.Node(5.0), graph.Node(-4.0)
q = x + y
f = q * z
figures.computational_graph(f, {"x": x, "y": y, "z": z, "q": q, "f": f}, grads=False)

# %% [markdown]
# Above each node stands its value, computed from left to right: the **forward pass**. Below it
# there will be the derivative of the output $f$ with respect to that node, computed from right to
# left: the **backward pass**. Here $J = f$, so `dq` means $df/dq$.
#
# - At the output, $df/df = 1$.
# - $f = q\,z$ is a product, so $df/dq = z = -4$ and $df/dz = q = 3$.
# - $q = x + y$ grows as much as $x$ does, so $dq/dx = 1$. The chain rule gives
#   $\frac{df}{dx} = \frac{df}{dq}\cdot\frac{dq}{dx} = -4\cdot 1$, and the same for $y$.
#
# Look at what the sum gate did in the last step. It took what came back to it, $df/dq$, the
# **upstream** derivative. It multiplied by its own **local** derivative, $dq/dx$. Nothing else
# about $f$ was needed:
#
# $$\text{derivative at an input of a gate} = \text{local derivative} \times
# \text{upstream derivative} .$$
#
# **Predict:** $z$ grows from $-4$ to $-3.9$. By how much does $f$ change? Then let `f.backward()` fill
# in all derivatives.

# %% free=true
predict("2 nudge", ...)  # a number

# %% demo=true
f.backward()
figures.computational_graph(f, {"x": x, "y": y, "z": z, "q": q, "f": f})

# %% [markdown]
# $dz = 3$: the output changes three times as much as $z$. Check it: $3\cdot(-3.9) = -11.7$, and
# $f$ was $-12$.
#
# Now you first, with other numbers. The next cell goes through the same graph node by node, forward
# and then back. Type what you expect and press Enter, or press Next to see it.

# %% demo=true
x, y, z = graph.Node(3.0), graph.Node(-1.0), graph.Node(0.5)
q = x + y
f = q * z
widgets.step_through(f, {"x": x, "y": y, "z": z, "q": q, "f": f})

# %% [markdown]
# Now a sibling, $f = (x - y)/z$. Two entries of its backward column are left open:
#
# | forward | backward |
# |:--|:--|
# | $q = x - y$ | $dx = dq\cdot 1,\quad dy = dq\cdot\;?$ |
# | $f = q\,/\,z$ | $dq = 1/z,\quad dz = \;?$ |
#
# As in lesson 1, the backward column is read upwards.
#
# **Exercise 2.1** · 5 minutes · ●○○
#
# Fill the gaps, and return the derivatives of $f$ with respect to $q$, $x$, $y$ and $z$.


# %% exercise="xyz_grads"
def xyz_grads(x, y, z):
    """Return dq, dx, dy, dz of f = q / z with q = x - y, four numbers. z is not 0."""
    # BEGIN SOLUTION
    q = x - y
    dq = 1 / z
    dz = -q / z**2
    dx = dq * 1
    dy = dq * -1
    return dq, dx, dy, dz
    # END SOLUTION


# %% check="xyz_grads" points=2

# %% [markdown]
# ## 2. What gates do to a derivative
#
# Since every gate needs only its own local derivatives, you can learn gates one by one, once and
# for all. Start with a product of very unequal factors, $f = x\,y$ at $x = 0.001$ and $y = 1000$.
# **Predict:** which of the two has the larger derivative, `"x"` or `"y"`?

# %% free=true
predict("2 swap", ...)

# %% demo=true
x, y = graph.Node(0.001), graph.Node(1000.0)
f = x * y
f.backward()
figures.computational_graph(f, {"x": x, "y": y, "f": f})

# %% [markdown]
# Each factor gets the value of the other one. Three gates are worth knowing by heart:
#
# | gate | value | local derivatives | what it does to the upstream derivative |
# |:--|:--|:--|:--|
# | `+` | $a + b$ | $1$ and $1$ | **distributes** it: both inputs get all of it |
# | `*` | $a\,b$ | $b$ and $a$ | **swaps**: each input gets it times the value of the other |
# | `max` | the larger | $1$ for the larger, $0$ for the other | **routes** it: the larger gets all |
#
# Two more gates with two inputs are differences and quotients; you had both in exercise 2.1. The
# next cell computes the five.
#
# **Exercise 2.2** · 8 minutes · ●○○
#
# Write the two local derivatives of each gate. Here $J$ is the gate's own output, so `da` and `db`
# are the local derivatives.


# %%
def binary(op, a, b):
    values = {"+": a + b, "-": a - b, "*": a * b, "/": a / b, "max": max(a, b)}
    return values[op]


# %% exercise="binary_rule"
def binary_rule(op, a, b):
    """Return da, db, the local derivatives of the gate `op` at a and b, two numbers.

    op: "+", "-", "*", "/" or "max"; a, b: two different numbers, b is not 0.
    """
    # BEGIN SOLUTION
    if op == "+":
        return 1.0, 1.0
    if op == "-":
        return 1.0, -1.0
    if op == "*":
        return b, a
    if op == "/":
        return 1 / b, -a / b**2
    if op == "max":
        return (1.0, 0.0) if a > b else (0.0, 1.0)
    # END SOLUTION


# %% check="binary_rule" points=3

# %% [markdown]
# Gates with one input are functions of one number, and their local derivative is the derivative
# that you know. One of them is a sign, $-a$, which we call `"neg"`; another is $1/a$, `"inverse"`.
#
# **Exercise 2.3** · 8 minutes · ●○○
#
# Write the local derivative of each of these eight gates, taken at the input `a`. Lesson 1 has the
# derivatives of $\tanh$ (section 3) and $\sigma$ (section 5).


# %%
def sigmoid(a):
    return 1 / (1 + np.exp(-a))


# %%
UNARY = {
    "neg": lambda a: -a,
    "inverse": lambda a: 1 / a,
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
}


def unary(op, a):
    return UNARY[op](a)


# %% exercise="unary_rule"
def unary_rule(op, a):
    """Return da, the local derivative of the gate `op` at its input a, a number.

    op: a key of UNARY; a: a number, positive for "log", not 0 for "inverse".
    """
    # BEGIN SOLUTION
    if op == "neg":
        return -1.0
    if op == "inverse":
        return -1 / a**2
    if op == "exp":
        return np.exp(a)
    if op == "log":
        return 1 / a
    if op == "sin":
        return np.cos(a)
    if op == "cos":
        return -np.sin(a)
    if op == "tanh":
        return 1 - np.tanh(a) ** 2
    if op == "sigmoid":
        return sigmoid(a) * (1 - sigmoid(a))
    # END SOLUTION


# %% check="unary_rule" points=3

# %% [markdown]
# Rules like these thirteen are all the calculus that an engine needs. In section 5 you build one.

# %% [markdown]
# ## 3. A sigmoid unit, gate by gate
#
# Here is a unit of a network with two inputs $x_0$, $x_1$, two weights $w_0$, $w_1$ and a bias that
# is called $w_2$:
#
# $$h = \sigma(w_0 x_0 + w_1 x_1 + w_2) = \frac{1}{1 + e^{-(w_0 x_0 + w_1 x_1 + w_2)}} .$$
#
# Notes (b) work it out at $w = (2, -3, -3)$ and $x = (-1, -2)$, one gate at a time. The forward
# pass is complete; the backward pass, read upwards, is yours to complete. Here $J = h$.
#
# | forward | value | backward |
# |:--|--:|:--|
# | $p = w_0 x_0$ | $-2$ | $dw_0 = dp\cdot x_0,\quad dx_0 = dp\cdot\;?$ |
# | $q = w_1 x_1$ | $6$ | $dw_1 = dq\cdot\;?\,,\quad dx_1 = dq\cdot\;?$ |
# | $s = p + q$ | $4$ | $dp = \;?\,,\quad dq = \;?$ |
# | $a = s + w_2$ | $1$ | $ds = da\cdot 1,\quad dw_2 = \;?$ |
# | $n = -a$ | $-1$ | $da = dn\cdot\;?$ |
# | $e = \exp(n)$ | $0.3679$ | $dn = de\cdot\;?$ |
# | $u = 1 + e$ | $1.3679$ | $de = du\cdot 1 = -0.5344$ |
# | $h = 1/u$ | $0.7311$ | $du = -1/u^2 = -0.5344$ |
#
# **Exercise 2.4** · 12 minutes · ●●○
#
# Write the backward column for any weights and inputs. Compute the forward values that you need.


# %% exercise="neuron_gates"
def neuron_gates(w0, x0, w1, x1, w2):
    """Return du, de, dn, da, ds, dp, dq, dw0, dx0, dw1, dx1, dw2: twelve numbers."""
    # BEGIN SOLUTION
    n = -(w0 * x0 + w1 * x1 + w2)
    e = np.exp(n)
    u = 1 + e
    du = -1 / u**2
    de = du * 1
    dn = de * e
    da = dn * -1
    ds, dw2 = da, da
    dp, dq = ds, ds
    dw0, dx0 = dp * x0, dp * w0
    dw1, dx1 = dq * x1, dq * w1
    return du, de, dn, da, ds, dp, dq, dw0, dx0, dw1, dx1, dw2
    # END SOLUTION


# %% check="neuron_gates" points=4

# %% [markdown]
# Here is your table as a graph. Go to the way back, and say what comes next before you see it.

# %% demo=true
w0, x0, w1, x1, w2 = (graph.Node(v) for v in (2.0, -1.0, -3.0, -2.0, -3.0))
p, q = w0 * x0, w1 * x1
s = p + q
a = s + w2
n = -a
e = graph.exp(n)
u = 1 + e
h = 1 / u
names = {"w0": w0, "x0": x0, "w1": w1, "x1": x1, "w2": w2, "p": p, "q": q}
widgets.step_through(h, names | {"s": s, "a": a, "n": n, "e": e, "u": u, "h": h})

# %% [markdown]
# Read the last picture with the words of section 2: the sums on the left hand $0.1966$ on to both of
# their inputs, and the products swap.
#
# ### The same unit with fewer gates
#
# The last four gates, from $a$ to $h$, are the sigmoid. Multiply their local derivatives:
#
# $$\frac{dh}{da} = \frac{-1}{u^2}\cdot 1\cdot e\cdot(-1) = \frac{e}{u^2} =
# \frac{1}{u}\cdot\frac{u-1}{u} = h\,(1 - h),$$
#
# in numbers $0.7311\cdot 0.2689 = 0.1966$. So all four can be one gate, and its rule is the
# $\sigma'$ of lesson 1. You decide how large a gate is: whatever you have a derivative for can be
# one.
#
# **Exercise 2.5** · 5 minutes · ●○○
#
# The same derivatives with one sigmoid gate: compute $a$, then $h = \sigma(a)$, and go back.


# %% exercise="neuron_one_gate"
def neuron_one_gate(w0, x0, w1, x1, w2):
    """Return da, dw0, dx0, dw1, dx1, dw2 of h = sigmoid(a), six numbers, J = h."""
    # BEGIN SOLUTION
    h = sigmoid(w0 * x0 + w1 * x1 + w2)
    da = h * (1 - h)
    return da, da * x0, da * w0, da * x1, da * w1, da
    # END SOLUTION


# %% check="neuron_one_gate" points=2

# %% [markdown]
# ## 4. Derivatives add where paths meet
#
# So far every value was used once. Now take $b = a + a$ and $c = b + b$. **Predict:** what is
# $dc/da$?

# %% free=true
predict("2 branch", ...)  # a number

# %% demo=true
a = graph.Node(1.5)
b = a + a
c = b + b
c.backward()
figures.computational_graph(c, {"a": a, "b": b, "c": c})

# %% [markdown]
# Two arrows leave $a$. Each brings back the local derivative $1$ times $db = 2$, and the two
# contributions **add** up to $4$. You have seen this in lesson 1: $x^2$ was used twice, and the
# table said $\mathrel{+}=$. The rule: start the derivative of every node at 0, and let everything
# that uses the node add its contribution.
#
# Here is a graph with more meeting points, $J = t\sin(t) + t\,x$ with $t = x\,y$:
#
# $$t = x\,y,\qquad v = \sin(t),\qquad w = t\,v,\qquad r = t\,x,\qquad J = w + r .$$
#
# **Exercise 2.6** · 8 minutes · ●●○
#
# Write the derivatives for $t$, $x$ and $y$. First count: how often is $t$ used, and how often $x$?


# %% exercise="branch_grad"
def branch_grad(x, y):
    """Return dt, dx, dy of J = t * sin(t) + t * x with t = x * y, three numbers."""
    # BEGIN SOLUTION
    t = x * y
    v = np.sin(t)
    dw, dr = 1.0, 1.0
    dv = dw * t
    dt = dw * v
    dt += dv * np.cos(t)
    dt += dr * x
    dx = dr * t
    dx += dt * y
    dy = dt * x
    return dt, dx, dy
    # END SOLUTION


# %% check="branch_grad" points=3

# %% demo=true
x, y = graph.Node(0.7), graph.Node(1.3)
t = x * y
v, r = graph.sin(t), t * x
w = t * v
J = w + r
widgets.step_through(
    J,
    {"x": x, "y": y, "t": t, "v": v, "w": w, "r": r, "J": J},
    question="Where do several arrows leave one node, and what happens there on the way back?",
)

# %% [markdown]
# Under every arrow that leaves a branch stands what comes back along it. Notice that `dt` had to be complete, with all three contributions in it, before it was passed on
# to $x$ and $y$. Remember that for the next section.

# %% [markdown]
# ## 5. Your own engine
#
# You have now done the same thing by hand four times. Time to let a program do it. Notes (d)
# describe the algorithm in four steps. In our words, but for the third:
#
# 1. Make the computation a directed acyclic graph, with a node for every intermediate quantity.
# 2. Keep two numbers at each node: its value, and the derivative of the goal with respect to it.
# 3. As printed in our copy: "Initialize all partial derivatives to 0."
# 4. Go through the nodes in reverse topological order, and let each one add its contribution to the
#    derivatives of its parents.
#
# *Directed* means that edges are arrows; *acyclic* that no quantity is computed from itself, not
# even by a detour. The *parents* of a node are the nodes it was computed from, and an input has
# none. Step by step you will turn this into code, and find out what is missing in it.
#
# ### A node
#
# This is step 2, and it is given:


# %%
class Node:
    """One quantity of a computation, and how it was computed."""

    def __init__(self, value, parents=(), op="", local_grads=()):
        self.value = value  # a number, from the forward pass
        self.grad = 0.0  # dJ/d(value), after the backward pass
        self.parents = parents  # a tuple: the nodes it was computed from
        self.op = op  # a str: the operation; empty for an input
        self.local_grads = local_grads  # a tuple: for each parent, d(value)/d(parent)

    def __repr__(self):
        return f"Node({self.value:.4g}, op={self.op!r}, grad={self.grad:.4g})"


# %% [markdown]
# By hand, $f = (x + y)\,z$ of section 1 becomes five nodes. Compare every entry with the picture
# there:

# %% free=true
x, y, z = Node(-2.0), Node(5.0), Node(-4.0)
q = Node(3.0, (x, y), "+", (1.0, 1.0))
f = Node(-12.0, (q, z), "*", (-4.0, 3.0))  # the local derivatives of a product: swapped
print(f, "is computed from", f.parents)

# %% demo=true
figures.computational_graph(f, {"x": x, "y": y, "z": z, "q": q, "f": f})

# %% [markdown]
# All values are there, all derivatives are still 0.
#
# ### The order
#
# A node may hand on its derivative only when it is complete. So it must be visited **after every
# node that uses it**. The output comes first. A list like that is a *reverse topological order*:
# for the graph above $f, q, z, y, x$ is one, and $f, z, q, x, y$ is another. But $f, x, q, z, y$ is
# none: $x$ comes before $q$, which uses it.
#
# How do you find one? Walk from the output to its parents, to their parents, and so on. Put a node
# into a list **when all its parents are in the list**. Then everything comes after what it was
# computed from, and read from the end the list is what you need. A node that is used twice is
# reached twice, so remember which ones you have seen. For $b = a + a$, $c = b + b$:
#
# | the walk | the list |
# |:--|:--|
# | reaches $c$, goes on to its first parent $b$, and to its first parent $a$ | |
# | $a$ has no parents: into the list | $a$ |
# | back at $b$: its second parent is $a$, seen. $b$ into the list | $a, b$ |
# | back at $c$: its second parent is $b$, seen. $c$ into the list | $a, b, c$ |
# | read from the end | $c, b, a$ |
#
# The next cell walks without remembering: `walk` calls itself for every parent of a node. For
# $b = a + a$, $c = b + b$ it would print $b$ twice and $a$ four times.


# %% free=true
def walk(node, depth=0):
    print("    " * depth + (node.op or "an input"))
    for parent in node.parents:
        walk(parent, depth + 1)


walk(f)

# %% [markdown]
# Build on this. Write such a function *inside* yours: then all its calls see the same list, and the
# same set of nodes that have been reached. (In Python a function inside another one may use the
# outer one's variables.)
#
# **Exercise 2.7** · 20 minutes · ●●●
#
# Return every node that `output` depends on, each once and after all nodes that use it. Any such
# order is right; if yours is not, the check shows the graph as a short program, such as `b = x + x`.


# %% exercise="topological_order"
def topological_order(output):
    """Return a list of nodes: the output first, each node after all that use it, once.

    output: a Node. The nodes are found through `parents`; they are not changed.
    """
    # BEGIN SOLUTION
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(output)
    return order[::-1]
    # END SOLUTION


# %% check="topological_order" points=5

# %% [markdown]
# ### The way back
#
# Now steps 3 and 4. For each node of the order, in turn, and for each parent of that node,
#
# $$\text{parent.grad} \mathrel{+}= \text{local derivative for this parent}\cdot\text{node.grad} .$$
#
# Before that, all derivatives are set to 0, also those of an earlier call. And the output's own
# derivative is $dJ/dJ = 1$.
#
# **Exercise 2.8** · 10 minutes · ●●○
#
# Compute `grad` of every node in the order. A second call with the same order must give the same
# again.


# %% exercise="backpropagate"
def backpropagate(order):
    """Set grad of every node to the derivative of the output, order[0]. Return nothing.

    order: a list of Node, each after all nodes that use it.
    """
    # BEGIN SOLUTION
    for node in order:
        node.grad = 0.0
    order[0].grad = 1.0
    for node in order:
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            parent.grad += local * node.grad
    # END SOLUTION


# %% check="backpropagate" points=4

# %% [markdown]
# ### Operations that build the graph
#
# Step 1 is left. Nobody wants to type in values and local derivatives. An operation on nodes can do
# that by itself: it computes the value, notes where it came from, and how it would differentiate.
# Here is a difference, worked:


# %%
def subtract(x, y):
    return Node(x.value - y.value, (x, y), "-", (1.0, -1.0))


# %% [markdown]
# **Exercise 2.9** · 4 minutes · ●○○
#
# Return the node of a sum, with `op` equal to `"+"`.


# %% exercise="add"
def add(x, y):
    """Return the Node of x + y, with op "+". x, y: Node, perhaps the same one twice."""
    # BEGIN SOLUTION
    return Node(x.value + y.value, (x, y), "+", (1.0, 1.0))
    # END SOLUTION


# %% check="add" points=2

# %% [markdown]
# **Exercise 2.10** · 4 minutes · ●○○
#
# Return the node of a product, with `op` equal to `"*"`.


# %% exercise="multiply"
def multiply(x, y):
    """Return the Node of x * y, with op "*". x, y: Node, perhaps the same one twice."""
    # BEGIN SOLUTION
    return Node(x.value * y.value, (x, y), "*", (y.value, x.value))
    # END SOLUTION


# %% check="multiply" points=2

# %% [markdown]
# One function is enough for all gates with one input: it gets the function $f$ and its derivative
# $f'$, two functions of a number. For $\sin$ you would call `apply(np.sin, np.cos, "sin", x)`.
#
# **Exercise 2.11** · 6 minutes · ●○○
#
# Return the node of $f(x)$. (A tuple with one entry is written with a comma: `(x,)`.)


# %% exercise="apply"
def apply(f, f_prime, op, x):
    """Return the Node of f(x).

    f, f_prime: a function of one number and its derivative; op: its name; x: a Node.
    """
    # BEGIN SOLUTION
    return Node(f(x.value), (x,), op, (f_prime(x.value),))
    # END SOLUTION


# %% check="apply" points=2

# %% [markdown]
# ### Run it
#
# The last step is comfort. The next two cells make functions of nodes that use your `unary_rule`,
# turn a number that stands in a formula into a node, and tell Python what to call for `+`, `*` and
# `-`. (Run the second one again whenever you have run the cell of `Node` again.)


# %%
def node_function(op):
    return lambda x: apply(UNARY[op], lambda a: unary_rule(op, a), op, x)


def as_node(v):
    return v if isinstance(v, Node) else Node(v)


sin_node, cos_node = node_function("sin"), node_function("cos")
exp_node, inverse_node = node_function("exp"), node_function("inverse")

# %%
Node.__add__ = lambda self, other: add(self, as_node(other))
Node.__radd__ = lambda self, other: add(as_node(other), self)
Node.__mul__ = lambda self, other: multiply(self, as_node(other))
Node.__rmul__ = lambda self, other: multiply(as_node(other), self)
Node.__sub__ = lambda self, other: subtract(self, as_node(other))
Node.__rsub__ = lambda self, other: subtract(as_node(other), self)
Node.__neg__ = node_function("neg")
Node.backward = lambda self: backpropagate(topological_order(self))

# %% [markdown]
# From here on everything is computed by your engine. First $f = (x+y)\,z$; the derivatives should
# be $-4$, $-4$ and $3$.

# %% demo=true
x, y, z = Node(-2.0), Node(5.0), Node(-4.0)
f = (x + y) * z
f.backward()
figures.computational_graph(f, {"x": x, "y": y, "z": z, "f": f})

# %% [markdown]
# Next, $J = \cos(\sin(x^2) + 3x^2)$, the table of lesson 1, beside the engine of this course, which
# works in the same way as yours. Change $x$, or the formula: yours knows `+`, `-`, `*` and the
# functions above, but no `/` and no `**`.


# %% free=true
def J_of(x, sin, cos):
    t = x * x
    return cos(sin(t) + 3 * t)


mine, theirs = Node(1.0), graph.Node(1.0)
J_of(mine, sin_node, cos_node).backward()
J_of(theirs, graph.sin, graph.cos).backward()
print(f"dJ/dx at x = 1: yours {mine.grad:.10f}, the course's {theirs.grad:.10f}")

# %% [markdown]
# Now step through the graph that your engine has built. The values and the local derivatives are
# those that your operations have put into the nodes; where your `backpropagate` has set another
# `grad` than they give, the step says so.

# %% demo=true
x = Node(1.0)
t = x * x
J = cos_node(sin_node(t) + 3 * t)
J.backward()
widgets.step_through(J, {"x": x, "t": t, "J": J})

# %% [markdown]
# And the sigmoid unit of section 3, with all its gates:

# %% demo=true
w0, x0, w1, x1, w2 = map(Node, (2.0, -1.0, -3.0, -2.0, -3.0))
a = w0 * x0 + w1 * x1 + w2
h = inverse_node(1 + exp_node(-a))
h.backward()
names = {"w0": w0, "x0": x0, "w1": w1, "x1": x1, "w2": w2}
figures.computational_graph(h, names | {"a": a, "h": h})

# %% [markdown]
# You typed in the formula, and nothing else. This is **reverse-mode automatic differentiation**.
#
# ### Break it
#
# To see what each part is for, take it away. All of this is about $b = a + a$, $c = b + b$, where
# $dc/da$ should be $4$.
#
# **Without an order.** Here every node hands its derivative on to its parents as soon as it is
# reached. The walk reaches $b$ twice: first when $db$ is 1, then when it is 2. Each time all of
# `db` is handed on, along both arrows to $a$. **Predict:** which number ends up in `a.grad`?

# %% free=true
predict("2 at once", ...)  # a number


# %% free=true
def hand_on(node):
    for parent, local in zip(node.parents, node.local_grads, strict=True):
        parent.grad += local * node.grad
        hand_on(parent)


a = Node(1.5)
b = a + a
c = b + b
c.grad = 1.0
hand_on(c)
print("a.grad without an order:", a.grad)

# %% [markdown]
# Twice 1, then twice 2: the first contribution to $b$ is handed on again with the second. With
# seven sums in a row, `a.grad` would be 664,666; it should be 128.
#
# **In a wrong order.** Now `c.grad` starts at 1 and each node is visited once, but $b$ before $c$.
# **Predict:** `a.grad`?

# %% free=true
predict("2 too early", ...)  # a number


# %% free=true
def visit_in(order):  # the loop of the backward pass alone
    for node in order:
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            parent.grad += local * node.grad


a = Node(1.5)
b = a + a
c = b + b
c.grad = 1.0
visit_in([b, c, a])
print("a.grad in a wrong order:", a.grad, "and b.grad:", b.grad)

# %% [markdown]
# When $b$ had its turn, it had nothing yet; what it got later stayed with it.
#
# **Without the starting 1.** Go back to the four steps of the notes. Step 3 as printed sets *all*
# partial derivatives to 0, and nothing else is set before step 4. Do just that, in the right order.
# **Predict:** `a.grad`?

# %% free=true
predict("2 all zero", ...)  # a number

# %% free=true
a = Node(1.5)
b = a + a
c = b + b
visit_in([c, b, a])
print("a.grad without the starting 1:", a.grad)

# %% [markdown]
# Every contribution is a local derivative times 0. Step 3 lacks half a sentence: all partial
# derivatives are 0 **but the output's own, which is 1**.
#
# **With `=` in place of `+=`.** Now the order is right, and so is the start, but each contribution
# overwrites the one before. **Predict:** `a.grad`?

# %% free=true
predict("2 overwrite", ...)  # a number

# %% free=true
a = Node(1.5)
b = a + a
c = b + b
c.grad = 1.0
for node in [c, b, a]:
    for parent, local in zip(node.parents, node.local_grads, strict=True):
        parent.grad = local * node.grad
print("a.grad with = for +=:", a.grad)

# %% [markdown]
# One path out of four is left. This is the hardest of the four mistakes to notice: for a graph in
# which nothing is used twice, everything is right.

# %% [markdown]
# ## 6. A network as a chain of modules
#
# A gate may be as large as you like. Notes (d) cut a network with one hidden layer into five large
# gates, and call them **modules**. For one example, with $D$ inputs, $M$ hidden units, one output
# and a target $y$ that is 0 or 1:
#
# | module | forward | shape | backward: gets | returns |
# |:--|:--|:--|:--|:--|
# | 1, linear | $a^{(1)} = W^{(1)}x + b^{(1)}$ | $(M,)$ | `da1` | `dW1`, `db1`, `dx` |
# | 2, sigmoid | $h = \sigma(a^{(1)})$ | $(M,)$ | `dh` | `da1` |
# | 3, linear | $a^{(2)} = W^{(2)}h + b^{(2)}$ | $(1,)$ | `da2` | `dW2`, `db2`, `dh` |
# | 4, sigmoid | $\hat y = \sigma(a^{(2)})$ | $(1,)$ | `dy_hat` | `da2` |
# | 5, cross-entropy | $J = -y\log\hat y - (1-y)\log(1-\hat y)$ | a number | | `dy_hat` |
#
# $W^{(1)}$ has shape $(M, D)$, $b^{(1)}$ $(M,)$, $W^{(2)}$ $(1, M)$ and $b^{(2)}$ $(1,)$. The
# forward pass reads the table downwards, the backward pass upwards: what one module returns is what
# the module above it gets. There are only three kinds.


# %%
def linear(W, x, b):
    return W @ x + b


def cross_entropy(y_hat, y):
    return -y * np.log(y_hat) - (1 - y) * np.log(1 - y_hat)


# %% [markdown]
# ### The linear module
#
# Its output is $a = Wx + b$, and it gets `da`, the derivative of $J$ with respect to $a$. You had the
# rules for weights and input in lesson 1: an outer product (section 6) and a transpose (exercise
# 1.9). And $b_j$ is added to $a_j$. In indices,
#
# $$\frac{dJ}{dW_{ji}} = \frac{dJ}{da_j}\,x_i,\qquad \frac{dJ}{db_j} = \frac{dJ}{da_j},\qquad
# \frac{dJ}{dx_i} = \sum_{j} \frac{dJ}{da_j}\,W_{ji} .$$
#
# **Exercise 2.12** · 8 minutes · ●●○
#
# Write the backward function of $a = Wx + b$, for any number of inputs and outputs.


# %% exercise="linear_backward"
def linear_backward(da, W, x):
    """Return dW, shape (M, D), db, shape (M,), and dx, shape (D,), of a = W @ x + b.

    da: dJ/da, shape (M,); W: shape (M, D); x: shape (D,). None is changed.
    """
    # BEGIN SOLUTION
    dW = np.outer(da, x)
    db = da.copy()
    dx = W.T @ da
    return dW, db, dx
    # END SOLUTION


# %% check="linear_backward" points=3

# %% [markdown]
# ### The sigmoid module
#
# The sigmoid acts on each entry by itself, so its backward function does too:
# $\frac{dJ}{da_j} = \frac{dJ}{dh_j}\,\sigma'(a_j)$.
#
# **Exercise 2.13** · 4 minutes · ●○○
#
# Write the backward function of $h = \sigma(a)$.


# %% exercise="sigmoid_backward"
def sigmoid_backward(dh, a):
    """Return da, shape (M,), of h = sigmoid(a). dh: dJ/dh, (M,); a: (M,)."""
    # BEGIN SOLUTION
    h = sigmoid(a)
    return dh * h * (1 - h)
    # END SOLUTION


# %% check="sigmoid_backward" points=2

# %% [markdown]
# ### The cross-entropy module, as printed
#
# Here is module 5 as printed in our copy of notes (d), in the notation of this course:
#
# $$J = y\log\hat y + (1-y)\log(1-\hat y),\qquad
# \frac{dJ}{d\hat y} = \frac{y}{\hat y} + \frac{1-y}{1-\hat y} .$$
#
# First look at $J$. For $y = 1$ it is $\log\hat y$, which is largest when the prediction is
# perfect, $\hat y = 1$. So it is not yet a loss: it says how good a prediction is, not how bad. (It
# is called the *log-likelihood*.) The loss is its negative; that is the $J$ of our table, and from
# here on $J$ means the loss.
#
# Now the derivative. Here the last denominator is $1 - \hat y$; on the slides before, it is
# $\hat y - 1$. **Predict:** as the derivative of the *loss*, the formula above with $1 - \hat y$ is right for
# `"y = 0"`, for `"y = 1"`, for `"both"` or for `"neither"`?

# %% free=true
predict("2 printed", ...)

# %% free=true
y_hat, eps = 0.3, 1e-5
for y in (0.0, 1.0):
    slope = (cross_entropy(y_hat + eps, y) - cross_entropy(y_hat - eps, y)) / (2 * eps)
    module_5 = y / y_hat + (1 - y) / (1 - y_hat)
    earlier = y / y_hat + (1 - y) / (y_hat - 1)
    numbers = f"{slope:7.4f}, module 5 {module_5:7.4f}, slides before {earlier:7.4f}"
    print(f"y = {y:.0f}: measured {numbers}")

# %% [markdown]
# Module 5 has one of its two signs wrong, whether you read it as the derivative of the loss or of
# the log-likelihood. The slides before have the right derivative of the log-likelihood, which is not
# yet that of the loss.
#
# **Exercise 2.14** · 6 minutes · ●●○
#
# Write the derivative of the loss with respect to $\hat y$, for any $y$ from 0 to 1.


# %% exercise="cross_entropy_backward"
def cross_entropy_backward(y_hat, y):
    """Return dy_hat, a number, of J = -y log(y_hat) - (1 - y) log(1 - y_hat).

    y_hat: a number between 0 and 1, neither of them; y: a number from 0 to 1.
    """
    # BEGIN SOLUTION
    return -y / y_hat + (1 - y) / (1 - y_hat)
    # END SOLUTION


# %% check="cross_entropy_backward" points=3

# %% [markdown]
# ### All five in a row
#
# **Exercise 2.15** · 12 minutes · ●●●
#
# Run the five modules forward, then back, and return the derivatives of $J$ for all weights and
# biases. Call your three backward functions, or write their lines out. (With one output,
# $a^{(2)}$, $\hat y$ and their derivatives are arrays with one entry, shape $(1,)$.)


# %%
def modules_loss(W1, b1, W2, b2, x, y):
    h = sigmoid(linear(W1, x, b1))
    return cross_entropy(sigmoid(linear(W2, h, b2)), y)[0]


# %% exercise="modules_grads"
def modules_grads(W1, b1, W2, b2, x, y):
    """Return dW1, db1, dW2, db2 of modules_loss, each with the shape of its parameter.

    W1: (M, D); b1: (M,); W2: (1, M); b2: (1,); x: (D,); y: a number, 0.0 or 1.0.
    """
    # BEGIN SOLUTION
    a1 = linear(W1, x, b1)
    h = sigmoid(a1)
    a2 = linear(W2, h, b2)
    y_hat = sigmoid(a2)
    dy_hat = -y / y_hat + (1 - y) / (1 - y_hat)
    da2 = dy_hat * y_hat * (1 - y_hat)
    dW2, db2 = np.outer(da2, h), da2
    dh = W2.T @ da2
    da1 = dh * h * (1 - h)
    dW1, db1 = np.outer(da1, x), da1
    return dW1, db1, dW2, db2
    # END SOLUTION


# %% check="modules_grads" points=4

# %% [markdown]
# A node may hold an array as well as a number. The engine of this course does that: where a local
# derivative would be a whole Jacobian, it keeps a function that does what your backward functions
# do. Then a network is a graph with a handful of nodes. Of an array, the picture shows the shape,
# and asks for it. You need one rule only: a derivative has the shape of what it belongs to.

# %% demo=true
rng = np.random.default_rng(0)
W1, b1, x = (graph.Node(rng.normal(size=size)) for size in ((3, 2), 3, 2))
W2, b2 = graph.Node(rng.normal(size=(1, 3))), graph.Node(rng.normal(size=1))
y_hat = graph.sigmoid(W2 @ graph.sigmoid(W1 @ x + b1) + b2)
J = -graph.log(y_hat).sum()  # the cross-entropy for y = 1
widgets.step_through(J, {"W1": W1, "b1": b1, "x": x, "W2": W2, "b2": b2, "J": J})

# %% [markdown]
# Its numbers should be those of your five modules:

# %% demo=true
J.backward()
yours = modules_grads(W1.value, b1.value, W2.value, b2.value, x.value, 1.0)
print("db1 of the graph:", b1.grad)
print("db1 of yours:    ", yours[1])

# %% [markdown]
# ## The two questions, answered
#
# **When can we compute the gradient?** Whenever the computation is a graph without cycles, and
# every gate in it has local derivatives where we need them. The network may have any shape.
#
# **When is it efficient?** Always, if the output is one number. The forward pass goes along every
# arrow once, and the backward pass goes along every arrow once more; with numbers, that is one
# multiplication and one addition each. So all derivatives together cost about as much as a few forward passes, for ten
# parameters or for ten million. Central differences would need two forward passes for each
# parameter.
#
# This is reverse-mode automatic differentiation. Backpropagation is its special case for the loss
# of a network.

# %% [markdown]
# ## What you have now
#
# A gate needs to know its local derivatives, and nothing about the rest. The order makes sure that
# a derivative is complete before it is handed on, and $\mathrel{+}=$ collects what comes along
# several paths. With that, you have built the core of what the large libraries do.
#
# Three questions to take with you. Think first; the cell below has the answers.
#
# - **2a.** A parameter reaches the output only through the smaller input of a `max` gate. What is
#   its derivative, and what does SGD do with it?
# - **2b.** Your `backpropagate` never asks which operation made a node. How can it do without?
# - **2c.** What must be kept in memory between the forward and the backward pass?

# %% free=true
answer(...)  # "2a", "2b" or "2c"

# %% [markdown]
# **Next:** lesson 3 takes the sigmoid unit of section 3, gives it a loss and data, and lets it
# learn.
