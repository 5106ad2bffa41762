# %% [markdown]
# # Lesson 4: The vectorized network
#
# *About 150 minutes. You need lessons 1 to 3: the outer product, forward and backward tables,
# gradients that add where paths meet, the sigmoid unit, the quadratic loss and cross-entropy,
# gradient descent. A good place for a break is before section 6.*
#
# After this lesson you can
#
# - write every gradient of a two-layer network, for one example and for a whole batch;
# - read the forms in which books print them, as sums, as matrices, as a recursion, and check them;
# - write the forward and the backward pass of a network of any depth, as two short loops;
# - say why weights must start small, random, and scaled by the number of inputs;
# - check the gradient of every parameter, and find a planted bug that way;
# - train a network on handwritten digits that gets more than 95 % of new ones right.
#
# The same gradients will come back several times, with less help each time: first one line for each
# step, in a table with gaps; then as sums, as outer products, for a whole batch; at last as a loop
# over any number of layers.

# %%
from itertools import pairwise

import numpy as np

from autograder import answer, bug, check, failing_case, hint, predict, solution
from course import datasets, figures, gradcheck, losses, widgets
from course.activations import sigmoid, sigmoid_grad, softmax, tanh, tanh_grad

# %% [markdown]
# `sigmoid_grad(a)` is $\sigma'(a)$, `tanh_grad(a)` is $\tanh'(a) = 1 - \tanh(a)^2$. As always in
# this course, a derivative `phi_grad` is a function of the pre-activation $a$.

# %% [markdown]
# ## 1. One example, every step named
#
# In lesson 3 you trained one unit. A network has many of them, in layers. Here are two layers: the
# input $x$ goes to a **hidden layer** of $M$ units, and what these put out goes to $C$ **output
# units**. A number in parentheses above a symbol says which layer it belongs to:
#
# $$a^{(1)} = W^{(1)}x + b^{(1)},\quad h^{(1)} = \phi(a^{(1)}),\quad
# a^{(2)} = W^{(2)}h^{(1)} + b^{(2)},\quad \hat y = \phi_{out}(a^{(2)}),\quad
# J = \tfrac12\sum_{c=1}^{C}(\hat y_c - y_c)^2 .$$
#
# $\phi$ and $\phi_{out}$ may be any activation functions; each acts on every entry by itself. In
# code we write `a1` for $a^{(1)}$, and so on.
#
# Begin as small as possible, with one input, one hidden unit and one output. Then everything is a
# number, and this is a chain as in lesson 1. Here it is worked out, for $\phi = \tanh$ and
# $\phi_{out} = \sigma$. Note that each backward line uses the line above it.

# %% demo=true
x, y, w1, b1, w2, b2 = 1.5, 1.0, 0.4, -0.2, -0.8, 0.1
a1 = w1 * x + b1  # 0.4000
h1 = tanh(a1)  # 0.3799
a2 = w2 * h1 + b2  # -0.2040
y_hat = sigmoid(a2)  # 0.4492

da2 = (y_hat - y) * sigmoid_grad(a2)  # -0.1363
dw2, db2 = da2 * h1, da2  # a2 = w2 * h1 + b2
dh1 = da2 * w2  # the same line, for h1
da1 = dh1 * tanh_grad(a1)  # 0.0933
dw1, db1 = da1 * x, da1  # a1 = w1 * x + b1
print(f"dw1 {dw1:.4f}, db1 {db1:.4f}, dw2 {dw2:.4f}, db2 {db2:.4f}")

# %% [markdown]
# With more units the lines stay the same, one for one. Only what the products mean changes, and you
# know each of these from lesson 1:
#
# - $\phi$ acts entry by entry, so its derivative multiplies entry by entry. We write $\odot$ for
#   that product; in code it is `*`.
# - the derivative for a weight matrix is an outer product, `np.outer(da, h)`, with the shape of the
#   matrix;
# - $h^{(1)}_j$ reaches every output unit, so the paths add:
#   $dh^{(1)}_j = \sum_c W^{(2)}_{cj}\, da^{(2)}_c$. A matrix does that: which one?
#
# With $x$ of shape $(D,)$, $W^{(1)}$ of shape $(M, D)$ and $W^{(2)}$ of shape $(C, M)$:
#
# | forward | shape | backward, read upwards |
# |:--|:--|:--|
# | $a^{(1)} = W^{(1)}x + b^{(1)}$ | $(M,)$ | $dW^{(1)} = \;?\,,\quad db^{(1)} = \;?$ |
# | $h^{(1)} = \phi(a^{(1)})$ | $(M,)$ | $da^{(1)} = dh^{(1)} \odot\;?$ |
# | $a^{(2)} = W^{(2)}h^{(1)} + b^{(2)}$ | $(C,)$ | $dW^{(2)} = da^{(2)}h^{(1)T},\quad db^{(2)} = da^{(2)},\quad dh^{(1)} = \;?\;da^{(2)}$ |
# | $\hat y = \phi_{out}(a^{(2)})$ | $(C,)$ | $da^{(2)} = d\hat y \odot \phi_{out}'(a^{(2)})$ |
# | $J = \frac12\sum_c(\hat y_c - y_c)^2$ | a number | $d\hat y = \hat y - y$ |
#
# $da^{(2)}h^{(1)T}$, a column times a row, is the outer product.
#
# **Exercise 4.1** · 15 minutes · ●●○
#
# Write the backward column, one line for each derivative. The forward values come in as arguments.


# %% exercise="example_backward"
def example_backward(x, y, W2, a1, h1, a2, y_hat, phi_grad, phi_out_grad):
    """Return da2, dW2, db2, dh1, da1, dW1, db1 for one example.

    x: (D,); y, a2, y_hat: (C,); W2: (C, M); a1, h1: (M,), from one forward pass;
    phi_grad, phi_out_grad: phi' and phi_out', functions of the pre-activation.
    da2, db2 have shape (C,), dW2 (C, M), dh1, da1, db1 (M,), dW1 (M, D).
    """
    # BEGIN SOLUTION
    da2 = (y_hat - y) * phi_out_grad(a2)
    dW2 = np.outer(da2, h1)
    db2 = da2
    dh1 = W2.T @ da2
    da1 = dh1 * phi_grad(a1)
    dW1 = np.outer(da1, x)
    db1 = da1
    return da2, dW2, db2, dh1, da1, dW1, db1
    # END SOLUTION


# %% check="example_backward" points=5

