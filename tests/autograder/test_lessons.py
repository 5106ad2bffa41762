"""Lesson sources are read the same way twice: as notebook cells and as plain Python."""

import pytest

from autograder.lessons import find_lesson, read_lesson
from autograder.reference import (
    BEGIN,
    END,
    LessonError,
    find_reference,
    full_name,
    lesson_names,
    read_reference,
)

TITLE = "# %% [markdown]\n# # A lesson\n\n"
EXERCISE = f"""# %% exercise="double"
def double(x):
    {BEGIN}
    return 2 * x
    {END}

"""


def read(tmp_path, text):
    path = tmp_path / "09_test.py"
    path.write_text(text)
    return read_lesson(path)


def test_lesson_of_exercise_and_check(tmp_path):
    lesson = read(tmp_path, TITLE + EXERCISE + '# %% check="double" points=2\n')
    assert lesson.title == "A lesson"
    assert lesson.exercises == ["double"]
    assert lesson.points == {"double": 2}


@pytest.mark.parametrize("name", lesson_names())
def test_notebook_side_and_python_side_agree(name):
    lesson, reference = find_lesson(name), find_reference(name)
    cells = [
        cell.source
        for cell in lesson.cells
        if cell.cell_type == "code" and not {"check", "demo", "free"} & set(cell.metadata)
    ]
    assert [source for _, source in reference.cells] == cells
    assert list(reference.answers) == lesson.exercises


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = 1\n", "09_test.py: the first cell must be markdown with the lesson's title"),
        (TITLE + "# %% excercise='f'\n", "cell 2: the header {'excercise': 'f'} is not"),
        (TITLE + '# %% check="double" points=2\n', "check of double, but no exercise before it"),
        (TITLE + EXERCISE + EXERCISE, "the exercise double is there twice"),
        (TITLE + EXERCISE.replace(END, "# END"), "an exercise needs one `# BEGIN SOLUTION`"),
        (TITLE + EXERCISE + '# %% check="double"\n', "is not one of exercise, check with points"),
        (TITLE + EXERCISE + '# %% check="double" points=2\nx = 1\n', "a check cell is empty"),
        (TITLE + "# %% [markdown] demo=true\n# text\n", "only a code cell may have the header"),
        (TITLE + EXERCISE + '# %% check="double" points="two"\n', "points='two' is not a number"),
        (TITLE + "# %%\nx = (\n", "cell 2 ('x = ('): '(' was never closed, line 1 of the cell"),
    ],
)  # fmt: skip
def test_header_that_makes_no_sense_is_told(tmp_path, text, sentence):
    with pytest.raises(LessonError) as error:
        read(tmp_path, text)
    assert sentence in str(error.value)


def test_source_of_another_encoding_is_told(tmp_path):
    source = tmp_path / "06_cafe.py"
    source.write_bytes("# %% [markdown]\n# café\n".encode("latin-1"))
    for read in (read_lesson, read_reference):
        with pytest.raises(LessonError, match=r"06_cafe\.py, line 2 is not UTF-8: save "):
            read(source)


def test_lesson_by_number_or_name():
    assert full_name("1") == full_name("01") == full_name("01_chain_rule") == "01_chain_rule"
    with pytest.raises(LessonError, match="there is no lesson '99'; the lessons are 01_chain_rule"):
        full_name("99")
