# %% [markdown]
# # Lesson 1: The chain rule
#
# *About 120 minutes. You need Python functions, NumPy arrays with* `@`, `.T` *and* `np.diag`, *and
# the derivatives of* $x^n$, $\sin$, $\cos$, $\exp$ *and* $\log$. *Here* $\log$ *is always the natural
# logarithm,* `np.log`.
#
# After this lesson you can
#
# - measure any derivative numerically, and say how far to trust the number;
# - find the derivative of a chain of functions, for every parameter in it, in one backward sweep;
# - write the forward and the backward table of a formula;
# - use the chain rule for vectors, with Jacobians;
# - compute the gradient of a small network from the output side.
#
# Backpropagation is an *efficient* algorithm for the gradient of the loss with respect to all the
# weights of a network. It is the chain rule, organised well. This lesson is about the chain rule;
# the organising starts at the end of section 3.

# %% [markdown]
# ## How the lessons work
#
# Run the cells from the top, with Shift-Enter. Where a cell says `YOUR CODE HERE`, replace that
# line and the `raise` below it with your answer, run the cell, then run the check under it.
#
# - `check(fn)` tries your function on fresh inputs. Where you write a derivative, it compares you
#   with slopes that are measured, without any formula. If your answer is wrong, it tells you what
#   is off, on which inputs, and, if it knows it, which mistake it looks like.
# - `failing_case(fn)` gives you those inputs to play with: `fn(**failing_case(fn))` calls your
#   function on them.
# - `hint(fn)` helps a little; call it again and it helps more.
# - `solution(fn)` shows one right answer. Use it when you have tried.
# - `predict("…", ...)` asks what you expect before you see it. Write your guess in place of the `...`.
#   There are no marks for it; but what you have guessed, you remember.
#
# Your functions get arrays to read: leave them as they are, and work on a copy if you must change
# one. If a cell does not come to an end, press the stop button (■) and look for a loop without an
# exit. Each exercise says how long it should take and how hard it is, from ●○○ to ●●●.

# %%
import numpy as np

from autograder import answer, check, failing_case, hint, predict, solution
from course import figures, graph, widgets

# %% [markdown]
# ### One notation, five lecture notes
#
# The course is built from five sets of lecture notes, and they write the same things in five ways.
# Here is the dictionary. You need the first three columns; the others are for readers who have one
# of the notes at hand. They are, in the order of the columns: (a) M. Gelbart, handwritten notes;
# (b) *Neural Networks II*, slides; (c) *Lecture 10: Back propagation*, handwritten notes;
# (d) *Backpropagation*, slides, most of them by M. Gormley; (e) M. Olson, *Intro Neural
# Networks*, slides, 2017.
#
# | here | in code | means | (a) | (b) | (c) | (d) | (e) |
# |:--|:--|:--|:--|:--|:--|:--|:--|
# | $x = h^{(0)}$ | `X` | input | $z^{(0)}$ | $x$ | $x^{(0)}$ | $x_i$ | $x$ |
# | $W^{(k)}$ | `W` | weights of layer $k$ | $W^{(k-1,k)}$ | $\Theta^{(k)}$, $W^{(k)}$ | $W^{(k)}$ | $\alpha$, $\beta$, $\theta$ | $W_k$ |
# | $b^{(k)}$ | `b` | biases of layer $k$ | $b$ | $b^{(k)}$ | | $\alpha_{j0}$ with $x_0 = 1$ | |
# | $a^{(k)}$ | `A` | pre-activation | $a$ | $a^{(k)}$ | $z$ | $a_j$; $b$ at the output | $z^k$ |
# | $h^{(k)}$ | `H` | activation, what a unit puts out | $z$ | $h^{(k)}$ | $x^{(k)}$ | $z_j$ | $a^k$ |
# | $\phi$, $\sigma$ | `phi`, `sigmoid` | activation function | $\sigma$ | $g$, $f$ | $\varphi$ | $\sigma$ | $g$ |
# | $\hat y$ | `Y_hat` | prediction | $z$ | $\hat y$, $h_\Theta(x)$ | $f$ | $y$ | $\hat y$ |
# | $y$ | `y` | target | $\hat z$ | $y$ | $y$, $y_*$ | $y^*$ | $y$ |
# | $J$ | `loss` | loss, one number | $L$ | $J$ | $\mathcal L$, $d$ | $J$, $\ell$ | $\mathcal L$ |
# | $dJ/dV$ | `dV` | derivative of $J$ with respect to $V$ | $\partial L/\partial V$ | $\nabla_V J$ | $\partial\mathcal L/\partial V$ | $dJ/dV$ | $\partial\mathcal L/\partial V$ |
# | $\delta = dJ/da$ | `dA` | the layer's error | $\partial L/\partial a$ | $g$ | | $dJ/da_j$ | $\delta^k$ |
# | $N$ | `N` | number of examples | | $m$ | $n$ | $N$ | $n$ |
# | $\lambda\,\Omega$ | `reg` | weight penalty | | $\lambda\,\Omega$, $\frac{\lambda}{2m}\sum\theta^2$ | | | |
# | $\eta$ | `lr` | learning step | | | $\eta$ | $\eta_t$ | |
#
# Mind the hats: (a) puts them on targets, (b) and (e) on predictions. Mind $z$: for (c) and (e) it
# is the pre-activation, for (a) and (d) the activation.
#
# One line to remember: **`dV` means $dJ/dV$**, and it has the shape of $V$.

