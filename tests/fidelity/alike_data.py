"""The data libraries' side of `alike`; a library is looked at only when one of its values turns up."""

from __future__ import annotations

import itertools
import sys
from typing import Any

import numpy as np

try:
    from numpy.lib.array_utils import byte_bounds
except ImportError:  # NumPy 1
    from numpy import byte_bounds

_VALUES = ("dtype", "generic")


def identity_matters(value: Any) -> bool:
    """False for the immutable values of data libraries, which are shared or not as the library likes."""
    if isinstance(value, np.dtype | np.generic):
        return False
    root = type(value).__module__.partition(".")[0].lstrip("_")
    if root == "pandas":
        import pandas as pd

        return isinstance(value, pd.DataFrame | pd.Series)
    if root == "pyarrow":
        return False
    if root == "polars":
        import polars as pl

        return isinstance(value, pl.DataFrame)
    if root == "torch":
        import torch

        return isinstance(value, torch.Tensor | torch.nn.Module | torch.optim.Optimizer | torch.Generator)
    return True


def find(kind: type) -> Any:
    """The comparison for values of a data library, or None."""
    for base in kind.__mro__:
        root = base.__module__.partition(".")[0].lstrip("_")
        chosen = _LIBRARIES.get(root)
        found = chosen(kind) if chosen is not None and root in sys.modules else None
        if found is not None:
            return found
    return None


# numpy


def _numpy(kind: type) -> Any:
    if issubclass(kind, np.ma.MaskedArray):
        return masked
    if issubclass(kind, np.ndarray):
        return arrays
    if issubclass(kind, np.dtype):
        return dtypes
    if issubclass(kind, np.generic):
        return generics
    return None


def arrays(walk: Any, path: str, got: Any, want: Any) -> bool:
    """Dtype, shape, strides, flags, every element; and who overlaps whom, at the end."""
    if not dtypes(walk, f"{path}.dtype", got.dtype, want.dtype) or not walk.same(
        f"{path}.shape", got.shape, want.shape
    ):
        return False
    if want.size:
        strides = [[s for s, n in zip(a.strides, a.shape, strict=True) if n > 1] for a in (got, want)]
        walk.same(f"{path}.strides", *strides)
    for flag in ("C_CONTIGUOUS", "F_CONTIGUOUS", "WRITEABLE", "ALIGNED", "OWNDATA"):
        walk.same(f"{path}.flags.{flag}", bool(got.flags[flag]), bool(want.flags[flag]))
    walk.arrays.append((path, got, want))
    if want.dtype.hasobject and want.dtype.kind != "T":
        walk.sequences(path, np.asarray(got).ravel().tolist(), np.asarray(want).ravel().tolist())
    elif want.dtype.kind == "T":
        walk.sequences(path, got.ravel().tolist(), want.ravel().tolist())
    elif want.dtype.kind in "fc" and want.dtype.itemsize in (12, 16, 24, 32) and want.dtype.char in "gG":
        walk.same(path, repr(got.tolist()), repr(want.tolist()))  # Numbers of 80 bits lie between undefined bytes.
    elif got.tobytes() != want.tobytes():
        walk.say(path, f"other elements: {got!r:.60} where {want!r:.60} was")
    if type(want) is np.ndarray:
        return True
    return bool(walk.attributes(path, got, want))


def masked(walk: Any, path: str, got: Any, want: Any) -> bool:
    """Data, mask and how they are held."""
    arrays(walk, f"{path}.data", np.asarray(got._data), np.asarray(want._data))
    nomask = [side._mask is np.ma.nomask for side in (got, want)]
    if not walk.same(f"{path}.mask is nomask", *nomask):
        return False
    if not nomask[0]:
        walk.walk(f"{path}._mask", got._mask, want._mask)
    fills = [None if side._fill_value is None else np.asarray(side._fill_value).tobytes() for side in (got, want)]
    walk.same(f"{path}._fill_value", *fills)
    walk.same(f"{path}.hardmask", bool(got._hardmask), bool(want._hardmask))
    return bool(walk.same(f"{path}.sharedmask", bool(got._sharedmask), bool(want._sharedmask)))


def dtypes(walk: Any, path: str, got: Any, want: Any) -> bool:
    """Byte order, fields, alignment and metadata."""
    looks = [(d.str, d.byteorder, repr(d), d.itemsize, d.isalignedstruct) for d in (got, want)]
    return bool(walk.same(path, *looks)) and bool(walk.same(f"{path}.metadata", *(_metadata(d) for d in (got, want))))


def _metadata(dtype: Any) -> Any:
    return dict(dtype.metadata) if dtype.metadata else None


