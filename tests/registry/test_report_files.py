"""The files of a report lie beside each other, carry one checkpoint, and overwrite nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbmodelver import views
from nbmodelver.errors import StoreReadOnly, UsageError
from nbmodelver.registry import audit, checkpoints, report, report_files
from nbmodelver.registry.report_facts import ReportRequest
from tests.registry.samples import busy, three

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def written(repo: Repo, target: Path) -> tuple[object, report_files.ReportPaths]:
    return report_files.write(repo, report.compliance(repo, ReportRequest()), target, views.compliance_page)


def test_a_report_is_written_with_json_materials_and_a_checkpoint(tmp_path: Path):
    repo = busy()
    found, paths = written(repo, tmp_path / "audit")
    assert sorted(p.name for p in (tmp_path / "audit").iterdir()) == [
        "compliance.cdx.json", "compliance.checkpoint.json", "compliance.html", "compliance.json",
    ]  # fmt: skip
    data = json.loads(paths.data.read_text(encoding="utf-8"))
    (made,) = checkpoints.read(repo, str(paths.checkpoint))
    assert data == json.loads(json.dumps(found.to_dict()))  # type: ignore[attr-defined]
    assert data["checkpoint"]["fingerprint"] == made.fingerprint
    assert made.fingerprint in paths.page.read_text(encoding="utf-8")
    assert data["bom"] == json.loads(paths.bom.read_text(encoding="utf-8"))
    assert audit.verify(repo, str(paths.checkpoint)).problems == ()


@pytest.mark.parametrize(
    ("name", "page", "data"),
    [("a.html", "a.html", "a.json"), ("a.json", "a.html", "a.json"), ("f", "f/compliance.html", "f/compliance.json")],
)
def test_a_file_or_a_folder_is_named(name: str, page: str, data: str):
    found = report_files.paths(Path(name))
    assert (found.page.as_posix(), found.data.as_posix()) == (page, data)


def test_nothing_is_overwritten_and_no_event_is_written_then(tmp_path: Path):
    repo = three()
    (tmp_path / "compliance.cdx.json").write_text("mine")
    with pytest.raises(UsageError, match="exists"):
        written(repo, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["compliance.cdx.json"]
    assert next(repo.moves.log.newest()).kind == "register"


def test_a_folder_that_cannot_be_made_leaves_nothing(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot be written"):
        written(three(), tmp_path / "file" / "audit")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_page_that_cannot_be_made_leaves_no_file(tmp_path: Path):
    def broken(_report: object) -> str:
        raise OSError(28, "no space left")

    repo = three()
    with pytest.raises(UsageError, match="no space left"):
        report_files.write(repo, report.compliance(repo, ReportRequest()), tmp_path, broken)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_log_gets_a_report_without_a_checkpoint(tmp_path: Path):
    repo = three()
    repo.refs.move("tags/by-hand", None, repo["v1"].id)
    found, paths = written(repo, tmp_path)
    assert found.no_checkpoint == "the log or the store is damaged"  # type: ignore[attr-defined]
    assert not paths.checkpoint.exists()
    assert "DAMAGED" in paths.page.read_text(encoding="utf-8")


def test_a_store_that_cannot_be_written_gets_a_report_without_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refused(_draft: object) -> None:
        raise StoreReadOnly("the store is read-only", "use another one")

    repo = three()
    monkeypatch.setattr(repo.moves, "note", refused)
    found, paths = written(repo, tmp_path)
    assert found.no_checkpoint == "the store is read-only"  # type: ignore[attr-defined]
    assert (paths.page.exists(), paths.checkpoint.exists()) == (True, False)
