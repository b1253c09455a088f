"""What a bundle contains, as far as it can be told without running or loading anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model.versions import Json, Version


@dataclass(frozen=True)
class Inside:
    """The content of a bundle, whose structure, hashes and record were verified.

    version: with its number in the store of its origin. digest: SHA-256 of the manifest, which covers all members.
    members: name -> size in bytes. variables: as in bundle.json: name, type, kind, digest, needs_trust, and format and
    file if it is stored in an open format. environment: as in environment.json. is_signed: it has a signature; one that
    is wrong is refused. signer: the public key, "" if it could not be verified because a library is missing. is_pinned:
    the user pinned this key.
    """

    version: Version
    digest: str
    members: dict[str, int]
    variables: list[dict[str, Json]]
    environment: dict[str, Json] = field(default_factory=dict)
    is_signed: bool = False
    signer: str = ""
    is_pinned: bool = False

    @property
    def size_bytes(self) -> int:
        """The size of all members."""
        return sum(self.members.values())

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form."""
        version = self.version
        return {
            "version": {"id": version.id, "name": version.name, "message": version.message,
                        "saved_at_utc": version.saved_at_utc, "metrics": dict(version.metrics)},
            "digest": self.digest,
            "signed": self.is_signed,
            "signer": self.signer,
            "files": [{"path": i.path, "size_bytes": i.size_bytes, "kept": i.is_kept} for i in version.inputs],
            "members": dict(self.members),
            "variables": [dict(v) for v in self.variables],
        }  # fmt: skip


@dataclass(frozen=True)
class Extracted:
    """Members of a bundle that were written as files. count: their number."""

    folder: Path
    count: int
    size_bytes: int