# %% [markdown]
# Seven lines for two layers; a third layer would add four more. The lines for the hidden layer do
# not know how the output layer came to its `da2`. All they get is what it hands back.

# %% [markdown]
# ## 2. The same, written as sums
#
# Many texts print the hidden layer's gradient as one formula with a sum in it. Notes (a) do. In our
# notation, for the same network,
#
# $$\frac{dJ}{dW^{(1)}_{ji}} = x_i\;\phi'(a^{(1)}_j)\,\sum_{c=1}^{C} W^{(2)}_{cj}\,\delta^{(2)}_c
# \qquad\text{with}\qquad \delta^{(2)}_c = (\hat y_c - y_c)\,\phi_{out}'(a^{(2)}_c) .$$
#
# The name $\delta$ is used everywhere in books: $\delta^{(k)} = dJ/da^{(k)}$, the **error** of
# layer $k$. In code it is our `da`. Read the formula from the right. Each output unit $c$ has an
# error $\delta^{(2)}_c$. It comes back to hidden unit $j$ through the weight that leads from $j$ to
# $c$. What comes back from all output units is added. The unit's own slope $\phi'(a^{(1)}_j)$ makes
# of it the error of the hidden unit,
#
# $$\delta^{(1)}_j = \phi'(a^{(1)}_j)\,\sum_{c=1}^{C} W^{(2)}_{cj}\,\delta^{(2)}_c ,$$
#
# and the input of the weight, $x_i$, comes last.
#
# **Exercise 4.2** · 8 minutes · ●●○
#
# Compute $\delta^{(1)}$ with two loops, one over $j$ and one over $c$, that add up term by term.
# Indices start at 0 in code.


# %% exercise="hidden_delta_sums"
def hidden_delta_sums(da2, W2, a1, phi_grad):
    """Return da1, shape (M,), the errors of the hidden units.

    da2: the errors of the output units, (C,); W2: (C, M); a1: (M,); phi_grad: phi'.
    """
    # BEGIN SOLUTION
    C, M = W2.shape
    da1 = np.zeros(M)
    for j in range(M):
        for c in range(C):
            da1[j] += W2[c, j] * da2[c] * phi_grad(a1[j])
    return da1
    # END SOLUTION


# %% check="hidden_delta_sums" points=3

# %% [markdown]
# Look at the weight in the sum: forward, $a^{(2)}_c = \sum_j W^{(2)}_{cj}h^{(1)}_j$ sums over the
# second index. Backward the sum goes over the first. That is why the matrix is transposed on the
# way back, and the only reason.
#
# ### One row, as printed
#
# Notes (c) look at a network with a single output unit, $C = 1$, so that $W^{(2)}$ is one row of
# weights, $w^{(2)}$ of shape $(M,)$. They ask for the derivative with respect to all weights that
# lead *into* hidden unit $j$: row $j$ of $W^{(1)}$. As printed in our copy, in our notation,
#
# $$\frac{dJ}{dw^{(2)}_j} = -(y - \hat y)\;\phi_{out}'(a^{(2)})\;\phi'(a^{(1)}_j)\;w^{(2)}_j .$$
#
# **Predict:** take $D = 4$ inputs and $M = 3$ hidden units. What is the shape of the derivative of
# $J$ with respect to row $j$ of $W^{(1)}$?

# %% free=true
predict("4 row", ...)  # a shape, such as (2, 3)

# %% free=true
rng = np.random.default_rng(0)
x, W1, w2 = rng.normal(size=4), rng.normal(size=(3, 4)), rng.normal(size=3)
y, j = 1.0, 1
a1 = W1 @ x
a2 = w2 @ tanh(a1)


def row_loss(row):  # J, with another row j in W1
    W = W1.copy()
    W[j] = row
    return 0.5 * (sigmoid(w2 @ tanh(W @ x)) - y) ** 2


printed = -(y - sigmoid(a2)) * sigmoid_grad(a2) * tanh_grad(a1[j]) * w2[j]
print("as printed:", printed)
print("measured:  ", gradcheck.numerical_gradient(row_loss, W1[j]))
print("x:         ", x)

# %% [markdown]
# The printed formula is one number, but a row of weights has one derivative for each of them. And
# its name is that of a weight of layer 2, while the factors are those of a path that goes on into
# layer 1. Compare the three lines: what is missing?
#
# **Exercise 4.3** · 8 minutes · ●●○
#
# Mend the formula: return the derivative of $J = \frac12(\hat y - y)^2$ with respect to row $j$ of
# $W^{(1)}$. (There is one output unit, so $y$, $a^{(2)}$ and $\hat y$ are numbers.)


# %% exercise="first_layer_row_grad"
def first_layer_row_grad(j, x, y, w2, a1, a2, y_hat, phi_grad, phi_out_grad):
    """Return dW1_j, shape (D,): the derivative for row j of W1, j = 0, ..., M - 1.

    x: (D,); w2: the weights of the one output unit, (M,); a1: (M,); y, a2, y_hat:
    numbers; phi_grad, phi_out_grad: phi' and phi_out'.
    """
    # BEGIN SOLUTION
    da2 = -(y - y_hat) * phi_out_grad(a2)
    da1_j = da2 * w2[j] * phi_grad(a1[j])
    return da1_j * x
    # END SOLUTION


# %% check="first_layer_row_grad" points=3

# %% [markdown]
# ## 3. From rows to the outer product
#
# So row $j$ of the gradient is $\delta_j$ times what came into the layer: every row is a multiple
# of the same vector. Stack the rows, and you have the outer product again:
#
# $$dW = \begin{pmatrix} \delta_1\,h_{in}^T \\ \vdots \\ \delta_M\,h_{in}^T \end{pmatrix}
# = \delta\,h_{in}^T .$$
#
# This holds for every layer of every network; $h_{in}$ is the output of the layer before, or $x$.
# It is what your linear module in lesson 2 did. The bias can be seen as one more weight, whose
# input is always 1. That is how notes (d) write it. So its gradient is $\delta\cdot 1$.
#
# **Exercise 4.4** · 4 minutes · ●○○
#
# Return both gradients of a layer with $M$ units and $D$ inputs, for one example.


# %% exercise="layer_grads_example"
def layer_grads_example(da, h_in):
    """Return dW, shape (M, D), and db, shape (M,), of a layer a = W @ h_in + b.

    da: the layer's errors, (M,); h_in: what came into the layer, (D,).
    """
    # BEGIN SOLUTION
    dW = np.outer(da, h_in)
    db = da.copy()
    return dW, db
    # END SOLUTION


