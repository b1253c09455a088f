"""Lists what a pickle would import, from its opcodes. Nothing is run."""

from __future__ import annotations

import pickletools
from typing import Any

UNKNOWN = "?:?"
"""Stands for a name that the pickle computes while it runs. No regular writer does that."""

_STRINGS = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"}
_PUTS = {"PUT", "BINPUT", "LONG_BINPUT"}
_GETS = {"GET", "BINGET", "LONG_BINGET"}
_TRANSPARENT = {"MEMOIZE", "FRAME", "PROTO", *_PUTS}


def names_in(data: bytes) -> frozenset[str]:
    """Every "module:name" that a pickle resolves; "module:" for a module. Raises ValueError for invalid data.

    The imports of our own `rebuild.public` and `rebuild.module` are found in their arguments.
    """
    found: set[str] = set()
    memo: dict[int, str | None] = {}
    stack: list[str | None] = [None, None, None]
    for opcode, argument, _position in pickletools.genops(data):
        name = opcode.name
        if name in ("GLOBAL", "INST"):
            found.add(str(argument).replace(" ", ":", 1))
            stack.append(None)
        elif name == "STACK_GLOBAL":
            module, attribute = stack[-2:]
            known = f"{module}:{attribute}" if module is not None and attribute is not None else UNKNOWN
            found.add(known)
            stack.append(known if known in _IMPORTERS else None)
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in _PUTS:
            memo[int(argument or 0)] = stack[-1]
        elif name not in _TRANSPARENT:
            found.update(_imported(name, stack))
            stack.append(_pushed(name, argument, memo))
        del stack[:-3]
    return frozenset(found)


_IMPORTERS = ("nbmodelver.codecs.rebuild:public", "nbmodelver.codecs.rebuild:module")


def _imported(opcode: str, stack: list[str | None]) -> list[str]:
    """The imports of a call of `rebuild.public` or `rebuild.module`, if the opcode builds its argument tuple."""
    first, second, third = stack
    if opcode == "TUPLE2" and first == _IMPORTERS[0]:
        return [f"{second}:{third}"]
    if opcode == "TUPLE1" and second == _IMPORTERS[1]:
        return [f"{third}:"]
    return []


def _pushed(name: str, argument: Any, memo: dict[int, str | None]) -> str | None:
    """The string that an opcode pushes; None for other values."""
    if name in _STRINGS:
        return str(argument)
    return memo.get(int(argument)) if name in _GETS else None
