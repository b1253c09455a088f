"""Values for Hypothesis: containers that share and cycle, arrays and their views, frames."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

_DTYPES = ["?", "i1", "u2", "<i4", ">i8", "f2", "<f4", ">f8", "c16", "S3", "U2", "M8[s]", "m8[ns]", "i4,f8"]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(st.characters(), max_size=8),
    st.binary(max_size=8),
    st.dates(),
    st.timedeltas(),
    st.decimals(allow_nan=False).map(decimal.Decimal),
    st.uuids().map(lambda u: uuid.UUID(int=u.int)),
    st.datetimes(timezones=st.none() | st.just(datetime.UTC)),
    st.just(...),
)
keys = st.one_of(st.text(max_size=5), st.integers(), st.booleans(), st.none(), st.binary(max_size=3))
members = st.one_of(st.integers(), st.text(max_size=4), st.binary(max_size=3), st.none())


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    """An array of any plain dtype, up to three dimensions, C or Fortran, perhaps read-only."""
    dtype = np.dtype(draw(st.sampled_from(_DTYPES)))
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=3)))
    size = int(np.prod(shape, dtype=int)) * dtype.itemsize
    if dtype.kind in "?U":  # Not every byte is a bool or a character.
        array = np.arange(size // dtype.itemsize).astype(dtype).reshape(shape)
    else:
        array = np.frombuffer(draw(st.binary(min_size=size, max_size=size)), dtype).reshape(shape).copy()
    array = np.asfortranarray(array) if draw(st.booleans()) else array
    array.flags.writeable = draw(st.booleans())
    return array


@st.composite
def views(draw: st.DrawFn, base: Any) -> Any:
    """A view of an array: sliced with any step, transposed, or of other axes."""
    steps = tuple(
        slice(draw(st.none() | st.integers(0, n)), None, draw(st.sampled_from([1, 2, -1]))) for n in base.shape
    )
    view = base[steps] if steps else base[...]
    return view.T if draw(st.booleans()) else view


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """A frame of a few columns of many kinds, with an index of some kind."""
    rows = draw(st.integers(0, 4))
    kinds = draw(st.lists(st.sampled_from(sorted(_COLUMNS)), max_size=5))
    frame = pd.DataFrame({f"{at} {kind}": _COLUMNS[kind](rows) for at, kind in enumerate(kinds)}, index=range(rows))
    index = draw(st.sampled_from(["range", "text", "dates", "multi"]))
    if index != "range":
        frame.index = _INDEXES[index](rows)
    if draw(st.booleans()):
        frame.attrs["note"] = draw(st.lists(scalars.filter(lambda x: x == x), max_size=2))
    return frame


_COLUMNS: dict[str, Any] = {
    "float": lambda n: np.arange(n) / 3,
    "int": np.arange,
    "bool": lambda n: np.arange(n) % 2 == 0,
    "text": lambda n: pd.array([None if i == 1 else f"t{i}" for i in range(n)], dtype="str"),
    "object": lambda n: pd.Series([i if i % 2 else f"o{i}" for i in range(n)], dtype=object).array,
    "Int64": lambda n: pd.array([None if i == 2 else i for i in range(n)], dtype="Int64"),
    "category": lambda n: pd.Categorical([f"c{i % 2}" for i in range(n)], ["c1", "c0", "unused"], ordered=True),
    "zone": lambda n: pd.date_range("2020-03-28", periods=n, tz="Europe/Berlin")._data,
    "sparse": lambda n: pd.arrays.SparseArray([0.0, 1.0, 0.0, 2.0][:n]),
}
_INDEXES: dict[str, Any] = {
    "text": lambda n: pd.Index([f"r{i}" for i in range(n)], name="rows"),
    "dates": lambda n: pd.date_range("2020", periods=n, freq="D", name="day"),
    "multi": lambda n: pd.MultiIndex.from_arrays([["a"] * n, list(range(n))], names=["k", None]),
}


@st.composite
def worlds(draw: st.DrawFn, *, frames_too: bool = True) -> dict[str, Any]:
    """A namespace of values that share: containers filled from one pool, which holds the containers themselves.

    So there are cycles, and objects under two names.
    """
    pool: list[Any] = draw(st.lists(scalars, min_size=1, max_size=5))
    for _ in range(draw(st.integers(0, 3))):
        array = draw(arrays())
        pool += [array, draw(views(array))]
    if frames_too and draw(st.booleans()):
        pool.append(draw(frames()))
    mutable: list[Any] = []
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from([list, dict, "tuple", "set", "frozenset"]))
        made = _frozen(draw, kind, pool) if isinstance(kind, str) else kind()
        pool.append(made)
        if not isinstance(kind, str):
            mutable.append(made)
    for container in mutable:
        chosen = draw(st.lists(st.sampled_from(range(len(pool))), max_size=4))
        if type(container) is list:
            container.extend(pool[at] for at in chosen)
        else:
            container.update({draw(keys): pool[at] for at in chosen})
    named = draw(st.lists(st.sampled_from(range(len(pool))), min_size=1, max_size=4))
    return {f"n{at}": pool[number] for at, number in enumerate(named)}


def _frozen(draw: st.DrawFn, kind: str, pool: list[Any]) -> Any:
    if kind == "tuple":
        return tuple(pool[at] for at in draw(st.lists(st.sampled_from(range(len(pool))), max_size=3)))
    return {"set": set, "frozenset": frozenset}[kind](draw(st.lists(members, max_size=4)))
