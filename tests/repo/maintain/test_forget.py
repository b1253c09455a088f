"""Forgotten versions vanish at once; what only they needed goes with gc, what others need stays; and the way back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver.errors import Damaged, MissingPart, UnknownVersion, UsageError
from nbmodelver.model import Version, VersionId
from nbmodelver.repo import Retention
from nbmodelver.repo.core.sizes import size_of
from nbmodelver.repo.maintain import gc_preview as freed
from nbmodelver.repo.maintain import upkeep


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


def value(n):
    """Deltas to the one before, and something of its own."""
    table = np.round(np.random.default_rng(0).gamma(2, 50, 30_000), 2)
    table[:: 500 + n] += n
    return {"table": table, "own": np.random.default_rng(n).bytes(3000), "n": n}


def grow(repo, count, start=1):
    return [
        repo.commit(value(n), f"step {n}", metrics={"acc": n % 4, "loss": n % 3}) for n in range(start, start + count)
    ]


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


def files(repo):
    return {p: p.read_bytes() for p in Path(repo.where).rglob("*") if p.is_file() and "locks" not in p.parts}


def test_what_stays_counts_for_what_it_shares(repo):
    shared = {"shared": np.random.default_rng(0).bytes(200_000)}
    repo.commit({**shared, "a": np.random.default_rng(1).bytes(50_000)})
    repo.commit(shared)
    assert 50_000 < repo.forget(["v1"], dry_run=True).freed_bytes < 60_000


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


START = datetime(2026, 3, 1, tzinfo=UTC)


def versions(hours, **metrics):
    """One version an entry, that many hours after the start; newest first."""
    made = [
        Version(
            VersionId(f"{n:040x}"), n, saved_at_utc=(START + timedelta(hours=h)).isoformat(),
            metrics={k: m[n] for k, m in metrics.items() if m[n] is not None},
        )
        for n, h in enumerate(hours)
    ]  # fmt: skip
    return made[::-1]


def kept(rule, made, protected=(), costs=None):
    ids = rule.kept(made, {f"{n:040x}" for n in protected}, lambda v: (costs or {}).get(v.number, 1))
    return sorted(int(i, 16) for i in ids)


def test_last_n(repo):
    assert kept(Retention(last=2), versions(range(5))) == [3, 4]
    assert kept(Retention(last=2), versions(range(5)), protected=[0]) == [0, 3, 4]


@pytest.mark.parametrize(
    ("rule", "hours", "expected"),
    [
        (Retention(hourly=2), [0, 0.2, 0.5, 1.1, 1.2, 5], [4, 5]),
        (Retention(daily=3), [1, 2, 25, 26, 27, 90], [1, 4, 5]),
        (Retention(weekly=2), [0, 24 * 3, 24 * 9, 24 * 10], [1, 3]),
        (Retention(monthly=9), [0, 24 * 10, 24 * 40, 24 * 41, 24 * 70], [1, 3, 4]),
        (Retention(last=1, daily=2), [1, 2, 25, 26, 27], [1, 4]),
    ],
)
def test_the_newest_of_each_period_that_has_versions(rule, hours, expected):
    assert kept(rule, versions(hours)) == expected


def test_d13_a_version_without_a_time_is_not_forgotten_by_the_clock():
    made = versions(range(3))
    made[1] = Version(made[1].id, 1, saved_at_utc="yesterday")
    assert kept(Retention(daily=1), made) == [1, 2]


def test_the_best_by_a_metric_in_the_direction_of_its_name():
    made = versions(range(5), acc=[0.5, 0.9, None, 0.9, float("nan")], val_loss=[3, 1, 2, None, 5])
    assert kept(Retention(best={"acc": 1}), made) == [3]
    assert kept(Retention(best={"val_loss": 2}), made) == [1, 2]
    assert kept(Retention(best={"acc": 9, "val_loss": 1}), made) == [0, 1, 3]


def test_a_budget_keeps_the_newest_that_fit_and_always_what_is_protected():
    made = versions(range(5))
    costs = {0: 50, 1: 10, 2: 10, 3: 10, 4: 10}
    assert kept(Retention(within_bytes=35), made, [4], costs) == [2, 3, 4]
    assert kept(Retention(within_bytes=5), made, [4], costs) == [4]
    assert kept(Retention(within_bytes=75), made, [0], costs) == [0, 3, 4]
    assert kept(Retention(last=2, within_bytes=1000), made, [], costs) == [3, 4]


def test_a_budget_is_kept_after_gc(repo):
    for n in range(8):
        repo.commit({**value(n), "more": np.random.default_rng(n).bytes(60_000)})
    size = size_of(repo.backend)
    repo.forget(keep=Retention(within_bytes=size // 2))
    repo.gc(grace_s=0)
    assert 1 < len(shown(repo)) < 8
    assert size_of(repo.backend) <= size * 0.6
    assert json.loads((Path(repo.where) / "format").read_text())["format"] == 2
