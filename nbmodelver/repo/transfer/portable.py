"""A version on its way out of one store and into another: its record, and the raw parts that it needs.

What leaves does not say where it was made: working directory and search path are taken out of the session's state.
What comes in is checked here for sense (every part that the record or a recipe names is there, with the size that it
says); that the bytes are those of the part's id is checked while they are stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.catalogue import records, validation
from nbmodelver.codecs import graph, open_formats, recipe
from nbmodelver.errors import Damaged, NeedsTrust
from nbmodelver.model import Group, ObjectId, Version, VersionId
from nbmodelver.repo.core import modules, project
from nbmodelver.repo.core.secrets import Searcher
from nbmodelver.store import layout
from nbmodelver.store.encodings import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nbmodelver.codecs.open_formats import OpenFormat
    from nbmodelver.model import Cell, Progress
    from nbmodelver.repo.core.modules import Modules
    from nbmodelver.repo.core.open_store import LoadingStore, OpenStore

WORTH_BYTES = 0.97
"""Compression that gains less than 3 % is not worth decompressing."""

MAX_RATIO = 1000
"""What shrinks more than this is left raw, so that a reader may take a higher ratio for an attack."""


class WrongPart(Damaged):
    """A part whose bytes are not those of its id."""


@dataclass(frozen=True)
class Portable:
    """A version with the ids of all its parts, sorted. own: raw bytes of those that no store holds."""

    version: Version
    parts: tuple[ObjectId, ...]
    own: Mapping[ObjectId, bytes] = field(default_factory=dict)


def taken_out(store: OpenStore, version: Version) -> Portable:
    """The version without what only this machine knows."""
    session, own = _session(store, version)
    recorded = store.history.records.read(version.id)  # Its parents as they were: some may be forgotten here.
    leaving = replace(version, session=session, parents=recorded.parents)
    needed = {part for group in _groups(replace(version, session=None)) for part in store.group_store.parts_of(group)}
    needed |= set(_documents(version)) | own.keys()
    return Portable(leaving, tuple(sorted(needed)), own)


def _session(store: OpenStore, version: Version) -> tuple[ObjectId | None, dict[ObjectId, bytes]]:
    state = store.session(version)
    if state is None:
        return None, {}
    state["python"] = {**state["python"], "cwd": "", "sys.path": []}
    (draft,) = graph.capture({"session": state}, {}, definitions=False).groups
    raws = [bytes(b.raw) for b in draft.buffers]
    if recipe.has_own_skeleton(draft):
        raws.append(draft.skeleton)
    ids = store.parts.identify([memoryview(raw) for raw in raws])
    data = recipe.write(draft, ids)
    (found,) = store.parts.identify([memoryview(data)])
    return found, {**dict(zip(ids, raws, strict=True)), found: data}


def raw(store: OpenStore, portable: Portable, part: ObjectId) -> bytes | memoryview:
    """The raw bytes of a part. Raises MissingPart, Damaged."""
    return portable.own[part] if part in portable.own else store.parts.get(part)


def put_in(
    store: OpenStore,
    version: Version,
    parts: Iterable[tuple[ObjectId, bytes]],
    origin: str,
    progress: Progress | None = None,
) -> Version:
    """Store parts, then the version; nothing of either if a part is not what its id says (WrongPart)."""
    layout.check(store.backend, for_writing=True)
    with store.parts.lease():
        with store.parts.writing(progress) as pack:
            for part, data in parts:
                if pack.put(data) != part:
                    raise WrongPart(f"part {part} has other content than its id says")
        return _recorded(store, version, origin)


def _recorded(store: OpenStore, version: Version, origin: str) -> Version:
    """Add a version that came from elsewhere, whose parts are stored. It keeps its content, not its number."""
    store.wait_for_pending()
    with store.exclusive_refs():
        own = replace(version, number=store.history.next_number(), parents=(), id=VersionId(""))
        version_id = store.history.records.write(own)
        store.refs.move(f"origin/{version_id}", store.refs.get(f"origin/{version_id}"), origin)
    return store.history.version(version_id)


def known(store: OpenStore, version: Version, version_id: VersionId, origin: str) -> Version | None:
    """The version of this store that came from this origin, or is this very one; None if there is neither."""
    present = store.history.records.exists
    for ref, value in sorted(store.refs.all("origin/").items()):
        here = VersionId(ref.removeprefix("origin/"))
        if value == origin and present(here):
            return store.history.version(here)
    if present(version_id):
        own = store.history.version(version_id)
        return own if record(taken_out(store, own).version) == record(version) else None
    return None


def record(version: Version) -> bytes:
    """The version as canonical JSON, without its id."""
    return records.canonical(version)


def invalid_fields(version: Version) -> Iterator[str]:
    """Fields of a record that are not of the type that the model says."""
    return validation.invalid_fields(version)


def read_record(data: bytes) -> Version:
    """The version that `record` wrote. Raises ValueError for anything else, one nested too deep included."""
    try:
        return Version.from_dict({**records.parse(data), "id": ""})
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ValueError(f"no record: {error}") from error


def missing(version: Version, sizes: Mapping[ObjectId, int], read: Callable[[ObjectId], bytes]) -> Iterator[str]:
    """What the record or a recipe needs and does not get, as sentences; and what nobody needs.

    sizes: raw bytes of the parts that come along. read: the raw bytes of one of them.
    """
    needed: dict[ObjectId, int | None] = dict.fromkeys(_documents(version))
    for group in _groups(version):
        if group.recipe not in sizes:
            yield f"the recipe of '{', '.join(group.names)}' is missing"
            continue
        found = recipe.read(read(group.recipe))
        if found.draft.names != group.names:
            yield f"the recipe of '{', '.join(group.names)}' is that of other names"
        needed.update({group.recipe: None, **dict(zip(found.parts, found.sizes, strict=True))})
        if found.skeleton is not None:
            needed[found.skeleton] = found.skeleton_bytes
    yield from (f"part {part} is missing" for part in needed if part not in sizes)
    for part, size in needed.items():
        if size is not None and sizes.get(part, size) != size:
            yield f"part {part} has another size than its recipe says"
    yield from (f"part {part} belongs to nothing" for part in sizes if part not in needed)


def _groups(version: Version) -> Iterator[Group]:
    yield from version.groups
    yield from version.definitions
    if version.session is not None:
        yield Group(("session",), version.session, 0)


def _documents(version: Version) -> list[ObjectId]:
    return [d for d in (version.cells, version.environment, version.notebook) if d is not None]


def modules_in(version: Version, read: Callable[[ObjectId], bytes]) -> Modules:
    """The modules of a version whose parts are not in a store. read: the raw bytes of a part. Raises Damaged."""
    group = modules.group_of(version)
    if group is None:
        return modules.NONE
    return modules.decoded(recipe.read(read(group.recipe)), read)


def roots(found: Modules) -> list[str]:
    """The folders from which the modules of a version are imported; "" for that of the project."""
    return project.roots(found.names)


def cells_so_far(store: OpenStore, version: Version) -> list[Cell]:
    """The cells that led to a version, from the first commit on, in the order in which they ran."""
    found: list[list[Cell]] = []
    at: Version | None = version
    while at is not None:
        found.append(store.cells(at))
        first = at.parents[0] if at.parents else None
        at = store.history.version(first) if first and store.history.records.exists(first) else None
    return [cell for step in reversed(found) for cell in step]


def plain_value(store: LoadingStore, version: Version, name: str) -> Any:
    """A value that needs no pickle. Raises NeedsTrust for one that does."""
    if version.group_of(name).pickled:
        raise NeedsTrust(f"'{name}' can only be rebuilt by pickle")
    return store.loaded(version, [name])[0][name]


def in_open_format(value: Any) -> OpenFormat | None:
    """A value in an open format; None when none holds it exactly."""
    return open_formats.to_open_format(value)


def secret_in(name: str, value: Any) -> str:
    """Where a value holds what looks like a secret, and why; "" if it does not. The user's environment counts."""
    found = Searcher().in_value(name, value)
    return f"{found.path}: {found.what}" if found else ""


def compressed(data: bytes | memoryview) -> bytes | None:
    """One zstd frame, or None when the bytes are better left as they are."""
    frame = frames.compress(data, 3)
    return frame if len(data) <= MAX_RATIO * len(frame) and len(frame) < WORTH_BYTES * len(data) else None


def decompressed(data: bytes, size: int) -> bytes:
    """The `size` bytes in a frame. Raises ValueError; allocates no more than `size`."""
    return frames.decompress(data, size)
