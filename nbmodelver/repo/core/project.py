"""The notebook's project: the modules that belong to it, their files and their imports.

A loaded module belongs to the project if its source is in the project's folder. A module that cells, values or other
modules mention belongs to it if its source is there or in a folder that was added to `sys.path` since the start.
Installed packages and the standard library never belong to it. Paths are relative to the project's folder, with "/" on
every system; the path of a file in an added folder begins with the name of that folder.
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
    """The modules of a project. files: path in the project -> file; names: full module name -> path."""

    files: Mapping[str, Path]
    names: Mapping[str, str]
    gone: Mapping[str, str] = field(default_factory=dict)
    """Path in the project -> loaded module whose file was deleted."""


class Project:
    """The folder of a project: the folder that contains the store, or that of a notebook outside of it.

    store: the folder of the store, None for a store in memory. notebook: the folder of the notebook, None in a script.
    """

    def __init__(self, store: Path | None, notebook: Path | None) -> None:
        above, below = (store.parent if store is not None else None), notebook
        if above is not None and below is not None and _inside(os.path.realpath(below), os.path.realpath(above)):
            below = None
        self.folder = below or above or Path.cwd()
        self.has_files = bool(below or above)
        self._roots = tuple(dict.fromkeys((os.path.abspath(self.folder), os.path.realpath(self.folder))))

    def modules(self, extra: Iterable[str]) -> FoundModules:
        """Return the loaded modules of the project, those in `extra`, and the modules that all these import."""
        if not self.has_files:  # A store in memory, in a script.
            return FoundModules({}, {})
        files: dict[str, Path] = {}
        names: dict[str, str] = {}
        gone: dict[str, str] = {}
        queue = list(self._loaded())
        queue += [(name, file) for given in extra for name in _with_parents(given) if (file := self._search(name))]
        while queue:
            name, file = queue.pop()
            path = self.path_of(name, file)
            if name in names or path is None or len(files) > 4 * MOST_FILES:
                continue
            if not os.path.isfile(file):
                gone[path] = name
                continue
            names[name] = path
            files[path] = Path(file)
            for used in imported(read(files[path]) or b"", name, is_package=file.endswith("__init__.py")):
                queue += [(n, at) for n in _with_parents(used) if n not in names and (at := self._search(n))]
        return FoundModules(dict(sorted(files.items())), dict(sorted(names.items())), gone)

    def _loaded(self) -> Iterator[tuple[str, str]]:
        """Yield (name, file) of the loaded modules in the project's folder.

        Modules outside of it are cached by identity and skipped by later calls.
        """
        foreign = _FOREIGN.setdefault(self._roots, {})
        for name, module in list(sys.modules.items()):
            if name == "__main__" or foreign.get(name) == id(module):
                continue
            file = _file_of(module)
            if file.startswith(self._roots):
                yield name, file
            else:
                foreign[name] = id(module)

    def _search(self, name: str) -> str:
        """Return the file that `import` would find for a module of the project; "" for any other module."""
        package = name.partition(".")[0]
        if name == "__main__" or (package in sys.modules and not self._may_be_ours(sys.modules[package], package)):
            return ""
        loaded = sys.modules.get(name)
        if loaded is not None:
            file = _file_of(loaded)
            return file if file and self.path_of(name, file) is not None else ""
        stem = name.replace(".", "/")
        for entry in sys.path:
            for inner in (f"{stem}/__init__.py", f"{stem}.py"):
                file = os.path.join(entry or os.getcwd(), *inner.split("/"))
                if os.path.isfile(file):
                    return file if self.path_of(name, file) is not None else ""
        return ""

    def _may_be_ours(self, package: object, name: str) -> bool:
        """Return True for a loaded package of the project, and for a namespace package, which has no file."""
        file = _file_of(package)
        return self.path_of(name, file) is not None if file else getattr(package, "__path__", None) is not None

    def path_of(self, name: str, file: str) -> str | None:
        """Return the path in the project of a module's file; None if the module does not belong to the project."""
        return None if name.partition(".")[0] == OWN else _path_of(file, self._roots, _added())

    def now(self, path: str, names: Sequence[str]) -> Path | None:
        """Return the current file for a path of a version, or None. names: the modules of the file in the version."""
        for name in names:
            loaded = _file_of(sys.modules.get(name))
            if loaded and os.path.isfile(loaded):
                return Path(loaded)
            importable = _on_search_path(name, path)
            if importable is not None:
                return importable
        file = self.folder.joinpath(*path.split("/"))
        return file if file.is_file() else None

    @staticmethod
    def is_importable(name: str, path: str) -> bool:
        """Return True if `import` finds a file for a module that has this path in a version."""
        return _on_search_path(name, path) is not None


