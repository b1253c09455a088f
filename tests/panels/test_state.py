"""The cached state: live variables are compared only where that is cheap."""

from __future__ import annotations

import pytest

from tests.waiting import wait_for


def test_large_values_are_not_compared_after_each_cell(shell, panel, notebook):
    shell.run("import numpy as np\nbig = np.zeros(40_000_000)\nsmall = {'a': 1}")
    panel.ask("commit", names=["big", "small"], message="big")
    notebook.outputs.server.cached._compare_s = 5.0
    panel.heard.clear()
    asked = []
    with pytest.MonkeyPatch.context() as held:
        held.setattr(notebook.outputs.server._watcher, "ask", lambda after_s=0.0: asked.append(after_s))
        shell.run("small['a'] = 2")
        assert panel.states[-1]["busy"] is False
        assert panel.states[-1]["uncommitted"] is None
        assert asked == []
        assert panel.ask("hello")["uncommitted"] is None
        assert asked == [0.0], "only for who asks, in the background"
    notebook.outputs.server._watcher.ask()
    wait_for(lambda: panel.states[-1]["uncommitted"] is not None)
    assert [c["name"] for c in panel.states[-1]["uncommitted"]] == ["small"]
