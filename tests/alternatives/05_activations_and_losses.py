"""Right answers to lesson 5, written differently: `name__how`. Every one must be accepted."""

import numpy as np

from course.activations import log_softmax, softmax


def sigmoid(a):
    z = np.exp(-np.abs(a))
    return np.where(a >= 0, 1 / (1 + z), z / (1 + z))


def tanh_from_sigmoid__from_h(a):
    h = 2 * sigmoid(2 * a) - 1
    return h, 1 - h**2


def tanh_from_sigmoid__difference_of_sigmoids(a):
    right, left = sigmoid(2 * a), sigmoid(-2 * a)
    return right - left, 4 * right * left


def tanh_from_sigmoid__list(a):
    return [2.0 * sigmoid(a + a) - 1.0, 1 / np.cosh(np.minimum(np.abs(a), 300.0)) ** 2]


def relu_backward__where(dH, A):
    return np.where(A > 0, dH, 0.0)


def relu_backward__copy(dH, A):
    dA = dH.copy()
    dA[A <= 0] = 0
    return dA


def relu_backward__loops(dH, A):
    dA = np.zeros(A.shape)
    for n in range(A.shape[0]):
        for j in range(A.shape[1]):
            if A[n, j] > 0:
                dA[n, j] = dH[n, j]
    return dA


def relu_backward__from_the_output(dH, A):
    H = np.maximum(A, 0)
    return np.sign(H) * dH


def softplus_and_grad__logaddexp(a):
    return np.logaddexp(0, a), sigmoid(a)


def softplus_and_grad__from_h(a):
    h = np.log1p(np.exp(-np.abs(a))) + (a + np.abs(a)) / 2
    return h, 1 - np.exp(-h)


def softplus_and_grad__two_branches(a):
    h = a.copy()
    small = a < 30
    h[small] = np.log(1 + np.exp(a[small]))
    da = np.ones(a.shape)
    da[small] = np.exp(a[small]) / (1 + np.exp(a[small]))
    return h, da


def stable_softmax__row_by_row(A):
    P = np.zeros(A.shape)
    for n, a in enumerate(A):
        e = np.exp(a - max(a))
        P[n] = e / sum(e)
    return P


def stable_softmax__transposed(A):
    E = np.exp(A.T - A.max(axis=1))
    return (E / E.sum(axis=0)).T


def stable_softmax__list(A):
    return [list(np.exp(a - a.max()) / np.exp(a - a.max()).sum()) for a in A]


def stable_softmax__log_space(A):
    return np.exp(A - np.logaddexp.reduce(A, axis=1)[:, None])


def softmax_jacobian__loops(a):
    p = softmax(a)
    C = len(p)
    jacobian = np.zeros((C, C))
    for k in range(C):
        for m in range(C):
            jacobian[k, m] = p[k] - p[k] ** 2 if k == m else -p[k] * p[m]
    return jacobian


def softmax_jacobian__columns(a):
    p = softmax(a)[:, None]
    return p * (np.eye(len(a)) - p.T)


def softmax_jacobian__list_of_rows(a):
    p = softmax(a)
    return [[p[k] * ((k == m) - p[m]) for m in range(len(p))] for k in range(len(p))]


def softmax_backward__jacobian_for_each_row(dP, P):
    return np.stack([(np.diag(p) - np.outer(p, p)).T @ dp for p, dp in zip(P, dP, strict=True)])


def softmax_backward__einsum(dP, P):
    return P * dP - np.einsum("nk,nk,nl->nl", dP, P, P)


def softmax_backward__loops(dP, P):
    dA = np.zeros(P.shape)
    for n in range(P.shape[0]):
        total = sum(dP[n, k] * P[n, k] for k in range(P.shape[1]))
        for m in range(P.shape[1]):
            dA[n, m] = P[n, m] * (dP[n, m] - total)
    return dA


def cross_entropy_from_logits__mean_of_rows(A, Y):
    return np.mean(np.logaddexp.reduce(A, axis=1) - (Y * A).sum(axis=1))


