"""Signed webhooks: one POST in the format of Standard Webhooks 1.0 (standardwebhooks.com, "Signature scheme").

The address is https, and its fragment is the secret: `https://example.org/hook#whsec_BASE64`. A fragment is never part
of a request. A receiver verifies the signature and recognizes a repeated message by its id.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urlsplit

from nbmodelver.errors import UsageError
from nbmodelver.release import __version__
from nbmodelver.repo.notices.queue import SendFailed

if TYPE_CHECKING:
    from nbmodelver.repo.notices.queue import Notice

PREFIX = "whsec_"
LIMIT_S = 10.0
GONE = 410
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_KEY_BYTES = (16, 64)


def is_webhook(address: str) -> bool:
    """Return True for a web address with a secret in its fragment. Other web addresses are left to Apprise."""
    return re.match(r"(?i)https?://", address) is not None and urldefrag(address).fragment.startswith(PREFIX)


def require_valid(address: str) -> None:
    """Raise UsageError for a webhook without encryption or with a secret that is no key."""
    try:
        url, host = urlsplit(address), urlsplit(address).hostname or ""
        _ = url.port
    except ValueError:
        raise UsageError("the address of the webhook cannot be read", "write https://HOST/PATH#whsec_SECRET") from None
    if not host or url.username is not None:
        raise UsageError("the address of the webhook has no host, or a user", "write https://HOST/PATH#whsec_SECRET")
    if url.scheme.lower() == "http" and host not in _LOOPBACK:
        raise UsageError("the address of the webhook is not encrypted", "write https://")
    _key(address)


def post(address: str, notice: Notice) -> None:
    """Send one notice. Raises SendFailed. No message holds the address. Redirections are not followed."""
    body = json.dumps(payload(notice), ensure_ascii=True, separators=(",", ":")).encode()
    sent_at = str(int(time.time()))
    headers = {
        "content-type": "application/json", "user-agent": f"nbmodelver/{__version__}", "webhook-id": notice.id,
        "webhook-timestamp": sent_at, "webhook-signature": signature(_key(address), notice.id, sent_at, body),
    }  # fmt: skip
    request = urllib.request.Request(urldefrag(address).url, body, headers, method="POST")  # noqa: S310  # checked
    try:
        with urllib.request.build_opener(_NoRedirection).open(request, timeout=LIMIT_S) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        with error:
            raise SendFailed(f"the server answered {error.code}", is_final=error.code == GONE) from None
    except urllib.error.URLError as error:
        raise SendFailed(_cause(error.reason)) from None
    except (OSError, ValueError) as error:
        raise SendFailed(_cause(error)) from None


def payload(notice: Notice) -> dict[str, Any]:
    """Return the document of a notice: type, time and data."""
    data = {**notice.data, "text": notice.text, "title": notice.title, "store": notice.where}
    return {"type": f"nbmodelver.{notice.kind.replace(' ', '_')}", "timestamp": notice.at_utc, "data": data}


def signature(key: bytes, id_: str, sent_at: str, body: bytes) -> str:
    """Return the header of the signature: version 1, HMAC-SHA256 over id, time (unix seconds) and body.

    >>> signature(b"0123456789abcdef", "msg_1", "1614265330", b"{}")
    'v1,T6G+9d54XLd3V+eJ73IFDfWtElJVqn81+/MflSqjVb4='
    """
    digest = hmac.digest(key, f"{id_}.{sent_at}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(address: str) -> bytes:
    text = urldefrag(address).fragment.removeprefix(PREFIX)
    try:
        key = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if not _KEY_BYTES[0] <= len(key) <= _KEY_BYTES[1]:
        raise UsageError(
            "the secret of the webhook is no key", "write whsec_ and base64 of 24 random bytes, as its receiver has it"
        )
    return key


def _cause(error: object) -> str:
    """Return the kind of an error of the network, without its text, which may hold the address."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return f"no connection ({type(error).__name__})" if isinstance(error, OSError) else "no connection"


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """A redirected POST becomes a GET without the message, so it is an error."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None
