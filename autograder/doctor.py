"""Looks at the installation: versions, what is missing and how to get it."""

import platform
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from autograder import __version__
from autograder.reference import DISTRIBUTION, REINSTALL, data_folder, lesson_names

PACKAGES = (
    "numpy", "matplotlib", "jupyterlab", "ipykernel", "ipywidgets", "anywidget", "nbgrader",
    "jupytext",
)  # fmt: skip
UNSAFE = (
    "Grade classes on Linux 5.13 or newer, on x86-64 or ARM, with Landlock on; "
    "elsewhere only with --unsafe, if you trust the students"
)


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Parameters
    ----------
    what : str
        What was looked at.
    found : str
        Its version or state.
    repair : str
        The command that mends it; empty if it is well.
    """

    what: str
    found: str
    repair: str = ""


def examine() -> list[Finding]:
    """Return what there is to say about this installation, most basic things first."""
    findings = [
        Finding(DISTRIBUTION, __version__),
        Finding("Python", platform.python_version()),
        Finding("system", f"{platform.system()} {platform.release()} {platform.machine()}"),
    ]
    for package in PACKAGES:
        try:
            findings.append(Finding(package, metadata.version(package)))
        except metadata.PackageNotFoundError:
            repair = f"{sys.executable} -m pip install {package}"
            findings.append(Finding(package, "missing", repair))
    for kind in ("solutions", "notebooks"):
        try:
            findings.append(Finding(kind, str(data_folder(kind))))
        except FileNotFoundError:
            findings.append(Finding(kind, "missing", REINSTALL))
    if not any(finding.repair for finding in findings):
        findings.append(Finding("lessons", ", ".join(lesson_names())))
    findings.append(_kernel())
    findings.append(_sandbox())
    return findings


def _sandbox() -> Finding:
    """Return how far students' code is sealed off when a class is graded: it is tried."""
    from autograder.box import bwrap
    from autograder.probe import ATTEMPTS, probe
    from autograder.process import LostError
    from autograder.student.sandbox import SEALED
    from autograder.zygote import Zygote

    zygote = Zygote()
    try:
        through = probe(zygote)
    except LostError as error:
        return Finding("sandbox", f"no student's process {error}. {UNSAFE}")
    finally:
        zygote.close()
    found = f"{zygote.level}, in bubblewrap" if zygote.box else zygote.level
    found = f"{found}; {len(ATTEMPTS) - len(through)} of {len(ATTEMPTS)} attacks are kept out"
    if not through and zygote.level == SEALED:
        more = "" if bwrap() else "; with bubblewrap installed there would be a second wall"
        return Finding("sandbox", found + more)
    return Finding("sandbox", f"{found}; not: {', '.join(through)}. {UNSAFE}")


def _kernel() -> Finding:
    """Return whether the kernel `python3`, which every lesson asks for, runs this Python."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    repair = f"{sys.executable} -m ipykernel install --sys-prefix"
    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Finding("kernel python3", "missing", repair)
    if Path(command).name.startswith("python") and not Path(command).is_absolute():
        command = sys.executable  # Jupyter runs its own Python then
    found = shutil.which(command)
    if found is None:
        return Finding("kernel python3", f"starts {command}, which is not there", repair)
    if not _is_this_python(Path(found)):
        return Finding("kernel python3", f"starts {command}, not {sys.executable}", repair)
    return Finding("kernel python3", command)


def _is_this_python(program: Path) -> bool:
    """Return whether a program is this interpreter, under any of its names, with these packages.

    Links lead from many virtual environments to one program; the folder tells them apart.
    """
    this = Path(sys.executable)
    return program.parent == this.parent and program.samefile(this)