# %% check="layer_grads_example" points=2

# %% [markdown]
# If an input is 0, its whole column of `dW` is 0: from this example, weights that carried nothing
# learn nothing.

# %% [markdown]
# ## 4. The recursion
#
# For more layers, something must be carried from each layer to the one before. There are two
# customs. Notes (c) carry the derivative with respect to the **activations**,
#
# $$dh^{(k)} = W^{(k+1)T}\big(\phi'(a^{(k+1)}) \odot dh^{(k+1)}\big),$$
#
# notes (a) and (e) carry the **errors**,
#
# $$\delta^{(k)} = \phi'(a^{(k)}) \odot \big(W^{(k+1)T}\delta^{(k+1)}\big) .$$
#
# Since $\delta^{(k)} = \phi'(a^{(k)}) \odot dh^{(k)}$, they are one walk; the difference is whether
# you write down what you hold before or after the activation function. The next cell walks twice
# from the output of a network with three layers to the first, and prints $\delta^{(1)}$ both ways.
# Python lists start at 0: `W[0]` is $W^{(1)}$, `A[0]` is $a^{(1)}$.

# %% free=true
rng = np.random.default_rng(1)
W = [rng.normal(size=(4, 3)), rng.normal(size=(5, 4)), rng.normal(size=(2, 5))]
A, h, y = [], rng.normal(size=3), np.ones(2)
for k in range(3):
    A.append(W[k] @ h)
    h = tanh(A[k])
dh, delta = h - y, (h - y) * tanh_grad(A[2])  # at the output, where h is y_hat
for k in (1, 0):
    dh = W[k + 1].T @ (tanh_grad(A[k + 1]) * dh)
    delta = tanh_grad(A[k]) * (W[k + 1].T @ delta)
print("from the activations:", tanh_grad(A[0]) * dh)
print("from the errors:     ", delta)

# %% [markdown]
# Notes (e) write the entry-by-entry product as a matrix: $G^{(k)} = \mathrm{diag}(\phi'(a^{(k)}))$
# has the slopes on its diagonal, and $G^{(k)}v = \phi'(a^{(k)})\odot v$. Their algorithm, for one
# example, $K$ layers and $J = \frac12\sum_c(y_c - \hat y_c)^2$, has five steps. As printed in our
# copy, in our notation:
#
# 1. Feed $x$ through the network and compute $h^{(1)}, \dots, h^{(K)}$ and $\hat y$.
# 2. $G^{(k)} = \mathrm{diag}(\phi'(a^{(k)}))$ for $k = 1, \dots, K$.
# 3. $\delta^{(K)} = G^{(K)}(y - \hat y)$.
# 4. $\delta^{(k)} = G^{(k)}\,W^{(k+1)T}\,\delta^{(k+1)}$ for $k = K-1, \dots, 1$.
# 5. $\dfrac{dJ}{dW^{(k)}_{ji}} = h^{(k-1)}_i\,\delta^{(k)}_j$.
#
# (In our copy of step 5 the first index of the weight does not agree with that of its $\delta$;
# here it does.)
#
# **Predict:** compute $\delta^{(K)}$ by step 3 and measure $dJ/da^{(K)}$. What is the first,
# divided by the second?

# %% free=true
predict("4 ratio", ...)  # a number


# %% free=true
def output_loss(a):
    return 0.5 * np.sum((y - tanh(a)) ** 2)


print("step 3:  ", np.diag(tanh_grad(A[2])) @ (y - tanh(A[2])))
print("measured:", gradcheck.numerical_gradient(output_loss, A[2]))

# %% [markdown]
# The square does not care about the order of $y$ and $\hat y$; its derivative does. With step 3 as
# printed every gradient of the network comes out with the wrong sign, and a step of gradient
# descent would go uphill. The other steps are right.
#
# **Exercise 4.5** · 12 minutes · ●●○
#
# Compute the errors of all three layers, with step 3 mended. You may use a loop, or three lines.


# %% exercise="deltas"
def deltas(y, y_hat, A, W, phi_grad):
    """Return a list of three arrays: the errors of layers 1, 2 and 3, shaped like A.

    y, y_hat: (C,); A: the list [a1, a2, a3] of shapes (M1,), (M2,), (C,); W: the list
    [W1, W2, W3] of shapes (M1, D), (M2, M1), (C, M2); phi_grad: phi' of every layer.
    """
    # BEGIN SOLUTION
    delta = [None, None, phi_grad(A[2]) * (y_hat - y)]
    for k in (1, 0):
        delta[k] = phi_grad(A[k]) * (W[k + 1].T @ delta[k + 1])
    return delta
    # END SOLUTION


# %% check="deltas" points=4

# %% [markdown]
# `W[0]` was not needed: it would carry the error on to the input, which is not a parameter. And
# nobody builds the matrix $G$; a diagonal of a thousand numbers need not be stored as a million.

# %% [markdown]
# ## 5. A whole batch
#
# As in lesson 3, put $N$ examples into a matrix $X$ of shape $(N, D)$, one in each row, their
# targets into $Y$, and let $J$ be the mean over the batch. For a row, $W x + b$ turns into
# $x^T W^T + b$, so
#
# $$A^{(1)} = X\,W^{(1)T} + b^{(1)},$$
#
# with $b$ added to each row. Here is the whole table, with shapes.
#
# | forward | shape | backward, read upwards | shapes |
# |:--|:--|:--|:--|
# | $A^{(1)} = X W^{(1)T} + b^{(1)}$ | $(N, M)$ | $dW^{(1)} = \;?\,,\quad db^{(1)} = \;?$ | $(M, D),\;(M,)$ |
# | $H^{(1)} = \phi(A^{(1)})$ | $(N, M)$ | $dA^{(1)} = dH^{(1)} \odot \phi'(A^{(1)})$ | $(N, M)$ |
# | $A^{(2)} = H^{(1)} W^{(2)T} + b^{(2)}$ | $(N, C)$ | $dW^{(2)} = \;?\,,\quad db^{(2)} = \;?\,,\quad dH^{(1)} = \;?$ | $(C, M),\;(C,),\;(N, M)$ |
# | $\hat Y = \phi_{out}(A^{(2)})$ | $(N, C)$ | $dA^{(2)} = d\hat Y \odot \phi_{out}'(A^{(2)})$ | $(N, C)$ |
# | $J = \frac1N\sum_n\frac12\sum_c(\hat Y_{nc} - Y_{nc})^2$ | a number | $d\hat Y = (\hat Y - Y)\,/\,N$ | $(N, C)$ |
#
# Three gaps, three thoughts:
#
# - **Weights.** All examples use the same weights, so their gradients add. Example $n$ contributes
#   the outer product of its error and its input, $dW_{ji} = \sum_n dA_{nj}\,H_{ni}$. A sum over the
#   first index of both: that is the matrix product $dA^T H$.
# - **Biases.** The same, with an input that is always 1: $db_j = \sum_n dA_{nj}$.
# - **Activations.** Each row goes its own way: $W^T\delta$, for a row, is $\delta^T W$. So the
#   transpose disappears.
#
# The $1/N$ of the mean is in $d\hat Y$, once. Everything behind it is made of sums.
#
# **Predict:** with $N = 5$, $D = 4$, $M = 3$, $C = 2$, what is the shape of `dA1.T @ X`?

