"""The syntax of keys, the same for every backend."""

from __future__ import annotations

import re

from nbmodelver.errors import StoreError

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}(?:/[a-z0-9][a-z0-9._-]{0,127}){0,3}")
_PREFIX = re.compile(r"(?:[a-z0-9][a-z0-9._-]*/)*(?:[a-z0-9][a-z0-9._-]*)?")
_OWN = ("tmp", "locks", "catalogue")
"""Folders reserved for the backend; no key lies in them."""


def check(key: str) -> str:
    """Return `key`. Raises StoreError for an invalid one, for example a key that could lead out of the store."""
    if not is_key(key):
        raise StoreError(f"{key!r} is not a valid key", "this is a bug in nbmodelver, or the store was tampered with")
    return key


def is_key(text: str) -> bool:
    """Return True for a valid key."""
    return bool(_KEY.fullmatch(text)) and text.split("/", maxsplit=1)[0] not in _OWN and not text.endswith(".")


def check_prefix(prefix: str) -> str:
    """Return the beginning of keys, "" for all. Raises StoreError for one with which no key can begin."""
    if not _PREFIX.fullmatch(prefix):
        raise StoreError(f"no key begins with {prefix!r}", "this is a bug in nbmodelver")
    return prefix
