"""One notebook: its variables, its cells, its store. Verbs, panels and outputs work on a session."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from nbmodelver import views
from nbmodelver.errors import NoStore
from nbmodelver.kernel import document
from nbmodelver.kernel.cells import CellLog
from nbmodelver.kernel.earlier import count_of
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
    """Shows answers as panels where the page can show them. `panels/outputs.py` does."""

    def panel_for(self, call: Call) -> Shown:
        """The answer of `%mv_panel`."""

    def result(self, call: Call, shown: Shown) -> Shown:
        """The answer of a verb: a panel where one says the same, else `shown`."""

    def offer(self, call: Call, plan: Plan) -> Shown | None:
        """Show the plan of a rollback with a button; None where that is not possible."""


class Session:
    """Binds a shell to a store, which is found or made when it is first needed.

    changed: called after variables, versions or refs have changed. opened: called with each store that is opened.
    reporting: where progress goes, set by a panel while it waits. live: the document as the page has it.
    """

    outputs: Outputs

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.values: dict[str, Any] = shell.user_ns
        self.namespace = Namespace(self.values, getattr(shell, "user_ns_hidden", {}))
        self.cells = CellLog(self.values, lambda: count_of(shell))
        self.changed: list[Callable[[], None]] = []
        self.opened: list[Callable[[Repo], None]] = []
        self.reporting: Progress | None = None
        self.live: document.LiveDocument | None = None
        self._repo: Repo | None = None

    # -- variables

    def names(self) -> list[str]:
        """The variables that the user made."""
        return self.namespace.names()

    def pick(self, names: Sequence[str]) -> dict[str, Any]:
        """The values of these names. Raises UnknownName with the nearest one."""
        return self.namespace.pick(names)

    def put_back(self, values: Mapping[str, Any], vanish: Iterable[str] = ()) -> None:
        """Bind `values` and unbind `vanish`, all of it or nothing."""
        self.namespace.put_back(values, vanish)

    def uninterrupted(self) -> AbstractContextManager[None]:
        """Within it, Ctrl-C waits for the end of the block."""
        return uninterrupted()

    # -- cells

    def committed(self) -> None:
        """The cells so far belong to a version."""
        self.cells.committed()

    def notes(self) -> list[str]:
        """What has to be said of the cells of the next version."""
        return [self.cells.note] if self.cells.note else []

    # -- the repo

    @property
    def folder(self) -> Path:
        """Where the notebook lies, or the working directory."""
        try:
            path = document.path_of(self.values)
            return path.parent if path is not None else Path.cwd()
        except FileNotFoundError as error:
            raise NoStore(
                "the kernel's working directory was removed", "go to one that exists: %cd FOLDER, or restart the kernel"
            ) from error

    def repo(self, *, create: bool = False) -> Repo:
        """The repo in use. create: create it beside the notebook if it is missing. Raises NoStore."""
        if self._repo is None or not self._still_there(self._repo):
            found, before = locate.find_store(self.folder), self._repo
            self._repo = open_repo(
                found or self.folder / locate.FOLDER if create else found or locate.require_store(self.folder),
                create=create,
            )
            self._works_for(self._repo)
            if before is not None:
                self._repo.history.go_on_from(before.history)
            for call in self.opened:
                call(self._repo)
        return self._repo

    def _works_for(self, repo: Repo) -> None:
        repo.work_for(self._place(repo))
        repo.beside = lambda: self.folder

    def _place(self, repo: Repo) -> str:
        """The path of the notebook relative to the store, "" if unknown. Read once: a rename keeps its undo."""
        path, root = document.path_of(self.values), repo.backend.local_path()
        return "" if path is None or root is None else locate.seen_from(path, root)

    def _still_there(self, repo: Repo) -> bool:
        root = repo.backend.local_path()
        return root is None or ((root / "format").is_file() and repo.history.is_of_this_store())

    def use(self, repo: Repo) -> None:
        """Work with this repo from now on."""
        self._repo = repo
        self._works_for(repo)
        for call in self.opened:
            call(repo)

    def progress(self) -> AbstractContextManager[Progress]:
        """A bar for work that takes longer than a second, or what a panel has put in its place."""
        return views.Bar(surface_for(self.shell)) if self.reporting is None else nullcontext(self.reporting)

    def notify(self) -> None:
        """Let everyone know that variables, versions or what points to them have changed."""
        for call in list(self.changed):
            call()

    def around(
        self, values: Iterable[str], session: bool | None = None, outputs: str = "", source: str | None = None
    ) -> CommitContext:
        """What this notebook knows beside the values."""
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
            notebook=document.latest(path, self.live),
            notebook_path=path.name if path is not None else self.live.name if self.live is not None else "",
        )