# %% free=true
predict("4 shape", ...)

# %% demo=true
rng = np.random.default_rng(2)
dA1, X = rng.normal(size=(5, 3)), rng.normal(size=(5, 4))
one_by_one = sum(np.outer(dA1[n], X[n]) for n in range(5))
print("shape of dA1.T @ X:", (dA1.T @ X).shape)
difference = np.abs(dA1.T @ X - one_by_one).max()
print(f"largest difference from the sum of outer products: {difference:.1e}")

# %% [markdown]
# If you forget which factor to transpose: write down the shape you need, and there is one way to
# get it. With four different sizes nothing else fits.
#
# **Exercise 4.6** · 15 minutes · ●●○
#
# The same seven lines as in exercise 4.1, for a batch. Use no loop over the examples.


# %% exercise="batch_backward"
def batch_backward(X, Y, W2, A1, H1, A2, Y_hat, phi_grad, phi_out_grad):
    """Return dA2, dW2, db2, dH1, dA1, dW1, db1 for a batch; J is the mean over it.

    X: (N, D); Y, A2, Y_hat: (N, C); W2: (C, M); A1, H1: (N, M), from one forward pass;
    phi_grad, phi_out_grad: phi' and phi_out', functions of the pre-activation.
    dA2 has shape (N, C), dW2 (C, M), db2 (C,), dH1, dA1 (N, M), dW1 (M, D), db1 (M,).
    """
    # BEGIN SOLUTION
    dA2 = (Y_hat - Y) / len(X) * phi_out_grad(A2)
    dW2 = dA2.T @ H1
    db2 = dA2.sum(axis=0)
    dH1 = dA2 @ W2
    dA1 = dH1 * phi_grad(A1)
    dW1 = dA1.T @ X
    db1 = dA1.sum(axis=0)
    return dA2, dW2, db2, dH1, dA1, dW1, db1
    # END SOLUTION


# %% check="batch_backward" points=5

# %% [markdown]
# The batch costs no extra line. The loop over the examples has moved into the matrix products,
# where it runs much faster than a loop in Python.

# %% [markdown]
# ## 6. Other losses, and a penalty
#
# ### C sigmoid outputs
#
# Digits have ten classes. One way to tell them apart is one sigmoid output for each class, which
# answers "is it this one, yes or no?". The target is a row of $C$ numbers with a 1 for the right
# class and 0 elsewhere, called **one-hot**. The loss is the cross-entropy of lesson 3, added over
# the outputs. This is the cost $J(\Theta)$ of notes (b), with $P = \sigma(A)$:
#
# $$J = -\frac1N\sum_{n=1}^N\sum_{c=1}^{C}
# \Big[Y_{nc}\log P_{nc} + (1 - Y_{nc})\log(1 - P_{nc})\Big]
# + \frac{\lambda}{2N}\sum_{k,j,i}\big(W^{(k)}_{ji}\big)^2 .$$
#
# From lesson 3 you know what makes this loss pleasant: for one output and one example
# $dJ/da = \sigma(a) - y$. For the batch, $dA = (P - Y)/N$.
#
# **Predict:** before training all weights are small, so all $a$ are close to 0. What is the loss
# then, without the second term, for $C = 10$?

# %% free=true
predict("4 start", ...)  # a number

# %% demo=true
rng = np.random.default_rng(3)
A = 0.01 * rng.normal(size=(50, 10))
Y = np.eye(10)[rng.integers(0, 10, size=50)]  # one-hot rows
print(f"loss at the start: {losses.sigmoid_cross_entropy(A, Y):.4f}")

# %% [markdown]
# Every output says $\frac12$ and pays $\log 2$, whether its target is 0 or 1: $10\log 2 = 6.93$. If
# your network does not start near $C\log 2$, something is wrong before any training. That is the
# cheapest test there is.
#
# ### The penalty
#
# The second term keeps weights small, since large weights make a network that bends sharply between
# the examples. Notes (b) write it $\lambda/2m$ with $m$ examples; we write `reg` for $\lambda/N$, and
# give it as one number, whatever the size of the batch:
#
# $$\text{penalty} = \frac{\text{reg}}{2}\sum W^2,\qquad
# \frac{d\,\text{penalty}}{dW_{ji}} = \text{reg}\cdot W_{ji} .$$
#
# Biases only shift a unit, they do not make it steeper. So the convention of this course is: **no
# penalty on biases**. Notes (b) leave that open: their backward algorithm allows for a penalty of
# the biases "where needed".
#
# **Exercise 4.7** · 10 minutes · ●●○
#
# Write the gradients of `sigmoid_cost`, one layer with $C$ sigmoid outputs and the penalty.


# %%
def sigmoid_cost(H, W, b, Y, reg):
    A = H @ W.T + b
    return losses.sigmoid_cross_entropy(A, Y) + reg / 2 * np.sum(W**2)


# %% exercise="penalized_grads"
def penalized_grads(H, W, b, Y, reg):
    """Return dW, shape (C, M), and db, shape (C,), of sigmoid_cost.

    H: what comes into the layer, (N, M); W: (C, M); b: (C,); Y: one-hot targets,
    (N, C); reg: a number, 0 or above. `sigmoid` is there to be used.
    """
    # BEGIN SOLUTION
    dA = (sigmoid(H @ W.T + b) - Y) / len(H)
    dW = dA.T @ H + reg * W
    db = dA.sum(axis=0)
    return dW, db
    # END SOLUTION


# %% check="penalized_grads" points=4

