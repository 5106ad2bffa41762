# %% [markdown]
# # Lesson 3: The sigmoid neuron
#
# *About 125 minutes. You need lessons 1 and 2: local derivative times upstream derivative, forward
# and backward tables, and* $\sigma' = \sigma(1-\sigma)$. *In NumPy you need* `@`, `.T`, `.sum()`,
# `np.where` *and* `np.abs`. *A good place for a break is before section 6.*
#
# After this lesson you can
#
# - write down what an artificial neuron puts out, and the derivatives of it, in a line each;
# - compute the sigmoid and its derivative for every input, without overflow;
# - send a loss back through one unit with any output function;
# - test a formula that somebody else has printed;
# - say why a unit can stand still with the quadratic loss and learn with cross-entropy;
# - train logistic regression on data, and recognise a step that is too large.

# %% [markdown]
# ## 1. One neuron
#
# An artificial **neuron**, or **unit**, takes $D$ inputs, weighs each of them, adds a bias, and
# puts the sum through a function $\phi$:
#
# $$a = w\cdot x + b = \sum_{i=1}^{D} w_i\,x_i + b,\qquad h = \phi(a),$$
#
# with $x$ and $w$ of shape $(D,)$, and three numbers: the bias $b$, the **pre-activation** $a$ and
# the **activation** $h$, which is what the unit puts out. If the unit is the last one, $h$ is the
# prediction $\hat y$, and $\phi$ is called its **output function** $\phi_{out}$.

# %%
import numpy as np

from autograder import answer, check, failing_case, hint, predict, solution
from course import datasets, figures, graph, widgets

# %% [markdown]
# **Exercise 3.1** · 4 minutes · ●○○
#
# Compute $a$ and $h$ of a unit whose function $\phi$ comes in as an argument.


# %% exercise="neuron_forward"
def neuron_forward(w, b, x, phi):
    """Return a and h of one unit, two numbers.

    w: weights, shape (D,); b: bias, a number; x: inputs, shape (D,);
    phi: a function of one number.
    """
    # BEGIN SOLUTION
    a = w @ x + b
    h = phi(a)
    return a, h
    # END SOLUTION


# %% check="neuron_forward" points=2

# %% [markdown]
# Two choices of $\phi$ have names. With a step, $\phi(a) = 1$ for $a > 0$ and $0$ otherwise, the
# unit is a **perceptron**. With the sigmoid it is **logistic regression**. In our copy of notes (e)
# one slide is headed "The Perceptron (Logistic Regression)", as if they were one thing. They do
# decide alike: $\sigma(a)$ is above $\tfrac12$ exactly where $a > 0$. But do they learn alike?
#
# Gradient descent changes every parameter by $-\eta$ times the derivative of the loss with respect to
# it, where $\eta$ is the size of the step. **Predict:** a perceptron has $a = -2$, so it puts out 0, but the target is 1. How
# much does gradient descent change its weights: `"a lot"`, `"a little"` or `"not at all"`?

# %% free=true
predict("3 perceptron", ...)

# %% demo=true
figures.step_and_sigmoid()

# %% [markdown]
# The slope of the step is 0 on both sides, and at the jump there is none. The chain rule multiplies
# by this 0, so nothing comes back to the weights, however wrong the output is. (Perceptrons have a
# learning rule of their own, which is not gradient descent.) The sigmoid is a step with a slope:
# near $a = 0$ it tells the weights where to go. Far out it is almost as flat as the step. Keep that
# in mind until section 6.

# %% [markdown]
# ## 2. A sigmoid for every input
#
# $\sigma(a) = 1/(1 + e^{-a})$ has a twin. Multiply numerator and denominator by $e^{a}$:
#
# $$\sigma(a) = \frac{1}{1+e^{-a}} = \frac{e^{a}}{1 + e^{a}} .$$
#
# On paper these are equal. Here they are in floating-point numbers, where $e^{1000}$ is too large
# and becomes `inf`. (`np.errstate` keeps NumPy from warning.)

# %% demo=true
a = np.array([-1000.0, -2.0, 0.0, 2.0, 1000.0])
with np.errstate(over="ignore", invalid="ignore"):
    print("1 / (1 + exp(-a)):     ", 1 / (1 + np.exp(-a)))
    print("exp(a) / (1 + exp(a)): ", np.exp(a) / (1 + np.exp(a)))

