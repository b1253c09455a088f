"""Forget: removes versions from the history. The next gc deletes the parts that only they needed.

One small file marks all of them as forgotten in one step. Records of children do not change; their parents are resolved
past the forgotten versions. Until gc has run, the file can be removed again (`take_back`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, UnknownVersion, UsageError
from nbmodelver.model import Version, VersionId
from nbmodelver.repo.core import states
from nbmodelver.repo.core.costs import Costs
from nbmodelver.repo.core.moves import EventDraft
from nbmodelver.repo.maintain.gc_preview import freed_by
from nbmodelver.repo.maintain.retention import require_metric, sorted_best
from nbmodelver.store import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Json
    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.repo.maintain.retention import Retention

MOST_LISTED = 1000
"""The most versions that the event of a forget lists; it always states their number."""


@dataclass(frozen=True)
class Forgetting:
    """The result of `Repo.forget`.

    versions: the forgotten versions, newest first. kept: the number of remaining ones. protected: (version, reason) for
    versions that no rule keeps but that HEAD, a branch or a tag protects. freed_bytes: for a dry run, the bytes that gc
    would free in addition to garbage_bytes, which it would free anyway; else None. exact: False if they are estimated.
    over_bytes: the bytes that the protected versions need, if they exceed the budget of the rule; else 0.
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
    """Forget the given versions, or those that no rule keeps.

    force: allow HEAD, branch tips and tagged versions among `revisions`. dry_run: change nothing.
    Raises UsageError, UnknownVersion, StoreError; then nothing is forgotten.
    """
    layout.check(store.backend, for_writing=not dry_run)
    _require_format(store)
    if bool(revisions) == rule.given:
        raise UsageError(
            "both versions to forget and a rule are given" if revisions else "neither versions nor a rule are given",
            "give one of them: %mv_forget v2 v5, or %mv_forget --keep-last 10 --keep-daily 7 --dry-run",
        )
    if dry_run:
        with store.parts.hold_files_if_writable():
            chosen = _chosen(store, revisions, rule, force)
            freed = freed_by(store, chosen.versions)
        return replace(
            chosen, freed_bytes=freed.bytes, garbage_bytes=freed.garbage_bytes, exact=freed.exact, dry_run=True
        )
    with store.exclusive_refs():  # Prevents new versions and new tags meanwhile.
        chosen = _chosen(store, revisions, rule, force)
        if chosen.versions:
            records = store.history.records
            records.forgotten.add(records.read(v.id) for v in chosen.versions)
            _move_refs(store, {v.id for v in chosen.versions})
    return chosen


def take_back(store: OpenStore, revisions: Sequence[str]) -> tuple[Version, ...]:
    """Restore forgotten versions, all or none of them, and return them.

    revisions: numbers ("v5") or ids. Raises UsageError if none is given, UnknownVersion if one is not forgotten or its
    data was deleted by gc, StoreError.
    """
    layout.check(store.backend, for_writing=True)
    records = store.history.records
    with store.parts.lease(), store.exclusive_refs():
        records.forgotten.refresh()
        tombstones, present = records.forgotten.all(), records.present()
        numbers = sorted((stone.number for id_, stone in tombstones.items() if id_ in present), reverse=True)
        hint = (
            f"choose one of: {', '.join(f'v{n}' for n in numbers[:20])}"
            if numbers
            else "see %mv_log: no forgotten version can be restored"
        )
        if not revisions:
            raise UsageError("no version to restore was given", hint)
        names = {f"v{stone.number}": id_ for id_, stone in tombstones.items()}
        restored = []
        for revision in revisions:
            id_ = names.get(revision.lower()) or VersionId(revision)
            if id_ not in tombstones:
                raise UnknownVersion(f"'{revision}' is not a forgotten version", hint)
            if id_ not in present or not _is_complete(store, records.read(id_)):
                raise UnknownVersion(f"{revision} was forgotten, and gc has deleted its data", hint)
            restored.append(id_)
        records.forgotten.take_back(restored)
    store.forget_cached()
    return tuple(store.history.version(id_) for id_ in restored)


