"""Checks, diagnosis and grading of the course's exercises, and the command line `backprop`.

In a lesson's notebook `check(fn)` marks an answer, `failing_case(fn)` gives the inputs it failed
on, `hint(fn)` helps one step at a time, `solution(fn)` shows the answer; `predict`, `answer` and
`bug` ask and tell without marks. `check_pair` is for functions of your own. The modules, in the
order in which work passes through:

| module       | does                                                                  |
|--------------|-----------------------------------------------------------------------|
| `reference`  | the right answers, read from solutions/NN_topic.py                    |
| `lessons`    | the same files as notebooks                                           |
| `build`      | builds notebooks from a lesson                                        |
| `asks`       | what can be asked for, and how the truth about it is found            |
| `exercise`   | what an exercise asks: case families, numeric truth, mistakes         |
| `cases`      | what the case families of several lessons draw                        |
| `exercises`  | the declarations, one module a lesson                                 |
| `checking`   | tries one answer on fresh cases                                       |
| `comparing`  | holds what it returned against the truth                              |
| `hypotheses` | what a wrong answer may be, for any exercise                          |
| `diagnosis`  | which mistake a wrong answer looks like                               |
| `numeric`    | whether a derivative was measured instead of derived                  |
| `result`     | what came out, as HTML, text and JSON                                 |
| `notebook`   | `check`, `failing_case`, `hint`, `solution` as a notebook sees them   |
| `asking`     | `predict`, `answer` and `bug`: what a lesson asks without marks       |
| `pairs`      | `check_pair`: any forward and backward function, without an exercise  |
| `marking`    | runs a notebook and collects its verdicts                             |
| `classroom`  | makes the folder of a class, an nbgrader course                       |
| `sanitize`   | mends what is broken in a notebook that was handed in                 |
| `signing`    | who signed a notebook, and whether that fits                          |
| `bookkeeping`| nbgrader's steps that ask the gradebook, asking it once a notebook    |
| `cluster`    | runs submissions on a Dask cluster                                    |
| `grading`    | grades what a class handed in, through nbgrader                       |
| `demo`       | a sample class from start to finish                                   |
| `mutants`    | mechanical mutations of a solution, to test the checks with           |
| `sweep`      | answers that must be wrong, and pass: mutations, two mistakes at once |
| `verify`     | the linter of lessons and exercises                                   |
| `start`      | a learner's own folder of notebooks                                   |
| `doctor`     | versions, and what is missing                                         |
| `cli`        | the commands: they parse and print, everything above returns values   |
| `printing`   | tables, notes and progress bars of the command line                   |
"""

import importlib

__version__ = "0.1.0"
# What notebooks call, and the module that it is in.
_HOMES = {
    **dict.fromkeys(["check", "failing_case", "hint", "solution"], "notebook"),
    **dict.fromkeys(["answer", "bug", "predict"], "asking"),
    "check_pair": "pairs",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    """Load the notebook's functions when they are first asked for: `backprop --help` is quick."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"autograder.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'autograder' has no attribute {name!r}")
