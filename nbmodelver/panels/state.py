"""Cached state of one store and of the live variables for panels. It is read again when it may have changed."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from nbmodelver.actions import remotes
from nbmodelver.errors import NbmodelverError, NoStore
from nbmodelver.kernel import document
from nbmodelver.panels import entries
from nbmodelver.panels.labels import PanelLabels, labels_of
from nbmodelver.release import __version__
from nbmodelver.repo.core import directions
from nbmodelver.repo.core.environment import author
from nbmodelver.repo.inspect.timeline import Timeline

if TYPE_CHECKING:
    from nbmodelver.kernel.notebook import Notebook
    from nbmodelver.panels.entries import Message
    from nbmodelver.repo import Repo

PROTOCOL = 1
"""Increased when a page or a kernel of the previous release would misread the messages of the other."""
CHEAP_S = 0.004
"""A faster comparison runs after each cell."""
BEARABLE_S = 0.3
"""A faster comparison runs in the background after each cell."""

BYTES_A_SECOND = 1e9
MANY = 1000
"""With more versions, the first state does not wait until all of them are read."""


class PanelState:
    """The state of one notebook as panels show it."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self._lock = threading.RLock()
        self._timeline: Timeline | None = None
        self._labels: PanelLabels | None = None
        self._labels_stamp: tuple[object, ...] = ()
        self._stored: Message | None = None
        self._stamp: tuple[object, ...] = ()
        self._compare_s: float | None = None
        self._has_compared = False
        self.is_whole = True
        """False while the state lacks what needs all versions, such as names of metrics; the background reads them."""
        self.uncommitted: list[Message] | None = None

    # -- the store

    def timeline(self) -> Timeline:
        """The versions in order. Raises NoStore."""
        repo = self.notebook.repo()
        if self._timeline is None or self._timeline.store is not repo:
            self._timeline = Timeline(repo)
        return self._timeline

    @property
    def is_read(self) -> bool:
        """True after the store was read or found missing, so that `stored` returns at once."""
        return self._stored is not None

    @property
    def has_store(self) -> bool:
        """True if the store exists."""
        return self._repo() is not None

    @property
    def labels(self) -> PanelLabels:
        """The current tags, branches and notes; versions are not read."""
        repo = self._repo()
        if repo is None:
            return PanelLabels()
        with self._lock:
            stamp = _stamp(repo)
            if self._labels is None or len(stamp) < 2 or stamp != self._labels_stamp:
                self._labels, self._labels_stamp = labels_of(repo), stamp
            return self._labels

    def stored(self, *, refresh: bool = False) -> Message:
        """The part of the state that is in the store. refresh: read again; else only if another kernel moved a ref."""
        with self._lock:
            try:
                repo = self.notebook.repo()
            except NoStore:
                self._stored, self._stamp = {**_NOTHING, "notebook": self._notebook_name()}, ()
                return self._stored
            stamp = _stamp(repo)
            if refresh:
                self._labels = None
            if self._stored is None or refresh or stamp != self._stamp:
                self._stored, self._stamp = self._read(repo), stamp
            return self._stored

    def _read(self, repo: Repo) -> Message:
        with repo.history.appearing:  # A commit on another thread is visible completely or not at all.
            labels, count = self.labels, repo.history.records.count()
            head, branch = repo.history.head, repo.history.branch
        timeline = self.timeline()
        self.is_whole = timeline.is_read or count <= MANY
        rows = timeline.rows() if self.is_whole else []
        journal = repo.journals.read()
        metrics = sorted({m for row in rows for m in row["metrics"]})
        return {
            "protocol": PROTOCOL,
            "release": __version__,
            "store": repo.where,
            "notebook": self._notebook_name(),
            "branch": branch,
            "branches": dict(labels.branches),
            "tags": dict(labels.tags),
            "head": None if head is None else entries.entry(head, labels),
            "versions": count,
            "stored_bytes": sum(row["new_bytes"] for row in rows),
            "undo": self._name(repo, journal.undo.before if journal.undo else None),
            "redo": self._name(repo, journal.redo.after if journal.redo else None),
            "metrics": metrics,
            "directions": directions.directions(repo.history, metrics),
            "params": sorted({p for row in rows for p in row["params"]}),
            "settings": repo.settings.all(),
            **_team(repo),
        }

    def _repo(self) -> Repo | None:
        try:
            return self.notebook.repo()
        except NoStore:
            return None

    def _name(self, repo: Repo, version: Any) -> str | None:
        try:
            return None if version is None else repo.history.version(version).name
        except NbmodelverError:
            return None

    def _notebook_name(self) -> str:
        path = document.path_of(self.notebook.values)
        live = self.notebook.live
        return path.name if path is not None else live.name if live is not None else ""

    # -- the live variables

    def compare(self) -> list[Message] | None:
        """Compare the live variables with the current version. Returns None if a cell ran meanwhile."""
        notebook, began_s = self.notebook, time.perf_counter()
        before = notebook.cells.started
        try:
            every = notebook.differences(self._repo())
            found = entries.changes(c for c in every if c.effect != "lost")  # These cannot be committed.
        except (RuntimeError, KeyError):  # A cell changed a container during the comparison.
            found = None
        if self._has_compared:  # The first comparison includes imports and is not representative.
            self._compare_s = time.perf_counter() - began_s
        self._has_compared = True
        settled = not notebook.cells.busy and notebook.cells.started == before
        self.uncommitted = found if settled else None
        return self.uncommitted

    @property
    def is_cheap(self) -> bool:
        """True if a comparison takes a few milliseconds, so that it can run after each cell."""
        return self._expected_s() <= CHEAP_S

    @property
    def is_bearable(self) -> bool:
        """True if a comparison can run in the background after each cell; a longer one runs only on request."""
        return self._expected_s() <= BEARABLE_S

    def _expected_s(self) -> float:
        """Expected seconds of a comparison: of the last one, else by the bytes of the current version."""
        if self._compare_s is not None:
            return self._compare_s
        head = (self._stored or {}).get("head")
        return 0.0 if head is None else head["raw_bytes"] / BYTES_A_SECOND + 1e-4 * len(head["names"])


_NOTHING: Message = {
    "protocol": PROTOCOL, "release": __version__, "store": None, "notebook": "", "branch": "main", "branches": {},
    "tags": {}, "head": None, "versions": 0, "stored_bytes": 0, "undo": None, "redo": None, "metrics": [],
    "directions": {}, "params": [],
    "settings": {},
}  # fmt: skip


def _team(repo: Repo) -> Message:
    """The part of the state that only a store with a remote has: how it stands to it, and who commits here."""
    try:
        found = remotes.summary(repo)
    except NbmodelverError:  # A damaged copy of a remote must not hide the store.
        return {}
    return {} if found is None else {"remote": asdict(found), "author": author()}


def _stamp(repo: Repo) -> tuple[object, ...]:
    """A value that changes when any process moves a ref of the store. Costs one stat."""
    root = repo.backend.local_path()
    if root is None:
        return (repo,)
    try:
        return repo, (root / "refs").stat().st_mtime_ns
    except OSError:
        return (repo,)