# %% [markdown]
# ## 1. What a derivative is, in numbers
#
# $f(x) = 2x$ is a function. $f(x) = a\,x^b$ is a whole *class* of functions: pick $a$ and $b$ and
# you have one. Polynomials are a larger class, neural networks a very large one. Learning means
# picking the parameters. So you need to know what the output does when a parameter moves a little.
# That is a derivative:
#
# $$\frac{df}{dx} \approx \frac{f(x+\varepsilon) - f(x-\varepsilon)}{2\,\varepsilon}
# \qquad\text{(central difference)}$$
#
# The right-hand side is the slope of the line through two points of the curve, one on each side of
# $x$: the **secant**. The next cell draws it for $\sin$ at $x = 1$ and `eps` = 0.8.
#
# **Predict:** make `eps` ten times smaller. How many times smaller does the gap between the slopes
# of secant and tangent become?

# %% free=true
predict("gap", ...)  # a number

# %% [markdown]
# Now run this, note the two slopes, change `eps` to 0.08 and run it again.

# %% free=true
eps = 0.8
figures.secant_and_tangent(np.sin, x=1.0, eps=eps, df=np.cos(1.0))

# %% [markdown]
# The gap shrinks about a hundredfold, from 0.0558 to 0.0006: the error of a central difference goes
# with $\varepsilon^2$. With the one-sided **forward difference**
# $(f(x+\varepsilon) - f(x))/\varepsilon$ it would only shrink tenfold.
#
# **Exercise 1.1** · 5 minutes · ●○○
#
# Write the central difference for a function `f` of one number. You will use it in every lesson.


# %% exercise="numerical_derivative"
def numerical_derivative(f, x, eps):
    """Return the slope of f at x, from one point on each side.

    f: a function of one number; x: a number; eps: the step, a small positive number.
    """
    # BEGIN SOLUTION
    return (f(x + eps) - f(x - eps)) / (2 * eps)
    # END SOLUTION


# %% check="numerical_derivative" points=2

# %% [markdown]
# So the smallest step is the best? **Predict:** going from `eps` = $10^{-10}$ to $10^{-13}$, the error
# of a central difference `"grows"`, `"shrinks"` or `"stays"`?

# %% free=true
predict("tiny step", ...)

# %% demo=true
figures.step_size_error(np.sin, np.cos, x=1.0)

