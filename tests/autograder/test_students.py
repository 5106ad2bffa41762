"""The class list is read as spreadsheets and learning platforms write it."""

import pytest

from autograder.classroom import ClassError
from autograder.students import Student, class_list, read_students, write_list

FIRST = Student("007", "First", "Gämma", "first@example.org", "4711")


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "list.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_students(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_list_is_read_in_any_encoding_with_any_separator(tmp_path, encoding, separator):
    lines = [
        ["ID", "Last Name", "First name", "E-mail", "lms_user_id", "section"],
        ["007", "Gämma", "First", "first@example.org", "4711", "3"],
    ]
    text = "".join(separator.join(line) + "\r\n" for line in lines)
    assert read(tmp_path, text, encoding) == [FIRST]


def test_habits_of_excel_do_no_harm(tmp_path):
    text = (
        'sep=;\n id ; First Name;last name;email;lms_user_id\n'
        '="007";First ;"Gämma";first@example.org;4711\n;;;;\n\n'
    )  # fmt: skip
    assert read(tmp_path, text, "cp1252") == [FIRST]


def test_gradebook_from_canvas_is_a_class_list(tmp_path):
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Essay (12)\n"
        "    Points Possible,,,,,10\n"
        '"Gämma, First",4711,S7,007,A,9\n'
        '"Student, Test",4712,,,A,\n'
    )
    assert read(tmp_path, text) == [Student("007", "First", "Gämma", "", "4711")]
    posted_by_hand = text.replace("    Points", ",,,,,Manual Posting\n    Points")
    assert read(tmp_path, posted_by_hand) == [Student("007", "First", "Gämma", "", "4711")]


def test_gradebook_from_canvas_with_first_and_last_names_apart_is_a_class_list(tmp_path):
    text = (
        "LastName,FirstName,ID,SIS User ID,SIS Login ID,Section,Essay (12)\n"
        ",,,,,,Manual Posting\n"
        "    Points Possible,,,,,,10\n"
        "Gämma,First,4711,S7,007,A,9\n"
        "Student,Test,4712,,ab12,A,\n"
    )
    assert read(tmp_path, text) == [Student("007", "First", "Gämma", "", "4711")]


def test_list_of_ones_own_with_sections_is_not_taken_for_one_from_canvas(tmp_path):
    text = "id,lastname,firstname,section\n007,Gämma,First,A\n"
    assert read(tmp_path, text) == [Student("007", "First", "Gämma")]


def test_participants_from_moodle_are_a_class_list(tmp_path):
    text = (
        "\ufeffFirst name,Last name,ID number,Email address,Groups\n"
        "First,Gämma,007,first@example.org,\n"
    )
    assert read(tmp_path, text) == [Student("007", "First", "Gämma", "first@example.org")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "needs a header line with a column `id`; it has no rows"),
        ("name\nA\n", "needs a header line with a column `id`; it has name; name the column that "
         "becomes each student's folder `id`"),
        ("id\na\n\na\n", "line 4: the id 'a' is there twice"),
        ("id\n../a\n", "line 2: the id '../a' cannot be the name of a folder"),
        ("id\na*\n", "line 2: the id 'a*' cannot be the name of a folder"),
        ("id\n.\n", "line 2: the id '.' cannot be the name of a folder"),
        ("id,email\n,a@b\n", "line 2: the id '' is empty"),
        ("sep=;\nid;n\n1,23457E+11;a\n",
         "line 3: the id '1,23457E+11' is a number that a spreadsheet has rounded"),
    ],
)  # fmt: skip
def test_list_that_cannot_be_used_is_told(tmp_path, text, sentence):
    with pytest.raises(ClassError) as error:
        read(tmp_path, text)
    assert sentence in str(error.value)


def test_missing_list_is_told(tmp_path):
    with pytest.raises(ClassError, match=r"cannot read the class list .*none\.csv"):
        read_students(tmp_path / "none.csv")


def test_list_of_a_class_is_read_back_as_it_was_written(tmp_path):
    assert class_list(tmp_path) == {}
    write_list(tmp_path, [FIRST, Student("fourth")])
    assert class_list(tmp_path) == {"007": FIRST, "fourth": Student("fourth")}
