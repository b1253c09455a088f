"""Who has a role of the policy: by claimed names, or by a key.

Our software refuses what the policy gives to others. Other programs do not, so this is evidence, and no protection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.catalogue.events import keys
from nbmodelver.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model.events import Event, Person
    from nbmodelver.registry.rules import Policy
    from nbmodelver.repo.core.open_store import OpenStore

_ABOVE = {"writer": ("writer", "admin"), "admin": ("admin",)}
"""The roles that may do what a role may do."""


def require(store: OpenStore, rules: Policy, role: str, what: str) -> None:
    """Raise NotAllowed unless the user has the role. A role that the policy does not name belongs to everybody.

    role: "writer" or "admin"; an admin may do what a writer may do. what: names the action in the error.
    """
    if role not in rules.roles:
        return
    listed = [one for name in _ABOVE[role] for one in rules.roles.get(name, ())]
    me = store.moves.person()
    if is_listed(me, listed):
        return
    signer = store.moves.signer() if any(map(keys.is_key, listed)) else None
    if signer is None or signer.public not in listed or signer.public in rules.revoked:
        raise NotAllowed(
            f"{me.shown} may not {what}: the policy lists who has the role {role}",
            "see it: %mv_policy · an admin can adopt another one",
        )


def has(event: Event, people: Sequence[str], revoked: Sequence[str] = ()) -> bool:
    """Return True if the person of an event is listed, by an unverified claim or by the key that signed the event."""
    if is_listed(event.by, people):
        return True
    signature = event.signature
    if signature is None or signature.key not in people or signature.key in revoked:
        return False
    return keys.verdict(signature) == "valid"


def is_listed(by: Person, people: Sequence[str]) -> bool:
    """Return True if one of the claims about a person is listed. A claim is never a key."""
    claims = (by.pseudonym, by.email, by.login, by.name, by.hub)
    return any(claim and claim in people and not claim.startswith(keys.PREFIX) for claim in claims)
