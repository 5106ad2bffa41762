"""The class report counts right, hides nothing, and shows what students wrote as text."""

import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder.build import answered_notebook
from autograder.class_page import MOST_MISTAKES, render, write_report
from autograder.class_report import _published, lesson_numbers
from autograder.classroom import CONFIG_FILE, CONFIG_TEXT, SEED_FILE
from autograder.execute import class_limits, current_assignment
from autograder.printing import print_class
from autograder.report_numbers import ClassNumbers, Copies, MistakeNumbers
from autograder.restoring import restore, steps_of
from autograder.result import CRASHED, NOT_ATTEMPTED, PASSED, WRONG, Output, Result
from autograder.submissions import Submission

FIRST, SECOND = "one_grad", "two_grad"
POINTS = {FIRST: 2.0, SECOND: 3.0}


class TwoExercises:
    """What a report asks of a lesson."""

    name, title, points = "00_two_exercises", "Two exercises", POINTS


LESSON = TwoExercises()
RIGHT, WRONG_OUTPUT = Output("x", True), Output("y", False, "off")


def right(name):
    return Result(name, PASSED, "right.", (RIGHT,), points=POINTS[name])


def wrong(name, mistake="", told=""):
    outputs = (RIGHT, WRONG_OUTPUT)
    return Result(
        name, WRONG, "y wrong.", outputs, points=POINTS[name], mistake=mistake, question=told
    )


def unwritten(name):
    return Result(name, NOT_ATTEMPTED, "not written yet", points=POINTS[name])


def crashed(name):
    return Result(name, CRASHED, "stopped.", points=POINTS[name])


def handed_in(student, first, second, **fields):
    """One student's submission, and its verdicts."""
    results = {FIRST: first, SECOND: second}
    scores = {name: result.earned for name, result in results.items()}
    fields = {"content": student, "sandbox": "sealed"} | fields
    return Submission(Path(), student, LESSON, scores, **fields), results


def numbers_of(*pairs, **options):
    results = {submission.student: results for submission, results in pairs}
    submissions = [submission for submission, _ in pairs]
    return lesson_numbers(submissions, lambda one: results[one.student], **options)


def named(student, **fields):
    return handed_in(student, wrong(FIRST, "sign", "Which sign?"), right(SECOND), **fields)


@pytest.fixture
def numbers():
    """Seven students: two with the same mistake, one of every other kind."""
    lost = {"content": "", "sandbox": "", "problem": "no notebook; there is x.ipynb"}
    gone, _ = handed_in("gone", unwritten(FIRST), unwritten(SECOND), **lost)
    return numbers_of(
        handed_in(
            "all", right(FIRST), right(SECOND), content="published", look=("a: odd", "b: odder")
        ),
        handed_in("all-too", right(FIRST), right(SECOND), content="published"),
        named("sign-1", content="same"),
        named("sign-2", content="same"),
        handed_in("other", wrong(FIRST), crashed(SECOND), look=("a: odd",)),
        handed_in("blank-1", unwritten(FIRST), unwritten(SECOND), content="released"),
        handed_in("blank-2", unwritten(FIRST), unwritten(SECOND), content="released"),
        (gone, {}),
        listed=["all", "absent"],
        published="published",
    )


def test_marks_are_the_gradebooks(numbers):
    assert numbers.totals == (0, 0, 0, 1, 4, 4, 5, 5)
    assert (numbers.points, numbers.mean, numbers.median, numbers.full) == (5, 19 / 8, 2.5, 2)
    assert numbers.distribution == (3, 0, 1, 0, 0, 0, 0, 0, 2, 2)
    by_hand, results = named("sign-1")
    by_hand = replace(by_hand, scores={FIRST: 2.0, SECOND: 3.0})
    numbers = numbers_of((by_hand, results))
    assert numbers.totals == (5,), "points by hand count"
    assert numbers.exercises[0].right == 0, "and do not make the answer right"


def test_exercises_count_who_tried_what_and_how_it_went(numbers):
    first, second = numbers.exercises
    assert (first.tried, first.right, first.crashed, first.unnamed) == (5, 2, 0, 1)
    assert (second.tried, second.right, second.crashed, second.unnamed) == (5, 4, 1, 0)
    assert second.mean == 12 / 8


def test_mistake_of_several_students_is_for_the_lecture(numbers):
    assert numbers.mistakes == (MistakeNumbers(FIRST, "sign", "Which sign?", 2, 5),)
    assert numbers.lecture == numbers.mistakes
    alone = numbers_of(named("sign-1"), handed_in("all", right(FIRST), right(SECOND)))
    assert alone.mistakes
    assert alone.lecture == ()


def test_reasons_for_a_look_are_grouped_and_problems_kept_whole(numbers):
    assert numbers.look == {"a: odd": ("all", "other"), "b: odder": ("all",)}
    assert numbers.look_at == 2
    assert numbers.problems == {"no notebook; there is x.ipynb": ("gone",)}
    open_one, results = named("sign-1")
    undecided = replace(open_one, scores=open_one.scores | {SECOND: None})
    assert numbers_of((undecided, results)).look == {
        f"{SECOND} is to be marked by hand": ("sign-1",)
    }


