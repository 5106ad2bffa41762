"""Right answers to lesson 1, written differently: `name__how`. Every one must be accepted."""

import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def numerical_derivative__two_sides(f, x, eps):
    right, left = f(x + eps), f(x - eps)
    return (right - left) / eps / 2


def numerical_derivative__mean_of_one_sided(f, x, eps):
    return 0.5 * ((f(x + eps) - f(x)) / eps + (f(x) - f(x - eps)) / eps)


def power_grad__through_the_value(a, b, x):
    y = a * x**b
    return y / a, y * np.log(x), y * b / x


def power_grad__as_list(a, b, x):
    return [np.exp(b * np.log(x)), a * np.exp(b * np.log(x)) * np.log(x), a * b * x**b / x]


def power_grad__as_array(a, b, x):
    return a * x**b * np.array([1 / a, np.log(x), b / x])


def composition_grad__double_angle(theta):
    return -np.sin(2 * theta) / (1 + np.cos(theta) ** 2)


def composition_grad__zero_dim_array(theta):
    return np.array(-2 * np.cos(theta) * np.sin(theta) / (1 + np.cos(theta) ** 2))


def count_evaluations__summed(n):
    return sum(range(n)), len(range(1, n))


def count_evaluations__floats(n):
    return n * (n - 1) / 2, n - 1.0


def parameter_grads__list(theta, x):
    h = [x]
    for k in range(len(theta)):
        h.append(float(np.tanh(theta[k] * h[k])))
    grads, dh = [], 1.0
    for k in range(len(theta) - 1, -1, -1):
        a = theta[k] * h[k]
        da = dh / np.cosh(a) ** 2
        grads.insert(0, da * h[k])
        dh = da * theta[k]
    return grads


def parameter_grads__forward_products(theta, x):
    grads = np.zeros(len(theta))
    h = x
    for k in range(len(theta)):
        out = np.tanh(theta[k] * h)
        grads[:k] *= (1 - out**2) * theta[k]
        grads[k] = (1 - out**2) * h
        h = out
    return grads


def cosine_forward__in_one(x):
    return (
        x * x,
        np.sin(x * x),
        3 * x * x,
        np.sin(x * x) + 3 * x * x,
        np.cos(np.sin(x**2) + 3 * x**2),
    )


def cosine_forward__array(x):
    t = x**2
    return list(np.array([t, np.sin(t), 3 * t, np.sin(t) + 3 * t, np.cos(np.sin(t) + 3 * t)]))


def cosine_backward__accumulated(x, t, u1, u2, u):
    dt = 0.0
    du = np.sin(-u)
    dt += du * np.cos(t)
    dt += 3.0 * du
    return du, du, du, dt, 2 * x * dt


def cosine_backward__from_x(x, t, u1, u2, u):
    du = -np.sin(np.sin(x**2) + 3 * x**2)
    return du, du, du, du * (np.cos(x**2) + 3), du * (np.cos(x**2) + 3) * 2 * x


def chain_jacobians__loops(dy_du, du_dx):
    dy_dx = np.zeros((dy_du.shape[0], du_dx.shape[1]))
    for i in range(dy_du.shape[0]):
        for k in range(du_dx.shape[1]):
            for j in range(dy_du.shape[1]):
                dy_dx[i, k] += dy_du[i, j] * du_dx[j, k]
    return dy_dx


def chain_jacobians__einsum(dy_du, du_dx):
    return np.einsum("ij,jk->ik", dy_du, du_dx)


def input_grad__row_times_matrix(da, alpha):
    return da @ alpha


def input_grad__loops(da, alpha):
    return [sum(da[j] * alpha[j, i] for j in range(len(da))) for i in range(alpha.shape[1])]


def layer_jacobian__rows_scaled(W, x):
    a = W @ x
    return (np.exp(-a) / (1 + np.exp(-a)) ** 2)[:, None] * W


def layer_jacobian__einsum(W, x):
    h = sigmoid(W @ x)
    return np.einsum("j,jd->jd", h - h**2, W)


def gradient_from_output__row_vector(jacobians):
    row = jacobians[-1]
    for Dh in jacobians[-2::-1]:
        row = row @ Dh
    return row[0]


def gradient_from_output__from_the_input_side(jacobians):
    product = jacobians[0]
    for Dh in jacobians[1:]:
        product = Dh @ product
    return product.ravel()


def log_network_grad__columns(Theta1, Theta2, x):
    h = sigmoid(Theta1 @ x)[:, None]
    da2 = 1 - sigmoid(Theta2 @ h)
    da1 = (Theta2.T @ da2) * h * (1 - h)
    return da1 @ x[None, :], da2 @ h.T


def log_network_grad__derivative_of_log(Theta1, Theta2, x):
    a1 = Theta1 @ x
    h = sigmoid(a1)
    y = sigmoid(Theta2 @ h)[0]
    da2 = (1 / y) * y * (1 - y)
    da1 = da2 * Theta2[0] * np.exp(-a1) / (1 + np.exp(-a1)) ** 2
    return np.einsum("m,d->md", da1, x), (da2 * h)[None, :]
