"""The desk: every panel's requests come in here, whichever way, and every change is told to all panels.

`handle` answers through the line that the request came by; it may be called from any thread, and returns at once for
what takes long. Nothing here polls: the state is pushed after each change, and when a cell begins or ends.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Busy, UsageError
from nbmodelver.panels import changing, reading
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


class PanelServer:
    """Answers all panels of one notebook."""

    def __init__(self, notebook: Notebook, post: Callable[[Callable[[], None]], None] | None = None) -> None:
        """post: calls a function in the main thread's loop; None where there is no loop."""
        self.notebook = notebook
        self.cached = PanelState(notebook)
        self.queue = MutationQueue(notebook.cells, post)
        self.preferences = Preferences(notebook, lambda on: changing.set_auto(self, on))
        self.lines: list[Connection] = []
        self.after_change: list[Callable[[], None]] = []
        self._telling = threading.RLock()
        self._watcher = ChangeWatcher(self._look)
        self._completing: threading.Thread | None = None
        notebook.changed.append(self.push)

    def repo(self) -> Repo:
        """The store. Raises NoStore."""
        return self.notebook.repo()

    # -- panels come and go

    def open(self, send: Callable[[dict[str, Any]], None]) -> Connection:
        """A new panel: from now on it is told of every change."""
        line = Connection(send)
        self.lines.append(line)
        return line

    def close(self, line: Connection) -> None:
        """A panel that is gone; what it still wanted is stopped."""
        if line in self.lines:
            self.lines.remove(line)
        for request in list(line.open_requests.values()):
            self._stop(request)

    # -- requests

    def handle(self, message: Any, line: Connection) -> None:
        """Answer one message of a panel; exactly one reply, now or later."""
        request = _request(message, line)
        try:
            if request.id in line.open_requests:
                raise UsageError(f"request {request.id} is open already", "reload the page")
            line.open_requests[request.id] = request
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
        elif method in changing.VARIABLES:
            self._ask_for_a_turn(request, params)
        elif method in reading.SLOW:
            _in_a_thread(request, lambda: self._steadily(lambda: reading.SLOW[method](self, params, request)))
        elif method in changing.FILES:
            _in_a_thread(request, lambda: changing.FILES[method](self, params, request))
        elif method == "cancel":
            self._cancel(params.number("request"), request.line)
            request.answer({})
        else:
            raise UsageError(
                f"there is no method '{method}' in nbmodelver {__version__}",
                "install the same release of nbmodelver in the environments of the kernel and of the page",
            )

    def _steadily(self, read: Callable[[], Message]) -> Message:
        """Read; a cell may change what is read under the reader, then it is tried once more."""
        for _ in range(2):
            try:
                return read()
            except (RuntimeError, BufferError) as error:
                if not self.notebook.cells.busy:
                    raise
                failed = error
        raise Busy("the running cell changes what is to be read", "try again when it has ended") from failed

    def _ask_for_a_turn(self, request: Request, params: Params) -> None:
        change = changing.VARIABLES[request.method]
        turn = Task(lambda: _carry_out(request, lambda: change(self, params, request)), request.fail)
        turn.waits = params.flag("queue")
        request.turn = turn
        request.what = _what(request.method, params)
        self.queue.ask(turn)
        if turn in self.queue.queued:
            self._push(refresh=False)

    def _cancel(self, number: int, line: Connection) -> None:
        """Stop a request of this panel, or, by the negative number that the state gives it, one of another's."""
        request = line.open_requests.get(number) if number >= 0 else self._of_others().get(number)
        if request is not None:
            self._stop(request)
            self._push(refresh=False)

    def _stop(self, request: Request) -> None:
        request.stopped.set()
        if request.turn is not None:
            self.queue.withdraw(request.turn)
        elif request.method in reading.SLOW:
            request.fail(KeyboardInterrupt())  # It only reads: its answer, when it comes, is dropped.

    # -- what changes tell

    @contextmanager
    def reporting(self, request: Request) -> Iterator[None]:
        """While it lasts the notebook reports progress to this request; its own drawing stays away."""
        before, self.notebook.reporting = self.notebook.reporting, request
        try:
            yield
        finally:
            self.notebook.reporting = before

    def done(self, request: Request, said: str, *, tell: bool = False) -> Message:
        """`IDone`. tell: push to all panels; changes of variables have done so themselves."""
        if tell:
            self._push(refresh=True)
        return {"said": said, "state": self.state(request.line)}

    def state(self, line: Connection, *, refresh: bool = False, look: bool = False) -> Message:
        """`IState` for one panel. refresh: read the store again. look: compare the live names, now or soon."""
        stored = self.cached.stored(refresh=refresh)
        if not self.cached.is_whole:
            self._complete_soon()
        if look and not self.notebook.cells.busy:
            if self.cached.is_cheap:
                self.cached.look()
            elif self.cached.uncommitted is None:
                self._watcher.ask()
        return {
            **stored,
            "busy": self.notebook.cells.busy,
            "auto": self.notebook.commits.auto,
            "queued": self._queued(line),
            "uncommitted": self.cached.uncommitted,
        }

    def _complete_soon(self) -> None:
        """Read all versions in the background, and push the state with what they say."""
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

    def _look(self) -> None:
        try:
            if self.cached.look() is not None:
                self._tell_all()
        except Exception:
            log.warning("the live names could not be compared", exc_info=True)

    def _queued(self, line: Connection) -> list[Message]:
        """What waits; requests of other panels have negative numbers."""
        others = {id(r): number for number, r in self._of_others().items()}
        found = []
        for request in self._waiting():
            number = request.id if request.line is line else others[id(request)]
            found.append({"request": number, "method": request.method, "what": request.what})
        return found

    def _waiting(self) -> list[Request]:
        turns = {id(t): at for at, t in enumerate(self.queue.queued)}
        every = [r for line in list(self.lines) for r in list(line.open_requests.values())]
        waiting = [r for r in every if id(r.turn) in turns]
        return sorted(waiting, key=lambda r: turns[id(r.turn)])

    def _of_others(self) -> dict[int, Request]:
        return {-r.serial: r for r in self._waiting()}

    def push(self) -> None:
        """Tell all panels the whole state: after every change of variables by anyone."""
        self.cached.uncommitted = None
        self._push(refresh=True)

    def on_pre_run(self, _info: Any) -> None:
        """A cell begins: what may not wait for it is refused, and all panels know."""
        if not self.notebook.cells.busy or self.notebook.cells.depth > 1:
            return
        self._watcher.hold()
        self.queue.cell_starts()
        self.cached.uncommitted = None
        self._push(refresh=False)

    def on_post_run(self, _result: Any) -> None:
        """A cell ended: what waited for it has its turn, and all panels know."""
        if self.notebook.cells.busy:
            return
        self.queue.give()
        self._push(refresh=False)

    def _push(self, *, refresh: bool) -> None:
        """Never raises: whoever made the change has made it."""
        if not self.lines or not (refresh or self.cached.is_read):
            return
        try:
            self.cached.stored(refresh=refresh)
            if not self.notebook.cells.busy:
                if self.cached.is_cheap:
                    self.cached.look()
                elif self.cached.uncommitted is None and self.cached.is_bearable:
                    self._watcher.ask(IDLE_S)
            self._tell_all()
            for call in self.after_change if refresh else ():
                call()
        except Exception:
            log.warning("panels could not be told of a change", exc_info=True)

    def _tell_all(self) -> None:
        with self._telling:
            for line in list(self.lines):
                line.tell({"push": "state", "state": self.state(line)})


def _request(message: Any, line: Connection) -> Request:
    """The request in a message; what is missing in it fails later, by name."""
    data = message if isinstance(message, dict) else {}
    number, method = data.get("id"), data.get("method")
    known = number if isinstance(number, int) and not isinstance(number, bool) else 0
    return Request(line, known, method if isinstance(method, str) else "", "")


def _what(method: str, params: Params) -> str:
    """What waits, as a person would call it."""
    said = {"commit": "message", "rollback": "id", "switch": "branch"}.get(method)
    more = params.text(said, "") if said else ""
    return f"{changing.WORDS[method]} {more}".strip()[:200]


def _carry_out(request: Request, work: Callable[[], Any]) -> None:
    try:
        if request.stopped.is_set():
            raise KeyboardInterrupt
        result = work()
    except (Exception, KeyboardInterrupt) as error:
        request.fail(error)
        return
    request.answer(result)


def _in_a_thread(request: Request, work: Callable[[], Any]) -> None:
    threading.Thread(target=_carry_out, args=(request, work), name=f"nbmodelver-{request.method}", daemon=True).start()
