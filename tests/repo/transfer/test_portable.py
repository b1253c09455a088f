"""A version that leaves a store and enters another."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nbmodelver.errors import NeedsTrust, UnknownName
from nbmodelver.model import Cell, ObjectId
from nbmodelver.repo import CommitContext, Repo
from nbmodelver.repo.transfer import portable
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from nbmodelver.model import Version
    from nbmodelver.repo.transfer.portable import Portable


class Place:
    """A class of a test: its instances need pickle."""


@pytest.fixture
def version(repo: Repo) -> Version:
    repo.commit({"x": 0})
    values = {"x": np.arange(5000.0), "y": [1, 2]}
    return repo.commit(values, "of Ada", around=CommitContext(cells=[Cell("x = 1", 1)], session=True))


@pytest.fixture
def other() -> Repo:
    backend = MemoryBackend()
    layout.create(backend)
    return Repo(backend)


def contents(repo: Repo, leaving: Portable) -> dict[ObjectId, bytes]:
    return {part: bytes(portable.raw(repo, leaving, part)) for part in leaving.parts}


def test_a_version_comes_back_equal_in_another_store(repo: Repo, version: Version, other: Repo) -> None:
    leaving = portable.taken_out(repo, version)
    entered = portable.put_in(other, leaving.version, contents(repo, leaving).items(), "bundle:abc")
    assert (entered.number, entered.parents, entered.message) == (1, (), "of Ada")
    assert other.origins(entered) == ("bundle:abc",)
    values = other.load("v1")
    assert np.array_equal(values["x"], np.arange(5000.0))
    assert values["y"] == [1, 2]
    assert other.verify(full=True) == []


def test_p15_no_path_of_this_machine_leaves(repo: Repo, version: Version) -> None:
    state = repo.session(version)
    assert state is not None
    assert state["python"]["cwd"] == os.getcwd()
    leaving = portable.taken_out(repo, version)
    assert not any(os.getcwd().encode() in data for data in contents(repo, leaving).values())
    assert leaving.version.session != version.session
    assert leaving.own


def test_a_part_with_other_bytes_stores_nothing(repo: Repo, version: Version, other: Repo) -> None:
    leaving = portable.taken_out(repo, version)
    parts = contents(repo, leaving)
    parts[leaving.parts[0]] = b"other bytes"
    with pytest.raises(portable.WrongPart):
        portable.put_in(other, leaving.version, parts.items(), "bundle:abc")
    assert other.log() == []
    assert list(other.backend.list("packs/")) == []


def test_a_version_that_was_imported_before_is_known(repo: Repo, version: Version, other: Repo) -> None:
    leaving = portable.taken_out(repo, version)
    assert portable.known(other, leaving.version, version.id, "bundle:abc") is None
    entered = portable.put_in(other, leaving.version, contents(repo, leaving).items(), "bundle:abc")
    assert portable.known(other, leaving.version, version.id, "bundle:abc") == entered
    assert portable.known(other, leaving.version, version.id, "bundle:def") is None
    assert portable.known(repo, leaving.version, version.id, "bundle:abc") == version


def test_a_record_comes_back_and_other_data_is_refused(repo: Repo, version: Version) -> None:
    data = portable.record(version)
    assert portable.read_record(data) == replace(version, id="")  # type: ignore[arg-type]
    for wrong in (b"", b"[]", b"{", b"{}", b'{"number": 1, "kept": 7}', b"[" * 100_000):
        with pytest.raises(ValueError):
            portable.read_record(wrong)


def test_missing_wrong_and_needless_parts_are_named(repo: Repo, version: Version) -> None:
    leaving = portable.taken_out(repo, version)
    parts = contents(repo, leaving)
    sizes = {part: len(raw) for part, raw in parts.items()}

    def found(changed: dict[ObjectId, int]) -> list[str]:
        return list(portable.missing(leaving.version, changed, parts.__getitem__))

    assert found(sizes) == []
    recipe = version.group_of("x").recipe
    without_recipe = found({p: s for p, s in sizes.items() if p != recipe})
    assert "the recipe of 'x' is missing" in without_recipe
    (large,) = [p for p, s in sizes.items() if s == 40_000]
    assert found({**sizes, large: 39_999}) == [f"part {large} has another size than in its recipe"]
    assert found({p: s for p, s in sizes.items() if p != large}) == [f"part {large} is missing"]
    more = ObjectId("ab" * 20)
    assert found({**sizes, more: 3}) == [f"part {more} belongs to nothing"]


def test_the_cells_of_all_ancestors_come_in_order(repo: Repo) -> None:
    for source in ("one", "two", "three"):
        repo.commit({"x": source}, around=CommitContext(cells=[Cell(source, 1)]))
    assert [c.source for c in portable.cells_so_far(repo, repo["v3"])] == ["one", "two", "three"]
    repo.forget("v2")
    assert [c.source for c in portable.cells_so_far(repo, repo["v3"])] == ["one", "three"]


def test_only_a_value_that_is_not_pickled_is_plain(repo: Repo) -> None:
    version = repo.commit({"x": [1], "place": Place()})
    assert portable.plain_value(repo, version, "x") == [1]
    with pytest.raises(NeedsTrust, match="'place' is pickled"):
        portable.plain_value(repo, version, "place")


def test_a_secret_is_named_with_its_position() -> None:
    assert portable.secret_in("x", [1, 2]) == ""
    assert portable.secret_in("x", {"key": "AKIAIOSFODNN7EXAMPLE"}).startswith("x['key']: ")


def test_bytes_are_compressed_only_if_it_saves_space_and_no_reader_takes_it_for_an_attack() -> None:
    text = b"some text " * 100
    frame = portable.compressed(text)
    assert frame is not None
    assert portable.decompressed(frame, len(text)) == text
    with pytest.raises(ValueError, match="length"):
        portable.decompressed(frame, len(text) - 1)
    assert portable.compressed(secrets.token_bytes(1000)) is None
    assert portable.compressed(bytes(10_000_000)) is None


def test_a_version_with_some_names_keeps_groups_whole_and_names_the_others(repo: Repo) -> None:
    shared = [1, 2]
    whole = repo.commit({"a": shared, "b": {"inside": shared}, "c": np.arange(3.0), "d": 4}, metrics={"m": 1.0})
    some = portable.with_only(whole, {"a", "d"})
    assert set(some.kept) == {"a", "b", "d"}
    assert [some.group_of(name).names for name in some.kept] == [whole.group_of(name).names for name in some.kept]
    assert (some.note, some.others) == ("imported without c", (*whole.others, "c"))
    assert (some.metrics, some.raw_bytes) == ({"m": 1.0}, whole.raw_bytes - whole.group_of("c").size_bytes)
    assert not list(portable.invalid_fields(some))
    assert portable.with_only(whole, set(whole.kept)) is whole
    with pytest.raises(UnknownName, match="has no 'e'"):
        portable.with_only(whole, {"a", "e"})


def test_a_part_of_a_version_enters_with_the_parts_that_it_needs(repo: Repo, version: Version, other: Repo) -> None:
    leaving = portable.taken_out(repo, version)
    parts = contents(repo, leaving)
    some = portable.with_only(leaving.version, {"y"})
    needed = portable.needed_parts(some, parts.__getitem__)
    assert needed < parts.keys()
    entered = portable.put_in(other, some, ((p, parts[p]) for p in sorted(needed)), "bundle:abc")
    assert other.load(entered) == {"y": [1, 2]}
    assert other.verify(full=True) == []
    assert portable.known(other, leaving.version, version.id, "bundle:abc") is None
    assert portable.known(other, some, version.id, "bundle:abc") == entered
