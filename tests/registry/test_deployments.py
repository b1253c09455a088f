"""Deployments say which version runs where and since when."""

from __future__ import annotations

import pytest

from nbmodelver.errors import ArchivedVersion, BadName, UnknownModel, UsageError
from nbmodelver.registry import deployments, lifecycle, reading
from nbmodelver.registry.deployments import DeployRequest, deploy
from tests.registry.samples import three


def test_a_deployment_replaces_the_one_before_and_history_stays():
    repo = three()
    deploy(repo, DeployRequest("churn/1.0.0", "eu", "release 12", note="blue"))
    now, before = deploy(repo, DeployRequest("churn/1.1.0", "eu", "release 13", share_percent=10))
    assert (now.registered.number, now.share_percent, now.by) == ("1.1.0", 10.0, "Ada")
    assert before is not None
    assert (before.registered.number, before.note) == ("1.0.0", "blue")
    past = deployments.history(repo, "eu")
    assert [(d.registered.number, d.is_open) for d in past] == [("1.1.0", True), ("1.0.0", False)]
    assert past[1].until_utc == past[0].since_utc
    assert deployments.places(repo) == ["eu"]


def test_the_end_of_a_deployment_needs_a_reason():
    repo = three()
    deploy(repo, DeployRequest("churn/1.0.0", "eu", "go"))
    with pytest.raises(UsageError, match="needs a reason"):
        deployments.end(repo, "eu", "")
    with pytest.raises(UnknownModel, match="nothing is deployed to 'ue'") as caught:
        deployments.end(repo, "ue", "why")
    assert "eu" in caught.value.hint
    assert deployments.end(repo, "eu", "moved").registered.number == "1.0.0"
    assert (deployments.places(repo), deployments.current(repo, "eu")) == ([], None)


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (DeployRequest("churn/1.0.0", "eu", "again"), UsageError),
        (DeployRequest("churn/1.1.0", "a b", "go"), BadName),
        (DeployRequest("churn/1.1.0", "us", "go", share_percent=0), UsageError),
        (DeployRequest("churn/9.0.0", "us", "go"), UnknownModel),
        (DeployRequest("churn/2.0.0", "us", "go"), ArchivedVersion),
    ],
)
def test_an_invalid_deployment_is_refused(request_: DeployRequest, error: type[Exception]):
    repo = three()
    deploy(repo, DeployRequest("churn/1.0.0", "eu", "go"))
    lifecycle.archive(repo, "churn/2.0.0", "licence")
    count = repo.moves.log.count()
    with pytest.raises(error):
        deploy(repo, request_)
    assert repo.moves.log.count() == count


def test_a_dry_run_records_nothing():
    repo = three()
    deploy(repo, DeployRequest("churn/1.0.0", "eu", "go", is_dry=True))
    assert deployments.places(repo) == []


def test_a_stamp_names_the_version_and_its_content():
    registered = reading.resolve(three(), "churn/1.0.0")
    assert registered.stamp == f"churn/1.0.0+{registered.version[:16]}"
