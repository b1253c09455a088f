"""A re-run in a panel: the plan, the verdicts, and its cancellation. Cells run meanwhile."""

from __future__ import annotations

import pytest

from tests.panels.panels import Failed

pytestmark = pytest.mark.kernel
SLOW = "import time, os\ntime.sleep(600 if 'IPYTHONDIR' in os.environ else 0)\nn = 1"


@pytest.fixture
def study(shell):
    shell.run("total = sum(range(10))")
    shell.run("%mv_commit -m first --metric total=total")
    return shell


def test_the_plan_says_what_would_run_and_what_the_record_lacks(study, panel):
    study.run("handle = open('x.txt', 'w')")
    study.run("%mv_commit -m second")
    study.run("handle.close()")
    found = panel.ask("rerun_plan", id="v2", here=True)
    assert (found["version"]["name"], found["cells"], found["environment"]) == ("v2", 2, "this environment")
    assert any("handle" in lack for lack in found["lacks"])
    assert found["files"] == ["x.txt"]
    assert "new environment" in panel.ask("rerun_plan", id="v2")["environment"]
    with pytest.raises(Failed, match="UnknownVersion"):
        panel.ask("rerun_plan", id="v9")


def test_a_rerun_returns_a_verdict_for_each_result_and_cells_run_meanwhile(study, panel):
    number = panel.send("rerun", id="v1", here=True, once=True, limit_s=60)
    study.run("meanwhile = 1")
    assert panel.is_open(number)
    found = panel.result(number)
    assert (found["reproduced"], found["verdict"], found["runs"], found["ended"]) == (True, "bit-identical", 1, "")
    assert {(i["what"], i["name"]) for i in found["items"]} == {("metric", "total"), ("variable", "total")}
    assert found["plan"]["cells"] == 1
    assert "total" in study.shell.user_ns


def test_a_rerun_reports_its_cells_and_can_be_cancelled_in_a_long_one(study, panel, monkeypatch):
    monkeypatch.setattr("nbmodelver.panels.connections.PROGRESS_AFTER_S", 0.0)
    study.run("begun = 1")
    study.run(SLOW)
    study.run("%mv_commit -m slow")
    connection, steps = panel.connection, []
    send = connection.send

    def stop(message):
        send(message)
        if "progress" in message:
            steps.append(message["progress"])
            if steps[-1]["done"] == 2:
                cancel = {"id": 5000 + len(steps), "method": "cancel", "params": {"request": message["id"]}}
                panel.server.handle(cancel, connection)

    monkeypatch.setattr(connection, "send", stop)
    with pytest.raises(Failed, match="Cancelled"):
        panel.ask("rerun", id="v2", here=True)
    assert {"done": 2, "total": 3, "what": "run 1, cell"} in steps
