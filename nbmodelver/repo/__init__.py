"""The use cases: the one place where codecs, kinds, store and catalogue meet. Works in a script without IPython."""

from __future__ import annotations

import warnings
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver import kinds
from nbmodelver.catalogue.index import Index
from nbmodelver.catalogue.queries import Query
from nbmodelver.catalogue.records import Records
from nbmodelver.catalogue.revisions import resolve
from nbmodelver.codecs import graph
from nbmodelver.codecs import session as session_state
from nbmodelver.errors import (
    Damaged,
    InUse,
    LoadedDifferently,
    NeedsTrust,
    NoStore,
    NotKept,
    NotLoadable,
    StoreError,
    UnknownName,
    UsageError,
)
from nbmodelver.model import Cell, Diff, GcReport, Group, ObjectId, Plan, Problem, Version, VersionId
from nbmodelver.repo import directions, places, profiles, upkeep
from nbmodelver.repo import merge as merging
from nbmodelver.repo import modules as of_project
from nbmodelver.repo.background import Pending
from nbmodelver.repo.backup import BackedUp, backup
from nbmodelver.repo.commit import Commit, Surroundings
from nbmodelver.repo.companions import bring_companions, names_needed
from nbmodelver.repo.diff import Differ
from nbmodelver.repo.documents import Documents
from nbmodelver.repo.forget import Forgetting, forget, take_back
from nbmodelver.repo.freed import gc_tried, size_of
from nbmodelver.repo.history import History
from nbmodelver.repo.labels import Labels, demand_names, demand_number, labels, several
from nbmodelver.repo.libraries import Releases, sentences
from nbmodelver.repo.nearest import nearest
from nbmodelver.repo.needs import Needs
from nbmodelver.repo.project import Project
from nbmodelver.repo.purge import Purged, purge
from nbmodelver.repo.repair import Repair, repair
from nbmodelver.repo.retention import Retention, demand_metric, sorted_best
from nbmodelver.repo.rollback import DefinitionLoader, Rollback
from nbmodelver.repo.secrets import Searcher
from nbmodelver.repo.sessions import Session
from nbmodelver.repo.settings import Settings
from nbmodelver.repo.stats import Stats, stats
from nbmodelver.repo.surroundings import differences, distributions, environment
from nbmodelver.repo.trust import Trust, strangers
from nbmodelver.repo.undo import NOTHING, Journals, Replaced
from nbmodelver.repo.vault import Vault
from nbmodelver.store import layout
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.parts import PartStore
from nbmodelver.store.ref_names import valid_name
from nbmodelver.store.refs import Refs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from nbmodelver.model import Backend, Direction, Json, Kind, Profile, Progress

__all__ = ["Labels", "Query", "Repo", "Retention", "Surroundings", "open_repo"]


def open_repo(path: str | Path | None = None, *, create: bool = False, trusted: bool = False) -> Repo:
    """The repo at `path`, or the one found from the working directory up.

    path: a store's folder (".nbmodelver") or the folder that holds one. create: make it when it is missing.
    trusted: pickled values of versions that came from elsewhere may be loaded; those made here always may.
    Raises NoStore, StoreTooNew, StoreReadOnly.
    """
    folder = places.as_store(Path(path)) if path is not None else places.find()
    if folder is None:
        folder = Path.cwd() / places.FOLDER if create else places.demand()
    backend = LocalBackend(folder, create=create)
    if create:
        layout.create(backend)
    return Repo(backend, trusted=trusted)


