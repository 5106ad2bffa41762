"""What students who mean harm hand in: lesson 1, all right but for one answer, and an attack.

| group | numbers | tries                                                          |
|-------|---------|----------------------------------------------------------------|
| A     | 1-8     | to change the notebook's file, without any code                |
| B     | 9-22    | to change what runs in the same interpreter                    |
| C     | 23-30   | to read or change files                                        |
| D     | 31-36   | to use up the machine                                          |
| E     | 37-43   | to lie to the grader                                           |
| F     | 44-     | more of all of that, against this grader in particular         |

The numbers to 43 are those of a list of attacks that work on graders in use. In a cell, `FOLDER`
stands for the class's folder: an attacker may know it.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.build import CHECK_PREFIX, answered_notebook
from autograder.lessons import Lesson

NONSENSE = "def power_grad(a, b, x):\n    return 0.0, 0.0, 0.0"
HONEST = ("aa-honest", "zz-honest")  # students before and behind all attackers
MARK = "backprop-hostile-was-here"  # in the name or text of whatever an attack leaves behind


@dataclass(frozen=True)
class Attack:
    """One submission.

    Parameters
    ----------
    number : str
        In the list.
    name : str
        What is tried; also the student's name.
    before, after : str
        Cells of the student's, before and behind the answer to power_grad.
    answer : str
        That answer.
    target : str
        Another exercise that the answer is for.
    change : callable
        change(notebook) edits what is handed in.
    file : callable
        file(path) edits the file or its folder.
    says : str
        A regular expression that must be found in what the student is told.
    loses : tuple of str
        Other exercises that the attack costs: "all" if the notebook cannot be marked, "any" if it
        breaks what the other answers need.
    sealed : bool
        Whether it takes the system's help to keep it out: files, processes, sockets.
    slow : bool
        Whether it is ended by a limit of time.
    """

    number: str
    name: str
    before: str = ""
    after: str = ""
    answer: str = NONSENSE
    target: str = "power_grad"
    change: Callable[[Any], None] = lambda notebook: None
    file: Callable[[Path], None] = lambda path: None
    says: str = "da, db, dx wrong"
    loses: tuple[str, ...] = ()
    sealed: bool = False
    slow: bool = False

    @property
    def student(self) -> str:
        """The name of the submission's folder."""
        return f"{self.number}-{re.sub(r'[^a-z0-9]+', '-', self.name.lower())}".strip("-")

    def notebook(self, lesson: Lesson, folder: Path) -> Any:
        """Return the notebook that is handed in."""
        notebook = answered_notebook(lesson, lesson.reference.answers | {self.target: self.answer})
        place = next(i for i, cell in enumerate(notebook.cells) if cell.id == self.target)
        for number, text in ((1, self.after), (0, self.before)):
            if text:
                notebook.cells.insert(place + number, cell(text, f"attack-{number}"))
        for one in notebook.cells:
            one.source = one.source.replace("FOLDER", repr(str(folder)))
        self.change(notebook)
        return notebook


def cell(source: str, name: str, kind: str = "code") -> Any:
    """Return a cell of the student's own."""
    one = nbformat.from_dict(
        {"cell_type": kind, "id": name, "metadata": {}, "source": source.strip("\n")}
    )
    if kind == "code":
        one.outputs, one.execution_count = [], None
    return one


