"""MLflow loads what we export, and we read what MLflow wrote."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pandas as pd
import pytest

import nbmodelver as mv
from nbmodelver.actions.exchange import ImportFromRequest, import_from
from nbmodelver.registry import reading
from tests.environments import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.exchange_clients
ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:9"
ENV = {
    **os.environ, "PYTHONPATH": str(ROOT), "MLFLOW_DISABLE_TELEMETRY": "true", "CI": "1", "http_proxy": NOWHERE,
    "https_proxy": NOWHERE, "no_proxy": "127.0.0.1", "GIT_PYTHON_REFRESH": "quiet", "PYTHONWARNINGS": "ignore",
}  # fmt: skip


def started(folder: Path, *words: object) -> subprocess.Popen[str]:
    """Start a program of mlflow_programs.py in a folder."""
    command = [machine.MLFLOW.path or "python", str(Path(__file__).with_name("mlflow_programs.py")), *map(str, words)]
    return subprocess.Popen(
        command, cwd=folder, env=ENV, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


def output_of(process: subprocess.Popen[str]) -> Any:
    """Wait for a program, and return what it printed last."""
    output, errors = process.communicate(timeout=500)
    assert process.returncode == 0, output + errors
    return json.loads(output.splitlines()[-1])


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Any]:
    """Runs a program of mlflow_programs.py, and returns what it prints."""

    return lambda *words: output_of(started(tmp_path, *words))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with three versions, for all tests."""
    folder = tmp_path_factory.mktemp("study")
    output_of(started(folder, "study", folder / "s"))
    return folder / "s"


