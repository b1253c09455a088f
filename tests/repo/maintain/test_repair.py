"""Repair moves damage away, brings back what can be read, names what is lost, and leaves a store that verifies."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver.errors import Damaged, NbmodelverError
from nbmodelver.repo.maintain import upkeep
from nbmodelver.store import condemned


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


def value(n):
    return {"big": np.random.default_rng(n).bytes(90_000), "table": np.arange(20_000) + n % 2, "n": n}


def grow(repo, count, start=1):
    return [repo.commit(value(n), f"step {n}") for n in range(start, start + count)]


def files(repo, kind):
    return sorted(p for p in (Path(repo.where) / kind).rglob("*") if p.is_file())


def damage(path, at=60, how="bit"):
    data = bytearray(path.read_bytes())
    if how == "bit":
        data[at] ^= 0xFF
    path.write_bytes(bytes(len(data)) if how == "zeros" else bytes(data[: len(data) // 2] if how == "half" else data))


def everything(repo, but=("locks", "tmp", "catalogue")):
    root = Path(repo.where)
    return {p: p.read_bytes() for p in root.rglob("*") if p.is_file() and p.relative_to(root).parts[0] not in but}


def kept_bytes(repo):
    return sorted(data for data in everything(repo).values())


def comes_back(repo, n):
    back = repo.load(f"v{n}")
    return all(np.array_equal(back[k], v) for k, v in value(n).items())


def repaired(repo):
    """A dry run that changes nothing, the repair that it foretold, and a second one with nothing to do."""
    before = everything(repo)
    again = mv.open(repo.where)
    planned = again.repair()
    assert everything(repo) == before
    done = again.repair(dry_run=False)
    assert [(p.object, p.what) for p in planned.moved] == [(p.object, p.what) for p in done.moved]
    assert (planned.saved_parts, planned.saved_records, planned.refs) == (
        done.saved_parts, done.saved_records, done.refs,
    )  # fmt: skip
    assert planned.lost == done.lost
    for path, data in before.items():  # Moves, never deletes.
        assert data in everything(repo).values() or path.parent.name == "refs", path
    after = everything(repo)
    second = mv.open(repo.where).repair(dry_run=False)
    assert (second.moved, second.refs, second.saved_parts) == ((), (), 0)
    assert everything(repo) == after
    return done


def test_a_healthy_store_is_left_alone(repo):
    grow(repo, 3)
    done = repaired(repo)
    assert (done.moved, done.lost, done.refs) == ((), (), ())


def test_d9_one_damaged_block_loses_only_what_lies_in_it(repo):
    grow(repo, 3)
    pack = files(repo, "packs")[0]
    held = [v for v in repo.log() if repo.parts._index.find(v.groups[0].recipe).contents.pack.endswith(pack.name)]
    damage(pack, 100)
    done = repaired(repo)
    assert [p.object for p in done.moved] == [f"packs/{pack.name}"]
    assert done.saved_parts > 0
    again = mv.open(repo.where)
    lost = {(p.version, p.name) for p in done.lost}
    assert lost
    for version in again.log():
        for name in version.names:
            if (version.name, name) in lost:
                with pytest.raises(Damaged):
                    again.load(version, [name])
            else:
                again.load(version, [name])
    assert {v for v, _ in lost} <= {v.name for v in held} | {"v1", "v2", "v3"}
    assert (Path(repo.where) / done.quarantine).is_dir()
    report = json.loads((Path(repo.where) / done.quarantine / "report").read_text())
    assert [r["object"] for r in report["moved"]] == [f"packs/{pack.name}"]


def test_what_was_lost_is_stored_again_by_a_commit_of_the_same_values(repo):
    grow(repo, 2)
    for pack in files(repo, "packs"):
        damage(pack, 100)
    repaired(repo)
    again = mv.open(repo.where)
    version = again.commit(value(2), "once more")
    assert again.load(version)["big"] == value(2)["big"]
    problems = {p.version for p in again.verify(full=True)}
    assert version.name not in problems


def test_a_damaged_index_of_a_pack_loses_nothing_when_it_can_be_guessed(repo):
    grow(repo, 2)
    for pack in files(repo, "packs"):
        damage(pack, 13)  # In the header: the checksum fails, the table of contents is whole.
    assert not comes_back_or_error(repo, 1)
    done = repaired(repo)
    assert done.lost == ()
    again = mv.open(repo.where)
    assert again.verify(full=True) == []
    assert all(comes_back(again, n) for n in (1, 2))


def comes_back_or_error(repo, n):
    try:
        return comes_back(mv.open(repo.where), n)
    except NbmodelverError:
        return False


def test_without_a_table_of_contents_parts_that_are_one_frame_are_found(repo):
    text = "".join(f"line {i} of a long text, {i * 7919 % 10_007}\n" for i in range(4000)).encode()
    repo.commit({"text": text})
    (pack,) = files(repo, "packs")
    pack.write_bytes(pack.read_bytes()[:-70])
    part = max((p for p, _ in repo.reachability.of(repo["v1"])), key=repo.parts.size)
    raw = bytes(repo.parts.get(part))
    again = mv.open(repo.where)
    done = again.repair(dry_run=False)
    assert [p.version for p in done.lost]
    assert len(raw) > 90_000
    assert bytes(again.parts.get(part)) == raw


@pytest.mark.parametrize("how", ["bit", "half", "zeros", "gone"])
@pytest.mark.parametrize("which", [0, 2])
def test_a_lost_record_is_named_and_the_branch_goes_to_what_is_left(repo, how, which):
    made = grow(repo, 3)
    path = Path(repo.where) / "records" / made[which].id[:2] / made[which].id
    path.unlink() if how == "gone" else damage(path, 30, how)
    repo.tag("t", made[1].id) if which != 2 else None
    done = repaired(repo)
    again = mv.open(repo.where)
    assert len(again.log()) == 2
    assert again.verify(full=True) == []
    assert [p.object for p in done.lost] == [made[which].id]
    if which == 2:
        assert again.history.head.number == 2
        assert ("heads/main", "v2") in done.refs
        assert again.commit({"n": 9}).number == 4
    else:
        assert again["v2"].parents == ()
    again.gc(grace_s=0)
    assert all(comes_back(again, n) for n in (1, 2, 3) if n != which + 1)


def test_the_records_of_a_damaged_journal_come_back(repo, monkeypatch):
    monkeypatch.setattr(upkeep, "KEPT_RECORDS", 1)
    for n in range(8):
        repo.commit({"n": n})
    upkeep.fold(repo, more_than=0)
    (journal,) = files(repo, "journals")
    damage(journal, -10)
    with pytest.raises(Damaged):
        mv.open(repo.where).log()
    done = repaired(repo)
    assert done.saved_records == 7
    again = mv.open(repo.where)
    assert [v.number for v in again.log()] == list(range(8, 0, -1))
    assert again.verify(full=True) == []


def test_forgotten_versions_stay_forgotten_when_their_journal_is_saved(repo, monkeypatch):
    monkeypatch.setattr(upkeep, "KEPT_RECORDS", 1)
    grow(repo, 5)
    upkeep.fold(repo, more_than=0)
    repo.forget(["v2"])
    damage(files(repo, "journals")[0], -10)
    repaired(repo)
    assert [v.number for v in mv.open(repo.where).log()] == [5, 4, 3, 1]


def test_a_damaged_list_of_forgotten_versions_brings_them_back(repo):
    grow(repo, 3)
    repo.forget(["v2"])
    damage(files(repo, "forgotten")[0], 20)
    repaired(repo)
    again = mv.open(repo.where)
    assert [v.number for v in again.log()] == [3, 2, 1]
    assert again.verify(full=True) == []
    again.forget(["v2"])
    again.gc(grace_s=0)
    damage(files(again, "forgotten")[0], 20)
    repaired(again)
    last = mv.open(repo.where)
    assert [v.number for v in last.log()] == [3, 1]
    assert last.verify(full=True) == []
    last.gc(grace_s=0)


@pytest.mark.parametrize("name", ["HEAD", "heads/main", "counter", "settings", "tags/best", "undo/main"])
def test_a_damaged_ref_is_moved_and_made_again_where_the_versions_know_it(repo, name):
    made = grow(repo, 3)
    repo.tag("best", "v1")
    repo.settings.set("author", "Ada")
    repo.journals.write(repo.journals.read().jumped(made[0].id, made[1].id))
    damage(Path(repo.where) / repo.refs.key_of(name), 10)
    done = repaired(repo)
    assert [p.object for p in done.moved] == [repo.refs.key_of(name)]
    again = mv.open(repo.where)
    assert again.verify(full=True) == []
    assert again.history.head.number == 3
    assert again.history.branches()["main"].number == 3
    assert again.commit({"n": 9}).number == 4


def test_senseless_head_and_condemned_are_moved(repo):
    grow(repo, 2)
    repo.refs.move("HEAD", repo.refs.get("HEAD"), "nonsense")
    (Path(repo.where) / condemned.KEY).write_text("{")
    done = repaired(repo)
    assert {p.object for p in done.moved} == {repo.refs.key_of("HEAD"), "condemned"}
    assert mv.open(repo.where).history.head.number == 2


def test_a_stray_file_is_moved(repo):
    grow(repo, 1)
    stray = Path(repo.where) / "records" / "ab"
    stray.mkdir(exist_ok=True)
    (stray / "notes").write_text("x")
    done = repaired(repo)
    assert [p.object for p in done.moved] == ["records/ab/notes"]
    assert mv.open(repo.where).verify() == []


def test_gc_runs_again_once_what_lost_its_parts_is_forgotten(repo):
    grow(repo, 3)
    damage(files(repo, "packs")[0], 100)
    done = repaired(repo)
    again = mv.open(repo.where)
    with pytest.raises(Damaged):
        again.gc(grace_s=0)
    again.forget(sorted({p.version for p in done.lost}), force=True)
    again.gc()
    again.gc(grace_s=0)
    assert again.verify(full=True) == []


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_damaged_nothing_wrong_comes_back_and_the_second_repair_has_nothing_to_do(repo, seed, monkeypatch):
    monkeypatch.setattr(upkeep, "KEPT_RECORDS", 2)
    rng = random.Random(seed)
    grow(repo, 6)
    if seed % 2:
        upkeep.fold(repo, more_than=0)
    victims = [p for p in everything(repo) if p.name not in ("format", ".gitignore")]
    for path in rng.sample(victims, 3):
        size = path.stat().st_size
        how = rng.choice(["bit", "half", "zeros", "gone"])
        path.unlink() if how == "gone" else damage(path, rng.randrange(size), how)
    done = repaired(repo)
    again = mv.open(repo.where)
    lost = {(p.version, n) for p in done.lost for n in p.name.split(", ")}
    for version in again.log():
        n = int(version.message.removeprefix("step "))
        for name in version.names:
            if (version.name, name) not in lost:
                assert np.array_equal(again.load(version, [name])[name], value(n)[name])
    assert {p.version for p in again.verify(full=True)} <= {p.version for p in done.lost}
