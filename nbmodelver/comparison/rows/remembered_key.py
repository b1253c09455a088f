"""The row difference of two tables whose key was given before: used where both tables have its columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.comparison.rows.row_diff import row_diff
from nbmodelver.comparison.tables.schema import schema_changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.comparison.rows.row_diff import RowDiff
    from nbmodelver.comparison.tables.tables import TableData


def keyed_diff(before: TableData, after: TableData, key: Sequence[str]) -> RowDiff:
    """Compare two tables by a remembered key. If one lacks a column of it, a key is searched, and a note says so.

    Rows that it paired are "paired by key id (remembered)".
    """
    missing = missing_columns(before, after, key)
    if missing:
        verb = "are" if len(missing) > 1 else "is"
        note = f"the remembered key {', '.join(key)} is not used: {', '.join(missing)} {verb} not in both versions"
        return replace(row_diff(before, after), note=note)
    found = row_diff(before, after, key)
    by_key = f"key {', '.join(key)}"
    return replace(found, how=tuple(f"{how} (remembered)" if how == by_key else how for how in found.how))


def missing_columns(before: TableData, after: TableData, key: Sequence[str]) -> list[str]:
    """The columns of a key that cannot be compared, or that one side lacks, also under another name."""
    old, new = ({c.name for c in table.columns} for table in (before, after))
    if old.issuperset(key) and new.issuperset(key):
        pairs = {c.name: c for c in after.columns}
        return [name for name in key if pairs[name].kind == "opaque"]
    known = {p.name for p in schema_changes(before, after).pairs if p.comparable}
    return [name for name in key if name not in known]