# %% [markdown]
# On the right, the curve bends away from its secant: that is the truncation error, and smaller steps
# help. Two digits of `eps` gain four digits of the central difference. On the left, rounding takes
# over. A float64 keeps about 16 digits; when $f(x+\varepsilon)$ and $f(x-\varepsilon)$ agree in the
# first ten, their difference has six left. The best step for a central difference is near
# $\sqrt[3]{u} \approx 6\cdot10^{-6}$, where $u = 2.2\cdot10^{-16}$ is the rounding unit of float64. It
# leaves about ten correct digits. Ten digits are plenty to tell a right formula from a wrong one, so
# wherever you write a derivative, this is what `check` compares you with.
#
# Now you. Move the step with the mouse, or click on it and use the arrow keys. On the left you look
# at $f$ from a distance of a few steps: with a tiny step you see the single numbers that float64 can
# hold. Then choose the kink, where $f$ has no slope, and see what the two differences say about it.

# %% demo=true
widgets.drag_eps()

# %% [markdown]
# ## 2. More than one thing can move
#
# In $y = a\,x^b$ three quantities can move: the input $x$ and the parameters $a$ and $b$. There is
# one derivative for each, taken while the other two stand still. For the first,
#
# $$\frac{dy}{da} = x^b .$$
#
# For $dy/db$, remember $x^b = e^{\,b\log x}$.
#
# **Exercise 1.2** · 8 minutes · ●○○
#
# Write all three derivatives of $y = a\,x^b$ for $x > 0$. Here $J = y$, so `da` means $dy/da$.


# %%
def power(a, b, x):
    return a * x**b


# %% exercise="power_grad"
def power_grad(a, b, x):
    """Return da, db, dx, the derivatives of a * x**b, three numbers. x is positive."""
    # BEGIN SOLUTION
    da = x**b
    db = a * x**b * np.log(x)
    dx = a * b * x ** (b - 1)
    return da, db, dx
    # END SOLUTION


# %% check="power_grad" points=3

# %% [markdown]
# You can check a formula without us. Hold two quantities still, let one move, and use your own
# `numerical_derivative`:

# %% free=true
a, b, x = 1.5, 3.0, 2.0
print("numeric dy/db:", numerical_derivative(lambda b: power(a, b, x), b, eps=1e-5))
print("formula dy/db:", power_grad(a, b, x)[1])

# %% [markdown]
# ## 3. Functions of functions
#
# Take three functions in a row, $f(\theta) = f_1(f_2(f_3(\theta)))$. If $\theta$ moves by a little,
# $f_3$ moves $f_3'$ times as much, $f_2$ moves $f_2'$ times that, and so on. The factors multiply:
#
# $$\frac{df}{d\theta} = f_1'\big(f_2(f_3(\theta))\big)\cdot f_2'\big(f_3(\theta)\big)\cdot
# f_3'(\theta)$$
#
# Each factor is taken **at the input that its function really gets**. Here it is worked out for
# $f_3 = \theta^2$, $f_2 = \sin$, $f_1 = \exp$ at $\theta = 0.5$:

# %% demo=true
theta = 0.5
s3 = theta**2  # 0.25
s2 = np.sin(s3)  # 0.2474
s1 = np.exp(s2)  # 1.2807, the output
factors = np.exp(s2), np.cos(s3), 2 * theta  # f1' at s2, f2' at s3, f3' at theta
print("factors", np.round(factors, 4), "product", round(np.prod(factors), 4))

# %% [markdown]
# **Exercise 1.3** · 8 minutes · ●○○
#
# The same for $f(\theta) = \log\big(1 + (\cos\theta)^2\big)$: cut it into three functions, compute
# the values on the way in, multiply the factors on the way out.


# %% exercise="composition_grad"
def composition_grad(theta):
    """Return the derivative of log(1 + cos(theta)**2) with respect to theta, a number."""
    # BEGIN SOLUTION
    s3 = np.cos(theta)
    s2 = 1 + s3**2
    return (1 / s2) * (2 * s3) * (-np.sin(theta))
    # END SOLUTION


# %% check="composition_grad" points=2

# %% [markdown]
# ### Counting the work
#
# Look at the factors again. The first needs $f_2(f_3(\theta))$, the second $f_3(\theta)$, which was
# a part of the first. Someone who computes every factor from scratch evaluates $f_3$ twice. For
# three functions this hardly matters. For $f = f_1(f_2(\cdots f_n(\theta)))$, factor $k$ needs the $n-k$
# functions inside it, and the total is
#
# | | function evaluations for all $n$ factors |
# |:--|:--|
# | every factor from scratch | $(n-1) + (n-2) + \dots + 1 + 0$ |
# | every value kept and used again | one for each of $f_n, \dots, f_2$ |
#
# **Exercise 1.4** · 5 minutes · ●○○
#
# Give both numbers for a chain of $n$ functions. Derivatives are not counted, nor is the output.


