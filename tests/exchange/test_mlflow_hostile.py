"""Stores of MLflow that somebody prepared: paths, links, types and YAML. Nothing outside of them is read."""

from __future__ import annotations

import json
import pickle
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import Damaged, UsageError
from nbmodelver.exchange.mlflow_places import ArtifactPlaces, file_inside, without_password
from nbmodelver.exchange.yaml_files import parse_yaml
from tests.exchange.mlflow_samples import Database, bring, fitted, run_id, write_model, write_tree
from tests.exchange.places import new_repo

if TYPE_CHECKING:
    from pathlib import Path


class Marks:
    """Creates a file when it is loaded."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return open, (str(self.file), "w")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """A run without a model, and a file outside of its folder."""
    made = Database(tmp_path / "there")
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "secret.pkl").write_bytes(pickle.dumps("private"))
    return made


def test_a_malicious_pickle_is_not_run(database, tmp_path) -> None:
    database.add_run(1, model=Marks(tmp_path / "marker"))
    bring(new_repo(), database.file)
    assert not (tmp_path / "marker").exists()


def test_the_artifacts_of_a_run_are_not_another_folder(database, tmp_path) -> None:
    run = database.add_run(1)
    for uri in (str(tmp_path / "private"), f"file://{tmp_path}/there/{run}/../../private", "file:///\0", "http://["):
        database.run("UPDATE runs SET artifact_uri = ?", uri)
        repo = new_repo()
        bring(repo, database.file)
        assert dict(repo["v1"].kept) == {}


@pytest.mark.parametrize("file", ["../../../../../private/secret.pkl", "link.pkl", "/etc/passwd", "a\0b", ""])
def test_the_file_of_a_model_lies_in_its_folder(database, tmp_path, file) -> None:
    database.add_run(1)
    folder = database.artifacts(1) / "model"
    write_model(folder, fitted(1), sklearn={"pickled_model": file})
    (folder / "link.pkl").symlink_to(tmp_path / "private" / "secret.pkl")
    repo = new_repo()
    done = bring(repo, database.file)
    assert dict(repo["v1"].kept) == {}
    assert [one.what for one in done.left_out] == ["model"]


def test_a_link_in_the_artifacts_is_not_followed(database, tmp_path) -> None:
    database.add_run(1)
    database.artifacts(1).mkdir(parents=True)
    (database.artifacts(1) / "stolen.pkl").symlink_to(tmp_path / "private" / "secret.pkl")
    repo = new_repo()
    bring(repo, database.file)
    assert dict(repo["v1"].kept) == {}


def test_a_tag_with_an_id_of_ours_is_checked(database) -> None:
    tags = {"nbmodelver.digest": "0" * 64}
    database.add_run(1, tags={**tags, "nbmodelver.id": "../../heads/main"})
    database.add_run(2, tags={**tags, "nbmodelver.id": "a" * 40}, model=fitted(2))
    (database.artifacts(2) / "nbmodelver.json").write_text("{}")
    database.run("UPDATE tags SET value = ? WHERE key = 'nbmodelver.digest' AND run_uuid = ?", "", run_id(2))
    repo = new_repo()
    assert [one.status for one in bring(repo, database.file).versions] == ["new", "new"]


def test_a_sidecar_of_another_version_is_damaged(database) -> None:
    database.add_run(1, tags={"nbmodelver.digest": "0" * 64, "nbmodelver.id": "a" * 40}, model=fitted(1))
    sidecar = {"format": 1, "version": {"id": "b" * 40, "name": "v1"}, "members": []}
    (database.artifacts(1) / "nbmodelver.json").write_text(json.dumps(sidecar))
    with pytest.raises(Damaged, match="of another version"):
        bring(new_repo(), database.file)


def test_columns_of_another_type_are_read_as_texts_and_zeros(database) -> None:
    run = database.add_run(1, model=fitted(1))
    database.run("UPDATE runs SET start_time = 'soon', end_time = ?, user_id = ?", 1 << 61, b"\xff\xfe")
    database.run("UPDATE latest_metrics SET value = 'x'")
    database.run("UPDATE metrics SET step = 'x', timestamp = -1")
    database.run("INSERT INTO tags VALUES ('\xe9', NULL, ?)", run)
    repo = new_repo()
    bring(repo, database.file)
    assert repo["v1"].saved_at_utc == ""


def test_another_database_and_a_view_are_refused(tmp_path) -> None:
    for number, statement in enumerate(("CREATE TABLE t (a)", "CREATE VIEW runs AS SELECT 1")):
        file = tmp_path / f"{number}.db"
        with closing(sqlite3.connect(file)) as other:
            other.execute(statement)
            other.commit()
        with pytest.raises(UsageError, match="no database of MLflow"):
            bring(new_repo(), file)


def test_a_release_without_a_needed_column_is_refused_with_its_name(database) -> None:
    database.run("ALTER TABLE metrics RENAME COLUMN step TO pace")
    with pytest.raises(UsageError, match="metrics lacks step") as refused:
        bring(new_repo(), database.file)
    assert "db upgrade" in refused.value.hint


def test_an_old_release_without_logged_models_and_aliases_is_read(database) -> None:
    for table in ("logged_models", "registered_model_aliases", "inputs", "input_tags", "datasets"):
        database.run(f"DROP TABLE {table}")
    database.run("ALTER TABLE model_versions DROP COLUMN storage_location")
    database.add_run(1, model=fitted(1))
    assert len(bring(new_repo(), database.file).versions) == 1


def test_a_damaged_database_is_named(database) -> None:
    database.add_run(1)
    data = bytearray(database.file.read_bytes())
    data[4096 * 2 : 4096 * 20] = b"\xff" * (4096 * 18)
    database.file.write_bytes(data)
    with pytest.raises((Damaged, UsageError)):
        bring(new_repo(), database.file)


@pytest.mark.parametrize("text", ["a: &x [1]\nb: *x", "!!python/object/apply:os.getcwd []", "a: [", "\x00", "[" * 5000])
def test_yaml_with_aliases_tags_or_errors_is_damaged(text) -> None:
    with pytest.raises(Damaged, match="'here'"):
        parse_yaml(text.encode(), "here")


def test_a_tree_with_a_wrong_line_of_a_metric_is_damaged(tmp_path) -> None:
    place = write_tree(tmp_path, 1)
    (place / "5" / run_id(1) / "metrics" / "loss").write_text("1 x 2\n")
    with pytest.raises(Damaged, match="no metric"):
        bring(new_repo(), place)


def test_a_folder_is_found_only_by_the_id_of_its_owner(tmp_path) -> None:
    places = ArtifactPlaces(tmp_path)
    (tmp_path / "x" / run_id(1)).mkdir(parents=True)
    assert places.folder(f"/gone/x/{run_id(1)}", run_id(1)) == tmp_path / "x" / run_id(1)
    assert places.folder(f"/gone/x/{run_id(1)}", "x") is None
    assert places.folder("s3://bucket/1", "") is None
    assert file_inside(tmp_path, "missing") is None
    assert without_password("s3://key:secret@host/a") == "s3://host/a"