def generics(walk: Any, path: str, got: Any, want: Any) -> bool:
    """A numpy scalar, bit by bit."""
    if not dtypes(walk, f"{path}.dtype", got.dtype, want.dtype):
        return False
    if want.dtype.hasobject:
        return bool(walk.sequences(path, want.item(), got.item()))
    return bool(walk.same(path, *(repr(v) if want.dtype.char in "gG" else v.tobytes() for v in (got, want))))


def overlaps(walk: Any) -> None:
    """Arrays overlap, at the same distance, exactly where the others do."""
    for (path, a, x), (other, b, y) in itertools.combinations(walk.arrays[:400], 2):
        got, want = _distance(a, b), _distance(x, y)
        if got != want:
            walk.say(path, f"{_overlap(got)} with {other}, where it was {_overlap(want)}")


def _distance(a: Any, b: Any) -> int | None:
    low, high = byte_bounds(a)
    start, end = byte_bounds(b)
    if not a.size or not b.size or low >= end or start >= high:
        return None
    return start - low


def _overlap(distance: int | None) -> str:
    return "no memory shared" if distance is None else f"memory shared at {distance:+d}"


# pandas


def _pandas(kind: type) -> Any:
    import pandas as pd

    table: list[tuple[Any, Any]] = [
        (pd.DataFrame, frames),
        (pd.Series, series),
        (pd.Index, indexes),
        (pd.api.extensions.ExtensionArray, extension_arrays),
    ]
    for known, compare in table:
        if issubclass(kind, known):
            return compare
    scalars = (pd.Timestamp, pd.Timedelta, pd.Period, pd.Interval, type(pd.NaT), type(pd.NA), pd.offsets.BaseOffset)
    return values if issubclass(kind, (*scalars, pd.api.extensions.ExtensionDtype)) else None


def values(walk: Any, path: str, got: Any, want: Any) -> bool:
    """A pandas scalar, dtype or offset."""
    looks = [(repr(v), getattr(v, "unit", None), getattr(v, "fold", None)) for v in (got, want)]
    if type(want).__name__ == "CategoricalDtype":
        walk.walk(f"{path}.categories", got.categories, want.categories)
        return bool(walk.same(f"{path}.ordered", got.ordered, want.ordered))
    return bool(walk.same(path, *map(repr, looks)))


def _marks(walk: Any, path: str, got: Any, want: Any) -> bool:
    walk.walk(f"{path}.attrs", got._attrs, want._attrs)
    flags = [side.flags.allows_duplicate_labels for side in (got, want)]
    walk.same(f"{path}.flags", *flags)
    own = [{n: v for n, v in vars(side).items() if n not in _PANDAS_OWN} for side in (got, want)]
    walk.alive += own
    return bool(walk.dicts(path, *own))


_PANDAS_OWN = {"_mgr", "_attrs", "_flags", "_item_cache", "_name", "_cacher", "_is_copy"}


def frames(walk: Any, path: str, got: Any, want: Any) -> bool:
    """Labels, each column as it is, attrs and flags; not the blocks."""
    if not walk.walk(f"{path}.columns", got.columns, want.columns) or not walk.walk(
        f"{path}.index", got.index, want.index
    ):
        return False
    for at in range(want.shape[1]):
        column(walk, f"{path}.iloc[:, {at}]", got._mgr.iget(at), want._mgr.iget(at))
    return _marks(walk, path, got, want)


def series(walk: Any, path: str, got: Any, want: Any) -> bool:
    """Name, index, values, attrs and flags."""
    walk.walk(f"{path}.name", got.name, want.name)
    walk.walk(f"{path}.index", got.index, want.index)
    column(walk, path, got, want)
    return _marks(walk, path, got, want)


def column(walk: Any, path: str, got: Any, want: Any) -> bool:
    """The values of a series."""
    if not walk.same(f"{path}.dtype", repr(got.dtype), repr(want.dtype)) or not walk.same(
        f"type({path}.dtype)", type(got.dtype), type(want.dtype)
    ):
        return False
    if isinstance(want.array, np.ndarray):
        return elements(walk, path, got.array, want.array)
    return extension_arrays(walk, path, got.array, want.array)


def indexes(walk: Any, path: str, got: Any, want: Any) -> bool:
    """Type, names, dtype, frequency, labels."""
    import pandas as pd

    walk.walk(f"{path}.names", list(got.names), list(want.names))
    if type(want) is pd.RangeIndex:
        return bool(walk.same(path, (got.start, got.stop, got.step), (want.start, want.stop, want.step)))
    if isinstance(want, pd.MultiIndex):
        walk.sequences(f"{path}.levels", got.levels, want.levels)
        walk.same(f"{path}.sortorder", got.sortorder, want.sortorder)
        return bool(walk.sequences(f"{path}.codes", [list(c) for c in got.codes], [list(c) for c in want.codes]))
    walk.same(f"{path}.dtype", repr(got.dtype), repr(want.dtype))
    walk.same(f"{path}.freq", *(repr(getattr(side, "freq", None)) for side in (got, want)))
    return extension_arrays(walk, path, got.array, want.array)


