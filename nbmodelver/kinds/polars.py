"""Kinds and profiles of polars: frames, lazy frames and series are datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.columns import Column, table

if TYPE_CHECKING:
    from nbmodelver.model import Json, Kind

CLASSES: dict[str, Kind] = {"DataFrame": "dataset", "LazyFrame": "dataset", "Series": "dataset"}


def parts(value: Any) -> Any:
    """The columns as arrays, for a comparison element by element."""
    import polars as pl

    if isinstance(value, pl.DataFrame):
        return {one.name: one.to_numpy() for one in value.get_columns()}
    return value.to_numpy() if isinstance(value, pl.Series) else {}


def profile(kind: Kind, value: Any) -> dict[str, Json]:
    """Shape, size in bytes and statistics of every column. A lazy frame is never collected."""
    del kind
    import polars as pl

    if isinstance(value, pl.LazyFrame):
        return {"note": "a lazy frame is not computed for its profile"}
    frame = value.to_frame() if isinstance(value, pl.Series) else value
    found: dict[str, Json] = {"shape": list(value.shape), "memory_bytes": int(frame.estimated_size())}
    return found | table(frame.height, map(_column, frame.iter_columns()), count=frame.width)


def _column(series: Any) -> Column:
    return Column(
        series.name,
        str(series.dtype),
        series.null_count,
        lambda rows: (series if rows is None else series[rows]).drop_nulls().to_numpy(),
    )
