"""The JupyterLab plugin's way in: a comm for each panel, and the sign by which it finds this kernel (see panel/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.panels.state import PROTOCOL

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.panels.server import PanelServer

TARGET = "nbmodelver"
READY = "nbmodelver.ready"


class Comms:
    """Registers what the plugin looks for, in a shell that has a kernel; elsewhere nothing."""

    def __init__(self, server: PanelServer, kernel: Any) -> None:
        self._server = server
        self._manager: Any = getattr(kernel, "comm_manager", None)
        self._ready: Any = None
        self._open: list[Any] = []

    def start(self) -> None:
        """Be found from now on."""
        if self._manager is None:
            return
        from comm import create_comm

        self._manager.register_target(TARGET, self._opened)
        self._ready = create_comm(target_name=READY, comm_id=READY, primary=False)
        self._manager.register_comm(self._ready)
        self._ready.send({"ready": True, "protocol": PROTOCOL})

    def stop(self) -> None:
        """Be found no longer; open panels are closed."""
        if self._ready is None:
            return
        self._manager.unregister_target(TARGET, self._opened)
        for comm in self._open[:]:
            comm.close()
        self._open.clear()
        self._ready.send({"ready": False})
        self._manager.unregister_comm(self._ready)
        self._ready._closed = True  # Nobody was told that it opened, so nobody is told that it closes.
        self._ready = None

    def _opened(self, comm: Any, _message: Any) -> None:
        answer_where_asked(comm)
        connection = self._server.open(comm.send)

        def gone(_message: Any) -> None:
            self._server.close(connection)
            if comm in self._open:
                self._open.remove(comm)

        self._open.append(comm)
        comm.on_msg(lambda message: self._server.handle(message["content"]["data"], connection))
        comm.on_close(gone)


def answer_where_asked(comm: Any) -> None:
    """Let each message of a comm be handled in the subshell that it names.

    ipykernel 7.4 handles it in the shell that last sent something on the comm: after a push from a cell that would be
    the main one, and no panel would be answered before the cell ends.
    """
    if comm is not None:
        comm._reply_subshell_for = lambda _data, named: named


def poster(kernel: Any) -> Callable[[Callable[[], None]], None] | None:
    """How a function is called in the main thread's loop of a kernel; None where there is no such loop."""
    if getattr(kernel, "io_loop", None) is None:
        return None
    post: Callable[[Callable[[], None]], None] = kernel.io_loop.add_callback
    return post
