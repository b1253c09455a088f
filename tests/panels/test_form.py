"""The commit form: what a commit would save, and what cannot be saved."""

from __future__ import annotations

from tests.panels.panels import FRAME


def test_the_form_says_what_would_be_kept_and_what_cannot(shell, panel):
    shell.run(FRAME + "lock = (i for i in '')\napi_key = 'sk-' + 'a' * 30\nacc = 0.5\nother = object()")
    shell.run("def helper(): return 1\nfrom math import sqrt")
    form = {n["name"]: n for n in panel.ask("form")["names"]}
    assert {n for n, f in form.items() if f["chosen"]} == {"df", "params", "model", "acc", "other", "helper"}
    assert form["lock"]["problem"]
    assert form["lock"]["size_bytes"] is None
    assert "key" in form["api_key"]["problem"]
    assert "sqrt" not in form
    assert panel.ask("form")["metrics"] == {"acc": 0.5}
    panel.ask("commit", names=None, message="first")
    shell.run("params['lr'] = 9")
    status = {n["name"]: n["status"] for n in panel.ask("form")["names"]}
    assert (status["df"], status["params"], status["acc"]) == ("same", "changed", "same")
