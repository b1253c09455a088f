"""What an event did is said in one phrase, with names instead of ids where they are known."""

from __future__ import annotations

from dataclasses import replace

from nbmodelver.model.event_phrases import what
from nbmodelver.model.events import RefMove
from tests.catalogue.events.test_lines import EVENT


def test_moves_are_named_and_many_are_counted():
    assert what(EVENT, {}) == "churn@production: 1.3.2 -> 1.4.0"
    many = replace(EVENT, moves=tuple(RefMove(f"tags/t{n}", None, "a" * 40) for n in range(4)))
    assert what(many, {}) == "4 refs"


def test_a_version_has_its_name_if_it_is_known():
    event = replace(EVENT, moves=(), subject=f"checks/{'a' * 40}", data={"name": "bias", "outcome": "pass"})
    assert what(event, {"a" * 40: "v3"}) == "v3 bias pass"
    assert what(event, {}) == f"{'a' * 40} bias pass"
