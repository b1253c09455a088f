"""Validation of a bundle's descriptions against each other: types, names, ids, and the parts that the record needs.

Only JSON and recipes are read. Nothing that they name is imported, unpickled or run (P1, see SECURITY.md).
"""

from __future__ import annotations

import json
import keyword
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbmodelver.bundle import input_members, names
from nbmodelver.errors import BadBundle, Damaged, LimitExceeded
from nbmodelver.model import ObjectId, Version, VersionId, is_id
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.bundle.archive import Archive
    from nbmodelver.model import Kept


_MAX_NAME_CHARS = 1000


@dataclass(frozen=True)
class BundleContents:
    """The validated content of a bundle. sizes: raw bytes of each part. variables: as bundle.json lists them.

    version_id: id in the store of its origin. origin: SHA-256 of the manifest. files: part -> member, for input files.
    """

    version: Version
    version_id: VersionId
    sizes: dict[ObjectId, int]
    variables: list[dict[str, Any]]
    origin: str
    files: dict[ObjectId, str] = field(default_factory=dict)

    def raw(self, archive: Archive, part: ObjectId) -> bytes:
        """Return the raw bytes of a part. Raises BadBundle, LimitExceeded."""
        return part_bytes(archive, part, self.sizes[part], self.files.get(part, ""))


def contents(archive: Archive, max_bytes: int = names.MAX_RAW_BYTES) -> BundleContents:
    """Read bundle.json and the record, and validate them against each other and the members.

    max_bytes: limit of the raw bytes of all parts together. Raises BadBundle, LimitExceeded.
    """
    described = _described(archive)
    version = _record(archive)
    files = input_members.parts(archive, version, described.get("files", ()))
    sizes = _sizes(archive, described, files, max_bytes)
    listed = described["variables"]
    found = BundleContents(version, described["version"]["id"], sizes, listed, archive.origin, files)
    try:
        for why in portable.missing(version, sizes, lambda part: found.raw(archive, part)):
            raise archive.bad(why)
    except Damaged as error:
        raise archive.bad(error.message) from error
    _check_modules(archive, found)
    if [v["name"] for v in listed] != sorted(version.kept):
        raise archive.bad(f"{names.BUNDLE} does not list the variables of the record")
    return found


def _record(archive: Archive) -> Version:
    try:
        version = portable.read_record(archive.read(names.RECORD))
    except ValueError as error:
        raise archive.bad(f"its record is malformed ({str(error)[:200]})") from error
    try:
        for why in _invalid_fields(version):
            raise archive.bad(f"its record is invalid: {why}")
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise archive.bad("its record is invalid") from error
    return version


def _check_modules(archive: Archive, contained: BundleContents) -> None:
    """Verify that the modules are well formed, and that the module files equal those of the version."""
    try:
        found = portable.modules_in(contained.version, lambda part: contained.raw(archive, part))
    except Damaged as error:
        raise archive.bad(error.message) from error
    beside = {name.removeprefix(names.MODULES) for name in archive.members if name.startswith(names.MODULES)}
    if beside != {path for path in found.files if names.is_module(path)}:
        raise archive.bad("its module files are not those of its version")
    for path in beside:
        if archive.read(f"{names.MODULES}{path}") != found.files[path]:
            raise archive.bad(f"{names.MODULES}{path} differs from the module in its version")


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
            and is_id(data["version"]["id"])
            and type(data["parts"]) is dict
            and all(type(v["name"]) is str and type(v.get("file", "")) is str for v in data["variables"])
            and all(type(entry) is dict for entry in data.get("files", ()))
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise archive.bad(f"{names.BUNDLE} is malformed") from error
    if not well:
        raise archive.bad(f"{names.BUNDLE} is malformed")
    found: dict[str, Any] = data
    return found


def _sizes(
    archive: Archive, described: dict[str, Any], files: Mapping[ObjectId, str], max_bytes: int
) -> dict[ObjectId, int]:
    """Return the declared raw sizes: exactly one for each part in the file, within the limits."""
    sizes = {ObjectId(str(k)): v for k, v in described["parts"].items()}
    there = [*files, *(m.removeprefix(names.PARTS).removesuffix(names.COMPRESSED) for m in _members(archive))]
    if sorted(sizes) != sorted(there) or not all(type(v) is int and v >= 0 for v in sizes.values()):
        raise archive.bad(f"{names.BUNDLE} does not list the parts in the file")
    total, most = sum(sizes.values()), min(max_bytes, names.MAX_RATIO * archive.size_bytes)
    if total > most:
        raise LimitExceeded(
            f"'{archive.name}' declares {total} uncompressed bytes; the limit for it is {most}",
            "get a bundle within the limits: a thousand times its file size, and 64 GiB",
        )
    return sizes


def _members(archive: Archive) -> list[str]:
    return [m for m in archive.members if m.startswith(names.PARTS)]


def part_bytes(archive: Archive, part: ObjectId, size: int, member: str = "") -> bytes:
    """Return the raw bytes of a part. The hash of the member is verified; the store verifies the id of the part.

    size: declared raw size. member: that of an input file, "" for one in store/parts. Raises BadBundle, LimitExceeded.
    """
    plain = member or f"{names.PARTS}{part}"
    if archive.has(plain):
        data = archive.read(plain, limit=max(size, 1))
        if len(data) != size:
            raise archive.bad(f"the size of part {part} is not that in {names.BUNDLE}")
        return data
    stored = archive.read(plain + names.COMPRESSED, limit=archive.size_bytes)
    try:
        return portable.decompressed(stored, size)
    except ValueError as error:
        raise archive.bad(f"part {part} cannot be decompressed ({error})") from error


def _invalid_fields(version: Version) -> Iterator[str]:
    yield from portable.invalid_fields(version)
    yield from _bad_names(version)
    if any(math.isinf(v) for v in version.metrics.values()):
        yield "a metric"


def _bad_names(version: Version) -> Iterator[str]:
    """Yield an error for each name that is not a valid variable, or that is not in exactly one group."""
    grouped = [n for g in version.groups for n in g.names]
    if sorted(map(str, grouped)) != sorted(map(str, version.kept)):
        yield "its names are not those of its groups"
        return
    kept_names: Mapping[Any, Kept] = version.kept
    for name, kept in kept_names.items():
        if not isinstance(name, str) or len(name) > _MAX_NAME_CHARS or not name.isidentifier():
            yield "a variable has an invalid name"
        elif keyword.iskeyword(name) or (name.startswith("__") and name.endswith("__")):
            yield f"'{name}' cannot be a variable"
        elif type(kept.group) is not int or not 0 <= kept.group < len(version.groups):
            yield f"'{name}' is in no group"
        elif name not in version.groups[kept.group].names:
            yield f"'{name}' is not in the group that it names"
        elif len(version.groups[kept.group].names) == 1 and kept.digest != version.groups[kept.group].recipe:
            yield f"the digest of '{name}' is not that of its content"
