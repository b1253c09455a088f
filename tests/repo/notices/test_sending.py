"""What is due is sent once, what fails waits, and nothing says where it was sent."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.repo.notices import apprise, sending
from nbmodelver.repo.notices.channels import Channels
from nbmodelver.repo.notices.queue import GIVEN_UP_S, Notice, NoticeQueue
from tests.registry.hooked import Receiver

if TYPE_CHECKING:
    from pathlib import Path

NOTICE = Notice("ab" * 20, "promote", "title", "text", "2026-11-30T10:00:00Z")


@pytest.fixture
def queue(tmp_path: Path) -> NoticeQueue:
    made = NoticeQueue(tmp_path / "notices")
    made.put(NOTICE, "team")
    return made


@pytest.fixture
def channels(tmp_path: Path) -> Channels:
    return Channels(tmp_path / "config")


def test_a_failed_message_is_sent_later_under_the_same_id(queue: NoticeQueue, channels: Channels):
    with Receiver(503, 204) as receiver:
        channels.set("team", receiver.webhook)
        first = sending.deliver(queue, channels)
        assert (first.sent, first.waiting[0].tries, first.waiting[0].error) == ((), 1, "the server answered 503")
        assert sending.deliver(queue, channels).sent == (), "it is not due yet"
        assert len(receiver.got) == 1
        assert sending.deliver(queue, channels, every=True).sent == (f"{NOTICE.id}.team",)
        assert sending.deliver(queue, channels, every=True).sent == ()
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [NOTICE.id] * 2
    assert queue.all() == []


def test_a_channel_without_an_address_or_without_apprise_says_so(
    queue: NoticeQueue, channels: Channels, monkeypatch: pytest.MonkeyPatch
):
    (waits,) = sending.deliver(queue, channels).waiting
    assert waits.error == "it has no address here: %mv_config channel.team ADDRESS"
    channels.set("team", "json://127.0.0.1:9/")
    monkeypatch.setattr(apprise, "is_installed", lambda: False)
    (waits,) = sending.deliver(queue, channels, every=True).waiting
    assert "nbmodelver[notify]" in waits.error


def test_it_goes_through_apprise_for_other_addresses(queue: NoticeQueue, channels: Channels):
    with Receiver(200) as receiver:
        channels.set("team", f"json://127.0.0.1:{receiver.port}/")
        assert len(sending.deliver(queue, channels).sent) == 1
    assert json.loads(receiver.got[0][1])["message"] == "text"


def test_after_three_days_it_is_given_up_and_its_texts_are_dropped(
    queue: NoticeQueue, channels: Channels, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    now = time.time()
    monkeypatch.setattr(sending.time, "time", lambda: now + GIVEN_UP_S + 1)
    (gone,) = sending.deliver(queue, channels).waiting
    assert gone.given_up
    (file,) = (tmp_path / "notices").glob("*.json")
    assert "text" not in file.read_text().replace('"text":', "")
    assert sending.deliver(queue, channels, every=True).waiting == (gone,), "it is not tried again"


def test_while_another_process_sends_nothing_is_sent_twice(queue: NoticeQueue, channels: Channels):
    with queue.sending() as is_held:
        assert is_held
        assert sending.deliver(queue, channels, patience_s=0.0).is_busy


def test_a_trial_tells_what_is_wrong(channels: Channels):
    with pytest.raises(UsageError, match="has no address here"):
        sending.try_out(channels, "team", NOTICE)
    with Receiver(401, 204) as receiver:
        channels.set("team", receiver.webhook)
        with pytest.raises(UsageError, match="the server answered 401") as caught:
            sending.try_out(channels, "team", NOTICE)
        sending.try_out(channels, "team", NOTICE)
    assert "secret-path" not in str(caught.value)
    assert caught.value.__cause__ is None