# %% [markdown]
# Each form takes the exponential of a large positive number on one side. The second ends in
# `inf / inf`, which is `nan`, *not a number*. The first gets away with $1/\infty = 0$, but with a
# warning, and warnings that you have learned to overlook hide those that matter.
#
# So use each form where its exponent is not positive. With $z = e^{-\vert a\vert}$, which always
# lies between 0 and 1:
#
# | | $\sigma(a)$ | in $z$ |
# |:--|:--|:--|
# | $a \ge 0$ | $1/(1+e^{-a})$ | $1/(1+z)$ |
# | $a < 0$ | $e^{a}/(1+e^{a})$ | $z/(1+z)$ |
#
# `np.where(condition, p, q)` takes entries of `p` where the condition holds and of `q` elsewhere.
# Mind that it gets both `p` and `q` complete: neither may overflow anywhere.
#
# **Exercise 3.2** · 10 minutes · ●●○
#
# Write a sigmoid that neither overflows nor warns, for $\vert a\vert$ up to $10^4$.


# %% exercise="stable_sigmoid"
def stable_sigmoid(a):
    """Return h = sigmoid(a) of every entry, the shape of a.

    a: an array of any shape, not changed.
    """
    # BEGIN SOLUTION
    z = np.exp(-np.abs(a))
    return np.where(a >= 0, 1, z) / (1 + z)
    # END SOLUTION


# %% check="stable_sigmoid" points=3

# %% [markdown]
# From here on `sigmoid` is the one of the course's library, which is as safe as yours.

# %%
from course.activations import sigmoid

# %% [markdown]
# ### Its derivative, a function of $a$
#
# With $h = \sigma(a)$,
#
# $$\sigma'(a) = \sigma(a)\,\big(1 - \sigma(a)\big) = h\,(1-h) .$$
#
# There are two ways to make a function of this: one that is given $a$, and one that is given $h$.
# Both are in use, and mixing them up is one of the most common mistakes in hand-written
# backpropagation. In this course $\phi'$ is **always a function of the pre-activation**:
# `sigmoid_grad(a)`.
#
# **Predict:** take $a = 6$, so $h = 0.9975$. Somebody calls `sigmoid_grad(h)` in place of
# `sigmoid_grad(a)`. Is what they get `"too small"`, `"too large"` or `"right"`?

# %% free=true
predict("3 wrong argument", ...)

# %% [markdown]
# **Exercise 3.3** · 4 minutes · ●○○
#
# Write $\sigma'$ as a function of the pre-activation. Use `sigmoid`.


# %% exercise="sigmoid_grad"
def sigmoid_grad(a):
    """Return da, the derivative of the sigmoid at every entry of a, the shape of a.

    a: pre-activations, an array of any shape, not changed.
    """
    # BEGIN SOLUTION
    h = sigmoid(a)
    return h * (1 - h)
    # END SOLUTION


# %% check="sigmoid_grad" points=2

# %% demo=true
a = np.array([-6.0, -1.0, 0.0, 1.0, 6.0])
print("sigmoid_grad(a):         ", sigmoid_grad(a).round(4))
print("sigmoid_grad(sigmoid(a)):", sigmoid_grad(sigmoid(a)).round(4))

# %% [markdown]
# Since $h$ lies between 0 and 1, the wrong call always gives something between 0.1966 and 0.25: too
# large for every $a$ but those near 0, and 80 times too large at 6. A network with this mistake
# still learns something, which is why it can stay in for a long time.

# %% [markdown]
# ## 3. The neuron both ways
#
# In lesson 2 you took a sigmoid unit apart, gate by gate. For $D$ inputs the last four gates are
# the same. Let $J = h$, so `da` means $dh/da$, and read the backward column upwards:
#
# | forward | backward |
# |:--|:--|
# | $a = w\cdot x + b$ | |
# | $n = -a$ | $da = -dn$ |
# | $e = \exp(n)$ | $dn = de\cdot e$ |
# | $u = 1 + e$ | $de = du$ |
# | $h = 1/u$ | $du = -1/u^2$ |
#
# As one gate it is $h = \sigma(a)$ and $da = h\,(1-h)$. The two are equal on paper, and the true
# value at $a = -1000$ is 0 to more than 400 digits. **Predict:** what does the gate-by-gate table
# give there for `da`, in floating-point numbers: `"0"`, `"1"` or `"nan"`?

