"""Kernels that do not know their notebook share one undo journal: who writes to it second fails nothing."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.model import VersionId
from nbmodelver.repo.restore.undo import UndoHistories
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.refs import Refs

if TYPE_CHECKING:
    from tests.shells import Shell


@pytest.fixture
def meddled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[VersionId, VersionId]]:
    """Whenever a kernel has read the journal, another one jumps, once for each pair that is put in here."""
    jumps: list[tuple[VersionId, VersionId]] = []
    read = UndoHistories.read

    def slow(journals: UndoHistories) -> object:
        found = read(journals)
        if jumps:
            pair = jumps.pop()
            UndoHistories(mv.open(Path.cwd()).refs).update(lambda journal: journal.jumped(*pair))
        return found

    monkeypatch.setattr(UndoHistories, "read", slow)
    return jumps


def test_a_rollback_beside_another_kernels_is_done_and_can_be_undone(shell: Shell, meddled) -> None:
    one = shell.run("x = 1\n%mv_commit x")
    two = shell.run("x = 2\n%mv_commit x")
    meddled.append((one.id, two.id))
    shell.run("%mv_rollback v1 --yes")
    assert shell["x"] == 1
    assert not meddled
    shell.run("%mv_undo")
    assert shell["x"] == 2


def test_a_step_beside_another_kernels_jump_can_be_taken_back(shell: Shell, meddled) -> None:
    one = shell.run("x = 1\n%mv_commit x")
    two = shell.run("x = 2\n%mv_commit x")
    shell.run("%mv_rollback v1 --yes")
    meddled.append((two.id, one.id))
    shell.run("%mv_undo")
    assert shell["x"] == 2
    shell.run("%mv_undo")
    assert shell["x"] == 1


def test_no_jump_of_many_kernels_is_lost() -> None:
    refs = Refs(MemoryBackend())

    def jump(kernel: int) -> None:
        for number in range(20):
            before, after = VersionId(f"{kernel}"), VersionId(f"{number}")
            UndoHistories(refs).update(lambda journal, b=before, a=after: journal.jumped(b, a))

    kernels = [threading.Thread(target=jump, args=(n,)) for n in range(4)]
    for kernel in kernels:
        kernel.start()
    for kernel in kernels:
        kernel.join()
    jumps = UndoHistories(refs).read().jumps
    for n in range(4):
        assert [j.after for j in jumps if j.before == str(n)] == [str(k) for k in range(20)]
