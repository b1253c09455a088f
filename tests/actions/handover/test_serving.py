"""app.py serves the model of the folder: the schema of the request, the answers, the trace, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import DBSCAN
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import nbmodelver as mv
from nbmodelver.actions.handover.inputs import InputColumn, Inputs
from nbmodelver.actions.handover.needs import SERVER
from nbmodelver.actions.handover.request import HandoverRequest
from nbmodelver.actions.handover.serving import require_servable
from nbmodelver.actions.handover.writing import hand_over
from nbmodelver.errors import UsageError
from nbmodelver.registry.register import RegisterRequest, register
from tests.actions.handover.servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.actions.handover.servers import Client

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
DRAWN = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "mean radius": DRAWN.normal(size=60),
        "_rooms": DRAWN.integers(0, 9, 60).astype("int8"),
        "is new": DRAWN.integers(0, 2, 60).astype(bool),
        "town": DRAWN.choice(["Köln", "Bonn"], 60),
        "size": pd.Categorical(DRAWN.choice(["s", "m"], 60), ["s", "m", "l"], ordered=True),
    }
)
Y = np.where(FRAME["mean radius"] > 0, "stays", "leaves")
GOOD = {"mean radius": 0.5, "_rooms": 3, "is new": True, "town": "Bonn", "size": "l"}


def _model():
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["town", "size"]), remainder="passthrough"
    )
    return make_pipeline(encode, RandomForestClassifier(10, random_state=0)).fit(FRAME, Y)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a registered model on a frame with columns of every kind."""
    place = tmp_path_factory.mktemp("served")
    repo = mv.open(place / "store", create=True)
    repo.commit({"clf": _model(), "X_test": FRAME}, metrics={"acc": 0.9})
    register(repo, RegisterRequest("churn", "v1"))
    hand_over(repo, HandoverRequest("churn/1.0.0", place / "out", serve=True))
    return place / "out"


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Client]:
    with serving(folder, variables={"NBMV_TRACE_LOG": str(folder.with_name("trace.log"))}) as found:
        yield found


def test_the_answers_are_the_predictions_of_the_model(client: Client) -> None:
    rows = [{**dict(zip(FRAME, row, strict=True))} for row in FRAME.astype(object).values.tolist()]
    model = _model()
    found = client.post("/predict", {"rows": rows})
    assert found.body["predictions"] == model.predict(FRAME).tolist()
    found = client.post("/predict_proba", {"rows": rows[:7]})
    assert found.body["probabilities"] == model.predict_proba(FRAME.head(7)).tolist()
    assert found.body["classes"] == ["leaves", "stays"]


def test_keys_may_have_any_order(client: Client) -> None:
    turned = {key: GOOD[key] for key in reversed(GOOD)}
    assert client.post("/predict", {"rows": [turned]}).body["predictions"] == [
        _model().predict(pd.DataFrame([GOOD]).astype(FRAME.dtypes))[0]
    ]


def test_an_answer_leads_to_the_version_and_the_trace(client: Client, folder: Path) -> None:
    found = client.post("/predict", {"rows": [GOOD]})
    stamp = json.loads((folder / "handover.json").read_text())
    key = found.body["prediction_id"]
    assert found.headers["X-Prediction-Id"] == key
    assert found.headers["X-Model-Version"] == found.body["version"] == stamp["version"]
    trace = client.get(f"/trace/{key}").body
    digest = hashlib.sha256(json.dumps([[*GOOD.values()]], separators=(",", ":")).encode()).hexdigest()
    assert (trace["inputs_sha256"], trace["rows"], trace["endpoint"]) == (digest, 1, "predict")
    assert (trace["version"], trace["stamp"]) == (stamp["version"], stamp["stamp"])
    lines = [json.loads(line) for line in folder.with_name("trace.log").read_text().splitlines()]
    assert trace in lines
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", trace["time"])
    assert client.get("/trace/none").status == 404


def test_health_and_version_say_what_answers(client: Client, folder: Path) -> None:
    stamp = json.loads((folder / "handover.json").read_text())
    assert client.get("/health").body == {"status": "ok", "version": stamp["version"]}
    found = client.get("/version").body
    assert found["registered"] == {"name": "churn", "version": "1.0.0"}
    assert (found["name"], found["metrics"], found["stamp"]) == ("v1", {"acc": 0.9}, stamp["stamp"])
    assert found["digest"] == stamp["digest"]


def test_the_schema_has_the_columns_their_types_and_limits(client: Client) -> None:
    schemas = client.get("/openapi.json").body["components"]["schemas"]
    assert schemas["Row"]["required"] == list(FRAME)
    shown = schemas["Row"]["properties"]
    assert [shown[name]["type"] for name in FRAME] == ["number", "integer", "boolean", "string", "string"]
    assert (shown["_rooms"]["minimum"], shown["_rooms"]["maximum"]) == (-128, 127)
    assert shown["size"]["enum"] == ["s", "m", "l"]


