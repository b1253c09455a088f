"""The fields of a version that queries can use, as one flat document, and the order in which versions are shown."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbmodelver.model import Version

Document = dict[str, Any]

FIELDS = {
    "id": "id",
    "number": "number of the version (7 for v7)",
    "branch": "branch",
    "message": "message",
    "note": "note",
    "author": "author",
    "auto": "why nbmodelver made the version by itself",
    "saved_at": "when, as ISO 8601 text in UTC",
    "metrics": "metrics by name",
    "params": "parameters by name",
    "names": "kept names",
    "kinds": "kinds of the kept names",
    "types": "types of the kept values",
    "tags": "tags",
    "parents": "ids of the parents",
    "size": "raw bytes of what is kept",
    "new_bytes": "stored bytes that the commit added",
    "duration_s": "seconds that the commit took",
    "notebook": "path of the notebook",
}
ALIASES = {"kind": "kinds", "name": "names", "type": "types", "tag": "tags", "param": "params", "metric": "metrics"}


def document(version: Version, tags: Sequence[str] = ()) -> Document:
    """Return the fields of FIELDS for a version. tags: not part of the record, so they are passed."""
    kept = version.kept.values()
    return {
        "id": version.id,
        "number": version.number,
        "branch": version.branch,
        "message": version.message,
        "note": version.note,
        "author": version.author,
        "auto": version.auto,
        "saved_at": version.saved_at_utc,
        "metrics": dict(version.metrics),
        "params": dict(version.params),
        "names": list(version.kept),
        "kinds": sorted({k.kind for k in kept}),
        "types": sorted({k.type for k in kept}),
        "tags": list(tags),
        "parents": list(version.parents),
        "size": version.raw_bytes,
        "new_bytes": version.new_bytes,
        "duration_s": version.duration_s,
        "notebook": version.notebook_path,
    }


class Ordered(Protocol):
    """The attributes that `newest_first` needs."""

    @property
    def id(self) -> Any:
        """Its id."""
        ...

    @property
    def number(self) -> int:
        """Its number."""
        ...

    @property
    def parents(self) -> Any:
        """The ids of its parents."""
        ...


T = TypeVar("T", bound=Ordered)


def newest_first(versions: Iterable[T]) -> list[T]:
    """Return the versions, children before their parents, then by descending number. Times are not used (D13).

    >>> from nbmodelver.model import Version, VersionId as Id
    >>> imported = Version(Id("b"), 1, parents=(Id("a"),))
    >>> [v.id for v in newest_first([Version(Id("a"), 5), imported, Version(Id("c"), 3)])]
    ['c', 'b', 'a']
    """
    by_id = {v.id: v for v in versions}
    children = dict.fromkeys(by_id, 0)
    for version in by_id.values():
        for parent in set(version.parents) & by_id.keys():
            children[parent] += 1
    ready = [(-v.number, str(v.id), v.id) for v in by_id.values() if not children[v.id]]
    heapq.heapify(ready)
    ordered: list[T] = []
    while ready:
        version = by_id[heapq.heappop(ready)[2]]
        ordered.append(version)
        for parent in set(version.parents) & by_id.keys():
            children[parent] -= 1
            if not children[parent]:
                heapq.heappush(ready, (-by_id[parent].number, str(parent), parent))
    return ordered
