"""The process in the background sends what waits, also what a killed one left."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nbmodelver.repo.notices import sender
from nbmodelver.repo.notices.channels import Channels
from nbmodelver.repo.notices.queue import SENDER, Notice, NoticeQueue
from tests.registry.hooked import Receiver

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NOTICE = Notice("ab" * 20, "promote", "title", "text", "2026-11-30T10:00:00Z")


def test_it_retries_until_nothing_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    queue, channels = NoticeQueue(tmp_path / "queue"), Channels(tmp_path / "config")
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])
    monkeypatch.setattr(sender.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    queue.put(NOTICE, "team")
    with Receiver(500, 500, 500, 204) as receiver:
        channels.set("team", receiver.webhook)
        sender.work(queue, channels)
    assert (len(receiver.got), queue.all()) == (4, [])


def test_it_ends_when_its_time_is_over_or_another_one_is_there(tmp_path: Path):
    queue, channels = NoticeQueue(tmp_path / "queue"), Channels(tmp_path / "config")
    queue.put(NOTICE, "team")
    with queue.sending(SENDER):
        sender.work(queue, channels)
    assert queue.all()[0].tries == 0
    sender.work(queue, channels, lives_s=0.0)
    assert queue.all()[0].tries == 1


def test_a_real_process_sends_what_was_queued_before_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    NoticeQueue().put(NOTICE, "team")  # By a process that was killed before it started the sender.
    with Receiver() as receiver:
        Channels().set("team", receiver.webhook)
        sender.resume()
        assert receiver.asked.wait(60)
        deadline = time.monotonic() + 60
        while NoticeQueue().all() and time.monotonic() < deadline:
            time.sleep(0.05)
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [NOTICE.id]
    assert NoticeQueue().all() == []


def test_nothing_is_started_if_nothing_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    started: list[bool] = []
    monkeypatch.setattr(sender, "start", lambda: started.append(True))
    queue = NoticeQueue(tmp_path)
    sender.resume(queue)
    assert started == []
    queue.put(NOTICE, "team")
    sender.resume(queue)
    assert started == [True]
