"""numpy: arrays without objects as raw memory, object arrays as their elements, scalars, dtypes, masked arrays."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.codecs import generators, notes, texts
from nbmodelver.codecs.codec import Codec, Helper, State
from nbmodelver.codecs.dtypes import dtype_from_state, dtype_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.codecs.memory import Memory


def _take_array(value: Any, memory: Memory) -> State | None:
    dtype = value.dtype
    if dtype.kind == "O":
        base = value.base
        if type(base) is np.ndarray and base.dtype.kind == "O" and _is_worth_its_base(value, base):
            return "view", base, _address(value) - _address(base), value.shape, value.strides, _is_writeable(value)
        rows = texts.take(value, memory)
        if rows is not None:
            return "texts", value.shape, bool(value.flags.writeable), *rows
        return "object", value.shape, _order(value), bool(value.flags.writeable), *value.ravel(order="K").tolist()
    if dtype.kind == "T":
        text, missing = _strings(value)
        return "string", value.shape, _order(value), bool(value.flags.writeable), _string_dtype(dtype), missing, *text
    if dtype.hasobject or dtype.metadata is not None:
        return None
    return "memory", memory.add(value)


_FREE_BASE = 1024
"""A view of an object array keeps a base of up to this many elements; a longer base only if a quarter is visible."""


def _is_worth_its_base(value: Any, base: Any) -> bool:
    """True if the base of a view is stored with it; its memory must have no gaps."""
    if not (base.flags.c_contiguous or base.flags.f_contiguous):
        return False
    return bool(base.size <= _FREE_BASE or value.size * 4 >= base.size)


def _address(value: Any) -> int:
    return int(value.ctypes.data)


def _is_writeable(value: Any) -> bool:
    return bool(value.flags.writeable)


def _order(value: Any) -> str:
    return "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"


def _strings(value: Any) -> tuple[list[Any], bool]:
    items = value.ravel(order="K" if value.flags.c_contiguous or value.flags.f_contiguous else "C").tolist()
    return items, any(type(v) is not str for v in items)


def _string_dtype(dtype: Any) -> tuple[Any, ...]:
    return (bool(dtype.coerce), dtype.na_object) if hasattr(dtype, "na_object") else (bool(dtype.coerce),)


def _string_dtype_of(packed: Sequence[Any]) -> Any:
    """The StringDtype of `_string_dtype`; before numpy 2 the object dtype replaces it."""
    if not hasattr(np.dtypes, "StringDType"):
        notes.instead("object", "StringDType")
        return np.dtype(object)
    coerce, *missing = packed
    return np.dtypes.StringDType(coerce=coerce, **({"na_object": missing[0]} if missing else {}))


def _build_array(state: State) -> Any:
    how, *rest = state
    if how == "memory":
        (array,) = rest
        if type(array) is not np.ndarray:
            raise TypeError("not an array")
        return array
    if how == "view":
        base, offset, shape, strides, writeable = rest
        if type(base) is not np.ndarray or base.dtype.kind != "O":
            raise TypeError("not an array of objects")
        if any(step % base.itemsize for step in (offset, *strides)):
            raise ValueError("a view between two objects")  # Other bytes would be read as addresses.
        made = np.ndarray(shape, object, base, offset, strides)
        made.flags.writeable = writeable
        return made
    if how == "texts":
        shape, writeable, *rows = rest
        made = texts.build(shape, rows)
        made.flags.writeable = writeable
        return made
    shape, order, writeable, *items = rest
    if how == "object":
        dtype: Any = np.dtype(object)
    else:
        packed, _has_missing, *items = items
        dtype = _string_dtype_of(packed)
    made = np.empty(len(items), dtype)
    made[:] = _as_column(items) if made.dtype == object else items
    made = _shaped(made, shape, order)
    made.flags.writeable = writeable
    return made


def reduce_objects(value: Any, state: State) -> Any:
    """The pickle reduction of an object array of any shape: an empty array, then its elements."""
    _, shape, order, writeable, *items = state
    if type(value) is not np.ndarray:  # A subclass that the codec stores as an array; a memmap has no objects.
        return NotImplemented
    return objects, (shape, order), (writeable, items), None, None, set_objects


def objects(shape: tuple[int, ...], order: str) -> Any:
    """An uninitialized object array. order: "C" or "F"."""
    return np.empty(shape, object, order=order)  # type: ignore[call-overload]


def set_objects(array: Any, state: tuple[bool, list[Any]]) -> None:
    """Set the elements of an array in memory order, and its writability."""
    writeable, items = state
    is_fortran = array.flags.f_contiguous and not array.flags.c_contiguous
    flat = array.reshape(-1, order="F" if is_fortran else "C")
    for at, item in enumerate(items):
        flat[at] = item
    array.flags.writeable = writeable


def _as_column(items: list[Any]) -> Any:
    column = np.empty(len(items), object)
    for at, item in enumerate(items):
        column[at] = item
    return column


def _shaped(made: Any, shape: tuple[int, ...], order: str) -> Any:
    """`made` in this shape, as an array that owns its memory."""
    if made.ndim == 1 and tuple(shape) == made.shape:
        return made
    whole = np.empty(shape, made.dtype, order=order)  # type: ignore[call-overload]
    whole[...] = made.reshape(shape, order=order)
    return whole


def _take_scalar(value: Any, _memory: Memory) -> State | None:
    dtype = value.dtype
    if dtype.hasobject or dtype.names is not None or dtype.metadata is not None:
        return None
    return dtype.str, value.tobytes()


def _build_scalar(state: State) -> Any:
    kind, data = state
    dtype = np.dtype(kind)
    if dtype.hasobject or len(data) != dtype.itemsize:
        raise ValueError("not a scalar")
    if not dtype.itemsize:
        return dtype.type()
    if dtype.kind == "S":  # Trailing zeros belong to a scalar, but not to an element of an array.
        return np.bytes_(data)
    if dtype.kind == "U":
        return np.str_(bytes(data).decode("utf-32-be" if dtype.str[0] == ">" else "utf-32-le", "surrogatepass"))
    return np.frombuffer(data, dtype)[0]


def _take_dtype(value: Any, _memory: Memory) -> State | None:
    if value.metadata is not None or (value.hasobject and value.names is not None):
        return None
    if value.kind == "T":
        return ("string", *_string_dtype(value))
    return ("dtype", *_frozen(dtype_state(value)))


def _frozen(state: Any) -> tuple[Any, ...]:
    return (state,)


def _build_dtype(state: State) -> Any:
    how, *rest = state
    if how == "string":
        return _string_dtype_of(rest)
    return dtype_from_state(rest[0])


def _take_masked(value: Any, memory: Memory) -> State | None:
    extra = {k: v for k, v in value._optinfo.items() if v is not None} if value._optinfo else {}
    if extra or value.baseclass is not np.ndarray or set(value.__dict__) - _MASKED_ATTRIBUTES:
        return None
    data = value.data
    mask = value._mask
    fill = None if value._fill_value is None else memory.keep(np.asarray(value._fill_value))
    flags = (bool(value.hardmask), bool(value.sharedmask))
    return memory.keep(np.asarray(data)), None if mask is np.ma.nomask else mask, fill, *flags


_MASKED_ATTRIBUTES = {
    "_fill_value",
    "_hardmask",
    "_sharedmask",
    "_isfield",
    "_baseclass",
    "_optinfo",
    "_basedict",
    "_mask",
}


def _build_masked(state: State) -> Any:
    data, mask, fill, hard, shared = state
    made: Any = np.ma.MaskedArray(data, np.ma.nomask if mask is None else mask, keep_mask=False, hard_mask=hard)
    if mask is not None:
        made._mask = mask
    made._sharedmask = shared
    if fill is not None:
        made._fill_value = fill
    return made


def _take_view(value: Any, memory: Memory) -> State | None:
    if set(getattr(value, "__dict__", ())) - {"_getitem"}:
        return None
    base = memory.keep(np.ndarray.view(value, np.ndarray))
    state = _take_array(base, memory)
    return None if state is None else (base,)


def _take_memmap(value: Any, memory: Memory) -> State | None:
    memory.note("a numpy.memmap comes back as an array in memory, without its file")
    return _take_array(memory.keep(np.ndarray.view(value, np.ndarray)), memory)


_ARRAY = Codec("numpy.array", _take_array, _build_array)
_SCALAR = Codec("numpy.scalar", _take_scalar, _build_scalar, identity=False)
_DTYPE = Codec("numpy.dtype", _take_dtype, _build_dtype, identity=False)
_MASKED = Codec("numpy.masked", _take_masked, _build_masked)
_MATRIX = Codec("numpy.matrix", _take_view, lambda s: s[0].view(np.matrix))
_RECARRAY = Codec("numpy.recarray", _take_view, lambda s: s[0].view(np.recarray))

_MEMMAP = Codec("numpy.memmap", _take_memmap, _build_array)
_LIMITS = Codec(
    "numpy.limits", lambda v, _m: (type(v).__name__, v.dtype), lambda s: _LIMITS_OF[s[0]](s[1]), identity=False
)
_LIMITS_OF: dict[str, Any] = {"finfo": np.finfo, "iinfo": np.iinfo}

BY_TAG = {
    c.tag: c for c in (_ARRAY, _SCALAR, _DTYPE, _MASKED, _MATRIX, _RECARRAY, _MEMMAP, _LIMITS, *generators.CODECS)
}
_EXACT: dict[type, Codec] = {
    np.ndarray: _ARRAY,
    np.ma.MaskedArray: _MASKED,
    np.matrix: _MATRIX,
    np.recarray: _RECARRAY,
    np.memmap: _MEMMAP,
    np.finfo: _LIMITS,
    np.iinfo: _LIMITS,
}


def find(kind: type) -> Codec | None:
    """The codec for exactly this type, or None."""
    if kind in _EXACT:
        return _EXACT[kind]
    if issubclass(kind, np.generic) and kind.__module__ == "numpy":
        return _SCALAR
    if issubclass(kind, np.dtype):
        return _DTYPE
    return generators.find(kind) if kind.__module__.startswith("numpy.random.") else None


def helper(kind: type) -> Helper | None:
    """The reduction for array subclasses whose pickling by numpy would drop their attributes."""
    cls: Any = kind
    plain = issubclass(cls, np.ndarray) and cls not in _EXACT and cls.__reduce__ is np.ndarray.__reduce__
    return reduce_subclass if plain and cls.__reduce_ex__ is np.ndarray.__reduce_ex__ else None


def reduce_subclass(value: Any, memory: Memory) -> Any:
    """Reduce an instance of a subclass of ndarray to its array, class and attributes."""
    base = memory.keep(np.ndarray.view(value, np.ndarray))
    return view_as, (base, type(value)), getattr(value, "__dict__", None) or None, None, None, set_attributes


def view_as(base: Any, cls: type) -> Any:
    """A view of an array as an instance of a subclass."""
    return np.ndarray.view(base, cls)


def set_attributes(value: Any, own: dict[str, Any]) -> None:
    """Set the attributes of an instance of a subclass."""
    value.__dict__.clear()
    value.__dict__.update(own)


def take_session() -> dict[str, Any]:
    """The state of the global random generator, and the print options."""
    options = {k: v for k, v in np.get_printoptions().items() if v is None or type(v) in (bool, int, float, str)}
    return {"random": np.random.get_state(legacy=False), "printoptions": options}


def seed_session(number: int) -> None:
    """Seed the global random generator."""
    np.random.seed(number)


def restore_session(state: dict[str, Any]) -> None:
    """Restore the state of `take_session`."""
    np.random.set_state(state["random"])
    known = np.get_printoptions()  # numpy 2 has further options.
    np.set_printoptions(**{name: value for name, value in state["printoptions"].items() if name in known})


def to_open_format(value: Any) -> tuple[str, bytes, Any] | None:
    """An array without objects as .npy: format, bytes, and the array read from them; None for other values."""
    if type(value) is not np.ndarray or value.dtype.hasobject:
        return None
    file = io.BytesIO()
    np.save(file, value, allow_pickle=False)
    data = file.getvalue()
    return "npy", data, np.load(io.BytesIO(data), allow_pickle=False)


def from_open_format(data: bytes) -> Any:
    """Return the array of a .npy file. Raises ValueError for one with objects or for other data."""
    return np.load(io.BytesIO(data), allow_pickle=False)


def from_file(data: bytes) -> Any:
    """Return the arrays of a .npz file by name. Raises ValueError for one with objects or for other data."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def comparable(value: Any) -> Any:
    """The content of an array for a comparison that ignores strides."""
    return value.dtype, value.shape, digest(value)


def digest(value: Any) -> bytes:
    """Return the SHA-256 of the elements of an array without objects, in C order. Copies only other orders."""
    if not value.nbytes:
        return hashlib.sha256().digest()
    return hashlib.sha256(np.ascontiguousarray(value).view(np.uint8).data).digest()
