"""Registered models, promotions, approvals and deployments as text."""

from __future__ import annotations

from nbmodelver.model import VersionId
from nbmodelver.model.registry import (
    Approval,
    Deployment,
    GateResult,
    Holding,
    RegisteredModel,
    RegisteredVersion,
    StageMove,
    VersionState,
)
from nbmodelver.views import Shown, to_text
from nbmodelver.views import registry as views
from nbmodelver.views.blocks import Document

AT = "2026-11-28T10:00:00.000000Z"
ONE = RegisteredVersion("churn", "1.0.0", VersionId("a" * 40), "clf", "e" * 40, AT, "Ada", "first", "first")
TWO = RegisteredVersion("churn", "1.1.0", VersionId("b" * 40), "clf", "f" * 40, AT, "Ada", "minor", "deeper")


def wide(shown: Shown) -> str:
    """The text of a view on a wide terminal, so that no cell is cut."""
    return to_text(shown.document, 200)


def test_a_model_lists_versions_with_stages_states_and_reasons():
    states = {"1.0.0": VersionState("deprecated", "leaked rows", use="churn/1.1.0")}
    model = RegisteredModel(
        "churn", (TWO, ONE), {"production": "1.1.0"}, {"champion": "1.0.0"}, states, "who leaves", ("Ada",)
    )
    text = wide(views.model(model))
    assert "churn · owned by Ada" in text
    assert "who leaves" in text
    assert "deprecated: leaked rows, use churn/1.1.0" in text
    assert "minor: deeper" in text


def test_archived_versions_are_hidden_and_counted():
    model = RegisteredModel("churn", (TWO, ONE), states={"1.0.0": VersionState("archived", "licence")})
    assert "1 archived version not shown: --all shows them" in wide(views.model(model))
    assert "archived: licence" in wide(views.model(model, every=True))


def test_a_stage_with_a_forced_holder_says_so():
    model = RegisteredModel("churn", (ONE,), {"production": ONE.number}, forced=("production",))
    assert "production (forced)" in wide(views.model(model))


def test_a_stage_that_diverged_says_how_to_decide():
    model = RegisteredModel("churn", (ONE,), diverged=("production",))
    assert "%mv_promote churn/NUMBER --to production --settle -m WHY" in " ".join(wide(views.model(model)).split())


def test_an_empty_registry_says_how_to_begin():
    assert "register a version" in wide(views.models([]))
    assert "record one" in wide(views.deployments([]))
    assert "never had a holder" in wide(views.holders("churn@production", []))


def test_a_dry_run_says_how_many_gates_would_stop():
    gates = (
        GateResult("f1 > 1", "fail", "0.8 > 1 is false"),
        GateResult("check bias", "unknown"),
        GateResult("x", "first"),
    )
    text = wide(views.moved(StageMove("churn", "production", TWO, ONE, gates, is_dry=True)))
    assert text.startswith("2 gates would stop production: churn/1.0.0 -> churn/1.1.0")
    assert "0.8 > 1 is false" in text


def test_a_forced_promotion_is_marked():
    gates = (GateResult("f1 > 1", "fail", ""),)
    assert "forced past 1 gate" in wide(views.moved(StageMove("churn", "production", TWO, ONE, gates, forced="must")))
    holding = Holding(TWO, "e" * 40, "promote", TWO.at_utc, "Ada", "must", forced=True)
    assert "forced must" in wide(views.holders("churn@production", [holding]))


def test_an_approval_that_does_not_count_says_why():
    given = Approval(
        ONE, "production", "approve", "Ada", ONE.at_utc, "mine", counts=False, why_not="the author does not count"
    )
    assert "does not count: the author does not count" in wide(views.approval(given))


def test_a_share_of_requests_is_shown():
    text = wide(views.deployments([Deployment("eu", ONE, ONE.at_utc, "Ada", "go", share_percent=10)]))
    assert "10 %" in text


def test_an_approval_that_is_signed_names_the_start_of_the_key():
    key = "ed25519:A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
    given = Approval(ONE, "production", "approve", "Ada", ONE.at_utc, "read", key=key)
    assert "Ada, signed ed25519:A6EHv/PO…" in wide(views.approval(given))
    assert "Ada ed25519:A6EHv/PO…" in to_text(Document((views.approvals([given]),), "x"), 200)
