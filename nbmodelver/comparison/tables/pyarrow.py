"""Tables, record batches and arrays of Arrow as tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbmodelver.comparison.tables.tables import ColumnData, TableData, distinct_names, of_array, of_objects


def table(value: Any) -> TableData | None:
    """An Arrow table, record batch or array as a table; None for anything else."""
    import pyarrow as pa

    if isinstance(value, (pa.Table, pa.RecordBatch)):
        names = distinct_names(value.schema.names)
        columns = tuple(column(name, value.column(i)) for i, name in enumerate(names))
        return TableData(columns, value.num_rows)
    if isinstance(value, (pa.Array, pa.ChunkedArray)):
        return TableData((column("", value),), len(value))
    return None


def column(name: str, values: Any, dtype: str = "") -> ColumnData:
    """An Arrow array or chunked array as a column. dtype: how the type is shown; default: Arrow's name."""
    import pyarrow as pa

    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(array, pa.ChunkedArray):  # Old releases keep an empty or a very long column in chunks.
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    shown = dtype or str(array.type)
    if pa.types.is_dictionary(array.type):
        codes = array.indices.fill_null(-1) if array.null_count else array.indices
        return ColumnData(
            name,
            shown,
            "category",
            codes.to_numpy(zero_copy_only=False).astype(np.int64),
            categories=column(name, array.dictionary),
        )
    if pa.types.is_temporal(array.type):
        return _of_times(name, array, shown)
    nulls = array.is_null().to_numpy(zero_copy_only=False) if array.null_count else None
    if pa.types.is_boolean(array.type) or pa.types.is_integer(array.type) or pa.types.is_floating(array.type):
        filled = array if nulls is None else array.fill_null(pa.scalar(0).cast(array.type))
        return ColumnData(name, shown, "number", filled.to_numpy(zero_copy_only=False), nulls)
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type) or pa.types.is_binary(array.type):
        return of_objects(name, shown, np.array([*array.to_pylist(), None], dtype=object)[:-1])
    if pa.types.is_decimal(array.type):
        return ColumnData(name, shown, "text", array.cast(pa.string()).to_numpy(zero_copy_only=False), nulls)
    return ColumnData(name, shown, "opaque", np.zeros(len(array), np.int8))


def _of_times(name: str, array: Any, shown: str) -> ColumnData:
    """Dates, timestamps (in UTC), times of day and durations."""
    import pyarrow as pa

    if pa.types.is_date(array.type):
        array = array.cast(pa.timestamp("s"))
    elif pa.types.is_time(array.type):
        return ColumnData(name, shown, "text", array.cast(pa.string()).to_numpy(zero_copy_only=False))
    elif pa.types.is_timestamp(array.type) and array.type.tz is not None:
        array = array.cast(pa.timestamp(array.type.unit))
    elif not (pa.types.is_timestamp(array.type) or pa.types.is_duration(array.type)):
        return ColumnData(name, shown, "opaque", np.zeros(len(array), np.int8))
    return of_array(name, array.to_numpy(zero_copy_only=False), shown)
