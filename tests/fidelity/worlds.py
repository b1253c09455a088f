"""The side of the cases that runs in processes of its own: build and commit, roll back, compare.

    python -m tests.fidelity.worlds HOW STORE RESULTS      HOW: same, commit, fresh, late

Each case gets a `__main__` of its own and goes through the same code as `%mv_commit` and `%mv_rollback`. Results are
JSON lines, written as they come, so that a crash takes one case with it and the next run goes on behind it.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import linecache
import logging
import os
import sys
import traceback
import types
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import NbmodelverError
from nbmodelver.kernel.notebook import Notebook
from nbmodelver.repo import open_repo
from tests.fidelity.cases import CASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Version
    from nbmodelver.repo import Repo
    from tests.fidelity.case import Case

LIBRARIES = ("pandas", "polars", "pyarrow", "scipy", "sklearn", "torch", "xarray", "statsmodels")
BESIDE = "beside"


class World:
    """A notebook's `__main__`."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.module = types.ModuleType("__main__")
        self.values = self.module.__dict__
        self.values["__builtins__"] = __builtins__

    def run(self, source: str, what: str = "build") -> None:
        """A cell."""
        self.enter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compiled(source, f"<{what} of {self.case.name}>"), self.values)

    def enter(self) -> None:
        """Be what `__main__` means from now on."""
        sys.modules["__main__"] = self.module

    def answer(self, expression: str) -> Any:
        """The value of an expression, or the error; None for a statement."""
        self.enter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return eval(compile(expression, "<behave>", "eval"), self.values)
            except SyntaxError:
                exec(compile(expression, "<behave>", "exec"), self.values)
                return None
            except Exception as error:
                return f"{type(error).__name__}: {error}"

    def imports(self) -> str:
        """The import lines of the cell that built it."""
        body = ast.parse(self.case.build).body
        return "\n".join(ast.unparse(n) for n in body if isinstance(n, ast.Import | ast.ImportFrom))


def compiled(source: str, file: str) -> types.CodeType:
    """A cell's code, whose source can be found."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return compile(source, file, "exec", dont_inherit=True)


def notebook(world: World, repo: Repo) -> Notebook:
    """The kernel's side of the verbs, without a shell."""
    made = Notebook(types.SimpleNamespace(user_ns=world.values, user_ns_hidden={}))
    made.use(repo)
    return made


def build(case: Case) -> World:
    """A new world."""
    world = World(case)
    world.run(case.build)
    return world


def commit(world: World, repo: Repo) -> tuple[Version, list[str]]:
    """Commit; the version and what is wrong with what it says."""
    world.enter()
    world.values[BESIDE] = ["kept whatever happens to its neighbours"]
    with strict():
        version = notebook(world, repo).run("commit", [*world.case.names, BESIDE]).value
    return version, list(wrongly_said(world.case, version))


def wrongly_said(case: Case, version: Version) -> Iterator[str]:
    """What the commit should have said and did not, or the other way round."""
    skipped = [f"{s.path}: {s.reason}" for s in version.skipped]
    notes = [f"{n}: {note}" for n, kept in version.kept.items() for note in kept.notes]
    if case.verdict != "named" and skipped:
        yield f"not kept: {skipped}"
    if case.verdict == "exact" and notes:
        yield f"notes: {notes}"
    for text in case.says:
        if not any(text in said for said in (skipped if case.verdict == "named" else notes)):
            yield f"does not say {text!r} but {skipped or notes}"
    if BESIDE not in version.kept:
        yield "a neighbour was not kept"


def rollback(world: World, repo: Repo, version: str) -> list[str]:
    """Roll back; what is wrong afterwards at first sight."""
    world.enter()
    with strict():
        notebook(world, repo).run("rollback", [version, "--yes"])
    changed = repo.changed_names(world.values)
    return [f"seen as changed right after the rollback: {', '.join(changed)}"] if changed else []


def compare(got: World, version: Version) -> list[str]:
    """The differences between a world that came back and the one that is built again."""
    from tests.fidelity.alike import alike

    want = build(got.case)
    got.run(got.imports(), "imports")
    names = [n for n in got.case.names if n in version.kept]
    found = alike(got.values, want.values, names)
    for expression in got.case.behave:
        answers = [{"answer": world.answer(expression)} for world in (got, want)]
        found += [f"{expression}: {d}" for d in alike(*answers)]
    if got.case.behave:
        found += [f"afterwards: {d}" for d in alike(got.values, want.values, names)]
    return found


