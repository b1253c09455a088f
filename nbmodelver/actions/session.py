"""What an action may ask of a notebook that is open."""

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
        """The variables that the user made."""

    def pick(self, names: Sequence[str]) -> dict[str, Any]:
        """The values of these names. Raises UnknownName."""

    def put_back(self, values: Mapping[str, Any], vanish: Iterable[str] = ()) -> None:
        """Bind `values` and unbind `vanish`, all of it or nothing."""

    def uninterrupted(self) -> AbstractContextManager[None]:
        """Within it, an interrupt waits for the end of the block."""

    def around(
        self, values: Iterable[str], session: bool | None = None, outputs: str = "", source: str | None = None
    ) -> CommitContext:
        """What the notebook knows beside these values: cells, imports, the document.

        session: keep the random state; None: as the settings say. outputs, source: of the cell that is being committed.
        """

    def committed(self) -> None:
        """The cells so far belong to a version."""

    def notes(self) -> list[str]:
        """What has to be said of the cells of the next version."""

    def progress(self) -> AbstractContextManager[Progress]:
        """Shows progress within the block."""

    def tell(self) -> None:
        """Tell everyone that variables, versions or refs have changed."""
