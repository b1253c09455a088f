"""Forgotten versions vanish at once; what only they needed goes with gc, what others need stays; and the way back."""

import json
from pathlib import Path

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver.errors import Damaged, MissingPart, UnknownVersion, UsageError
from nbmodelver.repo import Retention
from nbmodelver.repo.core.sizes import size_of
from nbmodelver.repo.maintain import upkeep
from tests.repo.maintain.samples import grow, value


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


def same(repo, version, n):
    back = repo.load(version)
    return all(np.array_equal(back[k], v) if k == "table" else back[k] == v for k, v in value(n).items())


def shown(repo):
    return [v.number for v in repo.log()]


def test_forgotten_versions_vanish_and_children_go_on_with_their_grandparents(repo):
    made = grow(repo, 6)
    done = repo.forget(["v3", "v4"])
    assert [v.name for v in done.versions] == ["v4", "v3"]
    assert done.kept == 4
    for again in (repo, mv.open(repo.where)):
        assert shown(again) == [6, 5, 2, 1]
        assert [v.number for v in again.log("number > 0")] == [6, 5, 2, 1]
        assert again["HEAD~2"].number == 2
        assert again["v5"].parents == (made[1].id,)
        assert again["v5"].id == made[4].id
        for name in ("v3", made[3].id[:12]):
            with pytest.raises(UnknownVersion):
                again[name]
        assert again.verify(full=True) == []
    with pytest.raises(UnknownVersion, match="v3 was forgotten"):
        repo["v3"]


def test_a_chain_of_deltas_stays_readable_when_its_base_is_forgotten(repo):
    made = grow(repo, 7)
    assert any(repo.parts.bases(p) for v in made[1:] for p, _ in repo.reachability.of(v))
    repo.forget(["v1", "v2", "v4"])
    report = repo.gc(grace_s=0)
    assert report.freed_bytes > 3 * 3000
    assert repo.verify(full=True) == []
    assert all(same(repo, f"v{n}", n) for n in (3, 5, 6, 7))
    assert repo.gc(dry_run=True, grace_s=0).parts == 0


def test_gc_keeps_what_was_forgotten_a_moment_ago(repo):
    grow(repo, 3)
    repo.forget(["v1"])
    repo.gc(grace_s=0.0 + 3600)
    assert [v.number for v in repo.take_back(["v1"])] == [1]
    assert shown(repo) == [3, 2, 1]
    assert same(repo, "v1", 1)
    assert repo["v2"].parents == (repo["v1"].id,)
    repo.forget(["v1"])
    repo.gc(grace_s=0)
    with pytest.raises(UnknownVersion, match="gc has deleted"):
        repo.take_back(["v1"])
    with pytest.raises(UnknownVersion, match="not a forgotten"):
        repo.take_back(["v2"])


def test_gc_removes_the_records_too(repo, monkeypatch):
    monkeypatch.setattr(upkeep, "KEPT_RECORDS", 1)
    made = grow(repo, 5)
    upkeep.fold(repo, more_than=0)
    repo.forget(["v2", "v4"])
    assert made[1].id in repo.history.records.present()
    repo.gc(grace_s=0)
    assert repo.history.records.present() == {made[n].id for n in (0, 2, 4)}
    assert [v.number for v in mv.open(repo.where).log()] == [5, 3, 1]


@pytest.mark.parametrize("what", ["v3", "v4", "v1"])
def test_head_tips_and_tagged_versions_stay_unless_forced(repo, what):
    grow(repo, 3)
    repo.branch("side")
    grow(repo, 1, 4)
    repo.tag("best", "v1")
    with pytest.raises(UsageError, match=f"{what} is") as caught:
        repo.forget([what])
    assert "--force" in caught.value.hint
    assert len(shown(repo)) == 4
    repo.forget([what], force=True)
    again = mv.open(repo.where)
    assert len(shown(again)) == 3
    assert again.verify() == []
    if what == "v1":
        assert again.history.tags() == {}
    if what == "v3":
        assert again.history.branches()["side"].number == 2
    if what == "v4":
        assert again.history.head.number == 3
        assert again.history.branches()["main"].number == 3


