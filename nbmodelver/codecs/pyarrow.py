"""pyarrow: strings as lengths and bytes, plain numbers as their memory, everything else as an Arrow IPC stream.

Lengths are stored instead of offsets, so that an insertion does not change all following bytes. Only the visible slice
is stored; chunks stay separate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from nbmodelver.codecs import notes
from nbmodelver.codecs.codec import UNREAD, Codec, Helper, State
from nbmodelver.errors import NotLoadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nbmodelver.codecs.memory import Memory

    Take = Callable[[Any, Memory], State | None]

_STRINGS = {pa.string(): np.int32, pa.binary(): np.int32, pa.large_string(): np.int64, pa.large_binary(): np.int64}


def _take_array(array: Any, memory: Memory) -> State:
    kind = array.type
    if kind in _STRINGS:
        return "strings", _type_bytes(kind), *_take_strings(array, memory)
    if (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_temporal(kind)) and kind.bit_width:
        return "numbers", _type_bytes(kind), *_take_numbers(array, memory)
    batch = pa.record_batch([array], names=["x"])
    return "ipc", _type_bytes(kind), memory.add(_view(_stream(batch), memory), private=True)


def _stream(batch: Any) -> Any:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write(batch)
    return sink.getvalue()


def _view(buffer: Any, memory: Memory) -> Any:
    memory.keep(buffer)
    return memory.keep(np.frombuffer(buffer, np.uint8)) if buffer is not None and buffer.size else np.empty(0, np.uint8)


def _type_bytes(kind: Any) -> bytes:
    return bytes(pa.schema([pa.field("x", kind)]).serialize().to_pybytes())


def _type_of(data: bytes) -> Any:
    """The type that `_type_bytes` wrote. Raises NotLoadable for a type of another release of pyarrow."""
    try:
        return pa.ipc.read_schema(pa.py_buffer(data)).field(0).type
    except (pa.ArrowException, KeyError) as error:
        raise NotLoadable(
            f"pyarrow {pa.__version__} does not have the type of this array ({error})",
            "try: pip install --upgrade pyarrow",
        ) from error


def _validity(array: Any, memory: Memory) -> Any:
    """The validity bitmap from bit 0 on, as uint8 memory, or None if nothing is missing."""
    bits = array.buffers()[0]
    if bits is None or array.null_count == 0:
        return None
    first, length = array.offset, len(array)
    if first % 8:
        valid = np.unpackbits(_view(bits, memory), bitorder="little")[first : first + length]
        return memory.add(memory.keep(np.packbits(valid, bitorder="little")), private=True)
    return memory.add(memory.keep(_view(bits, memory)[first // 8 : (first + length + 7) // 8]), private=True)


def _take_strings(array: Any, memory: Memory) -> State:
    width = _STRINGS[array.type]
    _bits, offsets, data = array.buffers()
    if not len(array) or offsets is None:
        empty = np.empty(0, width)
        return len(array), None, memory.add(empty, private=True), memory.add(np.empty(0, np.uint8), private=True)
    ends = np.frombuffer(memory.keep(offsets), width)[array.offset : array.offset + len(array) + 1]
    lengths = memory.keep(np.diff(ends))
    text = memory.keep(_view(data, memory)[int(ends[0]) : int(ends[-1])])
    memory.pass_name(array, lengths, " lengths")
    memory.pass_name(array, text, " text")
    return len(array), _validity(array, memory), memory.add(lengths, private=True), memory.add(text, private=True)


def _take_numbers(array: Any, memory: Memory) -> State:
    step = array.type.bit_width // 8
    data = _view(array.buffers()[1], memory)[array.offset * step : (array.offset + len(array)) * step]
    if array.type.bit_width in (16, 32, 64):
        kind = "f" if pa.types.is_floating(array.type) else "i"
        data = data.view(f"<{kind}{step}")
    return len(array), _validity(array, memory), memory.add(memory.pass_name(array, memory.keep(data)), private=True)


def _build_array(state: State) -> Any:
    how, packed, *rest = state
    kind = _type_of(packed)
    if how == "ipc":
        with pa.ipc.open_stream(pa.py_buffer(rest[0])) as reader:
            made = reader.read_next_batch().column(0)
        made.validate(full=True)
        return made
    length, valid, *data = rest
    bits = None if valid is None else pa.py_buffer(valid)
    if how == "strings":
        lengths, text = data
        offsets = np.zeros(length + 1, lengths.dtype)
        np.cumsum(lengths, out=offsets[1:])
        buffers = [bits, pa.py_buffer(offsets), pa.py_buffer(text)]
    else:
        buffers = [bits, pa.py_buffer(data[0])]
    made = pa.Array.from_buffers(kind, length, buffers)
    made.validate()
    return made


def _take_chunked(value: Any, memory: Memory) -> State:
    return _type_bytes(value.type), *(memory.pass_name(value, chunk) for chunk in value.chunks)


def _build_chunked(state: State) -> Any:
    packed, *chunks = state
    return pa.chunked_array(chunks, type=_type_of(packed))


def _take_table(table: Any, memory: Memory) -> State:
    columns = (memory.name(c, n) for n, c in zip(table.column_names, table.columns, strict=True))
    return bytes(table.schema.serialize().to_pybytes()), table.num_rows, *columns


def _build_table(state: State) -> Any:
    packed, rows, *columns = state
    schema = pa.ipc.read_schema(pa.py_buffer(packed))
    if not columns:
        return pa.table({"x": pa.nulls(rows)}).select([]).replace_schema_metadata(schema.metadata)
    return pa.Table.from_arrays(columns, schema=schema)


def _select_columns(state: State, wanted: frozenset[str]) -> Any:
    """The table with its wanted columns only. Other columns may be UNREAD."""
    packed, _rows, *columns = state
    schema = pa.ipc.read_schema(pa.py_buffer(packed))
    kept = [at for at, column in enumerate(columns) if column is not UNREAD and schema.field(at).name in wanted]
    return pa.Table.from_arrays([columns[at] for at in kept], schema=pa.schema([schema.field(at) for at in kept]))


def _take_batch(batch: Any, _memory: Memory) -> State:
    return bytes(batch.schema.serialize().to_pybytes()), *batch.columns


def _build_batch(state: State) -> Any:
    packed, *columns = state
    return pa.RecordBatch.from_arrays(columns, schema=pa.ipc.read_schema(pa.py_buffer(packed)))


def _take_type(kind: Any, _memory: Memory) -> State:
    return (_type_bytes(kind),)


def _take_schema(schema: Any, _memory: Memory) -> State:
    return (schema.serialize().to_pybytes(),)


def _take_field(field: Any, memory: Memory) -> State:
    return (memory.keep(pa.schema([field])),)


# Extension types that are classes in Python


def _extensions(kind: Any) -> list[Any]:
    """The extension types in a type that are implemented in Python, each once."""
    if isinstance(kind, pa.ExtensionType):
        return [kind, *_extensions(kind.storage_type)]
    inner = [kind.field(at).type for at in range(kind.num_fields)]
    if pa.types.is_dictionary(kind):
        inner = [kind.value_type]
    return _once(found for part in inner for found in _extensions(part))


def _once(kinds: Iterable[Any]) -> list[Any]:
    return list({kind.extension_name: kind for kind in kinds}.values())


def _types_in(value: Any) -> list[Any]:
    """The extension types, implemented in Python, in a type, field, schema, array, batch or table, each once."""
    if isinstance(value, pa.DataType):
        return _extensions(value)
    schema = value if isinstance(value, pa.Schema) else getattr(value, "schema", None)
    if schema is None:
        return _extensions(value.type)
    return _once(f for field in schema for f in _extensions(field.type))


def _unless_extended(take: Take) -> Take:
    """Leave values with extension types implemented in Python to pickle, which can store their classes."""
    return lambda value, memory: None if _types_in(value) else take(value, memory)


def _reduce_type(kind: Any, _memory: Memory) -> Any:
    return extension_type, (type(kind), kind.storage_type, bytes(kind.__arrow_ext_serialize__()))


def extension_type(cls: Any, storage: Any, data: bytes) -> Any:
    """An extension type, registered if its name is free, because Arrow reads only registered types.

    If another class has the name, its type is returned: Arrow creates values of no other.
    """
    made = cls.__arrow_ext_deserialize__(storage, data)
    try:
        pa.register_extension_type(made)
    except pa.ArrowKeyError:
        here = _registered(made)
        if not isinstance(here, cls):
            notes.note(f"the extension type '{made.extension_name}' is another class here")
        return here
    return made


def _registered(kind: Any) -> Any:
    """The type that Arrow creates for a stored type of this name."""
    return _type_of(_type_bytes(kind))


def _reduce_extension_array(array: Any, _memory: Memory) -> Any:
    return (extension_array, (array.type, array.storage)) if _types_in(array) else NotImplemented


def extension_array(kind: Any, storage: Any) -> Any:
    """An array of an extension type over its storage."""
    return pa.ExtensionArray.from_storage(kind, storage)


def _reduce_extended(value: Any, memory: Memory) -> Any:
    codec = _codec_of(type(value))
    if codec is None or codec.tag not in _PLAINLY or not _types_in(value):
        return NotImplemented
    return extended, (tuple(_types_in(value)), codec.tag, memory.keep(_PLAINLY[codec.tag](value, memory)))


def extended(_types: tuple[Any, ...], tag: str, state: State) -> Any:
    """A value with extension types, which are registered at this point. tag, state: of the codec without them."""
    return BY_TAG[tag].restore(state)


_ARRAY = Codec("pyarrow.array", _unless_extended(_take_array), _build_array, links=False)
_CHUNKED = Codec("pyarrow.chunked", _unless_extended(_take_chunked), _build_chunked, links=False)
_TABLE = Codec("pyarrow.table", _unless_extended(_take_table), _build_table, links=False, select=_select_columns)
_BATCH = Codec("pyarrow.batch", _unless_extended(_take_batch), _build_batch, links=False)
_TYPE = Codec("pyarrow.type", _unless_extended(_take_type), lambda s: _type_of(s[0]), identity=False)
_SCHEMA = Codec(
    "pyarrow.schema",
    _unless_extended(_take_schema),
    lambda s: pa.ipc.read_schema(pa.py_buffer(s[0])),
    identity=False,
)

_FIELD = Codec("pyarrow.field", _take_field, lambda s: s[0].field(0), identity=False)


def _take_scalar(value: Any, memory: Memory) -> State | None:
    try:
        return (memory.keep(pa.array([value], type=value.type)),)
    except (TypeError, ValueError, pa.ArrowException):  # Older releases cannot make arrays of every scalar.
        return None


_SCALAR = Codec("pyarrow.scalar", _take_scalar, lambda s: s[0][0], identity=False)

_PLAINLY: dict[str, Take] = {
    "pyarrow.array": _take_array,
    "pyarrow.chunked": _take_chunked,
    "pyarrow.table": _take_table,
    "pyarrow.batch": _take_batch,
    "pyarrow.type": _take_type,
    "pyarrow.schema": _take_schema,
}
"""Type -> how its codec reads a value whose extension types are registered when it is built."""

BY_TAG = {c.tag: c for c in (_ARRAY, _CHUNKED, _TABLE, _BATCH, _TYPE, _SCHEMA, _FIELD, _SCALAR)}


def find(kind: type) -> Codec | None:
    """The codec for this type, or None; extension arrays and types are pickled."""
    return _codec_of(kind)


def _codec_of(kind: type) -> Codec | None:
    if issubclass(kind, pa.Array) and not issubclass(kind, pa.ExtensionArray):
        return _ARRAY
    if issubclass(kind, pa.DataType) and not issubclass(kind, pa.BaseExtensionType):
        return _TYPE
    if issubclass(kind, pa.Scalar) and not issubclass(kind, pa.ExtensionScalar):
        return _SCALAR
    return {
        pa.ChunkedArray: _CHUNKED,
        pa.Table: _TABLE,
        pa.RecordBatch: _BATCH,
        pa.Schema: _SCHEMA,
        pa.Field: _FIELD,
    }.get(kind)


def helper(kind: type) -> Helper | None:
    """Reductions for extension types implemented in Python, and for values that contain them."""
    if issubclass(kind, pa.ExtensionType):
        return _reduce_type
    if issubclass(kind, pa.ExtensionArray):
        return _reduce_extension_array
    return _reduce_extended if _codec_of(kind) is not None else None
