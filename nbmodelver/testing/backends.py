"""The contract of a backend as a test suite. Inherit from BackendContract and give `backend`.

class TestMine(BackendContract):
    @pytest.fixture
    def backend(self):
        return MyBackend()
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import StoreError, StoreLocked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from nbmodelver.model import Backend

KEY = "packs/0123456789abcdef"


class BackendContract:
    """The behaviour that every backend must have."""

    @pytest.fixture
    def backend(self) -> Backend:
        """A fresh, empty backend."""
        raise NotImplementedError

    def test_its_local_path_is_a_folder_or_none(self, backend: Backend) -> None:
        path = backend.local_path()
        assert path is None or path.is_dir()

    def test_what_was_created_is_read_back(self, backend: Backend) -> None:
        assert backend.create(KEY, [b"ab", memoryview(b"cd"), b""])
        assert bytes(backend.read(KEY)) == b"abcd"
        assert backend.size(KEY) == 4

    def test_a_range_is_read(self, backend: Backend) -> None:
        backend.create(KEY, [b"0123456789"])
        assert bytes(backend.read(KEY, 3)) == b"3456789"
        assert bytes(backend.read(KEY, 3, 4)) == b"3456"

    def test_reading_past_the_end_gives_what_is_there(self, backend: Backend) -> None:
        backend.create(KEY, [b"0123456789"])
        assert bytes(backend.read(KEY, 8, 10)) == b"89"
        assert bytes(backend.read(KEY, 20, 10)) == b""

    def test_an_empty_object_is_an_object(self, backend: Backend) -> None:
        assert backend.create(KEY, [])
        assert bytes(backend.read(KEY)) == b""
        assert list(backend.list("packs/")) == [KEY]

    def test_a_missing_key_is_a_key_error(self, backend: Backend) -> None:
        for ask in (backend.read, backend.size, backend.age_s):
            with pytest.raises(KeyError):
                ask(KEY)

    def test_a_move_gives_another_name_and_never_replaces(self, backend: Backend) -> None:
        backend.create(KEY, [b"one"])
        backend.create("packs/other", [b"two"])
        with pytest.raises(StoreError):
            backend.move(KEY, "packs/other")
        assert (bytes(backend.read(KEY)), bytes(backend.read("packs/other"))) == (b"one", b"two")
        backend.move(KEY, "quarantine/then/one")
        assert bytes(backend.read("quarantine/then/one")) == b"one"
        assert list(backend.list("")) == ["packs/other", "quarantine/then/one"]
        with pytest.raises(KeyError):
            backend.move(KEY, "quarantine/then/again")

    def test_create_never_replaces(self, backend: Backend) -> None:
        assert backend.create(KEY, [b"first"])
        assert not backend.create(KEY, [b"second"])
        assert bytes(backend.read(KEY)) == b"first"

    def test_a_failing_source_leaves_nothing(self, backend: Backend) -> None:
        def pieces() -> Iterator[bytes]:
            yield b"half"
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            backend.create(KEY, pieces())
        with pytest.raises(KeyError):
            backend.read(KEY)
        assert list(backend.list("")) == []
        assert backend.create(KEY, [b"whole"])

    def test_only_one_of_many_creators_wins(self, backend: Backend) -> None:
        wins: list[int] = []

        def race(number: int) -> None:
            if backend.create(KEY, [b"%d" % number * 100]):
                wins.append(number)

        _all_at_once([lambda n=n: race(n) for n in range(8)])
        assert len(wins) == 1
        assert bytes(backend.read(KEY)) == b"%d" % wins[0] * 100

    def test_swap_makes_replaces_and_deletes(self, backend: Backend) -> None:
        assert backend.swap("refs/a", None, b"1")
        assert backend.swap("refs/a", b"1", b"2")
        assert bytes(backend.read("refs/a")) == b"2"
        assert backend.swap("refs/a", b"2", None)
        with pytest.raises(KeyError):
            backend.read("refs/a")

    def test_swap_refuses_what_is_not_expected(self, backend: Backend) -> None:
        assert not backend.swap("refs/a", b"1", b"2")
        assert backend.swap("refs/a", None, b"1")
        assert not backend.swap("refs/a", None, b"2")
        assert not backend.swap("refs/a", b"2", None)
        assert bytes(backend.read("refs/a")) == b"1"

    def test_no_swap_is_lost_between_threads(self, backend: Backend) -> None:
        backend.swap("refs/n", None, b"0")

        def count() -> None:
            for _ in range(20):
                while True:
                    now = bytes(backend.read("refs/n"))
                    if backend.swap("refs/n", now, b"%d" % (int(now) + 1)):
                        break

        _all_at_once([count] * 4)
        assert bytes(backend.read("refs/n")) == b"80"

    def test_a_listing_is_sorted_and_by_prefix(self, backend: Backend) -> None:
        keys = ["records/ab/2", "packs/b", "packs/a", "records/aa/1", "format"]
        for key in keys:
            backend.create(key, [b"x"])
        assert list(backend.list("")) == sorted(keys)
        assert list(backend.list("packs/")) == ["packs/a", "packs/b"]
        assert list(backend.list("records/a")) == ["records/aa/1", "records/ab/2"]
        assert list(backend.list("nothing/")) == []

    def test_deleting_is_final_and_may_be_repeated(self, backend: Backend) -> None:
        backend.create(KEY, [b"x"])
        backend.delete(KEY)
        backend.delete(KEY)
        assert list(backend.list("")) == []
        assert backend.create(KEY, [b"y"])

    def test_what_was_just_written_is_young(self, backend: Backend) -> None:
        backend.create(KEY, [b"x"])
        assert -2 < backend.age_s(KEY) < 60

    @pytest.mark.parametrize(
        "key",
        ["", "/a", "a/", "../a", "a/../b", "packs/..", "a//b", "A", "a\\b", "a\0", "tmp/a", "locks/a", ".a", "a."],
    )
    def test_a_key_that_could_leave_the_store_is_refused(self, backend: Backend, key: str) -> None:
        for act in (
            lambda: backend.read(key),
            lambda: backend.create(key, [b"x"]),
            lambda: backend.swap(key, None, b"x"),
            lambda: backend.delete(key),
        ):
            with pytest.raises(StoreError):
                act()

    def test_a_lock_keeps_others_out_and_goes_with_its_block(self, backend: Backend) -> None:
        with backend.lock("a"), pytest.raises(StoreLocked), backend.lock("a", timeout_s=0.05):
            pass
        with backend.lock("a", timeout_s=0.05), backend.lock("b", timeout_s=0.05):
            pass

    def test_a_shared_lock_admits_others_that_share(self, backend: Backend) -> None:
        def held(*, shared: bool) -> AbstractContextManager[None]:
            return backend.lock("a", timeout_s=0.05, shared=shared)

        with held(shared=True), held(shared=True), pytest.raises(StoreLocked), held(shared=False):
            pass
        with held(shared=False), pytest.raises(StoreLocked), held(shared=True):
            pass

    def test_a_lock_is_released_by_an_error(self, backend: Backend) -> None:
        with pytest.raises(ZeroDivisionError), backend.lock("a"):
            raise ZeroDivisionError
        with backend.lock("a", timeout_s=0.05):
            pass

    def test_a_sweep_leaves_objects_alone(self, backend: Backend) -> None:
        backend.create(KEY, [b"x"])
        assert backend.sweep() == 0
        assert bytes(backend.read(KEY)) == b"x"


def _all_at_once(works: list) -> None:  # type: ignore[type-arg]
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
