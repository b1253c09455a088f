"""Translation of the errors of obstore into RemoteError and its subclasses. Imports no library.

Messages of obstore have the whole request, which may have signed addresses, so only the status, the code and the
message of the server are taken from them, and they are not kept as the cause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbmodelver.errors import (
    NotSupported,
    RemoteDenied,
    RemoteError,
    RemoteFull,
    RemoteMissing,
    RemoteUnreachable,
    Truncated,
)
from nbmodelver.store.objects.faults import RETRY

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>([\w.-]{1,80})</Code>|\"(?:code|reason|error)\":\s*\"([\w.-]{1,80})\"")
_TEXT = re.compile(r"<Message>([^<]{1,300})</Message>|\"message\":\s*\"([^\"]{1,300})\"")

NO_RANGES = "Received non-partial response when range requested"
_MISSING = {"NoSuchBucket", "ContainerNotFound", "InvalidBucketName", "ResourceNotFound", "AccountNotFound"}
_FULL = {
    "QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage",
    "ServiceQuotaExceeded",
}  # fmt: skip
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"}
_WRONG_KEY = {
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthenticationFailed", "InvalidToken", "InvalidSecurity",
    "NoAuthenticationInformation", "InvalidAuthenticationInfo", "AuthorizationQueryParametersError",
}  # fmt: skip
_REGION = {
    "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException",
}  # fmt: skip
_AGAIN = {"ConditionalRequestConflict", "OperationAborted", "SlowDown", "RequestTimeout", "ServerBusy", "InternalError",
          "RequestTimeoutException", "Throttling", "ThrottlingException", "OperationTimedOut"}  # fmt: skip
_KEY_SERVERS = ("token request", "latest/api/token", "latest/meta-data", "computemetadata", "metadata/identity",
                "instance credentials", "169.254.169.254", "169.254.170.2")  # fmt: skip
"""In the text of a request for credentials, which obstore sends if it finds none on this machine."""


@dataclass(frozen=True)
class Answer:
    """What an error of obstore says: its class, the HTTP status (0: none), the code and the message of the server."""

    kind: str
    status: int
    code: str
    said: str
    raw: str


def answer(error: Exception) -> Answer:
    """Return what an error says."""
    raw = str(error)
    status, code, said = _STATUS.search(raw), _CODE.search(raw), _TEXT.search(raw)
    return Answer(
        type(error).__name__,
        int(status[1]) if status else 0,
        (code[1] or code[2]) if code else "",
        (said[1] or said[2]).strip() if said else "",
        raw,
    )


def is_missing_key(error: Exception) -> bool:
    """Return True if an object is missing, False if its bucket is."""
    found = answer(error)
    return isinstance(error, FileNotFoundError) and not _no_bucket(found)


def is_conflict(error: Exception) -> bool:
    """Return True if a conditional write was refused for good: the object exists, or its tag is another one."""
    found = answer(error)
    return found.kind in ("AlreadyExistsError", "PreconditionError", "NotModifiedError") and not (
        found.code in _AGAIN or _no_bucket(found)
    )


def is_beyond_end(error: Exception) -> bool:
    """Return True if a range begins after the end of an object."""
    found = answer(error)
    return found.status == 416 or found.code == "InvalidRange" or "Wanted range starting at" in found.raw


def translate(error: Exception, operation: str, where: str, bucket: str) -> RemoteError:
    """Return the RemoteError for an error of obstore: "cannot <operation> <where>: <reason>", and a hint."""
    found = answer(error)
    reason = _reason(found)
    message = f"cannot {operation} {where}: {reason}"
    if _no_bucket(found):
        return RemoteMissing(
            f"{message} ({bucket} does not exist)", "create it, or correct the address or the endpoint"
        )
    return (
        _denied(found, message)
        or _full(found, message)
        or _unsupported(found, message)
        or _region(found, message)
        or _connection(found, message)
        or RemoteError(message, RETRY)
    )


def _no_bucket(found: Answer) -> bool:
    return found.code in _MISSING or "bucket does not exist" in found.raw.lower()


def _denied(found: Answer, message: str) -> RemoteError | None:
    if _has_no_keys(found):
        hint = (
            "set credentials in the environment or the provider's files, or the option anonymous=true for public data"
        )
        return RemoteDenied(message, hint)
    if found.code in _EXPIRED or "expired" in found.said.lower():
        return RemoteDenied(message, "the credentials have expired: log in again (for AWS: aws sso login), then repeat")
    if found.code == "RequestTimeTooSkewed":
        return RemoteDenied(message, "set the clock of this machine: it differs from the server's by minutes")
    if found.code in _FULL:
        return None
    if found.code in _WRONG_KEY or found.status == 401 or found.kind == "UnauthenticatedError":
        return RemoteDenied(
            message, "the server does not know these credentials: check the key, its secret, the endpoint"
        )
    if found.status == 403 or found.kind == "PermissionDeniedError":
        return RemoteDenied(message, "ask for credentials that allow this operation on the bucket and the prefix")
    return None


def _has_no_keys(found: Answer) -> bool:
    raw = found.raw.lower()
    return any(word in raw for word in _KEY_SERVERS) or (found.status == 0 and "credential" in raw)


def _full(found: Answer, message: str) -> RemoteError | None:
    if found.code in _FULL or found.status == 507:
        return RemoteFull(message, "raise the quota or free some space there, then run the same command again")
    return None


def _unsupported(found: Answer, message: str) -> RemoteError | None:
    if NO_RANGES in found.raw:
        return NotSupported(f"{message}: the server does not return byte ranges", "use a server with Range requests")
    if found.status in (405, 501) or found.kind == "NotSupportedError" or found.code == "NotImplemented":
        return NotSupported(message, "this place cannot do it: use another one for shared pushes")
    return None


def _region(found: Answer, message: str) -> RemoteError | None:
    wrong = found.code in _REGION or "incorrectly configured region" in found.raw or found.status in (301, 307, 308)
    if not wrong:
        return None
    right = re.search(r"expecting '([a-z0-9-]+)'", found.raw)
    return RemoteError(
        message, f"the bucket is in another region: set the option region={right[1] if right else 'NAME'}"
    )


def _connection(found: Answer, message: str) -> RemoteError | None:
    raw = found.raw.lower()
    if found.status in (408, 409, 425, 429) or found.status >= 500 or found.code in _AGAIN:
        return RemoteUnreachable(message, f"the server is busy or broken: wait, then {RETRY}")
    if found.status:
        return None
    if "certificate" in raw or "invalidcertificate" in raw:
        return RemoteError(message, "give the certificate of your authority with the option ca_file=PATH")
    if "body error" in raw or "message length" in raw or "decode" in raw:
        return Truncated(message, RETRY)
    if "builder error" in raw:
        return RemoteError(message, "check the endpoint of the remote")
    if "http error" in raw or "error sending" in raw or "timed out" in raw or "connect" in raw:
        return RemoteUnreachable(message, f"check the network, the address and the endpoint, then {RETRY}")
    return None


def _reason(found: Answer) -> str:
    """Return a phrase without request, address or query."""
    raw = found.raw.lower()
    if _has_no_keys(found):
        return "no credentials were found"
    if found.status:
        said = found.said.rstrip(".") or found.code
        return f"HTTP {found.status}{f', {said}' if said else ''}"
    reasons = (
        ("certificate", "the certificate of the server is not trusted"),
        ("dns error", "the host is unknown"),
        ("failed to lookup address", "the host is unknown"),
        ("connection refused", "the connection was refused"),
        ("timed out", "no answer in time"),
        ("timeout", "no answer in time"),
        ("body error", "the answer was cut"),
        ("builder error", "the endpoint is not a valid address"),
        ("error sending request", "the server did not answer"),
    )
    return next((reason for word, reason in reasons if word in raw), f"{found.kind} without an answer of the server")
