"""The format file. It marks a folder as a store and says which versions of nbmodelver can read and write it.

`format` is the number that a writer must support. `readable_by` is the number that a reader must support; a later
format can declare that older versions may still read it.

Format 1: each record is a file. Format 2: records may lie in journals, and versions may be forgotten. A program that
knows only format 1 would miss these versions and remove their parts. Format 3: refs move together with events. A
program that knows only format 2 can read such a store, but must not write it: it would move tags without an event, and
forget versions that a stage needs.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, NoStore, StoreError, StoreLocked, StoreTooNew

if TYPE_CHECKING:
    from nbmodelver.model import Backend

FORMAT = 3
READABLE_BY = 2
KEY = "format"
_MAX_BYTES = 4096
_MAKE_ONE = "create one: %mv_init, or nbmodelver.open(PATH, create=True)"
_NOW = {"format": FORMAT, "readable_by": READABLE_BY}


def create(backend: Backend) -> bool:
    """Create the format file for the current format. Return False if the backend already is a store of any format."""
    made = backend.create(KEY, [json.dumps({**_NOW, "by": "nbmodelver 0.1"}).encode()])
    root = backend.local_path()
    if made and root is not None:
        with suppress(OSError):  # For Git only; the store does not need it.
            (root / ".gitignore").write_bytes(b"*\n")
    return made


def number(backend: Backend) -> int:
    """Return the number of the store's format. Raises NoStore, Damaged."""
    return _numbers(_read(backend), backend.where)[0]


def upgrade(backend: Backend) -> bool:
    """Raise the store to the current format; return False if it already has it. Only on request of the user.

    Existing files do not change. Older versions of nbmodelver refuse the store from then on.
    Raises StoreLocked, StoreTooNew, NoStore, Damaged.
    """
    before = _read(backend)
    check(backend, for_writing=True)
    if _numbers(before, backend.where)[0] == FORMAT:
        return False
    if not backend.swap(KEY, before, json.dumps({**json.loads(before), **_NOW}).encode()):
        raise StoreLocked("another process is changing the format of this store", "run the same command again")
    return True


def check(backend: Backend, for_writing: bool) -> None:
    """Raise an error if this version of nbmodelver cannot read (or write) the store.

    Raises NoStore, Damaged, StoreTooNew. Older formats stay readable and are never converted silently.
    """
    form, readable_by = _numbers(_read(backend), backend.where)
    need = form if for_writing else readable_by
    if need > FORMAT:
        verb = "write" if for_writing else "read"
        raise StoreTooNew(
            f"the store at {backend.where} has format {form}; this nbmodelver can {verb} up to format {FORMAT}",
            f"upgrade nbmodelver to a version that supports format {need}"
            + (" (reading works without)" if for_writing and readable_by <= FORMAT else ""),
        )


def _read(backend: Backend) -> bytes:
    try:
        return bytes(backend.read(KEY, 0, _MAX_BYTES))
    except KeyError:
        raise NoStore(f"no store at {backend.where}", _MAKE_ONE) from None


def _numbers(raw: bytes, where: str) -> tuple[int, int]:
    try:
        data = json.loads(raw)
        form, readable_by = data["format"], data.get("readable_by", data["format"])
        if not (type(form) is type(readable_by) is int and 1 <= readable_by <= form):
            raise ValueError(raw)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _garbage(where) from None
    return form, readable_by


def _garbage(where: str) -> StoreError:
    return Damaged(
        f"the format file of the store at {where} is damaged",
        f'if the store was made by this version, replace it by {{"format": {FORMAT}, "readable_by": {READABLE_BY}}}',
    )
