"""`Repo`: one method for each use case of a store. The code of the use cases is in the sub-packages."""

from __future__ import annotations

import warnings
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from nbmodelver import kinds
from nbmodelver.catalogue.queries import Query
from nbmodelver.codecs import graph
from nbmodelver.errors import NotKept, UsageError
from nbmodelver.repo.commit.commit import Commit
from nbmodelver.repo.commit.options import CommitOptions, start
from nbmodelver.repo.core import locate
from nbmodelver.repo.core.event_check import check_events
from nbmodelver.repo.core.labels import as_names, require_number
from nbmodelver.repo.core.pending import Pending
from nbmodelver.repo.core.sizes import size_of
from nbmodelver.repo.hooks import commits as hooks
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
from nbmodelver.repo.notices import telling
from nbmodelver.repo.restore.restoring import RestoringStore
from nbmodelver.repo.restore.undo import UndoHistories
from nbmodelver.store import layout
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.ref_names import valid_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from nbmodelver.comparison.code.roles import Role
    from nbmodelver.model import (
        Backend,
        GcReport,
        Json,
        Kind,
        Problem,
        Progress,
        Version,
        VersionId,
    )
    from nbmodelver.repo.commit.context import CommitContext


def open_repo(path: str | Path | None = None, *, create: bool = False, trusted: bool = False) -> Repo:
    """Open the store at `path`, or the nearest one in the working directory or above it.

    path: the folder of a store (".nbmodelver") or the folder that contains it. create: create the store if it is
    missing. trusted: allow pickled values of imported versions to be loaded; values committed in this store may always
    be loaded.
    Raises NoStore if there is no store, StoreTooNew, StoreReadOnly, Damaged.
    """
    folder = locate.as_store(Path(path)) if path is not None else locate.find_store()
    if folder is None:
        folder = Path.cwd() / locate.FOLDER if create else locate.require_store()
    backend = LocalBackend(folder, create=create)
    if create:
        layout.create(backend)
    return Repo(backend, trusted=trusted)


