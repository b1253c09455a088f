"""The modules of the notebook's project in a version: collected at a commit, read, and compared with the files.

A version stores them as a group of plain data among its definitions, under a key that no definition can have. Releases
that do not know this group store, copy and check it like any other.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import graph
from nbmodelver.codecs.arrays import Arrays
from nbmodelver.codecs.plain_reading import codes
from nbmodelver.errors import Damaged, NotLoadable
from nbmodelver.repo.core import project
from nbmodelver.repo.core.secrets import Searcher
from nbmodelver.repo.core.stale import is_stale

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from nbmodelver.codecs.graph import Draft
    from nbmodelver.codecs.recipe import Recipe
    from nbmodelver.model import Cell, Group, ObjectId, Version
    from nbmodelver.repo.core.group_store import GroupStore
    from nbmodelver.repo.core.project import Project

KEY = "<modules>"
SHOWN = 8
_DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
_MOST_CHARS = 400


@dataclass(frozen=True)
class Modules:
    """The modules of a version. files: path in the project -> source; names: full module name -> path.

    notes: sentences about modules that are incomplete or older than their files.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def without(self, paths: Iterable[str]) -> Modules:
        """Return a copy without these files and without the notes that mention them."""
        removed = frozenset(paths)
        return Modules(
            {p: s for p, s in self.files.items() if p not in removed},
            {n: p for n, p in self.names.items() if p not in removed},
            tuple(note for note in self.notes if not any(p in note for p in removed)),
        )

    def names_of(self, path: str) -> list[str]:
        """Return the full names of the modules in a file."""
        return [name for name, place in self.names.items() if place == path]

    def used_by(self, classes: Iterable[str]) -> set[str]:
        """Return the paths of the modules that define these classes ("module:name"), and of their imports."""
        return self.reached(c.partition(":")[0] for c in classes)

    def reached(self, names: Iterable[str]) -> set[str]:
        """Return the paths of these modules and their packages, and of all modules that they import."""
        queue, found = list(names), set[str]()
        while queue:
            steps = queue.pop().split(".")
            for at in range(1, len(steps) + 1):
                name = ".".join(steps[:at])
                path = self.names.get(name)
                if path is not None and path not in found:
                    found.add(path)
                    queue += project.imported(self.files[path], name, is_package=path.endswith("__init__.py"))
        return found


NONE = Modules()


def group_of(version: Version) -> Group | None:
    """Return the group that contains the modules of a version, or None."""
    return next((g for g in version.definitions if g.names == (KEY,)), None)


def read(group_store: GroupStore, version: Version) -> Modules:
    """Return the modules of a version. Raises Damaged if they are not well formed."""
    group = group_of(version)
    if group is None:
        return NONE
    return decoded(group_store.recipe(group), group_store.parts.get)


def decoded(recipe: Recipe, read: Callable[[ObjectId], bytes | memoryview]) -> Modules:
    """Return the modules of a recipe. read: returns the raw bytes of a part.

    Raises Damaged for any value but dicts, lists, texts and bytes. An untrusted recipe can therefore not select a codec
    or import a library.
    """
    skeleton = recipe.draft.skeleton if recipe.skeleton is None else bytes(read(recipe.skeleton))
    draft = replace(recipe.draft, skeleton=skeleton)
    try:
        valid = draft.format == graph.PLAIN and draft.names == (KEY,) and draft.own == len(recipe.parts)
        if not valid or sum(recipe.sizes) > _MOST_FILES * _MOST_STORED or codes(skeleton) - {"dict", "list"}:
            raise ValueError("not plain data")
        own = [memoryview(read(part)) for part in recipe.parts]
        loader = graph.Loader({}, _no_definition, trusted=False)
        return checked(loader.load(draft, own, Arrays(draft.table, []))[KEY])
    except (NotLoadable, ValueError, TypeError, LookupError) as error:
        raise Damaged(
            f"the modules of a version are not well formed: {str(error)[:200]}", "try: %mv_verify --full"
        ) from error


def _no_definition(key: str) -> Any:
    raise NotLoadable(f"modules cannot contain the definition '{key}'")


