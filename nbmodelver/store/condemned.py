"""Packs that are about to be deleted: named in one small file, swapped in as a whole, before the first one goes.

From that moment nobody reads them, so a gc that is killed between two deletions leaves no part without its base.
A pack that another program has open (Windows does not delete it then) stays named until a later deletion succeeds.
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
    """The keys of the packs that do not count any more. Raises Damaged."""
    return _parse(_stored(backend))


def delete(backend: Backend, keys: Iterable[str]) -> set[str]:
    """Take the packs out of the store; those that an earlier deletion left over go along. Under the lease alone.

    Gives those that another program has open: they do not count any more, and go with a later deletion.
    """
    before = _stored(backend)
    all_keys = sorted({*_parse(before), *keys})
    if not all_keys:
        return set()
    new = _form(all_keys)
    if new != before and not backend.swap(KEY, before, new):
        raise StoreLocked("another process deletes packs of this store", "wait for it to finish")
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
    """Let these packs not count while they arrive one by one, and so not without each other.

    What an earlier deletion left over is deleted; packs of an earlier arrival that was killed stay when named again.
    Raises InUse when another program has one of the former open: it must not count when the new ones do.
    """
    coming = set(keys)
    before = _stored(backend)
    left = _parse(before) - coming
    if left:
        form = _form(sorted(left))
        if form != before and not backend.swap(KEY, before, form):
            raise StoreLocked("another process deletes packs of this store", "wait for it to finish")
        if still := delete(backend, ()):
            raise InUse(
                f"another program has {min(still)} in {backend.where} open, which is to be deleted",
                "close what reads it (a backup, a virus scanner), then run the same command again",
            )
        before = None
    form = _form(sorted(coming))
    if coming and form != before and not backend.swap(KEY, before, form):
        raise StoreLocked("another process deletes packs of this store", "wait for it to finish")


def count_again(backend: Backend) -> None:
    """All packs count from now on."""
    before = _stored(backend)
    if before is not None and not backend.swap(KEY, before, None):
        raise StoreLocked("another process deletes packs of this store", "wait for it to finish")


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
            f"the file {KEY!r} of the store is damaged", "remove it, then run gc: packs that it named may come back"
        ) from None
