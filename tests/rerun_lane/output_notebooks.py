"""Notebooks whose outputs change in each run although nothing else does, and pictures, tables and warnings."""

from __future__ import annotations

from tests.rerun_lane.notebook import Notebook

NOTEBOOKS = (
    Notebook(
        "plots",
        (
            "%matplotlib inline\nimport matplotlib.pyplot as plt\nimport numpy as np",
            "x = np.linspace(0, 6, 50)",
            "plt.plot(x, np.sin(x), label='sine')\nplt.legend()\nplt.title('A line')",
            (
                "fig, axes = plt.subplots(1, 2, figsize=(4, 2))\naxes[0].hist(x, bins=5)\naxes[1].scatter(x, x ** 2)\n"
                "plt.savefig('figure.png')"
            ),
            "plt.close('all')",
        ),
        needs=("matplotlib",),
        runs=1,
        quick=True,
    ),
    Notebook(
        "a-plot-of-what-was-drawn-without-a-seed",
        (
            "import matplotlib.pyplot as plt\nimport numpy as np",
            "plt.scatter(*np.random.rand(2, 30))\nplt.show()",
            "n = 30",
        ),
        "bit-identical",
        {"cell 2": ("cannot tell", r"unseeded randomness \(tested\)")},
        needs=("matplotlib",),
    ),
    Notebook(
        "durations-progress-and-addresses",
        (
            "%%time\ntotal = sum(range(100_000))",
            "%timeit -n 10 -r 2 sum(range(100))",
            "%time half = total // 2",
            (
                "import sys, time\nbegan = time.perf_counter()\nfor at in range(3):\n"
                "    print(f'\\r{at + 1}/3 |{\"#\" * at:<3}| {time.perf_counter() - began:.2f}s/it', end='', file=sys.stderr)"
            ),
            "class Thing:\n    pass\nthing = Thing()\nprint(thing, object())\nthing",
            "lambda x: x",
            "print(f'Elapsed: {time.perf_counter() - began:.4f} seconds')",
            "import os\nprint('pid', 'of', 'this process')\nprint(os.path.abspath('x.csv'))",
        ),
        "cannot tell",
        {"began": ("cannot tell", r"the time, or an id of the process \(tested\)")},
    ),
    Notebook(
        "warnings-and-logs",
        (
            "import warnings, logging\nimport numpy as np",
            "warnings.warn('the old name goes', DeprecationWarning)\nwarnings.warn('careful')",
            "np.array([1.0, 0.0]) / 0",
            (
                "logging.basicConfig(level=logging.INFO, format='%(asctime)s %(levelname)s %(message)s', force=True)\n"
                "logging.info('fitted')"
            ),
            "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})\ndf[df.a > 1]['a'] = 5",
            "state = 'done'",
        ),
        runs=1,
    ),
    Notebook(
        "tables-as-html",
        (
            "import pandas as pd\ndf = pd.DataFrame({'x': range(100), 'y': [n / 7 for n in range(100)]})\ndf",
            "df.describe()",
            "df.style.format('{:.2f}')",
            "from IPython.display import HTML, Markdown, display\ndisplay(HTML('<b>bold</b>'), Markdown('*text*'))\ndf.tail(3)",
            "df.info()",
        ),
        runs=1,
        absent=("style",),
    ),
    Notebook(
        "very-long-output",
        (
            "for n in range(4000):\n    print(n, n ** 2, '-' * 40)",
            "text = 'x' * 300_000\nprint(text)",
            "list(range(3000))",
        ),
        runs=1,
    ),
    Notebook(
        "a-result-of-linear-algebra-is-printed",
        (
            "import numpy as np\nimport statsmodels.api as sm",
            (
                "rng = np.random.default_rng(5)\nX = sm.add_constant(rng.normal(size=(60, 2)))\n"
                "y = X @ [1.0, 2.0, -1.0] + rng.normal(size=60)"
            ),
            "fit = sm.OLS(y, X).fit()\nprint(fit.summary())",
            "params = fit.params",
        ),
        metrics={"r2": "fit.rsquared"},
        needs=("statsmodels",),
        runs=1,
    ),
    Notebook(
        "a-widget-and-cleared-outputs",
        (
            (
                "from IPython.display import clear_output\nimport time\nfor n in range(3):\n    clear_output(wait=True)\n"
                "    print('step', n)"
            ),
            "from ipywidgets import IntSlider\nslider = IntSlider(value=3)\nslider",
            "value = slider.value * 2",
        ),
        lacks=(r"these variables, which cannot be compared: slider",),
        runs=1,
    ),
)
