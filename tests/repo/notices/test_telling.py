"""Events, failed gates and alarms become notices of the channels that the policy names; the verb never waits."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import GateFailed
from nbmodelver.model import Finding
from nbmodelver.registry import approvals, audit, drift_alarms, lifecycle
from nbmodelver.repo import Repo, open_repo
from nbmodelver.repo.core.moves import EventDraft
from nbmodelver.repo.notices import sender, sending, telling
from nbmodelver.repo.notices.channels import Channels
from nbmodelver.repo.notices.queue import NoticeQueue
from tests.registry.hooked import SECRET, Receiver, hook, own_folders, waiting
from tests.registry.samples import ADA, GRACE, acting, adopted, on_disk, promoted, three

if TYPE_CHECKING:
    from pathlib import Path

NOTIFY = """
[[notify]]
on = ["promote", "gate failed", "hook failed", "approval requested", "withdraw", "deprecate", "alarm",
      "schedule failed"]
channel = "team"
[[notify]]
on = ["withdraw"]
channel = "ops"
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    own_folders(tmp_path, monkeypatch)
    return three(on_disk(tmp_path / "study"))


def _told() -> list[tuple[str, str, str]]:
    return [(w.channel, w.notice.kind, w.notice.text) for w in waiting()]


def test_each_event_of_a_policy_is_told_once_under_its_own_id(study: Repo):
    adopted(study, NOTIFY)
    promoted(study, "1.0.0")
    event = next(study.moves.log.newest())
    (one,) = waiting()
    assert (one.notice.id, one.notice.title) == (event.id, "promoted: churn/1.0.0 to production (study)")
    assert one.notice.text == "promoted churn/1.0.0 to production · a reason · Ada"
    assert (one.notice.data["number"], one.notice.data["moves"][0]["ref"]) == ("1.0.0", "stages/churn/production")
    telling.of_event(study, event)
    assert len(waiting()) == 1


def test_drift_is_told_when_it_begins_and_a_failed_schedule_each_time(study: Repo):
    adopted(study, NOTIFY)
    version = study["v1"]
    for failed in ("income moved strongly", "income moved strongly", ""):
        drift_alarms.record(study, version, "df_train", "fresh.csv", failed)
    study.moves.note(EventDraft("schedule", "schedules/1", data={"name": "backup", "outcome": "done"}))
    study.moves.note(
        EventDraft("schedule", "schedules/1", data={"name": "backup", "outcome": "failed"}, private={"said": "full"})
    )
    assert _told() == [
        ("team", "alarm", "alarm v1 · income moved strongly · Ada"),
        ("team", "schedule failed", "schedule failed backup · full · Ada"),
    ]


def test_requests_withdrawals_and_deprecations_reach_their_channels(study: Repo):
    adopted(study, NOTIFY)
    approvals.state(study, "churn/1.0.0", "production", "request", "please")
    acting(study, GRACE)
    approvals.state(study, "churn/1.0.0", "production", "approve", "read")
    approvals.state(study, "churn/1.0.0", "production", "withdraw", "new facts")
    lifecycle.deprecate(acting(study, ADA), "churn/1.0.0", "leaked rows")
    told = _told()
    assert sorted((channel, kind) for channel, kind, _ in told) == [
        ("ops", "withdraw"), ("team", "deprecate"), ("team", "request"), ("team", "withdraw"),
    ]  # fmt: skip
    assert ("team", "request", "approval requested churn/1.0.0 to production · please · Ada") in told
    assert any(k == "deprecate" and "leaked rows" in text for _, k, text in told)


def test_a_failed_gate_and_a_failed_hook_are_told_although_nothing_moved(study: Repo, tmp_path: Path):
    from nbmodelver.errors import HookFailed
    from tests.registry.hooked import allowed

    adopted(study, NOTIFY + '[[gates]]\nto = "production"\nrequire = "metrics.f1 > 2"\n')
    with pytest.raises(GateFailed):
        promoted(study, "1.0.0")
    promoted(study, "1.0.0", is_dry=True)
    allowed(study, NOTIFY + hook("before", "promote", "import sys; sys.exit('no')"))
    with pytest.raises(HookFailed):
        promoted(study, "1.0.0")
    assert [(k, t) for _, k, t in _told()] == [
        ("gate failed", "churn/1.0.0 did not go to production: metrics.f1 > 2 failed · a reason · Ada"),
        ("hook failed", "hook failed before promote churn/1.0.0 · a reason · Ada"),
    ]


