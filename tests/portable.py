"""Calls that not every system has, and where they may stand: in the port (nbmodelver/system), and nowhere else.

Read from the source, so that a use on a path that no test runs is found too.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PORT = "system"
MODULES = {
    "fcntl",
    "msvcrt",
    "termios",
    "tty",
    "pty",
    "pwd",
    "grp",
    "resource",
    "winreg",
    "_winapi",
    "syslog",
    "posix",
    "nt",
}
OF_MODULES = {
    "os": {
        "O_NOFOLLOW", "O_DIRECTORY", "O_CLOEXEC", "O_NONBLOCK", "O_SYNC", "O_PATH", "O_BINARY",
        "link", "symlink", "readlink", "mkfifo", "mknod", "chmod", "fchmod", "lchmod", "chown", "fchown", "umask",
        "getuid", "geteuid", "getgid", "getegid", "getgroups", "getpgid", "setsid", "setpgid", "nice", "uname",
        "fork", "forkpty", "wait", "waitpid", "wait4", "kill", "killpg", "register_at_fork",
        "pread", "pwrite", "preadv", "pwritev", "readv", "writev", "sendfile", "splice", "copy_file_range", "fdatasync",
        "sync", "posix_fadvise", "posix_fallocate", "lockf", "statvfs", "fstatvfs", "fchdir", "sysconf", "confstr",
        "sched_getaffinity", "sched_setaffinity", "getloadavg", "memfd_create", "eventfd", "getrandom", "name",
        "fsync", "replace", "rename", "renames",
    },
    "signal": {
        "setitimer", "getitimer", "alarm", "SIGALRM", "ITIMER_REAL", "SIGKILL", "SIGHUP", "SIGUSR1", "SIGCHLD",
        "SIGPIPE", "SIGSTOP", "SIGCONT", "pthread_kill", "pthread_sigmask", "sigwait", "pause",
    },
    "ctypes": {"WinDLL", "windll", "WinError", "CDLL"},
    "time": {"tzset"},
    "mmap": {"MAP_PRIVATE", "MAP_ANONYMOUS", "PROT_READ", "mmap"},
}  # fmt: skip
"""fsync, replace and rename are there everywhere and mean something else: the port has `sync` and `replace_at`."""

KEYWORDS = {"dir_fd", "src_dir_fd", "dst_dir_fd", "pass_fds", "preexec_fn", "start_new_session", "process_group"}


def uses(package: Path) -> list[str]:
    """Every such use outside the port, as "file:line says what"."""
    found = []
    for file in sorted(package.rglob("*.py")):
        place = file.relative_to(package)
        if place.parts[0] != PORT:
            found += [f"{place.as_posix()}:{line} {what}" for line, what in of_source(file.read_text(encoding="utf-8"))]
    return found


def of_source(text: str) -> Iterator[tuple[int, str]]:
    """Line and what it is, of each use in a source."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names if a.name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            module = node.module or ""
            if module.partition(".")[0] in MODULES:
                yield node.lineno, module
            names = OF_MODULES.get(module, set())
            yield from ((node.lineno, f"{module}.{a.name}") for a in node.names if a.name in names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in OF_MODULES.get(node.value.id, set()):
                yield node.lineno, f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, f"{k.arg}=") for k in node.keywords if k.arg in KEYWORDS)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.startswith(("/proc/", "/dev/"))
        ):
            yield node.lineno, node.value
