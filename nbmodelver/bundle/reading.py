"""A bundle's file into a store: everything is checked before anything is written, and nothing of it is run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.bundle import checks, names
from nbmodelver.bundle.archive import Archive
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.bundle.checks import Contents
    from nbmodelver.model import Json, ObjectId, Progress, Version
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class Inside:
    """What a bundle holds, by its own account; its structure, hashes and record were checked.

    version: with the number that it had where it was made. digest: of the manifest, and so of everything.
    variables: as in bundle.json: name, type, kind, digest, needs_trust, and format and file where there is one.
    """

    version: Version
    digest: str
    members: dict[str, int]
    variables: list[dict[str, Json]]


@dataclass(frozen=True)
class Imported:
    """The version in this store. again: it was there before."""

    version: Version
    again: bool


def inspect(path: str | Path) -> Inside:
    """What is inside, without a store and without trusting it. Raises BadBundle, LimitExceeded."""
    with Archive(Path(path)) as archive:
        found = checks.contents(archive)
        archive.check_all()
        members = {name: archive.size(name) for name in archive.members}
        return Inside(found.version, archive.origin, members, found.variables)


def bring_in(
    repo: Repo, path: str | Path, progress: Progress | None = None, *, max_bytes: int = names.MAX_RAW_BYTES
) -> Imported:
    """Add the bundle's version to the store, or find that it is there already.

    Its pickled values stay untrusted. max_bytes: what all parts together may unfold to. Raises BadBundle and
    LimitExceeded before anything is written, and StoreError.
    """
    with Archive(Path(path)) as archive:
        found = checks.contents(archive, max_bytes)
        archive.check_all(progress)
        there = portable.known(repo, found.version, found.version_id, found.origin)
        if there is not None:
            return Imported(there, again=True)
        try:
            version = portable.put_in(repo, found.version, _parts(archive, found), found.origin, progress)
        except portable.WrongPart as error:
            raise archive.bad(error.message) from error
        return Imported(version, again=False)


def open_into(repo: Repo, path: str | Path, progress: Progress | None = None) -> Version:
    """The version that `bring_in` gives."""
    return bring_in(repo, path, progress).version


def _parts(archive: Archive, found: Contents) -> Iterator[tuple[ObjectId, bytes]]:
    for part, size in found.sizes.items():
        yield part, checks.part_bytes(archive, part, size)
