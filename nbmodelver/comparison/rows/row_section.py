"""The section about rows and cells of one name: first how many rows differ, then each column that changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.comparison.profiles import around_first_difference
from nbmodelver.comparison.rows.column_changes import most
from nbmodelver.comparison.rows.in_place import in_place_diff
from nbmodelver.comparison.rows.remembered_key import keyed_diff
from nbmodelver.comparison.rows.row_diff import row_diff
from nbmodelver.comparison.tables import drift
from nbmodelver.comparison.tables.tables import table_of
from nbmodelver.model import Row, Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.rows.column_changes import ColumnChange
    from nbmodelver.comparison.rows.row_diff import RowDiff
    from nbmodelver.comparison.sides import Side
    from nbmodelver.comparison.tables.tables import TableData
    from nbmodelver.model import Json

MIN_ADDED_ROWS = 30
"""Added rows from which they are compared with the others by their distribution."""
COLUMNS = ("what", "count", "how", "before", "after")


def rows(name: str, before: Side, after: Side) -> list[Section]:
    """The sections "rows.NAME" and "drift.NAME"; [] if one of the values is no table.

    Reads both values, or only the columns that differ if they are stored apart and the rows kept their places.
    """
    found = None if after.key else _in_place(before, after)
    if found is None:
        tables = tuple(table_of(side.load()) for side in (before, after))
        if tables[0] is None or tables[1] is None:
            return []
        found = keyed_diff(tables[0], tables[1], after.key) if after.key else row_diff(tables[0], tables[1])
    after.on_row_diff(found)
    moved = _drift(name, found)
    return [section(name, found), *([moved] if moved is not None else [])]


def _in_place(before: Side, after: Side) -> RowDiff | None:
    old, new = before.columns(), after.columns()
    return in_place_diff(old, new) if old is not None and new is not None else None


def signed_zeros(found: RowDiff) -> Iterator[Row]:
    """Yield a row for each column of floats with cells that are equal but for the sign of zero, in paired rows."""
    at = np.flatnonzero(found.places >= 0)
    for pair in found.schema.pairs:
        old, new = pair.before.values, pair.after.values
        if old.dtype.kind != "f" or new.dtype.kind != "f" or old.ndim > 1:
            continue
        a, b = old[at], new[found.places[at]]
        count = int(((a == 0) & (b == 0) & (np.signbit(a) != np.signbit(b))).sum())
        if count:
            yield Row((f"column {pair.name}" if pair.name else "values", count, "only the sign of zero", None, None))


def _drift(name: str, found: RowDiff) -> Section | None:
    """The columns that moved. Of a table that only grew, the new rows are compared with the old ones.

    In the whole table the new rows are diluted by the old ones.
    """
    ids = f"drift.{name}", f"{name} · drift"
    if found.same_rows:
        return None
    if len(found.removed) or found.changed or len(found.added) < MIN_ADDED_ROWS:
        return drift.section(*ids, found.before, found.after)
    columns = tuple(c.take(found.added) for c in found.after.columns)
    added = replace(found.after, columns=columns, rows=len(found.added), index=())
    note = f"the {added.rows:,} added rows against the {found.before.rows:,} before"
    return drift.section(*ids, found.before, added, note)


def section(name: str, found: RowDiff) -> Section:
    """A row difference as the section "rows.NAME"."""
    listed = [*_rows(found), *_schema(found), *_columns(found)]
    return Section(f"rows.{name}", f"{name} · rows", COLUMNS, tuple(listed), note=_note(found))


def summary(found: RowDiff) -> str:
    """The difference in one line: "12,000 → 12,053 rows · 53 added · order kept"."""
    old, new = found.before.rows, found.after.rows
    phrases = [f"{old:,} → {new:,} rows" if old != new else f"{old:,} rows"]
    if found.same and not found.same_rows:
        phrases.append(f"{found.same:,} the same")
    counts = ((len(found.added), "added"), (len(found.removed), "removed"), (found.changed, "changed"))
    phrases += [f"{count:,} {word}" for count, word in counts if count]
    if found.same_rows and not found.schema.added and not found.schema.removed:
        phrases.append("the same rows" if found.order.how == "kept" else "the same rows in another order")
    return " · ".join(phrases)


def _rows(found: RowDiff) -> Iterator[Row]:
    if len(found.added):
        how = _copies(found.copies_added, len(found.added)) or _where(found.added, found.after.rows)
        yield Row(("rows added", len(found.added), how, None, _value(found.after, found.added)), "added")
    if len(found.removed):
        how = _copies(found.copies_removed, len(found.removed)) or _where(found.removed, found.before.rows)
        yield Row(("rows removed", len(found.removed), how, _value(found.before, found.removed), None), "removed")
    if found.changed:
        yield Row(("rows changed", found.changed, f"paired by {' and '.join(found.how)}", None, None))
    if found.order.how != "kept":
        yield Row(("rows in another order", found.order.moved, _order(found), None, None))
    if found.relabelled:
        yield Row(("rows with another label", found.relabelled, "the index differs", None, None))


def _value(table: TableData, rows: NDArray[np.intp]) -> Json:
    """The value of the first of some rows, if the table has one column."""
    return table.columns[0].take(rows[:1]).cells()[0] if len(table.columns) == 1 else None


def _of(name: str) -> str:
    return f" of {name}" if name else ""


def _copies(copies: int, count: int) -> str:
    if not copies:
        return ""
    return "copies of rows that both versions have" if copies == count else f"{copies:,} are copies of rows of both"


def _where(rows: NDArray[np.intp], total: int) -> str:
    """Where some rows stand: at the end, at the beginning, from one row to another, or in several places."""
    first, last = int(rows[0]), int(rows[-1])
    if last - first + 1 != len(rows):
        return ""
    if last == total - 1:
        return "at the end"
    return "at the beginning" if first == 0 else f"at {first:,} to {last:,}"


def _order(found: RowDiff) -> str:
    if found.sorted_by:
        return f"sorted by {found.sorted_by}"
    return {"reversed": "reversed", "moved": "moved", "shuffled": "shuffled"}[found.order.how]


def _schema(found: RowDiff) -> Iterator[Row]:
    schema = found.schema
    changed = {c.name for c in found.columns}
    for old, new in schema.renamed:
        yield Row((f"column {new}", None, "renamed", old, new))
    for column in schema.added:
        others = next((names for name, names in schema.candidates if name == column.name), ())
        how = f"its values were in {', '.join(others)}" if others else None
        yield Row((f"column {column.name}", None, how, None, column.dtype), "added")
    for column in schema.removed:
        yield Row((f"column {column.name}", None, None, column.dtype, None), "removed")
    for pair in schema.retyped:
        how = "dtype" if pair.name in changed or not pair.comparable else "dtype, the same values"
        how = "narrowed to float32" if pair.narrow and pair.name not in changed else how
        yield Row((f"column {pair.name}", None, how, pair.before.dtype, pair.after.dtype))
    for pair, *sides in schema.recategorized:
        yield Row((f"categories{_of(pair.name)}", None, None, *around_first_difference(*sides)))
    if schema.reordered:
        yield Row(("columns", None, "in another order", None, None))


def _columns(found: RowDiff) -> Iterator[Row]:
    for change in most(found.columns):
        name = f"column {change.name}" if change.name else "values"
        if 0 < change.cells <= len(change.examples) and not change.rule:
            rows = np.array([row for row, _, _ in change.examples])
            labels = found.after.labels(rows)
            for label, (_, before, after) in zip(labels, change.examples, strict=True):
                yield Row((f"{change.name}[{label}]", None, None, before, after))
        elif change.cells:
            yield Row((name, change.cells, _how(change), *change.examples[0][1:]))
        if change.rounding:
            yield Row((name, change.rounding, "equal up to rounding (1e-9)", None, None))


def _how(change: ColumnChange) -> Json:
    nulls = [(change.to_null, "to null"), (change.from_null, "from null")]
    phrases = [change.rule] if change.rule else []
    phrases += [f"{n:,} {word}" for n, word in nulls if n and n != change.cells]
    if change.median is not None and not change.rule:
        phrases.append(f"by {change.median:.3g} (median), at most {change.largest:.3g}")
    return ", ".join(phrases) or None


def _note(found: RowDiff) -> str:
    not_compared = f"not comparable cell by cell: {_some(found.not_compared)}" if found.not_compared else ""
    return "; ".join(filter(None, (summary(found), not_compared, found.note)))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
