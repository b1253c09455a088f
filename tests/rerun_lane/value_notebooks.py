"""Notebooks whose variables cannot be kept, change without an assignment, or are compared in ways of their own."""

from __future__ import annotations

from tests.rerun_lane.notebook import Notebook

NOTEBOOKS = (
    Notebook(
        "variables-that-cannot-be-kept",
        (
            "import threading, os\nlock = threading.Lock()",
            "numbers = (n * n for n in range(10))\nfirst = next(numbers)",
            "handle = open(os.devnull, 'w')",
            "n = 5",
        ),
        lacks=(r"these variables, which cannot be compared: .*",),
        runs=1,
    ),
    Notebook(
        "objects-of-many-kinds",
        (
            "from dataclasses import dataclass, field\nfrom enum import Enum\nfrom collections import defaultdict, Counter",
            (
                "@dataclass\nclass Run:\n    name: str\n    scores: list[float] = field(default_factory=list)\n"
                "class Mode(Enum):\n    FAST = 1\n    SLOW = 2"
            ),
            "runs = [Run('a', [0.1, 0.2]), Run('b')]\nmode = Mode.SLOW",
            "groups = defaultdict(list)\nfor run in runs:\n    groups[len(run.scores)].append(run.name)",
            "counts = Counter('mississippi')\nnested = {'a': [1, (2, {3})], 'b': {'c': None}}\nshared = [nested, nested]",
            "twice = lambda x: 2 * x\neight = twice(4)",
        ),
        runs=1,
    ),
    Notebook(
        "values-change-in-place",
        (
            "import numpy as np\nimport pandas as pd",
            "x = np.zeros(4)\nview = x[1:3]\nlog = []",
            "view += 2\nlog.append(x.sum())",
            "df = pd.DataFrame({'a': [3, 1, 2]})\ndf.sort_values('a', inplace=True)\ndf.loc[9] = 7",
            "def record(v, to=log):\n    to.append(v)\nrecord(df.a.sum())",
        ),
        runs=1,
    ),
    Notebook(
        "pipelines-and-a-search",
        (
            (
                "import numpy as np\nimport pandas as pd\nfrom sklearn.pipeline import make_pipeline\n"
                "from sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import Ridge\n"
                "from sklearn.model_selection import GridSearchCV"
            ),
            (
                "rng = np.random.default_rng(1)\nX = pd.DataFrame(rng.normal(size=(80, 3)), columns=list('abc'))\n"
                "y = X.a * 2 - X.b + rng.normal(scale=0.1, size=80)"
            ),
            (
                "search = GridSearchCV(make_pipeline(StandardScaler(), Ridge()), {'ridge__alpha': [0.1, 1.0]}, cv=3)\n"
                "search.fit(X, y)"
            ),
            "best = search.best_estimator_\nprint(search.best_params_)",
        ),
        "cannot tell",
        {"search": ("cannot tell", r"the time, or an id of the process \(tested\)")},
        metrics={"score": "search.best_score_"},
    ),
    Notebook(
        "a-metric-given-as-a-number",
        (
            "correct, total = 91, 100",
            "acc = correct / total",
        ),
        metrics={"acc": "acc", "typed": "0.91"},
        lacks=(r"the code that measured typed",),
        runs=1,
    ),
    Notebook(
        "types-of-polars-and-dates",
        (
            "import polars as pl\nimport datetime as dt\nimport decimal, fractions, zoneinfo",
            (
                "t = pl.DataFrame({'d': [dt.date(2026, 1, 1), None], 's': ['x', 'y'], 'f': [0.5, None]})\n"
                "lazy = t.lazy().filter(pl.col('f').is_not_null())"
            ),
            "out = lazy.collect()\nprint(out)",
            (
                "price = decimal.Decimal('1.10')\npart = fractions.Fraction(1, 3)\n"
                "when = dt.datetime(2026, 1, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))"
            ),
            "del lazy",
        ),
        needs=("polars",),
        runs=1,
    ),
)
