"""A user allows a hook by the start of its fingerprint, as it is at that moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.registry import hooks, policy
from nbmodelver.repo import open_repo
from nbmodelver.repo.core.hook_rules import NONE
from tests.registry.hooked import hook, own_folders
from tests.registry.samples import adopted, on_disk, promoted, registered

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo

SCRIPT = '[[hooks]]\nbefore = "promote"\nrun = ["python", "smoke.py"]\n'


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    own_folders(tmp_path, monkeypatch)
    return adopted(on_disk(tmp_path), SCRIPT + hook("after", "load", "pass"))


def test_hooks_are_listed_with_their_fingerprints_and_allowed_one_by_one(study: Repo):
    rules = policy.in_force(study)
    first, second = hooks.states(study, rules)
    assert (first.label, first.is_allowed, len(first.fingerprint)) == ("before promote: python smoke.py", False, 16)
    hooks.allow(study, rules, first.fingerprint[:8].upper())
    assert [s.is_allowed for s in hooks.states(study, rules)] == [True, False]
    (gone,) = hooks.revoke(first.fingerprint)
    assert (gone.label, gone.is_allowed) == (first.label, False)
    assert [s.is_allowed for s in hooks.states(study, rules)] == [False, False]
    with pytest.raises(UsageError, match="no allowed hook begins with"):
        hooks.revoke(second.fingerprint)


def test_what_changed_since_it_was_shown_is_not_allowed(study: Repo, tmp_path: Path):
    rules = policy.in_force(study)
    shown = hooks.states(study, rules)[0].fingerprint
    (tmp_path / "smoke.py").write_text("print('another script')")
    for start in (shown, "", "zz"):
        with pytest.raises(UsageError, match="no hook of the policy in force now begins with"):
            hooks.allow(study, rules, start)


def test_a_hook_whose_files_cannot_be_read_is_listed_with_the_problem(study: Repo, tmp_path: Path):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "gone.py").symlink_to(tmp_path / "nowhere")
    adopted(study, '[[hooks]]\nbefore = "promote"\nrun = ["pytest", "checks"]\n')
    (state,) = hooks.states(study, policy.in_force(study))
    assert (state.fingerprint, state.is_allowed) == ("", False)
    assert "cannot be read" in state.problem


def test_case_27_a_bundle_brings_no_policy_and_no_hooks(study: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from nbmodelver.actions import transfer

    transfer.export(study, transfer.ExportRequest("v1", str(tmp_path / "v1.zip")))
    other = open_repo(tmp_path / "other", create=True)
    monkeypatch.setattr("nbmodelver.system.port.start_group", None)
    transfer.import_(other, transfer.ImportRequest(str(tmp_path / "v1.zip")))
    assert other.hook_rules.now() == NONE
    registered(other)
    assert promoted(other, "1.0.0").after is not None
