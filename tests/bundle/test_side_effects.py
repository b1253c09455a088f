"""Effects of code that no name shows are found by the words of calls."""

from __future__ import annotations

import ast

import pytest

from nbmodelver.bundle.side_effects import has_effect, imported


def acts(source: str) -> bool:
    tree = ast.parse(source)
    return has_effect(tree, imported(tree))


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nnp.random.seed(0)", "import pandas as pd\npd.set_option('mode.copy_on_write', True)",
        "import torch\ntorch.manual_seed(0)", "import torch\ntorch.backends.cudnn.deterministic = True",
        "import matplotlib as mpl\nmpl.rcParams['figure.dpi'] = 100", "import seaborn as sns\nsns.set_theme()",
        "from transformers import set_seed\nset_seed(1)", "import pandas as pd\npd.options.display.width = 80",
        "import sys\nsys.path.insert(0, 'lib')", "import os\nos.environ['A'] = '1'", "import os\ndel os.environ['A']",
        "import os\nos.chdir('x')", "import warnings\nwarnings.filterwarnings('ignore')",
        "import logging\nlogging.basicConfig(level=10)", "import locale\nlocale.setlocale(0, 'C')",
        "open('a.txt', 'w').write('1')", "with open('a.txt', mode='a') as f:\n    pass", "df.to_csv('a.csv')",
        "import json\njson.dump({}, f)", "import shutil\nshutil.copy('a', 'b')",
        "import os\nos.makedirs('o', exist_ok=True)",
        "from pathlib import Path\nPath('a').write_text('1')", "for n in names:\n    fig.savefig(n)",
    ],
)  # fmt: skip
def test_an_effect_is_found(source: str) -> None:
    assert acts(source)


@pytest.mark.parametrize(
    "source",
    [
        "x = df.copy(deep=True)", "x = df.to_numpy(dtype=float)", "x = open('a.txt').read()", "x = [1]\nx.append(2)",
        "import matplotlib.pyplot as plt\nplt.plot(x)\nplt.show()", "import numpy as np\nx = np.copy(y)",
        "config = {}\nconfig['a'] = 1", "model.set_params(a=1)", "print(x)",
    ],
)  # fmt: skip
def test_what_names_show_is_no_effect(source: str) -> None:
    assert not acts(source)