def tightened(case: Case, problems: list[str]) -> list[str]:
    """The problems that the case does not allow for, each once."""
    return [d for d in dict.fromkeys(problems) if not any(text in d for text in case.loose)]


class strict(warnings.catch_warnings):
    """Nothing may warn in the block."""

    def __enter__(self) -> None:
        super().__enter__()
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        warnings.filterwarnings("ignore", category=FutureWarning)
        warnings.filterwarnings("ignore", category=UserWarning)


def tried(results: Results, case: Case, work: Any) -> Any:
    """Run one step of a case; a failure is its result."""
    try:
        return work()
    except NbmodelverError as error:
        results.write(case, [f"{type(error).__name__}: {error.message}", *_last_lines()])
    except Exception:
        results.write(case, _last_lines())
    return None


def _last_lines() -> list[str]:
    return traceback.format_exc().strip().splitlines()[-8:]


class Results:
    """A file of JSON lines: {"case", "problems"} and more."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, dict[str, Any]]:
        """What is there, by case."""
        if not self.path.exists():
            return {}
        return {r["case"]: r for r in map(json.loads, self.path.read_text().splitlines())}

    def write(self, case: Case, problems: list[str], **more: Any) -> None:
        """One line."""
        with self.path.open("a") as file:
            file.write(json.dumps({"case": case.name, "problems": problems, **more}) + "\n")


def runnable(done: set[str]) -> Iterator[Case]:
    """The cases still to run whose libraries are here."""
    chosen = os.environ.get("FIDELITY_CASES", "")
    for case in CASES:
        if case.name in done or chosen not in case.name or case.missing:
            continue
        yield case


def same(repo: Repo, results: Results, started: Results) -> None:
    """Build, commit, damage, roll back and compare in one kernel."""
    for case in runnable(started.read().keys()):
        started.write(case, [])
        problems = tried(results, case, lambda case=case: _same(case, repo))
        if problems is not None:
            results.write(case, tightened(case, problems))


def _same(case: Case, repo: Repo) -> list[str]:
    world = build(case)
    version, problems = commit(world, repo)
    for name in case.names if not case.damage else ():
        world.values[name] = "lost"
    world.run(case.damage, "damage")
    problems += rollback(world, repo, version.name)
    return problems + compare(world, version)


def commit_all(repo: Repo, results: Results, started: Results) -> None:
    """Build and commit every case."""
    for case in runnable(started.read().keys()):
        started.write(case, [])
        made = tried(results, case, lambda case=case: commit(build(case), repo))
        if made is not None:
            results.write(case, made[1], version=made[0].name)


def come_back(repo: Repo, results: Results, started: Results, committed: Results, *, late: bool) -> None:
    """Roll back what another kernel committed, then compare. late: no library is imported before the rollback."""
    if not late:
        for name in LIBRARIES:
            if importlib.util.find_spec(name) is not None:
                importlib.import_module(name)
    elif imported := [n for n in LIBRARIES if n in sys.modules]:
        raise RuntimeError(f"imported too early: {imported}")
    waiting = []
    versions = committed.read()
    for case in runnable(started.read().keys()):
        if "version" not in versions.get(case.name, {}):
            continue
        started.write(case, [])
        world, name = World(case), versions[case.name]["version"]
        problems = tried(results, case, lambda world=world, name=name: rollback(world, repo, name))
        if problems is not None:
            waiting.append((world, name, problems))
        if not late:
            _compare_all(waiting, repo, results)
    _compare_all(waiting, repo, results)


def _compare_all(waiting: list[Any], repo: Repo, results: Results) -> None:
    while waiting:
        world, name, problems = waiting.pop(0)
        found = tried(results, world.case, lambda world=world, name=name: compare(world, repo[name]))
        if found is not None:
            results.write(world.case, tightened(world.case, problems + found))


def main(how: str, store: str, results: str) -> None:
    """See the module."""
    logging.disable(logging.CRITICAL)
    path = Path(results)
    os.chdir(path.parent)
    repo = open_repo(store, create=True)
    outcome, started = Results(path / f"{how}.jsonl"), Results(path / f"{how}.started.jsonl")
    if how == "same":
        same(repo, outcome, started)
    elif how == "commit":
        commit_all(repo, outcome, started)
    else:
        come_back(repo, outcome, started, Results(path / "commit.jsonl"), late=how == "late")


if __name__ == "__main__":
    main(*sys.argv[1:])
