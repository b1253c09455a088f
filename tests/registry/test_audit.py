"""The audit log shows, filters and proves who did what, and compares with checkpoints that lie elsewhere."""

from __future__ import annotations

import json

import pytest

from nbmodelver.catalogue.events import lines, log
from nbmodelver.catalogue.events.log import key_of
from nbmodelver.errors import Damaged, NotAllowed, UsageError
from nbmodelver.registry import approvals, audit, lifecycle, reading
from nbmodelver.registry.audit import AuditRequest
from nbmodelver.repo import Repo
from tests.registry.samples import ADA, GRACE, MALLORY, acting, adopted, promoted, three
from tests.registry.signed import Keys, policy_text


def kinds(repo: Repo, **more: object) -> list[str]:
    return [e.kind for e in audit.page(repo, AuditRequest(**more)).events]  # type: ignore[arg-type]


def test_events_are_filtered_by_subject_kind_person_and_time():
    repo = three()
    promoted(acting(repo, GRACE), "1.0.0")
    lifecycle.deprecate(repo, "churn/1.1.0", "old")
    repo.tag("t", "v1")
    assert kinds(repo) == ["tag", "deprecate", "promote", "register", "register", "register"]
    assert kinds(repo, subject="churn") == ["deprecate", "promote", "register", "register", "register"]
    assert kinds(repo, subject="churn/1.0.0") == ["promote", "register"]
    assert kinds(repo, kinds=("tag", "promote")) == ["tag", "promote"]
    assert kinds(repo, who="GRACE") == ["tag", "deprecate", "promote"]
    assert kinds(repo, since="2999-01-01") == []
    page = audit.page(repo, AuditRequest(limit=2))
    assert (len(page.events), page.more, page.total) == (2, True, 6)
    assert page.names[repo["v2"].id] == "v2"
    with pytest.raises(UsageError, match="no kind of event 'promotion'"):
        kinds(repo, kinds=("promotion",))
    with pytest.raises(UsageError, match="is no date"):
        kinds(repo, since="last week")


def test_an_event_is_exported_as_json():
    repo = three()
    promoted(repo, "1.0.0")
    event = audit.as_json(next(repo.moves.log.newest()))
    assert json.loads(json.dumps(event))["moves"][0]["ref"] == "stages/churn/production"
    assert (event["why"], event["kind"]) == ("a reason", "promote")


def test_one_person_is_erased_and_the_log_still_proves_who_did_not_approve(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(log, "MANY", 3)
    monkeypatch.setattr(log, "KEPT", 1)
    repo = three()
    approvals.state(acting(repo, GRACE), "churn/1.0.0", "production", "approve", "report of Grace read")
    promoted(repo, "1.0.0")
    acting(repo, ADA)
    repo.moves.log.fold()
    count = audit.erase(repo, "grace@example.org", "right to erasure")
    raw = b"".join(bytes(repo.backend.read(key)) for p in ("events/", "eventlogs/") for key in repo.backend.list(p))
    assert b"Grace" not in raw + b"".join(_blocks(repo))
    fresh = Repo(repo.backend)
    assert (count, audit.verify(fresh).problems) == (2, ())
    erased = [e for e in fresh.moves.log.newest() if e.erased]
    assert {e.by.pseudonym for e in erased} == {"p-grace"}
    assert {e.kind for e in erased} == {"approve", "promote"}
    found = approvals.all_of(fresh, reading.resolve(fresh, "churn/1.0.0"))
    assert [a.counts for a in found] == [True]
    with pytest.raises(UsageError, match="no event is by"):
        audit.erase(fresh, "grace", "again")
    with pytest.raises(UsageError, match="needs a reason"):
        audit.erase(fresh, "ada", "")


def _blocks(repo: Repo) -> list[bytes]:
    journals = repo.moves.log.journals
    journals.refresh()
    return [journal.block(at) for journal in journals.all() for at in range(journal.block_count)]


def test_a_text_that_is_removed_without_an_erasure_is_damage():
    repo = three()
    event = next(repo.moves.log.newest())
    key = key_of(event.writer, event.sequence)
    raw = bytes(repo.backend.read(key))
    repo.backend.swap(key, raw, lines.erase(raw, frozenset({"who"})))
    assert "no event of an erasure names it" in audit.verify(Repo(repo.backend)).problems[0].what


def test_a_damaged_event_is_left_out_and_counted():
    repo = three()
    event = next(repo.moves.log.newest())
    key = key_of(event.writer, event.sequence)
    raw = bytes(repo.backend.read(key))
    repo.backend.swap(key, raw, raw.replace(b"register", b"Register"))
    page = audit.page(Repo(repo.backend), AuditRequest())
    assert (len(page.events), page.unreadable) == (2, 1)


def test_a_log_that_was_edited_by_hand_moves_nothing_until_it_is_accepted():
    repo = three()
    promoted(repo, "1.0.0")
    event = next(repo.moves.log.newest())
    key = key_of(event.writer, event.sequence)
    raw = bytes(repo.backend.read(key))
    repo.backend.swap(key, raw, raw.replace(b"a reason", b"another!"))
    edited = acting(Repo(repo.backend), GRACE)
    for move in (lambda: promoted(edited, "1.1.0"), lambda: approvals.state(edited, "churn", "", "approve", "x")):
        with pytest.raises(Damaged, match=r"nothing moves: .*checksum") as caught:
            move()
        assert "--accept -m WHY" in caught.value.hint
    assert reading.resolve(edited, "churn").number == "2.0.0"  # Reading goes on.
    with pytest.raises(UsageError, match="needs a reason"):
        audit.accept(edited, "")
    assert audit.accept(edited, "bad disk") == 3  # The file, the ref `events` and the stage.
    found = audit.verify(edited)
    assert (found.problems, [p.object for p in found.accepted]) == ((), [key])
    assert reading.model(edited, "churn").stages == {}  # As the log states that is left.
    newest = next(edited.moves.log.newest(strict=False))
    assert (newest.kind, newest.why, newest.by.name) == ("accept", "bad disk", "Grace")
    assert promoted(edited, "1.1.0").after.number == "1.1.0"  # type: ignore[union-attr]
    with pytest.raises(UsageError, match="no problem to accept"):
        audit.accept(edited, "again")


def test_damage_is_accepted_by_admins_only():
    repo = acting(adopted(three(), 'roles = { admin = ["ada"] }'), GRACE)
    repo.refs.move("tags/by-hand", None, repo["v1"].id)
    with pytest.raises(NotAllowed, match="Grace may not accept damage"):
        audit.accept(repo, "because")
    assert audit.accept(acting(repo, ADA), "mine") == 1


def test_signers_are_counted_and_those_that_no_policy_lists_are_named(signing: Keys):
    repo = adopted(acting(three(), ADA), policy_text({"approver": [signing.of("grace")]}))
    signing.use("grace")
    approvals.state(acting(repo, GRACE), "churn/1.0.0", "production", "approve", "read")
    signing.use("mallory")
    promoted(acting(repo, MALLORY), "1.0.0")
    signing.use(None)
    found = audit.verify(repo)
    assert (found.problems, found.signed, found.unknown_keys) == ((), 2, (signing.of("mallory"),))
    page = audit.page(repo, AuditRequest(kinds=("approve", "promote", "policy")))
    assert [page.signed.get(e.id) for e in page.events] == ["valid", "valid", None]
    assert audit.as_json(page.events[0])["key"] == signing.of("mallory")
    signing.pin("mallory")
    assert audit.verify(repo).unknown_keys == ()
