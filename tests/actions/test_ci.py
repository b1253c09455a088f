"""A pipeline checks a version without moving it, compares it with the present holder, and promotes it on green."""

from __future__ import annotations

import pytest

from nbmodelver.actions import ci
from nbmodelver.errors import GateFailed, RefMoved, UnknownModel, UsageError
from nbmodelver.registry import lifecycle, promote, reading
from tests.registry.samples import adopted, promoted, study, three

GATE = '[[gates]]\nto = "production"\nrequire = "metrics.f1 >= 0.82"\n'


@pytest.fixture
def repo():
    return adopted(three(), GATE)


def outcomes(found):
    return [(r.gate, r.outcome) for r in found.results]


def test_a_store_alone_is_checked(repo):
    found = ci.check(repo)
    assert (found.target, found.failed) == (None, ())
    assert outcomes(found) == [("store", "pass"), ("audit log", "pass"), ("policy", "pass")]


def test_every_gate_of_the_stage_is_checked_and_nothing_is_moved(repo):
    before = repo.moves.log.count()
    found = ci.check(repo, "churn/1.1.0", "production")
    assert outcomes(found)[3:] == [("may be used", "pass"), ("metrics.f1 >= 0.82", "fail")]
    assert [r.measured for r in found.failed] == ["0.81 >= 0.82 is false"]
    assert ci.check(repo, "churn/1.0.0").failed == ()  # The last stage is production.
    assert repo.moves.log.count() == before
    assert reading.holders(repo, "stages/", "churn") == {}


def test_an_archived_version_is_red(repo):
    lifecycle.archive(repo, "churn/1.0.0", "licence ended")
    assert [r.gate for r in ci.check(repo, "churn/1.0.0").failed] == ["may be used"]


def test_a_changed_event_and_a_changed_ref_are_red(repo):
    ref = "states/" + repo["v1"].id
    repo.refs.move(ref, None, '{"value": {"state": "archived"}, "event": ""}')
    found = ci.check(repo, "churn/1.0.0")
    assert [r.gate for r in found.failed] == ["audit log"]
    assert "created without an event" in found.failed[0].measured
    assert ci.promoted(repo, "churn/1.0.0", "", "x")[1] is None


def test_lost_data_is_red(repo):
    for key in [*repo.backend.list("packs/")]:
        repo.backend.delete(key)
    assert [r.gate for r in ci.check(repo).failed] == ["store"]


def test_unknown_models_and_stages_are_refused(repo):
    with pytest.raises(UnknownModel):
        ci.check(repo, "nothing")
    with pytest.raises(UsageError):
        ci.check(repo, "churn", "nowhere")


def test_the_present_holder_is_what_a_version_is_compared_with(repo):
    assert ci.compare(repo, "churn/1.0.0")[1:] == (None, None)
    promoted(repo, "1.0.0")
    after, before, diff = ci.compare(repo, "churn/1.1.0", "production")
    assert before is not None
    assert diff is not None
    assert (after.number, before.number, diff.before.name, diff.after.name) == ("1.1.0", "1.0.0", "v1", "v2")


def test_a_green_version_is_promoted_once(repo):
    _, moved = ci.promoted(repo, "churn/1.0.0", "production", "run 7")
    assert moved is not None
    found, again = ci.promoted(repo, "churn/1.0.0", "production", "run 8")
    assert (found.is_there, again) == (True, None)
    assert [h.why for h in reading.history(repo, "churn", "production")] == ["run 7"]


def test_a_red_version_is_not_promoted(repo):
    found, moved = ci.promoted(repo, "churn/1.1.0", "production", "run 7")
    assert (moved, len(found.failed)) == (None, 1)
    assert reading.holders(repo, "stages/", "churn") == {}


@pytest.mark.parametrize(
    ("address", "why", "says"), [("", "x", "the model is missing"), ("churn", "", "needs a reason")]
)
def test_a_promotion_needs_a_model_and_a_reason(repo, address, why, says):
    with pytest.raises(UsageError, match=says):
        ci.promoted(repo, address, "", why)


@pytest.mark.parametrize("error", [GateFailed("a gate failed since"), RefMoved("moved by Grace")])
def test_what_happens_after_the_check_is_raised(repo, monkeypatch, error):
    def fails(*_):
        raise error

    monkeypatch.setattr(promote, "promote", fails)
    with pytest.raises(type(error)):
        ci.promoted(repo, "churn/1.0.0", "production", "x")


def test_the_summary_of_the_job_is_appended(tmp_path, monkeypatch):
    monkeypatch.delenv(ci.SUMMARY, raising=False)
    assert ci.write_summary("x") == ""
    path = tmp_path / "summary.md"
    path.write_text("before\n")
    monkeypatch.setenv(ci.SUMMARY, str(path))
    assert ci.write_summary("# x") == str(path)
    assert path.read_text() == "before\n# x\n"
    monkeypatch.setenv(ci.SUMMARY, str(tmp_path / "no" / "summary.md"))
    with pytest.raises(UsageError, match="cannot be written"):
        ci.write_summary("x")


def test_a_store_without_models_is_checked():
    assert ci.check(study()).results[2].measured == "none: no gates"
