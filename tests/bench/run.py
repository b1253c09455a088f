"""`python tests/bench/run.py --all`: every row and every peer; tables and plots go to tests/bench/out/.

`run.py [ROW ...] [--scale 1]` runs some rows, or all. With --peers the notebooks of workloads.py are kept by Kishu,
joblib, cloudpickle, dill, DVC, MLflow, borg and restic, each in a process of its own, `--runs` times; what is not
installed is a row that says so. `--install-peers` makes an environment for them under build/peers first (borg and
restic come from the system's packages). `--all` is all of this.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import venv
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

import plots
from bundle_rows import ROWS as BUNDLE_ROWS
from cell_rows import ROWS as CELL_ROWS
from comparison_rows import ROWS as COMPARISON_ROWS
from event_rows import ROWS as EVENT_ROWS
from history_rows import ROWS as HISTORY_ROWS
from large_rows import ROWS as LARGE_ROWS
from peers import PEERS, in_a_process
from remote_rows import ROWS as REMOTE_ROWS
from rows import ROWS as DATA_ROWS
from rows import Figures
from workloads import NOTEBOOKS

ROWS = {
    **DATA_ROWS, **LARGE_ROWS, **HISTORY_ROWS, **CELL_ROWS, **COMPARISON_ROWS, **EVENT_ROWS, **BUNDLE_ROWS,
    **REMOTE_ROWS,
}  # fmt: skip
OUT = Path(__file__).parent / "out"
PEERS_HOME = Path(__file__).parents[2] / "build" / "peers"
PEER_PACKAGES = ("matplotlib", "dill", "joblib", "cloudpickle zstandard", "dvc", "mlflow-skinny", "kishu", "ipykernel")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []], help="default: all; with --peers: none")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--peers", nargs="?", const="", metavar="PYTHON", help="an interpreter that has the peers")
    parser.add_argument("--install-peers", action="store_true")
    parser.add_argument("--runs", type=int, default=3, help="of each peer, for the medians")
    parser.add_argument("--all", action="store_true", help="every row, and every peer that can be installed")
    asked = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    if asked.install_peers or asked.all:
        install_peers()
    if asked.rows or asked.all or asked.peers is None:
        rows([*asked.rows] or [*ROWS], asked.scale)
    if asked.all or asked.peers is not None:
        own = PEERS_HOME / "bin" / "python"
        against_peers(asked.peers or (str(own) if own.exists() else sys.executable), asked.scale, asked.runs)


def rows(names: list[str], scale: float) -> None:
    """The rows of docs/benchmarks.md."""
    found = []
    for name in names:
        for figures in ROWS[name](scale):
            found.append(figures)
            print(line(figures), flush=True)
    (OUT / "table.json").write_text(json.dumps([vars(f) for f in found], indent=1))
    head = ["| what | reach | measured | |", "| --- | --- | --- | --- |"]
    (OUT / "table.md").write_text("\n".join([*head, *map(line, found)]) + "\n")


def line(figures: Figures) -> str:
    """One row of the table."""
    said = ", ".join(f"{name} {value:.4g}" for name, value in figures.values.items())
    mark = {True: "reached", False: "missed", None: "not held to at this scale"}[figures.ok]
    return f"| {figures.row} | {figures.reach} | {said} | {mark} |"


def against_peers(python: str, scale: float, runs: int) -> None:
    """Every notebook by every peer, one after the other, several times."""
    found: dict[str, dict[str, Any]] = {}
    for notebook in NOTEBOOKS:
        found[notebook] = {}
        for peer in PEERS:
            own = sys.executable if peer == "nbmodelver" else python
            found[notebook][peer] = medians([in_a_process(own, peer, notebook, scale) for _ in range(runs)])
            print(peer_line(notebook, peer, found[notebook][peer]), flush=True)
    (OUT / "peers.json").write_text(json.dumps({"scale": scale, "runs": runs, "notebooks": found}, indent=1))
    (OUT / "peers.md").write_text("\n".join(peer_table(found)) + "\n")
    drawn = subprocess.run([python, plots.__file__, str(OUT)], check=False, capture_output=True, text=True)
    print(drawn.stdout.strip() or drawn.stderr.strip()[-200:])


def medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Several runs of one peer as one: the median of each time; the bytes of the last."""
    done = [one for one in runs if "skipped" not in one]
    if not done:
        return runs[-1]
    steps = [
        [what, *(median(one["steps"][at][k] for one in done) for k in (1, 2)), new_bytes]
        for at, (what, _, _, new_bytes) in enumerate(done[-1]["steps"])
    ]
    return {**done[-1], "steps": steps} | {k: median(one[k] for one in done) for k in ("back_cpu_s", "back_wall_s")}


def peer_table(found: dict[str, dict[str, Any]]) -> list[str]:
    """All notebooks and peers as Markdown."""
    head = [
        "| notebook | kept by | bytes | CPU s (wall): first | median after | way back |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return head + [peer_line(notebook, peer, one) for notebook, all_ in found.items() for peer, one in all_.items()]


def peer_line(notebook: str, peer: str, one: dict[str, Any]) -> str:
    """One peer's row."""
    if "skipped" in one:
        return f"| {notebook} | {peer} | skipped: {one['skipped']} | | | |"
    cpu, wall = ([step[k] for step in one["steps"]] for k in (1, 2))
    times = ((cpu[0], wall[0]), (median(cpu[1:]), median(wall[1:])), (one["back_cpu_s"], one["back_wall_s"]))
    return f"| {notebook} | {peer} | {one['bytes']:,} | {' | '.join(f'{c:.3f} ({w:.3f})' for c, w in times)} |"


def install_peers() -> None:
    """An environment with every peer that can be installed; what fails is left to say so itself."""
    venv.create(PEERS_HOME, with_pip=True)
    pip = [str(PEERS_HOME / "bin" / "python"), "-m", "pip", "install", "-q"]
    for packages in ("numpy pandas scikit-learn pyarrow", *PEER_PACKAGES):
        done = subprocess.run([*pip, *packages.split()], check=False, capture_output=True, text=True)
        print(f"{packages}: {'installed' if done.returncode == 0 else 'could not be installed'}", flush=True)


if __name__ == "__main__":
    main()
