"""Findings of the checks of a version."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbmodelver.model import Finding, Findings

ALARM = Finding("leak:a,b", "alarm", "rows of b stand in a", ("a", "b"), "v2", "%mv_diff v1 v2 a")
NOTE = Finding("scored:X", "note", "X was fitted and scored", ("X",), "v1", "%mv_diff v1 v2 X", "known")
FOUND = Findings((ALARM, NOTE), ("fitted:s,b",), ("leak:c,d",), ("leak:e,f",), is_thorough=True)


def test_accepted_findings_are_of_no_level() -> None:
    assert FOUND.of("alarm") == (ALARM,)
    assert FOUND.of("note") == ()


def test_findings_survive_their_json_form() -> None:
    assert Findings.from_dict(json.loads(json.dumps(FOUND.to_dict()))) == FOUND
    assert Findings.from_dict(Findings().to_dict()) == Findings()
    assert Finding.from_dict(ALARM.to_dict()) == ALARM


@pytest.mark.parametrize(
    "change",
    [{"level": "panic"}, {"names": "a"}, {"level": None}],
)
def test_a_finding_of_another_form_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no finding"):
        Finding.from_dict({**ALARM.to_dict(), **change})


@pytest.mark.parametrize("change", [{"found": 7}, {"unchecked": "x"}, {"clean": None}])
def test_findings_of_another_form_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Findings.from_dict({**FOUND.to_dict(), **change})
    with pytest.raises(KeyError):
        Findings.from_dict({})
