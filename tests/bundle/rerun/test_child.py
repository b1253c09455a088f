"""The child runs cells in a kernel of another interpreter; tests/actions/test_rerun.py runs it with all else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nbmodelver.bundle.rerun.folders import RunFolders
from nbmodelver.bundle.rerun.running import CHILD


@pytest.mark.kernel
def test_cells_run_until_the_first_unexpected_error(tmp_path: Path) -> None:
    folders = RunFolders(tmp_path, tmp_path, Path(__file__).parents[3])
    (tmp_path / "tmp").mkdir()
    sources = [("1/0", False), ("print('said')", True), ("missing", True), ("print('never')", True)]
    request = {
        "python": sys.executable, "folder": str(tmp_path), "store": str(tmp_path / "store"), "names": [],
        "metrics": {}, "report": str(tmp_path / "report.json"), "offline": True,
        "connection": str(tmp_path / "kernel.json"), "cell_limit_s": 60, "memory_bytes": 0,
        "environment": {**folders.environment(), "PYTHONHASHSEED": "0"},
        "cells": [{"source": s, "ok": ok, "id": "", "key": str(at)} for at, (s, ok) in enumerate(sources)],
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", CHILD], input=json.dumps(request).encode(), capture_output=True, timeout=120, check=True,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
    )  # fmt: skip
    said: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert said[0]["kernel"] > 0
    assert not list((tmp_path / "tmp").glob("*.json")), "the connection file is in the folder of the run"
    assert [s["cell"] for s in said if "cell" in s] == [1, 2, 3]
    assert said[2]["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "said\n"}]
    assert said[-1]["ended"] == "NothingToCommit: nothing to commit" or said[-1]["ended"].startswith("cell 3 raised")
