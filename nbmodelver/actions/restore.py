"""Rollback, undo, redo, switch, merge and cherry.

The current state is saved first. Either all variables change or none.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from nbmodelver.actions.commit import Committed, checked
from nbmodelver.actions.merge import AlreadyMerged, MergeRequest, merge_act, plan_merge
from nbmodelver.errors import NbmodelverError, NothingToCommit, StoreError, UnknownVersion, UsageError
from nbmodelver.registry import usable
from nbmodelver.repo.core.imports import is_import
from nbmodelver.repo.hooks import around
from nbmodelver.repo.restore.undo import NOTHING, Replaced, UndoMemory, new_token

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from nbmodelver.actions.session import LiveSession
    from nbmodelver.model import Json, MergePreview, Plan, Version, VersionId
    from nbmodelver.repo import Repo
    from nbmodelver.repo.restore.merge import MergePlan
    from nbmodelver.repo.restore.rollback import Rollback
    from nbmodelver.repo.restore.undo import Side, UndoHistory

    Step = Callable[[UndoHistory, VersionId], UndoHistory]
    """Changes the undo history after a jump. The second argument is the version of the state before the jump."""


@dataclass(frozen=True)
class RollbackRequest:
    """The version to restore, and the options.

    names: only these variables and those that share objects with them. only_missing: only variables that are not in
    the notebook. prefix: restore the values under names with this prefix and change nothing else. trust: load pickled
    values of a version from elsewhere. session: restore random state and options; None uses the setting. modules: write
    missing modules of the project first. partial: leave out values that cannot be loaded. force: the reason to use an
    archived version, which is kept as an event; "" refuses it.
    """

    revision: str
    names: Sequence[str] = ()
    only_missing: bool = False
    prefix: str = ""
    trust: bool = False
    session: bool | None = None
    modules: bool = False
    partial: bool = False
    force: str = ""


@dataclass(frozen=True)
class CherryRequest:
    """The version and the names to bring into the notebook and into a new version.

    message: stands before the names and the version that they came from. trust: load pickled values from elsewhere.
    """

    revision: str
    names: Sequence[str]
    message: str = ""
    trust: bool = False


@dataclass(frozen=True)
class PlannedRollback:
    """A rollback that was planned but not done."""

    request: RollbackRequest
    rollback: Rollback
    plan: Plan


class Restores:
    """The jumps of one notebook from version to version, and the objects in memory that undo needs."""

    def __init__(self, session: LiveSession) -> None:
        self._session = session
        self._memory = UndoMemory()

    def plan(self, request: RollbackRequest) -> PlannedRollback:
        """Return the plan of a rollback. Nothing is changed."""
        repo = self._session.repo()
        version = repo[request.revision]
        notes = usable.notes_or_refusal(repo, version, f"%mv_rollback {version.name}", request.force)
        rollback = self._rollback(
            repo,
            version,
            names=request.names,
            only_missing=request.only_missing,
            prefix=request.prefix,
            trusted=request.trust or None,
            session=request.session,
            with_modules=request.modules,
        )
        plan = repo.planned(rollback, saves_first=repo.saves_first(rollback))
        return PlannedRollback(request, rollback, replace(plan, notes=(*notes, *plan.notes)))

    def rollback(self, planned: PlannedRollback) -> Plan:
        """Do a planned rollback. Returns the plan with the notes of the load."""
        repo, request, rollback = self._session.repo(), planned.request, planned.rollback
        if request.force:
            usable.record_forced(repo, rollback.version, request.force)
        written = repo.write_modules(rollback.version, trusted=request.trust) if request.modules else None
        self._jump(repo, rollback, planned.plan, partial=request.partial)
        done = rollback.with_load_notes(planned.plan)
        if written is not None:
            done = replace(done, notes=(*done.notes, *written.sentences(rollback.version.name)))
        return done

    def undo(self) -> Plan:
        """Undo the last rollback, switch or merge. Raises UsageError if there is none."""
        return self._step("undo", "undo reverts a rollback, a switch or a merge")

    def redo(self) -> Plan:
        """Repeat what the last undo reverted. Raises UsageError if there is nothing to redo."""
        return self._step("redo", "redo repeats what %mv_undo reverted")

    def switch(self, branch: str, *, create: bool = False, trust: bool = False) -> Plan:
        """Restore the latest version of a branch; later commits extend this branch.

        create: create the branch at the current version first. trust: load pickled values from elsewhere. Raises
        UnknownVersion for an unknown branch, and UsageError if it exists and `create` is set.
        """
        repo = self._session.repo()
        if create:
            repo.branch(branch)
        tip = branch_tip(repo, branch)
        if not create:  # A new branch begins at the version that the notebook holds.
            usable.notes_or_refusal(repo, tip, f"%mv_rollback {tip.name}")
        rollback = self._rollback(repo, tip, trusted=trust or None)
        plan = repo.planned(rollback, saves_first=repo.saves_first(rollback))
        self._jump(repo, rollback, plan, branch=branch)
        return rollback.with_load_notes(plan)

    def merge(self, request: MergeRequest | str, take: Mapping[str, str] | None = None) -> Committed | AlreadyMerged:
        """Merge a version into the current one, and bind its values in the notebook.

        request: a version stands for a request with `take`. take: see `MergeRequest`.
        Raises MergeConflict if a choice is missing, NeedsTrust, HookFailed, UsageError.
        """
        repo = self._session.repo()
        planned = plan_merge(self._session, MergeRequest(request, take or {}) if isinstance(request, str) else request)
        merge = planned.merge
        if planned.is_merged:
            return AlreadyMerged(merge.theirs, merge.ours)
        usable.notes_or_refusal(repo, merge.theirs, f"%mv_rollback {merge.theirs.name}")
        planned.require_settled()
        act = merge_act(merge)
        around.before(repo, act)
        trusted = planned.request.trusted
        loads = [self._rollback(repo, version, names=names, trusted=trusted) for version, names in planned.whole]
        values = {**{name: value for load in loads for name, value in load.load().items()}, **planned.values}
        beside = [n for n in planned.replaced if n in self._session.values and n not in merge.ours.kept]
        before = merge.ours
        if beside or repo.is_dirty(self._session.values):
            before = self._saved(repo, f"before merge of {merge.theirs.name}", beside) or before
        remove = [n for n in merge.remove if not is_import(self._session.values.get(n))]
        version, more_notes = self._bound(
            repo, values, remove, before, partial(self._merged, repo, merge, planned.values)
        )
        notes = [*planned.preview(removed=remove).lines(), *more_notes]
        if before.id != merge.ours.id:
            notes.append(f"changes that were in no version were saved as {before.name}: %mv_undo restores them")
        notes += [note for load in loads for note in load.differences]
        around.after(repo, merge_act(merge, version))
        return Committed(version, merge.ours, notes, repo.directions([version]))

    def plan_merge(self, request: MergeRequest) -> MergePreview:
        """Return the plan of a merge. Nothing is changed. Raises UsageError, UnknownVersion."""
        planned = plan_merge(self._session, request)
        remove = [n for n in planned.merge.remove if not is_import(self._session.values.get(n))]
        return planned.preview(removed=remove)

    def cherry(self, request: CherryRequest) -> Committed:
        """Bind some values of a version in the notebook, and commit them with those of the current version.

        Names that share objects with the given ones come with them. Raises NothingToCommit if the notebook and the
        current version have these values already, UnknownVersion, UnknownName, NeedsTrust, NotLoadable, StoreError.
        """
        repo = self._session.repo()
        version, head = repo[request.revision], repo.history.head
        if head is None:
            raise UsageError("there is no current version to add the values to", "create one: %mv_commit")
        usable.notes_or_refusal(repo, version, f"%mv_rollback {version.name}")
        rollback = self._rollback(repo, version, names=request.names, trusted=request.trust or None)
        with self._session.progress() as progress:
            values = rollback.load(progress)
        brought = [n for n in version.kept if n in values or n in request.names]
        where = f"{', '.join(brought)} from {version.name}"
        if not values and all(n in head.kept and head.kept[n].digest == version.kept[n].digest for n in brought):
            said = f"nothing to bring: the notebook and {head.name} have the same values of {', '.join(brought)}"
            raise NothingToCommit(said, f"compare the versions: %mv_diff {version.name} {head.name}")
        before, beside = head, repo.endangered(rollback)
        allowed = {*repo.secrets_in_head(self._session.values), *brought}
        if beside or repo.is_dirty(self._session.values, rollback):
            before = self._saved(repo, f"before cherry of {where}", beside) or head
        message = f"{request.message} ({where})" if request.message else where
        names = [*dict.fromkeys([*head.kept, *brought])]
        commit = partial(self._committed, repo, names, message, allow_secrets=allowed)
        made, more_notes = self._bound(repo, values, (), before, commit)
        findings = checked(repo, made, {n: self._session.values[n] for n in made.kept})
        notes = [*(f"{n} from {version.name}" for n in brought), *more_notes, *rollback.differences]
        return Committed(made, before, notes, repo.directions([made]), findings)

    def _bound(
        self,
        repo: Repo,
        values: Mapping[str, Any],
        remove: Sequence[str],
        before: Version,
        commit: Callable[[], Version],
    ) -> tuple[Version, list[str]]:
        """Bind and remove values, commit them, and write the undo history. Returns the version, and notes.

        before: the current version, to which undo returns. If the commit fails, the variables are as they were.
        """
        ours = {n: self._session.values[n] for n in (*values, *remove) if n in self._session.values}
        self._session.put_back(values, remove)
        try:
            version = commit()
        except BaseException:
            if repo.history.head_id == before.id:
                self._session.put_back(ours, [n for n in values if n not in ours])
            raise
        self._session.committed()
        token, unsaved = new_token(), frozenset(n for n in ours if n not in before.kept)
        notes = [f"{n} was in no version; undo can restore it while this kernel runs" for n in sorted(unsaved)]
        try:
            repo.journals.update(lambda journal: journal.jumped(before.id, version.id, token=token))
        except StoreError as error:
            notes.append(f"the undo history could not be written, so %mv_undo cannot revert this: {error.message}")
        self._keep(repo, token, "before", Replaced(ours, unsaved))
        self._session.notify()
        return version, notes

    def _merged(self, repo: Repo, merge: MergePlan, inside: Collection[str]) -> Version:
        """Commit the merged values, which are bound already. inside: names that were merged inside."""
        names = [n for n in dict.fromkeys([*merge.ours.kept, *merge.theirs.kept, *inside]) if n not in merge.remove]
        message = f"merge {merge.theirs.name} into {merge.ours.name}"
        return self._committed(repo, names, message, merged=merge.theirs.id)

    def _committed(
        self,
        repo: Repo,
        names: Sequence[str],
        message: str,
        *,
        merged: VersionId | None = None,
        allow_secrets: Collection[str] = (),
    ) -> Version:
        """Commit the live values of these names, as far as they exist."""
        present = [n for n in names if n in self._session.values]
        return repo.commit(
            self._session.pick(present),
            message,
            namespace=self._session.values,
            around=self._session.around(present),
            merged=merged,
            allow_secrets=allow_secrets,
        )

    def _rollback(self, repo: Repo, version: Version, **how: Any) -> Rollback:
        return repo.rollback(version, self._session.values, own=self._session.names(), **how)

    def _step(self, way: Literal["undo", "redo"], hint: str) -> Plan:
        """Do one undo or redo."""
        repo = self._session.repo()
        journal = repo.journals.read()
        jump = journal.undo if way == "undo" else journal.redo
        if jump is None:
            raise UsageError(f"there is nothing to {way}", hint)
        target = jump.before if way == "undo" else jump.after
        here: Side = "after" if way == "undo" else "before"
        there: Side = "before" if way == "undo" else "after"

        others: list[str] = []

        def stepped(found: UndoHistory, now: VersionId) -> UndoHistory:
            if found != journal:  # Another kernel of this notebook jumped meanwhile: this is a new jump.
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
        self._jump(repo, rollback, plan, partial=True, step=stepped, token=jump.token, side=here)
        if others:
            self._memory.move(jump.token, here, (others[0], "before"))
        else:
            self._memory.forget(jump.token, there)
        return rollback.with_load_notes(plan)

    def _jump(
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
        """Load the values, save the current state if it differs, bind all values in one step, and move HEAD.

        partial: leave out values that cannot be loaded. branch: the branch to switch to. step: the change of the undo
        history; by default a new jump. token, side: key of the replaced objects in the undo memory.
        """
        target, values_now = rollback.version, self._session.values
        with self._session.progress() as progress:
            values = rollback.load(progress, partial=partial)
        token = token or new_token()
        came = [n for n in values if n not in values_now] if rollback.keeps_head or rollback.prefix else []
        before = repo.history.head
        if plan.saves_first:
            before = self._saved(repo, f"before rollback to {target.name}", repo.endangered(rollback))
        replaced = self._replaced(rollback, [*values, *rollback.vanishing], before)
        is_empty = (rollback.keeps_head and rollback.changes_nothing) or (rollback.prefix and not rollback.replaced)
        if step is None and before is not None and not is_empty:
            step = lambda entry, now: entry.jumped(now, target.id, came, token)  # noqa: E731  # two lines for one
        with self._session.uninterrupted():
            self._session.put_back(values, rollback.vanishing)
            self._write_refs(repo, rollback, branch, (step, before.id) if step and before else None)
            rollback.let_go = self._keep(repo, token, side, replaced)
        rollback.finish()
        if rollback.session is not None:
            rollback.session.restore()
        self._session.notify()

    def _keep(self, repo: Repo, token: str, side: Side, replaced: Replaced) -> tuple[str, ...]:
        """Keep the replaced objects in memory for undo. Returns names that undo can no longer restore from memory."""
        known: set[str] = set()
        limit_mb: Json = 0
        with suppress(NbmodelverError):  # The values are restored: an unreadable store must not cost the undo memory.
            limit_mb = repo.settings["undo_memory_mb"]
            known = {token, *(jump.token for jump in repo.journals.read().jumps)}
        most_bytes = limit_mb * 1_000_000 if isinstance(limit_mb, int) else 0
        return self._memory.keep(token, side, replaced, most_bytes=most_bytes, known=known)

    def _replaced(self, rollback: Rollback, names: Sequence[str], before: Version | None) -> Replaced:
        """Return the live objects that are replaced, and which of them are in no version."""
        objects = {n: self._session.values[n] for n in names if n in self._session.values}
        unsaved = {s.name for s in rollback.unsaved} | {n for n in objects if before is None or n not in before.kept}
        held = {holder.name for holder in rollback.held.found}
        size_bytes = sum(rollback.live.size_bytes(n) for n in objects.keys() - held - unsaved)
        session = rollback.session.now if rollback.session is not None and rollback.session.restores else None
        return Replaced(objects, frozenset(unsaved & objects.keys()), size_bytes, session)

    @staticmethod
    def _write_refs(repo: Repo, rollback: Rollback, branch: str | None, step: tuple[Step, VersionId] | None) -> None:
        """Move HEAD and write the undo history. An error is reported as a note, because the values are restored."""
        try:
            if not (rollback.keeps_head or rollback.prefix):
                repo.history.set_head(rollback.version.id, branch)
            if step is not None:
                change, before = step
                repo.journals.update(lambda journal: change(journal, before))
        except StoreError as error:
            rollback.unwritten = error.message

    def _saved(self, repo: Repo, why: str, also: Sequence[str] = ()) -> Version | None:
        """Commit the live values of HEAD's variables and of `also`. Returns HEAD if none can be saved."""
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


def branch_tip(repo: Repo, name: str) -> Version:
    """Return the latest version of a branch. Raises UnknownVersion with the existing branches."""
    branches = repo.history.branches()
    if name not in branches:
        existing = ", ".join(branches) or "no branch yet"
        raise UnknownVersion(f"no branch '{name}'", f"existing: {existing}; create it with %mv_branch {name}")
    return branches[name]
