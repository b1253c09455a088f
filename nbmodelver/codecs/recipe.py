"""A recipe as bytes: a JSON header, the ids of its parts, and a small skeleton inline.

Layout: magic "NBMR", "<I" length of the header, header (JSON, UTF-8), 20-byte ids of the parts, inline skeleton.
Header: format, names, own (number of parts that belong to the skeleton), sizes (uncompressed bytes of each part), table
(arrays), uses (definition keys), classes (what unpickling imports), names_used (global names that functions in it refer
to), without_source (code without source text: its names, and the mark of the Python in which it runs), slots (what each
part is within its value, such as a column, to find its counterpart), skeleton (bytes of the inline skeleton, or -1 if
it is the last part).
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs.draft import Draft
from nbmodelver.errors import Damaged
from nbmodelver.model import ObjectId

if TYPE_CHECKING:
    from collections.abc import Sequence

MAGIC = b"NBMR"
_JSON = json.JSONEncoder(separators=(",", ":"), sort_keys=True)
INLINE_BYTES = 8192
"""Smaller skeletons stay in the recipe; larger ones are parts, which are compared and stored separately."""


@dataclass(frozen=True)
class Recipe:
    """A recipe that was read.

    parts: ids in the order of the buffers of the draft. skeleton: a part, or None if it is inline. skeleton_bytes: its
    size.
    """

    draft: Draft
    parts: tuple[ObjectId, ...]
    sizes: tuple[int, ...]
    skeleton: ObjectId | None
    skeleton_bytes: int
    slots: tuple[str, ...] = ()

    @property
    def every_part(self) -> tuple[ObjectId, ...]:
        """All parts that the recipe needs."""
        return self.parts if self.skeleton is None else (*self.parts, self.skeleton)


def has_own_skeleton(draft: Draft) -> bool:
    """True if the skeleton is a separate part."""
    return len(draft.skeleton) >= INLINE_BYTES


def write(draft: Draft, parts: Sequence[ObjectId]) -> bytes:
    """The bytes of a recipe. parts: ids of the buffers, then of the skeleton if `has_own_skeleton`."""
    outside = has_own_skeleton(draft)
    header = {
        "format": draft.format,
        "names": list(draft.names),
        "own": draft.own,
        "sizes": [len(b.raw) for b in draft.buffers] + ([len(draft.skeleton)] if outside else []),
        "table": draft.table,
        "uses": list(draft.uses),
        "classes": list(draft.classes),
        "skeleton": -1 if outside else len(draft.skeleton),
    }
    if draft.names_used:
        header["names_used"] = list(draft.names_used)
    if draft.without_source:
        header["without_source"] = {"python": draft.python, "names": list(draft.without_source)}
    if any(b.slot for b in draft.buffers):
        header["slots"] = [b.slot for b in draft.buffers]
    packed = _JSON.encode(header).encode()
    ids = b"".join(map(bytes.fromhex, parts))
    return b"".join([MAGIC, struct.pack("<I", len(packed)), packed, ids, b"" if outside else draft.skeleton])


def read(data: bytes | memoryview) -> Recipe:
    """The recipe in these bytes. Raises Damaged."""
    view = memoryview(data)
    try:
        if bytes(view[:4]) != MAGIC:
            raise ValueError("not a recipe")
        (size,) = struct.unpack_from("<I", view, 4)
        header: dict[str, Any] = json.loads(bytes(view[8 : 8 + size]))
        at = 8 + size
        sizes = [int(n) for n in header["sizes"]]
        ids = [ObjectId(bytes(view[at + 20 * i : at + 20 * i + 20]).hex()) for i in range(len(sizes))]
        at += 20 * len(sizes)
        inline = bytes(view[at:])
        if min(sizes, default=0) < 0 or (header["skeleton"] != -1 and header["skeleton"] != len(inline)):
            raise ValueError("sizes")
        return _assembled(header, ids, sizes, inline)
    except (ValueError, KeyError, TypeError, IndexError, struct.error, RecursionError) as error:
        raise Damaged("a recipe in the store is not well formed", "try: %mv_verify --full") from error


def _assembled(header: dict[str, Any], ids: list[ObjectId], sizes: list[int], inline: bytes) -> Recipe:
    outside = header["skeleton"] == -1
    count = len(ids) - outside
    bound = header.get("without_source", {})
    draft = Draft(
        tuple(map(str, header["names"])), str(header["format"]), inline, (), int(header["own"]), header["table"],
        tuple(map(str, header["uses"])), tuple(map(str, header["classes"])),
        tuple(map(str, header.get("names_used", ()))), tuple(map(str, bound.get("names", ()))),
        str(bound.get("python", "")),
    )  # fmt: skip
    if not 0 <= draft.own <= count:
        raise ValueError("own")
    return Recipe(
        draft,
        tuple(ids[:count]),
        tuple(sizes[:count]),
        ids[-1] if outside else None,
        sizes[-1] if outside else len(inline),
        tuple(map(str, header.get("slots", ()))),
    )
