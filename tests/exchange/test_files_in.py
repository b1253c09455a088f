"""Folders of files whose names have versions and dates: the order, what belongs together, and that nothing is run."""

from __future__ import annotations

import gzip
import json
import os
import pickle
from datetime import date
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from nbmodelver.errors import LimitExceeded, NeedsTrust, UsageError
from nbmodelver.exchange import files_in
from nbmodelver.exchange.files_in import NamedFile, name_of
from tests.exchange.places import imported, new_repo, statuses

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("stem", "base", "number", "day", "age"),
    [
        ("model_final_v2_last_friday", "model", (2,), None, 2),
        ("model_v1", "model", (1,), None, 0),
        ("model-2024-05-01", "model", (), date(2024, 5, 1), 0),
        ("model20240501", "model", (), date(2024, 5, 1), 0),
        ("2024_05_01_churn", "churn", (), date(2024, 5, 1), 0),
        ("churnModelV3", "churn_model", (3,), None, 0),
        ("best", "model", (), None, 1),
        ("model_old", "model", (), None, -1),
        ("model_final2", "model", (2,), None, 1),
        ("rf_v1.10", "rf", (1, 10), None, 0),
        ("weights-epoch12", "weights_epoch", (12,), None, 0),
        ("v2_model", "model", (2,), None, 0),
        ("model_2024-02-30", "model", (2024,), None, 0),
        ("Model-Final(1)", "model", (1,), None, 1),
        ("...", "model", (), None, 0),
    ],
)
def test_what_a_name_says(stem: str, base: str, number: tuple[int, ...], day: date | None, age: int) -> None:
    assert name_of(stem) == NamedFile(base, number, day, age)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "work"
    place.mkdir()
    return place


def put(folder: Path, name: str, value: Any, age_s: int = 0) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if name.endswith(".csv"):
        value.to_csv(path, index=False)
    elif name.endswith(".joblib"):
        joblib.dump(value, path, compress=3)
    elif name.endswith(".npy"):
        np.save(path, value)
    elif name.endswith(".gz"):
        path.write_bytes(gzip.compress(pickle.dumps(value)))
    else:
        path.write_bytes(pickle.dumps(value))
    os.utime(path, (1_700_000_000 - age_s,) * 2)


def test_numbers_come_before_times_and_words_break_ties(folder: Path) -> None:
    for at, name in enumerate(
        ["model_final.pkl", "model_v10.pkl", "model_v9.joblib", "model_old.pkl", "model_v2.pkl.gz"]
    ):
        put(folder, name, Ridge(alpha=at + 1), age_s=-at)
    repo = new_repo()
    done = imported(repo, folder)
    assert [one.title for one in done.versions] == [
        "model_old.pkl", "model_v2.pkl.gz", "model_v9.joblib", "model_v10.pkl", "model_final.pkl",
    ]  # fmt: skip
    versions = sorted(repo.log(), key=lambda v: v.number)
    assert [v.parents for v in versions[1:]] == [(v.id,) for v in versions[:-1]]
    assert [v.params["model.alpha"] for v in versions] == [4, 5, 3, 2, 1]
    assert [v.kept["model"].type for v in versions] == ["sklearn.linear_model._ridge.Ridge"] * 5
    assert versions[0].saved_at_utc == "2023-11-14T22:13:23Z"
    assert repo.history.branches()["files-model"].id == versions[-1].id


