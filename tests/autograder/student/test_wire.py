"""Plain data crosses whole; whatever else comes in, nothing with a behaviour comes out."""

import json
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder.student.wire import LONGEST_INT, MOST_BYTES, Garbage, Other, decode, encode

KINDS = st.one_of(
    arrays.boolean_dtypes(),
    arrays.integer_dtypes(),
    arrays.unsigned_integer_dtypes(),
    arrays.floating_dtypes(),
    arrays.complex_number_dtypes(),
)
SHAPES = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(1 - LONGEST_INT, LONGEST_INT - 1),
    st.floats(),
    st.complex_numbers(),
    st.text(),
    st.binary(max_size=50),
    arrays.arrays(KINDS, SHAPES),
    arrays.arrays(KINDS, ()).map(lambda array: array[()]),
)


def containers(inner):
    return st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(), inner, max_size=4),
    )


PLAIN = st.recursive(LEAVES, containers, max_leaves=12)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 70) | st.floats() | st.text(max_size=5)
    | st.sampled_from(["list", "tuple", "dict", "array", "scalar", "bytes", "complex", "other",
                       "<f8", "|b1", ">i2", "O", "V4", "f8,f8", "(2,)f8", "M8[s]", "U3", "g"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner,
                                                                max_size=3),
    max_leaves=12,
)  # fmt: skip


def same(a, b):
    """Of one type, and equal; NaN is equal to itself here."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | np.generic):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return a == b or (a != a and b != b) or repr(a) == repr(b)


def is_plain(value):
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    if type(value) is dict:
        return all(type(key) is str and is_plain(item) for key, item in value.items())
    if type(value) is np.ndarray or isinstance(value, np.generic):
        return value.dtype.kind in "biufc"
    if type(value) is str:
        return bool(value.encode("utf-8")) or not value
    return type(value) in (type(None), bool, int, float, complex, bytes, Other)


def sent(value):
    return decode(encode(value)[4:])


@given(PLAIN)
def test_plain_values_come_out_as_they_went_in(value):
    assert same(sent(value), value)


@given(PLAIN)
def test_a_message_says_its_own_size(value):
    message = encode(value)
    assert struct.unpack("!I", message[:4]) == (len(message) - 4,)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_garbage_or_plain(message):
    try:
        value = decode(message)
    except Garbage:
        return
    assert is_plain(value)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(JUNK, st.binary(max_size=24))
def test_arbitrary_json_is_garbage_or_plain(tree, rest):
    text = json.dumps(tree).encode()
    try:
        value = decode(struct.pack("!I", len(text)) + text + rest)
    except Garbage:
        return
    assert is_plain(value)


@given(PLAIN, st.data())
def test_a_message_with_a_byte_changed_is_garbage_or_plain(value, data):
    message = bytearray(encode(value)[4:])
    place = data.draw(st.integers(0, len(message) - 1))
    message[place] ^= data.draw(st.integers(1, 255))
    try:
        found = decode(bytes(message))
    except Garbage:
        return
    assert is_plain(found)


@pytest.mark.parametrize(
    "tree",
    [["dict", [1]], ["array"], ["array", "<f8", 5], ["array", "<f8", [-1]], ["scalar", "O"], [],
     ["bytes", True], ["bytes", 10**9], ["complex", "a", 0], {"a": 1}, [["list"]], ["new", 1],
     ["array", "<f8", [2**62, 2**62]], ["array", "<f8", [1] * 40]],
)  # fmt: skip
def test_what_encode_never_writes_is_garbage(tree):
    text = json.dumps(tree).encode()
    with pytest.raises(Garbage):
        decode(struct.pack("!I", len(text)) + text)


@pytest.mark.parametrize("text", [b"[" * 10**5, b"1" * 5000, b'"\xff"', b"nul", b""])
def test_text_that_json_stumbles_over_is_garbage(text):
    with pytest.raises(Garbage):
        decode(struct.pack("!I", len(text)) + text)


def test_bytes_behind_the_message_are_garbage():
    with pytest.raises(Garbage, match="1 bytes too many"):
        decode(encode(3)[4:] + b"x")


def test_half_of_a_surrogate_pair_becomes_a_question_mark():
    assert sent({"\ud800a": "b\udfff"}) == {"?a": "b?"}


def test_objects_with_a_behaviour_are_told_in_words():
    class Liar(str):
        def __eq__(self, other):
            return True

        __hash__ = str.__hash__

    told = sent([Liar("x"), {1: 2}, np.array(["a"]), {1, 2}, print, 2**2000, object()])
    assert all(type(one) is Other for one in told)
    assert repr(told[2]) == "an array of shape (1,) of dtype <U1"


def test_subclasses_of_numbers_and_lists_arrive_as_what_they_are_based_on():
    class Count(int):
        pass

    class Pair(tuple):
        pass

    class Table(np.ndarray):
        pass

    got = sent([Count(3), Pair((1, 2)), np.ones(2).view(Table)])
    assert [type(one) for one in got] == [int, tuple, np.ndarray]


def test_a_list_that_holds_itself_ends_somewhere():
    endless = []
    endless.append(endless)
    assert is_plain(sent(endless))


def test_more_than_is_allowed_is_refused_with_both_numbers():
    with pytest.raises(Garbage) as error:
        encode(np.zeros(MOST_BYTES // 8 + 1))
    assert str(error.value).endswith(f" bytes; {MOST_BYTES} are allowed")


def test_an_array_is_a_copy_that_cannot_be_written_to():
    array = sent(np.zeros(3))
    assert not array.flags.writeable
