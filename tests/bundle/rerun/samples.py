"""Versions with cells, as a notebook makes them, without a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbmodelver as mv
from nbmodelver.model import Cell
from nbmodelver.repo.commit.context import CommitContext

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbmodelver.model import Version
    from nbmodelver.repo import Repo


def committed(
    folder: Path, *sources: str, metrics: Mapping[str, str] | None = None, notebook: bytes | None = None
) -> tuple[Repo, Version]:
    """A store with one version: the cells are executed here, and all variables but modules are kept.

    metrics: name -> the code that measures it.
    """
    repo = mv.open(folder, create=True)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    cells = [_ran(source, at, namespace) for at, source in enumerate(sources, 1)]
    values = {n: v for n, v in namespace.items() if not n.startswith("_") and not hasattr(v, "__spec__")}
    values = {n: v for n, v in values.items() if not callable(v)}
    measured = {name: float(eval(code, namespace)) for name, code in (metrics or {}).items()}
    around = CommitContext(cells, session=True, expressions=dict(metrics or {}), notebook=notebook)
    return repo, repo.commit(values, "as it ran", metrics=measured, around=around)


def _ran(source: str, number: int, namespace: dict[str, Any]) -> Cell:
    try:
        exec(compile(source, f"cell {number}", "exec"), namespace)
    except Exception:
        return Cell(source, number, 0.1, ok=False, id=f"c{number}")
    return Cell(source, number, 0.1, id=f"c{number}")
