"""The disk usage of a store: by name, kind and version, with the savings of deltas and compression.

Computed from the tables of contents of packs and from recipes; no values are read. A part that several names need is
counted for the first of them, newest version first, so that the rows of a table add up to the total.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbmodelver.repo.core.costs import Costs
from nbmodelver.repo.core.reachability import documents_of, groups_of
from nbmodelver.repo.core.sizes import DATA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model import Kind, ObjectId, Version
    from nbmodelver.repo.core.open_store import OpenStore

ABOUT = "(cells, environment, session)"
"""The name of the row for the data of versions that is not part of a variable."""


@dataclass
class StatsRow:
    """One row. parts: their number, each counted once. raw_bytes, stored_bytes: before and after compression.

    versions: the number of versions that contain the name.
    """

    name: str
    kind: str = ""
    versions: int = 0
    parts: int = 0
    raw_bytes: int = 0
    stored_bytes: int = 0


@dataclass(frozen=True)
class Stats:
    """The disk usage of a store.

    by_name: largest first. by_version: (version, stored bytes that it needs, those of them that no other version
    needs), newest first. deltas, plain: parts with and without a base. garbage_bytes: stored bytes that no version
    needs. files: (folder, number of files, bytes).
    """

    versions: int
    by_name: tuple[StatsRow, ...]
    by_kind: tuple[StatsRow, ...]
    by_version: tuple[tuple[Version, int, int], ...]
    deltas: StatsRow
    plain: StatsRow
    garbage_bytes: int
    files: tuple[tuple[str, int, int], ...] = field(default=())

    @property
    def raw_bytes(self) -> int:
        """Raw bytes of all parts that versions need, each once."""
        return self.deltas.raw_bytes + self.plain.raw_bytes

    @property
    def stored_bytes(self) -> int:
        """Stored bytes of all parts that versions need, each once."""
        return self.deltas.stored_bytes + self.plain.stored_bytes


def stats(store: OpenStore) -> Stats:
    """Return the disk usage of a store. Raises Damaged for an unreadable record."""
    costs = Costs(store.group_store)
    versions = store.history.all()
    users: Counter[ObjectId] = Counter()
    names: dict[str, StatsRow] = {}
    needs: list[tuple[Version, set[ObjectId]]] = []
    counted: set[ObjectId] = set()
    for version in versions:
        needed = costs.of_version(version)
        users.update(needed)
        needs.append((version, needed))
        for name, kind, parts in _by_name(version, costs):
            row = names.setdefault(name, StatsRow(name, kind))
            row.versions += 1
            new = parts - counted
            counted |= new
            _count(row, new, costs)
    by_version = tuple(
        (v, sum(map(costs.stored, needed)), sum(costs.stored(p) for p in needed if users[p] == 1))
        for v, needed in needs
    )
    deltas, plain = StatsRow("deltas"), StatsRow("no deltas")
    for part in counted:
        _count(deltas if costs.with_bases([part]) != {part} else plain, (part,), costs)
    files = tuple(_files(store, prefix) for prefix in DATA)
    total = sum(store.parts.pack_sizes().values())
    garbage = max(total - deltas.stored_bytes - plain.stored_bytes - store.parts.overhead(), 0)
    largest = sorted(names.values(), key=lambda row: (-row.stored_bytes, row.name))
    return Stats(
        len(versions), tuple(largest), _by_kind(largest), by_version, deltas, plain, garbage, files
    )  # fmt: skip


def _by_name(version: Version, costs: Costs) -> Iterable[tuple[str, str, frozenset[ObjectId]]]:
    """Yield (names, kind, parts) for each group of names, and one row for all other data of the version."""
    for group in version.groups:
        kind: Kind | str = version.kept[group.names[0]].kind if group.names[0] in version.kept else ""
        yield ", ".join(group.names), kind, costs.of_group(group)
    rest = {g.recipe: g for g in groups_of(version)}.keys() - {g.recipe for g in version.groups}
    own = [costs.of_group(g) for g in groups_of(version) if g.recipe in rest]
    yield ABOUT, "", costs.with_bases(documents_of(version)).union(*own)


def _count(row: StatsRow, parts: Iterable[ObjectId], costs: Costs) -> None:
    for part in parts:
        row.parts += 1
        row.raw_bytes += costs.raw(part)
        row.stored_bytes += costs.stored(part)


def _by_kind(rows: Iterable[StatsRow]) -> tuple[StatsRow, ...]:
    kinds: dict[str, StatsRow] = {}
    for row in rows:
        kind = kinds.setdefault(row.kind or row.name, StatsRow(row.kind or row.name))
        kind.parts += row.parts
        kind.raw_bytes += row.raw_bytes
        kind.stored_bytes += row.stored_bytes
    return tuple(sorted(kinds.values(), key=lambda row: -row.stored_bytes))


def _files(store: OpenStore, prefix: str) -> tuple[str, int, int]:
    """Return (folder, number of files, bytes) for the keys with a prefix."""
    sizes = []
    for key in store.backend.list(prefix):
        try:
            sizes.append(store.backend.size(key))
        except KeyError:  # Deleted since the listing.
            continue
    return prefix.rstrip("/"), len(sizes), sum(sizes)
