"""Dispatches the requests of all panels, and pushes the state to all panels after every change.

`handle` replies through the connection of the request. Any thread may call it, and it returns at once for work that
takes long. Nothing polls: the state is pushed after each change, and when a cell begins or ends.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Busy, UsageError
from nbmodelver.panels import bundles, cards, changing, experiments, lineage, reading, registry, remotes, rerun
from nbmodelver.panels.change_watcher import IDLE_S, ChangeWatcher
from nbmodelver.panels.connections import Connection, Request, log
from nbmodelver.panels.mutation_queue import MutationQueue, Task
from nbmodelver.panels.params import Params
from nbmodelver.panels.preferences import Preferences
from nbmodelver.panels.state import PanelState
from nbmodelver.release import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbmodelver.kernel.notebook import Notebook
    from nbmodelver.panels.entries import Message
    from nbmodelver.repo import Repo


SLOW = {
    **reading.SLOW, **registry.READING, **cards.READING, **bundles.READING, **rerun.READING, **remotes.READING,
    "lineage": lineage.show,
}  # fmt: skip
"""Handlers that may read much. Each runs in a thread of its own."""

APART = {**changing.FILES, **cards.FILES, **rerun.PROCESSES, **remotes.TRANSFERS}
"""Handlers that write a file, or wait for a process or a network.

