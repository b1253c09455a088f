"""Notebooks whose cells ran in another order than they stand in, were edited, deleted, or failed."""

from __future__ import annotations

from tests.rerun_lane.notebook import Notebook

NOTEBOOKS = (
    Notebook(
        "cells-ran-in-another-order",
        (
            "import pandas as pd\nsales = pd.DataFrame({'shop': ['a', 'b', 'a'], 'euro': [10.0, 20.0, 5.5]})",
            "rate = 1.08",
            "total = sales.groupby('shop').euro.sum() * rate\ntotal",
            "rate = 1.2",
            "summary = float(total.sum())\nprint(f'{summary:.2f}')",
        ),
        ids=("c1", "c4", "c3", "c2", "c5"),
        document=("c1", "c2", "c3", "c4", "c5"),
        metrics={"total": "summary"},
        runs=1,
        quick=True,
    ),
    Notebook(
        "a-deleted-cell-made-a-name",
        (
            "import numpy as np",
            "scale = 3.5",
            "x = np.linspace(0, 1, 11) * scale",
            "x.mean()",
        ),
        document=("c1", "c3", "c4"),
        metrics={"mean": "float(x.mean())"},
        runs=1,
    ),
    Notebook(
        "a-cell-was-edited-and-run-again",
        (
            "import numpy as np\nx = np.arange(10.0)\nsteps = []",
            "steps.append('minus mean')\nx = x - x.mean()",
            "steps.append('scaled')\nx = x / x.std()",
            "steps.append('scaled')\nx = x / x.std()",
            "x.round(3)",
        ),
        ids=("c1", "c2", "c2", "c2", "c3"),
        runs=1,
    ),
    Notebook(
        "an-error-on-purpose-and-a-cell-that-failed-half-way",
        (
            "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, 3]})",
            "df['b'] = df.a * 2\ndf['c'] = df.nothing + 1",
            "int('seven')",
            "assert len(df) == 4, 'three rows'",
            "try:\n    df.loc[99]\nexcept KeyError as error:\n    reason = repr(error)",
            "df.shape",
        ),
        runs=1,
    ),
    Notebook(
        "a-class-was-changed-after-an-object-was-made",
        (
            "class Model:\n    def __init__(self, w):\n        self.w = w\n    def predict(self, x):\n        return self.w * x",
            "m = Model(2.0)\nfirst = m.predict(3)",
            (
                "class Model:\n    bias = 1\n    def __init__(self, w):\n        self.w = w\n"
                "    def predict(self, x):\n        return self.w * x + self.bias"
            ),
            "n = Model(2.0)\nsecond = n.predict(3)\nprint(first, second)",
            "def rate(x, k=2):\n    return x ** k",
            "third = rate(5)",
        ),
        runs=1,
    ),
    Notebook(
        "names-were-deleted-and-used-again",
        (
            "raw = list(range(1000))\nsquares = [n * n for n in raw]",
            "del raw",
            "raw = sum(squares)\nhalf = raw // 2",
            "del squares\n'squares' in globals()",
        ),
        runs=1,
    ),
    Notebook(
        "cells-that-await",
        (
            "import asyncio",
            "async def load(n):\n    await asyncio.sleep(0.01)\n    return n * 2",
            "parts = await asyncio.gather(*(load(n) for n in range(5)))\nparts",
            "async with asyncio.timeout(5):\n    last = await load(21)",
        ),
        metrics={"n": "len(parts)"},
        runs=1,
    ),
    Notebook(
        "a-name-that-only-a-startup-file-makes",
        (
            "get_ipython().user_ns['fs'] = 44_100",  # Stands for what the person's profile does.
            "length = 3 * fs",
        ),
        runs=1,
    ),
    Notebook(
        "history-and-outputs-are-used-as-values",
        (
            "3 * 7",
            "answer = _ + 1",
            "import math\nmath.sqrt(answer)",
            "root = Out[4]\nroot",
        ),
        runs=1,
    ),
    Notebook(
        "three-commits-one-after-the-other",
        (
            "import numpy as np\nx = np.arange(6.0)",
            "%mv_commit -m first x",
            "y = x * 2\n%mv_commit -m second",
            "x = x + 1",
            "%%mv_commit -m third\nz = x @ y",
            "w = z - 1",
        ),
        runs=1,
    ),
    Notebook(
        "a-rollback-between-cells",
        (
            "data = [3, 1, 2]\nk = 1\n%mv_commit -m first",
            "data.sort()\nk = 5",
            "%mv_rollback v1 --yes",
            "first = data[0]\nsum_ = k + 1",
        ),
        "different",
        dict.fromkeys(
            ("data", "k", "first", "sum_"),
            ("different", "values that %mv_rollback put in place, which a re-run does not repeat"),
        ),
        lacks=(r"the values that %mv_rollback put in place",),
    ),
)
