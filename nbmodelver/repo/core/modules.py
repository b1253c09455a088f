"""The modules of the notebook's project as a version holds them: taken at a commit, read, compared, written beside.

They are a group of plain data among the version's definitions, under a key that no definition can have. So older
nbmodelver keep, copy and check them like any other group and never look inside.
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
    """The modules of a version. files: path in the project -> source; names: full name of a module -> its path.

    notes: what has to be known of them, as sentences.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def without(self, paths: Iterable[str]) -> Modules:
        """The same without some files, and without the notes on them."""
        gone = frozenset(paths)
        return Modules(
            {p: s for p, s in self.files.items() if p not in gone},
            {n: p for n, p in self.names.items() if p not in gone},
            tuple(note for note in self.notes if not any(p in note for p in gone)),
        )

    def names_of(self, path: str) -> list[str]:
        """The full names of the modules in a file."""
        return [name for name, place in self.names.items() if place == path]

    def used_by(self, classes: Iterable[str]) -> set[str]:
        """Paths of the modules that these ("module:name") are in, and of all that those import."""
        return self.reached(c.partition(":")[0] for c in classes)

    def reached(self, names: Iterable[str]) -> set[str]:
        """Paths of the modules of these names, of their packages, and of all that those import."""
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
    """The group of a version that holds its modules, or None."""
    return next((g for g in version.definitions if g.names == (KEY,)), None)


def read(group_store: GroupStore, version: Version) -> Modules:
    """The modules of a version. Raises Damaged when they are not well formed."""
    group = group_of(version)
    if group is None:
        return NONE
    return decoded(group_store.recipe(group), group_store.parts.get)


def decoded(found: Recipe, read: Callable[[ObjectId], bytes | memoryview]) -> Modules:
    """The modules in a recipe. read: the raw bytes of a part. Raises Damaged for anything but dicts, lists and texts.

    So no codec, and no library that it would import, is asked for by a stranger.
    """
    skeleton = found.draft.skeleton if found.skeleton is None else bytes(read(found.skeleton))
    draft = replace(found.draft, skeleton=skeleton)
    try:
        well = draft.format == graph.PLAIN and draft.names == (KEY,) and draft.own == len(found.parts)
        if not well or sum(found.sizes) > _MOST_FILES * _MOST_STORED or codes(skeleton) - {"dict", "list"}:
            raise ValueError("not plain data")
        own = [memoryview(read(part)) for part in found.parts]
        loader = graph.Loader({}, _no_definition, trusted=False)
        return checked(loader.load(draft, own, Arrays(draft.table, []))[KEY])
    except (NotLoadable, ValueError, TypeError, LookupError) as error:
        raise Damaged(f"modules are not well formed: {str(error)[:200]}", "try: %mv_verify --full") from error


def _no_definition(key: str) -> Any:
    raise NotLoadable(f"modules cannot hold the definition '{key}'")


def checked(found: Any) -> Modules:
    """The modules in what a store or a bundle holds. Raises Damaged unless every path and text is as it has to be."""
    well = type(found) is dict and found.keys() == {"files", "names", "notes"}
    files, names, notes = (found["files"], found["names"], found["notes"]) if well else ({}, {}, ())
    well = well and type(files) is dict and type(names) is dict and type(notes) is list and len(files) <= _MOST_FILES
    well = well and all(type(k) is str and type(v) is bytes and len(v) <= _MOST_STORED for k, v in files.items())
    well = well and all(type(k) is str and type(v) is str and v in files for k, v in names.items())
    well = well and all(step.isidentifier() for name in names for step in name.split("."))
    if not well or not all(type(note) is str for note in notes):
        raise Damaged("the modules of a version are not well formed", "try: %mv_verify --full")
    for path in files:
        if not is_allowed(path):
            raise Damaged(f"a module cannot lie at {path[:100]!r}", "ask for the file again, and from whom you trust")
    if len({path.lower() for path in files}) < len(files):
        raise Damaged("two modules lie at the same path, ignoring case", "ask for the file again")
    return Modules(files, names, tuple(notes))


