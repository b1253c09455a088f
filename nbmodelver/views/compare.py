"""Several versions side by side: one column per version, one row per metric or parameter. Differing rows come first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nbmodelver.views.blocks import (
    Block,
    Cell,
    Document,
    Fold,
    Span,
    Table,
    TableRow,
    cut,
    dim,
    line,
    plain,
    spans,
    strong,
    title,
)
from nbmodelver.views.commit import unknown_lines
from nbmodelver.views.figures import ago, number, plural
from nbmodelver.views.shown import Shown
from nbmodelver.views.values import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.model import Direction, Version


def compare(versions: Sequence[Version], directions: Mapping[str, Direction] | None = None) -> Shown:
    """Metrics and parameters of the versions. directions: of the metrics; the best value of each is highlighted."""
    if not versions:
        return Shown(Document((line(dim("no versions")),), "comparison"), [])
    return Shown(Document(tuple(_blocks(versions, directions or {})), "comparison"), list(versions))


def _blocks(versions: Sequence[Version], directions: Mapping[str, Direction]) -> Iterator[Block]:
    heads = ("", *(v.name for v in versions))
    right = frozenset(range(1, len(heads)))
    about = [TableRow((dim("message"), *(v.message for v in versions)))] if any(v.message for v in versions) else []
    about.append(TableRow((dim("when"), *(dim(ago(v.saved_at_utc), v.saved_at_utc) for v in versions))))
    metrics = list(_rows([v.metrics for v in versions], number))
    yield Table(heads, (*about, *(_with_best(row, versions, directions) for row in metrics)), right)
    if len(versions) > 1:
        yield from unknown_lines(versions, directions)
    rows = list(_rows([v.ordered_params for v in versions], value_text, [_models(v) for v in versions]))
    differ = tuple(r for r in rows if r.mark == "changed")
    same = tuple(TableRow(r.cells) for r in rows if r.mark != "changed")
    if differ:
        yield title("Parameters that differ", level=2)
        yield from cut(Table(heads, tuple(TableRow(r.cells) for r in differ), right))
    if same:
        yield Fold(
            spans(dim(f"{plural(len(same), 'parameter')} unchanged")), (Table(heads, same, right),), in_text=False
        )


def _with_best(row: TableRow, versions: Sequence[Version], directions: Mapping[str, Direction]) -> TableRow:
    """The row of a metric with its best values highlighted, if they differ and the direction is known."""
    name = plain(spans(*row.cells[:1]))  # type: ignore[arg-type]  # the first cell is the name
    values = [v.metrics.get(name, math.nan) for v in versions]
    numbers = [v for v in values if not math.isnan(v)]
    direction = directions.get(name)
    if direction not in ("higher", "lower") or len(set(numbers)) < 2:
        return row
    best = max(numbers) if direction == "higher" else min(numbers)
    cells = (
        Span(f"{number(v)} *", "good", "the best") if v == best else c
        for v, c in zip(values, row.cells[1:], strict=True)
    )
    return TableRow((Span(name, "strong", f"{direction} is better"), *cells), row.mark)


def _models(version: Version) -> frozenset[str]:
    return frozenset(n for n, k in version.kept.items() if k.kind == "model")


def _rows(
    sides: Sequence[Mapping[str, Any]], written: Any, models: Sequence[frozenset[str]] | None = None
) -> Iterator[TableRow]:
    """A row for each key. models: a parameter of one of these differs only among the versions that have the model."""
    names = dict.fromkeys(n for side in sides for n in side)
    owned = frozenset[str]().union(*models or ())
    for name in names:
        cells: list[Cell] = [written(s[name]) if name in s else dim("-") for s in sides]
        owner = name.partition(".")[0]
        asked = [c for i, c in enumerate(cells) if not models or owner not in owned or owner in models[i]]
        differ = any(c != asked[0] for c in asked)
        yield TableRow((strong(name), *cells), "changed" if differ else "")
