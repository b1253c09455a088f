"""The size of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbmodelver.model import Backend

DATA = ("packs/", "records/", "journals/")
"""Key prefixes of the files that count."""


def size_of(backend: Backend) -> int:
    """Return the total size of packs and records, in bytes. Files that are deleted meanwhile are ignored."""
    total = 0
    for prefix in DATA:
        for key in backend.list(prefix):
            try:
                total += backend.size(key)
            except KeyError:  # Deleted since the listing.
                continue
    return total
