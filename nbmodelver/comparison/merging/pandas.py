"""Builds the merged frame or series of pandas from a plan. Dtypes are those of the side that changed them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nbmodelver.comparison.merging.tables import NULL, OURS, THEIRS
from nbmodelver.comparison.tables.canonical import cell_hashes
from nbmodelver.comparison.tables.pandas import table
from nbmodelver.comparison.tables.tables import distinct_names
from nbmodelver.errors import NotMergeable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.comparison.merging.tables import FieldPlan, TablePlan


def require_mergeable(value: Any, side: str) -> None:
    """Raise NotMergeable for a frame whose columns have equal labels."""
    if type(value) is pd.DataFrame and len(set(map(str, value.columns))) != len(value.columns):
        raise NotMergeable(f"{side} has several columns with one label")


def build(plan: TablePlan, values: Sequence[Any]) -> Any:
    """Return the merged value. values: base, ours, theirs, and the other one; they are only read."""
    ours, theirs = values[OURS], values[THEIRS]
    index = _index(plan, values)
    if type(ours) is pd.Series:
        (column,) = (_joined(f, [v.reset_index(drop=True) for v in values]) for f in plan.columns)
        column.name = _of_changed_side("name", *(v.name for v in values[:3]))
        column.index = index
        return column
    named = [dict(zip(distinct_names(v.columns), range(v.shape[1]), strict=True)) for v in values]
    found = {}
    for field in plan.columns:
        sides = [v.iloc[:, n[field.name]].reset_index(drop=True) if field.name in n else None
                 for v, n in zip(values, named, strict=True)]  # fmt: skip
        found[field.name] = _joined(field, sides)
    frame = pd.DataFrame(dict(enumerate(found.values())), index=pd.RangeIndex(plan.rows))
    frame.columns = _labels(list(found), plan, values, named)
    frame.index = index
    frame.attrs = dict(ours.attrs or theirs.attrs)
    return frame


def _labels(names: Sequence[str], plan: TablePlan, values: Sequence[Any], named: Sequence[dict[str, int]]) -> Any:
    """The labels of the columns, of the side that has all of them if there is one."""
    first, second = (OURS, THEIRS) if plan.order == "ours" else (THEIRS, OURS)
    for side in (first, second):
        if list(named[side]) == list(names):
            return values[side].columns
    labels = [next(values[s].columns[named[s][n]] for s in (first, second) if n in named[s]) for n in names]
    if values[first].columns.nlevels > 1:
        return pd.MultiIndex.from_tuples(labels, names=values[first].columns.names)
    return pd.Index(labels, name=values[first].columns.name)


def _index(plan: TablePlan, values: Sequence[Any]) -> Any:
    if not plan.index:
        return pd.RangeIndex(plan.rows, name=_of_changed_side("index", *(v.index.name for v in values[:3])))
    levels = []
    for field in plan.index:
        sides = [pd.Series(v.index.get_level_values(field.level)) for v in values]
        levels.append(_joined(field, sides))
    names = _of_changed_side("index", *(list(v.index.names) for v in values[:3]))
    if len(levels) > 1:
        found: Any = pd.MultiIndex.from_arrays(levels, names=names)
    else:
        found = pd.Index(levels[0], name=names[0])
    if found.has_duplicates and not any(values[s].index.has_duplicates for s in (OURS, THEIRS)):
        raise NotMergeable("labels of its index would occur twice")
    for side in (OURS, THEIRS):
        same = values[side].index
        if same.equals(found) and same.dtype == found.dtype and list(same.names) == list(names):
            return same  # It keeps its class and its frequency.
    return found


def _of_changed_side(what: str, base: Any, ours: Any, theirs: Any) -> Any:
    """The label of the side that changed it. Raises NotMergeable if both did."""
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    raise NotMergeable(f"its {what} is called {ours!r} in ours and {theirs!r} in theirs")


def _joined(field: FieldPlan, sides: Sequence[Any]) -> Any:
    """The column of a plan. sides: the column on each side with a default index, None where it is absent."""
    dtype = _dtype(field, *sides[:3])
    pieces, places = [], []
    for source in np.unique(field.source).tolist():
        at = np.flatnonzero(field.source == source)
        places.append(at)
        pieces.append(_nulls(field, len(at), dtype) if source == NULL else sides[source].iloc[field.row[at]])
    if isinstance(dtype, pd.CategoricalDtype):
        dtype = _with_used(field, dtype, [p for p in pieces if isinstance(p.dtype, pd.CategoricalDtype)])
    pieces = [_cast(field, piece, dtype) for piece in pieces]
    if not pieces:
        return pd.Series([], dtype=dtype)
    joined = pieces[0] if len(pieces) == 1 else pd.concat(pieces, ignore_index=True)
    order = np.argsort(np.concatenate(places), kind="stable")
    return joined.iloc[order].reset_index(drop=True)


def _dtype(field: FieldPlan, base: Any, ours: Any, theirs: Any) -> Any:
    """The dtype of the side that changed it; of two categorical dtypes, one with the categories of both."""
    if ours is None or theirs is None:
        return (theirs if ours is None else ours).dtype
    old, mine, other = (None if s is None else s.dtype for s in (base, ours, theirs))
    if _is_same(mine, other) or _is_same(old, other):
        return mine
    if _is_same(old, mine):
        return other
    if isinstance(mine, pd.CategoricalDtype) and isinstance(other, pd.CategoricalDtype):
        if mine.ordered or other.ordered:
            raise NotMergeable(f"both sides changed the order of the categories of column '{field.name}'")
        gone = set() if not isinstance(old, pd.CategoricalDtype) else set(old.categories)
        mine_only = [c for c in mine.categories if c in set(other.categories) or c not in gone]
        known = set(mine.categories)
        return pd.CategoricalDtype([*mine_only, *(c for c in other.categories if c not in known and c not in gone)])
    if mine == other:
        return mine
    raise NotMergeable(f"column '{field.name}' is {mine} in ours and {other} in theirs")


def _is_same(a: Any, b: Any) -> bool:
    """True for equal dtypes; of categorical ones, with the same categories in the same order."""
    if isinstance(a, pd.CategoricalDtype) and isinstance(b, pd.CategoricalDtype):
        return a.ordered == b.ordered and list(a.categories) == list(b.categories)
    return bool(a == b)


def _with_used(field: FieldPlan, dtype: Any, pieces: Sequence[Any]) -> Any:
    """The categorical dtype with every category that a cell has."""
    used = dict.fromkeys(c for p in pieces for c in p.cat.remove_unused_categories().cat.categories)
    known = set(dtype.categories)
    more = [c for c in used if c not in known]
    if more and dtype.ordered:
        raise NotMergeable(f"the order of the categories of column '{field.name}' does not have {more[0]!r}")
    return pd.CategoricalDtype([*dtype.categories, *more], ordered=dtype.ordered) if more else dtype


def _cast(field: FieldPlan, series: Any, dtype: Any) -> Any:
    """The cells with a dtype. Raises NotMergeable if one of them would change."""
    if _is_same(series.dtype, dtype):
        return series
    refusal = NotMergeable(f"cells of column '{field.name}' do not fit into {dtype}, to which one side changed it")
    try:
        cast = series.astype(dtype)
    except (TypeError, ValueError, OverflowError):
        raise refusal from None
    before, after = table(series.rename("")), table(cast.rename(""))
    if before is None or after is None:
        raise refusal
    if not (cell_hashes(before.columns[0]) == cell_hashes(after.columns[0])).all():
        raise refusal
    return cast


def _nulls(field: FieldPlan, count: int, dtype: Any) -> Any:
    """Cells of new rows of one side in a new column of the other."""
    if isinstance(dtype, np.dtype) and dtype.kind not in "fOmM":
        raise NotMergeable(f"new rows of one side have no '{field.name}', and {dtype} has no null")
    return pd.Series([None] * count, dtype=dtype)
