"""The way back and across: rollback, undo and redo, branches, merges. Saved before, all of it or nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal

from IPython.display import display

from nbmodelver import faces, views
from nbmodelver.errors import StoreError, UsageError
from nbmodelver.kernel.namespace import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nbmodelver.kernel.notebook import Notebook
    from nbmodelver.model import Plan, Version, VersionId
    from nbmodelver.repo import Repo
    from nbmodelver.repo.merge import MergePlan
    from nbmodelver.repo.rollback import Rollback
    from nbmodelver.repo.undo import Journal
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown

    Step = Callable[[Journal], Journal]


class WayBack:
    """Jumps of one notebook from version to version."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    def rollback(self, call: Call) -> Shown:
        """`%mv_rollback`."""
        repo = self._notebook.repo()
        version = repo[call["version"]]
        prefix = call["as_"] or ""
        rollback = repo.rollback(
            version,
            self._notebook.values,
            names=call["names"],
            only_missing=call["only_missing"],
            prefix=prefix,
            trusted=call["trust"] or None,
        )
        dirty = not (prefix or (rollback.stays and rollback.idle)) and self._is_unsaved(repo, rollback)
        plan = repo.planned(rollback, saves_first=dirty)
        if call["dry_run"]:
            return views.plan(plan)
        if not call["yes"] and repo.settings["confirm_rollback"]:
            offered = self._notebook.shows.offer(call, plan)
            if offered is not None:
                return offered
            if not self._agreed(plan):
                return views.sentence("nothing was changed", value=plan)
        session = repo.demand_session(version) if call["session"] else None
        self.jump(repo, rollback, plan, partial=call["partial"])
        if session is not None:
            repo.restore_session(session)
        return views.plan(rollback.told(plan), done=True)

    def _agreed(self, plan: Plan) -> bool:
        """Ask, where there is someone to ask and something to lose."""
        if not (plan.named("changes") or plan.named("vanishes")):
            return True
        ask = getattr(self._notebook.shell, "ask_yes_no", None)
        if ask is None or not _can_ask(self._notebook.shell):
            return True  # Executed without a person; the state before is saved, and %mv_undo brings it back.
        display(views.plan(plan))
        return bool(ask("Roll back? [y/N]", default="n", interrupt="n"))

    def jump(
        self,
        repo: Repo,
        rollback: Rollback,
        plan: Plan,
        *,
        partial: bool = False,
        branch: str | None = None,
        step: Step | None = None,
    ) -> None:
        """Save the present state if it differs, load, swap in one step, stand at the version.

        partial: leave out what cannot be loaded. branch: to go to. step: in the journal, if it is not one more jump.
        """
        target = rollback.version
        with self._notebook.progress() as progress:
            values = rollback.load(progress, partial=partial)
        if rollback.prefix:
            self._notebook.namespace.put_back(values)
            return
        came = [n for n in values if n not in self._notebook.values] if rollback.stays else []
        before = repo.history.head
        if plan.saves_first:
            before = self._saved(repo, f"before rollback to {target.name}", repo.endangered(rollback))
        if step is None and before is not None and not (rollback.stays and rollback.idle):
            earlier = before.id
            step = lambda entry: entry.jumped(earlier, target.id, came)  # noqa: E731  # two lines for one
        with uninterrupted():
            self._notebook.namespace.put_back(values, rollback.vanishing)
            self._write_down(repo, rollback, branch, step)
        rollback.settled()
        self._notebook.tell()

    @staticmethod
    def _write_down(repo: Repo, rollback: Rollback, branch: str | None, step: Step | None) -> None:
        """Stand at the version. The values are back: a store that cannot be written is told of, and no error."""
        try:
            if not rollback.stays:
                repo.history.stand_at(rollback.version.id, branch)
            if step is not None:
                repo.journals.update(step)
        except StoreError as error:
            rollback.unwritten = error.message

    def _is_unsaved(self, repo: Repo, rollback: Rollback) -> bool:
        """True when the present state is in no version: a name differs, or one would be replaced that HEAD left out."""
        return repo.is_dirty(self._notebook.values, rollback) or bool(repo.endangered(rollback))

    def _saved(self, repo: Repo, why: str, also: Sequence[str] = ()) -> Version:
        """The present version's names, if there is one, and `also`, as they are now."""
        head = repo.history.head
        names = (*(head.kept if head else ()), *also)
        values = {n: self._notebook.values[n] for n in names if n in self._notebook.values}
        return repo.commit(values, why, namespace=self._notebook.values, around=self._notebook.around(values), auto=why)

    def undo(self, _call: Call) -> Shown:
        """`%mv_undo`."""
        return self._step("undo", "an undo takes back a rollback, a switch or a merge")

    def redo(self, _call: Call) -> Shown:
        """`%mv_redo`."""
        return self._step("redo", "a redo does again what %mv_undo took back")

    def _step(self, way: Literal["undo", "redo"], hint: str) -> Shown:
        """One step along the journal of jumps."""
        repo = self._notebook.repo()
        journal = repo.journals.read()
        jump = journal.undo if way == "undo" else journal.redo
        if jump is None:
            raise UsageError(f"there is nothing to {way}", hint)
        target = jump.before if way == "undo" else jump.after

        def stepped(found: Journal, now: VersionId) -> Journal:
            if found != journal:  # Another kernel that shares it jumped meanwhile: this is one more jump, not a step.
                return found.jumped(now, target)
            return journal.undone(now) if way == "undo" else journal.redone(now)

        plan = self._return_to(repo, target, jump.came if way == "undo" else (), stepped)
        return views.plan(plan, done=True, back="%mv_redo" if way == "undo" else "%mv_undo")

    def _return_to(
        self, repo: Repo, version_id: VersionId, came: Sequence[str], stepped: Callable[[Journal, VersionId], Journal]
    ) -> Plan:
        """Jump as a step of the journal; `stepped` is given the version that holds the state before."""
        target = repo.history.exact(version_id)
        rollback = repo.rollback(target, self._notebook.values, came=came)
        now = faces.demand_head(repo)
        if self._is_unsaved(repo, rollback):
            now = self._saved(repo, f"before undo to {target.name}", repo.endangered(rollback))
            rollback = repo.rollback(target, self._notebook.values, came=came)
        plan = repo.planned(rollback, saves_first=False)
        self.jump(repo, rollback, plan, step=lambda journal: stepped(journal, now.id))
        return rollback.told(plan)

    # -- branches

    def switch(self, call: Call) -> Shown:
        """`%mv_switch`."""
        repo = self._notebook.repo()
        target = faces.branch_tip(repo, call["branch"])
        rollback = repo.rollback(target, self._notebook.values)
        plan = repo.planned(rollback, saves_first=self._is_unsaved(repo, rollback))
        self.jump(repo, rollback, plan, branch=call["branch"])
        return views.plan(rollback.told(plan), done=True, branch=call["branch"])

    def merge(self, call: Call) -> Shown:
        """`%mv_merge`."""
        from nbmodelver.repo.merge import demand_settled

        repo = self._notebook.repo()
        merge = repo.merge_plan(call["version"], call["take"])
        if merge.base == merge.theirs and not call["take"]:
            said = f"{merge.theirs.name} is part of {merge.ours.name} already: nothing to merge"
            return views.sentence(said, value=merge.ours)
        demand_settled(merge)
        beside = [n for n in merge.take if n in self._notebook.values and n not in merge.ours.kept]
        before = merge.ours
        if beside or repo.is_dirty(self._notebook.values):
            before = self._saved(repo, f"before merge of {merge.theirs.name}", beside)
        values: Mapping[str, Any] = {}
        otherwise: list[str] = []
        if merge.take:
            theirs = repo.rollback(merge.theirs, self._notebook.values, names=merge.take)
            values, otherwise = theirs.load(), theirs.differences
        ours = {n: self._notebook.values[n] for n in (*values, *merge.remove) if n in self._notebook.values}
        self._notebook.namespace.put_back(values, merge.remove)
        try:
            version = self._merged(repo, merge)
        except BaseException:
            if repo.history.head_id == before.id:
                self._notebook.namespace.put_back(ours, [n for n in values if n not in ours])
            raise
        self._notebook.cells.committed()
        notes = [f"{n} from {merge.theirs.name}" for n in merge.take]
        notes += [*(f"{n} is gone, as in {merge.theirs.name}" for n in merge.remove), *otherwise]
        try:
            repo.journals.update(lambda journal: journal.jumped(before.id, version.id))
        except StoreError as error:
            notes.append(f"not written down, so %mv_undo does not know of it: {error.message}")
        self._notebook.tell()
        return views.commit(version, merge.ours, notes)

    def _merged(self, repo: Repo, merge: MergePlan) -> Version:
        """The version of a merge whose values are there."""
        names = [
            n
            for n in dict.fromkeys([*merge.ours.kept, *merge.theirs.kept])
            if n in self._notebook.values and n not in merge.remove
        ]
        return repo.commit(
            self._notebook.namespace.pick(names),
            f"merge {merge.theirs.name} into {merge.ours.name}",
            namespace=self._notebook.values,
            around=self._notebook.around(names),
            merged=merge.theirs.id,
        )


def _can_ask(shell: Any) -> bool:
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return bool(sys.stdin is not None and sys.stdin.isatty())
