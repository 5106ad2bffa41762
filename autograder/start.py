"""A learner's own folder: notebooks put into it and kept up to date, JupyterLab opened there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from autograder.reference import data_folder

BACKUPS = "backups"
# Defaults for JupyterLab: no question about news at the first start, nothing fetched.
JUPYTER_DEFAULTS = Path(__file__).parent / "jupyter"


def place_notebooks(folder: Path) -> dict[Path, str]:
    """Put the student notebooks into a folder, and new lessons around answers that are there.

    A notebook of an earlier version of this package is brought up to date; the file as it was goes
    to `backups/`. One that a class handed out, or that cannot be read, stays as it is.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.

    Returns
    -------
    dict of Path to str
        Every notebook of the course in the folder, and what became of it, in a few words.

    Raises
    ------
    NotADirectoryError
        If there is a file of this name.
    """
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(
            f"{folder} is a file; name a folder for the notebooks: `backprop start my-notebooks`"
        )
    folder.mkdir(parents=True, exist_ok=True)
    told = {}
    for source in sorted(data_folder("notebooks").glob("*.ipynb")):
        target = folder / source.name
        if target.exists():
            told[target] = _update(target, source)
        else:
            shutil.copyfile(source, target)
            told[target] = "new"
    return told


def _update(target: Path, source: Path) -> str:
    """Bring a learner's notebook up to date; return what became of it."""
    import nbformat

    from autograder.build import notebook_text
    from autograder.handout import is_from_class

    try:
        theirs = nbformat.read(target, as_version=4)
        new = nbformat.read(source, as_version=4)
        if is_from_class(theirs.cells):
            return "kept, it is from your class"
        if _content(theirs) == new.metadata.backprop.content:
            return "kept"
        from autograder.updating import update  # it takes a second to import

        text = notebook_text(update(theirs, new))
    except OSError:
        raise
    except Exception as error:  # whatever a broken file makes nbformat trip over
        reason = (str(error).strip().splitlines() or ["it is empty"])[0][:100]
        return f"kept, although it is no notebook of this course: {reason}"
    backup = _backup(target)
    _replace(target, text)
    return f"updated, your answers are in it; as it was: {backup.relative_to(target.parent)}"


def _content(notebook: dict) -> str:
    """Return the name of the lesson's content that a notebook was built from, if it says so."""
    known = notebook.metadata.get("backprop")
    return str(known.get("content", "")) if isinstance(known, dict) else ""


def _backup(path: Path) -> Path:
    """Copy a file into the backups beside it, over none that is there; return the copy."""
    folder = path.parent / BACKUPS
    folder.mkdir(exist_ok=True)
    number = 1
    while (copy := folder / f"{path.stem}-{number}.ipynb").exists():
        number += 1
    return Path(shutil.copy2(path, copy))


def _replace(path: Path, text: str) -> None:
    """Write a file in one step: whoever reads it meanwhile gets the old one or the new one."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    shutil.copymode(path, fresh)
    os.replace(fresh, path)


def open_jupyterlab(notebook: Path, *, browser: bool) -> int:
    """Run JupyterLab on a notebook until it is stopped; return its exit code.

    Parameters
    ----------
    notebook : Path
        Its folder becomes the root of the file browser.
    browser : bool
        Open a browser window. Without one, JupyterLab prints its address.
    """
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--LabApp.default_url=/lab/tree/{notebook.name}",
    ]
    # The address is printed all the same.
    command += ["--log-level=ERROR", "--LabApp.log_level=ERROR"]
    command += [] if browser else ["--no-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command += ["--allow-root"]  # in a container a learner often is root, and Jupyter refuses
    paths = os.environ.get("JUPYTER_CONFIG_PATH"), str(JUPYTER_DEFAULTS)
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    os.chdir(notebook.parent)
    if os.name == "posix":
        os.execv(sys.executable, command)  # one process: who stops it stops JupyterLab
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:  # Ctrl-C is how one stops JupyterLab
        return 0
