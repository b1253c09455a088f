"""Another store as the storage of a remote. Reads never write into it; a push lets the store receive what is sent.

The packs of a remote are byte for byte those of a store, so they are read from its files. Heads and segments are made
in memory (see store_view.py). A head that a push moves is handed to `receive`, which is a fetch on the other side.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.errors import (
    Damaged,
    NotPushed,
    NotSupported,
    RemoteDenied,
    RemoteError,
    StoreError,
    StoreReadOnly,
    UsageError,
)
from nbmodelver.model.remotes import Abilities, Listed, Tagged
from nbmodelver.remote import heads
from nbmodelver.remote.known import Known, pack_key
from nbmodelver.remote.outbox import Outbox, own_pack_key
from nbmodelver.remote.store_view import view_of
from nbmodelver.repo.core.locate import as_store
from nbmodelver.repo.core.open_store import OpenStore
from nbmodelver.store import layout
from nbmodelver.store.backends.overlay import Overlay
from nbmodelver.store.framed import canonical, id_of, parse
from nbmodelver.store.index import PREFIX as PACKS
from nbmodelver.store.objects.ranges import read_joined
from nbmodelver.store.parts import LEASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nbmodelver.model import Backend, ObjectId, Progress, Version, VersionId
    from nbmodelver.model.remotes import ObjectStorage
    from nbmodelver.remote.heads import Area, Head
    from nbmodelver.remote.store_view import StoreView

MARKER = "format"
SEGMENTS = "segments/"
HEADS: dict[str, Area] = {"work/head": "work", "registry/head": "registry"}
MOST_FORMAT_BYTES = 4096
LOCK_TIMEOUT_S = 30.0
MOST_NAMES = 4


def store_at(path: Path) -> Path | None:
    """Return the folder of the store at a path, as `open_repo` finds it; None if the path has none."""
    folder = as_store(path)
    try:
        data = parse((folder / layout.KEY).read_bytes()[:MOST_FORMAT_BYTES], str(folder))
    except (OSError, Damaged):
        return None
    return folder if isinstance(data.get("format"), int) and "remote" not in data else None


class StoreStorage:
    """The ObjectStorage protocol over another store, with heads that move by compare-and-swap.

    backend: of that store. receive: takes what a push sent, and moves the branches there; it returns False if another
    process moved one meanwhile. progress: of what is received there.
    """

    def __init__(
        self,
        backend: Backend,
        receive: Callable[[StoreStorage, Area, Head], bool],
        progress: Progress | None = None,
    ) -> None:
        self.backend, self.progress = backend, progress
        self.id = id_of(f"store {backend.where}".encode())[:32]
        self.view: StoreView | None = None
        self.reader: OpenStore | None = None
        self.known: Known | None = None
        self._receive = receive
        self._outbox: Outbox | None = None

    @property
    def where(self) -> str:
        """The folder of the store."""
        return self.backend.where

    def read_for(self, reader: OpenStore) -> None:
        """Continue what a store has seen of this one, and push from it. Raises UsageError if both are the same."""
        own, other = reader.backend.local_path(), self.backend.local_path()
        same = own is not None and other is not None and own.exists() and other.exists() and own.samefile(other)
        if same or reader.backend is self.backend:
            raise UsageError(
                f"{self.where} is this store itself, not another one",
                "add the folder of another store, or an empty folder: %mv_remote add origin FOLDER",
            )
        self.reader, self.known = reader, Known(reader.backend, self.id)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the packs of the store in place for the block: no gc and no merge runs. Commits go on.

        Without write permission the block runs without a lock. Raises StoreLocked.
        """
        with ExitStack() as locks:
            with suppress(StoreReadOnly):
                locks.enter_context(self.backend.lock(LEASE, LOCK_TIMEOUT_S, shared=True))
                locks.enter_context(self.backend.lock("merge", LOCK_TIMEOUT_S))
            yield

    def abilities(self) -> Abilities:
        """Return what the store can do, and if this user may write into it. Writes nothing but a lock."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Abilities(True, True, True, True, writes=self._is_writable(), checked_at_utc=now)

    def _is_writable(self) -> bool:
        try:
            with self.backend.lock(LEASE, LOCK_TIMEOUT_S, shared=True):
                return True
        except StoreReadOnly:
            return False

    def needed_parts(self, versions: Iterable[VersionId]) -> set[ObjectId]:
        """Return the parts that versions of the store need, with their bases. What cannot be read is left out."""
        store = self._opened()
        waiting: list[ObjectId] = []
        for id_ in versions:
            with suppress(Damaged, KeyError):
                waiting += (part for part, _ in store.reachability.of(store.history.version(id_), strict=False))
        found: set[ObjectId] = set()
        while waiting:
            part = waiting.pop()
            if part not in found and store.parts.has(part):
                found.add(part)
                with suppress(Damaged):  # A gc may have removed it since.
                    waiting += store.parts.bases(part)
        return found

    def incomplete(self) -> list[str]:
        """Return the names of versions whose values are not all here, but at a remote of the store, newest first."""
        store = self._opened()
        if not store.refs.readable("remotes/")[0]:
            return []
        return [v.name for v in store.history.readable()[0] if not _is_complete(store, v)]

    # -- reading

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return `length` bytes from byte `start` on, fewer if the object ends. Raises KeyError."""
        if key.startswith(PACKS):
            return self._read_pack(key, start, length)
        return self._small(key)[start : None if length is None else start + length]

    def read_many(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the bytes of each range. Raises KeyError, Truncated."""
        return read_joined(ranges, lambda start, length: self.read(key, start, length), f"{self.where}/{key}")

    def read_tagged(self, key: str) -> Tagged:
        """Return a head, and its id as the tag. Each read makes the head `work` from the store as it is now.

        Raises KeyError.
        """
        area = HEADS.get(key)
        if area is None:
            return Tagged(self._small(key), "")
        if area == "work" or self.view is None:
            self.view = self._viewed()
        head = self.view.heads[area]
        return Tagged(heads.encode(head), head.id)

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises KeyError."""
        if not key.startswith(PACKS):
            return len(self._small(key))
        if self._outbox is not None:
            with suppress(KeyError):
                return self._outbox.size(key)
        with self._readable():
            return self.backend.size(own_pack_key(key))

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """Return the objects whose keys start with `prefix` and are greater than `after`. Ages are unknown."""
        keys = [MARKER, *HEADS, *(self.view.segments if self.view is not None else ())]
        with self._readable():
            keys += [pack_key(key.removeprefix(PACKS)) for key in self.backend.list(PACKS)]
        for key in sorted(keys):
            if key.startswith(prefix) and key > after:
                with suppress(KeyError):
                    yield Listed(key, self.size(key))

    # -- writing

    def create(self, key: str, data: bytes) -> bool:
        """Take a pack or segment for the next move of a head, or move the first head. Return False if it exists."""
        area = HEADS.get(key)
        if area is not None:
            return self._moved(area, data, "")
        self._require_sendable(key)
        return self._sent.create(key, data)

    def replace(self, key: str, data: bytes, tag: str) -> str | None:
        """Move a head: let the store receive what was sent. Return its id; None if it has another tag."""
        head = heads.decode(data, key)
        return head.id if self._moved(HEADS[key], data, tag) else None

    def put(self, key: str, chunks: Iterable[bytes | memoryview], size_bytes: int) -> None:
        """Take a pack for the next move of a head."""
        self._require_sendable(key)
        self._sent.put(key, chunks, size_bytes)

    def delete(self, keys: Sequence[str]) -> None:
        """Raise NotSupported: a store deletes its own files."""
        raise NotSupported(
            f"{self.where} is a store, and nothing is removed from a store by another one", "run gc there"
        )

    def close(self) -> None:
        """Drop what was sent and not received."""
        if self._outbox is not None:
            self._outbox.close()
            self._outbox = None

    def sent(self) -> Outbox:
        """Return what was sent so far, with every segment of the view in it."""
        for key, data in {} if self.view is None else self.view.segments.items():
            self._sent.create(key, data)
        return self._sent

    # -- internal

    @property
    def _sent(self) -> Outbox:
        if self._outbox is None:
            if self.reader is None:
                raise NotSupported(f"{self.where} is open for reading only", "this is a bug in nbmodelver")
            self._outbox = Outbox(self.reader.backend)
        return self._outbox

    def _moved(self, area: Area, data: bytes, tag: str) -> bool:
        now = None if self.view is None else self.view.heads.get(area)
        if (now.id if now is not None else "") != tag:
            return False
        head = heads.decode(data, f"{area}/head of {self.where}")
        self._require_sendable(PACKS)
        return self._receive(self, area, head)

    def _require_sendable(self, key: str) -> None:
        if not key.startswith((PACKS, SEGMENTS)):
            raise NotSupported(f"{key} cannot be written into the store {self.where}", "this is a bug in nbmodelver")
        if not self._is_writable():
            raise NotPushed(
                f"your rights at {self.where} allow reading only, so nothing was sent",
                "ask the owner of the folder for write access, or let the owner fetch from this store",
            )

    def _small(self, key: str) -> bytes:
        """Return the marker, a head or a segment."""
        if key == MARKER:
            return canonical(
                {"remote": heads.FORMAT, "readable_by": heads.FORMAT, "id": self.id, "rule": "swap", "by": "nbmodelver"}
            )
        if key in HEADS:
            return self.read_tagged(key).data
        if self.view is not None and key in self.view.segments:
            return self.view.segments[key]
        if self._outbox is not None:
            return self._outbox.read(key)
        raise KeyError(key)

    def _read_pack(self, key: str, start: int, length: int | None) -> bytes:
        if self._outbox is not None:
            with suppress(KeyError):
                return self._outbox.read(key, start, length)
        with self._readable():
            return bytes(self.backend.read(own_pack_key(key), start, length))

    def _opened(self) -> OpenStore:
        """Return the store as it is now. What opening it would write stays in memory, and its remotes are not asked."""
        with self._readable():
            store = OpenStore(Overlay(self.backend))
        store.parts.read_from(None)
        return store

    def _viewed(self) -> StoreView:
        with ExitStack() as locks:
            with suppress(StoreReadOnly):  # Records and events are not folded meanwhile.
                locks.enter_context(self.backend.lock("fold", LOCK_TIMEOUT_S))
            locks.enter_context(self._readable())
            try:
                return view_of(self._opened(), self.id, self.known)
            except KeyError as error:
                raise StoreError(
                    f"{self.where} was changed by its gc while it was read", "run the same command again"
                ) from error

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Turn missing permissions of the block into the error of a remote."""
        try:
            yield
        except StoreReadOnly as error:
            raise RemoteDenied(error.message, "ask the owner of the folder for access") from error


def _is_complete(store: OpenStore, version: Version) -> bool:
    return all(store.parts.has(part) for part, _ in store.reachability.of(version, strict=False))


@contextmanager
def naming_incomplete(storage: ObjectStorage) -> Iterator[None]:
    """Let a fetch in the block name the versions that another store has without values, being a lazy clone.

    Raises RemoteError instead of the Damaged for a missing part.
    """
    try:
        yield
    except Damaged as error:
        names = storage.incomplete() if isinstance(storage, StoreStorage) else []
        if not names:
            raise
        shown = ", ".join(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" if names[MOST_NAMES:] else "")
        raise RemoteError(
            f"{storage.where} does not have all values of {shown}: they are only at a remote of that store",
            "bring them into that store first: %mv_fetch --no-lazy; or bring another branch: %mv_fetch --branch NAME",
        ) from error


def is_store(storage: ObjectStorage) -> bool:
    """Return True if the remote is another store."""
    return isinstance(storage, StoreStorage)


def lazy_store(storage: StoreStorage) -> UsageError:
    """Return the error for a store that is to be a lazy remote."""
    return UsageError(
        f"values cannot stay at {storage.where}: it is a store, which deletes what nobody needs there",
        "leave out --lazy; or push from that store to a remote, and use that one: %mv_remote add NAME FOLDER",
    )


def repaired_there(storage: StoreStorage) -> UsageError:
    """Return the error for a push that sends everything again."""
    return UsageError(
        f"{storage.where} is a store, and parts that it has are not sent to it again",
        f"see what is damaged there: cd {Path(storage.where).parent} && nbmodelver repair",
    )


def cleaned_there(storage: StoreStorage, verb: str) -> UsageError:
    """Return the error for a verb that removes something from a remote. verb: of the command line."""
    return UsageError(
        f"{storage.where} is a store, and nothing is removed from a store by another one",
        f"run it in that store: cd {Path(storage.where).parent} && nbmodelver {verb}",
    )
