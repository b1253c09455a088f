"""Versions made with other releases of the libraries: which of their values come back otherwise, and which models.

The releases then are in the version's environment part; nothing is loaded for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.codecs import graph, notes
from nbmodelver.errors import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbmodelver.model import Group, Json, Kept
    from nbmodelver.repo.core.group_store import GroupStore

MODELS: dict[str, tuple[str, ...]] = {
    "sklearn": ("scikit-learn",),
    "xgboost": ("xgboost", "xgboost-cpu"),
    "lightgbm": ("lightgbm",),
    "catboost": ("catboost",),
    "statsmodels": ("statsmodels",),
}
"""Import name of a library of models -> the distributions that hold it."""

DATA = ("numpy", "pandas", "pyarrow", "polars", "pytz", "python-dateutil")
"""Distributions whose values are rebuilt as the nearest that there is."""

SKELETON_BYTES = 4_000_000
"""Longer skeletons are not read for a plan."""


SHOWN_NAMES = 12


class Releases:
    """The releases of libraries then and now."""

    def __init__(self, then: Mapping[str, Json], now: Mapping[str, Json]) -> None:
        """then, now: environments, as `surroundings.environment` gives them; `then` may be empty."""
        self._then = _packages(then)
        self._now = _packages(now)

    def differ(self, distributions: Iterable[str]) -> bool:
        """True unless each of these was there then as it is now."""
        return not self._then or any(self._then.get(d) != self._now.get(d) for d in distributions)

    def made_with(self, group: Group, kept: Mapping[str, Kept]) -> Iterator[tuple[tuple[str, ...], str]]:
        """Names of models in a group, and by which releases they were made and are read."""
        for root, library, then, now in self._others(group.classes):
            own = tuple(n for n in group.names if n in kept and kept[n].type.partition(".")[0] == root)
            yield own or group.names, notes.made_with_text(library, then, now)

    def way_out(self, classes: Iterable[str]) -> str:
        """Where a pickle with these classes ("module:name") can be loaded, "" when it may well be here."""
        others = [f"{library} {then}" for _root, library, then, _now in self._others(classes)]
        return f"load it where it was made: with {' and '.join(others)}" if others else ""

    def _others(self, classes: Iterable[str]) -> Iterator[tuple[str, str, str, str]]:
        """The libraries of models among these classes that were of another release: root, name, then, now."""
        roots = {name.partition(":")[0].partition(".")[0] for name in classes}
        for root, distributions in MODELS.items():
            then, now = (_release(packages, distributions) for packages in (self._then, self._now))
            if root in roots and then and now and then != now:
                yield root, distributions[0], then, now


def foreseen(
    group_store: GroupStore, groups: Sequence[Group], kept: Mapping[str, Kept], releases: Releases
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a load of these groups would note, with the names of the group: models first, then dtypes and zones."""
    for group in groups:
        yield from releases.made_with(group, kept)
    for group in groups if releases.differ(DATA) else ():
        try:
            draft = group_store.described(group, SKELETON_BYTES)
        except Damaged:
            continue  # The load will say it.
        yield from ((group.names, note) for note in (graph.foresee(draft) if draft is not None else ()))


def sentences(found: Iterable[tuple[tuple[str, ...], str]], prefix: str = "") -> list[str]:
    """Notes as texts, each once, with all the names that it is about: "a, b: string[python] here, was str"."""
    by_note: dict[str, dict[str, None]] = {}
    for names, note in found:
        by_note.setdefault(note, {}).update(dict.fromkeys(prefix + name for name in names))
    return [f"{_listed(list(names))}: {note}" for note, names in by_note.items()]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def _packages(environment: Mapping[str, Json]) -> dict[str, str]:
    found = environment.get("packages")
    return {name: str(release) for name, release in found.items()} if isinstance(found, dict) else {}


def _release(packages: Mapping[str, str], distributions: Sequence[str]) -> str:
    return next((packages[d] for d in distributions if d in packages), "")
