"""An exported file and an imported one are recorded by their content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.registry import transfers
from tests.registry.samples import study

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_file_leads_to_the_version_that_it_was_made_from(tmp_path: Path):
    repo = study()
    for number in (1, 2):
        (tmp_path / f"{number}.zip").write_bytes(b"bytes %d" % number)
        transfers.record_export(repo, repo[f"v{number}"], tmp_path / f"{number}.zip")
    assert transfers.version_of_file(repo, tmp_path / "1.zip") == repo["v1"].id
    (tmp_path / "1.zip").write_bytes(b"other")
    assert transfers.version_of_file(repo, tmp_path / "1.zip") == ""
    transfers.record_import(repo, repo["v3"], tmp_path / "1.zip")
    assert transfers.version_of_file(repo, tmp_path / "1.zip") == repo["v3"].id
    assert [e.kind for e in repo.moves.log.newest()] == ["import", "export", "export"]


def test_a_store_that_cannot_be_written_does_not_stop_an_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from nbmodelver.errors import StoreReadOnly

    repo = study()
    (tmp_path / "x.zip").write_bytes(b"x")

    def refuse(*_args: object, **_more: object) -> None:
        raise StoreReadOnly("no write permission")

    monkeypatch.setattr(repo.moves, "note", refuse)
    transfers.record_export(repo, repo["v1"], tmp_path / "x.zip")
    assert repo.moves.log.count() == 0