# %% free=true
predict("3 gates", ...)

# %% demo=true
a = np.array([-1000.0, -2.0, 0.0, 2.0, 1000.0])
with np.errstate(over="ignore", invalid="ignore"):
    e = np.exp(-a)
    u = 1 + e
    du = -1 / u**2
    print("gate by gate:", -(du * e).round(4))
h = sigmoid(a)
print("one gate:    ", (h * (1 - h)).round(4))

# %% [markdown]
# At $-1000$ the gates multiply $0$ by `inf`. Notes (d) print the derivative of the sigmoid as
# $\exp(-a)/(\exp(-a)+1)^2$: right, and just as fragile. One gate for the whole sigmoid is shorter,
# and no intermediate value can overflow.
#
# Now the whole unit, with one entry for each parameter and each input left open:
#
# | forward | backward |
# |:--|:--|
# | $a = w\cdot x + b$ | $dw = da\cdot\;?\,,\quad db = da\cdot\;?\,,\quad dx = da\cdot\;?$ |
# | $h = \sigma(a)$ | $da = h\,(1-h)$ |
#
# **Exercise 3.4** · 6 minutes · ●○○
#
# Fill the gaps for any $D$: return $dh/dw$, $dh/db$ and $dh/dx$, also where $\vert a\vert$ is
# large.


# %% exercise="neuron_grads"
def neuron_grads(w, b, x):
    """Return dw, shape (D,), db, a number, and dx, shape (D,), of h.

    Here h = sigmoid(w @ x + b), and J = h.
    w: shape (D,); b: a number; x: shape (D,). None is changed.
    """
    # BEGIN SOLUTION
    h = sigmoid(w @ x + b)
    da = h * (1 - h)
    dw = da * x
    db = da
    dx = da * w
    return dw, db, dx
    # END SOLUTION


# %% check="neuron_grads" points=3

# %% [markdown]
# ## 4. A loss behind the neuron
#
# Now the unit is the last one: it puts out a prediction $\hat y = \phi_{out}(a)$ for a target $y$.
# The **quadratic loss** of this one example is
#
# $$J = \tfrac12\,(\hat y - y)^2,\qquad \frac{dJ}{d\hat y} = \hat y - y .$$
#
# (Notes (d) also call it "mean squared error". Strictly, that is the average of $(\hat y - y)^2$
# over all examples, without the $\tfrac12$; here we have half the squared error of one example.)
#
# The rest is the chain rule, one factor for each step back:
#
# $$da = d\hat y\cdot\phi_{out}'(a),\qquad dw = da\cdot x,\qquad db = da,\qquad dx = da\cdot w .$$
#
# **Worked.** The simplest output function is the identity, $\hat y = a$, with $\phi_{out}'(a) = 1$.
# This is linear regression.

# %% demo=true
w, b, x, y = np.array([0.5, -1.0]), 0.25, np.array([2.0, 1.0]), 1.0
a = w @ x + b  # forward: 0.25
y_hat = a
J = 0.5 * (y_hat - y) ** 2  # 0.28125

dy_hat = y_hat - y  # backward: -0.75
da = dy_hat * 1.0  # phi' of the identity
dw, db, dx = da * x, da, da * w
print("dw", dw, "db", db, "dx", dx)

# %% [markdown]
# The prediction is too low, so $da$ is negative: a step against it raises $a$.
#
# **Faded.** The same with the sigmoid as output function. Only one row is really new:
#
# | forward | backward |
# |:--|:--|
# | $a = w\cdot x + b$ | $dw = da\cdot x,\quad db = da,\quad dx = da\cdot w$ |
# | $\hat y = \sigma(a)$ | $da = d\hat y\cdot\;?$ |
# | $J = \tfrac12(\hat y - y)^2$ | $d\hat y = \;?$ |
#
# **Exercise 3.5** · 5 minutes · ●○○
#
# Fill the gaps, and return the derivatives of the quadratic loss of a sigmoid unit.


# %% exercise="sigmoid_unit_grads"
def sigmoid_unit_grads(w, b, x, y):
    """Return dw, shape (D,), db, a number, and dx, shape (D,), of the quadratic loss.

    The prediction is y_hat = sigmoid(w @ x + b).
    w: shape (D,); b: a number; x: shape (D,); y: the target, a number. None is changed.
    """
    # BEGIN SOLUTION
    y_hat = sigmoid(w @ x + b)
    dy_hat = y_hat - y
    da = dy_hat * y_hat * (1 - y_hat)
    return da * x, da, da * w
    # END SOLUTION


