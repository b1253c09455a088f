"""Page marks agree with hashes for every way in which memory changes."""

from __future__ import annotations

import ctypes
import gc
import io
import mmap
import os
import random
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from nbmodelver.store import prints as prints_module
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.hashes import print_of
from nbmodelver.store.lanes import address_of
from nbmodelver.store.parts import PartStore
from nbmodelver.store.prints import Prints, prints_of, whole_pages
from nbmodelver.store.workers import Workers
from nbmodelver.system import pages as pages_module
from nbmodelver.system.pages import Pages

PAGE = mmap.PAGESIZE
KIB = 1024
LONG = os.environ.get("NBMODELVER_PAGES") == "long"


def can_mark() -> bool:
    """Return True if this kernel supports page marks."""
    try:
        Pages().close()
    except OSError:
        return False
    return not Pages.devices_may_write()


needs_marks = pytest.mark.skipif(not can_mark(), reason="this system cannot mark pages: everything is hashed")


def settled(prints: Prints, raw: memoryview) -> None:
    """Take fingerprints until the memory is watched."""
    for _ in range(prints_module.FIRST_PATIENCE + 3):
        prints.of(raw)


def is_remembered(prints: Prints, raw: memoryview) -> bool:
    """Return True if the next fingerprint is cached; verify it in any case."""
    before = prints.remembered_bytes
    assert prints.of(raw) == print_of(raw)
    return prints.remembered_bytes > before


def fresh(size: int = 256 * KIB) -> np.ndarray[Any, Any]:
    return np.frombuffer(mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS), np.uint8)


@pytest.fixture
def prints() -> Any:
    found = Prints(least_bytes=16 * KIB)
    yield found
    found.forget()


