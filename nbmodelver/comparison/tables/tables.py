"""Values as tables: columns of NumPy arrays, whatever library holds them.

`table_of` copies no numeric data and calls no method of user classes: only values of exact library types are tables.
A data library is imported only when one of its values turns up; its adapter is the file of its name in this folder.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nbmodelver.kinds.static import root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from nbmodelver.model import Json

ColumnKind = Literal["number", "time", "span", "category", "text", "mixed", "block", "opaque"]

ADAPTERS = frozenset({"pandas", "polars", "pyarrow", "scipy"})
"""Libraries with a file of their own in this folder, each with `table(value) -> TableData | None`."""
PLAIN = (str, bytes, int, float, bool, type(None))
"""Elements of object columns that can be compared; every other type makes the column "opaque"."""
MAX_COLUMNS = 1000
"""An array with more elements per row is one column of kind "block"."""


@dataclass(frozen=True)
class ColumnData:
    """One column of a table.

    values: (rows,) array. number: bool, integer or float of at most 64 bits. time: int64 in `unit` since 1970 UTC.
    span: int64 in `unit`. category: integer codes into `categories`, negative for null. text: object array of str;
    mixed: object array of the types in PLAIN; both with None for null. block: (rows, n) numbers, the rest of an array's
    row. opaque: not comparable; any array.
    nulls: (rows,) bool, True for null; None if NaN, None or a negative code mark the nulls. Arrays are only read.
    dtype: the type as its library shows it. id: of the content: columns of equal ids have equal dtypes and values in
    equal rows; "" if it is unknown.
    """

    name: str
    dtype: str
    kind: ColumnKind
    values: NDArray[Any]
    nulls: NDArray[np.bool_] | None = None
    categories: ColumnData | None = None
    unit: str = ""
    id: str = ""

    def take(self, rows: NDArray[np.intp] | slice) -> ColumnData:
        """The column restricted to some rows, in their order, without an id."""
        return replace(self, values=self.values[rows], nulls=None if self.nulls is None else self.nulls[rows], id="")

    def with_values(self, values: NDArray[Any]) -> ColumnData:
        """The column with other values, without an id. values: as many, and null where they were."""
        return replace(self, values=values, id="")

    def is_null(self) -> NDArray[np.bool_]:
        """(rows,) bool, True for null: NaN, None, NaT, NA."""
        if self.nulls is not None:
            return self.nulls
        if self.kind == "number" and self.values.dtype.kind == "f":
            return np.asarray(np.isnan(self.values))
        if self.kind == "category":
            return self.values < 0
        if self.kind in ("text", "mixed"):
            is_null = (v is None or (type(v) is float and v != v) for v in self.values)  # noqa: PLR0124  # NaN
            return np.fromiter(is_null, bool, len(self.values))
        return np.zeros(len(self.values), bool)

    def cells(self) -> list[Json]:
        """The values as JSON, None for null; times as ISO 8601 texts."""
        if self.kind == "category" and self.categories is not None:
            known = self.categories.cells()
            return [None if code < 0 else known[code] for code in self.values.tolist()]
        shown: list[Any]
        if self.kind == "time":
            shown = [_iso(text) for text in self.values.view(f"datetime64[{self.unit}]").astype(str).tolist()]
        elif self.kind == "span":
            shown = self.values.view(f"timedelta64[{self.unit}]").astype(str).tolist()
        elif self.kind in ("opaque", "block"):
            shown = [f"({self.dtype})"] * len(self.values)
        else:
            shown = [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in self.values.tolist()]
        return [None if null else value for null, value in zip(self.is_null().tolist(), shown, strict=True)]


def _iso(text: str) -> str:
    """A time as text: date only at midnight, and no zeros at the end."""
    day, _, clock = text.partition("T")
    clock = clock.rstrip("0").rstrip(".") if "." in clock else clock
    return day if clock in ("", "00:00:00") else f"{day} {clock}"


@dataclass(frozen=True)
class TableData:
    """A value as rows and columns.

    columns: in order, with distinct names. index: the columns of the row labels; () if rows only have positions.
    """

    columns: tuple[ColumnData, ...]
    rows: int
    index: tuple[ColumnData, ...] = ()

    def labels(self, rows: NDArray[np.intp]) -> list[Json]:
        """The label of each of some rows: of its index, or its position."""
        if not self.index:
            return [int(row) for row in rows]
        parts = [c.take(rows).cells() for c in self.index]
        return parts[0] if len(parts) == 1 else [", ".join(map(str, label)) for label in zip(*parts, strict=True)]


def table_of(value: Any) -> TableData | None:
    """The value as a table; None if it is none.

    Tables are frames, series and arrays of pandas, polars, Arrow, NumPy and SciPy, and lists of numbers and texts.
    """
    cls = type(value)
    if cls is np.ndarray:
        return _of_array(value)
    if cls in (list, tuple):
        return _of_list(value)
    root = root_of(cls)
    if root not in ADAPTERS:
        return None
    adapter: Callable[[Any], TableData | None] = import_module(f"nbmodelver.comparison.tables.{root}").table
    return adapter(value)


def _of_list(value: Sequence[Any]) -> TableData | None:
    types = set(map(type, value))
    if not types or not types <= set(PLAIN):
        return None
    column = of_objects("", "list", np.array([*value, None], dtype=object)[:-1])
    return TableData((column,), len(value))


def _of_array(value: NDArray[Any]) -> TableData | None:
    if value.ndim == 0:
        return None
    if value.dtype.names is not None:
        if value.ndim != 1 or any(value.dtype[name].shape for name in value.dtype.names):
            return None
        return TableData(tuple(of_array(name, value[name]) for name in value.dtype.names), len(value))
    if value.ndim == 1:
        return TableData((of_array("", value),), len(value))
    shape = value.shape[1:]
    width = math.prod(shape)
    flat = value.reshape(len(value), width)
    if width > MAX_COLUMNS:
        numeric = value.dtype.kind in "biu" or (value.dtype.kind == "f" and value.dtype.itemsize <= 8)
        return TableData((ColumnData("", str(value.dtype), "block", flat),), len(value)) if numeric else None
    named = (", ".join(map(str, np.unravel_index(i, shape))) for i in range(width))
    return TableData(tuple(of_array(name, flat[:, i]) for i, name in enumerate(named)), len(value))


def of_array(name: str, values: NDArray[Any], dtype: str = "") -> ColumnData:
    """A 1-D NumPy array as a column. dtype: how the type is shown; default: NumPy's name."""
    shown = dtype or str(values.dtype)
    kind = values.dtype.kind
    if kind in "biu" or (kind == "f" and values.dtype.itemsize <= 8):
        return ColumnData(name, shown, "number", values)
    if kind in "mM":
        unit = np.datetime_data(values.dtype)[0]
        nulls = np.isnat(values)
        whole: ColumnKind = "time" if kind == "M" else "span"
        if unit == "generic" or np.datetime_data(values.dtype)[1] != 1:
            return ColumnData(name, shown, "opaque", values)
        return ColumnData(name, shown, whole, values.view(np.int64), nulls if nulls.any() else None, unit=unit)
    if kind in "US":
        return ColumnData(name, shown, "text" if kind == "U" else "mixed", values.astype(object))
    if kind == "O":
        return of_objects(name, shown, values)
    return ColumnData(name, shown, "opaque", values)


def of_objects(name: str, dtype: str, values: NDArray[Any]) -> ColumnData:
    """An object array as a column: text, mixed, or opaque if it holds other types than those in PLAIN."""
    types = set(map(type, values))
    if types <= {str, type(None)}:
        return ColumnData(name, dtype, "text", values)
    return ColumnData(name, dtype, "mixed" if types <= set(PLAIN) else "opaque", values)


def distinct_names(labels: Iterable[object]) -> list[str]:
    """The labels as texts; a repeated one gets a number: "x", "x (2)"."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        text = ", ".join(map(str, label)) if type(label) is tuple else str(label)
        seen[text] = seen.get(text, 0) + 1
        found.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return found
