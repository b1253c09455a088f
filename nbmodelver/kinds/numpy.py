"""Kinds and profiles of numpy: arrays are datasets, scalars are plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.columns import Column, array_column, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Json, Kind

CLASSES: dict[str, Kind] = {"ndarray": "dataset", "generic": "hyperparameters"}
AS_COLUMNS_UP_TO = 50


def profile(kind: Kind, value: Any) -> dict[str, Json]:
    """Shape, dtype, size in bytes, and statistics of columns (2-D with few columns, records) or of all elements."""
    if not hasattr(value, "shape") or kind != "dataset":
        return {}
    found: dict[str, Json] = {"shape": list(value.shape), "dtype": str(value.dtype), "memory_bytes": int(value.nbytes)}
    return found | statistics(value)


def statistics(value: Any) -> dict[str, Json]:
    """The statistics of an array of any shape and dtype."""
    columns = list(_columns(value))
    rows = len(value) if value.ndim and len(columns) > 1 else int(value.size)
    return table(rows, columns, count=len(columns))


def _columns(value: Any) -> Iterator[Column]:
    import numpy as np

    value = np.ma.getdata(value) if isinstance(value, np.ma.MaskedArray) else np.asarray(value)
    if value.dtype.names and value.ndim == 1:
        yield from (array_column(name, value[name]) for name in value.dtype.names)
    elif value.ndim == 2 and value.shape[1] <= AS_COLUMNS_UP_TO:
        yield from (array_column(str(i), value[:, i]) for i in range(value.shape[1]))
    else:
        yield array_column("" if value.ndim == 1 else "all elements", value.reshape(-1))
