"""What a student's process could find in its memory and files: no answer, no seed, no neighbour."""

import os
import re
import struct
from pathlib import Path

import numpy as np
import pytest

import course
from autograder.exercise import Exercise, questions
from autograder.exercises import exercises_of
from autograder.lessons import find_lesson
from autograder.reference import lesson_names
from autograder.student.sandbox import SEALED, level
from autograder.there import NoAnswerError, There, parcel
from autograder.zygote import Zygote

SEED = 7_261_946_350_112_233_447
pytestmark = pytest.mark.skipif(
    level() != SEALED, reason="students' code cannot be sealed off here"
)


def telling_texts(exercise, source):
    """Texts that would give an exercise away: hints, mistakes, lines of the solution."""
    texts = [*exercise.hints, *(one.says for one in exercise.mistakes)]
    texts += [one.new for one in exercise.mistakes]
    texts += [family.why for family in exercise.families]
    lines = source.split("END SOLUTION")[0].rpartition("BEGIN SOLUTION")[2].splitlines()
    texts += [line.strip() for line in lines]
    return {text.encode() for text in texts if len(text) > 25}


def all_exercises():
    for name in lesson_names():
        lesson = find_lesson(name)
        for exercise in exercises_of(name).values():
            if exercise.name in lesson.reference.answers:
                yield lesson, exercise


@pytest.mark.parametrize("name", lesson_names())
def test_what_is_sent_with_a_question_does_not_give_it_away(name):
    looked_for = 0
    for lesson, exercise in all_exercises():
        if lesson.name != name:
            continue
        sent = parcel(exercise, questions(exercise, lesson.reference, 1, 2))
        texts = telling_texts(exercise, lesson.reference.answers[exercise.name])
        looked_for += len(texts)
        assert [text for text in texts if text in sent] == [], exercise.name
        for secret in (b"Mistake", b"Reference", b"Family", b"class_seed"):
            assert secret not in sent, exercise.name
    assert looked_for > 100


def test_a_driver_that_drags_answers_along_would_be_seen(exercises, lesson):
    exercise = exercises["power_grad"]
    told = exercise.mistakes[0].says

    def leaky(fn, *case):
        return fn(*case), told

    changed = Exercise(exercise.name, exercise.asks, exercise.families, exercise.hints,
                       exercise.mistakes, driver=leaky)  # fmt: skip
    sent = parcel(changed, questions(changed, lesson.reference, 1, 1))
    assert told.encode() in sent


def memory_of(pid):
    """Return all that a process has in memory."""
    parts = []
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            first, last = (int(place, 16) for place in line.split()[0].split("-"))
            if line.split()[1].startswith("rw") and "[v" not in line:
                try:
                    memory.seek(first)
                    parts.append(memory.read(last - first))
                except (OSError, ValueError, OverflowError):
                    continue
    return b"".join(parts)


@pytest.fixture(scope="module")
def process(lesson, tmp_path_factory):
    """A student's process after it was asked everything in lesson 1, and answered nothing."""
    folder = tmp_path_factory.mktemp("class")
    zygote = Zygote((folder,))
    student = zygote.fork()
    student.ask("run", "marker = ''.join(['what the student', ' has written'])", 0, False)
    keep = "kept = []\ndef any_function(*arguments): kept.append(arguments)"
    student.ask("run", keep, 1, False)
    asked = {}
    for exercise in exercises_of(lesson.name).values():
        if exercise.name in lesson.points:
            student.ask("run", f"{exercise.name} = any_function", 2, False)
            asked[exercise.name] = questions(exercise, lesson.reference, SEED, 2)
            list(There(student, exercise).replies(asked[exercise.name]))
    yield student, asked
    zygote.close()


def test_memory_holds_no_answer_and_no_seed(process):
    student, asked = process
    try:
        memory = memory_of(student.pid)
    except PermissionError:
        pytest.skip("this user may not look into the process")
    assert b"what the student has written" in memory, "the search must find what is there"
    case = next(iter(asked["power_grad"])).case
    assert struct.pack("d", case["a"]) in memory, "the search must find what was sent"
    assert str(SEED).encode() not in memory
    assert struct.pack("Q", SEED) not in memory
    library = b"\n".join(path.read_bytes() for path in Path(course.__file__).parent.rglob("*.py"))
    for lesson, exercise in all_exercises():
        texts = sorted(telling_texts(exercise, lesson.reference.answers[exercise.name]))
        for text in texts if exercise.name in asked else texts[:3]:
            assert text in library or text not in memory, (exercise.name, text)


def test_memory_holds_no_right_value(process):
    student, asked = process
    try:
        memory = memory_of(student.pid)
    except PermissionError:
        pytest.skip("this user may not look into the process")
    right, given = set(), set()
    for question in (question for one in asked.values() for question in one):
        given |= {number for value in question.case.values() for number in numbers(value)}
        right |= {number for value in question.truth.values() for number in numbers(value)}
    # Whole numbers and fractions of few digits are everywhere.
    right = {number for number in right - given if number != round(number, 6)}
    assert len(right) > 100
    held = np.frombuffer(memory[: len(memory) // 8 * 8])  # a float lies at a multiple of 8
    assert set(held[np.isin(held, list(right))]) == set()
    given = {number for number in given if number != round(number, 6)}
    assert set(held[np.isin(held, list(given))]) == given, "the search must find what was sent"


def numbers(value):
    values = value if isinstance(value, list | tuple) else [value]
    for one in values:
        if not callable(one):
            yield from map(float, np.ravel(one))


def test_modules_and_arguments_tell_nothing(process):
    student, _ = process
    shown = student.ask("run", """
import sys, os
print(sorted(name for name in sys.modules if name.startswith("autograder")))
print(sys.argv, sorted(os.environ))
frame, names = sys._getframe(), set()
while frame:
    names |= set(map(str, frame.f_locals.values()))
    frame = frame.f_back
print(names)
""", 3, False)  # fmt: skip
    assert shown["error"] is None
    modules, arguments, names = "".join(text for _, text in shown["shown"]).splitlines()[:3]
    assert set(eval(modules)) == {
        "autograder", "autograder.student", "autograder.student.calling",
        "autograder.student.cells", "autograder.student.sandbox", "autograder.student.scratch",
        "autograder.student.watching", "autograder.student.wire", "autograder.student.zygote",
    }  # fmt: skip
    assert arguments == "['-c'] ['HOME', 'MPLBACKEND', 'MPLCONFIGDIR', 'TMPDIR']"
    assert not re.search("forbidden|solutions|submitted|/class", names)


def test_nothing_of_one_student_is_there_for_the_next(tmp_path):
    zygote = Zygote()
    try:
        leave = "import os, builtins; os.makedirs('a/b'); open('a/b/c', 'w').write('answer')\n"
        source = leave + "builtins.answer = os.environ['ANSWER'] = '1'"
        zygote.fork().ask("run", source, 0, False)
        look = "import os, builtins; print(os.listdir(), hasattr(builtins, 'answer'), "
        look += "os.environ.get('ANSWER'))"
        shown = zygote.fork().ask("run", look, 0, False)
        assert shown["shown"] == [["text", "[] False None\n"]]
    finally:
        zygote.close()


def test_an_answer_that_is_missing_is_told_so(process):
    student, _ = process
    exercise = exercises_of("02_computational_graphs")["backpropagate"]
    with pytest.raises(NoAnswerError, match="not defined"):
        There(student, exercise).replies(questions(exercise, find_lesson("2").reference, 1, 1))
    assert os.path.isdir(f"/proc/{student.pid}")
