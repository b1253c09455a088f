"""The child compares values of two stores by name, and names what cannot be loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import nbmodelver as mv
from nbmodelver.bundle.rerun.verdicts import COMPARING

if TYPE_CHECKING:
    from pathlib import Path


def test_values_of_two_stores_are_compared(tmp_path: Path) -> None:
    stores = [mv.open(tmp_path / name, create=True) for name in ("a", "b")]
    versions = [repo.commit({"x": 1.0 + i * 1e-9, "y": [i], "z": "same"}) for i, repo in enumerate(stores)]
    request = {"stores": [str(tmp_path / n) for n in "ab"], "versions": [v.id for v in versions],
               "names": ["x", "y", "z", "w"]}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", COMPARING], input=json.dumps(request).encode(), capture_output=True, check=True
    )
    found = json.loads(done.stdout)
    assert [found[n][0] for n in ("x", "y", "z", "w")] == [
        "numerically equal", "different", "bit-identical", "cannot tell",
    ]  # fmt: skip
    assert "w" in found["w"][1]
