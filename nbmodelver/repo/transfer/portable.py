"""Export and import of a version: its record and the raw parts that it needs.

An exported version does not reveal where it was made: working directory and search path are removed from its session
state. An imported version is checked here for completeness: every part in the record or a recipe exists and has the
recorded size. `put_in` checks that the bytes of a part match its id.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.catalogue import records, validation
from nbmodelver.codecs import graph, open_formats, open_models, recipe
from nbmodelver.comparison.agreement import agreement
from nbmodelver.errors import Damaged, NeedsTrust, UnknownName
from nbmodelver.kinds.interface import Interface, interface
from nbmodelver.model import Group, ObjectId, Version, VersionId
from nbmodelver.repo.core import modules, project
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.repo.core.reachability import documents_of
from nbmodelver.repo.core.secrets import Searcher
from nbmodelver.store import hashes, layout
from nbmodelver.store.encodings import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set

    from nbmodelver.codecs.open_formats import OpenFormat
    from nbmodelver.codecs.recipe import Recipe
    from nbmodelver.model import Cell, Progress
    from nbmodelver.repo.core.modules import Modules
    from nbmodelver.repo.core.open_store import LoadingStore, OpenStore

WORTH_BYTES = 0.97
"""A part is stored compressed only if that saves at least 3 %."""

MAX_RATIO = 1000
"""A part with a higher compression ratio is stored raw, so that readers can reject higher ratios as an attack."""


class WrongPart(Damaged):
    """A part whose bytes do not match its id."""


@dataclass(frozen=True)
class Portable:
    """A version for export. parts: the sorted ids of all parts. own: raw bytes of parts that are not in the store."""

    version: Version
    parts: tuple[ObjectId, ...]
    own: Mapping[ObjectId, bytes] = field(default_factory=dict)


def taken_out(store: OpenStore, version: Version) -> Portable:
    """Return the version without working directory and search path of this machine. Raises Damaged."""
    session, own = _session(store, version)
    recorded = store.history.records.read(version.id)  # With the original parents: some may be forgotten here.
    exported = replace(version, session=session, parents=recorded.parents)
    needed = {part for group in _groups(replace(version, session=None)) for part in store.group_store.parts_of(group)}
    needed |= set(documents_of(version)) | own.keys()
    return Portable(exported, tuple(sorted(needed)), own)


def _session(store: OpenStore, version: Version) -> tuple[ObjectId | None, dict[ObjectId, bytes]]:
    """Return the recipe id of the session state without paths, and the raw bytes of its parts."""
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
    (recipe_id,) = store.parts.identify([memoryview(data)])
    return recipe_id, {**dict(zip(ids, raws, strict=True)), recipe_id: data}


def raw(store: OpenStore, portable: Portable, part: ObjectId) -> bytes | memoryview:
    """Return the raw bytes of a part (1-D uint8, not to be written). Raises MissingPart, Damaged."""
    return portable.own[part] if part in portable.own else store.parts.get(part)


def put_in(
    store: OpenStore,
    version: Version,
    parts: Iterable[tuple[ObjectId, bytes]],
    origin: str,
    progress: Progress | None = None,
    *,
    parents: Sequence[VersionId] = (),
) -> Version:
    """Store parts, then the version, and return the version.

    parts: pairs of id and raw bytes. origin: recorded for trust, see trust.py. parents: in this store.
    Raises WrongPart if the bytes of a part do not match its id; then nothing is stored. Raises StoreError.
    """
    layout.check(store.backend, for_writing=True)
    with store.parts.lease():
        with store.parts.writing(progress) as pack:
            for part, data in parts:
                if pack.put(data) != part:
                    raise WrongPart(f"the content of part {part} does not match its id")
        return _recorded(store, version, origin, parents)


def _recorded(store: OpenStore, version: Version, origin: str, parents: Sequence[VersionId]) -> Version:
    """Write the record of an imported version whose parts are stored. It gets a new number and these parents."""
    store.wait_for_pending()
    with store.exclusive_refs():
        own = replace(version, number=store.history.next_number(), parents=tuple(parents), id=VersionId(""))
        version_id = store.history.records.write(own)
        store.refs.move(f"origin/{version_id}", store.refs.get(f"origin/{version_id}"), origin)
    return store.history.version(version_id)


def known(store: OpenStore, version: Version, version_id: VersionId, origin: str) -> Version | None:
    """Return the version of this store with these names that was imported from this origin; else the equal one or None.

    version_id: the id of `version` in the store that exported it.
    """
    exists = store.history.records.exists
    for ref, value in sorted(store.refs.all("origin/").items()):
        imported = VersionId(ref.removeprefix("origin/"))
        if value == origin and exists(imported):
            found = store.history.version(imported)
            if found.kept.keys() == version.kept.keys():
                return found
    if exists(version_id):
        own = store.history.version(version_id)
        return own if record(taken_out(store, own).version) == record(version) else None
    return None


def with_only(version: Version, names: Set[str], done: str = "imported") -> Version:
    """Return the version with these names, and the names that share objects with them. Its note names the others.

    The others count as names that were not kept, so that a rollback does not change them. Metrics, parameters, cells
    and documents stay: they describe how the version was made. done: what was done without the others, for the note.
    Raises UnknownName.
    """
    for name in names:
        if name not in version.kept:
            hint = nearest(name, list(version.kept)) or f"it has {', '.join(list(version.kept)[:8])}"
            raise UnknownName(f"{version.name} has no '{name}'", hint)
    groups = tuple(group for group in version.groups if not names.isdisjoint(group.names))
    places = {name: at for at, group in enumerate(groups) for name in group.names}
    kept = {name: replace(one, group=places[name]) for name, one in version.kept.items() if name in places}
    left = [name for name in version.kept if name not in places]
    if not left:
        return version
    return replace(
        version, kept=kept, groups=groups, others=(*version.others, *left),
        roles={name: roles for name, roles in version.roles.items() if name not in left},
        given_roles=tuple(name for name in version.given_roles if name not in left),
        note="\n".join(filter(None, [version.note, f"{done} without {', '.join(left)}"])),
        raw_bytes=sum(group.size_bytes for group in groups),
    )  # fmt: skip


def record(version: Version) -> bytes:
    """Return the version as canonical JSON, without its id."""
    return records.canonical(version)


def invalid_fields(version: Version) -> Iterator[str]:
    """Yield the fields of a record whose type is not the one in the model."""
    return validation.invalid_fields(version)


def read_record(data: bytes) -> Version:
    """Return the version that `record` wrote. Raises ValueError for other data, also if it is nested too deep."""
    try:
        return Version.from_dict({**records.parse(data), "id": ""})
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ValueError(f"not a record: {error}") from error


def missing(version: Version, sizes: Mapping[ObjectId, int], read: Callable[[ObjectId], bytes]) -> Iterator[str]:
    """Yield a sentence for each part that is missing, has another size than recorded, or is not needed.

    sizes: part id -> raw bytes of the parts to import. read: returns the raw bytes of one of them. Raises Damaged.
    """
    needed: dict[ObjectId, int | None] = dict.fromkeys(documents_of(version))
    for group in _groups(version):
        if group.recipe not in sizes:
            yield f"the recipe of '{', '.join(group.names)}' is missing"
            continue
        stored = recipe.read(read(group.recipe))
        if stored.draft.names != group.names:
            yield f"the recipe of '{', '.join(group.names)}' is that of other names"
        needed.update(_parts_of(group, stored))
    yield from (f"part {part} is missing" for part in needed if part not in sizes)
    for part, size in needed.items():
        if size is not None and sizes.get(part, size) != size:
            yield f"part {part} has another size than in its recipe"
    yield from (f"part {part} belongs to nothing" for part in sizes if part not in needed)


def needed_parts(version: Version, read: Callable[[ObjectId], bytes]) -> set[ObjectId]:
    """Return the ids of all parts of a version that is not in a store. read: returns the raw bytes of a part."""
    found = set(documents_of(version))
    for group in _groups(version):
        found |= _parts_of(group, recipe.read(read(group.recipe))).keys()
    return found


def _parts_of(group: Group, stored: Recipe) -> dict[ObjectId, int | None]:
    """Return part -> raw size of a group; None for the recipe, which does not state its own."""
    found = {group.recipe: None, **dict(zip(stored.parts, stored.sizes, strict=True))}
    if stored.skeleton is not None:
        found[stored.skeleton] = stored.skeleton_bytes
    return found


def _groups(version: Version) -> Iterator[Group]:
    yield from version.groups
    yield from version.definitions
    if version.session is not None:
        yield Group(("session",), version.session, 0)


def modules_in(version: Version, read: Callable[[ObjectId], bytes]) -> Modules:
    """Return the modules of a version whose parts are not in a store. read: returns the raw bytes of a part.

    Raises Damaged.
    """
    group = modules.group_of(version)
    if group is None:
        return modules.NONE
    return modules.decoded(recipe.read(read(group.recipe)), read)


def roots(stored: Modules) -> list[str]:
    """Return the folders from which the modules of a version are imported; "" is the project's folder."""
    return project.roots(stored.names)