def checked(data: Any) -> Modules:
    """Return the modules in decoded data of a store or a bundle.

    Raises Damaged if a type is wrong, a path is not allowed, or two paths differ only in case.
    """
    valid = type(data) is dict and data.keys() == {"files", "names", "notes"}
    files, names, notes = (data["files"], data["names"], data["notes"]) if valid else ({}, {}, ())
    valid = valid and type(files) is dict and type(names) is dict and type(notes) is list and len(files) <= _MOST_FILES
    valid = valid and all(type(k) is str and type(v) is bytes and len(v) <= _MOST_STORED for k, v in files.items())
    valid = valid and all(type(k) is str and type(v) is str and v in files for k, v in names.items())
    valid = valid and all(step.isidentifier() for name in names for step in name.split("."))
    if not valid or not all(type(note) is str for note in notes):
        raise Damaged("the modules of a version are not well formed", "try: %mv_verify --full")
    for path in files:
        if not is_allowed(path):
            raise Damaged(f"the path of a module is not allowed: {path[:100]!r}", "get the file from a trusted source")
    if len({path.lower() for path in files}) < len(files):
        raise Damaged("two modules have the same path, ignoring case", "get the file from its source again")
    return Modules(files, names, tuple(notes))


_MOST_FILES = project.MOST_FILES + 1
_MOST_STORED = 2 * project.MOST_BYTES


def is_allowed(path: str) -> bool:
    """Return True for a relative path of a Python file that is inside its folder on every system."""
    steps = path.split("/")
    return len(path) <= _MOST_CHARS and path.endswith(".py") and all(map(_is_step, steps))


def _is_step(step: str) -> bool:
    plain = bool(step) and step.isprintable() and not any(c in '\\:*?"<>|' for c in step)
    return plain and step[0] not in ". " and step[-1] not in ". " and step.partition(".")[0].lower() not in _DEVICES


# -- at a commit


def drafts(folder: Project, names: Iterable[str], before: Modules, secrets: Searcher) -> list[Draft]:
    """Return the current modules of the project as a draft for the definitions; [] if there are none.

    names: modules that cells and values mention. before: the modules of the parent version. Raises OSError.
    """
    return encoded(_collect(folder, names, before, secrets))


def encoded(modules: Modules) -> list[Draft]:
    """Return modules as a draft of plain data; [] if there are neither files nor notes."""
    if not modules.files and not modules.notes:
        return []
    data = {"files": dict(modules.files), "names": dict(modules.names), "notes": list(modules.notes)}
    return list(graph.capture({KEY: data}, {}, definitions=False).groups)


def _collect(folder: Project, extra: Iterable[str], before: Modules, secrets: Searcher) -> Modules:
    """Read the current modules of the project. See `drafts`."""
    current = folder.modules((*extra, *before.names))
    files: dict[str, bytes] = {}
    notes: list[str] = []
    large, over = [], []
    for path, file in current.files.items():
        if not is_allowed(path):
            continue
        source = project.read(file)
        if source is None:
            large.append(path)
        elif len(files) >= project.MOST_FILES:
            over.append(path)
        else:
            files[path] = hidden(source, secrets)
            notes += _notes(path, source, files[path], [n for n, p in current.names.items() if p == path])
    notes += [f"{path} is not kept: above {project.MOST_BYTES // 1000:,} kB, or not readable" for path in large]
    if over:
        notes.append(f"only {project.MOST_FILES} modules of the project are kept, without {some(over)}")
    for path, name in current.gone.items():
        if path in before.files:
            files[path] = before.files[path]
        notes.append(f"the file {path} was deleted, but the module {name} is still loaded")
    names = {n: p for n, p in {**{v: k for k, v in current.gone.items()}, **current.names}.items() if p in files}
    return Modules(dict(sorted(files.items())), dict(sorted(names.items())), tuple(notes))


def _notes(path: str, source: bytes, stored: bytes, names: Sequence[str]) -> Iterator[str]:
    """Yield a note for a hidden secret, and one for a loaded module that is older than its file.

    source: the bytes of the file. stored: the bytes that the version contains. names: the modules of the file.
    """
    if stored != source:
        yield f"{path}: text that looks like a secret is hidden in the version"
    if any(is_stale(m, source, m.__dict__["__file__"]) for name in names if (m := sys.modules.get(name)) is not None):
        yield (
            f"{path} was changed after it was loaded: the kernel runs the older code, the version contains the file; "
            "to load the file: restart the kernel, or use %load_ext autoreload and %autoreload 2"
        )


def hidden(source: bytes, secrets: Searcher) -> bytes:
    """Return the source with secrets replaced by "[secret]". A source without secrets is returned byte for byte."""
    known = _HIDDEN.get(source)
    if known is None or known[0] != secrets.of_environment:
        if len(_HIDDEN) > _MOST_FILES:
            _HIDDEN.clear()
        known = _HIDDEN[source] = secrets.of_environment, _hidden(source, secrets)
    return known[1]


_HIDDEN: dict[bytes, tuple[frozenset[str], bytes]] = {}
"""Source -> (secrets of the environment, source without secrets). The search is slow, and few files change."""


