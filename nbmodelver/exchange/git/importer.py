"""Imports the history of a Git repository: a version for each commit that changed values, parameters or metrics.

Exports of ours are known by their commits, and bring back the versions that they were.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Damaged, UsageError
from nbmodelver.exchange import sidecar
from nbmodelver.exchange.collecting import hashes_of
from nbmodelver.exchange.files_in import MOST_NOTE_CHARACTERS, arrival_of_members, found_of_sidecar
from nbmodelver.exchange.git import commands, dvc_files, gto, history
from nbmodelver.exchange.git.content import ContentReader
from nbmodelver.exchange.git.objects import GitObjects, GitTrees
from nbmodelver.exchange.git.picking import DvcPicker, Picked, TrackedPicker, VariableNames
from nbmodelver.exchange.git.recorded import Recorded, is_recorded, may_be_listed, recorded
from nbmodelver.exchange.protocol import Arrival, Found, FoundValue
from nbmodelver.model import GitState
from nbmodelver.model.exchange import Facts, LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.exchange.git.commands import GitFolder
    from nbmodelver.exchange.git.history import GitCommit
    from nbmodelver.exchange.git.picking import Picker
    from nbmodelver.model.exchange import RegisteredAs

MOST_RECORDED_BYTES = 16 << 20


def from_dvc(source: str) -> GitImporter:
    """Return the importer of a repository with DVC. Raises UsageError."""
    repository = _repository(source)
    return GitImporter(repository, DvcPicker(repository), "files that DVC tracks")


def from_lfs(source: str) -> GitImporter:
    """Return the importer of a repository with Git LFS. Raises UsageError."""
    return GitImporter(_repository(source), TrackedPicker("git-lfs"), "files of Git LFS")


def from_git(source: str) -> GitImporter:
    """Return the importer of files with known suffixes in a repository. Raises UsageError."""
    return GitImporter(_repository(source), TrackedPicker("git"), "files with a model or data")


def _repository(source: str) -> GitFolder:
    folder = Path(source).expanduser()
    found = commands.found(folder) if folder.is_dir() else None
    if found is None:
        raise UsageError(f"'{source}' is no Git repository", "name the folder that has .git, or a bare repository")
    return found


@dataclass(frozen=True)
class _Commit:
    """What is known of a commit that becomes a version. state: equal for equal values, parameters and metrics."""

    commit: GitCommit
    state: str
    picked: Picked
    recorded: Recorded


class GitImporter:
    """The protocol `Importer` over a repository. what: names what is searched, for errors."""

    def __init__(self, repository: GitFolder, picker: Picker, what: str) -> None:
        self.repository, self.picker, self.what = repository, picker, what
        self._kept: dict[str, _Commit] = {}
        self._ours: dict[str, GitCommit] = {}
        self._places: dict[str, str] = {}
        self._states: dict[str, str] = {}
        self._listings: dict[str, str] = {}
        self._names = VariableNames()
        self._parsed: dict[str, Any] = {}

    def identity(self) -> str:
        """Return the first commit of the history, which all clones share."""
        tips = history.tips(self.repository)
        if not tips:
            raise UsageError(f"'{self.repository.folder}' has no commit", "commit there first, or name another folder")
        start = history.tip(self.repository, "HEAD") or tips[0]
        answer = self.repository.run("rev-list", "--first-parent", "--max-parents=0", start)
        return answer.decode("ascii").split()[-1]

    def found(self) -> Iterator[Found]:
        """Yield the versions: our exports, and commits that changed something. Raises UsageError without any."""
        if not self._commits:
            raise UsageError(f"'{self.repository.folder}' has no commit", "commit there first, or name another folder")
        branches = history.branches(self.repository, self._commits)
        tags = self._tags()
        with GitObjects(self.repository) as objects:
            trees = GitTrees(objects, self._wanted)
            for commit in self._commits:
                found = self._ours_of(objects, commit) or self._foreign(objects, trees, commit)
                if found is not None:
                    yield self._labelled(found, commit, branches, tags)
        if not self._kept and not self._ours:
            raise UsageError(
                f"no commit of '{self.repository.folder}' has {self.what}",
                "choose another system: --from dvc, --from git-lfs or --from git",
            )

    def read(self, found: Found, folder: Path) -> Arrival:
        """Write the values of a version to files, and compare their hashes."""
        with GitObjects(self.repository) as objects:
            if found.own:
                return self._read_ours(objects, found, folder)
            values = []
            for number, tracked in enumerate(self._kept[found.facts.id].picked.files):
                file = folder / str(number)
                self.picker.write(objects, tracked, file)
                values.append(FoundValue(self._names.of(tracked.path), tracked.role, tracked.format, file))
            return Arrival(found, tuple(values))

    # -- exports of ours

    def _ours_of(self, objects: GitObjects, commit: GitCommit) -> Found | None:
        if not commit.is_ours:
            return None
        blob = GitTrees(objects, lambda path: path == sidecar.NAME).files(commit.tree).get(sidecar.NAME)
        if blob is None:
            return None
        data = objects.read(blob, "blob", sidecar.MOST_BYTES)
        facts, members = sidecar.decode(data, f"{sidecar.NAME} of commit {commit.id[:10]}")
        if facts.id != commit.trailer(history.VERSION):
            raise Damaged(f"{sidecar.NAME} of commit {commit.id[:10]} is that of another version", "export it again")
        self._ours[facts.id] = commit
        self._places[commit.id] = facts.id
        return found_of_sidecar(facts, members, sidecar.digest(data))

    def _read_ours(self, objects: GitObjects, found: Found, folder: Path) -> Arrival:
        commit = self._ours[found.own]
        reader = ContentReader(objects, GitTrees(objects, lambda _: True).files(commit.tree))
        _, members = sidecar.decode(objects.read(reader.files[sidecar.NAME], "blob"), sidecar.NAME)

        def file_of(member: Mapping[str, Any]) -> Path:
            file = reader.write(member["path"], folder / hashlib.sha256(member["path"].encode()).hexdigest())
            if hashes_of(file)[0] != member["sha256"]:
                raise Damaged(
                    f"{member['path']} of commit {commit.id[:10]} has another content than {sidecar.NAME} says",
                    "export the version again",
                )
            return file

        return arrival_of_members(found, members, file_of)

    # -- commits of others

    def _wanted(self, path: str) -> bool:
        return self.picker.wanted(path) or is_recorded(path) or may_be_listed(path)

    def _foreign(self, objects: GitObjects, trees: GitTrees, commit: GitCommit) -> Found | None:
        """Return the version of a commit, None if it changed nothing that comes in."""
        files = trees.files(commit.tree)
        first = commit.parents[0] if commit.parents else ""
        listing = self._listings[commit.id] = hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()
        if listing == self._listings.get(first):
            self._states[commit.id], self._places[commit.id] = self._states[first], self._places[first]
            return None
        wanted = {path: blob for path, blob in files.items() if self.picker.wanted(path)}
        picked = self.picker.picked(objects, wanted, lambda path: trees.blob(commit.tree, path))
        said = recorded(
            files, lambda path: self._content(objects, files[path]), lambda path: self._text(objects, files[path])
        )
        values = sorted((one.path, one.key) for one in picked.files)
        curves = {name: [[p.step, p.value] for p in points] for name, points in said.curves.items()}
        content = [values, said.params, said.metrics, curves, [one for one, _ in picked.left_out]]
        state = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
        is_empty = not (values or said.metrics or said.curves or picked.left_out)
        self._states[commit.id] = state
        if is_empty or state == self._states.get(first):
            self._places[commit.id] = self._places.get(first, "")
            return None
        self._places[commit.id] = commit.id
        self._kept[commit.id] = _Commit(commit, state, picked, said)
        return self._found(self._kept[commit.id])

    def _found(self, one: _Commit) -> Found:
        commit = one.commit
        facts = Facts(
            commit.id, commit.id[:10], message=commit.message[:MOST_NOTE_CHARACTERS], author=commit.author,
            saved_at_utc=commit.at_utc, params=one.recorded.params, metrics=one.recorded.metrics,
            curves=one.recorded.curves,
        )  # fmt: skip
        left = [LeftOut(facts.name, path, why) for path, why in (*one.picked.left_out, *one.recorded.problems)]
        digest = hashlib.sha256(f"{commit.id}\0{one.state}".encode()).hexdigest()
        values = tuple(self._names.of(tracked.path) for tracked in one.picked.files)
        return Found(facts, digest, values, tuple(left))

    def _content(self, objects: GitObjects, blob: str) -> Any:
        if blob not in self._parsed:
            self._parsed[blob] = dvc_files.parsed(self._text(objects, blob))
        return self._parsed[blob]

    @staticmethod
    def _text(objects: GitObjects, blob: str) -> bytes:
        if objects.size(blob) > MOST_RECORDED_BYTES:
            raise dvc_files.Malformed(f"it has more than {MOST_RECORDED_BYTES >> 20} MB")
        return objects.read(blob, "blob", MOST_RECORDED_BYTES)

    # -- labels

    @cached_property
    def _commits(self) -> list[GitCommit]:
        tips = history.tips(self.repository)
        with GitObjects(self.repository) as objects:
            return list(history.commits(self.repository, objects, tips)) if tips else []

    def _tags(self) -> dict[str, tuple[list[str], list[RegisteredAs]]]:
        """Return commit -> its tags, and the models that tags of GTO register there."""
        found: dict[str, tuple[list[str], list[RegisteredAs]]] = {}
        refs = history.refs(self.repository, "refs/tags")
        for ref in refs:
            name = ref.name.removeprefix("refs/tags/")
            if not gto.is_tag(name):
                found.setdefault(ref.commit, ([], []))[0].append(name)
        for commit, models in gto.registered(refs).items():
            found.setdefault(commit, ([], []))[1].extend(models)
        return found

    def _labelled(
        self, found: Found, commit: GitCommit, branches: Mapping[str, str],
        tags: Mapping[str, tuple[list[str], list[RegisteredAs]]],
    ) -> Found:  # fmt: skip
        """Return a version with its branch, parents, tags and models."""
        names, models = tags.get(commit.id, ([], []))
        facts = found.facts
        if found.own:
            known = {(gto.name(one.model), one.number) for one in facts.registered}
            more = [one for one in models if (one.model, one.number) not in known and not _is_number(one, facts)]
            names = [name for name in names if name != facts.name]
            facts = replace(
                facts, tags=tuple(sorted({*facts.tags, *names})), registered=(*facts.registered, *more)
            )  # fmt: skip
            return replace(found, facts=facts)
        parents = [self._places.get(parent, "") for parent in commit.parents]
        branch = branches.get(commit.id, "")
        facts = replace(
            facts, parents=tuple(dict.fromkeys(filter(None, parents))), branch=branch, tags=tuple(names),
            registered=tuple(models), git=GitState(commit.id, branch, dirty=False),
        )  # fmt: skip
        return replace(found, facts=facts)


def _is_number(one: RegisteredAs, facts: Facts) -> bool:
    """Return True for the registration under which an export has all versions, such as iris@v7.0.0."""
    return one.number == f"{facts.number}.0.0"
