"""Profiles of values, cached in the store by content; and the sections of a diff that the kinds contribute."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver import kinds
from nbmodelver.errors import Damaged, NbmodelverError, NeedsTrust, NotLoadable, UnknownName
from nbmodelver.repo.core.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model import ObjectId, Profile, Section, Version
    from nbmodelver.repo.core.open_store import LoadingStore


def profile(store: LoadingStore, version: Version, name: str) -> Profile:
    """Return shape, schema, statistics and parameters of one value.

    If the value cannot be loaded, the profile contains only its type, its size and a note. Raises UnknownName.
    """
    kept = version.kept.get(name)
    if kept is None:
        raise UnknownName(f"{version.name} has no '{name}'", nearest(name, version.kept))
    cached = known(store, kept.digest)
    if cached is not None:
        return cached
    try:
        value = store.loaded(version, [name])[0][name]
    except (NeedsTrust, NotLoadable, Damaged) as error:
        return {"type": kept.type, "size_bytes": kept.size_bytes, "note": error.message}
    data = json.dumps(kinds.profile(kept.kind, value, kept.size_bytes))
    if store.refs.get(f"origin/{version.id}") is None:  # The record of an imported version may contain a wrong digest.
        with suppress(NbmodelverError):  # Only a cache: a read-only or full store still shows the profile.
            store.backend.create(f"profiles/{kept.digest}", [data.encode()])
    result: Profile = json.loads(data)  # The same types as from the cache.
    return result


def known(store: LoadingStore, digest: ObjectId) -> Profile | None:
    """Return the cached profile of a value, or None."""
    try:
        cached: Profile = json.loads(bytes(store.backend.read(f"profiles/{digest}")))
    except (KeyError, ValueError):
        return None
    return cached


def sections(store: LoadingStore, before: Version, after: Version, names: Sequence[str] = ()) -> Iterator[Section]:
    """Yield the sections of the kinds for each value that differs between both versions. names: only of these."""
    for name, new in after.kept.items():
        old = before.kept.get(name)
        if old is None or old.digest == new.digest or (names and name not in names) or new.kind == "code":
            continue
        yield from kinds.sections_of(name, _side(store, before, name), _side(store, after, name))


def _side(store: LoadingStore, version: Version, name: str) -> kinds.Side:
    return kinds.Side(
        version.kept[name].kind,
        lambda: profile(store, version, name),
        lambda: store.loaded(version, [name])[0][name],
        version.name,
    )
