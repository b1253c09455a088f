"""Exports versions as commits of a Git repository, on a branch of their own. The branch only ever grows.

A commit has as its parents those of the version, and last the commit that was the newest before, unless it is one of
them. So the branch always leads to all versions, and a history with branches stays readable.
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from nbmodelver.errors import Damaged, NotPushed, StoreFull, StoreReadOnly, UsageError
from nbmodelver.exchange import sidecar
from nbmodelver.exchange.collecting import hashes_of
from nbmodelver.exchange.git import commands, gto, history
from nbmodelver.exchange.git.content import ContentReader
from nbmodelver.exchange.git.dvc import DvcLayout
from nbmodelver.exchange.git.labels import write_labels
from nbmodelver.exchange.git.lfs import LfsLayout
from nbmodelver.exchange.git.objects import GitObjects, GitTrees
from nbmodelver.exchange.git.plain import PlainLayout
from nbmodelver.exchange.git.stream import NewCommit, seconds, write_commit
from nbmodelver.exchange.protocol import Placed
from nbmodelver.model.exchange import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.exchange.git.commands import GitFolder
    from nbmodelver.model.exchange import Facts, VersionFiles

BRANCH = "nbmodelver"


class GitLayout(Protocol):
    """Where the content of the files lies."""

    name: str
    allows_bare: bool

    def store(self, repository: GitFolder, contents: VersionFiles) -> dict[str, bytes | Path]:
        """Write objects beside Git, and return path -> content of the files of the commit. Raises OSError."""
        ...

    def prepare(self, repository: GitFolder) -> None:
        """Write what the repository needs once. Raises OSError."""
        ...

    def notes(self, repository: GitFolder, example: str) -> tuple[str, ...]:
        """Return what the user does next. example: the name of a version."""
        ...


def to_dvc(target: str) -> GitExporter:
    """Return the exporter to a repository with DVC: "FOLDER" or "FOLDER#NAME". Raises UsageError."""
    folder, name = _split(target)
    return GitExporter(folder, DvcLayout(name or gto.name(folder.absolute().name) or "model"), name)


def to_lfs(target: str) -> GitExporter:
    """Return the exporter to a repository with Git LFS: "FOLDER" or "FOLDER#NAME". Raises UsageError."""
    return GitExporter(_split(target)[0], LfsLayout(), _split(target)[1])


def to_git(target: str) -> GitExporter:
    """Return the exporter to a plain repository: "FOLDER" or "FOLDER#NAME". Raises UsageError."""
    return GitExporter(_split(target)[0], PlainLayout(), _split(target)[1])


def _split(target: str) -> tuple[Path, str]:
    """Return the folder and the name of the artifact, "" without one."""
    path = Path(target).expanduser()
    if path.exists() or "#" not in target:
        return path, ""
    before, _, name = target.rpartition("#")
    if not name or gto.name(name) != name:
        valid = gto.name(name)
        raise UsageError(
            f"'{name}' cannot be the name of an artifact",
            f"try: {before}#{valid}" if valid else "use letters, digits, '-', '_' and '/'",
        )
    return Path(before).expanduser(), name


class GitExporter:
    """The protocol `Exporter` over a repository. artifact: registers each version with GTO, "" for none."""

    def __init__(self, folder: Path, layout: GitLayout, artifact: str = "") -> None:
        self.folder, self.layout, self.artifact = folder, layout, artifact
        self.repository = commands.found(folder)
        self._commits: dict[str, str] = {}
        self._tip = ""

    def placed(self) -> Mapping[str, Placed]:
        """Return version -> commit. Raises UsageError for a folder with other files, and for a branch with others'."""
        if self.repository is None:
            self._require_empty()
            return {}
        if self.repository.is_bare and not self.layout.allows_bare:
            raise UsageError(f"'{self.folder}' has no working tree, which DVC needs", "name a repository that has one")
        self._tip = history.tip(self.repository, f"refs/heads/{BRANCH}")
        found = {}
        if self._tip:
            with GitObjects(self.repository) as objects:
                for commit in history.commits(self.repository, objects, [self._tip]):
                    version = self._version_of(commit)
                    found[version] = Placed(commit.id, commit.trailer(history.DIGEST))
        self._commits = {version: placed.native for version, placed in found.items()}
        return found

    def _require_empty(self) -> None:
        if self.folder.exists() and not self.folder.is_dir():
            raise UsageError(f"'{self.folder}' is a file", "name a folder")
        if self.folder.is_dir() and any(self.folder.iterdir()):
            raise UsageError(
                f"'{self.folder}' has files and is no Git repository",
                f"name an empty folder, or make it one: git init {self.folder}",
            )

    def _version_of(self, commit: history.GitCommit) -> str:
        if not commit.is_ours:
            raise NotPushed(
                f"branch {BRANCH} of '{self.folder}' has commit {commit.id[:10]}, which no export wrote; "
                "nothing was changed",
                f"keep it under another name, and export again: git -C {self.folder} branch -m {BRANCH} NAME",
            )
        return commit.trailer(history.VERSION)

    def losses(self, every: Sequence[Facts]) -> Iterator[LeftOut]:
        """Yield what tags and GTO cannot hold. Raises UsageError if the branch is checked out, or names collide."""
        self._require_not_checked_out()
        models = {one.model for facts in every for one in facts.registered}
        by_name: dict[str, str] = {}
        for model in sorted(models):
            other = by_name.setdefault(gto.name(model), model)
            if other != model:
                raise UsageError(f"models {other} and {model} have the same name for GTO", "rename one of them")
        for facts in every:
            if facts.note:
                yield LeftOut(facts.name, "its note", f"only {sidecar.NAME} has it")
        yield from gto.losses(every)

    def _require_not_checked_out(self) -> None:
        if self.repository is None or self.repository.is_bare:
            return
        head = self.repository.run("symbolic-ref", "-q", "HEAD", may_fail=True).decode("utf-8", "replace").strip()
        if head == f"refs/heads/{BRANCH}":
            raise UsageError(
                f"branch {BRANCH} is checked out in '{self.folder}', so it cannot get new commits",
                f"leave the branch, and export again: git -C {self.folder} checkout --detach",
            )

    def put(self, contents: VersionFiles, data: bytes) -> Placed:
        """Write the objects of one version, then its commit. Raises UsageError, NotPushed, StoreFull, StoreError."""
        facts = contents.facts
        digest = sidecar.digest(data)
        try:
            if self.repository is None:
                self.repository = commands.created(self.folder)
            if not self._commits:
                self.layout.prepare(self.repository)
            files = self.layout.store(self.repository, contents)
        except OSError as error:
            raise self._failure(error) from error
        files[sidecar.NAME] = data
        at_s = seconds(facts.saved_at_utc)
        commit = NewCommit(facts.author, at_s, _message(facts, digest), self._parents(facts), files)
        self._tip = self._commits[facts.id] = write_commit(self.repository, BRANCH, commit)
        return Placed(self._tip, digest)

    def _parents(self, facts: Facts) -> list[str]:
        parents = [self._commits[parent] for parent in facts.parents if parent in self._commits]
        if self._tip and self._tip not in parents:
            parents.append(self._tip)
        return parents

    def _failure(self, error: OSError) -> StoreReadOnly | StoreFull:
        if isinstance(error, PermissionError):
            return StoreReadOnly(f"'{self.folder}' cannot be written: {error.strerror}", "choose another folder")
        return StoreFull(f"'{self.folder}' cannot be written: {error.strerror}", "free some space, then export again")

    def label(self, every: Sequence[Facts]) -> Iterator[str]:
        """Write tags: v7 for each version, ours, and those of GTO."""
        if self.repository is not None:
            yield from write_labels(self.repository, every, self._commits, self.artifact)

    def finish(self) -> Iterator[str]:
        """Check out the newest version in a repository that has no commit of the user. Yield what to do next."""
        if self.repository is None or not self._tip:
            return
        if self._is_new():
            self.repository.run("checkout", "--quiet", "--detach", self._tip)
        with GitObjects(self.repository) as objects:
            commit = history.parsed(self._tip, objects.read(self._tip, "commit"))
        tags = [ref.name.removeprefix("refs/tags/") for ref in history.refs(self.repository, "refs/tags")
                if ref.commit == commit.id]  # fmt: skip
        example = next((tag for tag in tags if re.fullmatch(r"v\d+", tag)), BRANCH)
        yield from self.layout.notes(self.repository, example)

    def _is_new(self) -> bool:
        """Return True if nothing was ever checked out there."""
        repository = self.repository
        if repository is None or repository.is_bare or history.tip(repository, "HEAD"):
            return False
        return all(entry.name in (".git", ".dvc") for entry in self.folder.iterdir())

    def proof(self, placed: Placed, contents: VersionFiles) -> str:
        """Read all files of a version again, and compare their hashes. Raises Damaged."""
        assert self.repository is not None
        with GitObjects(self.repository) as objects, TemporaryDirectory() as folder:
            commit = history.parsed(placed.native, objects.read(placed.native, "commit"))
            reader = ContentReader(objects, GitTrees(objects, lambda _: True).files(commit.tree))
            for number, member in enumerate(contents.members):
                file = reader.write(member.path, Path(folder, str(number)))
                if hashes_of(file)[0] != member.sha256:
                    raise Damaged(f"{member.path} of {contents.facts.name} reads back otherwise", "check the disk")
                file.unlink()
        return f"{len(contents.members)} files read back equal"


def _message(facts: Facts, digest: str) -> str:
    text = facts.message.strip() or facts.name
    trailers = [f"{history.BRANCH}: {facts.branch}"] if facts.branch else []
    trailers += [f"{history.VERSION}: {facts.id}", f"{history.DIGEST}: {digest}"]
    return "\n".join([text, "", *trailers]) + "\n"
