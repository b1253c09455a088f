"""What a handler of a panel's request may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from nbmodelver.kernel.notebook import Notebook
    from nbmodelver.panels.connections import Connection, Request
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.preferences import Preferences
    from nbmodelver.panels.state import PanelState
    from nbmodelver.repo import Repo


class PanelContext(Protocol):
    """The server of the panels of one notebook, as its handlers see it."""

    notebook: Notebook
    cached: PanelState
    preferences: Preferences

    def repo(self) -> Repo:
        """The store. Raises NoStore."""

    def state(self, connection: Connection, *, refresh: bool = False, look: bool = False) -> Message:
        """The state for one panel."""

    def push(self) -> None:
        """Send the state to all panels."""

    def reporting(self, request: Request) -> AbstractContextManager[None]:
        """Within it, progress goes to the panel that asked."""

    def done(self, request: Request, summary: str, *, tell: bool = False) -> Message:
        """The reply to a change."""
