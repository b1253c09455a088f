"""Walks over the parents of versions. `read`, where a function takes it, returns the version of an id."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model import Cell, Version, VersionId
    from nbmodelver.repo.core.open_store import OpenStore


def common_ancestor(a: Version, b: Version, read: Callable[[VersionId], Version]) -> Version | None:
    """Return the nearest version from which both descend, or None. A version is an ancestor of itself."""
    ancestors_of_a = _ancestors(a, read)
    queue = [b]
    while queue:
        at = queue.pop(0)
        if at.id in ancestors_of_a:
            return at
        queue += [read(p) for p in at.parents]
    return None


def _ancestors(start: Version, read: Callable[[VersionId], Version]) -> set[VersionId]:
    found: set[VersionId] = set()
    queue = [start]
    while queue:
        at = queue.pop()
        if at.id not in found:
            found.add(at.id)
            queue += [read(p) for p in at.parents]
    return found


def cells_since_ancestor(store: OpenStore, before: Version, after: Version) -> tuple[list[Cell], list[Cell]]:
    """Return the cells that ran from the common ancestor to `before`, and those from it to `after`, in order."""
    base = common_ancestor(before, after, store.history.version)
    return _cells_between(store, base, before), _cells_between(store, base, after)


def _cells_between(store: OpenStore, base: Version | None, version: Version) -> list[Cell]:
    path = []
    at: Version | None = version
    while at is not None and (base is None or at.id != base.id):
        path.append(at)
        at = store.history.version(at.parents[0]) if at.parents else None
    return [cell for step in reversed(path) for cell in store.cells(step)]
