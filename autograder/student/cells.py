"""Runs the cells of a notebook in a student's process, without a kernel.

| what a cell does                     | what happens                                            |
|--------------------------------------|---------------------------------------------------------|
| prints, warns, displays, ends in a value | is taken down, the beginning of it                  |
| draws a figure                       | is kept as a PNG picture, where a human marks the cell  |
| `%matplotlib inline`, `%load_ext`    | nothing: there is no window to draw in                  |
| `%time`, `%timeit`, `%%time`, ...    | the statement is run once                               |
| another magic, `!command`            | is refused with a sentence, and the cell goes on        |
| `input()`                            | raises: there is nobody to ask                          |
| `check`, `hint`, `predict`, ...      | nothing: the judge does its own checking                |
"""

import ast
import builtins
import contextlib
import io
import linecache
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from autograder.student.calling import LIBRARIES, text_of

TEXT, VALUE = 20_000, 2_000  # characters of a cell's printed text and of a value that are kept
PICTURES, PICTURE_BYTES, DOTS_PER_INCH = 4, 500_000, 72
FRAMES = 12  # of a traceback
QUIET_MAGICS = {
    "matplotlib",
    "config",
    "load_ext",
    "reload_ext",
    "autoreload",
    "precision",
    "pylab",
}
TIMING = {"time", "timeit", "prun", "capture"}
# What a lesson imports from `autograder`; in a student's process it does nothing.
STAND_INS = (
    "answer", "bug", "check", "check_pair", "failing_case", "hint", "in_class", "predict",
    "solution",
)  # fmt: skip


class Screen(io.TextIOBase):
    """Takes down what a cell shows: [kind, text or picture], in order."""

    def __init__(self, pictures: int) -> None:
        self.shown: list[list[Any]] = []
        self.room, self.pictures = TEXT, pictures

    def write(self, text: str) -> int:
        """Add to the printed text."""
        kept = str(text)[: self.room]
        self.room -= len(kept)
        if kept and self.shown and self.shown[-1][0] == "text":
            self.shown[-1][1] += kept
        elif kept:
            self.shown.append(["text", kept])
        return len(text)

    def show(self, value: Any, kind: str = "text") -> None:
        """Add a figure or the text of any other value."""
        if hasattr(value, "savefig"):
            self.draw(value)
        elif kind == "value":
            self.shown.append(["value", repr(value)[:VALUE]])
        else:
            self.write(f"{value!r}\n")

    def draw(self, figure: Any) -> None:
        """Add a picture of a figure, if pictures are wanted."""
        if self.pictures <= 0:
            self.write("[a figure]\n")
            return
        self.pictures -= 1
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=DOTS_PER_INCH)
        if file.tell() <= PICTURE_BYTES:
            self.shown.append(["picture", file.getvalue()])


