"""numpy dtypes as exact JSON: byte order, units, titles, offsets, alignment, nested and sub-array fields."""

from __future__ import annotations

from typing import Any

import numpy as np


def dtype_state(dtype: np.dtype[Any]) -> Any:
    """JSON for a dtype without Python objects in it (StringDType and object included by name only).

    >>> dtype_state(np.dtype(">i4"))
    '>i4'
    """
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return {"of": dtype_state(base), "shape": list(shape)}
    if dtype.names is None:
        return dtype.str
    assert dtype.fields is not None
    fields = [dtype.fields[n] for n in dtype.names]
    state = {
        "names": list(dtype.names),
        "formats": [dtype_state(f[0]) for f in fields],
        "offsets": [f[1] for f in fields],
        "itemsize": dtype.itemsize,
        "aligned": dtype.isalignedstruct,
    }
    titles = [f[2] if len(f) > 2 else None for f in fields]
    if any(t is not None for t in titles):
        state["titles"] = titles
    if dtype.type is np.record:
        state["record"] = True
    return state


def dtype_from_state(state: Any) -> np.dtype[Any]:
    """The dtype that `dtype_state` described. Raises TypeError, ValueError or KeyError for other input."""
    if isinstance(state, str):
        return np.dtype(state)
    if "of" in state:
        return np.dtype((dtype_from_state(state["of"]), tuple(state["shape"])))
    spec = {
        "names": state["names"],
        "formats": [dtype_from_state(f) for f in state["formats"]],
        "offsets": state["offsets"],
        "itemsize": state["itemsize"],
    }
    if "titles" in state:
        spec["titles"] = state["titles"]
    dtype: np.dtype[Any] = np.dtype(spec, align=state["aligned"])  # type: ignore[call-overload]
    return np.dtype((np.record, dtype)) if state.get("record") else dtype
