"""Data written and read without pickle: columns of values, level by level.

Values are encoded breadth first. All values of one level stand in a *column*, split by exact type: numbers become one
array, strings one text and their lengths, and containers *nodes*, whose members make the columns of the next level.
So the work is done in a few C calls per level instead of one Python call per object, and the bytes are
columns that compress well. Nodes are numbered when first met; a node met again is its number, so sharing and
cycles survive. Types that are neither built in nor known to a codec raise `NotPlain`; then pickle takes over.

Layout of the skeleton: "<I" length of the header, header (JSON), then the inline payloads one after another.
Header: {"sizes": bytes of each inline payload, "nodes": count, "root": column, "batches": [batch ...]}.
Column: [count, payload of type indices or None, [[type, description] ...]]. Payloads: n >= 0 is inline payload n,
n < 0 is buffer -n - 1 of the recipe. Batch: [type, first node, count, payload of member counts or None, columns].
"""

from __future__ import annotations

import json
import struct
import sys
from array import array
from itertools import accumulate, chain, compress, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import protocol
from nbmodelver.codecs.memory import ArrayRef, Arrays, Buffer, Memory
from nbmodelver.errors import Damaged, LimitExceeded, NbmodelverError, NotLoadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

INLINE_BYTES = 4096
"""Payloads below this stay in the skeleton; larger ones are buffers, compared and stored by themselves."""

MAX_BATCHES = 20_000
"""More nested levels than this are left to pickle, which names the value when they are too many for it as well."""

CONTAINERS: dict[type, str] = {list: "list", tuple: "tuple", dict: "dict", set: "set", frozenset: "frozenset"}


_JSON = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


class NotPlain(Exception):  # a signal between two encoders, never shown
    """A value that cannot be written without pickle; `kind` is the type that stopped it."""

    def __init__(self, kind: type) -> None:
        super().__init__(kind)
        self.kind = kind


def encode(roots: Sequence[Any], memory: Memory) -> Encoder:
    """Encode several values at once, so that what they share is shared when they come back.

    Raises NotPlain at the first type that has no plain form. Calls nothing that the user wrote.
    """
    encoder = Encoder(memory)
    encoder.run(list(roots))
    return encoder


class Encoder:
    """One run over some values; afterwards `skeleton()`, `buffers` and `linking` hold the result."""

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
        """Ids of the mutable objects met; a name that holds one of them too has to be restored together."""
        return set(chain.from_iterable(self._linking))

    def skeleton(self) -> bytes:
        """The bytes to store beside the buffers."""
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
            return [code, self._nodes(code, values, identity=True, links=code in _MUTABLE)]
        codec = protocol.find(kind)
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
        """Numbers of nodes of which some were met before, which makes the numbers of all of them worth knowing."""
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
            values = [sorted(v, key=_sort_key) for v in values]
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
        codec = protocol.by_tag(tag)
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
    codec = protocol.find(kind)
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


def _sort_key(value: Any) -> tuple[str, Any]:
    """A total order over hashable plain values that never calls a user's method, equal across processes."""
    kind = type(value)
    if kind is float:
        return "float", struct.pack(">d", value)
    if kind is complex:
        return "complex", struct.pack(">dd", value.real, value.imag)
    if kind in (bool, int, str, bytes):
        return kind.__name__, value
    if kind is tuple:
        return "tuple", [_sort_key(v) for v in value]
    if kind is frozenset:
        return "frozenset", sorted(_sort_key(v) for v in value)
    if value is None or value is Ellipsis or value is NotImplemented:
        return kind.__name__, 0
    codec = protocol.find(kind)
    if codec is None or not codec.plain:
        raise NotPlain(kind)
    state = codec.take(value, Memory())
    if state is None:
        raise NotPlain(kind)
    return codec.tag, [_sort_key(v) for v in state]


class _NotReady:
    """Stands for a node whose members are not built yet."""


_NOT_READY = _NotReady()
_MUTABLE: dict[str, Callable[[], Any]] = {"list": list, "dict": dict, "set": set}


def decode(skeleton: bytes | memoryview, buffers: Sequence[memoryview], arrays: Arrays) -> list[Any]:
    """The values that `encode` was given.

    buffers: the raw bytes of `Encoder.buffers`, in order. arrays: the arrays that the encoder's memory collected.

    Runs nothing but the codecs' own builders. Raises Damaged for bytes that `encode` cannot have written.
    """
    try:
        return _Decoder(memoryview(skeleton), buffers, arrays).run()
    except NbmodelverError:
        raise
    except RecursionError as error:
        raise LimitExceeded(
            "this value is nested too deep to be read", "limit: the interpreter's recursion limit"
        ) from error
    except (ValueError, TypeError, KeyError, IndexError, struct.error, OverflowError, AttributeError) as error:
        raise Damaged(f"the plain data of this value is not well formed ({error})", "try: %mv_verify --full") from error


