"""A recipe whose buffers do not have ids yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbmodelver.codecs.memory import Buffer


PLAIN = "plain/1"
PICKLE = "pickle/1"


@dataclass(frozen=True)
class Draft:
    """A recipe before its buffers are stored.

    buffers: first those of the skeleton (the first `own`), then those of the arrays; live memory, read-only use.
    table: the JSON table from `Memory.finish`. uses: keys of definitions. classes: what unpickling imports, as
    "module:qualname". names_used: global names of the notebook that functions in it refer to.
    without_source: qualified names of code without source text, which runs in one Python only; python: the mark of that
    Python.
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
        """Size of the skeleton and all buffers in bytes, uncompressed."""
        return len(self.skeleton) + sum(len(b.raw) for b in self.buffers)
