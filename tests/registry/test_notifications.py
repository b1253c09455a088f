"""Waiting notifications are listed and sent on request, and abandoned ones are reported once."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.model.registry import ChannelState
from nbmodelver.registry import notifications, policy
from nbmodelver.repo.notices import sender
from nbmodelver.repo.notices.channels import Channels
from nbmodelver.repo.notices.queue import NoticeQueue
from tests.registry.hooked import SECRET, Receiver, own_folders, waiting
from tests.registry.samples import adopted, promoted, three

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo

NOTIFY = '[[notify]]\non = ["promote"]\nchannel = "team"\n[[notify]]\non = ["alarm"]\nchannel = "team"\n'


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    own_folders(tmp_path, monkeypatch)
    return adopted(three(), NOTIFY)


def test_the_channels_of_a_policy_are_shown_with_masked_addresses(study: Repo):
    rules = policy.in_force(study)
    assert notifications.channels(rules) == (ChannelState("team", ("promote", "alarm")),)
    Channels().set("team", f"https://hooks.example.org/path#{SECRET}")
    assert notifications.channels(rules)[0].address == "https://hooks.example.org/…"


def test_what_waits_is_named_continued_and_sent_on_request(study: Repo, monkeypatch: pytest.MonkeyPatch):
    assert notifications.notes() == []
    promoted(study, "1.0.0")
    started: list[bool] = []
    monkeypatch.setattr(sender, "start", lambda: started.append(True))
    assert notifications.notes() == ["1 notification waiting (team): %mv_policy notify"]
    assert started == [True]
    report = notifications.send_now()
    assert (report.sent, report.waiting[0].error) == (0, "it has no address here: %mv_config channel.team ADDRESS")
    with Receiver() as receiver:
        Channels().set("team", receiver.webhook)
        notifications.try_out(study, "team")
        assert notifications.send_now().sent == 1
    assert (len(receiver.got), notifications.notes()) == (2, [])
    with pytest.raises(UsageError, match="cannot be reached"):
        notifications.try_out(study, "team")


def test_what_was_given_up_is_named_until_it_was_told(study: Repo):
    promoted(study, "1.0.0")
    (one,) = waiting()
    NoticeQueue().update(replace(one.failed("refused", time.time()), given_up=True))
    assert notifications.notes() == ["1 notification given up (team: refused): %mv_policy notify"]
    report = notifications.send_now()
    assert [(n.kind, n.given_up) for n in report.waiting] == [("promote", True)]
    assert notifications.notes() == []
    assert policy.in_force(study).hook_rules.channels("promote") == ["team"]
