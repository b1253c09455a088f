"""Gates judge conditions, checks, approvals, metadata and entry points, and say what is missing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from nbmodelver.registry import approvals, checks, gates, policy, reading, register
from tests.registry.samples import GRACE, acting, adopted, promoted, registered, study, three

if TYPE_CHECKING:
    from nbmodelver.model.registry import GateResult
    from nbmodelver.repo import Repo


def outcomes(repo: Repo, gate: str, number: str = "1.0.0") -> list[GateResult]:
    adopted(repo, f'[[gates]]\nto = "production"\n{gate}\n')
    rules = policy.in_force(repo)
    return list(gates.results(repo, reading.numbered(repo, "churn", number), rules.stage("production"), rules))


def judged(repo: Repo, condition: str, number: str = "1.0.0") -> tuple[str, str]:
    (found,) = outcomes(repo, f"require = '{condition}'", number)
    return found.outcome, found.measured


@pytest.mark.parametrize(
    ("condition", "outcome", "measured"),
    [
        ("metrics.f1 >= 0.8", "pass", "0.84 >= 0.8"),
        ("metrics.f1 >= 0.85", "fail", "0.84 >= 0.85 is false"),
        ("metrics.loss < 1", "unknown", "metrics.loss is missing"),
        ("not (metrics.loss > 0.5)", "unknown", "metrics.loss is missing"),
        ("metrics.f1 / 0 > 1", "unknown", "a division by zero"),
        ("metrics.f1 > production.metrics.f1", "unknown", "there is no production"),
        ("parent.metrics.f1 < 1", "unknown", "there is no parent"),
        ("max(metrics.f1, 0.9) == 0.9 and min(1, 2) * 2 == 2", "pass", "0.9 == 0.9; 2 == 2"),
        ("metrics.f1 - branch > 0", "unknown", "'main' is not a number"),
        ("alarms.open == 0", "pass", "0 == 0"),
        ('"rows" in names and branch == "main"', "pass", "rows in ['clf', 'rows']; main == main"),
    ],
)
def test_a_condition_passes_only_if_it_is_true(condition: str, outcome: str, measured: str):
    assert judged(three(), condition) == (outcome, measured)


def test_the_metrics_of_a_condition_are_named_once_in_its_order():
    condition = "metrics.f1 >= production.metrics.f1 - 0.005 and parent.metrics.auc > 0.5 and alarms.open == 0"
    assert gates.metrics_in(condition, policy.in_force(three())) == ["f1", "auc"]


def test_nan_is_unknown():
    repo = study()
    repo.commit({"clf": repo.load("v1", "clf")["clf"], "x": 1}, metrics={"f1": math.nan})
    registered(repo, "v4")
    assert judged(repo, "metrics.f1 >= 0 or metrics.f1 < 0")[0] == "unknown"


def test_a_condition_compares_with_the_parent_and_with_other_stages():
    repo = three()
    promoted(repo, "1.0.0", "staging")
    assert judged(repo, "metrics.f1 < parent.metrics.f1", "1.1.0") == ("pass", "0.81 < 0.84")
    assert judged(repo, "metrics.f1 > staging.metrics.f1", "2.0.0") == ("pass", "0.9 > 0.84")


def test_the_licence_of_data_is_metadata_of_the_registration():
    repo = study()
    registered(repo, "v1", metadata={"licence.rows": "CC-BY-4.0"})  # type: ignore[arg-type]
    assert judged(repo, 'data.rows.licence == "CC-BY-4.0"')[0] == "pass"
    registered(repo, "v2")
    assert judged(repo, 'data.rows.licence == "CC-BY-4.0"', "1.1.0") == ("unknown", "data.rows.licence is missing")


def test_required_metadata_is_named_with_the_way_out():
    repo = adopted(three(), 'metadata = ["purpose"]\n')
    rules = policy.in_force(repo)
    stage = rules.stage("production")
    (found,) = gates.results(repo, reading.resolve(repo, "churn/1.0.0"), stage, rules)
    assert (found.outcome, found.hint) == ("unknown", "%mv_models churn/1.0.0 --set purpose=TEXT")
    register.describe(repo, "churn/1.0.0", metadata={"purpose": "offers"})
    (found,) = gates.results(repo, reading.resolve(repo, "churn/1.0.0"), stage, rules)
    assert found.outcome == "pass"


def test_a_check_must_have_passed_for_this_very_version():
    repo = three()
    gate = 'check = "bias"'
    assert outcomes(repo, gate)[0].hint == "run it: %%mv_check bias v1"
    checks.record(repo, repo["v2"], "bias", passed=True, message="", source="assert True")
    assert outcomes(repo, gate)[0].outcome == "unknown"
    checks.record(repo, repo["v1"], "bias", passed=False, message="AssertionError: no", source="assert False")
    assert (outcomes(repo, gate)[0].outcome, outcomes(repo, gate)[0].measured) == ("fail", "AssertionError: no")
    checks.record(repo, repo["v1"], "bias", passed=True, message="", source="assert True")
    assert outcomes(repo, gate)[0].outcome == "pass"


def test_an_old_check_does_not_count(monkeypatch: pytest.MonkeyPatch):
    repo = three()
    checks.record(repo, repo["v1"], "bias", passed=True, message="", source="")
    real = gates.datetime

    class Later(real):  # type: ignore[valid-type, misc]
        @classmethod
        def now(cls, tz: object = None) -> object:
            return real.fromisoformat("2099-01-01T00:00:00+00:00")

    monkeypatch.setattr(gates, "datetime", Later)
    assert outcomes(repo, 'check = "bias"\nmax_age_days = 30')[0].outcome == "fail"
    assert outcomes(repo, 'check = "bias"')[0].outcome == "pass"


def test_approvals_are_counted_by_person_and_role():
    repo = adopted(three(), 'roles = { approver = ["grace"] }\n[[gates]]\nto = "production"\napprovals = 1\n')
    rules = policy.in_force(repo)

    def now() -> GateResult:
        stage = rules.stage("production")
        return gates.results(repo, reading.resolve(repo, "churn/1.0.0"), stage, rules)[0]

    assert now().hint == "ask: %mv_approve churn/1.0.0 --for production --request"
    approvals.state(repo, "churn/1.0.0", "production", "approve", "my own work")
    assert now().measured == "0 of 1; Ada: the author of the version does not count"
    acting(repo, GRACE)
    approvals.state(repo, "churn/1.0.0", "production", "approve", "report read")
    assert (now().outcome, now().measured) == ("pass", "1 of 1 (Grace); Ada: the author of the version does not count")


def test_an_alarm_that_only_the_loaded_scaler_shows_stops_the_gate():
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.normal(size=(400, 3)), columns=["a", "b", "c"])
    scaler = StandardScaler().fit(rows)
    scaled = pd.DataFrame(scaler.transform(rows), columns=rows.columns)
    repo = study()
    values = {"scaler": scaler, "X_train": scaled.head(300), "X_test": scaled.tail(100)}
    repo.commit(values, roles={"X_train": "train", "X_test": "test"})
    registered(repo, "v4", variable="scaler")
    assert judged(repo, "alarms.open == 0") == ("fail", "1 == 0 is false")


def test_the_gates_that_are_demanded_are_named_as_their_results():
    text = (
        'metadata = ["purpose"]\nstages.staging = {}\nstages.production = { from = ["staging"] }\n'
        '[[gates]]\nto = "production"\nrequire = "metrics.f1 > 0.1"\ncheck = "bias"\napprovals = 1\n'
        'call = "absent:function"\n'
    )
    repo = adopted(three(), text)
    rules = policy.in_force(repo)
    registered = reading.resolve(repo, "churn/1.0.0")
    found = gates.results(repo, registered, rules.stage("production"), rules)
    assert gates.demanded(rules.stage("production"), rules) == [g.gate for g in found]
