"""Data written without pickle: columns of values, level by level. plain_reading.py reads it.

Values are encoded breadth first. All values of one level form a *column*, split by exact type: numbers become one
array, strings one text and their lengths, and containers *nodes*, whose members form the columns of the next level. The
work is done in a few C calls per level instead of one Python call per object, and the bytes are columns that compress
well. Nodes are numbered at their first occurrence; a further occurrence is the number, so sharing and cycles are
preserved. A type that is neither built in nor known to a codec raises `NotPlain`, and the caller uses pickle.

Layout of the skeleton: "<I" length of the header, header (JSON), then the inline payloads one after another.
Header: {"sizes": bytes of each inline payload, "nodes": count, "root": column, "batches": [batch ...]}.
Column: [count, payload of type indices or None, [[type, description] ...]]. Payloads: n >= 0 is inline payload n, n < 0
is buffer -n - 1 of the recipe. Batch: [type, first node, count, payload of member counts or None, columns].
"""

from __future__ import annotations

import json
import struct
import sys
from array import array
from itertools import chain, compress
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import registry
from nbmodelver.codecs.memory import ArrayRef, Buffer, Memory
from nbmodelver.codecs.plain_reading import MUTABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

INLINE_BYTES = 4096
"""Smaller payloads stay in the skeleton; larger ones are buffers, which are compared and stored separately."""

MAX_BATCHES = 20_000
"""Values with more nested levels are left to pickle, which reports the value if its own limit is exceeded."""

CONTAINERS: dict[type, str] = {list: "list", tuple: "tuple", dict: "dict", set: "set", frozenset: "frozenset"}
_JSON = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


class NotPlain(Exception):  # a signal between two encoders, never shown
    """The value needs pickle. kind: the type that has no plain form."""

    def __init__(self, kind: type) -> None:
        super().__init__(kind)
        self.kind = kind


def encode(roots: Sequence[Any], memory: Memory) -> Encoder:
    """Encode several values together, so that objects shared between them stay shared.

    Raises NotPlain at the first type without a plain form. Calls no user code.
    """
    encoder = Encoder(memory)
    encoder.run(list(roots))
    return encoder