Each runs in a thread of its own, and ends itself if it is cancelled.
"""

QUEUED = {
    **changing.VARIABLES, **experiments.EXPERIMENTS, **registry.CHANGING, **cards.CHANGING, **bundles.CHANGING,
    **remotes.VARIABLES,
}  # fmt: skip
"""Handlers that run in the mutation queue."""

TASK_NAMES = {
    **changing.TASK_NAMES, **experiments.TASK_NAMES, **registry.TASK_NAMES, **cards.TASK_NAMES, **bundles.TASK_NAMES,
    **remotes.TASK_NAMES,
}  # fmt: skip


class PanelServer:
    """Answers all panels of one notebook."""

    def __init__(self, notebook: Notebook, post: Callable[[Callable[[], None]], None] | None = None) -> None:
        """post: calls a function in the event loop of the main thread; None without a loop."""
        self.notebook = notebook
        self.cached = PanelState(notebook)
        self.queue = MutationQueue(notebook.cells, post)
        self.preferences = Preferences(notebook, lambda on: changing.set_auto(self, on))
        self.connections: list[Connection] = []
        self.after_change: list[Callable[[], None]] = []
        self._sending = threading.RLock()
        self._watcher = ChangeWatcher(self._compare)
        self._completing: threading.Thread | None = None
        notebook.changed.append(self.push)

    def repo(self) -> Repo:
        """The store. Raises NoStore."""
        return self.notebook.repo()

    # -- panels come and go

    def open(self, send: Callable[[dict[str, Any]], None]) -> Connection:
        """Open a connection for a new panel, which gets every push from now on."""
        connection = Connection(send)
        self.connections.append(connection)
        return connection

    def close(self, connection: Connection) -> None:
        """Close the connection of a panel and cancel its open requests."""
        if connection in self.connections:
            self.connections.remove(connection)
        for request in list(connection.open_requests.values()):
            self._stop(request)

    # -- requests

    def handle(self, message: Any, connection: Connection) -> None:
        """Handle one message of a panel. It gets exactly one reply, now or later."""
        request = _request(message, connection)
        try:
            if request.id in connection.open_requests:
                raise UsageError(f"request {request.id} is open already", "reload the page")
            connection.open_requests[request.id] = request
            values = message.get("params") if isinstance(message, dict) else None
            self._begin(request, Params(request.method, values if isinstance(values, dict) else {}))
        except Exception as error:
            request.fail(error)

    def _begin(self, request: Request, params: Params) -> None:
        method = request.method
        if method in reading.QUICK:
            request.answer(reading.QUICK[method](self, params, request))
        elif method in changing.LABELS:
            request.answer(changing.LABELS[method](self, params, request))
        elif method in QUEUED:
            self._enqueue(request, params)
        elif method in SLOW:
            _in_a_thread(request, lambda: self._read_with_retry(lambda: SLOW[method](self, params, request)))
        elif method in APART:
            _in_a_thread(request, lambda: APART[method](self, params, request))
        elif method == "cancel":
            self._cancel(params.number("request"), request.connection)
            request.answer({})
        else:
            raise UsageError(
                f"there is no method '{method}' in nbmodelver {__version__}",
                "install the same release of nbmodelver in the environments of the kernel and of the page",
            )

    def _read_with_retry(self, read: Callable[[], Message]) -> Message:
        """Read; retry once if a running cell changed the values during the read. Raises Busy."""
        for _ in range(2):
            try:
                return read()
            except (RuntimeError, BufferError) as error:
                if not self.notebook.cells.busy:
                    raise
                failed = error
        raise Busy("the running cell changes the values that are read", "try again when the cell has ended") from failed

    def _enqueue(self, request: Request, params: Params) -> None:
        change, is_experiment = QUEUED[request.method], request.method in experiments.EXPERIMENTS

        def run() -> None:
            if is_experiment and task.waits:
                self._push(refresh=False)  # It waits no longer; unlike a change, it pushes no state when it is done.
            if not _carry_out(request, lambda: change(self, params, request)) and not is_experiment:
                self._push(refresh=False)  # The panels have seen it waiting, and only a success pushes the state.

        task = Task(run, request.fail)
        task.waits = params.flag("queue")
        request.task = task
        request.what = _what(request.method, params)
        self.queue.ask(task)
        if task in self.queue.queued and (self.notebook.cells.busy or not is_experiment):
            self._push(refresh=False)

    def _cancel(self, number: int, connection: Connection) -> None:
        """Cancel a request of this panel, or, by the negative number in the state, of another panel."""
        request = connection.open_requests.get(number) if number >= 0 else self._of_others().get(number)
        if request is not None:
            self._stop(request)
            self._push(refresh=False)

    def _stop(self, request: Request) -> None:
        request.stopped.set()
        if request.task is not None:
            self.queue.withdraw(request.task)
        elif request.method in SLOW:
            request.fail(KeyboardInterrupt())  # It only reads; a later answer is dropped.

    # -- state and pushes

    @contextmanager
    def reporting(self, request: Request) -> Iterator[None]:
        """Within it, progress is reported to this request and not drawn in a cell."""
        before, self.notebook.reporting = self.notebook.reporting, request
        try:
            yield
        finally:
            self.notebook.reporting = before

    def done(self, request: Request, summary: str, *, push: bool = False) -> Message:
        """Return `IDone`. push: send the state to all panels; changes of variables have done so already."""
        if push:
            self._push(refresh=True)
        return {"said": summary, "state": self.state(request.connection)}

    def state(self, connection: Connection, *, refresh: bool = False, compare: bool = False) -> Message:
        """Return `IState` for one panel. refresh: read the store again. compare: compare the live variables."""
        stored = self.cached.stored(refresh=refresh)
        if not self.cached.is_whole:
            self._complete_soon()
        if compare and not self.notebook.cells.busy:
            if self.cached.is_cheap:
                self.cached.compare()
            elif self.cached.uncommitted is None:
                self._watcher.ask()
        return {
            **stored,
            "busy": self.notebook.cells.busy,
            "auto": self.notebook.commits.auto,
            "queued": self._queued(connection),
            "uncommitted": self.cached.uncommitted,
        }

    def _complete_soon(self) -> None:
        """Read all versions in the background, then push the complete state."""
        if self._completing is None or not self._completing.is_alive():
            self._completing = threading.Thread(target=self._complete, name="nbmodelver-rows", daemon=True)
            self._completing.start()

    def _complete(self) -> None:
        try:
            self.cached.timeline().rows()
        except Exception:
            log.warning("the versions could not be read", exc_info=True)
        else:
            self._push(refresh=True)

    def _compare(self) -> None:
        try:
            if self.cached.compare() is not None:
                self._send_state()
        except Exception:
            log.warning("the live variables could not be compared", exc_info=True)

    def _queued(self, connection: Connection) -> list[Message]:
        """The waiting requests; those of other panels have negative numbers."""
        others = {id(r): number for number, r in self._of_others().items()}
        found = []
        for request in self._waiting():
            number = request.id if request.connection is connection else others[id(request)]
            found.append({"request": number, "method": request.method, "what": request.what})
        return found

    def _waiting(self) -> list[Request]:
        positions = {id(t): at for at, t in enumerate(self.queue.queued)}
        every = [r for connection in list(self.connections) for r in list(connection.open_requests.values())]
        waiting = [r for r in every if id(r.task) in positions]
        return sorted(waiting, key=lambda r: positions[id(r.task)])

    def _of_others(self) -> dict[int, Request]:
        return {-r.serial: r for r in self._waiting()}

    def push(self) -> None:
        """Push the complete state to all panels, after a change of variables."""
        self.cached.uncommitted = None
        self._push(refresh=True)

    def on_pre_run(self, _info: Any) -> None:
        """A cell begins: refuse the tasks that may not wait for it, and push the state."""
        if not self.notebook.cells.busy or self.notebook.cells.depth > 1:
            return
        self._watcher.hold()
        self.queue.cell_starts()
        self.cached.uncommitted = None
        self._push(refresh=False)

    def on_post_run(self, _result: Any) -> None:
        """A cell ended: run the tasks that waited for it, and push the state."""
        if self.notebook.cells.busy:
            return
        self.queue.give()
        self._push(refresh=False)

    def _push(self, *, refresh: bool) -> None:
        """Push the state. Errors are logged, because the change itself has succeeded."""
        if not self.connections or not (refresh or self.cached.is_read):
            return
        try:
            self.cached.stored(refresh=refresh)
            if not self.notebook.cells.busy:
                if self.cached.is_cheap:
                    self.cached.compare()
                elif self.cached.uncommitted is None and self.cached.is_bearable:
                    self._watcher.ask(IDLE_S)
            self._send_state()
            for call in self.after_change if refresh else ():
                call()
        except Exception:
            log.warning("the state could not be sent to the panels", exc_info=True)

    def _send_state(self) -> None:
        with self._sending:
            for connection in list(self.connections):
                connection.try_send({"push": "state", "state": self.state(connection)})


def _request(message: Any, connection: Connection) -> Request:
    """Read the request in a message. Missing parameters are reported later, by name."""
    data = message if isinstance(message, dict) else {}
    number, method = data.get("id"), data.get("method")
    known = number if isinstance(number, int) and not isinstance(number, bool) else 0
    return Request(connection, known, method if isinstance(method, str) else "", "")


def _what(method: str, params: Params) -> str:
    """A description of a waiting request for people."""
    words, parameter = TASK_NAMES[method]
    detail = params.text(parameter, "") if parameter else ""
    return f"{words} {detail}".strip()[:200]


def _carry_out(request: Request, work: Callable[[], Any]) -> bool:
    """Answer a request with the result of its work, or with its error. Returns True if it succeeded."""
    try:
        if request.stopped.is_set():
            raise KeyboardInterrupt
        result = work()
    except (Exception, KeyboardInterrupt) as error:
        request.fail(error)
        return False
    request.answer(result)
    return True


def _in_a_thread(request: Request, work: Callable[[], Any]) -> None:
    threading.Thread(target=_carry_out, args=(request, work), name=f"nbmodelver-{request.method}", daemon=True).start()
