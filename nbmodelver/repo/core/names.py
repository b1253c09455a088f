"""A name through the versions: where it is new, changed or gone, and what can be said of each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nbmodelver.catalogue.documents import Document
    from nbmodelver.model import Kept, ObjectId, Status, Version, VersionId


@dataclass(frozen=True)
class Step:
    """One version in which a name is new, changed or gone. kept: as it is there, or as it was when it is gone.

    same_as: an older version that holds the very same value, or None.
    """

    version: Version
    status: Status
    kept: Kept
    before: Kept | None = None
    same_as: Version | None = None


def steps(name: str, newest_first: Iterable[tuple[Document, Callable[[VersionId], Version]]]) -> list[Step]:
    """The steps of a name, newest first. A version that left the name out changes nothing about it.

    newest_first: what the index knows of each version, and how to read it; versions that cannot tell are not read.
    """
    known: dict[VersionId, Kept | None] = {}
    first: dict[ObjectId, Version] = {}
    found = []
    for row, read in reversed(list(newest_first)):
        before = next((known[p] for p in row["parents"] if known.get(p) is not None), None)
        if before is None and name not in row["names"]:
            continue
        version = read(row["id"])
        now = version.kept.get(name) or (before if version.left_out(name) else None)
        known[row["id"]] = now
        kept = now or before
        if kept is None or (now and before and now.digest == before.digest):
            continue
        status: Status = "changed" if now and before else "added" if now else "removed"
        found.append(Step(version, status, kept, before, first.get(kept.digest) if now else None))
        first.setdefault(kept.digest, version)
    return found[::-1]