# %% check="sigmoid_unit_grads" points=2

# %% [markdown]
# The same unit as a graph, with the numbers of the worked example. Compare `da` with the $-0.75$ that
# the identity gave.

# %% demo=true
w1, w2, b = graph.Node(0.5), graph.Node(-1.0), graph.Node(0.25)
x1, x2, y = graph.Node(2.0), graph.Node(1.0), 1.0
a = w1 * x1 + w2 * x2 + b
y_hat = graph.sigmoid(a)
J = 0.5 * (y_hat - y) ** 2
names = {"w1": w1, "x1": x1, "w2": w2, "x2": x2, "b": b, "a": a, "y_hat": y_hat, "J": J}
widgets.step_through(J, names, question="Which gate lets least of the derivative through?")

# %% [markdown]
# **Alone.** Notes (c) give the derivative for any output function in one line,
# $-(y - \phi_{out})\;\phi_{out}'(a)\;x$. The minus and the difference are the $\hat y - y$ from
# above, turned round twice. Where is $\phi_{out}'$ taken?
#
# **Exercise 3.6** · 6 minutes · ●●○
#
# Write the backward pass of the quadratic loss through a unit with any output function. The
# function and its derivative come in as arguments.


# %% exercise="unit_grads"
def unit_grads(w, b, x, y, phi, phi_grad):
    """Return dw, shape (D,), db, a number, and dx, shape (D,), of the quadratic loss.

    The prediction is y_hat = phi(w @ x + b).
    w: shape (D,); b: a number; x: shape (D,); y: the target, a number. None is changed.
    phi, phi_grad: the output function and its derivative, both functions of a.
    """
    # BEGIN SOLUTION
    a = w @ x + b
    dy_hat = phi(a) - y
    da = dy_hat * phi_grad(a)
    return da * x, da, da * w
    # END SOLUTION


# %% check="unit_grads" points=3

# %% [markdown]
# The loss and the output function are two factors that know nothing of each other. To use another
# loss you exchange the first, and that comes next.

# %% [markdown]
# ## 5. Cross-entropy
#
# Let the target be 0 or 1. (A number between is fine too: it says how probable a 1 is.) A sigmoid unit puts out a number between 0 and 1, so read it as a
# probability: $\hat y$ is how probable the unit thinks it is that $y = 1$. Then $1 - \hat y$ is
# what it gives to $y = 0$. Notes (d) print for this case, in our notation,
#
# $$J = y\,\log\hat y + (1-y)\,\log(1-\hat y) \qquad\text{(as printed in our copy).}$$
#
# One of the two terms is always 0; the other is the log of the probability that the unit gave to
# what really happened. Lesson 2 called it the log-likelihood, and turned its sign round to make a
# loss of it. What if you had not?
#
# **Predict:** a unit has $a = 0$, so $\hat y = 0.5$, and the target is 1. Gradient descent takes a
# few steps on $J$ as printed. Does $\hat y$ go `"up"`, `"down"`, or does it `"stay"`?

# %% free=true
predict("3 as printed", ...)

# %% free=true
a, y, lr = 0.0, 1.0, 1.0
for _ in range(6):
    y_hat = sigmoid(a)
    J = y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)
    print(f"y_hat = {y_hat:.3f}, J as printed = {J:.3f}")
    a -= lr * (1 - y_hat)  # the derivative of log(sigmoid(a)), lesson 1, section 6

# %% [markdown]
# $J$ as printed falls, just as gradient descent promises, and the unit unlearns what is right. What
# should get smaller is
#
# $$J = -\big(y\,\log\hat y + (1-y)\,\log(1-\hat y)\big),$$
#
# the **cross-entropy**. It is never negative, and 0 only for a prediction that is sure and right.
#
# **Exercise 3.7** · 4 minutes · ●○○
#
# Write the cross-entropy of one example.


# %% exercise="cross_entropy_loss"
def cross_entropy_loss(y_hat, y):
    """Return the cross-entropy of one example, a number.

    y_hat: the prediction, a number between 0 and 1, neither of them;
    y: the target, a number from 0 to 1, most often one of these two.
    """
    # BEGIN SOLUTION
    return -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))
    # END SOLUTION


# %% check="cross_entropy_loss" points=2

