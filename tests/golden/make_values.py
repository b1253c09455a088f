"""`python tests/golden/make_values.py`: writes values-1, a store with recipes of today's formats. Never run by tests.

A store that was released once must be read for ever; when a format changes, make values-2 beside it and keep this one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
STORE = HERE / "values-1"


def values() -> dict[str, Any]:
    """One of each way to be written: plain columns, memory, views, frames, pickles, code of a notebook."""
    import numpy as np
    import pandas as pd

    base = np.arange(600.0).reshape(20, 30).copy()
    shared = [1, 2]
    loop: list[Any] = [shared]
    loop.append(loop)
    frame = pd.DataFrame(
        {
            "n": np.arange(5),
            "x": [0.5, -0.0, float("nan"), 1e300, 2.5],
            "when": pd.date_range("2024-03-30", periods=5, freq="D", tz="Europe/Paris"),
            "kind": pd.Categorical(["a", "b", "a", None, "b"], categories=["b", "a", "z"], ordered=True),
            "whole": pd.array([1, None, 3, 4, 5], dtype="Int64"),
            "mixed": pd.Series([1, "two", None, 2.5, (3,)], dtype=object),
        },
        index=pd.Index(list("vwxyz"), name="row"),
    )
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec("SCALE = 3\nclass Net:\n    def go(self, x):\n        return x * SCALE\nnet = Net()\nnet.w = 5\n", scope)
    return {
        "numbers": {
            "int": 10**30,
            "float": -0.0,
            "complex": 1 - 2j,
            "none": None,
            "text": "é\ud800",
            "raw": b"\x00\xff",
        },
        "containers": (loop, {"s": shared}, {3, 1, 2}, frozenset("ab"), range(3)),
        "base": base,
        "view": base[::2, 3:9].T,
        "frame": frame,
        "generator": np.random.default_rng(5),
        "net": scope["net"],
        "Net": scope["Net"],
        "SCALE": scope["SCALE"],
    }


def main() -> None:
    """Write the store anew, without what belongs to this machine."""
    import os
    import shutil
    import tempfile

    import nbmodelver as mv
    from nbmodelver.repo import CommitContext

    made = values()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # Outside of any Git checkout.
        repo = mv.open(folder, create=True)
        repo.settings.set("author", "golden")
        around = CommitContext(session=False)
        version = repo.commit(made, "golden", namespace=made, metrics={"acc": 0.5}, tags=["best"], around=around)
        shutil.rmtree(STORE, ignore_errors=True)
        shutil.copytree(repo.where, STORE, ignore=shutil.ignore_patterns("locks", "catalogue", "tmp", ".gitignore"))
    print(version.names, version.skipped, file=sys.stderr)


if __name__ == "__main__":
    main()
