"""Whether what a bundle says fits together: types, names, ids, and the parts that the record needs.

Everything here reads JSON and recipes only; nothing is imported, unpickled or run for what they name.
"""

from __future__ import annotations

import json
import keyword
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.bundle import names
from nbmodelver.errors import BadBundle, Damaged, LimitExceeded
from nbmodelver.model import KINDS, ObjectId, Version, VersionId
from nbmodelver.repo import portable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.bundle.archive import Archive
    from nbmodelver.model import Kept

_ID = re.compile(r"[0-9a-f]{40}")
_MAX_NAME_CHARS = 1000


@dataclass(frozen=True)
class Contents:
    """What a bundle holds, checked for sense. sizes: raw bytes of each part. variables: as bundle.json lists them."""

    version: Version
    version_id: VersionId
    sizes: dict[ObjectId, int]
    variables: list[dict[str, Any]]
    origin: str


def contents(archive: Archive, max_bytes: int = names.MAX_RAW_BYTES) -> Contents:
    """Read the two descriptions and check them against each other and the members. Raises BadBundle, LimitExceeded."""
    described = _described(archive)
    sizes = _sizes(archive, described, max_bytes)
    try:
        version = portable.read_record(archive.read(names.RECORD))
    except ValueError as error:
        raise archive.bad(f"its record is not well formed ({str(error)[:200]})") from error
    try:
        for why in _nonsense(version):
            raise archive.bad(f"its record makes no sense: {why}")
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise archive.bad("its record makes no sense") from error
    try:
        for why in portable.missing(version, sizes, lambda part: part_bytes(archive, part, sizes[part])):
            raise archive.bad(why)
    except Damaged as error:
        raise archive.bad(error.message) from error
    listed = described["variables"]
    if [v["name"] for v in listed] != sorted(version.kept):
        raise archive.bad(f"{names.BUNDLE} lists other variables than the record")
    return Contents(version, described["version"]["id"], sizes, listed, archive.origin)


def _described(archive: Archive) -> dict[str, Any]:
    try:
        data = json.loads(archive.read(names.BUNDLE))
        form = data["format"]
        if type(form) is int and form > names.FORMAT:
            raise BadBundle(
                f"'{archive.name}' has bundle format {form}; this nbmodelver reads up to {names.FORMAT}",
                "try: pip install --upgrade nbmodelver",
            )
        well = (
            type(form) is int
            and _ID.fullmatch(data["version"]["id"])
            and type(data["parts"]) is dict
            and all(type(v["name"]) is str and type(v.get("file", "")) is str for v in data["variables"])
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise archive.bad(f"{names.BUNDLE} is not well formed") from error
    if not well:
        raise archive.bad(f"{names.BUNDLE} is not well formed")
    found: dict[str, Any] = data
    return found


def _sizes(archive: Archive, described: dict[str, Any], max_bytes: int) -> dict[ObjectId, int]:
    """The declared raw sizes, one for each part member, within the limits."""
    sizes = {ObjectId(str(k)): v for k, v in described["parts"].items()}
    there = [m.removeprefix(names.PARTS).removesuffix(names.COMPRESSED) for m in _members(archive)]
    if sorted(sizes) != sorted(there) or not all(type(v) is int and v >= 0 for v in sizes.values()):
        raise archive.bad(f"{names.BUNDLE} lists other parts than the file holds")
    total, most = sum(sizes.values()), min(max_bytes, names.MAX_RATIO * archive.size_bytes)
    if total > most:
        raise LimitExceeded(
            f"'{archive.name}' says that it unfolds to {total} bytes; the limit for it is {most}",
            "a bundle may unfold to a thousand times its size, and to 64 GiB",
        )
    return sizes


def _members(archive: Archive) -> list[str]:
    return [m for m in archive.members if m.startswith(names.PARTS)]


def part_bytes(archive: Archive, part: ObjectId, size: int) -> bytes:
    """The raw bytes of a part, hash-checked as stored; that they are those of the id is for the store to check."""
    plain = f"{names.PARTS}{part}"
    if archive.has(plain):
        data = archive.read(plain, limit=max(size, 1))
        if len(data) != size:
            raise archive.bad(f"part {part} has another size than {names.BUNDLE} says")
        return data
    stored = archive.read(plain + names.COMPRESSED, limit=archive.size_bytes)
    try:
        return portable.decompressed(stored, size)
    except ValueError as error:
        raise archive.bad(f"part {part} cannot be decompressed ({error})") from error


def _nonsense(version: Version) -> Iterator[str]:
    if not _all(dict, version.params, version.metrics):
        yield "parameters or metrics that are no table"
    yield from _bad_names(version)
    yield from _bad_types(version)


def _bad_names(version: Version) -> Iterator[str]:
    """Names that must not get into a namespace, and names that are in two groups or in none."""
    grouped = [n for g in version.groups for n in g.names]
    if sorted(map(str, grouped)) != sorted(map(str, version.kept)):
        yield "its names and its groups do not fit"
        return
    kept_names: Mapping[Any, Kept] = version.kept
    for name, kept in kept_names.items():
        if not isinstance(name, str) or len(name) > _MAX_NAME_CHARS or not name.isidentifier():
            yield "a variable's name is none"
        elif keyword.iskeyword(name) or (name.startswith("__") and name.endswith("__")):
            yield f"'{name}' cannot be a variable"
        elif type(kept.group) is not int or not 0 <= kept.group < len(version.groups):
            yield f"'{name}' is in no group"
        elif name not in version.groups[kept.group].names:
            yield f"'{name}' is in another group than it says"
        elif len(version.groups[kept.group].names) == 1 and kept.digest != version.groups[kept.group].recipe:
            yield f"'{name}' has another digest than its content"


def _bad_types(version: Version) -> Iterator[str]:
    """Fields that are not what the model says; views, queries and loads rely on it."""
    for kept in version.kept.values():
        fine = kept.kind in KINDS and _all(str, kept.type, *kept.notes) and _is_id(kept.digest)
        if not fine or not _count(kept.size_bytes) or not _count(kept.cell or 0):
            yield f"the entry of '{kept.name}'"
    for group in (*version.groups, *version.definitions):
        fine = _is_id(group.recipe) and _count(group.size_bytes) and _all(bool, group.pickled)
        if not fine or not _all(str, *group.names, *group.classes):
            yield "a group"
    texts = (version.branch, version.message, version.note, version.author, version.saved_at_utc, version.auto)
    if not _all(str, *texts, version.notebook_path, *version.others, *version.parents, *version.params):
        yield "a text"
    if any(type(k) is not str or type(v) not in (int, float) or math.isinf(v) for k, v in version.metrics.items()):
        yield "a metric"
    if not all(_count(n) for n in (version.number, version.raw_bytes, version.new_bytes)):
        yield "a number"
    if type(version.duration_s) not in (int, float) or not math.isfinite(version.duration_s):
        yield "a number"
    if not all(s is None or _is_id(s) for s in (version.cells, version.environment, version.notebook, version.session)):
        yield "an id"
    if not all(_all(str, s.name, s.path, s.reason) for s in version.skipped):
        yield "a name that was not kept"
    git = version.git
    if git is not None and not (_all(str, git.commit, git.branch) and type(git.dirty) is bool):
        yield "the Git checkout"


def _all(kind: type, *values: object) -> bool:
    return all(type(value) is kind for value in values)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _count(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 62
