"""Runs an import: which versions of a source are new, their content, and what became of it here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from nbmodelver.model import VersionId
from nbmodelver.model.exchange import ImportedVersion, SystemImport
from nbmodelver.repo.transfer.arriving import ArrivingValue, ArrivingVersion, arrived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nbmodelver.exchange.protocol import Arrival, Found, FoundValue, Importer
    from nbmodelver.model import Kind, Progress, Version
    from nbmodelver.model.exchange import Facts, LeftOut, Role
    from nbmodelver.repo import Repo

PREFIX = "import:"
"""Of the origins of versions that come in as they are elsewhere."""
REF = "imports/"
"""Refs that name the version of each version elsewhere: "ID:DIGEST"."""
SAME = "same/"
"""Refs that name the id which a version has in the store that exported it."""
KEY_DIGITS = 32
_KINDS: dict[Role, Kind] = {
    "model": "model", "dataset": "dataset", "hyperparameters": "hyperparameters", "metric": "metric",
}  # fmt: skip


@dataclass(frozen=True)
class ImportJob:
    """What to import. system, source: as the user wrote them.

    bundle: imports a bundle of ours with these parents, and returns its version. made: called with each new version
    and its facts, such as to set tags and to register models; returns sentences.
    """

    system: str
    source: str
    bundle: Callable[[Path, tuple[VersionId, ...]], Version]
    made: Callable[[Version, Facts], Iterable[str]] | None = None
    dry_run: bool = False


def bring(repo: Repo, importer: Importer, job: ImportJob, progress: Progress | None = None) -> SystemImport:
    """Bring the versions that are not here yet. Nothing of them is loaded. An interrupted import goes on.

    Raises UsageError if the source is something else, Damaged, LimitExceeded, StoreError.
    """
    return _Bringing(repo, importer, job, progress).run()


class _Bringing:
    """One import."""

    def __init__(self, repo: Repo, importer: Importer, job: ImportJob, progress: Progress | None) -> None:
        self.repo, self.importer, self.job, self.progress = repo, importer, job, progress
        self.identity = importer.identity()
        self.known = _imported(repo)
        self.here: dict[str, VersionId] = {}
        """Native id -> version here, for the parents of what follows."""
        self.tips: dict[str, VersionId] = {}
        self.left_out: list[LeftOut] = []
        self.notes: list[str] = []

    def run(self) -> SystemImport:
        """Bring the versions."""
        shown = []
        for number, found in enumerate(self.importer.found(), 1):
            shown.append(self._one(found))
            self.left_out += found.left_out
            if self.progress is not None:
                self.progress(number, 0, f"reading {self.job.system}")
        if not self.job.dry_run:
            self._set_branches()
        job = self.job
        return SystemImport(
            job.system, job.source, tuple(shown), tuple(self.left_out), tuple(dict.fromkeys(self.notes)), job.dry_run
        )

    def _one(self, found: Found) -> ImportedVersion:
        facts = found.facts
        own = VersionId(found.own) if self.repo.history.records.exists(VersionId(found.own)) else None
        key = _key(self.job.system, self.identity, facts.id)
        before = self.known.get(key)
        if own is not None or (before is not None and before[1] == found.digest[:KEY_DIGITS]):
            version = self.repo.history.version(own or before[0])  # type: ignore[index]  # not None then
            self._note_place(facts, version.id)
            return ImportedVersion(facts.id, facts.name, version.name, "again", found.values)
        status = "new" if before is None else "changed"
        if self.job.dry_run:
            return ImportedVersion(facts.id, facts.name, "", status, found.values)  # type: ignore[arg-type]  # as above
        version = self._made(found, key, is_changed=before is not None)
        self._remember(key, version.id, found)
        self._note_place(facts, version.id)
        if self.job.made is not None:
            self.notes += self.job.made(version, facts)
        names = tuple(version.kept)
        untrusted = (
            tuple(n for g in version.groups if g.pickled for n in g.names) if not self.repo.trusts(version) else ()
        )
        return ImportedVersion(facts.id, facts.name, version.name, status, names, untrusted)  # type: ignore[arg-type]

    def _note_place(self, facts: Facts, version: VersionId) -> None:
        self.here[facts.id] = version
        self.tips[facts.branch] = version

    def _made(self, found: Found, key: str, *, is_changed: bool) -> Version:
        with TemporaryDirectory() as folder:
            arrival = self.importer.read(found, Path(folder))
            if arrival.bundle is not None:
                return self.job.bundle(arrival.bundle, self._parents(found.facts))
            return self._stored(arrival, key, is_changed=is_changed)

    def _parents(self, facts: Facts) -> tuple[VersionId, ...]:
        return tuple(self.here[parent] for parent in facts.parents if parent in self.here)

    def _remember(self, key: str, version: VersionId, found: Found) -> None:
        refs = self.repo.refs
        if found.own:
            refs.move(f"{SAME}{version}", refs.get(f"{SAME}{version}"), found.own)
        refs.move(f"{REF}{key}", refs.get(f"{REF}{key}"), f"{version}:{found.digest[:KEY_DIGITS]}")

    def _stored(self, arrival: Arrival, key: str, *, is_changed: bool) -> Version:
        facts = arrival.found.facts
        note = facts.note
        if is_changed:
            note = "\n".join(
                filter(None, [note, f"{facts.name} was changed in {self.job.system} after an earlier import"])
            )
        documents: dict[str, Any] = {name: json.loads(data) for name, data in arrival.documents.items()}
        if "environment" not in documents and (facts.python or facts.packages):
            documents["environment"] = {"python": facts.python, "packages": dict(facts.packages)}
        version = ArrivingVersion(
            f"{PREFIX}{key}:{arrival.found.digest[:KEY_DIGITS]}",
            self._parents(facts), self._branch_of(facts),
            facts.message or facts.name, note, facts.author, facts.saved_at_utc, facts.params, facts.metrics, facts.git,
            documents,
        )  # fmt: skip
        return arrived(self.repo, version, [_value(one) for one in arrival.values])

    def _branch_of(self, facts: Facts) -> str:
        return _slug(f"{self.job.system}-{facts.branch}" if facts.branch else self.job.system)

    def _set_branches(self) -> None:
        """Let a branch for each branch there lead to its newest version."""
        for branch, version in self.tips.items():
            ref = f"heads/{_slug(f'{self.job.system}-{branch}' if branch else self.job.system)}"
            before = self.repo.refs.get(ref)
            if before != version:
                self.repo.refs.move(ref, before, version)


def _imported(repo: Repo) -> dict[str, tuple[VersionId, str]]:
    """Return key of a version elsewhere -> (version here, digest), the newest of each.

    After a kill the ref of the last version may be missing; its origin names the key as well.
    """
    present = repo.history.records.present()
    found: dict[str, tuple[VersionId, str]] = {}
    for ref, value in repo.refs.all("origin/").items():
        version = VersionId(ref.removeprefix("origin/"))
        key, _, digest = value.removeprefix(PREFIX).partition(":")
        if value.startswith(PREFIX) and version in present:
            found[key] = version, digest
    for ref, value in repo.refs.all(REF).items():
        name, _, digest = value.partition(":")
        if VersionId(name) in present:
            found[ref.removeprefix(REF)] = VersionId(name), digest
    return found


def _key(system: str, identity: str, native: str) -> str:
    return hashlib.sha256(f"{system}\0{identity}\0{native}".encode()).hexdigest()[:KEY_DIGITS]


def _value(found: FoundValue) -> ArrivingValue:
    return ArrivingValue(found.name, _KINDS.get(found.role, "other"), found.format, found.file, found.label)


def _slug(text: str) -> str:
    """Return a name for a branch: letters, digits, ".", "_" and "-"."""
    plain = "".join(c if c.isalnum() or c in "._-" else "-" for c in text)
    return plain.strip("-.")[:100] or "imported"
