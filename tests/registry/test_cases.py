"""Cases that need several parts at once: edits by hand, clocks, merges of stores, full disks."""

from __future__ import annotations

import shutil
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.errors import Damaged, DivergedStage, StoreFull
from nbmodelver.registry import approvals, audit, checks, gates, lifecycle, loading, policy, promote, reading, tracing
from nbmodelver.registry.audit import AuditRequest
from nbmodelver.repo import Repo
from nbmodelver.repo.core import moves
from nbmodelver.store.backends.local import LocalBackend
from tests.answers.test_registry import answer
from tests.registry.samples import ADA, GRACE, acting, adopted, on_disk, promoted, registered, study, three

if TYPE_CHECKING:
    from pathlib import Path

PRODUCTION = "stages/churn/production"


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def clock(patched: pytest.MonkeyPatch, year: int) -> None:
    """Events get the time of this year, and so does the age of a check."""

    class Then(datetime):
        @classmethod
        def now(cls, _zone: Any = None) -> datetime:
            return datetime(year, 6, 1, tzinfo=UTC)

    for module in (moves, gates):
        patched.setattr(module, "datetime", Then)


def test_case_05_a_stage_that_was_edited_by_hand_is_not_loaded_and_the_audit_names_the_event():
    repo = three()
    promoted(repo, "1.0.0")
    before = repo.refs.get(PRODUCTION)
    assert before is not None
    event = repo.moves.state(PRODUCTION).event  # type: ignore[union-attr]
    edited = before.replace("1.0.0", "2.0.0").replace(repo["v1"].id, repo["v3"].id)
    repo.refs.move(PRODUCTION, before, edited)
    with pytest.raises(Damaged, match=f"{PRODUCTION} was changed without an event") as caught:
        loading.load("models:/churn@production", store=repo)
    assert "--verify" in caught.value.hint
    assert any(f"event {event} set another value" in p.what for p in audit.verify(repo).problems)
    assert loading.load("churn/2.0.0", store=repo).max_depth == 3


def test_case_06_a_clock_that_is_wrong_changes_no_order_no_gate_and_no_way_back(monkeypatch: pytest.MonkeyPatch):
    gate = '[[gates]]\nto = "production"\ncheck = "bias"\nmax_age_days = 30\n'
    repo = adopted(three(), gate)
    checks.record(repo, repo["v1"], "bias", passed=True, message="", source="")
    promoted(repo, "1.0.0")
    with monkeypatch.context() as patched:
        clock(patched, 2016)
        checks.record(repo, repo["v2"], "bias", passed=True, message="", source="")
        rules = policy.in_force(repo)
        (found,) = gates.results(repo, reading.resolve(repo, "churn/1.1.0"), rules.stage("production"), rules)
        assert found.outcome == "pass"
        promoted(repo, "1.1.0")
    with monkeypatch.context() as patched:
        clock(patched, 2036)
        repo.tag("later", "v1")
    # The clock is right again, and behind the newest event: the age counts from the latest time that was seen.
    (found,) = gates.results(repo, reading.resolve(repo, "churn/1.1.0"), rules.stage("production"), rules)
    assert found.outcome == "fail"
    assert [h.registered.number for h in reading.history(repo, "churn", "production")] == ["1.1.0", "1.0.0"]
    assert promote.back(repo, "churn", "", "why").after.number == "1.0.0"  # type: ignore[union-attr]
    assert audit.verify(repo).problems == ()
    assert "(clock differs)" in str(answer(repo, "audit"))


def copied(repo: Repo, folder: Path) -> Repo:
    """A copy of the folder of the store, as `cp -r` makes it."""
    root = repo.backend.local_path()
    assert root is not None
    shutil.copytree(root, folder)
    return acting(Repo(LocalBackend(folder)), ADA)


def united(repo: Repo, other: Repo) -> Repo:
    """The store with the events of both."""
    for key in other.backend.list("events/"):
        repo.backend.create(key, [bytes(other.backend.read(key))])
    return acting(Repo(repo.backend), ADA)


def test_case_10_and_12_copies_go_on_as_two_writers_and_their_union_is_verified(tmp_path: Path):
    repo = three(on_disk(tmp_path))
    other = copied(repo, tmp_path / "copy")
    promoted(repo, "1.0.0", "staging")
    lifecycle.deprecate(repo, "churn/1.1.0", "old")
    promoted(other, "2.0.0")
    promote.alias(other, "churn/2.0.0", "champion")
    one, two = united(repo, other), united(other, repo)
    lists = [[e.id for e in audit.page(store, AuditRequest(limit=None)).events] for store in (one, two)]
    assert lists[0] == lists[1]
    assert len(lists[0]) == 7
    for store in (one, two):
        assert audit.verify(store).writers == 2
        assert store.moves.rebuild()  # As %mv_repair: the refs follow the events of the other copy.
        found = audit.verify(store)
        assert (found.problems, found.diverged) == ((), ())
        assert reading.model(store, "churn").stages == {"production": "2.0.0", "staging": "1.0.0"}
        assert reading.model(store, "churn").aliases == {"champion": "2.0.0"}
        assert promoted(store, "1.1.0").before.number == "2.0.0"  # type: ignore[union-attr]


