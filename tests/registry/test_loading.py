"""A program loads a model by its address, with the rules of trust and of the registry."""

from __future__ import annotations

import subprocess
import sys
import warnings
from typing import TYPE_CHECKING

import pytest

import nbmodelver
from nbmodelver.errors import (
    ArchivedVersion,
    DeprecatedVersion,
    NoStore,
    RefusedVersion,
    UnknownModel,
    UsageError,
)
from nbmodelver.registry import lifecycle, promote
from nbmodelver.registry.loading import load
from tests.registry.samples import adopted, on_disk, promoted, three

if TYPE_CHECKING:
    from pathlib import Path


def test_a_model_is_loaded_by_number_stage_alias_and_day():
    repo = three()
    promoted(repo, "1.0.0")
    promoted(repo, "1.1.0")
    promote.alias(repo, "churn/2.0.0", "champion")
    depths = {
        "models:/churn/1.0.0": 2, "churn/1.1.0": 3, "models:/churn@production": 3, "churn@production~1": 2,
        "churn@champion": 3, "churn": 3,
    }  # fmt: skip
    assert {a: load(a, store=repo).max_depth for a in depths} == depths
    day = repo.moves.log.about("stages/churn/production")[-1].at_utc[:10]
    with pytest.raises(UnknownModel, match="had no holder on 2000-01-01"):
        load("churn@production@{2000-01-01}", store=repo)
    assert load(f"churn@production@{{{day}}}", store=repo).max_depth in (2, 3)


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("chrn", "did you mean churn"), ("churn/1.0", "1."), ("churn@production", "--to production"),
        ("churn@production~7", ""), ("churn@@", "write churn"),
    ],
)  # fmt: skip
def test_an_unknown_address_is_named_with_the_nearest(address: str, hint: str):
    with pytest.raises(UnknownModel) as caught:
        load(address, store=three())
    assert hint.rpartition(" ")[2] in caught.value.hint


def test_a_deprecated_version_warns_once_and_writes_one_event():
    repo = three()
    lifecycle.deprecate(repo, "churn/1.0.0", "leaked rows", use="churn/2.0.0")
    with pytest.warns(DeprecatedVersion, match=r"leaked rows; use churn/2\.0\.0") as caught:
        [load("churn/1.0.0", store=repo) for _ in range(20)]
    assert len(caught) == 1
    assert [e.kind for e in repo.moves.log.newest()].count("access") == 1


def test_a_refused_or_archived_version_loads_once_with_a_reason_that_is_kept():
    repo = adopted(three(), 'states = { deprecated = "refuse" }')
    lifecycle.deprecate(repo, "churn/1.0.0", "leaked rows")
    lifecycle.archive(repo, "churn/1.1.0", "licence ended")
    with pytest.raises(RefusedVersion, match="leaked rows"):
        load("churn/1.0.0", store=repo)
    with pytest.raises(ArchivedVersion, match="licence ended"):
        load("churn/1.1.0", store=repo)
    with pytest.raises(UsageError, match="needs a reason"):
        load("churn/1.1.0", store=repo, force=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load("churn/1.1.0", store=repo, force=True, why="court case").max_depth == 3
    event = next(repo.moves.log.newest())
    assert (event.kind, event.why, event.data["forced"]) == ("access", "court case", True)


def test_a_program_loads_by_stage_in_another_process(tmp_path: Path):
    repo = three(on_disk(tmp_path))
    promoted(repo, "1.0.0")
    code = "import nbmodelver; print(nbmodelver.load('models:/churn@production').max_depth)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2"


def test_the_store_can_be_named_by_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    three(on_disk(tmp_path))
    monkeypatch.setenv("NBMODELVER_STORE", str(tmp_path))
    assert nbmodelver.load("churn/1.0.0").max_depth == 2
    monkeypatch.setenv("NBMODELVER_STORE", str(tmp_path / "none"))
    with pytest.raises(NoStore, match="no store at"):
        nbmodelver.load("churn/1.0.0")


def test_a_store_that_cannot_be_written_still_loads(monkeypatch: pytest.MonkeyPatch):
    from nbmodelver.errors import StoreReadOnly

    repo = three()
    lifecycle.deprecate(repo, "churn/1.0.0", "leaked rows")

    def refuse(*_args: object, **_more: object) -> None:
        raise StoreReadOnly("no write permission")

    monkeypatch.setattr(repo.moves, "note", refuse)
    with pytest.warns(DeprecatedVersion) as caught:
        assert load("churn/1.0.0", store=repo).max_depth == 2
    assert [str(w.message).rpartition(": ")[2] for w in caught] == ["leaked rows", "no write permission"]
