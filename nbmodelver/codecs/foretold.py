"""What a load of a recipe would note, found without loading it: from the descriptions of dtypes and zones in it.

Only descriptions are read, which stand in the skeleton as text and numbers; no array, and nothing is unpickled.
"""

from __future__ import annotations

import pickletools
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import notes, plain, protocol
from nbmodelver.errors import NbmodelverError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.codecs.protocol import State

TAGS = ("pandas.string_dtype", "zones.named")
"""Codecs whose states are numbers and texts alone, and that may build something else than there was."""

_STRINGS = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"}
_CONSTANTS = {"NEWTRUE": True, "NEWFALSE": False, "NONE": None}
_COUNTS = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


def foretold(skeleton: bytes | memoryview, buffers: Sequence[memoryview] = (), *, pickled: bool) -> list[str]:
    """The notes that building the descriptions in a skeleton gives here, each once.

    buffers: the skeleton's own, as far as they are at hand; what lies in others is passed over.
    """
    with notes.collected() as heard:
        for tag in TAGS:
            found = _pickled(bytes(skeleton), tag) if pickled else plain.states(skeleton, buffers, tag)
            for state in found:
                _build(tag, state)
    return heard


def _build(tag: str, state: State) -> None:
    try:
        protocol.by_tag(tag).restore(state)
    except (NbmodelverError, ValueError, TypeError, KeyError):
        return  # The load will say it.


def _pickled(data: bytes, tag: str) -> Iterator[State]:
    """The constant tuples that follow the tag in a pickle, read from its opcodes."""
    if tag.encode() not in data:
        return
    memo: dict[int, Any] = {}
    stack: list[Any] = []
    for opcode, argument, _position in pickletools.genops(data):
        name = opcode.name
        if name == "MEMOIZE":
            memo[len(memo)] = stack[-1] if stack else None
        elif name in _COUNTS:
            size = _COUNTS[name]
            state = tuple(stack[-size:])
            del stack[-size:]
            if stack and stack[-1] == tag and len(state) == size and _NOT_CONSTANT not in state:
                yield state
            stack.append(_NOT_CONSTANT)
        elif name in _STRINGS or name.startswith(("BININT", "LONG")):
            stack.append(argument)
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memo.get(int(argument or 0), _NOT_CONSTANT))
        elif name not in ("FRAME", "PROTO"):
            stack.append(_CONSTANTS.get(name, _NOT_CONSTANT))
        del stack[:-8]


_NOT_CONSTANT = object()
