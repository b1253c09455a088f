"""What a user waits for: cells of a real kernel, each measured from outside, above an empty cell of the same kernel.

CPU seconds of the kernel process with all its threads and the children that it waited for. The same cells are kept by
nbmodelver, by cloudpickle with zstd level 3, and by Kishu where an environment for peers is at hand (`run.py
--install-peers`). Linux only: the CPU clock of another process is read.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager
from rows import Figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMEOUT_S = 120
"""A system whose cell takes longer gets `inf`."""
SETTLED_S = 0.05
"""What a system still does when the page shows that the cell is done counts too, for so long."""
PEERS = Path(__file__).parents[2] / "build" / "peers" / "bin" / "python"
COLUMNS = ("score", "x3", "price")
OTHER_PEERS = "NBMODELVER_BENCH_PEERS"
"""Environment variable with another interpreter that has the peers."""

TINY = "for _n in range(60):\n    globals()[f'name{_n}'] = {'a': _n, 'b': [1.0, 2.0, str(_n)]}"
FOREST = """
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
_rng = np.random.default_rng(0)
X = _rng.normal(size=({rows}, 20))
y = X[:, 0] + _rng.normal(size=len(X)) > 0
scaler = StandardScaler().fit(X)
model = RandomForestClassifier({trees}, random_state=0).fit(X, y)
pipe = Pipeline([("scale", scaler), ("model", model)])
head, column = X[:100], X[:, 3]
params = {{"depth": 3}}
"""
FRAME = """
import sys
sys.path.insert(0, {folder!r})
from workloads import mixed_frame as _mixed
import numpy as _np
_rows, _rng = {rows}, _np.random.default_rng(7)
df = _mixed(_rows)
for _n in range(6):
    df[f"x{{_n}}"] = _rng.normal(size=_rows)
"""
CLOUDPICKLE = """
import cloudpickle as _cp, pathlib as _path, zstandard as _zstd
def _values():
    kinds = (type(_path), type(_values), type)
    return {n: v for n, v in globals().items() if not n.startswith("_") and not isinstance(v, kinds)
            and n not in ("In", "Out", "exit", "quit", "get_ipython", "open")}
def _keep(name):
    _path.Path(name).write_bytes(_zstd.ZstdCompressor(level=3).compress(_cp.dumps(_values())))
def _bring(name):
    globals().update(_cp.loads(_zstd.ZstdDecompressor().decompress(_path.Path(name).read_bytes())))
"""
KISHU = """
def _begin():
    import builtins, nbformat, pathlib
    from kishu.jupyterint import KishuForJupyter
    from kishu.notebook_id import NotebookId
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    nbformat.write(notebook, "notebook.ipynb")
    made = KishuForJupyter(NotebookId("bench", pathlib.Path("notebook.ipynb").absolute(), "kernel"), ip=get_ipython())
    made._test_mode = True
    made.install_kishu_hooks()
    builtins.kishu_of_bench, builtins.kept_of_bench = made, []  # It takes the namespace of the cell.
_begin()
"""


@dataclass(frozen=True)
class System:
    """How a system keeps the variables of a kernel, as lines of a cell.

    begin: before the first cell of the notebook. keep: at the end of a cell. first: right after the first version.
    back: brings the first version back.
    """

    python: str
    begin: str
    keep: str
    back: str
    first: str = "pass"


def systems() -> dict[str, System]:
    """Those that are here."""
    keep_all, back = "%mv_commit --all", "%mv_rollback v1 --yes"
    found = {"nbmodelver": System(sys.executable, "%load_ext nbmodelver", keep_all, back)}
    found["cloudpickle + zstd-3"] = System(
        sys.executable, CLOUDPICKLE, "_keep('kept')", "_bring('first')", "_keep('first')"
    )
    peers = os.environ.get(OTHER_PEERS, str(PEERS))
    if os.path.exists(peers):
        back = "kishu_of_bench.checkout(kept_of_bench[0], skip_notebook=True)"
        first = "kept_of_bench.append(kishu_of_bench._kishu_graph.head())"
        found["Kishu"] = System(peers, KISHU, "pass", back, first)
    return found


class Kernel:
    """A kernel in a folder of its own."""

    def __init__(self, python: str, folder: str) -> None:
        self.manager = KernelManager()
        argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self.manager._kernel_spec = KernelSpec(argv=argv, display_name="bench", language="python")
        self.manager.start_kernel(
            cwd=folder,
            env={**os.environ, "HOME": folder, "OMP_NUM_THREADS": "1"},
            extra_arguments=["--log-level=ERROR"],
        )
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT_S)
        self.pid = self.manager.provisioner.pid

    def run(self, cell: str) -> float:
        """CPU seconds of a cell. Raises RuntimeError when it fails."""
        before = self.cpu_s()
        reply = self.client.execute_interactive(cell, timeout=TIMEOUT_S, output_hook=lambda _message: None)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join([cell, *reply["content"].get("traceback", ["the cell failed"])]))
        time.sleep(SETTLED_S)
        return self.cpu_s() - before

    def cpu_s(self) -> float:
        """CPU seconds of the process and of the children that it waited for."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        children = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
        return (
            time.clock_gettime(~self.pid << 3 | 2) + children
        )  # The clock id of another process: see clock_getcpuclockid(3).

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


