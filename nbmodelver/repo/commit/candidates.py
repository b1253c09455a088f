"""The names that the next commit could store. All values are encoded for this, and nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from nbmodelver import kinds
from nbmodelver.codecs import graph
from nbmodelver.repo.core.secrets import Searcher

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from nbmodelver.model import Kind
    from nbmodelver.repo.core.open_store import OpenStore


@dataclass(frozen=True)
class Candidate:
    """One live name. size_bytes: None if it is unknown. problem: why the value cannot be stored, or "".

    status: relative to the current version.
    """

    name: str
    kind: Kind
    type: str
    size_bytes: int | None
    status: Literal["new", "changed", "same"]
    problem: str = ""


def candidates(
    store: OpenStore | None, values: Mapping[str, Any], namespace: dict[str, Any], changed: Collection[str] = ()
) -> list[Candidate]:
    """Return a candidate for every value that has a kind.

    store: None if there is no store yet; then all names are new. namespace: the globals of functions among the values.
    changed: names whose values differ from the current version. Raises Damaged.
    """
    known = {n: (kind, v) for n, v in values.items() if (kind := kinds.classify(n, v)) is not None}
    problems = _secrets({n: v for n, (_, v) in known.items()})
    capture = graph.capture(
        {n: v for n, (_, v) in known.items() if n not in problems},
        namespace,
        skip=lambda *_: "not selected",
        time_limit_s=_time_limit_s(store),
    )
    problems.update((s.name, f"{s.path}: {s.reason}" if s.path != s.name else s.reason) for s in capture.skipped)
    sizes = {n: d.size_bytes for d in capture.groups for n in d.names}
    sizes |= {n: d.size_bytes for n, d in capture.alone.items()}
    head = store.history.head if store is not None else None

    def status(name: str) -> Literal["new", "changed", "same"]:
        if head is None or name not in head.kept:
            return "new"
        return "changed" if name in changed else "same"

    return [
        Candidate(n, kind, kinds.type_name(v), sizes.get(n), status(n), problems.get(n, ""))
        for n, (kind, v) in known.items()
    ]


def _secrets(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the reason for each value that looks like a secret."""
    search = Searcher()
    results = ((name, search.in_value(name, value)) for name, value in values.items())
    return {n: f"{s.path}: {s.what}" if s.path != n else s.what for n, s in results if s is not None}


def _time_limit_s(store: OpenStore | None) -> float:
    limit_s = store.settings["time_limit_s"] if store is not None else 0.0
    return limit_s if isinstance(limit_s, float) else 0.0
