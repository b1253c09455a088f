"""What other systems get of versions, and what comes in from them: descriptions, and the results of a transfer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbmodelver.model.versions import GitState, Json

Role = Literal["model", "dataset", "hyperparameters", "metric", "code", "document", "environment", "record", "other"]
"""What a file of a version is."""

Exactness = Literal["record", "value", "state", "pickle", "copy"]
"""What a file holds.

record: all that the store holds. value: the value, equal bit by bit when it is read. state: a model whose state or
predictions are equal when it is read. pickle: the value, for whoever has the same releases and trusts it. copy: text
for people and other programs.
"""


@dataclass(frozen=True)
class RegisteredAs:
    """A version as a version of a registered model. number: semantic, such as "1.4.0". state: "active" and others."""

    model: str
    number: str
    variable: str = ""
    stages: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    state: str = "active"
    why: str = ""


@dataclass(frozen=True)
class Point:
    """One value of a metric in a training. time_s: seconds since 1970-01-01 UTC, None if unknown."""

    step: int
    value: float
    time_s: float | None = None


@dataclass(frozen=True)
class Facts:
    """A version without its values.

    id: of our store, 40 hex digits; of a version from elsewhere, the id that it has there. name: "v7", or the title
    that it has there. parents: ids of the same kind as `id`. saved_at_utc: ISO 8601 with "Z", "" if unknown.
    packages: distribution -> release. origin: a version that came from elsewhere: its origin there. curves: metric ->
    its values by step. tags: names that belong to this version. roles: dataset -> "train", "validation", "test".
    """

    id: str
    name: str
    number: int = 0
    parents: tuple[str, ...] = ()
    branch: str = ""
    message: str = ""
    note: str = ""
    author: str = ""
    saved_at_utc: str = ""
    params: Mapping[str, Json] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    registered: tuple[RegisteredAs, ...] = ()
    git: GitState | None = None
    python: str = ""
    packages: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Member:
    """One file of a version. path: relative, "/"-separated, ASCII, unique without regard to case.

    name: the variable, "" for a document. format: "parquet", "npy", "json", "skops", "safetensors", "ubj", "lightgbm",
    "pickle", "ipynb", "text", "bundle" or another. file: where its content lies now.
    """

    path: str
    role: Role
    name: str
    format: str
    exact: Exactness
    size_bytes: int
    sha256: str
    md5: str
    file: Path


@dataclass(frozen=True)
class LeftOut:
    """Something of a version that does not arrive, or not as it is. version: its name, such as "v3"."""

    version: str
    what: str
    why: str


@dataclass(frozen=True)
class VersionFiles:
    """A version as files. members: sorted by path. left_out: variables without a file.

    only: the names that were asked for, sorted; () for all.
    """

    facts: Facts
    members: tuple[Member, ...]
    left_out: tuple[LeftOut, ...] = ()
    only: tuple[str, ...] = ()

    def of_role(self, *roles: Role) -> tuple[Member, ...]:
        """Return the members with one of these roles."""
        return tuple(one for one in self.members if one.role in roles)


ExportStatus = Literal["written", "again", "would write"]
ImportStatus = Literal["new", "again", "changed"]


@dataclass(frozen=True)
class ExportedVersion:
    """A version that was exported. native: its id or name there. proof: how it was read back, "" if it was not."""

    name: str
    native: str
    status: ExportStatus
    size_bytes: int = 0
    proof: str = ""


@dataclass(frozen=True)
class SystemExport:
    """An export to another system. left_out: what does not arrive there as it is. labels: moved tags and stages.

    notes: sentences, such as what to do next there.
    """

    system: str
    target: str
    versions: tuple[ExportedVersion, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    dry_run: bool = False


@dataclass(frozen=True)
class ImportedVersion:
    """A version that was found elsewhere. native: its id there. name: here, "" before the import.

    values: the variables that it gives. untrusted: those that need trust before they are loaded.
    """

    native: str
    title: str
    name: str
    status: ImportStatus
    values: tuple[str, ...] = ()
    untrusted: tuple[str, ...] = ()


@dataclass(frozen=True)
class SystemImport:
    """An import from another system. left_out: what does not come in. notes: sentences."""

    system: str
    source: str
    versions: tuple[ImportedVersion, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    dry_run: bool = False
