"""What the class report tells, as plain data: `class_report` computes it, `class_page` shows it."""

from dataclasses import dataclass
from datetime import datetime
from statistics import mean, median

LECTURE = 3  # mistakes to speak about


@dataclass(frozen=True)
class ExerciseNumbers:
    """How an exercise went.

    Parameters
    ----------
    name : str
        The exercise's.
    points : float
        What it is worth.
    tried, right, crashed : int
        How many students wrote something, got it right, wrote something that stopped.
    unnamed : int
        How many were wrong in a way that has no name.
    mean : float
        Points, over all who handed in.
    """

    name: str
    points: float
    tried: int
    right: int
    crashed: int
    unnamed: int
    mean: float


@dataclass(frozen=True)
class MistakeNumbers:
    """How often a named mistake was made.

    Parameters
    ----------
    exercise, name : str
        What it is.
    told : str
        The sentence that students read.
    students : int
        How many made it.
    tried : int
        Of how many who tried the exercise.
    """

    exercise: str
    name: str
    told: str
    students: int
    tried: int


@dataclass(frozen=True)
class Copies:
    """Submissions whose cells are equal, letter by letter.

    Parameters
    ----------
    students : tuple of str
        Whose.
    published : bool
        Whether they are the solutions that come with the lesson.
    """

    students: tuple[str, ...]
    published: bool


@dataclass(frozen=True)
class LessonNumbers:
    """How a lesson went.

    Parameters
    ----------
    name, title : str
        Of the lesson.
    points : float
        What all of it is worth.
    totals : tuple of float
        Points of everybody who handed in, in rising order.
    distribution : tuple of int
        How many earned 0 to 10 %, 10 to 20 %, ... of the points; the last holds 100 %.
    exercises : tuple of ExerciseNumbers
        In the lesson's order.
    mistakes : tuple of MistakeNumbers
        The most common first.
    look, problems : dict of str to tuple of str
        Reasons for a human look, or why a notebook could not be marked, and the students.
    copies : tuple of Copies
        Groups of equal submissions, untouched ones left out.
    untouched : tuple of str
        Who handed in the notebook as it was handed out.
    missing : tuple of str
        Who is on the class list and handed in nothing.
    sandboxes : dict of str to int
        What sealed off how many notebooks.
    """

    name: str
    title: str
    points: float
    totals: tuple[float, ...]
    distribution: tuple[int, ...]
    exercises: tuple[ExerciseNumbers, ...]
    mistakes: tuple[MistakeNumbers, ...]
    look: dict[str, tuple[str, ...]]
    problems: dict[str, tuple[str, ...]]
    copies: tuple[Copies, ...]
    untouched: tuple[str, ...]
    missing: tuple[str, ...]
    sandboxes: dict[str, int]

    @property
    def mean(self) -> float:
        """Mean of the points."""
        return mean(self.totals)

    @property
    def median(self) -> float:
        """Median of the points."""
        return median(self.totals)

    @property
    def full(self) -> int:
        """How many have all points."""
        return sum(total >= self.points for total in self.totals)

    @property
    def look_at(self) -> int:
        """How many students' work a human should look at."""
        return len({student for who in self.look.values() for student in who})

    @property
    def lecture(self) -> tuple[MistakeNumbers, ...]:
        """What to speak about: the mistakes that several students made, the most common first."""
        return tuple(one for one in self.mistakes if one.students > 1)[:LECTURE]


@dataclass(frozen=True)
class ClassNumbers:
    """How a class is doing.

    Parameters
    ----------
    name : str
        Of the class.
    made : datetime
        When the report was made.
    lessons : tuple of LessonNumbers
        Those that anybody handed in.
    listed : int
        How many students are on the class list; 0 without one.
    strangers : tuple of str
        Who handed in and is not on it.
    waiting : tuple of str
        STUDENT/LESSON of what is to be graded first.
    software : dict of str to str
        Versions.
    """

    name: str
    made: datetime
    lessons: tuple[LessonNumbers, ...]
    listed: int
    strangers: tuple[str, ...]
    waiting: tuple[str, ...]
    software: dict[str, str]