def _is_complete(store: OpenStore, version: Version) -> bool:
    """Return True if all parts of the version exist."""
    try:
        return all(store.parts.has(part) for part, _ in store.reachability.of(version))
    except Damaged:
        return False


def _require_format(store: OpenStore) -> None:
    if layout.number(store.backend) < 2:
        raise UsageError(
            "this store has format 1, which does not support forgotten versions",
            "upgrade it with %mv_gc --upgrade (older releases then cannot open it)",
        )


def _chosen(store: OpenStore, revisions: Sequence[str], rule: Retention, force: bool) -> Forgetting:
    """Return the versions to forget, without forgetting them. Raises UsageError, UnknownVersion, Damaged."""
    holders = _holders(store)
    never = states.held(store)
    holders |= never
    if revisions:
        chosen = list(dict.fromkeys(store[r].id for r in revisions))
        for version_id in chosen:
            if version_id in never:
                name = store.history.version(version_id).name
                raise UsageError(f"{name} is {never[version_id]}", "move or restore it first: %mv_models")
        held = [(store.history.version(v).name, holders[v]) for v in chosen if v in holders]
        if held and not force:
            name, holder = held[0]
            raise UsageError(f"{name} is {holder}", "choose another version, or add --force")
        versions = [store.history.version(v) for v in chosen]
        versions.sort(key=lambda v: -v.number)
        return Forgetting(tuple(versions), store.history.records.count() - len(versions))
    everything = store.history.all()
    _require_metrics(rule, everything)
    costs = Costs(store.group_store)
    kept = rule.kept(everything, set(holders), costs.added)
    by_rule = rule.kept(everything, set(), Costs(store.group_store).added) if rule.within_bytes is None else kept
    protected = tuple((v.name, holders[v.id]) for v in everything if v.id in holders and v.id not in by_rule)
    forgotten = tuple(v for v in everything if v.id not in kept)
    return Forgetting(
        forgotten, len(kept), protected, over_bytes=_over(store, rule, [v for v in everything if v.id in kept])
    )


def _require_metrics(rule: Retention, versions: Sequence[Version]) -> None:
    """Raise UsageError for a metric that no version has or whose direction is unknown.

    Otherwise a misspelled metric would keep no version, and a wrong direction would keep the worst ones.
    """
    for metric in rule.best:
        require_metric(metric, versions)
        sorted_best(versions, metric)


def _over(store: OpenStore, rule: Retention, kept: Sequence[Version]) -> int:
    """Return the bytes that the kept versions need if they exceed the budget of the rule, else 0."""
    if rule.within_bytes is None:
        return 0
    needed = sum(map(Costs(store.group_store).added, kept))
    return needed if needed > rule.within_bytes else 0


def _holders(store: OpenStore) -> dict[VersionId, str]:
    """Return the versions that are forgotten only with `force`, with the reason as a text for messages."""
    history = store.history
    holders = states.formerly_held(store)
    holders |= {v.id: f"tagged '{name}'" for name, v in history.tags().items()}
    holders |= {v.id: f"the tip of branch '{name}'" for name, v in history.branches().items()}
    for head in (history.head, history.stored_head()):
        if head is not None:
            holders[head.id] = "the current version"
    return holders


def _move_refs(store: OpenStore, forgotten: set[VersionId]) -> None:
    """Move branches and HEAD from forgotten versions to their nearest living ancestors, and delete their tags.

    A branch without a living ancestor is deleted. If the process is killed before this, `History` reads such refs as if
    they had moved.
    """
    history = store.history
    moves: list[tuple[str, str | None, str | None]] = []
    for name, value in store.refs.readable("tags/")[0].items():
        if value in forgotten:
            moves.append((name, value, None))
    for name, value in store.refs.readable("heads/")[0].items():
        if value in forgotten:
            moves.append((name, value, next(iter(history.living(VersionId(value))), None)))
    data: dict[str, Json] = {"count": len(forgotten), "versions": [*sorted(forgotten)[:MOST_LISTED]]}
    history.move_all(EventDraft("forget", data=data), moves)
    head = history.head_id
    if head is not None and head in forgotten:
        history.set_head(next(iter(history.living(head)), None))