def _hidden(source: bytes, secrets: Searcher) -> bytes:
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError:
        text = source.decode("latin-1")
        return secrets.hidden(text).encode("latin-1", "replace")
    after = secrets.hidden(text)
    return source if after == text else after.encode("utf-8")


def mentioned(cells: Iterable[Cell], classes: Iterable[str], imports: Iterable[str]) -> set[str]:
    """Return the full names of modules that cells import, and that define values and imports.

    classes, imports: "module:name", or "module". Modules of the standard library are omitted.
    """
    names = {place.partition(":")[0] for place in (*classes, *imports)}
    for cell in cells:
        lines = [line for line in cell.source.splitlines() if not line.lstrip().startswith(("%", "!", "?"))]
        names.update(project.imported("\n".join(lines).encode("utf-8", "replace")))
    return {name for name in names if name and name.partition(".")[0] not in sys.stdlib_module_names}


def text(source: bytes) -> str:
    """Return a source as text, decoded by its declared encoding, with line feeds as line ends. Never raises."""
    try:
        return importlib.util.decode_source(source)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return source.decode("utf-8", "replace")


# -- at a rollback


class ModuleComparison:
    """Compares the modules of a version with the files of the project.

    folder: the project. will_write: the caller writes missing modules before the load.
    """

    def __init__(self, version: Version, modules: Modules, folder: Project, *, will_write: bool = False) -> None:
        self.version = version
        self.modules = modules
        self.project = folder
        self.will_write = will_write

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Paths without a file and without a loaded module."""
        absent = (p for p in self.modules.files if self._file(p) is None)
        return tuple(p for p in absent if not any(name in sys.modules for name in self.modules.names_of(p)))

    @property
    def paths(self) -> list[str]:
        """Folders of the project that contain modules of the version but are not in `sys.path`."""
        names = self.modules.names
        unimportable = {n: p for n, p in names.items() if n not in sys.modules and not self.project.is_importable(n, p)}
        folders = [os.path.abspath(self.project.folder / root) for root in project.roots(unimportable)]
        return [folder for folder in folders if os.path.isdir(folder)]

    @cached_property
    def different(self) -> tuple[str, ...]:
        """Paths whose file now has another source."""
        secrets = Searcher()
        return tuple(p for p, source in self.modules.files.items() if self._is_different(p, source, secrets))

    def _is_different(self, path: str, source: bytes, secrets: Searcher) -> bool:
        file = self._file(path)
        now = project.read(file) if file is not None else source
        if now is None or now == source:
            return now is None
        return text(hidden(now, secrets)) != text(source)

    def _file(self, path: str) -> Any:
        return self.project.now(path, self.modules.names_of(path))

    @property
    def lacks_some(self) -> bool:
        """True if modules are missing and will not be written before the load."""
        return bool(self.missing) and not self.will_write

    def lacking(self, classes: Collection[str]) -> str:
        """Return why values of these classes ("module:name") cannot be loaded, "" if no module is missing."""
        needed = self.modules.used_by(classes) if self.lacks_some else ()
        missing = [path for path in self.missing if path in needed]
        return f"needs the missing {some(missing)}: {self.command}" if missing else ""

    def holds(self, module: str) -> bool:
        """Return True if the version contains this module or another module of its top-level package."""
        return module.partition(".")[0] in {name.partition(".")[0] for name in self.modules.names}

    @property
    def command(self) -> str:
        """The command that writes the modules."""
        return f"%mv_rollback {self.version.name} --modules"

    def notes(self, classes: Collection[str] | None) -> Iterator[str]:
        """Yield sentences about different and missing modules.

        classes: those of the restored values ("module:name"); None: a whole version is restored.
        """
        used = set(self.modules.files) if classes is None else self.modules.used_by(classes)
        name = self.version.name
        different = [p for p in self.different if p in used]
        if different:
            verb = "differs" if len(different) == 1 else "differ"
            way = (
                "the old source is written to a separate folder"
                if self.will_write
                else f"to write the old source to a separate folder: {self.command}"
            )
            yield f"{some(different)} {verb} from {name}, so results may differ; {way}"
        missing = [p for p in self.missing if p in used]
        if missing:
            is_, it = ("is", "it") if len(missing) == 1 else ("are", "them")
            way = (
                f"{'it' if is_ == 'is' else 'they'} {is_} written"
                if self.will_write
                else f"to write {it}: {self.command}"
            )
            yield f"{some(missing)} of {name} {is_} missing; {way}"


def some(paths: Sequence[str]) -> str:
    """Return the first paths as a text, with the number of further ones."""
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return ", ".join(paths[:SHOWN]) + more
