"""Inspection and import of bundles. Everything is verified before anything is written, and no code of it is run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.bundle import checks, names
from nbmodelver.bundle.archive import Archive
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.bundle.checks import BundleContents
    from nbmodelver.model import Json, ObjectId, Progress, Version
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class Inside:
    """The content of a bundle, whose structure, hashes and record were verified.

    version: with its number in the store of its origin. digest: SHA-256 of the manifest, which covers all members.
    members: name -> size in bytes. variables: as in bundle.json: name, type, kind, digest, needs_trust, and format and
    file if it is stored in an open format.
    """

    version: Version
    digest: str
    members: dict[str, int]
    variables: list[dict[str, Json]]


@dataclass(frozen=True)
class Imported:
    """The imported version, with its number in this store. again: it was there before."""

    version: Version
    again: bool


def inspect(path: str | Path) -> Inside:
    """Verify a bundle and return its content, without a store and without trust. Raises BadBundle, LimitExceeded."""
    with Archive(Path(path)) as archive:
        found = checks.contents(archive)
        archive.check_all()
        members = {name: archive.size(name) for name in archive.members}
        return Inside(found.version, archive.origin, members, found.variables)


def bring_in(
    repo: Repo, path: str | Path, progress: Progress | None = None, *, max_bytes: int = names.MAX_RAW_BYTES
) -> Imported:
    """Add the bundle's version to the store, unless the store already has it.

    Its pickled values stay untrusted. max_bytes: limit of the raw bytes of all parts together. Raises BadBundle and
    LimitExceeded before anything is written; StoreError.
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
    """Import a bundle and return the version. Raises as `bring_in`."""
    return bring_in(repo, path, progress).version


def _parts(archive: Archive, found: BundleContents) -> Iterator[tuple[ObjectId, bytes]]:
    for part, size in found.sizes.items():
        yield part, checks.part_bytes(archive, part, size)
