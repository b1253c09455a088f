"""Keys of several people, of which one is used at a time, as if each had a computer."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from nbmodelver.catalogue.events.keys import PrivateKey
from nbmodelver.registry import approvals
from nbmodelver.repo.core import signing
from nbmodelver.repo.core.signing import PinnedKeys
from tests.registry.samples import acting, adopted, promoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pytest

    from nbmodelver.model.events import Person
    from nbmodelver.model.registry import Approval, StageMove
    from nbmodelver.repo import Repo


class Keys:
    """The keys of people by name. Every store that is opened or was opened signs with the one in use."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
        monkeypatch.setattr(signing.SigningKey, "private", lambda _: self._now)
        self._now: PrivateKey | None = None

    def private(self, name: str) -> PrivateKey:
        return PrivateKey(hashlib.sha256(name.encode()).digest())

    def of(self, name: str) -> str:
        return self.private(name).public

    def use(self, name: str | None) -> None:
        self._now = None if name is None else self.private(name)

    def pin(self, *names: str) -> None:
        for name in names:
            PinnedKeys().add(self.of(name))

    def approve(self, repo: Repo, person: Person, number: str = "1.0.0", outcome: str = "approve") -> Approval:
        """A statement of a person, signed with the key of the same name, then nobody's."""
        self.use(person.login)
        said = approvals.state(acting(repo, person), f"churn/{number}", "production", outcome, "read")
        self.use(None)
        return said

    def promote(self, repo: Repo, person: Person, number: str = "1.0.0", **more: object) -> StageMove:
        self.use(person.login)
        moved = promoted(acting(repo, person), number, **more)
        self.use(None)
        return moved

    def adopt(self, repo: Repo, text: str, name: str | None = "admin") -> Repo:
        self.use(name)
        adopted(repo, text)
        self.use(None)
        return repo


def policy_text(roles: Mapping[str, Sequence[str]], more: str = "", revoked: Sequence[str] = ()) -> str:
    """A policy with these roles, in front of more tables."""
    lines = [f"revoked = {json.dumps([*revoked])}"] if revoked else []
    lines += ["[roles]", *(f"{role} = {json.dumps([*people])}" for role, people in roles.items())]
    return "\n".join([*lines, more]) + "\n"


def gate(count: int = 1, *, signed: bool = True, not_by: str = '["author"]') -> str:
    """A gate to production that asks for approvals."""
    value = str(signed).lower()
    return f'[[gates]]\nto = "production"\napprovals = {count}\nsigned = {value}\nnot_by = {not_by}'
