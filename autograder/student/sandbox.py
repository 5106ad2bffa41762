"""What a student's process may do; the rest is given up before it runs a cell.

| step     | where                 | what is left                                               |
|----------|-----------------------|------------------------------------------------------------|
| limits   | any Unix              | some CPU time, memory, file size, open files, no core file |
| identity | as root               | that of a user who is nobody, and nobody else              |
| Landlock | Linux 5.13 and newer  | reads Python and its packages less ours, writes a scratch  |
| seccomp  | Linux, x86-64 and ARM | no sockets, processes, signals to others, tracing, ...     |

No package is needed: the two kernel interfaces are reached by ctypes. `Sandbox` is prepared once,
where files can still be looked up, and `enter`ed by each forked process. `level` says what can be
had here; `autograder.probe` tries it, by attacks. What files there are outside, how large and how
old, can be seen all the same: Landlock is about what is in them.

Sources: the kernel's Documentation/userspace-api/landlock.rst and seccomp_filter.rst, and the man
pages landlock(7), seccomp(2), prctl(2).
"""

import contextlib
import ctypes
import errno
import math
import os
import platform
import struct
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SEALED, LIMITED, OPEN = "sealed", "limited", "open"  # levels, the best first
NOBODY = 65534
FIRST_UID = 2_000_000_000  # of users who are nobody: each grader has its own
FEWER_TASKS = 1024  # how many more an ordinary user may start, the instructor's own included


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Parameters
    ----------
    cell_seconds : float
        Computing time of a cell or a check.
    submission_seconds : int
        Computing time of all of them together.
    patience : float
        Clock time for each second of computing time; it only guards against waiting for ever.
    memory : int
        Bytes of address space.
    disk, file_size, files : int
        Bytes of all files and of one file; number of files and folders.
    open_files, tasks : int
        Open files; threads.
    """

    cell_seconds: float = 20
    submission_seconds: int = 300
    patience: float = 3
    memory: int = 4 * 2**30
    disk: int = 256 * 2**20
    file_size: int = 32 * 2**20
    files: int = 5000
    open_files: int = 64
    tasks: int = 256


_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_KEEPCAPS, _PR_SET_SECCOMP = 1, 4, 8, 22
_PR_SET_MM, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS, _PR_SCHED_CORE = 35, 36, 38, 62
_PR_SET_PTRACER = 0x59616D61
_CAPABILITIES, _READ_ANY_FILE = 0x20080522, 1 << 2  # version 3; CAP_DAC_READ_SEARCH
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same on all machines
# Rights on files, by their bits; what a kernel of an older ABI does not know is left out.
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_WRITE = 1 << 1 | sum(1 << bit for bit in range(4, 13))  # write, remove, make
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_NETWORK, _SCOPES = 0b11, 0b11  # bind and connect TCP; abstract sockets and signals

# System calls by number, x86-64 then ARM; -1 where there is none of that name.
_REFUSED = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242),
    "fork": (57, -1), "vfork": (58, -1), "execve": (59, 221), "execveat": (322, 281),
    "sync": (162, 81), "syncfs": (306, 267), "inotify_init": (253, -1), "inotify_init1": (294, 26),
    "inotify_add_watch": (254, 27), "kexec_file_load": (320, 294), "clock_adjtime": (305, 266),
    "fsconfig": (431, 431), "fspick": (433, 433), "quotactl_fd": (443, 443),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438),
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "io_setup": (206, 0), "io_submit": (209, 2), "userfaultfd": (323, 282),
    "perf_event_open": (298, 241), "bpf": (321, 280), "seccomp": (317, 277),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "msgget": (68, 186),
    "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187), "semget": (64, 190),
    "semop": (65, 193), "semctl": (66, 191), "semtimedop": (220, 192),
    "mq_open": (240, 180), "mq_unlink": (241, 181), "memfd_create": (319, 279),
    "memfd_secret": (447, 447), "unshare": (272, 97), "setns": (308, 268), "chroot": (161, 51),
    "pivot_root": (155, 41), "mount": (165, 40), "umount2": (166, 39), "fsopen": (430, 430),
    "fsmount": (432, 432), "move_mount": (429, 429), "open_tree": (428, 428),
    "mount_setattr": (442, 442), "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    "chmod": (90, -1), "fchmod": (91, 52), "fchmodat": (268, 53),
    "chown": (92, -1), "fchown": (93, 55), "lchown": (94, -1), "fchownat": (260, 54),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "utime": (132, -1), "utimes": (235, -1), "futimesat": (261, -1), "utimensat": (280, 88),
    "truncate": (76, 45), "mknod": (133, -1), "mknodat": (259, 33), "quotactl": (179, 60),
    "setrlimit": (160, 164), "setpriority": (141, 140), "ioprio_set": (251, 30),
    "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "sched_setattr": (314, 274),
    "sched_setaffinity": (203, 122), "migrate_pages": (256, 238), "move_pages": (279, 239),
    "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145), "setregid": (114, 143),
    "setresuid": (117, 147), "setresgid": (119, 149), "setgroups": (116, 159),
    "capset": (126, 91), "personality": (135, 92), "acct": (163, 89), "syslog": (103, 116),
    "reboot": (169, 142), "kexec_load": (246, 104), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "swapon": (167, 224),
    "swapoff": (168, 225), "sethostname": (170, 161), "setdomainname": (171, 162),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "iopl": (172, -1), "ioperm": (173, -1), "modify_ldt": (154, -1), "vhangup": (153, 58),
    "fanotify_init": (300, 262), "lookup_dcookie": (212, 18),
}  # fmt: skip
_NOT_THERE = {"clone3": (435, 435)}  # callers then fall back to clone, whose flags can be seen
_CLONE, _KILL, _TGKILL = (56, 220), (62, 129), (234, 131)
_PRCTL, _PRLIMIT, _FCNTL, _IOCTL_CALL = (157, 167), (302, 261), (72, 25), (16, 29)
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_CLONE_THREAD = 0x10000
_YOUNGEST = 449  # of the calls that Python may need; those after it are not there
# What would undo the sandbox, or make others look into the process.
_PRCTL_REFUSED = (
    _PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_MM, _PR_SET_CHILD_SUBREAPER,
    _PR_SCHED_CORE, _PR_SET_PTRACER,
)  # fmt: skip
# Who gets a file's signals, and terminal input typed for somebody else.
_FCNTL_REFUSED, _IOCTL_REFUSED = (8, 10, 15), (0x8901, 0x8902, 0x5412)


class SandboxError(OSError):
    """A part of the sandbox that could not be entered."""


def level() -> str:
    """Return the best level that this system offers."""
    if sys.platform == "win32":
        return OPEN
    if sys.platform != "linux" or platform.machine() not in _MACHINES or _landlock_abi() < 1:
        return LIMITED
    return SEALED


def readable_paths(forbidden: Iterable[Path], extra: Iterable[Path] = ()) -> Iterator[Path]:
    """Return what a student's process may read: Python and its packages, never `forbidden`.

    Parameters
    ----------
    forbidden : iterable of Path
        Files and folders that hold answers.
    extra : iterable of Path
        Folders to be read as well.
    """
    forbidden = [path.resolve() for path in forbidden]
    roots = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    # Not all of the path: a checkout or a home folder may be on it.
    roots += [path for path in sys.path if path.endswith(("-packages", "lib-dynload", ".zip"))]
    roots += ["/usr/lib", "/lib", "/lib64", "/usr/local/lib", "/usr/share/zoneinfo"]
    roots += ["/etc/ld.so.cache", "/etc/localtime", "/usr/share/fonts", "/dev/null", "/dev/zero"]
    roots += ["/dev/urandom", "/dev/random", *map(str, extra)]
    for root in sorted({Path(root).resolve() for root in roots if os.path.exists(root)}):
        yield from _less(root, forbidden)


def _less(root: Path, forbidden: list[Path]) -> Iterator[Path]:
    """Return a folder, or what is in it, so that nothing forbidden is inside."""
    if any(root == path or path in root.parents for path in forbidden):
        return
    if not any(root in path.parents for path in forbidden):
        yield root
        return
    for entry in root.iterdir():
        if not entry.is_symlink():
            yield from _less(entry, forbidden)


class Sandbox:
    """What each student's process is put into.

    Parameters
    ----------
    scratch : Path
        The one folder that it may write to.
    forbidden, extra : iterable of Path
        As in `readable_paths`.
    limits : Limits
        What it may use.
    level : str
        How far to go: no further than `level()`.
    grader : int
        A number that no other grader on this machine has.
    """

    def __init__(
        self,
        scratch: Path,
        forbidden: Iterable[Path],
        extra: Iterable[Path],
        limits: Limits,
        level: str,
        grader: int,
    ) -> None:
        self.scratch, self.limits, self.level = scratch, limits, level
        self.uid = _nobody(grader) if hasattr(os, "getuid") and os.getuid() == 0 else None
        self.parent, self.rules = os.getpid(), -1
        self.tasks = limits.tasks
        if self.uid is None:
            self.tasks += _own_tasks() + FEWER_TASKS
        if sys.platform == "linux":
            self.libc = ctypes.CDLL(None, use_errno=True)
            with contextlib.suppress(OSError):  # where memory runs out, this goes first
                Path("/proc/self/oom_score_adj").write_text("1000")
            # What a student's process leaves behind becomes the zygote's, which ends it.
            self._call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        if self.level == SEALED:
            self.rules = self._file_rules(forbidden, extra)

    def enter(self) -> None:
        """Give up all that a student's process does not need; there is no way back.

        Raises
        ------
        SandboxError
            If a part of it does not work.
        """
        self._limit()
        if self.uid is not None:
            self._become_nobody()
        if sys.platform == "linux" and os.getpid() != self.parent:
            self._call("prctl", _PR_SET_PDEATHSIG, 9, 0, 0, 0)  # dies with the zygote
            if os.getppid() != self.parent:
                raise SandboxError(errno.ESRCH, "the zygote is gone")
        if self.level != SEALED:
            return
        self._call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        self._call("syscall", _LANDLOCK_RESTRICT, self.rules, 0)
        os.close(self.rules)
        program = _filter(os.getpid())
        code = ctypes.create_string_buffer(program)
        header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
        buffer = ctypes.create_string_buffer(header)
        self._call("prctl", _PR_SET_SECCOMP, 2, ctypes.addressof(buffer), 0, 0)

    def _become_nobody(self) -> None:
        """Drop root's identity and rights, but for reading where Landlock has the last word.

        Python itself may be installed where only root can look.
        """
        if self.level == SEALED:
            self._call("prctl", _PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setresgid(self.uid, self.uid, self.uid)
        os.setresuid(self.uid, self.uid, self.uid)
        if self.level == SEALED:
            header = ctypes.create_string_buffer(struct.pack("Ii", _CAPABILITIES, 0))
            rights = ctypes.create_string_buffer(
                struct.pack("6I", _READ_ANY_FILE, _READ_ANY_FILE, 0, 0, 0, 0)
            )
            self._call("capset", ctypes.addressof(header), ctypes.addressof(rights))

    def _limit(self) -> None:
        try:
            import resource
        except ImportError:  # Windows
            return
        limits = {
            # The grader's own count decides; this is for where it has none.
            "RLIMIT_CPU": self.limits.submission_seconds + math.ceil(self.limits.cell_seconds),
            "RLIMIT_AS": self.limits.memory,
            "RLIMIT_FSIZE": self.limits.file_size,
            "RLIMIT_NOFILE": self.limits.open_files,
            "RLIMIT_NPROC": self.tasks,
            "RLIMIT_CORE": 0,
            "RLIMIT_MSGQUEUE": 0,
        }
        may_fail = () if self.level == SEALED else (OSError, ValueError)  # macOS has its own ideas
        for name, most in limits.items():
            if hasattr(resource, name):
                _, hard = resource.getrlimit(getattr(resource, name))
                most = most if hard == resource.RLIM_INFINITY else min(most, hard)
                with contextlib.suppress(*may_fail):
                    resource.setrlimit(getattr(resource, name), (most, most))

    def _call(self, function: str, *arguments: int) -> int:
        result = getattr(self.libc, function)(*map(ctypes.c_long, arguments))
        if result < 0:
            code = ctypes.get_errno()
            raise SandboxError(code, f"{function} {arguments[0]}: {os.strerror(code)}")
        return result

    def _file_rules(self, forbidden: Iterable[Path], extra: Iterable[Path]) -> int:
        """Return a Landlock ruleset, as a descriptor."""
        abi = _landlock_abi()
        files = _READ_FILE | _READ_DIR | _WRITE | 1  # and execute
        files |= (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0)
        files |= _IOCTL if abi >= 5 else 0
        attributes = [files]
        attributes += [_NETWORK] if abi >= 4 else []
        attributes += [_SCOPES] if abi >= 6 else []
        packed = struct.pack(f"{len(attributes)}Q", *attributes)
        buffer = ctypes.create_string_buffer(packed)
        rules = self._call("syscall", _LANDLOCK_CREATE, ctypes.addressof(buffer), len(packed), 0)
        for path in readable_paths(forbidden, extra):
            self._allow(rules, path, _READ_FILE | (_READ_DIR if path.is_dir() else 0))
        for listed in {Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("platlib"))}:
            self._allow(rules, listed, _READ_DIR)
        self._allow(rules, Path("/dev/null"), _READ_FILE | 1 << 1)
        self._allow(rules, self.scratch, files & ~(1 | _IOCTL))
        return rules

    def _allow(self, rules: int, path: Path, rights: int) -> None:
        try:
            file = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return  # what cannot be looked up cannot be read either
        try:
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, file))
            self._call("syscall", _LANDLOCK_ADD, rules, 1, ctypes.addressof(rule), 0)
        finally:
            os.close(file)


def _nobody(grader: int) -> int:
    """Return a user that no other process runs as.

    So a student's process cannot signal, look into or use up the number of processes of another,
    even if all else should fail. Where such a user cannot be, in a container that maps few, it is
    the usual nobody.
    """
    uid = FIRST_UID + grader
    try:
        lines = Path("/proc/self/uid_map").read_text().splitlines()
    except OSError:
        return NOBODY
    mapped = [map(int, line.split()) for line in lines]
    return uid if any(first <= uid < first + count for first, _, count in mapped) else NOBODY


def _own_tasks() -> int:
    """Return how many threads this user's processes have now."""
    tasks = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == os.getuid():
                tasks += len(os.listdir(process / "task"))
        except OSError:
            continue
    return tasks


