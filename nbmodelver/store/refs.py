"""Refs: movable names with a small value (branches, tags, HEAD, counters). They change by compare-and-swap only.

A ref is a file whose name is the hash of the ref's name. It holds name, value and a checksum as JSON, so no name chosen
by a user becomes a path, and every changed byte is detected.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from blake3 import blake3

from nbmodelver.errors import Damaged, LimitExceeded, RefMoved, StoreError

if TYPE_CHECKING:
    from nbmodelver.model import Backend

PREFIX = "refs/"
MAX_VALUE_BYTES = 64 << 10
_MAX_FILE_BYTES = 8 * MAX_VALUE_BYTES
_KEY_BYTES = 20


class Refs:
    """The refs of a store. Any thread and process may move them; the second of two concurrent moves raises RefMoved."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def get(self, name: str) -> str | None:
        """Return the value, None for a ref that does not exist. Raises Damaged."""
        try:
            raw = bytes(self._backend.read(_key(name), 0, _MAX_FILE_BYTES + 1))
        except KeyError:
            return None
        found, value = _parse(raw, _key(name))
        if found != name:
            raise _damaged(_key(name))
        return value

    def move(self, name: str, expected: str | None, new: str) -> None:
        """Set the ref durably if its value is `expected` (None: it does not exist).

        Raises RefMoved, whose message names the current value; Damaged; LimitExceeded above MAX_VALUE_BYTES.
        """
        if len(new.encode("utf-8", "surrogatepass")) > MAX_VALUE_BYTES:
            raise LimitExceeded(f"the value of ref {name!r} is longer than {MAX_VALUE_BYTES} bytes")
        if not self._backend.swap(_key(name), _maybe(name, expected), _form(name, new)):
            raise self._moved(name, expected)

    def delete(self, name: str, expected: str | None = None) -> None:
        """Delete the ref durably; a missing one is not an error. expected: delete only this value, else RefMoved."""
        current = self.get(name) if expected is None else expected
        if current is not None and not self._backend.swap(_key(name), _form(name, current), None):
            raise self._moved(name, current)

    def all(self, prefix: str = "") -> dict[str, str]:
        """Return name -> value of every ref whose name starts with `prefix`, sorted by name. Raises Damaged."""
        found, problems = self.readable(prefix)
        for problem in problems:
            raise problem
        return found

    def readable(self, prefix: str = "") -> tuple[dict[str, str], list[Damaged]]:
        """Return the same for readable refs, and the errors of all damaged ref files, whose names are unknown."""
        found: dict[str, str] = {}
        problems: list[Damaged] = []
        for key in self._backend.list(PREFIX):
            try:
                name, value = _parse(bytes(self._backend.read(key, 0, _MAX_FILE_BYTES + 1)), key)
                if _key(name) != key:
                    raise _damaged(key)
            except KeyError:  # Deleted since the listing.
                continue
            except Damaged as error:
                problems.append(error)
                continue
            if name.startswith(prefix):
                found[name] = value
        return dict(sorted(found.items())), problems

    def damaged_keys(self) -> list[str]:
        """Return the backend keys of damaged ref files."""
        found = []
        for key in self._backend.list(PREFIX):
            try:
                name, _ = _parse(bytes(self._backend.read(key, 0, _MAX_FILE_BYTES + 1)), key)
            except KeyError:
                continue
            except StoreError:
                found.append(key)
                continue
            if _key(name) != key:
                found.append(key)
        return found

    def key_of(self, name: str) -> str:
        """Return the backend key of the ref with this name."""
        return _key(name)

    def _moved(self, name: str, expected: str | None) -> RefMoved:
        now = self.get(name)
        return RefMoved(
            f"another process moved {name} in the meantime (it is {_say(now)}, not {_say(expected)})",
            "run the same command again",
        )


def _key(name: str) -> str:
    return PREFIX + blake3(name.encode("utf-8", "surrogatepass")).hexdigest(_KEY_BYTES)


def _form(name: str, value: str) -> bytes:
    data = {"name": name, "value": value, "sum": _sum(name, value)}
    return json.dumps(data, separators=(",", ":")).encode("ascii")


def _maybe(name: str, value: str | None) -> bytes | None:
    return None if value is None else _form(name, value)


def _sum(name: str, value: str) -> str:
    return blake3(json.dumps([name, value], separators=(",", ":")).encode("ascii")).hexdigest(16)


def _parse(raw: bytes, key: str) -> tuple[str, str]:
    if len(raw) > _MAX_FILE_BYTES:
        raise _damaged(key)
    try:
        data = json.loads(raw)
        name, value = data["name"], data["value"]
        if (
            type(name) is not str
            or type(value) is not str
            or raw != _form(name, value)
            or data["sum"] != _sum(name, value)
        ):
            raise _damaged(key)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _damaged(key) from None
    return name, value


def _damaged(key: str) -> Damaged:
    return Damaged(f"ref file {key} is damaged", "move the file out of the store; versions do not depend on it")


def _say(value: str | None) -> str:
    if value is None:
        return "gone"
    return value if len(value) <= 48 else value[:45] + "..."