# %% exercise="count_evaluations"
def count_evaluations(n):
    """Return (from_scratch, kept): function evaluations for the n factors of a chain of n."""
    # BEGIN SOLUTION
    from_scratch = n * (n - 1) // 2
    kept = n - 1
    return from_scratch, kept
    # END SOLUTION


# %% check="count_evaluations" points=2

# %% [markdown]
# For $n = 1000$ that is 499,500 against 999, for $n = 100\,000$ about five billion against 99,999.
# Keeping every value of the forward pass and using it again on the way back is the idea that makes
# backpropagation efficient.
#
# ### One sweep for all parameters
#
# Now let every link of the chain have a parameter of its own:
#
# $$h_k = \tanh(\theta_k\,h_{k-1}),\qquad h_0 = x,\qquad y = h_n .$$
#
# Write $a_k = \theta_k h_{k-1}$ for what goes into the $\tanh$, and remember
# $\tanh'(a) = 1 - \tanh(a)^2$. The derivative for the last parameter passes through one link, for the
# one before it through two, for the first through all of them. So walk back from the output and carry
# `dh` $= dy/dh_k$ along. In each link, turn it into `da` $= dy/da_k$; then the parameter's derivative
# is `da` times what came into the link. Here $J = y$. Worked for two links:

# %% demo=true
theta_1, theta_2, h_0 = 0.8, -1.1, 0.6
h_1 = np.tanh(theta_1 * h_0)  # forward: keep every value
h_2 = np.tanh(theta_2 * h_1)

dh_2 = 1.0  # backward: dy/dy
da_2 = dh_2 * (1 - h_2**2)
dtheta_2 = da_2 * h_1
dh_1 = da_2 * theta_2  # what link 1 gets from link 2
da_1 = dh_1 * (1 - h_1**2)
dtheta_1 = da_1 * h_0
print("dtheta:", round(dtheta_1, 4), round(dtheta_2, 4))

# %% [markdown]
# **Exercise 1.5** · 15 minutes · ●●○
#
# Do it for any number of links, with a loop forward and a loop back.


# %% exercise="parameter_grads"
def parameter_grads(theta, x):
    """Return dtheta, shape (n,): dy/dtheta_k of the chain h_k = tanh(theta_k * h_{k-1}).

    theta: shape (n,), theta[0] is theta_1; x: a number, h_0. y is h_n, so there are n + 1 values h.
    """
    # BEGIN SOLUTION
    h = [x]
    for theta_k in theta:
        h.append(np.tanh(theta_k * h[-1]))
    dtheta = np.zeros_like(theta)
    dh = 1.0
    for k in reversed(range(len(theta))):
        da = dh * (1 - h[k + 1] ** 2)
        dtheta[k] = da * h[k]
        dh = da * theta[k]
    return dtheta
    # END SOLUTION


# %% check="parameter_grads" points=4

# %% [markdown]
# You have just written backpropagation for a network that is one unit wide.

# %% [markdown]
# ## 4. Forward and backward table
#
# Real formulas branch. In
#
# $$J = \cos\big(\sin(x^2) + 3x^2\big)$$
#
# the quantity $x^2$ is used twice. Give a name to everything that is computed, one operation at a
# time, and read the table downwards:
#
# | forward | backward |
# |:--|:--|
# | $t = x^2$ | $dJ/dx = dJ/dt \cdot 2x$ |
# | $u_1 = \sin(t)$ | $dJ/dt \mathrel{+}= dJ/du_1\cdot\;?$ |
# | $u_2 = 3t$ | $dJ/dt \mathrel{+}= dJ/du_2\cdot\;?$ |
# | $u = u_1 + u_2$ | $dJ/du_1 = dJ/du\cdot\;?\,$, $\quad dJ/du_2 = dJ/du\cdot\;?$ |
# | $J = \cos(u)$ | $dJ/du = \;?$ |
#
# The backward column is read **upwards**, from $J$ to $x$. $t$ reaches $J$ along two paths, through
# $u_1$ and through $u_2$, so $dJ/dt$ is the sum of what comes back along both. That is why it says
# $\mathrel{+}=$, starting from 0.
#
# **Predict:** $x$ stands at 1 and grows a little. Does $J$ go up, `"+"`, or down, `"-"`? (At $x = 1$,
# $u = \sin 1 + 3 \approx 3.84$.)

