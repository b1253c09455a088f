"""The card of a registered version states what is known, and counts what nobody stated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import UnknownModel, UsageError
from nbmodelver.model.cards import NOT_STATED
from nbmodelver.registry import approvals, card, deployments, lifecycle, statements
from tests.registry.samples import GRACE, acting, promoted, registered, study, three

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def rows(repo: Repo, title: str, address: str = "churn/1.0.0") -> dict[str, str]:
    section = next(s for s in card.card(repo, address).sections if s.title == title)
    return dict(section.rows)


def test_cap_32_a_card_is_made_from_the_version():
    repo = three()
    promoted(repo, "1.0.0")
    approvals.state(acting(repo, GRACE), "churn/1.0.0", "production", "approve", "report read")
    deployments.deploy(repo, deployments.DeployRequest("churn/1.0.0", "eu", "release"))
    found = rows(repo, "Model")
    assert found["Algorithm"].endswith("DecisionTreeClassifier")
    assert (found["Inputs and outputs"], found["Stages"]) == ("3 inputs, 2 outputs", "production")
    assert rows(repo, "Metrics") == {
        "f1": f"0.84 (higher is better); test rows {NOT_STATED}", "Intervals": NOT_STATED, "Slices": NOT_STATED,
    }  # fmt: skip
    assert rows(repo, "Parameters")["max_depth"] == "2"
    assert "licence not stated" in rows(repo, "Data")["rows"]
    use = rows(repo, "Approvals and use")
    assert "Grace" in use["approve for production"]
    assert use["deployed to eu"].endswith("to now: release")


def test_what_people_state_is_kept_with_its_history():
    repo = three()
    before = card.card(repo, "churn/1.0.0").not_stated
    assert rows(repo, "Use")["Purpose"] == NOT_STATED
    statements.state_model(repo, "churn", {"purpose": "offers", "licence": "mit"})
    statements.state_model(repo, "churn", {"purpose": "better offers"})
    assert rows(repo, "Use", "churn/2.0.0")["Purpose"] == "better offers"
    assert card.card(repo, "churn/1.0.0").not_stated == before - 2
    texts = [e.private["card"] for e in repo.moves.log.about("models/churn") if "card" in e.private]
    assert texts == [{"purpose": "offers", "licence": "mit"}, {"purpose": "better offers"}]


def test_an_unknown_row_and_a_long_text_are_refused():
    repo = three()
    with pytest.raises(UsageError, match="no 'purposes'") as caught:
        statements.state_model(repo, "churn", {"purposes": "x"})
    assert "purpose" in caught.value.hint
    with pytest.raises(UsageError, match="longer than"):
        statements.state_model(repo, "churn", {"purpose": "x" * 6000})
    with pytest.raises(UnknownModel):
        statements.state_model(repo, "other", {"purpose": "x"})


def test_a_deprecated_version_says_so():
    repo = three()
    lifecycle.deprecate(repo, "churn/1.0.0", "leaked rows", use="churn/2.0.0")
    assert rows(repo, "Model")["State"] == "deprecated: leaked rows; use churn/2.0.0"


def test_the_front_matter_has_only_what_is_known():
    repo = study()
    registered(repo, "v1", bases=["hf:org/base@3f9c"])  # type: ignore[arg-type]
    matter = card.card(repo, "churn").front_matter
    assert (matter["library_name"], matter["base_model"], matter["metrics"]) == ("sklearn", "org/base", ["f1"])
    assert "license" not in matter
    assert "model-index" not in matter
    assert json.loads(json.dumps(card.card(repo, "churn").to_dict()))["title"] == "churn/1.0.0"


def test_many_parameters_are_counted():
    repo = study()
    repo.commit({"clf": repo.load("v1", "clf")["clf"], "x": 1}, params={f"clf.p{n:02}": n for n in range(60)})
    registered(repo, "v4")
    assert rows(repo, "Parameters")[""].startswith("and ")
