"""Registered models, holders and histories are read from refs and events."""

from __future__ import annotations

import json

import pytest

from nbmodelver.errors import UnknownModel
from nbmodelver.registry import promote, reading
from nbmodelver.repo import Repo
from tests.registry.samples import adopted, promoted, study, three


def test_a_store_without_models_says_how_to_register_one():
    repo = study()
    assert reading.names(repo) == []
    with pytest.raises(UnknownModel) as caught:
        reading.require(repo, "churn")
    assert caught.value.hint == "register one: %mv_register churn VERSION"


def test_a_model_has_its_versions_newest_first_with_stages_and_aliases():
    repo = three()
    promoted(repo, "1.0.0")
    promote.alias(repo, "churn/1.0.0", "champion")
    model = reading.model(Repo(repo.backend), "churn")
    assert [v.number for v in model.versions] == ["2.0.0", "1.1.0", "1.0.0"]
    assert model.labels("1.0.0") == ("production", "champion")
    assert json.loads(json.dumps(reading.as_json(model)))["versions"][2]["stages"] == ["production", "champion"]


def test_a_version_has_the_labels_of_its_stages_and_its_other_addresses():
    repo = three()
    promoted(repo, "1.0.0")
    promote.alias(repo, "churn/1.0.0", "champion")
    assert reading.labels(repo) == {repo["v1"].id: ("churn@production", "churn@champion")}
    assert reading.registrations(repo, repo["v1"].id) == ("churn/1.0.0",)
    assert reading.registrations(repo, repo["v2"].id) == ("churn/1.1.0",)


def test_a_forced_holder_stays_marked_until_a_move_without_force():
    repo = adopted(three(), '[[gates]]\nto = "production"\nrequire = "metrics.f1 > 0.83"')
    promoted(repo, "1.1.0", is_forced=True)
    assert reading.model(repo, "churn").forced == ("production",)
    assert reading.as_json(reading.model(repo, "churn"))["forced"] == ["production"]
    promoted(repo, "1.0.0")
    assert reading.model(repo, "churn").forced == ()


def test_the_history_of_a_stage_has_times_reasons_and_no_gaps():
    repo = three()
    promoted(repo, "1.0.0")
    promoted(repo, "1.1.0")
    newest, oldest = reading.history(repo, "churn", "Production")
    assert (newest.registered.number, newest.until_utc, newest.why) == ("1.1.0", "", "a reason")
    assert oldest.until_utc == newest.since_utc


def test_a_stage_that_was_left_keeps_its_history():
    repo = three()
    promoted(repo, "1.0.0", "staging")
    promoted(repo, "1.0.0")
    (past,) = reading.history(repo, "churn", "staging")
    assert past.until_utc
    with pytest.raises(UnknownModel, match="has no holder now"):
        reading.resolve(repo, "churn@staging")
    assert reading.resolve(repo, "churn@production").number == "1.0.0"


def test_versions_are_found_by_the_version_of_the_store():
    repo = three()
    assert [r.address for r in reading.registered_of(repo, repo["v2"].id)] == ["churn/1.1.0"]
    repo.purge("rows")
    assert [r.address for r in reading.registered_of(repo, repo["v2"].id)] == ["churn/1.1.0"]


def test_a_forgotten_version_is_named():
    repo = three()
    registered = reading.numbered(repo, "churn", "1.0.0")
    repo.forget(["v1"])
    with pytest.raises(UnknownModel, match=r"the data of churn/1\.0\.0 is gone"):
        reading.version_of(repo, registered)
