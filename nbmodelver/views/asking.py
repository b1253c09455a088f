"""Requests from a panel to the kernel, with callbacks, independent of the host."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

Message = dict[str, Any]


class Channel(Protocol):
    """An open channel to the kernel."""

    def send(self, message: Any) -> None:
        """Send a request. Its answer goes to the callback given when the channel was opened, on any thread."""
        ...

    def close(self) -> None:
        """Stop receiving messages."""
        ...


class Connect(Protocol):
    """Opens a channel."""

    def __call__(self, hear: Callable[[Message], None]) -> Channel:
        """Open a channel.

        hear: called with every message from the kernel.
        """
        ...


class Asker:
    """Sends requests and calls back with their results.

    pushed: called with every state that the kernel pushes or sends with a result. failed: called with every failure.
    """

    def __init__(self, connect: Connect, pushed: Callable[[Message], None], failed: Callable[[Message], None]) -> None:
        self._pushed = pushed
        self._failed = failed
        self._then: dict[int, Callable[[Any], None]] = {}
        self._progress: Callable[[Message], None] | None = None
        self._numbers = itertools.count(1)
        self._wire = connect(self.hear)

    def ask(self, method: str, then: Callable[[Any], None] | None = None, **params: Any) -> int:
        """Send a request and return its number, which can be used to cancel it.

        then: called with the result.
        """
        number = next(self._numbers)
        if then is not None:
            self._then[number] = then
        self._wire.send({"id": number, "method": method, "params": params})
        return number

    def on_progress(self, call: Callable[[Message], None]) -> None:
        """Register a callback for the progress of any request."""
        self._progress = call

    def hear(self, message: Message) -> None:
        """Handle a message from the kernel."""
        if "push" in message:
            self._pushed(message["state"])
        elif "progress" in message:
            if self._progress is not None:
                self._progress(message["progress"])
        elif "error" in message:
            self._then.pop(message["id"], None)
            self._failed(message["error"])
        else:
            self._answered(self._then.pop(message["id"], None), message["result"])

    def _answered(self, then: Callable[[Any], None] | None, result: Any) -> None:
        if isinstance(result, dict) and isinstance(result.get("state"), dict):
            self._pushed(result["state"])
        if then is not None:
            then(result)

    def close(self) -> None:
        """Close the channel."""
        self._then.clear()
        self._wire.close()
