"""Kinds and profiles of xarray: data arrays and datasets are datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.columns import array_column, described

if TYPE_CHECKING:
    from nbmodelver.model import Json, Kind

CLASSES: dict[str, Kind] = {"DataArray": "dataset", "Dataset": "dataset", "DataTree": "dataset"}


def profile(kind: Kind, value: Any) -> dict[str, Json]:
    """Dimensions, coordinates, size in bytes, and statistics of every variable in memory."""
    del kind
    arrays = dict(value.data_vars) if hasattr(value, "data_vars") else {str(value.name or "values"): value}
    in_memory = {str(n): a for n, a in arrays.items() if a.variable._in_memory}
    found: dict[str, Json] = {
        "dims": {str(d): int(n) for d, n in value.sizes.items()},
        "coords": [str(c) for c in value.coords],
        "memory_bytes": int(value.nbytes),
        "columns": [described(array_column(n, a.to_numpy().reshape(-1)), int(a.size)) for n, a in in_memory.items()],
    }
    if len(in_memory) < len(arrays):
        found["note"] = f"{len(arrays) - len(in_memory)} variables are not in memory and were not read"
    return found
