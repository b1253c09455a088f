"""Translation of OSError into StoreError and its subclasses, with the operation and the path in the message."""

from __future__ import annotations

import errno
import os

from nbmodelver.errors import InUse, StoreError, StoreFull, StoreReadOnly

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_LINK = {errno.ELOOP, errno.ENOTDIR}


class named:  # noqa: N801  # used as a function; a class because a small commit enters it a hundred times
    """A context manager that turns an OSError into a StoreError: "cannot <operation> <where>" (see translate)."""

    __slots__ = ("operation", "where")

    def __init__(self, operation: str, where: str) -> None:
        self.operation = operation
        self.where = where

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise translate(error, self.operation, self.where) from error


def translate(error: OSError, operation: str, where: str) -> StoreError:
    """Return the StoreError for an OSError: StoreFull, StoreReadOnly, InUse or StoreError, each with a hint."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    message = f"cannot {operation} {where}: {reason}"
    if error.errno in _FULL:
        return StoreFull(message, "free some space (or raise the quota), then run the same command again")
    if error.errno in _READ_ONLY:
        return StoreReadOnly(message, "reading still works; to commit, get write permission or open a store elsewhere")
    if error.errno == errno.EBUSY:
        return InUse(
            f"cannot {operation} {where}: another program has it open",
            "close the program that reads it (a backup, a virus scanner, another kernel), then run the command again",
        )
    if error.errno in _LINK:
        return StoreError(f"{message} (links inside a store are not followed)", "replace the link by its target")
    return StoreError(message, "run the same command again; no incomplete file is visible")
