"""Equal releases whose files differ are told apart by the digest of their lists of files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.repo.core.environment import differences
from nbmodelver.repo.core.installed_files import DIGEST_BYTES, digests, installed_files

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

RECORD = "mine/__init__.py,sha256=aa,10\nmine-1.dist-info/METADATA,sha256=bb,5\n"


def installed(folder: Path, name: str, record: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Install a distribution into a folder of its own that is searched, and return its digest."""
    (folder / f"{name}-1.dist-info").mkdir(parents=True)
    (folder / f"{name}-1.dist-info" / "RECORD").write_text(record)
    monkeypatch.setattr(sys, "path", [str(folder)])
    return str(digests([name])[name])


def test_loaded_distributions_have_a_digest() -> None:
    np.ones(1)
    found = installed_files()["files"]
    assert isinstance(found, dict)
    assert len(str(found["numpy"])) == 2 * DIGEST_BYTES
    assert "pytest" in found
    assert digests(["absent-distribution"]) == {}


def test_only_the_files_count_and_not_what_an_installer_adds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = installed(tmp_path / "1", "mine", RECORD, monkeypatch)
    added = "mine-1.dist-info/INSTALLER,sha256=cc,4\nmine/__pycache__/a.pyc,,\n../../../bin/mine,sha256=dd,9\n"
    assert installed(tmp_path / "2", "mine", added + RECORD, monkeypatch) == one
    assert installed(tmp_path / "3", "mine", RECORD.replace("aa", "ee"), monkeypatch) != one


def test_the_same_release_with_other_files_is_a_difference() -> None:
    then = {"packages": {"mine": "1", "old": "1"}, "files": {"mine": "aa", "old": "bb"}}
    now = {"packages": {"mine": "1", "old": "1"}, "files": {"mine": "cc"}}
    assert differences(then, now) == ("mine: 1, with other files than then",)  # type: ignore[arg-type]
    assert differences(then, {"packages": {"mine": "1", "old": "1"}}) == ()  # type: ignore[arg-type]
