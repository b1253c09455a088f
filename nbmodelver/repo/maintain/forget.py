"""Forget: versions vanish from the history, and what only they needed goes with the next gc.

One small file makes all of them vanish at once, so a kill leaves all or none. Children keep their records; what they
descend from is found past the forgotten ones. Until gc has run the file can be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, UnknownVersion, UsageError
from nbmodelver.model import Version, VersionId
from nbmodelver.repo.core.costs import Costs
from nbmodelver.repo.maintain.gc_preview import freed_by
from nbmodelver.repo.maintain.retention import require_metric, sorted_best
from nbmodelver.store import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.repo.maintain.retention import Retention


@dataclass(frozen=True)
class Forgetting:
    """What was forgotten, or would be. versions: newest first. kept: how many stay.

    freed_bytes: what gc then frees beyond what it would free anyway (garbage_bytes); None: not asked for. exact:
    False where it was estimated. protected: versions that a rule would let go, with the ref that holds them.
    over_bytes: what those that always stay need, where that is more than the budget; else 0.
    """

    versions: tuple[Version, ...]
    kept: int
    protected: tuple[tuple[str, str], ...] = ()
    freed_bytes: int | None = None
    garbage_bytes: int = 0
    exact: bool = True
    dry_run: bool = False
    over_bytes: int = 0


def forget(
    store: OpenStore, revisions: Sequence[str], rule: Retention, *, force: bool = False, dry_run: bool = False
) -> Forgetting:
    """Forget the versions named, or those that no rule keeps. force: also HEAD, branch tips and tagged ones, if named.

    Raises UsageError, UnknownVersion, StoreError; then nothing is forgotten.
    """
    layout.check(store.backend, for_writing=not dry_run)
    _require_format(store)
    if bool(revisions) == rule.given:
        raise UsageError(
            "name the versions to forget, or say which to keep; not both" if revisions else "forget what?",
            "for example: %mv_forget v2 v5, or %mv_forget --keep-last 10 --keep-daily 7 --dry-run",
        )
    if dry_run:
        with store.parts.hold_files_if_writable():
            chosen = _chosen(store, revisions, rule, force)
            freed = freed_by(store, chosen.versions)
        return replace(
            chosen, freed_bytes=freed.bytes, garbage_bytes=freed.garbage_bytes, exact=freed.exact, dry_run=True
        )
    with store.exclusive_refs():  # No version gets a number, and no tag a version, meanwhile.
        chosen = _chosen(store, revisions, rule, force)
        if chosen.versions:
            records = store.history.records
            records.forgotten.add(records.read(v.id) for v in chosen.versions)
            _move_refs(store, {v.id for v in chosen.versions})
    return chosen


def take_back(store: OpenStore, revisions: Sequence[str]) -> tuple[Version, ...]:
    """Bring forgotten versions back, as long as gc has not removed what they held; all of them, or none.

    revisions: numbers ("v5") or ids. Raises UsageError for none, UnknownVersion with those that there are.
    """
    layout.check(store.backend, for_writing=True)
    records = store.history.records
    with store.parts.lease(), store.exclusive_refs():
        records.forgotten.refresh()
        gone, present = records.forgotten.all(), records.present()
        back = sorted((stone.number for id_, stone in gone.items() if id_ in present), reverse=True)
        hint = (
            f"forgotten and still here: {', '.join(f'v{n}' for n in back[:20])}"
            if back
            else "nothing forgotten is left"
        )
        if not revisions:
            raise UsageError("bring back what?", hint)
        names = {f"v{stone.number}": id_ for id_, stone in gone.items()}
        found = []
        for revision in revisions:
            id_ = names.get(revision.lower()) or VersionId(revision)
            if id_ not in gone:
                raise UnknownVersion(f"'{revision}' is no forgotten version", hint)
            if id_ not in present or not _is_whole(store, records.read(id_)):
                raise UnknownVersion(
                    f"{revision} was forgotten, and gc has removed what it held", "nothing was changed"
                )
            found.append(id_)
        records.forgotten.take_back(found)
    store.forget_cached()
    return tuple(store.history.version(id_) for id_ in found)


def _is_whole(store: OpenStore, version: Version) -> bool:
    try:
        return all(store.parts.has(part) for part, _ in store.reachability.of(version))
    except Damaged:
        return False


def _require_format(store: OpenStore) -> None:
    if layout.number(store.backend) < 2:
        raise UsageError(
            "this store has format 1, which cannot say that a version is forgotten",
            "raise it first: %mv_gc --upgrade; nbmodelver from before then refuse it",
        )


def _chosen(store: OpenStore, revisions: Sequence[str], rule: Retention, force: bool) -> Forgetting:
    holders = _holders(store)
    if revisions:
        chosen = list(dict.fromkeys(store[r].id for r in revisions))
        held = [(store.history.version(v).name, holders[v]) for v in chosen if v in holders]
        if held and not force:
            name, holder = held[0]
            raise UsageError(f"{name} is {holder}", "choose another one, or be sure: --force")
        versions = [store.history.version(v) for v in chosen]
        versions.sort(key=lambda v: -v.number)
        return Forgetting(tuple(versions), store.history.records.count() - len(versions))
    everything = store.history.all()
    _require_metrics(rule, everything)
    costs = Costs(store.group_store)
    kept = rule.kept(everything, set(holders), costs.added)
    alone = rule.kept(everything, set(), Costs(store.group_store).added) if rule.within_bytes is None else kept
    protected = tuple((v.name, holders[v.id]) for v in everything if v.id in holders and v.id not in alone)
    gone = tuple(v for v in everything if v.id not in kept)
    return Forgetting(
        gone, len(kept), protected, over_bytes=_over(store, rule, [v for v in everything if v.id in kept])
    )


def _require_metrics(rule: Retention, versions: Sequence[Version]) -> None:
    """A misspelt metric would keep nothing, and let everything go; one without a direction would keep the worst."""
    for asked in rule.best:
        require_metric(asked, versions)
        sorted_best(versions, asked)


def _over(store: OpenStore, rule: Retention, staying: Sequence[Version]) -> int:
    if rule.within_bytes is None:
        return 0
    needed = sum(map(Costs(store.group_store).added, staying))
    return needed if needed > rule.within_bytes else 0


def _holders(store: OpenStore) -> dict[VersionId, str]:
    """The versions that may not be forgotten unless it is forced, and what holds them, as a person would say it."""
    history = store.history
    found = {v.id: f"tagged '{name}'" for name, v in history.tags().items()}
    found |= {v.id: f"the tip of branch '{name}'" for name, v in history.branches().items()}
    for head in (history.head, history.stored_head()):
        if head is not None:
            found[head.id] = "the current version"
    return found


def _move_refs(store: OpenStore, gone: set[VersionId]) -> None:
    """Branches and HEAD to the nearest ancestor that stays, tags away; refs at other versions are as they were.

    A kill before this is harmless: such a ref is read as if it had moved.
    """
    history = store.history
    for name, value in store.refs.readable("tags/")[0].items():
        if value in gone:
            store.refs.delete(name, value)
    for name, value in store.refs.readable("heads/")[0].items():
        if value in gone:
            left = history.living(VersionId(value))
            if left:
                store.refs.move(name, value, left[0])
            else:
                store.refs.delete(name, value)
    head = history.head_id
    if head is not None and head in gone:
        history.set_head(next(iter(history.living(head)), None))
