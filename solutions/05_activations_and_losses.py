# %% [markdown]
# # Lesson 5: Activations and losses
#
# *About 150 minutes. You need lessons 1 to 4: Jacobians, the sigmoid unit, a network on a batch,
# the gradient check of a network. A good place for a break is before section 4.*
#
# After this lesson you can
#
# - say what an activation function does to a gradient on its way back, and write the backward step
#   of four of them;
# - derive softmax with cross-entropy for any number of classes, and say why it collapses to
#   $P - Y$;
# - tell where the quadratic loss has a plateau, and why the cross-entropy has none there;
# - measure how a gradient fades from layer to layer, and count units that are dead;
# - compare design decisions by experiment, and say what the experiment does not show;
# - find a wrong line in a backward pass, and check a formula that you find in print.
#
# From lessons 1 to 4 you need four facts:
#
# | fact | formula | shapes |
# |:--|:--|:--|
# | slope of the sigmoid | $\sigma'(a) = \sigma(a)\,(1-\sigma(a))$, at most $1/4$ | that of $a$ |
# | a layer | $A = H_{\text{in}}\,W^T + b$, $\;H = \phi(A)$ | $A$, $H$: `(N, D_out)` |
# | its backward step | `dA = dH * phi'(A)`, `dW = dA.T @ H_in`, `db = dA.sum(axis=0)` | as $A$, $W$, $b$ |
# | what it hands back | `dH_in = dA @ W` | `(N, D_in)` |
#
# Rows are examples. The loss $J$ is the mean over the $N$ examples of the batch, so $1/N$ enters
# once, in the gradient of the loss. `dV` means $dJ/dV$.

# %%
import numpy as np

from autograder import answer, bug, check, failing_case, hint, predict, solution
from course import datasets, figures, widgets
from course.activations import ACTIVATIONS, relu, sigmoid
from course.gradcheck import numerical_gradient, relative_error

# %% [markdown]
# ## 1. Four activation functions
#
# What a layer does between $a$ and $h$ is one function $\phi$, applied to each entry by itself. To
# exchange it you change two lines of a network: $\phi$ on the way forward, $\phi'$ on the way back.
# As always in this course, $\phi'$ is a function of the pre-activation $a$.
#
# ### tanh
#
# Notes (d) introduce $\tanh$, as printed in our copy, as "like logistic function but shifted to
# range $[-1, +1]$". The logistic function is $\sigma$, and its range is $(0, 1)$. That range has
# length 1 and the other one has length 2, so shifting alone cannot be all.
#
# **Predict:** at $a = 0$, how many times as steep as $\sigma$ is $\tanh$? (Lesson 1:
# $\tanh'(a) = 1 - \tanh(a)^2$.)

# %% free=true
predict("5 steeper", ...)  # a number

# %% demo=true
figures.activation_panels()

# %% [markdown]
# Compare the dashed lines of the first two panels (the other two come next). The slope of $\sigma$
# is $1/4$ at most, that of $\tanh$ is 1 at most. Stretching the range to length 2 makes $\sigma$
# twice as steep. The other factor 2 comes from the $a$-axis: $\tanh$ runs through it twice as fast,
#
# $$\tanh(a) = 2\,\sigma(2a) - 1 ,$$
#
# shifted **and** scaled, in both directions. The chain rule gives the derivative: the outer factor
# 2, times $\sigma'$ taken at what $\sigma$ really gets, times the inner factor.
#
# **Exercise 5.1** · 6 minutes · ●○○
#
# Write $\tanh$ and its derivative with `sigmoid`, which is safe for every $a$, and without
# `np.tanh`. Here `da` stands for the slopes $\phi'(a)$ themselves, with nothing behind them.


# %% exercise="tanh_from_sigmoid"
def tanh_from_sigmoid(a):
    """Return h = tanh(a) and da = dh/da, both of the shape of a.

    a: pre-activations, an array of any shape, entries up to 1e4. Not changed.
    """
    # BEGIN SOLUTION
    s = sigmoid(2 * a)
    h = 2 * s - 1
    da = 4 * s * (1 - s)
    return h, da
    # END SOLUTION


# %% check="tanh_from_sigmoid" points=2

# %% [markdown]
# A unit with $\tanh$ hands back up to four times as much of a gradient as one with $\sigma$. You
# will see in section 4 what that means for ten layers.
#
# ### relu
#
# The rectified linear unit is linear with a cutoff at zero, $\operatorname{relu}(a) = \max(0, a)$.
# Its slope is 1 for $a > 0$ and 0 for $a < 0$. At $a = 0$ it has a **kink**, and no derivative.
# **Predict:** what does a central difference of `relu` give at $a = 0$?

# %% free=true
predict("5 kink", ...)  # a number

# %% free=true
eps = 1e-5
print((relu(0 + eps) - relu(0 - eps)) / (2 * eps))

# %% [markdown]
# The average of the slopes on both sides, for every `eps`. It is no derivative; our convention is
# $\operatorname{relu}'(0) = 0$. But remember it when a gradient check of your own disagrees in a
# single entry. Perhaps one $a$ lies closer to 0 than `eps`. (Our checks keep away from the kink.)
#
# On the way back, relu lets through what comes to an active unit and stops the rest:
#
# $$dA = dH \odot [A > 0] \qquad\text{all of shape } (N, M),$$
#
# where $\odot$ multiplies entry by entry and $[\dots]$ is 1 where the condition holds, else 0. This
# array of ones and zeros is called the **mask**. Two traps: the mask is made from $A$, not from
# $dH$; and after `dA = dH`, an assignment to entries of `dA` changes `dH` too, since both are names
# of one array.
#
# **Exercise 5.2** · 5 minutes · ●○○
#
# Write the backward step of relu.


# %% exercise="relu_backward"
def relu_backward(dH, A):
    """Return dA, shape (N, M). dH: dJ/dH, (N, M); A: pre-activations, (N, M).

    Neither is changed.
    """
    # BEGIN SOLUTION
    return dH * (A > 0)
    # END SOLUTION


# %% check="relu_backward" points=2

# %% [markdown]
# ### softplus
#
# The soft version of relu is $\operatorname{softplus}(a) = \log(1 + e^a)$. Written like this it
# overflows: `np.exp(1000.0)` is infinite, though $\operatorname{softplus}(1000)$ is just 1000. For
# positive $a$, pull $e^a$ out of the logarithm:
#
# $$\log(1 + e^a) = \log\big(e^a(e^{-a} + 1)\big) = a + \log(1 + e^{-a}) .$$
#
# Now the exponential is small. For negative $a$ the first form is the safe one. Both fit
# into one line,
#
# $$\operatorname{softplus}(a) = \max(a, 0) + \log\big(1 + e^{-\vert a\vert}\big),$$
#
# and `np.log1p(z)` computes $\log(1 + z)$, precisely even for tiny $z$. The derivative, by the
# chain rule from the first form, is $e^a/(1 + e^a)$. Divide both parts by $e^a$, and you know its
# name.
#
# **Exercise 5.3** · 8 minutes · ●●○
#
# Write softplus and its derivative for entries as large as $\pm 10^4$; `sigmoid` is safe there.


