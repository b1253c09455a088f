"""Moves branches of a store to where they are at a remote, after a fetch, and tells how both stand to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import NotPushed, RemoteMissing
from nbmodelver.model import VersionId
from nbmodelver.model.remotes import BranchStanding, Relation
from nbmodelver.remote.heads import AREAS
from nbmodelver.remote.known import Known
from nbmodelver.remote.transfer import BRANCHES, ancestors_here

if TYPE_CHECKING:
    from nbmodelver.remote.known import Inventory
    from nbmodelver.remote.remotes import RemoteConfig
    from nbmodelver.repo.core.open_store import OpenStore


def standing(store: OpenStore, config: RemoteConfig, branch: str) -> BranchStanding:
    """Return how a branch stands to the remote, as it was last seen. Asks nobody. Raises Damaged."""
    known = Known(store.backend, config.id)
    return _standing(store, known, branch)


def standings(store: OpenStore, config: RemoteConfig) -> list[BranchStanding]:
    """Return how every branch of the store and of the remote stands, sorted by name."""
    known = Known(store.backend, config.id)
    own = {ref.removeprefix(BRANCHES) for ref in store.refs.all(BRANCHES)}
    return [_standing(store, known, branch) for branch in sorted(own | _branches(known).keys())]


def unsent(store: OpenStore, config: RemoteConfig) -> list[VersionId]:
    """Return the versions of this store that the remote did not have when it was last seen, newest first."""
    there = Known(store.backend, config.id).inventory()
    return [id_ for id_ in store.history.records.newest() if id_ not in there.versions]


def remote_branches(store: OpenStore, config: RemoteConfig) -> dict[str, VersionId]:
    """Return the branches of a remote, as it was last seen."""
    return _branches(Known(store.backend, config.id))


def _branches(known: Known) -> dict[str, VersionId]:
    heads = [head for area in AREAS if (head := known.head(area)) is not None]
    refs = {ref: str(value) for head in heads for ref, value in head.refs.items() if ref.startswith(BRANCHES)}
    return {ref.removeprefix(BRANCHES): VersionId(value) for ref, value in refs.items()}


def _standing(store: OpenStore, known: Known, branch: str) -> BranchStanding:
    text = store.refs.get(BRANCHES + branch)
    here = None if text is None else VersionId(text)
    there = _branches(known).get(branch)
    inventory = known.inventory()
    if there is not None:
        there = inventory.replaced.get(there, there)
    if here is None or there is None:
        return BranchStanding(branch, "new" if here is None else "only here", here, there, _own(store, here, inventory))
    own = ancestors_here(store, here, inventory)
    behind = tuple(inventory.ancestors([there], lambda id_: id_ in own))
    below = set(inventory.ancestors([there], lambda _id: False)) | set(inventory.forgotten)
    ahead = tuple(id_ for id_ in own if id_ not in below and store.history.records.exists(id_))
    relation: Relation = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "same"
    return BranchStanding(branch, relation, here, there, ahead, behind)


def _own(store: OpenStore, here: VersionId | None, inventory: Inventory) -> tuple[VersionId, ...]:
    found = ancestors_here(store, here, inventory) if here is not None else {}
    return tuple(id_ for id_ in found if id_ not in inventory.versions)


def follow(store: OpenStore, config: RemoteConfig, branch: str) -> BranchStanding:
    """Move a branch here to where it is at the remote, if nothing of it is lost. Returns how it stood before.

    A diverged branch, and one that is ahead, stays. Raises RemoteMissing if the remote has no such branch, NotPushed if
    its versions were not fetched.
    """
    before = standing(store, config, branch)
    if before.there is None:
        there = ", ".join(remote_branches(store, config)) or "none yet"
        raise RemoteMissing(f"{config.name} has no branch '{branch}'", f"choose one of: {there}")
    if before.relation in ("behind", "new"):
        if not store.history.records.exists(before.there):
            raise NotPushed(
                f"the versions of {config.name}/{branch} are not here", f"bring them: %mv_fetch {config.name}"
            )
        ref = BRANCHES + branch
        with store.exclusive_refs():
            if before.here is None:
                store.history.create_branch(branch, before.there)
            else:
                store.refs.move(ref, store.refs.get(ref), before.there)
    return before
