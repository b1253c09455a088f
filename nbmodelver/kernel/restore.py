"""The way back and across: rollback, undo and redo, branches, merges. Saved before, all of it or nothing."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from IPython.display import display

from nbmodelver import faces, views
from nbmodelver.errors import NbmodelverError, NothingToCommit, StoreError, UsageError
from nbmodelver.kernel.namespace import uninterrupted
from nbmodelver.repo.core.imports import is_import
from nbmodelver.repo.restore.undo import NOTHING, Replaced, UndoMemory, new_token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.kernel.session import Session
    from nbmodelver.model import Json, Plan, Version, VersionId
    from nbmodelver.repo import Repo
    from nbmodelver.repo.restore.merge import MergePlan
    from nbmodelver.repo.restore.rollback import Rollback
    from nbmodelver.repo.restore.undo import Journal, Side
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown

    Step = Callable[[Journal, VersionId], Journal]
    """The journal after a jump, given the version that holds the state before."""


class RestoreActions:
    """Jumps of one notebook from version to version."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._memory = UndoMemory()

    def rollback(self, call: Call) -> Shown:
        """`%mv_rollback`."""
        repo = self._session.repo()
        version = repo[call["version"]]
        prefix = call["as_"] or ""
        rollback = self._rollback(
            repo,
            version,
            names=call["names"],
            only_missing=call["only_missing"],
            prefix=prefix,
            trusted=call["trust"] or None,
            session=call["session"],
            with_modules=call["modules"],
        )
        plan = repo.planned(rollback, saves_first=repo.saves_first(rollback))
        if call["dry_run"]:
            return views.plan(plan)
        if not call["yes"] and repo.settings["confirm_rollback"]:
            offered = self._session.outputs.offer(call, plan)
            if offered is not None:
                return offered
            if not self._agreed(plan):
                if not self._can_ask():
                    display(views.plan(plan))
                return views.sentence(f"nothing was changed; to do it: {_with_yes(call)}", value=plan)
        written = repo.write_modules(version, trusted=call["trust"]) if call["modules"] else None
        self.jump(repo, rollback, plan, partial=call["partial"])
        told = rollback.told(plan)
        if written is not None:
            told = replace(told, notes=(*told.notes, *written.sentences(version.name)))
        return views.plan(told, done=True)

    def _rollback(self, repo: Repo, version: Version, **how: Any) -> Rollback:
        return repo.rollback(version, self._session.values, own=self._session.namespace.names(), **how)

    def _agreed(self, plan: Plan) -> bool:
        """Ask, where there is someone to ask and something to lose."""
        if not (plan.named("changes") or plan.named("vanishes")):
            return True
        if not self._can_ask():
            return False
        display(views.plan(plan))
        return bool(self._session.shell.ask_yes_no("Roll back? [y/N]", default="n", interrupt="n"))

    def _can_ask(self) -> bool:
        shell = self._session.shell
        return hasattr(shell, "ask_yes_no") and _can_ask(shell)

    def jump(
        self,
        repo: Repo,
        rollback: Rollback,
        plan: Plan,
        *,
        partial: bool = False,
        branch: str | None = None,
        step: Step | None = None,
        token: str = "",
        side: Side = "before",
    ) -> None:
        """Save the present state if it differs, load, swap in one step, stand at the version.

        partial: leave out what cannot be loaded. branch: to go to. step: in the journal, if it is not one more jump.
        token, side: where the memory of undo keeps what is replaced.
        """
        target, values_now = rollback.version, self._session.values
        with self._session.progress() as progress:
            values = rollback.load(progress, partial=partial)
        token = token or new_token()
        came = [n for n in values if n not in values_now] if rollback.stays or rollback.prefix else []
        before = repo.history.head
        if plan.saves_first:
            before = self._saved(repo, f"before rollback to {target.name}", repo.endangered(rollback))
        replaced = self._replaced(rollback, [*values, *rollback.vanishing], before)
        idle = (rollback.stays and rollback.idle) or (rollback.prefix and not rollback.replaced)
        if step is None and before is not None and not idle:
            step = lambda entry, now: entry.jumped(now, target.id, came, token)  # noqa: E731  # two lines for one
        with uninterrupted():
            self._session.namespace.put_back(values, rollback.vanishing)
            self._write_down(repo, rollback, branch, (step, before.id) if step and before else None)
            rollback.let_go = self._keep(repo, token, side, replaced)
        rollback.settled()
        if rollback.session is not None:
            rollback.session.restore()
        self._session.tell()

    def _keep(self, repo: Repo, token: str, side: Side, replaced: Replaced) -> tuple[str, ...]:
        """Keep what was replaced in memory for undo. Returns names that no undo leads to any more."""
        known: set[str] = set()
        limit_mb: Json = 0
        with suppress(NbmodelverError):  # The values are back: a store that cannot be read must not cost the memory.
            limit_mb = repo.settings["undo_memory_mb"]
            known = {token, *(jump.token for jump in repo.journals.read().jumps)}
        most_bytes = limit_mb * 1_000_000 if isinstance(limit_mb, int) else 0
        return self._memory.keep(token, side, replaced, most_bytes=most_bytes, known=known)

    def _replaced(self, rollback: Rollback, names: Sequence[str], before: Version | None) -> Replaced:
        """The live objects that go, and which of them no version holds."""
        objects = {n: self._session.values[n] for n in names if n in self._session.values}
        unsaved = {s.name for s in rollback.unsaved} | {n for n in objects if before is None or n not in before.kept}
        held = {holder.name for holder in rollback.held.found}
        size_bytes = sum(rollback.live.size_bytes(n) for n in objects.keys() - held - unsaved)
        session = rollback.session.now if rollback.session is not None and rollback.session.restores else None
        return Replaced(objects, frozenset(unsaved & objects.keys()), size_bytes, session)

    @staticmethod
    def _write_down(repo: Repo, rollback: Rollback, branch: str | None, step: tuple[Step, VersionId] | None) -> None:
        """Stand at the version. The values are back: a store that cannot be written is told of, and no error."""
        try:
            if not (rollback.stays or rollback.prefix):
                repo.history.stand_at(rollback.version.id, branch)
            if step is not None:
                change, before = step
                repo.journals.update(lambda journal: change(journal, before))
        except StoreError as error:
            rollback.unwritten = error.message

    def _saved(self, repo: Repo, why: str, also: Sequence[str] = ()) -> Version | None:
        """The present version's names, if there is one, and `also`, as they are now; HEAD if none can be saved."""
        head = repo.history.head
        in_head = tuple(head.kept) if head else ()
        values = {n: self._session.values[n] for n in (*in_head, *also) if n in self._session.values}
        try:
            return repo.commit(
                values,
                why,
                namespace=self._session.values,
                around=self._session.around(values),
                auto=why,
                allow_secrets=repo.secrets_in_head(self._session.values),
            )
        except NothingToCommit:
            return head

    def undo(self, _call: Call) -> Shown:
        """`%mv_undo`."""
        return self._step("undo", "an undo takes back a rollback, a switch or a merge")

    def redo(self, _call: Call) -> Shown:
        """`%mv_redo`."""
        return self._step("redo", "a redo does again what %mv_undo took back")

    def _step(self, way: Literal["undo", "redo"], hint: str) -> Shown:
        """One step along the journal of jumps."""
        repo = self._session.repo()
        journal = repo.journals.read()
        jump = journal.undo if way == "undo" else journal.redo
        if jump is None:
            raise UsageError(f"there is nothing to {way}", hint)
        target = jump.before if way == "undo" else jump.after
        here: Side = "after" if way == "undo" else "before"
        there: Side = "before" if way == "undo" else "after"

        others: list[str] = []

        def stepped(found: Journal, now: VersionId) -> Journal:
            if found != journal:  # Another kernel that shares it jumped meanwhile: this is one more jump, not a step.
                others[:] = [new_token()]
                return found.jumped(now, target, token=others[0])
            others.clear()
            return journal.undone(now) if way == "undo" else journal.redone(now)

        replaced = self._memory.take(jump.token, there)
        rollback = self._rollback(
            repo,
            repo.history.exact(target),
            came=jump.came if way == "undo" else (),
            replaced=replaced,
            session=None if replaced is NOTHING or replaced.session is not None else False,
        )
        plan = repo.planned(rollback, saves_first=repo.saves_first(rollback))
        self.jump(repo, rollback, plan, partial=True, step=stepped, token=jump.token, side=here)
        if others:
            self._memory.move(jump.token, here, (others[0], "before"))
        else:
            self._memory.forget(jump.token, there)
        back = "%mv_redo" if way == "undo" else "%mv_undo"
        return views.plan(rollback.told(plan), done=True, back=back)

    # -- branches

    def switch(self, call: Call) -> Shown:
        """`%mv_switch`."""
        repo = self._session.repo()
        target = faces.branch_tip(repo, call["branch"])
        rollback = self._rollback(repo, target)
        plan = repo.planned(rollback, saves_first=repo.saves_first(rollback))
        self.jump(repo, rollback, plan, branch=call["branch"])
        return views.plan(rollback.told(plan), done=True, branch=call["branch"])

    def merge(self, call: Call) -> Shown:
        """`%mv_merge`."""
        from nbmodelver.repo.restore.merge import demand_settled

        repo = self._session.repo()
        merge = repo.merge_plan(call["version"], call["take"])
        if merge.base == merge.theirs and not call["take"]:
            said = f"{merge.theirs.name} is part of {merge.ours.name} already: nothing to merge"
            return views.sentence(said, value=merge.ours)
        demand_settled(merge)
        beside = [n for n in merge.take if n in self._session.values and n not in merge.ours.kept]
        before = merge.ours
        if beside or repo.is_dirty(self._session.values):
            before = self._saved(repo, f"before merge of {merge.theirs.name}", beside) or before
        theirs = self._rollback(repo, merge.theirs, names=merge.take) if merge.take else None
        values = theirs.load() if theirs is not None else {}
        remove = [n for n in merge.remove if not is_import(self._session.values.get(n))]
        ours = {n: self._session.values[n] for n in (*values, *remove) if n in self._session.values}
        self._session.namespace.put_back(values, remove)
        try:
            version = self._merged(repo, merge)
        except BaseException:
            if repo.history.head_id == before.id:
                self._session.namespace.put_back(ours, [n for n in values if n not in ours])
            raise
        self._session.cells.committed()
        token, unsaved = new_token(), frozenset(n for n in ours if n not in before.kept)
        notes = [f"{n} from {merge.theirs.name}" for n in merge.take]
        notes += [f"{n} is gone, as in {merge.theirs.name}" for n in remove]
        notes += [f"{n} was in no version; undo brings it back while this kernel runs" for n in sorted(unsaved)]
        notes += theirs.differences if theirs is not None else []
        try:
            repo.journals.update(lambda journal: journal.jumped(before.id, version.id, token=token))
        except StoreError as error:
            notes.append(f"not written down, so %mv_undo does not know of it: {error.message}")
        self._keep(repo, token, "before", Replaced(ours, unsaved))
        self._session.tell()
        return views.commit(version, merge.ours, notes, directions=repo.directions([version]))

    def _merged(self, repo: Repo, merge: MergePlan) -> Version:
        """The version of a merge whose values are there."""
        names = [
            n
            for n in dict.fromkeys([*merge.ours.kept, *merge.theirs.kept])
            if n in self._session.values and n not in merge.remove
        ]
        return repo.commit(
            self._session.namespace.pick(names),
            f"merge {merge.theirs.name} into {merge.ours.name}",
            namespace=self._session.values,
            around=self._session.around(names),
            merged=merge.theirs.id,
        )


def _with_yes(call: Call) -> str:
    words = [call["version"], *call["names"], *(["--as", call["as_"]] if call["as_"] else []), "--yes"]
    return f"%mv_rollback {' '.join(words)}"


def _can_ask(shell: Any) -> bool:
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return bool(sys.stdin is not None and sys.stdin.isatty())
