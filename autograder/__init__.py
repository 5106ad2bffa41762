"""Checks, diagnosis and grading of the course's exercises, and the command line `backprop`.

In a lesson's notebook `check(fn)` marks an answer, `failing_case(fn)` gives the inputs it failed
on, `hint(fn)` helps one step at a time, `solution(fn)` shows the answer; `predict`, `answer` and
`bug` ask and tell without marks. `check_pair` is for functions of your own. The modules, in the
order in which work passes through:

| module            | does                                                                     |
|-------------------|--------------------------------------------------------------------------|
| `reference`       | the right answers, read from solutions/NN_topic.py                       |
| `lessons`         | the same files as notebooks                                              |
| `build`           | builds notebooks from a lesson                                           |
| `asks`            | what can be asked for, and how the truth about it is found               |
| `exercise`        | what an exercise asks: case families, numeric truth, mistakes            |
| `cases`           | what the case families of several lessons draw                           |
| `exercises`       | the declarations, one module a lesson                                    |
| `checking`        | tries one answer on fresh cases                                          |
| `comparing`       | holds what it returned against the truth                                 |
| `trial`           | one case that an answer was tried on, and what may be wrong there        |
| `hypotheses`      | what a wrong answer may be, for any exercise                             |
| `diagnosis`       | which mistake a wrong answer looks like                                  |
| `numeric`         | whether a derivative was measured instead of derived                     |
| `withheld`        | whether an answer calls the library's own                                |
| `verdict`         | puts what was tried into sentences                                       |
| `result`          | what came out, as HTML, text and JSON                                    |
| `notebook`        | `check`, `failing_case`, `hint`, `solution` as a notebook sees them      |
| `shell`           | what they do in a running IPython shell                                  |
| `handout`         | what a notebook of a class says of itself: version, solutions on or off  |
| `asking`          | `predict`, `answer` and `bug`: what a lesson asks without marks          |
| `pairs`           | `check_pair`: any forward and backward function, without an exercise     |
| `marking`         | runs a learner's own notebook and collects its verdicts                  |
| `student`         | (package) what runs beside a student's code, and the sandbox             |
| `zygote`          | starts the warm program that forks a process for each submission         |
| `process`         | asks such a process, believes nothing it says, and watches what it uses  |
| `there`           | a student's answer in it, as `checking` asks it                          |
| `workplace`       | the folders such processes work in                                       |
| `box`             | bubblewrap around the student's process, where it works                  |
| `probe`           | tries by attacks whether the sandbox holds                               |
| `classroom`       | makes the folder of a class, an nbgrader course                          |
| `own`             | where lessons of somebody's own are, and their declarations              |
| `adding`          | begins such a lesson, and puts it into a class                           |
| `students`        | the class list                                                           |
| `downloads`       | what lies in a download from a learning platform                         |
| `collecting`      | puts it where it is graded                                               |
| `unpacking`       | nbgrader's zip_collect, with limits for what lies in an archive          |
| `assignment`      | a lesson as one class has it, and what its verdicts depend on            |
| `restoring`       | the student's own cells of what was handed in, in the lesson's frame     |
| `running`         | runs such a notebook and judges its answers                              |
| `fingerprint`     | a short name for all that a verdict depends on                           |
| `journal`         | files of JSON lines that no crash can spoil                              |
| `store`           | runs that have been done, so that nothing unchanged is done twice        |
| `execute`         | our step in nbgrader's autograde                                         |
| `sanitize`        | our steps before it                                                      |
| `bookkeeping`     | nbgrader's steps that ask the gradebook, asking it once a notebook       |
| `pool`            | runs submissions on all cores, or on a cluster                           |
| `cluster`         | runs them on a Dask cluster                                              |
| `workers`         | does any jobs in worker processes, whichever of them die                 |
| `recording`       | writes the gradebook: nbgrader does, from runs that have been done       |
| `gradebook`       | reads it                                                                 |
| `signing`         | who signed a notebook, and whether that fits                             |
| `submissions`     | what a class has handed in, and how it stands                            |
| `grading`         | grades what a class handed in                                            |
| `feedback`        | nbgrader's feedback pages, without a network                             |
| `report_numbers`  | what the class report tells, as plain data                               |
| `class_report`    | computes that                                                            |
| `class_page`      | the class report as a page                                               |
| `exporting`       | marks as learning platforms import them                                  |
| `demo`            | a sample class from start to finish                                      |
| `mutants`         | mechanical mutations of a solution, to test the checks with              |
| `sweep`           | answers that must be wrong, and pass: mutations, two mistakes at once    |
| `needed`          | whether every case family is needed                                      |
| `verify`          | the linter of lessons and exercises                                      |
| `start`           | a learner's own folder of notebooks                                      |
| `updating`        | new lessons around the answers in a learner's notebook                   |
| `doctor`          | versions, and what is missing                                            |
| `cli`             | the command line: it parses and prints, everything above returns values  |
| `class_commands`  | the commands of `backprop class`                                         |
| `author_commands` | those for who writes lessons                                             |
| `command`         | what all commands have in common                                         |
| `printing`        | tables, notes and progress bars of the command line                      |
"""

import importlib

__version__ = "0.1.0"
# What notebooks call, and the module that it is in.
_HOMES = {
    **dict.fromkeys(["check", "failing_case", "hint", "solution"], "notebook"),
    **dict.fromkeys(["answer", "bug", "predict"], "asking"),
    "check_pair": "pairs",
    "in_class": "handout",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    """Load the notebook's functions when they are first asked for: `backprop --help` is quick."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"autograder.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'autograder' has no attribute {name!r}")
