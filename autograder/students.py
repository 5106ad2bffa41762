"""The class list: who is in the class, as a spreadsheet or a learning platform writes it.

| name            | does                                                                     |
|-----------------|--------------------------------------------------------------------------|
| `Student`       | one line of the list                                                     |
| `read_students` | reads a list: commas, semicolons or tabs, in any usual encoding          |
| `write_list`    | keeps it in the class's folder as `students.csv`                         |
| `class_list`    | the list of a class, empty if it has none                                |
| `strangers`     | who is not on it                                                         |
| `everybody`     | who is on it; if there is none, who is in the gradebook                  |
| `enter`         | puts the list into the gradebook                                         |

The gradebook a class exports from Canvas, and Moodle's list of participants, are class lists too.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from autograder.classroom import ClassError, database

LIST_FILE = "students.csv"
# What the columns are called, in small letters; the first one that is there counts.
HEADS = {
    "id": (
        "id",
        "student_id",
        "student id",
        "username",
        "sis login id",
        "sis user id",
        "id number",
    ),
    "first_name": ("first_name", "first name", "firstname"),
    "last_name": ("last_name", "last name", "lastname", "surname"),
    "email": ("email", "email address", "e-mail"),
    "lms_user_id": ("lms_user_id", "lms user id"),
}
# A gradebook from Canvas: `ID` is Canvas's own number there, and a row without any id says how an
# assignment is posted or what it is worth (Canvas, `lib/gradebook_exporter.rb`).
CANVAS_HEADS = {
    "id": ("sis login id", "sis user id", "id"),
    "name": ("student",),
    "lms_user_id": ("id",),
}
TEST_STUDENT = "student, test"  # Canvas's own, for trying a course out
ROUNDED = re.compile(r"\d+([.,]\d+)?e\+\d+", re.IGNORECASE)
NOT_IN_AN_ID = re.compile(r"[/\\*?\[\]\x00-\x1f]|^\.")


@dataclass(frozen=True)
class Student:
    """One line of the class list.

    Parameters
    ----------
    id : str
        The name of the student's folder.
    first_name, last_name, email : str
        As the list has them; may be empty.
    lms_user_id : str
        The number under which the learning platform knows the student; Canvas puts it into the
        names of downloaded files.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    @property
    def name(self) -> str:
        """First and last name; the id if there is none."""
        return f"{self.first_name} {self.last_name}".strip() or self.id

    @property
    def sortable_name(self) -> str:
        """Last name, first name; the id if there is none."""
        return ", ".join(filter(None, (self.last_name, self.first_name))) or self.id


def read_students(path: Path) -> list[Student]:
    """Read a class list.

    Raises
    ------
    ClassError
        If the file cannot be read, has no column for the id, or an id cannot be used.
    """
    try:
        rows = _rows(path.read_bytes())
    except (OSError, csv.Error) as error:
        raise ClassError(f"cannot read the class list {path}: {error}") from None
    number, head = rows[0] if rows else (1, [])
    names = [name.casefold() for name in head]
    canvas = "section" in names and ("student" in names or "sis login id" in names)
    columns = _columns(names, HEADS | CANVAS_HEADS if canvas else HEADS)
    if "id" not in columns:
        raise ClassError(
            f"the class list {path} needs a header line with a column `id`; it has "
            f"{', '.join(head) or 'no rows'}; name the column that becomes each student's folder "
            "`id`"
        )
    students: dict[str, Student] = {}
    for number, row in rows[1:]:
        cells = {field: row[place] for field, place in columns.items() if place < len(row)}
        if "name" in cells:
            cells["last_name"], _, cells["first_name"] = cells.pop("name").partition(", ")
        student = Student(**{"id": ""} | cells)
        test = student.sortable_name.casefold() == TEST_STUDENT
        if canvas and (test or not (student.id or student.lms_user_id)):
            continue
        _require_usable(student.id, f"{path}, line {number}", students)
        students[student.id] = student
    return list(students.values())


def _rows(raw: bytes) -> list[tuple[int, list[str]]]:
    """Return (line, cells) of every row that is not empty, whatever the separator."""
    lines = _text(raw).splitlines()
    skipped = 0
    if lines and lines[0].casefold().startswith("sep="):  # Excel's note to itself
        skipped, lines = 1, lines[1:]
    head = next((line for line in lines if line.strip()), "")
    separator = max(",;\t", key=lambda mark: len(next(csv.reader([head], delimiter=mark), ())))
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=separator)
    rows = [(reader.line_num + skipped, [_bare(cell) for cell in row]) for row in reader]
    return [(number, row) for number, row in rows if any(row)]


def _text(raw: bytes) -> str:
    """Return a file's text: UTF-8 or UTF-16 if it is that, else as Windows writes it."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _bare(cell: str) -> str:
    """Return a cell without blanks around it, and out of Excel's `="007"`."""
    cell = cell.strip()
    wrapped = re.fullmatch(r'="(.*)"', cell)
    return wrapped[1].strip() if wrapped else cell


def _columns(head: list[str], heads: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """Return where each field stands."""
    found = {field: [head.index(name) for name in names if name in head]
             for field, names in heads.items()}  # fmt: skip
    return {field: places[0] for field, places in found.items() if places}


def _require_usable(student: str, where: str, known: Iterable[str]) -> None:
    for fault, found in (
        ("is empty", not student),
        ("is a number that a spreadsheet has rounded", ROUNDED.fullmatch(student)),
        ("cannot be the name of a folder", NOT_IN_AN_ID.search(student)),
        ("is there twice", student in known),
    ):
        if found:
            raise ClassError(f"{where}: the id {student!r} {fault}")


def write_list(folder: Path, students: Iterable[Student]) -> None:
    """Write the list of a class, in a form that spreadsheets open with all letters right."""
    columns = [field.name for field in fields(Student)]
    with (folder / LIST_FILE).open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(asdict(student) for student in students)


def class_list(folder: Path) -> dict[str, Student]:
    """Return the list of a class by id, empty if it has no `students.csv`.

    Raises
    ------
    ClassError
        As in `read_students`.
    """
    path = folder / LIST_FILE
    return {student.id: student for student in read_students(path)} if path.is_file() else {}


def strangers(folder: Path, students: Iterable[str]) -> list[str]:
    """Return the ids that are not on the class's list, none if it has no list."""
    known = class_list(folder)
    return sorted(set(students) - known.keys()) if known else []


def everybody(folder: Path) -> dict[str, Student]:
    """Return who is on the class's list, by id; if it has none, who is in its gradebook."""
    return class_list(folder) or _in_gradebook(folder)


def _in_gradebook(folder: Path) -> dict[str, Student]:
    from nbgrader.api import Gradebook

    columns = [field.name for field in fields(Student)]
    with Gradebook(database(folder)) as gradebook:
        return {
            one.id: Student(*(getattr(one, column) or "" for column in columns))
            for one in gradebook.students
        }


def enter(folder: Path) -> None:
    """Put the class's list into the gradebook, where it is not there yet."""
    from nbgrader.api import Gradebook

    known = _in_gradebook(folder)
    missing = [one for one in class_list(folder).values() if known.get(one.id) != one]
    with Gradebook(database(folder)) as gradebook:
        for student in missing:
            columns = {name: value for name, value in asdict(student).items() if value}
            gradebook.update_or_create_student(columns.pop("id"), **columns)
