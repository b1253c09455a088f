"""Values and helpers for the tests of profiles."""

from __future__ import annotations

import json
import math

import pandas as pd

from nbmodelver.kinds import classify, profile


def profiled(value):
    """The profile of a value under its own kind, checked to be strict JSON."""
    kind = classify("x", value)
    assert kind is not None
    found = profile(kind, value)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    return found


def column(found, name):
    return next(c for c in found["columns"] if c["name"] == name)


FRAME = pd.DataFrame(
    {
        "i": [1, 2, 3, 4],
        "f": [0.5, math.nan, 2.5, math.inf],
        "b": [True, False, True, True],
        "s": ["a", "b", None, "a"],
        "o": [1, "x", None, object()],
        "c": pd.Categorical(["x", "y", "x", None]),
        "t": pd.to_datetime(["2026-01-01", None, "2026-01-03", "2026-01-02"]),
        "z": pd.to_datetime(["2026-01-01", None, "2026-01-03", "2026-01-02"]).tz_localize("Europe/Berlin"),
        "n": pd.array([1, None, 3, 4], dtype="Int64"),
        "p": pd.period_range("2026-01", periods=4, freq="M"),
        "d": pd.to_timedelta([1, 2, 3, 4], unit="D"),
    }
)
