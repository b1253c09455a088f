"""Runs the rows of the coverage table: `commit` in one process, `compare` in another."""

from __future__ import annotations

import ast
import fcntl
import importlib.metadata
import importlib.util
import json
import logging
import os
import pickle
import random
import subprocess
import sys
import traceback
import types
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import NotLoadable
from nbmodelver.repo import open_repo
from tests.fidelity.coverage import Outcome, Row
from tests.fidelity.coverage_rows import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.repo import Repo

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 600
VALUE = "value"
DISTRIBUTIONS = {"Bio": "biopython", "PIL": "pillow", "attr": "attrs", "bs4": "beautifulsoup4", "yaml": "pyyaml"}
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg", "KERAS_BACKEND": "torch", "NUMBA_DISABLE_JIT": "0"}


def is_here(package: str) -> bool:
    """True when the package is installed."""
    return importlib.util.find_spec(package) is not None


def installed(rows: list[Row]) -> dict[str, str]:
    """Package -> its release, for those that are here."""
    return {package: _release(package) for package in sorted({row.package for row in rows}) if is_here(package)}


def _release(package: str) -> str:
    if package in sys.stdlib_module_names:
        return "{}.{}".format(*sys.version_info)
    names = importlib.metadata.packages_distributions().get(package, ())
    name = DISTRIBUTIONS.get(package, package)
    return importlib.metadata.version(name if name in names or len(names) != 1 else names[0])


def run(folder: Path) -> dict[str, Outcome]:
    """What came of each row, by its label; the processes run once for all that ask for the same folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for how in ("commit", "compare"):
            if not (folder / f"{how}.done").exists():
                _processes(how, folder)
                (folder / f"{how}.done").touch()
    committed, compared = (_Lines(folder / f"{how}.jsonl").by_label() for how in ("commit", "compare"))
    return {row.label: _outcome(row, committed.get(row.label), compared.get(row.label)) for row in ROWS}


def _processes(how: str, folder: Path) -> None:
    """One process over all rows, and another one behind a row that killed it."""
    environment = {**os.environ, **_ENVIRONMENT, "PYTHONHASHSEED": str(len(how))}
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.fidelity.coverage_run", how, str(folder)]
    for _ in range(5):
        done = subprocess.run(command, cwd=ROOT, env=environment, timeout=TIMEOUT_S, check=False, capture_output=True)
        with (folder / f"{how}.log").open("ab") as log:
            log.write(done.stdout + done.stderr)
        if done.returncode == 0:
            return
    raise RuntimeError(done.stderr.decode()[-3000:])


def _outcome(row: Row, committed: dict[str, Any] | None, compared: dict[str, Any] | None) -> Outcome:
    if not is_here(row.package):
        return Outcome("not run")
    if committed is None or "error" in committed:
        return Outcome("differs", why="" if committed is None else committed["error"])
    module = committed["module"]
    if committed["skipped"]:
        return Outcome("named", module, "; ".join(committed["skipped"]))
    if compared is None or compared["problems"]:
        why = ["the process died"] if compared is None else compared["problems"]
        return Outcome("differs", module, "; ".join(why))
    notes = committed["notes"]
    return Outcome("note" if notes else "exact", module, "; ".join(notes))


class _Lines:
    """A file of JSON lines, each about one row."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def by_label(self) -> dict[str, dict[str, Any]]:
        """The last line about each row."""
        if not self.path.exists():
            return {}
        return {line["row"]: line for line in map(json.loads, self.path.read_text().splitlines())}

    def add(self, row: Row, **what: Any) -> None:
        """One line."""
        with self.path.open("a") as file:
            file.write(json.dumps({"row": row.label, **what}) + "\n")


