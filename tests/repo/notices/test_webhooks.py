"""A webhook is signed as Standard Webhooks says, is no redirected request, and its errors hold no address."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket

import pytest

from nbmodelver.repo.notices import webhooks
from nbmodelver.repo.notices.queue import Notice, SendFailed
from tests.registry.hooked import KEY, SECRET, Receiver

NOTICE = Notice(
    "ab" * 20, "gate failed", "title", "текст", "2026-11-30T10:00:00Z", where="study", data={"to": "production"}
)  # fmt: skip


def test_a_receiver_can_verify_the_signature_and_recognize_the_message():
    with Receiver() as receiver:
        webhooks.post(receiver.webhook, NOTICE)
    ((headers, body),) = receiver.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert (
        headers["webhook-signature"]
        == "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    )
    assert (headers["webhook-id"], headers["content-type"]) == (NOTICE.id, "application/json")
    assert json.loads(body) == {
        "type": "nbmodelver.gate_failed",
        "timestamp": NOTICE.at_utc,
        "data": {"to": "production", "text": "текст", "title": "title", "store": "study"},
    }
    assert SECRET not in str(receiver.got)


@pytest.mark.parametrize(
    ("status", "is_final"), [(500, False), (404, False), (429, False), (302, False), (307, False), (410, True)]
)
def test_every_answer_but_success_is_a_failure(status: int, is_final: bool):
    with Receiver(status) as receiver, pytest.raises(SendFailed) as caught:
        webhooks.post(receiver.webhook, NOTICE)
    assert (caught.value.reason, caught.value.is_final) == (f"the server answered {status}", is_final)
    assert len(receiver.got) == 1


def test_a_refused_and_a_hanging_server_are_failures_without_the_address(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(webhooks, "LIMIT_S", 0.3)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SendFailed, match=r"no connection \(ConnectionRefusedError\)") as refused:
        webhooks.post(f"http://127.0.0.1:{port}/secret-path#{SECRET}", NOTICE)
    with Receiver(0) as receiver, pytest.raises(SendFailed, match="no answer in time") as late:
        webhooks.post(receiver.webhook, NOTICE)
    for caught in (refused, late):
        assert caught.value.__cause__ is None
        assert "secret-path" not in str(caught.value)


def test_other_web_addresses_are_left_to_apprise():
    assert webhooks.is_webhook(f"HTTPS://example.org/#{SECRET}")
    assert not webhooks.is_webhook("https://example.org/x")
    assert not webhooks.is_webhook(f"slack://a/b/c#{SECRET}")