def cross_entropy_from_logits__loops(A, Y):
    total = 0.0
    for a, y in zip(A, Y, strict=True):
        s = a - a.max()
        for k in range(len(a)):
            total += y[k] * (np.log(np.sum(np.exp(s))) - s[k])
    return total / len(A)


def cross_entropy_from_logits__vdot(A, Y):
    return float(-np.vdot(Y, log_softmax(A)) / A.shape[0])


def logits_grad__one_hot(A, y):
    Y = np.eye(A.shape[1])[y]
    return (softmax(A) - Y) / len(A)


def logits_grad__loop(A, y):
    P = softmax(A)
    rows = []
    for n in range(len(y)):
        row = P[n].copy()
        row[y[n]] = row[y[n]] - 1
        rows.append(row / len(y))
    return rows


def logits_grad__through_the_softmax(A, y):
    N = len(y)
    S = A - A.max(axis=1, keepdims=True)
    E = np.exp(S)
    Z = E.sum(axis=1, keepdims=True)
    dS = np.zeros(A.shape)
    dS[np.arange(N), y] = -1 / N  # J = mean(log Z - S[y])
    return dS + E / Z / N


def full_network_grads__examples_one_by_one(X, y, W1, b1, W2, b2):
    grads = [np.zeros(V.shape) for V in (W1, b1, W2, b2)]
    for x, label in zip(X, y, strict=True):
        h = sigmoid(W1 @ x + b1)
        da2 = softmax(W2 @ h + b2)
        da2[label] -= 1
        da1 = (W2.T @ da2) * h * (1 - h)
        for dV, part in zip(grads, (np.outer(da1, x), da1, np.outer(da2, h), da2), strict=True):
            dV += part / len(y)
    return grads


def full_network_grads__einsum(X, y, W1, b1, W2, b2):
    A1 = np.einsum("nd,md->nm", X, W1) + b1
    H = sigmoid(A1)
    dA2 = (softmax(H @ W2.T + b2) - np.eye(len(b2))[y]) / len(X)
    dA1 = np.einsum("nc,cm->nm", dA2, W2) * np.exp(-A1) / (1 + np.exp(-A1)) ** 2
    return (
        np.einsum("nm,nd->md", dA1, X),
        np.einsum("nm->m", dA1),
        np.einsum("nc,nm->cm", dA2, H),
        np.einsum("nc->c", dA2),
    )


def full_network_grads__columns_are_examples(X, y, W1, b1, W2, b2):
    H = sigmoid(W1 @ X.T + b1[:, None])
    P = softmax((W2 @ H + b2[:, None]).T).T
    P[y, np.arange(len(y))] -= 1
    D2 = P / len(y)
    D1 = (W2.T @ D2) * (H - H**2)
    ones = np.ones(len(y))
    return D1 @ X, D1 @ ones, D2 @ H.T, D2 @ ones


def quadratic_vs_cross_entropy__jacobians(A, Y):
    N = A.shape[0]
    P = softmax(A)
    J = P[:, :, None] * (np.eye(A.shape[1]) - P[:, None, :])
    return np.einsum("nkl,nk->nl", J, P - Y) / N, (P - Y) / N


def quadratic_vs_cross_entropy__rows(A, Y):
    quadratic, cross_entropy = [], []
    for a, y in zip(A, Y, strict=True):
        p = softmax(a)
        error = (p - y) / len(A)
        quadratic.append(error * p - p * np.dot(error, p))
        cross_entropy.append(-y / len(A) + p / len(A))
    return quadratic, cross_entropy


def gradient_norms__list(W, A, dH, phi_grad):
    norms = []
    for W_k, A_k in zip(W[::-1], A[::-1], strict=True):
        dA = phi_grad(A_k) * dH
        norms.insert(0, np.sqrt(np.sum(dA**2)))
        dH = dA @ W_k
    return norms


