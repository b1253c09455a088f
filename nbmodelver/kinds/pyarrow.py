"""Kinds and profiles of pyarrow: tables, record batches and arrays are datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.columns import Column, table

if TYPE_CHECKING:
    from nbmodelver.model import Json, Kind

CLASSES: dict[str, Kind] = {
    "Table": "dataset",
    "RecordBatch": "dataset",
    "Array": "dataset",
    "ChunkedArray": "dataset",
}


def profile(kind: Kind, value: Any) -> dict[str, Json]:
    """Shape, size in bytes and statistics of every column."""
    del kind
    names = getattr(value, "column_names", None)
    columns = (
        [_column("", value)] if names is None else [_column(n, c) for n, c in zip(names, value.columns, strict=True)]
    )
    shape: list[Json] = [len(value)] if names is None else [value.num_rows, value.num_columns]
    found: dict[str, Json] = {"shape": shape, "memory_bytes": int(value.nbytes)}
    return found | table(len(value), columns, count=len(columns))


def _column(name: str, values: Any) -> Column:
    return Column(
        name,
        str(values.type),
        lambda: values.null_count,
        lambda rows: _numpy((values if rows is None else values.take(rows)).drop_null()),
    )


def _numpy(values: Any) -> Any:
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
        values = pa.concat_arrays(values.chunks) if isinstance(values, pa.ChunkedArray) else values
    return values.to_numpy(zero_copy_only=False)