# %% [markdown]
# ### Test what is printed
#
# A formula for a derivative can be tested without knowing where it came from: measure the
# derivative, and divide by what the formula gives. If the quotient is 1 wherever you look, the
# formula is right. If it is always the same other number, a factor is wrong, often a sign.
#
# **Exercise 3.8** · 8 minutes · ●●○
#
# Return the factor by which a printed derivative must be multiplied at the point $v$. Measure with
# a central difference, $\big(J(v+\varepsilon) - J(v-\varepsilon)\big)/(2\varepsilon)$.


# %% exercise="factor_needed"
def factor_needed(loss, printed, v, eps):
    """Return the factor between printed(v) and the derivative of loss at v, a number.

    loss, printed: functions of one number; v: a number;
    eps: the step, a small positive number.
    """
    # BEGIN SOLUTION
    slope = (loss(v + eps) - loss(v - eps)) / (2 * eps)
    return slope / printed(v)
    # END SOLUTION


# %% check="factor_needed" points=3

# %% [markdown]
# Here are four derivatives as printed in our copies, in the notation of this course. The first two
# are meant for the same thing, and they contradict each other.
#
# | notes | derivative of | as printed |
# |:--|:--|:--|
# | (c) | quadratic loss, with respect to $a$ | $-(y - \hat y)\,\phi'(a)$ |
# | (e) | quadratic loss, with respect to $a$ | $\phi'(a)\,(y - \hat y)$ |
# | (d) | cross-entropy, with respect to $\hat y$ | $\dfrac{y}{\hat y} + \dfrac{1-y}{\hat y - 1}$ |
# | (d) | $\sigma$, with respect to $a$ | $\exp(-a)/(\exp(-a)+1)^2$ |
#
# **Predict:** how many of the four need a factor other than 1?

# %% free=true
predict("3 printed", ...)  # a number

# %% free=true
derivative_of = {
    "quadratic loss": lambda a: 0.5 * (sigmoid(a) - y) ** 2,
    "cross-entropy": lambda y_hat: cross_entropy_loss(y_hat, y),
    "sigmoid": sigmoid,
}

# %% free=true
y = 1.0  # then try 0.0, and other points than 0.3 and 0.6
as_printed = {
    "(c) quadratic loss": lambda a: -(y - sigmoid(a)) * sigmoid_grad(a),
    "(e) quadratic loss": lambda a: sigmoid_grad(a) * (y - sigmoid(a)),
    "(d) cross-entropy": lambda y_hat: y / y_hat + (1 - y) / (y_hat - 1),
    "(d) sigmoid": lambda a: np.exp(-a) / (np.exp(-a) + 1) ** 2,
}
for name, printed in as_printed.items():
    f = derivative_of[name[4:]]
    factors = [factor_needed(f, printed, v, 1e-5) for v in (0.3, 0.6)]
    print(f"{name:20}", np.round(factors, 6))

# %% [markdown]
# Two of the four are off, by a factor of $-1$. In (e) the difference stands the wrong way round.
# The third is the derivative of $J$ as printed, the log-likelihood; for the loss both signs turn
# round, as you found in lesson 2.
#
# ### Two steps become one
#
# Now send the cross-entropy back through the sigmoid. Bring $d\hat y$ to one denominator:
#
# $$d\hat y = -\frac{y}{\hat y} + \frac{1-y}{1-\hat y} = \frac{\hat y - y}{\hat y\,(1-\hat y)} .$$
#
# The next factor is $\sigma'(a) = \hat y\,(1-\hat y)$, exactly that denominator. It cancels:
#
# $$da = d\hat y\cdot\sigma'(a) = \hat y - y = \sigma(a) - y .$$
#
# No quotient is left, nothing can overflow, and there is no $\sigma'$ any more. Do not put it back
# in.
#
# **Exercise 3.9** · 5 minutes · ●○○
#
# Write the derivatives of the cross-entropy of a sigmoid unit, also for large $\vert a\vert$.


# %% exercise="cross_entropy_unit_grads"
def cross_entropy_unit_grads(w, b, x, y):
    """Return dw, shape (D,), db, a number, and dx, shape (D,), of the cross-entropy.

    The prediction is y_hat = sigmoid(w @ x + b).
    w: shape (D,); b: a number; x: shape (D,); y: the target, 0.0 or 1.0.
    None is changed.
    """
    # BEGIN SOLUTION
    da = sigmoid(w @ x + b) - y
    return da * x, da, da * w
    # END SOLUTION


