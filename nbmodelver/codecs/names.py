"""What a pickle would import, read from its opcodes without running it."""

from __future__ import annotations

import pickletools
from typing import Any

UNKNOWN = "?:?"
"""Stands for a name that the pickle puts together while it runs; no honest writer does that."""

_STRINGS = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"}
_PUTS = {"PUT", "BINPUT", "LONG_BINPUT"}
_GETS = {"GET", "BINGET", "LONG_BINGET"}
_TRANSPARENT = {"MEMOIZE", "FRAME", "PROTO", *_PUTS}


def names_in(data: bytes) -> frozenset[str]:
    """Every "module:name" that a pickle resolves. Raises ValueError for what is no pickle."""
    found: set[str] = set()
    memo: dict[int, str | None] = {}
    stack: list[str | None] = [None, None]
    for opcode, argument, _position in pickletools.genops(data):
        name = opcode.name
        if name in ("GLOBAL", "INST"):
            found.add(str(argument).replace(" ", ":", 1))
            stack.append(None)
        elif name == "STACK_GLOBAL":
            module, attribute = stack[-2:]
            found.add(f"{module}:{attribute}" if module is not None and attribute is not None else UNKNOWN)
            stack.append(None)
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in _PUTS:
            memo[int(argument or 0)] = stack[-1]
        elif name not in _TRANSPARENT:
            stack.append(_pushed(name, argument, memo))
        del stack[:-2]
    return frozenset(found)


def _pushed(name: str, argument: Any, memo: dict[int, str | None]) -> str | None:
    """The text that an opcode leaves on the stack, if it is one."""
    if name in _STRINGS:
        return str(argument)
    return memo.get(int(argument)) if name in _GETS else None
