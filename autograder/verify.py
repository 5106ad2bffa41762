"""The course linter: what must hold for every lesson, of ours or not, before anybody sees it.

| check        | says                                                                           |
|--------------|--------------------------------------------------------------------------------|
| declarations | every exercise of the source is declared, in the same order, and nothing else   |
| untouched    | the student's notebook earns nothing and raises only NotImplementedError       |
| solved       | with the solutions it earns every point, demo cells cut                         |
| mistakes     | every declared mistake fails on every seed, and none is taken for another       |
| families     | every case family is needed: some mistake fails on its cases only               |
| withheld     | what an exercise withholds exists, and the lesson does not hand it out          |
| hints        | three steps for every exercise                                                  |
| asides       | the lesson's predictions and closing questions are those that are declared      |
| sweep        | two mistakes at once fail, and are not taken for another: a few of them, or      |
|              | (thorough) all, and mechanical mutations of the solutions                       |
| strays       | no file that belongs to no lesson                                               |
"""

import contextlib
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from autograder import exercises
from autograder.build import answered_notebook
from autograder.checking import check_answer
from autograder.command import typed
from autograder.exercise import GRADING_REPEATS, HOME_REPEATS
from autograder.exercises import answers_of, exercises_of, predictions_of
from autograder.lessons import Lesson, find_lesson
from autograder.marking import results_in
from autograder.needed import unneeded_families
from autograder.own import VARIABLE, lessons_in, own_lessons
from autograder.reference import CHECK_PREFIX, LessonError, data_folder, lesson_names
from autograder.shell import stand_ins
from autograder.sweep import Swept, sweep
from autograder.withheld import wrongly_withheld

HINTS = 3
QUESTIONS = "abc"  # a lesson ends with three
SAMPLE = 3  # pairs of mistakes in each exercise, where not all are tried


@dataclass(frozen=True)
class LessonReport:
    """What the linter found in one lesson.

    Parameters
    ----------
    lesson : str
        Its name.
    exercises, mistakes : int
        How many were tried.
    named : float
        The share of the mistakes that a check recognises, over all seeds.
    points : float
        What the lesson offers.
    problems : tuple of str
        A sentence for everything that does not hold.
    swept : Swept
        What was tried that nobody declared.
    """

    lesson: str
    exercises: int
    mistakes: int
    named: float
    points: float
    problems: tuple[str, ...]
    swept: Swept = field(default_factory=Swept)


def verify_course(
    seeds: int,
    progress: Callable[[list[str]], Any] = iter,
    thorough: bool = False,
    folder: Path | None = None,
) -> tuple[list[LessonReport], list[str]]:
    """Lint every lesson; return a report on each, and the files that belong to none.

    Parameters
    ----------
    seeds : int
        How many draws of cases every mistake and every solution is tried on.
    progress : callable
        Gets the lessons' names and iterates over them, showing how far.
    thorough : bool
        Try mechanical mutations of the solutions, and all pairs of mistakes instead of a few.
    folder : Path, optional
        Lessons of somebody's own, in one of the two layouts of `autograder.own`. Left out, ours.

    Raises
    ------
    LessonError
        If there is no lesson in the folder, or its source cannot be used.
    """
    if folder is None:
        names = list(lesson_names())
        places = [data_folder("solutions"), data_folder("notebooks")]
        places.append(Path(exercises.__file__).parent)
    else:
        names = list(lessons_in(folder))
        if not names:
            raise LessonError(
                f"{folder} has no lesson of its own: `backprop new {typed(folder)} 06_topic` "
                "begins one"
            )
        places = [folder / kind for kind in ("solutions", "notebooks", "exercises")]
    with mock.patch.dict(os.environ, {VARIABLE: str(folder.resolve()) if folder else ""}):
        reports = [_report(name, seeds, thorough) for name in progress(names)]
    return reports, stray_files([place for place in places if place.is_dir()], names)


def _report(name: str, seeds: int, thorough: bool) -> LessonReport:
    lesson, declared, problems = find_lesson(name), {}, []
    named, swept = Counter(), Swept()
    try:
        declared = exercises_of(name)
        problems += list(_problems(lesson, seeds, named))
        problems += sweep(lesson, swept, None if thorough else SAMPLE)
    except Exception as error:  # whatever a broken declaration makes stumble
        problems.append(f"cannot be verified: {type(error).__name__}: {error}")
    mistakes = sum(len(exercise.mistakes) for exercise in declared.values())
    share = named[True] / max(named.total(), 1)
    points = sum(lesson.points.values())
    return LessonReport(name, len(declared), mistakes, share, points, tuple(problems), swept)


def stray_files(folders: list[Path], lessons: Iterable[str]) -> list[str]:
    """Return the files in these folders that are named after no lesson, but for hidden ones."""
    allowed = {*lessons, "__init__", "README"}
    return [
        f"{folder.name}/{path.name}"
        for folder in folders
        for path in sorted(folder.iterdir())
        if path.is_file() and path.stem not in allowed and not path.name.startswith(".")
    ]


