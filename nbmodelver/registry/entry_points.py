"""Runs the entry point of a gate in a fresh process with a time limit. It sees the store through a read-only overlay.

The function gets `repo` and the `version`. It passes by returning True or None; False, a text or an exception fails.
Only installed packages are imported: the working directory is not on the path of the child, so that a file in a shared
folder is no code that runs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from nbmodelver import system
from nbmodelver.model.registry import GateResult

if TYPE_CHECKING:
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.registry.rules import GatePolicy
    from nbmodelver.repo.core.open_store import OpenStore

CHILD = "nbmodelver.registry.entry_point_child"
MOST_OUTPUT = 64 << 10


def run(store: OpenStore, registered: RegisteredVersion, gate: GatePolicy) -> GateResult:
    """Return the outcome of a gate with an entry point. It never raises for what the function does."""
    label = f"call {gate.call}"
    root = store.backend.local_path()
    if root is None:
        return GateResult(label, "unknown", "a store in memory cannot be read by another process")
    request = json.dumps({"store": str(root), "version": registered.version, "call": gate.call})
    child = system.port.start_group([sys.executable, "-P", "-m", CHILD])
    try:
        output, _ = child.communicate(request.encode(), timeout=gate.time_limit_s)
    except subprocess.TimeoutExpired:
        late = f"no answer within {gate.time_limit_s:g} s"
        return GateResult(label, "fail", late, "raise time_limit_s in the policy")
    finally:
        system.port.end_group(child)
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()
    return _outcome(label, output[-MOST_OUTPUT:], child.returncode)


def _outcome(label: str, output: bytes, status: int) -> GateResult:
    try:
        answer = json.loads(output.splitlines()[-1])
        return GateResult(label, "pass" if answer["passed"] is True else "fail", str(answer["said"])[:500])
    except (IndexError, ValueError, KeyError, TypeError):
        return GateResult(label, "fail", f"its process ended with status {status}", "run the function by hand")