def extension_arrays(walk: Any, path: str, got: Any, want: Any) -> bool:
    """What a pandas array is made of."""
    if not walk.same(f"type({path})", type(got), type(want)) or not walk.same(f"len({path})", len(got), len(want)):
        return False
    name = type(want).__name__
    if name == "Categorical":
        values(walk, f"{path}.dtype", got.dtype, want.dtype)
        return bool(walk.same(f"{path}.codes", got.codes.tolist(), want.codes.tolist()))
    pieces = _PIECES.get(name)
    if pieces is None and hasattr(want, "_pa_array"):
        pieces = ("_pa_array", "dtype")
    for piece in pieces or ("_ndarray", "dtype"):
        a, b = getattr(got, piece), getattr(want, piece)
        walk.alive += (a, b)
        if isinstance(b, np.ndarray):
            elements(walk, f"{path}.{piece}", a, b)
        else:
            walk.walk(f"{path}.{piece}", a, b)
    return True


_PIECES = {
    "IntegerArray": ("_data", "_mask", "dtype"),
    "FloatingArray": ("_data", "_mask", "dtype"),
    "BooleanArray": ("_data", "_mask", "dtype"),
    "IntervalArray": ("left", "right", "closed", "dtype"),
    "SparseArray": ("sp_values", "fill_value", "dtype"),
}


def elements(walk: Any, path: str, got: Any, want: Any) -> bool:
    """An array inside a frame: elements only, for its memory is pandas' own business."""
    if not dtypes(walk, f"{path}.dtype", got.dtype, want.dtype):
        return False
    if want.dtype.hasobject:
        return bool(walk.sequences(path, got.ravel().tolist(), want.ravel().tolist()))
    return bool(walk.same(path, got.tobytes(), want.tobytes()))


# polars, pyarrow, scipy.sparse, xarray


def _polars(kind: type) -> Any:
    import polars as pl

    if issubclass(kind, pl.DataFrame):
        return polars_frames
    if issubclass(kind, pl.Series):
        return polars_series
    if issubclass(kind, pl.LazyFrame):
        return lambda w, p, g, t: w.same(p, g.explain(), t.explain()) and polars_frames(w, p, g.collect(), t.collect())
    if issubclass(kind, pl.Expr):
        return lambda w, p, g, t: w.same(p, g.meta.serialize(), t.meta.serialize())
    if isinstance(kind, type) and kind.__name__ == "DataTypeClass":
        return None
    if hasattr(pl, "DataType") and issubclass(kind, pl.DataType):
        return lambda w, p, g, t: w.same(p, repr(g), repr(t))
    return None


def polars_frames(walk: Any, path: str, got: Any, want: Any) -> bool:
    """Schema and columns."""
    if not walk.same(f"{path}.schema", repr(got.schema), repr(want.schema)):
        return False
    return all([polars_series(walk, f"{path}[{c}]", got[c], want[c]) for c in want.columns])


def polars_series(walk: Any, path: str, got: Any, want: Any) -> bool:
    """Name, dtype, values; objects one by one."""
    looks = [(s.name, repr(s.dtype), len(s)) for s in (got, want)]
    if not walk.same(path, *looks):
        return False
    if want.dtype == _pl().Object or want.dtype.is_float():
        return bool(walk.sequences(path, got.to_list(), want.to_list()))
    return got.equals(want, null_equal=True) or bool(walk.say(path, "other values"))


def _pl() -> Any:
    import polars as pl

    return pl


def _pyarrow(_kind: type) -> Any:
    return arrow


def arrow(walk: Any, path: str, got: Any, want: Any) -> bool:
    """Arrow's own equality with metadata, the chunks, and the visible values."""
    import pyarrow as pa

    if isinstance(want, pa.Table | pa.Schema | pa.Field | pa.RecordBatch):
        same = got.equals(want, check_metadata=True)
    else:
        same = got.equals(want)
    if isinstance(want, pa.ChunkedArray):
        walk.same(f"{path}.chunks", [len(c) for c in got.chunks], [len(c) for c in want.chunks])
    if not same and hasattr(want, "to_pylist"):
        walk.same(f"{path}.type", str(getattr(got, "type", "")), str(getattr(want, "type", "")))
        return bool(walk.sequences(path, got.to_pylist(), want.to_pylist()))
    return bool(same) or bool(walk.say(path, f"{got!r:.60} where {want!r:.60} was"))


