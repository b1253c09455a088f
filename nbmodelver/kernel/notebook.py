"""One notebook's side of every verb: its variables, its cells, its repo. The magics and the functions call this."""

from __future__ import annotations

import ast
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver import faces, views
from nbmodelver.errors import NbmodelverError, NoStore, NothingToCommit, UnknownName, UsageError
from nbmodelver.kernel import document
from nbmodelver.kernel.cells import CellLog, assigned_names, used_names
from nbmodelver.kernel.earlier import count_of
from nbmodelver.kernel.namespace import Namespace
from nbmodelver.kernel.output import awaits_in_vain, run_and_read
from nbmodelver.kernel.shows import Shows
from nbmodelver.kernel.surface import surface_for
from nbmodelver.kernel.telling import Telling
from nbmodelver.kernel.way_back import WayBack
from nbmodelver.model import Change, Version
from nbmodelver.repo import Repo, Surroundings, open_repo
from nbmodelver.repo.core import directions, imports
from nbmodelver.repo.core import locate as places
from nbmodelver.repo.core.labels import scalar
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.verbs import Call, PythonValue, find, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from nbmodelver.kernel.panel import Desk
    from nbmodelver.model import Progress
    from nbmodelver.views import Shown


Measured = float | tuple[float, str]
"""A metric, alone or with its direction."""
_LOOK_ON = frozenset({"status", "log", "show", "diff", "compare", "panel", "stats"})
"""Verbs that do not wait for a commit in the background."""


class CellFailed(NbmodelverError):
    """The cell under `%%mv_commit` raised; its own error stands above."""


