"""Several versions side by side."""

from __future__ import annotations

import csv
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import system
from nbmodelver.comparison.side_by_side import side_by_side
from nbmodelver.errors import UsageError
from nbmodelver.repo import Query
from nbmodelver.repo.core import directions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.comparison.side_by_side import SideBySide
    from nbmodelver.model import Direction, Version
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class CompareRequest:
    """Which versions to compare. revisions: (); then the last `limit` ones of the branch, or those that meet `where`.

    sort: a metric, or "fid:lower"; the versions are sorted by it, best first. "" leaves their order.
    """

    revisions: Sequence[str] = ()
    where: str = ""
    limit: int = 10
    sort: str = ""


@dataclass(frozen=True)
class Compared:
    """The versions in the order to show, their comparison, and the directions of their metrics."""

    versions: tuple[Version, ...]
    table: SideBySide
    directions: Mapping[str, Direction]


def compare(repo: Repo, request: CompareRequest) -> Compared:
    """Compare versions, oldest first unless they are sorted. Raises UnknownVersion, UsageError, Damaged."""
    if request.revisions and request.where:
        raise UsageError("versions and --where cannot be combined", "leave out one of them")
    found = [repo[revision] for revision in request.revisions]
    if not found:
        branch = None if request.where else repo.history.branch
        query = Query(where=request.where or None, branch=branch, limit=request.limit)
        found = list(reversed(repo.page(query, limit=request.limit)[1]))
    metric = directions.split(request.sort)[0] if request.sort else str(repo.settings["default_metric"])
    if request.sort and found:
        ranked = repo.best(found[::-1], request.sort)
        known = {version.id for version in ranked}
        found = [*ranked, *(version for version in found if version.id not in known)]
    known_directions = repo.directions(found)
    return Compared(tuple(found), side_by_side(found, metric, known_directions), known_directions)


def write_csv(path: str, found: Compared) -> Path:
    """Write one row per version: version, id, time, message, then metrics.NAME and params.NAME. UTF-8.

    Numbers are written in full, so that reading them gives the same values. Texts that a spreadsheet would run as a
    formula get a quote in front. Raises UsageError if the file cannot be written.
    """
    target = Path(path).expanduser()
    heads = [*(f"metrics.{line.name}" for line in found.table.metrics)]
    heads += [f"params.{line.name}" for line in found.table.params]
    lines = [*found.table.metrics, *found.table.params]
    draft = target.with_name(f"{target.name}.part")
    try:
        with draft.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["version", "id", "saved_at_utc", "message", *heads])
            for i, version in enumerate(found.versions):
                own = [version.name, version.id, version.saved_at_utc, version.message]
                writer.writerow([*map(_cell, own), *(_cell(line.values[i]) for line in lines)])
        system.port.replace_at(draft, target)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise UsageError(f"{target} cannot be written: {error.strerror}", "name another file") from error
    return target


def _cell(value: object) -> object:
    """A value for a table. A text that begins like a formula is quoted."""
    if value is None:
        return ""
    if isinstance(value, (bool, int, float)):
        return repr(value)
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
