"""Right answers to lesson 3, written differently: `name__how`. Every one must be accepted."""

import math

import numpy as np

from course.activations import sigmoid


def neuron_forward__loop(w, b, x, phi):
    a = b
    for i in range(len(x)):
        a += w[i] * x[i]
    return a, phi(a)


def neuron_forward__list(w, b, x, phi):
    total = np.sum(w * x) + b
    return [total, phi(total)]


def neuron_forward__bias_as_a_weight(w, b, x, phi):
    a = np.dot(np.append(w, b), np.append(x, 1.0))
    return a, np.asarray(phi(a))


def stable_sigmoid__masks(a):
    h = np.empty_like(a)
    positive = a >= 0
    h[positive] = 1 / (1 + np.exp(-a[positive]))
    e = np.exp(a[~positive])
    h[~positive] = e / (1 + e)
    return h


def stable_sigmoid__tanh(a):
    return 0.5 * (1 + np.tanh(a / 2))


def stable_sigmoid__one_sided_exponents(a):
    return np.exp(np.minimum(a, 0)) / (1 + np.exp(-np.abs(a)))


def stable_sigmoid__cut_off(a):
    return 1 / (1 + np.exp(-np.clip(a, -500, 500)))


def stable_sigmoid__entry_by_entry(a):
    def one(v):
        if v >= 0:
            return 1 / (1 + math.exp(-v))
        return math.exp(v) / (1 + math.exp(v))

    return np.array([one(v) for v in a.ravel()]).reshape(a.shape)


def sigmoid_grad__difference_of_squares(a):
    return sigmoid(a) - sigmoid(a) ** 2


def sigmoid_grad__mirror(a):
    return sigmoid(a) * sigmoid(-a)


def sigmoid_grad__cosh(a):
    return 0.25 / np.cosh(np.minimum(np.abs(a), 700) / 2) ** 2


def neuron_grads__outer_gates(w, b, x):
    h = sigmoid(np.sum(w * x) + b)
    local = h - h**2
    return np.array([local * x_i for x_i in x]), local, np.array([local * w_i for w_i in w])


def neuron_grads__one_long_vector(w, b, x):
    slope = sigmoid(w @ x + b) * sigmoid(-(w @ x + b))
    every = slope * np.concatenate([x, [1.0], w])
    return every[: len(x)], every[len(x)], every[len(x) + 1 :]


def neuron_grads__lists(w, b, x):
    h = float(sigmoid(w @ x + b))
    da = h * (1 - h)
    return [da * v for v in x], da, [da * v for v in w]


def sigmoid_unit_grads__gate_by_gate(w, b, x, y):
    e = np.exp(-(w @ x + b))
    u = 1 + e
    dJ = 1.0
    dy_hat = dJ * (1 / u - y)
    da = dy_hat * (-1 / u**2) * e * (-1)
    return x * da, da, w * da


def sigmoid_unit_grads__signs_turned_twice(w, b, x, y):
    y_hat = sigmoid(np.dot(w, x) + b)
    delta = -(y - y_hat) * (y_hat - y_hat**2)
    return [delta * x_i for x_i in x], delta, [delta * w_i for w_i in w]


def unit_grads__as_in_the_notes(w, b, x, y, phi, phi_grad):
    z = np.dot(w, x) + b
    dw = -(y - phi(z)) * phi_grad(z) * x
    db = -(y - phi(z)) * phi_grad(z) * 1
    dx = -(y - phi(z)) * phi_grad(z) * w
    return dw, db, dx


def unit_grads__loops(w, b, x, y, phi, phi_grad):
    a = sum(w_i * x_i for w_i, x_i in zip(w, x, strict=True)) + b
    da = (phi(a) - y) * phi_grad(a)
    dw, dx = np.zeros(len(w)), np.zeros(len(x))
    for i in range(len(w)):
        dw[i] += da * x[i]
        dx[i] += da * w[i]
    return dw, np.array(da), dx


def cross_entropy_loss__powers(y_hat, y):
    return -np.log(y_hat**y * (1 - y_hat) ** (1 - y))