def codes(skeleton: bytes | memoryview) -> frozenset[str]:
    """The codes of the containers and codecs in a skeleton; nothing is built. Raises ValueError."""
    try:
        (size,) = struct.unpack_from("<I", skeleton)
        return frozenset(str(batch[0]) for batch in json.loads(bytes(skeleton[4 : 4 + size]))["batches"])
    except (struct.error, TypeError, KeyError, IndexError, RecursionError) as error:
        raise ValueError("no plain data") from error


def can_be_built(skeleton: bytes, buffers: Sequence[memoryview]) -> bool:
    """True when no value has to be built before itself: a cycle through something that cannot be made empty first."""
    try:
        _Rehearsal(memoryview(skeleton), buffers, Arrays([[], [], []], [])).run()
    except ValueError:
        return False
    return True


def states(skeleton: bytes | memoryview, buffers: Sequence[memoryview], tag: str) -> Iterator[tuple[Any, ...]]:
    """The states that this codec gave, as far as they hold nothing but scalars; nothing is built.

    buffers: those that are at hand; states in others are passed over.
    """
    try:
        decoder = _Decoder(memoryview(skeleton), buffers, Arrays([[], [], []], []))
        yield from decoder.scalar_states(tag)
    except (ValueError, TypeError, KeyError, IndexError, struct.error, AttributeError, NbmodelverError):
        return  # Whatever is wrong with it, `decode` will say.


class _Decoder:
    def __init__(self, skeleton: memoryview, buffers: Sequence[memoryview], arrays: Arrays) -> None:
        self.arrays = arrays
        (size,) = struct.unpack_from("<I", skeleton)
        header = json.loads(bytes(skeleton[4 : 4 + size]))
        ends = list(accumulate(header["sizes"], initial=4 + size))
        if ends[-1] != len(skeleton) or min(header["sizes"], default=0) < 0:
            raise ValueError("wrong length")
        self._inline = [skeleton[a:b] for a, b in pairwise(ends)]
        self._buffers = buffers
        self._batches = header["batches"]
        self._root = header["root"]
        if sum(batch[2] for batch in self._batches) != header["nodes"]:
            raise ValueError("wrong number of nodes")
        self._nodes: list[Any] = [_NOT_READY] * header["nodes"]

    def run(self) -> list[Any]:
        waiting = []
        for batch in self._batches:
            self._make_shells(batch)
        for batch in reversed(self._batches):
            left = self._build(batch, range(batch[2]))
            if left:
                waiting.append((batch, left))
        while waiting:
            again = [(batch, left) for batch, todo in waiting if (left := self._build(batch, todo))]
            if [len(left) for _, left in again] == [len(todo) for _, todo in waiting]:
                raise ValueError("members that wait for each other")
            waiting = again
        return self._column(self._root)

    def scalar_states(self, tag: str) -> Iterator[tuple[Any, ...]]:
        """The states of one codec that are made of scalars."""
        for code, _first, _count, lengths, columns in self._batches:
            if code == tag and all(part[0] in _READERS for column in columns for part in column[2]):
                (members,) = [self._column(column) for column in columns]
                yield from map(tuple, _split(members, self._ints(lengths)))

    def _make_shells(self, batch: list[Any]) -> None:
        code, first, count = batch[:3]
        make = _MUTABLE.get(code)
        if make is None and code not in ("tuple", "frozenset"):
            make = protocol.by_tag(code).shell
        if make is not None:
            self._nodes[first : first + count] = [make() for _ in range(count)]

    def _build(self, batch: list[Any], todo: Sequence[int]) -> list[int]:
        """Build these nodes of a batch; gives those that still wait for others."""
        code, first, count, lengths, columns = batch
        if lengths is None:
            return self._build_alike(batch, todo)
        values = [self._column(column) for column in columns]
        sizes = self._ints(lengths)
        ends = list(accumulate(sizes, initial=0))
        if len(sizes) != count or min(sizes, default=0) < 0 or any(len(v) != ends[-1] for v in values):
            raise ValueError("member counts do not add up")
        unready = any(any(v is _NOT_READY for v in column) for column in values)
        left = []
        for at in todo:
            members = [column[ends[at] : ends[at + 1]] for column in values]
            if unready and any(m is _NOT_READY for column in members for m in column):
                left.append(at)
            else:
                self._finish(code, first + at, members)
        return left

    def _build_alike(self, batch: list[Any], todo: Sequence[int]) -> list[int]:
        """Dicts that all have the same keys: one column per key."""
        _code, first, count, _lengths, columns = batch
        keys, *values = [self._column(column) for column in columns]
        if any(len(v) != count for v in values) or len(keys) != len(values):
            raise ValueError("member counts do not add up")
        left = []
        for at, row in enumerate(zip(*values, strict=True)):
            if at in todo:
                if any(v is _NOT_READY for v in row):
                    left.append(at)
                else:
                    self._nodes[first + at].update(zip(keys, row, strict=True))
        return left

    def _finish(self, code: str, number: int, members: list[list[Any]]) -> None:
        nodes = self._nodes
        if code == "list":
            nodes[number].extend(members[0])
        elif code == "tuple":
            nodes[number] = tuple(members[0])
        elif code == "dict":
            nodes[number].update(zip(*members, strict=True))
        elif code == "set":
            nodes[number].update(members[0])
        elif code == "frozenset":
            nodes[number] = frozenset(members[0])
        else:
            self._restore(code, number, tuple(members[0]))

    def _restore(self, tag: str, number: int, state: tuple[Any, ...]) -> None:
        codec = protocol.by_tag(tag)
        try:
            if codec.fill is not None:
                codec.fill(self._nodes[number], state)
            else:
                self._nodes[number] = codec.restore(state)
        except (MemoryError, NbmodelverError):
            raise
        except Exception as error:
            what = f"a value of kind '{tag}' cannot be rebuilt here: {type(error).__name__}: {error}"
            raise NotLoadable(
                what, "compare library versions: %mv_show VERSION; or check the store: %mv_verify --full"
            ) from error

    def referred(self, number: int, held: int) -> Any:
        """What an `ArrayRef` stands for."""
        return self.arrays.resolve(number, held=bool(held))

    def _payload(self, number: int) -> memoryview:
        return self._inline[number] if number >= 0 else self._buffers[-number - 1]

    def _ints(self, number: int) -> list[int]:
        return self._array("q", number).tolist()

    def _array(self, code: str, number: int) -> array[Any]:
        values = array(code)
        values.frombytes(self._payload(number))
        if sys.byteorder == "big":
            values.byteswap()
        return values

    def _column(self, column: list[Any]) -> list[Any]:
        count, tags, parts = column
        if tags is None:
            values = self._typed(parts[0], count) if parts else []
            if len(values) != count:
                raise ValueError("wrong number of values")
            return values
        kinds = bytes(self._payload(tags))
        if len(kinds) != count:
            raise ValueError("wrong number of types")
        sources = [iter(self._typed(part, kinds.count(at))) for at, part in enumerate(parts)]
        return [next(sources[kind]) for kind in kinds]

    def _typed(self, part: list[Any], count: int) -> list[Any]:
        code, *rest = part
        if code in _READERS:
            return _READERS[code](self, count, *rest)
        (where,) = rest
        if isinstance(where, int):
            if not 0 <= where <= where + count <= len(self._nodes):
                raise ValueError("node out of range")
            return self._nodes[where : where + count]
        return list(map(self._nodes.__getitem__, map(_not_negative, self._ints(where[0]))))


