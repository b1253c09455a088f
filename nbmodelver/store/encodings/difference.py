"""Encoding 8: byte lanes of the zig-zag differences to a base of equal length; elements are read as integers.

This also suits floats: adjacent floats of one sign are adjacent integers in IEEE 754. Stored like encoding 2, without a
transform.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store import lanes
from nbmodelver.store.encodings.frames import last_lanes, pack_lanes
from nbmodelver.store.encodings.shuffled import WIDTHS

if TYPE_CHECKING:
    from nbmodelver.store.lanes import Buffer


@dataclass(frozen=True)
class Difference:
    """For numbers that changed a little: a training step, a rescaled column."""

    width: int
    modes: tuple[int, ...]
    level: int = 1
    number = 8

    def encode(self, raw: memoryview, base: Buffer) -> list[bytes | memoryview] | None:
        """Return head, rest and lanes, or None if the lengths differ."""
        if len(raw) != len(base):
            return None
        rest = bytes(raw[len(raw) - len(raw) % self.width :])
        split = lanes.minus(raw, base, self.width)
        return [bytes((self.width,)), rest, *pack_lanes(split, self.modes, self.level)]


def decode(stored: memoryview, out: memoryview, base: Buffer) -> None:
    """Undo Difference.encode."""
    width = stored[0]
    if width not in WIDTHS or len(base) != len(out):
        raise ValueError("unknown lanes")
    count, rest = divmod(len(out), width)
    lanes.plus(last_lanes(stored[1 + rest :], width, count), base, out)
    out[len(out) - rest :] = stored[1 : 1 + rest]