def cross_entropy_loss__two_minuses(y_hat, y):
    return -y * math.log(y_hat) - (1 - y) * math.log1p(-y_hat)


def cross_entropy_loss__from_the_logit(y_hat, y):
    a = np.log(y_hat / (1 - y_hat))
    return np.log(1 + np.exp(a)) - y * a


def factor_needed__in_one(loss, printed, v, eps):
    return (loss(v + eps) - loss(v - eps)) / (2 * eps * printed(v))


def factor_needed__mean_of_one_sided(loss, printed, v, eps):
    right = (loss(v + eps) - loss(v)) / eps
    left = (loss(v) - loss(v - eps)) / eps
    return 0.5 * (left + right) / printed(v)


def cross_entropy_unit_grads__by_the_target(w, b, x, y):
    a = np.dot(w, x) + b
    da = -sigmoid(-a) if y == 1 else sigmoid(a)
    return da * x, da, da * w


def cross_entropy_unit_grads__loops(w, b, x, y):
    da = float(sigmoid(sum(w[i] * x[i] for i in range(len(x))) + b)) - y
    return [da * v for v in x], da, [da * v for v in w]


def saturation__factor_first(a, y):
    h = sigmoid(a)
    return h * (1 - h) * (h - y), -(y - h)


def saturation__lists(a, y):
    quadratic, cross = [], []
    for a_n, y_n in zip(a, y, strict=True):
        h = float(sigmoid(a_n))
        quadratic.append((h - y_n) * h * (1 - h))
        cross.append(h - y_n)
    return quadratic, cross


def saturation__rows(a, y):
    h = sigmoid(a)
    return tuple((h - y) * np.stack([h * sigmoid(-a), np.ones(len(a))]))


def logistic_loss__loop(w, b, X, y):
    total = 0.0
    for n in range(len(y)):
        a = X[n] @ w + b
        total += max(a, 0) + np.log(1 + np.exp(-abs(a))) - y[n] * a
    return total / len(y)


def logistic_loss__of_the_wrong_class(w, b, X, y):
    a = X @ w + b
    return np.where(y == 1, np.logaddexp(0, -a), np.logaddexp(0, a)).sum() / X.shape[0]


def logistic_grads__loop(w, b, X, y):
    dw, db = np.zeros(len(w)), 0.0
    for x_n, y_n in zip(X, y, strict=True):
        da = (sigmoid(x_n @ w + b) - y_n) / len(y)
        dw += da * x_n
        db += da
    return dw, db


def logistic_grads__means(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return np.mean(X * error[:, None], axis=0), np.mean(error)


def logistic_grads__row_times_matrix(w, b, X, y):
    dA = (sigmoid(np.einsum("nd,d->n", X, w) + b) - y) / X.shape[0]
    return dA @ X, np.ones(len(dA)) @ dA


def logistic_grads__columns(w, b, X, y):
    dA = (sigmoid(X @ w[:, None] + b) - y[:, None]) / len(X)
    return (X.T @ dA).ravel(), dA.sum()


def train_logistic__list(X, y, lr, steps, loss, grads):
    w, b = [0.0] * X.shape[1], 0.0
    losses = []
    while len(losses) < steps:
        losses += [loss(w, b, X, y)]
        dw, db = grads(w, b, X, y)
        w, b = [w_i - lr * dw_i for w_i, dw_i in zip(w, dw, strict=True)], b - lr * db
    return w, b, losses


def train_logistic__in_place(X, y, lr, steps, loss, grads):
    w, b, losses = np.zeros(X.shape[1]), np.zeros(()), np.zeros(steps)
    for t in range(steps):
        losses[t] = loss(w, b, X, y)
        dw, db = grads(w, b, X, y)
        w -= lr * dw
        b -= lr * db
    return w, b, losses


def train_logistic__recursion(X, y, lr, steps, loss, grads):
    def go(w, b, left):
        if left == 0:
            return w, b, []
        dw, db = grads(w, b, X, y)
        *end, later = go(w - lr * dw, b - lr * db, left - 1)
        return *end, [loss(w, b, X, y), *later]

    return go(np.zeros(X.shape[1]), 0.0, steps)