# %% free=true
predict("direction", ...)

# %% [markdown]
# The two tables will tell you.
#
# **Exercise 1.6** · 4 minutes · ●○○
#
# First the forward column.


# %% exercise="cosine_forward"
def cosine_forward(x):
    """Return t, u1, u2, u, J of the forward column, five numbers."""
    # BEGIN SOLUTION
    t = x**2
    u1 = np.sin(t)
    u2 = 3 * t
    u = u1 + u2
    J = np.cos(u)
    return t, u1, u2, u, J
    # END SOLUTION


# %% check="cosine_forward" points=2

# %% [markdown]
# **Exercise 1.7** · 10 minutes · ●●○
#
# Now the backward column. Fill in the question marks and compute all five derivatives. The forward
# values come in as arguments, so a slip above does not spoil this one; you will not need all of them.


# %% exercise="cosine_backward"
def cosine_backward(x, t, u1, u2, u):
    """Return du, du1, du2, dt, dx of the backward column, five numbers.

    t, u1, u2, u: the forward values that belong to x.
    """
    # BEGIN SOLUTION
    du = -np.sin(u)
    du1 = du * 1
    du2 = du * 1
    dt = du1 * np.cos(t)
    dt += du2 * 3
    dx = dt * 2 * x
    return du, du1, du2, dt, dx
    # END SOLUTION


# %% check="cosine_backward" points=5

# %% [markdown]
# The two columns can also be drawn. Here every quantity is a circle, with its value above the line
# that leaves it and its derivative below. Go through the tables once more, a row at a time: type what
# you expect and press Enter, or press Next to see it. (`graph.Node` is the subject of lesson 2.)

# %% demo=true
x = graph.Node(1.0)
t = x**2
u1, u2 = graph.sin(t), 3 * t
u = u1 + u2
J = graph.cos(u)
widgets.step_through(J, {"x": x, "t": t, "u1": u1, "u2": u2, "u": u, "J": J})

# %% [markdown]
# ## 5. The chain rule for vectors
#
# Let $u = f(x)$ and $y = g(u)$, with vectors $x \in \mathbb R^D$, $u \in \mathbb R^M$,
# $y \in \mathbb R^C$. Now $x_k$ reaches $y_i$ along $M$ paths, one through each $u_j$. The paths add:
#
# $$\frac{dy_i}{dx_k} = \sum_{j=1}^{M} \frac{dy_i}{du_j}\,\frac{du_j}{dx_k}
# \qquad\text{for all } i, k .$$
#
# Write the derivatives $dy_i/du_j$ as a table with $C$ rows and $M$ columns: that is the
# **Jacobian** of $g$.
#
# **Exercise 1.8** · 8 minutes · ●○○
#
# Compute the Jacobian $dy/dx$, shape `(C, D)`, from the other two. Loops are fine. When they work,
# ask yourself which operation of linear algebra you have written.


# %% exercise="chain_jacobians"
def chain_jacobians(dy_du, du_dx):
    """Return dy_dx, shape (C, D), from dy_du, shape (C, M), and du_dx, shape (M, D)."""
    # BEGIN SOLUTION
    return dy_du @ du_dx
    # END SOLUTION


# %% check="chain_jacobians" points=2

