"""Plans of rollbacks, and the values of versions: everything that reads live values or loads stored ones."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import session as session_state
from nbmodelver.errors import (
    Damaged,
    DeprecatedVersion,
    LoadedDifferently,
    NeedsTrust,
    NotLoadable,
    StoreError,
    UsageError,
)
from nbmodelver.repo.core import modules, modules_written, states
from nbmodelver.repo.core.environment import differences, distributions, environment
from nbmodelver.repo.core.labels import as_names
from nbmodelver.repo.core.secrets import Searcher
from nbmodelver.repo.restore.companions import bring_companions
from nbmodelver.repo.restore.definition_loader import DefinitionLoader
from nbmodelver.repo.restore.libraries import Releases, sentences
from nbmodelver.repo.restore.merge import MergePlan, plan_merge
from nbmodelver.repo.restore.merge_inside import MergingStore
from nbmodelver.repo.restore.needed import names_needed
from nbmodelver.repo.restore.options import RollbackOptions
from nbmodelver.repo.restore.rollback import Rollback
from nbmodelver.repo.restore.sessions import SessionState
from nbmodelver.repo.restore.undo import NOTHING, Replaced

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from nbmodelver.model import Group, Plan, Progress, Version


class RestoringStore(MergingStore):
    """An open store that can load values and plan rollbacks and merges."""

    def plan(
        self,
        revision: str | Version,
        live: dict[str, Any] | None = None,
        *,
        names: str | Sequence[str] = (),
        **how: Any,
    ) -> Plan:
        """Return the plan of a rollback. Changes nothing.

        live: the namespace to compare with; None: an empty one. names: restore only these; () for all.
        how: further keyword arguments of `rollback` (only_missing, prefix, own). Raises UnknownVersion, UnknownName.
        """
        rollback = self.rollback(revision, {} if live is None else live, names=names, **how)
        return self.planned(rollback, saves_first=live is not None and self.saves_first(rollback))

    def load(
        self,
        revision: str | Version,
        names: str | Sequence[str] | None = None,
        *,
        namespace: dict[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Return the values of a version by name. names: load only these; None for all.

        namespace: the globals of restored functions; None: a new dict. The names and imports that these functions use
        are added to it if they are missing.
        Warns LoadedDifferently for each value that the installed libraries restore differently.
        Warns DeprecatedVersion for a deprecated version.
        Raises UnknownVersion, UnknownName, NeedsTrust, NotLoadable, ArchivedVersion, Damaged.
        """
        version = self[revision]
        states.require_not_archived(self, version, "nbmodelver.load(ADDRESS, force=True, why=WHY)")
        if note := states.deprecation_note(self, version):
            warnings.warn(DeprecatedVersion(note), stacklevel=2)
        values, differences = self.loaded(version, as_names("names", names), namespace=namespace, progress=progress)
        for sentence in differences:
            warnings.warn(LoadedDifferently(sentence), stacklevel=2)
        return values

    @staticmethod
    def restore_session(state: dict[str, Any]) -> None:
        """Restore random state, options and working directory. state: as `session` returns it."""
        session_state.restore(state)

    def merge_plan(self, revision: str | Version, choices: Mapping[str, str] | None = None) -> MergePlan:
        """Return the plan of a merge into the current version: names to take, names to remove, conflicts.

        choices: name -> "ours" or "theirs", for conflicts. Raises UsageError, UnknownVersion.
        """
        self.wait_for_pending()
        head = self.history.head
        if head is None:
            raise UsageError("a merge needs a version to merge into", "create one: %mv_commit")
        theirs = self[revision]
        return plan_merge(head, theirs, self.history.version, choices or {})

    def write_modules(self, revision: str | Version, *, trusted: bool = False) -> modules_written.Written:
        """Write the modules of a version that are missing; write those that differ into a folder of the project.

        Existing files are never replaced. trusted: write the modules of an untrusted version too.
        Raises NeedsTrust, NotLoadable if a link or a file is in the way, StoreError if a file cannot be written.
        """
        version = self[revision]
        stored = self.modules_then(version)
        if stored is None:
            return modules_written.Written()
        if not (trusted or self.trusts(version)):
            raise NeedsTrust(
                f"the modules of {version.name} are not trusted: {modules.some(list(stored.modules.files))}",
                f"read them with %mv_show {version.name}, then run %mv_trust {version.name}",
            )
        try:
            return modules_written.write(stored)
        except OSError as error:
            raise StoreError(
                f"the modules of {version.name} cannot be written to {stored.project.folder}: {error.strerror}",
                f"read them with repo.modules({version.name!r})",
            ) from error

    def rollback(
        self,
        revision: str | Version,
        live: dict[str, Any],
        *,
        names: str | Sequence[str] = (),
        only_missing: bool = False,
        prefix: str = "",
        trusted: bool | None = None,
        came: Sequence[str] = (),
        own: Collection[str] | None = None,
        replaced: Replaced = NOTHING,
        session: bool | None = None,
        with_modules: bool = False,
    ) -> Rollback:
        """Return a rollback that can be planned and loaded. Changes nothing.

        live: the namespace of the notebook. names: restore only these; () for all. only_missing: restore only names
        that are not in `live`. prefix: restore under new names with this prefix. trusted: load pickled values; None: if
        the version is trusted. came: names that are removed if the target does not contain them, in addition to the
        names of the current version. own: the names of the user in `live`; None: all public names. replaced: for undo,
        the objects that the undone jump removed from the notebook. with_modules: the caller writes missing modules
        before the load (`write_modules`). session: restore random state and options; None: as the setting says, and
        only in a rollback of everything.
        Raises UnknownVersion, UnknownName, Damaged, and NotLoadable if `session` is True but the version has no state.
        """
        self.wait_for_pending()
        version = self[revision]
        head = self.history.head
        selected = as_names("names", names)
        groups = [version.group_of(name) for name in selected if name in version.kept]
        whole = not (selected or only_missing or prefix)
        default = whole and bool(self.settings["restore_session"])
        state = self._session_state(version, replaced, required=bool(session))
        return Rollback(
            self.group_store,
            version,
            live,
            RollbackOptions(
                names=selected,
                session=SessionState(
                    version.name, state, restores=default if session is None else session, requested=session
                )
                if whole or session
                else SessionState(version.name, state, restores=False, requested=False),
                needed=self._needed(version, groups, prefix),
                tracked=(*(head.kept if head else ()), *came),
                only_missing=only_missing,
                prefix=prefix,
                trusted=self.trusts(version) if trusted is None else trusted,
                restricted=bool(self.origins(version)),
                own=own,
                allowed_secrets=lambda: self.secrets_in_head(live),
                replaced=replaced,
                modules=self.modules_then(version, will_write=with_modules),
            ),
        )

    def _needed(self, version: Version, groups: Sequence[Group], prefix: str) -> Collection[str]:
        """Return the names that code in these groups refers to; without groups, those of `imports_needed`."""
        if prefix:
            return ()
        return names_needed(self.group_store, version, groups) if groups else self.imports_needed(version)

    def imports_needed(self, version: Version) -> dict[str, str]:
        """Return the imports that the code of an imported version needs: name -> "module" or "module:name".

        Returns {} for a version that was committed in this store. Raises Damaged.
        """
        if not version.imports or not self.origins(version):
            return {}
        needed = names_needed(self.group_store, version, version.groups)
        return {name: where for name, where in version.imports.items() if name in needed}

    def saves_first(self, rollback: Rollback) -> bool:
        """Return True if a rollback would replace or remove a live value that no version contains."""
        if rollback.keeps_head and rollback.changes_nothing:
            return False
        if self.endangered(rollback):
            return True
        head = self.history.head
        if head is None or (rollback.prefix and not rollback.replaced):
            return False
        to_head = Rollback(self.group_store, head, rollback.namespace, reuse=rollback)
        changed = {n for g in to_head.groups for n in g.names if n in rollback.namespace}
        return bool(changed - {s.name for s in (*to_head.live.capture.skipped, *rollback.unsaved)})

    def endangered(self, rollback: Rollback) -> tuple[str, ...]:
        """Return the live names that a rollback replaces or removes and that the current version could contain."""
        head, unsaved = self.history.head, {s.name for s in rollback.unsaved}
        known = head.kept.keys() if head is not None else ()
        return tuple(n for n in rollback.replaced if n not in known and n not in unsaved)

    def planned(self, rollback: Rollback, *, saves_first: bool) -> Plan:
        """Return the plan of a rollback, including the differences of the environment. Raises Damaged."""
        used = frozenset(c.partition(".")[0].partition(":")[0] for g in rollback.version.groups for c in g.classes)
        roots = frozenset(kept.type.partition(".")[0].lower() for kept in rollback.version.kept.values())
        then, now = self.environment(rollback.version), environment()
        rollback.releases = Releases(then, now)
        changed = differences(then, now, used | roots | distributions(used | roots))
        return rollback.plan(changed, saves_first=saves_first)

    def loaded(
        self,
        version: Version,
        names: Sequence[str] = (),
        *,
        namespace: dict[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> tuple[dict[str, Any], list[str]]:
        """Load values without a warning; see `LoadingStore.loaded`."""
        scope: dict[str, Any] = {"__name__": "__main__"} if namespace is None else namespace
        trusted, restricted = self.trusts(version), bool(self.origins(version))
        options = RollbackOptions(
            names=names, trusted=trusted, restricted=restricted, modules=self.modules_then(version)
        )
        rollback = Rollback(self.group_store, version, dict(scope), options)
        rollback.namespace = scope
        groups = rollback.selected_groups
        if any(group.pickled for group in groups):
            rollback.releases = self._releases(version)
        loading = DefinitionLoader(rollback)
        loader = loading.loader
        values = self.group_store.load(groups, loader, progress)
        bring_companions(loading, values)
        if namespace is None:
            scope.update(values)
        releases = rollback.releases or Releases({}, {})
        made_with = [note for group in groups for note in releases.made_with(group, version.kept)]
        return {n: v for n, v in values.items() if not names or n in names}, sentences([*made_with, *loader.load_notes])

    def _releases(self, version: Version) -> Releases:
        try:
            return Releases(self.environment(version), environment())
        except Damaged:  # The list of packages is damaged. The values may still be intact.
            return Releases({}, {})

    def is_dirty(self, live: dict[str, Any], reuse: Rollback | None = None) -> bool:
        """Return True if a live name differs from the current version, or no longer shares the same objects.

        reuse: a rollback of the same live values, whose encoding of them is used again.
        """
        head = self.history.head
        if head is None:
            return False
        to_head = Rollback(self.group_store, head, live, reuse=reuse)
        return any(n in live for g in to_head.groups for n in g.names)  # `groups` are those that differ.

    def secrets_in_head(self, live: Mapping[str, Any]) -> frozenset[str]:
        """Return the unchanged live names of the current version that look like secrets: the user allowed them."""
        head, search = self.history.head, Searcher()
        found = [n for n in (head.kept if head else ()) if n in live and search.in_value(n, live[n]) is not None]
        return frozenset(found) - frozenset(self.changed_names(dict(live))) if found else frozenset()

    def changed_names(self, live: dict[str, Any]) -> tuple[str, ...]:
        """Return the names of the current version whose live values differ from it."""
        head = self.history.head
        if head is None:
            return ()
        changed = Rollback(self.group_store, head, live).changed
        return tuple(n for n in head.kept if n in changed)

    def _session_state(self, version: Version, replaced: Replaced, *, required: bool) -> dict[str, Any] | None:
        """Return the session state for a rollback: of the undo memory, or of the version if it is the user's own.

        Raises NotLoadable if a state is required and there is none.
        """
        if replaced.session is not None:
            return replaced.session
        state = None if self.origins(version) and not required else self.session(version)
        if state is None and required:
            raise NotLoadable(f"{version.name} has no random state and no options", "leave out --session")
        return state
