"""Several versions side by side: one column per version, one row per metric or parameter. Differing rows come first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

from nbmodelver.views.blocks import (
    Block,
    Cell,
    Document,
    Fold,
    Span,
    Table,
    TableRow,
    cell_spans,
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


MOST_COLUMNS = 6
"""More versions are shown as rows."""
MOST_PARAMS = 6
"""Parameters that are columns if versions are rows; the others are counted."""


class AssociatedParam(Protocol):
    """A parameter that correlates with a metric."""

    @property
    def param(self) -> str:
        """Its name."""

    @property
    def correlation(self) -> float | None:
        """The rank correlation of a number; None for categories."""

    @property
    def best(self) -> str:
        """The best category."""

    @property
    def versions(self) -> int:
        """The versions that have both."""


def compare(
    versions: Sequence[Version],
    directions: Mapping[str, Direction] | None = None,
    *,
    associated: Sequence[AssociatedParam] = (),
    metric: str = "",
    only_differences: bool = False,
) -> Shown:
    """Metrics and parameters of the versions.

    directions: of the metrics; the best value of each is highlighted. associated: parameters that correlate with
    `metric`. only_differences: leave out the parameters that are equal.
    """
    if not versions:
        return Shown(Document((line(dim("no versions")),), "comparison"), [])
    drawn = _as_rows if len(versions) > MOST_COLUMNS else _as_columns
    blocks = [*drawn(versions, directions or {}, only_differences=only_differences)]
    for one in associated:
        how = f"best with {one.best}" if one.correlation is None else f"rank correlation {one.correlation:+.2f}"
        blocks.append(
            line(strong(metric), " goes with ", strong(one.param), dim(f" · {how} · {one.versions} versions"))
        )
    return Shown(Document(tuple(blocks), "comparison"), list(versions))


def _as_columns(
    versions: Sequence[Version], directions: Mapping[str, Direction], *, only_differences: bool
) -> Iterator[Block]:
    heads = ("", *(v.name for v in versions))
    right = frozenset(range(1, len(heads)))
    about = [TableRow((dim("message"), *(v.message for v in versions)))] if any(v.message for v in versions) else []
    about.append(TableRow((dim("when"), *(dim(ago(v.saved_at_utc), v.saved_at_utc) for v in versions))))
    metrics = list(_rows([v.metrics for v in versions], number))
    yield Table(heads, (*about, *(_with_best(row, versions, directions) for row in metrics)), right)
    if len(versions) > 1:
        yield from unknown_lines(versions, directions)
    differ, same = _params(versions)
    if differ:
        yield title("Parameters that differ", level=2)
        yield from cut(Table(heads, tuple(TableRow(r.cells) for r in differ), right))
    if same and not only_differences:
        yield Fold(
            spans(dim(f"{plural(len(same), 'parameter')} unchanged")), (Table(heads, same, right),), in_text=False
        )


def _params(versions: Sequence[Version]) -> tuple[tuple[TableRow, ...], tuple[TableRow, ...]]:
    """The parameters that differ, and those that do not, each as a row with a cell for each version."""
    rows = list(_rows([v.ordered_params for v in versions], value_text, [_models(v) for v in versions]))
    differ = tuple(r for r in rows if r.mark == "changed")
    return differ, tuple(TableRow(r.cells) for r in rows if r.mark != "changed")


def _as_rows(
    versions: Sequence[Version], directions: Mapping[str, Direction], *, only_differences: bool
) -> Iterator[Block]:
    """One row per version, for many of them: metrics, then the parameters that differ."""
    metrics = [_with_best(row, versions, directions) for row in _rows([v.metrics for v in versions], number)]
    differ, same = _params(versions)
    columns = [*metrics, *differ[:MOST_PARAMS]]
    said = any(v.message for v in versions)
    heads = ("", *(plain(cell_spans(row.cells[0])) for row in columns), *(("message",) if said else ()))
    rows = tuple(
        TableRow((strong(v.name), *(row.cells[i + 1] for row in columns), *((dim(v.message),) if said else ())))
        for i, v in enumerate(versions)
    )
    yield from cut(Table(heads, rows, frozenset(range(1, len(columns) + 1))))
    yield from unknown_lines(versions, directions)
    more = len(differ) - MOST_PARAMS
    if more > 0:
        yield line(dim(f"{plural(more, 'more parameter')} differ: "), Span("%mv_compare --csv FILE", "code"))
    if same and not only_differences:
        yield line(dim(f"{plural(len(same), 'parameter')} unchanged"))


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
