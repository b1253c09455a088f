"""Groups: values become recipes and parts, and come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nbmodelver.codecs import graph
from nbmodelver.errors import Damaged, NotLoadable
from nbmodelver.model import Group, ObjectId
from nbmodelver.repo.core.group_store import GroupStore
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import PartStore

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture
def groups() -> GroupStore:
    return GroupStore(PartStore(MemoryBackend(), threads=1))


def drafts(**values: Any) -> list[graph.Draft]:
    return list(graph.capture(values, {}, definitions=False).groups)


def put(groups: GroupStore, draft: graph.Draft, near: Group | None = None) -> tuple[Group, int]:
    """The stored group, and the bytes that were written."""
    with groups.parts.writing() as pack:
        made = groups.put(pack, draft, near)
    return made, pack.new_bytes


def loaded(groups: GroupStore, *stored: Group, **more: Any) -> Mapping[str, Any]:
    def none(key: str) -> Any:
        raise NotLoadable(key)

    return groups.load(stored, graph.Loader({}, none, trusted=True), **more)


ARRAY = np.round(np.random.default_rng(0).gamma(2, 50, 40_000), 2)


def test_values_come_back_equal(groups: GroupStore) -> None:
    stored = [put(groups, draft)[0] for draft in drafts(a=ARRAY, b=[1, {"k": None}])]
    values = loaded(groups, *stored)
    assert np.array_equal(values["a"], ARRAY)
    assert values["b"] == [1, {"k": None}]
    assert [g.pickled for g in stored] == [False, False]


def test_what_is_identified_is_what_is_stored_and_nothing_is_written(groups: GroupStore) -> None:
    (draft,) = drafts(a=ARRAY)
    known = groups.identify(draft)
    assert not groups.parts.has(known.recipe)
    assert put(groups, draft)[0] == known
    assert set(groups.parts_of(known)) >= {known.recipe}
    assert all(groups.parts.has(part) for part in groups.parts_of(known))


def test_stored_bytes_are_not_written_again(groups: GroupStore) -> None:
    (draft,) = drafts(a=ARRAY)
    put(groups, draft)
    assert put(groups, draft)[1] == 0


def test_a_changed_value_is_stored_as_a_delta_of_the_parent(groups: GroupStore) -> None:
    before, whole = put(groups, drafts(a=ARRAY)[0])
    edited = ARRAY.copy()
    edited[::1000] += 1
    _, alone = put(GroupStore(PartStore(MemoryBackend(), threads=1)), drafts(a=edited)[0])
    after, delta = put(groups, drafts(a=edited)[0], before)
    assert delta < whole / 5
    assert delta < alone / 5
    assert np.array_equal(loaded(groups, after)["a"], edited)


def test_a_damaged_base_prevents_no_commit(groups: GroupStore) -> None:
    lost = Group(("a",), ObjectId("ab" * 20), 8)
    stored, _ = put(groups, drafts(a=ARRAY)[0], lost)
    assert np.array_equal(loaded(groups, stored)["a"], ARRAY)


def test_large_live_memory_is_copied_instead_of_read(groups: GroupStore, monkeypatch: pytest.MonkeyPatch) -> None:
    (draft,) = drafts(a=ARRAY)
    stored, _ = put(groups, draft)
    sources: dict[ObjectId, memoryview] = {}
    groups.identify(draft, sources)
    assert [len(raw) for raw in sources.values()] == [ARRAY.nbytes]
    read: list[int] = []
    monkeypatch.setattr(groups.parts, "read_many", lambda wanted, progress=None: read.append(len(wanted)))
    copy = loaded(groups, stored, sources=sources)["a"]
    assert np.array_equal(copy, ARRAY)
    assert copy is not ARRAY
    assert read == [0]


def test_a_damaged_part_is_named_with_its_variables(groups: GroupStore) -> None:
    stored, _ = put(groups, drafts(a=ARRAY)[0])
    backend = groups.parts._reader.backend
    (key,) = backend.list("packs/")
    data = bytearray(backend.read(key))
    data[100] ^= 1
    backend.delete(key)
    backend.create(key, [bytes(data)])
    with pytest.raises(Damaged, match="'a'"):
        loaded(GroupStore(PartStore(backend, threads=1)), stored)


def test_a_recipe_of_other_names_is_damage(groups: GroupStore) -> None:
    stored, _ = put(groups, drafts(a=ARRAY)[0])
    with pytest.raises(Damaged, match="'b': its recipe is that of a"):
        loaded(groups, Group(("b",), stored.recipe, stored.size_bytes))


def test_two_recipes_of_one_value_are_the_same_once_they_are_known(groups: GroupStore) -> None:
    one, two, three = (ObjectId(c * 40) for c in "123")
    assert not groups.is_same(one, two)
    groups.remember(one, two)
    assert groups.is_same(one, two)
    assert groups.is_same(two, one)
    assert groups.original(one, None) == two
    groups.remember(one, three)
    assert groups.original(one, two) == two
    assert groups.original(one, None) == three, "the last that was stored"
    assert groups.original(three, None) == three


def test_plain_data_runs_nothing(groups: GroupStore) -> None:
    stored, _ = put(groups, drafts(a=[1, 2])[0])
    assert groups.what_it_runs(stored) == ()


def test_a_long_skeleton_is_not_described(groups: GroupStore) -> None:
    stored, _ = put(groups, drafts(a=[np.arange(3) for _ in range(2000)])[0])
    assert groups.described(stored, 10) is None
    described = groups.described(stored, 10_000_000)
    assert described is not None
    assert described.skeleton == groups.skeleton(stored)
