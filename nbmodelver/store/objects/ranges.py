"""Byte ranges of objects: those that lie near each other are read by one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import Truncated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GAP_BYTES = 1 << 20
"""Ranges with a smaller gap are read together: 1 MB takes about as long as one request (20 ms at 50 MB/s)."""
LONGEST_BYTES = 16 << 20
"""Joined ranges are not longer than this, which bounds the memory of one request."""

Range = tuple[int, int]
"""(start, length)"""


def together(ranges: Sequence[Range], gap_bytes: int = GAP_BYTES) -> list[Range]:
    """Return the ranges to request: sorted, and joined where less than `gap_bytes` lie between two."""
    joined: list[Range] = []
    for start, length in sorted(r for r in ranges if r[1] > 0):
        end = start + length
        if joined:
            first, total = joined[-1]
            if start - (first + total) < gap_bytes and max(end, first + total) - first <= LONGEST_BYTES:
                joined[-1] = (first, max(end, first + total) - first)
                continue
        joined.append((start, length))
    return joined


def read_joined(ranges: Sequence[Range], read: Callable[[int, int], bytes], where: str) -> list[bytes]:
    """Return the bytes of each range, in order; `read(start, length)` is called once for each joined range.

    where: the object, for messages. Raises Truncated if the object is shorter than a range.
    """
    requested = together(ranges)
    got = [read(start, length) for start, length in requested]
    return cut(ranges, requested, got, where)


def cut(ranges: Sequence[Range], requested: Sequence[Range], got: Sequence[bytes], where: str) -> list[bytes]:
    """Return the bytes of each range from the answers to `together(ranges)`. Raises Truncated if one is shorter."""
    found = []
    for start, length in ranges:
        if length <= 0:
            found.append(b"")
            continue
        index = _holder(requested, start, length)
        data = got[index]
        at = start - requested[index][0]
        piece = data if at == 0 and len(data) == length else data[at : at + length]
        if len(piece) != length:
            raise truncated(where, start + length, requested[index][0] + len(data))
        found.append(piece)
    return found


def truncated(where: str, expected_bytes: int, found_bytes: int) -> Truncated:
    """Return the error for an object or an answer that ends too early."""
    return Truncated(
        f"{where} ends at byte {found_bytes}, but {expected_bytes} bytes were expected",
        "run the same command again; if it fails again, verify the remote",
    )


def _holder(requested: Sequence[Range], start: int, length: int) -> int:
    """Return the index of the request that has this range: the last one that starts at or before it."""
    low, high = 0, len(requested)
    while low < high:
        middle = (low + high) // 2
        if requested[middle][0] <= start:
            low = middle + 1
        else:
            high = middle
    index = low - 1
    while requested[index][0] + requested[index][1] < start + length:  # An earlier, longer range may hold it.
        index -= 1
    return index
