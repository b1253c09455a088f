"""The index: a TinyDB table over the records, made again whenever it is not what the records say.

It is a cache and nothing else: deleted, cut, filled with garbage or taken from another store, every answer stays the
same. It is brought up to date when it is asked, never by a commit. A store that may not be written gets its index
in memory.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinydb import TinyDB
from tinydb.storages import MemoryStorage
from tinydb.table import Document as Row

from nbmodelver.catalogue.documents import document, newest_first
from nbmodelver.catalogue.storage import CheckedStorage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.catalogue.documents import Document
    from nbmodelver.catalogue.queries import Query
    from nbmodelver.catalogue.records import Records
    from nbmodelver.model import Backend, Version, VersionId

TABLE = "versions"


class Index:
    """Answers queries without reading every record."""

    def __init__(self, backend: Backend, records: Records) -> None:
        self._records = records
        root: Any = getattr(backend, "root", None)
        self._folder = root / "catalogue" if isinstance(root, Path) else None
        self._table: TinyDB | None = None

    def search(self, query: Query, tags: Mapping[VersionId, Sequence[str]] | None = None) -> list[Version]:
        """The versions that fit, newest first; only these are read from their records. Raises Damaged."""
        documents = self.documents(tags)
        found = [d for d in documents if query.fits(d)]
        if not found:
            query.check_fields(documents)
        return [self._records.read(d["id"]) for d in found[: query.limit]]

    def documents(self, tags: Mapping[VersionId, Sequence[str]] | None = None) -> list[Document]:
        """What can be asked of each version, newest first."""
        rows = [{**row, "tags": list((tags or {}).get(row["id"], ()))} for row in self._up_to_date()]
        by_id = {row["id"]: row for row in rows}
        return [by_id[o.id] for o in newest_first(_Order(row) for row in rows)]

    def clear(self) -> None:
        """Forget every version; the next query reads the records anew."""
        self._opened().drop_tables()

    def _up_to_date(self) -> list[Document]:
        ids = set(self._records.ids())
        table = self._opened().table(TABLE)
        rows = table.all()
        good = [row for row in rows if _is_row(row) and row["id"] in ids]
        if len(good) < len(rows) or len({row["id"] for row in good}) < len(good):
            table.truncate()
            good = []
        missing = sorted(ids - {row["id"] for row in good})
        if missing:
            new = [Row(document(self._records.read(id_)), _number(id_)) for id_ in missing]
            table.insert_multiple(new)
            good += new
        return [dict(row) for row in good]

    def _opened(self) -> TinyDB:
        if self._table is None:
            if self._folder is None:
                self._table = TinyDB(storage=MemoryStorage)
            else:
                self._table = TinyDB(self._folder, storage=CheckedStorage)
        return self._table


class _Order:
    """A row, as an order sees it."""

    def __init__(self, row: Document) -> None:
        self.id, self.number, self.parents = row["id"], row["number"], row["parents"]


def _is_row(row: Document) -> bool:
    return type(row.get("id")) is str and type(row.get("number")) is int and type(row.get("parents")) is list


def _number(id_: str) -> int:
    """TinyDB's own id of a row: from the version's, so that no counter is shared between processes."""
    return int(id_[:13], 16)
