"""What an answer calls is counted, whatever else it does."""

import sys

import numpy as np

from autograder.student.watching import Watched, watch
from course import gradcheck


def test_the_function_called_most_is_counted():
    def square(x):
        return x * x

    def often(x):
        return [square(x) for _ in range(7)]

    assert watch(often, None, {"x": 2.0}) == Watched(most_calls=7)


def test_calls_on_nudged_numbers_are_counted():
    def f(x):
        return (x**2).sum()

    def measures(x):
        nudged = x.copy()
        for i in range(len(x)):
            nudged[i] += 1e-5
            f(nudged)
            nudged[i] -= 1e-5
        return x

    def helps(x):
        return [f(x * k) for k in range(1, 9)]

    case = {"x": np.array([1.0, -2.0, 3.0])}
    assert watch(measures, None, case).nudged == 2  # its first call has none before it
    assert watch(helps, None, case).nudged == 0


def test_numbers_in_lists_and_closures_are_seen():
    def measures(params):
        def loss():
            return params[0].sum()

        loss()
        for _ in range(4):
            params[0][0] += 1e-6
            loss()

    assert watch(measures, None, {"params": [np.ones(2)]}).nudged == 4


def test_complex_numbers_are_seen_as_values_and_in_arrays():
    assert watch(lambda x: x + 1j, None, {"x": 1.0}).complex
    assert watch(lambda x: np.full(2, x + 0j), None, {"x": 1.0}).complex
    assert not watch(lambda x: np.full(2, x), None, {"x": 1.0}).complex


def test_a_call_of_the_library_is_seen_through_another_name():
    measure = gradcheck.numerical_gradient
    seen = watch(lambda x: measure(lambda v: v * v, np.float64(x)), None, {"x": 1.0})
    assert (gradcheck.__file__, "numerical_gradient") in [
        (one.file, one.name) for one in seen.called
    ]
    assert not watch(lambda x: 2 * x, None, {"x": 1.0}).called


def test_the_case_stays_as_it_is_and_nothing_is_printed(capfd):
    def change(x):
        x += 1
        print("hello")

    case = {"x": np.zeros(2)}
    watch(change, None, case)
    assert case["x"].tolist() == [0, 0]
    assert capfd.readouterr() == ("", "")


def test_what_was_seen_before_a_crash_counts():
    def fails(x):
        (lambda: None)()
        raise ValueError

    assert watch(fails, None, {"x": 1}).most_calls == 1


def test_the_profiler_from_before_is_back():
    def look(*_):
        return None

    sys.setprofile(look)
    try:
        watch(abs, None, {"x": 1})
        assert sys.getprofile() is look
    finally:
        sys.setprofile(None)
