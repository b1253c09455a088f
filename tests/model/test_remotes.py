"""What is known of a remote: the rule of its heads, and results that know if they did nothing."""

from __future__ import annotations

import pytest

from nbmodelver.model.ids import VersionId
from nbmodelver.model.remotes import Abilities, Collected, Fetched, Pushed

V = VersionId("a" * 40)


@pytest.mark.parametrize(
    ("abilities", "rule"),
    [
        (Abilities(creates=True, swaps=True, wins_once=True, ranges=True), "swap"),
        (Abilities(creates=True, swaps=False, wins_once=True, ranges=True), "numbered"),
        (Abilities(creates=False, swaps=True, wins_once=True, ranges=True), "single writer"),
        (Abilities(creates=True, swaps=True, wins_once=False, ranges=True), "single writer"),
        (Abilities(creates=False, swaps=False, wins_once=False, ranges=False), "single writer"),
        (Abilities(creates=False, swaps=False, wins_once=True, ranges=False), "single writer"),
        (Abilities(creates=True, swaps=True, wins_once=True, ranges=True, writes=False), "read only"),
    ],
)
def test_the_rule_of_the_heads_follows_from_what_was_observed(abilities: Abilities, rule: str):
    assert abilities.rule == rule


def test_a_result_knows_that_nothing_was_done():
    assert Pushed("origin", "s3://x").did_nothing
    assert not Pushed("origin", "s3://x", versions=(V,)).did_nothing
    assert not Pushed("origin", "s3://x", packs=1).did_nothing
    assert Fetched("origin", "s3://x").did_nothing
    assert not Fetched("origin", "s3://x", events=1).did_nothing
    assert not Fetched("origin", "s3://x", branches={"main": (None, V)}).did_nothing
    assert Collected("origin", 5).did_nothing
    assert not Collected("origin", 5, waiting=1).did_nothing
