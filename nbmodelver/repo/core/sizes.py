"""What counts as the size of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbmodelver.model import Backend

DATA = ("packs/", "records/", "journals/")
"""Keys of the files that count: those with these prefixes."""


def size_of(backend: Backend) -> int:
    """Bytes of all packs and records."""
    total = 0
    for prefix in DATA:
        for key in backend.list(prefix):
            try:
                total += backend.size(key)
            except KeyError:  # Gone since the listing.
                continue
    return total