_MOST_FILES = project.MOST_FILES + 1
_MOST_STORED = 2 * project.MOST_BYTES


def is_allowed(path: str) -> bool:
    """True for a relative path of a Python file that stays below its folder on every system."""
    steps = path.split("/")
    return len(path) <= _MOST_CHARS and path.endswith(".py") and all(map(_is_step, steps))


def _is_step(step: str) -> bool:
    plain = bool(step) and step.isprintable() and not any(c in '\\:*?"<>|' for c in step)
    return plain and step[0] not in ". " and step[-1] not in ". " and step.partition(".")[0].lower() not in _DEVICES


# -- at a commit


def drafts(found: Project, wanted: Iterable[str], before: Modules, secrets: Searcher) -> list[Draft]:
    """The modules of the project as they are now, to be stored among the definitions; [] when there are none.

    wanted: names of modules that cells and values mention. before: the modules of the parent.
    """
    return encoded(take(found, wanted, before, secrets))


def encoded(taken: Modules) -> list[Draft]:
    """The modules as plain data; [] when there is nothing to keep."""
    if not taken.files and not taken.notes:
        return []
    data = {"files": dict(taken.files), "names": dict(taken.names), "notes": list(taken.notes)}
    return list(graph.capture({KEY: data}, {}, definitions=False).groups)


def take(found: Project, wanted: Iterable[str], before: Modules, secrets: Searcher) -> Modules:
    """The same as `Modules`."""
    seen = found.modules((*wanted, *before.names))
    files: dict[str, bytes] = {}
    notes: list[str] = []
    large, over = [], []
    for path, file in seen.files.items():
        if not is_allowed(path):
            continue
        source = project.read(file)
        if source is None:
            large.append(path)
        elif len(files) >= project.MOST_FILES:
            over.append(path)
        else:
            files[path] = hidden(source, secrets)
            notes += _about(path, source, files[path], [n for n, p in seen.names.items() if p == path])
    notes += [f"{path} is not kept: above {project.MOST_BYTES // 1000:,} kB, or not readable" for path in large]
    if over:
        notes.append(f"only {project.MOST_FILES} modules of the project are kept, without {some(over)}")
    for path, name in seen.gone.items():
        if path in before.files:
            files[path] = before.files[path]
        notes.append(f"{path} is no longer on the disk; module {name} runs from memory")
    names = {n: p for n, p in {**{v: k for k, v in seen.gone.items()}, **seen.names}.items() if p in files}
    return Modules(dict(sorted(files.items())), dict(sorted(names.items())), tuple(notes))


def _about(path: str, source: bytes, kept: bytes, names: Sequence[str]) -> Iterator[str]:
    if kept != source:
        yield f"{path}: what looks like a secret is hidden in the version"
    if any(is_stale(m, source, m.__dict__["__file__"]) for name in names if (m := sys.modules.get(name)) is not None):
        yield (
            f"{path} was changed after it was loaded: the kernel runs the older code, the version holds the file; "
            "to load it: restart the kernel, or %load_ext autoreload and %autoreload 2"
        )


def hidden(source: bytes, secrets: Searcher) -> bytes:
    """The source without secrets; one in an encoding of its own stays in it where it holds none."""
    known = _HIDDEN.get(source)
    if known is None or known[0] != secrets.of_environment:
        if len(_HIDDEN) > _MOST_FILES:
            _HIDDEN.clear()
        known = _HIDDEN[source] = secrets.of_environment, _hidden(source, secrets)
    return known[1]


_HIDDEN: dict[bytes, tuple[frozenset[str], bytes]] = {}
"""Source -> the secrets of the environment, and the source without any: the search takes long, and few files change."""


def _hidden(source: bytes, secrets: Searcher) -> bytes:
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError:
        text = source.decode("latin-1")
        return secrets.hidden(text).encode("latin-1", "replace")
    after = secrets.hidden(text)
    return source if after == text else after.encode("utf-8")


