"""Runs that have been done, a JSON line each, so that nothing unchanged is done twice.

A line is found by the student's cells and the software. Lines are only ever added; of two with the
same name the last counts that has the verdicts which are asked for, and one that was torn by a
crash does not. Every file `verdicts*.jsonl`
of the folder is read, so that shards need no merging; only their places are kept in memory. A run
that is not sure is found by the process that added it, and by no other. What a line holds is only
parsed when it is asked for: every worker reads what the others add.
"""

import re
from pathlib import Path

from autograder.assignment import Assignment
from autograder.journal import append, lines, parsed
from autograder.running import Run

FILE = "verdicts.jsonl"
HEAD, SURE = re.compile(rb'{"content":"(\w+)","run":{'), b'"sure":true}}\n'  # as `add` writes it
Place = tuple[Path, int, int]  # a file, where a line begins, and its length


class Store:
    """The runs of a class.

    Parameters
    ----------
    folder : Path
        The class.
    file : str
        The name of the file that new runs go to.
    """

    def __init__(self, folder: Path, file: str = FILE) -> None:
        self.folder, self.path = folder, folder / file
        self.places: dict[str, list[Place]] = {}
        self.read_to: dict[Path, int] = {}

    def find(self, content: str, assignment: Assignment) -> Run | None:
        """Return the last run of these cells, if there is one, that has all verdicts, if there is.

        Parameters
        ----------
        content : str
            The name of the cells.
        assignment : Assignment
            What they answer, as it is now.
        """
        if content not in self.places:
            self._read_on()
        runs = (self._read(content, place) for place in reversed(self.places.get(content, ())))
        last = None
        for run in filter(None, runs):
            if run.has_all(assignment):
                return run
            last = last or run
        return last

    def _read(self, content: str, place: Place) -> Run | None:
        path, start, size = place
        try:
            with path.open("rb") as file:
                file.seek(start)
                line = parsed(file.read(size))
            return Run.from_dict(line["run"]) if line["content"] == content else None
        except (OSError, TypeError, KeyError, ValueError, AttributeError):
            return None  # somebody has replaced the file

    def add(self, content: str, run: Run) -> Place:
        """Add a run; return where it is, for other processes to `note`."""
        place = (self.path, *append(self.path, {"content": content, "run": run.to_dict()}))
        self.note(content, place)
        return place

    def note(self, content: str, place: Place) -> None:
        """Remember where a run is."""
        places = self.places.setdefault(content, [])
        if place not in places:
            places.append(place)

    def _read_on(self) -> None:
        """Read what has been added to the files since the last time."""
        for path in sorted(self.folder.glob("verdicts*.jsonl")):
            start = self.read_to.get(path, 0)
            if path.stat().st_size < start:
                start = 0
            for place, raw in lines(path, start):
                self.read_to[path] = place + len(raw)
                head = HEAD.match(raw)
                if head and raw.endswith(SURE):
                    self.note(head[1].decode(), (path, place, len(raw)))
