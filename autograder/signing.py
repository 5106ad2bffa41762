"""Who signed a notebook: the `STUDENT` that picks the planted bug, held against the folder's name.

| function          | gives                                                                  |
|-------------------|------------------------------------------------------------------------|
| `signature_in`    | what a notebook assigns to `STUDENT`                                   |
| `doubtful`        | the submissions whose signature a human should look at, and why        |

Grading uses the name as it was typed: a wrong one costs nothing. But two equal names, or a
neighbour's, are what a copied answer looks like.
"""

import ast
from collections import defaultdict
from collections.abc import Mapping

from nbformat import NotebookNode

NAME = "STUDENT"


def signature_in(notebook: NotebookNode) -> str | None:
    """Return the text that a notebook assigns to `STUDENT` last; None if it assigns none.

    Nothing is run: a name that is put together by code counts as its code.
    """
    found = None
    for cell in notebook.cells:
        if cell.cell_type != "code" or NAME not in cell.source:
            continue
        try:
            statements = ast.parse(cell.source).body
        except Exception:  # SyntaxError, NUL, too deep a nesting: the cell cannot have run
            continue
        for one in statements:
            targets = one.targets if isinstance(one, ast.Assign) else []
            if any(isinstance(target, ast.Name) and target.id == NAME for target in targets):
                plain = isinstance(one.value, ast.Constant) and isinstance(one.value.value, str)
                found = one.value.value if plain else ast.unparse(one.value)
    return found


def doubtful(signatures: Mapping[str, str | None]) -> dict[str, str]:
    """Return, by folder name, why a signature needs a human look.

    Parameters
    ----------
    signatures : mapping of str to str
        By the name of the student's folder, what the notebook there is signed with; None if it has
        no cell for that.

    Returns
    -------
    dict of str to str
        A sentence for each one that does not fit its folder, or occurs twice.
    """
    folders = defaultdict(list)
    for folder, signature in signatures.items():
        if signature:
            folders[_bare(signature)].append(folder)
    reasons = {}
    for folder, signature in signatures.items():
        if signature is None or not signature.strip():
            continue  # no cell for it, or left empty, which is the first bug
        others = [other for other in folders[_bare(signature)] if other != folder]
        if others:
            reasons[folder] = f"{NAME} is {signature!r}, as in {', '.join(others)}"
        elif not _fits(signature, folder):
            reasons[folder] = f"{NAME} is {signature!r}, which does not fit the folder's name"
    return reasons


def _fits(signature: str, folder: str) -> bool:
    """Return whether one of the two names holds the other; short ones must be equal."""
    short, long = sorted((_bare(signature), _bare(folder)), key=len)
    return short == long or (len(short) > 2 and short in long)


def _bare(name: str) -> str:
    """Return the letters and digits of a name, in one case."""
    return "".join(filter(str.isalnum, name.casefold()))
