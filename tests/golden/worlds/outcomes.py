"""What becomes of each golden store in an environment, and the table of it in docs/worlds.md.

    python tests/golden/worlds/outcomes.py PYTHON ...    # writes docs/worlds.md, a column for each interpreter

Each store is read in a child process, which goes on after the value that ended it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
DOC = ROOT / "docs" / "worlds.md"
WORLDS = sorted(place.parent.name for place in HERE.glob("*/expected.json"))

_RELEASES = """
import platform, importlib.metadata as m
packages = "pandas numpy scikit-learn pyarrow polars pydantic pytz".split()
found = [f"Python {'.'.join(platform.python_version_tuple()[:2])}"]
for package in packages:
    try:
        found.append(f"{package} {m.version(package)}")
    except m.PackageNotFoundError:
        found.append(f"no {package}")
print(", ".join(found))
"""

HEAD = """# Stores of other Pythons and library releases

`tests/golden/worlds` contains stores that other environments wrote. The table counts the values of each store in each
environment: values that come back **equal** (each function is called, each class used, each frame compared with its
dtypes and index) + values that come back different **with a note** + values that are **refused** by name. No value
comes back different without a note, and no process crashes. `tests/golden/test_worlds.py` checks this wherever it
runs, and compares the column of its own environment with this table.

- *bytecode*, *former*: definitions and data as the first recipes kept them, with bytecode without a mark. What those
  recipes did not keep is not counted: the aliases of an enumeration; under pandas 2 the frequency of an index; for
  polars 1.0 enumerations and missing structs.
- *source*: the same definitions and some more, as they are kept today. Two functions that `exec` made are refused,
  and under Python 3.11 one function in the syntax of 3.12.
- *data*: arrays, frames, indexes, scalars, offsets, random generators, models, and the session.

`python tests/golden/worlds/outcomes.py PYTHON ...` renews the table.

"""


def read(world: str, python: str) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """What the writer of a world told, and name -> (outcome, why) there; "crash" for a value that ends the process."""
    told = json.loads((HERE / world / "expected.json").read_text(encoding="utf-8"))
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    found: dict[str, tuple[str, str]] = {}
    while True:
        command = [python, "-X", "faulthandler", HERE / "world.py", "read", world, str(len(found))]
        child = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, check=False
        )
        lines = [json.loads(line) for line in child.stdout.splitlines()]
        found.update({line["name"]: (line["outcome"], line["why"]) for line in lines if "name" in line})
        begun = [line["begun"] for line in lines if "begun" in line]
        if child.returncode == 0:
            return told, found
        if not begun or begun[-1] in found:
            raise RuntimeError(f"{world} could not be read:\n{child.stderr}")
        found[begun[-1]] = ("crash", child.stderr[-1000:])


def releases(python: str) -> str:
    """What an interpreter has, as the head of its column."""
    return subprocess.run([python, "-c", _RELEASES], capture_output=True, text=True, check=True).stdout.strip()


def cell(found: dict[str, tuple[str, str]]) -> str:
    """The counts of one store in one environment."""
    counts = Counter(outcome for outcome, _ in found.values())
    assert not counts["crash"]
    return " + ".join(str(counts[outcome]) for outcome in ("same", "noted", "refused"))


def main(pythons: list[str]) -> None:
    """Write the table."""
    heads = [releases(python) for python in pythons]
    lines = [f"| store | {' | '.join(heads)} |", f"| --- |{' --- |' * len(heads)}"]
    for world in WORLDS:
        cells = [cell(read(world, python)[1]) for python in pythons]
        lines.append(f"| {world} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    DOC.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
