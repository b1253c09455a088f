"""The notebook's project: which loaded modules belong to it, where their files are, and what is in them now.

A module belongs to the project when it is loaded and its source is below the project's folder, or when cells, values or
other modules mention it and its source is there or below an entry that was added to `sys.path` since the start.
Installed packages and the standard library never do. Paths are relative to the project's
folder, with "/" on every system; a folder elsewhere that was added to `sys.path` goes by its own name.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import sysconfig
import types
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.codecs import session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MOST_BYTES = 1_000_000
"""A larger file is data."""
MOST_FILES = 200
OWN = "nbmodelver"
INSTALLED = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True)
class FoundModules:
    """Modules of the project. files: path in the project -> file; names: module -> path."""

    files: Mapping[str, Path]
    names: Mapping[str, str]
    gone: Mapping[str, str] = field(default_factory=dict)
    """Path in the project -> loaded module whose file is no longer there."""


class Project:
    """The folder of a project: that of the store, or the notebook's where that is not below it."""

    def __init__(self, store: Path | None, notebook: Path | None) -> None:
        above, below = (store.parent if store is not None else None), notebook
        if above is not None and below is not None and _inside(os.path.realpath(below), os.path.realpath(above)):
            below = None
        self.folder = below or above or Path.cwd()
        self.has_files = bool(below or above)
        self._roots = tuple(dict.fromkeys((os.path.abspath(self.folder), os.path.realpath(self.folder))))

    def modules(self, also: Iterable[str]) -> FoundModules:
        """The modules that are loaded, those named in `also`, and what the sources of all these import."""
        if not self.has_files:  # A store in memory, in a script.
            return FoundModules({}, {})
        files: dict[str, Path] = {}
        names: dict[str, str] = {}
        gone: dict[str, str] = {}
        queue = list(self._loaded())
        queue += [(name, place) for wanted in also for name in _with_parents(wanted) if (place := self._search(name))]
        while queue:
            name, place = queue.pop()
            path = self.path_of(name, place)
            if name in names or path is None or len(files) > 4 * MOST_FILES:
                continue
            if not os.path.isfile(place):
                gone[path] = name
                continue
            names[name] = path
            files[path] = Path(place)
            for wanted in imported(read(files[path]) or b"", name, is_package=place.endswith("__init__.py")):
                queue += [(n, at) for n in _with_parents(wanted) if n not in names and (at := self._search(n))]
        return FoundModules(dict(sorted(files.items())), dict(sorted(names.items())), gone)

    def _loaded(self) -> Iterator[tuple[str, str]]:
        """Those below the project's folder. Of folders elsewhere only what is mentioned counts."""
        foreign = _FOREIGN.setdefault(self._roots, {})
        for name, module in list(sys.modules.items()):
            if name == "__main__" or foreign.get(name) == id(module):
                continue
            place = _file_of(module)
            if place.startswith(self._roots):
                yield name, place
            else:
                foreign[name] = id(module)

    def _search(self, name: str) -> str:
        """The file that `import` would find for a module of the project; "" for any other."""
        package = name.partition(".")[0]
        if name == "__main__" or (package in sys.modules and not self._may_be_ours(sys.modules[package], package)):
            return ""
        loaded = sys.modules.get(name)
        if loaded is not None:
            place = _file_of(loaded)
            return place if place and self.path_of(name, place) is not None else ""
        stem = name.replace(".", "/")
        for entry in sys.path:
            for inner in (f"{stem}/__init__.py", f"{stem}.py"):
                place = os.path.join(entry or os.getcwd(), *inner.split("/"))
                if os.path.isfile(place):
                    return place if self.path_of(name, place) is not None else ""
        return ""

    def _may_be_ours(self, package: object, name: str) -> bool:
        """Whether a loaded package is of the project, or has no file that could tell: a namespace package."""
        place = _file_of(package)
        return self.path_of(name, place) is not None if place else getattr(package, "__path__", None) is not None

    def path_of(self, name: str, place: str) -> str | None:
        """The path in the project of a module's file; None when it does not belong to the project."""
        return None if name.partition(".")[0] == OWN else _path_of(place, self._roots, _added())

    def now(self, path: str, names: Sequence[str]) -> Path | None:
        """The file that stands now for a path of a version. names: the modules that it was."""
        for name in names:
            place = _file_of(sys.modules.get(name))
            if place and os.path.isfile(place):
                return Path(place)
            found = _on_search_path(name, path)
            if found is not None:
                return found
        here = self.folder.joinpath(*path.split("/"))
        return here if here.is_file() else None

    @staticmethod
    def is_importable(name: str, path: str) -> bool:
        """Whether `import` finds a file for a module that lay at this path."""
        return _on_search_path(name, path) is not None


