"""The changelog of a model says for each version what changed, why, who did it, and what happened to it later."""

from __future__ import annotations

import pytest

from nbmodelver.errors import UnknownModel
from nbmodelver.registry import audit, changelog
from nbmodelver.registry.report_facts import ReportRequest
from tests.registry.samples import GRACE, acting, busy, registered, study, three


def text(repo: object, **request: str) -> str:
    return changelog.markdown(changelog.entries(repo, ReportRequest(**request)), "Changelog")  # type: ignore[arg-type]


def test_cap_08_a_changelog_says_what_why_and_who():
    repo = study()
    registered(repo, "v1", why="first release")
    registered(repo, "v2", why="deeper for <recall>")
    found = changelog.entries(repo, ReportRequest("churn"))
    assert [(e["number"], e["why"], e["by"], e["after"]) for e in found] == [
        ("1.1.0", "deeper for <recall>", "Ada", "1.0.0"), ("1.0.0", "first release", "Ada", ""),
    ]  # fmt: skip
    shown = text(repo, model="churn")
    assert "- what: minor: parameters changed (max_depth), same 3 inputs, 2 outputs (after 1.0.0)" in shown
    assert "- metrics: f1 0.84 -> 0.81" in shown
    assert "deeper for &lt;recall>" in shown


def test_what_happened_later_is_listed_in_order():
    found = changelog.entries(busy(), ReportRequest("churn"))
    later = {e["number"]: [one["kind"] for one in e["later"]] for e in found}  # type: ignore[index,union-attr]
    assert later == {"2.0.0": [], "1.1.0": ["promote", "deprecate"], "1.0.0": ["approve", "promote", "deploy"]}


def test_a_version_without_a_reason_has_the_message_of_its_commit():
    assert "- why: m1" in text(three())


def test_several_models_do_not_follow_each_other():
    repo = three()
    registered(repo, "v1", model="other")
    assert [(e["model"], e["after"]) for e in changelog.entries(repo, ReportRequest())] == [
        ("churn", "1.1.0"), ("churn", "1.0.0"), ("churn", ""), ("other", ""),
    ]  # fmt: skip


def test_a_period_without_anything_says_so():
    repo = three()
    assert "nothing happened" in text(repo, since="2999-01-01")
    assert "nothing happened" in text(study())
    with pytest.raises(UnknownModel):
        text(repo, model="other")


def test_an_erased_person_stays_erased():
    repo = three()
    audit.erase(acting(repo, GRACE), "ada", "request")
    shown = text(repo)
    assert "Ada" not in shown
    assert "registered by p-ada" in shown
    assert "m1" not in shown
