"""Plain data as bytes, and back: the one form in which a student's process answers.

| in Python                                | on the wire                                        |
|------------------------------------------|----------------------------------------------------|
| None, bool, int, float, str              | as JSON writes them                                |
| list, tuple, dict with str keys          | ["list", ...], ["tuple", ...], ["dict", ...]       |
| complex, bytes                           | ["complex", real, imag], ["bytes", size]           |
| NumPy array or scalar of numbers         | ["array", dtype, shape], ["scalar", dtype]         |
| anything else                            | ["other", what it is in words]                     |

The bytes of arrays follow the JSON text, one after the other. Only exact plain types come out of
`decode`, whatever bytes go in: no pickle, no object with a behaviour of its own. `Garbage` says
that bytes are nothing that `encode` writes.
"""

import json
import math
import re
import struct
from typing import Any

import numpy as np

MOST_BYTES = 16 * 2**20  # of one message
DEEPEST = 40  # lists in lists
LONGEST_INT = 2**1024
HEAD = struct.Struct("!II")  # size of the whole rest, size of its JSON text
KINDS = "biufc"  # of dtypes: booleans and numbers
_DTYPES = {
    np.dtype(one).newbyteorder(order).str: np.dtype(one).newbyteorder(order)
    for one in np.typecodes["All"]
    for order in "<>"
    if np.dtype(one).kind in KINDS
}


class Garbage(ValueError):
    """Bytes that are no message."""


class Other:
    """Stands for a value that is not plain: all that is known is what it is, in words."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __repr__(self) -> str:
        return self.words


def in_words(value: Any) -> str:
    """Return what a value is: "a str", "an array of shape (3,)"."""
    if isinstance(value, Other):
        return value.words
    if isinstance(value, np.ndarray):
        what = f"of dtype {value.dtype}" if value.dtype.kind not in "fiu" else ""
        return f"an array of shape {value.shape} {what}".strip()
    if callable(value):
        return "a function"
    if isinstance(value, int) and abs(value) >= 2**63:
        return "a number with more digits than an array can hold"
    if isinstance(value, float | int | np.number) and not isinstance(value, bool):
        return "a number"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def encode(value: Any) -> bytes:
    """Return a value as one message.

    Raises
    ------
    Garbage
        If it takes more than `MOST_BYTES`.
    """
    blobs: list[bytes] = []
    text = json.dumps(_tree(value, blobs, 0), separators=(",", ":")).encode()
    size = HEAD.size - 4 + len(text) + sum(map(len, blobs))
    if size > MOST_BYTES:
        raise Garbage(f"the answer takes {size} bytes; {MOST_BYTES} are allowed")
    return b"".join([HEAD.pack(size, len(text)), text, *blobs])


def _tree(value: Any, blobs: list[bytes], depth: int) -> Any:
    """Return what JSON can say of a value; arrays' bytes go to `blobs`."""
    if value is None or type(value) in (bool, str):
        return value
    if isinstance(value, float) and not isinstance(value, np.generic):
        return float(value)
    if isinstance(value, int) and abs(value) < LONGEST_INT:
        return bool(value) if isinstance(value, bool) else int(value)
    if depth < DEEPEST and isinstance(value, list | tuple):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return [kind, *(_tree(item, blobs, depth + 1) for item in value)]
    if depth < DEEPEST and type(value) is dict and all(type(key) is str for key in value):
        return ["dict", {key: _tree(item, blobs, depth + 1) for key, item in value.items()}]
    if isinstance(value, complex) and not isinstance(value, np.generic):
        return ["complex", value.real, value.imag]
    if type(value) is bytes:
        blobs.append(value)
        return ["bytes", len(value)]
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in KINDS:
        if value.nbytes > MOST_BYTES:  # before it is copied
            raise Garbage(f"the answer takes {value.nbytes} bytes; {MOST_BYTES} are allowed")
        array = np.asarray(value)
        blobs.append(array.tobytes())
        if isinstance(value, np.ndarray):
            return ["array", array.dtype.str, list(array.shape)]
        return ["scalar", array.dtype.str]
    return ["other", in_words(value)[:200]]


def decode(message: bytes) -> Any:
    """Return the value that a message, without its first four bytes, stands for.

    Raises
    ------
    Garbage
        If the bytes are no message.
    """
    try:
        (length,) = struct.unpack_from("!I", message)
        tree = json.loads(message[4 : 4 + length].decode("utf-8", "surrogatepass"))
        rest = _Rest(memoryview(message)[4 + length :])
        value = _value(tree, rest, 0)
    except Exception as error:  # whatever such bytes make JSON and NumPy trip over
        raise Garbage(f"no message: {type(error).__name__}") from None
    if rest.bytes:
        raise Garbage(f"{len(rest.bytes)} bytes too many")
    return value


class _Rest:
    """The bytes behind the text, taken from the front."""

    def __init__(self, rest: memoryview) -> None:
        self.bytes = rest

    def take(self, size: Any) -> memoryview:
        if type(size) is not int or not 0 <= size <= len(self.bytes):
            raise Garbage("a size that does not fit")
        taken, self.bytes = self.bytes[:size], self.bytes[size:]
        return taken


def _value(tree: Any, rest: _Rest, depth: int) -> Any:
    if not isinstance(tree, list):
        return _plain_value(tree)
    kind, *items = tree
    if depth > DEEPEST:
        raise Garbage("too deep")
    if kind in ("list", "tuple"):
        values = [_value(item, rest, depth + 1) for item in items]
        return values if kind == "list" else tuple(values)
    if kind == "dict":
        (pairs,) = items
        return {_text(key): _value(item, rest, depth + 1) for key, item in pairs.items()}
    if kind == "complex":
        real, imag = items
        return complex(float(real), float(imag))
    if kind == "bytes":
        return bytes(rest.take(*items))
    if kind == "array":
        dtype, shape = _numbers(items[0]), items[1]
        if len(shape) > 32 or not all(type(n) is int and n >= 0 for n in shape):
            raise Garbage("no shape")
        return np.frombuffer(rest.take(dtype.itemsize * math.prod(shape)), dtype).reshape(shape)
    if kind == "scalar":
        dtype = _numbers(*items)
        return np.frombuffer(rest.take(dtype.itemsize), dtype)[0]
    if kind == "other":
        (words,) = items
        return Other(harmless(_text(str(words)[:200])))
    raise Garbage("an unknown kind")


def _plain_value(leaf: Any) -> Any:
    """Return what JSON has written as it is."""
    if isinstance(leaf, dict):
        raise Garbage("a dict without its tag")
    if isinstance(leaf, int) and abs(leaf) >= LONGEST_INT:
        raise Garbage("a number that is too long")
    return _text(leaf) if isinstance(leaf, str) else leaf


def _text(text: str) -> str:
    """Return text without halves of surrogate pairs, which are text to Python and to no file."""
    return text.encode("utf-8", "replace").decode()


def _numbers(name: Any) -> np.dtype:
    """Return the dtype of this name if it is one of numbers."""
    if type(name) is not str or name not in _DTYPES:
        raise Garbage("no dtype of numbers")
    return _DTYPES[name]


def harmless(text: str) -> str:
    """Return text without the control characters that would make a terminal do something."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text)
