"""What a push would send, and which refs it would move: the difference between a store and a remote."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nbmodelver.errors import AllForgotten, Diverged, MissingPart, NotPushed
from nbmodelver.model import VersionId
from nbmodelver.model.remotes import RefChange
from nbmodelver.remote.registry_head import RegistryHere
from nbmodelver.remote.segment_contents import replaced_in
from nbmodelver.remote.transfer import BRANCHES, TAGS, Remote, Selection, ancestors_here, ids_in
from nbmodelver.store.ref_names import valid_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import ObjectId
    from nbmodelver.model.events import EventId
    from nbmodelver.model.versions import Json
    from nbmodelver.remote.known import Inventory
    from nbmodelver.remote.remotes import RemoteConnection
    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.store.index import PartIndex
    from nbmodelver.store.shipping import Shipment

CURRENT_BRANCH = Selection()


@dataclass(frozen=True)
class PushOptions:
    """How to push.

    branch_as: the name at the remote of the one branch that is pushed. force: move refs although versions are then no
    longer under them; `why` is then needed. allow_secrets: names of versions, such as "v3", that may be sent although
    they look as if they had a secret. versions_only: send no tags, models and events.
    """

    selection: Selection = CURRENT_BRANCH
    branch_as: str = ""
    force: bool = False
    why: str = ""
    allow_secrets: frozenset[str] = frozenset()
    versions_only: bool = False
    dry_run: bool = False
    again: bool = False
    accept_older: bool = False


class Outgoing:
    """What one attempt of a push sends. The heads of the remote must have been read before its properties are used."""

    def __init__(self, store: OpenStore, connection: RemoteConnection, options: PushOptions) -> None:
        self.store, self.connection, self.options = store, connection, options
        self.remote = Remote(store, connection)

    # -- what to send

    @cached_property
    def inventory(self) -> Inventory:
        """What the remote has."""
        return self.remote.inventory

    @cached_property
    def branches(self) -> dict[str, VersionId]:
        """The branches to push: name at the remote -> version."""
        chosen, own = self.options.selection, self.store.refs.all(BRANCHES)
        heads = {ref.removeprefix(BRANCHES): VersionId(value) for ref, value in own.items()}
        names = list(chosen.branches)
        if chosen.everything:
            names = list(heads)
        elif chosen.is_empty:
            names = [self.store.history.branch]
        unknown = next((name for name in names if name not in heads), None)
        if unknown is not None:
            known = ", ".join(heads) or "none yet"
            raise NotPushed(f"no branch '{unknown}' to push", f"commit first, or choose one of: {known}")
        for name in self.options.branch_as.split("/") if self.options.branch_as else ():
            valid_name(name)
        if self.options.branch_as and len(names) != 1:
            raise NotPushed("--as renames one branch, and several are pushed", "name one: %mv_push --branch NAME")
        found = {name: self._replaced(heads[name]) for name in names}
        return {self.options.branch_as: found[names[0]]} if self.options.branch_as else found

    def _replaced(self, version: VersionId) -> VersionId:
        return self.store.history.version(version).id

    @cached_property
    def tags(self) -> dict[str, VersionId]:
        """The tags to push: those that were chosen, or all of versions that the remote has then."""
        if self.options.versions_only:
            return {}
        own = {ref.removeprefix(TAGS): VersionId(v) for ref, v in self.store.refs.all(TAGS).items()}
        chosen = self.options.selection
        if chosen.tags:
            unknown = next((tag for tag in chosen.tags if tag not in own), None)
            if unknown is not None:
                raise NotPushed(f"no tag '{unknown}' to push", f"choose one of: {', '.join(own) or 'none yet'}")
            return {tag: own[tag] for tag in chosen.tags}
        there = self.inventory.versions.keys() | set(self.versions)
        return {tag: version for tag, version in own.items() if version in there}

    @cached_property
    def versions(self) -> list[VersionId]:
        """The versions to send, parents first."""
        starts = list(self.branches.values())
        chosen = self.options.selection
        own_tags = self.store.refs.all(TAGS)
        starts += [VersionId(own_tags[TAGS + tag]) for tag in chosen.tags if TAGS + tag in own_tags]
        starts += self._registered(chosen.models)
        if chosen.everything:
            starts += self.store.history.records.ids()
        there = self.inventory.versions
        found: dict[VersionId, int] = {}
        waiting = starts
        while waiting:
            at = waiting.pop()
            if at in found or at in there or at in self.inventory.replaced:
                continue
            try:
                version = self.store.history.version(at)
            except AllForgotten:
                continue
            if version.id in found or version.id in there:
                continue
            found[version.id] = version.number
            waiting += version.parents
        return sorted(found, key=lambda id_: (found[id_], id_))

    def _registered(self, models: Sequence[str]) -> list[VersionId]:
        """Return the versions of registered models."""
        found: list[VersionId] = []
        for model in models:
            states = self.store.moves.states(f"models/{model}") if self.store.moves.has_events else {}
            if not states:
                raise NotPushed(f"no registered model '{model}' to push", "see them: %mv_models")
            found += [VersionId(id_) for state in states.values() for id_ in ids_in(state.value)]
        return [id_ for id_ in found if self.store.history.records.exists(id_)]

    @cached_property
    def parts_there(self) -> PartIndex:
        """The parts of the remote, without those of condemned packs: these are about to be deleted."""
        if self.options.again:
            return self.connection.known.parts({}, ())
        condemned = self.remote.condemned
        packs = {name: size for name, size in self.inventory.packs.items() if name not in condemned}
        return self.connection.known.parts(packs, self.remote.listings)

    @cached_property
    def needed(self) -> set[ObjectId]:
        """The parts that the versions need, without bases."""
        ids = self.inventory.versions.keys() & set(self.store.history.records.ids()) if self.options.again else ()
        versions = [*self.versions, *ids]
        return self.store.reachability.of_all(map(self.store.history.version, versions))

    @cached_property
    def shipment(self) -> Shipment:
        """The packs to send. Raises NotPushed for values that are only at another remote, MissingPart for lost ones."""
        try:
            return self.store.parts.shipment(self.needed, self.parts_there.has)
        except MissingPart:
            self._require_values()
            raise

    def _require_values(self) -> None:
        """Raise NotPushed if a version needs parts that neither this store nor the remote has, but another remote."""
        found = []
        for id_ in self.versions:
            version = self.store.history.version(id_)
            needed = self.store.reachability.of_all([version])
            if any(not self.parts_there.has(part) and self.store.parts.is_elsewhere(part) for part in needed):
                found.append(version.name)
        if found:
            names = ", ".join(found[:4]) + (f" and {len(found) - 4} more" if len(found) > 4 else "")
            raise NotPushed(
                f"values of {names} are only at another remote, so nothing was sent to {self.remote.name}",
                "bring them here first: %mv_fetch --no-lazy",
            )

    def replaced_packs(self, shipment: Shipment) -> list[str]:
        """Return the packs of the remote all of whose parts are sent again, so that nobody reads a damaged copy."""
        sent = {e.id for c in shipment.whole for e in c.entries} | {e.id for a in shipment.chosen for e in a.entries}
        every = self.connection.known.parts(self.inventory.packs, self.remote.listings).packs()
        return [key.rpartition("/")[2] for key, c in every.items() if sent.issuperset(e.id for e in c.entries)]

    @cached_property
    def event_ids(self) -> list[EventId]:
        """The events to send."""
        if self.options.versions_only or not self.store.moves.has_events:
            return []
        there = self.inventory.events
        return sorted(id_ for id_ in self.store.moves.log.keys() if id_ not in there)  # noqa: SIM118  # no mapping

    @cached_property
    def registry(self) -> RegistryHere | None:
        """The refs of the registry here; None if they are not pushed."""
        if self.options.versions_only or not self.store.moves.has_events:
            return None
        return RegistryHere(self.store)

    @cached_property
    def registry_refs(self) -> list[str]:
        """The refs of the registry here that the remote has otherwise, as it was last seen, else as it is."""
        head = self.connection.known.head("registry") or self.remote.head("registry")
        return [] if self.registry is None else self.registry.differing({} if head is None else head.refs)

    # -- what moves

    @cached_property
    def changes(self) -> list[RefChange]:
        """The refs to move. Raises Diverged."""
        refs = self.remote.refs
        found = [
            self._branch_change(name, version, refs.get(BRANCHES + name)) for name, version in self.branches.items()
        ]
        found += [self._tag_change(tag, version, refs.get(TAGS + tag)) for tag, version in self.tags.items()]
        return [change for change in found if change is not None] + self._registry_changes(refs)

    def _branch_change(self, name: str, version: VersionId, before: Json) -> RefChange | None:
        if before == version:
            return None
        if before is None:
            return RefChange(BRANCHES + name, None, version)
        there = self._replacement(VersionId(str(before)))
        more = self._not_under(there, version)
        if not more:
            return RefChange(BRANCHES + name, before, version)
        if self.options.force:
            return RefChange(BRANCHES + name, before, version, forced=True)
        if not self._not_under_remote(version, there):
            return None  # The remote is ahead; there is nothing to push.
        names = ", ".join(sorted(f"v{self.inventory.versions.get(id_, (0,))[0]}" for id_ in more)[:4])
        count = f"{len(more)} version{'s' if len(more) > 1 else ''}"
        raise Diverged(
            f"{self.remote.name}/{name} has {count} ({names}) that {'are' if len(more) > 1 else 'is'} not here",
            f"bring and merge: %mv_pull · or keep yours beside: %mv_push --as {self._own_name()}-{name}",
        )

    @cached_property
    def replaced(self) -> dict[VersionId, VersionId]:
        """The versions that a purge replaced, here or at the remote, and their replacements."""
        return {**self.inventory.replaced, **replaced_in(self.store)}

    def _replacement(self, version: VersionId) -> VersionId:
        seen = {version}
        while (found := self.replaced.get(version)) is not None and found not in seen:
            version = found
            seen.add(found)
        return version

    def _own_name(self) -> str:
        name = str(self.store.settings["author"]) or "mine"
        return "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-") or "mine"

    def _not_under(self, there: VersionId, version: VersionId) -> list[VersionId]:
        """Return the versions that lead to `there` and not to `version`."""
        below = ancestors_here(self.store, version, self.inventory) | self.replaced.keys()
        return self.inventory.ancestors([there], lambda id_: id_ in below)

    def _not_under_remote(self, version: VersionId, there: VersionId) -> list[VersionId]:
        """Return the versions that lead to `version` and not to `there`."""
        below = set(self.inventory.ancestors([there], lambda _id: False))
        return [id_ for id_ in ancestors_here(self.store, version, self.inventory) if id_ not in below]

    def _tag_change(self, tag: str, version: VersionId, before: Json) -> RefChange | None:
        if before == version:
            return None
        if before is None or self._was_moved_from(TAGS + tag, before):
            return RefChange(TAGS + tag, before, version)
        if self.options.force:
            return RefChange(TAGS + tag, before, version, forced=True)
        if not self.options.selection.tags:
            return None
        raise Diverged(
            f"tag '{tag}' is another version at {self.remote.name}",
            f"look at it: %mv_fetch · or replace it there: %mv_push --tag {tag} --force -m WHY",
        )

    def _was_moved_from(self, ref: str, before: Json) -> bool:
        """Return True if an event here moved the ref away from the value that the remote has."""
        log = self.store.moves.log
        return self.store.moves.has_events and any(
            m.ref == ref and m.before == before for e in log.about(ref) for m in e.moves
        )

    def _registry_changes(self, there: Mapping[str, Json]) -> list[RefChange]:
        return [] if self.registry is None else self.registry.changes(self.registry_refs, there, self.remote.name)

    # -- checks

    def require_one_history(self) -> None:
        """Raise NotPushed if the remote has the versions of other, unrelated stores."""
        there = self.inventory.versions
        if not there or self.options.force:
            return
        records = self.store.history.records
        own = records.present() | set(records.forgotten.all())
        own |= replaced_in(self.store).keys()
        if own and not own & there.keys():
            raise NotPushed(
                f"{self.connection.storage.where} has {len(there)} versions of another history, none of them is here",
                "use a prefix of its own, or join both: %mv_fetch first",
            )

    def require_rights(self) -> None:
        """Raise NotPushed if the credentials were observed to allow reading only."""
        abilities = self.connection.config.abilities
        if abilities is not None and not abilities.writes:
            raise NotPushed(
                f"your rights at {self.connection.storage.where} allow reading only, so nothing was sent",
                f"ask for write access, then: %mv_remote check {self.remote.name}",
            )
