"""What a key may look like, the same for every backend."""

from __future__ import annotations

import re

from nbmodelver.errors import StoreError

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}(?:/[a-z0-9][a-z0-9._-]{0,127}){0,3}")
_OWN = ("tmp", "locks", "catalogue")
"""Folders that a backend keeps for itself; no key lies in them."""


def check(key: str) -> str:
    """`key` itself. Raises StoreError for one that could leave the store or means something else elsewhere."""
    if not _KEY.fullmatch(key) or key.split("/", maxsplit=1)[0] in _OWN or key.endswith("."):
        raise StoreError(f"{key!r} is no key of a store", "this is a bug in nbmodelver, or the store was tampered with")
    return key