def _on_search_path(name: str, path: str) -> Path | None:
    inner = inner_path(name, path)
    files = (Path(entry or os.getcwd(), *inner.split("/")) for entry in sys.path if inner)
    return next((file for file in files if file.is_file()), None)


@lru_cache(maxsize=10_000)
def _path_of(file: str, roots: tuple[str, ...], added: tuple[str, ...]) -> str | None:
    """Return the path of a file in the project. roots: the project's folder. added: folders added to `sys.path`."""
    if _installed(file):
        return None
    for whole in dict.fromkeys((os.path.abspath(file), os.path.realpath(file))):
        for root in roots:
            if _inside(whole, root):
                inner = os.path.relpath(whole, root).replace(os.sep, "/")
                return None if any(step.startswith(".") for step in inner.split("/")) else inner
        for root in added:
            if _inside(whole, root):
                return f"{os.path.basename(root)}/{os.path.relpath(whole, root)}".replace(os.sep, "/")
    return None


def _file_of(module: object) -> str:
    """Return the source file of a module, "" if it has none. Runs no code of the module."""
    file = module.__dict__.get("__file__") if isinstance(module, types.ModuleType) else None
    return file if isinstance(file, str) and file.endswith(".py") else ""


def inner_path(name: str, path: str) -> str:
    """Return the path of a module's file relative to its entry of `sys.path`; "" if the names do not match."""
    stem = name.replace(".", "/")
    for inner in (f"{stem}/__init__.py", f"{stem}.py"):
        if path == inner or path.endswith(f"/{inner}"):
            return inner
    return ""


def roots(names: Mapping[str, str]) -> list[str]:
    """Return the folders that must be on `sys.path` to import these modules; "" is the project's folder.

    names: full module name -> path in the project.
    """
    folders = {path[: -len(inner)].rstrip("/") for name, path in names.items() if (inner := inner_path(name, path))}
    return sorted(folders)


_READ: dict[str, tuple[tuple[int, int], bytes]] = {}
"""File -> ((modification time in ns, size), bytes)."""
_MOST_READ = 2000


_FOREIGN: dict[tuple[str, ...], dict[str, int]] = {}
"""Folder of a project -> modules outside of it, name -> identity. Checking 2,000 modules again takes milliseconds."""


def read(file: Path) -> bytes | None:
    """Return the bytes of a file, from a cache if it has not changed; None if it is unreadable or above MOST_BYTES."""
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
    """Return the full names of the modules that a source may import, in any scope; () if it is not valid Python.

    name: the full name of the module, for relative imports. `from a import b` gives "a" and "a.b".
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    names: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(dict.fromkeys(alias.name for alias in node.names))
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, name, is_package=is_package)
            if base:
                names[base] = None
                names.update(dict.fromkeys(f"{base}.{alias.name}" for alias in node.names if alias.name != "*"))
    return tuple(names)


def assigned(source: bytes) -> frozenset[str]:
    """Return every name and attribute that a source assigns, in any scope; all words if it is not valid Python."""
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
    """Return the folders that were added to `sys.path` since the start, without those of installed packages."""
    folders = dict.fromkeys(os.path.abspath(p) for p in session.added_paths() if p)
    return tuple(p for p in folders if not _installed(p) and os.path.basename(p) not in ("", ".ipython"))


def _installed(file: str) -> bool:
    """Return True if a file belongs to an installed package or to the standard library."""
    whole = os.path.abspath(file)
    return not INSTALLED.isdisjoint(Path(whole).parts) or any(_inside(whole, root) for root in _standard())


@cache
def _standard() -> tuple[str, ...]:
    return tuple({os.path.abspath(sysconfig.get_path(key)) for key in ("stdlib", "platstdlib")})


def _inside(path: str, folder: str) -> bool:
    """Return True if a path is the folder or inside it. Both are absolute; no file is read."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
