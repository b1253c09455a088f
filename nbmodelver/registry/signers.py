"""Whether the signature of an event counts for a role: the key is listed, valid, and was not revoked before.

"Before" is decided by the order of the log and not by clocks: a revocation leaves the events valid that it knew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.catalogue.events import keys
from nbmodelver.errors import BadPolicy
from nbmodelver.registry.policy_reading import parsed
from nbmodelver.repo.core import states
from nbmodelver.repo.core.moves import POLICY

if TYPE_CHECKING:
    from nbmodelver.model.events import Event
    from nbmodelver.registry.rules import Policy
    from nbmodelver.repo.core.open_store import OpenStore


def why_not(store: OpenStore, event: Event, rules: Policy, role: str) -> str:
    """Return why an event does not count as signed by the role, "" if it does. rules: whose roles and revocations."""
    signature = event.signature
    if signature is None:
        return "it is not signed, and the policy asks for signed approvals"
    verdict = keys.verdict(signature)
    shown = keys.short(signature.key)
    if verdict == "unchecked":
        return "its signature cannot be verified here: pip install 'nbmodelver[sign]'"
    if verdict == "wrong":
        return f"its signature is not one of the key {shown}"
    if signature.key not in rules.roles.get(role, ()):
        return f"the key {shown} has not the role {role}"
    return why_revoked(store, event, rules)


def why_revoked(store: OpenStore, event: Event, rules: Policy) -> str:
    """Return why the key of a signed event is revoked for it, "" if it is not."""
    signature = event.signature
    if signature is None or signature.key not in rules.revoked:
        return ""
    revocation = _revocation(store, signature.key, rules)
    if revocation is not None and knows(store, revocation, event):
        return ""
    return f"the key {keys.short(signature.key)} was revoked before"


def knows(store: OpenStore, later: Event, earlier: Event) -> bool:
    """Return True if an event has another one in its past, along the links of the log."""
    if later.order <= earlier.order:
        return False
    waiting, looked = [later], {later.id}
    while waiting:
        event = waiting.pop()
        for link in (event.previous, *event.seen):
            if link == earlier.id:
                return True
            found = states.event_of(store, link) if link and link not in looked else None
            if found is not None and found.order > earlier.order:
                looked.add(found.id)
                waiting.append(found)
    return False


def policies(store: OpenStore) -> list[Event]:
    """Return the events that adopted policies, oldest first."""
    about = store.moves.log.about(POLICY)
    return [e for e in about if e.kind == "policy" and any(m.ref == POLICY for m in e.moves)]


def text_of(event: Event) -> str:
    """Return the policy that an event adopted."""
    return str(event.data.get("text", ""))


def _revocation(store: OpenStore, key: str, rules: Policy) -> Event | None:
    """Return the first event up to `rules` that revoked the key, also if another policy took that back meanwhile."""
    known = policies(store)
    until = next((n for n, e in enumerate(known) if e.id == rules.id), len(known) - 1)
    return next((e for e in known[: until + 1] if _revokes(e, key)), None)


def _revokes(event: Event, key: str) -> bool:
    try:
        return key in parsed(text_of(event), event.id).revoked
    except BadPolicy:
        return False