class _Rehearsal(_Decoder):
    """Goes through the order of building with stand-ins for arrays and for what codecs would build."""

    def _restore(self, tag: str, number: int, state: tuple[Any, ...]) -> None:
        del state
        if protocol.by_tag(tag).fill is None:
            self._nodes[number] = object()

    def referred(self, number: int, held: int) -> Any:
        """A stand-in."""
        return number, held


def _not_negative(number: int) -> int:
    if number < 0:
        raise ValueError("negative node")
    return number


def _split(whole: Any, lengths: list[int]) -> list[Any]:
    ends = list(accumulate(lengths, initial=0))
    if ends[-1] != len(whole) or min(lengths, default=0) < 0:
        raise ValueError("lengths do not add up")
    return [whole[a:b] for a, b in pairwise(ends)]


def _read_texts(decoder: _Decoder, _count: int, lengths: int, text: int) -> list[Any]:
    return _split(str(decoder._payload(text), "utf-8", "surrogatepass"), decoder._ints(lengths))


def _read_bytes(decoder: _Decoder, _count: int, lengths: int, data: int) -> list[Any]:
    return _split(bytes(decoder._payload(data)), decoder._ints(lengths))


def _read_bigints(decoder: _Decoder, _count: int, lengths: int, data: int) -> list[Any]:
    return [int.from_bytes(b, "little", signed=True) for b in _read_bytes(decoder, _count, lengths, data)]


def _read_complexes(decoder: _Decoder, _count: int, data: int) -> list[Any]:
    flat = decoder._array("d", data).tolist()
    return [complex(a, b) for a, b in zip(flat[::2], flat[1::2], strict=True)]


_READERS: dict[str, Callable[..., list[Any]]] = {
    "NoneType": lambda _d, n: [None] * n,
    "ellipsis": lambda _d, n: [...] * n,
    "NotImplementedType": lambda _d, n: [NotImplemented] * n,
    "bool": lambda d, _n, data: list(map(bool, d._payload(data))),
    "int": lambda d, _n, data: d._ints(data),
    "bigint": _read_bigints,
    "float": lambda d, _n, data: d._array("d", data).tolist(),
    "complex": _read_complexes,
    "str": _read_texts,
    "bytes": _read_bytes,
    "array": lambda d, _n, refs: [d.referred(number, held) for number, held in refs],
}
