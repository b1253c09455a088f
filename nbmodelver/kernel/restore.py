"""The verbs `%mv_rollback`, `%mv_undo`, `%mv_redo`, `%mv_switch`, `%mv_merge` and `%mv_cherry`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from IPython.display import display

from nbmodelver import views
from nbmodelver.actions.merge import AlreadyMerged, MergeRequest
from nbmodelver.actions.restore import CherryRequest, Restores, RollbackRequest

if TYPE_CHECKING:
    from nbmodelver.kernel.session import Session
    from nbmodelver.model import Plan
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


class RestoreVerbs:
    """The verbs that restore another version in one notebook."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.actions = Restores(session)

    def rollback(self, call: Call) -> Shown:
        """Run `%mv_rollback`, after asking the user if the plan changes or removes variables."""
        planned = self.actions.plan(
            RollbackRequest(
                call["version"],
                names=call["names"],
                only_missing=call["only_missing"],
                prefix=call["as_"] or "",
                trust=call["trust"],
                session=call["session"],
                modules=call["modules"],
                partial=call["partial"],
                force=call["force"] or "",
            )
        )
        plan = planned.plan
        if call["dry_run"]:
            return views.plan(plan)
        if not call["yes"] and self._session.repo().settings["confirm_rollback"]:
            offered = self._session.outputs.offer(call, plan)
            if offered is not None:
                return offered
            if not self._agreed(plan):
                if not self._can_ask():
                    display(views.plan(plan))
                return views.sentence(f"nothing was changed; to do it: {_with_yes(call)}", value=plan)
        return views.plan(self.actions.rollback(planned), done=True)

    def _agreed(self, plan: Plan) -> bool:
        """Return True if the plan loses nothing or the user agrees; False if the shell cannot ask."""
        if not (plan.named("changes") or plan.named("vanishes")):
            return True
        if not self._can_ask():
            return False
        display(views.plan(plan))
        return bool(self._session.shell.ask_yes_no("Roll back? [y/N]", default="n", interrupt="n"))

    def _can_ask(self) -> bool:
        shell = self._session.shell
        return hasattr(shell, "ask_yes_no") and _accepts_input(shell)

    def undo(self, _call: Call) -> Shown:
        """Run `%mv_undo`."""
        return views.plan(self.actions.undo(), done=True, back="%mv_redo")

    def redo(self, _call: Call) -> Shown:
        """Run `%mv_redo`."""
        return views.plan(self.actions.redo(), done=True, back="%mv_undo")

    def switch(self, call: Call) -> Shown:
        """Run `%mv_switch`."""
        return views.plan(self.actions.switch(call["branch"]), done=True, branch=call["branch"])

    def merge(self, call: Call) -> Shown:
        """Run `%mv_merge`."""
        request = MergeRequest(call["version"], call["take"], call["key"], call["whole"], call["trust"])
        if call["dry_run"]:
            return views.merge_plan(self.actions.plan_merge(request))
        done = self.actions.merge(request)
        if isinstance(done, AlreadyMerged):
            text = f"{done.theirs.name} is already part of {done.ours.name}: nothing to merge"
            return views.sentence(text, value=done.ours)
        return views.commit(done.version, done.parent, done.notes, directions=done.directions)

    def cherry(self, call: Call) -> Shown:
        """Run `%mv_cherry`."""
        done = self.actions.cherry(CherryRequest(call["version"], call["names"], call["message"], call["trust"]))
        return views.commit(done.version, done.parent, done.notes, done.directions, done.findings)


def _with_yes(call: Call) -> str:
    """Return the command of a rollback without a question."""
    words = [call["version"], *call["names"], *(["--as", call["as_"]] if call["as_"] else []), "--yes"]
    return f"%mv_rollback {' '.join(words)}"


def _accepts_input(shell: Any) -> bool:
    """Return True if the front-end allows input requests, or, without a kernel, if stdin is a terminal."""
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return bool(sys.stdin is not None and sys.stdin.isatty())