@pytest.mark.parametrize(
    ("change", "column", "problem"),
    [
        ({"mean radius": "0.5"}, "mean radius", "float_type"),
        ({"mean radius": True}, "mean radius", "float_type"),
        ({"mean radius": None}, "mean radius", "float_type"),
        ({"mean radius": float("nan")}, "mean radius", "finite_number"),
        ({"mean radius": 10**400}, "mean radius", "float_type"),
        ({"_rooms": 128}, "_rooms", "less_than_equal"),
        ({"_rooms": 1.5}, "_rooms", "int_type"),
        ({"is new": 1}, "is new", "bool_type"),
        ({"town": 5}, "town", "string_type"),
        ({"size": "xl"}, "size", "literal_error"),
        ({"colour": "red"}, "colour", "extra_forbidden"),
    ],
)
def test_a_bad_value_is_refused_with_its_row_and_column(client: Client, change, column, problem) -> None:
    found = client.post("/predict", {"rows": [GOOD, {**GOOD, **change}]})
    assert found.status == 422
    (detail,) = found.body["detail"]
    assert (detail["row"], detail["column"], detail["type"]) == (1, column, problem)
    assert "X-Prediction-Id" not in found.headers


def test_an_integer_is_a_number(client: Client) -> None:
    assert client.post("/predict", {"rows": [{**GOOD, "mean radius": 1}]}).status == 200


def test_a_missing_column_is_named(client: Client) -> None:
    found = client.post("/predict", {"rows": [{k: v for k, v in GOOD.items() if k != "town"}]})
    assert (found.status, found.body["detail"][0]["column"], found.body["detail"][0]["type"]) == (
        422,
        "town",
        "missing",
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422), (b"[" * 100_000, 400), (b"null", 422), ({"rows": []}, 422), ({"rows": [GOOD], "more": 1}, 422),
        (b'{"rows": [{"\\ud800": 1}]}', 422), ({"rows": [[1]]}, 422), ({"rows": [GOOD] * 10_001}, 422),
    ],
)  # fmt: skip
def test_a_bad_request_is_refused_and_the_server_stays(client: Client, body, status: int) -> None:
    assert client.post("/predict", body).status == status
    assert client.get("/health").status == 200


def served(tmp_path: Path, **values: object) -> Path:
    repo = mv.open(tmp_path / "store", create=True)
    repo.commit(values)
    hand_over(repo, HandoverRequest("v1", tmp_path / "out", "model", serve=True))
    return tmp_path / "out"


def test_a_model_on_an_array_takes_lists_and_has_no_probabilities(tmp_path: Path) -> None:
    X = DRAWN.normal(size=(20, 3)).astype("float32")
    model = LinearRegression().fit(X, X[:, 0])
    with serving(served(tmp_path, model=model, X=X)) as client:
        assert client.post("/predict", {"rows": X.tolist()}).body["predictions"] == model.predict(X).tolist()
        short = client.post("/predict", {"rows": [[1.0, 2.0]]})
        assert (short.status, short.body["detail"][0]["row"]) == (422, 0)
        wrong = client.post("/predict", {"rows": [[1.0, 2.0, 1e39]]}).body["detail"][0]
        assert (wrong["column"], wrong["type"]) == ("2", "less_than_equal")
        assert client.post("/predict_proba", {"rows": X.tolist()}).status == 404


def test_without_an_example_the_model_itself_says_which_columns_it_takes(tmp_path: Path) -> None:
    frame = FRAME[["mean radius", "_rooms"]]
    model = LogisticRegression().fit(frame, Y)
    with serving(served(tmp_path, model=model)) as client:
        rows = frame.head(4).to_dict("records")
        assert client.post("/predict", {"rows": rows}).body["predictions"] == model.predict(frame.head(4)).tolist()
        found = client.post("/predict", {"rows": [{"mean radius": "low", "_rooms": 1}]})
        assert found.status == 422
        assert found.body["detail"][0]["msg"].startswith("the model refuses the rows: ValueError: could not convert")
        assert client.post("/predict", {"rows": [{"mean radius": 1.0}]}).body["detail"][0]["column"] == "_rooms"


def test_a_log_that_cannot_be_written_stops_the_start_and_later_the_answers(folder: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="No such file"),
        serving(folder, variables={"NBMV_TRACE_LOG": str(tmp_path / "no" / "log")}),
    ):
        pass
    log = tmp_path / "logs" / "trace.log"
    log.parent.mkdir()
    with serving(folder, variables={"NBMV_TRACE_LOG": str(log)}) as client:
        assert client.post("/predict", {"rows": [GOOD]}).status == 200
        log.unlink()
        log.parent.rmdir()
        found = client.post("/predict", {"rows": [GOOD]})
        assert (found.status, found.body) == (503, {"detail": "the trace cannot be written: No such file or directory"})


def test_what_cannot_be_served_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    repo = mv.open(tmp_path / "store", create=True)
    repo.commit({"model": DBSCAN().fit([[1.0], [2.0]]), "empty": LinearRegression()})
    for model, says in (("model", "'model' has no predict"), ("empty", "nothing says which inputs 'empty' takes")):
        with pytest.raises(UsageError, match=says):
            hand_over(repo, HandoverRequest("v1", tmp_path / "out", model, serve=True))
    assert not (tmp_path / "out").exists()


def test_columns_of_one_name_cannot_be_keys_of_a_row() -> None:
    twice = Inputs("frame", (InputColumn("a"), InputColumn("a")))
    with pytest.raises(UsageError, match=r"several columns of one name.*: a"):
        require_servable("model", LinearRegression(), twice)


def test_the_server_is_pinned_to_the_releases_that_these_tests_run_with(folder: Path) -> None:
    lines = (folder / "requirements-serve.txt").read_text().splitlines()
    assert {f"{name}=={release}" for name, release in SERVER.items()} < set(lines)
    assert all("==" in line for line in lines)
    locked = (Path(__file__).parents[2] / "constraints.txt").read_text().splitlines()
    assert {f"{name}=={release}" for name, release in SERVER.items()} < set(locked)