def test_the_alarms_that_a_version_brought_in_are_told(study: Repo):
    adopted(study, NOTIFY)
    version = study["v2"]
    found = [
        Finding("leak:a,b", "alarm", "12 rows of b are in a", since="v2"),
        Finding("leak:c,d", "alarm", "an old one", since="v1"),
        Finding("leak:e,f", "alarm", "an accepted one", since="v2", accepted="it is fine"),
    ]
    for _ in range(2):
        telling.of_alarms(study, version, found)
    telling.of_alarms(study, version, [])
    assert [(k, t) for _, k, t in _told()] == [("alarm", "v2: 12 rows of b are in a · Ada")]


def test_without_such_rules_no_queue_is_touched(study: Repo, monkeypatch: pytest.MonkeyPatch):
    def forbidden(*_: object) -> None:
        raise AssertionError("the queue was used")

    monkeypatch.setattr(NoticeQueue, "put", forbidden)
    monkeypatch.setattr(telling.log, "warning", forbidden)
    promoted(study, "1.0.0")
    adopted(study, 'notify = [ { on = ["purge"], channel = "team" } ]')
    promoted(study, "1.1.0")
    assert waiting() == []


def test_a_queue_that_cannot_be_written_does_not_stop_the_verb(
    study: Repo, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    adopted(study, NOTIFY)
    (tmp_path / "own-state").write_text("a file where the folder would be")
    with caplog.at_level(logging.WARNING):
        assert promoted(study, "1.0.0").after is not None
    assert "could not be queued" in caplog.text


def test_case_16_the_verb_returns_at_once_the_message_waits_is_sent_once_and_no_secret_is_left(
    study: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    from nbmodelver.repo.notices import webhooks

    monkeypatch.undo()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own-config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "own-state"))
    adopted(study, NOTIFY)
    with Receiver(0) as hung:
        Channels().set("team", hung.webhook)
        promoted(study, "1.0.0")  # A real process sends; this returns while the server answers nothing.
        assert hung.asked.wait(60)
        assert len(waiting()) == 1
        assert not hung.ends.is_set()
    monkeypatch.setattr(webhooks, "LIMIT_S", 0.3)
    monkeypatch.setattr(sender, "start", lambda: None)
    event = next(study.moves.log.newest())
    with Receiver(500, 204) as receiver:
        Channels().set("team", receiver.webhook)
        while waiting():  # The process of before may send too, under the same lock.
            sending.deliver(NoticeQueue(), Channels(), every=True, patience_s=60)
    assert {headers["webhook-id"] for headers, _ in receiver.got} == {event.id}
    assert len(receiver.got) == 2, "one attempt that failed, and one that was accepted"
    with Receiver(500) as receiver:
        Channels().set("team", receiver.webhook)
        promoted(study, "1.1.0")
        sending.deliver(NoticeQueue(), Channels(), every=True)
    files = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file() and p.name != "channels.json"}
    assert len([p for p in files if p.suffix == ".json" and p.parent.name == "notices"]) == 1
    for left in waiting():
        NoticeQueue().remove(left)  # So that no process goes on.
    for secret in (SECRET, "secret-path"):
        assert not [p for p, raw in files.items() if secret.encode() in raw]
        assert secret not in caplog.text


def test_the_error_of_a_failed_attempt_holds_no_address_in_its_traceback(study: Repo):
    with Receiver(500) as receiver:
        Channels().set("team", receiver.webhook)
        with pytest.raises(Exception, match="cannot be reached") as caught:
            sending.try_out(Channels(), "team", telling.trial_notice(study, "team"))
    text = "".join(traceback.format_exception(caught.value))
    assert not [secret for secret in (SECRET, "secret-path") if secret in text]


def test_erasing_a_person_drops_what_waits_about_them(study: Repo):
    adopted(study, NOTIFY)
    promoted(study, "1.0.0")
    lifecycle.deprecate(acting(study, GRACE), "churn/2.0.0", "leaked rows")
    assert len(waiting()) == 2
    audit.erase(study, "Ada", "asked for it")
    assert [w.notice.by for w in waiting()] == [GRACE.pseudonym]


def test_a_secret_in_a_reason_is_hidden(study: Repo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OUR_API_KEY", "correct-horse-battery")
    adopted(study, NOTIFY)
    lifecycle.deprecate(study, "churn/1.0.0", "leaked correct-horse-battery")
    assert "correct-horse" not in str(waiting())


def test_another_process_continues_the_queue(study: Repo):
    adopted(study, NOTIFY)
    promoted(study, "1.0.0")
    again = open_repo(study.where)
    assert again.hook_rules.now().channels("promote") == ["team"]
    assert len(waiting()) == 1
