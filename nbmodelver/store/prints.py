"""Fingerprints of live memory, cached for memory that the operating system reports as unwritten (page marks).

Only memory that was unchanged in several commits is watched: marking pages is cheap, but the first write to each marked
page costs a page fault, so memory that changes between commits is cheaper to hash. After a write to watched memory, it
must stay unchanged for twice as many commits before it is watched again. docs/decisions/0006 has the measurements.
"""

from __future__ import annotations

import math
import mmap
import os
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver import system
from nbmodelver.store.hashes import print_of
from nbmodelver.store.lanes import address_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.store.hashes import Print
    from nbmodelver.store.workers import Workers
    from nbmodelver.system.protocol import PageMarks

WORTH_WATCHING_BYTES = 8 << 20
"""Smaller spans are always hashed."""

WORTH_A_TASK_BYTES = 256 << 10
"""Smaller buffers are hashed by the calling thread: handing them to another thread costs more."""

FIRST_PATIENCE = 2
"""Number of unchanged fingerprints before a span is watched for the first time."""

_MOST_SPANS = 4096
_LOOK_EVERY_S = 0.1
"""Seconds between two checks for devices that may write to memory."""

Span = tuple[int, int]
"""Address and length in bytes."""


@dataclass
class _Seen:
    """The state of one span of memory.

    print: its last fingerprint. same: how many times in a row it was found. patience: how many times are needed to
    watch the span. marked: identity of the marks on its pages, None if they belong to another span. edges: fingerprint
    of the bytes outside whole pages when the marks were set. watched: the fingerprint was taken after the marks.
    """

    print: Print
    same: int = 0
    patience: int = FIRST_PATIENCE
    marked: object | None = None
    edges: Print = (b"", 0)
    watched: bool = False


class Prints:
    """The fingerprint cache of this process; one object, because page marks have one owner. Any thread may call it.

    A cached fingerprint is returned only if all pages of the span are marked as unwritten since it was taken. Marks are
    set before the bytes are hashed, so a write in between is detected. Setting marks invalidates every other span on
    the same pages, so a mark never vouches for an older fingerprint.
    """

    def __init__(self, *, least_bytes: int = WORTH_WATCHING_BYTES) -> None:
        """least_bytes: shorter spans are always hashed. remembered_bytes counts what was not hashed, for tests."""
        self._least_bytes = least_bytes
        self._guard = threading.RLock()
        self._seen: OrderedDict[Span, _Seen] = OrderedDict()
        self._pages: PageMarks | None = None
        self._asked_in = 0
        self._looked_s = -math.inf
        self.remembered_bytes = 0

    def forget(self) -> None:
        """Clear the cache and remove all page marks."""
        with self._guard:
            if self._pages is not None:
                self._pages.close()
            self._pages, self._asked_in = None, 0
            self._seen.clear()

    def of(self, raw: memoryview) -> Print:
        """Return the fingerprint of the current bytes. raw: C-contiguous; only read."""
        if len(raw) < self._least_bytes:
            return print_of(raw)
        span = address_of(raw), len(raw)
        with self._guard:
            pages = self._usable()
            if pages is None:
                return print_of(raw)
            seen = self._seen.get(span)
            if seen is not None and seen.watched and self._untouched(pages, span, seen, raw):
                self.remembered_bytes += len(raw)
                return seen.print
            marks = self._mark(pages, span, seen, raw) if seen is not None and seen.same >= seen.patience else None
        found = print_of(raw)  # Outside of the guard, so that other threads can hash at the same time.
        with self._guard:
            if pages is self._pages:
                self._note(span, found, marks)
        return found

    def _usable(self) -> PageMarks | None:
        """Return the page marks, or None if the system has none or a device may write to memory."""
        here = os.getpid()
        if self._pages is not None and self._pages.pid != here:
            self.forget()  # This is a forked child, and the marks belong to its parent.
        if self._pages is None and self._asked_in != here:
            self._asked_in, self._looked_s = here, -math.inf
            self._pages = system.port.page_marks()
        if self._pages is not None and time.monotonic() - self._looked_s > _LOOK_EVERY_S:
            if self._pages.devices_may_write():
                self.forget()
                self._asked_in = here
            self._looked_s = time.monotonic()
        return self._pages

    def _untouched(self, pages: PageMarks, span: Span, seen: _Seen, raw: memoryview) -> bool:
        """Return True if the bytes are unchanged. Otherwise stop watching the span and double its patience."""
        if pages.clean(*whole_pages(*span)) and _edges(span, raw) == seen.edges:
            self._seen.move_to_end(span)
            return True
        seen.watched, seen.marked, seen.same, seen.patience = False, None, 0, 2 * seen.patience
        pages.release(*whole_pages(*span))
        return False

    def _mark(self, pages: PageMarks, span: Span, seen: _Seen, raw: memoryview) -> object | None:
        """Set marks for one span, which invalidates the marks of every other span on these pages."""
        start, end = whole_pages(*span)
        for other, theirs in self._seen.items():
            if theirs.marked is not None:
                low, high = whole_pages(*other)
                if low < end and start < high:
                    theirs.marked, theirs.watched, theirs.same = None, False, 0
        if start == end or not pages.protect(start, end):
            seen.same, seen.patience = 0, 2 * seen.patience
            return None
        seen.edges = _edges(span, raw)
        seen.marked = object()
        return seen.marked

    def _note(self, span: Span, found: Print, marks: object | None) -> None:
        """Record a fingerprint. marks: those that were set before the bytes were hashed."""
        seen = self._seen.setdefault(span, _Seen(found, same=-1))
        self._seen.move_to_end(span)
        if marks is not None and marks is seen.marked:
            seen.watched = seen.print == found
            if not seen.watched and self._pages is not None:
                seen.patience *= 2
                self._pages.release(*whole_pages(*span))
        elif seen.watched:
            return  # The fingerprint of another thread was taken after the marks; this one may be older.
        seen.same = seen.same + 1 if seen.print == found else 0
        seen.print = found
        while len(self._seen) > _MOST_SPANS:
            oldest, gone = self._seen.popitem(last=False)
            if gone.marked is not None and self._pages is not None:
                self._pages.release(*whole_pages(*oldest))


PRINTS = Prints()
"""The fingerprint cache of this process."""


def prints_of(raws: Sequence[memoryview], print_of_one: Callable[[memoryview], Print], workers: Workers) -> list[Print]:
    """Return the fingerprint of each buffer. Large ones are hashed by all threads with `print_of_one`."""
    long = [at for at, raw in enumerate(raws) if len(raw) >= WORTH_A_TASK_BYTES]
    found = dict(zip(long, workers.map(lambda at: print_of_one(raws[at]), long), strict=True))
    return [found.get(at) or print_of(raw) for at, raw in enumerate(raws)]


def _edges(span: Span, raw: memoryview) -> Print:
    """Return the fingerprint of the bytes outside whole pages."""
    start, end = (at - span[0] for at in whole_pages(*span))
    return print_of(bytes(raw[:start]) + bytes(raw[end:]))


def whole_pages(address: int, length: int) -> tuple[int, int]:
    """Return (start, end) addresses of the pages that lie entirely in a span; start == end if there are none."""
    page = mmap.PAGESIZE
    start = -(-address // page) * page
    return start, max(start, (address + length) // page * page)