def test_reason_that_a_student_wrote_into_stays_whole(capsys, monkeypatch):
    look = ("STUDENT is 'a; b', which does not fit the folder's name", "c: odd")
    one, results = named("sign-1", look=look)
    assert numbers_of((one, results)).look == dict.fromkeys(sorted(look), ("sign-1",))
    monkeypatch.setattr(Submission, "results", {})
    assert one.to_dict()["look"] == list(look)
    print_class([one])
    assert f"sign-1: needs a human look: {look[0]}; {look[1]}.\n" in capsys.readouterr().out


def test_solutions_of_the_lesson_are_known_where_demo_cells_are_run_too(tmp_path, lesson):
    (tmp_path / CONFIG_FILE).write_text(CONFIG_TEXT.format(course_id="x"))
    (tmp_path / SEED_FILE).write_text("1")
    with (tmp_path / CONFIG_FILE).open("a") as file:
        file.write("c.Execute.run_demos = True\n")
    assignment = current_assignment(tmp_path, lesson.name)
    perfect = restore(answered_notebook(lesson, lesson.reference.answers), assignment.source)
    run = tuple(steps_of(perfect, demos=True))
    content = assignment.content(run, class_limits(tmp_path))
    assert _published(tmp_path, lesson.name) == content


def test_equal_submissions_are_found_but_for_untouched_ones(numbers):
    assert numbers.copies == (Copies(("all", "all-too"), True), Copies(("sign-1", "sign-2"), False))
    assert numbers.untouched == ("blank-1", "blank-2")
    assert numbers.missing == ("absent",)
    assert numbers.sandboxes == {"sealed": 7}


class Page(HTMLParser):
    """Checks that every element is closed, and collects what a browser would load or run."""

    OPEN_ENDED = ("meta", "rect", "line", "br")

    def __init__(self, text):
        super().__init__()
        self.open, self.loads, self.text = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        if tag not in self.OPEN_ENDED:
            self.open.append(tag)
        own = dict(attributes)
        self.loads += [own[name] for name in ("src", "srcset", "data") if name in own]
        self.loads += [at for at in [own.get("href", "#")] if not at.startswith("#")]
        self.loads += [tag] * (tag in ("script", "link", "iframe", "img"))

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def page_of(*lessons, **fields):
    fields = {
        "name": "my class", "made": datetime(2026, 3, 1, 12, 0), "lessons": lessons, "listed": 2,
        "strangers": (), "waiting": (), "software": {"numpy": "2"},
    } | fields  # fmt: skip
    return render(ClassNumbers(**fields))


def test_page_loads_nothing_and_is_whole(numbers):
    text = page_of(numbers)
    page = Page(text)
    assert page.loads == []
    assert "url(" not in text.replace("url(#stripes)", "")
    shown = re.sub(r"\s+", " ", "".join(page.text))
    for sentence in (
        "8 handed in, 2 of them as it was handed out.",
        f"sign in {FIRST}: 2 of 5 who tried it.",
        "“Which sign?”",
        "a: odd (2 students)",
        "no notebook; there is x.ipynb (1 student)",
        "2 students: the solutions that come with the lesson",
        "7 sealed off from the system",
    ):
        assert sentence in shown, sentence


def test_what_a_student_wrote_is_shown_as_text():
    evil = '<script>alert("x")</script>'
    numbers = numbers_of(
        named(f"a{evil}", look=(f"STUDENT is {evil}",), problem=""),
        handed_in("b", wrong(FIRST, evil, f"`{evil}`"), right(SECOND), problem=f"{evil} is odd"),
        listed=[evil],
    )
    page = Page(page_of(numbers, name=evil, strangers=(evil,)))
    assert page.loads == []
    assert "".join(page.text).count("alert(") >= 6


def test_code_not_sealed_off_and_work_to_be_graded_stand_out(numbers):
    page = page_of(
        replace(numbers, sandboxes={"limited": 3}), waiting=("first/x",), strangers=("eve",)
    )
    assert "<strong>not sealed off (limited)</strong>" in page
    assert "<strong>1 to be graded.</strong>" in page
    assert "<strong>Not on the class list:</strong> eve." in page


def test_what_could_not_be_marked_says_whose_fault_costs_points(numbers):
    page = page_of(numbers)
    assert "<h3>Could not be marked</h3>" in page
    assert (
        "A notebook that is at fault has 0 points. Where the grader was, the marks are open" in page
    )


def test_page_is_written_whatever_a_folder_is_called(monkeypatch, tmp_path, numbers):
    odd = replace(numbers, missing=("\udcff",))  # as Python reads the folder b"\xff"
    made = ClassNumbers("x", datetime(2026, 3, 1), (odd,), 1, (), (), {})
    monkeypatch.setattr("autograder.class_page.class_numbers", lambda *_: made)
    write_report(tmp_path, tmp_path / "report.html")
    assert r"<span>\udcff</span>" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_long_table_of_mistakes_is_cut_and_says_so(numbers):
    mistakes = [
        MistakeNumbers(FIRST, f"m{n}", "told", 50 - n, 60) for n in range(MOST_MISTAKES + 3)
    ]
    page = page_of(replace(numbers, mistakes=tuple(mistakes)))
    assert f"m{MOST_MISTAKES - 1}<br>" in page
    assert f"m{MOST_MISTAKES}<br>" not in page
    assert "And 3 more, each made by 25 at most." in page
