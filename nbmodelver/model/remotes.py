"""Remotes: the protocol of the place where their objects are, what is known of them, and the results of transfers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from nbmodelver.model.events import RefMove
    from nbmodelver.model.ids import VersionId
    from nbmodelver.model.results import Plan
    from nbmodelver.model.versions import Json, Version

WriteRule = Literal["swap", "numbered", "single writer", "read only"]
"""How the head of a remote moves.

swap: by compare-and-swap. numbered: each head is a new object, created only if its number is free. single writer: the
place can do neither, so concurrent pushes would overwrite each other. read only: nothing can be written.
"""


@dataclass(frozen=True)
class Tagged:
    """The content of an object, and the tag (ETag, generation) that identifies this content for `replace`."""

    data: bytes
    tag: str


@dataclass(frozen=True)
class Listed:
    """An object of a listing. age_s: seconds since it was written, by the clock of the place; None if unknown."""

    key: str
    size_bytes: int
    age_s: float | None = None


@dataclass(frozen=True)
class Abilities:
    """What a place was observed to do, as `probe` found it.

    creates: it refuses to create an object that exists. swaps: it replaces an object only if its tag is the expected
    one. wins_once: of eight concurrent creations, and of eight swaps, exactly one succeeds. ranges: it returns byte
    ranges. writes: it accepts writes at all. checked_at_utc: ISO 8601 with "Z".
    """

    creates: bool
    swaps: bool
    wins_once: bool
    ranges: bool
    writes: bool = True
    checked_at_utc: str = ""

    @property
    def rule(self) -> WriteRule:
        """How the head moves at this place."""
        if not self.writes:
            return "read only"
        if not self.wins_once:
            return "single writer"
        if not self.creates:  # The first head, and each pack, is created.
            return "single writer"
        return "swap" if self.swaps else "numbered"


class ObjectStorage(Protocol):
    """Objects by key in a bucket, a shared folder or on another host. Any thread may call any method.

    Keys are relative, "/"-separated, lower-case ASCII, checked by store.backends.keys. A missing key raises KeyError;
    every other failure raises RemoteError or a subclass, whose message has the address and no credentials. An object is
    visible completely or not at all.
    """

    @property
    def where(self) -> str:
        """The address, for messages, without credentials."""
        ...

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return `length` bytes from byte `start` on (default: to the end), fewer if the object ends. One request."""
        ...

    def read_many(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the bytes of each (start, length), in order. Near ranges are read by one request.

        Raises Truncated if an object is shorter than a range.
        """
        ...

    def read_tagged(self, key: str) -> Tagged:
        """Return a small object and its tag, by one request."""
        ...

    def size(self, key: str) -> int:
        """Return the size in bytes, by one request."""
        ...

    def create(self, key: str, data: bytes) -> bool:
        """Write a new object atomically. Return False, and write nothing, if the key exists. One request.

        Places without this ability write in any case; `probe` finds that out.
        """
        ...

    def replace(self, key: str, data: bytes, tag: str) -> str | None:
        """Replace an object if it has this tag, and return the new tag; None if it has another one or is missing.

        Raises NotSupported if the place cannot do it.
        """
        ...

    def put(self, key: str, chunks: Iterable[bytes | memoryview], size_bytes: int) -> None:
        """Write an object from chunks, and replace an existing one. Needs memory for a few chunks only.

        size_bytes: the sum of their lengths, which decides between one request and several.
        """
        ...

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """Return the objects whose keys start with `prefix` and are greater than `after`, sorted by key."""
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; missing ones are not an error."""
        ...

    def close(self) -> None:
        """Close connections. The object can be used no more."""
        ...


@dataclass(frozen=True)
class OwnKey:
    """The key with which this user opens encrypted remotes.

    public: as age1.... path: the file of the private key, None if it is not kept in a file of nbmodelver.
    """

    public: str
    path: Path | None


@dataclass(frozen=True)
class RemoteMembers:
    """The public keys that open an encrypted remote. own: the key of this user. new: those that were added now."""

    remote: str
    keys: tuple[str, ...]
    own: str
    new: tuple[str, ...] = ()


@dataclass(frozen=True)
class RefChange:
    """A ref of the remote that a push moves. before: None for a new one. forced: versions are no longer under it."""

    ref: str
    before: Json
    after: Json
    forced: bool = False


@dataclass(frozen=True)
class Pushed:
    """The result of a push, or what it would send.

    versions: sent, parents first. bytes: of packs and segments. changes: the refs that moved. events: number sent.
    seconds: of the whole push. rounds: how often it was repeated because another push was faster.
    """

    remote: str
    address: str
    versions: tuple[VersionId, ...] = ()
    packs: int = 0
    bytes: int = 0
    events: int = 0
    changes: tuple[RefChange, ...] = ()
    dry_run: bool = False
    seconds: float = 0.0
    rounds: int = 1

    def to_dict(self) -> dict[str, Json]:
        """Return the fields for JSON."""
        changes: list[Json] = [
            {"ref": c.ref, "before": c.before, "after": c.after, "forced": c.forced} for c in self.changes
        ]
        return {
            "remote": self.remote, "address": self.address, "versions": [*self.versions], "packs": self.packs,
            "bytes": self.bytes, "events": self.events, "changes": changes, "dry_run": self.dry_run,
            "seconds": self.seconds, "rounds": self.rounds,
        }  # fmt: skip

    @property
    def did_nothing(self) -> bool:
        """True if the remote had everything."""
        return not (self.versions or self.events or self.changes or self.packs)


@dataclass(frozen=True)
class Fetched:
    """The result of a fetch, or what it would bring.

    versions: new here, oldest first. bytes: of packs. events: number of new ones. moved: refs of tags and the registry
    that moved here. branches: branch -> (before, now) at the remote, for those that moved. replaced: versions that a
    purge elsewhere replaced and that are still here. unapplied: by whom and what each new move of models is that the
    head `registry` of the remote does not have, so it has no effect here.
    """

    remote: str
    address: str
    versions: tuple[VersionId, ...] = ()
    bytes: int = 0
    events: int = 0
    moved: tuple[RefMove, ...] = ()
    branches: Mapping[str, tuple[VersionId | None, VersionId | None]] | None = None
    replaced: tuple[VersionId, ...] = ()
    lazy: bool = False
    dry_run: bool = False
    seconds: float = 0.0
    unapplied: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Json]:
        """Return the fields for JSON."""
        branches: dict[str, Json] = {b: [before, after] for b, (before, after) in (self.branches or {}).items()}
        moved: list[Json] = [{"ref": m.ref, "before": m.before, "after": m.after} for m in self.moved]
        return {
            "remote": self.remote, "address": self.address, "versions": [*self.versions], "bytes": self.bytes,
            "events": self.events, "moved": moved, "branches": branches, "replaced": [*self.replaced],
            "lazy": self.lazy, "dry_run": self.dry_run, "seconds": self.seconds, "unapplied": [*self.unapplied],
        }  # fmt: skip

    @property
    def did_nothing(self) -> bool:
        """True if everything was here."""
        return not (self.versions or self.events or self.moved or self.branches)


