"""Notes the files that cells read, by an audit hook of Python (PEP 578).

Libraries in C, C++ and Rust open files without an event. Therefore a file that a cell names as a text, or whose path it
builds from variables, also counts, if it was there before the cell ran. Files that cells wrote are results and do not
count.
"""

from __future__ import annotations

import os
import re
import site
import stat
import sys
import sysconfig
import tempfile
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from nbmodelver.kernel import path_names
from nbmodelver.model import ReadFile
from nbmodelver.model.input_files import steps_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

MOST_SEEN = 5_000
_NAMED = re.compile(r"""['"]([^'"\n\\]{0,300}\.[A-Za-z0-9]{1,12})['"]""")
_NO_DATA = (".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".ipynb", ".nbmv.zip", ".pth")
_WRITES = os.O_WRONLY | os.O_RDWR
TICK_NS = 20_000_000
"""File systems take the time of a change from a clock that is behind by up to this."""

SILENT = frozenset({
    "polars", "pyarrow", "h5py", "netCDF4", "duckdb", "cv2", "rasterio", "pyogrio", "fiona", "tables", "SimpleITK",
    "pyreadstat", "zarr", "lightgbm", "xgboost", "catboost", "torchvision", "sqlite3",
})  # fmt: skip
"""Libraries that open files without an event of Python."""

OVERWRITTEN = "a cell wrote it after it was read"


class FileReads:
    """The files that the cells since the last commit read. Each notebook has one; `start` makes its events arrive.

    namespace: that of the notebook, for paths that cells build from variables.
    """

    def __init__(self, namespace: Mapping[str, Any] | None = None) -> None:
        self._namespace: Mapping[str, Any] = {} if namespace is None else namespace
        self._seen: dict[str, os.stat_result] = {}
        self._written: set[str] = set()
        self._overwritten: set[str] = set()
        self._relative: set[str] = set()
        self._depth = 0
        self._began_ns = 0
        self._before: dict[str, int] = {}
        self._source = ""
        self.is_active = False

    # -- cells

    def pre_run(self, info: Any) -> None:
        """Handle the start of a cell. info: IPython's `ExecutionInfo`, None for the cell that loads the extension."""
        self._depth += 1
        if self._depth == 1:
            self._began_ns = time.time_ns()
            self._source = str(getattr(info, "raw_cell", "") or "")
            self._before = dict(self._times(self._source))
            self.is_active = True

    def post_run(self, _result: Any) -> None:
        """Handle the end of a cell."""
        self._depth = max(0, self._depth - 1)
        if not self._depth:
            self.is_active = False
            self._look_at_names()

    def add_earlier(self, sources: Iterable[str]) -> None:
        """Add the files that cells name which ran before the extension was loaded."""
        for source in sources:
            self._named(source, time.time_ns() + TICK_NS)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Note nothing within the block, in which nbmodelver reads files of its own."""
        was, self.is_active = self.is_active, False
        try:
            yield
        finally:
            self.is_active = was and self._depth > 0

    def since_parent(self, folder: Path) -> list[ReadFile]:
        """Return the files that were read since the last commit. folder: of the notebook."""
        self._look_at_names()
        modules = _module_files() if any(p.endswith(".py") for p in self._seen) else frozenset()
        found = [self._read_file(p, was, folder) for p, was in list(self._seen.items()) if p not in modules]
        return [file for file in found if file is not None]

    def committed(self) -> None:
        """Forget the files that are part of a version now."""
        self._seen.clear()
        self._overwritten.clear()

    def taken(self) -> dict[str, os.stat_result]:
        """Return what was seen since the last commit, for `not_committed`."""
        return dict(self._seen)

    def not_committed(self, taken: Mapping[str, os.stat_result]) -> None:
        """Restore what `committed` forgot, because the commit failed. What was read again meanwhile is newer."""
        self._seen = {**taken, **self._seen}

    # -- events

    def opened(self, path: Any, mode: Any, flags: Any) -> None:
        """Handle the audit event "open"."""
        if isinstance(path, int):
            return
        given = os.fsdecode(path)
        text = os.path.abspath(given)
        if text.startswith(_left_out()) or text.endswith(_NO_DATA):
            return
        if given != text:
            self._relative.add(text)
        if _is_written(mode, flags):
            if text in self._seen and text not in self._written:
                self._overwritten.add(text)
            self._written.add(text)
        else:
            self._note(text)

    def _note(self, text: str) -> None:
        if text in self._written or (len(self._seen) >= MOST_SEEN and text not in self._seen):
            return
        try:
            found = os.stat(text)
        except OSError:
            return
        if os.path.isfile(text):
            self._seen.pop(text, None)
            self._seen[text] = found

    def _look_at_names(self) -> None:
        """Add the files that the cell names which just ended or runs."""
        self._named(self._source, self._began_ns)

    def _named(self, source: str, before_ns: int) -> None:
        """Add existing files whose path is in a source, or is built there, if they are as before that moment."""
        for name in self._names(source):
            text = os.path.abspath(os.path.expanduser(name))
            if text in self._seen or text in self._written or text.startswith(_left_out()) or text.endswith(_NO_DATA):
                continue
            changed_ns = _changed_ns(text)
            is_as_before = (
                self._before[text] == changed_ns if text in self._before else changed_ns < before_ns - TICK_NS
            )
            if changed_ns >= 0 and is_as_before:
                self._note(text)
                if not os.path.isabs(name):
                    self._relative.add(text)

    def _names(self, source: str) -> Iterator[str]:
        """Yield the paths in a source, and those that it builds if a library is loaded that needs this."""
        built = () if SILENT.isdisjoint(sys.modules) else path_names.paths(source, self._namespace)
        yield from dict.fromkeys((*_NAMED.findall(source), *(text for text in built if "." in text)))

    def _times(self, source: str) -> Iterator[tuple[str, int]]:
        """Yield each existing file that a cell names before it runs, with the time of its last change."""
        for name in self._names(source):
            text = os.path.abspath(os.path.expanduser(name))
            changed_ns = _changed_ns(text)
            if changed_ns >= 0:
                yield text, changed_ns

    def _read_file(self, text: str, was: os.stat_result, folder: Path) -> ReadFile | None:
        """Return one file as it was read. None for a file of the store, and one that was only made for a while."""
        if "/.nbmodelver/" in text.replace(os.sep, "/"):
            return None
        path = recorded_path(text, folder, is_relative=text in self._relative)
        try:
            os.stat(text)
        except OSError:
            if path.startswith(("/", "~")) and text.startswith(tempfile.gettempdir()):
                return None
            return ReadFile(path, text, was.st_size, was.st_mtime_ns, "it was removed after a cell read it")
        changed = OVERWRITTEN if text in self._overwritten else ""
        return ReadFile(path, text, was.st_size, was.st_mtime_ns, changed or _changed(text, was))


def recorded_path(text: str, folder: Path, *, is_relative: bool = False) -> str:
    """Return the path of a file relative to a folder, or beginning with "~/" or "/" if it is not near it.

    text: the absolute path. is_relative: the code gave a relative path, so that it is kept also if it is farther away.
    """
    for place, start in ((text, os.path.abspath(folder)), (os.path.realpath(text), os.path.realpath(folder))):
        relative = _relative(place, start)
        if steps_up(relative) >= 0 and (is_relative or not _is_far(relative, start)):
            return relative
    home = os.path.expanduser("~")
    return "~/" + _relative(text, home) if text.startswith(home + os.sep) else text.replace(os.sep, "/")


def _is_far(relative: str, folder: str) -> bool:
    """True if the way up from the notebook leads to the home folder, above it, or to the root."""
    up = folder
    for _ in range(steps_up(relative)):
        up = os.path.dirname(up)
    home = os.path.expanduser("~")
    return up != folder and (up == os.path.dirname(up) or home == up or home.startswith(up + os.sep))


def _relative(place: str, folder: str) -> str:
    try:
        return os.path.relpath(place, folder).replace(os.sep, "/")
    except ValueError:  # Another drive of Windows.
        return place.replace(os.sep, "/")


def _changed(text: str, was: os.stat_result) -> str:
    now = os.stat(text)
    same = (now.st_size, now.st_mtime_ns) == (was.st_size, was.st_mtime_ns)
    return "" if same else "it was changed after a cell read it"


def _changed_ns(text: str) -> int:
    """Return the time of the last change of a regular file in ns since the epoch, -1 without one."""
    try:
        found = os.stat(text)
    except (OSError, ValueError):
        return -1
    return found.st_mtime_ns if stat.S_ISREG(found.st_mode) else -1


def _is_written(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax")
    return isinstance(flags, int) and bool(flags & _WRITES) and bool(flags & (os.O_CREAT | os.O_TRUNC))


def _module_files() -> frozenset[str]:
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return frozenset(os.path.abspath(file) for file in files if isinstance(file, str))


@cache
def _left_out() -> tuple[str, ...]:
    """Return the folders of Python, of installed packages, of the system and of Jupyter, whose files are no data."""
    home = os.path.expanduser("~")
    own = [os.path.join(home, name) for name in (".ipython", ".jupyter", ".config", ".local", ".cache/matplotlib")]
    installed = [sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()]
    with_user = [*installed, *site.getsitepackages(), site.getusersitepackages()]
    system = ["/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/run", "/var/lib"]
    found = {os.path.abspath(p) + os.sep for p in (*own, *with_user, *system) if p and p != os.sep}
    return (*sorted(found), os.path.join(tempfile.gettempdir(), "ipykernel_"))


# -- the hook: one for the process, because Python cannot remove it

_watched: list[FileReads] = []
_installed: list[bool] = []


def start(reads: FileReads) -> None:
    """Send the events of the process to `reads`."""
    _left_out()  # It opens files itself, and takes a lock. In the hook, that would wait for itself.
    _watched.append(reads)
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_hook)


def stop(reads: FileReads) -> None:
    """Send no more events to `reads`."""
    if reads in _watched:
        _watched.remove(reads)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    """Handle an audit event. An exception would fail the code of the user that opens a file."""
    if event not in ("open", "sqlite3.connect"):
        return
    try:
        for reads in _watched:
            if reads.is_active:
                reads.opened(*(arguments if event == "open" else (arguments[0], "r", 0)))
    except Exception:  # noqa: S110
        pass