def test_everything_can_be_forgotten_and_numbers_go_on(repo):
    grow(repo, 2)
    repo.forget(["v1", "v2"], force=True)
    assert repo.history.head is None
    repo.gc(grace_s=0)
    again = mv.open(repo.where)
    assert again.log() == []
    assert again.history.head is None
    assert again.verify() == []
    assert grow(again, 1)[0].number == 3
    again.refs.delete("counter")
    assert grow(again, 1)[0].number == 4


def test_a_kernel_that_stands_at_a_forgotten_version_goes_on(repo):
    grow(repo, 3)
    other = mv.open(repo.where)
    other.history.set_head(other["v1"].id)
    repo.history.set_head(repo["v3"].id)
    assert other.history.head.number == 1
    repo.forget(["v1"], force=True)
    new = other.commit(value(9), "from a forgotten one")
    assert other["HEAD"].id == new.id
    assert [v.number for v in mv.open(repo.where).log()] == [4, 3, 2]
    assert repo.verify(full=True) == []


def test_where_another_kernel_will_begin_stays(repo):
    grow(repo, 3)
    other = mv.open(repo.where)
    other.history.set_head(other["v2"].id)
    assert repo.history.head.number == 3
    with pytest.raises(UsageError, match="v2 is the current version"):
        repo.forget(["v2"])


def test_a_store_of_format_1_refuses(repo):
    grow(repo, 2)
    (Path(repo.where) / "format").write_text('{"format": 1, "readable_by": 1}')
    with pytest.raises(UsageError, match="format 1") as caught:
        repo.forget(["v1"])
    assert "--upgrade" in caught.value.hint
    repo.upgrade()
    repo.forget(["v1"])
    assert shown(repo) == [2]


def test_names_or_rules_but_not_both_and_not_neither(repo):
    grow(repo, 1)
    for names, rule in ((["v1"], Retention(last=1)), ([], None)):
        with pytest.raises(UsageError):
            repo.forget(names, keep=rule)


def test_rules_never_take_what_is_held(repo):
    grow(repo, 8)
    repo.tag("keep", "v2")
    done = repo.forget(keep=Retention(last=2))
    assert shown(repo) == [8, 7, 2]
    assert done.protected == (("v2", "tagged 'keep'"),)
    repo.forget(keep=Retention(tagged=True))
    assert shown(repo) == [8, 2]


def test_a_damaged_list_stops_gc_and_is_named(repo):
    grow(repo, 3)
    repo.forget(["v1"])
    (path,) = (Path(repo.where) / "forgotten").iterdir()
    path.write_bytes(b"x" * 50)
    again = mv.open(repo.where)
    assert any(path.name in p.what for p in again.verify())
    with pytest.raises(Damaged, match=path.name):
        again.gc(grace_s=0)
    assert again["HEAD"].number == 3


def test_a_load_of_a_version_that_is_gone_is_one_error(repo):
    made = grow(repo, 3)
    repo.forget(["v2"])
    repo.gc(grace_s=0)
    with pytest.raises((MissingPart, UnknownVersion)):
        repo.load(made[1])
    repo.journals.write(repo.journals.read().jumped(made[1].id, made[2].id))
    with pytest.raises(UnknownVersion, match="v2 was forgotten"):
        repo.history.exact(repo.journals.read().undo.before)


def test_p15_purge_takes_the_name_out_of_forgotten_versions_too(repo):
    secret = b"sesame" * 3000
    repo.commit({"found": secret, "x": 1})
    repo.commit({"x": 2})
    repo.commit({"found": b"other", "x": 3})
    assert repo.parts.identify([memoryview(secret)])[0] in {p.entry.id for p in repo.parts._index.parts()}
    repo.forget(["v1"])
    repo.purge(["found"])
    assert [sorted(v.kept) for v in repo.log()] == [["x"], ["x"]]
    assert len(repo.history.records.present()) == 2
    assert repo.parts.identify([memoryview(secret)])[0] not in {p.entry.id for p in repo.parts._index.parts()}
    assert repo.verify(full=True) == []


# -- rules


def test_a_budget_is_kept_after_gc(repo):
    for n in range(8):
        repo.commit({**value(n), "more": np.random.default_rng(n).bytes(60_000)})
    size = size_of(repo.backend)
    repo.forget(keep=Retention(within_bytes=size // 2))
    repo.gc(grace_s=0)
    assert 1 < len(shown(repo)) < 8
    assert size_of(repo.backend) <= size * 0.6
    assert json.loads((Path(repo.where) / "format").read_text())["format"] == 3
