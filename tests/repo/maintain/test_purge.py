"""P15: after a purge no byte of the value is in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver.catalogue.records import Records
from nbmodelver.errors import StoreFull, StoreLocked, UnknownName
from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext
from nbmodelver.store.parts import PartStore
from nbmodelver.store.refs import Refs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nbmodelver.model import VersionId

NAME = "Erika Mustermann of 12 Example Street"


def history(folder: Path) -> Any:
    """Four versions; a person's data in some of them, small and large, alone and shared."""
    repo = mv.open(folder, create=True)
    rng = np.random.default_rng(0)
    keep = rng.normal(size=100_000)
    people = {"rows": [NAME] * 3, "big": np.frombuffer(NAME.encode() * 9000, np.uint8).copy()}
    repo.commit({"keep": keep, "n": 1}, tags=["start"])
    around = CommitContext(cells=[Cell(f"people = ['{NAME}']"), Cell("print(people)", outputs=NAME), Cell("x = 1")])
    repo.commit({"keep": keep, "people": people, "alias": [people, "other"]}, around=around)
    people["rows"].append("more")
    repo.commit({"keep": keep, "people": people}, tags=["best"])
    keep[5] = 1.0
    repo.commit({"keep": keep, "n": 2})
    repo.branch("side")
    return repo


def every_raw_byte(folder: Path) -> bytes:
    """All parts and records of a store, decoded, and all its files as they are."""
    repo = mv.open(folder)
    parts = [bytes(repo.parts.get(place.entry.id)) for place in repo.parts._index.parts()]
    records = [repo.history.records._raw(v) for v in repo.history.records.ids()]
    files = [p.read_bytes() for p in folder.rglob("*") if p.is_file()]
    return b"".join([*parts, *records, *files])


def test_p15_after_a_purge_nothing_of_the_value_is_left(tmp_path: Path) -> None:
    repo = history(tmp_path)
    repo.profile(repo["v2"], "people")
    keep = {v.name: repo.load(v, ["keep"])["keep"] for v in repo.log()}
    assert NAME.encode() in every_raw_byte(tmp_path)
    done = repo.purge(["people", "alias"])
    assert done.versions == ("v2", "v3")
    assert NAME.encode() not in every_raw_byte(tmp_path)
    assert b"people" not in every_raw_byte(tmp_path)
    again = mv.open(tmp_path)
    assert again.verify(full=True) == []
    assert [v.name for v in again.log()] == ["v4", "v3", "v2", "v1"]
    assert again["best"].name == "v3"
    assert again["side"].name == again["HEAD"].name == "v4"
    assert again["HEAD~3"].name == "v1"
    for name, value in keep.items():
        assert (again.load(name, ["keep"])["keep"] == value).all()


def test_p15_names_that_shared_objects_stay_without_the_purged_one(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    shared = [1, 2]
    repo.commit({"a": {"s": shared}, "b": [shared], "gone": {"s": shared, "secret": NAME}})
    repo.purge(["gone"])
    loaded = mv.open(tmp_path).load("v1")
    assert set(loaded) == {"a", "b"}
    assert loaded["a"]["s"] is loaded["b"][0]
    assert NAME.encode() not in every_raw_byte(tmp_path)


def test_a_dry_run_and_an_unknown_name_change_nothing(tmp_path: Path) -> None:
    repo = history(tmp_path)
    before = sorted((p.name, p.stat().st_mtime_ns) for p in tmp_path.rglob("packs/*"))
    assert repo.purge(["people"], dry_run=True).versions == ("v2", "v3")
    with pytest.raises(UnknownName, match="peple"):
        repo.purge(["peple"])
    assert sorted((p.name, p.stat().st_mtime_ns) for p in tmp_path.rglob("packs/*")) == before


def test_another_kernel_that_stands_at_a_replaced_version_can_commit(tmp_path: Path) -> None:
    history(tmp_path)
    other = mv.open(tmp_path)
    assert other.history.head is not None
    mv.open(tmp_path).purge(["people", "alias"])
    other.commit({"n": 5})
    assert mv.open(tmp_path).verify(full=True) == []


def test_p15_a_purge_that_ends_before_the_bytes_are_gone_is_ended_by_the_same_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = history(tmp_path)

    def full(*_: object, **__: object) -> NoReturn:
        raise StoreFull("no space", "make room")

    with monkeypatch.context() as patch:
        patch.setattr(PartStore, "collect", full)
        with pytest.raises(
            StoreFull, match=r"alias: removed from every version, but bytes remain .*: no space"
        ) as ended:
            repo.purge(["people", "alias"])
    assert ended.value.hint == "make room; then run the same purge again"
    assert NAME.encode() in every_raw_byte(tmp_path)
    with pytest.raises(UnknownName):
        mv.open(tmp_path).purge(["people", "alias"], dry_run=True)
    assert mv.open(tmp_path).purge(["people", "alias"]).report.parts > 0
    assert NAME.encode() not in every_raw_byte(tmp_path)
    with pytest.raises(UnknownName):
        repo.purge(["people", "alias"])
    assert mv.open(tmp_path).verify(full=True) == []


def test_a_purge_looks_at_the_versions_that_are_there_once_nothing_goes_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another kernel forgets and collects just before it begins; nobody copies or collects while it deletes."""
    repo = history(tmp_path)
    other = mv.open(tmp_path)
    still = PartStore.hold_files
    tried: list[bool] = []

    def late(parts: PartStore) -> object:
        other.forget(["v3"], force=True)
        other.gc(grace_s=0)
        return still(parts)

    def busy(records: Records, ids: Iterable[VersionId]) -> None:
        tried.append(True)
        with pytest.raises(StoreLocked), other.parts.lease(0):
            pass
        delete_many(records, ids)

    delete_many = Records.delete_many
    with monkeypatch.context() as patch:
        patch.setattr(PartStore, "hold_files", late)
        patch.setattr(Records, "delete_many", busy)
        repo.purge(["people", "alias"])
    assert tried
    assert [v.name for v in repo.log()] == ["v4", "v2", "v1"]
    assert mv.open(tmp_path).verify(full=True) == []


def test_a_purge_beside_a_jump_of_another_kernel_moves_what_it_points_to_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = history(tmp_path)
    versions = {v.name: v.id for v in repo.log()}
    repo.journals.update(lambda journal: journal.jumped(versions["v1"], versions["v2"]))
    other, move = mv.open(tmp_path), Refs.move
    waiting = [(versions["v2"], versions["v3"])]

    def slow(refs: Refs, name: str, expected: str | None, new: str) -> None:
        if name == "undo/main" and refs is repo.refs and waiting:
            pair = waiting.pop()
            other.journals.update(lambda journal: journal.jumped(*pair))
        move(refs, name, expected, new)

    monkeypatch.setattr(Refs, "move", slow)
    repo.purge(["people", "alias"])
    assert not waiting
    jumps = [(repo.history.exact(j.before).name, repo.history.exact(j.after).name) for j in repo.journals.read().jumps]
    assert jumps == [("v1", "v2"), ("v2", "v3")]
    assert {j.after for j in repo.journals.read().jumps} == {repo["v2"].id, repo["v3"].id}
