"""Page marks of Linux: which memory they describe, and when they say nothing."""

from __future__ import annotations

import mmap
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nbmodelver.system import pages as module
from nbmodelver.system.pages import Pages, _is_private

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = mmap.PAGESIZE


def memory(pages: int = 8, flags: int = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) -> tuple[Any, int, int]:
    """New memory, its first address and its end."""
    made = np.frombuffer(mmap.mmap(-1, pages * PAGE, flags=flags), np.uint8)
    made[:] = 1
    start = made.__array_interface__["data"][0]
    return made, start, start + pages * PAGE


@pytest.fixture
def pages() -> Iterator[Pages]:
    try:
        found = Pages()
    except OSError as error:
        pytest.skip(f"this system cannot mark pages: {error}")
    yield found
    found.close()


def test_a_written_byte_makes_only_its_page_dirty(pages: Pages) -> None:
    made, start, end = memory()
    assert pages.protect(start, end)
    assert pages.clean(start, end)
    made[3 * PAGE + 7] = 9
    assert not pages.clean(start, end)
    assert pages.clean(start, start + 3 * PAGE)
    assert pages.clean(start + 4 * PAGE, end)


def test_memory_that_was_never_marked_is_not_clean(pages: Pages) -> None:
    _made, start, end = memory()
    assert not pages.clean(start, end)


def test_released_memory_is_not_clean(pages: Pages) -> None:
    _made, start, end = memory()
    assert pages.protect(start, end)
    pages.release(start, end)
    assert not pages.clean(start, end)


def test_shared_memory_cannot_be_marked(pages: Pages) -> None:
    _made, start, end = memory(flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
    assert not pages.protect(start, end)


def test_marks_belong_to_this_process(pages: Pages) -> None:
    assert pages.pid == os.getpid()
    pages.close()
    pages.close()  # Closing twice is no error.


def test_memory_that_is_not_mapped_is_not_private() -> None:
    _made, start, end = memory()
    assert _is_private(start, end)
    assert not _is_private(0, PAGE)


def test_shared_memory_is_not_private() -> None:
    _made, start, end = memory(flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
    assert not _is_private(start, end)


@pytest.mark.parametrize(("machine", "system"), [("riscv64", "Linux"), ("x86_64", "Darwin")])
def test_another_system_is_refused(monkeypatch: pytest.MonkeyPatch, machine: str, system: str) -> None:
    monkeypatch.setattr(module.platform, "machine", lambda: machine)
    monkeypatch.setattr(module.platform, "system", lambda: system)
    with pytest.raises(OSError, match="need Linux on x86-64 or arm64"):
        Pages()


def test_a_process_whose_files_cannot_be_listed_may_share_memory_with_a_device(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: str) -> list[str]:
        raise OSError("no /proc")

    monkeypatch.setattr(module.os, "listdir", fail)
    assert Pages.devices_may_write()


def test_an_open_device_file_may_write_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.os, "readlink", lambda _path: "/dev/nvidia0")
    assert Pages.devices_may_write()
