"""The facts of a report: events of a period and of a model, also of a damaged log; and authors after an erasure."""

from __future__ import annotations

import pytest

from nbmodelver.catalogue.events import log
from nbmodelver.catalogue.events.log import key_of
from nbmodelver.errors import UnknownModel, UsageError
from nbmodelver.registry import audit
from nbmodelver.registry.report_facts import HIDDEN_AUTHOR, ReportFacts, ReportRequest, checked, readable, state_of
from nbmodelver.repo import Repo
from tests.registry.samples import GRACE, acting, busy, promoted, registered, study, three


def kinds(repo: Repo, **request: str) -> list[str]:
    return [e.kind for e in ReportFacts(repo, ReportRequest(**request)).events]


def test_a_period_has_its_first_and_its_last_day():
    repo = three()
    day = next(repo.moves.log.newest()).at_utc[:10]
    assert kinds(repo, since=day, until=day) == ["register"] * 3
    assert kinds(repo, since="2999-01-01") == kinds(repo, until="2000-01-01") == []


def test_a_model_has_its_own_events_and_those_of_the_whole_store():
    repo = busy()
    registered(repo, "v3", model="other")
    repo.tag("t", "v1")
    assert "policy" in kinds(repo, model="other")
    assert not {"promote", "tag", "check", "deploy", "deprecate"} & set(kinds(repo, model="other"))
    assert {"promote", "check", "deploy", "deprecate"} <= set(kinds(repo, model="churn"))


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"since": "last week"}, "'last week' is no day"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "ends before"),
    ],
)
def test_a_period_that_is_none_is_refused(request_: dict[str, str], text: str):
    with pytest.raises(UsageError, match=text):
        checked(three(), ReportRequest(**request_))
    with pytest.raises(UnknownModel):
        checked(three(), ReportRequest("other"))


@pytest.mark.parametrize("folded", [False, True])
def test_events_of_a_damaged_log_are_read_as_far_as_they_can(folded: bool, monkeypatch: pytest.MonkeyPatch):
    if folded:
        monkeypatch.setattr(log, "MANY", 3)
        monkeypatch.setattr(log, "KEPT", 1)
    repo = busy()
    if folded:
        repo.moves.log.fold()
    every = readable(repo)
    newest = every[0]
    key = key_of(newest.writer, newest.sequence)
    raw = bytes(repo.backend.read(key))
    repo.backend.swap(key, raw, raw[:40] + b"X" + raw[41:])
    assert [e.id for e in readable(Repo(repo.backend))] == [e.id for e in every[1:]]


def test_an_author_of_a_record_is_not_shown_after_an_erasure_unless_an_event_names_them():
    repo = study()
    repo.settings.set("author", "Ada")
    repo.commit({"n": 1})
    repo.settings.set("author", "Grace")
    repo.commit({"n": 2})
    registered(repo, "v1")
    facts = ReportFacts(repo, ReportRequest())
    assert [facts.author(repo[v]) for v in ("v4", "v5")] == ["Ada", "Grace"]
    promoted(acting(repo, GRACE), "1.0.0")
    audit.erase(acting(repo, GRACE), "ada", "request")
    facts = ReportFacts(repo, ReportRequest())
    assert [facts.author(repo[v]) for v in ("v4", "v5")] == [HIDDEN_AUTHOR, "Grace"]
    assert facts.message(repo["v4"]) == ""


def test_a_version_whose_data_is_gone_stays_registered():
    repo = three()
    repo.forget("v1", force=True)
    repo.gc(grace_s=0)
    facts = ReportFacts(repo, ReportRequest())
    assert [r.number for r in facts.registered] == ["2.0.0", "1.1.0", "1.0.0"]
    assert sorted(facts.versions) == ["churn/1.1.0", "churn/2.0.0"]
    assert state_of(facts, facts.versions["churn/2.0.0"]) == "active"