class Repo:
    """Versions in one store.

    Safe for several processes at once; in one process, for one thread that commits and any number that read.
    """

    def __init__(self, backend: Backend, *, trusted: bool = False) -> None:
        """backend: an existing store. Raises NoStore, StoreTooNew, Damaged."""
        layout.check(backend, for_writing=False)
        self.backend = backend
        self.trusted = trusted
        self.parts = PartStore(backend)
        self.vault = Vault(self.parts)
        self.documents = Documents(self.parts)
        self.refs = Refs(backend)
        self.history = History(Records(backend), self.refs)
        self.index = Index(backend, self.history.records)
        self.settings = Settings(self.refs)
        with suppress(Damaged):  # A damaged settings file keeps nobody from reading; a commit names it.
            self.parts.watch_pages(bool(self.settings["watch_pages"]))
        self.journals = Journals(self.refs)
        self.trust = Trust()
        self._pending: Pending | None = None
        self.beside: Callable[[], Path] | None = None
        """Gives the folder of the notebook that works with this store; None in a script."""

    def __repr__(self) -> str:
        head = self.history.head
        return f"<nbmodelver repo at {self.where}{f', {head.name}' if head else ''}>"

    @property
    def where(self) -> str:
        """The store's place, for messages."""
        return self.backend.where

    def work_for(self, notebook: str) -> None:
        """HEAD and undo of this notebook from now on: its path as the store sees it, "" when nobody told."""
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
        namespace: dict[str, Any] | None = None,
        around: Surroundings | None = None,
        auto: str = "",
        merged: VersionId | None = None,
        only_if_changed: bool = False,
        partial: bool = False,
        allow_secrets: Collection[str] = (),
        most_mb: float | None = None,
        verify_load: bool | None = None,
        progress: Progress | None = None,
    ) -> Version:
        """Keep `values` as a new version on top of the present one, and stand there.

        metrics: name to number, or to a number and its direction, {"fid": (12.0, "lower")}, where its name does not
        say it and no version before does. namespace: where kept functions find their globals; the names that they use
        come along. Default: `values`.
        partial: has no effect any more: what shares objects with a value that cannot be kept is always kept.
        verify_load: decode everything once before the version counts (default: the setting of that name).
        only_if_changed: give the present version, and make none, when every name is as it is there.
        allow_secrets: names to keep although they look like secrets; others that do are in `skipped`.
        most_mb: larger values are in `skipped`; None or 0: none is too large.
        A value that cannot be kept is in `skipped`; without `around`, NotKept is warned of it. Raises NothingToCommit,
        BadName, StoreError; then nothing is visible, and the same commit may be tried again.
        """
        told = labels(message, note, metrics, params, tags, auto=auto, merged=merged, only_if_changed=only_if_changed)
        work = self._begun(values, namespace, allow_secrets, most_mb, told)
        version = work.run(told, around or Surroundings(), progress, verify=self._verifies(verify_load))
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
        namespace: dict[str, Any] | None = None,
        around: Surroundings | None = None,
        partial: bool = False,
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
        said = labels(message, note, metrics, params, tags)
        work = self._begun(values, namespace, allow_secrets, most_mb, said)
        store = work.later(said, around or Surroundings(), verify=self._verifies(verify_load))

        def finished() -> Version:
            version = store()
            upkeep.after_commit(self, version)
            return version

        self._pending = Pending(finished, told)
        return self._pending

    def settle(self) -> None:
        """Wait for a commit in the background, however it ends."""
        if self._pending is not None:
            self._pending.wait()
            self._pending = None

    @property
    def pending(self) -> Pending | None:
        """The commit in the background, while there is one."""
        return self._pending if self._pending is not None and not self._pending.done else None

    def _begun(
        self,
        values: Mapping[str, Any],
        namespace: dict[str, Any] | None,
        allow_secrets: Collection[str],
        most_mb: float | None,
        told: Labels,
    ) -> Commit:
        demand_names(values)
        self.settle()
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

    def __getitem__(self, revision: str | Version) -> Version:
        """The version that "v3", "HEAD~2", a tag, a branch, an id's start or "@{yesterday}" names, or itself."""
        if isinstance(revision, Version):
            return revision
        if not isinstance(revision, str):
            raise UsageError(f"a {type(revision).__name__} names no version", "write 'v7', 'HEAD~2', a tag or a branch")
        return resolve(revision, self.history)

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

    def page(self, query: Query | None = None, offset: int = 0, limit: int | None = 50) -> tuple[int, list[Version]]:
        """How many versions fit, and `limit` of them from `offset` on, newest first; only these are read.

        query: what they must be; None for every version, which needs no index. Raises UsageError, Damaged.
        """
        if query is None or not query.asks:
            ids = self.history.records.newest()
            end = None if limit is None else offset + limit
            return self.history.records.count(), [self.history.version(v) for v in islice(ids, offset, end)]
        tags, notes = self.history.tags_by_version(), self.history.notes()
        total, found = self.index.page(query, tags, offset, limit, notes)
        return total, [self.history.version(v) for v in found]

    def cells(self, version: str | Version) -> list[Cell]:
        """The cells that ran between the parent and this version."""
        return self.documents.cells(self[version])

    def environment(self, version: str | Version) -> dict[str, Json]:
        """Python, platform and packages of a version."""
        return self.documents.environment(self[version])

    def notebook(self, version: str | Version) -> bytes | None:
        """The notebook document as it was, as JSON bytes, or None."""
        return self.documents.notebook(self[version])

    def modules(self, version: str | Version) -> dict[str, str]:
        """The modules of the notebook's project as a version holds them: path in the project -> source."""
        found = self.modules_of(self[version])
        return {path: of_project.text(source) for path, source in found.files.items()}

    def modules_of(self, version: Version) -> of_project.Modules:
        """The same with the names of the modules, as bytes, and with notes."""
        return of_project.read(self.vault, version)

    @property
    def project(self) -> Project:
        """The folder whose modules belong to versions: the store's, or the notebook's where that lies elsewhere."""
        root = getattr(self.backend, "root", None)
        return Project(None if root is None else Path(root), None if self.beside is None else self.beside())

    def modules_then(self, version: Version, *, comes: bool = False) -> of_project.Then | None:
        """The modules of a version against those of the project now; None when it holds none."""
        try:
            found = self.modules_of(version)
            return of_project.Then(version, found, self.project, comes=comes) if found.files else None
        except (Damaged, NoStore, OSError):  # The working directory may be gone. What is read are the values.
            return None

    def write_modules(self, revision: str | Version, *, trusted: bool = False) -> of_project.Written:
        """Write the modules of a version that are missing here; those that differ go into a folder beside the store.

        Nothing is ever replaced. trusted: also those of a version from elsewhere that is not trusted.
        Raises NeedsTrust, NotLoadable where a link or a file is in the way, StoreError.
        """
        version = self[revision]
        then = self.modules_then(version)
        if then is None:
            return of_project.Written()
        if not (trusted or self.trusts(version)):
            raise NeedsTrust(
                f"the modules of {version.name} came from elsewhere: {of_project.some(list(then.modules.files))}",
                f"read them with %mv_show {version.name}; then %mv_trust {version.name}",
            )
        try:
            return of_project.write(then)
        except OSError as error:
            raise StoreError(
                f"the modules of {version.name} cannot be written below {then.project.folder}: {error.strerror}",
                f"read them: repo.modules({version.name!r})",
            ) from error

    def best(self, versions: Sequence[Version], metric: str) -> list[Version]:
        """Those of `versions` (newest first) that have the metric, best first. metric: a name, or "fid:lower".

        Raises UsageError where no version has it, or nothing says its direction.
        """
        demand_metric(metric, versions)
        return sorted_best(versions, metric, self.directions(versions))

    def directions(self, versions: Sequence[Version]) -> dict[str, Direction]:
        """Which way each metric of the versions is better, as they say it, or the store, or the metric's name."""
        return directions.directions(self.history, [m for v in versions for m in v.metrics], versions)

    # -- the way back

    def rollback(
        self,
        revision: str | Version,
        live: dict[str, Any],
        *,
        names: str | Sequence[str] = (),
        only_missing: bool = False,
        prefix: str = "",
        trusted: bool | None = None,
        came: Sequence[str] = (),
        own: Collection[str] | None = None,
        replaced: Replaced = NOTHING,
        session: bool | None = None,
        with_modules: bool = False,
    ) -> Rollback:
        """A rollback to be planned and loaded; nothing is touched. live: the notebook's namespace.

        came: names beside those of the present version that go when the target does not know them. own: the user's
        names in `live`; default: all public ones. replaced: what the jump that is taken back took out of the notebook.
        with_modules: missing modules of the version will be there for the load (write_modules).
        session: whether random state and options come back; default: as the settings say, with everything only. Raises
        NotLoadable when they are asked for and the version was made without them.
        """
        self.settle()
        version = self[revision]
        head = self.history.head
        wanted = several("names", names)
        groups = [version.group_of(name) for name in wanted if name in version.kept]
        whole = not (wanted or only_missing or prefix)
        default = whole and bool(self.settings["restore_session"])
        then = self._session_state(version, replaced, asked=bool(session))
        return Rollback(
            self.vault,
            version,
            live,
            names=wanted,
            session=Session(version.name, then, restores=default if session is None else session, asked=session)
            if whole or session
            else Session(version.name, then, restores=False, asked=False),
            needed=self._needed(version, groups, prefix),
            tracked=(*(head.kept if head else ()), *came),
            only_missing=only_missing,
            prefix=prefix,
            trusted=self.trusts(version) if trusted is None else trusted,
            restricted=bool(self.origins(version)),
            own=own,
            allowed_secrets=lambda: self.secrets_in_head(live),
            replaced=replaced,
            modules=self.modules_then(version, comes=with_modules),
        )

    def _needed(self, version: Version, groups: Sequence[Group], prefix: str) -> Collection[str]:
        """Names that code in these groups refers to; of a whole version only where it came from elsewhere."""
        if prefix:
            return ()
        return names_needed(self.vault, version, groups) if groups else self.imports_needed(version)

    def imports_needed(self, version: Version) -> dict[str, str]:
        """What loading a version that came from elsewhere imports for its code: name -> module or "module:name"."""
        if not version.imports or not self.origins(version):
            return {}
        needed = names_needed(self.vault, version, version.groups)
        return {name: where for name, where in version.imports.items() if name in needed}

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

    def saves_first(self, rollback: Rollback) -> bool:
        """True when the notebook holds something that a rollback would replace or leave behind, and no version has."""
        if rollback.stays and rollback.idle:
            return False
        if self.endangered(rollback):
            return True
        head = self.history.head
        if head is None or (rollback.prefix and not rollback.replaced):
            return False
        present = Rollback(self.vault, head, rollback.namespace, beside=rollback)
        changed = {n for g in present.groups for n in g.names if n in rollback.namespace}
        return bool(changed - {s.name for s in (*present.live.capture.skipped, *rollback.unsaved)})

    def endangered(self, rollback: Rollback) -> tuple[str, ...]:
        """Live names that a rollback replaces or removes, and that the present version does not hold but could."""
        head, unsaved = self.history.head, {s.name for s in rollback.unsaved}
        known = head.kept.keys() if head is not None else ()
        return tuple(n for n in rollback.replaced if n not in known and n not in unsaved)

    def planned(self, rollback: Rollback, *, saves_first: bool) -> Plan:
        """The plan of a rollback, with what differs in the environment."""
        used = frozenset(c.partition(".")[0].partition(":")[0] for g in rollback.version.groups for c in g.classes)
        roots = frozenset(kept.type.partition(".")[0].lower() for kept in rollback.version.kept.values())
        then, now = self.environment(rollback.version), environment()
        rollback.releases = Releases(then, now)
        said = differences(then, now, used | roots | distributions(used | roots))
        return rollback.plan(said, saves_first=saves_first)

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
        values, said = self.loaded(self[revision], several("names", names), namespace=namespace, progress=progress)
        for sentence in said:
            warnings.warn(LoadedDifferently(sentence), stacklevel=2)
        return values

    def loaded(
        self,
        version: Version,
        wanted: Sequence[str] = (),
        *,
        namespace: dict[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> tuple[dict[str, Any], list[str]]:
        """The same without a warning: the values, and what is not as it was, as sentences."""
        scope: dict[str, Any] = {"__name__": "__main__"} if namespace is None else namespace
        trusted, restricted = self.trusts(version), bool(self.origins(version))
        rollback = Rollback(
            self.vault,
            version,
            dict(scope),
            names=wanted,
            trusted=trusted,
            restricted=restricted,
            modules=self.modules_then(version),
        )
        rollback.namespace = scope
        groups = rollback.wanted
        if any(group.pickled for group in groups):
            rollback.releases = self._releases(version)
        loading = DefinitionLoader(rollback)
        loader = loading.loader
        values = self.vault.load(groups, loader, progress)
        bring_companions(loading, values)
        if namespace is None:
            scope.update(values)
        releases = rollback.releases or Releases({}, {})
        made_with = [found for group in groups for found in releases.made_with(group, version.kept)]
        return {n: v for n, v in values.items() if not wanted or n in wanted}, sentences([*made_with, *loader.told])

    def _releases(self, version: Version) -> Releases:
        try:
            return Releases(self.environment(version), environment())
        except Damaged:  # What is read are the values.
            return Releases({}, {})

    def session(self, version: Version) -> dict[str, Any] | None:
        """The session part (random state and the like), or None."""
        if version.session is None:
            return None
        group = Group(("session",), version.session, 0)
        loaded = self.vault.load([group], graph.Loader({}, _no_definition, trusted=False))
        state: dict[str, Any] = loaded["session"]
        return state

    def is_dirty(self, live: dict[str, Any], beside: Rollback | None = None) -> bool:
        """True when a name of the present version is live and differs from it, or from what it shared.

        beside: a rollback that was planned just now, which has looked at the live values already.
        """
        head = self.history.head
        if head is None:
            return False
        return any(n in live for g in Rollback(self.vault, head, live, beside=beside).groups for n in g.names)

    def secrets_in_head(self, live: Mapping[str, Any]) -> frozenset[str]:
        """Live names that look like secrets and that the present version holds as they are: the user allowed them."""
        head, search = self.history.head, Searcher()
        found = [n for n in (head.kept if head else ()) if n in live and search.in_value(n, live[n]) is not None]
        return frozenset(found) - frozenset(self.changed_names(dict(live))) if found else frozenset()

    def changed_names(self, live: dict[str, Any]) -> tuple[str, ...]:
        """Names of the present version that are live and not as they are there."""
        head = self.history.head
        if head is None:
            return ()
        changed = Rollback(self.vault, head, live).changed
        return tuple(n for n in head.kept if n in changed)

    @staticmethod
    def restore_session(state: dict[str, Any]) -> None:
        """Put random state, options and working directory back."""
        session_state.restore(state)

    def _session_state(self, version: Version, replaced: Replaced, *, asked: bool) -> dict[str, Any] | None:
        """The session part for a rollback: from the memory of undo, or the version, if the version was made here."""
        if replaced.session is not None:
            return replaced.session
        state = None if self.origins(version) and not asked else self.session(version)
        if state is None and asked:
            raise NotLoadable(f"{version.name} was made without the session's state", "leave out --session")
        return state

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

    # -- trust

    def trusts(self, version: Version) -> bool:
        """True when pickled values of this version may be loaded: it was made here, or the user said so."""
        return self.trusted or all(self.trust.has(origin) for origin in self.origins(version))

    def origins(self, version: Version) -> tuple[str, ...]:
        """Where a version's pickles may come from other than from here; () for one's own."""
        imported = self.refs.get(f"origin/{version.id}")
        found = [imported] if imported is not None else []
        root = getattr(self.backend, "root", None)
        if isinstance(root, Path) and strangers(root):
            found.append(f"store:{root}")
        return tuple(found)

    # -- comparison

    def diff(self, before: str | Version, after: str | Version, names: str | Sequence[str] = ()) -> Diff:
        """Two versions, section by section."""
        names = several("names", names)
        a = self[before]
        b = self[after]
        for name in names:
            if name not in a.kept and name not in b.kept:
                known = [*a.kept, *b.kept]
                raise UnknownName(f"neither {a.name} nor {b.name} has '{name}'", nearest(name, known))
        contributed = partial(profiles.sections, self)
        return Differ(self._cells_on_the_way, self.environment, contributed, self.directions, self.modules).diff(
            a, b, names
        )

    def _cells_on_the_way(self, before: Version, after: Version) -> tuple[list[Cell], list[Cell]]:
        """The cells that ran from the common ancestor to each side."""
        base = merging.common_ancestor(before, after, self.history.version)
        return self._cells_between(base, before), self._cells_between(base, after)

    def _cells_between(self, base: Version | None, version: Version) -> list[Cell]:
        path = []
        at: Version | None = version
        while at is not None and (base is None or at.id != base.id):
            path.append(at)
            at = self.history.version(at.parents[0]) if at.parents else None
        return [cell for step in reversed(path) for cell in self.cells(step)]

    def profile(self, version: Version, name: str) -> Profile:
        """What a value of a version is: shape, schema, statistics; parameters. Computed once per content."""
        return profiles.profile(self, version, name)

    # -- branches, tags

    def tag(self, name: str, revision: str | Version = "HEAD", *, move: bool = False) -> Version:
        """Tag a version."""
        self.settle()
        with self.alone():  # Nobody forgets the version meanwhile.
            version = self[revision] if isinstance(revision, str) else self.history.exact(revision.id)
            self.history.set_tag(name, version.id, move=move)
        return version

    def branch(self, name: str) -> Version:
        """Start a branch at the present version. Raises UsageError before the first version, or if it exists."""
        self.settle()
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
        self.settle()
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

    @property
    def needs(self) -> Needs:
        """Which parts the versions need."""
        return Needs(self.history, self.vault)

    def verify(
        self, *, full: bool = False, sample: float | None = None, progress: Progress | None = None
    ) -> list[Problem]:
        """What is wrong with the store, [] when all is well. full: every byte; sample: percent of the parts."""
        if sample is not None:
            demand_number("sample", sample, 0, 100)
        return self.needs.problems(full=full, sample=sample, progress=progress)

    def live_parts(self, grace_s: float = 0) -> set[ObjectId]:
        """Every part that some version needs. Raises Damaged at the first version that cannot be read.

        grace_s: versions forgotten less than this many seconds ago count as well.
        """
        return self.needs.all() | self.needs.of_forgotten(grace_s)

    def gc(self, *, dry_run: bool = False, grace_s: float = 3600) -> GcReport:
        """Remove what no version needs; then make many small files few.

        What is younger than `grace_s` seconds stays: packs, and all of versions that were forgotten since.
        dry_run: only say what would go, to the byte where it is no more than can be tried out in memory.
        """
        demand_number("grace_s", grace_s, 0)
        self.settle()
        if dry_run:
            with self.parts.hold_files_if_writable():
                return gc_tried(self, grace_s)
        report = self.collect(dry_run=False, grace_s=grace_s)
        with suppress(InUse):  # Another program has a file open: the next gc goes on.
            upkeep.bury(self, grace_s)
            upkeep.everything(self)
        return report

    def collect(self, *, dry_run: bool, grace_s: float) -> GcReport:
        """The part of gc that removes. dry_run: estimate it."""
        empty = not self.history.records.ids()
        return self.parts.collect(lambda: self.live_parts(grace_s), dry_run=dry_run, grace_s=grace_s, allow_empty=empty)

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
        self.settle()
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
        self.settle()
        return forget(self, several("revisions", revisions), keep or Retention(), force=force, dry_run=dry_run)

    def take_back(self, revisions: str | Sequence[str]) -> tuple[Version, ...]:
        """Bring forgotten versions ("v5") back. Raises UnknownVersion once gc has removed what they held."""
        self.settle()
        return take_back(self, several("revisions", revisions))

    def purge(self, names: str | Sequence[str], *, dry_run: bool = False) -> Purged:
        """Take variables out of every version, and every byte of them out of the store. Cannot be undone.

        Versions that held them, and their descendants, get new ids; numbers, tags and branches stay.
        Raises UnknownName, UsageError (a name shares objects with one that cannot be stored alone), StoreError.
        """
        self.settle()
        layout.check(self.backend, for_writing=True)
        return purge(self, several("names", names), dry_run=dry_run)

    def forget_cached(self) -> None:
        """Drop everything remembered about records: they were replaced. Where this kernel stands is its own."""
        self.history = self.history.anew(Records(self.backend))
        self.index.clear()
        self.index = Index(self.backend, self.history.records)
        self.vault = Vault(self.parts)
        self.documents = Documents(self.parts)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the store's lock: for a few refs to be moved together."""
        with self.backend.lock("refs"):
            yield

    def import_record(self, version: Version, origin: str) -> Version:
        """Add a version that came from elsewhere, whose parts are stored. It keeps its content, not its number."""
        from dataclasses import replace

        self.settle()
        with self.backend.lock("refs"):
            own = replace(version, number=self.history.next_number(), parents=(), id=VersionId(""))
            version_id = self.history.records.write(own)
            self.refs.move(f"origin/{version_id}", self.refs.get(f"origin/{version_id}"), origin)
        return self.history.version(version_id)


def _no_definition(key: str) -> Any:
    raise NotLoadable(f"the session cannot hold the definition '{key}'")