def cells_so_far(store: OpenStore, version: Version) -> list[Cell]:
    """Return the cells that led to a version, from the first commit on, in the order in which they ran."""
    steps: list[list[Cell]] = []
    at: Version | None = version
    while at is not None:
        steps.append(store.cells(at))
        first = at.parents[0] if at.parents else None
        at = store.history.version(first) if first and store.history.records.exists(first) else None
    return [cell for step in reversed(steps) for cell in step]


def plain_value(store: LoadingStore, version: Version, name: str) -> Any:
    """Load a value that is not pickled. Raises NeedsTrust if it is, UnknownName, NotLoadable, Damaged."""
    if version.group_of(name).pickled:
        raise NeedsTrust(f"'{name}' is pickled")
    return store.loaded(version, [name])[0][name]


ModelFiles = open_models.OpenModel


def model_files(value: Any) -> ModelFiles:
    """Return a model in an open format, or in pickle. Raises what pickle raises for a value that it cannot write."""
    return open_models.to_model_files(value)


def model_copy(store: LoadingStore, version: Version, name: str) -> tuple[ModelFiles, str] | None:
    """Return a model in an open format, and how what was read back agrees with it: "bit-identical", or
    "numerically equal" with the largest difference. None if no open format holds it.

    The model is loaded, which can run code. Raises NeedsTrust for a version from elsewhere that is not trusted,
    NotLoadable, Damaged.
    """
    value = store.loaded(version, [name])[0][name]
    found = open_models.to_model_files(value)
    if found.reason or found.is_same is False:
        return None
    agreed, detail = ("bit-identical", "") if found.is_same else agreement(value, found.again)
    if agreed not in ("bit-identical", "numerically equal"):
        return None
    return found, f"{agreed}, {detail}" if detail else agreed


