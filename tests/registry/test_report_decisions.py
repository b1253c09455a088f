"""Tables of a report about decisions: approvals, gates, forced acts, accesses, integrity, retention, alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import DeprecatedVersion
from nbmodelver.registry import approvals, audit, loading, report_decisions
from nbmodelver.registry.report_facts import ReportFacts, ReportRequest
from tests.registry.samples import ADA, GRACE, acting, busy, study, three

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def facts(repo: Repo, since: str = "") -> ReportFacts:
    return ReportFacts(repo, ReportRequest(since=since))


def test_approvals_say_whether_they_count():
    repo = busy()
    approvals.state(acting(repo, ADA), "churn/2.0.0", "production", "approve", "my own")
    rows = report_decisions.approved(facts(repo)).rows
    assert [(r[1], r[4], r[6]) for r in rows] == [
        ("churn/2.0.0", "Ada", "no: the author of the version does not count"), ("churn/1.0.0", "Grace", "yes"),
    ]  # fmt: skip
    assert report_decisions.approved(facts(repo, "2999-01-01")).rows == ()


def test_every_outcome_of_a_gate_and_every_check_is_a_row():
    rows = report_decisions.gates(facts(busy())).rows
    found = [(r[1], r[3], r[4]) for r in rows]
    assert ("churn/1.0.0", "metrics.f1 >= 0.83", "pass") in found
    assert ("churn/1.1.0", "metrics.f1 >= 0.83", "fail") in found
    assert ("churn/1.0.0", "check bias", "pass") in found


def test_what_was_forced_has_the_gates_that_failed():
    (row,) = report_decisions.forced(facts(busy())).rows
    assert row[1:] == ("promote", "churn/1.1.0", "Ada", "must be", "metrics.f1 >= 0.83, check bias")


def test_accesses_are_recorded_for_deprecated_versions():
    repo = busy()
    loading._warned.clear()
    with pytest.warns(DeprecatedVersion):
        loading.load("churn/1.1.0", store=repo)
    (row,) = report_decisions.accesses(facts(repo)).rows
    assert row[1:4] == ("access", "churn/1.1.0", "Ada")


def test_purges_erasures_and_forgotten_versions_are_listed_without_names():
    repo = busy()
    repo.purge("rows")
    audit.erase(acting(repo, ADA), "grace", "request of a person")
    rows = {r[1]: r for r in report_decisions.retention(facts(repo)).rows}
    assert rows["purge"][2].endswith("versions rewritten without the purged variables")
    assert rows["erase"][2:] == ("name and texts of p-grace in 1 event", "Ada", "request of a person")
    assert GRACE.email not in str(rows)


def test_a_forgotten_version_is_counted():
    repo = study()
    repo.forget("v1", force=True)
    (row,) = report_decisions.retention(facts(repo)).rows
    assert row[1:3] == ("forget", "1 version")


def test_policies_have_their_text():
    (row,) = report_decisions.policies(facts(busy())).rows
    assert "metrics.f1 >= 0.83" in row[4]
    assert report_decisions.policies(facts(three())).empty == "no policy was adopted: promotions had no gates"


def test_open_and_accepted_alarms_are_listed():
    import numpy as np

    from tests.registry.samples import registered, tree

    repo = study()
    x = np.random.default_rng(0).normal(size=(80, 3))
    repo.commit({"clf": tree(2), "X_train": x, "X_test": x[60:]}, "leak")
    repo.check("v4")
    registered(repo, "v4")
    assert report_decisions.alarms(facts(repo)).rows[0][1:4:2] == ("alarm", "no")
    repo.accept("leak:X_train,X_test", "known twins")
    assert report_decisions.alarms(facts(repo)).rows[0][3] == "known twins"


def test_damage_of_the_log_and_of_the_store_is_named():
    repo = busy()
    assert dict(report_decisions.integrity(facts(repo)).rows)["audit log"].endswith("unbroken, refs agree")
    repo.refs.move("tags/by-hand", None, repo["v1"].id)
    found = [row[1] for row in report_decisions.integrity(facts(repo)).rows]
    assert found[0].endswith("DAMAGED")
    assert any("created without an event" in text for text in found)
