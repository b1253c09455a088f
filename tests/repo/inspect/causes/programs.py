"""Notebooks of a few cells that are committed twice, for the tests of causes."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext
from nbmodelver.repo.inspect.causes.worlds import Worlds, both_worlds

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def commit(repo: Repo, *cells: str, names: str = "", seconds: float = 0.0) -> None:
    """Run cells in a new namespace and commit its variables. names: only these. The metric is `total`."""
    values: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        exec(cell, values)
    kept = (n for n, v in values.items() if not n.startswith("__") and not isinstance(v, ModuleType))
    own = {n: values[n] for n in kept if not names or n in names.split()}
    ran = [Cell(cell, duration_s=seconds) for cell in cells]
    around = CommitContext(cells=ran, expressions={"total": "total"})
    repo.commit(own, metrics={"total": values["total"]}, namespace=values, around=around)


def worlds(repo: Repo) -> Worlds:
    """The worlds of v1 and v2."""
    return both_worlds(repo, repo["v1"], repo["v2"], ("total", "total"))
