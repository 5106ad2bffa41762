"""Collects the notebooks of a download: each to the place where grading looks for it.

| name        | does                                                                         |
|-------------|------------------------------------------------------------------------------|
| `collect`   | puts each student's notebook into the class's `submitted/`                   |
| `Collected` | what it found, and what it could not place                                   |

Files are matched with the students of the class by Canvas's number or by name. Nothing is guessed.
"""

import contextlib
import json
import re
import unicodedata
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.assignment import assignment_names
from autograder.classroom import ClassError, class_config
from autograder.downloads import Author, Notebook, notebooks_in
from autograder.execute import current_assignment
from autograder.lessons import Lesson
from autograder.reference import CHECK_PREFIX, full_name
from autograder.restoring import grade_id
from autograder.students import Student, everybody

MOST_BYTES = 50 * 2**20  # of a notebook
ATTEMPT = re.compile(r"-(\d+)$")  # Canvas counts uploads: chain.ipynb, chain-1.ipynb


@dataclass
class Collected:
    """What came of a download.

    Parameters
    ----------
    new, changed, unchanged : list of str
        Students whose notebook was put in place, was replaced, was there already.
    late : list of str
        Students whose notebook Canvas calls late.
    problems : list of str
        A sentence for every file that was not taken, or that somebody should look at.
    nothing_from : list of str
        Students of the class with no notebook, now or before.
    """

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    nothing_from: list[str] = field(default_factory=list)


def collect(folder: Path, downloads: Path, lesson: str, time: datetime | None = None) -> Collected:
    """Put each student's notebook into the class's `submitted/`.

    Parameters
    ----------
    folder : Path
        The class.
    downloads : Path
        A folder or a zip file, as downloaded.
    lesson : str
        Name or number, as the class has them.
    time : datetime, optional
        When they were handed in, for late penalties. Left out, now. What has not changed keeps the
        time that it has.

    Raises
    ------
    ClassError
        If the folder is not a class or has no students, or the download cannot be read.
    AssignmentError, LessonError
        If there is no such lesson, or the class's source of it cannot be used.
    """
    class_config(folder)
    name = full_name(lesson, assignment_names(folder))
    found, students = current_assignment(folder, name).lesson, everybody(folder)
    if not students:
        raise ClassError(
            f"{folder} has no students to match names with: write them into "
            f"{folder / 'students.csv'}, with columns id, first_name and last_name"
        )
    report = Collected()
    stamp = (time or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S %Z")
    with contextlib.ExitStack() as open_files:
        known = partial(_is_known, students)
        notebooks = notebooks_in(downloads, open_files, report.problems, known)
        own = _by_student(notebooks, students, report)
        for student in sorted(own):
            notebook, text = _chosen(own[student], found, student, report.problems)
            if text is None:
                continue
            place = folder / "submitted" / student / found.name
            _put(place / f"{found.name}.ipynb", text, student, stamp, report)
            if notebook.author.late:
                report.late.append(student)
    report.nothing_from = [
        student
        for student in sorted(students)
        if not (folder / "submitted" / student / found.name / f"{found.name}.ipynb").is_file()
    ]
    return report


def _by_student(
    notebooks: Iterable[Notebook], students: dict[str, Student], report: Collected
) -> dict[str, list[Notebook]]:
    """Return every student's notebooks; note those that are nobody's, or could be two students'."""
    own = defaultdict(list)
    for notebook in notebooks:
        who = _matches(notebook.author, students.values())
        if len(who) == 1:
            own[who[0]].append(notebook)
        else:
            fault = f"fits {', '.join(who)}" if who else "is nobody in the class"
            report.problems.append(f"{notebook.path}: {notebook.author.name!r} {fault}")
    return own


def _matches(author: Author, students: Iterable[Student]) -> list[str]:
    """Return the ids of the students that a file can be from; a number decides, else the name."""
    students = list(students)
    if author.lms_user_id:
        by_number = [one.id for one in students if one.lms_user_id == author.lms_user_id]
        if by_number:
            return by_number
    name = _letters(author.name)
    return [one.id for one in students if name and name in _names(one)]


def _is_known(students: dict[str, Student], author: Author) -> bool:
    return bool(_matches(author, students.values()))


def _names(student: Student) -> set[str]:
    """Return what a student's files may be called, letters and digits only."""
    first, last = student.first_name, student.last_name
    return {_letters(name) for name in (student.id, student.email, first + last, last + first)}


def _letters(name: str) -> str:
    normal = unicodedata.normalize("NFKC", name).casefold()
    return "".join(filter(str.isalnum, normal))


def _chosen(
    notebooks: list[Notebook], lesson: Lesson, student: str, problems: list[str]
) -> tuple[Notebook, bytes | None]:
    """Return which of a student's notebooks counts, and its bytes; None if it is too large."""
    texts = {}
    for notebook in notebooks:
        try:
            with notebook.read() as file:
                text = file.read(MOST_BYTES + 1)
        except (OSError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            problems.append(f"{notebook.path}: cannot be read: {error}")
            continue
        if len(text) > MOST_BYTES:
            problems.append(f"{notebook.path}: has more than {MOST_BYTES >> 20} MB")
        else:
            texts[notebook] = text
    if not texts:
        return notebooks[0], None
    right = [one for one in texts if _holds(texts[one], lesson)] or list(texts)
    chosen = max(right, key=lambda one: (_attempt(one.path), one.path))
    if len(right) > 1:
        problems.append(f"{student}: {len(right)} notebooks, {chosen.path} is taken")
    if not _holds(texts[chosen], lesson):
        problems.append(f"{chosen.path}: is not lesson {lesson.name}; taken all the same")
    return chosen, texts[chosen]


def _attempt(path: PurePosixPath) -> int:
    number = ATTEMPT.search(path.stem)
    return int(number[1]) if number else 0


def _holds(text: bytes, lesson: Lesson) -> bool:
    """Return whether a notebook has a check of the lesson in it."""
    try:
        cells = json.loads(text)["cells"]
        return any(grade_id(cell).removeprefix(CHECK_PREFIX) in lesson.points for cell in cells)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _put(path: Path, text: bytes, student: str, stamp: str, report: Collected) -> None:
    """Write a notebook and the time that it was handed in, unless it is there already."""
    if path.is_file() and path.read_bytes() == text:
        report.unchanged.append(student)
        return
    (report.changed if path.is_file() else report.new).append(student)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    (path.parent / "timestamp.txt").write_text(f"{stamp}\n", encoding="ascii")
