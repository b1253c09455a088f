"""Power loss at any moment (D1, D2): every acknowledged version can be restored, whatever was not synced."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.faults import worlds
from tests.faults.calls import Fault, read_log
from tests.faults.counts import LONG, count
from tests.faults.powerloss import MODELS, Disk
from tests.faults.test_kills import before

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.zygote import Zygote

Fresh = Callable[[str], str]
STRIDE = {"commits": 8, "first commit": 8}


OPERATIONS = [
    "commits", "first commit", "gc", "merge", "import", "rollback", "export", "fold", "fold again", "tend", "forget",
    "gc of forgotten", "backup", "backup again",
]  # fmt: skip


@pytest.mark.parametrize("operation", OPERATIONS)
def test_d1_d2_power_loss_at_any_moment_leaves_every_acknowledged_version(
    operation: str, zygote: Zygote, fresh: Fresh, tmp_path: Path
) -> None:
    folder = fresh(operation)
    shutil.copytree(folder, tmp_path / "as it was")
    name = "commits" if operation == "commits" else worlds.OPERATIONS[operation].__name__
    log = tmp_path / "log"
    made = zygote.run(f"worlds.{name}", folder, worlds.SEED.get(operation, 50), fault=Fault(log=str(log)))
    assert made.how == "done", made.said
    disk, seeds = Disk(folder, str(tmp_path / "as it was")), list(before(operation))
    calls = read_log(log)
    if made.value:
        calls.append(("acknowledged", (made.value,)))
    assert len(calls) > 8
    for at, (kind, arguments) in enumerate(calls):
        disk.happen(kind, arguments)
        if kind == "acknowledged":
            seeds.append(arguments[0])
        if not (LONG or kind == "acknowledged" or at == len(calls) - 1 or at % STRIDE.get(operation, 12) == 0):
            continue
        for model in MODELS:
            place = tmp_path / "after"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            disk.after(model, place)
            last = at == len(calls) - 1
            check = ("worlds.aftermath", str(place), tuple(seeds), "commit") if last else (
                "worlds.wrong", str(place), tuple(seeds))  # fmt: skip
            after = zygote.run(*check)
            assert (after.how, after.value) == ("done", []), (at, kind, model, after)
            count(f"power lost, unsynced {model}", operation)