class Notebook:
    """The cells of one notebook, kept by one system."""

    def __init__(self, kernel: Kernel, system: System, setup: str) -> None:
        self.kernel, self.system = kernel, system
        kernel.run("pass")
        self.empty_s = median(kernel.run("pass") for _ in range(7))
        kernel.run(setup)
        kernel.run(system.begin)
        self.first_s = self.cell("pass")
        kernel.run(system.first)

    def cell(self, source: str) -> float:
        """CPU seconds of a cell that ends with keeping everything, above an empty one."""
        return self.kernel.run(f"{source}\n{self.system.keep}") - self.empty_s

    def unchanged(self, runs: int) -> float:
        return median(self.cell("pass") for _ in range(runs))

    def edited(self, source: str, runs: int) -> float:
        return median(self.cell(source) for _ in range(runs))

    def back(self, source: str, runs: int) -> float:
        """To the first version, each time from a new one."""
        taken = []
        for _ in range(runs):
            self.cell(source)
            taken.append(self.kernel.run(self.system.back) - self.empty_s)
        return median(taken)


@contextlib.contextmanager
def notebook(system: System, setup: str) -> Iterator[Notebook]:
    """A notebook whose first version is kept."""
    with tempfile.TemporaryDirectory() as folder:
        kernel = Kernel(system.python, folder)
        try:
            yield Notebook(kernel, system, setup)
        finally:
            kernel.stop()


def compared(setup: str, work: Callable[[Notebook], dict[str, float]]) -> dict[str, dict[str, float]]:
    """What was measured -> system -> CPU seconds, one system after the other."""
    found: dict[str, dict[str, float]] = {}
    for name, system in systems().items():
        try:
            with notebook(system, setup) as one:
                measured = work(one)
        except (TimeoutError, queue.Empty):
            measured = dict.fromkeys(found, float("inf"))
        for what, seconds in measured.items():
            found.setdefault(what, {})[name] = max(seconds, 0.0)
    return found


def tiny_cells(scale: float) -> Iterator[Figures]:
    """60 tiny names, kept again unchanged."""
    runs = runs_at(scale)
    (seconds,) = compared(TINY, lambda one: {"": one.unchanged(runs)}).values()
    yield figures("cell: 60 tiny names, unchanged", 0.015, seconds, scale)


def forest_cells(scale: float) -> Iterator[Figures]:
    """A forest of 16 MB, a pipeline that shares it, its scaler, and views."""
    runs = runs_at(scale)
    setup = FOREST.format(rows=max(int(4000 * scale), 200), trees=max(int(200 * scale), 5))

    def work(one: Notebook) -> dict[str, float]:
        edit = "params['depth'] += 1"
        return {
            "first version": one.first_s,
            "unchanged": one.unchanged(runs),
            "a dict edited beside it": one.edited(edit, runs),
            "back to an older version": one.back(edit, runs),
        }

    limits = {"a dict edited beside it": 0.03, "back to an older version": 0.10}
    for what, seconds in compared(setup, work).items():
        yield figures(f"cell: forest, pipeline, scaler and views, {what}", limits.get(what), seconds, scale)


def sorted_cells(scale: float) -> Iterator[Figures]:
    """A frame of 0.9 GB, sorted by another column each time: against the first commit of the same frame."""
    setup = FRAME.format(folder=str(Path(__file__).parent), rows=max(int(6_000_000 * scale), 20_000))

    def work(one: Notebook) -> dict[str, float]:
        ways = [one.cell(f"df = df.sort_values({column!r})") for column in COLUMNS[: runs_at(scale)]]
        plain = [one.kernel.run(f"_other = df.sort_values({c!r})") - one.empty_s for c in COLUMNS]
        return {"first version": one.first_s, "sorted": max(median(ways) - median(plain), 0.0)}

    found = compared(setup, work)
    for what, seconds in found.items():
        limit = 2 * found["first version"]["nbmodelver"] if what == "sorted" else None
        yield figures(f"cell: frame of 0.9 GB, {what}", limit, seconds, scale)


def runs_at(scale: float) -> int:
    return 7 if scale == 1 else 2


def figures(row: str, limit: float | None, seconds: dict[str, float], scale: float) -> Figures:
    """A row. limit: CPU seconds of ours that are allowed, at scale 1."""
    reach = "no figure" if limit is None else f"<= {limit:.3g} CPU s above an empty cell"
    ok = None if limit is None or scale != 1 else seconds["nbmodelver"] <= limit
    return Figures(row, reach, seconds, ok)


ROWS: dict[str, Callable[[float], Iterator[Any]]] = {f.__name__: f for f in (tiny_cells, forest_cells, sorted_cells)}
