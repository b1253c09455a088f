"""A backup is the store again: whole, checked, cheap the second time, and nothing that a kill or a commit can spoil."""

import os
from pathlib import Path

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver.errors import NoStore, StoreError, UsageError
from nbmodelver.repo.maintain import upkeep
from nbmodelver.repo.maintain.backup import _Copying
from nbmodelver.store import condemned
from nbmodelver.store.backends.local import LocalBackend


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path / "study", create=True)


@pytest.fixture
def place(tmp_path):
    return tmp_path / "copies" / "of-study"


def grow(repo, count, start=1):
    for n in range(start, start + count):
        repo.commit({"table": np.arange(5000) + n, "n": n}, f"step {n}")


def data(folder, but=("locks", "tmp", "catalogue", ".gitignore")):
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in Path(folder).rglob("*")
        if p.is_file() and p.relative_to(folder).parts[0] not in but
    }


def test_a_backup_holds_every_byte_and_opens_as_a_store(repo, place, monkeypatch):
    monkeypatch.setattr(upkeep, "KEPT_RECORDS", 2)
    grow(repo, 6)
    repo.tag("best", "v2")
    upkeep.fold(repo, more_than=0)
    repo.forget(["v1"])
    done = repo.backup(place)
    assert data(place) == data(repo.where)
    assert done.versions == 5
    assert done.problems == ()
    again = mv.open(place)
    assert [v.number for v in again.log()] == [6, 5, 4, 3, 2]
    assert again["best"].number == 2
    assert again.load("v3")["n"] == 3
    assert again.verify(full=True) == []
    assert again.commit({"n": 7}).number == 7


def test_the_second_time_only_what_is_new_is_copied(repo, place, monkeypatch):
    grow(repo, 3)
    repo.backup(place)
    made = []
    real = LocalBackend.create
    monkeypatch.setattr(
        LocalBackend, "create", lambda self, key, chunks: (made.append(key), real(self, key, chunks))[1]
    )
    assert repo.backup(place).files == 0
    assert made == []
    grow(repo, 1, 4)
    made.clear()
    done = repo.backup(place)
    assert sorted({key.split("/")[0] for key in made}) == ["packs", "records"]
    assert done.files == len(made) == 2
    assert mv.open(place).load("HEAD")["n"] == 4


def test_what_is_gone_from_the_store_stays_in_the_backup_until_gc_runs_there(repo, place):
    grow(repo, 4)
    repo.backup(place)
    before = set(data(place))
    repo.forget(["v1", "v2"])
    repo.gc(grace_s=0)
    repo.backup(place)
    assert before - {p for p in before if p.startswith("refs/")} <= set(data(place))
    copy = mv.open(place)
    assert [v.number for v in copy.log()] == [4, 3]
    assert copy.verify(full=True) == []
    copy.gc(grace_s=0)
    assert copy.verify(full=True) == []
    assert [copy.load(f"v{n}")["n"] for n in (3, 4)] == [3, 4]
    assert len([p for p in data(place) if p.startswith("records/")]) == 2


def test_a_tag_that_is_gone_goes_from_the_backup_too(repo, place):
    grow(repo, 2)
    repo.tag("best", "v1")
    repo.backup(place)
    repo.history.delete_tag("best")
    repo.backup(place)
    assert mv.open(place).history.tags() == {}


@pytest.mark.parametrize("at", [0, 1, 3, 6])
def test_a_first_backup_that_is_killed_is_no_store_and_goes_on(repo, place, monkeypatch, at):
    grow(repo, 4)
    real, made = LocalBackend.create, []

    def create(self, key, chunks):
        if len(made) == at:
            raise InterruptedError
        made.append(key)
        return real(self, key, chunks)

    monkeypatch.setattr(LocalBackend, "create", create)
    with pytest.raises(InterruptedError):
        repo.backup(place)
    with pytest.raises(NoStore):
        mv.open(place)
    monkeypatch.setattr(LocalBackend, "create", real)
    done = repo.backup(place)
    assert done.files == 8 - at
    assert data(place) == data(repo.where)


@pytest.mark.parametrize("at", [0, 1, 3])
def test_a_second_backup_that_is_killed_leaves_the_first_and_goes_on(repo, place, monkeypatch, at):
    grow(repo, 2)
    repo.backup(place)
    grow(repo, 4, 3)
    real, brought = _Copying.copy, []

    def copy(self, key):
        if key.startswith("packs/") and not self._has(key):
            if len(brought) == at:
                raise InterruptedError
            brought.append(key)
        real(self, key)

    monkeypatch.setattr(_Copying, "copy", copy)
    with pytest.raises(InterruptedError):
        repo.backup(place)
    copy = mv.open(place)
    assert [v.number for v in copy.log()] == [2, 1]
    assert copy.verify(full=True) == []
    monkeypatch.setattr(_Copying, "copy", real)
    assert repo.backup(place).files == 8 - at
    assert mv.open(place).verify(full=True) == []
    assert [v.number for v in mv.open(place).log()] == [6, 5, 4, 3, 2, 1]
    assert not (place / "condemned").exists()


def test_what_a_killed_gc_in_the_backup_left_is_gone_before_new_packs_come(repo, place):
    grow(repo, 2)
    repo.backup(place)
    copy = mv.open(place)
    copy.commit({"only here": 1})
    (own,) = set(copy.backend.list("packs/")) - set(repo.backend.list("packs/"))
    shared = min(repo.backend.list("packs/"))
    copy.backend.swap(condemned.KEY, None, condemned._form(sorted([own, shared])))
    grow(repo, 1, 3)
    repo.backup(place)
    assert own not in set(copy.backend.list("packs/"))
    assert shared in set(copy.backend.list("packs/"))
    assert not (place / "condemned").exists()


