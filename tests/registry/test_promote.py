"""A version moves to a stage if every gate passes, and one command takes that back."""

from __future__ import annotations

import itertools

import pytest

from nbmodelver.errors import ArchivedVersion, BadName, GateFailed, RefMoved, RefusedVersion, UnknownModel, UsageError
from nbmodelver.registry import gates, lifecycle, promote, reading
from nbmodelver.repo import Repo
from nbmodelver.repo.core.event_check import check_events
from nbmodelver.store.backends.memory import MemoryBackend
from tests.registry.samples import adopted, promoted, study, three
from tests.repo.core.test_moves import DyingBackend, Killed

GATES = """
[[gates]]
to = "production"
require = "metrics.f1 >= production.metrics.f1 - 0.005"
first = "skip"
"""


def stages(repo: Repo) -> dict[str, str]:
    return dict(reading.model(repo, "churn").stages)


def test_without_a_policy_a_version_goes_to_any_known_stage():
    repo = three()
    done = promoted(repo, "1.0.0")
    assert (done.stage, done.before, done.gates) == ("production", None, ())
    assert stages(repo) == {"production": "1.0.0"}
    with pytest.raises(UsageError, match="no stage 'prodution'") as caught:
        promoted(repo, "1.0.0", "prodution")
    assert "production" in caught.value.hint


def test_every_failed_gate_is_listed_with_its_values_and_nothing_moves():
    repo = adopted(three(), GATES + '[[gates]]\nto = "production"\ncheck = "bias"\napprovals = 1\n')
    with pytest.raises(GateFailed) as caught:
        promoted(repo, "1.0.0")
    assert "nothing was moved" in caught.value.message
    outcomes = {g.gate: g.outcome for g in caught.value.gates}  # type: ignore[attr-defined]
    assert outcomes == {
        "metrics.f1 >= production.metrics.f1 - 0.005": "first",
        "check bias": "unknown",
        "approvals": "fail",
    }
    assert stages(repo) == {}


def test_a_gate_compares_with_the_holder_of_the_stage():
    repo = adopted(three(), GATES)
    promoted(repo, "1.0.0")
    with pytest.raises(GateFailed, match=r"0\.81 >= 0\.835 is false"):
        promoted(repo, "1.1.0")
    assert promoted(repo, "2.0.0").gates[0].outcome == "pass"


def test_force_needs_a_reason_and_is_marked_for_ever():
    repo = adopted(three(), GATES)
    promoted(repo, "1.0.0")
    with pytest.raises(UsageError, match="needs a reason"):
        promoted(repo, "1.1.0", is_forced=True, why="")
    done = promoted(repo, "1.1.0", is_forced=True)
    assert done.forced == "a reason"
    assert reading.history(repo, "churn", "production")[0].forced
    event = next(repo.moves.log.newest())
    assert event.data["forced"] == ["metrics.f1 >= production.metrics.f1 - 0.005"]


def test_a_dry_run_shows_every_gate_and_moves_nothing():
    repo = adopted(three(), GATES)
    promoted(repo, "1.0.0")
    done = promoted(repo, "1.1.0", is_dry=True, why="")
    assert [g.outcome for g in done.gates] == ["fail"]
    assert stages(repo) == {"production": "1.0.0"}


def test_a_version_is_in_one_stage_and_the_former_holder_goes_where_the_policy_says():
    repo = adopted(three(), 'stages.staging = {}\nstages.production = { former = "retired" }\n')
    promoted(repo, "1.0.0", "staging")
    promoted(repo, "1.0.0")
    assert stages(repo) == {"production": "1.0.0"}
    promoted(repo, "1.1.0")
    assert stages(repo) == {"production": "1.1.0", "retired": "1.0.0"}


def test_a_stage_can_require_another_stage_first():
    repo = adopted(three(), 'stages.production = { from = ["staging"] }\n')
    with pytest.raises(GateFailed, match="it is in no stage"):
        promoted(repo, "1.0.0")
    promoted(repo, "1.0.0", "staging")
    assert promoted(repo, "1.0.0").gates[0].measured == "it is in staging"


def test_back_moves_to_the_former_holder_and_twice_back_is_two_back():
    repo = three()
    for number in ("1.0.0", "1.1.0", "2.0.0"):
        promoted(repo, number)
    assert promote.back(repo, "churn", "", "complaints").after.number == "1.1.0"  # type: ignore[union-attr]
    assert promote.back(repo, "churn", "", "more complaints").after.number == "1.0.0"  # type: ignore[union-attr]
    with pytest.raises(UsageError, match=r"no other version in production before 1\.0\.0"):
        promote.back(repo, "churn", "", "again")
    promoted(repo, "2.0.0")
    assert promote.back(repo, "churn@production", "", "no").after.number == "1.0.0"  # type: ignore[union-attr]
    assert [h.kind for h in reading.history(repo, "churn", "production")].count("back") == 3


def test_a_version_that_left_the_stage_and_returned_is_not_its_own_former_holder():
    repo = three()
    for number, stage in (("1.0.0", "production"), ("1.1.0", "production"), ("1.1.0", "staging")):
        promoted(repo, number, stage)
    promoted(repo, "1.1.0", "production")
    assert check_events(repo).diverged == ()
    assert reading.model(repo, "churn").diverged == ()
    assert promote.back(repo, "churn", "", "complaints").after.number == "1.0.0"  # type: ignore[union-attr]


