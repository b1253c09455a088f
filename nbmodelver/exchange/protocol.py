"""What an exporter and an importer of a system must do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from nbmodelver.model.exchange import Facts, LeftOut, Role, VersionFiles


@dataclass(frozen=True)
class Placed:
    """A version of ours at a target. native: its id or name there. digest: of its sidecar (see sidecar.digest)."""

    native: str
    digest: str


class Exporter(Protocol):
    """Writes versions to one target. Opening it changes nothing there.

    The order of calls: `placed`, `losses`, then `put` for each new version with ascending numbers, `label` once,
    `finish` once, `proof` for some versions. A version is at the target completely or not at all, also after a kill.
    """

    def placed(self) -> Mapping[str, Placed]:
        """Return what is there of ours: version id -> where. Raises UsageError if the target is something else."""
        ...

    def losses(self, every: Sequence[Facts]) -> Iterable[LeftOut]:
        """Yield what the target cannot hold, or holds otherwise. Raises UsageError for a name that is invalid there."""
        ...

    def put(self, contents: VersionFiles, sidecar: bytes) -> Placed:
        """Write one version. Its members can be read until `put` returns. Raises UsageError, StoreError."""
        ...

    def label(self, every: Sequence[Facts]) -> Iterable[str]:
        """Move tags, aliases and stages to where they are here. Return a sentence for each move.

        every: all versions of this export that are at the target now, also those that were there before.
        """
        ...

    def finish(self) -> Iterable[str]:
        """Make everything durable and visible. Return notes for the user."""
        ...

    def proof(self, placed: Placed, contents: VersionFiles) -> str:
        """Read a version back, and return what was compared, such as "3 files equal". Raises Damaged."""
        ...


@dataclass(frozen=True)
class FoundValue:
    """A value of a version elsewhere. name: of the variable here. file: its content. label: the name of a series.

    format: as in `model.exchange.Member`, or "joblib", "npz", "csv". A file of another format is kept as bytes.
    """

    name: str
    role: Role
    format: str
    file: Path
    label: str | int | None = None


@dataclass(frozen=True)
class Found:
    """A version elsewhere. facts: with ids of that system.

    digest: of everything that is brought in; another one later means that it was changed there. values: the names of
    the variables that it gives. left_out: what does not come in. own: our id of the version, if an export of ours made
    it, "" otherwise.
    """

    facts: Facts
    digest: str
    values: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    own: str = ""


@dataclass(frozen=True)
class Arrival:
    """The content of one version elsewhere, as files in a temporary folder. Nothing of it was loaded.

    documents: "cells", "environment", "notebook" -> JSON bytes. bundle: a bundle of ours, None without one.
    """

    found: Found
    values: tuple[FoundValue, ...] = ()
    documents: Mapping[str, bytes] = field(default_factory=dict)
    bundle: Path | None = None


class Importer(Protocol):
    """Reads versions of one source, which it never changes."""

    def identity(self) -> str:
        """Return a text that names this source wherever it is moved, such as the first commit of a repository."""
        ...

    def found(self) -> Iterator[Found]:
        """Yield the versions, parents before children. Raises UsageError if the source is something else, Damaged."""
        ...

    def read(self, found: Found, folder: Path) -> Arrival:
        """Write the content of one version to files in an empty folder. Raises Damaged, LimitExceeded."""
        ...
