"""Addresses and labels of registered versions."""

from __future__ import annotations

from nbmodelver.model import VersionId
from nbmodelver.model.registry import Deployment, GateResult, RegisteredModel, RegisteredVersion

ONE = RegisteredVersion("churn", "1.0.0", VersionId("a" * 40), "clf", "e" * 40, "", "Ada")


def test_an_address_has_model_and_number():
    assert ONE.address == "churn/1.0.0"


def test_labels_are_stages_first():
    model = RegisteredModel("churn", (ONE,), {"production": "1.0.0"}, {"champion": "1.0.0", "other": "2.0.0"})
    assert model.labels("1.0.0") == ("production", "champion")


def test_only_a_passed_or_first_gate_is_met():
    assert [GateResult("x", o).is_met for o in ("pass", "first", "fail", "unknown")] == [True, True, False, False]  # type: ignore[arg-type]


def test_a_deployment_is_open_until_it_ends():
    assert Deployment("eu", ONE, "", "", "").is_open
    assert not Deployment("eu", ONE, "", "", "", until_utc="2026").is_open
