"""The folder of a class: an nbgrader course, and the steps of nbgrader that we run in it.

| name           | does                                                                          |
|----------------|-------------------------------------------------------------------------------|
| `create_class` | makes the folder: config, seed, source and release notebooks, gradebook       |
| `configure`    | what the folder's nbgrader_config.py calls                                    |
| `class_config` | reads that file                                                               |
| `run_step`     | runs one of nbgrader's converters on one lesson, for one student or all       |
| `outcome_of`   | starts such a converter, and returns what went wrong                          |

Every plain `nbgrader` command works in such a folder; nothing here stands between.
"""

import glob
import os
import re
import secrets
import shutil
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from autograder.build import class_notebook, notebook_text
from autograder.command import typed
from autograder.lessons import shipped_lesson
from autograder.reference import lesson_names

CONFIG_FILE, SEED_FILE = "nbgrader_config.py", "class_seed"
CONFIG_TEXT = '''"""nbgrader's configuration of this class, made by `backprop class init`.

Every option of nbgrader may be set below; `nbgrader --help-all` lists them.
"""

from autograder.classroom import configure

c = get_config()  # noqa: F821  nbgrader provides it
configure(c, __file__)

c.CourseDirectory.course_id = {course_id!r}
'''


class ClassError(Exception):
    """A class folder that cannot be made or used, and what to do."""


def configure(config: Any, config_file: str) -> None:
    """Set what a class of this course needs; the class's nbgrader_config.py calls it.

    Parameters
    ----------
    config : traitlets.config.Config
        nbgrader's configuration; changed in place.
    config_file : str
        The path of nbgrader_config.py; its folder is the class.
    """
    folder = Path(config_file).resolve().parent
    config.CourseDirectory.root = str(folder)
    config.Autograde.exporter_class = "autograder.sanitize.Reader"  # nbconvert's NotebookExporter
    config.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput",
        "autograder.sanitize.DeduplicateOthers",  # nbgrader's DeduplicateIds
        "nbgrader.preprocessors.OverwriteKernelspec",
        "autograder.bookkeeping.OverwriteCells",
        "autograder.sanitize.CheckOthers",  # nbgrader's CheckCellMetadata
    ]
    config.Autograde.autograde_preprocessors = [
        "autograder.execute.Execute",  # in the place of nbgrader's own
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "autograder.bookkeeping.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "autograder.sanitize.CheckOthers",  # nbgrader's CheckCellMetadata
    ]
    config.GenerateFeedback.exporter_class = "autograder.feedback.FeedbackExporter"
    # Feedback and formgrader would run what a student's text cells hold of HTML and scripts.
    config.HTMLExporter.filters = {"markdown2html": "autograder.feedback.harmless_markdown"}
    config.ZipCollectApp.extractor_plugin = "autograder.unpacking.Extractor"
    # What other courses' assignments need, which run in a kernel as ever. A cell with this tag is
    # not run and keeps full points: nobody may know its name.
    config.Execute.skip_cells_with_tag = secrets.token_hex(8)
    # Harmless with nbgrader 0.9.6 on SQLAlchemy 2.1, and three lines for every submission.
    warnings.filterwarnings("ignore", message="Object of type <Submitted")
    # nbgrader calls `alembic`, which lies beside this Python: not on the path if the virtual
    # environment is not activated.
    scripts = str(Path(sys.executable).parent)
    if not os.environ.get("PATH", "").startswith(scripts):
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)])


