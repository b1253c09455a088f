"""Cached comparisons of two versions, in the store under `comparisons/BEFORE.AFTER`.

Which rows of a table differ is kept under `rows/BEFORE.AFTER.TABLE`.

Versions are immutable, so a comparison is too. It is a cache: another release of nbmodelver computes it again, and gc
removes those of versions that are gone.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import NbmodelverError
from nbmodelver.model import section_from_dict, section_to_dict
from nbmodelver.release import __version__

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from nbmodelver.model import Section, Version, VersionId
    from nbmodelver.repo.core.open_store import OpenStore

PREFIX = "comparisons/"
ROWS = "rows/"


class KeptComparison:
    """The stored sections of one comparison, by the name of the variable."""

    def __init__(self, store: OpenStore, before: Version, after: Version) -> None:
        self._store = store
        self._key = f"{PREFIX}{before.id}.{after.id}"
        self._known = self._read()
        self._is_new = False

    def get(self, name: str) -> list[Section] | None:
        """The sections about a name; None if it was not compared."""
        found = self._known.get(name)
        if found is None:
            return None
        try:
            return [section_from_dict(one) for one in found]
        except (KeyError, ValueError, TypeError, AttributeError):
            return None

    def put(self, name: str, sections: Sequence[Section]) -> None:
        """Remember the sections about a name; `save` writes them."""
        self._known[name] = [section_to_dict(one) for one in sections]
        self._is_new = True

    def save(self) -> None:
        """Write what is new. A store that cannot be written, and values that are no JSON, are not kept."""
        if not self._is_new:
            return
        with suppress(NbmodelverError, TypeError, ValueError):
            data = json.dumps({"release": __version__, "sections": self._known}).encode()
            self._store.backend.delete(self._key)
            self._store.backend.create(self._key, [data])

    def _read(self) -> dict[str, Any]:
        try:
            data = json.loads(bytes(self._store.backend.read(self._key)))
            sections = data["sections"] if data["release"] == __version__ else {}
        except (KeyError, ValueError, TypeError):
            return {}
        return sections if isinstance(sections, dict) else {}


def rows(store: OpenStore, before: Version, after: Version, table: Sequence[str]) -> bytes | None:
    """Return the bytes that `put_rows` kept, or None without them. table: the name, then the columns of the key."""
    try:
        return bytes(store.backend.read(_rows_key(before, after, table)))
    except (KeyError, NbmodelverError):
        return None


def put_rows(store: OpenStore, before: Version, after: Version, table: Sequence[str], data: bytes) -> None:
    """Keep which rows of a table differ. A store that cannot be written does not keep it."""
    key = _rows_key(before, after, table)
    with suppress(NbmodelverError):
        store.backend.delete(key)
        store.backend.create(key, [data])


def _rows_key(before: Version, after: Version, table: Sequence[str]) -> str:
    text = json.dumps([__version__, *table])
    return f"{ROWS}{before.id}.{after.id}.{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"


def remove(store: OpenStore, but_of: Collection[VersionId]) -> None:
    """Delete the comparisons and findings of versions that are not among `but_of`."""
    for key in [*store.backend.list(PREFIX), *store.backend.list(ROWS), *store.backend.list("findings/")]:
        ids = key.partition("/")[2].split(".")[:2]
        if not all(one in but_of for one in ids):
            store.backend.delete(key)
