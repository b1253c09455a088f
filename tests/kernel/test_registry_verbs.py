"""The registry in a notebook: from registration to production and back, and what the other verbs do with states."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import ArchivedVersion, GateFailed, UsageError
from nbmodelver.kernel.committing import CellFailed

if TYPE_CHECKING:
    from tests.shells import Shell

STUDY = """\
import numpy as np
from sklearn.tree import DecisionTreeClassifier
X = np.arange(40.0).reshape(20, 2); y = X[:, 0] > 18
clf = DecisionTreeClassifier(max_depth=1).fit(X, y)
%mv_commit clf X -m first --metric f1=0.84
clf = DecisionTreeClassifier(max_depth=2).fit(X, y)
%mv_commit clf X -m second --metric f1=0.81
%mv_register churn v1
%mv_register churn v2 -m deeper"""


@pytest.fixture
def study(shell: Shell) -> Shell:
    for line in STUDY.splitlines():
        shell.run(line)
    return shell


def test_a_registration_says_the_number_and_why(study: Shell):
    said = " ".join(study.said.split())
    assert "churn/1.1.0 = v2 · clf · minor: parameters changed (max_depth), same 2 inputs, 2 outputs" in said


def test_the_whole_way_in_a_notebook(study: Shell):
    study.run('%mv_promote churn/1.0.0 --to production -m "first release"')
    Path(".nbmodelver/policy.toml").write_text(
        '[[gates]]\nto = "production"\nrequire = "metrics.f1 >= production.metrics.f1"\ncheck = "bias"\n'
    )
    study.run('%mv_policy adopt -m "no worse"')
    with pytest.raises(GateFailed, match="2 of 2 gates fail"):
        study.run('%mv_promote churn/1.1.0 --to production -m "better"')
    study.run("%%mv_check bias v2\nassert clf.max_depth == 2")
    assert "check bias of v2 passed" in study.said
    study.run('%mv_promote churn/1.1.0 --to production --force -m "must be"')
    assert "forced past 1 gate" in study.said
    study.run('%mv_promote churn --back -m "complaints"')
    assert "production: churn/1.1.0 -> churn/1.0.0" in study.said
    study.run('%mv_deploy churn@production --to eu -m "release"')
    assert "stamp of its predictions: churn/1.0.0+" in study.said
    study.run("%mv_models churn@production")
    assert "forced must be" in study.said
    study.run("%mv_audit --verify")
    assert "unbroken" in study.said


def test_a_failed_check_fails_the_cell_and_is_kept(study: Shell):
    with pytest.raises(CellFailed, match="AssertionError: unfair"):
        study.run("%%mv_check bias\nassert False, 'unfair'")
    study.run("%mv_check bias")
    assert "check bias of v2 failed: AssertionError: unfair" in study.said
    with pytest.raises(CellFailed, match="its last expression is False"):
        study.run("%%mv_check bias\n1 > 2")


def test_an_archived_version_is_hidden_and_refused_and_undo_is_not(study: Shell):
    study.run("%mv_rollback v1 --yes")
    study.run("%mv_rollback v2 --yes")
    study.run('%mv_archive churn/1.0.0 -m "licence ended"')
    for line in (
        "%mv_rollback v1 --yes",
        "%mv_cherry v1 clf",
        "%mv_export v1",
        "%mv_promote churn/1.0.0 --to staging -m x",
    ):
        with pytest.raises(ArchivedVersion, match="licence ended"):
            study.run(line)
    study.run("%mv_log")
    assert "1 archived version not listed: --all lists them" in study.said
    study.run("%mv_log --all")
    assert "archived: licence ended" in study.said
    study.run("%mv_undo")
    assert study.shell.user_ns["clf"].max_depth == 1
    study.run("%mv_rollback v2 --yes")
    study.run('%mv_rollback v1 --yes --force "court case"')
    study.run("%mv_audit --kind access")
    assert "court case" in study.said


def test_a_branch_with_an_archived_tip_is_neither_merged_nor_switched_to(study: Shell):
    study.run("%mv_branch other")
    study.run("%mv_switch other")
    study.run("y = 1 - y")
    study.run("%mv_commit clf X y -m third")
    study.run("%mv_switch main")
    study.run('%mv_archive v3 -m "licence ended"')
    before = study.shell.user_ns["y"]
    for line in ("%mv_merge other", "%mv_switch other"):
        with pytest.raises(ArchivedVersion, match="licence ended"):
            study.run(line)
    assert study.shell.user_ns["y"] is before


def test_a_rollback_to_a_deprecated_version_names_the_reason(study: Shell):
    study.run('%mv_deprecate v1 -m "leaked rows" --use v2')
    study.run("%mv_rollback v1 --yes")
    assert "v1 is deprecated: leaked rows; use churn/1.1.0" in study.said
    study.run("%mv_log")
    assert "deprecated: leaked rows" in study.said


def test_an_object_in_the_notebook_is_traced_by_its_content(study: Shell):
    study.run("served = clf")
    study.run("%mv_trace served")
    assert "churn/1.1.0 = v2" in study.said


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("%mv_promote churn/1.0.0 -m x", "one target is needed"),
        ("%mv_promote churn/1.0.0 --to production", "needs a reason"),
        ("%mv_approve churn/1.0.0 --refuse --request", "cannot be combined"),
        ("%mv_deploy churn/1.0.0", "the place is missing"),
        ("%mv_models --describe x", "a model is missing"),
        ("%mv_policy adopt -m x", "no draft"),
        ("%mv_deprecate v1", "needs a reason"),
    ],
)
def test_what_is_missing_is_named_with_the_way_out(study: Shell, line: str, what: str):
    with pytest.raises(UsageError, match=what) as caught:
        study.run(line)
    assert caught.value.hint


def test_a_check_keeps_what_it_measured_for_the_card(study: Shell):
    study.run("%%mv_check bias v2\n{'f1': {'women': (0.8, 0.7, 0.9)}}")
    assert "check bias of v2 passed · 1 figure kept" in study.said
    study.run("%mv_card churn/1.1.0")
    assert "| f1, women | 0.8 (0.7 to 0.9) (check bias) |" in study.said
    with pytest.raises(UsageError, match="form that cannot be kept"):
        study.run("%%mv_check bias v2\n{'f1': (0.8, 0.9, 0.7)}")
