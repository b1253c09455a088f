"""Comms of the JupyterLab plugin: one per panel, and one by which it finds the kernel (see __init__.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.panels.state import PROTOCOL

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.panels.server import PanelServer

TARGET = "nbmodelver"
READY = "nbmodelver.ready"


class Comms:
    """Registers the comm targets in a shell that has a kernel; does nothing in other shells."""

    def __init__(self, server: PanelServer, kernel: Any) -> None:
        self._server = server
        self._manager: Any = getattr(kernel, "comm_manager", None)
        self._ready: Any = None
        self._open: list[Any] = []

    def start(self) -> None:
        """Register the target, and announce that the extension is loaded."""
        if self._manager is None:
            return
        from comm import create_comm

        self._manager.register_target(TARGET, self._on_open)
        self._ready = create_comm(target_name=READY, comm_id=READY, primary=False)
        self._manager.register_comm(self._ready)
        self._ready.send({"ready": True, "protocol": PROTOCOL})

    def stop(self) -> None:
        """Unregister the target, close open panels, and announce that the extension is unloaded."""
        if self._ready is None:
            return
        self._manager.unregister_target(TARGET, self._on_open)
        for comm in self._open[:]:
            comm.close()
        self._open.clear()
        self._ready.send({"ready": False})
        self._manager.unregister_comm(self._ready)
        self._ready._closed = True  # Its opening was not announced, so neither is its closing.
        self._ready = None

    def _on_open(self, comm: Any, _message: Any) -> None:
        answer_in_subshell(comm)
        connection = self._server.open(comm.send)

        def on_close(_message: Any) -> None:
            self._server.close(connection)
            if comm in self._open:
                self._open.remove(comm)

        self._open.append(comm)
        comm.on_msg(lambda message: self._server.handle(message["content"]["data"], connection))
        comm.on_close(on_close)


def answer_in_subshell(comm: Any) -> None:
    """Handle each message of a comm in the subshell that the message names.

    ipykernel 7.4 handles it in the shell that last sent a message on the comm. After a push from a cell that would be
    the main shell, and no request would be answered before the cell ends.
    """
    if comm is not None:
        comm._reply_subshell_for = lambda _data, named: named


def poster(kernel: Any) -> Callable[[Callable[[], None]], None] | None:
    """Return the function that schedules a call in the event loop of the main thread; None without a loop."""
    if getattr(kernel, "io_loop", None) is None:
        return None
    post: Callable[[Callable[[], None]], None] = kernel.io_loop.add_callback
    return post
