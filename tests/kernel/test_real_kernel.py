"""Magics in real kernels, as a notebook's front-end runs them: restarts, two at once, interrupts, errors."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.manager import KernelManager
from jupyter_core.utils import ensure_event_loop

import nbmodelver as mv
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jupyter_client.blocking.client import BlockingKernelClient

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
TIMEOUT_S = 90


@dataclass
class Reply:
    """What one cell gave: its status, its texts in order (earlier errors too), and the lines of its last error."""

    status: str = ""
    texts: list[str] = field(default_factory=list)
    error: list[str] = field(default_factory=list)

    streaming: str = ""

    def hear(self, kind: str, content: dict[str, Any]) -> None:
        """Take one message in. What a stream says comes in pieces of any length: they are one text."""
        if kind == "stream" and content["name"] == self.streaming:
            self.texts[-1] += content["text"]
        elif kind == "stream":
            self.texts.append(content["text"])
        elif kind in ("execute_result", "display_data"):
            self.texts.append(content["data"].get("text/plain", ""))
        elif kind == "error":
            self.texts += self.error
            self.error = content["traceback"]
        else:
            return
        self.streaming = content["name"] if kind == "stream" else ""

    @property
    def said(self) -> str:
        return "\n".join(self.texts)


def close_own_loop() -> None:
    """To be called at the end of a thread that used jupyter_client: it leaves an event loop open in each."""
    ensure_event_loop().close()


class Kernel:
    """One kernel in a folder, with the extension loaded."""

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.manager = KernelManager(kernel_name="python3")
        env = {**os.environ, **(environment or {})}
        self.manager.start_kernel(cwd=str(folder), extra_arguments=["--log-level=ERROR"], env=env)
        self.client: BlockingKernelClient = self.manager.client()
        self._ready()

    def _ready(self) -> None:
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT_S)
        assert self.run("%load_ext nbmodelver").status == "ok"

    def run(self, source: str) -> Reply:
        reply = Reply()

        def hear(message: dict[str, Any]) -> None:
            reply.hear(message["header"]["msg_type"], message["content"])

        content = self.client.execute_interactive(
            source,
            timeout=TIMEOUT_S,
            output_hook=hear,
            allow_stdin=False,
            stop_on_error=False,  # else ipykernel 6 aborts what is run next
        )
        reply.status = content["content"]["status"]
        return reply

    def interrupt(self) -> None:
        """Interrupt it, from a thread of its own."""
        self.manager.interrupt_kernel()
        close_own_loop()

    def restart(self) -> None:
        self.client.stop_channels()
        self.manager.restart_kernel(now=True)
        self.client = self.manager.client()
        self._ready()

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


@contextlib.contextmanager
def started(folder: Path, environment: dict[str, str] | None = None) -> Iterator[Kernel]:
    """A kernel in a folder. environment: further variables, such as those of another user."""
    kernel = Kernel(folder, environment)
    try:
        yield kernel
    finally:
        kernel.stop()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kernel, Path]]:
    """One kernel for tests that only look or fail; in a store with one version."""
    folder = tmp_path_factory.mktemp("shared")
    with started(folder) as kernel:
        kernel.run("%mv_init\nmodel_params = {'depth': 3}\ndf_rows = [1, 2]")
        assert kernel.run("%mv_commit model_params -m first").status == "ok"
        yield kernel, folder


def test_a_rollback_works_after_a_restart_of_the_kernel(tmp_path: Path) -> None:
    setup = (
        "%mv_init\nimport numpy as np\nfrom sklearn.tree import DecisionTreeClassifier\n"
        "class Scale:\n    by = 2\n    def __call__(self, x): return x * self.by\n"
        "X = np.arange(40.0).reshape(20, 2); y = np.arange(20) % 2; scale = Scale(); head = X[:3]\n"
        "model = DecisionTreeClassifier(random_state=0).fit(X, y); predictions = model.predict(X)"
    )
    with started(tmp_path) as kernel:
        assert kernel.run(setup).status == "ok"
        first = kernel.run("%mv_commit X y head scale model predictions -m first --metric acc=model.score(X, y)")
        assert "v1 · 7 variables" in first.said, first  # the class comes along
        kernel.restart()
        back = kernel.run("%mv_rollback v1 --yes")
        assert "7 added" in back.said, back
        check = (
            "import numpy as np\n"
            "print((model.predict(X) == predictions).all(), scale(3), type(scale) is Scale, np.shares_memory(head, X))"
        )
        assert kernel.run(check).said == "True 6 True True\n"
        assert "nothing has changed" in kernel.run("%mv_status").said
        kernel.run("model.set_params(max_depth=1).fit(X, y)")
        assert "v2 · " in kernel.run("%mv_commit model -m second").said
    assert mv.open(tmp_path).verify(full=True) == []


def test_d6_two_kernels_on_one_store_both_commit(tmp_path: Path) -> None:
    mv.open(tmp_path, create=True)
    with started(tmp_path) as one, started(tmp_path) as two:
        replies: dict[int, list[Reply]] = {0: [], 1: []}

        def commit(number: int, kernel: Kernel) -> None:
            for at in range(6):
                kernel.run(f"x = {{'kernel': {number}, 'at': {at}, 'data': list(range({at * 1000}))}}")
                replies[number].append(kernel.run(f"%mv_commit x -m 'kernel {number}, {at}'"))
            close_own_loop()

        threads = [threading.Thread(target=commit, args=(n, k)) for n, k in enumerate((one, two))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(r.status == "ok" for r in (*replies[0], *replies[1])), replies
    repo = mv.open(tmp_path)
    found = {(v["x"]["kernel"], v["x"]["at"]) for v in (repo.load(version) for version in repo.log())}
    assert found == {(n, at) for n in range(2) for at in range(6)}
    assert sorted(v.number for v in repo.log()) == list(range(1, 13))
    assert repo.verify(full=True) == []


def interrupt_once_there_is(file: Path, kernel: Kernel) -> None:
    wait_for(file.exists)
    time.sleep(0.2)
    kernel.interrupt()


def test_d2_an_interrupted_commit_leaves_the_store_clean(tmp_path: Path) -> None:
    """The value's own pickling says that it has begun and sleeps: the interrupt lands inside the commit for certain."""
    slow = (
        "%mv_init\nimport pathlib, time, numpy as np\n"
        "class Slow:\n    def __reduce__(self):\n        pathlib.Path('begun').touch()\n"
        "        time.sleep(600); return Slow, ()\n"
        "data = np.random.default_rng(0).random(1_000_000); slow = Slow()"
    )
    with started(tmp_path) as kernel:
        kernel.run(slow)
        interrupter = threading.Thread(target=interrupt_once_there_is, args=(tmp_path / "begun", kernel))
        interrupter.start()
        reply = kernel.run("%mv_commit data slow")
        interrupter.join()
        assert reply.status == "error"
        assert "KeyboardInterrupt" in "".join(reply.error)
        assert mv.open(tmp_path).log() == []
        assert "v1 · 1 variable" in kernel.run("%mv_commit data").said
    repo = mv.open(tmp_path)
    assert repo.verify(full=True) == []
    assert not [p for p in tmp_path.rglob("*") if p.suffix == ".tmp"]