# %% [markdown]
# The penalty is added once for the batch, not once for each example, and so it knows no $N$.
#
# ### Softmax
#
# The other way to tell classes apart is to make the $C$ outputs compete. The **softmax** turns a
# row of numbers into probabilities that add up to 1, $P_{nc} = e^{A_{nc}} / \sum_l e^{A_{nl}}$, and
# the loss is $J = -\frac1N\sum_n \log P_{n,y_n}$, where $y_n$ is the right class of example $n$.
# The numbers $A$ that go into it are called **logits**. Here take both from the library, the loss
# `losses.softmax_cross_entropy(A, y)` and its gradient
#
# $$dA = \frac{P - Y}{N}\qquad\text{shape }(N, C).$$
#
# In code it is `losses.softmax_cross_entropy_grad(A, y)`; both functions take the labels $y_n$, or
# one-hot rows $Y$. It looks like that of the sigmoids; lesson 5 derives it. **Predict:** the loss
# at the start, for $C = 10$ and logits that are all close to 0?

# %% free=true
predict("4 softmax", ...)  # a number

# %% demo=true
y = rng.integers(0, 10, size=50)  # labels: the number of the right class
print(f"loss at the start: {losses.softmax_cross_entropy(A, y):.4f}")

# %% [markdown]
# All ten classes get probability $\frac1{10}$, and $-\log\frac1{10} = \log 10 = 2.30$.

# %% [markdown]
# ## 7. The loop over the layers
#
# Now for any number $K$ of layers. The forward and the backward algorithm of notes (b), for a
# batch:
#
# | forward | backward |
# |:--|:--|
# | $H^{(0)} = X$ | $dA^{(K)}$ from the loss |
# | for $k = 1, \dots, K$: | for $k = K, \dots, 1$: |
# | $\quad A^{(k)} = H^{(k-1)}W^{(k)T} + b^{(k)}$ | $\quad dW^{(k)} = dA^{(k)T}H^{(k-1)} + \text{reg}\,W^{(k)}$ |
# | $\quad H^{(k)} = \phi(A^{(k)})$ | $\quad db^{(k)} = \sum_n dA^{(k)}_n$ |
# | $J = \text{loss}(H^{(K)}, Y) + \text{penalty}$ | $\quad dA^{(k-1)} = \big(dA^{(k)}\,W^{(k)}\big) \odot \phi'(A^{(k-1)})$ |
#
# (The last line is for $k > 1$: in front of layer 1 there is the input, and nobody needs its error.)
#
# For the hidden layers take $\phi = \tanh$. The last layer has no activation function of its own,
# $H^{(K)} = A^{(K)}$: it gives the logits, and the softmax sits in the loss.
#
# In code, `W` and `b` are lists, and `W[0]` is $W^{(1)}$. Keep all activations in a list `H` with
# `H[0]` equal to $X$. Then `W[k]` belongs to a layer that gets `H[k]` and puts out `H[k + 1]`.
#
# Earlier on, the same notes write the activations of layer $i$, as printed in our copy,
#
# $$h^{(i)} = g(\Theta^{(i)}x),$$
#
# where $\Theta$ are the weights, $g$ is the activation function. **Predict:** for which layers is
# that right: `"all"`, only the `"first"`, or only the `"last"`?

# %% free=true
predict("4 layers", ...)

# %% free=true
rng = np.random.default_rng(4)
x, Theta = rng.normal(size=3), [rng.normal(size=(4, 3)), rng.normal(size=(2, 4))]
for i, Theta_i in enumerate(Theta, start=1):
    fits = Theta_i.shape[1] == len(x)
    print(f"layer {i}: weights {Theta_i.shape}, x {x.shape}, shapes fit: {fits}")

# %% [markdown]
# Only the first layer sees $x$. If all layers had as many units as there are inputs, the shapes
# would fit, and nothing would tell you.
#
# **Exercise 4.8** · 8 minutes · ●●○
#
# Write the forward pass, for any number of layers.


# %% exercise="forward_pass"
def forward_pass(X, W, b):
    """Return the list H of K + 1 arrays: X, the hidden activations, the logits.

    X: (N, D). W, b: lists of K arrays, (D_out, D_in) and (D_out,), K >= 1. Hidden
    layers have tanh, the last layer has no activation function.
    """
    # BEGIN SOLUTION
    H = [X]
    for k in range(len(W)):
        A = H[k] @ W[k].T + b[k]
        H.append(np.tanh(A) if k < len(W) - 1 else A)
    return H
    # END SOLUTION


# %% check="forward_pass" points=3

# %% [markdown]
# On the way back you need $\phi'(A)$, but there is no list of the $A$. You can do without:
# $\tanh'(a) = 1 - \tanh(a)^2$, so what a $\tanh$ unit has put out, $h$, is enough: $1 - h^2$.
#
# **Exercise 4.9** · 15 minutes · ●●●
#
# Write the backward pass. It gets `dA`, the gradient of the loss with respect to the logits.


# %% exercise="backward_pass"
def backward_pass(dA, H, W, reg):
    """Return lists dW and db, K arrays each, shaped like the weights and biases.

    dA: dJ/d(logits), (N, C); H: the list from the forward pass, K + 1 arrays; W: list
    of K weight matrices; reg: the penalty is reg / 2 times the sum of all W**2.
    """
    # BEGIN SOLUTION
    dW, db = [None] * len(W), [None] * len(W)
    for k in reversed(range(len(W))):
        dW[k] = dA.T @ H[k] + reg * W[k]
        db[k] = dA.sum(axis=0)
        if k > 0:
            dA = (dA @ W[k]) * (1 - H[k] ** 2)
    return dW, db
    # END SOLUTION


# %% check="backward_pass" points=5

# %% [markdown]
# These two loops are all of backpropagation in a network of this kind. The library's own,
# `course/mlp.py`, has the same lines. What is left is how to start, how to be sure, and to let it
# learn.

# %% [markdown]
# ## 8. How to start
#
# **Not at zero.** Take two layers, $\tanh$ and softmax, set all weights and biases to 0, and
# compute the gradients. **Predict:** how many of the four arrays `dW1`, `db1`, `dW2`, `db2` contain
# anything but zeros?

# %% free=true
predict("4 zeros", ...)  # a number

# %% demo=true
X_train, y_train, X_test, y_test = datasets.digits()  # rows of 64 pixels, digits
X_few, y_few = X_train[:50], y_train[:50]
W, b = [np.zeros((32, 64)), np.zeros((10, 32))], [np.zeros(32), np.zeros(10)]
H = forward_pass(X_few, W, b)
dW, db = backward_pass(losses.softmax_cross_entropy_grad(H[-1], y_few), H, W, reg=0.0)
for k in range(2):
    largest = [f"{np.abs(V).max():.3f}" for V in (dW[k], db[k])]
    print(f"layer {k + 1}: largest |dW|, |db|:", *largest)

