"""A learner's own folder: the notebooks copied into it, JupyterLab opened on one of them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from autograder.reference import data_folder


def copy_notebooks(folder: Path) -> dict[Path, bool]:
    """Copy the student notebooks to a folder; a file that is there already stays as it is.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.

    Returns
    -------
    dict of Path to bool
        Every notebook of the folder, and whether it was copied just now.

    Raises
    ------
    NotADirectoryError
        If there is a file of this name.
    """
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; name a folder for the notebooks")
    folder.mkdir(parents=True, exist_ok=True)
    copied = {}
    for source in sorted(data_folder("notebooks").glob("*.ipynb")):
        target = folder / source.name
        copied[target] = not target.exists()
        if copied[target]:
            shutil.copyfile(source, target)
    return copied


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
    command += ["--log-level=ERROR"]  # the address is printed all the same
    command += [] if browser else ["--no-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command += ["--allow-root"]  # in a container a learner often is root, and Jupyter refuses
    os.chdir(notebook.parent)
    if os.name == "posix":
        os.execv(sys.executable, command)  # one process: who stops it stops JupyterLab
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:  # Ctrl-C is how one stops JupyterLab
        return 0
