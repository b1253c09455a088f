"""The bodies of the benchmarks at a small scale: they run, and what is counted in bytes holds at any scale."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import peers
import pytest
import run
from large_rows import gigabytes, longest_pause
from rows import new_repo
from run import ROWS
from workloads import NOTEBOOKS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("row", ROWS)
def test_the_row_runs(row: str) -> None:
    figures = list(ROWS[row](0.02))
    assert figures
    for one in figures:
        assert all(value >= 0 for value in one.values.values())
        grew = one.values.get("bytes")
        if one.row in ("one cell changed in it", "a bool column added", "df.head().copy() beside it"):
            assert grew is not None
            assert grew <= 50_000


@pytest.mark.parametrize("notebook", NOTEBOOKS)
@pytest.mark.parametrize("peer", ["nbmodelver", "cloudpickle + zstd-3"])
def test_a_peer_does_the_work_in_a_process_of_its_own(peer: str, notebook: str) -> None:
    found = peers.in_a_process(sys.executable, peer, notebook, 0.02)
    assert "skipped" not in found, found
    assert len(found["steps"]) >= 7
    assert found["bytes"] > 0


def test_a_peer_that_is_not_here_is_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    class Nowhere(peers.Peer):
        def __init__(self, folder: object) -> None:
            peers.needs("a_module_that_is_not_there")

    monkeypatch.setitem(peers.PEERS, "nowhere", Nowhere)
    with pytest.raises(peers.Missing):
        peers.measure("nowhere", "forest", 0.01)
    said = run.peer_line("forest", "nowhere", {"skipped": "a_module_that_is_not_there: no such module"})
    assert said == "| forest | nowhere | skipped: a_module_that_is_not_there: no such module | | | |"


def test_the_tables_say_what_was_measured(tmp_path: object) -> None:
    runs = [
        {
            "steps": [["first", cpu, 0.6, 100], ["next", 0.01, 0.02, 5]], "bytes": 105,
            "back_cpu_s": 0.1, "back_wall_s": cpu,
        }
        for cpu in (0.1, 0.5, 9.0)
    ]  # fmt: skip
    one = run.medians([*runs, {"skipped": "not done after 600 s"}])
    lines = run.peer_table({"frame": {"nbmodelver": one, "dill": run.medians([{"skipped": "not here"}] * 2)}})
    assert lines[2] == "| frame | nbmodelver | 105 | 0.500 (0.600) | 0.010 (0.020) | 0.100 (0.500) |"
    assert lines[3] == "| frame | dill | skipped: not here | | | |"
    assert json.loads(json.dumps(one)) == one


def test_one_command_runs_rows_and_peers_and_leaves_tables_and_plots(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "OUT", tmp_path)
    monkeypatch.setattr(run, "ROWS", {"nothing_changed": ROWS["nothing_changed"]})
    monkeypatch.setattr(run, "PEERS", {"nbmodelver": None, "borg": None})
    monkeypatch.setattr(run, "NOTEBOOKS", {"forest": None})
    monkeypatch.setattr(run, "PEERS_HOME", tmp_path / "nowhere")
    monkeypatch.setattr(run, "install_peers", lambda: None)
    monkeypatch.setattr(sys, "argv", ["run.py", "--all", "--scale", "0.02", "--runs", "1"])
    run.main()
    made = {p.name for p in tmp_path.iterdir()}
    assert made >= {"table.md", "table.json", "peers.md", "peers.json"}
    assert ("peers.svg" in made) == (find_spec("matplotlib") is not None)
    assert len((tmp_path / "peers.md").read_text().splitlines()) == 4


@pytest.mark.slow
def test_other_threads_go_on_during_a_commit_of_a_gigabyte() -> None:
    """Structure, not speed: no step holds the interpreter for a share of the work that grows with the data.

    Such a step would do it every time; a machine that is busy elsewhere gives a pause too, but not three times.
    """
    values = gigabytes(0.5)
    shares = []
    while len(shares) < 3 and min(shares, default=1) >= 0.2:
        with new_repo() as repo:
            first, took = longest_pause(lambda repo=repo: repo.commit(values))
        shares.append(first / took)
    assert min(shares) < 0.2, shares
