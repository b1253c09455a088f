"""The child process of a gate judges one function and says what it said."""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING

import pytest

from nbmodelver.registry.entry_point_child import judged
from tests.registry.samples import on_disk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("result", "judgement"),
    [
        (True, (True, "")), (None, (True, "")), (False, (False, "it returned False")),
        ("no licence", (False, "no licence")), (1, (False, "it returned 1")),
    ],
)  # fmt: skip
def test_only_true_and_none_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, result: object, judgement: tuple[bool, str]
):
    repo = on_disk(tmp_path)
    module = types.ModuleType("gate_of_a_test")
    module.gate = lambda _repo, _version: result  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gate_of_a_test", module)
    request = {"store": str(repo.where), "version": repo["v1"].id, "call": "gate_of_a_test:gate"}
    assert judged(request) == judgement


def test_a_missing_module_fails_the_gate(tmp_path: Path):
    repo = on_disk(tmp_path)
    request = {"store": str(repo.where), "version": repo["v1"].id, "call": "no_such_module_here:gate"}
    assert judged(request) == (False, "ModuleNotFoundError: No module named 'no_such_module_here'")
