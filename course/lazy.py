"""Names of a package whose modules are imported when one of the names is first asked for."""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def lazy_names(
    package: str, names_in: dict[str, tuple[str, ...]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return what a package needs as its `__getattr__`, `__dir__` and `__all__`.

    Parameters
    ----------
    package : str
        Its name.
    names_in : dict of str to tuple of str
        For each of its modules, the names that the package hands on.

    Examples
    --------
    >>> get, names, _ = lazy_names("course", {"activations": ("relu", "sigmoid")})
    >>> names()
    ['relu', 'sigmoid']
    >>> get("sigmoid")(0.0)
    np.float64(0.5)
    """
    module_of = {name: module for module, names in names_in.items() for name in names}
    listed = sorted(module_of)

    def get(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"{package} has no {name!r}; it has {', '.join(listed)}")
        return getattr(import_module(f"{package}.{module_of[name]}"), name)

    return get, lambda: listed, listed
