"""The hooks around a commit. A policy without such hooks costs a commit one lookup of a ref."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.errors import BadPolicy, Damaged
from nbmodelver.repo.hooks import around
from nbmodelver.repo.hooks.around import Act, warn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model import Json, Version
    from nbmodelver.repo.core.labels import Labels
    from nbmodelver.repo.core.open_store import OpenStore

AUTOMATIC = "auto"
"""The trigger of a commit after a cell. Other triggers save the state before a rollback: no hook may stop them."""


def before(store: OpenStore, names: Iterable[str], labels: Labels) -> Act | None:
    """Run the hooks before a commit. Returns what `after` needs, None if the policy has no hooks around commits.

    Raises HookFailed, HookNotAllowed; then nothing was stored. A policy that cannot be read stops no commit.
    """
    if labels.merged or labels.auto not in ("", AUTOMATIC):  # A merge has hooks of its own.
        return None
    try:
        rules = store.hook_rules.now()
    except (BadPolicy, Damaged) as error:  # The values of a notebook are worth more than a hook.
        warn(f"the hooks of the policy did not run: {error.message}")
        return None
    if not (rules.around("before", "commit") or rules.around("after", "commit")):
        return None
    head = store.history.head
    facts: dict[str, Json] = {
        "names": [*names], "message": labels.message, "metrics": dict(labels.metrics), "params": dict(labels.params),
        "tags": [*labels.tags], "branch": store.history.branch, "from": None if head is None else head.id,
        "auto": bool(labels.auto),
    }  # fmt: skip
    act = Act("commit", labels.message, "", facts)
    around.before(store, act)
    return act


def after(store: OpenStore, act: Act | None, version: Version) -> None:
    """Run the hooks after a commit that made a version. Never raises."""
    if act is not None and version.id != act.facts["from"]:
        made: dict[str, Json] = {"version": version.id, "name": version.name, "names": [*version.names]}
        around.after(store, replace(act, facts={**act.facts, **made}))
