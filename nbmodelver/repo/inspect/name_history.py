"""The history of one variable: each version in which it changed, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import UnknownName
from nbmodelver.model import NameHistory
from nbmodelver.repo.core.names import steps
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.repo.inspect.change_summaries import summarize_steps

if TYPE_CHECKING:
    from nbmodelver.repo.core.open_store import LoadingStore


def name_history(store: LoadingStore, name: str, limit: int | None = None) -> NameHistory:
    """Return the newest `limit` versions in which a variable is new, changed or removed; None for all of them.

    Raises UnknownName if no version has the variable.
    """
    rows = store.index.documents()
    found = steps(name, ((row, store.history.version) for row in rows))
    if not found:
        known = dict.fromkeys(n for row in rows for n in row["names"])
        raise UnknownName(f"no version has '{name}'", nearest(name, known) or "list the versions: %mv_log")
    shown = found[:limit]
    changes = summarize_steps(store, name, found, most=limit)[: len(shown)]
    return NameHistory(name, tuple(shown), tuple(changes), len(found) - len(shown))