@pytest.mark.parametrize("delay_s", [0.2, 0.5, 0.9])
def test_d2_an_interrupt_while_data_is_written_leaves_nothing_half_made(delay_s: float, tmp_path: Path) -> None:
    with started(tmp_path) as kernel:
        kernel.run("%mv_init\nimport numpy as np\ndata = np.random.default_rng(0).random(60_000_000)")
        timer = threading.Timer(delay_s, kernel.interrupt)
        timer.start()
        reply = kernel.run("%mv_commit data")
        timer.join()
        time.sleep(0.2)
        kernel.run("pass")
        versions = mv.open(tmp_path).log()
        # The interrupt may also come when the version is there, and only its line is not shown yet.
        assert len(versions) == 1 if reply.status == "ok" else len(versions) <= 1
        assert kernel.run("small = 5\n%mv_commit small").status == "ok"
    repo = mv.open(tmp_path)
    assert len(repo.log()) == len(versions) + 1
    assert repo.verify(full=True) == []


def test_a_failing_cell_fails_as_usual_and_commits_nothing(shared) -> None:
    kernel, folder = shared
    before = len(mv.open(folder).log())
    reply = kernel.run("%%mv_commit -m never\nx = 1\nx / 0")
    assert reply.status == "error"
    assert "ZeroDivisionError" in reply.said
    assert reply.error[0] == "CellFailed: the cell failed, so nothing was committed"
    assert len(mv.open(folder).log()) == before


