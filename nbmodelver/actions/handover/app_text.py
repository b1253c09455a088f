"""The text of app.py, which serves the model of a folder over HTTP. It is the same for every model.

What differs is in the files that it reads: load.py, signature.json and handover.json.
"""

from __future__ import annotations

APP = '''\
"""Serves the model of this folder over HTTP. It needs the packages of requirements-serve.txt, nothing of nbmodelver.

    python app.py

NBMV_HOST and NBMV_PORT set the address, by default 127.0.0.1 and 8000. NBMV_TRACE_LOG names a file that gets one line
of JSON for each prediction; a prediction that cannot be written there is not answered.
"""

import hashlib
import json
import math
import os
import threading
import uuid
from collections import OrderedDict
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Literal

import uvicorn
from fastapi import FastAPI, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field, StrictBool, StrictStr, create_model

import load as program

HERE = Path(__file__).resolve().parent
SIGNATURE = json.loads((HERE / "signature.json").read_text(encoding="utf-8"))
STAMP = json.loads((HERE / "handover.json").read_text(encoding="utf-8"))
TRACE_LOG = os.environ.get("NBMV_TRACE_LOG", "")
MOST_ROWS = 10_000
MOST_PROBLEMS = 100
KEPT_TRACES = 1_000
TYPES = {"integer": int, "boolean": bool, "string": str}
STATED = (
    "version", "name", "title", "registered", "variable", "type", "metrics", "digest", "stamp", "licence",
    "model_format", "proof",
)


def cell_type(column):
    """Return the type of a value of a column."""
    if "categories" in column:
        return Literal[tuple(column["categories"])]
    limits = {"ge": column["minimum"], "le": column["maximum"]} if "maximum" in column else {}
    number = Annotated[float, Field(strict=True, allow_inf_nan=False, **limits)]
    if not column["json"]:
        return StrictBool | number | StrictStr
    return number if column["json"] == "number" else Annotated[TYPES[column["json"]], Field(strict=True, **limits)]


def row_type(columns):
    """Return the type of a row: an object with a key for each column, or a list of numbers."""
    if SIGNATURE["rows"] == "array":
        return Annotated[list[cell_type(columns[0])], Field(min_length=len(columns), max_length=len(columns))]
    fields = {f"c{at}": (cell_type(column), Field(alias=column["name"])) for at, column in enumerate(columns)}
    return create_model("Row", __config__=ConfigDict(extra="forbid"), **fields)


Rows = create_model(
    "Rows",
    __config__=ConfigDict(extra="forbid"),
    rows=(Annotated[list[row_type(SIGNATURE["inputs"])], Field(min_length=1, max_length=MOST_ROWS)], ...),
)


class Traces:
    """The last predictions of this process, and the log of all of them if there is one."""

    def __init__(self):
        self._lock = threading.Lock()
        self._kept = OrderedDict()
        if TRACE_LOG:
            self._write("")  # A log that cannot be written stops the start.

    def keep(self, trace):
        """Write a trace to the log and keep it. Raises OSError."""
        with self._lock:
            if TRACE_LOG:
                self._write(json.dumps(trace) + "\\n")
            self._kept[trace["prediction_id"]] = trace
            while len(self._kept) > KEPT_TRACES:
                self._kept.popitem(last=False)

    def get(self, prediction_id):
        """Return a trace, None if it is not kept."""
        with self._lock:
            return self._kept.get(prediction_id)

    def _write(self, line):
        with open(TRACE_LOG, "a", encoding="utf-8") as file:
            file.write(line)


MODEL = program.load()
if (rows := program.example()) is not None:
    program.predict(MODEL, rows)  # A model that does not predict here stops the start.
ONE_AT_A_TIME = threading.Lock()  # Not every library allows two predictions of one model at once.
TRACES = Traces()
app = FastAPI(title=STAMP["title"], version=STAMP["version"])


def answer(body, status=200, headers=None):
    """Return an answer in JSON."""
    return Response(json.dumps(body), status, headers, "application/json")


@app.exception_handler(RequestValidationError)
def invalid(_request, error):
    """Answer a request that does not fit the schema: 422, with row and column of each problem."""
    return answer({"detail": [problem(found) for found in error.errors()[:MOST_PROBLEMS]]}, 422)


def problem(found):
    """Return a problem. row: its position, column: its name; null if the problem is not in one of them."""
    place = list(found["loc"])
    in_row = place[:2] == ["body", "rows"] and len(place) > 2
    return {
        "loc": place, "row": place[2] if in_row else None, "column": str(place[3]) if in_row and place[3:] else None,
        "msg": found["msg"], "type": found["type"],
    }


def refused(message):
    """Answer a request that the model refuses: 422, with its reason."""
    place = {"loc": ["body", "rows"], "row": None, "column": None}
    return answer({"detail": [{**place, "msg": f"the model refuses the rows: {message}", "type": "model_error"}]}, 422)


def plain(values):
    """Return outputs of a model as JSON holds them: null for a number that is not finite."""
    for convert in ("to_numpy", "tolist"):
        values = getattr(values, convert)() if hasattr(values, convert) else values
    if isinstance(values, (list, tuple)):
        return [plain(value) for value in values]
    if isinstance(values, float) and not math.isfinite(values):
        return None
    return values if values is None or isinstance(values, (bool, int, float, str)) else str(values)


def listed(rows):
    """Return the rows of a request as lists, in the order of the columns."""
    if SIGNATURE["rows"] == "array":
        return rows
    return [[getattr(row, f"c{at}") for at in range(len(SIGNATURE["inputs"]))] for row in rows]


def traced(endpoint, data):
    """Keep the trace of a prediction, and return it. The digest is that of the rows as compact JSON."""
    digest = hashlib.sha256(json.dumps(data, separators=(",", ":")).encode()).hexdigest()
    trace = {
        "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"), "version": STAMP["version"],
        "stamp": STAMP["stamp"], "prediction_id": uuid.uuid4().hex, "endpoint": endpoint, "rows": len(data),
        "inputs_sha256": digest,
    }
    TRACES.keep(trace)
    return trace


def answered(endpoint, asked, outputs):
    """Return the answer of a prediction. outputs: returns a part of the answer for the rows."""
    data = listed(asked.rows)
    try:
        with ONE_AT_A_TIME:
            found = outputs(program.rows_of(data))
    except (ValueError, TypeError, KeyError) as error:
        return refused(f"{type(error).__name__}: {error}")
    try:
        trace = traced(endpoint, data)
    except OSError as error:
        return answer({"detail": f"the trace cannot be written: {error.strerror}"}, 503)
    ids = {"version": trace["version"], "prediction_id": trace["prediction_id"]}
    headers = {"X-Model-Version": trace["version"], "X-Prediction-Id": trace["prediction_id"]}
    return answer({**found, **ids}, headers=headers)


@app.post("/predict")
def predict(asked: Rows):
    """Predict rows."""
    return answered("predict", asked, lambda rows: {"predictions": plain(program.predict(MODEL, rows))})


if hasattr(MODEL, "predict_proba"):

    @app.post("/predict_proba")
    def predict_proba(asked: Rows):
        """Predict the probabilities of the classes, in the order of `classes`."""
        classes = plain(getattr(MODEL, "classes_", None))
        return answered(
            "predict_proba", asked, lambda rows: {"probabilities": plain(MODEL.predict_proba(rows)), "classes": classes}
        )


@app.get("/health")
def health():
    """Say that the model is loaded."""
    return answer({"status": "ok", "version": STAMP["version"]})


@app.get("/version")
def version():
    """Say which version of which model answers."""
    return answer({key: STAMP[key] for key in STATED})


@app.get("/trace/{prediction_id}")
def trace(prediction_id: str):
    """Say which version made a prediction, and when, for the last predictions of this process."""
    found = TRACES.get(prediction_id)
    if found is None:
        return answer({"detail": f"no trace of '{prediction_id}' is kept here; the log has all of them"}, 404)
    return answer(found)


if __name__ == "__main__":
    uvicorn.run(app, host=os.environ.get("NBMV_HOST", "127.0.0.1"), port=int(os.environ.get("NBMV_PORT", "8000")))
'''
