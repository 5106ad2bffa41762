"""Right answers to lesson 4, written differently: `name__how`. Every one must be accepted."""

import numpy as np

from course.activations import sigmoid, softmax, tanh


def example_backward__einsum(x, y, W2, a1, h1, a2, y_hat, phi_grad, phi_out_grad):
    da2 = phi_out_grad(a2) * (y_hat - y)
    dW2 = np.einsum("c,m->cm", da2, h1)
    dh1 = da2 @ W2
    da1 = phi_grad(a1) * dh1
    return da2, dW2, da2.copy(), dh1, da1, da1[:, None] * x, da1.copy()


def example_backward__diagonal_matrices(x, y, W2, a1, h1, a2, y_hat, phi_grad, phi_out_grad):
    da2 = -np.diag(phi_out_grad(a2)) @ (y - y_hat)
    dh1 = W2.T @ da2
    da1 = np.diag(phi_grad(a1)) @ dh1
    dW2 = da2[:, None] @ h1[None, :]
    dW1 = da1[:, None] @ x[None, :]
    return [da2, dW2, da2, dh1, da1, dW1, da1]


def example_backward__loops(x, y, W2, a1, h1, a2, y_hat, phi_grad, phi_out_grad):
    (C, M), D = W2.shape, len(x)
    da2 = [(y_hat[c] - y[c]) * phi_out_grad(a2[c]) for c in range(C)]
    dW2 = [[da2[c] * h1[j] for j in range(M)] for c in range(C)]
    dh1 = [sum(W2[c, j] * da2[c] for c in range(C)) for j in range(M)]
    da1 = [dh1[j] * phi_grad(a1[j]) for j in range(M)]
    dW1 = [[da1[j] * x[i] for i in range(D)] for j in range(M)]
    return da2, dW2, da2, dh1, da1, dW1, da1


def hidden_delta_sums__matrix(da2, W2, a1, phi_grad):
    return (W2.T @ da2) * phi_grad(a1)


def hidden_delta_sums__list(da2, W2, a1, phi_grad):
    errors = []
    for j in range(len(a1)):
        total = 0.0
        for c in range(len(da2)):
            total += W2[c][j] * da2[c]
        errors.append(total * phi_grad(a1)[j])
    return errors


def hidden_delta_sums__outer_loop_over_outputs(da2, W2, a1, phi_grad):
    da1 = 0.0 * a1
    for row, error in zip(W2, da2, strict=True):
        da1 = da1 + row * error * phi_grad(a1)
    return da1


def first_layer_row_grad__all_rows(j, x, y, w2, a1, a2, y_hat, phi_grad, phi_out_grad):
    da1 = (y_hat - y) * phi_out_grad(a2) * w2 * phi_grad(a1)
    return np.outer(da1, x)[j]


def first_layer_row_grad__list(j, x, y, w2, a1, a2, y_hat, phi_grad, phi_out_grad):
    printed = -(y - y_hat) * phi_out_grad(a2) * phi_grad(a1)[j] * w2[j]
    return [printed * x_i for x_i in x]


def layer_grads_example__broadcast(da, h_in):
    return da[:, None] * h_in[None, :], da


def layer_grads_example__bias_as_a_weight(da, h_in):
    both = np.outer(da, np.append(h_in, 1.0))
    return both[:, :-1], both[:, -1]


def layer_grads_example__rows(da, h_in):
    return [list(error * h_in) for error in da], list(da)


def deltas__three_lines(y, y_hat, A, W, phi_grad):
    d3 = -(y - y_hat) * phi_grad(A[2])
    d2 = d3 @ W[2] * phi_grad(A[1])
    d1 = d2 @ W[1] * phi_grad(A[0])
    return [d1, d2, d3]


def deltas__from_the_activations(y, y_hat, A, W, phi_grad):
    dh = y_hat - y
    found = []
    for k in (2, 1, 0):
        found.insert(0, phi_grad(A[k]) * dh)
        dh = W[k].T @ found[0]
    return found


def deltas__diagonal_matrices(y, y_hat, A, W, phi_grad):
    G = [np.diag(phi_grad(a)) for a in A]
    d3 = G[2] @ (y_hat - y)
    return G[0] @ W[1].T @ G[1] @ W[2].T @ d3, G[1] @ W[2].T @ d3, d3


