"""What a rollback would do, and the values of versions: everything that needs live values or loads stored ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Damaged, NeedsTrust, NotLoadable, StoreError
from nbmodelver.repo.core import modules, modules_written
from nbmodelver.repo.core.environment import differences, distributions, environment
from nbmodelver.repo.core.labels import as_names
from nbmodelver.repo.core.open_store import LoadingStore
from nbmodelver.repo.core.secrets import Searcher
from nbmodelver.repo.restore.companions import bring_companions
from nbmodelver.repo.restore.definition_loader import DefinitionLoader
from nbmodelver.repo.restore.libraries import Releases, sentences
from nbmodelver.repo.restore.needed import names_needed
from nbmodelver.repo.restore.options import RollbackOptions
from nbmodelver.repo.restore.rollback import Rollback
from nbmodelver.repo.restore.sessions import SessionState
from nbmodelver.repo.restore.undo import NOTHING, Replaced

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from nbmodelver.model import Group, Plan, Progress, Version


class RestoringStore(LoadingStore):
    """An open store with its rollbacks and loads."""

    def write_modules(self, revision: str | Version, *, trusted: bool = False) -> modules_written.Written:
        """Write the modules of a version that are missing here; those that differ go into a folder beside the store.

        Nothing is ever replaced. trusted: also those of a version from elsewhere that is not trusted.
        Raises NeedsTrust, NotLoadable where a link or a file is in the way, StoreError.
        """
        version = self[revision]
        then = self.modules_then(version)
        if then is None:
            return modules_written.Written()
        if not (trusted or self.trusts(version)):
            raise NeedsTrust(
                f"the modules of {version.name} came from elsewhere: {modules.some(list(then.modules.files))}",
                f"read them with %mv_show {version.name}; then %mv_trust {version.name}",
            )
        try:
            return modules_written.write(then)
        except OSError as error:
            raise StoreError(
                f"the modules of {version.name} cannot be written below {then.project.folder}: {error.strerror}",
                f"read them: repo.modules({version.name!r})",
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
        """A rollback to be planned and loaded; nothing is touched. live: the notebook's namespace.

        came: names beside those of the present version that go when the target does not know them. own: the user's
        names in `live`; default: all public ones. replaced: what the jump that is taken back took out of the notebook.
        with_modules: missing modules of the version will be there for the load (write_modules).
        session: whether random state and options come back; default: as the settings say, with everything only. Raises
        NotLoadable when they are asked for and the version was made without them.
        """
        self.wait_for_pending()
        version = self[revision]
        head = self.history.head
        wanted = as_names("names", names)
        groups = [version.group_of(name) for name in wanted if name in version.kept]
        whole = not (wanted or only_missing or prefix)
        default = whole and bool(self.settings["restore_session"])
        then = self._session_state(version, replaced, asked=bool(session))
        return Rollback(
            self.group_store,
            version,
            live,
            RollbackOptions(
                names=wanted,
                session=SessionState(
                    version.name, then, restores=default if session is None else session, asked=session
                )
                if whole or session
                else SessionState(version.name, then, restores=False, asked=False),
                needed=self._needed(version, groups, prefix),
                tracked=(*(head.kept if head else ()), *came),
                only_missing=only_missing,
                prefix=prefix,
                trusted=self.trusts(version) if trusted is None else trusted,
                restricted=bool(self.origins(version)),
                own=own,
                allowed_secrets=lambda: self.secrets_in_head(live),
                replaced=replaced,
                modules=self.modules_then(version, comes=with_modules),
            ),
        )

    def _needed(self, version: Version, groups: Sequence[Group], prefix: str) -> Collection[str]:
        """Names that code in these groups refers to; of a whole version only where it came from elsewhere."""
        if prefix:
            return ()
        return names_needed(self.group_store, version, groups) if groups else self.imports_needed(version)

    def imports_needed(self, version: Version) -> dict[str, str]:
        """What loading a version that came from elsewhere imports for its code: name -> module or "module:name"."""
        if not version.imports or not self.origins(version):
            return {}
        needed = names_needed(self.group_store, version, version.groups)
        return {name: where for name, where in version.imports.items() if name in needed}

    def saves_first(self, rollback: Rollback) -> bool:
        """True when the notebook holds something that a rollback would replace or leave behind, and no version has."""
        if rollback.stays and rollback.idle:
            return False
        if self.endangered(rollback):
            return True
        head = self.history.head
        if head is None or (rollback.prefix and not rollback.replaced):
            return False
        present = Rollback(self.group_store, head, rollback.namespace, beside=rollback)
        changed = {n for g in present.groups for n in g.names if n in rollback.namespace}
        return bool(changed - {s.name for s in (*present.live.capture.skipped, *rollback.unsaved)})

    def endangered(self, rollback: Rollback) -> tuple[str, ...]:
        """Live names that a rollback replaces or removes, and that the present version does not hold but could."""
        head, unsaved = self.history.head, {s.name for s in rollback.unsaved}
        known = head.kept.keys() if head is not None else ()
        return tuple(n for n in rollback.replaced if n not in known and n not in unsaved)

    def planned(self, rollback: Rollback, *, saves_first: bool) -> Plan:
        """The plan of a rollback, with what differs in the environment."""
        used = frozenset(c.partition(".")[0].partition(":")[0] for g in rollback.version.groups for c in g.classes)
        roots = frozenset(kept.type.partition(".")[0].lower() for kept in rollback.version.kept.values())
        then, now = self.environment(rollback.version), environment()
        rollback.releases = Releases(then, now)
        said = differences(then, now, used | roots | distributions(used | roots))
        return rollback.plan(said, saves_first=saves_first)

    def loaded(
        self,
        version: Version,
        wanted: Sequence[str] = (),
        *,
        namespace: dict[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> tuple[dict[str, Any], list[str]]:
        """The same without a warning: the values, and what is not as it was, as sentences."""
        scope: dict[str, Any] = {"__name__": "__main__"} if namespace is None else namespace
        trusted, restricted = self.trusts(version), bool(self.origins(version))
        options = RollbackOptions(
            names=wanted, trusted=trusted, restricted=restricted, modules=self.modules_then(version)
        )
        rollback = Rollback(self.group_store, version, dict(scope), options)
        rollback.namespace = scope
        groups = rollback.wanted
        if any(group.pickled for group in groups):
            rollback.releases = self._releases(version)
        loading = DefinitionLoader(rollback)
        loader = loading.loader
        values = self.group_store.load(groups, loader, progress)
        bring_companions(loading, values)
        if namespace is None:
            scope.update(values)
        releases = rollback.releases or Releases({}, {})
        made_with = [found for group in groups for found in releases.made_with(group, version.kept)]
        return {n: v for n, v in values.items() if not wanted or n in wanted}, sentences([*made_with, *loader.told])

    def _releases(self, version: Version) -> Releases:
        try:
            return Releases(self.environment(version), environment())
        except Damaged:  # What is read are the values.
            return Releases({}, {})

    def is_dirty(self, live: dict[str, Any], beside: Rollback | None = None) -> bool:
        """True when a name of the present version is live and differs from it, or from what it shared.

        beside: a rollback that was planned just now, which has looked at the live values already.
        """
        head = self.history.head
        if head is None:
            return False
        return any(n in live for g in Rollback(self.group_store, head, live, beside=beside).groups for n in g.names)

    def secrets_in_head(self, live: Mapping[str, Any]) -> frozenset[str]:
        """Live names that look like secrets and that the present version holds as they are: the user allowed them."""
        head, search = self.history.head, Searcher()
        found = [n for n in (head.kept if head else ()) if n in live and search.in_value(n, live[n]) is not None]
        return frozenset(found) - frozenset(self.changed_names(dict(live))) if found else frozenset()

    def changed_names(self, live: dict[str, Any]) -> tuple[str, ...]:
        """Names of the present version that are live and not as they are there."""
        head = self.history.head
        if head is None:
            return ()
        changed = Rollback(self.group_store, head, live).changed
        return tuple(n for n in head.kept if n in changed)

    def _session_state(self, version: Version, replaced: Replaced, *, asked: bool) -> dict[str, Any] | None:
        """The session part for a rollback: from the memory of undo, or the version, if the version was made here."""
        if replaced.session is not None:
            return replaced.session
        state = None if self.origins(version) and not asked else self.session(version)
        if state is None and asked:
            raise NotLoadable(f"{version.name} was made without the session's state", "leave out --session")
        return state