def _on_search_path(name: str, path: str) -> Path | None:
    inner = inner_path(name, path)
    places = (Path(entry or os.getcwd(), *inner.split("/")) for entry in sys.path if inner)
    return next((place for place in places if place.is_file()), None)


@lru_cache(maxsize=10_000)
def _path_of(place: str, roots: tuple[str, ...], added: tuple[str, ...]) -> str | None:
    if _installed(place):
        return None
    for whole in dict.fromkeys((os.path.abspath(place), os.path.realpath(place))):
        for root in roots:
            if _inside(whole, root):
                inner = os.path.relpath(whole, root).replace(os.sep, "/")
                return None if any(step.startswith(".") for step in inner.split("/")) else inner
        for root in added:
            if _inside(whole, root):
                return f"{os.path.basename(root)}/{os.path.relpath(whole, root)}".replace(os.sep, "/")
    return None


def _file_of(module: object) -> str:
    """The source file of a module, read without running code of its own; "" when it has none."""
    place = module.__dict__.get("__file__") if isinstance(module, types.ModuleType) else None
    return place if isinstance(place, str) and place.endswith(".py") else ""


def inner_path(name: str, path: str) -> str:
    """The path of a module's file seen from its entry of `sys.path`; "" for one that has another name than its file."""
    stem = name.replace(".", "/")
    for inner in (f"{stem}/__init__.py", f"{stem}.py"):
        if path == inner or path.endswith(f"/{inner}"):
            return inner
    return ""


def roots(names: Mapping[str, str]) -> list[str]:
    """The folders in the project that have to be on `sys.path` for these modules; "" is the project's own."""
    found = {path[: -len(inner)].rstrip("/") for name, path in names.items() if (inner := inner_path(name, path))}
    return sorted(found)


_READ: dict[str, tuple[tuple[int, int], bytes]] = {}
"""File -> its time and size, and its bytes."""
_MOST_READ = 2000


_FOREIGN: dict[tuple[str, ...], dict[str, int]] = {}
"""Roots of a project -> modules that are not below them, by name and identity: looking at 2,000 takes milliseconds."""


def read(file: Path) -> bytes | None:
    """A file's bytes, read again only when it has changed; None when it is not readable or too large."""
    key = str(file)
    try:
        status = file.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        known = _READ.get(key)
        if known is not None and known[0] == stamp:
            return known[1]
        if status.st_size > MOST_BYTES:
            return None
        data = file.read_bytes()
    except OSError:
        return None
    if len(_READ) >= _MOST_READ:
        _READ.clear()
    _READ[key] = stamp, data
    return data


@lru_cache(maxsize=4 * MOST_FILES)
def imported(source: bytes, name: str = "", *, is_package: bool = False) -> tuple[str, ...]:
    """Full names of the modules that a source may import, wherever it does; () for one that is not Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(dict.fromkeys(alias.name for alias in node.names))
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, name, is_package=is_package)
            if base:
                found[base] = None
                found.update(dict.fromkeys(f"{base}.{alias.name}" for alias in node.names if alias.name != "*"))
    return tuple(found)


def assigned(source: bytes) -> frozenset[str]:
    """Every name that a source gives a value, wherever it does; all words of one that is not Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset(re.findall(r"\w+", source.decode("utf-8", "replace")))
    stored = (n for n in ast.walk(tree) if isinstance(n, (ast.Name, ast.Attribute)) and isinstance(n.ctx, ast.Store))
    return frozenset(n.id if isinstance(n, ast.Name) else n.attr for n in stored)


def _absolute(node: ast.ImportFrom, name: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    steps = name.split(".") if is_package else name.split(".")[:-1]
    above = steps[: len(steps) - node.level + 1]
    return ".".join(filter(None, [*above, node.module or ""])) if above else ""


def _with_parents(name: str) -> list[str]:
    steps = name.split(".")
    return [".".join(steps[: at + 1]) for at in range(len(steps))]


def _added() -> tuple[str, ...]:
    """Folders that were added to `sys.path` since the start and that hold no installed packages."""
    found = dict.fromkeys(os.path.abspath(p) for p in session.added_paths() if p)
    return tuple(p for p in found if not _installed(p) and os.path.basename(p) not in ("", ".ipython"))


def _installed(place: str) -> bool:
    """Whether a file belongs to an installed package or to the standard library."""
    whole = os.path.abspath(place)
    return not INSTALLED.isdisjoint(Path(whole).parts) or any(_inside(whole, root) for root in _standard())


@cache
def _standard() -> tuple[str, ...]:
    return tuple({os.path.abspath(sysconfig.get_path(key)) for key in ("stdlib", "platstdlib")})


def _inside(place: str, folder: str) -> bool:
    """Whether a path is a folder or below it, by its components."""
    return place == folder or place.startswith(folder.rstrip(os.sep) + os.sep)
