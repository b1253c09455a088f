"""Texts of obstore become errors of the remote, and no part of a request gets into a message."""

import pytest

from nbmodelver.errors import RemoteDenied, RemoteError, RemoteMissing, RemoteUnreachable, Truncated
from nbmodelver.store.objects.cloud_faults import answer, is_beyond_end, is_conflict, is_missing_key, translate

SAS = "http://127.0.0.1/c/k?sv=2022&sig=very-secret"


class GenericError(Exception):
    pass


class PreconditionError(Exception):
    pass


class AlreadyExistsError(Exception):
    pass


def said(status, code="", message="Said."):
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return f"Generic error: Error performing GET {SAS} in 1ms - Server returned non-2xx status code: {status} X: {body}"


SENT = f"HTTP error: error sending request for {SAS}: "
JSON = 'status code: 401 X: {"error": {"code": "x1", "message": "Log in."}}'


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (GenericError(said(403, "AccessDenied")), RemoteDenied, "HTTP 403, Said"),
        (GenericError(said(404, "ContainerNotFound")), RemoteMissing, "HTTP 404, Said (bucket does not exist)"),
        (GenericError(f"{SENT}dns error"), RemoteUnreachable, "the host is unknown"),
        (GenericError(f"{SENT}operation timed out"), RemoteUnreachable, "no answer in time"),
        (GenericError(f"{SENT}invalid peer certificate"), RemoteError, "is not trusted"),
        (GenericError("HTTP error: request or response body error"), Truncated, "the answer was cut"),
        (GenericError("Error performing token request"), RemoteDenied, "no credentials were found"),
        (ValueError("what?"), RemoteError, "ValueError without an answer of the server"),
        (GenericError(JSON), RemoteDenied, "HTTP 401, Log in"),
    ],
)
def test_an_error_has_a_class_and_a_reason(error, kind, reason):
    found = translate(error, "read", "s3://bucket/team/x", "bucket")
    assert type(found) is kind
    assert found.message.startswith("cannot read s3://bucket/team/x: ")
    assert reason in found.message
    assert found.hint
    assert "very-secret" not in str(found)
    assert "127.0.0.1" not in str(found)


def test_a_message_of_the_server_is_one_line_of_bounded_length():
    found = answer(GenericError(said(400, "Odd", "word " * 50)))
    assert (found.status, found.code) == (400, "Odd")
    assert len(found.said) <= 300
    assert answer(GenericError(said(400, "Odd", "x" * 400))).said == ""


def test_a_missing_object_is_not_a_missing_bucket():
    assert is_missing_key(FileNotFoundError(said(404, "NoSuchKey")))
    assert not is_missing_key(FileNotFoundError(said(404, "NoSuchBucket")))
    assert not is_missing_key(GenericError(said(404, "NoSuchKey")))


def test_a_conflict_is_one_that_will_not_go_away():
    assert is_conflict(AlreadyExistsError(said(409, "BlobAlreadyExists")))
    assert is_conflict(PreconditionError(said(412, "PreconditionFailed")))
    assert is_conflict(PreconditionError(said(404, "NoSuchKey")))
    assert not is_conflict(AlreadyExistsError(said(409, "ConditionalRequestConflict")))
    assert not is_conflict(PreconditionError(said(404, "NoSuchBucket")))
    assert not is_conflict(GenericError(said(412)))


def test_a_range_beyond_the_end_is_known():
    assert is_beyond_end(GenericError(said(416)))
    assert is_beyond_end(GenericError("Wanted range starting at 10, but object was only 10 bytes long"))
    assert not is_beyond_end(GenericError(said(400)))
