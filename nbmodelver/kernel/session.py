"""`Session`: the variables, cells and store of one notebook. Verbs, panels and outputs use it."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from nbmodelver import views
from nbmodelver.errors import NoStore
from nbmodelver.kernel import document
from nbmodelver.kernel.cells import CellLog
from nbmodelver.kernel.earlier import count_of
from nbmodelver.kernel.file_reads import FileReads
from nbmodelver.kernel.namespace import Namespace, uninterrupted
from nbmodelver.kernel.surface import surface_for
from nbmodelver.repo import CommitContext, Repo, open_repo
from nbmodelver.repo.core import imports, locate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from nbmodelver.model import Plan, Progress
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


class Outputs(Protocol):
    """Shows answers. `panels/outputs.py` shows them as panels, `plain_outputs.py` as text and HTML."""

    def panel_for(self, call: Call) -> Shown:
        """Return the answer of `%mv_panel`."""

    def result(self, call: Call, shown: Shown) -> Shown:
        """Return the answer of a verb: a panel with the same content if there is one, else `shown`."""

    def offer(self, call: Call, plan: Plan) -> Shown | None:
        """Return the plan of a rollback with a button; None if buttons are not possible."""


class Session:
    """Connects a shell with a store, which is found or created at its first use.

    changed: callbacks after a change of variables, versions or refs. opened: callbacks for each store that is opened.
    reporting: the progress callback of a panel that waits, else None. live: the document in the page, if it was sent.
    """

    outputs: Outputs

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.values: dict[str, Any] = shell.user_ns
        self.namespace = Namespace(self.values, getattr(shell, "user_ns_hidden", {}))
        self.cells = CellLog(self.values, lambda: count_of(shell))
        self.files = FileReads(self.values)
        self.changed: list[Callable[[], None]] = []
        self.opened: list[Callable[[Repo], None]] = []
        self.reporting: Progress | None = None
        self.live: document.LiveDocument | None = None
        self._repo: Repo | None = None

    # -- variables

    def names(self) -> list[str]:
        """Return the names of the user's variables."""
        return self.namespace.names()

    def pick(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the values of these names. Raises UnknownName."""
        return self.namespace.pick(names)

    def put_back(self, values: Mapping[str, Any], vanish: Iterable[str] = ()) -> None:
        """Bind `values` and delete the names in `vanish`, without interruption."""
        self.namespace.put_back(values, vanish)

    def uninterrupted(self) -> AbstractContextManager[None]:
        """Return a context manager that delays an interrupt until the end of its block."""
        return uninterrupted()

    # -- cells

    def committed(self) -> None:
        """Clear the logs of cells and of the files that they read, after a commit."""
        self.cells.committed()
        self.files.committed()

    def notes(self) -> list[str]:
        """Return the notes about the cells of the next version."""
        return [self.cells.note] if self.cells.note else []

    # -- the repo

    @property
    def folder(self) -> Path:
        """The folder of the notebook, else the working directory. Raises NoStore if that was removed."""
        try:
            path = document.path_of(self.values)
            return path.parent if path is not None else Path.cwd()
        except FileNotFoundError as error:
            raise NoStore(
                "the kernel's working directory was removed", "change to another: %cd FOLDER, or restart the kernel"
            ) from error

    def repo(self, *, create: bool = False) -> Repo:
        """Return the repo of the notebook. create: create a store in the notebook's folder if there is none.

        The repo is opened again if its store was moved or replaced.
        Raises NoStore, StoreTooNew, StoreReadOnly, Damaged.
        """
        if self._repo is None or not self._still_there(self._repo):
            found, before = locate.find_store(self.folder), self._repo
            self._repo = open_repo(
                found or self.folder / locate.FOLDER if create else found or locate.require_store(self.folder),
                create=create,
            )
            self._connect(self._repo)
            if before is not None:
                self._repo.history.go_on_from(before.history)
            for call in self.opened:
                call(self._repo)
        return self._repo

    def _connect(self, repo: Repo) -> None:
        repo.work_for(self._path_in(repo))
        repo.notebook_folder = lambda: self.folder

    def _path_in(self, repo: Repo) -> str:
        """Return the path of the notebook relative to the store, "" if unknown.

        It is read once for each opened store, so a renamed notebook keeps its undo history in this kernel.
        """
        path, root = document.path_of(self.values), repo.backend.local_path()
        return "" if path is None or root is None else locate.seen_from(path, root)

    def _still_there(self, repo: Repo) -> bool:
        root = repo.backend.local_path()
        return root is None or ((root / "format").is_file() and repo.history.is_of_this_store())

    def use(self, repo: Repo) -> None:
        """Use this repo from now on."""
        self._repo = repo
        self._connect(repo)
        for call in self.opened:
            call(repo)

    def progress(self) -> AbstractContextManager[Progress]:
        """Return the progress callback of a waiting panel, else a bar that is shown for work of more than a second."""
        return views.Bar(surface_for(self.shell)) if self.reporting is None else nullcontext(self.reporting)

    def notify(self) -> None:
        """Call all callbacks in `changed`."""
        for call in list(self.changed):
            call()

    def around(
        self, values: Iterable[str], session: bool | None = None, outputs: str = "", source: str | None = None
    ) -> CommitContext:
        """Return the data of the notebook that a commit stores in addition to the values.

        values: the committed names. session: store random state and options; None: as the setting says. outputs,
        source: those of the running cell, for `%%mv_commit`. Raises NoStore, StoreError.
        """
        cells, assigned = self.cells.since_parent(outputs, source)
        path = document.path_of(self.values)
        keep_session = self.repo(create=True).settings["session"] if session is None else session
        kept = frozenset(values)
        return CommitContext(
            cells=cells,
            assigned=assigned,
            others=[n for n in self.namespace.names() if n not in kept],
            imports=imports.found(self.namespace.public()),
            session=bool(keep_session),
            read=self.files.since_parent(self.folder),
            notebook=document.latest(path, self.live),
            notebook_path=path.name if path is not None else self.live.name if self.live is not None else "",
        )
