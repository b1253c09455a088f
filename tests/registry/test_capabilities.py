"""One test for each capability of the registry that the project was asked for; the numbers are those of the design."""

from __future__ import annotations

import json
import shlex
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

import nbmodelver
from nbmodelver import cli
from nbmodelver.actions.schedule import kept
from nbmodelver.errors import ArchivedVersion, DeprecatedVersion, GateFailed, HookFailed
from nbmodelver.registry import approvals, audit, checks, deployments, lifecycle, notifications, reading, tracing
from nbmodelver.registry.loading import load
from nbmodelver.repo.notices.channels import Channels
from tests.actions.schedule.programs import installed
from tests.actions.watched import fresh, watched
from tests.registry.hooked import Receiver, allowed, hook, own_folders
from tests.registry.samples import ADA, GRACE, acting, adopted, on_disk, promoted, three

if TYPE_CHECKING:
    from pathlib import Path

GATES = '[[gates]]\nto = "production"\nrequire = "metrics.f1 >= 0.8"\ncheck = "bias"\napprovals = 1\n'


def test_cap_07_the_validation_results_of_each_stage_are_kept():
    repo = adopted(three(), GATES)
    checks.record(repo, repo["v1"], "bias", passed=True, message="", source="assert fair(clf)")
    approvals.state(acting(repo, GRACE), "churn/1.0.0", "production", "approve", "read")
    promoted(repo, "1.0.0")
    event = next(repo.moves.log.newest())
    assert [gate[:2] for gate in event.data["gates"]] == [  # type: ignore[union-attr]
        ["metrics.f1 >= 0.8", "pass"], ["check bias", "pass"], ["approvals", "pass"],
    ]  # fmt: skip
    kept = checks.latest(repo, repo["v1"].id, "bias")
    assert kept is not None
    assert kept.private["source"] == "assert fair(clf)"


def test_cap_14_a_program_loads_by_stage():
    repo = three()
    promoted(repo, "1.0.0", "staging")
    promoted(repo, "1.1.0")
    assert (load("models:/churn@staging", store=repo).max_depth, load("churn@production", store=repo).max_depth) == (
        2,
        3,
    )


def test_cap_15_a_gate_stops_a_promotion_and_says_what_is_missing():
    repo = adopted(three(), GATES)
    with pytest.raises(GateFailed, match="2 of 3 gates fail; nothing was moved") as caught:
        promoted(repo, "1.0.0")
    assert "run it: %%mv_check bias v1" in caught.value.message
    assert "ask: %mv_approve churn/1.0.0 --for production --request" in caught.value.message


def test_cap_16_what_is_deployed_where_and_how_two_places_differ():
    repo = three()
    for place, number in (("eu", "1.0.0"), ("us", "1.1.0")):
        deployments.deploy(repo, deployments.DeployRequest(f"churn/{number}", place, "release"))
    now = {place: deployments.current(repo, place) for place in deployments.places(repo)}
    versions = [reading.version_of(repo, d.registered) for d in now.values() if d is not None]
    assert [v.name for v in versions] == ["v1", "v2"]
    diff = repo.diff(*versions)
    assert any("max_depth" in str(s.to_dict() if hasattr(s, "to_dict") else s) for s in diff.sections)


def test_cap_17_a_deprecation_has_a_reason_and_users_are_told():
    repo = three()
    lifecycle.deprecate(repo, "churn/1.0.0", "leaked rows", use="churn/2.0.0")
    with pytest.warns(DeprecatedVersion, match=r"leaked rows; use churn/2\.0\.0"):
        load("churn/1.0.0", store=repo)


def test_cap_18_an_archived_version_keeps_every_byte_and_is_refused():
    repo = three()
    before = {n: k.digest for n, k in repo["v1"].kept.items()}
    lifecycle.archive(repo, "churn/1.0.0", "licence ended")
    repo.gc(grace_s=0)
    with pytest.raises(ArchivedVersion):
        load("churn/1.0.0", store=repo)
    lifecycle.restore(repo, "churn/1.0.0", "renewed")
    assert {n: k.digest for n, k in repo["v1"].kept.items()} == before
    assert load("churn/1.0.0", store=repo).max_depth == 2


def test_cap_20_approvals_count_by_role_and_not_by_the_author():
    repo = adopted(three(), 'roles = { approver = ["grace"] }\n[[gates]]\nto = "production"\napprovals = 1\n')
    approvals.state(repo, "churn/1.0.0", "production", "approve", "mine")
    with pytest.raises(GateFailed, match="Ada: the author of the version does not count"):
        promoted(repo, "1.0.0")
    approvals.state(acting(repo, GRACE), "churn/1.0.0", "production", "approve", "read")
    assert promoted(acting(repo, ADA), "1.0.0").approved_by == ("Grace",)


