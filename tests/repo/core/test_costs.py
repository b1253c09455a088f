"""The stored bytes that versions need, bases of deltas included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nbmodelver.repo.core.costs import Costs

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


@pytest.fixture
def two(repo: Repo) -> Repo:
    """v2 is stored as a delta of v1."""
    table = np.round(np.random.default_rng(0).gamma(2, 50, 50_000), 2)
    repo.commit({"table": table})
    table = table.copy()
    table[::500] += 1
    repo.commit({"table": table})
    return repo


def test_a_delta_needs_its_base(two: Repo) -> None:
    costs = Costs(two.group_store)
    first, second = (costs.of_version(two[v]) for v in ("v1", "v2"))
    shared = first & second
    large = max(first, key=costs.stored)
    assert large in shared
    assert costs.stored(large) > 50_000


def test_each_part_is_added_once(two: Repo) -> None:
    costs = Costs(two.group_store)
    first, second, again = costs.added(two["v1"]), costs.added(two["v2"]), costs.added(two["v2"])
    assert first > 50_000
    assert 0 < second < first / 5
    assert again == 0
    assert first + second <= two.size_bytes()


def test_raw_bytes_are_those_of_the_value_and_a_missing_part_has_none(two: Repo) -> None:
    costs = Costs(two.group_store)
    (group,) = two["v1"].groups
    assert max(map(costs.raw, costs.of_group(group))) == 400_000
    absent = "ab" * 20
    assert (costs.raw(absent), costs.stored(absent)) == (0, 0)  # type: ignore[arg-type]
    assert costs.with_bases([absent]) == {absent}  # type: ignore[list-item]
