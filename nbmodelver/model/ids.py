"""Ids of parts and versions."""

from __future__ import annotations

import re
from typing import NewType

ObjectId = NewType("ObjectId", str)
"""The id of a part: the first 20 bytes of the blake3 of its raw bytes, as 40 lower-case hex digits."""

VersionId = NewType("VersionId", str)
"""The id of a version: the same hash of its canonical JSON without the id (P7, see SECURITY.md)."""

_ID = re.compile(r"[0-9a-f]{40}")


def is_id(value: object) -> bool:
    """Return True for a str of 40 lower-case hex digits, the form of every id."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None
