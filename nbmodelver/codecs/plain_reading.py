"""Reads data that plain.py wrote."""

from __future__ import annotations

import json
import struct
import sys
from array import array
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import registry
from nbmodelver.codecs.arrays import Arrays
from nbmodelver.codecs.codec import UNREAD
from nbmodelver.errors import Damaged, LimitExceeded, NbmodelverError, NotLoadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class _NotReady:
    """Placeholder for a node whose members are not built yet."""


_NOT_READY = _NotReady()
MUTABLE: dict[str, Callable[[], Any]] = {"list": list, "dict": dict, "set": set}


def decode(
    skeleton: bytes | memoryview,
    buffers: Sequence[memoryview],
    arrays: Arrays,
    columns: frozenset[str] | None = None,
) -> list[Any]:
    """The values that were passed to `encode`.

    buffers: the raw bytes of `Encoder.buffers`, in order. arrays: the arrays that the encoder's memory collected.
    columns: build tables of these columns only, as far as they were read; None for everything.
    Runs only the builders of codecs. Raises Damaged for bytes that `encode` cannot have written, and LimitExceeded,
    NotLoadable.
    """
    try:
        return _Decoder(memoryview(skeleton), buffers, arrays, columns).run()
    except NbmodelverError:
        raise
    except RecursionError as error:
        raise LimitExceeded(
            "this value is nested too deeply to be read", "raise the recursion limit: sys.setrecursionlimit"
        ) from error
    except (ValueError, TypeError, KeyError, IndexError, struct.error, OverflowError, AttributeError) as error:
        raise Damaged(f"the plain data of this value is not well formed ({error})", "try: %mv_verify --full") from error


def codes(skeleton: bytes | memoryview) -> frozenset[str]:
    """The codes of the containers and codecs in a skeleton. Nothing is built. Raises ValueError."""
    try:
        (size,) = struct.unpack_from("<I", skeleton)
        return frozenset(str(batch[0]) for batch in json.loads(bytes(skeleton[4 : 4 + size]))["batches"])
    except (struct.error, TypeError, KeyError, IndexError, RecursionError) as error:
        raise ValueError("no plain data") from error


def can_be_built(skeleton: bytes, buffers: Sequence[memoryview]) -> bool:
    """False if a value would have to be built before itself: a cycle through an object without an empty form."""
    try:
        _Rehearsal(memoryview(skeleton), buffers, Arrays([[], [], []], [])).run()
    except ValueError:
        return False
    return True


def states(skeleton: bytes | memoryview, buffers: Sequence[memoryview], tag: str) -> Iterator[tuple[Any, ...]]:
    """Yield the states of this codec that consist of scalars. Nothing is built.

    buffers: those that are available; states in other buffers are skipped.
    """
    try:
        decoder = _Decoder(memoryview(skeleton), buffers, Arrays([[], [], []], []))
        yield from decoder.scalar_states(tag)
    except (ValueError, TypeError, KeyError, IndexError, struct.error, AttributeError, NbmodelverError):
        return  # `decode` will report the error.


class _Decoder:
    def __init__(
        self,
        skeleton: memoryview,
        buffers: Sequence[memoryview],
        arrays: Arrays,
        columns: frozenset[str] | None = None,
    ) -> None:
        self.arrays = arrays
        self.columns = columns
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
        """Yield the states of one codec that consist of scalars."""
        for code, _first, _count, lengths, columns in self._batches:
            if code == tag and all(part[0] in _READERS for column in columns for part in column[2]):
                (members,) = [self._column(column) for column in columns]
                yield from map(tuple, _split(members, self._ints(lengths)))

    def _make_shells(self, batch: list[Any]) -> None:
        code, first, count = batch[:3]
        make = MUTABLE.get(code)
        if make is None and code not in ("tuple", "frozenset"):
            make = registry.by_tag(code).shell
        if make is not None:
            self._nodes[first : first + count] = [make() for _ in range(count)]

    def _build(self, batch: list[Any], todo: Sequence[int]) -> list[int]:
        """Build these nodes of a batch; returns those that wait for other nodes."""
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
        """Build dicts with equal keys: one column per key."""
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
        codec = registry.by_tag(tag)
        try:
            if self.columns is not None and codec.select is not None:
                self._nodes[number] = codec.select(state, self.columns)
            elif self.columns is not None and any(member is UNREAD for member in state):
                self._nodes[number] = UNREAD
            elif codec.fill is not None:
                codec.fill(self._nodes[number], state)
            else:
                self._nodes[number] = codec.restore(state)
        except (MemoryError, NbmodelverError):
            raise
        except Exception as error:
            what = f"a value of kind '{tag}' cannot be rebuilt here: {type(error).__name__}: {error}"
            raise NotLoadable(
                what, "compare library versions with %mv_show VERSION, or check the store with %mv_verify --full"
            ) from error

    def referred(self, number: int, held: int) -> Any:
        """The array, or the held object, that an `ArrayRef` stands for."""
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
    """Follows the order of building with placeholders for arrays and for values of codecs."""

    def _restore(self, tag: str, number: int, state: tuple[Any, ...]) -> None:
        del state
        if registry.by_tag(tag).fill is None:
            self._nodes[number] = object()

    def referred(self, number: int, held: int) -> Any:
        """A placeholder."""
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
