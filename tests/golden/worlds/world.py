"""Stores of other environments: writing one here, and reading one that was written elsewhere.

    python tests/golden/worlds/world.py write NAME KIND   # makes tests/golden/worlds/NAME; never run by tests
    python tests/golden/worlds/world.py read NAME         # one line of JSON for each value

KIND is "definitions" (the cells of cells.txt, run in an IPython shell) or "data" (data_values.CHOSEN, models.py, and
the session). `write` keeps the expected results beside the store. `read` loads each value alone in a namespace of its
own and compares what it gives.
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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import definitions  # noqa: E402

LIBRARIES = ("numpy", "pandas", "pyarrow", "polars", "scikit-learn", "attrs", "pydantic")
NOT_OURS = shutil.ignore_patterns("locks", "catalogue", "tmp", ".gitignore")
SESSION = "(session)"


# Writing


def write(world: Path, kind: str) -> None:
    """Make the store `world/store` and `world/expected.json`."""
    import nbmodelver as mv
    from nbmodelver.repo import CommitContext
    from nbmodelver.repo.core.imports import found

    values, scope, expected = _definitions() if kind == "definitions" else _data()
    shutil.rmtree(world, ignore_errors=True)
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)  # Outside of any Git checkout.
        repo = mv.open(place, create=True)
        repo.settings.set("author", "golden")
        around = CommitContext(imports=found(scope), session=kind == "data")
        version = repo.commit(values, "golden", namespace=scope, around=around)
        shutil.copytree(repo.where, world / "store", ignore=NOT_OURS)
        os.chdir(world)
    made = {"python": platform.python_version(), "nbmodelver": mv.__version__, **_libraries()}
    skipped = {s.name: s.reason for s in version.skipped}
    told = {"made": made, "kind": kind, "skipped": skipped, "expected": expected}
    (world / "expected.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _definitions() -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell(history_length=0)
    shell.history_manager.enabled = False
    shell.run_cell(definitions.IMPORTS).raise_error()
    cases = [case for case in definitions.cases() if case.is_available]
    expected = {}
    for case in cases:
        shell.run_cell(case.cell, store_history=True, silent=True).raise_error()
        expected[case.name] = repr(eval(case.check, shell.user_ns))
    return {case.name: shell.user_ns[case.name] for case in cases}, shell.user_ns, expected


def _data() -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    import data_values
    import fingerprints
    import models

    every = data_values.values()
    data = {name: every[name] for name in data_values.CHOSEN if name in every}
    fitted = models.models()
    expected = {name: fingerprints.describe(value) for name, value in data.items()}
    expected.update({name: models.answer(model) for name, model in fitted.items()})
    values = {**data, **fitted}
    return values, dict(values), expected


def _libraries() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


# Reading


def read(world: Path, skip: int = 0) -> None:
    """Print for each value, from number `skip` on, its name before it is loaded; then the outcome, and why.

    Outcomes: "same"; "noted" for another result that a warning announced; "refused" for an error of nbmodelver; "other"
    for everything else, which must not be.
    """
    import nbmodelver as mv

    told = json.loads((world / "expected.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(world / "store", Path(place) / ".nbmodelver")
        repo = mv.open(place, trusted=True)
        wanted = [(name, result) for name, result in told["expected"].items() if name not in told["skipped"]]
        if told["kind"] == "data":
            wanted.append((SESSION, "None"))
        for name, result in wanted[skip:]:
            print(json.dumps({"begun": name}), flush=True)
            outcome, why = _outcome(_trial(repo, told["kind"], name), result)
            print(json.dumps({"name": name, "outcome": outcome, "why": why}), flush=True)


def _trial(repo: Any, kind: str, name: str) -> Callable[[], str]:
    """Loads a value and says what it gives."""
    if name == SESSION:
        return lambda: repr(repo.restore_session(repo.session(repo["v1"])))
    return (lambda: _used(repo, name)) if kind == "definitions" else (lambda: _described(repo, name))


def _used(repo: Any, name: str) -> str:
    case = next(case for case in definitions.cases() if case.name == name)
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec("\n".join([definitions.IMPORTS, *(f"import {need}" for need in case.needs if find_spec(need))]), scope)
    scope.update(repo.load("v1", names=[name], namespace=scope))
    return repr(eval(case.check, scope))


def _described(repo: Any, name: str) -> str:
    import fingerprints
    import models

    value = repo.load("v1", names=[name])[name]
    return models.answer(value) if name.startswith("model_") else fingerprints.describe(value)


def _outcome(trial: Callable[[], str], result: str) -> tuple[str, str]:
    from nbmodelver.errors import LoadedDifferently, NbmodelverError

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = trial()
        except NbmodelverError as error:
            return "refused", str(error)
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
    if found == result:
        return "same", ""
    notes = "; ".join(str(warning.message) for warning in caught if issubclass(warning.category, LoadedDifferently))
    return ("noted", notes) if notes else ("other", f"{found}, not {result}")


if __name__ == "__main__":
    what, name, *more = sys.argv[1:]
    if what == "write":
        write(HERE / name, *more)
    else:
        read(HERE / name, *map(int, more))
