"""How a table of a version is stored by columns, as a comparison needs it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.codecs.columns import columns_of
from nbmodelver.comparison.sides import StoredColumns

if TYPE_CHECKING:
    from nbmodelver.comparison.tables.tables import TableData
    from nbmodelver.model import Version
    from nbmodelver.repo.core.open_store import OpenStore


def stored_columns(store: OpenStore, version: Version, name: str) -> StoredColumns | None:
    """Return the columns of a stored table; None if the value is not stored by columns. Raises Damaged."""
    found = store.column_parts(version, name)
    if found is None:
        return None
    shared, parts = found
    by_names: dict[tuple[str, ...], tuple[str, ...]] = {columns_of(slot): ids for slot, ids in parts.items()}
    return StoredColumns(shared, by_names, lambda columns: store.loaded_columns(version, name, columns))


def with_ids(store: OpenStore, version: Version, name: str, table: TableData) -> TableData:
    """Return the table of a stored value with an id for each column, which tells what is unchanged without reading it.

    The id is that of the parts of the column, or of the whole value if it is not stored by columns. Raises Damaged.
    """
    group = next((g for g in version.groups if g.names == (name,)), None)
    found = store.column_parts(version, name)
    if group is None:
        return table
    rest, parts = found if found is not None else (group.recipe, {})
    columns = tuple(
        replace(c, id=_id(rest, c.name, [(s, *ids) for s, ids in parts.items() if c.name in columns_of(s)]))
        for c in table.columns
    )
    return replace(table, columns=columns)


def _id(*content: object) -> str:
    return hashlib.blake2b(json.dumps(content).encode(), digest_size=16).hexdigest()
