"""Notebooks that draw, with and without seeds, and those that depend on the clock or on the order of sets."""

from __future__ import annotations

from tests.rerun_lane.notebook import Notebook

DRAWN = ("cannot tell", r"unseeded randomness \(tested\)")
CLOCK = ("cannot tell", r"the time, or an id of the process \(tested\)")
ORDER = ("different", r"the order of sets, which depends on the hash seed \(tested\)")
SPLIT = (
    "from sklearn.datasets import load_iris\nfrom sklearn.linear_model import LogisticRegression\n"
    "from sklearn.model_selection import train_test_split\nX, y = load_iris(return_X_y=True)"
)

NOTEBOOKS = (
    Notebook(
        "seeds-are-given",
        (
            SPLIT,
            "import random\nimport numpy as np\nrandom.seed(7)\nnp.random.seed(7)\nrng = np.random.default_rng(7)",
            "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)",
            "model = LogisticRegression(max_iter=500).fit(X_train, y_train)",
            "noise = np.random.normal(size=20)\ncards = random.sample(range(52), 5)\nboot = rng.integers(0, 9, 30)",
            "print('accuracy', model.score(X_test, y_test))",
        ),
        metrics={"acc": "model.score(X_test, y_test)"},
        runs=1,
        quick=True,
    ),
    Notebook(
        "draws-without-seeds",
        (
            "import random\nimport numpy as np",
            "fixed = np.arange(5)",
            "noise = np.random.normal(size=4)",
            "card = random.choice(range(10**9))",
            "rng = np.random.default_rng()\nboot = rng.random(3)",
            "shifted = fixed + noise.mean()",
            "print(noise.sum())",
        ),
        "cannot tell",
        {"noise": DRAWN, "card": DRAWN, "boot": DRAWN, "rng": DRAWN, "shifted": DRAWN, "cell 7": DRAWN, "luck": DRAWN},
        metrics={"luck": "float(noise.sum())"},
        quick=True,
    ),
    Notebook(
        "a-split-and-a-forest-without-random-state",
        (
            SPLIT.replace("linear_model", "ensemble").replace("LogisticRegression", "RandomForestClassifier"),
            "X_train, X_test, y_train, y_test = train_test_split(X, y)",
            "forest = RandomForestClassifier(n_estimators=5).fit(X_train, y_train)",
            "classes = sorted(set(y.tolist()))",
        ),
        "cannot tell",
        {"forest": DRAWN, "X_train": DRAWN, "X_test": DRAWN, "y_train": DRAWN, "y_test": DRAWN, "loss": DRAWN},
        metrics={"loss": "float(forest.predict_proba(X_test)[:,0].sum()+X_test.sum())"},
    ),
    Notebook(
        "a-draw-inside-of-a-function",
        (
            "import numpy as np\n\ndef augmented(x):\n    return x + np.random.rand(*x.shape) / 10",
            "base = np.ones((2, 3))",
            "batch = augmented(base)",
            "norm = float(np.linalg.norm(batch))",
        ),
        "cannot tell",
        {"batch": DRAWN, "norm": DRAWN},
    ),
    Notebook(
        "the-clock-and-ids",
        (
            "import time, uuid, os\nfrom datetime import datetime\nimport pandas as pd",
            "began = time.time()\nstamp = datetime.now()\nrun_id = str(uuid.uuid4())",
            "row = {'run': run_id, 'acc': 0.5}\nwhen = pd.Timestamp.now()",
            "took = time.perf_counter() - began\nprint(f'finished at {stamp:%Y-%m-%d %H:%M:%S}')",
            "constant = 5",
        ),
        "cannot tell",
        {"began": CLOCK, "stamp": CLOCK, "run_id": CLOCK, "row": CLOCK, "when": CLOCK, "took": CLOCK},
    ),
    Notebook(
        "the-day-of-the-first-run",
        (
            (
                "import datetime as dt, os\n"
                "today = dt.date(2026, 1, 5) if os.path.isdir('../only-then') else dt.date.today()"
            ),
            "label = f'report-{today.isoformat()}'",
            "rows = 3",
        ),
        "different",
        dict.fromkeys(("today", "label"), ("different", r"the time, or an id of the process")),
        files={"../only-then/empty": ""},  # A folder is not an input, so that only the first run finds it.
    ),
    Notebook(
        "the-order-of-a-set",
        (
            "words = 'to be or not to be that is the question whether it is nobler'.split()",
            "vocabulary = list(set(words))\nindex = {w: i for i, w in enumerate(vocabulary)}",
            "ordered = sorted(set(words))",
            "bucket = hash('nbmodelver') % 1000003",
            "codes = [index[w] for w in words]",
        ),
        "different",
        {"vocabulary": ORDER, "index": ("different", ORDER[1]), "codes": ORDER, "bucket": ORDER},
        quick=True,
    ),
    Notebook(
        "draws-of-torch",
        (
            "import torch\nfrom torch import nn",
            "torch.manual_seed(0)\nlayer = nn.Linear(4, 2)",
            "x = torch.ones(3, 4)\nout = layer(x).detach()",
            "torch.seed()",
            "free = torch.rand(5)\nsecond = nn.Linear(2, 2)",
            "loss = float(out.sum())",
        ),
        "cannot tell",
        {"free": DRAWN, "second": DRAWN, "cell 4": DRAWN},
        needs=("torch",),
    ),
    Notebook(
        "a-generator-whose-state-goes-on",
        (
            "import random\nimport numpy as np\nrng = np.random.default_rng(3)\nown = random.Random(3)",
            "a = rng.normal(size=3)\nb = own.random()",
            "a = rng.normal(size=3)\nb = own.random()",
            "after = rng.bit_generator.state['state']['state']",
        ),
        ids=("c1", "c2", "c2", "c3"),
        runs=1,
    ),
    Notebook(
        "threads-and-processes-add-in-any-order",
        (
            "import numpy as np\nfrom concurrent.futures import ThreadPoolExecutor, as_completed",
            "rng = np.random.default_rng(0)\nparts = [rng.normal(size=50_000) for _ in range(8)]",
            "with ThreadPoolExecutor(4) as pool:\n    sums = list(pool.map(np.sum, parts))",
            "total = float(sum(sums))\nproduct = parts[0][:40_000].reshape(200, 200) @ parts[1][:40_000].reshape(200, 200)",
        ),
        metrics={"total": "total"},
        runs=1,
    ),
    Notebook(
        "a-model-that-used-two-jobs",
        (
            SPLIT.replace("linear_model", "ensemble").replace("LogisticRegression", "RandomForestClassifier"),
            "forest = RandomForestClassifier(n_estimators=6, n_jobs=2, random_state=1).fit(X, y)",
            "import pickle\nblob = pickle.dumps(forest)\ncopy = pickle.loads(blob)",
            "same = bool((copy.predict(X) == forest.predict(X)).all())",
        ),
        metrics={"acc": "forest.score(X,y)"},
        runs=1,
    ),
)
