"""A colleague with a store of the same remote, for the tests of remotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.actions.remote_transfers import (
    CloneRequest,
    clone_from,
)
from tests.actions.sessions import DictSession

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


class Model:
    """A value that needs pickle."""

    def __init__(self, size: int) -> None:
        self.size = size


def colleague(team: Path, folder: str = "colleague", *, lazy: bool = False) -> DictSession:
    """The notebook of somebody else, at the newest version."""
    other = DictSession(clone_from(CloneRequest(str(team), team.parent / folder, lazy=lazy)).repo)
    other.values = other.repo().load("HEAD")
    return other


def messages(repo: Repo) -> list[str]:
    return [f"{v.name}:{','.join(v.names)}" for v in repo.log()]
