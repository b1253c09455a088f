"""If a commit has many parts of one sort, a sample of them decides on their encoding and on their bases."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.store import bases, deltas, jobs, planning
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import PartStore

MANY = 80


@pytest.fixture
def store():
    return PartStore(MemoryBackend())


@pytest.fixture
def asked(monkeypatch):
    """Count the choices of an encoder for whole parts, and the trials of a base."""
    counts = {"pick": 0, "after": 0}

    def counted(module, name, key):
        real = getattr(module, name)

        def call(*args):
            counts[key] += 1
            return real(*args)

        monkeypatch.setattr(module, name, call)

    counted(planning, "pick", "pick")
    counted(deltas, "pick", "pick")
    counted(deltas, "compress_after", "after")
    return counts


def trees(seed, count=MANY, rows=2000):
    """Return node tables of a forest, whose lengths differ from seed to seed."""
    rng = np.random.default_rng(seed)
    kind = np.dtype([("left", "i8"), ("right", "i8"), ("feature", "i8"), ("threshold", "f8"), ("gini", "f8")])
    found = []
    for n in range(count):
        tree = np.zeros(rows + 13 * seed + n, kind)
        tree["left"], tree["right"] = np.arange(len(tree)) + 1, rng.integers(0, len(tree), len(tree))
        tree["feature"], tree["threshold"] = rng.integers(0, 12, len(tree)), rng.normal(size=len(tree))
        found.append(tree)
    return found


def put(store, arrays, near=(), layout=""):
    raws = [memoryview(np.ascontiguousarray(a)).cast("B") for a in arrays]
    with store.writing() as pack:
        ids = pack.put_many([(raw, near[k] if near else None, layout) for k, raw in enumerate(raws)])
    for id_, raw in zip(ids, raws, strict=True):
        assert bytes(store.get(id_)) == bytes(raw)
    return ids, pack.new_bytes


def test_a_refitted_forest_tries_only_a_few_of_its_trees(store, asked):
    first, first_bytes = put(store, trees(0))
    assert asked["pick"] <= 20
    asked.update(pick=0)
    _, second_bytes = put(store, trees(1), first)
    assert asked["pick"] <= 40
    assert asked["after"] <= 20
    assert second_bytes <= 1.05 * first_bytes


def test_trees_that_grew_are_still_deltas(store):
    old = trees(0)
    first, first_bytes = put(store, old)
    _, second_bytes = put(store, [np.concatenate([a, a[:7]]) for a in old], first)
    assert second_bytes < 0.02 * first_bytes


def test_the_sample_finds_parts_that_grew_among_parts_that_are_new(store):
    old = trees(0)
    first, _ = put(store, old)
    new = [np.concatenate([a, a[:7]]) if n % 3 else b for n, (a, b) in enumerate(zip(old, trees(1), strict=True))]
    _, mixed = put(store, new, first)
    _, third = put(PartStore(MemoryBackend()), new[::3])
    assert mixed < 1.1 * third


def test_an_encoder_is_chosen_for_each_part_if_the_sample_disagrees(store, asked):
    rng = np.random.default_rng(0)
    mixed = [rng.integers(0, 9, 12_000) if n % 2 else rng.normal(size=12_000) for n in range(MANY)]
    put(store, mixed)
    assert asked["pick"] >= MANY


def test_a_part_unlike_the_sample_is_still_compressed(store):
    rng = np.random.default_rng(0)
    noise = [rng.bytes(90_000) for _ in range(MANY)]
    noise[3] = b"the same again " * 6000
    raws = [np.frombuffer(n, np.uint8) for n in noise]
    _, size = put(store, raws)
    assert size < (MANY - 1) * 90_000 + 5_000


def test_an_encoder_is_chosen_for_each_column(store, asked):
    rng = np.random.default_rng(0)
    put(store, [rng.normal(size=10_000) for _ in range(MANY)], layout="f8")
    assert asked["pick"] == MANY


def test_trying_a_sample_does_not_change_the_cache_of_bases(store, monkeypatch):
    old = trees(0)
    ids, _ = put(store, old)
    grown = [memoryview(np.concatenate([a, a[:7]])).cast("B") for a in old]
    grown_jobs = [jobs.Job(raw, id_, "") for raw, id_ in zip(grown, ids, strict=True)]
    for name in ("keep", "drop"):
        monkeypatch.setattr(bases.Bases, name, None)
    assert planning.Planner(store._reader, lambda _: False, 1).drop_useless_bases(grown_jobs) == grown_jobs