# %% [markdown]
# ### A formula as printed
#
# Lecture notes are copied by hand, and slips happen. One set of notes, (d), computes
# $a_j = \sum_i \alpha_{ji}\,x_i$ and gives, as printed in our copy,
#
# $$\frac{dJ}{dx_i} = \frac{dJ}{da_j}\cdot\sum_{j} \alpha_{ji} .$$
#
# That is puzzling: the sum on the right runs over $j$, and yet a $j$ is left over in front of it.
# Suppose it means: add up the $dJ/da_j$, then multiply by the sum of column $i$. **Predict:** when is
# that right: `"always"`, `"never"`, or if there is only `"one unit"` $a_j$?

# %% free=true
predict("as printed", ...)

# %% free=true
alpha = np.array([[1.0, -2.0, 0.5], [0.3, 1.0, -1.0]])  # (M, D) = (2, 3)
x0 = np.array([0.2, -0.4, 0.7])


def toy_loss(x):
    return np.sum(np.sin(alpha @ x))


dJ_da = np.cos(alpha @ x0)
print("as printed:", dJ_da.sum() * alpha.sum(axis=0))
step = 1e-5 * np.eye(3)
print("numeric:   ", np.array([(toy_loss(x0 + e) - toy_loss(x0 - e)) / 2e-5 for e in step]))

# %% [markdown]
# **Exercise 1.9** · 5 minutes · ●○○
#
# Write the formula as it should be: $x_i$ reaches $J$ through every $a_j$, and each path brings its
# own $dJ/da_j$.


# %% exercise="input_grad"
def input_grad(da, alpha):
    """Return dx, shape (D,), where a_j = sum_i alpha_ji x_i.

    da: dJ/da, shape (M,); alpha: shape (M, D).
    """
    # BEGIN SOLUTION
    return alpha.T @ da
    # END SOLUTION


# %% check="input_grad" points=2

# %% [markdown]
# ### The Jacobian of a layer
#
# A layer without bias computes $a = W x$ and $h = \sigma(a)$, with $W \in \mathbb R^{M\times D}$. The
# sigmoid acts on each entry of $a$ by itself:
#
# $$\sigma(a) = \frac{1}{1+e^{-a}},\qquad \sigma'(a) = \sigma(a)\,\big(1-\sigma(a)\big) .$$
#
# So each $h_j$ depends on its own $a_j$ only, and the Jacobian $dh/da$ is a diagonal matrix,
# $M \times M$. And $da/dx = W$, because $da_j/dx_i = W_{ji}$.
#
# **Exercise 1.10** · 10 minutes · ●●○
#
# Write the Jacobian $dh/dx$ of the layer, shape `(M, D)`.


# %%
def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def layer(W, x):
    return sigmoid(W @ x)


# %% exercise="layer_jacobian"
def layer_jacobian(W, x):
    """Return dh_dx, shape (M, D), of the layer sigmoid(W @ x). W: (M, D); x: (D,)."""
    # BEGIN SOLUTION
    h = sigmoid(W @ x)
    return np.diag(h * (1 - h)) @ W
    # END SOLUTION


# %% check="layer_jacobian" points=3

# %% [markdown]
# ## 6. From the output side
#
# In a chain of vector functions, $f_1$ comes first and $f_L$ last. Let $F_k$ be the Jacobian of
# $f_k$, taken at the input that $f_k$ really gets. (Notes (e) write $Dh_k$ for it.) By the chain rule
# the Jacobian of the whole chain is the product $F_L \cdots F_2\,F_1$.
#
# If the output is one number, as a loss is, the Jacobian has one row. Written as a column it is the
# **gradient** $\nabla f$, and transposing a product turns its order round:
#
# $$\nabla f = F_1^T\,F_2^T \cdots F_L^T .$$
#
# $F_L$ has one row, so $F_L^T$ is a single column. Start at that end and everything you ever
# hold is a vector. Start at the other end and you multiply whole matrices.
#
# **Predict:** for 300 inputs, four hidden layers of 300 units and one output, how many times as many
# multiplications does it take from the input side?

# %% free=true
predict("input side", ...)  # a number; up to a tenth off will do

