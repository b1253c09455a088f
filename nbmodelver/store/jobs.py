"""The requests and results of planning: a part to store (`Job`) and the plan for it (`Prepared`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from nbmodelver.model import ObjectId
    from nbmodelver.store.deltas import Piece
    from nbmodelver.store.ranges import Base


class Job(NamedTuple):
    """A request to store one part.

    raw: 1-D, C-contiguous, uint8; only read; may be live memory of the caller.
    near: a stored part that probably resembles `raw`, or None. A hint for delta coding.
    layout: element type of `raw` ("f8", "i4", "b", "text", "lengths" ...), "" if unknown.
    """

    raw: memoryview
    near: ObjectId | None
    layout: str


@dataclass(frozen=True)
class Prepared:
    """The plan for a big part. `pieces` is empty if the part is already stored.

    base: the bytes that the pieces refer to. depth: length of the chain of deltas below the part, 0 without a base.
    """

    id: ObjectId
    pieces: list[Piece] = field(default_factory=list)
    base: Base = field(default_factory=lambda: memoryview(b""))
    depth: int = 0
