"""Stores of other environments: writing one here, and reading one that was written elsewhere.

    python tests/golden/worlds/world.py write NAME    # makes tests/golden/worlds/NAME; never run by tests
    python tests/golden/worlds/world.py read NAME     # one line of JSON for each value

`write` runs the cells of cells.txt in an IPython shell, commits their names, and keeps the expected results beside the
store. `read` loads each value alone in a namespace of its own, evaluates its expression and compares the results.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import tempfile
import warnings
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import definitions  # noqa: E402

LIBRARIES = ("numpy", "pandas", "pyarrow", "polars", "scikit-learn", "attrs", "pydantic")
NOT_OURS = shutil.ignore_patterns("locks", "catalogue", "tmp", ".gitignore")


def write(world: Path) -> None:
    """Make the store `world/store` and `world/expected.json`."""
    from IPython.core.interactiveshell import InteractiveShell

    import nbmodelver as mv
    from nbmodelver.repo import Surroundings
    from nbmodelver.repo.imports import found

    shell = InteractiveShell(history_length=0)
    shell.history_manager.enabled = False
    shell.run_cell(definitions.IMPORTS).raise_error()
    cases = [case for case in definitions.cases() if case.is_available]
    expected = {}
    for case in cases:
        shell.run_cell(case.cell, store_history=True, silent=True).raise_error()
        expected[case.name] = repr(eval(case.check, shell.user_ns))
    values = {case.name: shell.user_ns[case.name] for case in cases}
    shutil.rmtree(world, ignore_errors=True)
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)  # Outside of any Git checkout.
        repo = mv.open(place, create=True)
        repo.settings.set("author", "golden")
        around = Surroundings(imports=found(shell.user_ns))
        version = repo.commit(values, "golden", namespace=shell.user_ns, around=around)
        shutil.copytree(repo.where, world / "store", ignore=NOT_OURS)
        os.chdir(world)
    made = {"python": platform.python_version(), "nbmodelver": mv.__version__, **_libraries()}
    told = {"made": made, "skipped": {s.name: s.reason for s in version.skipped}, "expected": expected}
    (world / "expected.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _libraries() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def read(world: Path, skip: int = 0) -> None:
    """Print for each value, from number `skip` on, its name before it is loaded; then the outcome, and why.

    Outcomes: "same"; "noted" for another result that a warning announced; "refused" for an error of nbmodelver; "other"
    for everything else, which must not be.
    """
    import nbmodelver as mv

    told = json.loads((world / "expected.json").read_text(encoding="utf-8"))
    cases = {case.name: case for case in definitions.cases()}
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(world / "store", Path(place) / ".nbmodelver")
        repo = mv.open(place, trusted=True)
        wanted = [(name, result) for name, result in told["expected"].items() if name not in told["skipped"]]
        for name, result in wanted[skip:]:
            print(json.dumps({"begun": name}), flush=True)
            outcome, why = _outcome(repo, cases[name], result)
            print(json.dumps({"name": name, "outcome": outcome, "why": why}), flush=True)


def _outcome(repo: Any, case: definitions.Case, result: str) -> tuple[str, str]:
    from nbmodelver.errors import NbmodelverError

    scope: dict[str, Any] = {"__name__": "__main__"}
    exec("\n".join([definitions.IMPORTS, *(f"import {need}" for need in case.needs if find_spec(need))]), scope)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            scope.update(repo.load("v1", names=[case.name], namespace=scope))
        found = repr(eval(case.check, scope))
    except NbmodelverError as error:
        return "refused", str(error)
    except Exception as error:
        return "other", f"{type(error).__name__}: {error}"
    if found == result:
        return "same", ""
    return "noted" if caught else "other", f"{found}, not {result}"


if __name__ == "__main__":
    what, name, *more = sys.argv[1:]
    if what == "write":
        write(HERE / name)
    else:
        read(HERE / name, *map(int, more))
