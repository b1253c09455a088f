"""Renders profiles as blocks: the columns of a dataset, the parts of a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from nbmodelver.views.blocks import Block, Cell, Span, Table, TableRow, cut, dim, line, strong
from nbmodelver.views.figures import number, plural, size
from nbmodelver.views.values import chart, value_text

if TYPE_CHECKING:
    from nbmodelver.model import Profile

APART = ("kind", "type", "columns", "layers", "importances", "params", "fitted", "note", "fit", "curves")
"""Entries with a table of their own, or shown elsewhere."""


def blocks_of(profile: Profile) -> Iterator[Block]:
    """Yield the facts in one line, then tables of columns, layers, parameters, fitted attributes and importances."""
    facts = [_fact(k, v) for k, v in profile.items() if k not in APART and v not in (None, "", [])]
    if facts:
        yield line(" · ".join(facts))
    columns, layers, weights = (_list(profile, k) for k in ("columns", "layers", "importances"))
    if columns:
        yield _columns(columns)
    if layers:
        yield _layers(layers)
    if weights:
        yield _importances(weights)
    for key, label in (("params", "parameter"), ("fitted", "after fitting"), ("fit", "figure of fit")):
        members = profile.get(key)
        if isinstance(members, Mapping) and members:
            rows = tuple(TableRow((k, Span(value_text(v), "code"))) for k, v in members.items())
            yield from cut(Table((label, "value"), rows))
    curves = profile.get("curves")
    if isinstance(curves, Mapping) and curves:
        yield _curves(curves)
    if profile.get("note"):
        yield line(dim(value_text(profile["note"])))


def _curves(curves: Mapping[str, Any]) -> Table:
    rows = []
    for name, curve in curves.items():
        values = curve.get("values") if isinstance(curve, Mapping) else None
        if isinstance(values, list) and values:
            steps = len(values) * curve.get("every", 1)
            rows.append(TableRow((strong(name), f"{steps:,}", value_text(values[0]), value_text(values[-1]))))
    return Table(("curve", "steps", "first", "last"), tuple(rows), frozenset({1, 2, 3}))


def _list(profile: Profile, key: str) -> list[Any]:
    found = profile.get(key)
    return found if isinstance(found, list) else []


def _fact(key: str, value: Any) -> str:
    if key == "shape" and isinstance(value, list):
        return " × ".join(f"{n:,}" if isinstance(n, int) else value_text(n) for n in value) or "scalar"
    if key.endswith("_bytes") and isinstance(value, int):
        label = {"memory_bytes": "in memory", "size_bytes": "kept"}.get(key, key)
        return f"{size(value)} {label}"
    if key == "is_fitted":
        return "fitted" if value else "not fitted"
    if key == "sampled_rows" and isinstance(value, int):
        return f"distinct values and histograms of a sample of {plural(value, 'row')}"
    return f"{key.replace('_', ' ')} {value_text(value)}"


def _columns(columns: list[Any]) -> Table:
    rows = tuple(_column(c) for c in columns if isinstance(c, Mapping))
    heads = ("column", "dtype", "nulls", "distinct", "min", "mean ± std", "max", "")
    return Table(heads, rows, frozenset({2, 3, 4, 5, 6}))


def _column(column: Mapping[str, Any]) -> TableRow:
    labels = not isinstance(column.get("histogram"), Mapping) and column.get("top")
    mean = "" if column.get("mean") is None else f"{value_text(column['mean'])} ± {value_text(column.get('std'))}"
    last: Cell = dim(column.get("note", ""))
    if isinstance(column.get("histogram"), Mapping):
        last = chart(column["histogram"])
    elif labels:
        last = dim(", ".join(f"{value_text(v)} ({value_text(n)})" for v, n in column["top"][:3]))
    figures = (_figure(column, k) for k in ("nulls", "distinct", "min"))
    name = strong(column.get("name") or "(values)")
    return TableRow((name, Span(str(column.get("dtype", "")), "code"), *figures, mean, _figure(column, "max"), last))


def _figure(column: Mapping[str, Any], key: str) -> str:
    value = column.get(key)
    return "" if value is None else number(value) if isinstance(value, int | float) else value_text(value)


def _layers(layers: list[Any]) -> Table:
    rows = tuple(
        TableRow(
            (
                strong(entry.get("name") or "(whole)"),
                Span(str(entry.get("type", "")), "code"),
                value_text(entry.get("weights", {})),
                _figure(entry, "parameters"),
                _figure(entry, "norm"),
            )
        )
        for entry in layers
        if isinstance(entry, Mapping)
    )
    table = Table(("layer", "type", "weights", "parameters", "norm"), rows, frozenset({3, 4}))
    if any(row.cells[4] for row in rows):
        return table
    return Table(table.columns[:4], tuple(TableRow(row.cells[:4]) for row in rows), frozenset({3}))


def _importances(weights: list[Any], most: int = 15) -> Table:
    rows = tuple(TableRow((str(name), value_text(weight))) for name, weight in weights[:most])
    return Table(("feature", "importance"), rows, frozenset({1}))
