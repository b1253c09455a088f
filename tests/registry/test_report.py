"""The report for an audit: of a busy store, an empty one, a damaged log, a purged variable, and erased people."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from nbmodelver import views
from nbmodelver.catalogue.events import log
from nbmodelver.catalogue.events.log import key_of
from nbmodelver.registry import audit, report
from nbmodelver.registry.report_facts import ReportRequest
from nbmodelver.repo import Repo
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend
from tests.registry.samples import ADA, GRACE, acting, busy, promoted, registered, study, three

EVERY = ReportRequest()


def everything(repo: Repo) -> str:
    """The page and the JSON form in one text."""
    found = report.compliance(repo, EVERY)
    return views.compliance_page(found) + json.dumps(found.to_dict(), ensure_ascii=False)


def test_cap_22_the_evidence_for_an_audit_is_collected_with_what_is_not_known():
    found = report.compliance(busy(), EVERY)
    assert [t.id for t in found.tables] == [
        "inventory", "holders", "data", "changes", "approvals", "gates", "forced", "deployments", "accesses", "states",
        "policy", "alarms", "integrity", "retention", "materials",
    ]  # fmt: skip
    assert {t.id for t in found.tables if not t.rows} == {"accesses", "alarms", "retention"}
    assert all(len(row) == len(t.columns) for t in found.tables for row in t.rows)
    rules = {r.rule.partition(",")[0] for r in found.rules}
    assert {"AI Act", "GDPR", "HIPAA", "SOC 2"} <= rules
    assert {r.cover for r in found.rules} == {"prevented", "visible", "not covered"}
    assert found.headline.startswith("1 model, 3 versions, ")
    assert f"not known: {found.unknown_count} facts" in found.headline
    assert not found.damage
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(found.bom)) is None


def test_the_report_writes_nothing():
    repo = busy()
    before = repo.moves.log.count()
    found = report.compliance(repo, EVERY)
    assert (repo.moves.log.count(), found.checkpoint, found.no_checkpoint) == (before, None, report.NOT_WRITTEN)


def test_a_report_of_one_model_has_nothing_of_another():
    repo = busy()
    registered(repo, "v3", model="secret-project")
    assert "secret-project" not in json.dumps(report.compliance(repo, ReportRequest("churn")).to_dict())


def test_an_empty_store_has_an_empty_report():
    backend = MemoryBackend()
    layout.create(backend)
    found = report.compliance(Repo(backend), EVERY)
    assert found.headline.startswith("0 models, 0 versions, 0 events · no damage found in log and structure")
    assert {t.id for t in found.tables if t.rows} == {"integrity"}
    assert "no model is registered" in views.compliance_page(found)


@pytest.mark.parametrize("how", ["changed", "deleted"])
def test_a_damaged_log_is_said_in_the_first_line(how: str):
    repo = busy()
    event = next(e for e in repo.moves.log.newest() if e.kind == "promote")
    key = key_of(event.writer, event.sequence)
    raw = bytes(repo.backend.read(key))
    repo.backend.delete(key)
    if how == "changed":
        repo.backend.create(key, [raw.replace(b"promote", b"prOmote")])
    found = report.compliance(Repo(repo.backend), EVERY)
    assert found.headline.startswith("DAMAGED: ")
    assert views.compliance_page(found).index("DAMAGED") < views.compliance_page(found).index("<h2")
    assert str(views.compliance(found)).startswith("compliance report · DAMAGED")
    assert found.store == report.compliance(repo, EVERY).store != ""
    kept = next(t for t in found.tables if t.id == "inventory")
    assert len(kept.rows) == 3


def test_a_damaged_record_is_said_in_the_first_line():
    repo = three()
    key = next(k for k in repo.backend.list("records/") if repo["v2"].id in k)
    raw = bytes(repo.backend.read(key))
    repo.backend.delete(key)
    repo.backend.create(key, [raw[:-9]])
    found = report.compliance(Repo(repo.backend), EVERY)
    assert found.headline.startswith("DAMAGED: ")
    assert any(one.startswith("store: ") for one in found.damage)


def test_a_purged_variable_is_in_no_part_of_the_report():
    repo = three()
    assert "data:rows" in everything(repo)
    repo.purge("rows")
    shown = everything(repo)
    assert "data:rows" not in shown
    assert "rewritten without the purged variables" in shown


def test_an_erased_person_stays_erased():
    repo = busy()
    repo.settings.set("author", "Grace")
    repo.commit({"n": 1}, "Grace made this")
    registered(repo, "v4", variable="n", model="other")
    acting(repo, ADA)
    assert "Grace" in everything(repo)
    audit.erase(repo, "grace@example.org", "request of p-grace")
    assert "Grace" not in everything(repo)
    assert "grace@" not in everything(repo)


def test_names_in_other_scripts_are_kept_and_no_text_becomes_markup():
    repo = study()
    evil = "<script>alert(1)</script> \u202eсоздано 模型 & 'x'"
    acting(repo, replace(GRACE, name="Ὑπατία <b>"))
    registered(repo, "v1", why=evil)
    promoted(repo, "1.0.0", why=evil)
    page = views.compliance_page(report.compliance(repo, EVERY))
    assert "<script" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; \\u202eсоздано 模型 &amp; &#x27;x&#x27;" in page
    assert "Ὑπατία &lt;b&gt;" in page


def test_a_store_without_a_log_says_so():
    repo = study()
    repo.backend.swap("format", bytes(repo.backend.read("format")), b'{"format": 2, "readable_by": 2}')
    found = report.compliance(Repo(repo.backend), EVERY)
    assert "no audit log (format 2)" in found.headline
    assert any(u.what.startswith("who changed what") for u in found.not_known)


@pytest.mark.parametrize("how", ["cut", "flipped", "gone"])
@pytest.mark.parametrize("prefix", ["eventlogs/", "packs/", "records/", "refs/", "profiles/"])
def test_damage_anywhere_stops_no_report(prefix: str, how: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(log, "MANY", 3)
    monkeypatch.setattr(log, "KEPT", 1)
    repo = busy()
    repo.moves.log.fold()
    report.compliance(repo, EVERY)
    objects = {key: bytes(repo.backend.read(key)) for key in repo.backend.list("")}
    for key in [k for k in objects if k.startswith(prefix)]:
        raw, middle = objects[key], len(objects[key]) // 2
        changed = {"cut": raw[:middle], "flipped": raw[:middle] + bytes([raw[middle] ^ 4]) + raw[middle + 1 :]}
        backend = MemoryBackend()
        for other, data in objects.items():
            if other != key or how != "gone":
                backend.create(other, [changed[how] if other == key else data])
        found = report.compliance(Repo(backend), EVERY)
        assert "</html>" in views.compliance_page(found)
        if prefix in ("eventlogs/", "records/"):
            assert found.headline.startswith("DAMAGED: "), key