def read_seed(folder: Path) -> int:
    """Return the class's secret seed.

    Raises
    ------
    ClassError
        If its file is missing or holds no number.
    """
    path = folder / SEED_FILE
    try:
        return int(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        raise ClassError(
            f"{path} should hold the class's secret seed, a whole number: "
            "restore it, or write a new number and grade again"
        ) from None


def create_class(
    folder: Path,
    students: Path | None = None,
    *,
    solutions: bool = False,
    progress: Callable[[list[str]], Iterable[str]] = iter,
) -> list[str]:
    """Make the folder of a class with all lessons, ready to hand out and to grade.

    Parameters
    ----------
    folder : Path
        New or empty.
    students : Path, optional
        A CSV file with a column `id`, and `first_name`, `last_name`, `email`, `lms_user_id` if you
        like; or what Canvas or Moodle export. Kept as `students.csv`.
    solutions : bool
        Whether `solution` and last hints are on in the notebooks that are handed out.
    progress : callable
        Gets the lessons' names and iterates over them, showing how far.

    Returns
    -------
    list of str
        The lessons.

    Raises
    ------
    ClassError
        If the folder is not empty, or the CSV file cannot be used. Nothing is written then.
    """
    from autograder.students import enter, read_students, write_list  # it needs this module

    if folder.is_file():
        raise ClassError(f"{folder} is a file; name a folder for the class")
    if folder.is_dir() and any(folder.iterdir()):
        raise ClassError(f"{folder} is not empty: name a new folder for the class")
    roster = read_students(students) if students else []
    try:
        _fill(folder, solutions, progress)
        if students:
            write_list(folder, roster)
            enter(folder)
    except BaseException:  # an interrupt too: a half-made class would only be in the way
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return list(lesson_names())


def _fill(folder: Path, solutions: bool, progress: Callable[[list[str]], Iterable[str]]) -> None:
    """Write everything that a class starts with into an empty folder."""
    from nbgrader.converters import GenerateAssignment

    folder.mkdir(parents=True, exist_ok=True)
    (folder / SEED_FILE).touch(mode=0o600)
    (folder / SEED_FILE).write_text(f"{secrets.randbits(63)}\n", encoding="utf-8")
    course_id = folder.resolve().name.replace(" ", "-")
    (folder / CONFIG_FILE).write_text(CONFIG_TEXT.format(course_id=course_id), encoding="utf-8")
    for name in progress(list(lesson_names())):
        path = folder / "source" / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        notebook = class_notebook(shipped_lesson(name), solutions=solutions)
        path.write_text(notebook_text(notebook), encoding="utf-8")
        error = run_step(folder, GenerateAssignment, name)
        if error:
            raise ClassError(f"nbgrader could not release {name}: {error}")


def class_config(folder: Path) -> Any:
    """Read a class's nbgrader configuration.

    Raises
    ------
    ClassError
        If the folder is not a class.
    """
    from traitlets.config import PyFileConfigLoader

    if not folder.is_dir():
        raise ClassError(
            f"there is no folder {folder}: make it with `backprop class init {typed(folder)}`"
        )
    if not (folder / CONFIG_FILE).is_file():
        raise ClassError(
            f"{folder} is not a class: it has no {CONFIG_FILE}. "
            f"Make one with `backprop class init {typed(folder)}`"
        )
    return PyFileConfigLoader(CONFIG_FILE, path=str(folder.resolve())).load_config()


def database(folder: Path) -> str:
    """Return the address of the class's gradebook, as SQLAlchemy wants it."""
    from nbgrader.coursedir import CourseDirectory

    return CourseDirectory(config=class_config(folder)).db_url


def run_step(folder: Path, converter: type, lesson: str, student: str = "*") -> str:
    """Run one of nbgrader's converters on a lesson.

    Parameters
    ----------
    folder : Path
        The class.
    converter : type
        From `nbgrader.converters`.
    lesson, student : str
        Whose work; `*` is everybody's.

    Returns
    -------
    str
        As `outcome_of` gives it.
    """
    from nbgrader.coursedir import CourseDirectory

    config = class_config(folder)
    config.CourseDirectory.assignment_id = lesson
    config.CourseDirectory.student_id = student if student == "*" else glob.escape(student)
    step = converter(coursedir=CourseDirectory(config=config), config=config)
    step.force = True
    step.create_assignment = True  # where the step is generate_assignment
    return outcome_of(step)


def outcome_of(step: Any) -> str:
    """Start one of nbgrader's converters.

    Returns
    -------
    str
        Empty if all went well, else the last line of what nbgrader logged as an error.
    """
    from nbgrader.utils import capture_log

    outcome = capture_log(step)
    if outcome["success"]:
        return ""
    if "KeyboardInterrupt" in outcome["error"].splitlines()[-1]:
        raise KeyboardInterrupt  # capture_log holds it back
    log = outcome.get("log", outcome["error"])
    raised = re.findall(r"^\s*([\w.]+(?:Error|Exception|Entry)\b.*)$", log, re.MULTILINE)
    return raised[-1] if raised else log.strip().splitlines()[-1]