@pytest.fixture
def study(tmp_path: Path, made: Path) -> Path:
    """A store with three versions, for one test."""
    return Path(shutil.copytree(made, tmp_path / "s"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A database that MLflow wrote, with 20 registered versions, of which one was deleted, and one deleted run."""
    folder = tmp_path_factory.mktemp("trained")
    return folder, output_of(started(folder, "train", f"sqlite:///{folder}/m.db", folder))


def bring(repo: mv.Repo, source: str) -> Any:
    """Import from MLflow, without its client."""
    return import_from(repo, ImportFromRequest("mlflow", source))


def test_mlflow_loads_the_model_of_an_alias_and_predicts_the_same(tmp_path, study, program) -> None:
    target = f"sqlite:///{tmp_path}/m.db"
    done = program("export", study, f"{target}#iris")
    assert done["statuses"] == ["written"] * 3
    assert all("read back equal" in proof for proof in done["proofs"])
    ours = program("ours", study)
    for model, name in (("models:/iris@best", "v2"), ("models:/iris/1", "v1"), ("models:/forest/1", "v3")):
        theirs = program("predict", target, model, study)
        assert theirs["own"] == theirs["generic"] == ours[name]["predicted"]
        assert theirs["inputs"] == ["a", "b", "c"]
        assert theirs["example"] == "dataframe"


def test_parameters_metrics_times_and_tags_are_equal_there(tmp_path, study, program) -> None:
    target = f"sqlite:///{tmp_path}/m.db"
    program("export", study, f"{target}#iris")
    ours, theirs = program("ours", study), program("theirs", target, "iris")
    assert [run["name"] for run in theirs] == ["v1", "v2", "v3"]
    for run in theirs:
        here = ours[run["name"]]
        assert run["params"] == here["params"]
        assert run["metrics"] == {"acc": repr(here["acc"]), "nan": "nan"}
        at_ms = datetime.fromisoformat(here["saved"]).timestamp() * 1000
        assert run["start"] == run["end"] == pytest.approx(at_ms, abs=1)
        assert run["status"] == "FINISHED"
        assert run["datasets"] == [["train_X", 36, ["training"]], ["weights", 36, []]]
        assert run["tags"]["nbmodelver.name"] == run["name"]
    assert theirs[1]["tags"]["nbmodelver.parents"] == theirs[0]["tags"]["nbmodelver.id"]
    assert theirs[0]["tags"]["mlflow.note.content"] == "3 trees"
    assert program("registered", target, "iris") == {
        "versions": [[1, "v1", ""], [2, "v2", ""]], "aliases": {"best": 2},
    }  # fmt: skip
    assert program("registered", target, "forest") == {"versions": [[1, "v3", "1.4.0"]], "aliases": {}}


def test_a_second_export_writes_only_what_is_new_and_moves_aliases(tmp_path, study, program) -> None:
    target = f"sqlite:///{tmp_path}/m.db"
    program("export", study, f"{target}#iris")
    again = program("export", study, f"{target}#iris")
    assert again["statuses"] == ["again"] * 3
    assert again["labels"] == []
    program("one_more", study)
    mv.open(study).tag("best", "v1", move=True)
    more = program("export", study, f"{target}#iris")
    assert more["statuses"] == ["again"] * 3 + ["written"]
    assert more["labels"] == ["iris/3 there is v4", "iris@best there is version 1"]
    mv.open(study).history.delete_tag("best")
    assert program("export", study, f"{target}#iris")["labels"] == ["iris@best was deleted there"]


def test_a_dry_run_and_a_refused_name_write_nothing(tmp_path, study, program) -> None:
    done = program("export", study, f"sqlite:///{tmp_path}/new/m.db#iris", "yes")
    assert done["statuses"] == ["would write"] * 3
    name, message, hint = program("refused", study, f"sqlite:///{tmp_path}/new/m.db#a/b")
    assert (name, "'a/b'" in message, "another name" in hint) == ("UsageError", True, True)
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "mlruns").exists()


def test_a_killed_export_goes_on(tmp_path, study, program) -> None:
    target = f"sqlite:///{tmp_path}/m.db"
    for runs in (1, 2):  # Killed as soon as there is so much of it.
        process = started(tmp_path, "export", study, f"{target}#iris")
        while process.poll() is None and len(list(tmp_path.glob("mlartifacts/iris/*"))) < runs:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    assert program("export", study, f"{target}#iris")["statuses"][-1] == "written"
    assert [run["name"] for run in program("theirs", target, "iris")] == ["v1", "v2", "v3"]
    assert [name for _, name, _ in program("registered", target, "iris")["versions"]] == ["v1", "v2"]
    repo = mv.open(tmp_path / "back", create=True)
    bring(repo, target)
    assert content(repo) == content(mv.open(study))


def test_an_export_waits_for_a_database_that_another_client_has_open(tmp_path, study, program) -> None:
    target = f"sqlite:///{tmp_path}/m.db"
    program("export", study, f"{target}#iris")
    program("one_more", study)
    holder = started(tmp_path, "held", tmp_path / "m.db", "12")
    assert holder.stdout is not None
    assert "held" in holder.stdout.readline()
    assert program("export", study, f"{target}#iris")["statuses"] == ["again"] * 3 + ["written"]
    holder.communicate()


def test_a_round_trip_brings_the_same_versions_also_from_a_moved_folder(tmp_path, study, program) -> None:
    (tmp_path / "there").mkdir()
    program("export", study, f"sqlite:///{tmp_path}/there/m.db#iris")
    shutil.move(tmp_path / "there", tmp_path / "moved")
    repo = mv.open(tmp_path / "back", create=True)
    source = f"sqlite:///{tmp_path}/moved/m.db#iris"
    assert [one.status for one in bring(repo, source).versions] == ["new"] * 3
    before = mv.open(study)
    assert content(repo) == content(before)
    assert repo["best"].message == before["v2"].message
    assert [one.number for one in reading.model(repo, "forest").versions] == ["1.4.0"]
    assert [one.status for one in bring(repo, source).versions] == ["again"] * 3


def test_what_mlflow_wrote_comes_in_and_compares_as_there(tmp_path, trained, program) -> None:
    folder, there = trained
    repo = mv.open(tmp_path / "back", create=True, trusted=True)
    done = bring(repo, f"sqlite:///{folder}/m.db")
    runs = [f"run {n}" for n in range(1, 21) if n != 4]
    assert [one.title for one in done.versions] == [*runs, "parent", "child", "trees/4"]
    assert {one.what for one in done.left_out} == {"dataset train", "parameter api_key"}
    frame = pd.DataFrame(there["frame"])
    versions = list(reversed(repo.log()))
    for version in versions[:19]:
        model = repo.load(version, ["model"])["model"]
        assert model.predict(frame).tolist() == there["predicted"][run_of(version)]
    theirs = {run["name"]: run for run in program("theirs", f"sqlite:///{folder}/m.db", "trees")}
    for version in versions[:21]:
        there_too = theirs[version.message]
        own = {name: str(value) for name, value in version.params.items() if not name.startswith("model.")}
        assert own == {k: v for k, v in there_too["params"].items() if k != "api_key"}
        assert {k: repr(v) for k, v in version.metrics.items()} == there_too["metrics"]
        assert version.author == there_too["user"]
    numbers = [one.number for one in reading.model(repo, "trees").versions]
    assert set(numbers) == {f"{n}.0.0" for n in range(1, 21) if n != 2}
    assert [one.status for one in bring(repo, f"sqlite:///{folder}/m.db").versions] == ["again"] * 22


def content(repo: mv.Repo) -> list[Any]:
    """What has to be equal after a round trip; ids differ, because a bundle does not name the folder of its store."""
    return [
        (v.message, v.saved_at_utc, len(v.parents), {k: kept.digest for k, kept in v.kept.items()}, repr(v.metrics))
        for v in repo.log()
    ]  # fmt: skip


def run_of(version: mv.Version) -> str:
    """The id of the run that a version came from, by its note."""
    line = next(line for line in version.note.splitlines() if line.startswith("run "))
    return line.split()[1]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A server with a database and its own artifacts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mlflow = str(Path(machine.MLFLOW.path or "").with_name("mlflow"))
    command = [mlflow, "server", "--backend-store-uri", f"sqlite:///{tmp_path}/server.db", "--artifacts-destination",
               str(tmp_path / "kept"), "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]  # fmt: skip
    log = (tmp_path / "server.log").open("w")
    process = subprocess.Popen(command, cwd=tmp_path, env=ENV, stdout=log, stderr=log, start_new_session=True)
    try:
        for _ in range(240):
            if answers(f"http://127.0.0.1:{port}/health"):
                break
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.close()


def answers(address: str) -> bool:
    """True if a server answers."""
    try:
        with urlopen(address, timeout=5):
            return True
    except OSError:
        return False


def test_a_server_gets_versions_and_gives_them_as_its_database_does(tmp_path, study, program, server) -> None:
    assert program("export", study, f"{server}#iris")["statuses"] == ["written"] * 3
    assert program("export", study, f"{server}#iris")["statuses"] == ["again"] * 3
    assert program("predict", server, "models:/iris@best", study)["own"] == program("ours", study)["v2"]["predicted"]
    assert program("bring", tmp_path / "back", server)["statuses"] == ["new"] * 3
    assert program("bring", tmp_path / "back", server)["statuses"] == ["again"] * 3
    repo = mv.open(tmp_path / "back")
    assert content(repo) == content(mv.open(study))
    assert [one.status for one in bring(repo, f"sqlite:///{tmp_path}/server.db").versions] == ["again"] * 3
