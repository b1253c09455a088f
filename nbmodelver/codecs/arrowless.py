"""Reads the string arrays of pyarrow if pyarrow is not installed.

pandas can hold such strings as Python objects. No other type of pyarrow is supported. A codec that supports these
strings (that of pandas) has to consume them; otherwise the loader refuses the value.
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from nbmodelver.codecs import notes
from nbmodelver.codecs.codec import Codec, State
from nbmodelver.errors import NotLoadable


class Texts:
    """Placeholder for an array or chunked array of strings until a codec consumes it."""

    def __init__(self, items: list[str | None]) -> None:
        self._items = items
        notes.owe(self, _needed())

    def to_pylist(self) -> list[str | None]:
        """The strings, with None for missing ones; marks them as consumed."""
        notes.settle(self)
        return self._items


def _needed() -> NotLoadable:
    return NotLoadable("this value needs the package 'pyarrow'", "try: pip install pyarrow")


def _refuse(_state: State) -> NoReturn:
    raise _needed()


def _build_array(state: State) -> Texts:
    how, _type, *rest = state
    if how != "strings":
        raise _needed()
    length, valid, lengths, text = rest
    data = bytes(text)
    ends = [0, *np.cumsum(lengths).tolist()]
    if len(ends) != length + 1 or min(lengths, default=0) < 0 or ends[-1] != len(data):
        raise ValueError("lengths do not add up")
    there = np.ones(length, bool) if valid is None else np.unpackbits(valid, count=length, bitorder="little")
    try:
        items = [str(data[ends[at] : ends[at + 1]], "utf-8") if there[at] else None for at in range(length)]
    except UnicodeDecodeError as error:  # Binary data, which has the same layout.
        raise _needed() from error
    return Texts(items)


def _build_chunked(state: State) -> Texts:
    _type, *chunks = state
    return Texts([item for chunk in chunks for item in chunk.to_pylist()])


def _reader(tag: str, build: Any) -> Codec:
    return Codec(f"pyarrow.{tag}", lambda _value, _memory: None, build)


BY_TAG = {
    codec.tag: codec
    for codec in (
        _reader("array", _build_array),
        _reader("chunked", _build_chunked),
        *(_reader(tag, _refuse) for tag in ("table", "batch", "type", "schema", "field", "scalar")),
    )
}
