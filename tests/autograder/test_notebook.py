"""`check`, `hint` and `solution` as a notebook, nbgrader and plain Python see them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import check, failing_case, hint, notebook, solution
from autograder.build import answered_notebook, notebook_text
from autograder.notebook import CheckFailed, NotAttempted
from autograder.result import JSON_MIME, Grade, Result


def power_grad(a, b, x):
    return x**b, 1.0, a * b * x ** (b - 1)


def not_written(*_):
    raise NotImplementedError


WRONG = "def power_grad(a, b, x):\n    return x**b, 1.0, a * b * x ** (b - 1)"


@pytest.fixture(scope="module")
def at_home(in_kernel):
    return in_kernel(
        "check(power_grad)",
        WRONG,
        "check(power_grad, points=3)",
        "def power_grad(a, b, x):\n    raise NotImplementedError()",
        "check(power_grad)",
        "power_grad",
        "hint(composition_grad)",
        "composition_grad",
    )


def test_name_without_a_value_is_told_to_run_its_cell(at_home):
    shown, error = at_home[0]
    assert "power_grad: not defined yet: run the cell that defines it" in shown.data["text/plain"]
    assert error.ename == "NotAttempted"


def test_failed_check_shows_the_report_and_no_traceback(at_home):
    shown, error = at_home[2]
    assert "<table" in shown.data["text/html"]
    assert shown.data[JSON_MIME]["status"] == "wrong"
    assert shown.data[JSON_MIME]["earned"] == 2.0
    assert error.traceback == ["CheckFailed: power_grad: db wrong; da, dx right."]


def test_stub_raises_not_attempted(at_home):
    _, error = at_home[4]
    assert error.ename == "NotAttempted"
    assert issubclass(NotAttempted, NotImplementedError)


def test_placeholder_does_not_outlive_the_cell(at_home):
    hinted, error = at_home[6][0], at_home[7][0]
    assert hinted.data["text/markdown"].startswith("**Hint 1 of 3.**")
    assert error.ename == "NameError"


def test_cell_that_calls_a_stub_says_so_in_one_line(in_kernel):
    called, other, checked = in_kernel(
        "def power_grad(a, b, x):\n    raise NotImplementedError()\n\nprint(power_grad(1, 2, 3))",
        "def mine():\n    raise NotImplementedError('later')\n\nmine()",
        "check(power_grad)",
    )
    (error,) = called
    said = "this cell calls `power_grad`, which is not written yet."
    assert (error.ename, error.evalue) == ("NotAttempted", said)
    assert error.traceback == [f"NotAttempted: {said}"]
    assert (other[0].ename, other[0].evalue) == ("NotImplementedError", "later")
    assert len(other[0].traceback) > 1
    assert checked[-1].traceback == [
        "NotAttempted: power_grad: not written yet: it still raises `NotImplementedError`."
    ]


def test_grading_returns_points_with_the_report_and_writes_no_stderr(in_kernel):
    outputs = in_kernel(
        "import numpy as np",
        WRONG.replace("    return", "    np.log(0 * np.array(x))\n    return"),
        "check(power_grad, points=3)",
        "check(composition_grad, points=2)",
        NBGRADER_EXECUTION="autograde",
    )
    (graded,), (missing,) = outputs[2:]
    assert graded.output_type == missing.output_type == "execute_result"
    assert graded.data["text/plain"] == "2"
    assert "db wrong; da, dx right." in graded.data["text/html"]
    assert "RuntimeWarning: divide by zero" in graded.data["text/html"]
    assert missing.data["text/plain"] == "0"


def test_nbgrader_validate_shows_our_report(tmp_path, lesson):
    from nbgrader.validator import Validator

    path = tmp_path / "01_chain_rule.ipynb"
    answers = lesson.reference.answers | {"power_grad": WRONG}
    path.write_text(notebook_text(answered_notebook(lesson, answers)), encoding="utf-8")
    (failed,) = Validator().validate(str(path))["failed"]
    assert failed["source"] == "check(power_grad, points=3)"
    assert "✗ power_grad: db wrong; da, dx right.  (2 of 3 points)" in failed["raw_error"]
    assert "✗ db: db is 1, but central differences give" in failed["raw_error"]
    assert "Traceback" not in failed["raw_error"]


def test_outside_a_notebook_the_error_is_the_report():
    with pytest.raises(CheckFailed) as error:
        check(power_grad, seed=3)
    assert "✗ power_grad: db wrong; da, dx right." in str(error.value)
    assert "Draw these inputs again: check(power_grad, seed=3)" in str(error.value)


def test_report_in_the_readme_is_what_a_check_prints(lesson):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```text\n(.*?)```", readme, re.DOTALL)[1]
    answer = lesson.reference.answers["cosine_backward"].replace("dt * 2 * x", "dt * 2")
    with pytest.raises(CheckFailed) as error:
        check(lesson.reference.function("cosine_backward", answer), points=5, seed=58008)
    assert str(error.value).strip() == shown.strip()


def test_seed_draws_the_same_inputs_again():
    reports = set()
    for _ in range(2):
        with pytest.raises(CheckFailed) as error:
            check(power_grad, seed=3)
        reports.add(str(error.value))
    assert len(reports) == 1


def test_failing_case_is_a_copy_of_the_inputs_that_failed():
    notebook._failing_cases.clear()
    with pytest.raises(LookupError, match=r"failed no check so far: run check\(power_grad\) first"):
        failing_case(power_grad)
    with pytest.raises(CheckFailed) as error:
        check(power_grad, seed=3)
    case = failing_case(power_grad)
    assert {name: f"{value:.6g}" for name, value in case.items()} == error.value.result.inputs
    assert power_grad(**case)[1] == 1.0
    assert [one.name for one in case.comparisons] == ["db"]
    case.clear()
    assert failing_case(power_grad)


def test_function_may_keep_another_name():
    composition_grad = lambda theta: 0.0  # noqa: E731
    globals()["composition_grad"] = composition_grad
    try:
        with pytest.raises(CheckFailed, match="composition_grad: dtheta is 0"):
            check(composition_grad)
    finally:
        del globals()["composition_grad"]


def test_function_of_no_exercise_is_told_which_is_close():
    def power_gard():
        pass

    with pytest.raises(
        LookupError, match="no exercise called 'power_gard': did you mean 'power_grad'"
    ):
        check(power_gard)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"seed": "a"}, "seed='a' should be a whole number, such as seed=3"),
        ({"seed": 1.5}, "seed=1.5 should be a whole number"),
        ({"seed": -1}, "seed=-1 should not be below 0"),
        ({"points": "two"}, "points='two' should be a number from 0 on, such as points=2"),
        ({"points": float("nan")}, "points=nan should be a number"),
        ({"points": -1}, "points=-1 should be a number from 0 on"),
    ],
)
def test_argument_of_a_check_that_cannot_be_used_is_told(arguments, sentence):
    with pytest.raises((TypeError, ValueError), match=re.escape(sentence)):
        check(power_grad, **arguments)


def test_step_of_a_hint_that_is_no_number_is_told():
    with pytest.raises(TypeError, match=r"step='last' should be a whole number, such as step=3"):
        hint(power_grad, "last")


@pytest.mark.parametrize("thing", ["power_grad", 3, None])
def test_what_is_no_function_is_told(thing):
    with pytest.raises(TypeError, match="hint and solution take your function, not"):
        check(thing)


def test_hints_go_one_further_with_each_call():
    notebook._hints_given.clear()
    steps = [hint(power_grad) for _ in range(4)]
    assert [step.split("**")[1] for step in steps] == [
        "Hint 1 of 3.", "Hint 2 of 3.", "Hint 3 of 3.", "Hint 3 of 3."
    ]  # fmt: skip
    assert hint(power_grad, 1) == steps[0]
    with pytest.raises(ValueError, match="there is no hint 4: power_grad has hints 1 to 3"):
        hint(power_grad, 4)


def test_solution_shows_the_answer_without_markers():
    text = solution(power_grad)
    assert "db = a * x**b * np.log(x)" in text
    assert "SOLUTION" not in text


def test_result_survives_json():
    import json

    with pytest.raises(CheckFailed) as error:
        check(power_grad, points=3, seed=3)
    result = error.value.result
    assert Result.from_dict(json.loads(json.dumps(result.to_dict()))) == result
    assert Grade(result)._repr_mimebundle_()["text/plain"] == "2"


def test_report_escapes_what_a_student_prints():
    def power_grad(a, b, x):
        print("<script>alert(1)</script>")
        return a, b, x

    with pytest.raises(CheckFailed) as error:
        check(power_grad)
    assert "<script>" not in error.value.result.to_html()


def test_first_import_needs_neither_jupytext_nor_nbformat():
    code = (
        "import sys; from autograder import check; check.__name__;"
        "print({'jupytext', 'nbformat', 'nbgrader', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
