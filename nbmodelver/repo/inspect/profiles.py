"""Profiles of values, cached in the store by content; and the sections of a diff that the kinds contribute."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from nbmodelver import comparison, kinds
from nbmodelver.errors import Damaged, NbmodelverError, NeedsTrust, NotLoadable, UnknownName
from nbmodelver.model import Row, Section
from nbmodelver.repo.core.kept_comparisons import KeptComparison
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.repo.inspect.changed_rows import RowRequest, keep_index
from nbmodelver.repo.inspect.row_keys import row_key
from nbmodelver.repo.inspect.stored_columns import stored_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nbmodelver.model import ObjectId, Profile, Version
    from nbmodelver.repo.core.open_store import LoadingStore


def profile(store: LoadingStore, version: Version, name: str, load: Callable[[], Any] | None = None) -> Profile:
    """Return shape, schema, statistics and parameters of one value. load: loads the value; default: from the store.

    If the value cannot be loaded, the profile contains only its type, its size and a note. Raises UnknownName.
    """
    kept = version.kept.get(name)
    if kept is None:
        raise UnknownName(f"{version.name} has no '{name}'", nearest(name, version.kept))
    cached = known(store, kept.digest)
    if cached is not None:
        return cached
    try:
        value = store.loaded(version, [name])[0][name] if load is None else load()
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
    """Yield the sections about each value that both versions have and that differs. names: of these only, unfolded.

    Sections that were made before are read from the store.
    """
    kept = KeptComparison(store, before, after)
    for name, new in after.kept.items():
        old = before.kept.get(name)
        if old is None or old.digest == new.digest or (names and name not in names) or new.kind == "code":
            continue
        key = row_key(store, name)
        kept_as = json.dumps([name, *key]) if key else name
        found = kept.get(kept_as)
        if found is None:
            sides = _side(store, before, name), _side(store, after, name)
            request = RowRequest(before, after, name, key, is_remembered=bool(key))
            sides = sides[0], replace(sides[1], key=key, on_row_diff=partial(keep_index, store, request))
            found = list(comparison.sections_of(name, *sides, asked=bool(names)))
            if not any(section.id.startswith(("refused.", "failed.")) for section in found):
                kept.put(kept_as, found)
        yield from (replace(section, folded=section.folded and not names) for section in found)
    kept.save()


def _side(store: LoadingStore, version: Version, name: str) -> comparison.Side:
    """A name of a version whose value is loaded once, when it is needed."""

    @cache
    def load() -> Any:
        return store.loaded(version, [name])[0][name]

    kept = version.kept[name]
    return comparison.Side(
        kept.kind,
        lambda: profile(store, version, name, load),
        load,
        version.name,
        kept.size_bytes,
        partial(stored_columns, store, version, name),
    )


def profile_section(store: LoadingStore, version: Version, name: str) -> Section:
    """The profile of one value as a section: a table of facts, and charts. Raises UnknownName."""
    found = profile(store, version, name)
    both = comparison.compare(version.kept[name].kind, name, {}, found)
    rows = tuple(Row((r.cells[0], r.cells[2]), "same") for r in both.rows)
    charts = comparison.charts_of({version.name: found})
    return Section(f"profile.{name}", name, ("what", "value"), rows, note=both.note, charts=charts)
