"""A notebook that a class handed out: version, solutions and last hints."""

import json

import pytest

from autograder import __version__, handout
from autograder.build import class_notebook, source_notebook
from autograder.handout import in_class, is_from_class, why_outdated

COMPOSITION = "def composition_grad(theta):\n    raise NotImplementedError()"


@pytest.fixture(scope="module")
def in_notebook(in_kernel):
    """What a student of a class sees, then one whose instructor has turned solutions on."""
    return in_kernel(
        f'from autograder import in_class\nin_class(needs="{__version__}", solutions=False)',
        COMPOSITION,
        "solution(composition_grad)",
        "hint(composition_grad)\n",
        "hint(composition_grad)\n",
        "hint(composition_grad)\n",
        "hint(composition_grad, 3)\n",
        f'in_class(needs="{__version__}", solutions=True)',
        "solution(composition_grad)",
        "hint(composition_grad, 3)",
        'in_class(needs="99.0")',
    )


def told(outputs):
    return outputs[0].data["text/markdown"]


def test_solution_is_off_in_a_notebook_of_a_class(in_notebook):
    assert told(in_notebook[2]) == (
        "Your class keeps solutions back. `hint(composition_grad)` helps, and "
        "`failing_case(composition_grad)` gives you inputs to try."
    )


def test_last_hint_is_off_in_a_notebook_of_a_class(in_notebook):
    assert told(in_notebook[3]).startswith("**Hint 1 of 3.**")
    assert told(in_notebook[4]).startswith("**Hint 2 of 3.**")
    assert told(in_notebook[4]).endswith("Your class keeps the last one back.")
    assert told(in_notebook[5]) == told(in_notebook[4])
    assert told(in_notebook[6]) == "Your class keeps the last hint for composition_grad back."


def test_instructor_turns_both_on(in_notebook):
    assert "def composition_grad" in told(in_notebook[8])
    assert told(in_notebook[9]).startswith("**Hint 3 of 3.**")


def test_older_package_is_told_how_to_upgrade_and_nothing_else(in_notebook):
    (error,) = in_notebook[10]
    assert error.ename == "OutdatedError"
    (line,) = error.traceback
    assert line.startswith(
        f"OutdatedError: this notebook needs backprop-course 99.0 or newer, but {__version__} is "
        "installed: run `%pip install --upgrade backprop-course"
    )
    assert line.endswith("in a cell, then restart the kernel")


@pytest.mark.parametrize("needs", ["0.0.1", __version__, "", "nonsense", None, 3])
def test_package_that_is_new_enough_says_nothing(needs):
    assert why_outdated(needs) == ""


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        (None, "--upgrade backprop-course`"),
        ({"url": "file:///tmp/x.whl", "archive_info": {}}, "--upgrade backprop-course`"),
        ({"url": "https://a.org/b.whl", "archive_info": {}}, '--upgrade "https://a.org/b.whl"`'),
        (
            {"url": "https://a.org/b.git", "vcs_info": {"vcs": "git", "commit_id": "1"}},
            '--upgrade "git+https://a.org/b.git"`',
        ),
    ],
)
def test_upgrade_takes_the_package_from_where_it_came(monkeypatch, origin, command):
    class Installed:
        def read_text(self, _):
            return json.dumps(origin) if origin else None

    monkeypatch.setattr(handout.metadata, "distribution", lambda _: Installed())
    assert command in why_outdated("99.0")


def test_outside_a_notebook_nothing_happens(monkeypatch):
    import IPython

    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    in_class(needs="99.0")
    assert not handout.withholds()


def test_notebook_of_a_class_is_recognised_and_differs_in_one_cell(lesson):
    ours, theirs = source_notebook(lesson), class_notebook(lesson)
    assert is_from_class(theirs.cells)
    assert not is_from_class(ours.cells)
    changed = [new.id for new, old in zip(theirs.cells, ours.cells, strict=True) if new != old]
    assert len(changed) == 1