def batch_backward__one_example_at_a_time(X, Y, W2, A1, H1, A2, Y_hat, phi_grad, phi_out_grad):
    N = len(X)
    dA2 = (Y_hat - Y) * phi_out_grad(A2) / N
    dW2, db2 = np.zeros(W2.shape), np.zeros(len(W2))
    dW1, db1 = np.zeros((H1.shape[1], X.shape[1])), np.zeros(H1.shape[1])
    dH1, dA1 = np.zeros(H1.shape), np.zeros(H1.shape)
    for n in range(N):
        dW2 += np.outer(dA2[n], H1[n])
        db2 += dA2[n]
        dH1[n] = W2.T @ dA2[n]
        dA1[n] = dH1[n] * phi_grad(A1[n])
        dW1 += np.outer(dA1[n], X[n])
        db1 += dA1[n]
    return dA2, dW2, db2, dH1, dA1, dW1, db1


def batch_backward__einsum(X, Y, W2, A1, H1, A2, Y_hat, phi_grad, phi_out_grad):
    dA2 = np.einsum("nc,nc->nc", Y_hat - Y, phi_out_grad(A2)) / Y.shape[0]
    dH1 = np.einsum("nc,cm->nm", dA2, W2)
    dA1 = dH1 * phi_grad(A1)
    dW2, dW1 = np.einsum("nc,nm->cm", dA2, H1), np.einsum("nm,nd->md", dA1, X)
    ones = np.ones(len(X))
    return dA2, dW2, ones @ dA2, dH1, dA1, dW1, ones @ dA1


def penalized_grads__both_terms_apart(H, W, b, Y, reg):
    N = H.shape[0]
    A = H @ W.T + b
    P = 1 / (1 + np.exp(-A))
    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    for n in range(N):
        dW += np.outer(P[n] - Y[n], H[n]) / N
        db += (P[n] - Y[n]) / N
    return dW + reg / 2 * 2 * W, db


def penalized_grads__through_the_probabilities(H, W, b, Y, reg):
    A = np.einsum("nm,cm->nc", H, W) + b
    P, Q = sigmoid(A), sigmoid(-A)
    dA = (-Y * Q + (1 - Y) * P) / len(Y)
    return dA.T @ H + reg * W, np.ones(len(Y)) @ dA


def forward_pass__last_layer_apart(X, W, b):
    H = [X]
    for weights, biases in zip(W[:-1], b[:-1], strict=True):
        H += [tanh(H[-1] @ weights.T + biases)]
    H.append(H[-1] @ W[-1].T + b[-1])
    return H


def forward_pass__columns(X, W, b):
    columns = [X.T]
    for k in range(1, len(W) + 1):
        a = W[k - 1] @ columns[-1] + b[k - 1][:, None]
        columns.append(a if k == len(W) else 1 - 2 / (np.exp(2 * a) + 1))
    return [h.T for h in columns]


def forward_pass__logits_put_in_afterwards(X, W, b):
    H = [X]
    for k, weights in enumerate(W):
        A = np.einsum("ni,ji->nj", H[k], weights) + b[k]
        H.append(np.tanh(A))
    H[-1] = A
    return H


def backward_pass__appended(dA, H, W, reg):
    dW, db = [], []
    for k in range(len(W) - 1, -1, -1):
        if k < len(W) - 1:
            dA = dA * (1 - H[k + 1] * H[k + 1])
        dW.append(reg * W[k] + np.einsum("nj,ni->ji", dA, H[k]))
        db.append(np.ones(len(dA)) @ dA)
        dA = dA @ W[k]
    return dW[::-1], db[::-1]


def backward_pass__slope_of_a(dA, H, W, reg):
    errors = {len(W): dA}
    for k in range(len(W) - 1, 0, -1):
        a = np.arctanh(H[k])
        errors[k] = np.matmul(errors[k + 1], W[k]) / np.cosh(a) ** 2
    dW = [errors[k + 1].T @ H[k] + W[k] * reg for k in range(len(W))]
    return dW, tuple(np.sum(errors[k + 1], 0) for k in range(len(W)))


def backward_pass__input_too(dA, H, W, reg):
    dW, db = list(W), list(W)
    for k in reversed(range(len(W))):
        dW[k], db[k] = (H[k].T @ dA).T + reg * W[k], dA.sum(0)
        dA = dA.dot(W[k]) * (1 - H[k] ** 2)
    return [dW, db]


def init_layer__standard_normal(rng, D_in, D_out):
    return rng.standard_normal((D_out, D_in)) / D_in**0.5, np.zeros((D_out,))