# %% exercise="softplus_and_grad"
def softplus_and_grad(a):
    """Return h = log(1 + exp(a)) and da = dh/da, both of the shape of a.

    a: pre-activations, an array of any shape, entries up to 1e4. Not changed.
    """
    # BEGIN SOLUTION
    h = np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))
    da = sigmoid(a)
    return h, da
    # END SOLUTION


# %% check="softplus_and_grad" points=3

# %% [markdown]
# ### Exact zeros
#
# A layer is *sparse* if many of its outputs are exactly 0. On the slide with the soft version,
# notes (d) list three properties, as printed in our copy: "doesn't saturate (at one end)",
# "sparsifies outputs", "helps with vanishing gradient". Take 10,000 pre-activations from a normal
# distribution around 0. About half of the outputs of relu are 0. **Predict:** how many of the
# 10,000 outputs of softplus are?

# %% free=true
predict("5 zeros", ...)  # a number


# %%
def share_of_zeros(H):
    return np.mean(H == 0)


# %% free=true
A = np.random.default_rng(0).normal(size=10_000)
for name in ("relu", "softplus"):
    H = ACTIVATIONS[name].phi(A)
    print(f"{name:8} share of zeros {share_of_zeros(H):.3f}, smallest {H.min():.4f}")

# %% [markdown]
# The smallest output of softplus is near 0.02: small, but not 0. For every $a$, $1 + e^a$ is larger
# than 1, so its logarithm is positive. (On paper. A float64 rounds to 0 what is smaller than
# $10^{-323}$, here below $a = -745$.) "Sparsifies outputs" holds for relu. What holds for softplus
# too is that it does not saturate at the upper end. About the third property you will find out in
# section 4, by measuring.

# %% [markdown]
# ## 2. Softmax with cross-entropy
#
# For $C$ classes the network needs $C$ outputs that are probabilities. Notes (d) write such a
# network in six steps. Here they are with our names; you will need the dictionary for the $\alpha$,
# $\beta$, $a$, $b$, $y$ of the notes.
#
# | step | notes (d) | here | shape |
# |:--|:--|:--|:--|
# | (A) input | $x_i$, with $x_0 = 1$ | $X$ | $(N, D)$ |
# | (B) hidden, linear | $a_j = \sum_i \alpha_{ji}\,x_i$ | $A^{(1)} = X\,W^{(1)T} + b^{(1)}$ | $(N, M)$ |
# | (C) hidden, nonlinear | $z_j = \sigma(a_j)$, with $z_0 = 1$ | $H = \sigma(A^{(1)})$ | $(N, M)$ |
# | (D) output, linear | $b_k = \sum_j \beta_{kj}\,z_j$ | $A^{(2)} = H\,W^{(2)T} + b^{(2)}$ | $(N, C)$ |
# | (E) output, softmax | $y_k = \exp(b_k)\,/\,\sum_l \exp(b_l)$ | $P = \operatorname{softmax}(A^{(2)})$ | $(N, C)$ |
# | (F) loss | $J = \sum_k y_k^* \log(y_k)$ | $J$, below | a number |
#
# So $\alpha$ is $W^{(1)}$ with $b^{(1)}$ as its column 0, and $\beta$ is $W^{(2)}$ with $b^{(2)}$.
# The steps (A) to (D) are lesson 4. Now for (E) and (F).
#
# ### Step (E), safely
#
# The pre-activations of the last layer are called **logits**. For one example, with logits
# $a \in \mathbb R^C$,
#
# $$p_k = \frac{e^{a_k}}{\sum_{l} e^{a_l}} = \frac{e^{a_k - s}}{\sum_{l} e^{a_l - s}}
# \qquad\text{for any number } s ,$$
#
# because $e^{-s}$ cancels. So a common shift changes nothing, and you may choose one that keeps the
# exponentials from overflowing: let $s$ be the largest logit **of the row**. Then the largest
# exponent is 0. (`A.max(axis=1, keepdims=True)` has shape `(N, 1)`, so it can be subtracted from
# `A`.)
#
# **Exercise 5.4** · 6 minutes · ●○○
#
# Write the softmax of every row, for logits as large as $10^4$.