def test_dates_order_files_and_times_order_the_rest(folder: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    put(folder, "data-2024-06-01.csv", frame, age_s=50)
    put(folder, "data-2023-06-01.csv", frame * 2, age_s=10)
    put(folder, "net_b.pkl", [1], age_s=10)
    put(folder, "net_a.pkl", [2], age_s=5)
    titles = [one.title for one in imported(new_repo(), folder).versions]
    assert titles[:2] == ["data-2023-06-01.csv", "data-2024-06-01.csv"]
    assert {"net_a.pkl", "net_b.pkl"} == set(titles[2:])


def test_copies_are_named_and_neighbours_become_metrics_and_notes(folder: Path) -> None:
    put(folder, "model_v1.pkl", Ridge())
    put(folder, "model_v1_copy.pkl", Ridge())
    (folder / "model_v1.json").write_text(json.dumps({"acc": 0.5, "depth": 3, "deep": {"x": 1}}))
    (folder / "model_v1.md").write_text("the good one\n")
    repo = new_repo()
    done = imported(repo, folder)
    assert [(one.version, one.what, one.why) for one in done.left_out] == [
        ("model_v1.pkl", "model_v1_copy.pkl", "a copy of model_v1.pkl")
    ]
    [version] = repo.log()
    assert (version.metrics, version.params["depth"]) == ({"acc": 0.5}, 3)
    assert version.note.splitlines() == ["the good one", "the same file: model_v1_copy.pkl"]


def test_a_harmful_pickle_is_not_run_and_is_named_before_trust(folder: Path, tmp_path: Path) -> None:
    from tests.codecs.test_foreign_scan import Harmful

    put(folder, "model_v1.pkl", Harmful(str(tmp_path / "mark")))
    put(folder, "model_v2.joblib", [np.zeros(3), Harmful(str(tmp_path / "mark"))])
    repo = new_repo()
    done = imported(repo, folder)
    assert statuses(done) == ["new", "new"]
    assert done.versions[0].untrusted == ("model",)
    for version in repo.log():
        assert f"{os.system.__module__}.system" in repo.group_store.what_it_runs(version.groups[0])
        with pytest.raises(NeedsTrust):
            repo.load(version)
    assert not (tmp_path / "mark").exists()


def test_originals_are_untouched_and_a_second_import_brings_what_changed(folder: Path) -> None:
    put(folder, "model_v1.pkl", Ridge())
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    repo = new_repo()
    imported(repo, folder)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()} == before
    assert statuses(imported(repo, folder)) == ["again"]
    put(folder, "model_v1.pkl", Ridge(alpha=7))
    assert statuses(imported(repo, folder, dry_run=True)) == ["changed"]
    assert statuses(imported(repo, folder)) == ["changed"]
    assert statuses(imported(repo, folder)) == ["again"]
    newest = repo.log()[0]
    assert "was changed in files after an earlier import" in newest.note
    assert newest.params["model.alpha"] == 7
    assert len(repo.log()) == 2


def test_a_rollback_to_an_imported_version_removes_nothing(folder: Path) -> None:
    put(folder, "data.npy", np.arange(3))
    repo = new_repo()
    repo.commit({"other": 1, "data": 2})
    imported(repo, folder)
    live = {"other": 1, "data": 2}
    rollback = repo.rollback(repo.log()[0], live, own=set(live))
    assert rollback.vanishing == ()
    assert rollback.load()["data"].tolist() == [0, 1, 2]


def test_files_that_cannot_be_read_are_named_and_the_others_come_in(folder: Path) -> None:
    put(folder, "model_v1.pkl", Ridge())
    (folder / "model_v2.pkl").write_bytes(b"no pickle")
    (folder / "data.npy").write_bytes(b"no array")
    np.save(folder / "objects.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
    repo = new_repo()
    imported(repo, folder)
    skipped = {one.name: one.reason for version in repo.log() for one in version.skipped}
    assert set(skipped) == {"model", "data", "objects"}
    assert [v.message for v in repo.log() if v.kept] == ["model_v1.pkl"]


def test_secrets_of_neighbours_stay_away(folder: Path) -> None:
    put(folder, "model_v1.pkl", Ridge())
    (folder / "model_v1.json").write_text(json.dumps({"password": "hunter2-hunter2", "depth": 3}))
    repo = new_repo()
    imported(repo, folder)
    assert "password" not in repo.log()[0].params
    assert repo.log()[0].params["depth"] == 3


def test_bad_sources_are_errors_of_two_lines(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, said in ((folder / "missing", "does not exist"), (folder, "no file with a model or data")):
        with pytest.raises(UsageError, match=said) as caught:
            imported(new_repo(), place)
        assert caught.value.hint
    put(folder, "model.pkl", [1])
    monkeypatch.setattr(files_in, "MOST_FILE_BYTES", 1)
    with pytest.raises(LimitExceeded, match="larger"):
        imported(new_repo(), folder)
    monkeypatch.setattr(files_in, "MOST_FILES", 0)
    with pytest.raises(LimitExceeded, match="more than 0 files"):
        imported(new_repo(), folder)
