"""The outcome of a comparison with fresh data is a check of the version and, while there is drift, an open alarm."""

from __future__ import annotations

import pytest

from nbmodelver.errors import GateFailed
from nbmodelver.registry import audit, checks, drift_alarms
from tests.registry.samples import adopted, promoted, three

SAID = "fresh data drifted from rows: income moved (0.3)"


@pytest.fixture
def repo():
    return three()


def record(repo, failed):
    return drift_alarms.record(repo, repo["v1"], "rows", "fresh.csv", failed)


def test_drift_is_an_alarm_until_data_without_drift_is_compared(repo):
    record(repo, SAID)
    assert (repo.alarm_of("v1"), repo.alarm_of("v2")) == (SAID, "")
    assert [(f.id, f.level, f.since) for f in repo.findings("v1").found] == [("drift:rows", "alarm", "v1")]
    record(repo, "")
    assert repo.alarm_of("v1") == ""
    assert [f.id for f in repo.findings("v1").found] == []
    assert audit.verify(repo).problems == ()


def test_a_check_of_the_version_does_not_close_the_alarm(repo):
    record(repo, SAID)
    assert [f.id for f in repo.check("v1").found] == ["drift:rows"]
    record(repo, "")
    assert repo.check("v1").found == ()


def test_gates_read_the_outcome_and_the_alarm(repo):
    adopted(repo, '[[gates]]\nto = "production"\nrequire = "alarms.open == 0"\ncheck = "drift"\n')
    with pytest.raises(GateFailed, match="1 of 2 gates fail"):
        promoted(repo, "1.0.0")
    record(repo, SAID)
    with pytest.raises(GateFailed, match="2 of 2 gates fail"):
        promoted(repo, "1.0.0")
    record(repo, "")
    assert promoted(repo, "1.0.0").after is not None


def test_an_accepted_drift_is_no_alarm(repo):
    record(repo, SAID)
    repo.accept("drift:rows", "new prices")
    assert repo.alarm_of("v1") == ""
    assert repo.findings("v1").of("alarm") == ()


def test_the_outcome_is_kept_with_its_source(repo):
    record(repo, SAID)
    event = checks.latest(repo, repo["v1"].id, "drift")
    assert event is not None
    assert (event.data["outcome"], event.private["message"], event.private["source"]) == ("fail", SAID, "fresh.csv")


def test_the_alarm_goes_along_when_a_purge_replaces_the_version():
    repo = three()
    record(repo, SAID)
    repo.purge(["clf"])
    assert repo.alarm_of("v1") == SAID
    assert audit.verify(repo).problems == ()


def test_a_damaged_ref_does_not_prevent_the_status(repo):
    record(repo, SAID)
    ref = f"drifts/{repo['v1'].id}"
    repo.refs.move(ref, repo.refs.get(ref), "no json")
    assert repo.findings("v1").found == ()
    assert repo.verify() != []