def test_back_stops_at_a_holder_that_cannot_be_used_and_names_the_one_before():
    repo = three()
    for number in ("1.0.0", "1.1.0", "2.0.0"):
        promoted(repo, number)
    lifecycle.archive(repo, "churn/1.1.0", "licence ended")
    with pytest.raises(UsageError, match=r"churn/1\.1\.0 is archived: licence ended") as caught:
        promote.back(repo, "churn", "", "complaints")
    assert "%mv_promote churn/1.0.0 --to production" in caught.value.hint
    assert stages(repo) == {"production": "2.0.0"}


def test_back_of_a_model_without_a_holder_says_so():
    with pytest.raises(UsageError, match="no version in production"):
        promote.back(three(), "churn", "", "why")
    with pytest.raises(UsageError, match="needs a reason"):
        promote.back(three(), "churn", "", "")


def test_a_gated_way_back_runs_the_gates():
    repo = adopted(three(), 'stages.production = { back = "gated" }\n' + GATES)
    promoted(repo, "1.0.0")
    promoted(repo, "2.0.0")
    with pytest.raises(GateFailed):
        promote.back(repo, "churn", "", "complaints")


def test_an_alias_moves_without_gates_and_its_former_holders_stay_known():
    repo = adopted(three(), GATES)
    promote.alias(repo, "churn/1.0.0", "champion")
    promote.alias(repo, "churn/1.1.0", "champion", "better")
    assert reading.resolve(repo, "churn@champion").number == "1.1.0"
    assert reading.resolve(repo, "churn@champion~1").number == "1.0.0"
    with pytest.raises(UsageError, match="is a stage"):
        promote.alias(repo, "churn/1.0.0", "Production")
    with pytest.raises(BadName):
        promote.alias(repo, "churn/1.0.0", "a b")
    promote.remove_alias(repo, "churn", "champion")
    with pytest.raises(UnknownModel, match="no alias 'champion'"):
        promote.remove_alias(repo, "churn", "champion")


def test_an_archived_version_is_not_promoted_and_a_deprecated_one_as_the_policy_says():
    repo = three()
    lifecycle.archive(repo, "churn/1.0.0", "licence ended")
    with pytest.raises(ArchivedVersion, match="licence ended"):
        promoted(repo, "1.0.0")
    lifecycle.deprecate(repo, "churn/1.1.0", "leaked rows")
    assert promoted(repo, "1.1.0").notes == ("v2 is deprecated: leaked rows",)
    adopted(repo, 'states = { deprecated = "refuse" }\n')
    lifecycle.deprecate(repo, "churn/2.0.0", "old")
    with pytest.raises(RefusedVersion, match="old"):
        promoted(repo, "2.0.0")
    assert promoted(repo, "2.0.0", is_forced=True).after.number == "2.0.0"  # type: ignore[union-attr]


def test_of_two_promotions_at_once_one_wins_and_the_other_is_told_by_whom(monkeypatch: pytest.MonkeyPatch):
    repo = three()
    other = Repo(repo.backend)
    real = gates.results

    def slow(store: Repo, *more: object) -> object:
        if store is repo:
            promote.promote(other, promote.PromoteRequest("churn/2.0.0", "production", "hotfix"))
        return real(store, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(promote.gates, "results", slow)
    with pytest.raises(RefMoved, match="hotfix"):
        promoted(repo, "1.0.0")
    assert stages(repo) == {"production": "2.0.0"}
    assert [e.kind for e in repo.moves.log.newest()].count("promote") == 1


def test_a_kill_at_every_call_of_a_promotion_leaves_it_done_or_not_done():
    seen = set()
    for left in itertools.count():
        backend = DyingBackend()
        repo = three(study(backend))
        promoted(repo, "1.0.0", "staging")
        backend.left = left
        try:
            promoted(repo, "1.0.0")
            was_killed = False
        except Killed:
            was_killed = True
        backend.left = 10**9
        after = Repo(backend)
        seen.add(tuple(stages(after).items()))
        assert check_events(after).problems == (), left
        if not was_killed:
            break
    assert seen == {(("staging", "1.0.0"),), (("production", "1.0.0"),)}


def test_a_stage_that_two_stores_moved_has_to_be_settled():
    repo = three()
    promoted(repo, "1.0.0")
    copy = MemoryBackend()
    for key in repo.backend.list(""):
        copy.create(key, [bytes(repo.backend.read(key))])
    promoted(repo, "1.1.0")
    other = Repo(copy)
    promoted(other, "2.0.0")
    for key in copy.list("events/"):
        repo.backend.create(key, [bytes(copy.read(key))])
    merged = Repo(repo.backend)
    assert reading.model(merged, "churn").diverged == ("production",)
    with pytest.raises(RefMoved, match="two stores moved churn@production") as caught:
        promoted(merged, "2.0.0")
    assert "--settle" in caught.value.hint
    promoted(merged, "2.0.0", settles=True)
    assert reading.model(merged, "churn").diverged == ()
    assert check_events(merged).diverged == ()
    assert stages(merged) == {"production": "2.0.0"}
