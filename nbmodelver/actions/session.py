"""The interface of an open notebook for actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from nbmodelver.model import Progress
    from nbmodelver.repo import CommitContext, Repo


class LiveSession(Protocol):
    """The variables of a notebook and the store that it uses.

    values: the namespace itself, by name. Only `put_back` changes it.
    """

    values: dict[str, Any]

    def repo(self, *, create: bool = False) -> Repo:
        """The store in use. create: create it if it is missing. Raises NoStore."""

    def names(self) -> list[str]:
        """The variables that the user created."""

    def pick(self, names: Sequence[str]) -> dict[str, Any]:
        """The values of these names. Raises UnknownName."""

    def put_back(self, values: Mapping[str, Any], vanish: Iterable[str] = ()) -> None:
        """Bind `values` and delete `vanish`: all or nothing."""

    def uninterrupted(self) -> AbstractContextManager[None]:
        """Delays an interrupt until the end of the block."""

    def around(
        self, values: Iterable[str], session: bool | None = None, outputs: str = "", source: str | None = None
    ) -> CommitContext:
        """The context of a commit of these values: cells, imports and the notebook document.

        session: save the random state; None uses the setting. outputs, source: of the cell that is committed.
        """

    def committed(self) -> None:
        """Called after a commit: the cells so far belong to its version."""

    def notes(self) -> list[str]:
        """Notes for the user about the cells of the next version."""

    def progress(self) -> AbstractContextManager[Progress]:
        """Shows progress within the block."""

    def notify(self) -> None:
        """Notify all listeners that variables, versions or refs have changed."""