# %% [markdown]
# $H^{(1)} = \tanh(0) = 0$, so $dW^{(2)} = dA^{(2)T}H^{(1)} = 0$. And $W^{(2)} = 0$ lets nothing
# back to the hidden layer. Only the biases of the output move. After the next step it is the same
# again, for ever.
#
# **Not all equal.** If all weights start at 0.1, the gradients are not zero. But two hidden units
# with equal weights put out the same, get the same error back, and take the same step: they stay
# equal. 32 hidden units do the work of one. To break this symmetry, weights start at **random**.
#
# **Not too large.** Notes (c), in our notation, draw each weight of layer $k$ from a normal
# distribution with mean 0 and, as printed in our copy, variance $\sigma^2/m_k$. The $\sigma$ in it
# is a number that you choose, and $m_k$ is the number of units of layer $k$ itself; for the last
# layer it is the number of classes. Look at the sum $a_j = \sum_{i=1}^{D} W_{ji}x_i$. It has $D$
# terms. If $x_i$ and $W_{ji}$ are independent, with mean 0, their variances multiply in each term,
# and the variances of the terms add.
#
# **Predict:** 784 inputs of variance 1, a layer of 10 units, $\sigma = 1$. What is the standard
# deviation of $a_j$ if the weights have variance $1/m = 1/10$?

# %% free=true
predict("4 spread", ...)  # a number; up to a tenth off will do

# %% demo=true
rng = np.random.default_rng(0)
X_wide = rng.normal(size=(1000, 784))
for name, variance in (("1 / own units", 1 / 10), ("1 / inputs", 1 / 784)):
    W_wide = rng.normal(0.0, np.sqrt(variance), size=(10, 784))
    spread = (X_wide @ W_wide.T).std()
    print(f"variance {name}: standard deviation of a is {spread:.2f}")

# %% [markdown]
# $\sqrt{784/10} = 8.9$. Lesson 3 has shown what a unit does there: it is saturated, its slope is
# nearly 0, and no error comes back through it. To keep $a$ at the scale of the input, the variance
# must be one over the number of *inputs* of the unit, its **fan-in**:
#
# $$W_{ji} \sim \mathcal N\big(0,\ 1/D_{in}\big),\qquad b_j = 0 .$$
#
# Read: drawn from a normal distribution with mean 0 and variance $1/D_{in}$.
#
# **Exercise 4.10** · 5 minutes · ●○○
#
# Return the weights and biases of one layer. `rng.normal(mean, spread, size=shape)` draws from a
# normal distribution; its spread is the standard deviation, the square root of the variance.


# %% exercise="init_layer"
def init_layer(rng, D_in, D_out):
    """Return W, shape (D_out, D_in), from N(0, 1 / D_in), and b, shape (D_out,), zeros.

    rng: a NumPy random generator, to draw from; D_in: inputs; D_out: units.
    """
    # BEGIN SOLUTION
    W = rng.normal(0.0, 1 / np.sqrt(D_in), size=(D_out, D_in))
    b = np.zeros(D_out)
    return W, b
    # END SOLUTION


# %% check="init_layer" points=2

# %% [markdown]
# ## 9. Is it right? Every parameter
#
# A backward pass with a mistake in it often learns all the same, only worse. So never judge it by
# its loss curve; measure. Collect all weights and biases in one list. For each entry of each array,
# move that entry by `eps` to both sides and take the central difference of the loss. That is one
# number for each parameter, `numeric`, to be held against yours. Two arrays are compared by their
# **relative error**,
#
# $$\text{error} = \frac{\lVert dV - \text{numeric}\rVert}
# {\max\big(\lVert dV\rVert,\ \lVert\text{numeric}\rVert,\ 10^{-8}\big)},$$
#
# where $\lVert\cdot\rVert$ is the square root of the sum of all squares, `np.linalg.norm`. The
# $10^{-8}$ keeps 0 from being divided by 0.
#
# The next cell gives you `nudged`, a copy of a list of arrays with one entry moved. To go through
# all indices of an array `V` of any shape, write `for j in np.ndindex(V.shape)`; then `V[j]` is an
# entry.
#
# **Exercise 4.11** · 12 minutes · ●●○
#
# Return the largest relative error over all arrays of the list.


# %%
def nudged(params, i, j, step):
    """Return a copy of the list with step, of either sign, added to entry j of array i."""
    moved = [V.copy() for V in params]
    moved[i][j] += step
    return moved


# %% exercise="largest_error"
def largest_error(loss, params, grads, eps):
    """Return the largest relative error of the arrays in grads, a number.

    loss: a function of a list of arrays, returns a number; params: the list of arrays;
    grads: the gradients to be checked, arrays of the same shapes; eps: the step.
    """
    # BEGIN SOLUTION
    largest = 0.0
    for i, dV in enumerate(grads):
        numeric = np.zeros(params[i].shape)
        for j in np.ndindex(params[i].shape):
            rise = loss(nudged(params, i, j, eps)) - loss(nudged(params, i, j, -eps))
            numeric[j] = rise / (2 * eps)
        scale = max(np.linalg.norm(dV), np.linalg.norm(numeric), 1e-8)
        largest = max(largest, np.linalg.norm(dV - numeric) / scale)
    return largest
    # END SOLUTION


# %% check="largest_error" points=4

# %% [markdown]
# How to read the number (after the CS231n course notes of Stanford University, *Neural Networks
# Part 3*), with float64 and `eps` near $10^{-5}$:
#
# | relative error | says |
# |:--|:--|
# | above $10^{-2}$ | wrong |
# | $10^{-2}$ to $10^{-4}$ | doubtful: look for a mistake |
# | $10^{-4}$ to $10^{-7}$ | fine only if there are kinks, as in lesson 5; too much for $\tanh$ |
# | below $10^{-7}$ | fine |
#
# Now check the network as a whole: your `forward_pass`, your `backward_pass`, three layers, and a
# penalty that is large enough to be seen. A small network is as good a test as a large one, and
# quicker. The biases do not start at 0 here, so that nothing hides behind a 0.


# %%
def new_network(rng, widths):
    """Return lists W and b; widths: inputs, units of each hidden layer, outputs."""
    layers = [init_layer(rng, D_in, D_out) for D_in, D_out in pairwise(widths)]
    return [W for W, _ in layers], [b for _, b in layers]


