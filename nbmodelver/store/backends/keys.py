"""The syntax of keys, the same for every backend."""

from __future__ import annotations

import re

from nbmodelver.errors import StoreError

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}(?:/[a-z0-9][a-z0-9._-]{0,127}){0,3}")
_OWN = ("tmp", "locks", "catalogue")
"""Folders reserved for the backend; no key lies in them."""


def check(key: str) -> str:
    """Return `key`. Raises StoreError for an invalid one, for example a key that could lead out of the store."""
    if not _KEY.fullmatch(key) or key.split("/", maxsplit=1)[0] in _OWN or key.endswith("."):
        raise StoreError(f"{key!r} is not a valid key", "this is a bug in nbmodelver, or the store was tampered with")
    return key