class World:
    """A `__main__` of its own for one row."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.module = types.ModuleType("__main__")
        self.values = self.module.__dict__
        self.values["__builtins__"] = __builtins__
        sys.modules["__main__"] = self.module
        _seed()
        exec(compile(row.prelude, "<prelude>", "exec", dont_inherit=True), self.values)

    def build(self) -> Any:
        """Run the row's cell; its last expression is the value."""
        _seed()
        tree = ast.parse(self.row.build.strip())
        last = tree.body[-1]
        assert isinstance(last, ast.Expr), self.row.label
        target = ast.copy_location(ast.Name(VALUE, ast.Store()), last)
        tree.body[-1] = ast.copy_location(ast.Assign([target], last.value), last)
        exec(compile(tree, f"<{self.row.label}>", "exec", dont_inherit=True), self.values)
        return self.values[VALUE]

    def answer(self) -> bytes:
        """What `check` gives, pickled."""
        _seed()
        return pickle.dumps(eval(self.row.check, self.values))


def _seed() -> None:
    random.seed(0)
    for name, seed in (("numpy", lambda m: m.random.seed(0)), ("torch", lambda m: m.manual_seed(0))):
        if name in sys.modules:
            seed(sys.modules[name])


def commit(row: Row, repo: Repo, folder: Path) -> dict[str, Any]:
    """Build, commit, and note the value's answers."""
    world = World(row)
    value = world.build()
    if type(value).__qualname__ != row.name and not isinstance(value, type):
        raise TypeError(f"a {type(value).__qualname__} where {row.name} was asked for")
    version = repo.commit({VALUE: value, "beside": [1]}, namespace=world.values, allow_secrets=[VALUE])
    assert "beside" in version.kept
    if not version.skipped and row.check:
        answers = folder / f"{version.name}.answers"
        answers.write_bytes(world.answer())
    return {
        "version": version.name,
        "module": type(value).__module__,
        "skipped": [f"{s.path}: {s.reason}" for s in version.skipped],
        "notes": [note for kept in version.kept.values() for note in kept.notes],
    }


def compare(row: Row, repo: Repo, folder: Path, version: str) -> dict[str, Any]:
    """Load what another process committed; the differences from a value built anew and from its former answers."""
    from tests.fidelity.alike import alike

    got = World(row)
    try:
        got.values |= repo.load(version, [VALUE], namespace=got.values)
    except NotLoadable as error:
        return {"problems": [error.message]}
    want = World(row)
    want.build()
    found = alike(got.values, want.values, [VALUE]) if row.walk else []
    if row.check:
        former = (folder / f"{version}.answers").read_bytes()
        sys.modules["__main__"] = got.module
        answers = [{"answer": pickle.loads(pickled)} for pickled in (got.answer(), former)]
        found += [f"{row.check}: {d}" for d in alike(*answers)]
    return {"problems": found}


def _runnable(started: _Lines) -> Iterator[Row]:
    chosen = os.environ.get("COVERAGE_ROWS", "")
    done = started.by_label()
    for row in ROWS:
        if row.label not in done and is_here(row.package) and chosen in row.label:
            started.add(row)
            yield row


def _commit_all(folder: Path, repo: Repo, started: _Lines) -> None:
    lines = _Lines(folder / "commit.jsonl")
    for row in _runnable(started):
        try:
            found = commit(row, repo, folder)
        except Exception as error:
            traceback.print_exc()
            found = {"error": f"at the commit: {type(error).__name__}: {error}"}
        lines.add(row, **found)


def _compare_all(folder: Path, repo: Repo, started: _Lines) -> None:
    lines, committed = _Lines(folder / "compare.jsonl"), _Lines(folder / "commit.jsonl").by_label()
    for row in _runnable(started):
        made = committed.get(row.label, {})
        if "version" not in made or made["skipped"]:
            continue
        try:
            found = compare(row, repo, folder, made["version"])
        except Exception as error:
            traceback.print_exc()
            found = {"problems": [f"{type(error).__name__}: {error}"]}
        lines.add(row, **found)


def main(how: str, where: str) -> None:
    """See the module."""
    folder = Path(where)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    os.chdir(folder)
    repo = open_repo(folder / "store", create=True)
    {"commit": _commit_all, "compare": _compare_all}[how](folder, repo, _Lines(folder / f"{how}.started.jsonl"))


if __name__ == "__main__":
    main(*sys.argv[1:])
