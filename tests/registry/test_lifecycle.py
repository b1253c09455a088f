"""Versions are deprecated, archived and restored; nothing is deleted, and every use respects the state."""

from __future__ import annotations

import warnings

import pytest

from nbmodelver.errors import ArchivedVersion, DeprecatedVersion, UnknownModel, UnknownVersion, UsageError
from nbmodelver.registry import deployments, lifecycle, promote, reading
from nbmodelver.repo.core import states
from tests.registry.samples import promoted, study, three


def test_a_deprecation_names_the_reason_the_replacement_and_who_uses_it():
    repo = three()
    promoted(repo, "1.0.0")
    promote.alias(repo, "churn/1.0.0", "champion")
    repo.tag("best", "v1")
    deployments.deploy(repo, deployments.DeployRequest("churn/1.0.0", "eu", "go"))
    done = lifecycle.deprecate(repo, "churn/1.0.0", "leaked rows", use="churn/2.0.0")
    assert done.shown == "churn/1.0.0"
    assert done.used_by == ("stage production", "alias champion", "deployed to eu", "tag best")
    assert done.state is not None
    assert (done.state.why, done.state.use, done.state.by) == ("leaked rows", "churn/2.0.0", "Ada")
    assert reading.model(repo, "churn").stages == {"production": "1.0.0"}


def test_a_deprecation_can_start_later():
    repo = three()
    state = lifecycle.deprecate(repo, "v1", "end of support", starts_on="2999-12-31").state
    assert state is not None
    assert not states.is_in_force(state)
    assert states.deprecation_note(repo, repo["v1"]) == "v1 is deprecated from 2999-12-31: end of support"
    assert states.is_in_force(state, today="2999-12-31")


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"why": ""}, "needs a reason"),
        ({"starts_on": "tomorrow"}, "'tomorrow' is no day"),
        ({"use": "churn/1.0.0"}, "is the version itself"),
    ],
)
def test_an_invalid_deprecation_is_refused_with_a_way_out(more: dict[str, str], what: str):
    with pytest.raises(UsageError, match=what) as caught:
        lifecycle.deprecate(three(), "churn/1.0.0", **{"why": "old", **more})
    assert caught.value.hint


def test_a_replacement_must_be_usable_itself():
    repo = three()
    lifecycle.deprecate(repo, "churn/2.0.0", "old")
    with pytest.raises(UsageError, match="is deprecated itself"):
        lifecycle.deprecate(repo, "churn/1.0.0", "old", use="churn/2.0.0")


def test_an_unknown_address_or_revision_is_named():
    repo = three()
    with pytest.raises(UnknownModel, match=r"no version '9\.9\.9'"):
        lifecycle.deprecate(repo, "churn/9.9.9", "why")
    with pytest.raises(UnknownModel, match="neither a registered model nor a version"):
        lifecycle.deprecate(repo, "chrn/1.0.0", "why")
    with pytest.raises(UnknownVersion):
        lifecycle.deprecate(repo, "v99", "why")


def test_an_archived_version_leaves_its_stages_and_aliases_in_one_event():
    repo = three()
    promoted(repo, "1.0.0")
    promote.alias(repo, "churn/1.0.0", "champion")
    done = lifecycle.archive(repo, "churn/1.0.0", "licence ended")
    assert done.used_by == ("stage production", "alias champion")
    model = reading.model(repo, "churn")
    assert (model.stages, model.aliases, model.states["1.0.0"].state) == ({}, {}, "archived")
    event = next(repo.moves.log.newest())
    assert (event.kind, len(event.moves)) == ("archive", 3)


def test_an_archived_version_is_refused_everywhere_until_it_is_restored():
    repo = three()
    values = repo.load("v1")
    lifecycle.archive(repo, "churn/1.0.0", "licence ended")
    with pytest.raises(ArchivedVersion, match="licence ended") as caught:
        repo.load("v1")
    assert "%mv_archive v1 --undo -m WHY" in caught.value.hint
    with pytest.raises(UsageError, match="archived already"):
        lifecycle.archive(repo, "churn/1.0.0", "again")
    with pytest.raises(UsageError, match="needs a reason"):
        lifecycle.restore(repo, "churn/1.0.0", "")
    done = lifecycle.restore(repo, "churn/1.0.0", "licence renewed")
    assert done.state is None
    assert repo.load("v1").keys() == values.keys()
    with pytest.raises(UsageError, match="neither archived nor deprecated"):
        lifecycle.restore(repo, "churn/1.0.0", "again")


def test_an_archived_version_is_never_forgotten_nor_collected():
    repo = study()
    lifecycle.archive(repo, "v1", "licence ended")
    with pytest.raises(UsageError, match="v1 is archived"):
        repo.forget(["v1"], force=True)
    repo.gc(grace_s=0)
    lifecycle.restore(repo, "v1", "renewed")
    assert set(repo.load("v1")) == {"clf", "rows"}
    assert repo.verify(full=True) == []


def test_a_deployed_version_is_not_archived():
    repo = three()
    deployments.deploy(repo, deployments.DeployRequest("churn/1.0.0", "eu", "go"))
    with pytest.raises(UsageError, match="is deployed to eu") as caught:
        lifecycle.archive(repo, "churn/1.0.0", "old")
    assert caught.value.hint == "end that first: %mv_deploy eu --end -m WHY"


def test_a_load_of_a_deprecated_version_warns():
    repo = three()
    lifecycle.deprecate(repo, "v1", "leaked rows")
    with pytest.warns(DeprecatedVersion, match="leaked rows"):
        repo.load("v1")
    lifecycle.restore(repo, "v1", "no leak")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        repo.load("v1")


def test_a_dry_run_changes_nothing():
    repo = three()
    count = repo.moves.log.count()
    lifecycle.deprecate(repo, "v1", "x", is_dry=True)
    lifecycle.archive(repo, "v1", "x", is_dry=True)
    assert (repo.moves.log.count(), states.state_of(repo, repo["v1"].id)) == (count, None)


def test_versions_in_stages_and_deployments_are_not_forgotten():
    repo = three()
    promoted(repo, "1.0.0")
    promoted(repo, "1.1.0")
    with pytest.raises(UsageError, match="v2 is in stage 'churn@production'"):
        repo.forget(["v2"])
    with pytest.raises(UsageError, match="v1 is a former holder of churn@production"):
        repo.forget(["v1"])
    assert states.held(repo) == {repo["v2"].id: "in stage 'churn@production'"}
    with pytest.raises(UsageError, match="v2 is in stage"):
        repo.forget(["v2"], force=True)
    assert [v.name for v in repo.forget(["v1"], force=True).versions] == ["v1"]
    with pytest.raises(UsageError, match=r"former holder churn/1\.0\.0 was forgotten"):
        promote.back(repo, "churn", "", "complaints")


def test_a_stage_and_an_approval_survive_a_purge():
    repo = three()
    promoted(repo, "1.0.0")
    lifecycle.deprecate(repo, "v2", "old")
    before = {repo[v].id for v in ("v1", "v2", "v3")}
    repo.purge("rows")
    assert not before & {repo[v].id for v in ("v1", "v2", "v3")}
    assert reading.version_of(repo, reading.resolve(repo, "churn@production")).id == repo["v1"].id
    state = states.state_of(repo, repo["v2"].id)
    assert state is not None
    assert (state.state, state.why) == ("deprecated", "old")
    assert repo.verify() == []
