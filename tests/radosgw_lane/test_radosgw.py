"""Remotes on Ceph's object gateway keep the contract, find out what it can do, and serve a day of two people."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from nbmodelver.remote.fetch import fetch
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.push import push
from nbmodelver.store.objects import cloud
from nbmodelver.store.objects.addresses import open_storage, parse
from nbmodelver.store.objects.probing import probe
from nbmodelver.store.objects.retrying import Patience, Retrying
from nbmodelver.testing.objects import KEY, ObjectStorageContract
from tests.remote.places import ALL, cloned, connected, new_store, pushed, values
from tests.remote.test_day import a_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nbmodelver.model.remotes import ObjectStorage
    from tests import servers

pytestmark = [
    pytest.mark.radosgw,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
_numbers = itertools.count()


@pytest.fixture
def opened(gateway: servers.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], ObjectStorage]]:
    """Opens the gateway with an empty prefix."""
    for variable, value in gateway.environment.items():
        monkeypatch.setenv(variable, value)
    made: list[ObjectStorage] = []

    def open_one() -> ObjectStorage:
        made.append(open_storage(parse(f"{gateway.address}/run-{next(_numbers)}"), options=gateway.options))
        return made[-1]

    yield open_one
    for storage in made:
        storage.close()


class TestRadosgw(ObjectStorageContract):
    large_bytes = 6 << 20

    @pytest.fixture
    def storage(self, opened, monkeypatch):
        monkeypatch.setattr(cloud, "MULTIPART_BYTES", 6 << 20)
        monkeypatch.setattr(cloud, "PART_BYTES", 5 << 20)
        return opened()

    def test_no_swap_is_lost_between_threads(self, storage):
        """Under races the gateway answers some swaps with status 500, so they are repeated as a push does.

        Whose swap took effect is found by the content, so each has one of its own, as heads have.
        """
        repeating = Retrying(storage, Patience(attempts=20, first_pause_s=0.05))
        repeating.create("refs/n", b"0 ")

        def count(writer: int) -> None:
            for _ in range(8):
                while True:
                    now = repeating.read_tagged("refs/n")
                    new = b"%d writer %d" % (int(now.data.split()[0]) + 1, writer)
                    if repeating.replace("refs/n", new, now.tag):
                        break

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(count, range(4)))
        assert repeating.read("refs/n").split()[0] == b"32"

    def test_the_probe_finds_compare_and_swap(self, storage):
        found = probe(storage)
        assert found.rule == "swap"
        assert found.ranges
        assert list(storage.list("")) == []

    def test_a_large_object_in_parts_comes_back(self, storage):
        data = bytes(range(256)) * (64 << 10)
        storage.put(KEY, iter([data[at : at + (1 << 20)] for at in range(0, len(data), 1 << 20)]), len(data))
        assert storage.read(KEY) == data
        assert storage.read_many(KEY, [(7_000_000, 5)]) == [data[7_000_000:7_000_005]]


def test_no_version_of_four_concurrent_writers_is_lost(opened) -> None:
    storage = Retrying(opened())
    first = new_store()
    first.commit({"x": 0})
    pushed(first, storage, ALL)
    writers = [cloned(storage) for _ in range(4)]

    def write(number: int) -> None:
        repo = writers[number]
        for count in range(5):
            repo.commit({"x": (number, count)})
            push(repo, connected(repo, storage), PushOptions(branch_as=f"own-{number}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    fetch(first, connected(first, storage))
    assert len(values(first)) == 21
    assert first.verify(full=True) == []


@pytest.mark.kernel
def test_a_day_of_two_people(gateway: servers.Server, tmp_path: Path) -> None:
    options = " ".join(f"--option {key}={text}" for key, text in gateway.options.items())
    a_day(f"{gateway.address}/day {options}", "", gateway.environment, tmp_path)
