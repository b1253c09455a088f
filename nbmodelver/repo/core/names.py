"""The history of one name: the versions in which it is new, changed or removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.model import NameStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nbmodelver.catalogue.documents import Document
    from nbmodelver.model import Kept, ObjectId, Status, Version, VersionId


def steps(name: str, newest_first: Iterable[tuple[Document, Callable[[VersionId], Version]]]) -> list[NameStep]:
    """Return the steps of a name, newest first. A version that left out a live name does not change it.

    newest_first: for each version its document in the index, and a function that reads it by its id. Versions without
    the name and without an ancestor that has it are not read.
    """
    known: dict[VersionId, Kept | None] = {}
    first: dict[ObjectId, Version] = {}
    result = []
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
        result.append(NameStep(version, status, kept, before, first.get(kept.digest) if now else None))
        first.setdefault(kept.digest, version)
    return result[::-1]
