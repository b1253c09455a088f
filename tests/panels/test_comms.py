"""A panel's comm in real kernels: with subshells it is answered while a cell runs, without them it still works."""

from __future__ import annotations

import contextlib
import itertools
import sys
import time
import uuid
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.manager import KernelManager

from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
TIMEOUT_S = 60
needs_subshells = pytest.mark.skipif(
    int(metadata.version("ipykernel").partition(".")[0]) < 7,
    reason="ipykernel 6 has no subshells: what a panel asks waits for the cell",
)


class Page:
    """What a page does: runs cells without waiting for them, and speaks over comms, in a subshell if there is one."""

    def __init__(self, folder: Path) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(folder), extra_arguments=["--log-level=ERROR"])
        self.client: Any = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT_S)
        self.heard: list[dict[str, Any]] = []
        self.subshell: str | None = None
        self._numbers = itertools.count(1)

    # -- cells

    def start(self, source: str) -> str:
        return str(self.client.execute(source, allow_stdin=False))

    def run(self, source: str) -> None:
        """Run a cell to its end; it has to end well."""
        wanted = self.start(source)
        while True:
            reply = self.client.get_shell_msg(timeout=TIMEOUT_S)
            if reply["parent_header"].get("msg_id") == wanted:
                assert reply["content"]["status"] == "ok", reply["content"]
                return

    # -- comms

    def make_subshell(self) -> None:
        message = self.client.session.msg("create_subshell_request", {})
        self.client.control_channel.send(message)
        reply = self.client.get_control_msg(timeout=TIMEOUT_S)
        assert reply["content"]["status"] == "ok", reply
        self.subshell = reply["content"]["subshell_id"]

    def shell(self, kind: str, content: dict[str, Any], *, in_subshell: bool = True) -> str:
        message = self.client.session.msg(kind, content)
        if self.subshell is not None and in_subshell:
            message["header"]["subshell_id"] = self.subshell
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def open(self, target: str = "nbmodelver") -> str:
        comm = uuid.uuid4().hex
        self.shell("comm_open", {"comm_id": comm, "target_name": target, "data": {}})
        return comm

    def send(self, comm: str, method: str, **params: Any) -> int:
        number = next(self._numbers)
        data = {"id": number, "method": method, "params": params}
        self.shell("comm_msg", {"comm_id": comm, "data": data})
        return number

    def listen(self, until: Any, timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
        """The first message of a comm, heard already or to come, for which `until` holds."""
        seen, ends = 0, time.monotonic() + timeout_s
        while time.monotonic() < ends:
            for content in self.heard[seen:]:
                if until(content):
                    return content
            seen = len(self.heard)
            with contextlib.suppress(Exception):
                message = self.client.get_iopub_msg(timeout=0.2)
                if message["header"]["msg_type"].startswith("comm_"):
                    self.heard.append({**message["content"], "type": message["header"]["msg_type"]})
        raise TimeoutError(self.heard[-3:])

    def reply(self, comm: str, number: int, timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
        def is_it(content: dict[str, Any]) -> bool:
            data = content.get("data", {})
            return content["comm_id"] == comm and data.get("id") == number and "progress" not in data

        found: dict[str, Any] = self.listen(is_it, timeout_s)["data"]
        return found

    def ask(self, comm: str, method: str, **params: Any) -> Any:
        reply = self.reply(comm, self.send(comm, method, **params))
        assert "result" in reply, reply
        return reply["result"]

    def pushed(self, comm: str, **wanted: Any) -> dict[str, Any]:
        """The first pushed state that is as wanted."""

        def is_it(content: dict[str, Any]) -> bool:
            state = content.get("data", {}).get("state", {})
            return content["comm_id"] == comm and bool(state) and all(state[k] == v for k, v in wanted.items())

        found: dict[str, Any] = self.listen(is_it)["data"]["state"]
        return found

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


@contextlib.contextmanager
def page(folder: Path) -> Iterator[Page]:
    made = Page(folder)
    try:
        yield made
    finally:
        made.stop()


LOAD = "%load_ext nbmodelver"
DATA = "import numpy as np\ndata = np.arange(1000.0)\nparams = {'lr': 0.1}"
WAIT = "import time\nwhile not go: time.sleep(0.02)"


def test_a_page_learns_that_the_extension_is_loaded(tmp_path):
    with page(tmp_path) as one:
        one.run(LOAD)
        said = one.listen(lambda c: c["comm_id"] == "nbmodelver.ready")
        assert said["type"] == "comm_msg"
        assert said["data"] == {"ready": True, "protocol": 1}
        assert [c for c in one.heard if c["type"] == "comm_open"] == []
        one.shell("comm_info_request", {"target_name": "nbmodelver.ready"})
        while True:
            reply = one.client.get_shell_msg(timeout=TIMEOUT_S)
            if reply["header"]["msg_type"] == "comm_info_reply":
                break
        assert list(reply["content"]["comms"]) == ["nbmodelver.ready"]
        one.run("%unload_ext nbmodelver")
        one.listen(lambda c: c["comm_id"] == "nbmodelver.ready" and c["data"] == {"ready": False})
        assert [c for c in one.heard if c["type"] == "comm_close"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="the interrupt is a signal")
@needs_subshells
def test_a_panel_is_answered_while_a_cell_runs(tmp_path):
    with page(tmp_path) as one:
        one.run(LOAD)
        one.run(DATA)
        one.make_subshell()
        comm, other = one.open(), one.open()
        assert one.ask(comm, "hello")["versions"] == 0
        first = one.ask(comm, "commit", names=None, message="first")
        assert first["entry"]["name"] == "v1"
        assert one.pushed(other, versions=1)["head"]["message"] == "first"

        one.run("data[3] = 5.0\ngo = False")
        assert [c["name"] for c in one.pushed(comm, busy=False, versions=1)["uncommitted"] or []] in ([], ["data"])
        cell = one.start(WAIT)
        assert one.pushed(comm, busy=True)["uncommitted"] is None
        assert one.ask(comm, "history", filter={}, offset=0, limit=10)["total"] == 1
        assert one.ask(comm, "plan", id="v1")["version"]["name"] == "v1"
        assert one.ask(comm, "diff", before="v1", after="v1")["sections"]
        assert one.ask(comm, "hello")["busy"] is True
        refused = one.reply(comm, one.send(comm, "rollback", id="v1"))
        assert refused["error"]["code"] == "Busy"

        waits = one.send(comm, "commit", names=["data"], message="later", queue=True)
        unwanted = one.send(comm, "rollback", id="v1", queue=True)
        queued = one.ask(comm, "hello")["queued"]
        assert [(q["request"], q["method"]) for q in queued] == [(waits, "commit"), (unwanted, "rollback")]
        assert one.ask(comm, "cancel", request=unwanted) == {}
        assert one.reply(comm, unwanted)["error"]["code"] == "Cancelled"

        one.shell("execute_request", {"code": "go = True", "silent": True, "user_expressions": {}})
        late = one.reply(comm, waits)
        assert late["result"]["entry"]["message"] == "later"
        assert one.pushed(other, versions=2, busy=False)["queued"] == []
        del cell
        assert one.ask(comm, "rollback", id="v1")["plan"]["version"]["name"] == "v1"
        one.run("assert data[3] == 3.0")
        assert one.ask(comm, "undo")["state"]["head"]["message"] == "later"
        one.run("assert data[3] == 5.0")


def test_without_subshells_a_panel_is_answered_between_cells(tmp_path):
    with page(tmp_path) as one:
        one.run(LOAD)
        one.run(DATA)
        comm = one.open()
        assert one.ask(comm, "commit", names=None, message="first")["entry"]["name"] == "v1"
        one.run("data[0] = 9.0")
        assert one.ask(comm, "rollback", id="v1")["said"].startswith("restored v1")
        one.run("assert data[0] == 0.0")
        one.shell("comm_close", {"comm_id": comm, "data": {}})
        one.run("from nbmodelver import extension\nassert extension.latest().outputs.server.connections == []")


@needs_subshells
def test_cells_and_rollbacks_that_meet_never_see_half_of_each_other(tmp_path):
    """Cells and requests are sent at once, in turns of no order; a cell that finds two names apart fails."""
    with page(tmp_path) as one:
        one.run(LOAD)
        one.run("import time\na = {'n': 0}\nb = [0]\nc = {'n': 0}")
        one.make_subshell()
        comm = one.open()
        one.ask(comm, "commit", names=["a", "b", "c"], message="nought")
        one.run("a['n'] = b[0] = c['n'] = 1")
        one.ask(comm, "commit", names=["a", "b", "c"], message="one")
        check = "before = (a['n'], b[0], c['n']); time.sleep(0.01); after = (a['n'], b[0], c['n'])\n"
        check += "assert before == after and len(set(after)) == 1, (before, after)"
        sent, cells = [], []
        for turn in range(24):
            sent.append(one.send(comm, "rollback", id=f"v{1 + turn % 2}", queue=turn % 3 == 0))
            if turn % 2:
                cells.append(one.start(check))
        answers = [one.reply(comm, number) for number in sent]
        codes = {a["error"]["code"] for a in answers if "error" in a}
        assert codes <= {"Busy"}
        assert any("result" in a for a in answers)
        done = {}
        while len(done) < len(cells):
            reply = one.client.get_shell_msg(timeout=TIMEOUT_S)
            if reply["parent_header"].get("msg_id") in cells:
                done[reply["parent_header"]["msg_id"]] = reply["content"]
        assert [c for c in done.values() if c["status"] != "ok"] == []
        one.run("assert a['n'] == b[0] == c['n']")


@pytest.mark.skipif(sys.platform == "win32", reason="the interrupt is a signal")
@needs_subshells
def test_the_kernels_interrupt_stops_a_commit_that_a_panel_asked_for(tmp_path):
    slow = "import time, pathlib\nclass Slow:\n    def __reduce__(self):\n        pathlib.Path('begun').touch()\n"
    slow += "        time.sleep(600); return Slow, ()\nslow, data = Slow(), {'a': 1}"
    with page(tmp_path) as one:
        one.run(LOAD)
        one.run(slow)
        one.make_subshell()
        comm = one.open()
        number = one.send(comm, "commit", names=["data", "slow"], message="never")
        assert one.ask(comm, "history", filter={}, offset=0, limit=1)["total"] == 0
        wait_for((tmp_path / "begun").exists)
        one.manager.interrupt_kernel()
        assert one.reply(comm, number)["error"]["code"] == "Cancelled"
        assert one.ask(comm, "commit", names=["data"], message="fine")["entry"]["name"] == "v1"


@needs_subshells
def test_an_async_cell_is_a_running_cell(tmp_path):
    """ipykernel answers comms between the steps of such a cell, in the main thread."""
    with page(tmp_path) as one:
        one.run(LOAD)
        one.run(DATA)
        comm = one.open()
        one.ask(comm, "commit", names=None, message="first")
        wait = "while not Path('go').exists():\n    await asyncio.sleep(0.02)\n"
        one.start(f"import asyncio\nfrom pathlib import Path\n{wait}params['lr'] = 5")
        assert one.pushed(comm, busy=True)
        assert one.reply(comm, one.send(comm, "rollback", id="v1"))["error"]["code"] == "Busy"
        waits = one.send(comm, "rollback", id="v1", queue=True)
        assert [q["request"] for q in one.ask(comm, "hello")["queued"]] == [waits]
        (tmp_path / "go").touch()
        assert one.reply(comm, waits)["result"]["plan"]["saves_first"] is True
        one.run("assert params == {'lr': 0.1}")


@needs_subshells
def test_a_cell_that_loads_the_extension_and_goes_on_is_a_running_cell(tmp_path):
    with page(tmp_path) as one:
        one.make_subshell()
        one.start(f"{LOAD}\ngo = False\nx = {{'a': 1}}\n{WAIT}")
        one.listen(lambda c: c["comm_id"] == "nbmodelver.ready")
        comm = one.open()
        assert one.ask(comm, "hello")["busy"] is True
        number = one.send(comm, "commit", names=["x"], message="after", queue=True)
        assert one.ask(comm, "hello")["queued"][0]["request"] == number
        one.shell("execute_request", {"code": "go = True", "silent": True, "user_expressions": {}})
        assert one.reply(comm, number)["result"]["entry"]["message"] == "after"
        assert one.ask(comm, "hello")["busy"] is False


def test_a_silent_load_leaves_no_cell_running(tmp_path):
    with page(tmp_path) as one:
        one.client.execute(LOAD, silent=True)
        one.listen(lambda c: c["comm_id"] == "nbmodelver.ready")
        comm = one.open()
        assert one.ask(comm, "hello")["busy"] is False