def test_a_cell_magic_keeps_what_the_cell_made(shared) -> None:
    kernel, folder = shared
    reply = kernel.run("%%mv_commit -m 'a cell'\nfrom math import pi, sqrt\nfresh = [sqrt(pi)]\nprint('printed')")
    assert reply.said.startswith("printed\n")
    version = mv.open(folder).log()[0]
    assert set(version.kept) == {"fresh", "pi"}
    assert mv.open(folder).cells(version)[-1].outputs == "printed\n"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("%mv_commit model_param", ["no variable 'model_param' in this notebook", "try: %mv_commit model_params"]),
        ("%mv_rollback v99", ["no version, tag or branch 'v99'", "see %mv_log"]),
        ("%mv_show nightly", ["no version, tag or branch 'nightly'", ""]),
        ("%mv_rollback v1 model_parms", ["v1 has no 'model_parms'", "model_params"]),
        ("%mv_log --wher x", ["--wher", "--where"]),
        ("%mv_commit --metric acc=undefined_name", ["no variable 'undefined_name'", ""]),
        ("%mv_import nothing.nbmv.zip", ["there is no file", ""]),
        ("%mv_tag 'bad name'", ["bad name", ""]),
        ("%mv_undo", ["nothing to undo", ""]),
        ("%mv_export v1 -o no/such/folder.nbmv.zip", ["there is no folder", ""]),
        ("%mv_config colour", ["no setting 'colour'", ""]),
    ],
)
def test_an_error_is_two_lines_and_the_cell_fails(source: str, lines: list[str], shared) -> None:
    reply = shared[0].run(source)
    assert reply.status == "error"
    assert 1 <= len(reply.error) <= 2, reply.error
    for said, expected in zip(reply.error, lines, strict=False):
        assert expected in said, reply.error


def test_no_store_says_how_to_get_one(tmp_path: Path) -> None:
    with started(tmp_path) as kernel:
        reply = kernel.run("%mv_log")
        assert reply.status == "error"
        assert "no store" in reply.error[0]
        assert "%mv_commit" in reply.error[1]
        assert kernel.run("%mv_commit x").status == "error"
        assert kernel.run("%mv_commit").status == "ok"
        assert kernel.run("x = {'a': 1}\n%mv_commit").status == "ok"
    assert len(mv.open(tmp_path).log()) == 1


def test_every_answer_is_text_and_html(shared) -> None:
    kernel, _ = shared
    check = "r = get_ipython().run_line_magic('mv_log', '')\nprint(sorted(r._repr_mimebundle_()), len(r) >= 1)"
    assert kernel.run(check).said == "['text/html', 'text/plain'] True\n"


def test_what_cannot_be_kept_is_named_and_the_rest_is_kept(shared) -> None:
    reply = shared[0].run("bad = {'a': [(i for i in '')]}\nfine = 3\n%mv_commit bad fine")
    assert reply.status == "ok"
    assert "1 variable" in reply.said
    assert "bad['a'][0]" in reply.said
