"""Other ways to keep versions, doing the same work in the same run, each in a process of its own.

`python peers.py PEER NOTEBOOK SCALE` prints one JSON line: for each step CPU and wall seconds and bytes grown, and the
way back to the first version. A peer that cannot be imported or found says so and is a skipped row. The peers need
not share nbmodelver's environment: `run.py --peers PYTHON` names another interpreter.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import pickle
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

sys.path.insert(0, str(Path(__file__).parent))


class Missing(Exception):
    """This peer is not installed here."""


def needs(module: str) -> Any:
    """The module, or Missing."""
    try:
        return importlib.import_module(module)
    except Exception as error:  # A broken installation is no reason to stop the others.
        raise Missing(f"{module}: {type(error).__name__}: {error}".splitlines()[0][:150]) from error


def program(name: str) -> str:
    """The program's path, or Missing."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise Missing(f"{name}: no such program")
    return found


class Peer:
    """Saves the values of each step, and gives a step's values back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, step: int, values: dict[str, Any]) -> None:
        raise NotImplementedError

    def load(self, step: int) -> dict[str, Any]:
        raise NotImplementedError

    def close(self) -> None:
        """At the end."""


class Nbmodelver(Peer):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.repo = needs("nbmodelver").open(folder, create=True)
        self.live: dict[str, Any] = {}

    def save(self, step: int, values: dict[str, Any]) -> None:
        self.live = dict(values)
        self.repo.commit(values)

    def load(self, step: int) -> dict[str, Any]:
        return {**self.live, **self.repo.rollback(f"v{step + 1}", self.live).load()}


class Joblib(Peer):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.joblib = needs("joblib")

    def save(self, step: int, values: dict[str, Any]) -> None:
        self.joblib.dump(values, self.folder / f"{step}.joblib", compress=3)

    def load(self, step: int) -> dict[str, Any]:
        return self.joblib.load(self.folder / f"{step}.joblib")


class CloudpickleZstd(Peer):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.cloudpickle, self.zstandard = needs("cloudpickle"), needs("zstandard")

    def save(self, step: int, values: dict[str, Any]) -> None:
        data = self.cloudpickle.dumps(values, protocol=5)
        (self.folder / f"{step}.zst").write_bytes(self.zstandard.ZstdCompressor(level=3).compress(data))

    def load(self, step: int) -> dict[str, Any]:
        data = (self.folder / f"{step}.zst").read_bytes()
        return pickle.loads(self.zstandard.ZstdDecompressor().decompress(data))


class Dill(Peer):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.dill = needs("dill")

    def save(self, step: int, values: dict[str, Any]) -> None:
        (self.folder / f"{step}.dill").write_bytes(self.dill.dumps(values))

    def load(self, step: int) -> dict[str, Any]:
        return self.dill.loads((self.folder / f"{step}.dill").read_bytes())


class Pickled(Peer):
    """One pickle in a folder that another program keeps versions of."""

    work: Path

    def run(self, *command: str, **env: str) -> str:
        done = subprocess.run(
            command, cwd=self.work, env={**os.environ, **env}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Missing(f"{Path(command[0]).name}: {(done.stderr or done.stdout).strip().splitlines()[-1][:150]}")
        return done.stdout

    def write(self, values: dict[str, Any]) -> None:
        self.work.mkdir(exist_ok=True)
        (self.work / "values.pkl").write_bytes(pickle.dumps(values, protocol=5))


class Dvc(Pickled):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.dvc, self.git = program("dvc"), program("git")
        self.work = folder / "work"
        self.work.mkdir()
        self.run(self.git, "init", "-q")
        self.run(self.dvc, "init", "-q")
        self.run(self.dvc, "config", "core.analytics", "false")

    def save(self, step: int, values: dict[str, Any]) -> None:
        self.write(values)
        self.run(self.dvc, "add", "-q", "values.pkl")
        shutil.copy(self.work / "values.pkl.dvc", self.work / f"{step}.dvc.kept")

    def load(self, step: int) -> dict[str, Any]:
        shutil.copy(self.work / f"{step}.dvc.kept", self.work / "values.pkl.dvc")
        self.run(self.dvc, "checkout", "-q", "--force", "values.pkl.dvc")
        return pickle.loads((self.work / "values.pkl").read_bytes())

    def close(self) -> None:
        (self.work / "values.pkl").unlink(missing_ok=True)  # The working copy is not the store.


class Borg(Pickled):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.borg = program("borg")
        self.work = folder.with_name("work")
        self.work.mkdir()
        self.env = {"BORG_REPO": str(folder / "repo"), "BORG_BASE_DIR": str(folder.with_name("base"))}
        self.run(self.borg, "init", "-e", "none", **self.env)

    def save(self, step: int, values: dict[str, Any]) -> None:
        self.write(values)
        self.run(self.borg, "create", "-C", "zstd,3", f"::s{step}", "values.pkl", **self.env)

    def load(self, step: int) -> dict[str, Any]:
        self.run(self.borg, "extract", f"::s{step}", **self.env)
        return pickle.loads((self.work / "values.pkl").read_bytes())


class Restic(Pickled):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.restic = program("restic")
        self.work = folder.with_name("work")
        self.work.mkdir()
        self.env = {
            "RESTIC_REPOSITORY": str(folder / "repo"), "RESTIC_PASSWORD": "x",
            "RESTIC_CACHE_DIR": str(folder.with_name("cache")),
        }  # fmt: skip
        self.run(self.restic, "init", "-q", **self.env)

    def save(self, step: int, values: dict[str, Any]) -> None:
        self.write(values)
        self.run(self.restic, "backup", "-q", "--tag", f"s{step}", "values.pkl", **self.env)

    def load(self, step: int) -> dict[str, Any]:
        self.run(self.restic, "restore", "latest", "-q", "--tag", f"s{step}", "--target", ".", **self.env)
        return pickle.loads((self.work / "values.pkl").read_bytes())


class Mlflow(Peer):
    """Logs what has a model flavour by it (`log_model`), everything else as a pickled artifact."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        os.environ.update(
            MLFLOW_TRACKING_URI=f"file://{folder}/runs", MLFLOW_ALLOW_FILE_STORE="true", GIT_PYTHON_REFRESH="quiet"
        )
        self.mlflow = needs("mlflow")
        self.sklearn = needs("mlflow.sklearn")
        self.runs: list[str] = []

    def save(self, step: int, values: dict[str, Any]) -> None:
        with self.mlflow.start_run() as run, tempfile.TemporaryDirectory() as scratch:
            rest = dict(values)
            if "model" in rest:
                self.sklearn.log_model(
                    rest.pop("model"), name="model", serialization_format="cloudpickle", pip_requirements=[]
                )
            path = Path(scratch) / "values.pkl"
            path.write_bytes(pickle.dumps(rest, protocol=5))
            self.mlflow.log_artifact(str(path))
            self.runs.append(run.info.run_id)

    def load(self, step: int) -> dict[str, Any]:
        found = self.mlflow.artifacts.download_artifacts(run_id=self.runs[step], artifact_path="values.pkl")
        return pickle.loads(Path(found).read_bytes())


