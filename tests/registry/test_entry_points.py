"""The function of a gate runs in a process of its own, and nothing that it does reaches the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.registry.samples import on_disk, three
from tests.registry.test_gates import outcomes

if TYPE_CHECKING:
    from pathlib import Path

GATE_MODULE = """
import time, os, subprocess, sys
def passes(repo, version): return version.metrics["f1"] > 0.5
def says(repo, version): return f"{version.name} has personal data"
def fails(repo, version): return False
def raises(repo, version): raise ValueError("first line\\nno licence")
def exits(repo, version): sys.exit(3)
def dies(repo, version): os._exit(7)
def prints(repo, version): print("noise"); os.write(1, b"noise")
def hangs(repo, version): time.sleep(60)
def writes(repo, version): repo.tag("stolen", version)
"""


@pytest.mark.parametrize(
    ("name", "outcome", "measured"),
    [
        ("passes", "pass", ""),
        ("prints", "pass", ""),
        ("writes", "pass", ""),
        ("says", "fail", "v1 has personal data"),
        ("fails", "fail", "it returned False"),
        ("raises", "fail", "ValueError: no licence"),
        ("exits", "fail", "SystemExit: 3"),
        ("dies", "fail", "its process ended with status 7"),
        ("hangs", "fail", "no answer within 2 s"),
        ("missing", "fail", "AttributeError: module 'our_gates' has no attribute 'missing'"),
    ],
)
def test_an_entry_point_runs_in_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, outcome: str, measured: str
):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "our_gates.py").write_text(GATE_MODULE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "lib"))  # Where an installed package would be.
    repo = three(on_disk(tmp_path))
    before = repo.moves.log.count()
    limit_s = 2 if name == "hangs" else 120  # A busy machine may take long to start Python.
    (found,) = outcomes(repo, f'call = "our_gates:{name}"\ntime_limit_s = {limit_s}')
    assert (found.outcome, found.measured) == (outcome, measured)
    assert repo.history.tags() == {}
    assert repo.moves.log.count() == before + 1  # The policy.


def test_a_module_in_the_working_directory_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "our_gates.py").write_text("raise SystemExit('it ran')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    (found,) = outcomes(three(on_disk(tmp_path)), 'call = "our_gates:passes"')
    assert found.measured == "ModuleNotFoundError: No module named 'our_gates'"


def test_a_store_in_memory_cannot_run_an_entry_point():
    assert outcomes(three(), 'call = "a:b"')[0].outcome == "unknown"
