"""The format file: what says that a folder is a store, and which nbmodelver can read and write it.

format: the number that a writer needs. readable_by: the number that a reader needs; a later format may say that
older ones can still read it.

1: each record a file. 2: records may lie in journals, and versions may be forgotten; who knows only 1 would take
versions for missing, and remove what they need.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, NoStore, StoreError, StoreLocked, StoreTooNew

if TYPE_CHECKING:
    from nbmodelver.model import Backend

FORMAT = 2
KEY = "format"
_MAX_BYTES = 4096
_MAKE_ONE = "make one: %mv_init, or nbmodelver.open(PATH, create=True)"
_NOW = {"format": FORMAT, "readable_by": FORMAT}


def create(backend: Backend) -> bool:
    """Make `backend` a store of the present format; False when it already is one (of any format)."""
    made = backend.create(KEY, [json.dumps({**_NOW, "by": "nbmodelver 0.1"}).encode()])
    root = getattr(backend, "root", None)
    if made and isinstance(root, Path):
        with suppress(OSError):  # A courtesy to Git, nothing that the store needs.
            (root / ".gitignore").write_bytes(b"*\n")
    return made


def number(backend: Backend) -> int:
    """The format's number. Raises NoStore, Damaged."""
    return _numbers(_read(backend), backend.where)[0]


def upgrade(backend: Backend) -> bool:
    """Raise the store to the present format; False when it has it. To be done only when the user asks for it.

    Nothing else changes: what is there is read as before, and older nbmodelver refuse the store from now on.
    """
    before = _read(backend)
    check(backend, for_writing=True)
    if _numbers(before, backend.where)[0] == FORMAT:
        return False
    if not backend.swap(KEY, before, json.dumps({**json.loads(before), **_NOW}).encode()):
        raise StoreLocked("another process changes the format of this store", "run the same command again")
    return True


def check(backend: Backend, for_writing: bool) -> None:
    """Nothing, when the store can be read (and written, if asked for) by this nbmodelver.

    Raises NoStore, Damaged, StoreTooNew. Older formats are read for ever and never converted silently.
    """
    form, readable_by = _numbers(_read(backend), backend.where)
    need = form if for_writing else readable_by
    if need > FORMAT:
        verb = "write" if for_writing else "read"
        raise StoreTooNew(
            f"the store at {backend.where} has format {form}; this nbmodelver can {verb} up to format {FORMAT}",
            f"upgrade nbmodelver to a version that knows format {need}"
            + (" (reading works as it is)" if for_writing and readable_by <= FORMAT else ""),
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
        f'if the store was made by this version, replace it by {{"format": {FORMAT}, "readable_by": {FORMAT}}}',
    )
