"""A call of an answer tells all that happened, and nothing gets out."""

import os
import sys
import warnings

import numpy as np
import pytest

from autograder.student.calling import CRASHED, PRINTED, UNWRITTEN, WRONG, WrongAnswerError, call


def stub(x):
    raise NotImplementedError


def test_a_value_comes_back():
    assert call(lambda x, y: x - y, None, {"x": 5, "y": 3}).value == 2


def test_a_driver_gets_function_and_case():
    assert call(max, lambda fn, *xs: [fn(xs), fn(xs[:1])], {"x": 1, "y": 2}).value == [2, 1]


def test_inputs_changed_in_place_are_named_and_the_case_stays():
    def change(x, y, z):
        x += 1
        z[0].append(4)
        return x

    case = {"x": np.zeros(2), "y": np.array([np.nan]), "z": [[1]]}
    reply = call(change, None, case)
    assert reply.changed == ("x", "z")
    assert case["x"].tolist() == [0, 0]
    assert case["z"] == [[1]]


def test_an_input_whose_shape_was_changed_is_named():
    def reshape(x):
        x.shape = (3, 2)

    assert call(reshape, None, {"x": np.zeros((2, 3))}).changed == ("x",)


def test_a_crash_is_told_with_its_class_and_message():
    reply = call(lambda x: x / 0, None, {"x": 1})
    assert (reply.stopped, reply.error) == (CRASHED, "ZeroDivisionError")
    assert reply.said.startswith("stopped with `ZeroDivisionError: division by zero`")


@pytest.mark.parametrize("leave", [sys.exit, exit])
def test_leaving_the_program_is_a_crash(leave):
    assert call(lambda x: leave(), None, {"x": 1}).error == "SystemExit"


def test_an_interrupt_gets_out():
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(interrupted, None, {"x": 1})


def test_a_stub_is_unwritten_and_says_whose_it_is():
    assert call(stub, None, {"x": 1}).stopped == UNWRITTEN
    assert call(stub, None, {"x": 1}).said.startswith("not written yet")
    other = call(lambda x: stub(x), None, {"x": 1})
    assert other.said == "it calls `stub`, which is not written yet."


def test_a_class_made_from_notimplementederror_is_a_crash():
    class Odd(NotImplementedError):
        pass

    def odd(x):
        raise Odd

    assert call(odd, None, {"x": 1}).stopped == CRASHED


def test_a_driver_may_say_what_is_off():
    def driver(fn, x):
        raise WrongAnswerError("is no function of a graph.")

    reply = call(stub, driver, {"x": 1})
    assert (reply.stopped, reply.said) == (WRONG, "is no function of a graph.")


def test_an_error_that_cannot_say_what_it_is_is_told_by_its_class():
    class Mute(Exception):
        def __str__(self):
            raise ValueError

    def raises(x):
        raise Mute

    assert "`Mute`" in call(raises, None, {"x": 1}).said


def test_what_is_printed_is_kept_as_far_as_there_is_room(capfd):
    def talk(x):
        print("a" * PRINTED)
        print("b", file=sys.stderr)
        os.write(2, b"")

    assert call(talk, None, {"x": 1}).printed == "a" * PRINTED
    assert capfd.readouterr() == ("", "")


def test_warnings_are_told_once_each_and_stop_nothing():
    def warn(x):
        for _ in range(3):
            warnings.warn("careful", stacklevel=1)
        return np.log(np.float64(x))

    reply = call(warn, None, {"x": 0})
    assert reply.value == -np.inf
    assert reply.warned == (
        "UserWarning: careful",
        "RuntimeWarning: divide by zero encountered in log",
    )


def test_filters_of_warnings_are_as_before():
    def silence(x):
        warnings.simplefilter("ignore")

    before = list(warnings.filters)
    call(silence, None, {"x": 1})
    assert warnings.filters == before
