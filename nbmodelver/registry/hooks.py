"""What this user allows of the hooks of the policy in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.model.registry import HookState
from nbmodelver.repo.hooks.consent import DIGITS, Consent, fingerprint, folder_of

if TYPE_CHECKING:
    from nbmodelver.registry.rules import Policy
    from nbmodelver.repo.core.hook_rules import HookRule
    from nbmodelver.repo.core.open_store import OpenStore


def states(store: OpenStore, rules: Policy) -> tuple[HookState, ...]:
    """Return each hook of a policy, with its fingerprint and whether this user allowed it."""
    return tuple(_state(store, hook) for hook in rules.hook_rules.hooks)


def _state(store: OpenStore, hook: HookRule) -> HookState:
    try:
        whole = fingerprint(hook, folder_of(store))
    except UsageError as error:
        return HookState(hook.label, problem=error.message)
    return HookState(hook.label, whole[:DIGITS], Consent().has(whole))


def allow(store: OpenStore, rules: Policy, start: str) -> HookState:
    """Allow the hook whose fingerprint begins with `start` to run, with exactly the content that it has now.

    Raises UsageError if no hook or more than one begins so; a hook that was changed meanwhile has another fingerprint.
    """
    found = {}
    for hook in rules.hook_rules.hooks:
        whole = fingerprint(hook, folder_of(store))
        if start and whole.startswith(start.lower()):
            found[whole] = hook
    if len(found) != 1:
        known = ", ".join(s.fingerprint for s in states(store, rules) if s.fingerprint) or "the policy has no hooks"
        what = f"{len(found)} hooks begin with" if found else "no hook of the policy in force now begins with"
        raise UsageError(f"{what} '{start}'", f"see what they run: %mv_policy · fingerprints: {known}")
    ((whole, hook),) = found.items()
    Consent().add(whole, hook.label)
    return HookState(hook.label, whole[:DIGITS], True)


def revoke(start: str) -> tuple[HookState, ...]:
    """Withdraw the consents whose fingerprint begins with `start`, of any store. Raises UsageError without a match."""
    consent = Consent()
    found = {whole: label for whole, label in consent.all().items() if start and whole.startswith(start.lower())}
    if not found:
        raise UsageError(f"no allowed hook begins with '{start}'", "see the fingerprints: %mv_policy")
    for whole in found:
        consent.remove(whole)
    return tuple(HookState(label, whole[:DIGITS]) for whole, label in found.items())
