"""Builds the merged frame or series of polars from a plan. Dtypes are those of the side that changed them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nbmodelver.comparison.merging.tables import NULL
from nbmodelver.comparison.tables.canonical import cell_hashes
from nbmodelver.comparison.tables.polars import table
from nbmodelver.errors import NotMergeable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.comparison.merging.tables import FieldPlan, TablePlan


def require_mergeable(_value: Any, _side: str) -> None:
    """Accept every frame and series: names of columns are distinct."""


def build(plan: TablePlan, values: Sequence[Any]) -> Any:
    """Return the merged value. values: base, ours, theirs, and the other one; they are only read."""
    if type(values[1]) is pl.Series:
        base, ours, theirs = (v.name for v in values[:3])
        if ours not in (base, theirs) and theirs != base:
            raise NotMergeable(f"it is called '{ours}' in ours and '{theirs}' in theirs")
        (joined,) = (_joined(field, values) for field in plan.columns)
        return joined.alias(theirs if ours == base else ours)
    columns = []
    for field in plan.columns:
        sides = [v.get_column(field.name) if field.name in v.columns else None for v in values]
        columns.append(_joined(field, sides).alias(field.name))
    return pl.DataFrame(columns)


def _joined(field: FieldPlan, sides: Sequence[Any]) -> Any:
    dtype = _dtype(field, *sides[:3])
    pieces, places = [], []
    for source in np.unique(field.source).tolist():
        at = np.flatnonzero(field.source == source)
        places.append(at)
        is_null = source == NULL
        piece = pl.Series([None] * len(at), dtype=dtype) if is_null else sides[source].gather(field.row[at])
        pieces.append(_cast(field, piece, dtype))
    if not pieces:
        return pl.Series([], dtype=dtype)
    # Categorical pieces are joined as texts: their codes depend on what the process has read.
    is_categorical = dtype == pl.Categorical
    joined = pl.concat([p.cast(pl.String) if is_categorical else p for p in (p.alias("") for p in pieces)])
    found = joined.gather(np.argsort(np.concatenate(places), kind="stable"))
    return found.cast(dtype) if is_categorical else found


def _dtype(field: FieldPlan, base: Any, ours: Any, theirs: Any) -> Any:
    """The dtype of the side that changed it; of two enumerations, one with the categories of both."""
    if ours is None or theirs is None:
        return (theirs if ours is None else ours).dtype
    old, mine, other = (None if s is None else s.dtype for s in (base, ours, theirs))
    if other in (mine, old):
        return mine
    if mine == old:
        return other
    if isinstance(mine, pl.Enum) and isinstance(other, pl.Enum):
        return pl.Enum(list(dict.fromkeys([*mine.categories.to_list(), *other.categories.to_list()])))
    raise NotMergeable(f"column '{field.name}' is {mine} in ours and {other} in theirs")


def _cast(field: FieldPlan, series: Any, dtype: Any) -> Any:
    """The cells with a dtype. Raises NotMergeable if one of them would change."""
    if series.dtype == dtype:
        return series
    refusal = NotMergeable(f"cells of column '{field.name}' do not fit into {dtype}, to which one side changed it")
    try:
        cast = series.cast(dtype)
    except pl.exceptions.PolarsError:
        raise refusal from None
    before, after = table(series), table(cast)
    if before is None or after is None:
        raise refusal
    if not (cell_hashes(before.columns[0]) == cell_hashes(after.columns[0])).all():
        raise refusal
    return cast