def test_cap_21_from_a_prediction_back_to_its_version_and_a_log_that_proves_itself():
    repo = three()
    promoted(repo, "1.0.0")
    deployments.deploy(repo, deployments.DeployRequest("churn@production", "eu", "go"))
    stamp = reading.resolve(repo, "churn@production").stamp
    promoted(repo, "2.0.0")
    assert tracing.trace(repo, stamp).version.name == "v1"
    assert audit.verify(repo).problems == ()


def test_cap_24_hooks_around_verbs_and_notifications(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    own_folders(tmp_path, monkeypatch)
    repo = three(on_disk(tmp_path / "study"))
    stops = hook("before", "promote", "import json, sys; sys.exit(json.load(sys.stdin)['stage'] == 'production')")
    allowed(repo, stops + '[[notify]]\non = ["promote", "hook failed"]\nchannel = "team"\n')
    promoted(repo, "1.0.0", "staging")
    with pytest.raises(HookFailed, match="nothing was changed"):
        promoted(repo, "1.0.0")
    assert reading.holders(repo, "stages/", "churn") == {"staging": "1.0.0"}
    with Receiver() as receiver:
        Channels().set("team", receiver.webhook)
        assert notifications.send_now().sent == 2
    told = sorted(json.loads(body)["type"] for _, body in receiver.got)
    assert told == ["nbmodelver.hook_failed", "nbmodelver.promote"]


def test_cap_27_a_pipeline_reads_the_outcome_of_gates_from_the_exit_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    repo = adopted(three(on_disk(tmp_path)), '[[gates]]\nto = "production"\nrequire = "metrics.f1 >= 0.82"\n')
    del repo
    monkeypatch.chdir(tmp_path)
    assert cli.main(["promote", "churn/1.1.0", "--to", "production", "-m", "x"]) == 1
    assert "0.81 >= 0.82 is false" in capsys.readouterr().err
    assert cli.main(["promote", "churn/1.0.0", "--to", "production", "-m", "x", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["after"]["number"] == "1.0.0"
    assert cli.main(["promote", "churn/1.0.0"]) == 2
    assert cli.main(["audit", "--verify"]) == 0


def test_cap_25_backups_and_cleanup_run_on_a_schedule_and_a_missed_run_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    programs = installed(tmp_path, monkeypatch, "crontab")
    repo = on_disk(tmp_path)
    del repo
    monkeypatch.chdir(tmp_path)
    assert cli.main(["schedule", "backup", "daily", "copy", "--cron", "--install"]) == 0
    assert cli.main(["schedule", "forget", "weekly", "--keep-last", "1", "--cron", "--install"]) == 2
    assert cli.main(["schedule", "forget", "weekly", "--keep-last", "1", "--yes", "--cron", "--install"]) == 0
    for line in programs.tab.splitlines():
        assert cli.main(shlex.split(line.split(" ", 5)[5], comments=True)[4:-1]) == 0  # Without the redirection.
    opened = nbmodelver.open(tmp_path)
    assert [v.name for v in opened.log()] == ["v3"]
    assert [v.name for v in nbmodelver.open(tmp_path / "copy").log()] == ["v3", "v2", "v1"]
    runs = [s.run for s in kept.listed(opened)]
    assert [r.outcome for r in runs if r is not None] == ["done", "done"]
    later = datetime.now() + timedelta(days=3, hours=2)
    assert kept.listed(opened, later)[0].missed == "backup: last run 3 days ago, due daily"


def test_cap_27_notebooks_are_checked_before_a_commit_and_versions_before_a_merge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    adopted(three(on_disk(tmp_path)), '[[gates]]\nto = "production"\nrequire = "metrics.f1 >= 0.82"\n')
    monkeypatch.chdir(tmp_path)
    assert cli.main(["ci", "check", "churn/1.1.0", "--to", "production"]) == 1
    assert cli.main(["ci", "promote", "churn/1.0.0", "--to", "production", "-m", "run 7"]) == 0
    assert cli.main(["ci", "compare", "churn/1.1.0", "--fail-on", "metric:f1<-0.01"]) == 1
    assert "## churn/1.1.0 against churn/1.0.0" in capsys.readouterr().out


def test_cap_29_drift_of_fresh_data_is_found_and_stops_a_promotion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    repo = adopted(watched(tmp_path), '[[gates]]\nto = "production"\nrequire = "alarms.open == 0"\n')
    monkeypatch.chdir(tmp_path)
    fresh().to_csv("same.csv", index=False)
    fresh(income=2.0).to_csv("moved.csv", index=False)
    assert cli.main(["monitor", "same.csv"]) == 0
    assert cli.main(["monitor", "moved.csv"]) == 1
    assert "income  moved strongly" in capsys.readouterr().out
    assert cli.main(["log"]) == 0
    assert "! fresh data" in capsys.readouterr().out
    assert cli.main(["ci", "check", "churn/1.0.0"]) == 1
    assert cli.main(["monitor", "same.csv"]) == 0
    assert cli.main(["ci", "check", "churn/1.0.0"]) == 0
    assert audit.verify(repo).problems == ()
