"""The verbs `%mv_commit`, `%%mv_commit` and `%mv_auto`."""

from __future__ import annotations

import ast
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbmodelver import views
from nbmodelver.actions import git
from nbmodelver.actions.commit import CommitRequest, Committed, Metric, WouldKeep, commit, commit_later, would_keep
from nbmodelver.errors import NbmodelverError, NothingToCommit, UnknownName, UsageError
from nbmodelver.kernel.cells import assigned_names, used_names
from nbmodelver.kernel.idle_checks import IdleChecks
from nbmodelver.kernel.metric_calls import metric_calls
from nbmodelver.kernel.output import has_blocked_await, run_and_read
from nbmodelver.repo.core import directions
from nbmodelver.repo.core.labels import require_roles, scalar
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.verbs import Call, PythonValue, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.kernel.session import Session
    from nbmodelver.model import Finding, Findings, Version
    from nbmodelver.repo import Repo
    from nbmodelver.views import Shown


class CellFailed(NbmodelverError):
    """The cell under `%%mv_commit` raised an error. IPython has already shown its traceback."""


def _pointed(repo: Repo) -> str:
    """Write the pointer file, and return a note about it: the commit is done, whatever Git says."""
    try:
        return f"{git.write_pointer(repo).name} points to it"
    except NbmodelverError as error:
        return f"no pointer was written: {error.message}; {error.hint}"


