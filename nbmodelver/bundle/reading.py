"""Inspection and import of bundles. Everything is verified before anything is written, and no code of it is run."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.bundle import checks, names, notebooks
from nbmodelver.bundle.archive import Archive
from nbmodelver.bundle.new_folder import new_folder
from nbmodelver.model.bundles import Extracted, Inside
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from nbmodelver.bundle.checks import BundleContents
    from nbmodelver.model import Cell, Json, ObjectId, Progress, Version, VersionId
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class Imported:
    """The imported version, with its number in this store. again: it was there before."""

    version: Version
    again: bool


def inspect(path: str | Path, progress: Progress | None = None) -> Inside:
    """Verify a bundle and return its content, without a store and without trust. Raises BadBundle, LimitExceeded."""
    with Archive(Path(path)) as archive:
        found = checks.contents(archive)
        archive.check_all(progress)
        members = {name: archive.size(name) for name in archive.members}
        return Inside(
            found.version, archive.origin, members, found.variables, _environment(archive),
            is_signed=archive.is_signed, signer=archive.signed.key if archive.signed is not None else "",
            is_pinned=archive.signed is not None and archive.signed.state == "pinned",
        )  # fmt: skip


def _environment(archive: Archive) -> dict[str, Json]:
    """Return environment.json, {} if it is missing or malformed: it is only shown."""
    if not archive.has("environment.json"):
        return {}
    with suppress(ValueError, RecursionError):
        found = json.loads(archive.read("environment.json"))
        return found if isinstance(found, dict) else {}
    return {}


def bring_in(
    repo: Repo,
    path: str | Path,
    progress: Progress | None = None,
    *,
    only: Collection[str] = (),
    digest: str = "",
    max_bytes: int = names.MAX_RAW_BYTES,
    parents: Sequence[VersionId] = (),
) -> Imported:
    """Add the bundle's version to the store, unless the store already has it.

    Its pickled values stay untrusted. only: names of variables; the others are left out, except those that share
    objects with them. digest: SHA-256 that the manifest must have. max_bytes: limit of the raw bytes of all parts
    together. parents: of the new version, in this store. Raises BadBundle, LimitExceeded and UnknownName before
    anything is written; StoreError.
    """
    with Archive(Path(path)) as archive:
        if digest and archive.origin != digest:
            raise archive.bad("it is another file than the one that was shown", "open it again")
        found = checks.contents(archive, max_bytes)
        if only:
            found = _reduced(archive, found, frozenset(only))
        archive.check_all(progress)
        there = portable.known(repo, found.version, found.version_id, found.origin)
        if there is not None:
            return Imported(there, again=True)
        try:
            version = portable.put_in(
                repo, found.version, _parts(archive, found), found.origin, progress, parents=parents
            )
        except portable.WrongPart as error:
            raise archive.bad(error.message) from error
        return Imported(version, again=False)


def _reduced(archive: Archive, found: BundleContents, only: frozenset[str]) -> BundleContents:
    """Return the content with these variables, and with the parts that they need."""
    version = portable.with_only(found.version, only)
    needed = portable.needed_parts(version, lambda part: found.raw(archive, part))
    return replace(found, version=version, sizes={part: size for part, size in found.sizes.items() if part in needed})


def extract(path: str | Path, folder: Path) -> Extracted:
    """Write all members into a new folder, after every hash was verified. Nothing of the bundle is run or loaded.

    Raises BadBundle, LimitExceeded; FileExists if the folder exists; StoreReadOnly, StoreFull if it cannot be written.
    """
    with new_folder(folder) as draft, Archive(Path(path)) as archive:
        checks.contents(archive)
        archive.check_all()
        members = [*archive.members, names.MANIFEST, *([names.SIGNATURE] if archive.is_signed else [])]
        size = sum(_written(archive, name, draft) for name in members)
    return Extracted(folder, len(members), size)


def _written(archive: Archive, name: str, folder: Path) -> int:
    """Write one member. Its name was checked: it stays below the folder."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        return archive.copy(name, file)


def lock_of(path: str | Path, folder: Path) -> tuple[str, Path | None]:
    """Return requirements.lock.txt of a bundle, "" without one, and the folder of its wheels, None without any.

    folder: an empty one, into which the wheels are written. Raises BadBundle, LimitExceeded, StoreFull.
    """
    with Archive(Path(path)) as archive:
        if not archive.has(names.LOCK):
            return "", None
        wheels = [name for name in archive.members if name.startswith(names.WHEELS)]
        for name in wheels:
            _written(archive, name, folder)
        text = archive.read(names.LOCK).decode("utf-8", "replace")
        return text, folder / names.WHEELS.rstrip("/") if wheels else None


def ran_cells(path: str | Path) -> list[Cell]:
    """Return the cells that led to the version, in the order in which they ran, from replay.ipynb or notebook.ipynb.

    The record in a bundle has those of its own version only. Raises BadBundle, LimitExceeded.
    """
    with Archive(Path(path)) as archive:
        name = "replay.ipynb" if archive.has("replay.ipynb") else "notebook.ipynb"
        try:
            return notebooks.cells_of(archive.read(name))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise archive.bad(f"{name} is no notebook") from None


def open_into(repo: Repo, path: str | Path, progress: Progress | None = None) -> Version:
    """Import a bundle and return the version. Raises as `bring_in`."""
    return bring_in(repo, path, progress).version


def _parts(archive: Archive, found: BundleContents) -> Iterator[tuple[ObjectId, bytes]]:
    for part in found.sizes:
        yield part, found.raw(archive, part)