class Notebook:
    """Binds a shell to a repo, which is found or made when first needed."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.values: dict[str, Any] = shell.user_ns
        self.namespace = Namespace(self.values, getattr(shell, "user_ns_hidden", {}))
        self.cells = CellLog(self.values, lambda: count_of(shell))
        self.auto = False
        self.changed: list[Callable[[], None]] = []
        self.opened: list[Callable[[Repo], None]] = []
        self.reporting: Progress | None = None
        self.live: document.Live | None = None
        self.desk: Desk
        self.shows = Shows(self)
        self.way = WayBack(self)
        self.telling = Telling(self)
        self._repo: Repo | None = None

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
        """The repo in use. create: make one beside the notebook when there is none. Raises NoStore."""
        if self._repo is None or not self._still_there(self._repo):
            found, before = places.find(self.folder), self._repo
            self._repo = open_repo(
                found or self.folder / places.FOLDER if create else found or places.demand(self.folder), create=create
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
        """Where the notebook lies, seen from the store; "" when nobody told. Asked once: a rename keeps its undo."""
        path, root = document.path_of(self.values), getattr(repo.backend, "root", None)
        return "" if path is None or root is None else places.seen_from(path, root)

    def _still_there(self, repo: Repo) -> bool:
        root = getattr(repo.backend, "root", None)
        return root is None or ((Path(root) / "format").is_file() and repo.history.is_of_this_store())

    def use(self, repo: Repo) -> None:
        """Work with this repo from now on."""
        self._repo = repo
        self._works_for(repo)
        for call in self.opened:
            call(repo)

    # -- dispatch

    def run(self, name: str, line: str | Sequence[str], cell: str | None = None) -> Shown | None:
        """A verb's line (and cell) as the user wrote it. None when only help was asked for."""
        verb = find(name)
        call = parse(verb, line)
        if call.wants_help:
            from nbmodelver.verbs import help_text

            print(help_text(verb))
            return None
        return self.answer(call, cell)

    def answer(self, call: Call, cell: str | None = None) -> Shown:
        """A parsed call."""
        own: dict[str, Callable[[Call], Shown]] = {
            "init": self.init, "commit": self.commit, "auto": self.set_auto, "status": self.status,
            "rollback": self.way.rollback, "undo": self.way.undo, "redo": self.way.redo, "switch": self.way.switch,
            "merge": self.way.merge,
            "panel": self.shows.panel_for,
        }  # fmt: skip
        name = call.verb.name
        if self._repo is not None and name not in _LOOK_ON:
            self._repo.settle()
        if cell is not None:
            return self.commit_cell(call, cell)
        if name in own:
            return own[name](call)
        with self.progress() as progress:
            shown = faces.FACES[name](self.repo(create=name in ("import", "config")), call, progress)
        if name in ("tag", "branch", "import", "config", "gc", "forget", "repair", "purge"):
            self.tell()
        return self.shows.result(call, shown)

    def progress(self) -> AbstractContextManager[Progress]:
        """A bar for work that takes longer than a second, or what a panel has put in its place."""
        return views.Bar(surface_for(self.shell)) if self.reporting is None else nullcontext(self.reporting)

    def tell(self) -> None:
        """Let everyone know that variables, versions or what points to them have changed."""
        for call in list(self.changed):
            call()

    # -- commit

    def init(self, call: Call) -> Shown:
        """`%mv_init`."""
        path = call["path"] or str(self.folder / places.FOLDER)
        repo, shown = faces.init(path)
        self.use(repo)
        self.tell()
        return shown

    def commit(self, call: Call) -> Shown:
        """`%mv_commit`. Raises NothingToCommit when none of the names that were given can be kept."""
        try:
            return self._commit(call, self.chosen(call))
        except NothingToCommit as error:
            if call["names"]:
                raise
            return views.sentence(views.Span(error.message, "warn"), value=None)

    def chosen(self, call: Call) -> dict[str, Any]:
        """The values that a commit means. Raises UnknownName."""
        if call["names"]:
            return self._picked(call)
        if call["all"]:
            return self.namespace.pick(self.namespace.every())
        return self.namespace.state(self._ignored())

    def _ignored(self) -> list[str]:
        """The names that a commit without names leaves out, as the user's settings say."""
        return str(self.repo(create=True).settings["ignore"]).split()

    def _picked(self, call: Call) -> dict[str, Any]:
        """The values of the names in a line. A message without quotes leaves its second word among them."""
        try:
            return self.namespace.pick(call["names"])
        except UnknownName as error:
            unknown = [n for n in call["names"] if n not in self.values]
            words = f"{call['message']} {' '.join(unknown)}"
            if " " in call["message"] or not call["message"] or "%who" not in error.hint:
                raise
            raise UnknownName(error.message, f'a text of several words needs quotes: -m "{words}"') from None

    def keep(self, names: Sequence[str] | None, message: str, metrics: Mapping[str, Measured], **labels: Any) -> Shown:
        """A commit from elsewhere than a cell. names: None for what `%mv_commit` takes. labels: note, tag."""
        words = parse("commit", "").values
        call = Call(find("commit"), {**words, "names": list(names or ()), "message": message, **labels})
        return self._commit(call, self.chosen(call), metrics=metrics)

    def _commit(
        self,
        call: Call,
        values: dict[str, Any],
        outputs: str = "",
        source: str | None = None,
        *,
        metrics: Mapping[str, Measured] | None = None,
        **more: Any,
    ) -> Shown:
        if not values:
            raise NothingToCommit(
                "nothing to commit yet: the notebook has no variables of its own", "make some, or name them"
            )
        repo = self.repo(create=True)
        if call["dry_run"]:
            return self._dry_run(repo, values, None if call["names"] or call["all"] else repo.settings["max_value_mb"])
        measured = {**{n: self._measured(n, e) for n, e in (call["metric"] or {}).items()}, **(metrics or {})}
        params = {n: self._plain(n, e) for n, e in (call["param"] or {}).items()}
        asked: dict[str, Any] = {
            "metrics": measured, "params": params, "tags": call["tag"] or (), "note": call["note"],
            "namespace": self.values, "around": self.around(values, call["session"], outputs, source),
            "partial": call["partial"], "allow_secrets": call["allow_secret"] or (),
            "verify_load": call["verify_load"] or None,
            "most_mb": None if call["names"] or call["all"] else repo.settings["max_value_mb"],
        }  # fmt: skip
        if call["background"]:
            return self._commit_later(repo, values, call["message"], asked)
        repo.settle()
        parent = repo.history.head
        with self.progress() as progress:
            version = repo.commit(values, call["message"], progress=progress, **asked, **more)
        notes = [*([self.cells.note] if self.cells.note else []), *_about_modules(repo, version, parent)]
        self.cells.committed()
        self.tell()
        return views.commit(version, parent, notes, repo.directions([version]))

    def _commit_later(self, repo: Repo, values: dict[str, Any], message: str, asked: dict[str, Any]) -> Shown:
        """A commit on a thread of its own: the cells since the parent are this version's, unless it fails."""
        cells, assigned = self.cells.since_parent()

        def told(found: Version | BaseException) -> None:
            if isinstance(found, BaseException):
                self.cells.not_committed(cells, assigned)
                print(f"commit in the background: {found}", file=sys.stderr)
            self.tell()

        pending = repo.commit_later(values, message, told=told, **asked)
        self.cells.committed()
        said = views.Span(f" {'is' if len(values) == 1 else 'are'} being stored; the notebook goes on", "dim")
        return views.sentence(views.Span(", ".join(values), "strong"), said, value=pending)

    def around(
        self, values: Iterable[str], session: bool | None = None, outputs: str = "", source: str | None = None
    ) -> Surroundings:
        """What this notebook knows beside the values."""
        cells, assigned = self.cells.since_parent(outputs, source)
        path = document.path_of(self.values)
        keep_session = self.repo(create=True).settings["session"] if session is None else session
        kept = frozenset(values)
        return Surroundings(
            cells=cells,
            assigned=assigned,
            others=[n for n in self.namespace.names() if n not in kept],
            imports=imports.found(self.namespace.public()),
            session=bool(keep_session),
            notebook=document.latest(path, self.live),
            notebook_path=path.name if path is not None else self.live.name if self.live is not None else "",
        )

    def _measured(self, name: str, expression: str | PythonValue) -> Measured:
        """A metric, with the direction that was said: "12:lower" in a line, (12, "lower") in a call."""
        if isinstance(expression, PythonValue):
            pair = expression.value
            if isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[1], str):
                return self._number(name, PythonValue(pair[0])), directions.demand(name, pair[1])
            return self._number(name, expression)
        inner, said = directions.split(expression)
        return self._number(name, inner) if said is None else (self._number(name, inner), said)

    def _number(self, name: str, expression: str | PythonValue) -> float:
        value = scalar(self._evaluated(f"--metric {name}", expression))
        try:
            return float(value)
        except (TypeError, ValueError) as error:
            raise UsageError(
                f"the metric '{name}' is not a number but a {type(value).__name__}", f"check: {expression}"
            ) from error

    def _plain(self, name: str, expression: str | PythonValue) -> Any:
        value = self._evaluated(f"--param {name}", expression)
        if value is None or type(value) in (bool, int, float, str, list, dict):
            return value
        found = scalar(value)
        return str(value) if found is value else found

    def _evaluated(self, option: str, expression: str | PythonValue) -> Any:
        if isinstance(expression, PythonValue):
            return expression.value
        try:
            return eval(compile(ast.parse(expression.strip(), mode="eval"), "<option>", "eval"), self.values)  # noqa: S307  # the user's own cell
        except NameError as error:
            name = getattr(error, "name", None) or expression
            hint = nearest(name, self.namespace.names()) or f"the expression is: {expression}"
            raise UnknownName(f"{option}: no variable '{name}' in this notebook", hint) from error
        except SyntaxError as error:
            raise UsageError(
                f"{option}: '{expression}' is not an expression", "write for example: --metric acc=score"
            ) from error
        except Exception as error:
            raise UsageError(
                f"{option}: {type(error).__name__}: {error}", f"the expression is: {expression}"
            ) from error

    def _dry_run(self, repo: Repo, values: dict[str, Any], most_mb: Any) -> Shown:
        capture = repo.would_keep(values, self.values, most_mb=most_mb)
        rows = [f"{', '.join(g.names)}" for g in capture.groups]
        skipped = [f"{s.path}: {s.reason}" for s in capture.skipped]
        said = f"would keep {'; '.join(rows)}" + (f" · not kept: {'; '.join(skipped)}" if skipped else "")
        return views.sentence(said, value=[n for g in capture.groups for n in g.names])

    def commit_cell(self, call: Call, cell: str) -> Shown:
        """`%%mv_commit`: run the cell, then keep what it made or changed. Raises CellFailed."""
        if awaits_in_vain(self.shell, cell):
            raise UsageError(
                "a cell that awaits cannot run under %%mv_commit: the event loop is busy with the magic itself",
                "take the first line away and end the cell with: %mv_commit NAME ...",
            )
        before = {n: id(v) for n, v in self.values.items()}
        outputs, ok = run_and_read(self.shell, cell)
        if not ok:
            raise CellFailed("the cell failed, so nothing was committed", "mend it and run it again")
        values = self.namespace.pick(call["names"]) if call["names"] else self._touched(before, cell)
        if not values:
            raise NothingToCommit(
                "nothing to commit: the cell made or changed no variable", "name some: %%mv_commit NAME ..."
            )
        return self._commit(call, values, outputs, cell)

    def _touched(self, before: dict[str, int], cell: str) -> dict[str, Any]:
        own = set(self.namespace.names())
        bound = {n for n in own if before.get(n) != id(self.values[n])} | (own & set(assigned_names(cell)))
        head = self.repo(create=True).history.head
        mentioned = own & set(used_names(cell)) & set(head.kept if head else ())
        changed = set(self.repo().changed_names(self.values)) if mentioned - bound else set()
        return {n: self.values[n] for n in self.namespace.names() if n in bound or n in (mentioned & changed)}

    # -- automatic commits

    def set_auto(self, call: Call) -> Shown:
        """`%mv_auto`."""
        if call["state"]:
            self.auto = call["state"] == "on"
            if self.auto and self.commit_automatically not in self.cells.on_end:
                self.cells.on_end.append(self.commit_automatically)
        return views.sentence(
            "automatic commits are ", views.Span("on" if self.auto else "off", "strong"), value=self.auto
        )

    def commit_automatically(self, ok: bool) -> None:
        """After a cell: a version, when a variable changed. Never breaks the cell."""
        if not (self.auto and ok):
            return
        try:
            call = parse("commit", "")
            values = self.chosen(call)
            if values:
                shown = self._commit(call, values, auto="auto", only_if_changed=True)
                self.telling.warn_of(shown)
        except NothingToCommit:
            return
        except NbmodelverError as error:
            print(f"automatic commit: {error.message}", file=sys.stderr)

    # -- looking

    def status(self, _call: Call) -> Shown:
        """`%mv_status`."""
        repo = self.repo()
        notes = ["a commit is being stored in the background"] if repo.pending else []
        head = repo.history.head
        then = repo.modules_then(head) if head is not None else None
        notes += list(then.notes(None)) if then is not None else []
        changes = tuple(self.differences(repo))
        return views.status(faces.state_of(repo, live=True, auto=self.auto, changes=changes, notes=tuple(notes)))

    def differences(self, repo: Repo | None) -> Iterable[Change]:
        """The live variables against the present version; against nothing where there is no store yet."""
        head = repo.history.head if repo is not None else None
        changed = set(repo.changed_names(self.values)) if repo is not None and head is not None else set()
        ignored = str(repo.settings["ignore"]).split() if repo is not None else ()
        for name, kept in (head.kept if head else {}).items():
            if name not in self.values:
                yield Change(name, "vanishes", kept.kind, kept.type, kept.size_bytes)
            elif name in changed:
                yield Change(name, "changes", kept.kind, kept.type, kept.size_bytes)
        unkept = {s.name: s for s in head.skipped} if head else {}
        left_out = frozenset(head.others) if head else frozenset()
        for name, value in self.namespace.state(ignored).items():
            if head is not None and name in head.kept:
                continue
            kind, of = Repo.kind_of(name, value) or "other", Repo.type_of(value)
            if name in unkept:
                yield Change(name, "lost", kind, of, reason=unkept[name].reason)
            else:
                reason = f"not part of {head.name}" if head is not None and name in left_out else ""
                yield Change(name, "appears", kind, of, reason=reason)


def _about_modules(repo: Repo, version: Version, parent: Version | None) -> list[str]:
    """What has to be known of the modules of a new version, and was not so in its parent."""
    before = repo.modules_of(parent).notes if parent is not None else ()
    return [note for note in repo.modules_of(version).notes if note not in before]