class CommitVerbs:
    """The commits of one notebook. warn_of: called with the answer of each automatic commit, to show its warnings."""

    def __init__(self, session: Session, warn_of: Callable[[Shown], None]) -> None:
        self._session = session
        self._warn_of = warn_of
        self._idle = IdleChecks(session.cells, session.notify)
        self.auto = False

    def run(self, call: Call) -> Shown:
        """Run `%mv_commit`. Raises NothingToCommit if none of the given names can be stored.

        Without names, NothingToCommit is shown as a sentence. Raises UnknownName, UsageError, StoreError.
        """
        try:
            return self._commit(call, self.chosen(call))
        except NothingToCommit as error:
            if call["names"]:
                raise
            return views.sentence(views.Span(error.message, "warn"), value=None)

    def chosen(self, call: Call) -> dict[str, Any]:
        """Return the values to commit. Raises UnknownName."""
        return self._picked(call) if call["names"] else self.state(every=call["all"])

    def state(self, *, every: bool = False) -> dict[str, Any]:
        """Return the values that a commit without names stores. every: include names that begin with an underscore."""
        namespace = self._session.namespace
        return namespace.pick(namespace.every()) if every else namespace.state(self._ignored())

    def _ignored(self) -> frozenset[str]:
        """Return the names of the setting `ignore`, which a commit without names skips."""
        return self._session.repo(create=True).settings.ignored

    def _picked(self, call: Call) -> dict[str, Any]:
        """Return the values of the names in a line. Raises UnknownName.

        The hint is another one if the unknown names are probably words of a message without quotes.
        """
        try:
            return self._session.namespace.pick(call["names"])
        except UnknownName as error:
            unknown = [n for n in call["names"] if n not in self._session.values]
            words = f"{call['message']} {' '.join(unknown)}"
            if " " in call["message"] or not call["message"] or "%who" not in error.hint:
                raise
            raise UnknownName(error.message, f'put a text of several words in quotes: -m "{words}"') from None

    def _commit(self, call: Call, values: dict[str, Any], **fields: Any) -> Shown:
        """Commit the values with the options of a call. fields: further fields of `CommitRequest`."""
        request = CommitRequest(
            values,
            call["message"],
            metrics={n: self._measured(n, e) for n, e in (call["metric"] or {}).items()} if values else {},
            params={n: self._plain(n, e) for n, e in (call["param"] or {}).items()} if values else {},
            tags=call["tag"] or (),
            roles=require_roles(call["role"]),
            expressions=self._expressions(call["metric"] or {}),
            probe=call["probe"] or (),
            note=call["note"],
            bounded=not (call["names"] or call["all"]),
            session=call["session"],
            allow_secrets=call["allow_secret"] or (),
            verify_load=call["verify_load"] or None,
            **fields,
        )
        if call["dry_run"]:
            return _drawn_dry_run(would_keep(self._session, request))
        if call["background"]:
            return self._commit_later(request)
        done = commit(self._session, request)
        self._check_later(done.version, done.findings)
        if call["git"]:
            done = replace(done, notes=[*done.notes, _pointed(self._session.repo())])
        return drawn(done, self._idle.take())

    def stop_checks(self) -> None:
        """Cancel the checks that run between two cells: the extension is unloaded."""
        self._idle.stop()

    def _check_later(self, version: Version, findings: Findings) -> None:
        """Finish the checks that did not fit into the time limit, in the next pause between two cells."""
        if findings.unchecked:
            self._idle.add(version, self._session.repo().backend.local_path())

    def _commit_later(self, request: CommitRequest) -> Shown:
        """Commit on a thread of its own, and print an alarm of its check.

        If it fails, the cells since the parent, and the files that they read, are logged for the next version.
        """
        cells, assigned = self._session.cells.since_parent()
        files = self._session.files.taken()
        forgotten = threading.Event()

        def on_done(result: Version | BaseException) -> None:
            if isinstance(result, BaseException):
                forgotten.wait()  # A commit can fail before `commit_later` has cleared the logs.
                self._session.cells.not_committed(cells, assigned)
                self._session.files.not_committed(files)
                print(f"commit in the background: {result}", file=sys.stderr)
            elif alarm := self._session.repo().alarm_of(result):
                print(f"{result.name} · ! {alarm} · %mv_diff HEAD~1 HEAD", file=sys.stderr)
            if not isinstance(result, BaseException):
                self._check_later(result, self._session.repo().findings(result))

        try:
            pending = commit_later(self._session, request, on_done)
        finally:
            forgotten.set()
        names = list(request.values)
        state = views.Span(f" {'is' if len(names) == 1 else 'are'} being stored in the background", "dim")
        return views.sentence(views.Span(", ".join(names), "strong"), state, value=pending)

    def _measured(self, name: str, expression: str | PythonValue) -> Metric:
        """Evaluate a metric, with its direction if one is given: "12:lower" in a line, (12, "lower") in a call.

        Raises UsageError, UnknownName.
        """
        if isinstance(expression, PythonValue):
            pair = expression.value
            if isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[1], str):
                return self._number(name, PythonValue(pair[0])), directions.require_direction(name, pair[1])
            return self._number(name, expression)
        inner, direction = directions.split(expression)
        return self._number(name, inner) if direction is None else (self._number(name, inner), direction)

    def _expressions(self, metrics: dict[str, str | PythonValue]) -> dict[str, str]:
        """Return the code that measured each metric: of a line the option, of a call what its cell says.

        A literal depends on nothing and is left out.
        """
        found = {n: directions.split(e)[0].strip() for n, e in metrics.items() if not isinstance(e, PythonValue)}
        if len(found) < len(metrics):
            in_cell = metric_calls(self._session.cells.python_source, self._session.values)
            found |= {n: in_cell[n] for n in metrics if n in in_cell and n not in found}
        return {name: expression for name, expression in found.items() if not _is_literal(expression)}

    def _number(self, name: str, expression: str | PythonValue) -> float:
        """Evaluate the number of a metric. Raises UsageError, UnknownName."""
        value = scalar(self._evaluated(f"--metric {name}", expression))
        try:
            return float(value)
        except (TypeError, ValueError) as error:
            raise UsageError(
                f"the metric '{name}' is not a number but a {type(value).__name__}",
                f"check the expression: {expression}",
            ) from error

    def _plain(self, name: str, expression: str | PythonValue) -> Any:
        """Evaluate a parameter. Returns plain data; other values are converted to text."""
        value = self._evaluated(f"--param {name}", expression)
        if value is None or type(value) in (bool, int, float, str, list, dict):
            return value
        element = scalar(value)
        return str(value) if element is value else element

    def _evaluated(self, option: str, expression: str | PythonValue) -> Any:
        """Evaluate an expression in the notebook. option: its option, for messages. Raises UnknownName, UsageError."""
        if isinstance(expression, PythonValue):
            return expression.value
        try:
            return eval(compile(ast.parse(expression.strip(), mode="eval"), "<option>", "eval"), self._session.values)  # noqa: S307  # the user's own cell
        except NameError as error:
            name = getattr(error, "name", None) or expression
            hint = nearest(name, self._session.namespace.names()) or f"check the expression: {expression}"
            raise UnknownName(f"{option}: no variable '{name}' in this notebook", hint) from error
        except SyntaxError as error:
            raise UsageError(
                f"{option}: '{expression}' is not an expression", "write for example: --metric acc=score"
            ) from error
        except Exception as error:
            raise UsageError(
                f"{option}: {type(error).__name__}: {error}", f"check the expression: {expression}"
            ) from error

    def commit_cell(self, call: Call, cell: str) -> Shown:
        """Run `%%mv_commit`: run the cell, then commit the variables that it created or changed.

        Raises CellFailed if the cell fails, NothingToCommit, UsageError, StoreError; then nothing is committed.
        """
        if has_blocked_await(self._session.shell, cell):
            raise UsageError(
                "a cell with a top-level await cannot run under %%mv_commit: the magic blocks the event loop",
                "remove the first line and end the cell with: %mv_commit NAME ...",
            )
        before = {n: id(v) for n, v in self._session.values.items()}
        outputs, ok = run_and_read(self._session.shell, cell)
        if not ok:
            raise CellFailed("the cell failed, so nothing was committed", "fix the error and run the cell again")
        values = self._session.namespace.pick(call["names"]) if call["names"] else self._touched(before, cell)
        if not values:
            raise NothingToCommit(
                "nothing to commit: the cell created or changed no variable", "name variables: %%mv_commit NAME ..."
            )
        return self._commit(call, values, outputs=outputs, source=cell)

    def _touched(self, before: dict[str, int], cell: str) -> dict[str, Any]:
        """Return the variables that the cell bound, and the mentioned ones that differ from the current version.

        before: name -> identity of its value before the cell.
        """
        own = set(self._session.namespace.names())
        bound = {n for n in own if before.get(n) != id(self._session.values[n])} | (own & set(assigned_names(cell)))
        head = self._session.repo(create=True).history.head
        mentioned = own & set(used_names(cell)) & set(head.kept if head else ())
        changed = set(self._session.repo().changed_names(self._session.values)) if mentioned - bound else set()
        return {
            n: self._session.values[n]
            for n in self._session.namespace.names()
            if n in bound or n in (mentioned & changed)
        }

    def switch_auto(self, is_on: bool) -> None:
        """Switch automatic commits after each cell on or off."""
        self.auto = is_on
        if is_on and self.commit_automatically not in self._session.cells.on_end:
            self._session.cells.on_end.append(self.commit_automatically)

    def set_auto(self, call: Call) -> Shown:
        """Run `%mv_auto`."""
        if call["state"]:
            self.switch_auto(call["state"] == "on")
        return views.sentence(
            "automatic commits are ", views.Span("on" if self.auto else "off", "strong"), value=self.auto
        )

    def commit_automatically(self, ok: bool) -> None:
        """Commit after a cell if a variable has changed. Errors are printed, not raised. ok: the cell did not fail."""
        if not (self.auto and ok):
            return
        try:
            call = parse("commit", "")
            values = self.chosen(call)
            if values:
                shown = self._commit(call, values, auto="auto", only_if_changed=True)
                self._warn_of(shown)
        except NothingToCommit:
            return
        except NbmodelverError as error:
            print(f"automatic commit: {error.message}", file=sys.stderr)


def _is_literal(expression: str) -> bool:
    try:
        ast.literal_eval(expression)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return False
    return True


def drawn(done: Committed, late: Sequence[Finding] = ()) -> Shown:
    """Return the answer to a commit. late: findings about earlier versions that were not reported yet."""
    return views.commit(done.version, done.parent, done.notes, done.directions, done.findings, late=late)


def _drawn_dry_run(result: WouldKeep) -> Shown:
    groups = [", ".join(names) for names in result.groups]
    skipped = [f"{s.path}: {s.reason}" for s in result.skipped]
    text = f"would keep {'; '.join(groups)}" + (f" · not kept: {'; '.join(skipped)}" if skipped else "")
    return views.sentence(text, value=[name for names in result.groups for name in names])
