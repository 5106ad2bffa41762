"""A fingerprint changes with all that a verdict depends on, and with nothing else."""

import dataclasses
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.assignment import open_assignment
from autograder.exercise import Family
from autograder.exercises import exercises_of
from autograder.fingerprint import fingerprint
from autograder.reference import lesson_names

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.binary(),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)  # fmt: skip

MODULE = """
import functools
FACTOR = 2
TABLE = {{"a": [1, 2]}}
class Tool:
    size = 3
    def use(self, x):
        return x + {method}
@functools.lru_cache
def cached(x):
    return x * {cached}
def helper(x):
    return x * {helper}
def outer(step):
    def inner(x, by={default}):
        return helper(x) + step + FACTOR + TABLE["a"][{index}] + Tool().use(x) + cached(x) {code}
    return inner
def unused():
    return {unused}
f = outer({closed})
"""
SAME = dict(method=1, cached=1, helper=1, default=1, index=0, code="", closed=1, unused=1)


def function(number=0, **changes):
    """The function f of a module with changes in it."""
    name = f"fingerprinted_{number}"
    module = type(sys)(name)
    sys.modules[name] = module
    exec(compile(MODULE.format(**SAME | changes), name, "exec"), module.__dict__)
    return module.f


def test_the_same_text_has_the_same_fingerprint_from_another_file():
    assert fingerprint(function(1)) == fingerprint(function(2))


@pytest.mark.parametrize("part", ["method", "cached", "helper", "default", "index", "closed"])
def test_whatever_a_function_uses_changes_its_fingerprint(part):
    assert fingerprint(function(**{part: 2})) != fingerprint(function())


def test_which_of_two_that_are_known_is_used_counts():
    def first(x):
        return x

    def second(x):
        return x + 1

    assert fingerprint(first, second, first) != fingerprint(first, second, second)


def test_an_object_of_another_modules_class_counts_by_what_it_holds():
    def using(value):
        module = type(sys)("fingerprinted_object")
        sys.modules[module.__name__] = module
        module.__dict__["value"] = value
        exec("def f(x):\n    return value", module.__dict__)
        return module.f

    assert fingerprint(using(Family("a", len, "b"))) != fingerprint(using(Family("c", len, "b")))


def test_code_changes_a_fingerprint_and_what_is_not_used_does_not():
    assert fingerprint(function(code="+ 1")) != fingerprint(function())
    assert fingerprint(function(unused=2)) == fingerprint(function())


def test_code_moved_to_another_line_keeps_its_fingerprint():
    moved = type(sys)("moved")
    sys.modules["moved"] = moved
    exec("\n\n# a comment\n" + MODULE.format(**SAME), moved.__dict__)
    assert fingerprint(moved.f) == fingerprint(function())


@given(PLAIN, PLAIN)
def test_values_share_a_fingerprint_only_if_they_are_equal_in_type_and_value(a, b):
    assert (fingerprint(a) == fingerprint(b)) == (repr(a) == repr(b))


def test_arrays_differ_by_type_shape_and_value():
    arrays = [np.zeros(4), np.zeros((2, 2)), np.zeros(4, int), np.ones(4)]
    assert len({fingerprint(array) for array in arrays}) == 4


def test_sets_have_no_order():
    assert fingerprint({"a", "b", "c"}) == fingerprint({"c", "b", "a"})


def test_a_list_that_holds_itself_ends():
    endless = [1]
    endless.append(endless)
    assert fingerprint(endless) != fingerprint([1])


@pytest.mark.parametrize("name", lesson_names())
def test_a_changed_exercise_changes_its_own_fingerprint_only(name):
    exercises = exercises_of(name)
    before = {one: fingerprint(exercise) for one, exercise in exercises.items()}
    assert len(set(before.values())) == len(before)
    first, *_ = exercises
    families = exercises[first].families
    for changes in (
        {"hints": ("another",)},
        {"families": families[1:]},
        {"families": (dataclasses.replace(families[0], draw=lambda rng: {}), *families[1:])},
        {"mistakes": ()},
    ):
        assert fingerprint(dataclasses.replace(exercises[first], **changes)) != before[first]
    assert {one: fingerprint(exercise) for one, exercise in exercises.items()} == before


KEYS = """
import sys
from pathlib import Path
from autograder.assignment import open_assignment
from autograder.exercise import Family
for name in sys.argv[1:]:
    print(open_assignment(Path("none"), name, 7).keys)
"""


def test_keys_are_the_same_in_another_process_and_without_compiled_files(tmp_path):
    here = [str(open_assignment(tmp_path, name, 7).keys) for name in lesson_names()]
    for hash_seed, compiled in (("1", sys.flags.dont_write_bytecode), ("2", "fresh")):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        if compiled == "fresh":
            environment |= {"PYTHONPYCACHEPREFIX": str(tmp_path / "cache")}
        done = subprocess.run(
            [sys.executable, "-c", KEYS, *lesson_names()],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.splitlines() == here
