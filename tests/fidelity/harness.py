"""Runs the worlds in processes of their own, once for all test workers, and gives each case its results."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from tests.fidelity.worlds import Results

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 600
Problems = dict[str, list[str]]


def problems_of(how: str, folder: Path) -> Problems:
    """Case -> what is wrong with it. how: "same", "fresh" or "late"."""
    folder.mkdir(parents=True, exist_ok=True)
    if how != "same":
        _once("commit", folder)
    _once(how, folder)
    results = Results(folder / f"{how}.jsonl").read()
    started = Results(folder / f"{how}.started.jsonl").read()
    crashed: Problems = {name: ["the process died in this case"] for name in started.keys() - results.keys()}
    found: Problems = {name: [str(p) for p in r["problems"]] for name, r in results.items()} | crashed
    if how == "same":
        return found
    committed = Results(folder / "commit.jsonl").read()
    return {n: [*map(str, r["problems"]), *found.get(n, [])] for n, r in committed.items()}


def _once(how: str, folder: Path) -> None:
    """Run one process over all cases, and again behind a case that killed it; other test workers wait for it."""
    with (folder / f"{how}.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / f"{how}.done"
        if done.exists():
            return
        for _ in range(10):
            if _run(how, folder).returncode >= 0:
                break
        done.touch()


def _run(how: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    store = folder / ("same" if how == "same" else "kernels")
    environment = {**os.environ, "PYTHONHASHSEED": str(len(how)), "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    command = [sys.executable, "-m", "tests.fidelity.worlds", how, str(store), str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, timeout=TIMEOUT_S, check=False, capture_output=True)
    (folder / f"{how}.log").write_bytes(done.stdout + done.stderr)
    if done.returncode > 0:
        raise RuntimeError(done.stderr.decode()[-3000:])
    return done
