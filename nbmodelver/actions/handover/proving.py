"""The proof of a folder: a fresh process loads the model and predicts the example, and the predictions are compared."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from nbmodelver.comparison.agreement import agreement

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.actions.handover.example_rows import ExampleRows
    from nbmodelver.model.rerun import Agreed
    from nbmodelver.repo.transfer.portable import ModelFiles

LIMIT_S = 120.0
EQUAL: dict[str, str] = {"bit-identical": "equal", "numerically equal": "numerically equal"}


def prove(folder: Path, value: Any, files: ModelFiles, rows: ExampleRows | None) -> tuple[str, bool]:
    """Return what a fresh process found, and whether the model is proven.

    The state of the model that was read back is compared first, then its predictions with those of `value`.
    """
    state = _state(value, files)
    command = [sys.executable, "-I", str(folder / "load.py")]
    try:
        done = subprocess.run(command, capture_output=True, timeout=LIMIT_S, check=False)  # noqa: S603  # ours
    except subprocess.TimeoutExpired:
        return f"a fresh process did not load it within {LIMIT_S:g} s", False
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").replace(str(folder), ".").strip().splitlines()
        return f"a fresh process cannot load it: {lines[-1] if lines else done.returncode}", False
    if rows is None:
        return f"loaded in a fresh process; state {state}", state in EQUAL
    agreed, detail = agreement(rows.predicted(value), json.loads(done.stdout))
    count = f"{rows.count} predictions"
    if agreed not in EQUAL:
        return f"{count} differ in a fresh process: {detail}", False
    return f"{count} {EQUAL[agreed]}{f' ({detail})' if detail else ''} in a fresh process; state {state}", True


def _state(value: Any, files: ModelFiles) -> Agreed:
    """Return how the model that was read back agrees with the one that was written."""
    if files.is_same is not None:
        return "bit-identical" if files.is_same else "different"
    return agreement(value, files.again)[0]
