"""One name in one version, as a comparison sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from nbmodelver.comparison.rows.row_diff import RowDiff
    from nbmodelver.model import Kind, Profile


@dataclass(frozen=True)
class StoredColumns:
    """A table whose columns are stored apart, so that some of them can be read.

    shared: equal for two tables of the same columns, dtypes, index and number of rows. parts: what holds the content of
    a column, by the names that the column may have: a part cannot always tell "age" from "age mask". load: returns the
    table with those columns that exist, and None if it cannot be read in part.
    """

    shared: str
    parts: Mapping[tuple[str, ...], tuple[str, ...]]
    load: Callable[[Collection[str]], Any]


@dataclass(frozen=True)
class Side:
    """One name in one version.

    profile and load are called on demand; load returns the value and may raise NeedsTrust or NotLoadable. label: the
    title of the side in charts, which is the name of the version. size_bytes: of the value. columns: how the value is
    stored by columns; None if it is not. on_row_diff: called with the row difference to the earlier side. key: columns
    that the user named as identifying a row of it.
    """

    kind: Kind
    profile: Callable[[], Profile]
    load: Callable[[], Any]
    label: str = ""
    size_bytes: int = 0
    columns: Callable[[], StoredColumns | None] = lambda: None
    on_row_diff: Callable[[RowDiff], None] = lambda _found: None
    key: tuple[str, ...] = ()
