"""Ancestors of versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model import Version, VersionId


def common_ancestor(a: Version, b: Version, version: Callable[[VersionId], Version]) -> Version | None:
    """The nearest version that both descend from, or None."""
    of_a = _ancestors(a, version)
    queue = [b]
    while queue:
        at = queue.pop(0)
        if at.id in of_a:
            return at
        queue += [version(p) for p in at.parents]
    return None


def _ancestors(start: Version, version: Callable[[VersionId], Version]) -> set[VersionId]:
    found: set[VersionId] = set()
    queue = [start]
    while queue:
        at = queue.pop()
        if at.id not in found:
            found.add(at.id)
            queue += [version(p) for p in at.parents]
    return found


def since(base: Version | None, version: Version, read: Callable[[VersionId], Version]) -> list[Version]:
    """The versions from after `base` (None: from the first one) to `version` along first parents, oldest first."""
    path = []
    at: Version | None = version
    while at is not None and (base is None or at.id != base.id):
        path.append(at)
        at = read(at.parents[0]) if at.parents else None
    return path[::-1]