def _problems(lesson: Lesson, seeds: int, named: Counter) -> Iterator[str]:
    """Return a sentence for everything that does not hold; count the mistakes that are named."""
    declared = exercises_of(lesson.name)
    if not list(declared) == lesson.exercises == list(lesson.points):
        yield from _differences("declaration", declared, "cell in the source", lesson.exercises)
        yield from _differences("cell in the source", lesson.exercises, "check", lesson.points)
        return
    for name, exercise in declared.items():
        if len(exercise.hints) != HINTS:
            yield f"{name} has {len(exercise.hints)} hints, not {HINTS}"
    withheld = list(wrongly_withheld(lesson.reference, declared.values()))
    if withheld:  # a check would stumble over a name that does not exist
        yield from withheld
        return
    yield from _asides(lesson)
    yield from _untouched(lesson)
    yield from _solved(lesson)
    yield from _solutions(lesson, seeds)
    yield from _mistakes(lesson, seeds, named)
    yield from unneeded_families(lesson.reference, declared.values(), seeds)


def run_cells(lesson: Lesson, answers: dict[str, str]) -> tuple[dict[str, Any], Counter]:
    """Run a student's notebook with these answers in this process, demo cells cut.

    Returns
    -------
    results : dict of str to Result
        As `marking.results_in` gives them.
    errors : Counter
        The errors that cells other than checks raised, by their class.
    """
    notebook, space, errors = answered_notebook(lesson, answers), {}, Counter()
    with (
        mock.patch.dict(os.environ, NBGRADER_EXECUTION="autograde"),
        mock.patch("autograder.notebook.secrets.randbelow", return_value=0),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        for cell in notebook.cells:
            if cell.cell_type != "code" or "demo" in cell.metadata.get("tags", ()):
                continue
            placeholders = stand_ins(cell.source, space)  # as in a notebook, while the cell runs
            space |= placeholders
            try:
                if cell.id.startswith(CHECK_PREFIX):
                    data = eval(cell.source, space)._repr_mimebundle_()
                    cell.outputs = [{"output_type": "execute_result", "data": data}]
                else:
                    exec(compile(cell.source, f"<{lesson.name} {cell.id}>", "exec"), space)
            except Exception as error:  # whatever a cell of a lesson under test raises
                errors[type(error)] += 1
            finally:
                for name, placeholder in placeholders.items():
                    if space.get(name) is placeholder:
                        del space[name]
    return results_in(notebook, lesson), errors


def _asides(lesson: Lesson) -> Iterator[str]:
    code = "\n".join(cell.source for cell in lesson.cells if cell.cell_type == "code")
    asked = re.findall(r'^predict\("(.+?)", \.\.\.\)', code, re.MULTILINE)
    yield from _differences("prediction", predictions_of(lesson.name), "cell that asks", asked)
    if lesson.name in own_lessons() and not answers_of(lesson.name) and "answer(" not in code:
        return  # who writes a lesson may do without closing questions
    number = str(int(lesson.name.split("_")[0]))
    wanted = [number + letter for letter in QUESTIONS]
    yield from _differences("answer", answers_of(lesson.name), "closing question", wanted)
    if "answer(...)" not in code:
        yield "no cell calls answer(...)"


def _untouched(lesson: Lesson) -> Iterator[str]:
    results, errors = run_cells(lesson, {})
    for name, result in results.items():
        if result.status != "not attempted" or result.earned:
            yield f"untouched, {name} is {result.status} and earns {result.earned:g}"
    for error in errors:
        if not issubclass(error, NotImplementedError):
            yield f"untouched, a cell raises {error.__name__}"


def _solved(lesson: Lesson) -> Iterator[str]:
    results, errors = run_cells(lesson, lesson.reference.answers)
    for name, result in results.items():
        if result.earned != lesson.points[name]:
            yield f"solved, {name} earns {result.score}: {result.summary}"
    for error in errors:
        yield f"solved, a cell raises {error.__name__}"


def _solutions(lesson: Lesson, seeds: int) -> Iterator[str]:
    for name, exercise in exercises_of(lesson.name).items():
        fn = lesson.reference.solution(name)
        for seed in range(seeds):
            result = check_answer(
                fn, exercise, lesson.reference, seed=seed, repeats=GRADING_REPEATS
            )
            if not result.passed:
                yield f"{name}: the solution fails with seed {seed}: {result.summary}"


def _differences(one: str, ones: Iterable, other: str, others: Iterable) -> Iterator[str]:
    """Return a sentence for every name that only one side has, or one about their order."""
    ones, others = list(ones), list(others)
    for name in ones:
        if name not in others:
            yield f"{name} has a {one} but no {other}"
    for name in others:
        if name not in ones:
            yield f"{name} has a {other} but no {one}"
    if sorted(ones) == sorted(others) and ones != others:
        yield f"the order differs: each {one} as in {', '.join(others)}"


def _mistakes(lesson: Lesson, seeds: int, named: Counter) -> Iterator[str]:
    for name, exercise in exercises_of(lesson.name).items():
        for mistake in exercise.mistakes:
            try:
                source = mistake.applied_to(lesson.reference.answers[name])
            except ValueError as error:
                yield f"{name}: {error}"
                continue
            fn = lesson.reference.function(name, source)
            results = [
                check_answer(fn, exercise, lesson.reference, seed=seed, repeats=HOME_REPEATS)
                for seed in range(seeds)
            ]
            passing = [seed for seed, result in enumerate(results) if result.passed]
            if passing:
                told = ", ".join(map(str, passing[:5]))
                yield f"{name}: the mistake {mistake.name!r} passes with seed {told}"
            found = [result.mistake == mistake.name for result in results]
            named.update(found)
            if not any(found) and not passing:
                yield f"{name}: the mistake {mistake.name!r} is never named"
            for other in {result.mistake for result in results} - {"", mistake.name}:
                yield f"{name}: the mistake {mistake.name!r} is taken for {other!r}"