def gradient_norms__dA_carried(W, A, dH, phi_grad):
    dA = [None] * len(W)
    dA[-1] = dH * phi_grad(A[-1])
    for k in range(len(W) - 2, -1, -1):
        dA[k] = np.einsum("nj,ji->ni", dA[k + 1], W[k + 1]) * phi_grad(A[k])
    return np.array([np.linalg.norm(one.ravel()) for one in dA])


def count_dead__alive_units_taken_off(A):
    return A.shape[1] - np.count_nonzero((A > 0).any(axis=0))


def count_dead__largest(A):
    return int(np.sum(A.max(axis=0) <= 0))


def count_dead__loop(A):
    count = 0
    for unit in A.T:
        if not np.maximum(unit, 0).any():
            count += 1
    return count


def main_effects__weights(design, results):
    up, down = design > 0, design < 0
    return (results @ up) / up.sum(axis=0) - (results @ down) / down.sum(axis=0)


def main_effects__list(design, results):
    effects = []
    for column in design.T:
        high = [r for r, d in zip(results, column, strict=True) if d == 1]
        low = [r for r, d in zip(results, column, strict=True) if d == -1]
        effects.append(sum(high) / len(high) - sum(low) / len(low))
    return effects


def faulty_line__computed():
    return 2 * 7


def faulty_line__named():
    line = int("14")
    return line


def repaired_grads__loop(X, y, W1, b1, W2, b2, W3, b3, reg):
    W, b, H, A = [W1, W2, W3], [b1, b2, b3], [X], []
    for k in range(3):
        A.append(H[-1] @ W[k].T + b[k])
        H.append(np.maximum(A[-1], 0))
    grads = []
    dA = (softmax(A[2]) - np.eye(len(b3))[y]) / len(y)
    for k in (2, 1, 0):
        grads = [dA.T @ H[k] + reg * W[k], dA.sum(axis=0), *grads]
        if k:
            dA = np.where(A[k - 1] > 0, dA @ W[k], 0)
    return grads


def repaired_grads__penalty_at_the_end(X, y, W1, b1, W2, b2, W3, b3, reg):
    N = X.shape[0]
    H1 = np.maximum(X @ W1.T + b1, 0)
    H2 = np.maximum(H1 @ W2.T + b2, 0)
    P = softmax(H2 @ W3.T + b3)
    P[np.arange(N), y] -= 1
    D2 = (P @ W3) * np.sign(H2)
    D1 = (D2 @ W2) * np.sign(H1)
    dW1, dW2, dW3 = (np.einsum("no,ni->oi", D, H) / N for D, H in ((D1, X), (D2, H1), (P, H2)))
    return (
        dW1 + reg * W1, D1.mean(axis=0), dW2 + reg * W2, D2.mean(axis=0), dW3 + reg * W3,
        P.mean(axis=0),
    )  # fmt: skip


def printed_factors__own_differences(J, v, formulas):
    g = np.zeros(len(v))
    for i in range(len(v)):
        e = np.zeros(len(v))
        e[i] = 1e-5
        g[i] = (J(v + e) - J(v - e)) / 2e-5
    factors = []
    for formula in formulas:
        p = np.asarray(formula(v))
        c = np.linalg.lstsq(p[:, None], g, rcond=None)[0][0]
        fits = np.allclose(c * p, g, rtol=1e-5, atol=1e-7 * np.abs(g).max())
        factors.append(c if fits else 0.0)
    return factors


def printed_factors__angle(J, v, formulas):
    g = np.zeros(len(v))
    for i, e in enumerate(6e-6 * np.eye(len(v))):
        g[i] = (J(v + e) - J(v - e)) / 1.2e-5

    def factor(p):
        rest = g - p * np.vdot(p, g) / np.vdot(p, p)
        parallel = np.sum(rest**2) < 1e-12 * np.sum(g**2)
        return np.sign(np.vdot(p, g)) * np.sqrt(np.sum(g**2) / np.sum(p**2)) if parallel else 0.0

    return np.array([factor(formula(v)) for formula in formulas])
