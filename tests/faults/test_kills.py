"""SIGKILL before every call that changes the disk, and at random moments (D1, D2, D7)."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.faults import worlds
from tests.faults.calls import Fault
from tests.faults.counts import LONG, count

if TYPE_CHECKING:
    from tests.faults.zygote import Zygote

Fresh = Callable[[str], str]
EVERY = {"commit": 1}
STRIDE = 9


def before(operation: str) -> tuple[int, ...]:
    return () if operation == "first commit" else worlds.TEMPLATE


def calls_of(zygote: Zygote, fresh: Fresh, operation: str) -> int:
    """Return the number of calls of the operation without a fault."""
    seed = worlds.SEED.get(operation, 0)
    made = zygote.run(f"worlds.{worlds.OPERATIONS[operation].__name__}", fresh(operation), seed, counted=True)
    assert made.how == "done", made.said
    return made.count


@pytest.mark.parametrize("operation", worlds.OPERATIONS)
def test_d1_d2_d7_killed_before_each_call_nothing_is_lost_and_the_same_works_again(
    operation: str, zygote: Zygote, fresh: Fresh
) -> None:
    total = calls_of(zygote, fresh, operation)
    stride = 1 if LONG else EVERY.get(operation, STRIDE)
    name, seed = worlds.OPERATIONS[operation].__name__, worlds.SEED.get(operation, 0)
    for at in range(0, total, stride):
        folder = fresh(operation)
        killed = zygote.run(f"worlds.{name}", folder, seed, fault=Fault(kill_at=at))
        assert killed.how == "killed", (at, killed)
        after = zygote.run("worlds.aftermath", folder, before(operation), operation)
        assert (after.how, after.value) == ("done", []), (at, after)
        count("killed before a system call", operation)


@pytest.mark.parametrize("operation", ["commit", "gc", "import", "merge", "tend", "fold again", "backup"])
def test_d1_d2_d7_killed_at_a_random_moment_nothing_is_lost(operation: str, zygote: Zygote, fresh: Fresh) -> None:
    rng = random.Random(1)
    name, seed = worlds.OPERATIONS[operation].__name__, worlds.SEED.get(operation, 0)
    for _ in range(200 if LONG else 4):
        folder = fresh(operation)
        ended = zygote.run(f"worlds.{name}", folder, seed, kill_after_s=rng.uniform(0.001, 0.08))
        assert ended.how in ("killed", "done"), ended
        seeds = before(operation) + ((ended.value,) if ended.how == "done" and ended.value else ())
        again = "rollback" if ended.how == "done" else operation
        after = zygote.run("worlds.aftermath", folder, seeds, again)
        assert (after.how, after.value) == ("done", []), after
        count("killed at a random moment", operation, ended.how == "killed")


def test_d1_d2_a_store_killed_again_and_again_keeps_every_acknowledged_version(zygote: Zygote, fresh: Fresh) -> None:
    """Many kills in one store: each process finds what the killed one left."""
    rng = random.Random(2)
    folder, seeds = fresh("commit"), list(worlds.TEMPLATE)
    for seed in range(100, 400 if LONG else 112):
        operation = rng.choice(["commit", "commit", "tend", "gc", "merge", "fold"])
        name = worlds.OPERATIONS[operation].__name__
        ended = zygote.run(f"worlds.{name}", folder, seed, fault=Fault(kill_at=rng.randrange(80)))
        assert ended.how in ("killed", "done"), ended
        count("killed, one store all along", operation, ended.how == "killed")
        if ended.how == "done" and operation in ("commit", "tend"):
            seeds.append(seed)
    after = zygote.run("worlds.aftermath", folder, tuple(seeds), "commit")
    assert (after.how, after.value) == ("done", []), after