# %% check="cross_entropy_unit_grads" points=3

# %% [markdown]
# ## 6. A unit that is sure and wrong
#
# Put the two losses side by side. For a sigmoid unit,
#
# $$da = (\hat y - y)\,\hat y\,(1 - \hat y)\quad\text{(quadratic)},\qquad
# da = \hat y - y\quad\text{(cross-entropy).}$$
#
# The difference is the factor $\sigma'(a) = \hat y\,(1-\hat y)$, and far out $\sigma'$ is almost 0:
# the unit is **saturated**.
#
# **Predict:** the target is 1 and the unit is sure of the opposite, $a = -10$. How large is $da$ of
# the cross-entropy, compared with $da$ of the quadratic loss: `"the same"`, `"100 times"` or
# `"20,000 times"`? (Remember $e^{10} \approx 22{,}026$.)

# %% free=true
predict("3 saturated", ...)

# %% [markdown]
# **Exercise 3.10** · 5 minutes · ●○○
#
# Return $da$ for both losses, for many units at once; every entry is a unit of its own.


# %% exercise="saturation"
def saturation(a, y):
    """Return da_quadratic and da_cross, both of shape (n,), for n sigmoid units.

    They are dJ/da of the quadratic loss and of the cross-entropy.
    a: pre-activations, shape (n,); y: targets, shape (n,). None is changed.
    """
    # BEGIN SOLUTION
    y_hat = sigmoid(a)
    da_cross = y_hat - y
    da_quadratic = da_cross * y_hat * (1 - y_hat)
    return da_quadratic, da_cross
    # END SOLUTION


# %% check="saturation" points=2

# %% demo=true
figures.saturation_curves(saturation)

# %% [markdown]
# With cross-entropy, the more wrong the unit is, the harder it is pulled: $da$ goes to $-1$. With
# the quadratic loss the pull is strongest where the unit is a little wrong, and on the far left,
# where it is needed most, it fades away.
#
# At $a = -10$ the two are $-0.99995$ and $-0.000045$, a factor of about 22,000.
#
# What this does to learning: one unit with $a = -6$, target 1, and 500 steps $a \leftarrow a - da$
# with either loss.

# %% demo=true
a = np.array([-6.0, -6.0])  # one unit for each loss
outputs = []
for _ in range(500):
    outputs.append(sigmoid(a))
    da_quadratic, da_cross = saturation(a, np.ones(2))
    a = a - np.array([da_quadratic[0], da_cross[1]])
quadratic, cross_entropy = np.transpose(outputs)
curves = {"cross-entropy": cross_entropy, "quadratic loss": quadratic}
figures.training_curves(curves, ylabel="prediction ŷ", title="Sure and wrong at first")

# %% [markdown]
# Cross-entropy brings $\hat y$ above 0.9 in 17 steps, the quadratic loss in 497. For most of these
# its curve looks like that of a unit that has finished learning.
#
# Here is one unit with all its numbers. Each row of the table is a step of the chain rule: the local
# derivative, times what comes from upstream, is the gradient. Drive the unit into saturation with its
# bias, and change the loss.

# %% demo=true
widgets.tune_neuron()

# %% [markdown]
# ## 7. A batch of examples
#
# One example rarely matters alone. Put $N$ of them into the rows of $X$, shape $(N, D)$, and their
# targets into $y$, shape $(N,)$. One line computes all pre-activations, and the loss is the
# **mean** over the batch:
#
# $$A = X w + b\quad (N,),\qquad \hat Y = \sigma(A)\quad (N,),\qquad
# J = \frac1N\sum_{n=1}^{N} J_n .$$
#
# For $J_n$ there is a form that never takes the log of 0. Take the twin of the sigmoid from section
# 2, $\sigma(a) = e^{a}/(1+e^{a})$. Its log is $\log\sigma(a) = a - \log(1+e^{a})$, and from
# $1-\sigma(a) = 1/(1+e^{a})$ you get $\log(1-\sigma(a)) = -\log(1+e^{a})$. Put both in:
#
# $$J_n = -y_n\log\hat y_n - (1-y_n)\log(1-\hat y_n) = \log\big(1+e^{a_n}\big) - y_n\,a_n .$$
#
# `np.logaddexp(0, A)` computes $\log(e^{0} + e^{a_n})$ for every entry without overflow.
#
# **Exercise 3.11** · 6 minutes · ●●○
#
# Write the mean cross-entropy of a batch. It must be finite for every $a_n$.


