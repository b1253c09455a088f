"""Which numbered heads stay at a remote, so that the newest one is found where nothing can be listed (web servers).

Each head has the number after the one before, and a gc deletes old ones. It keeps the powers of two, and the *leading
numbers* of the newest number: that number with its low bits cleared one after another (of 1011: 1011, 1010, 1000).
The leading numbers of a later number are among those of the newest one, or above it. So they are there, whenever the
search asks for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

NEWEST_KEPT = 20
"""The newest heads stay: a reader may be between finding the newest number and reading it."""


def leading(number: int) -> set[int]:
    """Return the leading numbers of a number, with itself."""
    found = set()
    while number:
        found.add(number)
        number &= number - 1
    return found


def superfluous(numbers: Collection[int]) -> Sequence[int]:
    """Return the numbers whose heads may be deleted, in order. numbers: of all heads of one area."""
    ordered = sorted(numbers)
    kept = leading(ordered[-1]) if ordered else set()
    return [number for number in ordered[:-NEWEST_KEPT] if number not in kept and number.bit_count() > 1]


def newest(is_there: Callable[[int], bool], known: int = 0) -> int:
    """Return the newest number, 0 without any head. About two questions for each binary digit above `known`.

    is_there: asks the remote for the head of a number. known: a number that was seen before; it and smaller ones are
    taken as passed and are not asked for.
    """

    def is_passed(number: int) -> bool:
        return number <= known or is_there(number)

    step = 1
    while is_passed(step):
        step *= 2
    found = 0
    while step := step // 2:
        if is_passed(found + step):
            found += step
    return found
