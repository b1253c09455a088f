"""Runs and models of MLflow come in, from databases and folders, without its client."""

from __future__ import annotations

import math
import shutil
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import MissingLibrary, UsageError
from nbmodelver.exchange import mlflow_client
from nbmodelver.exchange.mlflow_address import address_of
from nbmodelver.exchange.mlflow_in import open_mlflow
from nbmodelver.exchange.mlflow_out import MlflowExporter
from nbmodelver.registry import reading
from tests.exchange.mlflow_samples import SECRET, Database, bring, fitted, run_id, write_model, write_tree
from tests.exchange.places import new_repo, statuses

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """Three runs with models, of which two are registered."""
    made = Database(tmp_path / "there")
    for number in (1, 2, 3):
        made.add_run(number, model=fitted(number))
    made.add_version(1, run_id(1), aliases=["best"], description="the first", tags={"owner": "ann"})
    made.add_version(2, run_id(3), stage="Production")
    return made


def test_each_run_is_a_version_with_its_model(database) -> None:
    repo = new_repo()
    done = bring(repo, f"sqlite:///{database.file}")
    assert statuses(done) == ["new"] * 3
    first, second, third = (repo[f"v{n}"] for n in (1, 2, 3))
    assert third.parents == (second.id,)
    assert (first.message, first.author, first.branch) == ("run 1", "ann", "mlflow-iris")
    assert first.saved_at_utc.startswith("2023-11-14T22:13:21")
    assert first.params["depth"] == 1
    assert first.metrics == {"loss": 0.5}
    assert "iris/1: the first" in first.note
    assert f"run {run_id(1)} of MLflow" in first.note
    assert repo.environment(first)["packages"] == {"mlflow": "3.17.2", "scikit-learn": "1.9.1"}
    assert repo.load("v1", ["model_example"])["model_example"]["x"].tolist() == [0.5, 1.5]
    repo.trusted = True
    assert repo.load("v1")["model"].predict([[2.0]]).tolist() == pytest.approx([2.0])


def test_nothing_is_loaded_without_trust(database) -> None:
    repo = new_repo()
    done = bring(repo, f"sqlite:///{database.file}")
    assert all(one.untrusted == ("model",) for one in done.versions)


def test_registered_versions_stages_and_aliases_come_in(database) -> None:
    repo = new_repo()
    done = bring(repo, f"sqlite:///{database.file}")
    versions = reading.model(repo, "iris").versions
    assert [(one.number, one.variable) for one in versions] == [("2.0.0", "model"), ("1.0.0", "model")]
    assert [one.version for one in versions] == [repo["v3"].id, repo["v1"].id]
    assert any("best" in note for note in done.notes)
    assert any("production" in note for note in done.notes)


def test_the_points_of_a_metric_are_a_curve(database) -> None:
    found = next(open_mlflow(f"sqlite:///{database.file}").found())
    assert [(point.step, point.value) for point in found.facts.curves["loss"]] == [(0, 1.0), (1, 0.5)]


def test_a_second_import_adds_only_what_is_new(database) -> None:
    repo = new_repo()
    bring(repo, f"sqlite:///{database.file}")
    assert statuses(bring(repo, f"sqlite:///{database.file}")) == ["again"] * 3
    database.add_run(4, model=fitted(4))
    assert statuses(bring(repo, f"sqlite:///{database.file}#iris")) == ["again"] * 3 + ["new"]
    database.run("INSERT INTO params VALUES ('late', '1', ?)", run_id(1))
    assert statuses(bring(repo, database.file)) == ["changed"] + ["again"] * 3


def test_a_moved_folder_is_read_where_it_is(database, tmp_path) -> None:
    moved = shutil.move(database.folder, tmp_path / "moved")
    repo = new_repo()
    done = bring(repo, f"sqlite:///{moved}/m.db")
    assert done.left_out == ()
    assert [one.values for one in done.versions] == [("model", "model_example")] * 3


def test_one_experiment_or_one_model_comes_in_by_its_name(database) -> None:
    database.add_experiment(2, "other")
    database.add_run(9, experiment=2, model=fitted(9))
    repo = new_repo()
    assert [one.title for one in bring(repo, f"{database.file}#other").versions] == ["run 9"]
    with pytest.raises(UsageError, match="neither an experiment nor a registered model") as refused:
        bring(repo, f"{database.file}#nothing")
    assert "iris, other" in refused.value.hint
    database.add_version(1, run_id(9), model="tree", source=(database.artifacts(9) / "model").as_uri())
    assert [one.title for one in bring(new_repo(), f"{database.file}#tree").versions] == ["run 9"]


def test_deleted_runs_and_versions_stay_away(database) -> None:
    database.add_run(5, stage="deleted")
    database.add_version(3, run_id(2), stage="Deleted_Internal")
    repo = new_repo()
    assert len(bring(repo, database.file).versions) == 3
    assert [one.number for one in reading.model(repo, "iris").versions] == ["2.0.0", "1.0.0"]


def test_a_registered_version_without_its_run_comes_in_alone(database) -> None:
    database.run("UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = ?", run_id(3))
    repo = new_repo()
    done = bring(repo, database.file)
    assert [one.title for one in done.versions] == ["run 1", "run 2", "iris/2"]
    assert done.versions[-1].values == ("iris", "iris_example")
    assert statuses(bring(repo, database.file)) == ["again"] * 3


