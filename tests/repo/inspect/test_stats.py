"""The figures add up, count every part once, and say what forgetting frees."""

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver.repo.core.sizes import size_of
from nbmodelver.store.reading import Reader


@pytest.fixture
def repo(tmp_path):
    repo = mv.open(tmp_path, create=True)
    table = np.round(np.random.default_rng(0).gamma(2, 50, 50_000), 2)
    for n in range(4):
        table[::500] += 1
        repo.commit({"table": table, "noise": np.random.default_rng(n).bytes(70_000), "same": b"x" * 500, "n": n})
    return repo


def row(rows, name):
    return next(r for r in rows if r.name == name)


def test_every_stored_byte_is_in_one_row(repo):
    found = repo.stats()
    held = sum(repo.parts.pack_sizes().values()) - repo.parts.overhead()
    assert sum(r.stored_bytes for r in found.by_name) == found.stored_bytes
    assert sum(r.stored_bytes for r in found.by_kind) == found.stored_bytes
    assert abs(found.stored_bytes - held) <= 2 * sum(r.parts for r in found.by_name)
    assert found.garbage_bytes <= 2 * sum(r.parts for r in found.by_name)
    assert sum(count for _, _, count in found.files) == size_of(repo.backend)


def test_names_kinds_and_ratios(repo):
    found = repo.stats()
    noise, table = row(found.by_name, "noise"), row(found.by_name, "table")
    assert noise.versions == table.versions == 4
    assert noise.stored_bytes >= 4 * 70_000
    assert noise.raw_bytes >= 4 * 70_000
    assert table.raw_bytes >= 4 * 400_000
    assert table.stored_bytes < 0.2 * table.raw_bytes
    assert found.deltas.stored_bytes < 0.05 * found.deltas.raw_bytes
    assert {r.name for r in found.by_kind} >= {"dataset", "other"}
    assert row(found.by_name, "same").parts < 4


def test_a_version_frees_what_it_alone_needs_and_bases_of_others_are_no_part_of_it(repo):
    found = {v.number: (needs, own) for v, needs, own in repo.stats().by_version}
    for n in (1, 2, 3):
        assert 70_000 <= found[n][1] <= 76_000
        freed = repo.forget([f"v{n}"], dry_run=True).freed_bytes
        assert abs(freed - found[n][1]) < 6000
    assert found[4][0] > found[4][1] + 50_000  # It is a delta to what v1 holds.


def test_nothing_of_the_data_is_read(repo, monkeypatch):
    recipes = {g.recipe for v in repo.log() for g in (*v.groups, *v.definitions)}
    recipes |= {v.session for v in repo.log()}
    read = []
    real = Reader.get
    monkeypatch.setattr(Reader, "get", lambda self, id_, wide=True: (read.append(id_), real(self, id_, wide))[1])
    mv.open(repo.where).stats()
    assert set(read) <= recipes


def test_garbage_is_named(repo):
    before = repo.stats().garbage_bytes
    with repo.parts.writing() as pack:
        pack.put(np.random.default_rng(9).bytes(50_000))
    assert 49_000 < repo.stats().garbage_bytes - before < 51_000


def test_an_empty_store_has_figures_too(tmp_path):
    assert mv.open(tmp_path / "empty", create=True).stats().versions == 0
