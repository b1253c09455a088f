"""The input files of a version as members of a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.bundle import names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from nbmodelver.bundle.archive import Archive
    from nbmodelver.model import InputFile, Json, ObjectId, Version


def members(version: Version) -> dict[str, str]:
    """Return the path of each stored input file -> name of its member."""
    return names.file_members(i.path for i in version.inputs if i.is_kept)


def placed(version: Version) -> dict[str, str]:
    """Return the path of each stored input file in the folder of the notebook -> name of its member."""
    near = {i.path for i in version.inputs if i.up == 0}
    return {path: member for path, member in members(version).items() if path in near}


def described(version: Version) -> list[dict[str, Json]]:
    """Return the entries of bundle.json. An entry without "file" is a file that the bundle does not hold."""
    where = members(version)
    return [_entry(file, where.get(file.path, "")) for file in version.inputs]


def _entry(file: InputFile, member: str) -> dict[str, Json]:
    found: dict[str, Json] = {"path": file.path, "size_bytes": file.size_bytes, "digest": file.digest}
    return {**found, "file": member} if member else {**found, "reason": file.reason}


def parts(archive: Archive, version: Version, listed: Sequence[Mapping[str, Any]]) -> dict[ObjectId, str]:
    """Return part -> member of each input file in a bundle. listed: "files" of bundle.json.

    Raises BadBundle if these files are not those of the record. `portable.put_in` checks that their content is.
    """
    expected = described(version)
    if [dict(entry) for entry in listed] != expected:
        raise archive.bad(f"{names.BUNDLE} does not list the input files of the record")
    found = {i.digest: members(version)[i.path] for i in version.inputs if i.is_kept and i.digest}
    there = {m for m in archive.members if m.startswith(names.FILES)}
    if there != set(members(version).values()):
        raise archive.bad("its input files are not those of its version")
    for one in version.inputs:
        if one.is_kept and one.digest and archive.size(members(version)[one.path]) != one.size_bytes:
            raise archive.bad(f"the size of {members(version)[one.path]} is not that in the record")
    for wrong in _unequal(archive, version):
        raise archive.bad(f"{wrong} differs from the file in its version")
    return found


def _unequal(archive: Archive, version: Version) -> Iterator[str]:
    """Yield members that differ although the record has one digest for their files."""
    first: dict[str, str] = {}
    hash_of: Callable[[str], str] = archive.hash_of
    for file in version.inputs:
        if file.is_kept and file.digest:
            member = members(version)[file.path]
            if hash_of(first.setdefault(file.digest, member)) != hash_of(member):
                yield member
