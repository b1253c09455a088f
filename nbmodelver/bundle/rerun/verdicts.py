"""Compares a run with the record: variables by content, metrics by value, outputs of cells by their texts."""

from __future__ import annotations

import json
import math
import subprocess
from typing import TYPE_CHECKING, Any

from nbmodelver.bundle.notebooks import without_our_magics
from nbmodelver.bundle.rerun import outputs
from nbmodelver.comparison.agreement import agreement
from nbmodelver.errors import NbmodelverError
from nbmodelver.model.rerun import RerunItem
from nbmodelver.repo import open_repo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from nbmodelver.bundle.rerun.planning import PlannedRerun
    from nbmodelver.bundle.rerun.running import RunOutcome
    from nbmodelver.model import Cell, Json, Version
    from nbmodelver.repo import Repo

COMPARING = "nbmodelver.bundle.rerun.compare_child"
COMPARE_LIMIT_S = 600.0


def results(run: RunOutcome) -> Version | None:
    """Return the version that a run committed, None without one."""
    if not run.version:
        return None
    try:
        return open_repo(run.store, trusted=True)[run.version]
    except NbmodelverError:
        return None


def environment_then(run: RunOutcome) -> dict[str, Json]:
    """Return the environment that a run recorded, {} without a version."""
    found = results(run)
    return open_repo(run.store, trusted=True).environment(found) if found is not None else {}


def compared(repo: Repo, planned: PlannedRerun, python: Path, run: RunOutcome) -> list[RerunItem]:
    """Return one item for each metric, variable and recorded output. python: of the environment of the run.

    Values that differ are loaded in a process of that environment, not here.
    """
    found = results(run)
    return [
        *metrics(planned.plan.version, found, run.watched),
        *_variables(repo, planned.plan.version, found, python, run),
        *cell_outputs(planned.cells, repo.notebook(planned.plan.version), run.outputs),
    ]


def metrics(version: Version, found: Version | None, watched: Mapping[str, Any]) -> Iterator[RerunItem]:
    """Yield an item for each metric whose code is recorded. Of the others, the plan says that they are not measured."""
    failed = watched.get("failed_metrics") or {}
    measured = dict(found.metrics) if found is not None else {}
    for name, value in version.metrics.items():
        if name not in version.expressions:
            continue
        if name not in measured:
            yield RerunItem("metric", name, "missing", str(failed.get(name, "it was not measured")))
        else:
            agreed, detail = agreement(float(value), float(measured[name]))
            same = math.isclose(value, measured[name], rel_tol=0.0, abs_tol=0.0)
            yield RerunItem("metric", name, agreed, detail or ("" if same else f"{measured[name]:.10g}"))


def _variables(
    repo: Repo, version: Version, found: Version | None, python: Path, run: RunOutcome
) -> Iterator[RerunItem]:
    differing = []
    for name, kept in version.kept.items():
        again = found.kept.get(name) if found is not None else None
        if again is None:
            yield RerunItem("variable", name, "missing", _why_missing(name, found, run))
        elif again.digest == kept.digest:
            yield RerunItem("variable", name, "bit-identical")
        else:
            differing.append(name)
    if differing and found is not None:
        answers = _loaded_and_compared(repo, python, run, (version.id, found.id), differing)
        for name in differing:
            agreed, detail = answers.get(name, ("cannot tell", "the values could not be compared"))
            yield RerunItem("variable", name, agreed, detail)


def _why_missing(name: str, found: Version | None, run: RunOutcome) -> str:
    if found is None:
        return run.ended or "the results were not recorded"
    skipped = next((s.reason for s in found.skipped if s.name == name), "")
    return skipped or run.ended or "no cell makes it"


def _loaded_and_compared(
    repo: Repo, python: Path, run: RunOutcome, versions: tuple[str, str], names: Sequence[str]
) -> dict[str, Any]:
    """Compare values in a process of the environment. Returns name -> (verdict, detail); nothing after a crash."""
    stores = [str(repo.backend.local_path()), str(run.store)]
    request = json.dumps({"stores": stores, "versions": versions, "names": list(names)})
    try:
        done = subprocess.run(  # noqa: S603  # the interpreter of the re-run, and a module of nbmodelver
            [python, "-P", "-m", COMPARING], input=request.encode(), capture_output=True, cwd=run.folders.own,
            timeout=COMPARE_LIMIT_S, check=False, env=run.folders.environment(),
        )  # fmt: skip
        found = json.loads(done.stdout or b"{}")
    except (subprocess.TimeoutExpired, ValueError):
        return {}
    return {name: tuple(answer) for name, answer in found.items()}


def cell_outputs(
    cells: Sequence[Cell], document: bytes | None, again: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[RerunItem]:
    """Yield an item for each cell whose output the document of the version has, numbered by position.

    document: JSON of the notebook. Only the last run of a cell wrote the output in it.
    """
    recorded = _recorded(document)
    last = {cell.id or cell.source: at for at, cell in enumerate(cells)}
    for at, cell in enumerate(cells):
        own = recorded.get(cell.id)
        if own is None or last[cell.id or cell.source] != at or own[0].strip() != cell.source.strip():
            continue
        is_ours = without_our_magics(cell.source).strip() != cell.source.strip()
        if not own[1] or is_ours:
            continue
        name = f"cell {at + 1}"
        if str(at) not in again:
            yield RerunItem("output", name, "missing", "the cell did not run")
            continue
        agreed, detail, _kinds = outputs.agreement(own[1], again[str(at)])
        yield RerunItem("output", name, agreed, detail)


def _recorded(document: bytes | None) -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """Return id -> (source, outputs) of the code cells of a notebook; nothing for another format."""
    try:
        cells = json.loads(document or b"{}").get("cells", [])
        return {
            str(c["id"]): ("".join(c["source"]), list(c.get("outputs", [])))
            for c in cells
            if c.get("cell_type") == "code" and c.get("id")
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
