"""The contract of an object storage as a test suite. Inherit from ObjectStorageContract and give `storage`.

class TestMine(ObjectStorageContract):
    @pytest.fixture
    def storage(self):
        return MyStorage()

The wrappers for tests of what is above a storage are in object_wrappers.py: Counting, Slow, Faulty.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import NotSupported, StoreError, Truncated
from nbmodelver.testing.object_wrappers import NETWORK, Counting, Fault, Faulty, Killed, Slow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbmodelver.model.remotes import ObjectStorage

__all__ = ["KEY", "NETWORK", "Counting", "Fault", "Faulty", "Killed", "ObjectStorageContract", "Slow"]

KEY = "segments/0a/0123456789abcdef"


class ObjectStorageContract:
    """The behaviour that every object storage must have.

    swaps: whether `replace` is supported; a storage without it must raise NotSupported.
    large_bytes: the size of the large object; a storage that writes large ones by several requests sets it higher.
    """

    swaps = True
    large_bytes = 3 << 20

    @pytest.fixture
    def storage(self) -> ObjectStorage:
        """A fresh, empty storage."""
        raise NotImplementedError

    # -- reading

    def test_what_was_created_is_read_back(self, storage: ObjectStorage) -> None:
        assert storage.create(KEY, b"abcd")
        assert storage.read(KEY) == b"abcd"
        assert storage.size(KEY) == 4
        assert storage.read_tagged(KEY).data == b"abcd"

    def test_what_is_read_is_bytes(self, storage: ObjectStorage) -> None:
        storage.create(KEY, b"abcd")
        answers = [storage.read(KEY), storage.read(KEY, 1, 2), storage.read_tagged(KEY).data]
        answers += storage.read_many(KEY, [(0, 1), (2, 2)])
        assert {type(answer) for answer in answers} == {bytes}

    def test_a_range_is_read(self, storage: ObjectStorage) -> None:
        storage.create(KEY, b"0123456789")
        assert storage.read(KEY, 3) == b"3456789"
        assert storage.read(KEY, 3, 4) == b"3456"

    def test_a_read_beyond_the_end_returns_what_is_there(self, storage: ObjectStorage) -> None:
        storage.create(KEY, b"0123456789")
        assert storage.read(KEY, 8, 10) == b"89"
        assert storage.read(KEY, 20, 10) == b""
        assert storage.read(KEY, 10) == b""
        assert storage.read(KEY, 3, 0) == b""

    def test_many_ranges_are_returned_in_order(self, storage: ObjectStorage) -> None:
        data = bytes(range(256)) * 10_000
        storage.put(KEY, [data], len(data))
        ranges = [(2_000_000, 5), (3, 4), (0, 2), (5, 0), (3, 4), (len(data) - 1, 1), (2_000_003, 9)]
        assert storage.read_many(KEY, ranges) == [data[start : start + length] for start, length in ranges]
        assert storage.read_many(KEY, []) == []

    def test_a_range_beyond_the_end_is_truncated(self, storage: ObjectStorage) -> None:
        storage.create(KEY, b"0123456789")
        for ranges in ([(8, 3)], [(0, 1), (9, 2)], [(20, 1)]):
            with pytest.raises(Truncated):
                storage.read_many(KEY, ranges)

    def test_an_empty_object_is_an_object(self, storage: ObjectStorage) -> None:
        assert storage.create(KEY, b"")
        assert storage.read(KEY) == b""
        assert storage.read_tagged(KEY).data == b""
        assert storage.size(KEY) == 0
        assert [one.key for one in storage.list("segments/")] == [KEY]
        assert not storage.create(KEY, b"x")

    def test_a_missing_key_is_a_key_error(self, storage: ObjectStorage) -> None:
        asks: list[Callable[[str], object]] = [
            storage.read, storage.size, storage.read_tagged, lambda key: storage.read(key, 1, 2),
            lambda key: storage.read(key, 1, 0), lambda key: storage.read_many(key, [(0, 1), (5, 3)]),
        ]  # fmt: skip
        for ask in asks:
            with pytest.raises(KeyError):
                ask(KEY)
        storage.create(KEY, b"x")
        for ask in asks:  # A key below an object, and one that is a folder.
            with pytest.raises(KeyError):
                ask(KEY + "/below")
            with pytest.raises(KeyError):
                ask("segments/0a")

    # -- creating and replacing

    def test_create_never_replaces(self, storage: ObjectStorage) -> None:
        assert storage.create(KEY, b"first")
        assert not storage.create(KEY, b"second")
        assert storage.read(KEY) == b"first"

    def test_only_one_of_many_creators_wins(self, storage: ObjectStorage) -> None:
        wins: list[int] = []

        def race(number: int) -> None:
            if storage.create(KEY, b"%d" % number * 100):
                wins.append(number)

        _all_at_once([lambda n=n: race(n) for n in range(8)])  # type: ignore[misc]
        assert len(wins) == 1
        assert storage.read(KEY) == b"%d" % wins[0] * 100

    def test_replace_needs_the_present_tag(self, storage: ObjectStorage) -> None:
        self._needs_swaps(storage)
        storage.create(KEY, b"1")
        first = storage.read_tagged(KEY).tag
        second = storage.replace(KEY, b"2", first)
        assert second
        assert storage.read_tagged(KEY).data == b"2"
        assert storage.read_tagged(KEY).tag == second
        assert storage.replace(KEY, b"3", first) is None
        assert storage.read(KEY) == b"2"
        assert storage.replace(KEY, b"3", second)
        assert storage.read(KEY) == b"3"

    def test_a_missing_object_is_not_replaced(self, storage: ObjectStorage) -> None:
        self._needs_swaps(storage)
        storage.create(KEY, b"1")
        tag = storage.read_tagged(KEY).tag
        storage.delete([KEY])
        assert storage.replace(KEY, b"2", tag) is None
        assert list(storage.list("")) == []

    def test_no_swap_is_lost_between_threads(self, storage: ObjectStorage) -> None:
        self._needs_swaps(storage)
        storage.create("refs/n", b"0")

        def count() -> None:
            for _ in range(8):
                while True:
                    now = storage.read_tagged("refs/n")
                    if storage.replace("refs/n", b"%d" % (int(now.data) + 1), now.tag):
                        break

        _all_at_once([count] * 4)
        assert storage.read("refs/n") == b"32"

    def test_a_storage_without_swaps_says_so(self, storage: ObjectStorage) -> None:
        if self.swaps:
            pytest.skip("it can swap")
        storage.create(KEY, b"1")
        with pytest.raises(NotSupported):
            storage.replace(KEY, b"2", storage.read_tagged(KEY).tag)
        assert storage.read(KEY) == b"1"

    # -- writing from chunks

    def test_put_writes_chunks_and_replaces(self, storage: ObjectStorage) -> None:
        chunks: list[bytes | memoryview] = [b"ab", memoryview(b"cd"), b""]
        storage.put(KEY, iter(chunks), 4)
        assert storage.read(KEY) == b"abcd"
        storage.put(KEY, [b"new"], 3)
        assert storage.read(KEY) == b"new"
        storage.put(KEY, [], 0)
        assert storage.read(KEY) == b""

    def test_a_large_object_is_put(self, storage: ObjectStorage) -> None:
        piece = bytes(range(256)) * 1024
        count = self.large_bytes // len(piece) + 1
        storage.put(KEY, (memoryview(piece) for _ in range(count)), count * len(piece))
        assert storage.size(KEY) == count * len(piece)
        assert storage.read(KEY, (count - 1) * len(piece)) == piece
        assert storage.read(KEY) == piece * count

    def test_a_failing_source_leaves_what_was_there(self, storage: ObjectStorage) -> None:
        def pieces(piece: bytes) -> Iterator[bytes]:
            yield piece
            raise ZeroDivisionError

        for size in (4, self.large_bytes + 1):
            with pytest.raises(ZeroDivisionError):
                storage.put(KEY, pieces(bytes(size)), 2 * size)
            with pytest.raises(KeyError):
                storage.read(KEY)
        storage.put(KEY, [b"old"], 3)
        with pytest.raises(ZeroDivisionError):
            storage.put(KEY, pieces(b"half"), 8)
        assert storage.read(KEY) == b"old"
        assert [one.key for one in storage.list("")] == [KEY]

    # -- listing and deleting

    def test_a_listing_is_sorted_and_by_prefix(self, storage: ObjectStorage) -> None:
        keys = ["records/ab/2", "packs/b", "packs/a", "records/aa/1", "format", "packs/a-b/c", "packs/a.b", "heads/7"]
        for key in keys:
            storage.create(key, key.encode())
        assert _keys(storage, "") == sorted(keys)
        assert _keys(storage, "packs/") == ["packs/a", "packs/a-b/c", "packs/a.b", "packs/b"]
        assert _keys(storage, "packs/a") == ["packs/a", "packs/a-b/c", "packs/a.b"]
        assert _keys(storage, "records/a") == ["records/aa/1", "records/ab/2"]
        assert _keys(storage, "packs/b/c") == []
        assert _keys(storage, "nothing/") == []
        assert {one.key: one.size_bytes for one in storage.list("")} == {key: len(key) for key in keys}

    def test_a_listing_continues_after_a_key(self, storage: ObjectStorage) -> None:
        keys = [f"heads/{number:08}" for number in range(12)] + ["heads/a/b", "packs/a"]
        for key in keys:
            storage.create(key, b"x")
        assert _keys(storage, "heads/", "heads/00000009") == ["heads/00000010", "heads/00000011", "heads/a/b"]
        assert _keys(storage, "heads/", "heads/00000009x") == ["heads/00000010", "heads/00000011", "heads/a/b"]
        assert _keys(storage, "heads/", "heads/zz") == []
        assert _keys(storage, "heads/", "a") == keys[:-1]
        assert _keys(storage, "", "heads/a/b") == ["packs/a"]

    def test_what_was_just_written_is_young(self, storage: ObjectStorage) -> None:
        storage.create(KEY, b"x")
        (listed,) = storage.list("")
        assert listed.age_s is None or -5 < listed.age_s < 120

    def test_deleting_is_final_and_may_be_repeated(self, storage: ObjectStorage) -> None:
        keys = [f"packs/{number}" for number in range(5)]
        for key in keys:
            storage.create(key, b"x")
        storage.delete([*keys[:4], "packs/missing", "missing/folder/x"])
        storage.delete(keys[:2])
        storage.delete([])
        assert _keys(storage, "") == ["packs/4"]
        assert storage.create(keys[0], b"y")
        assert storage.read(keys[0]) == b"y"

    # -- keys, threads, messages

    @pytest.mark.parametrize(
        "key", ["", "/a", "a/", "../a", "a/../b", "packs/..", "a//b", "A", "a\\b", "a\0", ".a", "a.", "a b", "%2e%2e/a"]
    )
    def test_a_key_that_could_leave_the_place_is_refused(self, storage: ObjectStorage, key: str) -> None:
        acts: list[Callable[[], object]] = [
            lambda: storage.read(key), lambda: storage.create(key, b"x"), lambda: storage.put(key, [b"x"], 1),
            lambda: storage.read_many(key, [(0, 1)]), lambda: storage.read_tagged(key), lambda: storage.size(key),
            lambda: storage.delete([key]), lambda: storage.replace(key, b"x", "tag"),
        ]  # fmt: skip
        for act in acts:
            with pytest.raises(StoreError):
                act()

    @pytest.mark.parametrize("prefix", ["/", "../", "a/../b", "a//", ".", "A"])
    def test_a_prefix_that_could_leave_the_place_is_refused(self, storage: ObjectStorage, prefix: str) -> None:
        with pytest.raises(StoreError):
            list(storage.list(prefix))

    def test_threads_share_a_storage(self, storage: ObjectStorage) -> None:
        wrong: list[int] = []

        def work(number: int) -> None:
            data = b"%d" % number * 5000
            key = f"packs/{number}"
            done = storage.create(key, data) and storage.read(key) == data and storage.read(key, 7, 9) == data[7:16]
            if not done or storage.size(key) != len(data):
                wrong.append(number)

        _all_at_once([lambda n=n: work(n) for n in range(8)])  # type: ignore[misc]
        assert wrong == []
        assert len(_keys(storage, "packs/")) == 8

    def test_its_address_has_no_password(self, storage: ObjectStorage) -> None:
        assert storage.where
        assert "secret" not in storage.where.lower()

    def _needs_swaps(self, storage: ObjectStorage) -> None:
        if not self.swaps:
            pytest.skip(f"{storage.where} cannot swap")


def _keys(storage: ObjectStorage, prefix: str, after: str = "") -> list[str]:
    return [one.key for one in storage.list(prefix, after)]


def _all_at_once(works: list[Callable[[], None]]) -> None:
    """Run all in threads, and raise the first error that one of them raised."""
    failed: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
