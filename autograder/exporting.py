"""Marks as a table that a learning platform imports.

| name           | does                                                                      |
|----------------|---------------------------------------------------------------------------|
| `class_marks`  | everybody's total in every lesson, from the gradebook                     |
| `marks_table`  | these as rows of text: plain, for Canvas or for Moodle                    |
| `write_marks`  | writes such a table as CSV                                                |

Totals are the gradebook's: points given by hand are in them, late penalties taken off. What was not
handed in, or still needs a mark by hand, is left empty, which either platform reads as no mark.

Canvas wants Student, ID, SIS User ID, SIS Login ID and Section, then a column an assignment, and
reads a row `Points Possible` (Canvas, `lib/gradebook_importer.rb`; "How do I import grades in the
Gradebook?" in its instructor's guide). Moodle asks which column names the student, by e-mail or ID
number, and which holds which mark ("Grade import" on docs.moodle.org).
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.reference import full_name

if TYPE_CHECKING:
    from autograder.students import Student

CANVAS, MOODLE = "canvas", "moodle"
PLATFORMS = (CANVAS, MOODLE)


@dataclass(frozen=True)
class ClassMarks:
    """What everybody has earned.

    Parameters
    ----------
    points : dict of str to float
        What each lesson that anybody handed in is worth.
    students : list of Student
        Who is in the class, by id; who handed in and is not on the list, too.
    totals : dict of (str, str) to float
        By student and lesson; nothing where there is no mark yet.
    undecided : list of (str, str)
        Student and lesson where a human must decide first.
    """

    points: dict[str, float]
    students: "list[Student]"
    totals: dict[tuple[str, str], float] = field(default_factory=dict)
    undecided: list[tuple[str, str]] = field(default_factory=list)


def class_marks(folder: Path, lessons: Iterable[str] = ()) -> ClassMarks:
    """Read everybody's marks from the gradebook.

    Parameters
    ----------
    folder : Path
        The class.
    lessons : iterable of str
        Names or numbers. Left out, all that anybody handed in, other assignments too.

    Raises
    ------
    ClassError
        If the folder is not a class, or its list of students cannot be used.
    LessonError
        If there is no such lesson.
    """
    from nbgrader.api import Gradebook

    from autograder.assignment import assignment_names
    from autograder.classroom import database
    from autograder.students import Student, everybody

    names = assignment_names(folder)
    wanted = [full_name(name, names) for name in lessons]
    points, totals, undecided = {}, {}, []
    with Gradebook(database(folder)) as gradebook:
        for assignment in gradebook.assignments:
            own, open_ones = _totals(gradebook, assignment.id)
            if not own or (wanted and assignment.name not in wanted):
                continue
            points[assignment.name] = float(assignment.max_score)
            undecided += [(student, assignment.name) for student in sorted(own.keys() & open_ones)]
            totals |= {
                (student, assignment.name): own[student] for student in own.keys() - open_ones
            }
    students = everybody(folder)
    for student, _ in [*totals, *undecided]:
        students.setdefault(student, Student(student))
    return ClassMarks(points, [students[name] for name in sorted(students)], totals, undecided)


def _totals(gradebook: Any, assignment: str) -> tuple[dict[str, float], set[str]]:
    """Return everybody's total in an assignment, and for whom it is not final."""
    from nbgrader.api import Grade, SubmittedAssignment, SubmittedNotebook
    from sqlalchemy import or_

    handed_in = SubmittedAssignment.assignment_id == assignment
    rows = gradebook.db.query(
        SubmittedAssignment.student_id,
        SubmittedAssignment.score,
        SubmittedAssignment.late_submission_penalty,
    ).filter(handed_in)
    undecided = (
        gradebook.db.query(SubmittedAssignment.student_id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .filter(handed_in, Grade.manual_score.is_(None))
        .filter(or_(Grade.auto_score.is_(None), Grade.needs_manual_grade))
    )
    totals = {student: max(0.0, score - late) for student, score, late in rows}
    return totals, {student for (student,) in undecided}


def marks_table(marks: ClassMarks, platform: str = "") -> list[list[str]]:
    """Return the rows of a table of marks, the head first.

    Parameters
    ----------
    marks : ClassMarks
        What everybody has earned.
    platform : str
        `canvas` or `moodle`. Left out, a plain table with a column for the sum, which is empty for
        who still needs a mark by hand.
    """
    lessons = list(marks.points)
    if platform == CANVAS:
        # Canvas looks for its own number first, then for either id, then for the name.
        head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *lessons]
        full = ["    Points Possible", *[""] * 4, *(_number(marks.points[one]) for one in lessons)]
        people = [
            [one.sortable_name, one.lms_user_id, one.id, one.id, ""] for one in marks.students
        ]
    elif platform == MOODLE:
        head, full = ["First name", "Last name", "ID number", "Email address", *lessons], None
        people = [[one.first_name, one.last_name, one.id, one.email] for one in marks.students]
    else:
        head, full = ["id", "last_name", "first_name", "email", *lessons, "total"], None
        people = [[one.id, one.last_name, one.first_name, one.email] for one in marks.students]
    rows = [head, full] if full else [head]
    undecided = {student for student, _ in marks.undecided}
    for student, person in zip(marks.students, people, strict=True):
        earned = [marks.totals.get((student.id, lesson)) for lesson in lessons]
        row = [*person, *map(_number, earned)]
        if not platform:
            row.append("" if student.id in undecided else _number(sum(filter(None, earned))))
        rows.append(row)
    return rows


def _number(mark: float | None) -> str:
    return "" if mark is None else f"{mark:.10g}"


def write_marks(path: Path, marks: ClassMarks, platform: str = "") -> None:
    """Write a table of marks as CSV, in UTF-8."""
    encoding = "utf-8" if platform else "utf-8-sig"  # without this mark Excel takes it for cp1252
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(marks_table(marks, platform))
