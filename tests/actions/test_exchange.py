"""Exports and imports with the registry of a store: facts, tags, models, and what is not done by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions.exchange import ExportToRequest, ImportFromRequest, export_to, import_from
from nbmodelver.errors import UnknownVersion
from nbmodelver.exchange import sidecar
from nbmodelver.registry import promote, reading
from tests.exchange.places import new_repo, statuses, three_versions

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model.exchange import Facts
    from nbmodelver.repo import Repo


def facts(folder: Path, name: str) -> Facts:
    return sidecar.decode((folder / name / sidecar.NAME).read_bytes(), name)[0]


@pytest.fixture
def repo() -> Repo:
    repo = three_versions()
    promote.promote(repo, promote.PromoteRequest("churn/1.0.0", "production", "good"))
    return repo


def test_facts_have_the_places_in_the_registry(repo: Repo, tmp_path: Path) -> None:
    export_to(repo, ExportToRequest("files", str(tmp_path)))
    [registered] = facts(tmp_path, "v2").registered
    assert (registered.model, registered.number, registered.variable) == ("churn", "1.0.0", "model")
    assert registered.stages == ("production",)
    assert facts(tmp_path, "v1").registered == ()
    assert facts(tmp_path, "v1").packages["numpy"]


def test_one_version_is_chosen_and_an_unknown_one_is_an_error(repo: Repo, tmp_path: Path) -> None:
    done = export_to(repo, ExportToRequest("files", str(tmp_path), ("v2", "best")))
    assert [one.name for one in done.versions] == ["v2"]
    with pytest.raises(UnknownVersion):
        export_to(repo, ExportToRequest("files", str(tmp_path), ("v9",)))


def test_automatic_versions_stay_here(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"x": 1}, auto="before rollback")
    assert len(export_to(repo, ExportToRequest("files", str(tmp_path))).versions) == 3


def test_a_stage_elsewhere_is_no_promotion_here(repo: Repo, tmp_path: Path) -> None:
    export_to(repo, ExportToRequest("files", str(tmp_path)))
    other = new_repo()
    done = import_from(other, ImportFromRequest("files", str(tmp_path)))
    assert reading.model(other, "churn").stages == {}
    assert done.notes == ("churn/1.0.0 was production there: %mv_promote churn/1.0.0 --to production",)


def test_a_tag_that_is_taken_is_named_and_stays(repo: Repo, tmp_path: Path) -> None:
    export_to(repo, ExportToRequest("files", str(tmp_path)))
    other = new_repo()
    own = other.commit({"x": 1}, tags=["best"])
    done = import_from(other, ImportFromRequest("files", str(tmp_path)))
    assert statuses(done) == ["new"] * 3
    assert any(note.startswith("tag best was not set") for note in done.notes)
    assert other["best"].id == own.id


def test_exports_and_imports_are_events(repo: Repo, tmp_path: Path) -> None:
    export_to(repo, ExportToRequest("files", str(tmp_path)))
    assert [e.kind for e in repo.moves.log.about("systems/files")] == ["export"]
    other = new_repo()
    import_from(other, ImportFromRequest("files", str(tmp_path)))
    import_from(other, ImportFromRequest("files", str(tmp_path)))
    assert [e.kind for e in other.moves.log.about("systems/files")] == ["import"]
