"""The audit log as text: who did what, and where a clock contradicts the order."""

from __future__ import annotations

from dataclasses import replace

from nbmodelver import views
from nbmodelver.model import Problem
from nbmodelver.model.events import Audit, Checkpoint, LogCheck, Signature
from nbmodelver.model.registry import ChannelState, HookState, NoticeReport, NoticeState
from tests.catalogue.events.test_lines import EVENT


def wide(shown: views.Shown) -> str:
    """The text of a view on a wide terminal, so that no cell is cut."""
    return views.to_text(shown.document, 200)


def test_an_event_says_when_who_what_and_why():
    text = wide(views.audit(Audit((EVENT,), True, 9)))
    assert "2026-11-28 16:50" in text
    assert "Ada Łovelace" in text
    assert "churn@production: 1.3.2 -> 1.4.0" in text
    assert "better recall" in text
    assert "older events are not shown" in text


def test_a_clock_that_contradicts_the_order_is_marked():
    later = replace(EVENT, at_utc="2016-01-01T00:00:00.000000Z")
    assert "(clock differs)" in wide(views.audit(Audit((later, EVENT), False, 2)))
    assert "(clock differs)" not in wide(views.audit(Audit((EVENT, later), False, 2)))


def test_forced_and_erased_events_are_marked():
    forced = replace(EVENT, data={"forced": ["f1 > 1"]}, erased=2)
    text = wide(views.audit(Audit((forced,), False, 1)))
    assert "forced better recall(2 erased)" in text.replace("recall (", "recall(")


def test_versions_are_named_instead_of_their_ids():
    event = replace(
        EVENT, kind="check", subject=f"checks/{'9' * 40}", moves=(), data={"name": "bias", "outcome": "pass"}
    )
    assert "v7 bias pass" in wide(views.audit(Audit((event,), False, 1, {"9" * 40: "v7"})))


def test_a_check_says_what_is_not_proven_or_every_problem():
    assert "unbroken" in wide(views.checked(LogCheck(3, 1, (), ())))
    text = wide(views.checked(LogCheck(3, 1, (), (Problem("event 2 is missing", "x"),), ("stages/churn/production",))))
    assert "1 problem" in text
    assert "event 2 is missing" in text
    assert "differs between two merged stores" in text


def test_a_checkpoint_is_named_by_its_fingerprint():
    assert "9c03-77fe" in wide(views.checkpoint(Checkpoint("s", 3, (), "", "", "9c03-77fe"), "cp.json"))


def test_a_policy_says_whether_the_draft_differs_or_is_invalid():
    assert "no policy was adopted" in wide(views.policy("", None))
    assert "the draft differs and is not used" in wide(views.policy("format = 1", "format = 1\n#"))
    assert "the draft is invalid: line 3" in wide(views.policy("", None, "line 3"))
    assert "weaker: a gate is gone" in wide(views.policy("x", "x", weaker=["a gate is gone"]))


def test_the_result_of_a_check_is_one_line():
    event = replace(EVENT, data={"outcome": "fail"}, private={"message": "unfair"})
    assert wide(views.check_result(event, "bias", "v2")).startswith("check bias of v2 failed: unfair")
    assert "no result of check bias for v2" in wide(views.check_result(None, "bias", "v2"))


def test_an_event_of_a_hook_says_when_it_ran_and_how_it_ended():
    event = replace(EVENT, kind="hook", moves=(), data={"when": "before", "verb": "promote", "outcome": "late"})
    assert "before promote: late" in wide(views.audit(Audit((event,), False, 1)))


def test_a_policy_shows_what_the_user_allowed_and_configured():
    hooks = [
        HookState("before load: a", "11ab", True), HookState("before load: b", "22ab"),
        HookState("before load: c", problem="a file cannot be read"),
    ]  # fmt: skip
    channels = [ChannelState("team", ("promote", "alarm"), "mailto://…"), ChannelState("ops", ("purge",))]
    text = wide(views.policy("format = 1", None, hooks=hooks, channels=channels))
    assert "hook before load: a · you allowed it (11ab)" in text
    assert "hook before load: b · not allowed by you · read it, then: %mv_policy allow 22ab" in text
    assert "hook before load: c · cannot run: a file cannot be read" in text
    assert "channel team is notified of promote, alarm · mailto://…" in text
    assert "channel ops is notified of purge · it has no address here · %mv_config channel.ops ADDRESS" in text


def test_a_report_on_notifications_names_what_waits_and_what_was_given_up():
    waits = NoticeState("promote", "team", 2, 4.0, "the server answered 503")
    found = (waits, NoticeState("alarm", "ops", 9, 0.0, given_up=True))
    text = wide(views.notified(NoticeReport(1, found)))
    assert text.splitlines()[0].strip() == "1 notification sent"
    assert "promote for team waits: the server answered 503 · 2 attempts" in text
    assert "alarm for ops given up · 9 attempts" in text
    busy = wide(views.notified(NoticeReport(0, found, is_busy=True)))
    assert "another process is sending · 2 notifications waiting" in busy
    assert "no longer allowed: x · 11ab" in wide(views.allowed([HookState("x", "11ab")]))


KEY = "ed25519:A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="


def test_who_signed_is_shown_and_whether_the_signature_is_valid():
    event = replace(EVENT, signature=Signature(KEY, b"", b""))
    for verdict, said in (
        ("valid", "Ada Łovelace signed ed25519:A6EHv/PO…"),
        ("wrong", "wrong signature of ed25519:A6EHv/PO…"),
        ("unchecked", "signature of ed25519:A6EHv/PO… not verified"),
    ):
        assert said in wide(views.audit(Audit((event,), False, 1, {}, {event.id: verdict})))  # type: ignore[dict-item]


def test_events_that_cannot_be_read_are_counted():
    assert "2 files of the log cannot be read" in wide(views.audit(Audit((), False, 0, unreadable=2)))


def test_a_check_counts_signatures_and_names_unknown_keys_and_accepted_damage():
    found = LogCheck(
        5, 1, (), (), accepted=(Problem("event 2 is missing", "x"),), signers={("", KEY): 2, ("p", KEY): 1},
        unchecked=1, unknown_keys=(KEY,), checkpoints=(Checkpoint("s", 3, (), "", "2026-11-30", "9c03-77fe", KEY),),
    )  # fmt: skip
    text = wide(views.checked(found))
    assert "3 signed events of 1 key" in text
    assert "1 signature not verified · pip install 'nbmodelver[sign]'" in text
    assert f"no policy of then lists the key {KEY}" in text
    assert "broken, as accepted" in text
    assert "accepted: event 2 is missing (x)" in text
    assert "compared with checkpoint 9c03-77fe of 2026-11-30, signed ed25519:A6EHv/PO…" in text


def test_a_checkpoint_in_git_says_how_to_publish_it():
    found = Checkpoint("s", 3, (), "", "", "9c03-77fe", KEY)
    text = wide(views.checkpoint(found, "git"))
    assert "tag nbmodelver/checkpoint-9c03-77fe · signed ed25519:A6EHv/PO…" in text
    assert "git push --tags" in text


def test_the_own_key_is_printed_whole_and_says_if_it_is_not_used():
    assert KEY in wide(views.signing_key(KEY, "path", is_on=True))
    assert "switched off in this store" in wide(views.signing_key(KEY, "path", is_on=False))


def test_pinned_keys_are_listed():
    assert KEY in wide(views.pinned_keys({KEY: "2026-11-30T10:00:00"}))
    assert "no key is pinned" in wide(views.pinned_keys({}))
