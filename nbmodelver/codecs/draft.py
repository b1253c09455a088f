"""A recipe before its buffers have ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbmodelver.codecs.memory import Buffer


PLAIN = "plain/1"
PICKLE = "pickle/1"


@dataclass(frozen=True)
class Draft:
    """A recipe before its buffers have ids. buffers: first those of the skeleton (`own`), then those of the arrays.

    uses: keys of definitions. classes: what unpickling imports. names_used: the notebook's global names that functions
    in it refer to. without_source: qualified names of code that runs in one Python only; python: the mark of that.
    """

    names: tuple[str, ...]
    format: str
    skeleton: bytes
    buffers: tuple[Buffer, ...]
    own: int
    table: Any
    uses: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    names_used: tuple[str, ...] = ()
    without_source: tuple[str, ...] = ()
    python: str = ""

    @property
    def size_bytes(self) -> int:
        """Raw bytes of everything."""
        return len(self.skeleton) + sum(len(b.raw) for b in self.buffers)
