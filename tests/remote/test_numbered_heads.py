"""The newest numbered head is found without a listing, whatever gcs deleted before."""

import random

import pytest

from nbmodelver.errors import NotSupported, RemoteChanged
from nbmodelver.remote.clone import clone
from nbmodelver.remote.collect import collect
from nbmodelver.remote.fetch import fetch
from nbmodelver.remote.numbered_heads import NEWEST_KEPT, leading, newest, superfluous
from nbmodelver.remote.opening import open_address, probe
from nbmodelver.remote.remotes import RemoteConnection, Remotes
from nbmodelver.store.objects.folder import FolderStorage
from nbmodelver.store.objects.memory import MemoryStorage
from tests import servers
from tests.remote.places import connected, new_store, pushed, values


def test_the_leading_numbers_of_a_number():
    assert leading(0b1011) == {0b1011, 0b1010, 0b1000}
    assert leading(8) == {8}
    assert leading(0) == set()


def test_the_newest_head_is_found_after_any_moves_and_gcs():
    rng = random.Random(7)
    for _ in range(60):
        there: set[int] = set()
        last = 0
        for _ in range(rng.randrange(60)):
            for _ in range(rng.choice((1, 2, 7, 40, 300))):
                last += 1
                there.add(last)
            there -= set(superfluous(there)) if rng.random() < 0.7 else set()
            known = rng.choice((0, last, rng.randrange(last + 1)))
            asked: list[int] = []

            def is_there(number: int, there: set[int] = there, asked: list[int] = asked) -> bool:
                asked.append(number)
                return number in there

            assert newest(is_there, known) == last
            assert len(asked) <= 2 * last.bit_length() + 1


def test_few_heads_stay():
    there: set[int] = set()
    for number in range(1, 5000):
        there.add(number)
        there -= set(superfluous(there))
        assert len(there) <= NEWEST_KEPT + 2 * number.bit_length()
    assert superfluous([]) == []


class Unlisted(MemoryStorage):
    """A place whose numbered heads cannot be listed."""

    def list(self, prefix: str, after: str = ""):
        if prefix.startswith(("work", "registry")):
            raise NotSupported("a web server")
        return super().list(prefix, after)


def test_a_remote_that_cannot_be_listed_and_went_back_is_noticed():
    repo, storage = new_store(), Unlisted(swaps=False)
    for number in range(5):
        repo.commit({"x": number})
        pushed(repo, storage)
    storage.delete(["work/000000000005"])
    with pytest.raises(RemoteChanged, match="after number 5"):
        fetch(repo, connected(repo, storage))


def test_a_shared_folder_is_cloned_and_fetched_through_a_web_server(tmp_path):
    repo, folder = new_store(), FolderStorage(tmp_path / "shared")
    (tmp_path / "shared").mkdir()
    for number in range(45):
        repo.commit({"x": number})
        pushed(repo, folder)
        if number % 15 == 14:
            collect(repo, connected(repo, folder))
    assert connected(repo, folder).config.rule == "numbered"
    assert len([*folder.list("work/")]) < 45
    with servers.web(tmp_path / "shared") as server:
        storage = open_address(server.address, {})
        other, _ = clone(server.address, tmp_path / "study", storage, probe=probe)
        assert values(other) == values(repo)
        repo.commit({"x": "new"})
        pushed(repo, folder)
        fetch(other, RemoteConnection(other, Remotes(other).get(), storage))
        assert values(other) == values(repo)
        storage.close()
