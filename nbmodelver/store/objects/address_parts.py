"""The parts of the address of a remote. addresses.py parses it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1")


@dataclass(frozen=True)
class RemoteAddress:
    """A parsed address.

    scheme: s3, gs, az, https, http (this machine only), ssh, file or memory. host: the bucket, container or name.
    path: the prefix without slashes at its ends, or the path of a folder. user, port: "" and 0 if none.
    text: the address in its usual form, for configurations and messages.
    """

    scheme: str
    host: str
    path: str
    text: str
    user: str = ""
    port: int = 0


def is_loopback(host: str) -> bool:
    """Return True if a host is this machine."""
    return bool(_LOOPBACK.fullmatch(host))
