"""Notebooks that read files, in many formats and places, write them, and import modules of their own."""

from __future__ import annotations

import gzip
import io
import pickle
import sqlite3
import struct
import zlib

from tests.rerun_lane.notebook import Notebook

CSV = "day,city,degrees\n" + "".join(f"2026-01-{d:02d},{'ab'[d % 2]},{d * 1.5}\n" for d in range(1, 21))


def npz() -> bytes:
    """An archive of two arrays."""
    import numpy as np

    file = io.BytesIO()
    np.savez(file, x=np.arange(6.0).reshape(3, 2), y=np.array([0, 1, 0]))
    return file.getvalue()


def parquet() -> bytes:
    """A table of two columns."""
    import pandas as pd

    file = io.BytesIO()
    pd.DataFrame({"id": range(8), "value": [n / 3 for n in range(8)]}).to_parquet(file)
    return file.getvalue()


def database() -> bytes:
    """A database of SQLite with one table."""
    connection = sqlite3.connect(":memory:")
    connection.execute("create table sales (shop text, euro real)")
    connection.executemany("insert into sales values (?, ?)", [("a", 1.5), ("b", 2.5), ("a", 4.0)])
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


def picture() -> bytes:
    """A PNG of 2 x 2 grey pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\x00\x80\0\xff\x40")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


MODULE = "import math\n\nSCALE = 2.5\n\n\ndef scaled(x):\n    return [SCALE * math.sqrt(v) for v in x]\n"
READS_WEATHER = (
    "import pandas as pd\nweather = pd.read_csv('data/raw/weather.csv', parse_dates=['day'])",
    "mean = weather.groupby('city').degrees.mean()\nmean",
)

NOTEBOOKS = (
    Notebook(
        "tables-in-subfolders-and-above",
        (
            *READS_WEATHER,
            "import json, pathlib\nsettings = json.loads((pathlib.Path('..') / 'shared' / 'settings.json').read_text())",
            "import numpy as np\nwith np.load('data/arrays.npz') as archive:\n    X, y = archive['x'], archive['y']",
            "lines = open('data/notes.txt', encoding='utf-8').read().split()",
            "score = settings['weight'] * float(X.sum())",
        ),
        files={
            "data/raw/weather.csv": CSV,
            "../shared/settings.json": '{"weight": 0.25}',
            "data/arrays.npz": npz,
            "data/notes.txt": "eins zwei drei\n",
        },
        metrics={"score": "score"},
        runs=1,
        quick=True,
    ),
    Notebook(
        "parquet-of-two-libraries",
        (
            "import pandas as pd\nimport polars as pl",
            "a = pd.read_parquet('data/table.parquet')",
            "b = pl.read_parquet('data/table.parquet').filter(pl.col('value') > 1)",
            "b.head(2)",
            "c = pl.scan_parquet('data/*.parquet').select(pl.len()).collect().item()",
        ),
        files={"data/table.parquet": parquet},
        needs=("polars",),
        runs=1,
    ),
    Notebook(
        "a-path-that-no-cell-names-as-a-text",
        (
            "import polars as pl\nfrom pathlib import Path",
            "name = 'table'\nfile = Path('data') / f'{name}.parquet'",
            "table = pl.read_parquet(file)\nrows = table.height",
        ),
        files={"data/table.parquet": parquet},
        needs=("polars",),
        runs=1,
    ),
    Notebook(
        "a-database-an-image-and-a-text-from-a-loop",
        (
            "import sqlite3\nimport pandas as pd\nconnection = sqlite3.connect('data/shop.db')",
            "sales = pd.read_sql('select shop, sum(euro) as euro from sales group by shop', connection)",
            "connection.close()\ndel connection",
            "import matplotlib.image\nimage = matplotlib.image.imread('figures/tiny.png')",
            "from pathlib import Path\ntexts = {p.name: p.read_text() for p in sorted(Path('texts').glob('*.txt'))}",
        ),
        files={
            "data/shop.db": database,
            "figures/tiny.png": picture,
            "texts/a.txt": "first",
            "texts/b.txt": "second",
        },
        needs=("matplotlib",),
        runs=1,
    ),
    Notebook(
        "a-file-that-a-cell-wrote-is-read-later",
        (
            "import os\nimport numpy as np\nimport pandas as pd\nos.makedirs('build/cache', exist_ok=True)",
            (
                "np.save('build/cache/x.npy', np.linspace(0, 1, 5))\n"
                "pd.DataFrame({'a': [1, 2]}).to_csv('build/t.csv', index=False)"
            ),
            "x = np.load('build/cache/x.npy')\nt = pd.read_csv('build/t.csv')",
            "import joblib\njoblib.dump({'w': x}, 'build/model.joblib')\nmodel = joblib.load('build/model.joblib')",
        ),
        runs=1,
    ),
    Notebook(
        "a-file-was-changed-after-the-commit",
        READS_WEATHER,
        files={"data/raw/weather.csv": CSV},
        later={"data/raw/weather.csv": CSV.replace("1.5", "99")},
        of_store=True,
        runs=1,
    ),
    Notebook(
        "a-file-was-removed-after-the-commit",
        READS_WEATHER,
        files={"data/raw/weather.csv": CSV},
        later={"data/raw/weather.csv": None},
        of_store=True,
        runs=1,
    ),
    Notebook(
        "a-file-changed-between-reading-and-commit",
        (
            "values = [float(v) for v in open('values.txt').read().split()]",
            "total = sum(values)\nother = 3",
            "with open('values.txt', 'a') as file:\n    file.write('100')",
        ),
        "missing",
        dict.fromkeys(("values", "total", "file"), ("missing", "the file values.txt, which the record lacks"))
        | {"other": ("missing", "the file values.txt, which the record lacks")},
        files={"values.txt": "1 2 3 "},
        lacks=(r"the file values\.txt, of which the version has no content",),
        ended=r"cell 1 raised FileNotFoundError: .*values\.txt'",
        runs=1,
    ),
    Notebook(
        "a-file-of-the-store-that-is-not-the-one-that-was-read",
        (
            "values = [float(v) for v in open('values.txt').read().split()]",
            "total = sum(values)\nother = 3",
            "with open('values.txt', 'a') as file:\n    file.write('100 ')",
            "after = open('values.txt').read()",
        ),
        "different",
        dict.fromkeys(("values", "total", "after"), ("different", "the file values.txt, as it is now")),
        files={"values.txt": "1 2 3 "},
        of_store=True,
        lacks=(r"the content of values\.txt as it was read, so that it is used as it is now",),
    ),
    Notebook(
        "a-file-with-a-key",
        (
            "settings = dict(line.split('=') for line in open('.env').read().split())",
            "user = settings['USER_NAME']",
        ),
        "missing",
        dict.fromkeys(("settings", "user"), ("missing", r"the file \.env, which the record lacks")),
        files={".env": "USER_NAME=ada\nMODE=fast\n"},
        lacks=(r"the file \.env, of which the version has no content",),
        ended=r"cell 1 raised FileNotFoundError: .*\.env'",
        runs=1,
    ),
    Notebook(
        "modules-beside-the-notebook",
        (
            "import lane_helpers\nfrom lane_package.features import ratio\nfrom lane_package import LIMIT",
            "x = lane_helpers.scaled([1, 4, 9])",
            "r = ratio(x)\nclipped = [min(v, LIMIT) for v in x]",
        ),
        files={
            "lane_helpers.py": MODULE,
            "lane_package/__init__.py": "LIMIT = 5\n",
            "lane_package/features.py": "from lane_helpers import SCALE\n\n\ndef ratio(x):\n    return x[-1] / SCALE\n",
        },
        runs=1,
        quick=True,
    ),
    Notebook(
        "a-module-from-a-folder-in-the-search-path",
        (
            "import sys\nsys.path.insert(0, 'src')\nsys.path.append('../shared')",
            "import lane_source, lane_shared",
            "y = lane_source.scaled([16]) + [lane_shared.LIMIT]",
        ),
        files={"src/lane_source.py": MODULE, "../shared/lane_shared.py": "LIMIT = 7\n"},
        runs=1,
    ),
    Notebook(
        "files-of-the-folder-are-listed",
        (
            "from pathlib import Path\nimport glob",
            "tables = sorted(p.name for p in Path('data').iterdir())",
            "found = sorted(glob.glob('**/*.csv', recursive=True))",
            "import pandas as pd\nframes = pd.concat([pd.read_csv(f) for f in found], ignore_index=True)",
        ),
        files={"data/a.csv": "n\n1\n", "data/b.csv": "n\n2\n"},
        runs=1,
    ),
    Notebook(
        "a-script-is-run-and-the-folder-changed",
        (
            "%run scripts/prepare.py",
            "exec(open('scripts/more.py').read())",
            "import os\nos.chdir('data')\ntext = open('x.txt').read()",
            "os.chdir('..')\nback = open('data/y.txt').read()",
        ),
        files={
            "scripts/prepare.py": "prepared = [n ** 2 for n in range(4)]\n",
            "scripts/more.py": "more = sum(prepared)\n",
            "data/x.txt": "ex",
            "data/y.txt": "why",
        },
        runs=1,
    ),
    Notebook(
        "files-that-the-setting-leaves-out",
        (
            "%mv_config input_files_mb 0",
            "import json\nrows = json.load(open('rows.json'))",
            "n = len(rows)",
        ),
        "missing",
        dict.fromkeys(("rows", "n"), ("missing", r"the file rows\.json, which the record lacks")),
        files={"rows.json": "[1, 2, 3]"},
        lacks=(r"the file rows\.json, of which the version has no content",),
        ended=r"cell 1 raised FileNotFoundError: .*rows\.json'",
        runs=1,
    ),
    Notebook(
        "tables-of-a-loop-and-compressed",
        (
            "import gzip, pickle, pathlib\nimport polars as pl\nimport pandas as pd",
            "years = [2024, 2025]\nframes = {y: pl.read_csv(f'data/{y}.csv') for y in years}",
            "total = sum(f['n'].sum() for f in frames.values())",
            "packed = pd.read_csv('data/all.csv.gz')",
            "with open('data/model.pkl', 'rb') as f:\n    model = pickle.load(f)\ndel f",
        ),
        files={
            "data/2024.csv": "n\n1\n",
            "data/2025.csv": "n\n2\n",
            "data/all.csv.gz": lambda: gzip.compress(b"n\n3\n", mtime=0),
            "data/model.pkl": lambda: pickle.dumps({"w": [0.5]}),
        },
        needs=("polars",),
        runs=1,
    ),
)
