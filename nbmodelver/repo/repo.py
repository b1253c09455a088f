"""One store as its users see it: every use case by one method. The work is in the rooms."""

from __future__ import annotations

import warnings
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver import kinds
from nbmodelver.catalogue.queries import Query
from nbmodelver.codecs import graph
from nbmodelver.codecs import session as session_state
from nbmodelver.errors import (
    LoadedDifferently,
    NotKept,
    UsageError,
)
from nbmodelver.repo.commit.commit import Commit
from nbmodelver.repo.commit.context import CommitContext
from nbmodelver.repo.core import locate
from nbmodelver.repo.core.labels import Labels, as_names, labels, require_names, require_number, require_roles
from nbmodelver.repo.core.pending import Pending
from nbmodelver.repo.core.sizes import size_of
from nbmodelver.repo.inspect.inspecting import InspectingStore
from nbmodelver.repo.inspect.stats import Stats, stats
from nbmodelver.repo.maintain import upkeep
from nbmodelver.repo.maintain.backup import BackedUp, backup
from nbmodelver.repo.maintain.forget import Forgetting, forget, take_back
from nbmodelver.repo.maintain.gc import gc
from nbmodelver.repo.maintain.gc_preview import gc_tried
from nbmodelver.repo.maintain.purge import Purged, purge
from nbmodelver.repo.maintain.repair import Repair, repair
from nbmodelver.repo.maintain.retention import Retention, require_metric, sorted_best
from nbmodelver.repo.restore import merge as merging
from nbmodelver.repo.restore.restoring import RestoringStore
from nbmodelver.repo.restore.undo import UndoHistories
from nbmodelver.store import layout
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.ref_names import valid_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from nbmodelver.comparison.roles import Role
    from nbmodelver.model import (
        Backend,
        GcReport,
        Json,
        Kind,
        Plan,
        Problem,
        Progress,
        Version,
        VersionId,
    )


def open_repo(path: str | Path | None = None, *, create: bool = False, trusted: bool = False) -> Repo:
    """The repo at `path`, or the one found from the working directory up.

    path: a store's folder (".nbmodelver") or the folder that holds one. create: make it when it is missing.
    trusted: pickled values of versions that came from elsewhere may be loaded; those made here always may.
    Raises NoStore, StoreTooNew, StoreReadOnly.
    """
    folder = locate.as_store(Path(path)) if path is not None else locate.find_store()
    if folder is None:
        folder = Path.cwd() / locate.FOLDER if create else locate.require_store()
    backend = LocalBackend(folder, create=create)
    if create:
        layout.create(backend)
    return Repo(backend, trusted=trusted)


