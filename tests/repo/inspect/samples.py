"""Versions whose values were made by cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def commit(repo: Repo, values: dict[str, Any], *sources: str, others: tuple[str, ...] = (), **cell: int) -> None:
    """Commit values that cells made. cell: name -> index of the cell that assigned it."""
    cells = [Cell(source, i + 1) for i, source in enumerate(sources)]
    repo.commit(values, around=CommitContext(cells=cells, assigned=cell, others=list(others)))


def frame(*ages: float | None, index: list[str] | None = None) -> pd.DataFrame:
    return pd.DataFrame({"age": ages, "sex": ["f"] * len(ages)}, index=index)
