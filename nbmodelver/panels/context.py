"""The interface of the panel server for the handlers of requests."""

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
    """The panel server of one notebook."""

    notebook: Notebook
    cached: PanelState
    preferences: Preferences

    def repo(self) -> Repo:
        """Return the store. Raises NoStore."""

    def state(self, connection: Connection, *, refresh: bool = False, compare: bool = False) -> Message:
        """Return the state for one panel. compare: compare the live variables first."""

    def push(self) -> None:
        """Send the state to all panels."""

    def reporting(self, request: Request) -> AbstractContextManager[None]:
        """Within it, progress is sent to the panel of the request."""

    def done(self, request: Request, summary: str, *, push: bool = False) -> Message:
        """Return the reply to a change. push: send the state to all panels."""
