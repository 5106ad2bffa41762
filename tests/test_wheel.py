"""The wheel holds what a user needs, and works where nothing else of the repository is."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_wheel_installs_course_and_autograder_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {
        "autograder",
        "course",
        f"backprop_course-{wheel.name.split('-')[1]}.data",
    }
    assert any(name.endswith("notebooks/01_chain_rule.ipynb") for name in names)
    assert any(name.endswith("solutions/01_chain_rule.py") for name in names)
    assert not any("tests/" in name for name in names)


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Run Python where the wheel is installed and, of this repository, nothing else is in reach."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    # The dependencies are lent by the environment of the tests; its .pth files are not followed,
    # so that an editable install of this repository stays out of sight.
    site = next((folder / "lib").glob("python*/site-packages"))
    (site / "lent.pth").write_text(str(Path(pytest.__file__).parents[1]))
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--no-deps",
        "--quiet",
        wheel,
    ]
    subprocess.run(pip, check=True)

    def run(*arguments):
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        return subprocess.run(
            [python, *arguments], capture_output=True, text=True, check=False,
            cwd=folder, env=environment,
        )  # fmt: skip

    return folder, run


def test_installed_lessons_are_found_outside_the_checkout(installed):
    folder, run = installed
    code = "from autograder.reference import data_folder; print(data_folder('solutions'))"
    done = run("-c", code)
    assert done.stdout.strip() == str(folder / "share" / "backprop-course" / "solutions"), (
        done.stderr
    )


def test_installed_command_marks_a_notebook(installed):
    _, run = installed
    code = "from pathlib import Path; from autograder.start import place_notebooks as copy;"
    run("-c", code + "copy(Path('own'))")
    done = run("-m", "autograder", "check", "own")
    assert done.returncode == 1, done.stderr
    assert "  0 of " in done.stdout


def test_build_outside_a_checkout_is_refused(installed):
    _, run = installed
    done = run("-m", "autograder", "build")
    assert done.returncode == 2
    assert "`backprop build` needs a checkout of the repository" in done.stderr


def test_modules_of_the_checkout_stay_out_of_reach_of_notebooks(tmp_path):
    done = subprocess.run([sys.executable, "-c", "import solutions"], cwd=tmp_path, check=False,
                          capture_output=True, text=True)  # fmt: skip
    assert "No module named 'solutions'" in done.stderr