# %% demo=true
sizes = [300, 300, 300, 300, 300, 1]  # x, four hidden layers, the output
shapes = list(zip(sizes[1:], sizes[:-1], strict=True))  # of F_1, ..., F_5
from_output = sum(rows * columns for rows, columns in shapes[:-1])  # a vector, times F_4, ..., F_1
from_input = sum(rows * columns * sizes[0] for rows, columns in shapes[1:])  # F_1, times F_2, ...
print(f"multiplications from the output side: {from_output:>12,}")
print(f"multiplications from the input side:  {from_input:>12,}")
print(f"times as many: {from_input / from_output:.0f}")

# %% [markdown]
# **Exercise 1.11** · 10 minutes · ●●○
#
# Compute the gradient from a list of Jacobians. Walk back from the output, so that you only ever hold
# one vector.


# %% exercise="gradient_from_output"
def gradient_from_output(jacobians):
    """Return the gradient, shape (D,), from the list [F_1, F_2, ..., F_L], L >= 1.

    F_1 has shape (M_1, D), F_2 (M_2, M_1), and so on; the last one has one row.
    """
    # BEGIN SOLUTION
    gradient = jacobians[-1][0]
    for F in reversed(jacobians[:-1]):
        gradient = F.T @ gradient
    return gradient
    # END SOLUTION


# %% check="gradient_from_output" points=3

# %% [markdown]
# ### A whole network
#
# One piece is missing: the derivative with respect to a weight *matrix*. In $a = Wx$ the weight
# $W_{ji}$ enters $a_j$ only, and there it is multiplied by $x_i$. So
#
# $$\frac{dJ}{dW_{ji}} = \frac{dJ}{da_j}\,x_i .$$
#
# All of them together are the **outer product** of `da`, shape `(M,)`, and `x`, shape `(D,)`:
# `np.outer(da, x)` has shape `(M, D)`, that of $W$.
#
# Now put everything together. Notes (b), which call the weights $\Theta$, ask for the gradient of
#
# $$J = \log\,\sigma\big(\Theta^{(2)}\,\sigma(\Theta^{(1)} x)\big),$$
#
# the log of the output of a network with one hidden layer of $M$ units and one output unit:
#
# $$a^{(1)} = \Theta^{(1)}x \in \mathbb R^M,\quad h = \sigma(a^{(1)}) \in \mathbb R^M,\quad
# a^{(2)} = \Theta^{(2)}h \in \mathbb R^1,\quad J = \log\sigma(a^{(2)}) .$$
#
# Walk back from $J$. The first step is short: $\frac{d}{da}\log\sigma(a) = 1 - \sigma(a)$.
#
# **Exercise 1.12** · 15 minutes · ●●●
#
# Write the gradient with respect to both weight matrices.


# %%
def log_network(Theta1, Theta2, x):
    return np.log(sigmoid(Theta2 @ sigmoid(Theta1 @ x)))[0]


# %% exercise="log_network_grad"
def log_network_grad(Theta1, Theta2, x):
    """Return dTheta1, shape (M, D), and dTheta2, shape (1, M), of log_network.

    Theta1: (M, D); Theta2: (1, M); x: (D,).
    """
    # BEGIN SOLUTION
    h = sigmoid(Theta1 @ x)
    da2 = 1 - sigmoid(Theta2 @ h)
    dTheta2 = np.outer(da2, h)
    dh = Theta2.T @ da2
    da1 = dh * h * (1 - h)
    dTheta1 = np.outer(da1, x)
    return dTheta1, dTheta2
    # END SOLUTION


# %% check="log_network_grad" points=4

# %% [markdown]
# ## What you have now
#
# Keep every value of the forward pass. Walk back from the output. Multiply by the local derivative,
# add where paths meet. Everything else in this course is that, for larger formulas.
#
# Three questions to take with you. Think first; the cell below has the answers.
#
# - **1a.** Your gradient and the central difference agree to five digits, with `eps` = 0.01. Is the
#   formula right?
# - **1b.** Why does $dJ/dt$ get a sum in section 4, and $dJ/du_1$ not?
# - **1c.** The loss is one number and there are a million weights. Why does it pay to start at the
#   output?

# %% free=true
answer(...)  # "1a", "1b" or "1c"

# %% [markdown]
# **Next:** in lesson 2 the tables of section 4 become a graph, and a small program reads the
# backward column off it by itself.