Relation = Literal["same", "ahead", "behind", "diverged", "new", "only here"]
"""How a branch here stands to the one at the remote. new: only the remote has it."""


@dataclass(frozen=True)
class BranchStanding:
    """How one branch here stands to the one of a remote, as it was last seen.

    here, there: the versions; None without the branch there. ahead, behind: the versions that the other side lacks.
    """

    branch: str
    relation: Relation
    here: VersionId | None
    there: VersionId | None
    ahead: tuple[VersionId, ...] = ()
    behind: tuple[VersionId, ...] = ()


PullOutcome = Literal["up to date", "ahead", "fetched", "moved", "loaded", "merged"]
"""What a pull did with a branch. fetched: it only brought the versions; `Pulled.note` says why. moved: the branch, not
the notebook. loaded: both."""


@dataclass(frozen=True)
class Pulled:
    """The result of a pull.

    before: how the branch stood after the fetch. plan: of the rollback, if the notebook was changed. merged: the merge
    version. note: why the notebook was not changed. authors: of the versions by which the branch moved.
    """

    fetched: Fetched
    branch: str
    before: BranchStanding
    outcome: PullOutcome
    plan: Plan | None = None
    merged: Version | None = None
    note: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Collected:
    """What a gc of a remote did, or would do.

    versions: that the remote has. deleted, deleted_bytes: objects. condemned, condemned_bytes: packs that were marked
    now; a later gc deletes them after the grace period. waiting: packs that were marked earlier and whose grace period
    has not ended. dropped: versions that the remote does not have any more. rewritten_bytes: of packs from which
    unneeded parts were removed.
    """

    remote: str
    versions: int
    deleted: int = 0
    deleted_bytes: int = 0
    condemned: int = 0
    condemned_bytes: int = 0
    waiting: int = 0
    dropped: int = 0
    rewritten_bytes: int = 0
    dry_run: bool = False

    @property
    def did_nothing(self) -> bool:
        """True if there was nothing to remove."""
        return not (self.deleted or self.condemned or self.waiting or self.dropped or self.rewritten_bytes)
