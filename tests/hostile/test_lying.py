"""A student's process that says anything at all to the judge: it loses, and nobody else does."""

import json
import pickle
import socket
import struct
import threading
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.checking import judge
from autograder.exercises import exercises_of
from autograder.lessons import find_lesson
from autograder.process import BREACH, LostError, StudentProcess
from autograder.reference import lesson_names
from autograder.result import CRASHED, NOT_ATTEMPTED, WRONG
from autograder.student import wire
from autograder.student.sandbox import Limits
from autograder.there import NoAnswerError, There, _read_reply

SHORT = Limits(cell_seconds=0.3, submission_seconds=2, patience=2)
NOBODY_HAS = 2**22  # the number of a process that there is not: its time stands still
HEAD = struct.Struct("!II")


def framed(text, rest=b""):
    """Bytes as they go over the wire, with sizes that fit."""
    text = text.encode() if isinstance(text, str) else text
    return HEAD.pack(4 + len(text) + len(rest), len(text)) + text + rest


class Liar:
    """Stands in for a student's process: answers each request with what it is told to."""

    def __init__(self, folder, says, limits=SHORT):
        mine, its = socket.socketpair()
        self.channel, self.says = its, says
        self.student = StudentProcess(mine, NOBODY_HAS, folder, limits)
        self.thread = threading.Thread(target=self.answer, daemon=True)
        self.thread.start()

    def answer(self):
        try:
            stream = self.channel.makefile("rb")
            while head := stream.read(4):
                request = pickle.loads(stream.read(*struct.unpack("!I", head)))
                for piece in self.says(request):
                    self.channel.sendall(piece)
        except (OSError, ValueError):
            pass

    def close(self):
        self.student.channel.close()
        self.channel.close()
        self.thread.join(5)


@pytest.fixture
def lying(tmp_path):
    liars = []

    def lie(says, limits=SHORT):
        liars.append(Liar(tmp_path, says, limits))
        return liars[-1].student

    yield lie
    for liar in liars:
        liar.close()


def reply(nonce, value):
    return wire.encode({"nonce": nonce, "reply": value})


@pytest.mark.parametrize(
    "says",
    [
        lambda request: [b"\x00" * 64],
        lambda request: [b"\xff\xff\xff\xff"],
        lambda request: [struct.pack("!I", 3), b"abc"],
        lambda request: [struct.pack("!I", wire.MOST_BYTES + 1)],
        lambda request: [framed("not json")],
        lambda request: [framed('["dict", {"nonce": "x"}]')],
        lambda request: [reply("0" * 16, None)],
        lambda request: [wire.encode(None)],
        lambda request: [wire.encode([1, 2, 3])],
        lambda request: [wire.encode({"nonce": request[0], "reply": 1, "more": 2})],
        lambda request: [framed("[" * 100_000)],
        lambda request: [framed('["list",' * 900 + "0" + "]" * 900)],
        lambda request: [framed(f'["dict",{{"nonce":"{request[0]}","reply":{"9" * 4000}}}]')],
        lambda request: [framed('["array", "O", [1]]', b"\0" * 8)],
        lambda request: [framed('["array", "(1 2)f8", [1]]', b"\0" * 8)],
        lambda request: [framed('["array", "<f8", [1000000000000]]', b"\0" * 8)],
        lambda request: [framed('["array", "<f8", [-1]]')],
        lambda request: [framed('["bytes", 1e9]')],
        lambda request: [framed('["other", {"a": 1}]', b"left over")],
        lambda request: [HEAD.pack(8, 2**32 - 1) + b"1234"],
    ],
)
def test_garbage_ends_the_process_and_not_the_judge(lying, says):
    with pytest.raises(LostError) as lost:
        lying(says).ask("run", "1", 0, False)
    assert lost.value.reason == BREACH


def test_an_honest_answer_is_taken(lying):
    student = lying(lambda request: [reply(request[0], {"a": np.arange(3.0)})])
    assert student.ask("run", "1", 0, False)["a"].tolist() == [0, 1, 2]


def test_second_answer_to_one_question_is_a_breach(lying):
    student = lying(lambda request: [reply(request[0], 1)] * 2)
    assert student.ask("run", "1", 0, False) == 1
    with pytest.raises(LostError, match=BREACH):
        student.ask("run", "1", 0, False)


def dribble(request):
    yield struct.pack("!I", 1000)
    while True:
        yield b"x"
        time.sleep(0.01)


def silence(request):
    time.sleep(3)
    yield b""


@pytest.mark.parametrize("says", [dribble, silence])
def test_waiting_has_an_end(lying, says):
    began = time.monotonic()
    with pytest.raises(LostError, match=r"gave no answer in 0\.6 seconds"):
        lying(says).ask("run", "1", 0, False)
    assert time.monotonic() - began < 5


def test_many_short_waits_have_an_end(lying):
    def slow(request):
        time.sleep(0.25)
        yield reply(request[0], 1)

    student = lying(slow, Limits(cell_seconds=0.3, submission_seconds=1, patience=1))

    def ask_again_and_again():
        for _ in range(20):
            student.ask("run", "1", 0, False)

    with pytest.raises(LostError, match="gave no answer"):
        ask_again_and_again()


def test_a_full_folder_is_seen_after_a_quick_answer(lying, tmp_path):
    limits = Limits(disk=1000, files=10)
    student = lying(lambda request: [reply(request[0], 1)], limits)
    assert student.ask("run", "1", 0, False) == 1
    (tmp_path / "file").write_bytes(bytes(2000))
    with pytest.raises(LostError, match="wrote more than"):
        student.ask("run", "1", 0, False)


