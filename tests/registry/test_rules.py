"""The rules of a policy answer which gates a stage has and what a gate is called."""

from __future__ import annotations

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.registry.rules import GatePolicy, Policy


def test_the_default_policy_has_three_stages_and_no_gates():
    policy = Policy()
    assert list(policy.stages) == ["development", "staging", "production"]
    assert policy.gates_to("production") == []
    assert policy.stage("PRODUCTION").name == "production"
    with pytest.raises(UsageError, match="no stage 'prod'"):
        policy.stage("prod")


def test_cheap_gates_come_before_functions():
    call, check = GatePolicy("production", call="a:b"), GatePolicy("production", check="bias")
    other = GatePolicy("staging", approvals=1)
    assert Policy(gates=(call, other, check)).gates_to("production") == [check, call]


def test_a_gate_is_called_by_what_it_requires():
    gates = [
        GatePolicy("x", require="a > 1"),
        GatePolicy("x", check="bias"),
        GatePolicy("x", call="a:b"),
        GatePolicy("x"),
    ]
    assert [g.label for g in gates] == ["a > 1", "check bias", "call a:b", "approvals"]
