"""Names of versions as the views need them, the lists of branches and tags, and notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Span, Table, TableRow, dim, line, strong
from nbmodelver.views.figures import ago
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model import Version, VersionId


@dataclass(frozen=True)
class RefLabels:
    """The versions that HEAD, the branches and the tags point to. branch: the current branch.

    registered: version -> its names in the registry, such as "churn@production". tracked: branches of remotes, such as
    "origin/main".
    """

    head: VersionId | None = None
    branch: str = "main"
    branches: Mapping[str, VersionId] = field(default_factory=dict)
    tags: Mapping[str, VersionId] = field(default_factory=dict)
    registered: Mapping[VersionId, tuple[str, ...]] = field(default_factory=dict)
    tracked: Mapping[str, VersionId] = field(default_factory=dict)

    def labels(self, version: VersionId) -> tuple[Span, ...]:
        """The branches, tags and registered names of a version, as spans separated by spaces."""
        found = [Span(n, "accent", "branch") for n, v in self.branches.items() if v == version]
        found += [Span(n, "good", "tag") for n, v in self.tags.items() if v == version]
        found += [Span(n, "strong", "registered") for n in self.registered.get(version, ())]
        found += [Span(n, "dim", "branch of a remote") for n, v in self.tracked.items() if v == version]
        return tuple(piece for i, one in enumerate(found) for piece in ((Span(" "), one) if i else (one,)))


def branches(at: Mapping[str, Version], current: str) -> Shown:
    """The branches, with the current one marked."""
    rows = tuple(_row(name, v, "current" if name == current else "") for name, v in at.items())
    return Shown(_listed("Branches", rows, "no branches yet: the first commit creates 'main'"), dict(at))


def tags(at: Mapping[str, Version]) -> Shown:
    """The tags."""
    rows = tuple(_row(name, v, "") for name, v in at.items())
    return Shown(_listed("Tags", rows, "no tags yet: %mv_tag NAME tags the current version"), dict(at))


def note(version: Version, text: str, before: str | None = None) -> Shown:
    """The note of a version, line by line. before: the note that it replaced, None if nothing was changed."""
    if before is None:
        hint = f"{version.name} has no note: %mv_note {version.name} TEXT sets one"
        blocks = [line(strong(version.name) if not i else "  ", " ", part) for i, part in enumerate(text.splitlines())]
        return Shown(Document(tuple(blocks) or (line(dim(hint)),), "note"), text)
    done = "note of " if text else "removed the note of "
    said = line(done, strong(version.name), f": {text}" if text else "")
    old = (line(dim(f"  before: {before}")),) if before and before != text else ()
    return Shown(Document((said, *old), "note"), text)


def _row(name: str, version: Version, mark: str) -> TableRow:
    when = dim(ago(version.saved_at_utc), version.saved_at_utc)
    return TableRow((strong(name), version.name, when, version.message), "current" if mark == "current" else "")


def _listed(label: str, rows: tuple[TableRow, ...], nothing: str) -> Document:
    blocks: tuple[Block, ...] = (Table(("", "", "", ""), rows),) if rows else (line(dim(nothing)),)
    return Document(blocks, label)