class Shell:
    """The namespace of a notebook, and what `get_ipython()` returns in it."""

    # What libraries ask of a shell: Matplotlib, ipywidgets, tqdm.
    kernel, config = None, types.MappingProxyType({})
    events = types.SimpleNamespace(register=lambda *_: None, unregister=lambda *_: None)

    def __init__(self) -> None:
        self.screen = Screen(0)
        self.module = types.ModuleType("__main__")
        self.user_ns = self.module.__dict__
        self.transform = TransformerManager().transform_cell
        self.user_ns.update(display=self.display, get_ipython=lambda: self)
        sys.modules["__main__"] = self.module
        builtins.input = _nobody_to_ask

    def display(self, *values: Any, **_: Any) -> None:
        """Show values, as `IPython.display.display` does."""
        for value in values:
            self.screen.show(value)

    def run(self, source: str, number: int, pictures: bool) -> dict[str, Any]:
        """Run a cell; return what it showed, and the error that stopped it.

        Parameters
        ----------
        source : str
            Its text.
        number : int
            Where it stands in the notebook, for tracebacks.
        pictures : bool
            Whether figures are drawn: that takes longer than all the rest.

        Returns
        -------
        dict
            `shown`: a list of [kind, text or bytes], of the kinds text, value and picture. `error`:
            None or [class, message, lines of the traceback].
        """
        self.screen = Screen(PICTURES if pictures else 0)
        error = None
        with contextlib.redirect_stdout(self.screen), contextlib.redirect_stderr(self.screen):
            try:
                self._execute(source, f"<cell {number}>")
            except BaseException as raised:  # SystemExit, KeyboardInterrupt: all the same here
                error = [type(raised).__name__, text_of(raised), _traceback(raised)]
            with contextlib.suppress(Exception):
                self._draw_open_figures()
        return {"shown": self.screen.shown, "error": error}

    def _execute(self, source: str, name: str) -> None:
        """Run the text of a cell, and show the value that it ends in."""
        text = source
        try:
            body = ast.parse(text, name).body
        except SyntaxError:  # there may be magics in it; Python as it is stays as it is
            text = self.transform(source)
            body = ast.parse(text, name).body
        finally:
            linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), name, "exec"), self.user_ns)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), name, "eval"), self.user_ns)
            if value is not None and not source.rstrip().endswith(";"):
                self.screen.show(value, "value")

    def _draw_open_figures(self) -> None:
        pyplot = sys.modules["matplotlib.pyplot"]
        for number in pyplot.get_fignums():
            self.screen.draw(pyplot.figure(number))
        pyplot.close("all")

    def run_line_magic(self, name: str, line: str, *_: Any, **__: Any) -> None:
        """Do what a line such as `%time fit()` asks for, if that makes sense in grading."""
        if name in TIMING:
            self._execute(_without_options(line), f"<%{name}>")
        elif name not in QUIET_MAGICS:
            print(f"%{name} is not run in grading.")

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """Do what a cell such as `%%time` asks for, if that makes sense in grading."""
        if name in TIMING:
            self._execute(cell, f"<%%{name}>")
        elif name not in QUIET_MAGICS:
            print(f"%%{name} is not run in grading.")

    def system(self, command: str) -> None:
        """Refuse `!command`."""
        print(f"!{command} is not run in grading: no other program can be started here.")

    def getoutput(self, command: str, *_: Any, **__: Any) -> list[str]:
        """Refuse `lines = !command`."""
        self.system(command)
        return []


def _without_options(line: str) -> str:
    """Return the statement of `-n 10 -r 3 fit()`."""
    words = line.split(" ")
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if len(option) == 2 and words and words[0].isdigit():
            words.pop(0)
    return " ".join(words)


def _nobody_to_ask(prompt: object = "") -> str:
    raise RuntimeError(f"input({str(prompt)!r}): in grading there is nobody to ask")


def _traceback(error: BaseException) -> list[str]:
    """Return the lines of a traceback, through the student's own code only."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(LIBRARIES)
    ]
    lines = [line.rstrip("\n") for line in traceback.format_list(frames[-FRAMES:])]
    told = f"{type(error).__name__}: {text_of(error)}"
    if isinstance(error, SyntaxError):
        told = f"{told}\n  {str(error.text or '').strip()}"
    return [*lines, told]


def stand_in_for_autograder(package: types.ModuleType, version: str) -> None:
    """Give a module what notebooks import from `autograder`: functions that do nothing."""

    def nothing(name: str) -> Callable[..., None]:
        def stand_in(*_: Any, **__: Any) -> None:
            return None

        stand_in.__name__ = stand_in.__qualname__ = name
        return stand_in

    for name in STAND_INS:
        setattr(package, name, nothing(name))
    package.__version__ = version


def show_in(shell: Shell) -> None:
    """Let `get_ipython`, `display` and `plt.show` of imported modules reach the shell."""
    import IPython
    from IPython.core import display_functions
    from matplotlib import pyplot

    IPython.get_ipython = lambda: shell
    display_functions.display = shell.display
    sys.modules["IPython.display"].display = shell.display
    pyplot.show = lambda *_, **__: shell._draw_open_figures()
