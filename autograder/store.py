"""Runs that have been done, a JSON line each, so that nothing unchanged is done twice.

A line is found by the student's cells and the software. Lines are only ever added; of two with the
same name the last counts, and one that was torn by a crash does not. Every file `verdicts*.jsonl`
of the folder is read, so that shards need no merging; only their places are kept in memory. A run
that is not sure is found by the process that added it, and by no other.
"""

from pathlib import Path

from autograder.journal import append, entries, parsed
from autograder.running import Run

FILE = "verdicts.jsonl"


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
        self.places: dict[str, tuple[Path, int, int]] = {}
        self.read_to: dict[Path, int] = {}

    def find(self, content: str) -> Run | None:
        """Return the run of these cells that can be used again, None if there is none."""
        if content not in self.places:
            self._read_on()
        if content not in self.places:
            return None
        path, start, size = self.places[content]
        try:
            with path.open("rb") as file:
                file.seek(start)
                line = parsed(file.read(size))
            return Run.from_dict(line["run"]) if line["content"] == content else None
        except (FileNotFoundError, TypeError, KeyError):  # somebody has replaced the file
            return None

    def add(self, content: str, run: Run) -> None:
        """Add a run."""
        place, size = append(self.path, {"content": content, "run": run.to_dict()})
        self.places[content] = (self.path, place, size)

    def _read_on(self) -> None:
        """Read what has been added to the files since the last time."""
        for path in sorted(self.folder.glob("verdicts*.jsonl")):
            start = self.read_to.get(path, 0)
            if path.stat().st_size < start:
                start = 0
            for place, size, line in entries(path, start):
                self.read_to[path] = place + size
                run = line.get("run")
                if isinstance(run, dict) and run.get("sure") is True:
                    self.places[line.get("content")] = (path, place, size)