def test_case_10_a_ref_that_a_copy_moved_on_follows_and_one_that_both_moved_stays(tmp_path: Path):
    repo = three(on_disk(tmp_path))
    promoted(repo, "1.0.0")
    promoted(repo, "1.1.0", "staging")
    other = copied(repo, tmp_path / "copy")
    promoted(other, "2.0.0")
    promoted(repo, "1.0.0", "staging")
    promoted(other, "1.1.0", "development")
    one = united(repo, other)
    one.moves.rebuild()
    assert set(audit.verify(one).diverged) == {"stages/churn/staging", PRODUCTION}
    assert reading.model(one, "churn").stages["staging"] == "1.0.0"


def test_case_11_a_diverged_stage_loads_its_own_value_with_a_warning_until_it_is_settled(tmp_path: Path):
    repo = three(on_disk(tmp_path))
    promoted(repo, "1.0.0")
    other = copied(repo, tmp_path / "copy")
    promoted(repo, "1.1.0")
    promoted(other, "2.0.0")
    one, two = united(repo, other), united(other, repo)
    for store, columns in ((one, 3), (two, 2)):
        with pytest.warns(DivergedStage, match="--settle"):
            assert loading.load("models:/churn@production", store=store).n_features_in_ == columns
        assert "differs between two merged stores" in str(answer(store, "models churn"))
        assert audit.verify(store).diverged == (PRODUCTION,)
    promoted(one, "2.0.0", settles=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert loading.load("models:/churn@production", store=one).n_features_in_ == 2
    assert (audit.verify(one).diverged, audit.verify(one).problems) == ((), ())


def test_case_17_titles_are_any_unicode_and_direction_marks_are_shown_escaped():
    repo = three()
    answer(repo, 'models churn --describe "Отток \u202eевил"')
    text = str(answer(repo, "models churn"))
    assert "Отток" in text
    assert "\u202e" not in text


def test_case_18_an_approval_withdrawn_after_the_promotion_is_shown_and_moves_nothing():
    repo = adopted(three(), '[[gates]]\nto = "production"\napprovals = 1\n')
    approvals.state(acting(repo, GRACE), "churn/1.0.0", "production", "approve", "read")
    promoted(repo, "1.0.0")
    assert approvals.lost(repo, "churn") == []
    approvals.state(repo, "churn/1.0.0", "production", "withdraw", "the report was wrong")
    assert reading.model(repo, "churn").stages == {"production": "1.0.0"}
    said = "production holds 1.0.0, and Grace withdrew the approval on"
    shown = str(answer(repo, "models churn"))
    assert said in shown
    assert "the report was wrong" in shown
    assert "1 approval withdrawn" in str(answer(repo, "models"))
    assert "withdraw" in str(answer(repo, "trace churn/1.0.0"))


def test_case_07_and_22_approvals_and_former_stages_outlive_a_purge_an_archive_and_gc():
    repo = acting(three(), GRACE)
    approvals.state(repo, "churn/1.0.0", "production", "approve", "read")
    promoted(repo, "1.0.0")
    repo.purge("rows")
    before = loading.load("churn/1.0.0", store=repo).get_params()
    lifecycle.archive(repo, "churn/1.0.0", "licence")
    repo.gc(grace_s=0)
    lifecycle.restore(repo, "churn/1.0.0", "renewed")
    assert loading.load("churn/1.0.0", store=repo).get_params() == before
    found = tracing.trace(repo, "churn/1.0.0")
    assert [a.counts for a in found.approvals] == [True]
    assert [label for label, _ in found.held] == ["churn@production"]
    assert audit.verify(repo).problems == ()


def test_case_26_on_a_full_disk_a_promotion_is_refused_before_anything_moves(monkeypatch: pytest.MonkeyPatch):
    repo = three()
    promoted(repo, "1.0.0")
    refs = repo.refs.all()

    def refuse(*_args: object, **_more: object) -> bool:
        raise StoreFull("cannot write: no space left on device")

    monkeypatch.setattr(repo.backend, "create", refuse)
    monkeypatch.setattr(repo.backend, "swap", refuse)
    with pytest.raises(StoreFull):
        promoted(repo, "1.1.0")
    full = acting(Repo(repo.backend), GRACE)
    assert full.refs.all() == refs
    assert audit.verify(full).problems == ()
    assert [e.kind for e in audit.page(full, AuditRequest(limit=1)).events] == ["promote"]
    assert tracing.trace(full, "churn@production").registered[0].number == "1.0.0"
    assert loading.load("models:/churn@production", store=full).max_depth == 2


def test_case_28_a_thousand_loads_of_a_deprecated_version_are_one_warning_and_one_event():
    repo = study()
    registered(repo)
    lifecycle.deprecate(repo, "churn/1.0.0", "old")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(30):  # Each load reads the value again; the thirtieth is like the thousandth.
            loading.load("churn/1.0.0", store=repo)
    assert [str(w.message) for w in caught if "is deprecated" in str(w.message)] == [str(caught[0].message)]
    assert [e.kind for e in repo.moves.log.newest()].count("access") == 1
