"""Translation of OSError into RemoteError and its subclasses, with the operation and the place in the message."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nbmodelver.errors import RemoteDenied, RemoteError, RemoteFull, RemoteMissing, RemoteUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

RETRY = "run the same command again; what was sent is not sent again"

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EROFS, errno.EACCES, errno.EPERM}
_LINK = {errno.ELOOP, errno.ENOTDIR}
_NAMES = (
    "ESTALE", "EIO", "EAGAIN", "EINTR", "ETIMEDOUT", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH",
    "ENETRESET", "ENOTCONN", "ECONNRESET", "ECONNREFUSED", "ECONNABORTED", "EPIPE", "ENOLINK", "EREMOTEIO", "ECOMM",
    "ESHUTDOWN", "ENXIO", "EBUSY", "EDEADLK", "ENOLCK",
)  # fmt: skip
AMBIGUOUS = {getattr(errno, name) for name in _NAMES if hasattr(errno, name)}
"""After these, the operation may have taken effect, and another attempt may succeed. Not every system has all names."""


@contextmanager
def translated(operation: str, where: str) -> Iterator[None]:
    """Turn an OSError of the block into a RemoteError: "cannot <operation> <where>: <reason>"."""
    try:
        yield
    except OSError as error:
        raise translate(error, operation, where) from error


def translate(error: OSError, operation: str, where: str) -> RemoteError:
    """Return the RemoteError for an OSError, with a hint."""
    reason = os.strerror(error.errno) if error.errno else str(error) or type(error).__name__
    message = f"cannot {operation} {where}: {reason}"
    if error.errno in _FULL:
        return RemoteFull(message, "free some space there (or raise the quota), then run the same command again")
    if error.errno == errno.EROFS:
        return RemoteDenied(message, "reading still works; to push, mount the folder for writing")
    if error.errno in _DENIED:
        return RemoteDenied(message, "ask its owner for access, or use a folder that your user or group may write")
    if error.errno == errno.ENOENT:
        return RemoteMissing(message, "create the folder (mkdir -p), mount the share, or correct the address")
    if error.errno in AMBIGUOUS or isinstance(error, TimeoutError | ConnectionError | EOFError):
        return RemoteUnreachable(message, f"check the network and the mount, then {RETRY}")
    if error.errno in _LINK:
        return RemoteError(f"{message} (links inside a remote are not followed)", "replace the link by its target")
    return RemoteError(message, RETRY)
