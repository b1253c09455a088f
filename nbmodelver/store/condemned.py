"""The list of packs that are about to be deleted: one small file, replaced as a whole before the first deletion.

From then on the listed packs are ignored, so a gc that is killed between two deletions leaves no part without its base.
Windows cannot delete a pack that another program has open. Such a pack stays listed until a later deletion succeeds.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, InUse, StoreLocked
from nbmodelver.store.hashes import checksum

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model import Backend

KEY = "condemned"


def read(backend: Backend) -> set[str]:
    """Return the keys of the packs to ignore. Raises Damaged."""
    return _parse(_stored(backend))


def delete(backend: Backend, keys: Iterable[str]) -> set[str]:
    """Delete packs, together with those that an earlier deletion left.

    The caller holds the exclusive lease, or the shared lease and the merge lock.

    Returns the keys of packs that another program has open: they are ignored, and a later call deletes them.
    Raises StoreLocked, Damaged.
    """
    before = _stored(backend)
    all_keys = sorted({*_parse(before), *keys})
    if not all_keys:
        return set()
    new = _form(all_keys)
    if new != before and not backend.swap(KEY, before, new):
        raise StoreLocked("another process is deleting packs of this store", "wait for it to finish")
    left = []
    for key in all_keys:
        try:
            backend.delete(key)
        except InUse:
            left.append(key)
    if left != all_keys:
        backend.swap(KEY, new, _form(left) if left else None)
    return set(left)


def set_aside(backend: Backend, keys: Iterable[str]) -> None:
    """List packs before a backup writes them one by one, so that none is read before all are there.

    Deletes what an earlier deletion left; packs of an earlier, killed backup stay if they are in `keys`.
    Raises InUse if another program has one of the leftovers open, because `count_again` would make it valid again;
    StoreLocked, Damaged.
    """
    coming = set(keys)
    before = _stored(backend)
    left = _parse(before) - coming
    if left:
        form = _form(sorted(left))
        if form != before and not backend.swap(KEY, before, form):
            raise StoreLocked("another process is deleting packs of this store", "wait for it to finish")
        if left := delete(backend, ()):
            raise InUse(
                f"{min(left)} in {backend.where} must be deleted, but another program has it open",
                "close the program that reads it (a backup, a virus scanner), then run the same command again",
            )
        before = None
    form = _form(sorted(coming))
    if coming and form != before and not backend.swap(KEY, before, form):
        raise StoreLocked("another process is deleting packs of this store", "wait for it to finish")


def count_again(backend: Backend) -> None:
    """Remove the list: all packs are valid again. Raises StoreLocked."""
    before = _stored(backend)
    if before is not None and not backend.swap(KEY, before, None):
        raise StoreLocked("another process is deleting packs of this store", "wait for it to finish")


def _stored(backend: Backend) -> bytes | None:
    try:
        return bytes(backend.read(KEY))
    except KeyError:
        return None


def _form(keys: list[str]) -> bytes:
    return json.dumps({"packs": keys, "sum": _sum(keys)}, separators=(",", ":")).encode("ascii")


def _sum(keys: list[str]) -> str:
    return checksum([json.dumps(keys).encode("ascii")]).hex()


def _parse(stored: bytes | None) -> set[str]:
    if stored is None:
        return set()
    try:
        data = json.loads(stored)
        if data["sum"] != _sum(data["packs"]):
            raise ValueError(stored)
        return set(data["packs"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Damaged(
            f"the file {KEY!r} of the store is damaged", "remove it and run gc; packs that it listed may come back"
        ) from None