# %% exercise="stable_softmax"
def stable_softmax(A):
    """Return P, shape (N, C), the softmax of every row.

    A: logits, (N, C). Not changed.
    """
    # BEGIN SOLUTION
    E = np.exp(A - A.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
    # END SOLUTION


# %% check="stable_softmax" points=2

# %%
from course.activations import softmax  # from here on it is given

# %% [markdown]
# ### Its Jacobian, worked
#
# Up to now each $h_j$ depended on its own $a_j$ only, and $\phi'$ was all you needed. In a softmax
# every output depends on every logit, through the sum. So there is a whole Jacobian, $C \times C$,
# with $dp_k/da_l$ in row $k$ and column $l$. Write $Z = \sum_m e^{a_m}$ and use the quotient rule.
#
# If $l = k$, both numerator and denominator move:
#
# $$\frac{dp_k}{da_k} = \frac{e^{a_k}Z - e^{a_k}e^{a_k}}{Z^2} = p_k - p_k^2 .$$
#
# If $l \ne k$, only the denominator does:
#
# $$\frac{dp_k}{da_l} = \frac{0 - e^{a_k}e^{a_l}}{Z^2} = -\,p_k\,p_l .$$
#
# In numbers, for $a = (0, \log 2, \log 3)$: $Z = 6$ and $p = (1, 2, 3)/6$. The first row, times 36,
# is $1\cdot 6 - 1\cdot 1 = 5$, then $-1\cdot 2$ and $-1\cdot 3$. Fill in the rest on paper; the
# cell after the exercise will show it.
#
# | $36\cdot dp_k/da_l$ | $l = 1$ | $l = 2$ | $l = 3$ |
# |:--|--:|--:|--:|
# | $k = 1$ | $5$ | $-2$ | $-3$ |
# | $k = 2$ | ? | ? | ? |
# | $k = 3$ | ? | ? | ? |
#
# **Exercise 5.5** · 8 minutes · ●●○
#
# Write the Jacobian of the softmax for one example. A loop over $k$ and $l$ is fine; then see
# whether the two cases fit into one line, with `np.diag` and `np.outer`.


# %% exercise="softmax_jacobian"
def softmax_jacobian(a):
    """Return dp_da, shape (C, C), of p = softmax(a); row k belongs to p_k.

    a: the logits of one example, shape (C,). Not changed.
    """
    # BEGIN SOLUTION
    p = softmax(a)
    return np.diag(p) - np.outer(p, p)
    # END SOLUTION


# %% check="softmax_jacobian" points=3

# %% free=true
times_36 = 36 * softmax_jacobian(np.log([1.0, 2.0, 3.0]))
print(times_36.round(6))
print("sums of the rows:", times_36.sum(axis=1).round(6) + 0.0)

# %% [markdown]
# Every row adds up to 0: it says what $p_k$ does if all logits move together, and you know that it
# does nothing. The Jacobian is symmetric, so every column adds up to 0 as well: what one
# probability gains, the others lose.
#
# ### Without the matrix
#
# On the way back, the chain rule sums over all the paths that lead from $a_l$ to $J$, one through
# each $p_k$. Put the Jacobian in, as one formula for both cases:
#
# $$\frac{dJ}{da_l} = \sum_k \frac{dJ}{dp_k}\,\frac{dp_k}{da_l}
# = \sum_k \frac{dJ}{dp_k}\,\big([k = l]\,p_l - p_k\,p_l\big) .$$
#
# The first part of the sum has one term only, that for $k = l$. Now $p_l$ stands in front of
# everything. For a batch, with $n$ for the example, two gaps are left:
#
# $$dA_{nl} = P_{nl}\,\Big(\;?\; - \sum_k \;?\;\Big),
# \qquad A, P, dP, dA \text{ of shape } (N, C) .$$
#
# The sum is one number for each example, and the Jacobian is never formed. For $C = 1000$ classes
# that saves a million entries for each example.
#
# **Exercise 5.6** · 10 minutes · ●●○
#
# Fill the gaps, and write the backward step of the softmax.


# %% exercise="softmax_backward"
def softmax_backward(dP, P):
    """Return dA, shape (N, C), of P = softmax(A).

    dP: dJ/dP, (N, C); P: the output of the softmax, (N, C). Neither is changed.
    """
    # BEGIN SOLUTION
    return P * (dP - (dP * P).sum(axis=1, keepdims=True))
    # END SOLUTION


# %% check="softmax_backward" points=3

# %% [markdown]
# ### Step (F), as printed
#
# The last line of the table is $J = \sum_k y_k^*\log(y_k)$ as printed in our copy, and is called
# the loss. You know from lessons 2 and 3 what is missing: this is the log-likelihood, which says
# how *good* a prediction is. The loss needs a minus sign. For a batch with one-hot targets $Y$, or
# any targets whose rows add up to 1,
#
# $$J = -\frac1N \sum_{n=1}^{N}\sum_{k=1}^{C} Y_{nk}\,\log P_{nk},
# \qquad P, Y \text{ of shape } (N, C) .$$
#
# One more trap. Take one example with logits $(1000, 0)$. On paper, $\log p_2 \approx -1000$.
# **Predict:** what does `np.log(softmax(...))` give for the second class: `"-1000"`, `"-inf"` or
# `"nan"`?

# %% free=true
predict("5 log", ...)

# %% free=true
p = softmax(np.array([1000.0, 0.0]))
with np.errstate(divide="ignore"):  # no warning, please: we are looking on purpose
    print("p =", p, " log p =", np.log(p))

# %% [markdown]
# The probability is too small for a float64 and became 0; $-1000$ is lost for good. So never take
# the logarithm of a softmax. Take it on paper, where it undoes the exponential:
#
# $$\log P_{nk} = S_{nk} - \log\sum_l e^{S_{nl}},\qquad S_{nk} = A_{nk} - \max_l A_{nl} .$$
#
# **Exercise 5.7** · 8 minutes · ●●○
#
# Write the loss from the logits, for logits as large as $10^4$.


# %% exercise="cross_entropy_from_logits"
def cross_entropy_from_logits(A, Y):
    """Return J, a number, the mean cross-entropy of P = softmax(A).

    A: logits, (N, C); Y: targets, (N, C), every row adds up to 1. Not changed.
    """
    # BEGIN SOLUTION
    S = A - A.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return -(Y * log_P).sum() / len(A)
    # END SOLUTION


# %% check="cross_entropy_from_logits" points=3

# %% [markdown]
# ### The collapse
#
# Put the two steps together. From (F), $dP = -\frac1N\,Y/P$. Put that into what you found for the
# softmax:
#
# $$dA_{nl} = P_{nl}\Big(-\frac{1}{N}\frac{Y_{nl}}{P_{nl}} + \frac1N\sum_k
# \frac{Y_{nk}}{P_{nk}}\,P_{nk}\Big)
# = \frac1N\Big(-Y_{nl} + P_{nl}\sum_k Y_{nk}\Big) = \frac{P_{nl} - Y_{nl}}{N} .$$
#
# The quotient is gone, and so is the Jacobian. This is the $dA = (P - Y)/N$ that lesson 4 gave you
# without proof. It is not an approximation, and it holds at the logits: whoever multiplies by
# another $\phi'$ has counted the softmax twice.
#
# Most data come with labels `y`, whole numbers of shape `(N,)`, and not with one-hot rows. You need
# not build $Y$. It has a single 1 in row $n$, in column $y_n$, and
# `P[np.arange(N), y]` picks just these entries.
#
# **Exercise 5.8** · 8 minutes · ●●○
#
# Write the gradient for the logits, from labels. No gaps this time.


# %% exercise="logits_grad"
def logits_grad(A, y):
    """Return dA, shape (N, C), of the mean cross-entropy of softmax(A).

    A: logits, (N, C); y: labels, whole numbers from 0 to C - 1, (N,); some class may be
    absent. Neither is changed.
    """
    # BEGIN SOLUTION
    dA = softmax(A)
    dA[np.arange(len(y)), y] -= 1
    return dA / len(y)
    # END SOLUTION


# %% check="logits_grad" points=3

# %% [markdown]
# ### The full network, (A) to (F)
#
# Now all six steps, alone. Go forward through the table at the head of this section, then back from
# the logits.
#
# **Exercise 5.9** · 15 minutes · ●●●
#
# Write the gradients of the full network, with $\sigma$ in its hidden layer, for all weights and
# biases.


# %%
def full_network_loss(X, y, W1, b1, W2, b2):  # read it as math: for small logits it is safe
    P = softmax(sigmoid(X @ W1.T + b1) @ W2.T + b2)
    return -np.mean(np.log(P[np.arange(len(y)), y]))


# %% exercise="full_network_grads"
def full_network_grads(X, y, W1, b1, W2, b2):
    """Return dW1, db1, dW2, db2 of full_network_loss, each with the shape of its parameter.

    X: (N, D); y: labels, whole numbers, (N,); W1: (M, D); b1: (M,); W2: (C, M);
    b2: (C,).
    """
    # BEGIN SOLUTION
    H = sigmoid(X @ W1.T + b1)
    dA2 = softmax(H @ W2.T + b2)
    dA2[np.arange(len(y)), y] -= 1
    dA2 /= len(y)
    dW2 = dA2.T @ H
    db2 = dA2.sum(axis=0)
    dH = dA2 @ W2
    dA1 = dH * H * (1 - H)
    dW1 = dA1.T @ X
    db1 = dA1.sum(axis=0)
    return dW1, db1, dW2, db2
    # END SOLUTION


# %% check="full_network_grads" points=5

# %% [markdown]
# ## 3. Quadratic loss against cross-entropy
#
# Nothing forces you to use the cross-entropy. Probabilities can be compared with targets by the
# quadratic loss too,
#
# $$J_{\text{quadratic}} = \frac1N\sum_{n}\tfrac12\sum_{k}(P_{nk} - Y_{nk})^2,
# \qquad dP = \frac{P - Y}{N} .$$
#
# This $dP$ has to go back through the softmax, and there nothing cancels: by section 2,
# $dA = P\odot(dP - \text{the row sums of } dP\odot P)$.
#
# Lesson 3 has shown for one sigmoid unit what that does where the unit is saturated. Here is the
# same for a softmax: two classes, logits $(8, 0)$, and the *second* class is the right one. The
# network is sure, and wrong. **Predict:** how many times as large is the gradient of the
# cross-entropy: `"15"`, `"150"` or `"1500"`?

# %% free=true
predict("5 ratio", ...)

# %% [markdown]
# **Exercise 5.10** · 8 minutes · ●●○
#
# Write both gradients for the logits, from the same $P$.


# %% exercise="quadratic_vs_cross_entropy"
def quadratic_vs_cross_entropy(A, Y):
    """Return dA_quadratic and dA_cross_entropy, both (N, C), of the two mean losses.

    A: logits, (N, C); Y: one-hot targets, (N, C). Not changed.
    """
    # BEGIN SOLUTION
    P = softmax(A)
    dP = (P - Y) / len(A)
    dA_quadratic = P * (dP - (dP * P).sum(axis=1, keepdims=True))
    dA_cross_entropy = (P - Y) / len(A)
    return dA_quadratic, dA_cross_entropy
    # END SOLUTION


# %% check="quadratic_vs_cross_entropy" points=3

# %% demo=true
print("logits (gap, 0), the second class is right; dA for the second logit")
Y = np.array([[0.0, 1.0]])
for gap in (0.0, 2.0, 4.0, 8.0, 16.0):
    one, other = quadratic_vs_cross_entropy(np.array([[gap, 0.0]]), Y)
    print(f"gap {gap:3.0f}  quadratic {one[0, 1]:.7f}  cross-entropy {other[0, 1]:.5f}")

# %% [markdown]
# The further the network is off, the *less* it learns from the quadratic loss: each $p_k$ close to
# 0 or 1 brings a factor close to 0 with it. With the cross-entropy no entry of one example is larger
# than 1 in size, and it is nearly 1 just where it is needed.
#
# ### Two surfaces
#
# How does this look from above, for a whole network? Glorot and Bengio (*Understanding the
# difficulty of training deep feedforward neural networks*, AISTATS 2010, figure 5; notes (d) show
# it) took a network with two layers, one weight in each, $\tanh$ units and random inputs, and drew
# both losses as surfaces over the two weights. Here is such a network,
#
# $$\hat y = \sigma\big(w_2\,\tanh(w_1 x)\big),$$
#
# with 200 random inputs $x$ and targets $y$ that are mostly 1 for $x > 0$ and 0 for $x < 0$. Where
# $w_1 w_2 < 0$, the predictions are the wrong way round. **Predict:** which surface is nearly flat
# where the predictions are worst: `"quadratic"`, `"cross-entropy"`, `"both"` or `"neither"`?

# %% free=true
predict("5 plateau", ...)

# %% demo=true
rng = np.random.default_rng(0)
x = rng.normal(size=200)
targets = (x + 0.5 * rng.normal(size=200) > 0) * 1.0
figures.loss_surfaces(x, targets)

# %% [markdown]
# The quadratic loss has a **plateau** on top of its hills: with $w_1 = 2$ and $w_2 = -5$ its slope
# along $w_2$ is $-0.011$, that of the cross-entropy is $-0.66$. The right panel shows the two cuts,
# each divided by its highest value: the quadratic curve bends and becomes flat to the left, the
# other one stays steep. Gradient descent that starts up there with the quadratic loss hardly moves.
# With enough patience it arrives as well, for both losses are lowest in the same valleys.
#
# Put gradient descent down where you like. Both maps show the same two weights; the ring is the start,
# the square is where 60 steps lead.

# %% demo=true
widgets.compare_losses()

# %% [markdown]
# This is why classification uses the cross-entropy, and regression, where the output is not
# squeezed into $(0, 1)$, the quadratic loss.

# %% [markdown]
# ## 4. Gradients on their way back
#
# ### From layer to layer
#
# The backward pass through layer $k$ multiplies by $\phi'$, then by the weights:
#
# $$dA^{(k)} = dH^{(k)} \odot \phi'(A^{(k)}),\qquad dH^{(k-1)} = dA^{(k)}\,W^{(k)},$$
#
# where $dA^{(k)}$ has shape $(N, D_k)$ and layer $k$ has $D_k$ units. Both factors act once for
# each layer. Remember from lesson 4 how weights start, $W \sim N(0, 1/\text{fan-in})$. If two
# layers have the same number of units, multiplying by such a $W$ leaves the length of a gradient
# about as it is. So the fate of the gradient is up to $\phi'$. **Predict:** by about which factor
# does the gradient change from one layer to the one before it, in a network of sigmoid units at the
# start of training, when most $a$ are not far from 0?

# %% free=true
predict("5 sigmoid factor", ...)  # a number; up to a tenth off will do

# %% [markdown]
# **Exercise 5.11** · 12 minutes · ●●○
#
# Measure it. Walk back through a deep network and note the norm of every $dA^{(k)}$, the root of
# the sum of the squares of all its entries: `np.linalg.norm(dA)`.


# %%
def deep_forward(X, W, phi):
    """Return all pre-activations, a list with layer 1 first, and the last H. b is 0."""
    H, A = X, []
    for W_k in W:
        A.append(H @ W_k.T)
        H = phi(A[-1])
    return A, H


# %% exercise="gradient_norms"
def gradient_norms(W, A, dH, phi_grad):
    """Return the norms of dA of layers 1 to K, shape (K,).

    W: list of K weight matrices, W[0] of layer 1, shape (D_1, D); A: list of K
    pre-activations, A[0] of layer 1, shape (N, D_1); dH: dJ/dH of the last layer, where
    the walk starts, of the shape of A[-1]; phi_grad: the function phi', of the
    pre-activation. Nothing is changed.
    """
    # BEGIN SOLUTION
    norms = np.zeros(len(W))
    for k in reversed(range(len(W))):
        dA = dH * phi_grad(A[k])
        norms[k] = np.linalg.norm(dA)
        dH = dA @ W[k]
    return norms
    # END SOLUTION


# %% check="gradient_norms" points=4

# %% [markdown]
# Ten layers of 100 units, four activation functions, the same weights and the same `dH` for all:

# %% demo=true
rng = np.random.default_rng(0)
X = rng.normal(size=(64, 100))
W = [rng.normal(0, 0.1, size=(100, 100)) for _ in range(10)]  # 0.1² = 1 / fan-in
dH = rng.normal(size=(64, 100)) / 80  # its norm is about 1
norms = {}
for name in ("sigmoid", "tanh", "relu", "softplus"):
    A, _ = deep_forward(X, W, ACTIVATIONS[name].phi)
    norms[name] = gradient_norms(W, A, dH, ACTIVATIONS[name].phi_grad)
    ratio = norms[name][0] / norms[name][-1]
    print(f"{name:8} layer 1 / layer 10 {ratio:.1e}, per layer {ratio ** (1 / 9):.2f}")
figures.gradient_by_layer(norms)

# %% [markdown]
# The axis is logarithmic, so a straight line is one factor for every layer. With sigmoid units the
# first layer gets two millionths of what the last one gets, and it learns as slowly as that: this
# is the **vanishing gradient**. For $\tanh$, $\phi'$ is 1 at $a = 0$, and an eighth is lost in
# each layer. For softplus, $\phi'$ is $1/2$ there, and it helps less than its slide says. For relu,
# half the entries of $\phi'$ are 1 and half are 0, so a share of $\sqrt{1/2} \approx 0.71$ of the
# length is left. Weights from $N(0, 2/\text{fan-in})$ make up for exactly that, and so relu
# networks start with these (He and others, *Delving deep into rectifiers*, ICCV 2015).
#
# ### Dead units
#
# A relu unit that is off lets no gradient through. If it is off for *every* example, its weights
# and its bias get no gradient at all: the unit is **dead**. In the first layer, where the input
# does not change, gradient descent leaves it so for ever.
#
# **Exercise 5.12** · 4 minutes · ●○○
#
# Count the dead units of a layer. Off means $a \le 0$.


# %% exercise="count_dead"
def count_dead(A):
    """Return how many units are off for every example, a whole number.

    A: pre-activations, (N, M), a row for each example, a column for each unit.
    """
    # BEGIN SOLUTION
    return np.all(A <= 0, axis=0).sum()
    # END SOLUTION


# %% check="count_dead" points=2

# %%
from course.mlp import MLP
from course.optim import accuracy, train

X_train, y_train, X_test, y_test = datasets.digits()

# %% [markdown]
# `MLP` is the library's network, with the two loops of lesson 4 inside: `MLP([64, 100, 10], "relu")`
# has 64 inputs, 100 hidden relu units and 10 logits, and its lists `W` and `b` are yours to read.
# `train` runs gradient descent on minibatches, `accuracy` counts right answers.
#
# What kills a unit is a large negative bias. Try some, for 100 units that look at the digits:

# %% free=true
network = MLP([64, 100, 10], "relu")
for bias in (0.0, -1.0, -2.0, -3.0):
    dead = count_dead(X_train @ network.W[0].T + bias)
    print(f"bias {bias:4.1f}: dead {dead} of 100")

# %% [markdown]
# Nobody starts with such biases. But one step of gradient descent that is too large can lead there.
# The next cell trains three networks, three epochs with a large step and then ten more with a small
# one.

# %% demo=true
for large in (0.5, 1.0, 2.0):
    network = MLP([64, 100, 10], "relu")
    for epochs, lr in ((3, large), (10, 0.1)):
        how = {"epochs": epochs, "lr": lr, "optimizer": "sgd", "progress": False}
        train(network, X_train, y_train, **how)
        dead = count_dead(X_train @ network.W[0].T + network.b[0])
        right = accuracy(network, X_test, y_test)
        print(f"{epochs:2} epochs, lr {lr}: dead {dead:3} of 100, accuracy {right:.2f}")

# %% [markdown]
# Between `lr` 1 and `lr` 2 the number of dead units goes from 7 to 96, and none comes back. A loss
# curve does not tell you why it is stuck; counting does. Softplus has no dead units, for its slope
# is never 0.
#
# Depth, the scale of the first weights and the bias work together. Choose "a deep network" below and
# find the scale at which the gradient of relu keeps its size over 20 layers. Then find out what that
# scale does to $\tanh$, and what a bias of $-2$ does to relu.

# %% demo=true
widgets.compare_activations()

# %% [markdown]
# ## 5. Design decisions, by experiment
#
# Notes (d) list four decisions that you take before you train: depth, width, activation function,
# objective function. You have met reasons for each. Do they show in practice? Ask about all four in
# one small **designed experiment**: give each decision, called a *factor*, two levels, low ($-1$)
# and high ($+1$), and try every combination.
#
# | factor | low, $-1$ | high, $+1$ |
# |:--|:--|:--|
# | depth | 1 hidden layer | 3 hidden layers |
# | width | 4 units in each | 16 units in each |
# | activation | sigmoid | relu |
# | objective | quadratic loss | cross-entropy |
#
# The task: three spiral arms, 300 points to learn from, 1000 others to measure the accuracy. The
# output layer is the same throughout, three sigmoid units, one for each arm. The rows of `design`
# are the $2^4 = 16$ combinations.


# %%
import itertools

FACTORS = ("depth", "width", "activation", "objective")
LEVELS = ((1, 3), (4, 16), ("sigmoid", "relu"), ("quadratic", "sigmoid_cross_entropy"))
design = np.array(list(itertools.product([-1, 1], repeat=4)))  # (16, 4)
rng = np.random.default_rng(0)
X_arms, y_arms = datasets.spirals(300, rng)
X_others, y_others = datasets.spirals(1000, rng)


# %%
def trained_accuracy(row, seed, optimizer="sgd", lr=0.3):
    """Train the network of one row of the design; return its accuracy on new points."""
    high = (row > 0).astype(int)
    depth, width, phi, loss = (LEVELS[f][high[f]] for f in range(4))
    last = "sigmoid" if loss == "quadratic" else "identity"  # the other takes logits
    widths, rng = [2] + depth * [width] + [3], np.random.default_rng(seed)
    network = MLP(widths, depth * [phi] + [last], loss, rng=rng)
    how = {"epochs": 60, "lr": lr, "optimizer": optimizer, "progress": False}
    train(network, X_arms, np.eye(3)[y_arms], rng=rng, **how)
    return accuracy(network, X_others, y_others)


# %% [markdown]
# The **main effect** of a factor is the mean result of all rows in which it is high, minus the mean
# result of all rows in which it is low:
#
# $$\text{effect}_f = \operatorname{mean}\{r_i : d_{if} = +1\} -
# \operatorname{mean}\{r_i : d_{if} = -1\},$$
#
# where $d$, the design, has shape $(R, F)$ and $r$, the results, shape $(R,)$, for $R$ rows and $F$
# factors.
#
# Every effect uses all $R$ results, and this is what makes such a design economical.
#
# **Exercise 5.13** · 8 minutes · ●●○
#
# Compute the main effects. Your function should also be right if some rows are missing, so that a
# factor is high more often than low.


# %% exercise="main_effects"
def main_effects(design, results):
    """Return the main effect of every factor, shape (F,).

    design: every entry -1 or 1, shape (R, F); results: one number for each row, (R,).
    """
    # BEGIN SOLUTION
    effects = np.zeros(design.shape[1])
    for f in range(design.shape[1]):
        high = design[:, f] == 1
        effects[f] = results[high].mean() - results[~high].mean()
    return effects
    # END SOLUTION


# %% check="main_effects" points=3

# %% [markdown]
# **Predict:** all networks are trained alike, 60 epochs of plain gradient descent on small batches.
# Is the main effect of depth on the accuracy positive, `"+"`, or negative, `"-"`?

# %% free=true
predict("5 depth", ...)

# %% [markdown]
# The next cell trains all 16 networks with five seeds each, and shows the mean accuracies in one
# table.

# %% demo=true
seeds = range(5)
results = np.array([[trained_accuracy(row, seed) for seed in seeds] for row in design])
means = results.mean(axis=1).reshape(4, 4)  # a row for each depth and width
print("activation            sigmoid     sigmoid        relu        relu")
print("objective           quadratic  cross-ent.   quadratic  cross-ent.")
for (depth, width), row in zip(itertools.product(*LEVELS[:2]), means, strict=True):
    print(f"depth {depth}, width {width:2}  ", *(f"{r:11.2f}" for r in row))

# %% demo=true
effects = np.array([main_effects(design, results[:, seed]) for seed in seeds])
for name, effect in zip(FACTORS, effects.T, strict=True):
    print(f"{name:10}  effect {effect.mean():+.3f}, between seeds ±{effect.std():.3f}")
figures.effects_by_seed(effects, FACTORS, ylabel="change of the test accuracy")

# %% [markdown]
# Each dot is one seed. All four effects lie on one side of 0 for all five seeds, so none of them
# looks like an accident of the random start. So depth does harm? Split its effect by the level of
# another factor:

# %% demo=true
for level, name in ((-1, "sigmoid"), (1, "relu")):
    rows = design[:, 2] == level
    effect = main_effects(design[rows][:, [0]], results[rows].mean(axis=1))[0]
    print(f"effect of depth with {name:8}{effect:+.3f}")

# %% [markdown]
# With sigmoid units three layers do worse than one, with relu better: a gradient that fades has
# further to go. When the effect of one factor depends on the level of another, the two
# **interact**, and the main effect is an average of things that do not belong together. The best
# network of the table is deep *and* wide, with relu and cross-entropy.
#
# What you may conclude: on this task, trained in this way, these changes did this on average. What
# you may not conclude: that it is so for other levels, other data, or other training. Nor that the
# best row will be right in 99 % of new cases: you have picked it by these 1000 points, so you need
# fresh ones to say that. And here is other training, with the rule Adam in place of plain descent,
# one seed:

# %% demo=true
adam = np.array([[trained_accuracy(row, 0, "adam", 0.01)] for row in design])[:, 0]
for name, effect in zip(FACTORS, main_effects(design, adam), strict=True):
    print(f"{name:10}  effect {effect:+.3f}")

# %% [markdown]
# With Adam, which adapts the step to each weight, deeper is better and the objective hardly
# matters. So the experiment has not measured "the effect of depth". It has measured what depth does
# to plain gradient descent with a step of 0.3, and that single step may have suited some rows
# better than others. Name what you held fixed, when you report what you varied.

# %% [markdown]
# ## 6. Find the bug
#
# Here is a network with two hidden layers of relu units, a softmax, the mean cross-entropy and a
# penalty on the weights:
#
# $$J = -\frac1N\sum_n \log P_{n y_n} + \frac{\text{reg}}{2}\sum_{k=1}^{3}\sum_{ij}
# \big(W^{(k)}_{ij}\big)^2 .$$
#
# You will get a function that computes its gradients, with **one wrong line**. The loss is right.
# As in lesson 4, which line is wrong depends on a name: with an empty one you get the first bug. If
# your teacher has told you to, put your name between the quotes. Otherwise leave the cell as it is.


# %%
def relu_network_loss(X, y, W1, b1, W2, b2, W3, b3, reg):
    H1 = relu(X @ W1.T + b1)
    H2 = relu(H1 @ W2.T + b2)
    P = softmax(H2 @ W3.T + b3)
    squares = sum(np.sum(W**2) for W in (W1, W2, W3))
    return -np.mean(np.log(P[np.arange(len(y)), y])) + reg / 2 * squares


# %% free=true
STUDENT = ""

# %% free=true
broken = bug(repaired_grads, STUDENT)

# %% [markdown]
# Do not start by reading. Start by measuring: the second cell below compares all six gradients with
# central differences on a small batch. Then walk from the loss towards the input, as in lesson 4:
# what a right gradient was computed from is right too. New in this network are the masks and a
# penalty that may be wrong in one layer only. So change the batch and run the cell again:
#
# - Is the error gone with `reg` = 0? Then it is in a penalty.
# - Is it gone with a batch of one example? Then it is in a mean or a sum over the batch.
# - Is only one of `dW` and `db` of a layer wrong? Then `dA` of the layer is right, and the line is
#   that of the wrong one.
# - Print `gradient / numeric` for the first wrong one. Is it a constant?


# %%
rng = np.random.default_rng(22)
shapes = {"W1": (4, 3), "b1": 4, "W2": (4, 4), "b2": 4, "W3": (5, 4), "b3": 5}
batch = {"X": rng.normal(size=(6, 3)), "y": np.array([0, 2, 1, 4, 2, 0])}
batch |= {name: rng.normal(size=shape) for name, shape in shapes.items()} | {"reg": 0.3}

# %% free=true
small = batch | {"reg": 0.3}
# one example: small = batch | {"X": batch["X"][:1], "y": batch["y"][:1]}


def loss_by(name):  # the loss as a function of one of the arrays
    return lambda V: relu_network_loss(**small | {name: V})


for name, gradient in zip(shapes, broken(**small), strict=True):
    numeric = numerical_gradient(loss_by(name), small[name])
    error = relative_error(gradient, numeric)
    print(f"d{name}: relative error {error:.1e}")

# %% [markdown]
# **Exercise 5.14** · 12 minutes · ●●●
#
# Which line is wrong? Return its number in the listing.


# %% exercise="faulty_line"
def faulty_line():
    """Return the number of the wrong line, a whole number."""
    # BEGIN SOLUTION
    return 14
    # END SOLUTION


# %% check="faulty_line" points=3

# %% [markdown]
# **Exercise 5.15** · 5 minutes · ●○○
#
# Copy the listing, without the numbers, and mend the line.


# %% exercise="repaired_grads"
def repaired_grads(X, y, W1, b1, W2, b2, W3, b3, reg):
    """Return dW1, db1, dW2, db2, dW3, db3 of relu_network_loss, shaped like W1, b1 and so on.

    X: (N, D); y: labels, whole numbers, (N,); W1: (M1, D); b1: (M1,); W2: (M2, M1);
    b2: (M2,); W3: (C, M2); b3: (C,); reg: the weight of the penalty, a number.
    """
    # BEGIN SOLUTION
    A1 = X @ W1.T + b1
    H1 = relu(A1)
    A2 = H1 @ W2.T + b2
    H2 = relu(A2)
    dA3 = softmax(H2 @ W3.T + b3)
    dA3[np.arange(len(y)), y] -= 1
    dA3 /= len(y)
    dA2 = dA3 @ W3 * (A2 > 0)
    dA1 = dA2 @ W2 * (A1 > 0)
    dW1 = dA1.T @ X + reg * W1
    dW2 = dA2.T @ H1 + reg * W2
    dW3 = dA3.T @ H2 + reg * W3
    db1, db2, db3 = dA1.sum(axis=0), dA2.sum(axis=0), dA3.sum(axis=0)
    return dW1, db1, dW2, db2, dW3, db3
    # END SOLUTION


# %% check="repaired_grads" points=2

# %% [markdown]
# A network with a bug like this often still learns, only worse than it should. Nobody notices,
# unless somebody measures.

# %% [markdown]
# ## 7. Formulas in print
#
# You have met several formulas that are not quite right as printed. What is off is often a factor:
# a sign, a 2, an $N$. In lesson 3 you found the factor for a function of one number, as a quotient.
# For a gradient, let $p$ be the printed one and $g$ the measured one, both of shape $(n,)$. Is
# there one number $c$ with $c\,p = g$? The only candidate is
#
# $$c = \frac{p\cdot g}{p\cdot p},$$
#
# because if $g$ really is $c\,p$, then the dot product $p\cdot g$ is $c$ times $p\cdot p$. Try it
# out: if the norm of $c\,p - g$ is more than $10^{-6}$ times the norm of $g$, no factor mends the
# formula. (No $p$ is 0 in all entries here.)
#
# **Exercise 5.16** · 12 minutes · ●●●
#
# Find the factor for each printed formula: 1 if it is right, 0 if no factor will do.
# `numerical_gradient(J, v)` gives $g$, by the central differences of lesson 1.


# %% exercise="printed_factors"
def printed_factors(J, v, formulas):
    """Return for every formula the factor that makes it right, shape (len(formulas),).

    J: a function of an array of shape (n,), gives a number; v: shape (n,), where to
    compare; formulas: a list of functions; each takes v, gives dJ/dv as printed, (n,).
    """
    # BEGIN SOLUTION
    g = numerical_gradient(J, v)
    factors = np.zeros(len(formulas))
    for k, formula in enumerate(formulas):
        p = formula(v)
        c = p @ g / (p @ p)
        if np.linalg.norm(c * p - g) <= 1e-6 * np.linalg.norm(g):
            factors[k] = c
    return factors
    # END SOLUTION


# %% check="printed_factors" points=4

# %% [markdown]
# Now hold printed gradients against losses, for a batch of four predictions and targets. There is
# one line for each loss, and one column for each formula; $y$ is the target in all of them. The last
# two formulas are those of lesson 2: what notes (d) print on their last slide, "Module 5", and on the
# slides before it.

# %% demo=true
y_hat, y = np.array([0.3, 0.6, 0.8, 0.9]), np.array([0.0, 1.0, 0.0, 1.0])
losses = {
    "half the squares": lambda v: 0.5 * np.sum((v - y) ** 2),
    "the squares": lambda v: np.sum((v - y) ** 2),
    "mean of the squares": lambda v: np.mean((v - y) ** 2),
    "log-likelihood": lambda v: np.sum(y * np.log(v) + (1 - y) * np.log(1 - v)),
    "cross-entropy": lambda v: -np.sum(y * np.log(v) + (1 - y) * np.log(1 - v)),
}
printed = {
    "(a) y_hat - y": lambda v: v - y,
    "(e) y - y_hat": lambda v: y - v,
    "(d) before": lambda v: y / v + (1 - y) / (v - 1),
    "(d) module 5": lambda v: y / v + (1 - y) / (1 - v),
}

# %% demo=true
print(" " * 20, *(f"{name:>14}" for name in printed))
for name, J in losses.items():
    factors = printed_factors(J, y_hat, list(printed.values()))
    print(f"{name:20}", *(f"{factor:14.6g}" for factor in factors))

# %% [markdown]
# The first column shows why it pays to say what $J$ is: one formula is right, half of what it
# should be, or needs $2/N$, here $0.5$. (e) has its sign turned round. What (d) prints before
# module 5 is the gradient of the log-likelihood, and of the loss it is the negative. For module 5
# itself there is no loss in the list that any factor would lead to.
#
# ### All of them
#
# Here is everything that we found in our copies of the five notes. The copies are text that was
# read off slides and handwriting, so some of it may not be in the originals at all. The letters are
# those of lesson 1: (a) Gelbart, (b) *Neural Networks II*, (c) *Lecture 10*, (d) *Backpropagation*,
# (e) Olson. Symbols are those of the notes.
#
# | | as printed in our copy | what it should be | how we checked |
# |:--|:--|:--|:--|
# | (a) | $X^{(j+1)} = \sigma(\sum_i W_{ij}^{(j+1)} X_i^{(j)} + b^{(j)})$ | the unit needs an index of its own: $X_j^{(l+1)} = \sigma(\sum_i W_{ij}^{(l+1)} X_i^{(l)} + b_j^{(l+1)})$; further on the weights are $W_{ji}$, and there is no bias | by hand: $j$ counts layers and units |
# | (a) | $\partial L/\partial z = z - \hat z$, and $L$ is not given | right for $L = \frac12\sum (z - \hat z)^2$, where $\hat z$ is the target; without the $\frac12$ it needs a factor 2 | central difference, exercise 5.16 |
# | (b) | $h^{(i)} = g(\Theta^{(i)} x)$ | $x$ for $i = 1$ only; then $h^{(i)} = g(\Theta^{(i)} h^{(i-1)})$ | shapes, lesson 4, and the output as printed on the same slide |
# | (b) | the penalty adds $\lambda\nabla_b\Omega$ to the gradient of $b$; which $\theta$ its sum takes is open | a choice, but say which: here $\Omega = \frac12\sum W^2$ without biases, so that part is 0 | central difference |
# | (c) | $z = w^{(L)T} x^{(L)}$ | $x^{(L-1)}$ on the right, as in $z_k^{(1)} = W_k^{(1)T} x^{(0)}$ | by hand: a layer's output is not its input |
# | (c) | $\partial z_k/\partial x^{(0)} = X^{(0)}$ and $\partial z_k/\partial x_k^{(0)} = W_k$ | $\partial z_k/\partial W_k = x^{(0)}$ and $\partial z_k/\partial x^{(0)} = W_k$ | central difference |
# | (c) | $\varphi'(z_k) \in \mathbb R^m$ | a number for each $k$; all $m$ of them together are in $\mathbb R^m$ | shapes |
# | (c) | $\partial L/\partial W_k^{(2)} = -(y-\varphi_{\text{out}})\,\varphi_{\text{out}}'\,\varphi'(z_k)\,W_k^{(2)}$ | $\partial L/\partial W_k^{(1)} = -(y-\varphi_{\text{out}})\,\varphi_{\text{out}}'(z^{(2)})\,W_k^{(2)}\,\varphi'(z_k)\,x^{(0)}$ | central difference, lesson 4 |
# | (c) | $W_{ij}^{(l)} \sim N(0, \sigma^2/m_l)$, $m_L = r$ for $r$ classes | $m_l$ counts the layer's own units; dividing by the fan-in keeps the scale: from 784 inputs of scale 1 to 10 units, $a$ has standard deviation $8.9$ as printed, $1.0$ with the fan-in ($\sigma = 1$) | drawn, lesson 4 |
# | (c) | "$\vert\varphi'\vert$ large ⇒ $\varphi'$" | $\vert z\vert$ large ⇒ $\varphi'$ near 0 | computed, lesson 3 |
# | (d) | tanh is "like logistic function but shifted" | shifted and scaled: $2\sigma(2u) - 1$ | central difference, exercise 5.1 |
# | (d) | softplus beside "sparsifies outputs" | softplus is never exactly 0, relu is | counted, section 1 |
# | (d) | $\frac12(y - y^*)^2$, "mean squared error" | half the squared error of one example | central difference, exercise 5.16 |
# | (d) | $J = y^*\log y + (1-y^*)\log(1-y)$ and $J = \sum_k y_k^*\log y_k$ as loss | minus in front | one step of descent, lesson 3 |
# | (d) | $\frac{y^*}{y} + \frac{1-y^*}{1-y}$ on the last "Module 5" slide, with $y - 1$ in the second denominator before | with $y - 1$ it is the derivative of $J$ as printed, and of the *loss* it is the negative; with $1 - y$ it is neither | central difference, lesson 2 and exercise 5.16 |
# | (d) | $dJ/dx_i = dJ/da_j \cdot \sum_j \alpha_{ji}$ | $\sum_j dJ/da_j\cdot\alpha_{ji}$ | central difference, lesson 1 |
# | (d) | $z_j = \sigma(a_j)$ for all $j$, while sums start at $j = 0$ | $z_0 = 1$ carries the bias, and is not $\sigma(a_0)$ | computed |
# | (d) | "initialize all partial derivatives to 0" | all but the output's own, which is 1; otherwise all stay 0 | run, lesson 2 |
# | (e) | "the perceptron (logistic regression)" | a perceptron has a step, logistic regression a sigmoid | central difference, lesson 3: the step has slope 0 |
# | (e) | $w_{i,k}^\ell$ connects node $k$ to node $j$ | $w_{j,k}^\ell$ | by hand |
# | (e) | $z^\ell = W_\ell\,a^\ell$ | $z^\ell = W_\ell\,a^{\ell-1}$ | shapes, and the prediction as printed below it |
# | (e) | $L$ hidden layers with $W_1, \dots, W_L$ | $L$ hidden layers and the output have $L + 1$ matrices, and $\delta$ starts at layer $L + 1$ | by hand: two hidden layers are printed with $W_1, W_2, W_3$ |
# | (e) | $\delta^L = G(L)(y - \hat y)$ for $L = \frac12(y - \hat y)^2$, and so on the slide before | $\hat y - y$: the factor is $-1$ | central difference, lesson 3 and exercise 5.16 |
#
# None of this takes anything from the notes; it is what a careful reader does with every text, this
# one included.

# %% [markdown]
# ## What you have now
#
# An activation function decides how much of a gradient gets through: a quarter at most for
# $\sigma$, all or nothing for relu. Softmax and cross-entropy are made for each other, and what is
# left of both is $P - Y$. And you have three instruments that do not depend on anybody's formulas:
# the gradient check, the count, and the experiment.
#
# Three questions to take with you. Think first; the cell below has the answers.
#
# - **5a.** A classifier with softmax and quadratic loss starts with large random weights and does
#   not learn. Name two changes, and say which of them acts where.
# - **5b.** The gradient of cross-entropy and softmax is $P - Y$, without any $\phi'$. What happened
#   to the derivative of the softmax?
# - **5c.** In your experiment a factor has the main effect 0. May you drop it?

# %% free=true
answer(...)  # "5a", "5b" or "5c"

# %% [markdown]
# ## Where to go from here
#
# - **Build on your own code.** You have all the parts of `course.mlp` and `course.graph`; read them
#   now, each is a few pages. Give your network momentum, dropout or a layer of your own, and check
#   its gradients: `course.gradcheck.check_vjp` takes any pair of a forward and a backward function.
# - **Other layers.** Convolutions share weights, so gradients add up over positions; recurrent
#   networks share them over time, so section 4 happens once for each step. Nothing else is new.
#   Notes (b) continue with convolutional networks.
# - **Reading.** C. Bishop, *Pattern Recognition and Machine Learning*, section 5.3, and I.
#   Goodfellow, Y. Bengio and A. Courville, *Deep Learning*, chapters 6 to 8; for section 4, Glorot
#   and Bengio (2010).
# - **Larger tools.** PyTorch and JAX differentiate like your engine of lesson 2, on arrays and on
#   graphics cards. Their gradients can be checked as you have checked yours.
#
# **Next:** the lessons end here. Take a formula from the next paper you read, and check it.
