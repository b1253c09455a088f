"""The storage of obstore with a server that answers as told: each error has its class and a way out."""

from __future__ import annotations

import http.server
import re
import time
from contextlib import ExitStack, suppress

import pytest

from nbmodelver.errors import (
    NotSupported,
    RemoteDenied,
    RemoteError,
    RemoteFull,
    RemoteMissing,
    RemoteUnreachable,
    Truncated,
)
from nbmodelver.store.objects import clocks
from nbmodelver.store.objects.addresses import open_storage, parse
from nbmodelver.store.objects.retrying import Retrying
from nbmodelver.testing.objects import KEY
from tests import servers


class Scripted(http.server.BaseHTTPRequestHandler):
    """Answers each request by `script`: a function of the handler that returns (status, headers, body)."""

    protocol_version = "HTTP/1.1"
    script = None
    log: list[tuple[str, str, dict[str, str]]]

    def _serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        self.log.append((self.command, self.path, dict(self.headers)))
        status, headers, body = self.script()
        self.send_response(status)
        headers.setdefault("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            with suppress(BrokenPipeError, ConnectionResetError):  # The client has stopped waiting.
                self.wfile.write(body)
        if int(headers["Content-Length"]) > len(body):
            self.close_connection = True

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _serve

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def scripted(monkeypatch):
    """Opens an S3 storage whose server answers as told; `log` has the requests."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    made = []
    with ExitStack() as stack:

        def open_one(script, scheme="s3", **options):
            log = []
            port = stack.enter_context(servers.serving(type("Handler", (Scripted,), {"script": script, "log": log})))
            address = {"s3": "s3://bucket/team", "http": f"http://127.0.0.1:{port}/team", "gs": "gs://bucket/team"}[
                scheme
            ]
            given = {} if scheme == "http" else {"endpoint": f"http://127.0.0.1:{port}"}
            storage = open_storage(parse(address), options={**given, **options})
            storage.requests = log
            made.append(storage)
            return storage

        yield open_one
        for storage in made:
            storage.close()


def failing(status, code="", message="", headers=None):
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode() if code else b""
    return lambda _handler: (status, dict(headers or {}), body)


@pytest.mark.parametrize(
    ("status", "code", "error", "hint"),
    [
        (403, "AccessDenied", RemoteDenied, "allow this operation"),
        (403, "InvalidAccessKeyId", RemoteDenied, "does not know these credentials"),
        (403, "SignatureDoesNotMatch", RemoteDenied, "does not know these credentials"),
        (400, "ExpiredToken", RemoteDenied, "log in again"),
        (403, "RequestTimeTooSkewed", RemoteDenied, "clock"),
        (401, "Unauthorized", RemoteDenied, "credentials"),
        (404, "NoSuchBucket", RemoteMissing, "create it"),
        (403, "QuotaExceeded", RemoteFull, "quota"),
        (507, "XMinioStorageFull", RemoteFull, "free some space"),
        (500, "InternalError", RemoteUnreachable, "again"),
        (503, "SlowDown", RemoteUnreachable, "again"),
        (429, "TooManyRequests", RemoteUnreachable, "again"),
        (400, "RequestTimeout", RemoteUnreachable, "again"),
        (409, "ConditionalRequestConflict", RemoteUnreachable, "again"),
        (501, "NotImplemented", NotSupported, "another one"),
        (301, "PermanentRedirect", RemoteError, "region"),
        (400, "AuthorizationHeaderMalformed", RemoteError, "region=eu-west-1"),
        (400, "Whatever", RemoteError, "again"),
    ],
)
def test_an_answer_of_the_server_is_an_error_with_a_way_out(scripted, status, code, error, hint):
    message = "the region 'us-east-1' is wrong; expecting 'eu-west-1'" if code.startswith("Authorization") else "Said."
    storage = scripted(failing(status, code, message))
    for act in (
        lambda: storage.read(KEY),
        lambda: storage.create(KEY, b"x"),
        lambda: storage.replace(KEY, b"x", '"a"'),
        lambda: list(storage.list("segments/")),
    ):
        with pytest.raises(RemoteError) as caught:
            act()
        assert type(caught.value) is error
        assert hint in caught.value.hint
        assert caught.value.message.startswith("cannot ")
        assert "s3://bucket/team/" in caught.value.message
        assert "very-secret" not in str(caught.value)
        assert "AKID" not in str(caught.value)
        assert "\n" not in caught.value.message
        assert caught.value.__cause__ is None


def test_a_conditional_write_is_sent_once(scripted):
    storage = scripted(failing(500, "InternalError"))
    with pytest.raises(RemoteUnreachable):
        storage.create(KEY, b"x")
    with pytest.raises(RemoteUnreachable):
        storage.replace(KEY, b"x", '"a"')
    sent = [(method, said.get("if-none-match"), said.get("if-match")) for method, _, said in storage.requests]
    assert sent == [("PUT", "*", None), ("PUT", None, '"a"')]


def test_a_lost_answer_of_a_server_is_found_by_reading_back(scripted):
    kept = {}

    def script(handler):
        if handler.command == "PUT":
            if "data" in kept:
                return failing(412, "PreconditionFailed")(handler)
            kept["data"] = handler.body
            return failing(500, "InternalError")(handler)
        return 200, {"ETag": '"new"', "Last-Modified": "Mon, 30 Nov 2026 19:42:41 GMT"}, kept["data"]

    assert Retrying(scripted(script), sleep=lambda _s: None).create(KEY, b"ours")
    kept.clear()
    assert Retrying(scripted(script), sleep=lambda _s: None).replace(KEY, b"ours", '"old"') == '"new"'


def test_a_put_is_repeated_by_itself(scripted):
    left = [2]

    def script(handler):
        left[0] -= 1
        return failing(503, "SlowDown")(handler) if left[0] >= 0 else (200, {"ETag": '"a"'}, b"")

    storage = scripted(script)
    storage.put(KEY, [b"abc"], 3)
    assert len(storage.requests) == 3


@pytest.mark.parametrize("scheme", ["s3", "http"])
def test_an_answer_that_ends_too_early_is_truncated(scripted, scheme):
    def script(handler):
        headers = {"ETag": '"a"', "Last-Modified": "Mon, 30 Nov 2026 19:42:41 GMT", "Content-Length": "100"}
        if "Range" in handler.headers or "range" in handler.headers:
            return 206, {**headers, "Content-Range": "bytes 1-100/500"}, b"x" * 30
        return 200, headers, b"x" * 30

    storage = scripted(script, scheme)
    for act in (
        lambda: storage.read(KEY),
        lambda: storage.read_tagged(KEY),
        lambda: storage.read(KEY, 1, 100),
        lambda: storage.read_many(KEY, [(1, 100)]),
    ):
        with pytest.raises(Truncated):
            act()


def test_a_server_that_ignores_ranges_is_not_supported(scripted):
    headers = {"ETag": '"a"', "Last-Modified": "Mon, 30 Nov 2026 19:42:41 GMT"}
    storage = scripted(lambda _handler: (200, dict(headers), b"0123456789"))
    for act in (lambda: storage.read(KEY, 1, 2), lambda: storage.read_many(KEY, [(1, 2)])):
        with pytest.raises(NotSupported, match="byte ranges"):
            act()
    assert storage.read(KEY) == b"0123456789"


def test_an_old_radosgw_gets_the_tag_without_quotes(scripted):
    def script(handler):
        if handler.headers.get("If-Match") == "abc":
            return 200, {"ETag": '"abc"'}, b""
        return failing(412, "PreconditionFailed")(handler)

    storage = scripted(script)
    assert storage.replace(KEY, b"x", '"abc"') == '"abc"'
    assert storage.replace(KEY, b"x", '"abc"') == '"abc"'
    assert storage.replace(KEY, b"x", '"stale"') is None
    assert [headers["if-match"] for _, _, headers in storage.requests] == ['"abc"', "abc", "abc", "stale"]


def test_a_server_that_takes_quotes_is_asked_once(scripted):
    def script(handler):
        if handler.headers.get("If-Match") == '"abc"':
            return 200, {"ETag": '"abc"'}, b""
        return failing(412, "PreconditionFailed")(handler)

    storage = scripted(script)
    assert storage.replace(KEY, b"x", '"abc"')
    assert storage.replace(KEY, b"x", '"stale"') is None
    assert len(storage.requests) == 2


def test_deletion_goes_one_by_one_where_a_bulk_request_fails(scripted):
    def script(handler):
        return (200, {}, b"not xml") if handler.command == "POST" else (204, {}, b"")

    storage = scripted(script)
    storage.delete([KEY, "packs/a"])
    storage.delete(["packs/b"])
    deleted = [path for method, path, _ in storage.requests if method == "DELETE"]
    assert [path.rpartition("/")[2] for path in deleted] == [KEY.rpartition("/")[2], "a", "b"]
    assert sum(method == "POST" for method, _, _ in storage.requests) == 1


def test_deletion_that_is_denied_is_not_tried_one_by_one(scripted):
    storage = scripted(failing(403, "AccessDenied"))
    with pytest.raises(RemoteDenied):
        storage.delete([KEY, "packs/a"])
    assert len(storage.requests) == 1


def listing(keys, date="2026-11-30T19:42:41.000Z"):
    rows = "".join(
        f"<Contents><Key>team/{key}</Key><LastModified>{date}</LastModified><ETag>&quot;a&quot;</ETag><Size>3</Size>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
        for key in keys
    )
    return f"<ListBucketResult><Name>bucket</Name><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>".encode()


def test_a_place_that_lists_in_no_order_is_not_supported(scripted):
    storage = scripted(lambda _handler: (200, {}, listing(["packs/b", "packs/a"])))
    with pytest.raises(NotSupported, match="in no order"):
        list(storage.list("packs/"))


def test_objects_whose_names_are_no_keys_are_not_listed(scripted):
    storage = scripted(lambda _handler: (200, {}, listing(["READ ME", "packs/a", "packs/b B"])))
    assert [one.key for one in storage.list("")] == ["packs/a"]


def test_ages_are_by_the_clock_of_the_server(scripted, monkeypatch):
    asked = []
    monkeypatch.setattr(clocks, "ahead_s", lambda url: (asked.append(url), 7200.0)[1])
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + 7140))
    storage = scripted(lambda _handler: (200, {}, listing(["packs/a"], now)))
    for _ in range(2):
        (listed,) = storage.list("packs/")
        assert 55 < listed.age_s < 75
    assert len(asked) == 1


def test_the_body_is_not_signed_on_this_machine_unless_it_is_asked_for(scripted):
    for options, unsigned in (({}, True), ({"unsigned_payload": "false"}, False)):
        storage = scripted(lambda _handler: (200, {"ETag": '"a"'}, b""), **options)
        storage.create(KEY, b"x")
        assert (storage.requests[0][2]["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD") is unsigned


def test_a_public_bucket_is_read_without_credentials(scripted):
    headers = {"ETag": '"a"', "Last-Modified": "Mon, 30 Nov 2026 19:42:41 GMT"}
    storage = scripted(lambda _handler: (200, dict(headers), b"public"), anonymous="true")
    assert storage.read(KEY) == b"public"
    assert not any(name.lower() == "authorization" for name in storage.requests[0][2])


def test_missing_credentials_are_named(scripted, monkeypatch):
    storage_with = scripted(lambda _handler: (200, {}, b""))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    storage = scripted(lambda _handler: (200, {}, b""))
    with pytest.raises(RemoteDenied, match="no credentials were found") as caught:
        storage.read(KEY)
    assert "anonymous=true" in caught.value.hint
    assert storage.requests == storage_with.requests == []
    for scheme in ("s3", "gs"):
        with pytest.raises(RemoteDenied, match="no credentials were found"):
            scripted(lambda _handler: (200, {}, b""), scheme).create(KEY, b"x")


def test_a_read_without_progress_fails_in_time(scripted):
    def script(_handler):
        time.sleep(1.5)
        return 200, {}, b""

    storage = scripted(script, timeout_s="0.3")
    began = time.monotonic()
    with pytest.raises(RemoteUnreachable):
        storage.read(KEY)
    assert time.monotonic() - began < 1.2


def test_a_slow_upload_with_progress_does_not_fail(scripted):
    def script(_handler):
        time.sleep(0.6)
        return 200, {"ETag": '"a"'}, b""

    storage = scripted(script, timeout_s="0.3")
    assert storage.create(KEY, b"x")


def test_google_compares_generations(scripted, monkeypatch):
    def script(handler):
        if handler.command == "GET":
            headers = {"ETag": '"e"', "x-goog-generation": "7", "Last-Modified": "Mon, 30 Nov 2026 19:42:41 GMT"}
            return 200, headers, b"old"
        if handler.headers.get("x-goog-if-generation-match") in ("7", "0"):
            return 200, {"ETag": '"f"', "x-goog-generation": "8"}, b""
        return failing(412, "PreconditionFailed")(handler)

    monkeypatch.setenv("GOOGLE_BEARER_TOKEN", "very-secret")
    storage = scripted(script, "gs")
    assert storage.read_tagged(KEY).tag == "7"
    assert storage.replace(KEY, b"new", "7") == "8"
    assert storage.replace(KEY, b"new", "6") is None
    assert storage.create(KEY, b"new")
    assert storage.requests[-1][2]["x-goog-if-generation-match"] == "0"


def test_a_closed_storage_says_so(scripted):
    storage = scripted(lambda _handler: (200, {}, b""))
    storage.close()
    for act in (lambda: storage.read(KEY), lambda: storage.create(KEY, b"x"), lambda: list(storage.list(""))):
        with pytest.raises(RemoteError, match="is closed"):
            act()


def test_no_message_has_the_words_of_obstore(scripted):
    storage = scripted(failing(418, "Teapot"))
    with pytest.raises(RemoteError) as caught:
        storage.read(KEY)
    assert not re.search(r"Generic|Debug source|RetryError", str(caught.value))
