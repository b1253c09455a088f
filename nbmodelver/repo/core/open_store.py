"""An open store: its parts, records, refs and settings, which `repo.py` passes to every use case."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, Never

from nbmodelver.catalogue.events.log import EventLog
from nbmodelver.catalogue.index import Index
from nbmodelver.catalogue.origins import Origins
from nbmodelver.catalogue.records import Records
from nbmodelver.catalogue.revisions import resolve
from nbmodelver.codecs import graph
from nbmodelver.errors import Damaged, NoStore, NotLoadable, UsageError
from nbmodelver.model import Group, Version
from nbmodelver.repo.core import modules as project_modules
from nbmodelver.repo.core.directions import directions
from nbmodelver.repo.core.documents import Documents
from nbmodelver.repo.core.group_store import GroupStore
from nbmodelver.repo.core.history import History
from nbmodelver.repo.core.hook_rules import RulesInForce
from nbmodelver.repo.core.identity import Identities
from nbmodelver.repo.core.moves import Moves
from nbmodelver.repo.core.project import Project
from nbmodelver.repo.core.reachability import Reachability
from nbmodelver.repo.core.remote_parts import RemotePartsOf
from nbmodelver.repo.core.settings import Settings
from nbmodelver.repo.core.trust import Trust, strangers
from nbmodelver.store import layout
from nbmodelver.store.parts import PartStore
from nbmodelver.store.refs import Refs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from nbmodelver.catalogue.queries import Query
    from nbmodelver.model import Backend, Cell, Direction, GcReport, Json, ObjectId, Progress
    from nbmodelver.repo.core.pending import Pending


class OpenStore:
    """The parts, records, refs and settings of one store.

    Several processes may use one store at the same time. Within a process, one thread may commit while others read.
    """

    def __init__(self, backend: Backend, *, trusted: bool = False) -> None:
        """Open an existing store. Raises NoStore, StoreTooNew, Damaged."""
        layout.check(backend, for_writing=False)
        self.backend = backend
        self.trusted = trusted
        self.parts = PartStore(backend)
        self.group_store = GroupStore(self.parts)
        self.documents = Documents(self.parts)
        self.refs = Refs(backend)
        self.settings = Settings(self.refs)
        self.parts.read_from(RemotePartsOf(self, self.refs))
        self.moves = Moves(backend, self.refs, EventLog(backend), Identities(), self.settings)
        self.history = History(Records(backend), self.refs, self.moves)
        self.moves.has_version = self.history.records.exists
        with suppress(Damaged):  # The event log may be damaged; moves report it.
            self.moves.finish()
        self.hook_rules = RulesInForce(self.refs, self.moves)
        self.index = Index(backend, self.history.records)
        with suppress(Damaged):  # A damaged settings file does not prevent reading; a commit reports it.
            self.parts.watch_pages(bool(self.settings["watch_pages"]))
        self.trust = Trust()
        self.fetched_from = Origins(backend)
        self._pending: Pending | None = None
        self.notebook_folder: Callable[[], Path] | None = None
        """Returns the folder of the notebook that uses this store; None in a script."""

    @property
    def where(self) -> str:
        """The path or address of the store, for messages."""
        return self.backend.where

    @property
    def pending(self) -> Pending | None:
        """The commit that runs in the background, or None."""
        return self._pending if self._pending is not None and not self._pending.done else None

    def wait_for_pending(self) -> None:
        """Wait until the commit in the background has ended. Its error is raised by `Pending.result`, not here."""
        if self._pending is not None:
            self._pending.wait()
            self._pending = None

    def forget_cached(self) -> None:
        """Drop all caches, after records were replaced. HEAD of this kernel stays the same."""
        self.history = self.history.reopened(Records(self.backend))
        self.index.clear()
        self.index = Index(self.backend, self.history.records)
        self.group_store = GroupStore(self.parts)
        self.documents = Documents(self.parts)

    @contextmanager
    def exclusive_refs(self) -> Iterator[None]:
        """Hold the lock of the refs, to move several of them in one step. Raises StoreReadOnly, StoreError."""
        with self.backend.lock("refs"):
            yield

    # -- versions

    def __getitem__(self, revision: str | Version) -> Version:
        """Return the version of a revision: "v3", "HEAD~2", a tag, a branch, the start of an id or "@{yesterday}".

        A `Version` is returned as it is. Raises UnknownVersion, UsageError for another type, Damaged.
        """
        if isinstance(revision, Version):
            return revision
        if not isinstance(revision, str):
            raise UsageError(
                f"a revision is a text, not a {type(revision).__name__}", "write 'v7', 'HEAD~2', a tag or a branch"
            )
        return resolve(revision, self.history)

    def page(self, query: Query | None = None, offset: int = 0, limit: int | None = 50) -> tuple[int, list[Version]]:
        """Return the number of matching versions, and those from `offset` to `offset + limit`, newest first.

        Reads only the records of the returned versions. query: None matches every version and needs no index.
        limit: None for no limit. Raises UsageError for an invalid query, Damaged.
        """
        if query is None or not query.asks:
            ids = self.history.records.newest()
            end = None if limit is None else offset + limit
            return self.history.records.count(), [self.history.version(v) for v in islice(ids, offset, end)]
        tags, notes = self.history.tags_by_version(), self.history.notes()
        total, found = self.index.page(query, tags, offset, limit, notes)
        return total, [self.history.version(v) for v in found]

    def cells(self, version: str | Version) -> list[Cell]:
        """Return the cells that ran between the parent and this version. Raises Damaged."""
        return self.documents.cells(self[version])

    def environment(self, version: str | Version) -> dict[str, Json]:
        """Return Python version, platform and packages of a version. Raises Damaged."""
        return self.documents.environment(self[version])

    def notebook(self, version: str | Version) -> bytes | None:
        """Return the notebook document of a version as JSON bytes, or None. Raises Damaged."""
        return self.documents.notebook(self[version])

    def session(self, version: Version) -> dict[str, Any] | None:
        """Return random state, options and working directory of a version, or None. Raises Damaged, NotLoadable."""
        if version.session is None:
            return None
        group = Group(("session",), version.session, 0)
        loaded = self.group_store.load([group], graph.Loader({}, _no_definition, trusted=False))
        state: dict[str, Any] = loaded["session"]
        return state

    def directions(self, versions: Sequence[Version]) -> dict[str, Direction]:
        """Return the direction of each metric of the versions: from the versions, other versions, or its name."""
        return directions(self.history, [m for v in versions for m in v.metrics], versions)

    # -- columns of tables

    def loaded_columns(self, version: Version, name: str, columns: Collection[str]) -> Any:
        """Return a table of a version with some of its columns, without reading the parts of the others.

        Returns None if that is not possible: load the whole value then. Only plain data is read, so it runs no code of
        the store and needs no trust. Columns that are unknown are missing in the result. Raises Damaged, NotLoadable.
        """
        group = self._group_of(version, name)
        return None if group is None else self.group_store.load_columns(group, columns)

    def column_parts(self, version: Version, name: str) -> tuple[str, dict[str, tuple[ObjectId, ...]]] | None:
        """Return how a table is stored; see `GroupStore.column_parts`. None if not by columns. Raises Damaged."""
        group = self._group_of(version, name)
        return None if group is None else self.group_store.column_parts(group)

    def _group_of(self, version: Version, name: str) -> Group | None:
        return next((g for g in version.groups if g.names == (name,) and not g.pickled), None)

    # -- modules of the project

    def modules(self, version: str | Version) -> dict[str, str]:
        """Return the modules of the notebook's project in a version: path in the project -> source."""
        found = self.modules_of(self[version])
        return {path: project_modules.text(source) for path, source in found.files.items()}

    def modules_of(self, version: Version) -> project_modules.Modules:
        """Return the modules of a version with names, sources as bytes, and notes. Raises Damaged."""
        return project_modules.read(self.group_store, version)

    @property
    def project(self) -> Project:
        """The folder whose modules belong to versions: that of the store, or that of a notebook outside it."""
        return Project(self.backend.local_path(), None if self.notebook_folder is None else self.notebook_folder())

    def modules_then(self, version: Version, *, will_write: bool = False) -> project_modules.ModuleComparison | None:
        """Return the comparison of a version's modules with the project; None if the version has no modules.

        will_write: missing modules will be written before the load.
        """
        try:
            found = self.modules_of(version)
            return (
                project_modules.ModuleComparison(version, found, self.project, will_write=will_write)
                if found.files
                else None
            )
        except (Damaged, NoStore, OSError):  # The working directory may be gone. Values can be loaded without modules.
            return None

    # -- trust

    def trusts(self, version: Version) -> bool:
        """Return True if pickled values of this version may be loaded: it was committed here, or the user trusts it."""
        return self.trusted or all(self.trust.has(origin) for origin in self.origins(version))

    def origins(self, version: Version) -> tuple[str, ...]:
        """Return the foreign origins of a version's pickles, () for the user's own version. See trust.py."""
        imported = self.refs.get(f"origin/{version.id}") or self.fetched_from.of(version.id)
        found = [imported] if imported is not None else []
        root = self.backend.local_path()
        if root is not None and strangers(root):
            found.append(f"store:{root}")
        return tuple(found)

    # -- reachable parts

    @property
    def reachability(self) -> Reachability:
        """The parts that the versions need."""
        return Reachability(self.history, self.group_store)

    def live_parts(self, grace_s: float = 0) -> set[ObjectId]:
        """Return every part that a version needs. Raises Damaged at the first version that cannot be read.

        grace_s: include versions that were forgotten less than this many seconds ago.
        """
        return self.reachability.all() | self.reachability.of_forgotten(grace_s)

    def collect(self, *, dry_run: bool, grace_s: float) -> GcReport:
        """Delete the parts that no version needs. dry_run: only estimate the freed bytes. Raises Damaged, InUse."""
        empty = not self.history.records.ids()
        return self.parts.collect(lambda: self.live_parts(grace_s), dry_run=dry_run, grace_s=grace_s, allow_empty=empty)


class LoadingStore(OpenStore, ABC):
    """An open store that can load values. `restore/` implements it, the other sub-packages use it."""

    @abstractmethod
    def loaded(
        self,
        version: Version,
        names: Sequence[str] = (),
        *,
        namespace: dict[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> tuple[dict[str, Any], list[str]]:
        """Load values of a version, without a warning.

        names: load only these; () for all. namespace: the globals of restored functions; None: a new dict.
        Returns the values by name, and a sentence for each difference from the stored value.
        Raises UnknownName, NeedsTrust, NotLoadable, Damaged.
        """


def _no_definition(key: str) -> Never:
    raise NotLoadable(f"the session cannot hold the definition '{key}'")