# %% exercise="logistic_loss"
def logistic_loss(w, b, X, y):
    """Return J, the mean cross-entropy of a sigmoid unit over N examples, a number.

    w: shape (D,); b: a number; X: inputs, shape (N, D); y: targets 0 or 1, shape (N,).
    None is changed.
    """
    # BEGIN SOLUTION
    A = X @ w + b
    return np.mean(np.logaddexp(0, A) - y * A)
    # END SOLUTION


# %% check="logistic_loss" points=2

# %% [markdown]
# On the way back, $1/N$ comes in **once**, at the loss, and is then part of everything:
#
# $$dA = \frac1N\,(\hat Y - y)\quad (N,) .$$
#
# $w$ and $b$ are used in every row, so the contributions of all rows add up:
#
# $$dw = \sum_{n=1}^{N} dA_n\,x_n\quad (D,),\qquad db = \sum_{n=1}^{N} dA_n\quad\text{(a number)},$$
#
# where $x_n$ is row $n$ of $X$. Which product of `X.T`, shape $(D, N)$, and `dA`, shape $(N,)$, is
# the first sum?
#
# **Exercise 3.12** · 10 minutes · ●●○
#
# Write the gradient of the mean cross-entropy.


# %% exercise="logistic_grads"
def logistic_grads(w, b, X, y):
    """Return dw, shape (D,), and db, a number, of the mean cross-entropy.

    w: shape (D,); b: a number; X: inputs, shape (N, D); y: targets 0 or 1, shape (N,).
    None is changed.
    """
    # BEGIN SOLUTION
    dA = (sigmoid(X @ w + b) - y) / len(y)
    dw = X.T @ dA
    db = dA.sum()
    return dw, db
    # END SOLUTION


# %% check="logistic_grads" points=4

# %% [markdown]
# Because of the mean, a batch of 1000 gives a gradient of about the same size as a batch of 10, and
# the same step size fits both.

# %% [markdown]
# ## 8. Training
#
# Everything is there. Gradient descent repeats
#
# $$w \leftarrow w - \eta\,dw,\qquad b \leftarrow b - \eta\,db,$$
#
# with both derivatives taken at the same $w$ and $b$: first compute the two, then change the two.
# Start with zeros. **Predict:** what is the loss before the first step? It is the same for all
# data.

# %% free=true
predict("3 start", ...)  # a number

# %% [markdown]
# To watch the training, write down the loss **before** each step. The first entry is then the loss
# of the zeros, and the loss after the last step is not in the list.
#
# **Exercise 3.13** · 12 minutes · ●●○
#
# Train a unit with gradient descent. The loss and its gradient come in as functions; call them as
# `loss(w, b, X, y)` and `grads(w, b, X, y)`.


# %% exercise="train_logistic"
def train_logistic(X, y, lr, steps, loss, grads):
    """Return w, shape (D,), b, a number, and losses, shape (steps,), after training.

    X: inputs, shape (N, D); y: targets, shape (N,), not changed;
    lr: the step size eta; steps: how many steps, 1 or more;
    loss, grads: functions of w, b, X, y; loss returns J, grads returns dw and db.
    w and b start at zero. losses[t] is J before step t, the first of them step 0.
    """
    # BEGIN SOLUTION
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(steps):
        losses.append(loss(w, b, X, y))
        dw, db = grads(w, b, X, y)
        w = w - lr * dw
        b = b - lr * db
    return w, b, np.array(losses)
    # END SOLUTION


# %% check="train_logistic" points=4

# %% [markdown]
# Now some data: 200 points on two half circles that reach into each other.

# %%
X_moons, y_moons = datasets.moons(200, np.random.default_rng(0))

# %% demo=true
w, b, losses = train_logistic(X_moons, y_moons, 1.0, 200, logistic_loss, logistic_grads)
print(f"loss before the first step: {losses[0]:.4f}, log 2 = {np.log(2):.4f}")
print(f"loss before the last step:  {losses[-1]:.4f}")
figures.training_curves({"lr = 1": losses}, title="One unit learns the moons")

