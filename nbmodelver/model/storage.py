"""The protocol of a backend, and the reports of operations on a whole store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """A problem that `verify` found. object: the part, pack, record or ref. version, name: "" if unknown."""

    what: str
    object: str
    version: str = ""
    name: str = ""


@dataclass(frozen=True)
class GcReport:
    """What a gc removed, or would remove.

    parts, packs: numbers removed. freed_bytes: negative if deltas had to be stored whole because their base was removed
    and this takes more space than was freed. kept_bytes: size of the store afterwards.
    rewritten_bytes: size of the packs that were rewritten. exact: False if a dry run only estimates the numbers.
    left_packs: number of packs that another program has open (on Windows); the next gc deletes them.
    """

    parts: int = 0
    packs: int = 0
    freed_bytes: int = 0
    kept_bytes: int = 0
    dry_run: bool = False
    rewritten_bytes: int = 0
    exact: bool = True
    left_packs: int = 0


class Progress(Protocol):
    """A callback that receives the progress of a long operation. It may raise KeyboardInterrupt to stop it."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """Receive that `done` of `total` (bytes or steps) are done. what: the activity, as "bytes stored"."""
        ...


class BlobStore(Protocol):
    """Named runs of bytes, with few methods, so that an object store can replace a folder.

    Keys are relative, "/"-separated, lower-case ASCII. Any thread may call any method. A missing key raises KeyError;
    every other failure raises StoreError or a subclass.
    """

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes | memoryview:
        """Return `length` bytes from byte `start` on (default: to the end), fewer if the object ends. Read-only."""
        ...

    def size(self, key: str) -> int:
        """Return the size in bytes."""
        ...

    def create(self, key: str, chunks: Iterable[bytes | memoryview]) -> bool:
        """Write a new immutable object durably and atomically. Return False, and write nothing, if the key exists."""
        ...

    def swap(self, key: str, expected: bytes | None, new: bytes | None) -> bool:
        """Replace a small value durably if it equals `expected` (None: absent), else return False; None deletes."""
        ...

    def list(self, prefix: str) -> Iterator[str]:
        """Return every key that starts with `prefix`, sorted. Raises StoreError instead of an incomplete listing."""
        ...

    def delete(self, key: str, *, durable: bool = True) -> None:
        """Delete `key`; a missing key is not an error. durable: False if it may reappear after a power loss."""
        ...

    def move(self, key: str, new: str) -> None:
        """Rename `key` to `new` durably. Raises KeyError if it is missing, StoreError if `new` exists."""
        ...

    def age_s(self, key: str) -> float:
        """Return the seconds since `key` was written, by the clock of the place; negative if it was turned back."""
        ...

    def sweep(self) -> int:
        """Delete temporary files whose writers have ended, and return their number."""
        ...


class Locks(Protocol):
    """Locks by name. They end with their holder's process."""

    def lock(self, name: str, timeout_s: float = 10.0, *, shared: bool = False) -> AbstractContextManager[None]:
        """Hold the lock `name` for a block, exclusive or shared. It ends with its holder's process in any case.

        Not re-entrant. Raises StoreLocked, which names the holder, after `timeout_s`.
        """
        ...


class Backend(BlobStore, Locks, Protocol):
    """The place of a store's files. nbmodelver.testing.backends has the tests of this contract."""

    @property
    def where(self) -> str:
        """The place, for messages."""
        ...

    def local_path(self) -> Path | None:
        """Return the folder of the store on this machine, or None if it is not a folder here."""
        ...
