"""Apprise sends to a loopback server. What it cannot send is a failure, never an exception of its own."""

from __future__ import annotations

import json
import logging
import socket

import pytest

from nbmodelver.repo.notices import apprise
from nbmodelver.repo.notices.queue import Notice, SendFailed
from tests.registry.hooked import Receiver

NOTICE = Notice("ab" * 20, "promote", "promoted: churn/1.0.0", "promoted churn/1.0.0 · Ada", "2026-11-30T10:00:00Z")


def test_a_message_arrives_with_title_and_text():
    with Receiver(200) as receiver:
        apprise.send(f"json://127.0.0.1:{receiver.port}/", NOTICE)
    ((_, body),) = receiver.got
    assert (json.loads(body)["title"], json.loads(body)["message"]) == (NOTICE.title, NOTICE.text)


def test_a_refused_message_is_a_failure_that_logs_nothing(caplog: pytest.LogCaptureFixture):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with caplog.at_level(logging.DEBUG), pytest.raises(SendFailed, match="did not accept") as caught:
        apprise.send(f"json://ada:pass-word@127.0.0.1:{port}/?cto=1&rto=1", NOTICE)
    assert not caught.value.is_final
    with Receiver(500) as receiver, pytest.raises(SendFailed, match="did not accept"):
        apprise.send(f"json://127.0.0.1:{receiver.port}/", NOTICE)
    assert "pass-word" not in caplog.text


def test_an_address_that_apprise_does_not_know_is_given_up():
    assert apprise.is_installed()
    assert (apprise.is_valid("nosuchservice://x"), apprise.is_valid("json://127.0.0.1")) == (False, True)
    with pytest.raises(SendFailed) as caught:
        apprise.send("nosuchservice://x", NOTICE)
    assert caught.value.is_final