def honest_reply(value, **other):
    return {"value": value, "stopped": "", "said": "", "error": "", "changed": (), "printed": "",
            "warned": ()} | other  # fmt: skip


@pytest.fixture(scope="module")
def asked():
    lesson = find_lesson("01_chain_rule")
    return exercises_of(lesson.name)["power_grad"], lesson.reference


@pytest.mark.parametrize(
    "replies",
    [
        None,
        "text",
        [],
        {"value": 1},
        [honest_reply(1)] * 3,
        [honest_reply(1)] * 9,
        [1, 2, 3, 4],
        [honest_reply(1, stopped="passed")] * 4,
        [honest_reply(1, said=1)] * 4,
        [honest_reply(1, changed=("secret",))] * 4,
        [honest_reply(1, changed=["a"])] * 4,
        [honest_reply(1, warned=(1,))] * 4,
        [honest_reply(1) | {"right": True}] * 4,
        [honest_reply(1), honest_reply(1, stopped="unwritten"), honest_reply(1)],
    ],
)
def test_reply_of_another_shape_is_a_breach(lying, asked, replies):
    exercise, reference = asked
    student = lying(lambda request: [reply(request[0], replies)])
    with pytest.raises(LostError, match=BREACH):
        judge(There(student, exercise), exercise, reference, seed=1, repeats=2)


SEEN = {"most_calls": 1, "nudged": 0, "complex": False, "called": (), "reaches": ""}


def judged(lying, asked, seen):
    """Return the verdict on a right answer, of which `seen` is said to have been seen."""
    exercise, reference = asked
    solution = reference.solution(exercise.name)

    def says(request):
        _, cases = pickle.loads(request[3])
        if request[1] == "watch":
            return [reply(request[0], [seen] * len(cases))]
        return [reply(request[0], [honest_reply(solution(**case)) for case in cases])]

    return judge(There(lying(says), exercise), exercise, reference, seed=1, repeats=2)


def test_honest_count_is_believed(lying, asked):
    assert judged(lying, asked, SEEN).passed


@pytest.mark.parametrize(
    "seen",
    [
        None,
        [],
        np.zeros(3),
        SEEN | {"most_calls": float("inf")},
        SEEN | {"most_calls": "9" * 5000},
        SEEN | {"most_calls": True},
        SEEN | {"nudged": -1.0},
        SEEN | {"complex": 0},
        SEEN | {"called": ["f"]},
        SEEN | {"called": (("file", "name"),)},
        SEEN | {"reaches": None},
        SEEN | {"more": 1},
        {name: value for name, value in SEEN.items() if name != "nudged"},
    ],
)
def test_count_of_another_shape_is_a_breach(lying, asked, seen):
    with pytest.raises(LostError, match=BREACH):
        judged(lying, asked, seen)


@pytest.mark.parametrize("key", ["missing", "large"])
def test_what_is_said_about_an_answer_is_short_and_harmless(lying, asked, key):
    exercise, reference = asked
    student = lying(lambda request: [reply(request[0], {key: "\x1b[2J" + "x" * 10**6})])
    with pytest.raises(NoAnswerError) as error:
        judge(There(student, exercise), exercise, reference, seed=1, repeats=2)
    assert len(str(error.value)) < 5000
    assert "\x1b" not in str(error.value)


def cases_in(request):
    """How many cases a call is asked for."""
    return len(pickle.loads(request[3])[1])


def test_sentences_of_megabytes_are_cut(lying, asked):
    exercise, reference = asked
    long = "\x1b]0;x\x07" + "x" * 3 * 10**5
    stopped = honest_reply(None, stopped="crashed", said=long, error=long, printed=long,
                           warned=(long,) * 3)  # fmt: skip
    student = lying(lambda request: [reply(request[0], [stopped] * cases_in(request))])
    result = judge(There(student, exercise), exercise, reference, seed=1, repeats=2)
    assert result.status == CRASHED
    assert len(json.dumps(result.to_dict())) < 100_000
    assert "\x1b" not in str(result)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**1000), 2**1000)
    | st.floats()
    | st.text(max_size=20)
    | st.complex_numbers()
    | st.binary(max_size=8)
    | st.builds(
        lambda kind, shape, byte: np.frombuffer(
            bytes([byte]) * (np.dtype(kind).itemsize * int(np.prod(shape))), kind
        ).reshape(shape),
        st.sampled_from(["?", "i1", "u8", "f2", "f4", "f8", ">f8", "g", "F", "D", "G"]),
        st.lists(st.integers(0, 3), max_size=3),
        st.integers(0, 255),
    ),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.lists(inner, max_size=6).map(tuple)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # the liar's numbers
@pytest.mark.parametrize("name", lesson_names())
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(values=st.lists(plain, min_size=1, max_size=4))
def test_no_value_is_too_strange_to_be_wrong(name, values):
    """Whatever comes back for any exercise, the verdict is that it is not right."""
    lesson = find_lesson(name)
    for exercise in exercises_of(name).values():
        if exercise.name not in lesson.points:
            continue

        class Strange:
            def replies(self, asked):
                for number, question in enumerate(asked):
                    value = wire.decode(wire.encode(values[number % len(values)])[4:])
                    yield _read_reply(honest_reply(value), question)

            def watch(self, question):
                raise AssertionError("a strange value has passed")

        result = judge(Strange(), exercise, lesson.reference, seed=3, repeats=1)
        assert result.status in (WRONG, CRASHED, NOT_ATTEMPTED)
        assert result.earned == 0
        json.dumps(result.to_dict())
        assert result.to_html()
