"""`Notebook`: runs every verb in one notebook. The magics and the Python functions call it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver import answers, views
from nbmodelver.kernel.answer_display import AnswerDisplay
from nbmodelver.kernel.committing import CommitVerbs
from nbmodelver.kernel.plain_outputs import PlainOutputs
from nbmodelver.kernel.restore import RestoreVerbs
from nbmodelver.kernel.session import Session
from nbmodelver.model import Change
from nbmodelver.repo import Repo
from nbmodelver.verbs import Call, find, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nbmodelver.views import Shown


_READ_ONLY = frozenset(
    {"status", "log", "show", "diff", "compare", "bisect", "why", "probe", "best", "history", "blame", "panel", "stats"}
)
"""Verbs that do not wait for a commit in the background."""


class Notebook(Session):
    """A session with every verb."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.outputs = PlainOutputs(self)  # The panels replace it if the page can show them.
        self.answer_display = AnswerDisplay(self)
        self.commits = CommitVerbs(self, self.answer_display.warn_of)
        self.restores = RestoreVerbs(self)

    # -- dispatch

    def run(self, name: str, line: str | Sequence[str], cell: str | None = None) -> Shown | None:
        """Run a verb as the user wrote it, and return the answer; None if the user asked for help, which is printed.

        name: of the verb. line: the text after it, or words. cell: the cell below a cell magic. Raises UsageError and
        the errors of the verb.
        """
        verb = find(name)
        call = parse(verb, line)
        if call.wants_help:
            from nbmodelver.verbs import help_text

            print(help_text(verb))
            return None
        return self.answer(call, cell)

    def answer(self, call: Call, cell: str | None = None) -> Shown:
        """Run a parsed call and return the answer. cell: as in `run`. Raises the errors of the verb."""
        own: dict[str, Callable[[Call], Shown]] = {
            "init": self.init, "commit": self.commits.run, "auto": self.commits.set_auto, "status": self.status,
            "rollback": self.restores.rollback, "undo": self.restores.undo, "redo": self.restores.redo,
            "switch": self.restores.switch, "merge": self.restores.merge, "cherry": self.restores.cherry,
            "panel": self.outputs.panel_for,
        }  # fmt: skip
        name = call.verb.name
        if self._repo is not None and name not in _READ_ONLY:
            self._repo.wait_for_pending()
        if cell is not None and name == "commit":
            return self.commits.commit_cell(call, cell)
        if name in own:
            return own[name](call)
        with self.progress() as progress:
            if cell is not None:
                return answers.bisect(self.repo(), call, progress, cell)
            shown = answers.ANSWERS[name](self.repo(create=name in ("import", "config")), call, progress)
        if name in ("tag", "note", "branch", "import", "config", "gc", "forget", "repair", "purge"):
            self.notify()
        return self.outputs.result(call, shown)

    # -- commit

    def init(self, call: Call) -> Shown:
        """Run `%mv_init`."""
        repo, shown = answers.init(call["path"], self.folder)
        self.use(repo)
        self.notify()
        return shown

    # -- status

    def status(self, _call: Call) -> Shown:
        """Run `%mv_status`."""
        repo = self.repo()
        notes = ["a commit is being stored in the background"] if repo.pending else []
        head = repo.history.head
        modules = repo.modules_then(head) if head is not None else None
        notes += list(modules.notes(None)) if modules is not None else []
        changes = tuple(self.differences(repo))
        return views.status(
            answers.state_of(repo, live=True, auto=self.commits.auto, changes=changes, notes=tuple(notes))
        )

    def differences(self, repo: Repo | None) -> Iterable[Change]:
        """Yield the differences of the live variables from the current version. repo: None if there is no store yet."""
        head = repo.history.head if repo is not None else None
        changed = set(repo.changed_names(self.values)) if repo is not None and head is not None else set()
        ignored = repo.settings.ignored if repo is not None else frozenset()
        for name, kept in (head.kept if head else {}).items():
            if name not in self.values:
                yield Change(name, "vanishes", kept.kind, kept.type, kept.size_bytes)
            elif name in changed:
                yield Change(name, "changes", kept.kind, kept.type, kept.size_bytes)
        skipped = {s.name: s for s in head.skipped} if head else {}
        others = frozenset(head.others) if head else frozenset()
        for name, value in self.namespace.state(ignored).items():
            if head is not None and name in head.kept:
                continue
            kind, type_name = Repo.kind_of(name, value) or "other", Repo.type_of(value)
            if name in skipped:
                yield Change(name, "lost", kind, type_name, reason=skipped[name].reason)
            else:
                reason = f"not part of {head.name}" if head is not None and name in others else ""
                yield Change(name, "appears", kind, type_name, reason=reason)
