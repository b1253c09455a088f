"""A preview says what a gc then frees, and changes nothing."""

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver.repo.core.sizes import size_of
from nbmodelver.repo.maintain import gc_preview as freed
from nbmodelver.repo.maintain import upkeep
from tests.repo.maintain.samples import files, grow


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("names", [["v1"], ["v2", "v3"], ["v1", "v2", "v3", "v4", "v5"]])
def test_a_dry_run_says_to_the_byte_what_gc_then_frees(repo, names, folded, monkeypatch):
    monkeypatch.setattr(upkeep, "KEPT_RECORDS", 2)
    grow(repo, 6)
    if folded:
        upkeep.fold(repo, more_than=0)
    before = files(repo)
    planned = repo.forget(names, dry_run=True)
    assert files(repo) == before
    assert planned.exact
    assert planned.freed_bytes > 3000 * len(names)
    assert planned.garbage_bytes == 0 or folded is False
    size = size_of(repo.backend)
    repo.forget(names)
    repo.gc(grace_s=0)
    assert size - size_of(repo.backend) == planned.freed_bytes + planned.garbage_bytes


@pytest.mark.parametrize("tried_bytes", [256 << 20, 0])
def test_a_dry_run_of_gc_says_what_gc_then_removes(repo, tried_bytes, monkeypatch):
    """v1 is what the others are deltas to: they still need as much as it takes."""
    monkeypatch.setattr(freed, "TRIED_BYTES", tried_bytes)
    grow(repo, 6)
    repo.forget(["v1", "v2", "v5"])
    before = files(repo)
    planned = repo.gc(dry_run=True, grace_s=0)
    assert files(repo) == before
    assert (planned.dry_run, planned.exact) == (True, tried_bytes > 0)
    done = repo.gc(grace_s=0)
    assert (planned.parts, planned.packs) == (done.parts, done.packs)
    off = 0 if planned.exact else 0.1 * done.kept_bytes
    assert abs(planned.freed_bytes - done.freed_bytes) <= off
    assert abs(planned.kept_bytes - done.kept_bytes) <= off


def test_what_stays_counts_for_what_it_shares(repo):
    shared = {"shared": np.random.default_rng(0).bytes(200_000)}
    repo.commit({**shared, "a": np.random.default_rng(1).bytes(50_000)})
    repo.commit(shared)
    assert 50_000 < repo.forget(["v1"], dry_run=True).freed_bytes < 60_000