def skops_types(data: bytes) -> list[str]:
    """Return the types of a file of skops that have to be trusted to load it."""
    found: list[str] = importlib.import_module("nbmodelver.codecs.sklearn_open").untrusted_types(data)
    return found


def id_of_file(place: str) -> ObjectId:
    """Return the id that the content of a file has as a part. Raises OSError."""
    return hashes.id_of_file(place)


def interface_of(value: Any) -> Interface:
    """Return the inputs and outputs of a model, as far as they are known."""
    return interface(value)


def in_open_format(value: Any) -> OpenFormat | None:
    """Return a value in an open format, None if no open format represents it exactly."""
    return open_formats.to_open_format(value)


def secret_in(name: str, value: Any) -> str:
    """Return position and reason of the first secret in a value, "" without one. See core/secrets.py."""
    found = Searcher().in_value(name, value)
    return f"{found.path}: {found.what}" if found else ""


def compressed(data: bytes | memoryview) -> bytes | None:
    """Return the bytes as one zstd frame; None if they should be stored raw."""
    frame = frames.compress(data, 3)
    return frame if len(data) <= MAX_RATIO * len(frame) and len(frame) < WORTH_BYTES * len(data) else None


def decompressed(data: bytes, size: int) -> bytes:
    """Return the `size` bytes of a frame. Allocates at most `size` bytes. Raises ValueError for an invalid frame."""
    return frames.decompress(data, size)
