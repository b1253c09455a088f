"""Clones: a new store on disk, whole or lazy, that an interrupted call continues."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from nbmodelver.errors import FileExists, RemoteMissing, UsageError
from nbmodelver.remote.clone import clone, default_folder
from nbmodelver.remote.remotes import Remotes
from nbmodelver.remote.transfer import Selection
from nbmodelver.repo import Repo, open_repo
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.object_wrappers import Counting, Fault, Faulty, Killed
from tests.remote.places import ADDRESS, ALL, cloned_in, new_store, probed, pushed, values


def shared() -> tuple[Repo, MemoryStorage]:
    repo, storage = new_store(), MemoryStorage()
    for number in range(3):
        repo.commit({"x": number, "list": list(range(number))})
    repo.tag("best", "v2")
    pushed(repo, storage, ALL)
    return repo, storage


def test_a_clone_is_the_store_with_its_branch_and_head(tmp_path: Path):
    theirs, storage = shared()
    repo, found = cloned_in(tmp_path, storage)
    assert values(repo) == values(theirs)
    assert repo.history.head == theirs.history.head
    assert repo.history.branch == "main"
    assert len(found.versions) == 3
    assert repo.verify(full=True) == []
    again = open_repo(tmp_path)
    assert again.commit({"x": 9}).number == 4


def test_a_small_clone_takes_few_requests(tmp_path: Path):
    _, storage = shared()
    counting = Counting(storage)
    cloned_in(tmp_path, counting)
    assert counting.total <= 4 + 3
    keys = [call for call in counting.calls if call[0] == "read"]
    assert len(keys) == len(set(keys))


def test_a_folder_with_versions_of_its_own_is_refused(tmp_path: Path):
    _, storage = shared()
    open_repo(tmp_path / ".nbmodelver", create=True).commit({"y": 1})
    with pytest.raises(FileExists) as raised:
        cloned_in(tmp_path, storage)
    assert raised.value.hint


def test_an_address_without_a_remote_that_cannot_be_written_is_missing(tmp_path: Path):
    with pytest.raises(RemoteMissing):
        cloned_in(tmp_path, MemoryStorage(writes=False))


def test_only_the_chosen_branch_is_cloned(tmp_path: Path):
    theirs, storage = shared()
    theirs.history.set_head(theirs.branch("side").id, "side")
    theirs.commit({"y": 1})
    pushed(theirs, storage, ALL)
    repo, _ = clone(ADDRESS, tmp_path, storage, probe=probed, selection=Selection(branches=("side",)))
    assert repo.history.branch == "side"
    assert repo.verify(full=True) == []


def test_a_remote_without_a_branch_is_an_empty_clone(tmp_path: Path):
    repo, found = cloned_in(tmp_path, MemoryStorage())
    assert found.did_nothing
    assert repo.log() == []
    assert repo.commit({"x": 1}).number == 1


@pytest.mark.parametrize("lazy", [False, True])
def test_a_kill_at_any_request_is_continued_by_the_same_call(tmp_path: Path, lazy: bool):
    theirs, storage = shared()
    number = 0
    while True:
        number += 1
        for fault in (Fault.KILLED_BEFORE, Fault.KILLED_AFTER):
            folder = tmp_path / f"{number}-{fault.name}"
            folder.mkdir()
            faulty = Faulty(storage, {number: fault})
            with suppress(Killed):
                cloned_in(folder, faulty, lazy=lazy)
            if not faulty.happened:
                assert number > 4
                return
            if (folder / ".nbmodelver" / "format").exists():
                assert open_repo(folder).verify() == []
            repo, _ = cloned_in(folder, storage, lazy=lazy)
            assert [v.id for v in repo.log()] == [v.id for v in theirs.log()]
            assert repo.history.head == theirs.history.head
            if not lazy:
                assert repo.verify(full=True) == []


def test_a_lazy_clone_is_remembered_as_one(tmp_path: Path):
    _, storage = shared()
    repo, found = cloned_in(tmp_path, storage, lazy=True)
    assert found.lazy
    assert Remotes(repo).get().lazy


@pytest.mark.parametrize(
    ("address", "folder"), [("s3://bucket/team/churn", "churn"), ("s3://bucket/", "bucket"), ("/srv/share", "share")]
)
def test_a_folder_is_named_after_the_address(address: str, folder: str):
    assert default_folder(address) == Path(folder)


def test_an_address_that_names_nothing_needs_a_folder():
    for address in ("/", "..", "x/.."):
        with pytest.raises(UsageError):
            default_folder(address)
