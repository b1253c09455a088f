"""The clock of a server, from the Date header of its answers. Ages of objects are by the clock that dated them."""

from __future__ import annotations

import http.client
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit


def ahead_s(url: str, timeout_s: float = 10.0) -> float:
    """Return the seconds by which the server's clock is ahead of ours, 0.0 if it cannot be had. One request.

    The request has no credentials, so its status does not matter: every answer has a date. Dates have whole seconds,
    and a difference below two seconds counts as none.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    except (http.client.InvalidURL, ValueError):
        return 0.0
    try:
        connection.request("HEAD", "/")
        date = connection.getresponse().getheader("Date")
        now = time.time()
        difference = parsedate_to_datetime(date).timestamp() - now if date else 0.0
    except (OSError, http.client.HTTPException, ValueError):
        return 0.0
    finally:
        connection.close()
    return difference if abs(difference) >= 2 else 0.0
