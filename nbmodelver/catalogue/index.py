"""The index: a TinyDB table of the versions' documents, a cache that is rebuilt from the records.

If it is deleted, truncated, damaged or copied from another store, every answer stays the same (D8, see
docs/durability.md). A query brings it up to date; a commit does not touch it. On a read-only store it is in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
WORTH_WRITING = 16, 256
"""The file is written as a whole, so only if 1/16 of its rows or 256 rows are new; others are read again next time."""


class Index:
    """Answers queries without reading every record."""

    def __init__(self, backend: Backend, records: Records) -> None:
        self._records = records
        root = backend.local_path()
        self._folder = None if root is None else root / "catalogue"
        self._table: TinyDB | None = None
        self._known: dict[VersionId, Document] | None = None
        self._unwritten: list[Document] = []
        self._ordered: list[Document] = []

    def search(self, query: Query, tags: Mapping[VersionId, Sequence[str]] | None = None) -> list[Version]:
        """Return the matching versions, newest first. Reads the records of these only. Raises Damaged, UsageError."""
        return [self._records.read(id_) for id_ in self.page(query, tags, 0, query.limit)[1]]

    def page(
        self,
        query: Query,
        tags: Mapping[VersionId, Sequence[str]] | None = None,
        offset: int = 0,
        limit: int | None = None,
        notes: Mapping[VersionId, str] | None = None,
    ) -> tuple[int, list[VersionId]]:
        """Return the number of matching versions, and the ids of `limit` of them from `offset` on, newest first.

        tags: version -> its tags. notes: version -> a note that replaces the one in its record.
        Raises Damaged, UsageError for a metric or parameter that no version has.
        """
        documents = self.documents(tags)
        if notes:
            documents = [{**row, "note": notes[row["id"]]} if row["id"] in notes else row for row in documents]
        found = [d for d in documents if query.fits(d)]
        query.check_fields(documents)
        end = None if limit is None else offset + limit
        return len(found), [d["id"] for d in found[offset:end]]

    def documents(self, tags: Mapping[VersionId, Sequence[str]] | None = None) -> list[Document]:
        """Return the document of each version, newest first. Read-only. Raises Damaged."""
        self._bring_up_to_date()
        if not tags:
            return self._ordered
        return [{**row, "tags": list(tags[row["id"]])} if row["id"] in tags else row for row in self._ordered]

    def clear(self) -> None:
        """Remove all rows; the next query reads all records again."""
        self._opened().drop_tables()
        self._known, self._unwritten, self._ordered = None, [], []

    def _bring_up_to_date(self) -> None:
        ids = set(self._records.ids())
        known = self._known if self._known is not None and self._known.keys() <= ids else self._read(ids)
        new = {id_: document(self._records.read(id_)) for id_ in sorted(ids - known.keys())}
        if new or known is not self._known:
            known = {**known, **new}
            self._ordered = [known[o.id] for o in newest_first(_Order(row) for row in known.values())]
        self._known = known
        self._unwritten += new.values()
        share, many = WORTH_WRITING
        if self._unwritten and len(self._unwritten) >= min(len(known) // share, many):
            self._opened().table(TABLE).insert_multiple(Row(row, _number(row["id"])) for row in self._unwritten)
            self._unwritten = []

    def _read(self, ids: set[VersionId]) -> dict[VersionId, Document]:
        """Return the rows of the table. If any row is invalid or of an unknown version, the table is emptied."""
        self._unwritten = []
        table = self._opened().table(TABLE)
        rows = table.all()
        good = {row["id"]: dict(row) for row in rows if _is_row(row) and row["id"] in ids}
        if len(good) < len(rows):
            table.truncate()
            return {}
        return good

    def _opened(self) -> TinyDB:
        if self._table is None:
            if self._folder is None:
                self._table = TinyDB(storage=MemoryStorage)
            else:
                self._table = TinyDB(self._folder, storage=CheckedStorage)
        return self._table


class _Order:
    """A row with the attributes that `newest_first` needs."""

    def __init__(self, row: Document) -> None:
        self.id, self.number, self.parents = row["id"], row["number"], row["parents"]


def _is_row(row: Document) -> bool:
    return type(row.get("id")) is str and type(row.get("number")) is int and type(row.get("parents")) is list


def _number(id_: str) -> int:
    """Return TinyDB's id of a row, derived from the version's id, so processes share no counter."""
    return int(id_[:13], 16)