class Kishu(Peer):
    """Keeps a version after each cell by itself; a step is a cell that binds the values."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        os.environ["HOME"] = str(folder.with_name("home"))
        (folder.with_name("home")).mkdir(exist_ok=True)
        needs("kishu")
        import nbformat
        from IPython.core.interactiveshell import InteractiveShell
        from kishu.jupyterint import KishuForJupyter
        from kishu.notebook_id import NotebookId

        path = folder / "notebook.ipynb"
        notebook = nbformat.v4.new_notebook()
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, path)
        self.shell = InteractiveShell.instance()
        self.kishu = KishuForJupyter(NotebookId("bench", path, "kernel"), ip=self.shell)
        self.kishu._test_mode = True
        self.kishu.install_kishu_hooks()
        self.made: list[str] = []

    def save(self, step: int, values: dict[str, Any]) -> None:
        # A name that is bound anew counts as changed; one whose object is the same is compared by what it holds.
        own = self.shell.user_ns
        own.update({n: v for n, v in values.items() if own.get(n) is not v})
        ran = self.shell.run_cell(f"step = {step}\n_ = [{', '.join(values)}]", store_history=True)
        ran.raise_error()
        graph = self.kishu._kishu_graph
        self.made.append(graph.head())

    def load(self, step: int) -> dict[str, Any]:
        self.kishu.checkout(self.made[step], skip_notebook=True)
        return dict(self.shell.user_ns)


PEERS: dict[str, type[Peer]] = {
    "nbmodelver": Nbmodelver,
    "Kishu": Kishu,
    "joblib": Joblib,
    "cloudpickle + zstd-3": CloudpickleZstd,
    "dill": Dill,
    "DVC": Dvc,
    "MLflow": Mlflow,
    "borg": Borg,
    "restic": Restic,
}


def measure(name: str, notebook: str, scale: float) -> dict[str, Any]:
    """What one peer needs for one notebook. Raises Missing."""
    from workloads import NOTEBOOKS

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "store"
        folder.mkdir()
        with contextlib.chdir(folder):
            return _measured(PEERS[name](folder), folder, NOTEBOOKS[notebook](scale))


def _measured(peer: Peer, folder: Path, notebook: Iterator[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    steps = []
    for at, (what, values) in enumerate(notebook):
        before, (cpu, wall) = size_of(folder), now()
        peer.save(at, values)
        cpu_2, wall_2 = now()
        steps.append([what, cpu_2 - cpu, wall_2 - wall, size_of(folder) - before])
    cpu, wall = now()
    back = peer.load(0)
    cpu_2, wall_2 = now()
    assert "df" in back or "weights" in back or "params" in back
    peer.close()
    return {"steps": steps, "back_cpu_s": cpu_2 - cpu, "back_wall_s": wall_2 - wall, "bytes": size_of(folder)}


def now() -> tuple[float, float]:
    """CPU seconds of this process and of the programs that it ran, and the wall clock."""
    own, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime, time.perf_counter()


def size_of(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(p.lstat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def in_a_process(python: str, name: str, notebook: str, scale: float, timeout_s: float = 600) -> dict[str, Any]:
    """`measure` in a new interpreter; {"skipped": why} for a peer that is not there or takes too long."""
    command = [python, __file__, name, notebook, str(scale)]
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout_s, env=env)
    except subprocess.TimeoutExpired:
        return {"skipped": f"not done after {timeout_s:.0f} s"}
    for line in reversed(done.stdout.splitlines()):
        with contextlib.suppress(ValueError):
            found = json.loads(line)
            if isinstance(found, dict):
                return found
    return {"skipped": (done.stderr.strip().splitlines() or ["no answer"])[-1][:150]}


if __name__ == "__main__":
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            answer = measure(sys.argv[1], sys.argv[2], float(sys.argv[3]))
    except Missing as error:
        answer = {"skipped": str(error)}
    print(json.dumps(answer))
