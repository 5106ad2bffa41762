"""Marks leave as Canvas and Moodle import them, late penalties and points by hand included."""

import csv
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook

from autograder.classroom import CONFIG_TEXT, database
from autograder.exporting import ClassMarks, class_marks, marks_table, write_marks
from autograder.reference import LessonError
from autograder.students import Student, read_students, write_list

LESSON = "01_chain_rule"
FIRST = Student("first", "First", "Alpha", "al@example.org", "4711")
MARKS = ClassMarks(
    {"lesson-1": 34.0, "lesson-2": 44.5},
    [FIRST, Student("fourth")],
    {("first", "lesson-1"): 31.1 + 0.2, ("first", "lesson-2"): 44.5, ("fourth", "lesson-2"): 0.0},
)


def test_plain_table_has_a_sum_and_leaves_empty_what_was_not_handed_in():
    assert marks_table(MARKS) == [
        ["id", "last_name", "first_name", "email", "lesson-1", "lesson-2", "total"],
        ["first", "Alpha", "First", "al@example.org", "31.3", "44.5", "75.8"],
        ["fourth", "", "", "", "", "0", "0"],
    ]


def test_sum_is_empty_where_a_mark_by_hand_is_missing():
    marks = replace(MARKS, undecided=[("fourth", "lesson-1")])
    assert [row[-1] for row in marks_table(marks)] == ["total", "75.8", ""]


def test_table_for_canvas_has_its_columns_and_its_row_of_points():
    assert marks_table(MARKS, "canvas") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "lesson-1", "lesson-2"],
        ["    Points Possible", "", "", "", "", "34", "44.5"],
        ["Alpha, First", "4711", "first", "first", "", "31.3", "44.5"],
        ["fourth", "", "fourth", "fourth", "", "", "0"],
    ]


def test_table_for_moodle_names_students_by_number_and_email():
    assert marks_table(MARKS, "moodle") == [
        ["First name", "Last name", "ID number", "Email address", "lesson-1", "lesson-2"],
        ["First", "Alpha", "first", "al@example.org", "31.3", "44.5"],
        ["", "", "fourth", "", "", "0"],
    ]


def test_file_is_csv_in_utf8(tmp_path):
    path = tmp_path / "marks.csv"
    write_marks(path, ClassMarks({"a, b": 1.0}, [Student("third", "Third", "Gämma")]), "canvas")
    assert path.read_bytes().startswith(b"Student,ID,")
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[2] == ["Gämma, Third", "", "third", "third", "", ""]


def test_plain_file_opens_in_excel_with_all_letters_right(tmp_path):
    write_marks(tmp_path / "marks.csv", ClassMarks({}, [Student("third", "Third", "Gämma")]))
    text = (tmp_path / "marks.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbfid,last_name")
    assert read_students(tmp_path / "marks.csv") == [Student("third", "Third", "Gämma")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A class whose gradebook has points by hand, extra points, late work and open questions."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "nbgrader_config.py").write_text(CONFIG_TEXT.format(course_id="x"))
    write_list(
        folder, [FIRST, Student("absent"), *map(Student, ("late", "by-hand", "open", "asked"))]
    )
    with Gradebook(database(folder)) as gradebook:
        for name in ("lesson", "nobody-handed-in", LESSON):
            gradebook.add_assignment(name)
            gradebook.add_notebook(name, name)
            for cell, points in (("check-a", 3), ("check-b", 7)):
                gradebook.add_grade_cell(cell, name, name, max_score=points, cell_type="code")
        for student, (scores, late) in {
            "first": ((3, 6.5), 0), "late": ((3, 7), 4), "too-late": ((3, 7), 20),
            "by-hand": ((3, 7), 0), "open": ((3, None), 0), "asked": ((3, 7), 0),
        }.items():  # fmt: skip
            gradebook.add_student(student)
            notebook = gradebook.add_submission("lesson", student).notebooks[0]
            notebook.late_submission_penalty = late
            for grade, score in zip(sorted(notebook.grades, key=str), scores, strict=True):
                grade.auto_score = score
                grade.needs_manual_grade = student == "asked"
                if student == "by-hand" and score == 7:
                    grade.manual_score, grade.extra_credit = 1, 0.5
        notebook = gradebook.add_submission(LESSON, "first").notebooks[0]
        for grade in notebook.grades:
            grade.auto_score, grade.needs_manual_grade = 1, False
        gradebook.db.commit()
    return folder


def test_totals_are_the_gradebooks(folder):
    marks = class_marks(folder)
    assert marks.points == {"lesson": 10.0, LESSON: 10.0}
    assert marks.totals.pop(("first", LESSON)) == 2
    assert {student: total for (student, _), total in marks.totals.items()} == {
        "first": 9.5,
        "by-hand": 4.5,
        "late": 6.0,
        "too-late": 0.0,
    }
    assert marks.undecided == [("asked", "lesson"), ("open", "lesson")]
    assert [one.id for one in marks.students] == [
        "absent", "asked", "by-hand", "first", "late", "open", "too-late",
    ]  # fmt: skip
    assert marks.students[3] == FIRST


def test_lessons_that_are_named_are_the_only_ones(folder):
    marks = class_marks(folder, ["1"])
    assert marks.points == {LESSON: 10.0}
    assert marks.totals == {("first", LESSON): 2}
    assert marks.undecided == []
    assert len(marks.students) == 6, "everybody on the list"
    with pytest.raises(LessonError, match="there is no lesson '99'"):
        class_marks(folder, ["99"])