# %% [markdown]
# With zeros every $a_n$ is 0, every $\hat y_n$ is $\tfrac12$, and
# $-\log\tfrac12 = \log 2 \approx 0.6931$. A first loss that is far from it means a mistake, and you
# find it before you have trained at all. Here is what the unit has learned:

# %% demo=true
w, b, _ = train_logistic(X_moons, y_moons, 1.0, 200, logistic_loss, logistic_grads)
right = (X_moons @ w + b > 0) == y_moons
print(f"right: {right.mean():.1%}")
figures.decision_boundary(lambda X: sigmoid(X @ w + b), X_moons, y_moons)

# %% [markdown]
# It decides with a straight line, $w\cdot x + b = 0$, because $a$ is linear in $x$. No amount of
# training bends it. In lesson 4 several units together will.
#
# With more inputs, the line becomes a plane. Where a plane does separate the classes, one unit is
# enough. Here are handwritten digits, 8 × 8
# pixels, so $D = 64$. The unit learns to tell an 8 (target 1) from a 3 (target 0):

# %% demo=true
X, y, X_test, y_test = datasets.digits()
chosen, chosen_test = np.isin(y, (3, 8)), np.isin(y_test, (3, 8))
X, y = X[chosen], (y[chosen] == 8) * 1.0
X_test, y_test = X_test[chosen_test], (y_test[chosen_test] == 8) * 1.0
w, b, losses = train_logistic(X, y, 0.5, 300, logistic_loss, logistic_grads)
right = (X_test @ w + b > 0) == y_test
print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f}")
print(f"right on {right.sum()} of {len(right)} digits that it has not seen")
figures.weight_image(w, title="Orange speaks for an 8, blue for a 3")

# %% [markdown]
# Look at the picture: ink on the left of both loops speaks for an 8, because a 3 is open there.

# %% [markdown]
# ## 9. A step that is too large
#
# If a step of 1 works, a larger one should work faster. Take the moons again, with $\eta = 0.1$,
# $1$ and $100$. **Predict:** with $\eta = 100$ the loss `"falls faster"`, it `"jumps"` up and down,
# or it `"becomes nan"`?

# %% free=true
predict("3 step", ...)

# %% demo=true
runs = {}
for lr in (0.1, 1.0, 100.0):
    run = train_logistic(X_moons, y_moons, lr, 60, logistic_loss, logistic_grads)
    runs[f"lr = {lr:g}"] = run[2]  # the losses
figures.training_curves(runs, title="Three step sizes")

# %% [markdown]
# Near a minimum $w^*$, the loss as a function of one parameter looks like a parabola,
# $J \approx \tfrac{c}{2}(w - w^*)^2$ plus a constant, so $dw = c\,(w - w^*)$. One step turns the
# distance $w - w^*$ into
#
# $$(w - w^*) - \eta\,c\,(w - w^*) = (1 - \eta\,c)\,(w - w^*) .$$
#
# For $\eta c < 1$ the distance shrinks. Between 1 and 2 the step lands on the other side, but
# nearer. Above 2 it lands on the other side and **farther away**, and so does the next: that is
# where the jumps come from. Far out the cross-entropy grows only in proportion to the distance, so
# $w$ does not run off to infinity: the loss comes down for some steps, and is thrown up again as soon
# as $w$ is near the minimum. And because no formula of yours
# overflows, the losses stay finite and tell you what is wrong: the step is too large.

# %% [markdown]
# ## What you have now
#
# One unit, its loss and its gradient, for one example and for a batch, in formulas that hold for
# every $a$. A backward pass is one factor for each step: the loss, the output function, the linear
# part. With cross-entropy behind a sigmoid the first two collapse to $\hat y - y$. And training is
# a loop of three lines around it.
#
# Three questions to take with you. Think first; the cell below has the answers.
#
# - **3a.** A unit with the quadratic loss has almost no gradient on any example. Does that mean
#   that it is done?
# - **3b.** You copy every example, so that the batch is twice as large. What happens to $J$ and to
#   $dw$? And if $J$ were the sum over the batch?
# - **3c.** You find `dA = (Y_hat - y) * Y_hat * (1 - Y_hat) / N` in the training code of a friend.
#   Which loss is that, and why may the friend believe that it is cross-entropy?

# %% free=true
answer(...)  # "3a", "3b" or "3c"

# %% [markdown]
# **Next:** in lesson 4 many such units stand side by side and in layers, and the gradient of all of
# them is a few matrix products.