def _scipy(kind: type) -> Any:
    import scipy.sparse

    if issubclass(kind, scipy.sparse.sparray | scipy.sparse.spmatrix):
        return lambda w, p, g, t: (
            w.attributes(p, g, t) and (not isinstance(t, dict) or w.dicts(p, g, t) if t.format == "dok" else True)
        )
    return None


def _xarray(kind: type) -> Any:
    import xarray as xr

    if issubclass(kind, xr.Dataset | xr.DataArray) or kind is getattr(xr, "DataTree", None):
        return xarrays
    if issubclass(kind, xr.Variable):
        return lambda w, p, g, t: (
            w.same(f"{p}.dims", g.dims, t.dims)
            and w.walk(f"{p}.data", g.data, t.data)
            and w.walk(f"{p}.attrs", dict(g.attrs), dict(t.attrs))
            and w.walk(f"{p}.encoding", dict(g.encoding), dict(t.encoding))
        )
    return None


def xarrays(walk: Any, path: str, got: Any, want: Any) -> bool:
    """Variables, coordinates, attributes, encoding."""
    if not got.identical(want):
        return bool(walk.say(path, f"{got!r:.80} where {want!r:.80} was"))
    walk.walk(f"{path}.attrs", dict(got.attrs), dict(want.attrs))
    if hasattr(want, "variables"):
        walk.same(f"{path}.variables", list(map(str, got.variables)), list(map(str, want.variables)))
        for name in want.variables:
            walk.walk(f"{path}[{name}]", got.variables[name], want.variables[name])
    elif hasattr(want, "variable"):
        walk.walk(f"{path}.name", got.name, want.name)
        walk.walk(f"{path}.data", got.data, want.data)
    return True


# torch


def _torch(kind: type) -> Any:
    import torch

    if issubclass(kind, torch.Tensor):
        return tensors
    if issubclass(kind, torch.Generator):
        return lambda w, p, g, t: w.same(p, g.get_state().tolist(), t.get_state().tolist())
    if issubclass(kind, torch.UntypedStorage | torch.TypedStorage):
        return lambda w, p, g, t: w.same(p, g.tolist(), t.tolist())
    if kind in (torch.Size, torch.dtype, torch.device):
        return lambda w, p, g, t: w.same(p, g, t)
    if issubclass(kind, torch.nn.Module | torch.optim.Optimizer):
        return lambda w, p, g, t: w.attributes(p, g, t)
    return None


def tensors(walk: Any, path: str, got: Any, want: Any) -> bool:
    """Layout, flags, gradient, every byte; and who shares a storage with whom, at the end."""
    import torch

    names = ("dtype", "shape", "device", "layout", "requires_grad", "is_leaf", "is_quantized")
    for name in names:
        if not walk.same(f"{path}.{name}", getattr(got, name), getattr(want, name)):
            return False
    if want.layout is not torch.strided:
        dense = [side.detach().to_dense() for side in (got, want)]
        return bool(walk.same(path, *(d.tolist() for d in dense)))
    walk.same(f"{path}.stride()", got.stride(), want.stride())
    walk.same(f"{path}.conj", (got.is_conj(), got.is_neg()), (want.is_conj(), want.is_neg()))
    if want.is_leaf:
        walk.walk(f"{path}.grad", got.grad, want.grad)
    if not want.is_quantized:
        raws = [_bytes_of(side) for side in (got, want)]
        walk.alive += raws
        walk.arrays.append((path, *(_memory_of(side) for side in (got, want))))
        if raws[0] != raws[1]:
            walk.say(path, f"other elements: {got!r:.60} where {want!r:.60} was")
    hooks = [len(side._backward_hooks or ()) for side in (got, want)]
    walk.same(f"{path}._backward_hooks", *hooks)
    return bool(walk.dicts(f"{path}.__dict__", vars(got), vars(want)))


def _bytes_of(tensor: Any) -> bytes:
    import torch

    flat = tensor.detach().resolve_conj().resolve_neg().contiguous().reshape(-1)
    return bytes(flat.view(torch.uint8).numpy()) if flat.numel() else b""


def _memory_of(tensor: Any) -> Any:
    """The tensor's own stretch of its storage as bytes, which tells views of one storage apart."""
    import torch

    flat = torch.empty(0, dtype=torch.uint8).set_(tensor.detach().untyped_storage()).numpy()
    return flat[tensor.storage_offset() * tensor.element_size() :]


_LIBRARIES: dict[str, Any] = {
    "numpy": _numpy,
    "pandas": _pandas,
    "polars": _polars,
    "pyarrow": _pyarrow,
    "scipy": _scipy,
    "xarray": _xarray,
    "torch": _torch,
}
