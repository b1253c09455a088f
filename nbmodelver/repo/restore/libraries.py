"""Versions made with other library releases: which of their values and models a load restores differently.

The releases are read from the version's environment document. No value is loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.codecs import graph
from nbmodelver.codecs.notes import made_with_text
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
"""Distributions whose values are restored as the nearest available type if the stored type is missing."""

SKELETON_BYTES = 4_000_000
"""Longer skeletons are not read for a plan."""


SHOWN_NAMES = 12


class Releases:
    """The library releases of a version and those installed here."""

    def __init__(self, then: Mapping[str, Json], now: Mapping[str, Json]) -> None:
        """then, now: environments as `core.environment.environment` returns them; `then` may be empty."""
        self._then = _packages(then)
        self._now = _packages(now)

    def differ(self, distributions: Iterable[str]) -> bool:
        """Return True if a distribution has another release here than in the version, or if that one is unknown."""
        return not self._then or any(self._then.get(d) != self._now.get(d) for d in distributions)

    def made_with(self, group: Group, kept: Mapping[str, Kept]) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield (names, note) for models of a group that were made with another release of their library."""
        for root, library, then, now in self._others(group.classes):
            own = tuple(n for n in group.names if n in kept and kept[n].type.partition(".")[0] == root)
            yield own or group.names, made_with_text(library, then, now)

    def way_out(self, classes: Iterable[str]) -> str:
        """Return a hint for a pickle with these classes ("module:name"): the environment that can load it, or ""."""
        others = [f"{library} {then}" for _root, library, then, _now in self._others(classes)]
        return f"load it in an environment with {' and '.join(others)}" if others else ""

    def _others(self, classes: Iterable[str]) -> Iterator[tuple[str, str, str, str]]:
        """Yield (import name, distribution, old release, new release) of the model libraries that differ."""
        roots = {name.partition(":")[0].partition(".")[0] for name in classes}
        for root, distributions in MODELS.items():
            then, now = (_release(packages, distributions) for packages in (self._then, self._now))
            if root in roots and then and now and then != now:
                yield root, distributions[0], then, now


def foreseen(
    group_store: GroupStore, groups: Sequence[Group], kept: Mapping[str, Kept], releases: Releases
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield (names, note) for each difference that a load of these groups will report.

    Models come first, then dtypes and time zones.
    """
    for group in groups:
        yield from releases.made_with(group, kept)
    for group in groups if releases.differ(DATA) else ():
        try:
            draft = group_store.described(group, SKELETON_BYTES)
        except Damaged:
            continue  # The load reports the damage.
        yield from ((group.names, note) for note in (graph.foresee(draft) if draft is not None else ()))


def sentences(notes: Iterable[tuple[tuple[str, ...], str]], prefix: str = "") -> list[str]:
    """Return each distinct note as a text with all its names: "a, b: string[python] here, was str".

    notes: pairs of names and a note. prefix: put before each name.
    """
    by_note: dict[str, dict[str, None]] = {}
    for names, note in notes:
        by_note.setdefault(note, {}).update(dict.fromkeys(prefix + name for name in names))
    return [f"{_listed(list(names))}: {note}" for note, names in by_note.items()]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def _packages(environment: Mapping[str, Json]) -> dict[str, str]:
    packages = environment.get("packages")
    return {name: str(release) for name, release in packages.items()} if isinstance(packages, dict) else {}


def _release(packages: Mapping[str, str], distributions: Sequence[str]) -> str:
    return next((packages[d] for d in distributions if d in packages), "")