def test_d11_a_backup_of_a_store_that_was_raised_is_raised_first(repo, place, monkeypatch):
    form = Path(repo.where) / "format"
    form.write_text('{"format": 1, "readable_by": 1}')
    monkeypatch.setattr(upkeep, "KEPT_RECORDS", 1)
    grow(repo, 3)
    repo.backup(place)
    assert (place / "format").read_text() == form.read_text()
    repo.upgrade()
    upkeep.fold(repo, more_than=0)
    monkeypatch.setattr(_Copying, "copy", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        repo.backup(place)
    assert (place / "format").read_text() == form.read_text()


def test_commits_beside_a_backup_leave_it_whole(repo, place, monkeypatch):
    grow(repo, 3)
    other = mv.open(repo.where)
    real, numbers = _Copying.copy, iter(range(10, 99))

    def copy(self, key):
        n = next(numbers)
        other.commit({"table": np.arange(5000) + n, "n": n}, f"step {n}")
        real(self, key)

    monkeypatch.setattr(_Copying, "copy", copy)
    monkeypatch.setattr(upkeep, "EVERY", 1)
    repo.backup(place)
    copy = mv.open(place)
    assert [v.number for v in copy.log()] == [3, 2, 1]
    assert copy.verify(full=True) == []
    assert len(other.log()) > 6


def test_gc_waits_for_a_backup(repo, place, monkeypatch):
    monkeypatch.setattr("nbmodelver.store.parts._LOCK_TIMEOUT_S", 0.05)
    grow(repo, 2)
    real, seen = _Copying.copy, []

    def copy(self, key):
        with pytest.raises(StoreError, match="locked"):
            mv.open(repo.where).gc(grace_s=0)
        seen.append(key)
        real(self, key)

    monkeypatch.setattr(_Copying, "copy", copy)
    repo.backup(place)
    assert len(seen) == 4


@pytest.mark.parametrize("kind", ["packs", "records", "journals"])
def test_damage_in_the_store_is_named_and_the_rest_is_copied(repo, place, kind, monkeypatch):
    monkeypatch.setattr(upkeep, "KEPT_RECORDS", 2)
    grow(repo, 5)
    upkeep.fold(repo, more_than=0)
    path = min(p for p in (Path(repo.where) / kind).rglob("*") if p.is_file())
    path.write_bytes(path.read_bytes()[:40] + b"\xff" + path.read_bytes()[41:])
    done = repo.backup(place)
    key = str(path.relative_to(repo.where))
    assert [p.object for p in done.problems] == [key]
    assert data(place).keys() == data(repo.where).keys() - {key}


@pytest.mark.parametrize("full", [False, True])
def test_a_damaged_copy_is_found_by_full_and_comes_again(repo, place, full):
    grow(repo, 3)
    repo.backup(place)
    path = min((place / "packs").iterdir())
    good = path.read_bytes()
    path.write_bytes(good[:40] + bytes([good[40] ^ 1]) + good[41:])
    if full:
        with pytest.raises(StoreError, match="was damaged and is deleted"):
            repo.backup(place, full=True)
        repo.backup(place, full=True)
        assert path.read_bytes() == good
    else:
        assert repo.backup(place).files == 0
        path.write_bytes(good[:-1])
        assert repo.backup(place).files == 1
        assert path.read_bytes() == good


def test_packs_that_do_not_count_any_more_are_not_copied(repo, place, monkeypatch):
    grow(repo, 3)
    (key,) = list(repo.backend.list("packs/"))[:1]
    repo.backend.swap(condemned.KEY, None, condemned._form([key]))
    repo.backup(place)
    assert key not in data(place)


def test_other_folders_are_refused_and_left_alone(repo, tmp_path):
    grow(repo, 1)
    other = mv.open(tmp_path / "other", create=True)
    other.commit({"x": 1})
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "thesis.tex").write_text("x")
    inside = Path(repo.where) / "backup"
    around = Path(repo.where).parent
    for folder, says in (
        (other.where, "another store"), (tmp_path / "papers", "other files"), (inside, "inside the store"),
        (repo.where, "inside the store"), (around, "inside the store"),
    ):  # fmt: skip
        before = data(tmp_path)
        with pytest.raises(UsageError, match=says):
            repo.backup(folder)
        assert data(tmp_path) == before
    assert not inside.exists()


def test_a_backup_is_private_like_the_store(repo, place):
    grow(repo, 1)
    repo.backup(place)
    assert os.stat(place).st_mode & 0o777 == 0o700
    assert all(p.stat().st_mode & 0o777 == 0o600 for p in (place / "packs").iterdir())


def test_an_interrupted_update_of_a_copy_is_no_damage_and_the_next_one_completes_it(repo, tmp_path, monkeypatch):
    from nbmodelver.repo.maintain import backup as backing

    repo.commit({"a": 1}, tags="first")
    repo.backup(tmp_path / "copy")
    repo.tag("second", "v1")
    repo.tag("first", "v1", move=True)

    def killed(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(backing, "_copy_refs", killed)
    with pytest.raises(KeyboardInterrupt):
        repo.backup(tmp_path / "copy")
    assert mv.open(tmp_path / "copy").verify() == []
    monkeypatch.undo()
    repo.backup(tmp_path / "copy")
    copy = mv.open(tmp_path / "copy")
    assert (copy.verify(), set(copy.history.tags())) == ([], {"first", "second"})
    assert copy.refs.get("copying") is None
