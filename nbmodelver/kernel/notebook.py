"""`Notebook`: runs every verb in one notebook. The magics and the Python functions call it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver import answers, views
from nbmodelver.actions.rerun import is_bundle
from nbmodelver.answers import monitor, schedule
from nbmodelver.errors import UsageError
from nbmodelver.kernel.answer_display import AnswerDisplay
from nbmodelver.kernel.committing import CellFailed, CommitVerbs
from nbmodelver.kernel.idle_tasks import IdleTasks
from nbmodelver.kernel.output import run_check
from nbmodelver.kernel.plain_outputs import PlainOutputs
from nbmodelver.kernel.restore import RestoreVerbs
from nbmodelver.kernel.session import Session
from nbmodelver.model import Change
from nbmodelver.registry import checks, lifecycle, tracing
from nbmodelver.repo import Repo
from nbmodelver.verbs import Call, find, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nbmodelver.views import Shown


_READ_ONLY = frozenset(
    {
        "status", "log", "show", "diff", "compare", "bisect", "why", "probe", "best", "history", "blame", "panel",
        "stats", "models", "trace", "lineage", "audit", "rerun",
    }
)  # fmt: skip
"""Verbs that do not wait for a commit in the background."""


_CHANGES_REFS = frozenset(
    {
        "tag", "note", "branch", "import", "config", "gc", "forget", "repair", "purge", "register", "promote",
        "approve", "deprecate", "archive", "deploy", "policy", "ci", "remote", "push", "fetch",
    }
)  # fmt: skip
"""Verbs after which panels read the store again."""


class Notebook(Session):
    """A session with every verb."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.outputs = PlainOutputs(self)  # The panels replace it if the page can show them.
        self.answer_display = AnswerDisplay(self)
        self.commits = CommitVerbs(self, self.answer_display.warn_of)
        self.restores = RestoreVerbs(self)
        self.idle_tasks = IdleTasks(self.cells)

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
        if cell is not None:  # It is code of the user, whose files are noted.
            return self._answer(call, cell)
        with self.files.paused():
            return self._answer(call)

    def _answer(self, call: Call, cell: str | None = None) -> Shown:
        own: dict[str, Callable[[Call], Shown]] = {
            "init": self.init, "commit": self.commits.run, "auto": self.commits.set_auto, "status": self.status,
            "rollback": self.restores.rollback, "undo": self.restores.undo, "redo": self.restores.redo,
            "switch": self.restores.switch, "merge": self.restores.merge, "cherry": self.restores.cherry,
            "clone": self.clone, "pull": self.pull,
            "panel": self.outputs.panel_for, "trace": self.trace, "monitor": self.monitor, "schedule": self.schedule,
            "rerun": self.rerun, "bundle": lambda call: answers.bundle_(call, None),
        }  # fmt: skip
        name = call.verb.name
        if self._repo is not None and name not in _READ_ONLY:
            self._repo.wait_for_pending()
        if cell is not None and name == "check":
            return self.check(call, cell)
        if cell is not None and name == "commit":
            return self.commits.commit_cell(call, cell)
        if name in own:
            return own[name](call)
        key = answers.own_age_key(call) if name == "remote" else None
        if key is not None:
            return key
        with self.progress() as progress:
            if cell is not None:
                return answers.bisect(self.repo(), call, progress, cell)
            shown = answers.ANSWERS[name](self.repo(create=name in ("import", "config")), call, progress)
        if name in _CHANGES_REFS:
            self.notify()
        return self.outputs.result(call, shown)

    # -- registry

    def trace(self, call: Call) -> Shown:
        """Run `%mv_trace`. A variable of the notebook is searched by its content."""
        name = call["what"]
        if name not in self.names():
            return answers.ANSWERS["trace"](self.repo(), call, None)
        return views.traced(tracing.of_value(self.repo(), name, self.values[name]))

    def check(self, call: Call, cell: str) -> Shown:
        """Run `%%mv_check`: run the cell and keep its result. Raises CellFailed if the check fails."""
        repo = self.repo()
        version = lifecycle.version_at(repo, call["version"])[0]
        ran = run_check(self.shell, cell)
        event = checks.record(
            repo, version, call["name"], passed=ran.passed, message=ran.message, source=cell,
            figures=checks.figures_in(ran.value),
        )  # fmt: skip
        self.notify()
        if not ran.passed:
            raise CellFailed(f"check {call['name']} of {version.name} failed: {ran.message}", "the result is kept")
        return views.check_result(event, call["name"], version.name)

    def rerun(self, call: Call) -> Shown:
        """Run `%mv_rerun`. A bundle needs no store here."""
        with self.progress() as progress:
            return answers.rerun(None if is_bundle(call["version"]) else self.repo(), call, progress)

    # -- upkeep

    def monitor(self, call: Call) -> Shown:
        """Run `%mv_monitor`. A variable of the notebook is compared without a file."""
        name = call["data"]
        live = self.values[name] if name in self.names() else None
        shown = monitor.monitor(self.repo(), call, None, live)
        self.notify()
        return shown

    def schedule(self, call: Call) -> Shown:
        """Run `%mv_schedule`. With --idle, the task runs in the pauses of this notebook."""
        repo, name = self.repo(), call["called"] or call["task"]
        if call["idle"]:
            if call["install"] or call["cron"] or call["systemd"] or call["run"]:
                raise UsageError("--idle needs neither cron nor systemd", "leave the other options out")
            if call["remove"]:
                return views.sentence("removed" if self.idle_tasks.remove(name) else "it does not run here", value=name)
            plan = schedule.planned(repo, call)
            self.idle_tasks.add(plan)
            said = f" runs {plan.schedule.when} while no cell runs, until the kernel ends"
            return views.sentence(views.Span(plan.schedule.name, "strong"), said, value=plan.schedule)
        shown = schedule.schedule(repo, call, None)
        if (call["list"] or not name) and self.idle_tasks.described():
            return views.schedules(shown.value, self.idle_tasks.described())
        return shown

    # -- commit

    def init(self, call: Call) -> Shown:
        """Run `%mv_init`."""
        repo, shown = answers.init(call["path"], self.folder)
        self.use(repo)
        self.notify()
        return shown

    # -- remotes

    def clone(self, call: Call) -> Shown:
        """Run `%mv_clone`, and use the new store if the notebook has none."""
        with self.progress() as progress:
            repo, shown = answers.clone(call, progress)
        if self._repo is None:
            self.use(repo)
        self.notify()
        return shown

    def pull(self, call: Call) -> Shown:
        """Run `%mv_pull`: bring new versions, and the variables to the newest one."""
        with self.progress() as progress:
            shown = answers.pull(self.repo(), call, progress, self.restores.actions)
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
