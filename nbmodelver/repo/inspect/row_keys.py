"""The key of a table: the columns that the user named once as identifying its rows, kept by the table's name.

It is a ref (`row-keys/NAME`), so it belongs to the store and not to a version.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import NbmodelverError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.repo.core.open_store import OpenStore

ROW_KEYS = "row-keys/"
NO_KEY = ("-",)
"""`--key -` forgets the key of a table."""


def row_key(store: OpenStore, name: str) -> tuple[str, ...]:
    """Return the columns of the key that was last given for a name, or ()."""
    try:
        found = json.loads(store.refs.get(ROW_KEYS + name) or "[]")
    except (ValueError, NbmodelverError):
        return ()
    return tuple(found) if isinstance(found, list) and all(isinstance(c, str) for c in found) else ()


def remember_row_key(store: OpenStore, name: str, key: Sequence[str]) -> None:
    """Keep the key of a name for later comparisons; () forgets it. A store that cannot be written keeps nothing."""
    if tuple(key) == row_key(store, name):
        return
    with suppress(NbmodelverError):
        expected = store.refs.get(ROW_KEYS + name)
        if key:
            store.refs.move(ROW_KEYS + name, expected, json.dumps(list(key)))
        elif expected is not None:
            store.refs.delete(ROW_KEYS + name, expected)
