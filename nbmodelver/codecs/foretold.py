"""Finds the notes that loading a recipe would produce, without loading it, from its descriptions of dtypes and zones.

Only descriptions are read; they are texts and numbers in the skeleton. No array is read and nothing is unpickled.
"""

from __future__ import annotations

import pickletools
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import notes, plain_reading, registry
from nbmodelver.errors import NbmodelverError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.codecs.codec import State

TAGS = ("pandas.string_dtype", "zones.named")
"""Codecs whose states consist of numbers and texts, and that may build a different value than the original."""

_STRINGS = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"}
_CONSTANTS = {"NEWTRUE": True, "NEWFALSE": False, "NONE": None}
_COUNTS = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


def foretold(skeleton: bytes | memoryview, buffers: Sequence[memoryview] = (), *, pickled: bool) -> list[str]:
    """Return the notes that a load of this skeleton would produce here (a missing dtype, a time zone), each once.

    buffers: the skeleton's own buffers that are available; dtypes described in other buffers are skipped.
    """
    with notes.collected() as heard:
        for tag in TAGS:
            found = _pickled(bytes(skeleton), tag) if pickled else plain_reading.states(skeleton, buffers, tag)
            for state in found:
                _build(tag, state)
    return heard


def _build(tag: str, state: State) -> None:
    try:
        registry.by_tag(tag).restore(state)
    except (NbmodelverError, ValueError, TypeError, KeyError):
        return  # The load reports the error.


def _pickled(data: bytes, tag: str) -> Iterator[State]:
    """Yield the states in the calls of this codec in a pickle, read from its opcodes: `build(tag, state)`."""
    if tag.encode() not in data:
        return
    memo: dict[int, Any] = {}
    stack: list[Any] = []
    for opcode, argument, _position in pickletools.genops(data):
        name = opcode.name
        if name == "MEMOIZE":
            memo[len(memo)] = stack[-1] if stack else _UNKNOWN
        elif name in _COUNTS:
            members = tuple(stack[-_COUNTS[name] :])
            del stack[-_COUNTS[name] :]
            stack.append(_UNKNOWN if _UNKNOWN in members else members)
        elif name == "REDUCE":
            called = stack[-1] if stack else _UNKNOWN
            if isinstance(called, tuple) and len(called) == 2 and called[0] == tag and isinstance(called[1], tuple):
                yield called[1]
            stack.append(_UNKNOWN)
        elif name not in ("FRAME", "PROTO"):
            stack.append(_pushed(name, argument, memo))
        del stack[:-8]


def _pushed(name: str, argument: Any, memo: dict[int, Any]) -> Any:
    """The constant that an opcode pushes, or `_UNKNOWN`."""
    if name in _STRINGS or name.startswith(("BININT", "LONG1", "LONG4")):
        return argument
    if name in ("BINGET", "LONG_BINGET"):
        return memo.get(int(argument or 0), _UNKNOWN)
    return _CONSTANTS.get(name, _UNKNOWN)


_UNKNOWN = object()
