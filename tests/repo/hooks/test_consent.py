"""A consent covers the folder, the hook, and every byte of the files that its command names."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.repo.core.hook_rules import HookRule
from nbmodelver.repo.hooks import consent
from nbmodelver.repo.hooks.consent import Consent, fingerprint, folder_of, program
from tests.registry.samples import on_disk, study

if TYPE_CHECKING:
    from pathlib import Path

HOOK = HookRule("before", "promote", ("python", "checks/smoke.py", "--strict"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project" / "checks").mkdir(parents=True)
    (tmp_path / "project" / "checks" / "smoke.py").write_text("print(1)")
    return tmp_path / "project"


def test_a_consent_is_given_listed_and_withdrawn(tmp_path: Path):
    known = Consent(tmp_path)
    assert not known.has("a")
    known.add("a", "before promote: x")
    assert (Consent(tmp_path).has("a"), known.all()) == (True, {"a": "before promote: x"})
    assert (known.remove("a"), known.remove("a"), known.has("a")) == (True, False, False)


def test_a_list_that_others_can_write_grants_nothing(tmp_path: Path):
    known = Consent(tmp_path)
    known.add("a", "x")
    os.chmod(tmp_path / consent.FILE, 0o666)
    assert not known.has("a")


def test_the_fingerprint_changes_with_hook_folder_and_script(project: Path, tmp_path: Path):
    before = fingerprint(HOOK, project)
    assert fingerprint(HOOK, project) == before
    for other in (
        replace(HOOK, run=(*HOOK.run, "x")), replace(HOOK, when="after"), replace(HOOK, verb="load"),
        replace(HOOK, time_limit_s=1.0), replace(HOOK, run=(), call="a:b"),
    ):  # fmt: skip
        assert fingerprint(other, project) != before
    project.rename(tmp_path / "copy")
    assert fingerprint(HOOK, tmp_path / "copy") != before, "a copy elsewhere is another project"
    (tmp_path / "copy").rename(project)
    assert fingerprint(HOOK, project) == before
    (project / "checks" / "smoke.py").write_text("print(2)")
    assert fingerprint(HOOK, project) != before


def test_files_of_a_named_folder_and_a_program_of_the_project_are_covered(project: Path):
    folder = replace(HOOK, run=("pytest", "checks"))
    before = fingerprint(folder, project)
    (project / "checks" / "__pycache__").mkdir()
    (project / "checks" / "__pycache__" / "smoke.pyc").write_bytes(b"made by a run")
    assert fingerprint(folder, project) == before, "a hook does not read it"
    (project / "checks" / "more.py").write_text("")
    assert fingerprint(folder, project) != before
    own = replace(HOOK, run=("./smoke.sh",))
    before = fingerprint(own, project)
    (project / "smoke.sh").write_text("#!/bin/sh")
    assert fingerprint(own, project) != before
    assert program(own, project) == [str(project / "smoke.sh")]
    assert program(HOOK, project) == [*HOOK.run], "a bare name is searched on PATH"


def test_a_link_is_what_it_points_to(project: Path, tmp_path: Path):
    (tmp_path / "target.py").write_text("one")
    (project / "checks" / "smoke.py").unlink()
    (project / "checks" / "smoke.py").symlink_to(tmp_path / "target.py")
    before = fingerprint(HOOK, project)
    (tmp_path / "target.py").write_text("two")
    assert fingerprint(HOOK, project) != before


def test_too_many_files_and_unreadable_ones_are_refused(project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(consent, "MOST_BYTES", 4)
    with pytest.raises(UsageError, match="more than"):
        fingerprint(HOOK, project)
    monkeypatch.undo()
    (project / "checks" / "gone.py").symlink_to(project / "nowhere")
    with pytest.raises(UsageError, match="cannot be read"):
        fingerprint(replace(HOOK, run=("pytest", "checks")), project)


def test_hooks_run_beside_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert folder_of(study()) == tmp_path
    assert folder_of(on_disk(tmp_path)) == tmp_path
