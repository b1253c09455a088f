"""The states of versions, and the versions that must not be forgotten."""

from __future__ import annotations

from nbmodelver.model.registry import VersionState
from nbmodelver.registry import deployments, lifecycle, promote
from nbmodelver.repo.core import states
from tests.registry.samples import promoted, three


def test_a_state_is_a_phrase_with_its_reason_and_replacement():
    assert states.phrase(VersionState("archived", "licence ended")) == "archived: licence ended"
    assert states.phrase(VersionState("deprecated", "", use="v2", starts_on="2999-01-01")) == (
        "deprecated from 2999-01-01: no reason; use v2"
    )


def test_versions_that_something_holds_are_listed_with_the_reason():
    repo = three()
    promoted(repo, "1.0.0")
    promote.alias(repo, "churn/1.1.0", "champion")
    lifecycle.archive(repo, "v3", "old")
    assert states.held(repo) == {
        repo["v1"].id: "in stage 'churn@production'", repo["v2"].id: "'churn@champion'", repo["v3"].id: "archived",
    }  # fmt: skip
    deployments.deploy(repo, deployments.DeployRequest("churn/1.1.0", "eu", "go"))
    promote.remove_alias(repo, "churn", "champion")
    assert states.held(repo)[repo["v2"].id] == "deployed to eu"


def test_the_newest_former_holders_of_a_stage_are_listed():
    repo = three()
    for number in ("1.0.0", "1.1.0", "2.0.0"):
        promoted(repo, number)
    assert set(states.formerly_held(repo)) == {repo[v].id for v in ("v1", "v2", "v3")}


def test_every_state_is_found_by_version():
    repo = three()
    lifecycle.deprecate(repo, "v1", "old")
    assert {v: s.state for v, s in states.states(repo).items()} == {repo["v1"].id: "deprecated"}
    assert states.state_of(repo, repo["v2"].id) is None