def test_a_logged_model_is_found_by_its_own_address(database) -> None:
    model = f"m-{7:032x}"
    folder = database.folder / "mlartifacts" / "1" / "models" / model / "artifacts"
    write_model(folder, fitted(7))
    run = database.add_run(7)
    database.run(
        "INSERT INTO logged_models (model_id, experiment_id, name, artifact_location, creation_timestamp_ms, "
        "last_updated_timestamp_ms, status, lifecycle_stage, source_run_id) "
        "VALUES (?, 1, 'tree', ?, 1, 1, 2, 'active', ?)",
        model, folder.as_uri(), run,
    )  # fmt: skip
    database.add_version(3, run, source=folder.as_uri())
    repo = new_repo()
    assert bring(repo, database.file).versions[-1].values == ("tree", "tree_example")
    assert reading.model(repo, "iris").versions[0].variable == "tree"


def test_nested_runs_have_their_parent(database) -> None:
    database.add_run(8, tags={"mlflow.parentRunId": run_id(1)})
    repo = new_repo()
    bring(repo, database.file)
    assert repo["v4"].parents == (repo["v3"].id, repo["v1"].id)


def test_secrets_do_not_come_in(database) -> None:
    database.add_run(6, params={"api_key": SECRET, "db/password": "hunter22"}, tags={"token": SECRET, "team": "blue"})
    repo = new_repo()
    done = bring(repo, database.file)
    version = repo["v4"]
    assert "team: blue" in version.note
    assert SECRET not in repr(version)
    assert "hunter22" not in repr(version)
    assert {one.what for one in done.left_out} == {"parameter api_key", "parameter db/password", "tag token"}


def test_nan_is_kept_and_infinity_is_named(database) -> None:
    run = database.add_run(6)
    rows = [("nan", 0.0, 1, 0, 1, run), ("inf", 1.7976931348623157e308, 1, 0, 0, run)]
    for row in rows:
        database.run("INSERT INTO latest_metrics VALUES (?, ?, ?, ?, ?, ?)", *row)
    repo = new_repo()
    done = bring(repo, database.file)
    assert math.isnan(repo["v4"].metrics["nan"])
    assert [one.what for one in done.left_out] == ["metric inf"]


def test_files_of_a_run_come_in_or_are_named(database) -> None:
    folder = database.artifacts(2)
    (folder / "data.csv").write_text("a,b\n1,2\n")
    (folder / "plot.png").write_bytes(b"\x89PNG")
    repo = new_repo()
    done = bring(repo, database.file)
    assert set(repo["v2"].kept) == {"model", "model_example", "data"}
    assert [(one.version, one.what) for one in done.left_out] == [("run 2", "plot.png")]


def test_runs_and_models_of_a_folder_come_in(tmp_path) -> None:
    place = write_tree(tmp_path, 3)
    repo = new_repo()
    assert statuses(bring(repo, place)) == ["new"] * 3
    assert repo["v2"].params["a/b"] == 2
    assert repo["v2"].metrics == {"loss": 1 / 3}
    assert reading.model(repo, "iris").versions[0].version == repo["v3"].id
    shutil.move(place, tmp_path / "elsewhere")
    assert statuses(bring(repo, f"{tmp_path}/elsewhere#iris")) == ["again"] * 3


def test_a_database_and_a_folder_with_the_same_runs_give_the_same_versions(tmp_path) -> None:
    repo = new_repo()
    bring(repo, write_tree(tmp_path, 2))
    assert statuses(bring(repo, write_tree(tmp_path / "copy", 3))) == ["again", "again", "new"]


def test_a_dry_run_changes_nothing(database) -> None:
    repo = new_repo()
    assert statuses(bring(repo, database.file, dry_run=True)) == ["new"] * 3
    assert repo.log() == []


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("postgresql://ann:pw@host/db", "only databases of SQLite"),
        ("http://ann:pw@host:5000", "a user or a password"),
        ("sqlite:///:memory:", "names no file"), ("missing.db", "does not exist"), ("", "needs a source"),
    ],
)  # fmt: skip
def test_an_address_that_is_not_supported_is_refused_without_its_password(address, why) -> None:
    with pytest.raises(UsageError, match=why) as refused:
        bring(new_repo(), address)
    assert "pw@" not in refused.value.message + refused.value.hint


def test_an_export_needs_the_client_and_a_database(monkeypatch, tmp_path) -> None:
    with pytest.raises(UsageError, match="can only be imported") as refused:
        MlflowExporter(f"{tmp_path}/mlruns#iris")
    assert "sqlite:///m.db#iris" in refused.value.hint
    monkeypatch.setattr(mlflow_client, "find_spec", lambda name: None)
    with pytest.raises(MissingLibrary, match="mlflow, sqlalchemy, alembic") as missing:
        MlflowExporter("sqlite:///m.db#iris")
    assert missing.value.hint == 'pip install "nbmodelver[mlflow]"'


def test_an_address_names_a_place_and_a_name() -> None:
    found = address_of("http://127.0.0.1:5000/#a b")
    assert (found.kind, found.uri, found.name) == ("server", "http://127.0.0.1:5000", "a b")
