"""Predictions that a version keeps, and the test of its models in another environment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver.errors import Damaged, NeedsTrust, UnknownName, UsageError
from nbmodelver.repo import CommitContext, Repo
from nbmodelver.repo.inspect import probes

if TYPE_CHECKING:
    from pathlib import Path

linear_model = pytest.importorskip("sklearn.linear_model")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return mv.open(tmp_path, create=True)


@pytest.fixture
def values() -> dict[str, Any]:
    X = np.random.default_rng(0).normal(size=(700, 3))
    return {"X": X, "model": linear_model.LogisticRegression().fit(X, X[:, 0] > 0)}


def commit(repo: Repo, values: dict[str, Any]) -> probes.TakenProbe:
    found = probes.taken(values, ["model"], ["X"])
    repo.commit(values, around=CommitContext(probe=found.document))
    return found


def test_a_model_that_did_not_change_predicts_the_same(repo: Repo, values: dict[str, Any]) -> None:
    commit(repo, values)
    found = probes.tested(repo, repo["v1"])
    assert found.is_same
    assert [(m.model, m.data, m.rows, m.different, m.largest) for m in found.models] == [("model", "X", 500, 0, 0.0)]


def test_a_library_that_predicts_otherwise_is_noticed(
    repo: Repo, values: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(repo, values)
    monkeypatch.setattr(linear_model.LogisticRegression, "predict", lambda _self, rows: np.zeros(len(rows), bool))
    found = probes.tested(repo, repo["v1"])
    assert not found.is_same
    assert 200 < found.models[0].different < 300
    assert found.to_dict()["models"][0]["different"] == found.models[0].different  # type: ignore[index,call-overload]


def test_a_model_that_cannot_run_is_said(repo: Repo, values: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    commit(repo, values)

    def fails(_self: object, _rows: object) -> None:
        raise RuntimeError("no such method any more")

    monkeypatch.setattr(linear_model.LogisticRegression, "predict", fails)
    (model,) = probes.tested(repo, repo["v1"]).models
    assert model.error == "RuntimeError: no such method any more"


def test_live_values_and_random_numbers_stay_as_they_are(values: dict[str, Any]) -> None:
    before, state = values["X"].copy(), np.random.get_state()[1].copy()  # type: ignore[index,union-attr]
    probes.taken(values, ["model"], ["X"])
    assert np.array_equal(values["X"], before)
    assert np.array_equal(np.random.get_state()[1], state)  # type: ignore[index]


def test_models_that_cannot_predict_are_noted(values: dict[str, Any]) -> None:
    values["other"] = linear_model.LogisticRegression().fit(values["X"][:, :2], values["X"][:, 0] > 0)
    found = probes.taken(values, ["model", "other"], ["X"])
    assert list(json.loads(found.document)[0]["models"]) == ["model"]
    assert found.notes[0].startswith("other cannot predict X: ValueError")


def test_what_cannot_be_probed_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(UnknownName, match="'Y' is not among the values"):
        probes.taken(values, ["model"], ["Y"])
    with pytest.raises(UsageError, match="no model predicts it"):
        probes.taken(values, [], ["X"])
    with pytest.raises(UsageError, match="has no rows"):
        probes.taken({**values, "k": 3}, ["model"], ["k"])


def test_a_version_without_predictions_says_how_to_keep_some(repo: Repo) -> None:
    repo.commit({"a": 1})
    with pytest.raises(UsageError, match="v1 keeps no predictions") as raised:
        probes.tested(repo, repo["v1"])
    assert "--probe" in raised.value.hint


def test_a_version_from_elsewhere_must_be_trusted(repo: Repo, values: dict[str, Any]) -> None:
    commit(repo, values)
    repo.refs.move(f"origin/{repo['v1'].id}", None, "bundle:abc")
    with pytest.raises(NeedsTrust):
        probes.tested(repo, repo["v1"])


def test_predictions_that_are_not_valid_are_damage(repo: Repo, values: dict[str, Any]) -> None:
    repo.commit(values, around=CommitContext(probe=b'[{"data": "X"}]'))
    with pytest.raises(Damaged):
        probes.tested(repo, repo["v1"])


def test_they_are_parts_of_the_version(repo: Repo, values: dict[str, Any]) -> None:
    commit(repo, values)
    assert repo["v1"].probe in repo.live_parts()
    repo.gc()
    assert probes.tested(repo, repo["v1"]).is_same
    assert repo.verify(full=True) == []
