"""Training curves are read from attributes and plain containers."""

from __future__ import annotations

from types import SimpleNamespace

from nbmodelver.kinds.curves import curves


def test_a_history_has_a_curve_for_each_name() -> None:
    found = curves(SimpleNamespace(history={"loss": [3.0, 2.0, 1.0], "acc": [0.1, 0.2, 0.3]}))
    assert found["curves"] == {
        "loss": {"every": 1, "values": [3.0, 2.0, 1.0]},
        "acc": {"every": 1, "values": [0.1, 0.2, 0.3]},
    }


def test_a_value_without_curves_has_none() -> None:
    assert curves(SimpleNamespace(a=1)) == {}