def network_loss(params, X, y, reg):
    """Return the loss of a network; params: all its weights, then all its biases."""
    W, b = params[: len(params) // 2], params[len(params) // 2 :]
    penalty = reg / 2 * sum(np.sum(V**2) for V in W)
    return losses.softmax_cross_entropy(forward_pass(X, W, b)[-1], y) + penalty


# %% demo=true
rng = np.random.default_rng(5)
W, b = new_network(rng, [4, 6, 3, 2])
b = [rng.normal(size=V.shape) for V in b]
X_few, y_few, reg = rng.normal(size=(7, 4)), rng.integers(0, 2, size=7), 0.1
H = forward_pass(X_few, W, b)
dW, db = backward_pass(losses.softmax_cross_entropy_grad(H[-1], y_few), H, W, reg)
forgotten = [dV - reg * V for dV, V in zip(dW, W, strict=True)]


def loss_of(params):
    return network_loss(params, X_few, y_few, reg)


print("parameters checked:", sum(V.size for V in W + b))
for name, grads in (("yours", dW + db), ("penalty forgotten", forgotten + db)):
    print(f"{name}: {largest_error(loss_of, W + b, grads, 1e-5):.1e}")

# %% [markdown]
# The library has such a check too, which also says which entry is off and leaves out kinks:
# `gradcheck.check_gradient`. You will use it in section 11. Three rules, from the same course
# notes: check with few examples; check the penalty too, but do not let it drown the rest; and check
# again after some training, not only at the start.

# %% [markdown]
# ## 10. Let it learn
#
# One **epoch** is one pass over all training examples, in a random order, in small batches, with
# one step of gradient descent for each batch. Here it is, with your two functions:


# %%
def run_epoch(X, y, W, b, lr, reg, rng, batch=32):
    """Change W and b in place, by one step for every batch of examples."""
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch):
        rows = order[start : start + batch]
        H = forward_pass(X[rows], W, b)
        dA = losses.softmax_cross_entropy_grad(H[-1], y[rows])
        dW, db = backward_pass(dA, H, W, reg)
        for k in range(len(W)):
            W[k] -= lr * dW[k]
            b[k] -= lr * db[k]


# %% [markdown]
# ### First, a handful
#
# Before you spend an hour on training, spend a second. A network of this size must be able to learn
# 20 examples by heart. If the loss does not go towards 0, something is wrong. And a penalty must
# raise the loss.

# %% demo=true
X_few, y_few, curves = X_train[:20], y_train[:20], {}
for reg in (0.0, 0.01):
    rng = np.random.default_rng(0)
    W, b = new_network(rng, [64, 32, 10])
    curve = curves[f"reg = {reg}"] = [network_loss(W + b, X_few, y_few, reg)]
    for _ in range(200):
        run_epoch(X_few, y_few, W, b, 0.5, reg, rng, batch=20)
        curve.append(network_loss(W + b, X_few, y_few, reg))
figures.training_curves(curves, xlabel="epoch", title="20 digits by heart", log=True)

# %% [markdown]
# Both start a little above $\log 10 = 2.30$: the first at 2.45, since the weights are random and
# not 0, the second at 2.66, with the same weights and the penalty on top.
#
# ### Three ways to start
#
# Here is what section 8 said: the same network on all 1,438 training digits, from zeros, from
# weights that are all 0.1, and from `init_layer`.

# %% demo=true
widths, curves = [64, 32, 10], {}
for name in ("all 0", "all 0.1", "random"):
    rng = np.random.default_rng(0)
    W, b = new_network(rng, widths)
    if name != "random":
        W = [np.full(V.shape, float(name.split()[1])) for V in W]
    curve = curves[name] = [network_loss(W + b, X_train, y_train, 0.0)]
    for _ in range(10):
        run_epoch(X_train, y_train, W, b, 0.3, 0.0, rng)
        curve.append(network_loss(W + b, X_train, y_train, 0.0))
    print(f"{name}: units of layer 1 differ by up to {np.ptp(W[0], axis=0).max():.2f}")
figures.training_curves(curves, xlabel="epoch", title="Three ways to start")

# %% [markdown]
# From zeros the loss stays where it is. From equal weights it goes up and down for a while, and
# then comes down slowly, with 32 units that are copies of one. Only random weights let the units
# learn different things.
#
# ### The digits
#
# Now in earnest, with 359 test digits that the network never learns from. The figure shows the
# share of digits that it gets wrong; on the logarithmic axis a straight line down would mean that
# each epoch takes away the same part of the mistakes.


# %%
def share_wrong(X, y, W, b):
    return np.mean(forward_pass(X, W, b)[-1].argmax(axis=1) != y)


# %% demo=true
rng = np.random.default_rng(0)
W, b = new_network(rng, [64, 32, 10])
curves = {"training digits": [], "test digits": []}
for epoch in range(31):
    if epoch > 0:
        run_epoch(X_train, y_train, W, b, lr=0.3, reg=1e-4, rng=rng)
    curves["training digits"].append(share_wrong(X_train, y_train, W, b))
    curves["test digits"].append(share_wrong(X_test, y_test, W, b))
print(f"test digits right: {1 - curves['test digits'][-1]:.1%}")
figures.training_curves(curves, "epoch", "share wrong", title="Digits", log=True)

# %% [markdown]
# Well above 95 %, in about a second, with two loops that you have written and checked. The training
# digits go on getting better; of the test digits, one or two in a hundred stay wrong.
#
# ### What the hidden layer does
#
# What did the hidden units learn? With two of them you can look. Here are four clouds of points;
# the two on each diagonal belong together. This is the **xor** problem, and no single unit can
# solve it, since a unit draws one straight line. Here is what a network with two hidden units says:

# %% demo=true
rng = np.random.default_rng(0)
X_xor, y_xor = datasets.xor(200, rng)
W, b = new_network(rng, [2, 2, 2])
for _ in range(60):
    run_epoch(X_xor, y_xor, W, b, lr=0.5, reg=1e-3, rng=rng, batch=20)


def logits(points):
    return forward_pass(points, W, b)[-1]


figure = figures.decision_boundary(logits, X_xor, y_xor, title="xor, as it comes in")
figure.axes[0].legend(loc="center")
figure

# %% [markdown]
# And here are the same points as the output layer gets them. Each point stands at what the two
# hidden units put out for it, $h_1$ to the right and $h_2$ upwards. The output layer can still only
# draw a straight line: where its two logits are equal.

