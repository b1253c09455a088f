"""D2, D9: a repair may be killed, fail or lose power anywhere."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.faults.calls import Fault, read_log
from tests.faults.counts import LONG, count
from tests.faults.powerloss import MODELS, Disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.zygote import Zygote

STRIDE = 6


@pytest.fixture(scope="module")
def broken(zygote: Zygote, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a damaged store. Read-only."""
    folder = tmp_path_factory.mktemp("broken") / "world"
    shutil.copytree(template, folder)
    made = zygote.run("mending.damaged", str(folder))
    assert made.how == "done", made.said
    return folder


@pytest.fixture
def copy(broken: Path, tmp_path: Path) -> Callable[[], str]:
    """Return a new copy of it, replacing the last one."""

    def make() -> str:
        shutil.rmtree(tmp_path / "world", ignore_errors=True)
        shutil.copytree(broken, tmp_path / "world")
        return str(tmp_path / "world")

    return make


def test_d9_a_repair_saves_every_readable_version(zygote: Zygote, copy: Callable[[], str]) -> None:
    after = zygote.run("mending.aftermath", copy())
    assert (after.how, after.value) == ("done", []), after


def test_d2_a_killed_repair_runs_again_and_saves_as_much(zygote: Zygote, copy: Callable[[], str]) -> None:
    total = zygote.run("mending.repair", copy(), 0, counted=True)
    assert total.how == "done", total.said
    for at in range(0, total.count, 1 if LONG else STRIDE):
        folder = copy()
        killed = zygote.run("mending.repair", folder, 0, fault=Fault(kill_at=at))
        assert killed.how == "killed", (at, killed)
        after = zygote.run("mending.aftermath", folder)
        assert (after.how, after.value) == ("done", []), (at, after)
        count("killed before a system call", "repair")


def test_d4_a_repair_that_fails_is_one_error_and_runs_again(zygote: Zygote, copy: Callable[[], str]) -> None:
    total = zygote.run("mending.repair", copy(), 0, counted=True)
    assert total.seen
    for kind, last in total.seen.items():
        for number in range(0, last + 1, 1 if LONG else max((last + 1) // 2, 1)):
            for error in ("ENOSPC", "EIO", "EACCES") if LONG else ("EIO",):
                folder = copy()
                ended = zygote.run("mending.repair", folder, 0, fault=Fault(kind=kind, number=number, error=error))
                assert ended.how in ("done", "failed"), (kind, number, ended)
                assert not ended.said.startswith("bug"), (kind, number, ended)
                after = zygote.run("mending.aftermath", folder)
                assert (after.how, after.value) == ("done", []), (kind, number, after)
                count(f"call fails with {error}", "repair")


def test_d2_power_loss_at_any_moment_loses_nothing_that_could_be_saved(
    zygote: Zygote, copy: Callable[[], str], broken: Path, tmp_path: Path
) -> None:
    folder, log = copy(), tmp_path / "log"
    assert zygote.run("mending.repair", folder, 0, fault=Fault(log=str(log))).how == "done"
    disk = Disk(folder, str(broken))
    calls = read_log(log)
    for at, (kind, arguments) in enumerate(calls):
        disk.happen(kind, arguments)
        if not (LONG or at == len(calls) - 1 or at % 12 == 0):
            continue
        for model in MODELS:
            place = tmp_path / "after"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            disk.after(model, place)
            after = zygote.run("mending.aftermath", str(place))
            assert (after.how, after.value) == ("done", []), (at, kind, model, after)
            count(f"power lost, unsynced {model}", "repair")