def init_layer__drawn_transposed(rng, D_in, D_out):
    W = (np.sqrt(1 / D_in) * rng.normal(size=(D_in, D_out))).T
    return [W, [0.0] * D_out]


def init_layer__unit_by_unit(rng, D_in, D_out):
    W = np.zeros((D_out, D_in))
    for j in range(D_out):
        for i in range(D_in):
            W[j, i] = rng.normal(0, D_in**-0.5)
    return W, 0 * W[:, 0]


def init_layer__whole_zeros(rng, D_in, D_out):
    return rng.normal(scale=np.sqrt(1 / D_in), size=(D_out, D_in)), [0] * D_out


def largest_error__in_place(loss, params, grads, eps):
    errors = []
    for V, dV in zip(params, grads, strict=True):
        numeric = np.zeros_like(V)
        for j in np.ndindex(V.shape):
            kept = V[j]
            V[j] = kept + eps
            above = loss(params)
            V[j] = kept - eps
            below = loss(params)
            V[j] = kept
            numeric[j] = (above - below) / eps / 2
        norms = [np.sqrt((array**2).sum()) for array in (dV, numeric)]
        errors.append(np.sqrt(((dV - numeric) ** 2).sum()) / max([*norms, 1e-8]))
    return max(errors)


def largest_error__nudged_and_taken_back(loss, params, grads, eps):
    largest = 0.0
    for V, dV in zip(params, grads, strict=True):
        numeric = np.empty(V.shape)
        for ix in np.ndindex(*V.shape):
            V[ix] += eps
            up = loss(params)
            V[ix] -= 2 * eps
            down = loss(params)
            V[ix] += eps
            numeric[ix] = (up - down) / (2 * eps)
        size = max(np.linalg.norm(dV), np.linalg.norm(numeric), 1e-8)
        largest = max(largest, float(np.linalg.norm(dV - numeric) / size))
    return largest


def largest_error__flat(loss, params, grads, eps):
    largest = 0
    for i in range(len(params)):
        numeric = []
        for j in range(params[i].size):
            step = np.zeros(params[i].size)
            step[j] = eps
            step = step.reshape(params[i].shape)
            sides = [[*params[:i], params[i] + s * step, *params[i + 1 :]] for s in (1, -1)]
            numeric.append((loss(sides[0]) - loss(sides[1])) / (2 * eps))
        mine, numeric = grads[i].ravel(), np.array(numeric)
        size = max(np.linalg.norm(mine), np.linalg.norm(numeric), 1e-8)
        largest = max(largest, np.linalg.norm(numeric - mine) / size)
    return largest


def bug_line__counted():
    first_line_of_code = 7
    return first_line_of_code + 6


def bug_line__numpy_integer():
    return np.arange(20)[13]


def bug_line__named():
    lines = {"dA3": 10, "dA2": 13, "dA1": 16}
    return lines["dA2"]


def mended_grads__loop(X, Y, W1, b1, W2, b2, W3, b3, reg):
    W, b, H = [W1, W2, W3], [b1, b2, b3], [X]
    for k in range(3):
        A = H[k] @ W[k].T + b[k]
        H.append(softmax(A) if k == 2 else np.tanh(A))
    dA, grads = (H[3] - Y) / len(Y), []
    for k in (2, 1, 0):
        grads += [np.einsum("nj,ni->ji", dA, H[k]) + reg * W[k], np.sum(dA, axis=0)]
        dA = dA @ W[k] * (1 - H[k] ** 2)
    return grads


def mended_grads__labels(X, Y, W1, b1, W2, b2, W3, b3, reg):
    H1 = np.tanh(X @ W1.T + b1)
    H2 = np.tanh(H1 @ W2.T + b2)
    E = np.exp(H2 @ W3.T + b3)
    dA3 = E / E.sum(axis=1, keepdims=True)
    dA3[np.arange(len(X)), Y.argmax(axis=1)] -= 1
    dA3 /= len(X)
    dA2 = (dA3 @ W3) * (1 - H2) * (1 + H2)
    dA1 = (dA2 @ W2) * (1 - H1) * (1 + H1)
    ones = np.ones(len(X))
    return (dA3.T @ H2 + reg * W3, ones @ dA3, dA2.T @ H1 + reg * W2, ones @ dA2,
            dA1.T @ X + reg * W1, ones @ dA1)  # fmt: skip
