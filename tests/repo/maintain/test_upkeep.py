"""What piles up is made few without being asked: after commits, a bounded piece at a time, and by gc."""

import os
from pathlib import Path

import pytest

import nbmodelver as mv
from nbmodelver.errors import StoreFull, UnknownVersion
from nbmodelver.repo.maintain import upkeep
from nbmodelver.store import layout, merging
from nbmodelver.store.parts import PartStore


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


@pytest.fixture
def few(monkeypatch):
    """Small numbers, so that a few commits are many."""
    monkeypatch.setattr(upkeep, "EVERY", 4)
    monkeypatch.setattr(upkeep, "MANY_RECORDS", 6)
    monkeypatch.setattr(upkeep, "KEPT_RECORDS", 2)
    monkeypatch.setattr(merging, "MANY_PACKS", 6)


def files(repo, folder):
    return [p for p in (Path(repo.where) / folder).rglob("*") if p.is_file()]


def grow(repo, count):
    for n in range(count):
        repo.commit({"a": n, "b": [n] * 50}, f"step {n}")


def test_commits_leave_few_packs_and_few_records_behind(repo, few):
    grow(repo, 60)
    assert len(files(repo, "packs")) <= 12
    assert len(files(repo, "records")) <= 12
    assert 1 <= len(files(repo, "journals")) <= 4
    again = mv.open(repo.where)
    assert [v.number for v in again.log()] == list(range(60, 0, -1))
    assert all(again.load(f"v{n + 1}") == {"a": n, "b": [n] * 50} for n in range(60))
    assert again.verify(full=True) == []


def test_most_commits_do_not_even_look(repo, monkeypatch):
    looked = []
    monkeypatch.setattr(PartStore, "merge_small", lambda *args, **how: looked.append(how))
    grow(repo, upkeep.EVERY - 1)
    assert looked == []
    grow(repo, 1)
    assert looked == [{"timeout_s": 0}]


def test_a_piece_of_merging_is_bounded(repo, monkeypatch):
    monkeypatch.setattr(merging, "MANY_PACKS", 2)
    grow(repo, 8)
    sizes = sorted(p.stat().st_size for p in files(repo, "packs"))
    assert repo.parts.merge_small(sum(sizes[:3])) == 2
    assert len(files(repo, "packs")) == 6
    assert repo.parts.merge_small(1) == 0


def test_what_fails_in_upkeep_fails_no_commit(repo, few, monkeypatch):
    def full(*args, **how):
        raise StoreFull("no room")

    monkeypatch.setattr(merging, "merge_small", full)
    monkeypatch.setattr(upkeep, "fold", full)
    grow(repo, 8)
    assert len(repo.log()) == 8


def test_another_process_at_it_is_no_reason_to_wait(repo, few):
    with repo.backend.lock("merge"), repo.backend.lock("fold"):
        grow(repo, 8)
    assert len(files(repo, "records")) == 8
    assert len(repo.log()) == 8


def test_gc_does_all_of_it(repo, few):
    with repo.backend.lock("merge"), repo.backend.lock("fold"):
        grow(repo, 30)
    repo.gc()
    assert len(files(repo, "packs")) == 1
    assert len(files(repo, "records")) == 2
    assert repo.verify(full=True) == []
    assert repo.gc(dry_run=True, grace_s=0).parts == 0


def test_d11_a_store_of_format_1_keeps_its_form_until_it_is_raised(repo, few):
    form = Path(repo.where) / "format"
    form.write_text('{"format": 1, "readable_by": 1}')
    grow(repo, 30)
    repo.gc()
    assert len(files(repo, "records")) == 30
    assert layout.number(repo.backend) == 1
    assert repo.upgrade()
    repo.gc()
    assert len(files(repo, "records")) == 2
    assert len(repo.log()) == 30


def test_head_a_number_and_a_page_of_a_long_history_read_few_records(repo, monkeypatch):
    grow(repo, 40)
    monkeypatch.setattr(upkeep, "KEPT_RECORDS", 4)
    upkeep.fold(repo, more_than=0)
    again = mv.open(repo.where)
    records, read = again.history.records, []
    real = type(records).read
    monkeypatch.setattr(type(records), "read", lambda self, id_: (read.append(id_), real(self, id_))[1])
    assert again.history.head.number == 40
    assert len(read) == 1
    assert again["v5"].number == 5
    assert len(read) <= 6
    read.clear()
    total, page = again.page(limit=3)
    assert (total, [v.number for v in page]) == (40, [40, 39, 38])
    assert [v.number for v in again.log(limit=2)] == [40, 39]
    assert len(read) <= 3
    read.clear()
    with pytest.raises(UnknownVersion, match="v99") as caught:
        again["v99"]
    assert "there are v1 to v40" in caught.value.hint or "did you mean" in caught.value.hint
    assert read == []
    again.commit({"a": 1})
    assert read == []


def test_versions_from_before_and_after_folding_are_one_history(repo, monkeypatch):
    grow(repo, 12)
    stale = mv.open(repo.where)
    assert len(stale.log()) == 12
    upkeep.fold(repo, more_than=0)
    monkeypatch.setattr(upkeep, "KEPT_RECORDS", 0)
    upkeep.fold(repo, more_than=0)
    assert stale["v3"].number == 3
    grow(stale, 3)
    assert [v.number for v in repo.log()] == list(range(15, 0, -1))
    assert [v.number for v in repo.log(text="step 1")] == [14, 12, 11, 2]


def test_folding_syncs_a_few_times_not_once_a_record(repo, monkeypatch):
    grow(repo, 40)
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(fd), real(fd))[1])
    assert upkeep.fold(repo, more_than=0) == 8
    assert len(synced) <= 4