def _landlock_abi() -> int:
    """Return the version of Landlock that the kernel has, 0 or less for none."""
    return ctypes.CDLL(None, use_errno=True).syscall(
        ctypes.c_long(_LANDLOCK_CREATE), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(1)
    )


def _filter(pid: int) -> bytes:
    """Return the seccomp program of a process: pairs of "if it is this call" and "refuse it"."""
    column, machine = _MACHINES[platform.machine()]
    load, equal, above, masked, give = 0x20, 0x15, 0x35, 0x54, 0x06  # BPF: LD, JEQ, JGE, AND, RET
    allow, refuse, absent, kill = 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 1 << 31
    number, architecture, first, second = 0, 4, 16, 24  # offsets in struct seccomp_data

    def line(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("HBBI", code, yes, no, value)

    def only_if(call: int, argument: int, *tests: bytes) -> bytes:
        """Of one call: look at an argument; the tests end in allow or refuse."""
        body = line(load, argument) + b"".join(tests)
        return line(equal, call, 0, len(body) // 8) + body

    program = line(load, architecture) + line(equal, machine, 1, 0) + line(give, kill)
    program += line(load, number)
    if machine == 0xC000003E:
        program += line(above, 0x40000000, 0, 1) + line(give, kill)  # the x32 calls
    program += line(above, _YOUNGEST + 1, 0, 1) + line(give, absent)
    for table, answer in ((_REFUSED, refuse), (_NOT_THERE, absent)):
        for numbers in table.values():
            if numbers[column] >= 0:
                program += line(equal, numbers[column], 0, 1) + line(give, answer)
    else_refuse = line(give, allow) + line(give, refuse)
    for call in (_KILL, _TGKILL):
        program += only_if(call[column], first, line(equal, pid, 0, 1) + else_refuse)
    program += only_if(
        _CLONE[column], first, line(masked, _CLONE_THREAD), line(equal, 0, 1, 0) + else_refuse
    )
    # Limits of this process may be read and lowered, never those of another.
    own = line(equal, 0, 1, 0) + line(equal, pid, 0, 1)
    program += only_if(_PRLIMIT[column], first, own + else_refuse)
    for call, argument, refused in (
        (_PRCTL, first, _PRCTL_REFUSED),
        (_FCNTL, second, _FCNTL_REFUSED),
        (_IOCTL_CALL, second, _IOCTL_REFUSED),
    ):
        tests = b"".join(line(equal, value, 0, 1) + line(give, refuse) for value in refused)
        program += only_if(call[column], argument, tests + line(give, allow))
    return program + line(give, allow)