class Repo(RestoringStore, InspectingStore):
    """The versions of one store, with one method for each use case.

    Several processes may use one store at the same time. Within a process, one thread may commit while others read.
    """

    def __init__(self, backend: Backend, *, trusted: bool = False) -> None:
        """Open an existing store. Raises NoStore, StoreTooNew, Damaged."""
        super().__init__(backend, trusted=trusted)
        self.journals = UndoHistories(self.refs)
        self.moves.on_event = partial(telling.of_event, self)

    def __repr__(self) -> str:
        head = self.history.head
        return f"<nbmodelver repo at {self.where}{f', {head.name}' if head else ''}>"

    def work_for(self, notebook: str) -> None:
        """Use HEAD and undo history of one notebook. notebook: its path relative to the store, "" if unknown."""
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
        """Store `values` as a new version, a child of the current one, and move HEAD to it.

        metrics: name -> number, or name -> (number, direction), such as {"fid": (12.0, "lower")}. A direction is needed
        if neither the name of the metric nor an earlier version implies it.
        params: name -> JSON value. tags: one tag or several. note: a longer text.
        roles: dataset -> "train", "validation" or "test", if neither the cells nor its name imply it.
        namespace: the globals of committed functions; the names that they use are committed too. Default: `values`.
        around: cells, imports and other data of the kernel. auto: the trigger of an automatic commit, "" for a user's.
        merged: the second parent of a merge. only_if_changed: return the current version instead of creating one if no
        value has changed. allow_secrets: names to store although their values look like secrets.
        most_mb: do not store larger values; None or 0: no limit.
        verify_load: decode every value once before the version is written; None: the setting of the same name.
        Values that are not stored are listed in `Version.skipped`; if `around` is None, each raises a NotKept warning.
        Raises NothingToCommit if no value can be stored, BadName for an invalid or existing tag, UsageError for an
        invalid argument, HookFailed if a hook of the policy stops it, StoreError. After an error no part of the version
        is visible, and the commit can be repeated.
        """
        options = CommitOptions(
            metrics=metrics, params=params, tags=tags, note=note, roles=roles, namespace=namespace, around=around,
            allow_secrets=allow_secrets, most_mb=most_mb, verify_load=verify_load,
        )  # fmt: skip
        started = start(self, values, message, options, auto=auto, merged=merged, only_if_changed=only_if_changed)
        act = hooks.before(self, values, started.labels)
        version = started.work.run(started.labels, started.context, progress, verify=started.verify)
        upkeep.after_commit(self, version)
        hooks.after(self, act, version)
        for skipped in version.skipped if around is None else ():
            where = f" at {skipped.path}" if skipped.path != skipped.name else ""
            warnings.warn(NotKept(f"{skipped.name} is not kept{where}: {skipped.reason}"), stacklevel=2)
        for note_on_modules in self.modules_of(version).notes if around is None else ():
            warnings.warn(NotKept(note_on_modules), stacklevel=2)
        return version

    def commit_later(
        self,
        values: Mapping[str, Any],
        message: str = "",
        *,
        on_done: Callable[[Version | BaseException], None] | None = None,
        told: Callable[[Version | BaseException], None] | None = None,
        **options: Unpack[CommitOptions],
    ) -> Pending:
        """Like `commit`, but return as soon as the values are read, and store them on another thread.

        on_done: called on that thread at the end, with the version or with the error. told: deprecated name of it.
        options: metrics, params, tags, note, roles, namespace, around, allow_secrets, most_mb and verify_load, as in
        `commit`.
        If a value is modified before it is stored, the commit fails with StoreError. A version therefore always holds
        the values of the moment of the call. The next call that changes the store waits for the commit.
        Raises the same errors as `commit` for its arguments.
        """
        if told is not None:
            text = "commit_later(told=...) is now on_done=...; 0.2 removes told"
            warnings.warn(text, DeprecationWarning, stacklevel=2)
        callback = on_done or told
        started = start(self, values, message, options)
        act = hooks.before(self, values, started.labels)
        store = started.work.later(started.labels, started.context, verify=started.verify)

        def finish() -> Version:
            version = store()
            upkeep.after_commit(self, version)
            hooks.after(self, act, version)
            return version

        self._pending = Pending(finish, callback or (lambda _result: None))
        return self._pending

    def would_keep(
        self, values: Mapping[str, Any], namespace: dict[str, Any], *, most_mb: float | None = None
    ) -> graph.Capture:
        """Return the groups that a commit would store. Stores nothing. Raises NothingToCommit."""
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
        """Return versions, newest first, that meet all conditions.

        where: an expression such as "metrics.acc > 0.9". text: part of a message, note, tag or name. auto: False
        excludes automatic commits. Raises UsageError for an invalid expression, Damaged.
        """
        query = Query(where=where or None, branch=branch, tag=tag, text=text, auto=auto, limit=limit)
        return self.page(query, limit=limit)[1]

    def best(self, versions: Sequence[Version], metric: str) -> list[Version]:
        """Return the versions that have a metric, best first. metric: a name, or a name and direction ("fid:lower").

        versions: newest first. Raises UsageError if no version has the metric or if its direction is unknown.
        """
        require_metric(metric, versions)
        return sorted_best(versions, metric, self.directions(versions))

    # -- kinds of values

    @staticmethod
    def kind_of(name: str, value: Any) -> Kind | None:
        """Return the kind of a value, by its type alone; None for private names and modules."""
        return kinds.classify(name, value)

    def digest_of(self, name: str, value: Any) -> str:
        """Return the digest that a value has if it is committed under this name; "" if it cannot be kept.

        Equal digests mean equal content. A value that was loaded can have another digest than when it was committed.
        """
        groups = graph.capture({name: value}, {name: value}).groups
        return self.group_store.original(self.group_store.identify(groups[0]).recipe, None) if len(groups) == 1 else ""

    @staticmethod
    def type_of(value: Any) -> str:
        """Return the name of a value's type, in the form that versions store."""
        return kinds.type_name(value)

    @staticmethod
    def is_metric(name: str, value: Any) -> bool:
        """Return True for a number with the name of a metric, such as "acc"."""
        return kinds.classify(name, value) == "metric"

    # -- branches, tags

    def tag(self, name: str, revision: str | Version = "HEAD", *, move: bool = False) -> Version:
        """Tag a version and return it. move: let the tag point here if it points to another version.

        Raises UnknownVersion, BadName for an invalid name or, without `move`, for an existing tag.
        """
        self.wait_for_pending()
        with self.exclusive_refs():  # Prevents another kernel from forgetting the version.
            version = self[revision] if isinstance(revision, str) else self.history.exact(revision.id)
            self.history.set_tag(name, version.id, move=move)
        return version

    def branch(self, name: str) -> Version:
        """Create a branch at the current version and return the version.

        Raises UsageError if there is no version yet or if the branch exists, BadName for an invalid name.
        """
        self.wait_for_pending()
        head = self.history.head
        if head is None:
            raise UsageError("a branch needs a version to start at", "create one: %mv_commit")
        branches = self.history.branches()
        if name in branches:
            raise UsageError(f"branch '{name}' already exists", f"switch to it: %mv_switch {name}")
        name = valid_name(name, branches)
        self.history.create_branch(name, head.id)
        return head

    # -- maintenance

    def size_bytes(self) -> int:
        """Return the total size of all packs and records, in bytes."""
        return size_of(self.backend)

    def stats(self) -> Stats:
        """Return the disk usage by name, kind and version. Reads no values. Raises Damaged."""
        with self.parts.hold_files_if_writable():
            return stats(self)

    def verify(
        self, *, full: bool = False, sample: float | None = None, progress: Progress | None = None
    ) -> list[Problem]:
        """Check the store and return the problems, [] if there are none.

        full: read every byte. sample: without `full`, read this percentage of the parts. Raises UsageError.
        """
        if sample is not None:
            require_number("sample", sample, 0, 100)
        problems = self.reachability.problems(full=full, sample=sample, progress=progress)
        return [*problems, *check_events(self).problems]

    def gc(self, *, dry_run: bool = False, grace_s: float = 3600) -> GcReport:
        """Delete the parts that no version needs, then merge small files.

        grace_s: keep packs younger than this many seconds, and versions that were forgotten less than that ago.
        dry_run: change nothing and report the bytes that would be freed. The figure is exact (`GcReport.exact`) unless
        gc would rewrite more data than fits into memory.
        Raises Damaged if a version cannot be read, StoreReadOnly, UsageError.
        """
        require_number("grace_s", grace_s, 0)
        self.wait_for_pending()
        if dry_run:
            with self.parts.hold_files_if_writable():
                return gc_tried(self, grace_s)
        return gc(self, grace_s)

    def upgrade(self) -> bool:
        """Upgrade a store of an older format, which older releases then cannot open. Returns False if it is current."""
        return layout.upgrade(self.backend)

    def backup(self, folder: str | Path, *, full: bool = False, progress: Progress | None = None) -> BackedUp:
        """Copy new files of the store to another folder, which is then a complete store.

        Copies are checked, an interrupted backup continues, and commits may run meanwhile. full: also check the files
        that were copied before. Raises UsageError if the folder contains anything else, StoreError.
        """
        return backup(self, Path(folder), full=full, progress=progress)

    def repair(self, *, dry_run: bool = True) -> Repair:
        """Move damaged files to the quarantine of the store and restore everything in them that is still readable.

        dry_run (the default): only report the changes and the losses. A repair deletes nothing and does not touch
        intact files. After an interruption the next repair continues. Raises StoreError.
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
        """Remove versions from the history: the given ones, or those that no rule of `keep` keeps.

        The next gc frees their bytes; until then `take_back` restores them. HEAD, branch tips and tagged versions are
        kept unless they are given in `revisions` and `force` is True. dry_run: change nothing and report the bytes that
        gc would free. Raises UsageError, UnknownVersion, StoreError; then nothing is forgotten.
        """
        if keep is not None and not isinstance(keep, Retention):
            raise UsageError(f"keep is a {type(keep).__name__}", "write keep=Retention(last=10), from nbmodelver.repo")
        self.wait_for_pending()
        return forget(self, as_names("revisions", revisions), keep or Retention(), force=force, dry_run=dry_run)

    def take_back(self, revisions: str | Sequence[str]) -> tuple[Version, ...]:
        """Restore forgotten versions and return them. revisions: numbers ("v5") or ids.

        Raises UsageError if none is given, UnknownVersion if gc has already removed their data.
        """
        self.wait_for_pending()
        return take_back(self, as_names("revisions", revisions))

    def purge(self, names: str | Sequence[str], *, dry_run: bool = False) -> Purged:
        """Remove variables from every version and all their bytes from the store. Cannot be undone.

        Versions that contained them, and their descendants, get new ids; numbers, tags and branches stay the same.
        Raises UnknownName, UsageError if a name shares objects with a name that cannot be stored alone, StoreError.
        """
        self.wait_for_pending()
        layout.check(self.backend, for_writing=True)
        return purge(self, as_names("names", names), dry_run=dry_run)
