"""P15, D2: a purge may be killed anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.calls import Fault
from tests.faults.counts import LONG, count

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.zygote import Zygote

STRIDE = 12


@pytest.mark.parametrize(("world", "seeds"), [("gc", (3, 2, 1)), ("gc of forgotten", (3, 3, 2, 1))])
def test_p15_d2_a_killed_purge_runs_again_and_loses_nothing_else(
    world: str, seeds: tuple[int, ...], zygote: Zygote, fresh: Callable[[str], str]
) -> None:
    """In the second world some records lie in a journal, and some versions are forgotten: they are purged as well."""
    total = zygote.run("purging.purge", fresh(world), 0, counted=True)
    assert total.how == "done", total.said
    for at in range(0, total.count, 1 if LONG else STRIDE):
        folder = fresh(world)
        killed = zygote.run("purging.purge", folder, 0, fault=Fault(kill_at=at))
        assert killed.how == "killed", (at, killed)
        after = zygote.run("purging.aftermath", folder, seeds)
        assert (after.how, after.value) == ("done", []), (at, after)
        count("killed before a system call", "purge")