@needs_marks
def test_unchanged_memory_is_not_hashed_again_and_a_written_byte_is_detected(prints: Prints) -> None:
    array = fresh()
    array[:] = 7
    settled(prints, array.data)
    assert is_remembered(prints, array.data)
    for at in (0, PAGE - 1, PAGE, len(array) // 2, len(array) - 1):
        settled(prints, array.data)
        array[at] += 1
        assert not is_remembered(prints, array.data)


@needs_marks
def test_bytes_outside_whole_pages_are_hashed(prints: Prints) -> None:
    whole = fresh()
    inner = whole[100 : len(whole) - 50]
    settled(prints, inner.data)
    assert is_remembered(prints, inner.data)
    for at in (0, len(inner) - 1):
        settled(prints, inner.data)
        inner[at] += 1
        assert not is_remembered(prints, inner.data)


@needs_marks
def test_a_write_by_a_system_call_is_detected(prints: Prints) -> None:
    array = fresh()
    settled(prints, array.data)
    io.BytesIO(b"x" * 10_000).readinto(array[5000:15_000].data)
    assert not is_remembered(prints, array.data)
    settled(prints, array.data)
    read, write = os.pipe()
    os.write(write, b"by the kernel itself")
    os.readv(read, [array[70_000:70_020].data])
    os.close(read), os.close(write)
    assert not is_remembered(prints, array.data)


@needs_marks
def test_pages_given_back_to_the_system_count_as_written(prints: Prints) -> None:
    memory = mmap.mmap(-1, 256 * KIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory[:] = b"y" * len(memory)
    view = memoryview(memory)
    settled(prints, view)
    memory.madvise(mmap.MADV_DONTNEED, 8 * PAGE, 4 * PAGE)
    assert not is_remembered(prints, view)
    view.release()


@needs_marks
def test_memory_that_is_mapped_again_at_the_same_address_counts_as_written(prints: Prints) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    memory = mmap.mmap(-1, 256 * KIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory[:] = b"z" * len(memory)
    view = memoryview(memory)
    settled(prints, view)
    assert is_remembered(prints, view)
    fixed = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x10
    address = ctypes.c_void_p(address_of(view))
    assert libc.mmap(address, ctypes.c_size_t(len(view)), 3, fixed, -1, ctypes.c_long(0)) == address.value
    assert not is_remembered(prints, view)
    view.release()


@needs_marks
def test_the_marks_of_a_span_do_not_vouch_for_an_overlapping_span(prints: Prints) -> None:
    array = fresh()
    half, whole = array[: len(array) // 2], array
    settled(prints, half.data)
    half[PAGE + 3] = 9
    settled(prints, whole.data)
    assert prints.of(half.data) == print_of(half.data)
    whole[PAGE + 3] = 10
    settled(prints, whole.data)
    assert prints.of(half.data) == print_of(half.data)


@needs_marks
def test_a_shared_mapping_and_a_file_are_always_hashed(prints: Prints, tmp_path: Any) -> None:
    shared = memoryview(mmap.mmap(-1, 256 * KIB))
    path = tmp_path / "file"
    path.write_bytes(bytes(256 * KIB))
    with path.open("r+b") as file:
        of_file = memoryview(mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE))
    for view in (shared, of_file):
        settled(prints, view)
        assert not is_remembered(prints, view)


@needs_marks
def test_a_forked_child_does_not_use_the_marks_of_its_parent(prints: Prints) -> None:
    array = fresh()
    settled(prints, array.data)
    child = os.fork()
    if not child:
        array[5000] = 77
        right = prints.of(array.data) == print_of(array.data)
        os._exit(0 if right else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert is_remembered(prints, array.data)
    array[5000] = 78
    assert not is_remembered(prints, array.data)


@needs_marks
def test_nothing_is_watched_while_a_device_may_write(prints: Prints, monkeypatch: pytest.MonkeyPatch) -> None:
    array = fresh()
    settled(prints, array.data)
    monkeypatch.setattr(prints_module, "_LOOK_EVERY_S", -1.0)
    monkeypatch.setattr(Pages, "devices_may_write", staticmethod(lambda: True))
    assert not is_remembered(prints, array.data)
    settled(prints, array.data)
    assert not is_remembered(prints, array.data)


@needs_marks
def test_memory_that_is_written_repeatedly_is_watched_less_often(prints: Prints) -> None:
    array = fresh()
    marks = []
    mark = Pages.protect
    try:
        Pages.protect = lambda self, *span: marks.append(span) or mark(self, *span)  # type: ignore[method-assign]
        for _ in range(60):
            settled(prints, array.data)
            array[PAGE] += 1
    finally:
        Pages.protect = mark  # type: ignore[method-assign]
    assert len(marks) <= 12


def test_everything_is_hashed_on_a_system_without_page_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError("no")

    monkeypatch.setattr(pages_module, "Pages", refuse)
    prints = Prints(least_bytes=16 * KIB)
    array = fresh()
    settled(prints, array.data)
    array[PAGE] = 3
    assert not is_remembered(prints, array.data)


@needs_marks
def test_everything_is_hashed_if_page_marks_are_turned_off() -> None:
    store = PartStore(MemoryBackend())
    array = fresh(16 << 20)
    before = prints_module.PRINTS.remembered_bytes
    for _ in range(6):
        store.identify([array.data])
    assert prints_module.PRINTS.remembered_bytes > before
    store.watch_pages(False)
    before = prints_module.PRINTS.remembered_bytes
    for _ in range(6):
        store.identify([array.data])
    assert prints_module.PRINTS.remembered_bytes == before


# -- the stress test: a disagreement would be a lost change


@dataclass
class Counts:
    """The numbers of events."""

    writes: int = 0
    looks: int = 0
    remembered: int = 0


class Stress:
    """Arrays that change in every way; after each step all cached fingerprints are compared with hashes."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.numbers = np.random.default_rng(seed)
        self.prints = Prints(least_bytes=16 * KIB)
        self.arrays = [self.made() for _ in range(12)]
        self.counts = Counts()

    def size(self) -> int:
        return self.random.choice([16 * KIB + 123, 64 * KIB, 200_000, 1 << 20, 5 << 20])

    def made(self) -> np.ndarray[Any, Any]:
        size = self.random.choice([16 * KIB + 123, 64 * KIB, 200_000, 1 << 20, 5 << 20])
        if self.random.random() < 0.3:
            return np.zeros(size, np.uint8)
        return np.random.default_rng(size).integers(0, 256, size, np.uint8)

    def step(self) -> None:
        at = self.random.randrange(len(self.arrays))
        self.random.choice(
            [self.scatter, self.scatter, self.one, self.fill, self.read_into, self.resize, self.replace,
             self.same_bytes, self.give_back, self.other_thread, self.collect, self.pause, self.pause, self.pause,
             self.view],
        )(at)  # fmt: skip
        for array in self.arrays:
            raw = memoryview(np.ascontiguousarray(array)).cast("B")
            before = self.prints.remembered_bytes
            assert self.prints.of(raw) == print_of(raw), "memory was written and the marks did not say so"
            self.counts.looks += 1
            self.counts.remembered += self.prints.remembered_bytes > before

    def scatter(self, at: int) -> None:
        count = self.random.choice([1, 10, 5000, 50_000])
        array = self.arrays[at]
        array[self.numbers.integers(0, len(array), count)] = self.numbers.integers(0, 256, count, np.uint8)
        self.counts.writes += count

    def one(self, at: int) -> None:
        self.arrays[at][self.random.randrange(len(self.arrays[at]))] ^= 1
        self.counts.writes += 1

    def fill(self, at: int) -> None:
        start = self.random.randrange(len(self.arrays[at]))
        self.arrays[at][start : start + self.random.choice([1, 4096, 100_000])] = self.random.randrange(256)
        self.counts.writes += 1

    def read_into(self, at: int) -> None:
        start = self.random.randrange(len(self.arrays[at]))
        with open("/dev/urandom", "rb", buffering=0) as file:
            file.readinto(self.arrays[at][start : start + 5000].data)  # type: ignore[arg-type]
        self.counts.writes += 1

    def resize(self, at: int) -> None:
        own = self.arrays[at]
        if not own.flags.owndata or any(other.base is own for other in self.arrays):
            own = self.arrays[at] = own.copy()  # A view of memory that moves would be a stray pointer.
        own.resize(self.size(), refcheck=False)

    def replace(self, at: int) -> None:
        size = len(self.arrays[at])
        self.arrays[at] = np.empty(0, np.uint8)  # Freed first: the new one may get the very same place.
        self.arrays[at] = self.numbers.integers(0, 256, size, np.uint8)

    def same_bytes(self, at: int) -> None:
        self.arrays[at][:] = self.arrays[at].copy()

    def give_back(self, at: int) -> None:
        array = self.arrays[at]
        start, end = whole_pages(address_of(array.data), array.nbytes)
        if array.flags.owndata and end > start:
            ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(min(end - start, 8 * PAGE)), 4)

    def other_thread(self, at: int) -> None:
        writer = threading.Thread(target=self.scatter, args=(at,))
        writer.start()
        self.prints.of(memoryview(np.ascontiguousarray(self.arrays[at])).cast("B"))
        writer.join()

    def view(self, at: int) -> None:
        base = self.arrays[at]
        start = self.random.randrange(len(base) // 2)
        self.arrays[self.random.randrange(len(self.arrays))] = base[start : start + len(base) // 2 + 8192]

    def collect(self, _at: int) -> None:
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)

    def pause(self, _at: int) -> None:
        """Change nothing, so that memory becomes watched."""


@needs_marks
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40 if LONG else 2))
def test_no_sequence_of_writes_makes_the_marks_disagree_with_the_hashes(seed: int) -> None:
    stress = Stress(seed)
    for step in range(3000 if LONG else 600):
        if step % 150 == 149:
            stress.arrays = [stress.made() for _ in range(12)]
        stress.step()
    stress.prints.forget()
    assert stress.counts.remembered > stress.counts.looks // 20, stress.counts
    assert stress.counts.writes > 100_000, stress.counts
    print(stress.counts)


def test_short_runs_are_not_handed_to_threads() -> None:
    class Counted(Workers):
        handed = 0

        def submit(self, work: Any, *args: Any) -> Any:
            self.handed += 1
            return super().submit(work, *args)

    workers = Counted(2)
    raws = [memoryview(bytes([n]) * size) for n, size in enumerate([40_000] * 50 + [1 << 20] * 3)]
    assert prints_of(raws, print_of, workers) == [print_of(raw) for raw in raws]
    assert workers.handed == 3
