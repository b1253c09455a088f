"""The clock of a server is read from any answer."""

import email.utils
import http.server
import time

import pytest

from nbmodelver.store.objects import clocks
from tests import servers


def dated(seconds):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response_only(403)
            if seconds is not None:
                self.send_header("Date", email.utils.formatdate(time.time() + seconds, usegmt=True))
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    return Handler


@pytest.mark.parametrize("seconds", [7200, -86400, 10])
def test_a_difference_is_found(seconds):
    with servers.serving(dated(seconds)) as port:
        assert abs(clocks.ahead_s(f"http://127.0.0.1:{port}/path") - seconds) < 3


@pytest.mark.parametrize("seconds", [0, None])
def test_no_difference_and_no_date_are_zero(seconds):
    with servers.serving(dated(seconds)) as port:
        assert clocks.ahead_s(f"http://127.0.0.1:{port}") == 0.0


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://", "http://127.0.0.1:x", "https://127.0.0.1:9"])
def test_a_server_that_does_not_answer_is_zero(url):
    assert clocks.ahead_s(url, timeout_s=1) == 0.0


def test_a_malformed_date_is_zero():
    class Handler(dated(None)):
        def do_HEAD(self):
            self.send_response_only(200)
            self.send_header("Date", "yesterday")
            self.end_headers()

    with servers.serving(Handler) as port:
        assert clocks.ahead_s(f"http://127.0.0.1:{port}") == 0.0