def hand_in(folder: Path, student: str, notebook: Any, lesson: Any) -> Path:
    """Put a notebook, which may be none, where the class's submissions are; return the path."""
    path = folder / "submitted" / student / lesson.name / f"{lesson.name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def hashes(folder: Path) -> dict[str, str]:
    """Return a hash of every file of a class that grading does not write, and where links lead."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if name.startswith(("autograded", "feedback", "gradebook.db", "graded", "verdicts")):
            continue
        if path.is_symlink():
            found[name] = os.readlink(path)
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest() + oct(path.stat().st_mode)
    return found


def check_cell(notebook: Any, exercise: str = "power_grad") -> Any:
    """Return the cell that checks an exercise."""
    return next(cell for cell in notebook.cells if cell.id == CHECK_PREFIX + exercise)


def tagged(notebook):
    check_cell(notebook).metadata.tags = ["skip-execution", "raises-exception"]


def doubled(notebook):
    copy = check_cell(notebook).copy()
    copy.id = "copy"
    notebook.cells.append(copy)


def deleted(notebook):
    notebook.cells.remove(check_cell(notebook))


def ungraded(notebook):
    check_cell(notebook).metadata.nbgrader.update(grade=False, points=100, locked=False)


def reordered(notebook):
    check = check_cell(notebook)
    notebook.cells.remove(check)
    notebook.cells.insert(0, check)
    check.source = "10.0"


def answered_by_a_check(notebook):
    check_cell(notebook).metadata.nbgrader.grade_id = "power_grad"


def flooded(notebook):
    text = "x" * 1_000_000
    output = {"output_type": "stream", "name": "stdout", "text": text}
    check_cell(notebook).outputs = [output] * 20


def outputs_forged(notebook):
    forged = {"output_type": "execute_result", "data": {"text/plain": "3"}, "metadata": {},
              "execution_count": 1}  # fmt: skip
    check_cell(notebook).outputs = [forged]


def cells_without_end(notebook):
    for number in range(3000):
        notebook.cells.append(cell("pass", f"many-{number}"))


def text_with_scripts(notebook):
    text = f"<script>{MARK}()</script> <img src=x onerror='{MARK}()'> [a](javascript:{MARK}())"
    notebook.cells.append(cell(text, "text", "markdown"))
    notebook.cells.append(cell(text, "raw-text", "raw"))


def torn(path):
    text = path.read_text()
    path.write_text(text[: len(text) // 2])


def old_format(path):
    path.write_text('{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}')


def deep_json(path):
    path.write_text('{"cells": ' + "[" * 200_000)


def forged_time(path):
    path.with_name("timestamp.txt").write_text("2001-01-01 00:00:00 UTC")


def no_time(path):
    path.with_name("timestamp.txt").write_text("\x1b[2J yesterday")


def link_beside(path):
    path.with_name("data.csv").symlink_to(path.parents[3] / "class_seed")


def link_for_notebook(path):
    path.unlink()
    path.symlink_to(path.parents[2] / "aa-honest" / path.parent.name / path.name)


def device_beside(path):
    os.mkfifo(path.with_name("data.csv"))


def odd_name_instead(path):
    path.rename(path.with_name(f"\x1b]0;{MARK}\x07.ipynb"))


TRY = "import os, sys, socket, subprocess, ctypes, resource, time, threading\n"
CALLS = (
    TRY
    + """
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    result = libc.syscall(*map(ctypes.c_long, arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
"""
)
# The sockets among the open files; the grader's is one of them.
CHANNEL = (
    TRY
    + """
import stat
def channels():
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                yield fd
        except OSError:
            pass
"""
)
PEEK = (
    TRY
    + """
def frames():
    frame = sys._getframe()
    while frame:
        yield frame
        frame = frame.f_back
"""
)
REFUSED = "Permission denied|not permitted|No such file|Read-only"

A = (
    Attack("01", "tag that skips the check", change=tagged),
    Attack("02", "copy of a check", change=doubled),
    Attack("03", "check deleted", change=deleted),
    Attack("04", "check without a grade", change=ungraded),
    Attack("05a", "redefinition before the check", after="""
def check(fn, points=0):
    return points
def Grade(*_):
    return 3.0
power_grad.points = 3
"""),
    Attack("05b", "check first, with another text", change=reordered),
    Attack("05c", "check that poses as the answer", change=answered_by_a_check),
    Attack("06a", "torn file", file=torn, says="is not a notebook", loses=("all",)),
    Attack("06b", "old format without cells", file=old_format, says="01_chain_rule.ipynb",
           loses=("all",)),
    Attack("06c", "brackets without end", file=deep_json, says="is not a notebook|recursion",
           loses=("all",)),
    Attack("06d", "twenty megabytes of output", change=flooded),
    Attack("06e", "forged outputs", change=outputs_forged),
    Attack("07a", "forged time of handing in", file=forged_time),
    Attack("07b", "time that is none", file=no_time, says="holds no time"),
    Attack("08a", "link to the seed beside the notebook", file=link_beside,
           says="data.csv is a link"),
    Attack("08b", "link to a neighbour's notebook", file=link_for_notebook, loses=("all",),
           says="is a link, which may point anywhere"),
    Attack("08c", "pipe beside the notebook", file=device_beside,
           says="data.csv is a link or a device"),
    Attack("08d", "file name that speaks to the terminal", file=odd_name_instead,
           says="no notebook 01_chain_rule.ipynb was handed in; there is", loses=("all",)),
)  # fmt: skip
B = (
    Attack("09", "numpy's assertions rebound", before="""
import numpy as np
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
np.linalg.norm = lambda *a, **k: 0.0
"""),
    Attack("10", "code of library functions replaced", before="""
import numpy as np, course.gradcheck
np.testing.assert_allclose.__code__ = (lambda *a, **k: None).__code__
course.gradcheck.relative_error.__code__ = (lambda a, b, floor=0: 0.0).__code__
course.gradcheck.relative_error(1.0, 2.0)
"""),
    Attack("11", "input transformer that empties checks", before="""
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass"])
""", says="AttributeError"),
    Attack("12", "input transformer that gives points", before="""
shell = get_ipython()
shell.transform = lambda text: "3.0" if "check" in text else text
"""),
    Attack("13", "syntax tree of later cells emptied", before="""
import ast
parse = ast.parse
ast.parse = lambda text, *a, **k: parse("" if "check" in text else text, *a, **k)
"""),
    Attack("14", "library shadowed by names and files", before="""
open("numpy.py", "w").write("array = float")
import sys, numpy as np
sys.path.insert(0, ".")
np.array = np.asarray = lambda *a, **k: 0.0
""", loses=("any",)),
    Attack("15", "array that agrees with everything", answer="""
class Agrees(np.ndarray):
    def __array_function__(self, *_): return True
    def __array_ufunc__(self, *_, **__): return np.array(0.0)
    def __eq__(self, other): return True
def power_grad(a, b, x):
    return tuple(np.zeros(()).view(Agrees) for _ in range(3))
"""),
    Attack("16", "object that copies what it is compared with", answer="""
import sys
class Copies:
    def __array__(self, *_, **__):
        frame = sys._getframe(1)
        while frame:
            for name in ("desired", "expected", "right", "truth"):
                if name in frame.f_locals: return frame.f_locals[name]
            frame = frame.f_back
        return np.array(0.0)
def power_grad(a, b, x):
    return Copies(), Copies(), Copies()
""", says="is a Copies, but should be a number"),
    Attack("17", "number that equals everything", answer="""
class Equal(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __abs__ = __sub__
def power_grad(a, b, x):
    return Equal(0), Equal(0), Equal(0)
"""),
    Attack("18", "search for the right values in memory", answer=PEEK + """
import gc
WORDS = ("truth", "expected", "mistakes", "families", "yardsticks", "class_seed")
def power_grad(a, b, x):
    found = [name for frame in frames() for name in frame.f_locals if name in WORDS]
    found += [w for one in gc.get_objects() if type(one) is dict for w in WORDS if w in one]
    found += [type(one).__name__ for one in gc.get_objects()
              if type(one).__name__ in ("Exercise", "Mistake", "Reference", "Question")]
    print("found", sorted(set(found)))
    return 0.0, 0.0, 0.0
""", says=r"found \[\]"),
    Attack("19", "thread that patches all the time", before=TRY + """
import autograder.student.zygote as zygote, autograder.student.calling as calling
def patch():
    while True:
        zygote.call = calling.call = lambda *a: calling.Reply((1.0, 1.0, 1.0))
        time.sleep(0.001)
threading.Thread(target=patch, daemon=True).start()
""", loses=("any",)),
    Attack("20a", "exit in a cell", before="""
import sys
sys.excepthook = lambda *_: None
get_ipython().showtraceback = lambda *_: None
sys.exit(0)
""", says="SystemExit"),
    Attack("20b", "exit in the answer", answer="def power_grad(a, b, x):\n    raise SystemExit(0)",
           says="stopped with `SystemExit: 0`"),
    Attack("20c", "exception that is caught nowhere", answer="""
class Out(BaseException): pass
def power_grad(a, b, x):
    raise Out()
""", says="ended its process"),
    Attack("21a", "process ended in the answer", answer="""
import os
def power_grad(a, b, x):
    os._exit(0)
""", says=r"ended its process \(exit code 0\)"),
    Attack("21b", "segmentation fault", answer="""
import ctypes
def power_grad(a, b, x):
    ctypes.string_at(0)
""", says="ended its process .Segmentation fault"),
    Attack("22", "another answer when graded", before="""
import os, sys
print("graded", sorted(n for n in os.environ if "GRAD" in n or "BACKPROP" in n or "SEED" in n))
print("told", [word for word in sys.argv if word != "-c"])
""", says=r"graded \[\]\ntold \[\]"),
)  # fmt: skip
C = (
    Attack("23", "reading the restored notebook", before=TRY + """
print([names for names in os.walk(".")])
for name in ("submitted", "autograded", "source", "release"):
    try:
        print(os.listdir(os.path.join(FOLDER, name)))
    except OSError as error:
        print(error.strerror)
""", says=REFUSED, sealed=True),
    Attack("24a", "solution from the source folder", before="""
import json
cells = json.load(open(FOLDER + "/source/01_chain_rule/01_chain_rule.ipynb"))["cells"]
""", after="""
for one in cells:
    if one["id"] == "power_grad":
        exec("".join(one["source"]), globals())
""", says=REFUSED, sealed=True),
    Attack("24b", "solution from the installed package", before="""
import pathlib, sys
import course
texts = []
for root in [*sys.path, sys.prefix, sys.base_prefix, course.__path__[0] + "/.."]:
    for place in ("solutions", "autograder/exercises", "share/backprop-course/solutions"):
        try:
            texts.append((pathlib.Path(root) / place / "01_chain_rule.py").read_text())
        except OSError:
            pass
print("texts", len(texts))
""", after="""
for text in texts:
    start = text.find("def power_grad")
    exec("import numpy as np\\n" + text[start:text.find("# %%", start)], globals())
""", says="texts 0", sealed=True),
    Attack("25", "marks written into the gradebook", before="""
import sqlite3
book = sqlite3.connect(FOLDER + "/gradebook.db")
book.execute("update grade set manual_score = 10")
book.commit()
""", says="unable to open|readonly|not authorized|disk I/O|locked|no such table", sealed=True),
    Attack("26", "code for the instructor's next command", before=f"""
open(FOLDER + "/nbgrader_config.py", "a").write("\\nprint('{MARK}')")
""", says=REFUSED, sealed=True),
    Attack("27", "a neighbour's work read and changed", before=f"""
path = FOLDER + "/submitted/aa-honest/01_chain_rule/01_chain_rule.ipynb"
for mode in "r", "a", "w":
    try:
        print(open(path, mode).read(100) if mode == "r" else open(path, mode).write("{MARK}"))
    except OSError as error:
        print(error.strerror)
""", says=REFUSED, sealed=True),
    Attack("28", "files that run later", before=TRY + f"""
import site, sysconfig
places = [sysconfig.get_path("purelib") + "/{MARK}.pth", sysconfig.get_path("stdlib") +
          "/sitecustomize.py", "/tmp/{MARK}", "/etc/profile.d/{MARK}.sh", "/dev/shm/{MARK}",
          os.path.expanduser("~root") + "/.ipython/profile_default/startup/{MARK}.py"]
written = []
for place in places:
    try:
        open(place, "w").write("print('{MARK}')")
        written.append(place)
    except OSError as error:
        pass
print("written", written)
""", says=r"written \[\]", sealed=True),
    Attack("29", "the grader's memory", before=TRY + """
for name in f"/proc/{os.getppid()}/mem", "/proc/1/mem", "/dev/mem", "/proc/self/mem":
    try:
        print("opened", open(name, "r+b").fileno())
    except OSError as error:
        print(error.strerror)
""", says=REFUSED, sealed=True),
    Attack("30", "scripts in text and outputs", change=text_with_scripts, before=f"""
from IPython.display import HTML, Javascript, display
text = "<script>{MARK}()</script><img src=x onerror={MARK}()>"
display(HTML(text)); display(Javascript("{MARK}()")); print(text)
raise type("<script>{MARK}", (Exception,), {{}})(text)
""", answer=f"""
def power_grad(a, b, x):
    print("<script>{MARK}()</script>")
    raise ValueError("<script>{MARK}()</script>")
""", says="stopped with `ValueError"),
)  # fmt: skip
D = (
    Attack("31a", "loop without an end", answer="def power_grad(a, b, x):\n    while True: pass",
           says="Is there a loop|gave no answer", slow=True),
    Attack("31b", "loop that cannot be interrupted", before="""
import signal
for number in (signal.SIGXCPU, signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
    signal.signal(number, signal.SIG_IGN)
while True:
    try:
        while True: pass
    except BaseException:
        continue
""", says="Is there a loop|gave no answer", slow=True),
    Attack("31c", "sleep without an end", before="import time\ntime.sleep(10**6)",
           says="gave no answer in", slow=True),
    Attack("32", "memory without an end", before="""
import numpy as np
hoard = []
try:
    while True: hoard.append(np.empty(2**25))
except MemoryError:
    print("stopped after", len(hoard) * 2**28 >> 20, "MB")
    hoard.clear()
""", says=r"stopped after \d{2,4} MB"),
    Attack("33a", "processes without an end", before=TRY + """
while True:
    os.fork()
""", says="BlockingIOError|PermissionError", sealed=True),
    Attack("33b", "process that stays", before=TRY + f"""
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            time.sleep(1)
            open("/tmp/{MARK}", "w").close()
    os._exit(0)
""", says="PermissionError", sealed=True),
    Attack("33c", "another program", before=TRY + """
!touch /tmp/backprop-hostile-was-here
subprocess.run(["touch", "/tmp/backprop-hostile-was-here"])
""", says="is not run in grading: no other program(.|\n)*PermissionError", sealed=True),
    Attack("34", "answers from the network", before=TRY + """
for family, address in ((socket.AF_INET, (b"127.0.0.1", 80)), (socket.AF_UNIX, b"\\0x")):
    try:
        socket.socket(family).connect(address)
    except OSError as error:
        print(error.strerror)
""", says="not permitted", sealed=True),
    Attack("35a", "disk without an end", before="""
for number in range(10**6):
    open(f"file-{number}", "wb").write(bytes(2**24))
""", says="wrote more than 64 MB|No space left"),
    Attack("35b", "answer of a gigabyte", answer="""
def power_grad(a, b, x):
    return np.zeros(2**27), 0.0, 0.0
""", says="returned too much"),
    Attack("35c", "print without an end", answer="""
def power_grad(a, b, x):
    for _ in range(1000): print("x" * 10_000)
    return 0.0, 0.0, 0.0
"""),
    Attack("36", "threads without an end", before=TRY + """
threading.stack_size(65536)
while True:
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
""", says="started more than 64 threads|can't start new thread"),
)  # fmt: skip
E_ = (
    Attack("37", "pickle that runs code", answer=f"""
import os
class Pickled:
    def __reduce__(self): return os.system, ("touch /tmp/{MARK}",)
    __getstate__ = __reduce_ex__ = lambda self, *a: self.__reduce__()
def power_grad(a, b, x):
    return Pickled(), Pickled(), Pickled()
""", says="is a Pickled, but should be a number"),
    Attack("38", "verdict written over", before=f"""
for name in ("verdicts.jsonl", "graded.jsonl", "class_seed"):
    try:
        open(FOLDER + "/" + name, "a").write("{MARK}")
    except OSError as error:
        print(error.strerror)
""", says=REFUSED, sealed=True),
    Attack("39", "exercises in memory that was inherited", before="""
import gc, sys
names = [n for n in sys.modules if n.startswith("autograder") and "student" not in n]
print("modules", names)
texts = [one for one in gc.get_objects() if isinstance(one, dict) and "power_grad" in one]
print("dicts", len([one for one in texts if one is not globals()]))
try:
    import autograder.exercises
except ImportError as error:
    print("refused")
""", says=r"modules \['autograder'\]\ndicts 0\nrefused"),
    Attack("40", "derivative by differences", answer="""
def power_grad(a, b, x, eps=1e-6):
    def f(a, b, x): return a * x**b
    return tuple(
        (f(*[v + eps * (i == k) for i, v in enumerate((a, b, x))])
         - f(*[v - eps * (i == k) for i, v in enumerate((a, b, x))])) / (2 * eps)
        for k in range(3))
""", says="but measured"),
    Attack("41", "answers learnt by heart", answer="""
KNOWN = {}
for a in np.linspace(-3, 3, 61):
    for b in np.linspace(-3, 4, 71):
        KNOWN[round(a, 1), round(b, 1)] = (1.0, a, b)
def power_grad(a, b, x):
    return KNOWN[round(a, 1), round(b, 1)]
"""),
    Attack("42a", "not a number", answer="""
def power_grad(a, b, x):
    return np.nan, np.inf, -np.inf
"""),
    Attack("42b", "few digits", answer="""
def power_grad(a, b, x):
    return np.float16(x**b), np.float16(a * x**b * np.log(x)), np.float16(a * b * x ** (b - 1))
"""),
    Attack("42c", "inputs changed in place", target="parameter_grads", answer="""
def parameter_grads(theta, x):
    theta[:] = 0.0
    return np.zeros(len(theta))
""", says="parameter_grads|dtheta|theta"),
    Attack("43a", "garbage in the grader's channel", answer=CHANNEL + """
def power_grad(a, b, x):
    for fd in channels(): os.write(fd, os.urandom(4096))
    return 0.0, 0.0, 0.0
""", says="wrote into the grader's channel|ended its process"),
    Attack("43b", "reply that dribbles in", answer=CHANNEL + """
def power_grad(a, b, x):
    for fd in channels():
        os.write(fd, b"\\x00\\x80\\x00\\x00")
        while True:
            os.write(fd, b"x")
            time.sleep(0.05)
""", says="gave no answer in|seconds of computing", slow=True),
    Attack("43c", "forged reply with the right number", answer=PEEK + """
def power_grad(a, b, x):
    (count,) = {len(f.f_locals["cases"]) for f in frames() if f.f_code.co_name == "_call"}
    for frame in frames():
        if frame.f_code.co_name == "_serve":
            channel, nonce = frame.f_locals["channel"], frame.f_locals["nonce"]
            wire = frame.f_globals["wire"]
            reply = dict(value=(a, b, x), stopped="", said="", error="", changed=(), printed="",
                         warned=())
            channel.sendall(wire.encode({"nonce": nonce, "reply": [reply] * count}))
    return 0.0, 0.0, 0.0
"""),
    Attack("43d", "reply of terabytes", answer=CHANNEL + """
def power_grad(a, b, x):
    for fd in channels(): os.write(fd, b"\\xff\\xff\\xff\\xff")
    time.sleep(100)
""", says="wrote into the grader's channel"),
)  # fmt: skip
F = (
    Attack("44", "limits of the grader", before=TRY + """
resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (3, 3))
""", says="PermissionError", sealed=True),
    Attack("45", "rings that make calls unseen", before=CALLS + """
call(425, 8, id(room := bytearray(200)))
""", says="not permitted", sealed=True),
    Attack("46", "descriptors of the grader", before=CALLS + """
call(438, call(434, os.getppid(), 0), 3, 0)
""", says="not permitted", sealed=True),
    Attack("47", "call of a 32-bit program", before=TRY + """
import mmap
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
""", says="ended its process .Bad system call", sealed=True),
    Attack("48", "call of the x32 kind", before=CALLS + "call(0x40000000 + 41, 1, 1, 0)",
           says="ended its process .Bad system call", sealed=True),
    Attack("49", "outliving the grader", before=CALLS + "call(157, 1, 0, 0, 0, 0)",
           says="not permitted", sealed=True),
    Attack("50", "standing still", before=TRY + "os.kill(os.getpid(), 19)",
           says="gave no answer in", slow=True),
    Attack("51", "signals to everybody", before=TRY + """
for pid in (-1, 0, 1, os.getppid(), -os.getpgrp()):
    try:
        os.kill(pid, 9)
    except OSError as error:
        print(error.strerror)
""", says="not permitted", sealed=True),
    Attack("52", "killing itself", before=TRY + "os.kill(os.getpid(), 9)",
           says="ended its process"),
    Attack("53", "folders in folders", before=TRY + """
for _ in range(4000):
    os.mkdir("d" * 100)
    os.chdir("d" * 100)
""", says="wrote more than"),
    Attack("54", "folders that nobody may look into", before=TRY + """
os.umask(0)
for name in "abc":
    os.mkdir(name); os.mkdir(f"{name}/inner"); open(f"{name}/inner/file", "w").close()
    os.mkdir(f"{name}/closed", 0)
os.mkdir("closed", 0)
"""),
    Attack("55", "files without an end", before="""
for number in range(10**6):
    open(f"file-{number}", "w").close()
""", says="wrote more than"),
    Attack("56", "files that come and go", before=TRY + """
def come_and_go():
    while True:
        for name in "abcdef": open(name, "w").close()
        for name in "abcdef": os.unlink(name)
threading.Thread(target=come_and_go, daemon=True).start()
time.sleep(0.5)
"""),
    Attack("57", "disk filled cell by cell", change=lambda notebook: [
        notebook.cells.insert(5, cell(f"open('f{n}', 'wb').write(bytes(2**24))", f"fill-{n}"))
        for n in range(6)], says="wrote more than 64 MB|No space left"),
    Attack("58", "links to what is outside left behind", before=TRY + """
for number, name in enumerate(("gradebook.db", "class_seed", "submitted", "nbgrader_config.py")):
    os.symlink(os.path.join(FOLDER, name), f"link-{number}")
    try:
        os.link(os.path.join(FOLDER, name), f"hard-{number}")
    except OSError as error:
        print(error.strerror)
""", says=f"{REFUSED}|cross-device|Cross-device", sealed=True),
    Attack("59", "a derivative by differences that is not counted", before="""
import autograder.student.zygote as zygote
from autograder.student.watching import Watched
zygote.watch = lambda *a: Watched(1, 0, False, ())
""", answer="""
def power_grad(a, b, x, eps=1e-6):
    def f(a, b, x): return a * x**b
    return ((f(a + eps, b, x) - f(a - eps, b, x)) / (2 * eps),
            (f(a, b + eps, x) - f(a, b - eps, x)) / (2 * eps),
            (f(a, b, x + eps) - f(a, b, x - eps)) / (2 * eps))
""", says="but measured.*reaches for autograder.student"),
    Attack("60", "words for the terminal", answer=f"""
def power_grad(a, b, x):
    print("\\x1b[2J\\x1b]0;{MARK}\\x07")
    raise ValueError("\\x1b[2J\\x1b]0;{MARK}\\x07")
""", says="stopped with `ValueError"),
    Attack("61", "a message of megabytes", answer="""
def power_grad(a, b, x):
    raise ValueError("x" * 10_000_000)
""", says="stopped with `ValueError"),
    Attack("62", "a message that never ends", answer="""
class Talks(Exception):
    def __str__(self):
        while True: pass
def power_grad(a, b, x):
    raise Talks
""", says="seconds of computing|gave no answer", slow=True),
    Attack("63", "everything rebound", before="""
import builtins, json, pickle, struct, numpy as np
for module in (json, pickle, struct):
    for name in dir(module):
        if name[0] != "_":
            setattr(module, name, lambda *a, **k: b"3.0")
builtins.isinstance = lambda *_: True
builtins.len = lambda _: 0
""", says="ended its process|wrote into the grader's channel", loses=("any",)),
    Attack("64", "file descriptors for the grader", before=CHANNEL + """
import array
for fd in list(channels()):
    channel = socket.socket(fileno=os.dup(fd))
    files = array.array("i", [os.open("/dev/null", 0)] * 20)
    channel.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
""", says="wrote into the grader's channel|ended its process"),
    Attack("65", "channel hung up", before=CHANNEL + """
for fd in list(channels()): socket.socket(fileno=fd).shutdown(socket.SHUT_RDWR)
""", says="ended its process"),
    Attack("66", "values of strange kinds", answer="""
def power_grad(a, b, x):
    deep = []
    for _ in range(500): deep = [deep]
    return deep, {"a" * 10**5: [1] * 10**4}, np.longdouble(1) / 3
"""),
    Attack("67", "ten to the thousandth", answer="""
def power_grad(a, b, x):
    return 10**1000, -(10**300), 10**308
"""),
    Attack("68", "a class named like a page", answer="""
Strange = type("<b onclick=x>\\n`\\x1b[0m", (), {})
def power_grad(a, b, x):
    return Strange(), Strange(), Strange()
""", says="but should be a number"),
    Attack("69", "cells without end", change=cells_without_end),
    Attack("70", "work after the end", before=f"""
import atexit, threading
class Late:
    def __del__(self): open("/tmp/{MARK}", "w").close()
atexit.register(Late().__del__)
threading.Thread(target=lambda: __import__("time").sleep(1000)).start()
"""),
    Attack("71", "gradebook opened by its place", before=CALLS + """
file = os.open(FOLDER + "/gradebook.db", os.O_PATH)
print("seen")
libc.linkat(file, b"", -100, b"book", 0x1000)
open(os.path.exists("book") and "book" or f"/proc/self/fd/{file}", "r+b")
""", says=REFUSED, sealed=True),
    Attack("72", "watching the class's folder", before=CALLS + """
call(254, call(294, 0), id(FOLDER), 2)
""", says="not permitted", sealed=True),
    Attack("73", "first in the queue", before=TRY + """
for attempt in (lambda: os.nice(-20), lambda: os.sched_setaffinity(0, {0}),
                lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19),
                lambda: os.sched_setscheduler(os.getppid(), os.SCHED_IDLE, os.sched_param(0))):
    try:
        attempt()
    except OSError as error:
        print(error.strerror)
""", says="not permitted", sealed=True),
    Attack("74", "namespaces and mounts", before=CALLS + """
for attempt in (lambda: call(272, 0x10000000), lambda: call(165, 0, 0, 0, 0, 0),
                lambda: call(161, 0), lambda: call(155, 0, 0), lambda: call(308, 0, 0)):
    try:
        attempt()
    except OSError as error:
        print(error.strerror)
""", says="(Operation not permitted\n){5}", sealed=True),
    Attack("75", "another seccomp filter and limits raised", before=TRY + """
libc = ctypes.CDLL(None, use_errno=True)
print("prctl", libc.prctl(22, 2, 0, 0, 0))
for limit in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE):
    resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
""", says="prctl -1(.|\n)*ValueError|prctl -1(.|\n)*PermissionError"),
)  # fmt: skip
ATTACKS = (*A, *B, *C, *D, *E_, *F)
