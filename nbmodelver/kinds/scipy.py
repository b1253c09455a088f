"""Kinds and profiles of scipy: sparse matrices and arrays are datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.columns import array_column, table

if TYPE_CHECKING:
    from nbmodelver.model import Json, Kind

CLASSES: dict[str, Kind] = {"_spbase": "dataset", "spmatrix": "dataset", "sparray": "dataset"}


def profile(kind: Kind, value: Any) -> dict[str, Json]:
    """Shape, dtype, number of stored elements, density, and statistics of the stored elements."""
    del kind
    stored = value.tocoo().data
    cells = value.shape[0] * (value.shape[1] if len(value.shape) > 1 else 1)
    found: dict[str, Json] = {
        "shape": list(value.shape),
        "dtype": str(value.dtype),
        "format": value.format,
        "stored": len(stored),
        "density": len(stored) / cells if cells else 0.0,
    }
    return found | table(len(stored), [array_column("stored elements", stored)], count=1)