# %% demo=true
H = forward_pass(X_xor, W, b)
figures.hidden_representation(H[1], y_xor, W[1][1] - W[1][0], b[1][1] - b[1][0])

# %% [markdown]
# The hidden layer has moved the points so that a straight line is enough. That is what hidden
# layers are for: they learn a representation in which the rest of the problem is easy.
#
# ### Watch it learn
#
# Two hidden layers of 12 units, all examples in every step. On the right you see the loss, and the
# size of the gradient of each layer. **Run** goes on until you stop it; any change starts again from
# the same weights, and keeps the last loss curve to compare with. Try `init σ` = 0, and explain what
# you see with section 8.

# %% demo=true
widgets.train_network()

# %% [markdown]
# ## 11. Find the bug
#
# Somebody else has written the gradients of a network with three layers and a penalty, and **one
# line is wrong**. The loss below is right. Your task is to find the line with gradient checks, and
# then to mend it.


# %%
def three_layer_loss(X, Y, W1, b1, W2, b2, W3, b3, reg):
    """Return softmax cross-entropy plus penalty; both hidden layers have tanh."""
    H1 = np.tanh(X @ W1.T + b1)
    H2 = np.tanh(H1 @ W2.T + b2)
    penalty = np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2)
    return losses.softmax_cross_entropy(H2 @ W3.T + b3, Y) + reg / 2 * penalty


# %%
rng = np.random.default_rng(6)
batch = {"X": rng.normal(size=(6, 5)), "Y": np.eye(3)[[0, 1, 1, 2, 0, 1]]}
batch |= {"W1": rng.normal(size=(4, 5)), "b1": rng.normal(size=4)}
batch |= {"W2": rng.normal(size=(2, 4)), "b2": rng.normal(size=2)}
batch |= {"W3": rng.normal(size=(3, 2)), "b3": rng.normal(size=3), "reg": 0.1}

# %% [markdown]
# Which line is wrong depends on a name: other names, other bugs. If your teacher has told you to,
# put your name between the quotes. Otherwise leave the cell as it is.

# %% free=true
STUDENT = ""

# %% free=true
broken = bug(mended_grads, STUDENT)

# %% [markdown]
# `bug` has shown the listing, and `broken` is the function in it. The next cell checks one of its
# six outputs. Change `name` and run it again.
#
# A wrong line spoils everything that is computed from it, and nothing else. So do not start at the
# input, where nearly every bug shows. **Go from the loss towards the input**: W3, b3, W2, b2, W1,
# b1. The first wrong array tells the line:
#
# - if `dW` of a layer is wrong, and `db` right, it is the line of that `dW`; and the other way
#   round;
# - if both are wrong, they share a line: that of `dA`, or one that `dA` is made from.

# %% free=true
name = "W3"
grads = dict(zip(["W3", "b3", "W2", "b2", "W1", "b1"], broken(**batch), strict=True))


def loss_with(V):  # the loss as a function of this one array
    return three_layer_loss(**batch | {name: V})


print(gradcheck.check_gradient(loss_with, grads[name], batch[name], "d" + name))

# %% [markdown]
# The next cell shows the same check entry by entry. A row, a column or a sign that all wrong entries
# share is a trace. (After a failed `check` of your own function `fn`,
# `widgets.compare_gradients(failing_case(fn))` does the same.)

# %% demo=true
checked = gradcheck.check_gradient(loss_with, grads[name], batch[name], "d" + name)
widgets.compare_gradients(checked)

# %% [markdown]
# **Exercise 4.12** · 12 minutes · ●●○
#
# Return the number of the wrong line; the numbers stand on the left of the listing.


# %% exercise="bug_line"
def bug_line():
    """Return the number of the line that is wrong in the listing, such as 7."""
    # BEGIN SOLUTION
    return 13
    # END SOLUTION


# %% check="bug_line" points=3

# %% [markdown]
# **Exercise 4.13** · 5 minutes · ●○○
#
# Copy the listing into the cell, without the line numbers, and mend the line. Or write it yourself.


# %% exercise="mended_grads"
def mended_grads(X, Y, W1, b1, W2, b2, W3, b3, reg):
    """Return dW3, db3, dW2, db2, dW1, db1 of three_layer_loss.

    X: (N, D); Y: one-hot targets, (N, C); W1: (M1, D); b1: (M1,); W2: (M2, M1);
    b2: (M2,); W3: (C, M2); b3: (C,); reg: a number. dV has the shape of V.
    """
    # BEGIN SOLUTION
    H1 = np.tanh(X @ W1.T + b1)
    H2 = np.tanh(H1 @ W2.T + b2)
    P = softmax(H2 @ W3.T + b3)
    dA3 = (P - Y) / len(X)
    dW3 = dA3.T @ H2 + reg * W3
    db3 = dA3.sum(axis=0)
    dA2 = (dA3 @ W3) * (1 - H2**2)
    dW2 = dA2.T @ H1 + reg * W2
    db2 = dA2.sum(axis=0)
    dA1 = (dA2 @ W2) * (1 - H1**2)
    dW1 = dA1.T @ X + reg * W1
    db1 = dA1.sum(axis=0)
    return dW3, db3, dW2, db2, dW1, db1
    # END SOLUTION


# %% check="mended_grads" points=3

# %% [markdown]
# With a network of your own you have no listing with one wrong line; but the same walk, from the
# loss towards the input, works there too.

# %% [markdown]
# ## What you have now
#
# A network is a chain of layers, and each does three things on the way back: it turns what it gets
# into its error, multiplies by what came in for its weights, and hands on through its weights
# transposed. For a batch the matrix products do the adding up. And you have four tests that cost
# nothing: the loss at the start, a gradient check of every parameter, 20 examples by heart, and a
# penalty that raises the loss.
#
# Three questions to take with you. Think first; the cell below has the answers.
#
# - **4a.** `example_backward`, `batch_backward` and `backward_pass` take no bias as an argument.
#   How can they do without?
# - **4b.** A gradient check with $N = 1$ finds nothing wrong. Which mistakes may still be there?
# - **4c.** A network learns, and its training loss goes down nicely, with $\tanh'$ forgotten in the
#   backward pass. Why can it learn at all?

# %% free=true
answer(...)  # "4a", "4b" or "4c"

# %% [markdown]
# **Next:** in lesson 5 you exchange the parts: other activation functions, other losses, more
# layers, and a look at what that does to the gradients. Softmax and cross-entropy are derived
# there.
