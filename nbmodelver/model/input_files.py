"""Files that cells read: as the kernel saw them, and as a version records them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from nbmodelver.model.ids import ObjectId

MOST_UP = 3
"""The most ".." at the beginning of a path. A re-run makes so many folders above that of the notebook."""

_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])(\..*)?")
_MOST_CHARS = 400


@dataclass(frozen=True)
class ReadFile:
    """A file that a cell read, at that moment.

    path: as a version records it, see InputFile. place: the absolute path. size_bytes, mtime_ns: of the file when it
    was read. changed: why its content is not that which was read, "" if it is.
    """

    path: str
    place: str
    size_bytes: int
    mtime_ns: int
    changed: str = ""


@dataclass(frozen=True)
class InputFile:
    """A file that the cells of a version read.

    path: with "/", relative to the folder of the notebook, or beginning with "~/" or "/" for a file elsewhere.
    digest: the id that its content has as a part; "" if the content at that time is not known. is_kept: the store has
    the content. reason: why it has not.
    """

    path: str
    size_bytes: int
    digest: ObjectId | Literal[""] = ""
    is_kept: bool = False
    reason: str = ""

    @property
    def up(self) -> int:
        """The number of ".." at the beginning of the path; -1 for a file elsewhere or a path that is not safe."""
        return steps_up(self.path)


def steps_up(path: str) -> int:
    """Return the number of ".." at the beginning of a relative path that is safe on every system; -1 for any other."""
    steps = path.split("/")
    count = next((i for i, step in enumerate(steps) if step != ".."), len(steps))
    rest = steps[count:]
    fine = len(path) <= _MOST_CHARS and count <= MOST_UP and rest and all(map(_is_step, rest))
    return count if fine else -1


def _is_step(step: str) -> bool:
    plain = bool(step) and step.isprintable() and not any(c in '\\:*?"<>|' for c in step)
    return plain and step[0] not in " ~" and step[-1] not in ". " and step != ".." and not _DEVICE.fullmatch(step)