def mentioned(cells: Iterable[Cell], classes: Iterable[str], imports: Iterable[str]) -> set[str]:
    """Full names of modules that cells import, and that values and imports come from."""
    found = {place.partition(":")[0] for place in (*classes, *imports)}
    for cell in cells:
        lines = [line for line in cell.source.splitlines() if not line.lstrip().startswith(("%", "!", "?"))]
        found.update(project.imported("\n".join(lines).encode("utf-8", "replace")))
    return {name for name in found if name and name.partition(".")[0] not in sys.stdlib_module_names}


def text(source: bytes) -> str:
    """A source as text, whatever its encoding and line ends."""
    try:
        return importlib.util.decode_source(source)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return source.decode("utf-8", "replace")


# -- at a rollback


class Then:
    """The modules of a version against those of the project now. comes: missing ones are written before the load."""

    def __init__(self, version: Version, modules: Modules, found: Project, *, comes: bool = False) -> None:
        self.version = version
        self.modules = modules
        self.project = found
        self.comes = comes

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Paths whose file is not there, and whose module is not loaded either."""
        gone = (p for p in self.modules.files if self._file(p) is None)
        return tuple(p for p in gone if not any(name in sys.modules for name in self.modules.names_of(p)))

    @property
    def paths(self) -> list[str]:
        """Folders of the project that hold modules of the version and that `import` does not look in here."""
        names = self.modules.names
        unseen = {n: p for n, p in names.items() if n not in sys.modules and not self.project.is_importable(n, p)}
        folders = [os.path.abspath(self.project.folder / root) for root in project.roots(unseen)]
        return [folder for folder in folders if os.path.isdir(folder)]

    @cached_property
    def others(self) -> tuple[str, ...]:
        """Paths whose file has another source now."""
        secrets = Searcher()
        return tuple(p for p, source in self.modules.files.items() if self._is_other(p, source, secrets))

    def _is_other(self, path: str, source: bytes, secrets: Searcher) -> bool:
        file = self._file(path)
        now = project.read(file) if file is not None else source
        if now is None or now == source:
            return now is None
        return text(hidden(now, secrets)) != text(source)

    def _file(self, path: str) -> Any:
        return self.project.now(path, self.modules.names_of(path))

    @property
    def lacks_some(self) -> bool:
        """Whether modules are missing that are not about to be written."""
        return bool(self.missing) and not self.comes

    def lacking(self, classes: Collection[str]) -> str:
        """What is in the way of values of these classes ("module:name"): modules that are missing; "" if none is."""
        needed = self.modules.used_by(classes) if self.lacks_some else ()
        gone = [path for path in self.missing if path in needed]
        return f"needs {some(gone)}, missing here: {self.command}" if gone else ""

    def holds(self, module: str) -> bool:
        """Whether a module, or the package that it is in, is one of the version's."""
        return module.partition(".")[0] in {name.partition(".")[0] for name in self.modules.names}

    @property
    def command(self) -> str:
        """The way out."""
        return f"%mv_rollback {self.version.name} --modules"

    def notes(self, classes: Collection[str] | None) -> Iterator[str]:
        """What differs, as sentences. classes: of the values that come back; None for a whole version."""
        used = set(self.modules.files) if classes is None else self.modules.used_by(classes)
        name = self.version.name
        others = [p for p in self.others if p in used]
        if others:
            verb = "is another" if len(others) == 1 else "are others"
            why = "what uses it may compute something else"
            way = f"{self.command} writes the old one beside" if not self.comes else "the old one is written beside"
            yield f"{some(others)} {verb} than in {name}: {why}; {way}"
        gone = [p for p in self.missing if p in used]
        if gone:
            one = len(gone) == 1
            again = f"{'it is' if one else 'they are'} written again"
            way = again if self.comes else f"to write {'it' if one else 'them'} again: {self.command}"
            yield f"{some(gone)} of {name} {'is' if one else 'are'} missing here; {way}"


def some(paths: Sequence[str]) -> str:
    """The first few paths."""
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return ", ".join(paths[:SHOWN]) + more
