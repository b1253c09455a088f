"""Versions as messages: numbers that JSON does not have, and hostile texts."""

from __future__ import annotations

import json

import pytest

from tests.panels.panels import Failed


def test_a_metric_that_is_no_number_is_a_word(shell, panel):
    """JSON has no NaN: it comes and goes as "nan", "inf" or "-inf", and it is in no range."""
    shell.run("params = {'lr': 1}\nloss = float('nan')")
    assert panel.ask("form")["metrics"] == {"loss": "nan"}
    for value in (0.5, "nan", "inf", "-inf"):
        panel.ask("commit", names=["params"], message=f"of {value}", metrics={"loss": value, "same": "nan"})
        shell.run("params['lr'] += 1")
    shown = [e["metrics"]["loss"] for e in panel.ask("history", filter={}, offset=0, limit=9)["entries"]]
    assert shown == ["-inf", "inf", "nan", 0.5]
    assert [p["value"] for p in panel.ask("series", metric="loss")["points"]] == shown[::-1]
    compared = panel.ask("compare", ids=["v1", "v2", "v3"])
    assert [(m["name"], m["values"], m["differs"]) for m in compared["metrics"]] == [
        ("loss", [0.5, "nan", "inf"], True),
        ("same", ["nan", "nan", "nan"], False),
    ]
    assert compared["charts"][0]["series"][0]["y"] == [0.5, "nan", "inf"]
    sections = {s["id"]: s for s in panel.ask("diff", before="v1", after="v2")["sections"]}
    assert [(r["cells"], r["status"]) for r in sections["metrics"]["rows"]] == [
        (["loss", 0.5, "nan", None], "changed"),
        (["same", "nan", "nan", None], "same"),
    ]
    for bound in ({"at_least": 0}, {"at_most": 1}):
        found = panel.ask("history", filter={"metric": {"name": "loss", **bound}}, offset=0, limit=9)
        assert [e["name"] for e in found["entries"]] == ["v1"]
    with pytest.raises(Failed, match="UsageError"):
        panel.ask("commit", names=["params"], message="", metrics={"loss": "none"})


def test_hostile_names_and_messages_stay_text(shell, panel):
    shell.run("cfg = {'<img src=x onerror=alert(1)>': float('nan'), 'half': '\\ud800'}")
    message = "<script>alert(1)</script> \u202e"
    done = panel.ask("commit", names=["cfg"], message=message, metrics={"loss": 1.0}, note="<b>")
    assert done["entry"]["message"] == message
    for reply in panel.heard:
        json.dumps(reply, allow_nan=False).encode()
    panel.ask("profile", id="v1", name="cfg")
    panel.ask("version", id="v1")