class Encoder:
    """One encoding run. Afterwards `skeleton()`, `buffers` and `linking` hold the result."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.buffers: list[Buffer] = []
        self._met: set[int] = set()
        self._fresh: list[tuple[int, list[int]]] = []
        self._numbered: dict[int, int] | None = None
        self.explicit = False
        self._linking: list[Iterable[int]] = []
        self._count = 0
        self._queue: list[tuple[str, int, list[Any]]] = []
        self._batches: list[Any] = []
        self._inline: list[bytes] = []
        self._root: Any = None

    def run(self, roots: list[Any]) -> None:
        """Encode the roots and everything below them."""
        self._root = self._column(roots)
        at = 0
        while at < len(self._queue):
            code, first, values = self._queue[at]
            lengths, columns = self._members(code, values)
            self._batches.append([code, first, len(values), lengths, columns])
            at += 1
            if at > MAX_BATCHES:
                raise NotPlain(type(values[0]))

    @property
    def linking(self) -> set[int]:
        """Ids of the mutable objects met.

        A name that holds one of them has to be restored together with these values.
        """
        return set(chain.from_iterable(self._linking))

    def skeleton(self) -> bytes:
        """The bytes to store with the buffers."""
        header = {
            "sizes": [len(b) for b in self._inline],
            "nodes": self._count,
            "root": self._root,
            "batches": self._batches,
        }
        packed = _JSON.encode(header).encode()
        return b"".join([struct.pack("<I", len(packed)), packed, *self._inline])

    def _payload(self, data: bytes | memoryview, layout: str) -> int:
        if len(data) < INLINE_BYTES:
            self._inline.append(bytes(data))
            return len(self._inline) - 1
        self.buffers.append(Buffer(memoryview(data).cast("B"), layout))
        return -len(self.buffers)

    def _numbers(self, values: array[Any], layout: str) -> int:
        if sys.byteorder == "big":
            values.byteswap()
        return self._payload(memoryview(values).cast("B"), layout)

    def _lengths(self, values: Iterable[Any]) -> int:
        return self._numbers(array("q", map(len, values)), "lengths")

    def _column(self, values: list[Any]) -> list[Any]:
        unique = set(map(type, values))
        if len(unique) <= 1:
            return [len(values), None, [self._typed(kind, values) for kind in unique]]
        order = sorted(unique, key=lambda kind: (_code(kind), kind.__module__, kind.__qualname__))
        place = {kind: at for at, kind in enumerate(order)}
        if len(order) > 255:
            raise NotPlain(order[-1])
        tags = bytes(map(place.__getitem__, map(type, values)))
        parts = [self._typed(kind, list(compress(values, map(at.__eq__, tags)))) for at, kind in enumerate(order)]
        return [len(values), self._payload(tags, "u1"), parts]

    def _typed(self, kind: type, values: list[Any]) -> list[Any]:
        scalar = _SCALARS.get(kind)
        if scalar is not None:
            return scalar(self, values)
        code = CONTAINERS.get(kind)
        if code is not None:
            return [code, self._nodes(code, values, identity=True, links=code in MUTABLE)]
        codec = registry.find(kind)
        if codec is None or not codec.plain:
            raise NotPlain(kind)
        return [codec.tag, self._nodes(codec.tag, values, identity=codec.identity, links=codec.links)]

    def _nodes(self, code: str, values: list[Any], *, identity: bool, links: bool) -> Any:
        first = self._count
        if not identity:
            self._enqueue(code, values)
            return first
        ids = list(map(id, values))
        unique = set(ids)
        if links:
            self._linking.append(ids)
        if len(unique) == len(ids) and self._met.isdisjoint(unique):
            self._meet(first, ids, unique)
            self._enqueue(code, values)
            return first
        return [self._numbers(array("q", self._references(code, values, ids)), "i8")]

    def _meet(self, first: int, ids: list[int], unique: set[int]) -> None:
        larger, smaller = (unique, self._met) if len(unique) > len(self._met) else (self._met, unique)
        larger |= smaller
        self._met = larger
        self._fresh.append((first, ids))
        if self._numbered is not None:
            self._numbered.update(zip(ids, range(first, first + len(ids)), strict=True))

    def _references(self, code: str, values: list[Any], ids: list[int]) -> Iterable[int]:
        """The numbers of nodes of which some were met before."""
        self.explicit = True
        if self._numbered is None:
            self._numbered = {i: first + at for first, met in self._fresh for at, i in enumerate(met)}
        new = {i: value for i, value in zip(ids, values, strict=True) if i not in self._met}
        first = self._count
        self._meet(first, list(new), set(new))
        self._enqueue(code, list(new.values()))
        return map(self._numbered.__getitem__, ids)

    def _enqueue(self, code: str, values: list[Any]) -> None:
        if values:
            self._queue.append((code, self._count, values))
            self._count += len(values)

    def _members(self, code: str, values: list[Any]) -> tuple[int | None, list[Any]]:
        if code == "dict":
            return self._dict_members(values)
        if code in ("set", "frozenset"):
            values = [sorted(v, key=sort_key) for v in values]
        elif code not in ("list", "tuple"):
            values = self._states(code, values)
        return self._lengths(values), [self._column(list(chain.from_iterable(values)))]

    def _dict_members(self, values: list[dict[Any, Any]]) -> tuple[int | None, list[Any]]:
        keys = list(chain.from_iterable(values))
        first = list(values[0])
        if len(values) > 1 and first and set(map(type, keys)) == {str} and keys == first * len(values):
            columns = [self._column(list(map(itemgetter(key), values))) for key in first]
            return None, [self._column(first), *columns]
        members = list(chain.from_iterable(map(dict.values, values)))
        return self._lengths(values), [self._column(keys), self._column(members)]

    def _states(self, tag: str, values: list[Any]) -> list[Any]:
        codec = registry.by_tag(tag)
        states = []
        for value in values:
            state = codec.take(value, self.memory)
            if state is None:
                raise NotPlain(type(value))
            states.append(self.memory.keep(state))
        return states


def _code(kind: type) -> str:
    if kind in _SCALARS:
        return kind.__name__
    code = CONTAINERS.get(kind)
    if code is not None:
        return code
    codec = registry.find(kind)
    if codec is None or not codec.plain:
        raise NotPlain(kind)
    return codec.tag


def _ints(encoder: Encoder, values: list[int]) -> list[Any]:
    try:
        return ["int", encoder._numbers(array("q", values), "i8")]
    except OverflowError:
        packed = [v.to_bytes(v.bit_length() // 8 + 1, "little", signed=True) for v in values]
        return ["bigint", encoder._lengths(packed), encoder._payload(b"".join(packed), "")]


def _texts(encoder: Encoder, values: list[str]) -> list[Any]:
    text = "".join(values).encode("utf-8", "surrogatepass")
    return ["str", encoder._lengths(values), encoder._payload(text, "text")]


def _complexes(encoder: Encoder, values: list[complex]) -> list[Any]:
    return ["complex", encoder._numbers(array("d", chain.from_iterable((v.real, v.imag) for v in values)), "f8")]


def _array_refs(encoder: Encoder, values: list[ArrayRef]) -> list[Any]:
    return ["array", [[v.number, int(v.held)] for v in values]]


_SCALARS: dict[type, Callable[[Encoder, list[Any]], list[Any]]] = {
    type(None): lambda _e, _v: ["NoneType"],
    type(Ellipsis): lambda _e, _v: ["ellipsis"],
    type(NotImplemented): lambda _e, _v: ["NotImplementedType"],
    bool: lambda e, v: ["bool", e._payload(bytes(v), "b")],
    int: _ints,
    float: lambda e, v: ["float", e._numbers(array("d", v), "f8")],
    complex: _complexes,
    str: _texts,
    bytes: lambda e, v: ["bytes", e._lengths(v), e._payload(b"".join(v), "")],
    ArrayRef: _array_refs,
}


def sort_key(value: Any) -> tuple[str, Any]:
    """A total order over hashable plain values, equal in all processes, which calls no user method."""
    kind = type(value)
    if kind is float:
        return "float", struct.pack(">d", value)
    if kind is complex:
        return "complex", struct.pack(">dd", value.real, value.imag)
    if kind in (bool, int, str, bytes):
        return kind.__name__, value
    if kind is tuple:
        return "tuple", [sort_key(v) for v in value]
    if kind is frozenset:
        return "frozenset", sorted(sort_key(v) for v in value)
    if value is None or value is Ellipsis or value is NotImplemented:
        return kind.__name__, 0
    codec = registry.find(kind)
    if codec is None or not codec.plain:
        raise NotPlain(kind)
    state = codec.take(value, Memory())
    if state is None:
        raise NotPlain(kind)
    return codec.tag, [sort_key(v) for v in state]