class Repo(RestoringStore, InspectingStore):
    """Versions in one store: every use case by one method.

    Safe for several processes at once; in one process, for one thread that commits and any number that read.
    """

    def __init__(self, backend: Backend, *, trusted: bool = False) -> None:
        """backend: an existing store. Raises NoStore, StoreTooNew, Damaged."""
        super().__init__(backend, trusted=trusted)
        self.journals = UndoHistories(self.refs)

    def __repr__(self) -> str:
        head = self.history.head
        return f"<nbmodelver repo at {self.where}{f', {head.name}' if head else ''}>"

    def work_for(self, notebook: str) -> None:
        """Use HEAD and undo of this notebook from now on. notebook: its path relative to the store; "" if unknown."""
        self.journals.notebook = self.history.notebook = notebook

    # -- commit

    def commit(
        self,
        values: Mapping[str, Any],
        message: str = "",
        *,
        metrics: Mapping[str, float | tuple[float, str]] | None = None,
        params: Mapping[str, Json] | None = None,
        tags: str | Sequence[str] = (),
        note: str = "",
        roles: Mapping[str, Role] | None = None,
        namespace: dict[str, Any] | None = None,
        around: CommitContext | None = None,
        auto: str = "",
        merged: VersionId | None = None,
        only_if_changed: bool = False,
        allow_secrets: Collection[str] = (),
        most_mb: float | None = None,
        verify_load: bool | None = None,
        progress: Progress | None = None,
    ) -> Version:
        """Keep `values` as a new version on top of the present one, and stand there.

        metrics: name to number, or to a number and its direction, {"fid": (12.0, "lower")}, where its name does not
        say it and no version before does. roles: what datasets are used for, {"X_tr": "train"}, where neither code nor
        name says it. namespace: where kept functions find their globals; the names that they use
        come along. Default: `values`.
        verify_load: decode everything once before the version counts (default: the setting of that name).
        only_if_changed: give the present version, and make none, when every name is as it is there.
        allow_secrets: names to keep although they look like secrets; others that do are in `skipped`.
        most_mb: larger values are in `skipped`; None or 0: none is too large.
        A value that cannot be kept is in `skipped`; without `around`, NotKept is warned of it. Raises NothingToCommit,
        BadName, StoreError; then nothing is visible, and the same commit may be tried again.
        """
        more = {"auto": auto, "merged": merged, "only_if_changed": only_if_changed, "roles": require_roles(roles)}
        told = labels(message, note, metrics, params, tags, **more)
        work = self._begun(values, namespace, allow_secrets, most_mb, told)
        version = work.run(told, around or CommitContext(), progress, verify=self._verifies(verify_load))
        upkeep.after_commit(self, version)
        for skipped in version.skipped if around is None else ():
            where = f" at {skipped.path}" if skipped.path != skipped.name else ""
            warnings.warn(NotKept(f"{skipped.name} is not kept{where}: {skipped.reason}"), stacklevel=2)
        for said in self.modules_of(version).notes if around is None else ():
            warnings.warn(NotKept(said), stacklevel=2)
        return version

    def commit_later(
        self,
        values: Mapping[str, Any],
        message: str = "",
        *,
        metrics: Mapping[str, float | tuple[float, str]] | None = None,
        params: Mapping[str, Json] | None = None,
        tags: str | Sequence[str] = (),
        note: str = "",
        roles: Mapping[str, Role] | None = None,
        namespace: dict[str, Any] | None = None,
        around: CommitContext | None = None,
        allow_secrets: Collection[str] = (),
        most_mb: float | None = None,
        verify_load: bool | None = None,
        told: Callable[[Version | BaseException], None] = lambda _found: None,
    ) -> Pending:
        """`commit` that returns when the values are read, and stores them on a thread of its own.

        A value that is written before it is stored makes the commit fail (StoreError); so a version always holds what
        the values were at this moment. told: called on that thread with the version, or with the error.
        The next commit, rollback or anything else that changes the store waits for it.
        """
        said = labels(message, note, metrics, params, tags, roles=require_roles(roles))
        work = self._begun(values, namespace, allow_secrets, most_mb, said)
        store = work.later(said, around or CommitContext(), verify=self._verifies(verify_load))

        def finished() -> Version:
            version = store()
            upkeep.after_commit(self, version)
            return version

        self._pending = Pending(finished, told)
        return self._pending

    def _begun(
        self,
        values: Mapping[str, Any],
        namespace: dict[str, Any] | None,
        allow_secrets: Collection[str],
        most_mb: float | None,
        told: Labels,
    ) -> Commit:
        require_names(values)
        self.wait_for_pending()
        layout.check(self.backend, for_writing=True)
        self.parts.watch_pages(bool(self.settings["watch_pages"]))
        self.history.check_tags(told.tags)
        return Commit(self, values, namespace, allow_secrets=allow_secrets, most_mb=most_mb)

    def _verifies(self, asked: bool | None) -> bool:
        return bool(self.settings["verify_load"] if asked is None else asked)

    def would_keep(
        self, values: Mapping[str, Any], namespace: dict[str, Any], *, most_mb: float | None = None
    ) -> graph.Capture:
        """What a commit would encode; nothing is stored."""
        return Commit(self, values, namespace, most_mb=most_mb).capture()

    # -- history

    def log(
        self,
        where: str = "",
        *,
        limit: int | None = None,
        branch: str | None = None,
        tag: str | None = None,
        text: str | None = None,
        auto: bool = True,
    ) -> list[Version]:
        """Versions, newest first. where: a condition like "metrics.acc > 0.9". auto: with those made by itself."""
        query = Query(where=where or None, branch=branch, tag=tag, text=text, auto=auto, limit=limit)
        return self.page(query, limit=limit)[1]

    def best(self, versions: Sequence[Version], metric: str) -> list[Version]:
        """Those of `versions` (newest first) that have the metric, best first. metric: a name, or "fid:lower".

        Raises UsageError where no version has it, or nothing says its direction.
        """
        require_metric(metric, versions)
        return sorted_best(versions, metric, self.directions(versions))

    # -- the way back

    def plan(
        self,
        revision: str | Version,
        live: dict[str, Any] | None = None,
        *,
        names: str | Sequence[str] = (),
        **how: Any,
    ) -> Plan:
        """What a rollback would do. how: only_missing, prefix, own."""
        rollback = self.rollback(revision, {} if live is None else live, names=names, **how)
        return self.planned(rollback, saves_first=live is not None and self.saves_first(rollback))

    def load(
        self,
        revision: str | Version,
        names: str | Sequence[str] | None = None,
        *,
        namespace: dict[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """The values of a version by name.

        namespace: becomes the globals of restored functions; default: a new one. Names and imports that these
        functions use, and that are missing in it, are added to it.
        Warns LoadedDifferently of each that the libraries here do not bring back as it was.
        Raises UnknownVersion, UnknownName, NeedsTrust, NotLoadable, Damaged.
        """
        values, said = self.loaded(self[revision], as_names("names", names), namespace=namespace, progress=progress)
        for sentence in said:
            warnings.warn(LoadedDifferently(sentence), stacklevel=2)
        return values

    @staticmethod
    def restore_session(state: dict[str, Any]) -> None:
        """Put random state, options and working directory back."""
        session_state.restore(state)

    # -- what values are

    @staticmethod
    def kind_of(name: str, value: Any) -> Kind | None:
        """The kind of a value, by its type alone; None for private names and modules."""
        return kinds.classify(name, value)

    @staticmethod
    def type_of(value: Any) -> str:
        """The name of a value's type, as a version says it."""
        return kinds.type_name(value)

    @staticmethod
    def is_metric(name: str, value: Any) -> bool:
        """True for a number whose name is that of a metric."""
        return kinds.classify(name, value) == "metric"

    # -- branches, tags

    def tag(self, name: str, revision: str | Version = "HEAD", *, move: bool = False) -> Version:
        """Tag a version."""
        self.wait_for_pending()
        with self.exclusive_refs():  # Nobody forgets the version meanwhile.
            version = self[revision] if isinstance(revision, str) else self.history.exact(revision.id)
            self.history.set_tag(name, version.id, move=move)
        return version

    def branch(self, name: str) -> Version:
        """Start a branch at the present version. Raises UsageError before the first version, or if it exists."""
        self.wait_for_pending()
        head = self.history.head
        if head is None:
            raise UsageError("a branch needs a version to start at", "make one: %mv_commit")
        branches = self.history.branches()
        if name in branches:
            raise UsageError(f"there is a branch '{name}' already", f"go there: %mv_switch {name}")
        name = valid_name(name, branches)
        self.history.set_branch(name, head.id)
        return head

    def merge_plan(self, revision: str | Version, choices: Mapping[str, str] | None = None) -> merging.MergePlan:
        """What merging a version into the present one takes, removes, and cannot decide."""
        self.wait_for_pending()
        head = self.history.head
        if head is None:
            raise UsageError("a merge needs a version to merge into", "make one: %mv_commit")
        theirs = self[revision]
        return merging.plan_merge(head, theirs, self.history.version, choices or {})

    # -- keeping house

    def size_bytes(self) -> int:
        """Bytes of all packs and records."""
        return size_of(self.backend)

    def stats(self) -> Stats:
        """What takes the room: by name, kind and version; no data is read. Raises Damaged."""
        with self.parts.hold_files_if_writable():
            return stats(self)

    def verify(
        self, *, full: bool = False, sample: float | None = None, progress: Progress | None = None
    ) -> list[Problem]:
        """What is wrong with the store, [] when all is well. full: every byte; sample: percent of the parts."""
        if sample is not None:
            require_number("sample", sample, 0, 100)
        return self.reachability.problems(full=full, sample=sample, progress=progress)

    def gc(self, *, dry_run: bool = False, grace_s: float = 3600) -> GcReport:
        """Remove what no version needs; then make many small files few.

        What is younger than `grace_s` seconds stays: packs, and all of versions that were forgotten since.
        dry_run: only say what would go, to the byte where it is no more than can be tried out in memory.
        """
        require_number("grace_s", grace_s, 0)
        self.wait_for_pending()
        if dry_run:
            with self.parts.hold_files_if_writable():
                return gc_tried(self, grace_s)
        return gc(self, grace_s)

    def upgrade(self) -> bool:
        """Raise a store of an older format to the present one, which older nbmodelver refuse; False when it has it."""
        return layout.upgrade(self.backend)

    def backup(self, folder: str | Path, *, full: bool = False, progress: Progress | None = None) -> BackedUp:
        """Copy what is new to another folder, a store itself; checked, resumed after a kill, safe beside commits.

        full: also check what was copied before. Raises UsageError for a folder that holds something else.
        """
        return backup(self, Path(folder), full=full, progress=progress)

    def repair(self, *, dry_run: bool = True) -> Repair:
        """Move what is damaged to the store's quarantine, and bring back all that can still be read.

        dry_run: only say what would be done and what is lost; the default. Nothing is ever deleted, and what is whole
        is not touched. Killed anywhere, the next one goes on. Raises StoreError.
        """
        self.wait_for_pending()
        with self.parts.hold_files_if_writable() if dry_run else nullcontext():
            done = repair(self, dry_run=dry_run)
        if not dry_run:
            self.forget_cached()
        return done

    def forget(
        self,
        revisions: str | Sequence[str] = (),
        *,
        keep: Retention | None = None,
        force: bool = False,
        dry_run: bool = False,
    ) -> Forgetting:
        """Let versions vanish: those named, or those that no rule of `keep` keeps. Their bytes go with the next gc.

        HEAD, branch tips and tagged versions stay, unless named and forced. dry_run: with what gc would free.
        Raises UsageError, UnknownVersion, StoreError; then nothing is forgotten.
        """
        if keep is not None and not isinstance(keep, Retention):
            raise UsageError(f"keep is a {type(keep).__name__}", "write keep=Retention(last=10), from nbmodelver.repo")
        self.wait_for_pending()
        return forget(self, as_names("revisions", revisions), keep or Retention(), force=force, dry_run=dry_run)

    def take_back(self, revisions: str | Sequence[str]) -> tuple[Version, ...]:
        """Bring forgotten versions ("v5") back. Raises UnknownVersion once gc has removed what they held."""
        self.wait_for_pending()
        return take_back(self, as_names("revisions", revisions))

    def purge(self, names: str | Sequence[str], *, dry_run: bool = False) -> Purged:
        """Take variables out of every version, and every byte of them out of the store. Cannot be undone.

        Versions that held them, and their descendants, get new ids; numbers, tags and branches stay.
        Raises UnknownName, UsageError (a name shares objects with one that cannot be stored alone), StoreError.
        """
        self.wait_for_pending()
        layout.check(self.backend, for_writing=True)
        return purge(self, as_names("names", names), dry_run=dry_run)
