"""Prints of live memory: hashed when needed, remembered where the system can say that nothing was written since.

Only memory that stayed the same over several looks is watched: marking is cheap, but the first write to each marked
page costs a fault, so what is written between commits anyway is better hashed. What was watched and then written has
to stay the same twice as often before it is watched again.
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
WORTH_A_TASK_BYTES = 256 << 10
FIRST_PATIENCE = 2
_MOST_SPANS = 4096
_LOOK_EVERY_S = 0.1

Span = tuple[int, int]
"""Address and length in bytes."""


@dataclass
class _Seen:
    """What one run of memory held.

    same: how many looks in a row gave this print. patience: how many it takes until the span is watched.
    marked: the latest marks on its pages, while they are this span's. edges: print of the bytes outside whole pages
    when they were set. watched: the print was taken after the marks were set.
    """

    print: Print
    same: int = 0
    patience: int = FIRST_PATIENCE
    marked: object | None = None
    edges: Print = (b"", 0)
    watched: bool = False


class Prints:
    """The prints of this process's memory: one object for the process, since marks have one owner. From any thread.

    A remembered print is given only for a span all of whose pages are marked as not written since that print was
    taken. Marks are set before the bytes are hashed, so a write in between is seen; setting marks drops every other
    span on the same pages, so no mark ever stands for an older print than the one it was set for.
    """

    def __init__(self, *, least_bytes: int = WORTH_WATCHING_BYTES) -> None:
        """least_bytes: shorter spans are always hashed."""
        self._least_bytes = least_bytes
        self._guard = threading.RLock()
        self._seen: OrderedDict[Span, _Seen] = OrderedDict()
        self._pages: PageMarks | None = None
        self._asked_in = 0
        self._looked_s = -math.inf
        self.remembered_bytes = 0

    def forget(self) -> None:
        """Drop everything, and take every mark away."""
        with self._guard:
            if self._pages is not None:
                self._pages.close()
            self._pages, self._asked_in = None, 0
            self._seen.clear()

    def of(self, raw: memoryview) -> Print:
        """The print of these bytes as they are now."""
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
        found = print_of(raw)  # Without the guard: others may hash meanwhile.
        with self._guard:
            if pages is self._pages:
                self._note(span, found, marks)
        return found

    def _usable(self) -> PageMarks | None:
        """The marks, or None where they cannot be had or not be trusted."""
        here = os.getpid()
        if self._pages is not None and self._pages.pid != here:
            self.forget()  # In a forked child: the marks are those of the parent.
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
        """Whether the bytes are those of the print; if not, the span is watched no longer, and not soon again."""
        if pages.clean(*whole_pages(*span)) and _edges(span, raw) == seen.edges:
            self._seen.move_to_end(span)
            return True
        seen.watched, seen.marked, seen.same, seen.patience = False, None, 0, 2 * seen.patience
        pages.release(*whole_pages(*span))
        return False

    def _mark(self, pages: PageMarks, span: Span, seen: _Seen, raw: memoryview) -> object | None:
        """Set marks for one span; every other span's marks on these pages mean nothing any more."""
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
        """What a hash has found. marks: those that were set before it."""
        seen = self._seen.setdefault(span, _Seen(found, same=-1))
        self._seen.move_to_end(span)
        if marks is not None and marks is seen.marked:
            seen.watched = seen.print == found
            if not seen.watched and self._pages is not None:
                seen.patience *= 2
                self._pages.release(*whole_pages(*span))
        elif seen.watched:
            return  # Another thread's print is of marked bytes, and this one may be older.
        seen.same = seen.same + 1 if seen.print == found else 0
        seen.print = found
        while len(self._seen) > _MOST_SPANS:
            oldest, gone = self._seen.popitem(last=False)
            if gone.marked is not None and self._pages is not None:
                self._pages.release(*whole_pages(*oldest))


PRINTS = Prints()
"""Those of this process."""


def prints_of(raws: Sequence[memoryview], print_of_one: Callable[[memoryview], Print], workers: Workers) -> list[Print]:
    """The print of each run of bytes: long ones in threads, short ones here, which takes less."""
    long = [at for at, raw in enumerate(raws) if len(raw) >= WORTH_A_TASK_BYTES]
    found = dict(zip(long, workers.map(lambda at: print_of_one(raws[at]), long), strict=True))
    return [found.get(at) or print_of(raw) for at, raw in enumerate(raws)]


def _edges(span: Span, raw: memoryview) -> Print:
    """The print of the bytes outside whole pages."""
    start, end = (at - span[0] for at in whole_pages(*span))
    return print_of(bytes(raw[:start]) + bytes(raw[end:]))


def whole_pages(address: int, length: int) -> tuple[int, int]:
    """(start, end) of the pages that lie in a run of memory entirely; empty: (x, x)."""
    page = mmap.PAGESIZE
    start = -(-address // page) * page
    return start, max(start, (address + length) // page * page)
