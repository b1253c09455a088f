"""DVC reads what we export, and we read what DVC writes."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import Damaged
from nbmodelver.exchange import sidecar, systems
from nbmodelver.model.exchange import Facts, Point, VersionFiles
from tests.exchange.git.samples import Stranger, commit, exported, git, imported, new_repo, statuses, study

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.exchange_clients
CSV = b"a,b\n1,2\n3,4\n"


def test_every_version_is_checked_out_byte_by_byte(tmp_path: Path, client: Callable[..., str]) -> None:
    repo, folder = study(), tmp_path / "r"
    exported(repo, "dvc", f"{folder}#iris")
    for name in ("v1", "v2", "v3"):
        client(folder, "git", "checkout", "-q", name)
        client(folder, "dvc", "checkout", "-q")
        assert "up to date" in client(folder, "dvc", "status")
        assert client(folder, "git", "status", "--porcelain") == ""
        for member in json.loads((folder / "nbmodelver.json").read_text())["members"]:
            assert hashlib.sha256((folder / member["path"]).read_bytes()).hexdigest() == member["sha256"]
    assert "No changes" in client(folder, "dvc", "data", "status")


def test_metrics_and_parameters_are_compared_as_here(tmp_path: Path, client: Callable[..., str]) -> None:
    repo, folder = study(), tmp_path / "r"
    repo.commit({"alpha": 0.5}, "odd", params={"lr": 1e-05, "on": "yes", "deep": {"a": 1}}, metrics={"acc": 0.25})
    exported(repo, "dvc", folder)
    metrics = json.loads(client(folder, "dvc", "metrics", "diff", "v1", "v3", "--json"))["metrics.json"]
    assert {k: (v["old"], v["new"]) for k, v in metrics.items()} == {"acc": (0.1, 0.3)}
    params = json.loads(client(folder, "dvc", "params", "diff", "v1", "v3", "--json"))["params.yaml"]
    changed = {k: (v, repo["v3"].params[k]) for k, v in repo["v1"].params.items() if v != repo["v3"].params[k]}
    assert {k: (v["old"], v["new"]) for k, v in params.items()} == changed
    odd = json.loads(client(folder, "dvc", "params", "diff", "v1", "v4", "--json"))["params.yaml"]
    assert {k: odd[k]["new"] for k in ("lr", "on", "deep.a")} == {"lr": 1e-05, "on": "yes", "deep.a": 1}


def test_a_model_is_fetched_by_the_name_of_its_artifact(tmp_path: Path, client: Callable[..., str]) -> None:
    folder = tmp_path / "r"
    exported(study(), "dvc", f"{folder}#iris")
    client(tmp_path, "dvc", "artifacts", "get", str(folder), "iris", "--rev", "v2.0.0", "-o", "model.skops")
    client(tmp_path, "dvc", "artifacts", "get", str(folder), "churn", "--rev", "v1.0.0", "-o", "churn.skops")
    out = json.loads(git(folder, "show", "v2:models/model/model.skops.dvc"))["outs"][0]
    for name in ("model.skops", "churn.skops"):
        assert hashlib.md5((tmp_path / name).read_bytes()).hexdigest() == out["md5"]


def test_a_collection_over_all_tags_spares_every_version(tmp_path: Path, client: Callable[..., str]) -> None:
    repo, folder = study(), tmp_path / "r"
    exported(repo, "dvc", folder)
    before = sorted(p.name for p in (folder / ".dvc/cache/files").rglob("*"))
    client(folder, "dvc", "gc", "-a", "-T", "-f")
    assert sorted(p.name for p in (folder / ".dvc/cache/files").rglob("*")) == before
    commit(repo, 4)
    assert statuses(exported(repo, "dvc", folder)) == ["again"] * 3 + ["written"]
    client(folder, "git", "checkout", "-q", "v4")
    client(folder, "dvc", "checkout", "-q")
    assert "up to date" in client(folder, "dvc", "status")


def test_what_dvc_wrote_comes_in(tmp_path: Path, client: Callable[..., str]) -> None:
    """Files, a folder, a stage with metrics and parameters; the cache is moved to a remote afterwards."""
    other = Stranger(tmp_path / "r")
    folder = other.folder
    client(folder, "dvc", "init", "-q")
    other.write("train.csv", CSV)
    other.write("parts/one.csv", CSV)
    other.write("parts/two.csv", CSV + b"5,6\n")
    client(folder, "dvc", "add", "-q", "train.csv", "parts")
    other.write("params.yaml", "lr: 1e-3\n")
    program = "import json; json.dump({'auc': 0.9}, open('scores.json', 'w'))\n"
    other.write("run.py", program + "for name in ('m.csv', 'small.csv'):\n    open(name, 'w').write('a\\n1\\n')\n")
    outs = ("-o", "m.csv", "-O", "small.csv", "-M", "scores.json")
    client(folder, "dvc", "stage", "add", "-q", "-n", "fit", "-p", "lr", "-d", "train.csv", *outs, "python3 run.py")
    client(folder, "dvc", "repro", "-q")
    first = other.commit("first")
    other.write("params.yaml", "lr: 2e-3\n")
    client(folder, "dvc", "repro", "-q")
    second = other.commit("second")
    client(folder, "dvc", "remote", "add", "-q", "-d", "up", str(tmp_path / "up"))
    client(folder, "dvc", "push", "-q", "--all-commits")
    shutil.rmtree(folder / ".dvc/cache")
    back = new_repo()
    done = imported(back, "dvc", folder)
    assert [one.native for one in done.versions] == [first, second]
    assert set(back["v1"].kept) == {"train", "one", "two", "m", "small"}
    assert done.left_out == ()
    assert (back["v1"].metrics, back["v2"].params) == ({"auc": 0.9}, {"lr": 0.002})
    assert list(back.loaded(back["v1"], ["two"])[0]["two"]["a"]) == [1, 3, 5]
    assert back["v1"].author == "Ada <ada@example.org>"


def test_a_flipped_byte_is_named_by_us(tmp_path: Path) -> None:
    repo, folder = study(), tmp_path / "r"
    exported(repo, "dvc", folder)
    out = json.loads(git(folder, "show", "v2:version.nbmv.zip.dvc"))["outs"][0]
    file = folder / ".dvc/cache/files/md5" / out["md5"][:2] / out["md5"][2:]
    file.chmod(0o644)
    file.write_bytes(b"X" + file.read_bytes()[1:])
    with pytest.raises(Damaged, match=out["md5"][2:]):
        imported(new_repo(), "dvc", folder)


def test_curves_are_plots_and_come_back(tmp_path: Path, client: Callable[..., str]) -> None:
    folder = tmp_path / "r"
    curves = {
        "train/loss": (Point(0, 1.5), Point(1, 0.25)),
        "acc": (Point(0, 0.5, 1700000000.5), Point(1, 0.75, 1700000001.0)),
    }
    facts = Facts(
        "1" * 40, "v1", 1, message="one", saved_at_utc="2024-05-01T00:00:00Z", metrics={"acc": 0.75}, curves=curves
    )
    contents = VersionFiles(facts, ())
    exporter = systems.exporter("dvc", str(folder))
    exporter.placed()
    exporter.put(contents, sidecar.encode(contents))
    list(exporter.label([facts]))
    list(exporter.finish())
    shown = json.loads(client(folder, "dvc", "plots", "show", "--json"))
    values = json.dumps(shown)
    assert "train/loss.tsv" in values
    assert "1.5" in values
    (found,) = systems.importer("dvc", str(folder)).found()
    assert found.facts.curves == curves
    git(folder, "checkout", "-q", "-b", "mine")
    (folder / "nbmodelver.json").unlink()
    (folder / "metrics.json").write_text(json.dumps({"acc": 0.8}))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "mine")
    _, foreign = systems.importer("dvc", str(folder)).found()
    assert foreign.facts.curves == curves
